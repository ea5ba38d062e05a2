//! The kinds of syntax problems, as data: a code, a title, an explanation and two examples each.
//!
//! The pages under `docs/diagnostics/` and the fixture tests are made from this list.

/// A kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// `RS0001`
    pub code: &'static str,
    /// The rule in one line, without a full stop.
    pub title: &'static str,
    /// Why the rule is there and what to do, in a paragraph or two of Markdown.
    pub explanation: &'static str,
    /// A text that breaks the rule, and no other.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
}

/// Declares the codes: a static for each, and `CODES`.
///
/// A macro, so that no code can be left out of the list that the pages and tests walk.
macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $explanation:literal, bad: $bad:literal, good: $good:literal;)*) => {
        $(
            #[doc = $title]
            pub static $name: CodeInfo =
                CodeInfo { code: $code, title: $title, explanation: $explanation, bad: $bad, good: $good };
        )*
        /// Every syntax code, in order.
        pub static CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
UNCLOSED_BRACKET = "RS0001", "A bracket is closed",
"Every `(`, `[` and `{` needs its partner. A block ends at the latest where the next item starts at \
the left margin, so that one forgotten brace damages one item only. Which bracket is missing is \
judged by the indentation.",
bad: "model Tag {
    id: uuid @key

event TagCreated creates Tag
",
good: "model Tag {
    id: uuid @key
}

event TagCreated creates Tag
";

STRAY_CLOSER = "RS0002", "A closing bracket closes something",
"There is no open bracket that this one could close. Take it away, or open one before it.",
bad: "type Email = string @email)
",
good: "type Email = string @email
";

MISSING_OPENER = "RS0003", "A body starts with `{`",
"The closing `}` is there, and by its indentation it belongs to this line, but the line does not \
open a block.",
bad: "model Tag
    id: uuid @key
}
",
good: "model Tag {
    id: uuid @key
}
";

WRONG_CLOSER = "RS0004", "Brackets come in pairs of one kind",
"A bracket is closed by its own partner: `(` by `)`, `[` by `]`, `{` by `}`.",
bad: "fn first(values: [int)) -> int? = values.first()
",
good: "fn first(values: [int]) -> int? = values.first()
";

UNCLOSED_TEXT = "RS0005", "A string ends on its line",
"A string starts and ends with `\"` on one line. Write `\\n` for a line end in it, and `\\\"` for a \
quote.",
bad: "app todo {
    title = \"To do
}
",
good: "app todo {
    title = \"To do\"
}
";

UNKNOWN_CHARACTER = "RS0006", "Only characters of the language stand outside of strings and comments",
"Names are made of ASCII letters, digits and `_`. Strings stand in double quotes, comments behind \
`//`. Everything else, such as `#`, `$` or a letter with an accent, can only stand in strings and \
comments.",
bad: "struct Price {
    $amount: decimal
}
",
good: "struct Price {
    amount: decimal
}
";

TOO_DEEP = "RS0007", "Brackets and operators nest to a limit",
"Brackets may be 64 deep, and 256 operators may stand in one expression. What is deeper is refused, so that no \
input can exhaust the stack. Take a part out into a `fn` or a `let`.",
bad: "fn deep() -> int = ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
",
good: "fn deep() -> int = ((1))
";

FILE_TOO_LARGE = "RS0008", "A file has at most 16 MiB",
"A schema of that size is not written by hand. Split it into files and `import` them.",
bad: "",
good: "type Email = string @email
";

TOO_MANY = "RS0009", "A file with a thousand mistakes is not read to its end",
"After a thousand problems the rest is not shown. Most likely the file is not a schema at all.",
bad: "",
good: "type Email = string @email
";

UNEXPECTED = "RS0010", "Something else was expected here",
"The text cannot be read from this place on. The message says what could stand here. A line goes on \
with the next one inside `( )` and `[ ]`, behind an operator, `=`, `=>`, `->` or `,`, and when the \
next one starts with an operator, a dot, or a clause such as `where` or `order by`.",
bad: "model Tag {
    id uuid @key
}
",
good: "model Tag {
    id: uuid @key
}
";

UNKNOWN_ITEM = "RS0011", "An item starts with its keyword",
"A schema is made of items: `app import type enum struct model event view fn extern endpoint \
resource`, and `auth hook every migrate retired test`.",
bad: "modle Tag {
    id: uuid @key
}
",
good: "model Tag {
    id: uuid @key
}
";

MISSING_NAME = "RS0012", "A name is missing",
"What is declared here needs a name, or what is referred to does.",
bad: "model {
    id: uuid @key
}
",
good: "model Tag {
    id: uuid @key
}
";

