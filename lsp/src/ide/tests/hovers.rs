//! Hover.

use super::check_hover;

const TODO: &str = r#"
/// How much something matters.
enum Priority { Low, High }

type Title = string @trim @len(1..200)

/// Something to be done.
model Todo {
    id: int @key @auto
    /// What to do.
    title: Title @max_len(50)
    priority: Priority = Low
    list: List @on_delete(cascade)
    created_at: timestamp = now
    index (priority, created_at)
}

model List { id: uuid @key, name: string @unique, todos: [Todo] by list }

view Loud {
    from t in Todo
    todo: t @key
    is_loud: t.priority == High
}

event TodoAdded creates Todo { title, list, number = list.todos.len() + 1, }
event Renamed updates Todo { title?, apply { todo.created_at = event.at } }
event Gone deletes Todo

fn shout(text: string) -> string
    = text.upper()

/// Change one.
endpoint change(todo: Todo, title?: Title @header("X-Title")) -> { done: bool } at PATCH /todos/{todo} for anyone {
    let old = todo.title
    emit Renamed { todo, title }
    return { done: old != "" }
}
"#;

fn check(around: &str, needle: &str, expected: &str) {
    assert_eq!(TODO.matches(around).count(), 1, "`{around}` has to stand there once");
    let start = TODO.find(around).unwrap() + around.find(needle).unwrap();
    check_hover(&format!("{}$0{}", &TODO[..start], &TODO[start..]), expected);
}

#[test]
fn fields() {
    check(
        "title: Title @max_len(50)",
        "title",
        "```rstone\ntitle: Title @trim @len(1..200) @max_len(50)\n```\n\nWhat to do.\n\nField of the model `Todo`.",
    );
    check(
        "priority: Priority = Low",
        "priority",
        "```rstone\npriority: Priority = Low\n```\n\nField of the model `Todo`.  \nIndexed: (priority, created_at).",
    );
    check(
        "list: List @on_delete",
        "list",
        "```rstone\nlist: List\n```\n\nField of the model `Todo`.  \nIndexed.  \nDeleted together with the row of `List`.",
    );
    check(
        "id: int @key @auto",
        "id",
        "```rstone\nid: int\n```\n\nField of the model `Todo`.  \nThe key, numbered by the engine.",
    );
    check("name: string @unique", "name", "```rstone\nname: string\n```\n\nField of the model `List`.  \nUnique.");
    check(
        "todos: [Todo] by list",
        "todos",
        "```rstone\ntodos: [Todo] by list\n```\n\nBack-reference of `List`: the rows of `Todo` that refer to it.",
    );
}

#[test]
fn a_field_of_a_view_has_the_type_of_its_value() {
    check("is_loud: t", "is_loud", "```rstone\nis_loud: bool = t.priority == High\n```\n\nField of the view `Loud`.");
    check("todo: t @key", "t @", "```rstone\nt: Todo\n```\n\nRow of the query.");
}

#[test]
fn items() {
    check(
        "priority: Priority",
        "Priority",
        "```rstone\nenum Priority { Low, High }\n```\n\nHow much something matters.",
    );
    check("title: Title @max_len", "Title", "```rstone\ntype Title = string @trim @len(1..200)\n```");
    check("fn shout", "shout", "```rstone\nfn shout(text: string) -> string\n```");
    check(
        "endpoint change",
        "change",
        "```rstone\nendpoint change(todo: Todo, title?: Title @header(\"X-Title\")) -> { done: bool } at PATCH /todos/{todo} for anyone\n```\n\n\
         Change one.\n\nA command: one transaction on the single writer, all its events or none.",
    );
    check("priority: Priority = Low", "Low", "```rstone\nLow\n```\n\nVariant of `Priority`.");
}

#[test]
fn what_events_do() {
    check(
        "event Gone",
        "Gone",
        "```rstone\nevent Gone deletes Todo\n```\n\nDeletes a row of `Todo`.  \nGiven by who emits it: `todo`.",
    );
    check(
        "emit Renamed",
        "Renamed",
        "```rstone\nevent Renamed updates Todo { title?, apply { todo.created_at = event.at } }\n```\n\n\
         Updates a row of `Todo`: `title`.  \nGiven by who emits it: `todo`, `title`.",
    );
}

#[test]
fn locals_and_parameters() {
    check("let old = todo.title", "old", "```rstone\nold: Title\n```\n\nLocal value.");
    check(
        "emit Renamed { todo, title }\n",
        "title }",
        "```rstone\ntitle?: Title @trim @len(1..200) @max_len(50)\n```\n\nWhat to do.\n\nField of the event `Renamed`, given by who emits it.",
    );
    check(
        "title?: Title @header",
        "title",
        "```rstone\ntitle?: Title @trim @len(1..200)\n```\n\nParameter of `change`, from the header `X-Title`.",
    );
    check(
        "let old = todo.title",
        "todo",
        "```rstone\ntodo: Todo\n```\n\nParameter of `change`, from the path.  \nLooked up; a missing row is a 404.",
    );
}

#[test]
fn words_of_the_language() {
    check("id: int @key @auto", "auto", "```rstone\n@auto\n```\n\nThe engine numbers the rows.");
    check(
        "todo.created_at = event.at",
        "event",
        "```rstone\nevent\n```\n\nThe event at hand: `event.at`, `event.by`, `event.seq`. Its fields stand by their bare names.",
    );
    check("text.upper()", "upper", "```rstone\nupper() -> string\n```\n\nIn upper case.");
    check(
        "name: string @unique",
        "string",
        "```rstone\nstring\n```\n\nUTF-8 text, ordered by its bytes. `len` counts characters.",
    );
}

#[test]
fn a_long_item_is_cut_and_a_file_shows_its_docs() {
    let lines = |count: u32| (0..count).map(|number| format!("    field_{number}: int\n")).collect::<Vec<_>>().concat();
    let (fields, shown) = (lines(40), lines(24));
    check_hover(
        &format!("struct $0Long {{\n{fields}}}\n"),
        &format!("```rstone\nstruct Long {{\n{shown}    // … 17 more lines\n```"),
    );
    check_hover(
        "//- /app.rstone\nimport \"$0b.rstone\"\n//- /b.rstone\n//! What is sold.\nstruct S { a: int }\n",
        "```rstone\nimport \"b.rstone\"\n```\n\nWhat is sold.",
    );
}
