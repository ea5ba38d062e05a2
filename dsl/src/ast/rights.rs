//! Who may call, read and sign in.

use super::{Expr, Ident, Path, Span};

/// `for anyone`, `for user where … else missing`, `for operator`.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Rights {
    /// `anyone`, `user`, `operator`.
    pub who: Ident,
    /// The condition behind `where`.
    pub condition: Option<Expr>,
    /// The kind behind `else`.
    pub otherwise: Option<Ident>,
    /// All of it.
    pub span: Span,
}

/// `readable by user where …`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Readable {
    /// The field behind which it stands; none when it is about the whole row.
    pub field: Option<Ident>,
    /// `anyone`, `user`, `operator`.
    pub who: Ident,
    /// The condition behind `where`.
    pub condition: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// `auth User { identity = email … }`
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Auth {
    /// The model of those who sign in.
    pub model: Option<Ident>,
    /// The lines.
    pub settings: Vec<AuthSetting>,
}

/// One line of an `auth` block.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct AuthSetting {
    /// `identity`, `password`, `session`, `at`.
    pub name: Ident,
    /// What stands behind the `=`; none when it is missing, which the parser has reported.
    pub value: Option<AuthValue>,
    /// The whole line.
    pub span: Span,
}

/// The value of a line of an `auth` block.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum AuthValue {
    /// `email`
    Word(Ident),
    /// `bearer for 30d`, `bearer "Token" for 90d`, `cookie for 14d`
    Session {
        /// `bearer` or `cookie`.
        kind: Ident,
        /// The scheme behind it, without the quotes.
        scheme: Option<Ident>,
        /// The duration behind `for`.
        lasts: Option<Expr>,
    },
    /// `/auth`
    Path(Path),
}
