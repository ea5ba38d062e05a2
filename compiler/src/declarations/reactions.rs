//! What hooks and jobs declare.

use super::{EventId, FileSpan, ItemRef};

/// A hook: a method in Rust that runs after an event.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Hook {
    /// The name.
    pub name: String,
    /// The events that it is told of, each once.
    pub events: Vec<EventId>,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// A job: statements that run at times.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Job {
    /// The name.
    pub name: String,
    /// When it runs; none when that is wrong.
    pub schedule: Option<Schedule>,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

/// When a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// Again after so many microseconds.
    Interval(u64),
    /// At the minutes that a line of cron names, in UTC.
    Cron(Cron),
}

/// The minutes that a line of cron names: a bit for each number that a field allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cron {
    /// 0 to 59.
    pub minutes: u64,
    /// 0 to 23.
    pub hours: u64,
    /// 1 to 31.
    pub days: u64,
    /// 1 to 12.
    pub months: u64,
    /// 0 (Sunday) to 6.
    pub weekdays: u64,
    /// Whether both days and weekdays are restricted: then one of them is enough.
    pub either_day: bool,
}
