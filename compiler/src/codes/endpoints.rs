//! `RS06xx`: endpoints and resources.

use super::codes;

codes! {
MISSING_RIGHTS = "RS0601", Error, "An endpoint says who may call it",
"Write `for anyone` behind the route. Nothing is open by leaving something out.",
bad: "endpoint ping() -> string at GET /ping = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

UNKNOWN_RIGHTS = "RS0603", Error, "Who may call is `anyone`, `user` or `operator`",
"`for anyone` needs no login, `for user` needs one, `for operator` is for the people who run the \
system.",
bad: "endpoint ping() -> string at GET /ping for everyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

METHOD = "RS0604", Error, "The method of a route is `GET`, `POST`, `PUT`, `PATCH` or `DELETE`",
"Methods are written in capitals. `HEAD` and `OPTIONS` are answered without being declared.",
bad: "endpoint ping() -> string at FETCH /ping for anyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

MISSING_ROUTE = "RS0605", Error, "An endpoint has a route",
"Write `at`, a method and a path: `at GET /ping`.",
bad: "endpoint ping() -> string for anyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

UNDECLARED_PATH_PARAMETER = "RS0606", Error, "A parameter of the path is a parameter of the endpoint",
"Each `{name}` of the route stands between the endpoint's parentheses as well, with its type.",
bad: "endpoint greet(name: string) -> string at GET /greet/{who} for anyone = name
",
good: "endpoint greet(name: string) -> string at GET /greet/{name} for anyone = name
";

REPEATED_PATH_PARAMETER = "RS0607", Error, "A parameter stands in the path once",
"Two segments would give two values to one name.",
bad: "endpoint greet(name: string) -> string at GET /{name}/{name} for anyone = name
",
good: "endpoint greet(name: string) -> string at GET /greet/{name} for anyone = name
";

DUPLICATE_ROUTE = "RS0608", Error, "A request fits one endpoint",
"Two endpoints with the same method and the same path cannot be told apart. The names of parameters \
do not count; a plain segment beats a parameter, so `/todos/new` and `/todos/{todo}` go together.",
bad: "endpoint first(a: string) -> string at GET /greet/{a} for anyone = a
endpoint second(b: string) -> string at GET /greet/{b} for anyone = b
",
good: "endpoint first(a: string) -> string at GET /greet/{a} for anyone = a
endpoint second(b: string) -> string at GET /bye/{b} for anyone = b
";

RESERVED_ROUTE = "RS0609", Error, "Routes that begin with `_`, `/livez`, `/readyz` and `/openapi.json` are the engine's",
"They serve health checks, the description of the API, metrics, the dashboard and the socket of live \
queries.",
bad: "endpoint ping() -> string at GET /_ping for anyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

STATUS = "RS0610", Error, "The status of a result is one of success",
"A plain result is answered with 200 to 299; 204 and 205 have no body. Refusals are written \
`fail conflict \"…\"` and have their own status.",
bad: "endpoint ping() -> 404 string at GET /ping for anyone = \"pong\"
",
good: "endpoint ping() -> 202 string at GET /ping for anyone = \"pong\"
";

BODY_UNDER_GET = "RS0611", Error, "A `GET` has no body",
"Clients and proxies drop the body of a `GET`. Take the value from the query string, or use `POST`.",
bad: "endpoint find(text: string @body) -> string at GET /find for anyone = text
",
good: "endpoint find(text: string) -> string at GET /find for anyone = text
";

TWO_BODIES = "RS0612", Error, "One parameter takes the whole body, or several its fields",
"`@body` leaves nothing of the body for other parameters: take them from the path, from the query \
string with `@query` or from a header.",
bad: "endpoint put(text: string @body, name: string) -> string at POST /texts for anyone = text + name
",
good: "endpoint put(text: string @body, name: string @query) -> string at POST /texts for anyone = text + name
";

PARAMETER_TYPE = "RS0613", Error, "A parameter has a type that its place can carry",
"A segment of the path and a header carry one scalar value, an enum without data, or the key of a \
row; a path segment is never optional. The query string carries these as well, optional or as a \
list. Everything else travels in the body.",
bad: "endpoint find(tags: [string]) -> [string] at GET /find/{tags} for anyone = tags
",
good: "endpoint find(tags: [string]) -> [string] at GET /find for anyone = tags
";

OPTION_VALUE = "RS0616", Error, "An option has a value of its kind",
"`max_body` is a size from 1B to 1GiB on an endpoint that reads a body: `max_body 10MiB`. `timeout` \
is a duration from 1ms to 1h: `timeout 5s`.",
bad: "endpoint ping() -> string at GET /ping for anyone timeout 10MiB = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone timeout 10s = \"pong\"
";

LOOK_UP = "RS0617", Error, "A row is looked up by something unique",
"`by` names the key, a `@unique` field, or exactly the fields of a `key (…)` or `unique (…)` group. \
Of a group all fields but one are other parameters of the endpoint, by their names; the one that \
remains is what the parameter itself brings. A model with a composite key is always looked up with \
`by`.",
bad: "model User {
    id: uuid @key
    name: string
}
endpoint show(user: User by name) -> User at GET /users/{user} for anyone = user
",
good: "model User {
    id: uuid @key
    name: string @unique
}
endpoint show(user: User by name) -> User at GET /users/{user} for anyone = user
";

