//! `RS03xx`: models and events.

use super::codes;

codes! {
MISSING_KEY = "RS0301", Error, "A model has a key",
"Rows are told apart, and referred to, by their key: one field with `@key`, or `key (a, b)` over \
several. `id: uuid @key` is filled in by the engine; `id: int @key @auto` numbers the rows.",
bad: "model Todo {
    title: string
}
",
good: "model Todo {
    id: uuid @key
    title: string
}
";

PRIVATE_KEY = "RS0312", Error, "A key is not private",
"A reference to a row is its key, and stands wherever the row is named: in answers, in paths and in the \
rows that refer to it. What has to stay inside is a field of its own.",
bad: "model Invite {
    code: string @key @private
}
",
good: "model Invite {
    id: uuid @key
    code: string @unique @private
}
";

TWO_KEYS = "RS0302", Error, "A model has one key",
"Mark one field with `@key`, or write one `key (a, b)` over several. Other fields that tell rows \
apart are `@unique`.",
bad: "model User {
    id: uuid @key
    email: string @key
}
",
good: "model User {
    id: uuid @key
    email: string @unique
}
";

KEY_TYPE = "RS0303", Error, "A key is of an exactly comparable type",
"A key may be an `int`, `string`, `uuid`, `timestamp`, `date`, `duration`, `decimal`, `bool`, \
`bytes`, an enum without data, a newtype of these, or a reference. An optional value, a `float`, \
`json`, a collection or a struct cannot tell rows apart. Models do not take each other's key in a \
circle either.",
bad: "model Sensor {
    position: float @key
}
",
good: "model Sensor {
    position: decimal @key
}
";

AUTO_KEY = "RS0304", Error, "`@auto` numbers an `int` key",
"The engine counts rows with `int @key @auto`. A `uuid` key is made without any attribute; keys of \
other types, and composite keys, are given.",
bad: "model Todo {
    id: uuid @key @auto
}
",
good: "model Todo {
    id: int @key @auto
}
";

CLEAR_NEEDS_OPTIONAL = "RS0305", Error, "`@on_delete(clear)` needs a reference that can be empty",
"When the other row is deleted the reference becomes `none` or is taken out of its set or list, so \
the field is `User?`, `set<User>` or `[User]`. It is no part of a key.",
bad: "model User { id: uuid @key }
model Todo {
    id: uuid @key
    owner: User @on_delete(clear)
}
",
good: "model User { id: uuid @key }
model Todo {
    id: uuid @key
    owner: User? @on_delete(clear)
}
";

INDEX_TYPE = "RS0306", Error, "An index is over comparable values",
"An index keeps its values in order: `json`, maps, structs and enums with data have none. A set or \
list is indexed by its elements, one such field to an index, and elements are never unique.",
bad: "model Todo {
    id: uuid @key
    extra: json @index
}
",
good: "model Todo {
    id: uuid @key
    extra: json
    kind: string @index
}
";

UNKNOWN_INDEX_FIELD = "RS0307", Error, "`key`, `index` and `unique` name fields of the model",
"The names between the parentheses are stored fields of the same model, each one once.",
bad: "model Todo {
    id: uuid @key
    created_at: timestamp
    index (created)
}
",
good: "model Todo {
    id: uuid @key
    created_at: timestamp
    index (created_at)
}
";

DUPLICATE_INDEX = "RS0308", Error, "An index is declared once",
"A second index over the same fields in the same order costs memory with every row and serves \
nothing. `@unique` and `unique (…)` are indexes already, and a reference always has one.",
bad: "model Todo {
    id: uuid @key
    title: string @unique
    index (title)
}
",
good: "model Todo {
    id: uuid @key
    title: string @unique
}
";

BACK_REFERENCE = "RS0309", Error, "A back-reference follows a reference field",
"`comments: [Comment] by article` shows the comments whose `article` refers to this row. So the \
type is a list of a model, and the field behind `by` is a reference of that model to this one.",
bad: "model Article {
    id: uuid @key
    comments: [Comment] by author
}
model Comment {
    id: uuid @key
    article: Article
    author: string
}
",
good: "model Article {
    id: uuid @key
    comments: [Comment] by article
}
model Comment {
    id: uuid @key
    article: Article
    author: string
}
";

