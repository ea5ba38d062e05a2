//! `RS02xx`: expressions, patterns and statements.

use super::codes;

codes! {
UNKNOWN_NAME = "RS0201", Error, "A name is declared before it is used",
"A bare name is a parameter, a `let`, a field at hand (in events and checks), a variant where its \
enum is known, or a word of the language such as `now`.",
bad: "fn double(x: int) -> int = y * 2
",
good: "fn double(x: int) -> int = x * 2
";

TYPE_MISMATCH = "RS0202", Error, "A value has the type that is wanted",
"Types are never turned into each other silently; only a `T` fits where a `T?` is wanted. Numbers \
meet on purpose, with `decimal(x)` and `float(x)`.",
bad: "fn label(n: int) -> string = n
",
good: "fn label(n: int) -> string = \"{n}\"
";

UNKNOWN_FIELD = "RS0203", Error, "A field exists",
"Rows, structs, events and variants have the fields that they declare.",
bad: "struct Point { x: int, y: int }
fn height(p: Point) -> int = p.z
",
good: "struct Point { x: int, y: int }
fn height(p: Point) -> int = p.y
";

UNKNOWN_METHOD = "RS0204", Error, "A method exists for the type before it",
"Each type has its own methods: texts `lower()`, `trim()` and others, collections `len()`, \
`map(x => …)` and others, times `date()` and others.",
bad: "fn shout(text: string) -> string = text.upcase()
",
good: "fn shout(text: string) -> string = text.upper()
";

MAYBE_NONE = "RS0205", Error, "An option is unwrapped before it is used",
"A `T?` may be none. `?.` goes on only with a value, `??` says what counts instead, `if let` and \
`let … else` unwrap it, and behind `require x is some` a name is its value.",
bad: "fn size(note: string?) -> int = note.len()
",
good: "fn size(note: string?) -> int = note?.len() ?? 0
";

NEVER_NONE = "RS0206", Warning, "What is never none needs no unwrapping",
"The value is of a type without `?`, so the check or the other value never counts.",
bad: "fn size(note: string) -> int = note?.len()
",
good: "fn size(note: string) -> int = note.len()
";

OPERATOR_TYPES = "RS0207", Error, "An operator is defined for the types beside it",
"`+ - * / %` take numbers of one type; `+` joins texts and lists; times take durations. Both sides \
of a comparison are of one type.",
bad: "fn price(base: decimal, count: int) -> decimal = base * count
",
good: "fn price(base: decimal, count: int) -> decimal = base * decimal(count)
";

NOT_ORDERED = "RS0208", Error, "Only ordered values are compared by size and sorted",
"Numbers, texts, times, `uuid` and enums without data have an order. Rows and elements can also be ordered by a \
`bool`, false first, and by a reference, in the order of the keys; neither is larger or smaller. Sets, lists and \
structs have no order.",
bad: "fn fewer(a: set<int>, b: set<int>) -> bool = a < b
",
good: "fn fewer(a: set<int>, b: set<int>) -> bool = a.len() < b.len()
";

NUMBER_OUT_OF_RANGE = "RS0209", Error, "A number fits its type",
"An `int` has 64 bits, a `decimal` 28 digits, a `float` is finite.",
bad: "fn huge() -> int = 9223372036854775808
",
good: "fn huge() -> int = 9223372036854775807
";

MISSING_FIELDS = "RS0210", Error, "Every field is given a value",
"A struct, a variant, a row or an event needs a value for each field that has no default. `..row` \
takes the fields of equal names.",
bad: "struct Point { x: int, y: int }
fn origin() -> Point = Point { x: 0 }
",
good: "struct Point { x: int, y: int }
fn origin() -> Point = Point { x: 0, y: 0 }
";

DUPLICATE_FIELD = "RS0211", Error, "A field is given once",
"One of the two values would be lost.",
bad: "struct Point { x: int, y: int }
fn origin() -> Point = Point { x: 0, y: 0, x: 1 }
",
good: "struct Point { x: int, y: int }
fn origin() -> Point = Point { x: 0, y: 0 }
";

WRONG_ARGUMENT_COUNT = "RS0212", Error, "A call gives every parameter",
"Functions and methods take exactly the values that they declare.",
bad: "fn add(a: int, b: int) -> int = a + b
fn three() -> int = add(3)
",
good: "fn add(a: int, b: int) -> int = a + b
fn three() -> int = add(1, 2)
";

UNKNOWN_FUNCTION = "RS0213", Error, "A function is declared",
"A call names a `fn`, an `extern fn`, or a function of the language: `decimal float int uuid count \
exists first page`. Everything else is a method, behind a dot.",
bad: "fn double(x: int) -> int = x * 2
fn four() -> int = duoble(2)
",
good: "fn double(x: int) -> int = x * 2
fn four() -> int = double(2)
";

NOT_EXHAUSTIVE = "RS0214", Error, "A `match` takes every value",
"Name each variant, `none` and `some x` of an option, or end with `_ => …`.",
bad: "enum State { Open, Done }
fn word(s: State) -> string = match s {
    Open => \"open\"
}
",
good: "enum State { Open, Done }
fn word(s: State) -> string = match s {
    Open => \"open\"
    Done => \"done\"
}
";

UNREACHABLE_ARM = "RS0215", Warning, "An arm is reached by some value",
"The arms before it take everything that it would take.",
bad: "enum State { Open, Done }
fn word(s: State) -> string = match s {
    Open => \"open\"
    _ => \"done\"
    Done => \"gone\"
}
",
good: "enum State { Open, Done }
fn word(s: State) -> string = match s {
    Open => \"open\"
    _ => \"done\"
}
";

UNKNOWN_VARIANT = "RS0216", Error, "A variant belongs to its enum",
"Variants are written by their names where the enum is known, else with it: `State.Open`.",
bad: "enum State { Open, Done }
fn first_state() -> State = Opne
",
good: "enum State { Open, Done }
fn first_state() -> State = Open
";

PATTERN_MISMATCH = "RS0217", Error, "A pattern fits what is matched",
"Options are matched by `none` and `some x`, enums by their variants, numbers, texts and `bool` by \
literals.",
bad: "fn word(n: int) -> string = match n {
    none => \"nothing\"
    _ => \"something\"
}
",
good: "fn word(n: int) -> string = match n {
    0 => \"nothing\"
    _ => \"something\"
}
";