MISSING_TYPE = "RS0013", "A type is missing",
"Behind `:` (and behind the `=` of a `type`) stands a type: `int`, `string?`, `[Tag]`, `set<User>`.",
bad: "struct Price {
    amount:
}
",
good: "struct Price {
    amount: decimal
}
";

MISSING_VALUE = "RS0014", "A value is missing",
"Here the text promises a value and ends.",
bad: "struct Price {
    amount: decimal =
}
",
good: "struct Price {
    amount: decimal = 1
}
";

MISSING_BODY = "RS0015", "A body is missing",
"This item needs a body: `{ … }`, or for functions and endpoints also `= expression`. What has none \
is declared with `extern` and written in Rust.",
bad: "fn twice(n: int) -> int
",
good: "fn twice(n: int) -> int = n * 2
";

MISSING_FIELDS = "RS0016", "`key`, `index` and `unique` name their fields",
"One field by its name, `index author`, several in parentheses: `index (author, created_at)`.",
bad: "model Tag {
    id: uuid @key
    name: string
    index ()
}
",
good: "model Tag {
    id: uuid @key
    name: string
    index (name)
}
";

MISSING_RIGHT = "RS0017", "`for` says who may call",
"Behind the `for` of an endpoint stands `anyone`, `user` or `operator`.",
bad: "endpoint ping() -> string at GET /ping for = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

MISSING_ROUTE = "RS0018", "`at` names a method and a path",
"A route is a method and a path: `at GET /articles/{article}`. The route of a `resource` is a path \
alone.",
bad: "endpoint ping() -> string at /ping for anyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

BAD_PATH = "RS0019", "A path is made of plain segments and `{parameters}`",
"Between two slashes stands either plain text (letters, digits and `-._~!$&'()*+,;=:@%`) or one \
parameter in braces, never both, and never nothing.",
bad: "endpoint ping(id: int) -> string at GET /ping-{id} for anyone = \"pong\"
",
good: "endpoint ping(id: int) -> string at GET /ping/{id} for anyone = \"pong\"
";

BAD_NUMBER = "RS0020", "A number is digits, `_` between them, and at most one point",
"`1_000` and `12.5` are numbers. A `_` stands between two digits only.",
bad: "fn rate() -> float = 1_.5
",
good: "fn rate() -> float = 1.5
";

BAD_UNIT = "RS0021", "A unit is one of the language",
"Durations are written with `d h min s ms` (`30d`, `1h 30min`), sizes with `B KiB MiB GiB`. A name \
does not start with a digit.",
bad: "fn wait() -> duration = 5minutes
",
good: "fn wait() -> duration = 5min
";

FRACTION_OF_UNIT = "RS0022", "Durations and sizes are whole numbers",
"Write the smaller unit: `1h 30min` or `90min` for one and a half hours.",
bad: "fn wait() -> duration = 1.5h
",
good: "fn wait() -> duration = 1h 30min
";

TWO_NUMBERS = "RS0023", "Between two numbers stands an operator or a comma",
"Only the parts of a duration stand side by side: `1h 30min`.",
bad: "fn some_numbers() -> [int] = [1 2]
",
good: "fn some_numbers() -> [int] = [1, 2]
";

BAD_ESCAPE = "RS0024", "An escape in a string is one of the language",
"`\\n \\r \\t \\0 \\\\ \\\"` and `\\u{1F600}` are escapes. A backslash itself is `\\\\`, also in patterns.",
bad: "type Digits = string @pattern(\"^\\d+$\")
",
good: "type Digits = string @pattern(\"^\\\\d+$\")
";

STRAY_BRACE = "RS0025", "A brace in a string is written twice",
"`{name}` in a string puts a value in. A brace itself is written `{{` or `}}`.",
bad: "fn greeting() -> string = \"hello }\"
",
good: "fn greeting() -> string = \"hello }}\"
";

BAD_STATUS = "RS0026", "A status code has three digits",
"Write `-> 201 Todo` for a status code and a type.",
bad: "endpoint ping() -> 20 string at GET /ping for anyone = \"pong\"
",
good: "endpoint ping() -> 200 string at GET /ping for anyone = \"pong\"
";

SPELLED_OPERATOR = "RS0030", "Logic is written in words",
"`and`, `or` and `not` stand where Rust has `&&`, `||` and `!`.",
bad: "fn both(a: bool, b: bool) -> bool = a && b
",
good: "fn both(a: bool, b: bool) -> bool = a and b
";

