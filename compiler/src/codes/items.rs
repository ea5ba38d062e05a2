//! `RS01xx`: files, names, types of fields, attributes.

use super::codes;

codes! {
DUPLICATE_ITEM = "RS0101", Error, "A name is declared once",
"All files of a schema share one namespace, so that a name means the same everywhere: in other \
items, in the generated module and in the lock file. Rename one of the two items.",
bad: "struct Address { street: string }
enum Address { Home, Work }
",
good: "struct Address { street: string }
enum AddressKind { Home, Work }
";

IMPORT_UNREADABLE = "RS0102", Error, "An imported file can be read",
"The path of an `import` is relative to the file that imports. The file has to exist and to hold \
UTF-8 text.",
bad: "import \"users.rstone\"
",
good: "import \"users.rstone\"
//- users.rstone
struct Address { street: string }
";

IMPORT_CYCLE = "RS0103", Error, "Files do not import each other in a circle",
"Names are shared by all files of a schema whoever imports whom, so an import back is never needed: \
leave it out. It is enough that the root reaches every file.",
bad: "import \"users.rstone\"
//- users.rstone
import \"main.rstone\"
",
good: "import \"users.rstone\"
//- users.rstone
struct Address { street: string }
";

IMPORT_TWICE = "RS0104", Warning, "A file is imported once by a file",
"The second `import` of the same file does nothing.",
bad: "import \"users.rstone\"
import \"users.rstone\"
//- users.rstone
struct Address { street: string }
",
good: "import \"users.rstone\"
//- users.rstone
struct Address { street: string }
";

IMPORT_PATH = "RS0105", Error, "An import names a `.rstone` file by a relative path",
"A schema has to compile on every machine: write the path relative to the importing file, with `/` \
between folders, and with the extension `.rstone`.",
bad: "import \"/srv/users.rstone\"
",
good: "import \"users.rstone\"
//- users.rstone
struct Address { street: string }
";

NAME_CASE = "RS0106", Warning, "Types are written in PascalCase, everything else in snake_case",
"Types, models, events, views and variants are `PascalCase`; fields, parameters, functions and \
endpoints are `snake_case`. The spelling carries over into Rust, where other spellings are warned \
about. The name in JSON can differ: `@as(\"…\")` for one name, `json = camel_case` in the `app` \
block for all.",
bad: "struct address { zipCode: string }
",
good: "struct Address { zip_code: string }
";

RESERVED_NAME = "RS0107", Error, "A name of the language is not declared again",
"The names of the built-in types cannot name a type, and those of its functions, such as `count` or \
`now`, cannot name a function: what they mean would depend on the file.",
bad: "enum string { A, B }
",
good: "enum Text { A, B }
";

DUPLICATE_APP = "RS0109", Error, "A schema has one `app` block",
"The settings of an application stand in one place, usually in the root file.",
bad: "app one { title = \"One\" }
app two { title = \"Two\" }
",
good: "app one { title = \"One\" }
";

UNKNOWN_SETTING = "RS0110", Error, "A setting of the `app` block is known",
"The settings are `title`, `base`, `url`, `frontend`, `cors`, `json`, `errors`, `unknown` and `big_ints`.",
bad: "app todo { titel = \"To do\" }
",
good: "app todo { title = \"To do\" }
";

SETTING_VALUE = "RS0111", Error, "A setting has a value of its kind",
"`title`, `base` and `url` are texts; `base` begins with `/` and ends without one; `url` begins \
with `http://` or `https://`; `json` is `camel_case` or `as_written`, `unknown` is `reject` or \
`ignore`, `big_ints` is `number` or `string`, `errors` is `documents` or `fields`.",
bad: "app todo { json = kebab_case }
",
good: "app todo { json = camel_case }
";

DUPLICATE_SETTING = "RS0113", Error, "A setting is given once",
"Of two values for one setting one would be ignored. Remove one of them.",
bad: "app todo {
    title = \"To do\"
    title = \"Tasks\"
}
",
good: "app todo {
    title = \"To do\"
}
";

UNKNOWN_TYPE = "RS0114", Error, "A type is built in or declared in the schema",
"The built-in types are `bool int float decimal string bytes timestamp date duration uuid json`, \
`T?`, `[T]`, `set<T>` and `map<K, V>`. Every other name is a `type`, `enum`, `struct`, `model` or \
`view` of the schema.",
bad: "struct Address { street: strng }
",
good: "struct Address { street: string }
";

