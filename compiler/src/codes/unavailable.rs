//! `RS0290`: what belongs to the language and does not run yet.

use super::codes;

codes! {
CANNOT_RUN_YET = "RS0290", Error, "This part of the language is checked, but cannot run yet",
"It belongs to the language, and the compiler reads it, but this version of the engine does not run it. \
It is refused rather than ignored: nothing that is written does nothing.",
bad: "model Post { id: uuid @key, title: string }
event PostAdded creates Post { title }
hook notify on PostAdded
",
good: "model Post { id: uuid @key, title: string }
event PostAdded creates Post { title }
";
}
