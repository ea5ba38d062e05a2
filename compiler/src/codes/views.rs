//! Rules of views: `RS0330` to `RS0349`.

use super::codes;

codes! {
VIEW_SOURCE = "RS0330", Error, "A view shows the rows of a query, or what events add up to",
"Its first lines say which rows it shows: `from a in Article`, and if needed `join`, `where`, `group by` and \
`order by`. A view that adds up events has fields with types and defaults, and an `on Event for key { … }` for each event.",
bad: "view Feed {
    title: \"none\"
}
",
good: "model Article {
    id: uuid @key
    title: string
}
view Feed {
    from a in Article
    article: a @key
    title: a.title
}
";

VIEW_CLAUSE = "RS0332", Error, "A view keeps all its rows",
"`skip`, `limit`, `select` and `scan` belong to the queries that read the view; its own fields say \
what each row holds.",
bad: "model Article { id: uuid @key }
view Newest {
    from a in Article limit 10
    article: a @key
}
",
good: "model Article { id: uuid @key }
view Newest {
    from a in Article
    article: a @key
}
";

VIEW_KEY = "RS0333", Error, "The key of a view tells its rows apart",
"Each row of the model gives one row of the view, told apart by the row itself (`article: a @key`) \
or by its key, field by field (`id: a.id @key`). With a `join`, each match gives a row: the key then also holds \
the joined row or element, unless the other parts of the key lead to just one.",
bad: "model Article {
    id: uuid @key
    title: string
}
view Feed {
    from a in Article
    title: a.title @key
}
",
good: "model Article {
    id: uuid @key
    title: string
}
view Feed {
    from a in Article
    article: a @key
    title: a.title
}
";

GROUP_KEYS = "RS0334", Error, "The key of a grouped view is what it is grouped by",
"Each group gives one row, so each key of `group by` is shown by a field with `@key`, and no other field has one.",
bad: "model Sale { id: uuid @key, shop: string, amount: decimal }
view Turnover {
    from s in Sale
    group by s.shop
    shop:  s.shop
    total: sum(s.amount)
}
",
good: "model Sale { id: uuid @key, shop: string, amount: decimal }
view Turnover {
    from s in Sale
    group by s.shop
    shop:  s.shop @key
    total: sum(s.amount)
}
";

VIEW_COMPARISON = "RS0335", Error, "Rows of a view are joined by equality",
"Where a condition compares two rows by anything but equality, one change may move any number of pairs in or out. \
A view keeps what one change leads to: so a condition about two rows is an equality, and other comparisons are made \
where the view is read. Unread messages, for example, are a difference of two counters: keep `channel.posted` and \
`member.read`, and subtract.",
bad: "model Channel { id: uuid @key, name: string }
model Message { id: uuid @key, channel: Channel, number: int }
model Member { id: uuid @key, channel: Channel, read: int }
view Unread {
    from r in Member join m in Message on m.channel == r.channel
    where m.number > r.read
    group by r
    member: r @key
    unread: count()
}
",
good: "model Channel { id: uuid @key, name: string, posted: int = 0 }
model Member { id: uuid @key, channel: Channel, read: int }
view Unread {
    from r in Member
    member: r @key
    read: r.read
    unread: r.channel.posted - r.read
}
";

NOT_INCREMENTAL = "RS0336", Error, "A view can be kept up by its changes",
"A view and a live query are brought up to date row by row: from what has changed, an index has to lead back to the \
rows that show it. References lead back, and so do joins by an indexed field; queries and look-ups inside a value do not.",
bad: "model Article { id: uuid @key, title: string }
model Comment { id: uuid @key, article: Article }
view Feed {
    from a in Article
    article: a @key
    comments: count(from c in Comment where c.article == a)
}
",
good: "model Article { id: uuid @key, title: string }
model Comment { id: uuid @key, article: Article }
view Comments {
    from c in Comment
    group by c.article
    article: c.article @key
    comments: count()
}
";

VIEW_CIRCLE = "RS0337", Error, "Views do not build on each other in a circle",
"A view may show the rows of another view, and so on down to a model.",
bad: "model Article { id: uuid @key, title: string }
view First {
    from s in Second
    id: s.id @key
}
view Second {
    from f in First
    id: f.id @key
}
",
good: "model Article { id: uuid @key, title: string }
view First {
    from a in Article
    id: a.id @key
}
view Second {
    from f in First
    id: f.id @key
}
";

FOLD_AND_QUERY = "RS0338", Error, "A view is a query or a fold, not both",
"The rows of a view follow from the rows of a query, or from events by `on`. A field of the first has a value, a field \
of the second a type.",
bad: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view Users {
    from u in User
    user: u @key
    changes: int = 0
    on UserAdded { changes += 1 }
}
",
good: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view UsersPerDay {
    day: date @key
    added: int = 0
    on UserAdded for event.at.date() { added += 1 }
}
";

FOLD_EVENT = "RS0339", Error, "`on` names an event, each once",
"A view says in one place what an event does to it.",
bad: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view UsersPerDay {
    day: date @key
    added: int = 0
    on User for event.at.date() { added += 1 }
}
",
good: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view UsersPerDay {
    day: date @key
    added: int = 0
    on UserAdded for event.at.date() { added += 1 }
}
";

FOLD_KEY = "RS0340", Error, "`for` gives the key of the row that an event changes",
"It gives one value for each `@key` field, in their order.",
bad: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view UsersPerDay {
    day: date @key
    added: int = 0
    on UserAdded { added += 1 }
}
",
good: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view UsersPerDay {
    day: date @key
    added: int = 0
    on UserAdded for event.at.date() { added += 1 }
}
";

STATE_DEFAULT = "RS0341", Error, "What events add up to has a default, and its key has none",
"A row appears with the first event that changes it: its key is what `for` gives, its other fields begin with their \
defaults. Optional fields begin with none, collections empty.",
bad: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view UsersPerDay {
    day: date @key
    added: int
    on UserAdded for event.at.date() { added += 1 }
}
",
good: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
view UsersPerDay {
    day: date @key
    added: int = 0
    on UserAdded for event.at.date() { added += 1 }
}
";

FOLD_CHANGES = "RS0342", Error, "A fold changes the fields of its own row",
"Rows of models change by the `apply` of an event; the `on` of a view only follows what has happened.",
bad: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
event Renamed updates User { name }
view Renamings {
    day: date @key
    names: set<string>
    on Renamed for event.at.date() { event.user.name = event.name }
}
",
good: "model User { id: uuid @key, name: string }
event UserAdded creates User { name }
event Renamed updates User { name }
view Renamings {
    day: date @key
    names: set<string>
    on Renamed for event.at.date() { names += event.name }
}
";

FOLD_READS = "RS0343", Error, "A fold reads its event and its own row",
"What an event does to a view depends on the event and on what the row holds, so that a view can be built again from \
the journal alone. What else is needed is stored in the event.",
bad: "model User { id: uuid @key, city: string }
event Visited { user: User }
view Visits {
    city: string @key
    visits: int = 0
    on Visited for event.user.city { visits += 1 }
}
",
good: "model User { id: uuid @key, city: string }
event Visited { user: User, city: string }
view Visits {
    city: string @key
    visits: int = 0
    on Visited for event.city { visits += 1 }
}
";
}
