//! Hooks and jobs: `RS09xx`.

use super::codes;

codes! {
HOOK_EVENT = "RS0901", Error, "A hook names events, each once",
"Behind `on` stand the events of which the hook is told, by their names.",
bad: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
hook notify on Post
",
good: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
hook notify on PostEnded
";

INTERVAL = "RS0902", Error, "A job runs every 1s to 366d",
"The interval is a duration: `every 10min job …`. At certain times of the day, the week or the month \
it runs by a line of cron: `every cron \"0 3 * * *\" job …`.",
bad: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every 10ms job prune {
    for post in (from p in Post where p.until < now) { emit PostEnded { post } }
}
",
good: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every 10min job prune {
    for post in (from p in Post where p.until < now) { emit PostEnded { post } }
}
";

CRON = "RS0903", Error, "A line of cron has five fields, and comes true some day",
"They are minute, hour, day of the month, month and day of the week, in UTC; each a list of `*`, `n`, \
`a-b`, `*/step` and `a-b/step`. Months and weekdays have their English names too (`jan`, `mon`), and \
Sunday is 0 as well as 7. When both days are restricted, one of them is enough.",
bad: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every cron \"0 25 * * *\" job prune {
    for post in (from p in Post where p.until < now) { emit PostEnded { post } }
}
",
good: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every cron \"0 3 * * *\" job prune {
    for post in (from p in Post where p.until < now) { emit PostEnded { post } }
}
";

JOB_EMIT = "RS0904", Error, "A job emits inside its outer `for`",
"Each round of a `for` that stands in the body itself is a transaction of its own: what a round emits \
happens as a whole, and a round that is refused does not stop the others. Outside there is no \
transaction to emit into.",
bad: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every 1h job prune {
    if let post = first(from p in Post where p.until < now) { emit PostEnded { post } }
}
",
good: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every 1h job prune {
    for post in (from p in Post where p.until < now limit 1) { emit PostEnded { post } }
}
";

JOB_ANSWER = "RS0905", Error, "A job gives no answer",
"Nobody waits for it, so there is no `return`. `require` and `fail` end a round of the `for` and undo \
what it emitted; the round is counted as refused, and the next one begins.",
bad: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every 1h job prune {
    for post in (from p in Post where p.until < now) {
        if post.title == \"pinned\" { return }
        emit PostEnded { post }
    }
}
",
good: "model Post { id: uuid @key, title: string, until: timestamp @index }
event PostEnded deletes Post
every 1h job prune {
    for post in (from p in Post where p.until < now) {
        if post.title != \"pinned\" { emit PostEnded { post } }
    }
}
";
}