SINGLE_EQUALS = "RS0031", "Two values are compared with `==`",
"A single `=` assigns or gives a default; it has no place in a condition.",
bad: "model Tag {
    id: uuid @key
    name: string
    check name = \"a\"
}
",
good: "model Tag {
    id: uuid @key
    name: string
    check name == \"a\"
}
";

NULL = "RS0032", "The empty value is `none`",
"There is no null. A value that may be missing has a type with `?`, and is `none` when it is.",
bad: "fn nothing() -> int? = null
",
good: "fn nothing() -> int? = none
";

LET_MUT = "RS0033", "A `let` is never changed",
"There are no variables. State changes by events only.",
bad: "fn twice(n: int) -> int {
    let mut x = n * 2
    return x
}
",
good: "fn twice(n: int) -> int {
    let x = n * 2
    return x
}
";

DOUBLE_COLON = "RS0034", "A variant stands behind a dot",
"Write `Status.Draft`, or `Draft` alone where the type is known.",
bad: "fn start() -> Status = Status::Draft
",
good: "fn start() -> Status = Status.Draft
";

SEMICOLON = "RS0035", "A line ends without a semicolon",
"Members and statements stand one a line.",
bad: "import \"users.rstone\";
",
good: "import \"users.rstone\"
";

CHAINED_COMPARISON = "RS0036", "Comparisons do not chain",
"`a < b < c` would compare a truth value. Write `a < b and b < c`.",
bad: "fn between(a: int, b: int, c: int) -> bool = a < b < c
",
good: "fn between(a: int, b: int, c: int) -> bool = a < b and b < c
";

ASCENDING = "RS0037", "Ascending order has no word",
"Keys are in ascending order unless `desc` stands behind them.",
bad: "model Tag {
    id: uuid @key
    name: string
    index (name asc)
}
",
good: "model Tag {
    id: uuid @key
    name: string
    index (name)
}
";

JOINED_LINE = "RS0038", "Items and statements stand on lines of their own",
"One statement a line, and every item on its own. Fields on one line are separated by `,`.",
bad: "struct A { a: int } struct B { b: int }
",
good: "struct A { a: int }
struct B { b: int }
";

CLAUSE_TWICE = "RS0040", "A clause stands once",
"An endpoint has one route, one result and one `for`; a view has one query.",
bad: "endpoint ping() -> string at GET /ping for anyone for anyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

MIXED_LIST = "RS0041", "A list has values, a map has pairs",
"`[a, b]` is a list or set, `[k: v]` a map. One literal is one of them.",
bad: "fn mixed() -> [int] = [1, 2: 3]
",
good: "fn mixed() -> [int] = [1, 2, 3]
";

EXTERN_WITH_BODY = "RS0042", "What is `extern` has no body here",
"Its body is Rust: a method of the generated `Handlers` trait.",
bad: "extern fn geocode(place: string) -> string? = none
",
good: "extern fn geocode(place: string) -> string?
";

CREATES_AS = "RS0043", "`as` renames the row of `updates` and `deletes`",
"An event that `creates` a row has no field for it: there is no row before.",
bad: "event TagCreated creates Tag as label
",
good: "event TagCreated creates Tag
";

LITERAL_OF_FIELD = "RS0044", "In front of the braces of a literal stands a type",
"`Address { … }` and `Payment.Card { … }` are literals. A value cannot be followed by braces.",
bad: "fn card(p: Payment) -> Payment = p.card.Card { last4: \"1234\" }
",
good: "fn card(p: Payment) -> Payment = Payment.Card { last4: \"1234\" }
";

UNUSED_DOCS = "RS0045", "`///` documents what stands behind it",
"Documentation belongs to the next item, field or variant. Write `//` for a remark, `//!` for the \
whole schema.",
bad: "struct A {
    a: int
    /// Nothing follows.
}
",
good: "struct A {
    a: int
    // Nothing follows.
}
";

LINE_OF_ATTRIBUTES = "RS0046", "An attribute stands behind what it belongs to",
"Attributes of a field stand on its line, behind the type: `slug: string @unique`. Before an item \
they may have lines of their own.",
bad: "model Tag {
    @key
    id: uuid
}
",
good: "model Tag {
    id: uuid @key
}
";

RESERVED_NAME = "RS0047", "A name is no word of the language",
"`and else emit false for if in is let match none not or require return true` build expressions and \
statements, so nothing can be called like them. A field may have another name in JSON: \
`is_in: bool @as(\"in\")`.",
bad: "struct Range {
    in: int
}
",
good: "struct Range {
    inside: int @as(\"in\")
}
";
}
