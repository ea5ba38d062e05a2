//! `RS065x`: what endpoints answer.

use super::codes;

codes! {
MISSING_RETURN = "RS0650", Error, "Every way through an endpoint returns",
"An endpoint with a result ends every branch with `return` or `fail`.",
bad: "endpoint sign(n: int) -> int at GET /sign for anyone {
    if n < 0 { return -1 }
}
",
good: "endpoint sign(n: int) -> int at GET /sign for anyone {
    if n < 0 { return -1 }
    return 1
}
";

RETURN_STATUS = "RS0651", Error, "A `return` answers with a status of success",
"200 to 299; refusals are `fail KIND \"…\"`.",
bad: "endpoint ping() -> string at GET /ping for anyone {
    return 404 \"nobody\"
}
",
good: "endpoint ping() -> string at GET /ping for anyone {
    fail missing \"nobody\"
}
";

RETURN_VALUE = "RS0652", Error, "A `return` gives the declared result",
"An endpoint with `-> T` returns a `T`; one without returns nothing.",
bad: "endpoint ping() at GET /ping for anyone = \"pong\"
",
good: "endpoint ping() -> string at GET /ping for anyone = \"pong\"
";
}
