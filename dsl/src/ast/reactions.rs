//! What happens by itself: hooks after events, and jobs at times.

use super::{Block, Expr, Ident, Span};

/// `hook notify on ArticlePublished, CommentAdded`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Hook {
    /// The name.
    pub name: Option<Ident>,
    /// The events behind `on`.
    pub events: Vec<Ident>,
}

/// `every 10min job prune_sessions { … }`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Job {
    /// When it runs; none when it is missing, which the parser has reported.
    pub schedule: Option<Schedule>,
    /// The name.
    pub name: Option<Ident>,
    /// The statements; none when they are missing, which the parser has reported.
    pub body: Option<Block>,
    /// From the keyword to the end of the header.
    pub header: Span,
}

/// When a job runs.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Schedule {
    /// `10min`
    Interval(Expr),
    /// `cron "0 3 * * *"`: the text without the quotes.
    Cron(Ident),
}
