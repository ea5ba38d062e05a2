//! Who may call and read: `RS034x`, `RS064x`.

use super::codes;

codes! {
READABLE_CONDITION = "RS0344", Error, "`readable by` has a condition",
"The condition says which rows somebody may read, by the fields of the row and by `caller`. What \
nobody may read from outside is `@private`.",
bad: "model Note {
    id: uuid @key
    is_public: bool
    readable by anyone
}
",
good: "model Note {
    id: uuid @key
    is_public: bool
    readable by anyone where is_public
}
";

READABLE_TWICE = "RS0345", Error, "Who may read something is said once",
"A model, a view and each of their fields has at most one `readable by`. Several reasons to read it \
are one condition with `or`.",
bad: "model Note {
    id: uuid @key
    is_public: bool
    is_old: bool
    readable by anyone where is_public
    readable by anyone where is_old
}
",
good: "model Note {
    id: uuid @key
    is_public: bool
    is_old: bool
    readable by anyone where is_public or is_old
}
";

AUTH_MISSING = "RS0640", Error, "Who signs in is said by an `auth` block",
"`for user`, `readable by user`, `caller` and `session` mean a row of the model that the `auth` block \
names, so a schema that writes them has one.",
bad: "endpoint ping() -> string at GET /ping for user = \"pong\"
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
endpoint ping() -> string at GET /ping for user = \"pong\"
";

CONDITION_MISPLACED = "RS0641", Error, "A condition on who may call belongs to `for user`",
"`for anyone` lets everybody in and `for operator` the people who run the system. A condition asks \
something of a `caller` who has signed in, and `else` says what is answered when it does not hold. \
What depends on other things is a `require` in the body.",
bad: "endpoint ping(word: string) -> string at GET /ping for anyone where word != \"\" = word
",
good: "endpoint ping(word: string) -> string at GET /ping for anyone {
    require word != \"\" else invalid(word) \"say something\"
    return word
}
";

RIGHTS_REFUSAL = "RS0642", Error, "Who may not call gets `forbidden` or `missing`",
"Without an `else` the answer is a 403. `else missing` answers 404, as if there were nothing, where \
even that there is something is not to be told.",
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
endpoint show(user: User) -> string at GET /users/{user} for user where caller == user else gone = user.email
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
endpoint show(user: User) -> string at GET /users/{user} for user where caller == user else missing = user.email
";

CALLER_MISPLACED = "RS0643", Error, "`caller` and `session` stand where somebody calls",
"That is the body of an endpoint `for anyone` or `for user`, and the conditions on who may call and \
read. A `fn` takes the caller as a parameter, an event knows its key as `event.by`, and jobs, views \
and defaults have none.",
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
fn is_self(user: User) -> bool = user == caller
endpoint own(user: User) -> bool at GET /users/{user} for user = is_self(user)
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
fn is_self(user: User, caller_row: User) -> bool = user == caller_row
endpoint own(user: User) -> bool at GET /users/{user} for user = is_self(user, caller)
";

AUTH_ANSWER = "RS0644", Error, "A row of those who sign in is not an answer",
"A whole row shows each field that is not private, also one that is added next year. Of the model \
that signs in only what is listed may be given out: answer a struct of it.",
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
endpoint show(user: User) -> User at GET /users/{user} for user = user
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
struct Profile of User { id, email }
endpoint show(user: User) -> Profile at GET /users/{user} for user = Profile { ..user }
";

CONSISTENCY = "RS0645", Error, "`consistency` is `linearizable` or `local`, and of an endpoint that reads",
"Without it a query has seen what its caller has written. `linearizable` sees every write that was \
acknowledged before, `local` what the node that is asked has. A command runs on the writer and sees \
everything before it.",
bad: "endpoint ping() -> string at GET /ping for anyone consistency eventual = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone consistency local = \"pong\"
";

RATE = "RS0646", Error, "`rate` counts calls in a time, by a parameter if it says so",
"It takes 1 to 1,000,000 calls and a duration from 1s to 1d: `rate 5 per 1min`. With `by email` each \
value of the parameter `email` is counted by itself; the parameter has to be of values that are told \
apart exactly: a text, a number, a `uuid` or a row.",
bad: "endpoint greet(name: string) -> string at GET /greet for anyone rate 5 per 1min by mail = name
",
good: "endpoint greet(name: string) -> string at GET /greet for anyone rate 5 per 1min by name = name
";
}
