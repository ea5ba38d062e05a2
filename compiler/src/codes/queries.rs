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

JOIN_WITHOUT_EQUALITY = "RS0510", Error, "A join says which rows belong together by an equality",
"For each row so far, an index leads to the rows whose field has a value of it: `join b in B on b.field == a.field`. \
Without an equality every row would go with every row. What else has to hold belongs into `where`.",
bad: "model User { id: uuid @key, name: string }
model Post { id: uuid @key, author: User, title: string }
endpoint all() -> [string] at GET /all for anyone
    = scan from u in User join p in Post on p.title > u.name select p.title
",
good: "model User { id: uuid @key, name: string }
model Post { id: uuid @key, author: User, title: string }
endpoint all() -> [string] at GET /all for anyone
    = scan from u in User join p in Post on p.author == u where p.title > u.name select p.title
";

JOIN_SOURCE = "RS0511", Error, "A join goes through a table or a collection",
"`join b in B on …` goes through the rows of a model or view, `join t in a.tags` through the elements of a list or \
set, which needs no condition.",
bad: "model Post { id: uuid @key, title: string }
endpoint all() -> [string] at GET /all for anyone = scan from p in Post join t in p.title select t
",
good: "model Post { id: uuid @key, tags: set<string> }
endpoint all() -> [string] at GET /all for anyone = scan from p in Post join t in p.tags select t
";

NOT_OF_THE_GROUP = "RS0512", Error, "A grouped query shows keys and aggregates",
"Behind `group by` there are no single rows any more: `select` and `order by` see what the query is grouped by, and \
`count() count_distinct(e) sum(e) avg(e) min(e) max(e) any(e)` over the rows of each group.",
bad: "model Post { id: uuid @key, author: string, title: string }
endpoint all() -> [{ author: string, title: string }] at GET /all for anyone
    = scan from p in Post group by p.author select { author: p.author, title: p.title }
",
good: "model Post { id: uuid @key, author: string, title: string }
endpoint all() -> [{ author: string, title: string }] at GET /all for anyone
    = scan from p in Post group by p.author select { author: p.author, title: max(p.title) }
";

AGGREGATE_MISPLACED = "RS0513", Error, "Aggregates stand in a grouped query",
"`sum(e)` and its like are about the rows of a group, in the `select` and `order by` behind a `group by`, and not \
inside one another. Of all rows write `count(from …)` or `(from … select e).sum()`.",
bad: "model Post { id: uuid @key, likes: int }
endpoint all() -> [int] at GET /all for anyone = scan from p in Post select sum(p.likes)
",
good: "model Post { id: uuid @key, likes: int }
endpoint all() -> int at GET /all for anyone = (scan from p in Post select p.likes).sum()
";

AGGREGATE_TYPE = "RS0514", Error, "An aggregate has an exact result",
"`sum` and `avg` take an `int`, `decimal` or `duration`: the sum of floats depends on the order in which they come. \
`min` and `max` take what has an order, `count_distinct` what can be a key.",
bad: "model Run { id: uuid @key, runner: string, km: float }
endpoint all() -> [{ runner: string, km: float }] at GET /all for anyone
    = scan from r in Run group by r.runner select { runner: r.runner, km: sum(r.km) }
",
good: "model Run { id: uuid @key, runner: string, km: decimal }
endpoint all() -> [{ runner: string, km: decimal }] at GET /all for anyone
    = scan from r in Run group by r.runner select { runner: r.runner, km: sum(r.km) }
";

GROUP_KEY_TYPE = "RS0515", Error, "Rows are grouped by what can be a key",
"Two rows are in one group when their keys are equal, which has to be exact: texts, whole numbers, decimals, times, \
ids, references, plain enums and `bool`, also optional ones.",
bad: "model Run { id: uuid @key, km: float }
endpoint all() -> [int] at GET /all for anyone = scan from r in Run group by r.km select count()
",
good: "model Run { id: uuid @key, km: float }
endpoint all() -> [int] at GET /all for anyone = scan from r in Run group by r.km > 10.0 select count()
";
}