TYPE_UNKNOWN_HERE = "RS0218", Error, "The type of a value is known",
"`none`, `[]` and `{ … }` have a type only where one is wanted.",
bad: "struct Point { x: int, y: int }
fn x() -> int = { x: 1, y: 2 }.x
",
good: "struct Point { x: int, y: int }
fn x() -> int = Point { x: 1, y: 2 }.x
";

NO_VALUE = "RS0219", Error, "A value is wanted where one stands",
"An `emit` gives a value only when its event creates a row.",
bad: "model Todo { id: int @key @auto, title: string }
event TodoRemoved deletes Todo
endpoint remove(todo: Todo) -> Todo at DELETE /todos/{todo} for anyone = emit TodoRemoved { todo }
",
good: "model Todo { id: int @key @auto, title: string }
event TodoRemoved deletes Todo
endpoint remove(todo: Todo) at DELETE /todos/{todo} for anyone = emit TodoRemoved { todo }
";

CANNOT_INTERPOLATE = "RS0220", Error, "What stands in a text has a form as text",
"Texts, numbers, `bool`, times, ids, plain variants and references do. Collections and structs have \
no one form.",
bad: "fn label(tags: [string]) -> string = \"tags: {tags}\"
",
good: "fn label(tags: [string]) -> string = \"tags: {tags.len()}\"
";

MISSING_ELSE = "RS0221", Error, "An `if` that gives a value has an `else`",
"Without it there is no value when the condition does not hold.",
bad: "fn sign(n: int) -> int = if n < 0 { -1 }
",
good: "fn sign(n: int) -> int = if n < 0 { -1 } else { 1 }
";

BAD_LOOK_UP = "RS0222", Error, "A row is looked up by its key or something unique",
"`Article[id]` takes the key; `Article[slug: s]` the fields of a `unique`; both give an option. \
Other rows are found with `first(from … where …)`.",
bad: "model User { id: uuid @key, name: string, email: string @unique }
fn find(name: string) -> User? = User[name: name]
",
good: "model User { id: uuid @key, name: string, email: string @unique }
fn find(email: string) -> User? = User[email: email]
";

NOT_A_VALUE = "RS0223", Error, "The name of an item is no value",
"Enums, models, structs and events are used through their variants, rows, literals and `emit`.",
bad: "enum State { Open, Done }
fn state() -> State = State
",
good: "enum State { Open, Done }
fn state() -> State = State.Open
";

NOTHING_TO_SPREAD = "RS0224", Error, "`..x` takes fields of equal names",
"A spread takes the fields of a struct or row that the other side has too; `..` alone the \
parameters of equal names.",
bad: "struct Point { x: int, y: int }
fn origin(n: int) -> Point = Point { ..n, x: 0, y: 0 }
",
good: "struct Point { x: int, y: int }
fn origin(p: Point) -> Point = Point { ..p, x: 0 }
";

NO_EFFECT = "RS0225", Error, "A statement does something",
"A value that nobody uses is computed for nothing: bind, return or remove it.",
bad: "endpoint ping(n: int) at GET /ping for anyone {
    n + 1
}
",
good: "endpoint ping(n: int) -> int at GET /ping for anyone {
    return n + 1
}
";

UNREACHABLE = "RS0226", Warning, "A statement is reached",
"What stands behind a `return` or `fail` never runs.",
bad: "endpoint ping() -> int at GET /ping for anyone {
    return 1
    return 2
}
",
good: "endpoint ping() -> int at GET /ping for anyone {
    return 1
}
";

UNKNOWN_FAILURE = "RS0227", Error, "A refusal is of a known kind",
"`invalid` (422, also `invalid(field)`), `unauthorized` (401), `forbidden` (403), `missing` (404), \
`conflict` (409), `gone` (410), `too_many` (429).",
bad: "endpoint ping() at GET /ping for anyone {
    fail not_found \"nobody is here\"
}
",
good: "endpoint ping() at GET /ping for anyone {
    fail missing \"nobody is here\"
}
";

MISSING_FAILURE = "RS0228", Error, "A `require` says what is answered",
"Behind `else` stand the kind of the refusal and its words.",
bad: "endpoint ping(n: int) at GET /ping for anyone {
    require n > 0
}
",
good: "endpoint ping(n: int) at GET /ping for anyone {
    require n > 0 else invalid(n) \"must be positive\"
}
";

FUNCTION_BLOCK = "RS0229", Error, "A `fn` is one expression",
"Functions have no statements: they are total, and their value is all that they are there for.",
bad: "fn double(x: int) -> int {
    return x * 2
}
",
good: "fn double(x: int) -> int = x * 2
";
}