CHECK_CONDITION = "RS0311", Error, "A `check` has a condition, and its message is plain text",
"Write `check condition else \"what is wrong\"`. The message is a text without interpolation, as it \
is the same for every row; it may be left out.",
bad: "model Todo {
    id: uuid @key
    title: string
    check title != \"\" else \"no {title}\"
}
",
good: "model Todo {
    id: uuid @key
    title: string
    check title != \"\" else \"a title is needed\"
}
";

UNKNOWN_EVENT_FIELD = "RS0320", Error, "A field without a type exists in the event's model",
"An event that `creates` or `updates` a model lists fields of that model by name. A field of the \
event's own is written with its type.",
bad: "model Todo {
    id: uuid @key
    title: string
}
event TodoAdded creates Todo { titel }
",
good: "model Todo {
    id: uuid @key
    title: string
}
event TodoAdded creates Todo { title }
";

RETYPED_EVENT_FIELD = "RS0321", Error, "A field of the model is named without a type in its events",
"In an event that `creates` or `updates` a model the field takes type and rules from the model. A \
field of the event's own needs another name.",
bad: "model Todo {
    id: uuid @key
    title: string
}
event TodoAdded creates Todo { title: string }
",
good: "model Todo {
    id: uuid @key
    title: string
}
event TodoAdded creates Todo { title }
";

UPDATED_KEY = "RS0322", Error, "An event does not change a key",
"Other rows refer to a row by its key. Delete the row and create another one, or add a `@unique` \
field for what may change.",
bad: "model Todo {
    id: uuid @key
    title: string
}
event TodoMoved updates Todo { id }
",
good: "model Todo {
    id: uuid @key
    title: string
}
event TodoRenamed updates Todo { title }
";

IMPLICIT_FIELD_CLASH = "RS0323", Error, "The implicit field of an event has its name for itself",
"An event that `updates` or `deletes` a model has a field, named as the model in snake case, that \
holds the reference. When another field needs that name, rename the implicit one: `updates Todo as \
target`.",
bad: "model Todo {
    id: uuid @key
    todo: string
}
event TodoEdited updates Todo { todo }
",
good: "model Todo {
    id: uuid @key
    todo: string
}
event TodoEdited updates Todo as target { todo }
";

TWO_APPLIES = "RS0324", Error, "An event has one `apply` block",
"Put all statements into one block: they run in its order.",
bad: "model Todo {
    id: uuid @key
    count: int = 0
}
event Counted { todo: Todo, apply { todo.count += 1 }
    apply { todo.count += 1 }
}
",
good: "model Todo {
    id: uuid @key
    count: int = 0
}
event Counted { todo: Todo, apply { todo.count += 2 } }
";

DELETED_FIELD = "RS0325", Error, "An event that deletes names no field of the model",
"Nothing of the row remains, so there is nothing to write. The event may have fields of its own, \
with their types.",
bad: "model Todo {
    id: uuid @key
    title: string
}
event TodoDeleted deletes Todo { title }
",
good: "model Todo {
    id: uuid @key
    title: string
}
event TodoDeleted deletes Todo { reason: string? }
";

MISSING_EVENT_FIELD = "RS0326", Error, "An event that creates gives every field of the model",
"A field that the event does not name is filled with its default, with `none`, with an empty \
collection, or with a new key. A field that has none of these has to be named, or computed with \
`name = expression`.",
bad: "model Todo {
    id: uuid @key
    title: string
    owner: string
}
event TodoAdded creates Todo { title }
",
good: "model Todo {
    id: uuid @key
    title: string
    owner: string
}
event TodoAdded creates Todo { title, owner }
";

COMPUTED_FIELD = "RS0327", Error, "A computed field is a field of the model",
"`name = expression` without a type computes the value that `creates` or `updates` writes, and \
takes its type from the model. A field of the event's own has a type; with `= expression` behind it \
that is its default.",
bad: "model Todo {
    id: uuid @key
    title: string
}
event TodoAdded creates Todo { title, length = 1 }
",
good: "model Todo {
    id: uuid @key
    title: string
    length: int
}
event TodoAdded creates Todo { title, length = 1 }
";
}
