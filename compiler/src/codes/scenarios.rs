//! Scenarios: `RS10xx`.

use super::codes;

codes! {
TITLE_TWICE = "RS1001", Error, "Scenarios have titles of their own",
"The title is what `cargo test` prints, so two scenarios with one title could not be told apart.",
bad: "model Todo { id: int @key @auto, title: string }
event TodoAdded creates Todo { title }
test \"adding\" {
    given TodoAdded { title: \"Milk\" } as milk
    then  milk.title == \"Milk\"
}
test \"adding\" {
    given TodoAdded { title: \"Bread\" } as bread
    then  bread.title == \"Bread\"
}
",
good: "model Todo { id: int @key @auto, title: string }
event TodoAdded creates Todo { title }
test \"adding\" {
    given TodoAdded { title: \"Milk\" } as milk
    then  milk.title == \"Milk\"
}
test \"adding another\" {
    given TodoAdded { title: \"Bread\" } as bread
    then  bread.title == \"Bread\"
}
";

NOTHING_CALLED = "RS1002", Error, "`then emitted` and `then fails` stand behind a call",
"They ask what the last `when endpoint(…)` did. A `given` or a `when 16min pass` between the two ends \
that: it is another step, with nothing to ask about.",
bad: "model Todo { id: int @key @auto, title: string }
event TodoAdded creates Todo { title }
test \"adding\" {
    given TodoAdded { title: \"Milk\" }
    then  emitted TodoAdded { title: \"Milk\" }
}
",
good: "model Todo { id: int @key @auto, title: string }
event TodoAdded creates Todo { title }
endpoint add(..TodoAdded) at POST /todos for anyone = emit TodoAdded { .. }
test \"adding\" {
    when  add(\"Milk\")
    then  emitted TodoAdded { title: \"Milk\" }
}
";

ARGUMENT_ORDER = "RS1003", Error, "Arguments by position stand before those by name",
"Behind an argument with a name it would not be clear which parameter the next one is for.",
bad: "model Todo { id: int @key @auto, title: string, done: bool }
event TodoAdded creates Todo { title, done }
endpoint add(..TodoAdded) at POST /todos for anyone = emit TodoAdded { .. }
test \"adding\" {
    when  add(title: \"Milk\", true)
    then  emitted TodoAdded { done: true }
}
",
good: "model Todo { id: int @key @auto, title: string, done: bool }
event TodoAdded creates Todo { title, done }
endpoint add(..TodoAdded) at POST /todos for anyone = emit TodoAdded { .. }
test \"adding\" {
    when  add(title: \"Milk\", done: true)
    then  emitted TodoAdded { done: true }
}
";

NAMES_NO_ROW = "RS1004", Error, "`as` names the row that an event creates",
"An event that changes or deletes a row makes no new one, so there is nothing to name.",
bad: "model Todo { id: int @key @auto, title: string, done: bool = false }
event TodoAdded creates Todo { title }
event TodoDone  updates Todo { apply { todo.done = true } }
test \"done is done\" {
    given TodoAdded { title: \"Milk\" } as milk
    given TodoDone { todo: milk } as done
    then  milk.done
}
",
good: "model Todo { id: int @key @auto, title: string, done: bool = false }
event TodoAdded creates Todo { title }
event TodoDone  updates Todo { apply { todo.done = true } }
test \"done is done\" {
    given TodoAdded { title: \"Milk\" } as milk
    given TodoDone { todo: milk }
    then  milk.done
}
";

REFUSED_EMITS = "RS1005", Error, "A refused call emits nothing",
"A command is all or nothing: where it is refused, none of its events is stored. So one call is asked \
either what it emitted or how it was refused.",
bad: "model Todo { id: int @key @auto, title: string @max_len(9) }
event TodoAdded creates Todo { title }
endpoint add(..TodoAdded) at POST /todos for anyone = emit TodoAdded { .. }
test \"long titles\" {
    when  add(\"Buy milk and bread\")
    then  emitted TodoAdded { title: \"Buy milk\" }
    then  fails invalid
}
",
good: "model Todo { id: int @key @auto, title: string @max_len(9) }
event TodoAdded creates Todo { title }
endpoint add(..TodoAdded) at POST /todos for anyone = emit TodoAdded { .. }
test \"long titles\" {
    when  add(\"Buy milk and bread\")
    then  fails invalid
}
";

NEEDS_RUST = "RS1006", Error, "A scenario calls what the schema writes",
"An `extern` item is Rust of yours, and a scenario knows only the schema. Its events can be given, and \
what it does itself is tested in Rust, with the `testing` module that is generated for tests.",
bad: "model City { id: int @key @auto, rank: int }
event CityAdded creates City { rank }
extern fn rank(name: string) -> int
endpoint add(name: string) at POST /cities for anyone = emit CityAdded { rank: rank(name) }
test \"a city has a rank\" {
    when  add(\"Lyon\")
    then  emitted CityAdded { rank: 3 }
}
",
good: "model City { id: int @key @auto, rank: int }
event CityAdded creates City { rank }
extern fn rank(name: string) -> int
endpoint add(name: string) at POST /cities for anyone = emit CityAdded { rank: rank(name) }
test \"a city has a rank\" {
    given CityAdded { rank: 3 } as lyon
    then  lyon.rank == 3
}
";

ASKS_NOTHING = "RS1007", Error, "A scenario asks something",
"Without a `then` it could only fail by a step that is refused, and would say nothing about the schema.",
bad: "model Todo { id: int @key @auto, title: string }
event TodoAdded creates Todo { title }
test \"adding\" {
    given TodoAdded { title: \"Milk\" }
}
",
good: "model Todo { id: int @key @auto, title: string }
event TodoAdded creates Todo { title }
test \"adding\" {
    given TodoAdded { title: \"Milk\" } as milk
    then  milk.title == \"Milk\"
}
";

NO_TIME_PASSES = "RS1008", Error, "Time passes forwards",
"`when 16min pass` moves the clock that `now` shows. No time at all is no step.",
bad: "model Todo { id: int @key @auto, at: timestamp = now }
event TodoAdded creates Todo {}
test \"time\" {
    given TodoAdded {} as milk
    when  0min pass
    then  milk.at < now
}
",
good: "model Todo { id: int @key @auto, at: timestamp = now }
event TodoAdded creates Todo {}
test \"time\" {
    given TodoAdded {} as milk
    when  1min pass
    then  milk.at < now
}
";
}
