//! `RS07xx`: the lock file.

use super::codes;

codes! {
LOCK_FORMAT = "RS0701", Error, "The lock file is as `rstone lock` wrote it",
"`rstone.lock` holds the shapes under which events lie in journals: a mistake in it would make them \
unreadable. Take the last good version from your version control, and run `rstone lock` again.",
bad: "struct Address { street: string }
//- rstone.lock
rstone-lock 1
schema main.rstone
enum one Status
",
good: "struct Address { street: string }
//- rstone.lock
rstone-lock 1
schema main.rstone
";

LOCK_VERSION = "RS0702", Error, "The lock file is of a version that this compiler knows",
"A newer compiler wrote it. Use that one, or a newer one.",
bad: "struct Address { street: string }
//- rstone.lock
rstone-lock 999
",
good: "struct Address { street: string }
//- rstone.lock
rstone-lock 1
";

LOCK_AHEAD = "RS0703", Warning, "The schema runs ahead of its lock file",
"The lock file lacks something of the schema, or has it otherwise: run `rstone lock` and commit \
`rstone.lock`. Until then ids and the order of fields on disk are preliminary; a debug build warns, \
a release build refuses.",
bad: "event DoorOpened { door: string, visitor: string }
//- rstone.lock
rstone-lock 1
schema main.rstone
event 1 DoorOpened
  version 1
    door: string
",
good: "event DoorOpened { door: string, visitor: string }
//- rstone.lock
rstone-lock 1
schema main.rstone
event 1 DoorOpened
  version 1
    door: string
    visitor: string
";

UNKNOWN_OLD_NAME = "RS0704", Error, "`@was` names something that the lock file holds",
"`@was(\"old\")` tells that a field, variant or item had another name when it was released. The \
lock file knows no such name there, or the old name is still in use, so it is not a renaming.",
bad: "event DoorUnlocked @was(\"DoorOpen\") { door: string }
//- rstone.lock
rstone-lock 1
schema main.rstone
event 1 DoorOpened
  version 1
    door: string
",
good: "event DoorUnlocked @was(\"DoorOpened\") { door: string }
//- rstone.lock
rstone-lock 1
schema main.rstone
event 1 DoorUnlocked was DoorOpened
  version 1
    door: string
";
}
