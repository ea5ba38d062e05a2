//! The to-do list: everything is in `todo.rstone`.

raftstone::include_schema!("todo");

#[tokio::main]
async fn main() -> std::process::ExitCode {
    todo::serve().await
}

#[cfg(test)]
mod tests {
    use super::todo::calls::{Board, ChangeTodo, ClearDone, RemoveTodo};
    use super::todo::testing::{self, Event};
    use super::todo::{Priority, Todo, TodoAddedInput, TodoChanged, TodoId, TodoRemoved};
    use raftstone::refusal::{Refusal, RefusalKind};
    use std::collections::BTreeSet;
    use std::time::Duration;

    fn add(app: &testing::App, title: &str) -> Result<TodoId, Refusal> {
        app.emit(TodoAddedInput { title: title.to_owned(), priority: None, tags: BTreeSet::new(), due: None })
    }

    /// A call that ticks something off and leaves the rest as it is.
    fn tick_off(todo: TodoId) -> ChangeTodo {
        let base_url = "https://todo.example".to_owned();
        ChangeTodo { todo, title: None, done: Some(true), priority: None, tags: None, due: None, base_url }
    }

    #[test]
    fn what_is_ticked_off_leaves_the_wall_display() -> Result<(), Refusal> {
        let app = testing::app();
        let milk = add(&app, "Buy milk")?;
        app.pass(Duration::from_mins(5));

        let item = app.call(tick_off(milk))?;

        assert_eq!((item.url.as_str(), item.priority), ("https://todo.example/todos/1", Priority::Normal));
        let done = TodoChanged { todo: milk, title: None, done: Some(true), priority: None, tags: None, due: None };
        assert_eq!(app.events(), [Event::TodoChanged(done)]);
        assert_eq!(app.get::<Todo>(&milk).map(|todo| todo.updated_at), Some(app.now()));
        assert!(app.call(Board { limit: 20 })?.is_empty());
        Ok(())
    }

    #[test]
    fn only_what_is_done_is_cleared() -> Result<(), Refusal> {
        let app = testing::app();
        let (milk, mail) = (add(&app, "Buy milk")?, add(&app, "Answer mail")?);
        app.call(tick_off(milk))?;

        assert_eq!(app.call(ClearDone)?.removed, 1);

        assert_eq!(app.events(), [Event::TodoRemoved(TodoRemoved { todo: milk })]);
        assert!(app.get::<Todo>(&mail).is_some());
        assert_eq!(app.call(RemoveTodo { todo: milk }).unwrap_err().kind(), RefusalKind::Missing);
        assert_eq!(app.events(), [], "a refused call records nothing");
        Ok(())
    }
}
