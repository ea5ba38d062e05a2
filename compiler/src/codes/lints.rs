//! What is well-formed and yet surely not meant: of items, names, constants and rows.

use super::codes;

codes! {
UNUSED_ITEM = "RS0139", Warning, "An item is used",
"A `struct`, `enum`, `type` or `fn` that nothing names changes nothing. This is said of schemas that \
have endpoints, and nothing written in Rust: Rust may use any item of the generated module.",
bad: "struct Note { text: string }
endpoint ping() -> string at GET /ping for anyone = \"pong\"
",
good: "struct Note { text: string }
endpoint ping() -> Note at GET /ping for anyone = { text: \"pong\" }
";

DEFAULT_BREAKS_RULE = "RS0141", Error, "A default keeps the rules of its field",
"A default is taken where a value is left out. One that breaks the rules of its own field would be \
refused each time.",
bad: "struct Paging { limit: int @min(1) @max(100) = 0 }
",
good: "struct Paging { limit: int @min(1) @max(100) = 20 }
";

LITERAL_BREAKS_RULE = "RS0142", Error, "A literal keeps the rules of the field that takes it",
"Rules are judged when an event is emitted, and this value would break them each time. What is \
compared are `@min`, `@max`, `@len`, `@max_len` and `@pattern`.",
bad: "model Todo { id: int @key @auto, title: string @len(1..200) }
event TodoAdded creates Todo { title }
endpoint add() at POST /todos for anyone = emit TodoAdded { title: \"\" }
",
good: "model Todo { id: int @key @auto, title: string @len(1..200) }
event TodoAdded creates Todo { title }
endpoint add() at POST /todos for anyone = emit TodoAdded { title: \"untitled\" }
";

HIDDEN_NAME = "RS0233", Warning, "A name hides no other",
"Two values of one name are easily taken for each other, and so are a value and a word of the \
language such as `now`. A name may stand for what is inside of the option of that name: \
`let user = user else missing`, `if let x = x`, `some x =>`.",
bad: "endpoint add(n: int) -> int at GET /add for anyone {
    let n = n + 1
    return n
}
",
good: "endpoint add(n: int) -> int at GET /add for anyone {
    let next = n + 1
    return next
}
";

UNUSED_NAME = "RS0234", Warning, "A local or parameter is used",
"A value that nothing reads was forgotten, or is not needed. A name that begins with `_` says that \
this is meant. Parameters of a path and those that look a row up do their work without a body.",
bad: "fn area(width: int, height: int) -> int = width * width
",
good: "fn area(width: int, height: int) -> int = width * height
";

CONSTANT_FAILS = "RS0235", Error, "A constant computation has a result",
"Overflow and division by zero refuse the whole transaction. Here this would happen each time.",
bad: "fn share(total: int) -> int = total / 0
",
good: "fn share(total: int) -> int = total / 2
";

CONSTANT_CONDITION = "RS0236", Warning, "A condition depends on something",
"A condition that always comes out the same decides nothing, and one of its ways is never taken.",
bad: "endpoint ping() -> string at GET /ping for anyone {
    if true { return \"pong\" }
    return \"never\"
}
",
good: "endpoint ping() -> string at GET /ping for anyone {
    return \"pong\"
}
";

HIDDEN_BY_ROW = "RS0243", Error, "The row of a query has a name of its own",
"Inside of a query, a row that is called like a parameter or local hides it, and a condition that \
should compare both compares the row with itself.",
bad: "model User { id: uuid @key }
model Article { id: uuid @key, author: User }
endpoint articles(author: User) -> [Article] at GET /users/{author}/articles for anyone =
    from author in Article where author.author == author
",
good: "model User { id: uuid @key }
model Article { id: uuid @key, author: User }
endpoint articles(author: User) -> [Article] at GET /users/{author}/articles for anyone =
    from a in Article where a.author == author
";

DELETED_ROW = "RS0416", Error, "A deleted row is not used any more",
"Behind its `delete`, or an event that deletes it, a row is gone: reading or changing it refuses with \
404 each time, and with it the whole transaction. An event that `deletes` has deleted its row before \
its `apply` runs.",
bad: "model Todo { id: int @key @auto, title: string }
event TodoRemoved deletes Todo
endpoint remove(todo: Todo) -> string at DELETE /todos/{todo} for anyone {
    emit TodoRemoved { todo }
    return todo.title
}
",
good: "model Todo { id: int @key @auto, title: string }
event TodoRemoved deletes Todo
endpoint remove(todo: Todo) -> string at DELETE /todos/{todo} for anyone {
    let title = todo.title
    emit TodoRemoved { todo }
    return title
}
";
}
