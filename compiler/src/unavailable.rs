//! What belongs to the language and does not run yet.
//!
//! Each construct is checked where it belongs, and reported here besides, so that nothing is
//! accepted that does nothing. Who makes a construct run takes it out of [`Construct`].

use crate::codes::unavailable::CANNOT_RUN_YET;
use crate::declarations::FileSpan;
use crate::problem::{Problem, Problems};

/// A construct that does not run yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Construct {
    /// `auth User { … }`, and with it all that needs one: `for user`, `caller`, `session`, `sign_in`.
    Auth,
    /// `forget`
    Forget,
    /// `for operator`
    ForOperator,
    /// `readable by user where …`
    Readable,
    /// The type `secret`.
    Secret,
    /// `@cold`
    Cold,
    /// `@personal`
    Personal,
    /// `frontend`, of the `app` block.
    Frontend,
    /// `cors`, of the `app` block.
    Cors,
    /// `live`, of endpoints.
    Live,
    /// `consistency`, of endpoints.
    Consistency,
    /// `rate`, of endpoints.
    Rate,
    /// `join`, of a view.
    ViewJoin,
    /// `group by`, of a view.
    ViewGroupBy,
    /// `from v in SomeView`, of a view.
    ViewOfView,
    /// `on Event for …`
    Fold,
    /// `a.author.username`, in a view.
    ViewPath,
    /// `hook notify on …`
    Hook,
    /// `every … job`
    Job,
    /// `when publish(draft) by ann`
    By,
    /// `migrate Event from 1 { … }`
    Migrate,
    /// `retired event …`
    Retired,
}

impl Construct {
    /// Its words in a message.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Auth => "`auth`",
            Self::Forget => "`forget`",
            Self::ForOperator => "`for operator`",
            Self::Readable => "`readable by`",
            Self::Secret => "the type `secret`",
            Self::Cold => "`@cold`",
            Self::Personal => "`@personal`",
            Self::Frontend => "the setting `frontend`",
            Self::Cors => "the setting `cors`",
            Self::Live => "`live`",
            Self::Consistency => "`consistency`",
            Self::Rate => "`rate`",
            Self::ViewJoin => "`join` in a view",
            Self::ViewGroupBy => "`group by` in a view",
            Self::ViewOfView => "a view of a view",
            Self::Fold => "`on` in a view",
            Self::ViewPath => "a view that follows references",
            Self::Hook => "a hook",
            Self::Job => "a job",
            Self::By => "`by` in a scenario",
            Self::Migrate => "`migrate`",
            Self::Retired => "`retired`",
        }
    }

    /// What does the same until then, where something does.
    const fn instead(self) -> &'static str {
        match self {
            Self::Auth | Self::ForOperator => "until it does, every endpoint is `for anyone`",
            Self::ViewOfView => "until it does, show the model itself",
            Self::ViewPath => "until it does, show fields of the row itself",
            _ => "until it does, leave it out",
        }
    }
}

impl Problems {
    /// Reports that a construct, whatever else is said of it, does not run.
    pub fn cannot_run(&mut self, construct: Construct, span: FileSpan) {
        self.push(cannot_run(construct, span));
    }
}

/// The problem of a construct that does not run.
pub fn cannot_run(construct: Construct, span: FileSpan) -> Problem {
    let message = format!("{} cannot run yet", construct.words());
    Problem::new(&CANNOT_RUN_YET, span, message).help(construct.instead())
}
