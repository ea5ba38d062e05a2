//! `RS023x` and `RS024x`: where private values go.

use super::codes;

codes! {
PRIVATE_ANSWER = "RS0230", Error, "A private value reaches no answer",
"`@private` keeps a field inside: the value, and what is made of it (`\"{…}\"`, `+`, `upper()`, an \
element, a field of the row behind a private reference), stands in no answer, by whatever `let`, \
`fn` or struct it came there. What is asked of it may be answered: comparisons, `in`, `is some`, \
`len()`, `contains()`, `count` and `exists`. What an `extern fn` makes of it is the business of \
your Rust, and may be answered too.",
bad: "model User { id: uuid @key, name: string, phone: string @private }
endpoint phone(user: User) -> string at GET /users/{user} for anyone = user.phone
",
good: "model User { id: uuid @key, name: string, phone: string @private }
endpoint has_phone(user: User) -> bool at GET /users/{user} for anyone = user.phone != \"\"
";

PRIVATE_REFUSAL = "RS0231", Error, "A private value stands in no refusal",
"The words of `fail` and `require … else` are sent to whoever asked, so they hold nothing of a \
`@private` field.",
bad: "model User { id: uuid @key, phone: string @private }
endpoint call(user: User, from: string) at POST /users/{user}/calls for anyone {
    require from == user.phone else forbidden \"only {user.phone} may call\"
}
",
good: "model User { id: uuid @key, phone: string @private }
endpoint call(user: User, from: string) at POST /users/{user}/calls for anyone {
    require from == user.phone else forbidden \"only your own phone may call\"
}
";

PRIVATE_VIEW = "RS0232", Error, "A view shows no private field",
"Whoever may read a view sees all of its fields. A view may choose and order its rows by a \
`@private` field; it does not show it, nor what is made of it.",
bad: "model User { id: uuid @key, name: string, phone: string @private }
view Phones {
    from u in User
    user: u @key
    phone: u.phone
}
",
good: "model User { id: uuid @key, name: string, phone: string @private }
view Phones {
    from u in User
    where u.phone != \"\"
    user: u @key
    name: u.name
}
";

PRIVATE_KEPT = "RS0241", Error, "A private value is kept in private fields only",
"What is kept in a field without `@private` may be read by everybody, so a private value in it \
would be private no longer. This holds for assignments, `insert`, and the fields of an event that \
go into a row.",
bad: "model User { id: uuid @key, name: string, phone: string @private }
event PhoneShown updates User { apply { user.name = user.phone } }
",
good: "model User { id: uuid @key, name: string, phone: string @private, old_phone: string @private }
event PhoneKept updates User { apply { user.old_phone = user.phone } }
";

PRIVATE_CURSOR = "RS0242", Error, "A page is not ordered by a private value",
"The cursor of a page says where the next one begins, by the values that the rows are ordered by. \
Whoever gets the page can read them.",
bad: "model User { id: uuid @key, name: string, born: date @private @index }
endpoint users(cursor: string?) -> page<User> at GET /users for anyone =
    page(from u in User order by u.born limit 20, cursor)
",
good: "model User { id: uuid @key, name: string @index, born: date @private }
endpoint users(cursor: string?) -> page<User> at GET /users for anyone =
    page(from u in User order by u.name limit 20, cursor)
";
}