NOT_A_TYPE = "RS0115", Error, "Events, functions and endpoints are not types",
"A field or parameter holds a value: one of a built-in type, a `type`, an `enum` or a `struct`, or \
a reference to a row of a `model`. Events are emitted and endpoints are called; neither is stored.",
bad: "event Moved { to: string }
struct Log { what: Moved }
",
good: "event Moved { to: string }
struct Log { what: string }
";

TYPE_ARGUMENTS = "RS0117", Error, "`set` takes one type, `map` two, `page` one, others none",
"Write `set<T>`, `map<K, V>` or `page<T>`. A list is `[T]`, an optional value `T?`.",
bad: "struct Tags { all: map<string> }
",
good: "struct Tags { all: map<string, int> }
";

ELEMENT_TYPE = "RS0118", Error, "Elements of sets and keys of maps have an exact order",
"Sets and maps are kept in order, so their elements and keys are of an exactly comparable type: \
not `float`, `json`, an optional, a collection, a struct, or an enum with data. An optional of an \
optional is not a type either: one `none` could not be told from the other.",
bad: "struct Weights { all: set<float> }
",
good: "struct Weights { all: set<decimal> }
";

DUPLICATE_FIELD = "RS0119", Error, "A field or parameter is declared once",
"Two fields of one name could not be told apart. Rename or remove one of them.",
bad: "struct Address {
    street: string
    street: string?
}
",
good: "struct Address {
    street: string
    street2: string?
}
";

DUPLICATE_VARIANT = "RS0120", Error, "A variant is declared once",
"Two variants of one name could not be told apart. Rename or remove one of them.",
bad: "enum Status { Draft, Published, Draft }
",
good: "enum Status { Draft, Published }
";

MISSING_TYPE = "RS0122", Error, "A field or parameter has a type",
"Only two kinds of fields may leave the type out, as they take it from a model: those of a \
`struct … of Model` and those of an event that `creates` or `updates` a model.",
bad: "struct Address { street }
",
good: "struct Address { street: string }
";

UNKNOWN_ATTRIBUTE = "RS0123", Error, "An attribute is known",
"Unknown attributes are refused rather than ignored, as a rule with a slip in its name would not be \
checked.",
bad: "struct Login { email: string @emial }
",
good: "struct Login { email: string @email }
";

MISPLACED_ATTRIBUTE = "RS0124", Error, "An attribute stands where it means something",
"Each attribute belongs to certain places and types: `@min` and `@max` to numbers and durations, \
`@len` and `@max_len` to texts and collections, `@pattern`, `@email`, `@url`, `@trim` and `@lower` \
to texts, `@key`, `@unique`, `@index` and `@private` to fields of models, `@on_delete` to \
references, `@header`, `@query` and `@body` to parameters of endpoints.",
bad: "struct Login { age: int @email }
",
good: "struct Login { age: int @min(18) }
";

ATTRIBUTE_ARGUMENTS = "RS0125", Error, "An attribute has the arguments that it needs",
"For example `@min(0)`, `@len(1..200, \"can't be blank\")`, `@max_len(254)`, `@pattern(\"[a-z]+\")`, \
`@on_delete(cascade)`, `@as(\"type\")`. The words in place of ours come last.",
bad: "struct Login { name: string @max_len(\"long\") }
",
good: "struct Login { name: string @max_len(40) }
";

DUPLICATE_ATTRIBUTE = "RS0126", Error, "An attribute is given once",
"Of two equal attributes one would be ignored. Remove one of them.",
bad: "struct Login { name: string @max_len(40) @max_len(50) }
",
good: "struct Login { name: string @max_len(40) }
";

IMPOSSIBLE_RULE = "RS0127", Error, "Some value can keep the rules",
"The lower bound lies above the upper one, so every value would be refused.",
bad: "struct Login { name: string @len(40..1) }
",
good: "struct Login { name: string @len(1..40) }
";

RECURSIVE_TYPE = "RS0128", Error, "A type does not contain itself",
"Values of the language have a bounded depth. Let the inner one be a row of a model of its own and \
refer to it, or use `json` for what comes from outside.",
bad: "struct Folder { name: string, folders: [Folder] }
",
good: "model Folder {
    id:     uuid @key
    name:   string
    parent: Folder?
}
";

