//! Who signs in, and who may do what.

use super::{FileSpan, ItemRef};

/// The `auth` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Auth {
    /// The item.
    pub item: ItemRef,
    /// The model's name in it; without one, its start.
    pub span: FileSpan,
}

/// `for anyone`, `for user where …`, `for operator`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Who.
    pub audience: Audience,
    /// All of it.
    pub span: FileSpan,
}

/// Who may call or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