SPREAD = "RS0618", Error, "`..Event` names an event",
"Between the parentheses of an endpoint `..Event` stands for the fields that the event's emitter \
gives.",
bad: "struct Todo { title: string }
endpoint add(..Todo) at POST /todos for anyone { fail gone \"later\" }
",
good: "event TodoSeen { title: string }
endpoint add(..TodoSeen) at POST /todos for anyone { emit TodoSeen { .. } }
";

MEDIA_TYPE = "RS0619", Error, "A media type belongs to `bytes`",
"`-> bytes as \"image/png\"` answers raw bytes of that type. All other results are JSON.",
bad: "endpoint ping() -> string as \"text/plain\" at GET /ping for anyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";

TWO_SOURCES = "RS0621", Error, "A parameter comes from one place",
"A parameter named in the path comes from the path; others have at most one of `@header`, `@query` \
and `@body`.",
bad: "endpoint find(text: string @query @header(\"Text\")) -> string at GET /find for anyone = text
",
good: "endpoint find(text: string @header(\"Text\")) -> string at GET /find for anyone = text
";

RESOURCE_ACTION = "RS0630", Error, "A resource offers `list`, `get`, `create`, `update` and `delete`",
"Each of them once, several of them on one line when they share rights and fields.",
bad: "model Product {
    id: uuid @key
    name: string
}
resource Product at /products {
    list, read for anyone
}
",
good: "model Product {
    id: uuid @key
    name: string
}
resource Product at /products {
    list, get for anyone
}
";

RESOURCE_FIELDS = "RS0631", Error, "The fields of a resource are fields of its model",
"`create { name, price }` lists what the client gives, `with { owner: … }` what the server fills in. \
Both name stored fields of the model, a field only in one of them; `update` never names the key.",
bad: "model Product {
    id: uuid @key
    name: string
}
resource Product at /products {
    create { nmae } for anyone
}
",
good: "model Product {
    id: uuid @key
    name: string
}
resource Product at /products {
    create { name } for anyone
}
";

RESOURCE_SHAPE = "RS0632", Error, "A line of a resource has what its actions need",
"`create` and `update` list their fields; `list`, `get` and `delete` take none. `with` belongs to \
`create` and `update`. A resource has a route without parameters and at least one line, and its \
model one key field.",
bad: "model Product {
    id: uuid @key
    name: string
}
resource Product at /products {
    create for anyone
}
",
good: "model Product {
    id: uuid @key
    name: string
}
resource Product at /products {
    create { name } for anyone
}
";
}
