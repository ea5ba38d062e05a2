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

AUTH_TWICE = "RS0801", Error, "A schema has one `auth` block",
"All who sign in are rows of one model, so that `caller` has one type. What sets them apart is a \
field, such as `role: Role`.",
bad: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
model Admin {
    id: uuid @key
    email: string @unique
    password: secret
}
auth Admin {
    identity = email
    password = password
    session = bearer for 30d
}
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
";

AUTH_SETTING = "RS0802", Error, "An `auth` block sets `identity`, `password` and `session`, and perhaps `at`",
"`identity` is the field by which somebody is known, `password` the field with their secret, \
`session` how a request shows that they have signed in. `at` serves `login`, `logout` and `me` below \
a route. Each is set once.",
bad: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    login = email
    password = password
    session = bearer for 30d
}
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
";

AUTH_IDENTITY = "RS0803", Error, "`identity` is a unique text field of the model",
"By it the row of somebody who signs in is found, so it is a `string`, or a `type` made of one, and \
`@unique` or the key.",
bad: "model User {
    id: uuid @key
    email: string
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
";

AUTH_PASSWORD = "RS0804", Error, "`password` is a secret field of the model",
"Of the type `secret` only a hash is kept. With `secret?` there may be users without a password, who \
sign in some other way.",
bad: "model User {
    id: uuid @key
    email: string @unique
    password: string
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
";

AUTH_SESSION = "RS0805", Error, "A session is `bearer` or `cookie`, for some time",
"`bearer for 30d` is shown in the header `Authorization: Bearer …`, `bearer \"Token\" for 30d` in \
`Authorization: Token …`; `cookie for 14d` travels in a cookie, for browsers. It lasts from 1min to \
10 years (3660d).",
bad: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = header for 30d
}
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
";

AUTH_ROUTES = "RS0806", Error, "The routes of `auth` are nobody else's",
"`at = /auth` serves `POST /auth/login`, `POST /auth/logout` and `GET /auth/me`. It is a path of \
plain text that does not begin with `_`, and no endpoint has one of these routes.",
bad: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    at = /auth
    session = bearer for 30d
}
endpoint login() -> string at POST /auth/login for anyone = \"no\"
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    at = /auth
    session = bearer for 30d
}
endpoint login_help() -> string at POST /auth/help for anyone = \"no\"
";

VERIFY = "RS0807", Error, "`verify` takes a kept secret and what somebody says, in an endpoint",
"`verify(user.password, candidate)` says whether the candidate, a parameter of the type `secret`, is \
what was kept. It is false for `none`, and takes as long. It takes its time on purpose, so it stands \
in the body of an endpoint, where it runs outside the writer.",
bad: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
endpoint test(user: User, password: secret) -> bool at POST /users/{user}/test for anyone = verify(password, user.password)
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
endpoint test(user: User, password: secret) -> bool at POST /users/{user}/test for anyone = verify(user.password, password)
";

SIGN_IN = "RS0808", Error, "`sign_in` and `sign_out` are called by endpoints that write",
"Sessions are kept like everything else, so beginning and ending one is a write: in the body of an \
endpoint, and not under `GET`.",
bad: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
endpoint leave() at GET /leave for user = sign_out()
",
good: "model User {
    id: uuid @key
    email: string @unique
    password: secret
}
auth User {
    identity = email
    password = password
    session = bearer for 30d
}
endpoint leave() at POST /leave for user = sign_out()
";
}
