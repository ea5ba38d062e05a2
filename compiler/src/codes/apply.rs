//! `RS04xx`: `apply`, determinism and effects.

use super::codes;

codes! {
CLOCK_IN_REPLAY = "RS0401", Error, "What is replayed does not read the clock",
"`apply`, checks and views run again at every replay, on every node, and have to come to the same \
rows. The time of an event is `event.at`; in a default `now` means that time too.",
bad: "model Todo { id: uuid @key, title: string, seen: timestamp? }
event TodoSeen updates Todo { apply { todo.seen = now } }
",
good: "model Todo { id: uuid @key, title: string, seen: timestamp? }
event TodoSeen updates Todo { apply { todo.seen = event.at } }
";

RANDOM_IN_REPLAY = "RS0402", Error, "What is replayed draws no random numbers",
"`uuid()` is for endpoints: draw the id there and give it to the event. A `uuid` key that is left \
out is made by itself, from a seed that is stored.",
bad: "model Todo { id: uuid @key, token: uuid = uuid() }
",
good: "model Todo { id: uuid @key, token: uuid }
event TodoAdded creates Todo { token }
endpoint add() at POST /todos for anyone = emit TodoAdded { token: uuid() }
";

EXTERN_IN_REPLAY = "RS0403", Error, "What is replayed calls no custom Rust",
"An `extern fn` may answer differently tomorrow. Call it in an endpoint, and store its result in an \
event.",
bad: "model City { id: uuid @key, name: string, rank: int = 0 }
extern fn rank(name: string) -> int
event CityRanked updates City { apply { city.rank = rank(city.name) } }
",
good: "model City { id: uuid @key, name: string, rank: int = 0 }
extern fn rank(name: string) -> int
event CityRanked updates City { rank }
endpoint rank_city(city: City) at POST /cities/{city}/rank for anyone
    = emit CityRanked { city, rank: rank(city.name) }
";

BASE_URL_MISPLACED = "RS0404", Error, "`base_url` is known in endpoints",
"It is the address under which the request came in, so there is none at replay.",
bad: "model Todo { id: uuid @key, url: string = base_url }
",
good: "model Todo { id: uuid @key, title: string }
endpoint link(todo: Todo) -> string at GET /todos/{todo}/link for anyone = \"{base_url}/todos/{todo.id}\"
";

READS_OTHER_ROWS = "RS0405", Error, "Defaults and checks read no other rows",
"A `check` holds for its own row, whatever others do; a default depends on nothing.",
bad: "model User { id: uuid @key, active: bool }
model Post { id: uuid @key, author: User
    check author.active else \"the author is not active\"
}
",
good: "model User { id: uuid @key, active: bool }
model Post { id: uuid @key, author: User }
event PostAdded creates Post { author
    require author.active else conflict \"the author is not active\"
}
";

RECURSION = "RS0406", Error, "Functions do not call themselves",
"Every body of a schema ends. Collections are walked with `map`, `filter`, `sum` and others.",
bad: "fn even(n: int) -> bool = if n == 0 { true } else { odd(n - 1) }
fn odd(n: int) -> bool = if n == 0 { false } else { even(n - 1) }
",
good: "fn even(n: int) -> bool = n % 2 == 0
fn odd(n: int) -> bool = not even(n)
";

EMIT_UNDER_GET = "RS0407", Error, "`GET` changes nothing",
"Browsers, crawlers and caches repeat a `GET` as they like, so an endpoint that emits has another \
method.",
bad: "model Todo { id: uuid @key, title: string }
event TodoRemoved deletes Todo
endpoint remove(todo: Todo) at GET /todos/{todo}/remove for anyone = emit TodoRemoved { todo }
",
good: "model Todo { id: uuid @key, title: string }
event TodoRemoved deletes Todo
endpoint remove(todo: Todo) at DELETE /todos/{todo} for anyone = emit TodoRemoved { todo }
";

EMIT_MISPLACED = "RS0408", Error, "Events are emitted by the statements of endpoints",
"Functions, defaults, `apply` and queries have no effects, and a lambda may run any number of times.",
bad: "model Todo { id: uuid @key, title: string }
event TodoRemoved deletes Todo
event TodoMoved updates Todo { apply { emit TodoRemoved { todo } } }
",
good: "model Todo { id: uuid @key, title: string }
event TodoMoved updates Todo { apply { delete todo } }
";

KEY_IMMUTABLE = "RS0409", Error, "A key never changes",
"References hold the key of their row. Insert a row with the other key, and delete this one.",
bad: "model City { code: string @key, name: string }
event CityRecoded updates City { to: string, apply { city.code = to } }
",
good: "model City { code: string @key, name: string }
event CityRecoded deletes City { to: string, name: string, apply { insert City { code: to, name } } }
";

NOT_ASSIGNABLE = "RS0410", Error, "`apply` assigns to fields of rows",
"The fields of an event are facts, views follow from models, and back-references from the rows that \
refer. What changes are fields of models: `row.field = …`.",
bad: "model Todo { id: uuid @key, title: string }
event TodoNamed updates Todo { to: string, apply { to = todo.title } }
",
good: "model Todo { id: uuid @key, title: string }
event TodoNamed updates Todo { to: string, apply { todo.title = to } }
";

STATEMENT_MISPLACED = "RS0411", Error, "State changes in `apply`, answers and refusals stand before it",
"Rows are changed by events only, in their `apply`. `require`, `fail` and `return` are judged when \
the event is emitted, and never at replay.",
bad: "model Todo { id: uuid @key, title: string }
endpoint rename(todo: Todo, title: string) at PUT /todos/{todo} for anyone {
    todo.title = title
}
",
good: "model Todo { id: uuid @key, title: string }
event TodoRenamed updates Todo { title }
endpoint rename(todo: Todo, title: string) at PUT /todos/{todo} for anyone {
    emit TodoRenamed { todo, title }
}
";

FIELD_FILLED_BY_EVENT = "RS0412", Error, "What an event fills in is not given to it",
"Computed fields, and fields of the created row that the event does not name, are made by the event.",
bad: "model Todo { id: uuid @key, title: string, done: bool = false }
event TodoAdded creates Todo { title }
endpoint add(title: string) at POST /todos for anyone = emit TodoAdded { title, done: true }
",
good: "model Todo { id: uuid @key, title: string, done: bool = false }
event TodoAdded creates Todo { title, done }
endpoint add(title: string) at POST /todos for anyone = emit TodoAdded { title, done: true }
";

COMPUTED_ORDER = "RS0413", Error, "A computed field uses what is computed before it",
"Computed fields are evaluated from the first to the last.",
bad: "model Line { id: uuid @key, count: int, total: int, double: int }
event LineAdded creates Line { count
    double = total * 2
    total = count + 1
}
",
good: "model Line { id: uuid @key, count: int, total: int, double: int }
event LineAdded creates Line { count
    total = count + 1
    double = total * 2
}
";

DEFAULT_BINDS = "RS0414", Error, "A default is a plain value",
"It binds no names: no lambdas, no `if let`, no `?.`.",
bad: "model Todo { id: uuid @key, sizes: [int] = [1, 2].map(x => x * 2) }
",
good: "model Todo { id: uuid @key, sizes: [int] = [2, 4] }
";

NOT_A_MODEL = "RS0415", Error, "`insert` makes a row of a model",
"Write the model and the fields of the row: `insert Entry { account, amount }`.",
bad: "struct Note { text: string }
event Noted { text: string, apply { insert Note { text } } }
",
good: "model Note { id: uuid @key, text: string }
event Noted { text: string, apply { insert Note { text } } }
";
}
