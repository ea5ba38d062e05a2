//! Who signs in, and who may do what.

use super::{FileSpan, ItemRef, ModelId, Segment, Source, Written};

/// The `auth` block. What is wrong in it is none here.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Auth {
    /// The model of those who sign in.
    pub model: Option<ModelId>,
    /// The unique text field by which they are known: position in the model's fields.
    pub identity: Option<usize>,
    /// The field with their secret: position in the model's fields.
    pub password: Option<usize>,
    /// How a request shows its session.
    pub session: Option<Session>,
    /// The route below which `login`, `logout` and `me` are served, with the app's base.
    pub at: Option<Vec<Segment>>,
    /// The item.
    pub item: ItemRef,
    /// The model's name in it; without one, its start.
    pub span: FileSpan,
}

/// `session = bearer "Token" for 90d`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// How it travels.
    pub kind: SessionKind,
    /// For how long it lasts.
    pub lasts_ms: u64,
}

/// How a session travels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// In the header `Authorization`, behind this scheme.
    Bearer(String),
    /// In a cookie.
    Cookie,
}

/// `for anyone`, `for user where …`, `for operator`. The condition is typed with the bodies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rights {
    /// Who.
    pub audience: Audience,
    /// `else missing`: who may not call is told that there is nothing.
    pub is_hidden: bool,
    /// All of it.
    pub span: FileSpan,
}

/// `readable by user where …`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Readable {
    /// The table whose rows it is about.
    pub source: Source,
    /// The field that it is about; none for the whole row.
    pub field: Option<usize>,
    /// Who may read at all.
    pub audience: Audience,
    /// The condition on row and caller (typed in [`crate::plan::Bodies`]).
    pub condition: Written,
    /// All of it.
    pub span: FileSpan,
}

/// Who may call or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everybody, signed in or not.
    Anyone,
    /// Who has signed in.
    User,
    /// Who runs the system.
    Operator,
}

impl Audience {
    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "anyone" => Self::Anyone,
            "user" => Self::User,
            "operator" => Self::Operator,
            _ => return None,
        })
    }
}