EMPTY_ITEM = "RS0129", Error, "An enum has variants and a struct has fields",
"An enum without variants has no values, and a struct without fields says nothing.",
bad: "enum Status {}
",
good: "enum Status { Draft }
";

PATTERN = "RS0130", Error, "A pattern is a regular expression",
"`@pattern` takes a regular expression without look-around and back-references, so that its \
running time stays proportional to the text. The whole text has to match.",
bad: "struct Login { name: string @pattern(\"[a-z\") }
",
good: "struct Login { name: string @pattern(\"[a-z]+\") }
";

MISPLACED_PATCH = "RS0131", Error, "`name?` stands in structs, parameters and events that update",
"`name?: T` may be absent, which means untouched. Only what is handed over can be absent: a field \
of a row, of a variant or of an event that creates is there or is `none`, written `name: T?`.",
bad: "model Todo {
    id: uuid @key
    due?: date
}
",
good: "model Todo {
    id: uuid @key
    due: date?
}
";

UNKNOWN_FIELD_OF = "RS0133", Error, "A field without a type exists in the model",
"In `struct … of Model` a field without a type takes type and rules from the model's field of that \
name. A field that the model lacks needs its own type.",
bad: "model User {
    id: uuid @key
    email: string
}
struct NewUser of User { emial }
",
good: "model User {
    id: uuid @key
    email: string
}
struct NewUser of User { email }
";

WIRE_NAME_CLASH = "RS0134", Error, "Two names do not share a spelling in JSON",
"With `@as` or `json = camel_case` two fields, variants or parameters can come out equal, and a \
reader could not tell them apart.",
bad: "struct Login {
    name: string
    login: string @as(\"name\")
}
",
good: "struct Login {
    name: string
    login: string
}
";

MISPLACED_TYPE = "RS0135", Error, "A type stands where its values can live",
"`page<T>` is an answer of an endpoint and is never stored. Rows of views come and go with the rows \
that they show, so models, events and structs refer to models only. A newtype narrows a scalar or a \
collection.",
bad: "struct Result { todos: page<string> }
",
good: "struct Result { todos: [string] }
";

NOT_A_MODEL = "RS0136", Error, "A model is wanted here",
"`creates`, `updates`, `deletes`, `struct … of`, back-references and resources name a `model` of \
the schema.",
bad: "struct Address { street: string }
event AddressAdded creates Address { street }
",
good: "model Address {
    id: uuid @key
    street: string
}
event AddressAdded creates Address { street }
";

MISPLACED_VALUE = "RS0137", Error, "A default stands where a value may be left out",
"Fields of models, events and structs, and parameters of endpoints have defaults. Keys made by the \
engine, fields of variants, parameters of functions and fields written `name?` do not.",
bad: "fn double(n: int = 1) -> int = n * 2
",
good: "fn double(n: int) -> int = n * 2
";

MISPLACED_LOOK_UP = "RS0138", Error, "`by` stands behind a model",
"`by` says how the row of a model-typed parameter of an endpoint is found (`article: Article by \
slug`), or which field a back-reference follows (`comments: [Comment] by article`).",
bad: "struct Login { name: string by email }
",
good: "struct Login { name: string }
";

COLD = "RS0144", Error, "`@cold` belongs to `bytes` that nothing looks up",
"The bytes of a `@cold` field stay in the journal, and memory holds where they are. So the field is of the \
type `bytes` or `bytes?`, and is no part of a key or an index.",
bad: "model Picture {
    id: uuid @key
    title: string @cold
}
",
good: "model Picture {
    id: uuid @key
    title: string
    data: bytes @cold
}
";

CORS_ORIGIN = "RS0145", Error, "An origin of `cors` is a scheme, a host and perhaps a port",
"Browsers send the origin of a page as `https://shop.example` or `http://localhost:5173`: in small \
letters, without a path and without a slash at the end. It is compared as a whole, so each origin is named, \
and named once.",
bad: "app shop {
    cors = [\"https://shop.example/\"]
}
",
good: "app shop {
    cors = [\"https://shop.example\"]
}
";

FRONTEND_FOLDER = "RS0146", Error, "`frontend` is a folder inside the package",
"The files of the frontend become part of the program, so they stand below the folder of the package: the \
path is relative, with `/` between its parts and without `..`.",
bad: "app shop {
    frontend = \"../web/dist\"
}
",
good: "app shop {
    frontend = \"web/dist\"
}
";

}
