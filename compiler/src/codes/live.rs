//! `RS0647` to `RS0653`: what can be subscribed to.

use super::codes;

codes! {
LIVE_METHOD = "RS0647", Error, "`live` is of a `GET`",
"A client subscribes to what it could also ask for: the result of a query, which changes nothing.",
bad: "model Todo { id: uuid @key, list: string @index }
endpoint todos(list: string) -> [Todo] at POST /todos for anyone live
    = from t in Todo where t.list == list
",
good: "model Todo { id: uuid @key, list: string @index }
endpoint todos(list: string) -> [Todo] at GET /todos for anyone live
    = from t in Todo where t.list == list
";

LIVE_BODY = "RS0648", Error, "A live body is `require`s and one query",
"The rows of the query are sent first, then each that comes, changes or goes. So the body says which rows they are, \
and nothing is made of them as a whole.",
bad: "model Todo { id: uuid @key, list: string @index }
endpoint todos(list: string) -> int at GET /todos for anyone live
    = count(from t in Todo where t.list == list)
",
good: "model Todo { id: uuid @key, list: string @index }
endpoint todos(list: string) -> [Todo] at GET /todos for anyone live {
    require list != \"\" else invalid(list)
    return from t in Todo where t.list == list
}
";

LIVE_KEYS = "RS0649", Error, "The rows of a live query have keys",
"A row that changes or goes is named by its key: that of the row, of the rows and elements that are joined, or of the \
group. The elements of a list may be equal and have none.",
bad: "model Todo { id: uuid @key, list: string @index, notes: [string] }
endpoint notes(list: string) -> [string] at GET /notes for anyone live
    = from t in Todo join n in t.notes where t.list == list select n
",
good: "model Todo { id: uuid @key, list: string @index, notes: set<string> }
endpoint notes(list: string) -> [string] at GET /notes for anyone live
    = from t in Todo join n in t.notes where t.list == list select n
";

LIVE_CLOCK = "RS0653", Error, "Nothing in a live query changes with the clock",
"Rows are sent when an event changes them. What `now`, `uuid()` and custom Rust give changes without one.",
bad: "model Todo { id: uuid @key, due: timestamp @index }
endpoint late() -> [Todo] at GET /late for anyone live = from t in Todo where t.due < now
",
good: "model Todo { id: uuid @key, due: timestamp @index }
endpoint late(before: timestamp) -> [Todo] at GET /late for anyone live = from t in Todo where t.due < before
";
}
