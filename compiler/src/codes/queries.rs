//! `RS05xx`: queries and indexes.

use super::codes;

codes! {
MISSING_INDEX = "RS0501", Error, "A query has an index",
"A query reads the rows that an index leads to; one that would read or sort a whole model is refused, \
because it works with ten rows and fails with ten million. Every combination of optional filters \
(`p?`) and every arm of an `order by match` counts. Add the index, or write `scan` before `from` when \
reading everything is meant.",
bad: "model Todo { id: uuid @key, title: string, done: bool }
endpoint open() -> [Todo] at GET /open for anyone = from t in Todo where not t.done
",
good: "model Todo { id: uuid @key, title: string, done: bool @index }
endpoint open() -> [Todo] at GET /open for anyone = from t in Todo where not t.done
";

READS_WHOLE_TABLE = "RS0502", Error, "A query that reads everything says so",
"Give it a `limit`, or write `scan` before `from` when all rows are wanted.",
bad: "model Todo { id: uuid @key, title: string }
endpoint all() -> [Todo] at GET /todos for anyone = from t in Todo
",
good: "model Todo { id: uuid @key, title: string }
endpoint all() -> [Todo] at GET /todos for anyone = from t in Todo limit 100
";

LIMIT_WITHOUT_MAX = "RS0503", Error, "A limit that a client chooses has an `@max`",
"Otherwise one request may ask for everything.",
bad: "model Todo { id: uuid @key, title: string }
endpoint all(limit: int) -> [Todo] at GET /todos for anyone = from t in Todo limit limit
",
good: "model Todo { id: uuid @key, title: string }
endpoint all(limit: int @max(100)) -> [Todo] at GET /todos for anyone = from t in Todo limit limit
";

MARK_MISPLACED = "RS0504", Error, "`p?` stands in a query's `where`",
"It drops the condition that holds it when the optional parameter `p` is none. Elsewhere an option \
is unwrapped with `if let`, `let … else` or `??`.",
bad: "fn size(note: string?) -> int = note?
",
good: "fn size(note: string?) -> int = note?.len() ?? 0
";

MARK_NEVER_NONE = "RS0505", Warning, "`p?` is about an optional `p`",
"The parameter always has a value, so its condition always counts.",
bad: "model Todo { id: uuid @key, title: string @index }
endpoint named(title: string) -> [Todo] at GET /todos for anyone = from t in Todo where t.title == title?
",
good: "model Todo { id: uuid @key, title: string @index }
endpoint named(title: string) -> [Todo] at GET /todos for anyone = from t in Todo where t.title == title
";

PAGE_SHAPE = "RS0506", Error, "A page has a size and starts at its cursor",
"`page(q, cursor)` needs a `limit` in the query, and no `skip`.",
bad: "model Todo { id: uuid @key, title: string }
endpoint all(cursor: string?) -> page<Todo> at GET /todos for anyone = page(from t in Todo, cursor)
",
good: "model Todo { id: uuid @key, title: string }
endpoint all(cursor: string?) -> page<Todo> at GET /todos for anyone = page(from t in Todo limit 50, cursor)
";

NOT_A_QUERY = "RS0507", Error, "Queries read models and views",
"`from row in …` takes the name of a model or view; `count exists first page` take a query. \
Collections have methods instead.",
bad: "fn size(tags: [string]) -> int = count(tags)
",
good: "fn size(tags: [string]) -> int = tags.len()
";

NEGATIVE_WINDOW = "RS0508", Error, "Rows are counted from 0",
"`skip` and `limit` say how many rows, and there are never fewer than none. A parameter is kept from \
it with `@min(0)`.",
bad: "model Todo { id: int @key @auto, title: string }
fn some_todos() -> [Todo] = from t in Todo limit -5
",
good: "model Todo { id: int @key @auto, title: string }
fn some_todos() -> [Todo] = from t in Todo limit 5
";
}
