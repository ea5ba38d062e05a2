//! Identity and secrets: `RS0143`, `RS0239`, `RS0240`, `RS08xx`.

use super::codes;

codes! {
SECRET_PLACE = "RS0143", Error, "A secret stands where one comes in or is kept",
"The type `secret` belongs to fields of models, events and structs, and to parameters that come from \
the body of a request: addresses and headers are written into logs. It is neither an element of a \
collection nor the data of a variant, and functions do not take it.",
bad: "model Account {
    id: uuid @key
    passwords: [secret]
}
",
good: "model Account {
    id: uuid @key
    password: secret
}
";

SECRET_USE = "RS0239", Error, "A secret is verified, not compared or shown",
"Of a secret only a hash is kept, so that no comparison says anything; and what stands in a text \
leaves the system with it. `verify(hash, candidate)` compares, at equal cost for right and wrong.",
bad: "model Account {
    id: uuid @key
    password: secret
}
endpoint knows(account: Account, password: secret) -> bool at POST /accounts/{account}/test for anyone =
    account.password == password
",
good: "model Account {
    id: uuid @key
    password: secret
}
endpoint knows(account: Account, password: secret) -> bool at POST /accounts/{account}/test for anyone =
    verify(account.password, password)
";

SECRET_ANSWER = "RS0240", Error, "A secret reaches no answer and no view",
"A whole row leaves its secrets out by itself. A struct shows all its fields, so an answer or a view \
has none with a secret in it.",
bad: "model Account {
    id: uuid @key
    name: string
    password: secret
}
struct Shown of Account { name, password }
endpoint show(account: Account) -> Shown at GET /accounts/{account} for anyone = Shown { ..account }
",
good: "model Account {
    id: uuid @key
    name: string
    password: secret
}
struct Shown of Account { name }
endpoint show(account: Account) -> Shown at GET /accounts/{account} for anyone = Shown { ..account }
";
}
