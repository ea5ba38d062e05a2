//! Effects and determinism: what a body may use, what functions pass on, and that none of them
//! calls itself.

use crate::codes::{CodeInfo, apply, scenarios, views};
use crate::declarations::{Declarations, FileSpan, FunctionId};
use crate::problem::{Problem, Problems};

/// The kinds of bodies, by what they may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A default: of a field, judged when the value is left out.
    Default,
    /// A default of a parameter.
    ParameterDefault,
    /// A `check` of a model.
    Check,
    /// A view.
    View,
    /// A computed field of an event.
    EventValue,
    /// A `require` of an event.
    EventRequire,
    /// An `apply`.
    Apply,
    /// A function: what it uses counts where it is called.
    Function,
    /// An endpoint's body.
    Endpoint {
        /// Under `GET` nothing may be emitted.
        is_get: bool,
    },
    /// A view's `on Event`: the key of its row, and the statements.
    Fold,
    /// A condition of `for …` or `readable by …`.
    Rights,
    /// A job's body.
    Job,
    /// A scenario's steps.
    Scenario,
}

/// What is not the same at every replay, or reaches beyond the row at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// `now`
    Clock,
    /// `uuid()`
    Random,
    /// An `extern fn`.
    Extern,
    /// `base_url`
    BaseUrl,
    /// Rows, other than the one at hand.
    Reads,
}

const USES: [Use; 5] = [Use::Clock, Use::Random, Use::Extern, Use::BaseUrl, Use::Reads];

impl Use {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Clock => "`now`",
            Self::Random => "`uuid()`",
            Self::Extern => "custom Rust",
            Self::BaseUrl => "`base_url`",
            Self::Reads => "other rows",
        }
    }

    const fn code(self) -> &'static CodeInfo {
        match self {
            Self::Clock => &apply::CLOCK_IN_REPLAY,
            Self::Random => &apply::RANDOM_IN_REPLAY,
            Self::Extern => &apply::EXTERN_IN_REPLAY,
            Self::BaseUrl => &apply::BASE_URL_MISPLACED,
            Self::Reads => &apply::READS_OTHER_ROWS,
        }
    }
}

impl Place {
    /// "an `apply`"
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Default | Self::ParameterDefault => "a default",
            Self::Check => "a `check`",
            Self::View => "a view",
            Self::EventValue => "a computed field",
            Self::EventRequire => "an event's `require`",
            Self::Apply => "an `apply`",
            Self::Function => "a `fn`",
            Self::Endpoint { .. } => "an endpoint",
            Self::Fold => "the `on` of a view",
            Self::Rights => "a condition on who may call or read",
            Self::Job => "a job",
            Self::Scenario => "a scenario",
        }
    }

    /// Whether a statement in it may change rows.
    pub(crate) const fn changes_state(self) -> bool {
        matches!(self, Self::Apply | Self::Fold | Self::Job | Self::Endpoint { is_get: false })
    }

    const fn allows(self, what: Use) -> bool {
        match self {
            Self::Function | Self::Endpoint { .. } => true,
            Self::Default | Self::ParameterDefault => matches!(what, Use::Clock),
            Self::Check | Self::Fold => false,
            // Which rows it reads, and how it learns of their changes, is judged when all is typed.
            Self::View => matches!(what, Use::Reads),
            Self::Rights => matches!(what, Use::Clock | Use::Reads),
            Self::Job => !matches!(what, Use::BaseUrl),
            Self::Scenario => matches!(what, Use::Clock | Use::Random | Use::Reads),
            Self::EventValue | Self::EventRequire => matches!(what, Use::Clock | Use::Reads),
            Self::Apply => matches!(what, Use::Reads),
        }
    }

    const fn help(self, what: Use) -> &'static str {
        match (self, what) {
            (Self::Apply | Self::Fold, Use::Clock) => "`event.at` is the time of the event, at every replay",
            (_, Use::Clock) => "take the time in an endpoint and store it in an event, or use a default `= now`",
            (_, Use::Random) => "draw it in an endpoint and give it to the event; a key left out is made by itself",
            (Self::Scenario, Use::Extern) => "test it in Rust with `raftstone::testing`",
            (_, Use::Extern) => "call it in an endpoint and give the result to the event",
            (_, Use::BaseUrl) => "only endpoints know the address under which they were called",
            (Self::Check, Use::Reads) => "a `check` reads the fields of its own row only",
            (Self::Fold, Use::Reads) => "store what is needed in the event: who emits it may read other rows",
            (_, Use::Reads) => "a default reads no rows: compute the value in an endpoint",
        }
    }

    /// The rule that a use breaks here.
    const fn code(self, what: Use) -> &'static CodeInfo {
        match (self, what) {
            (Self::Scenario, Use::Extern) => &scenarios::NEEDS_RUST,
            (Self::Fold, Use::Reads) => &views::FOLD_READS,
            _ => what.code(),
        }
    }

    /// The problem of using something here, if it is one.
    pub(crate) fn refusal(self, what: Use, at: FileSpan) -> Option<Problem> {
        if self.allows(what) {
            return None;
        }
        let message = match what {
            Use::Reads => format!("{} cannot read other rows", self.words()),
            _ => format!("{} cannot be used in {}", what.word(), self.words()),
        };
        let problem = Problem::new(self.code(what), at, message).help(self.help(what));
        Some(if matches!(self, Self::Apply | Self::Fold) && what == Use::Clock {
            problem.fix("write `event.at`", at, "event.at")
        } else {
            problem
        })
    }
}

/// A call of a function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallSite {
    /// Which.
    pub(crate) function: FunctionId,
    /// Where.
    pub(crate) span: FileSpan,
    /// In what.
    pub(crate) place: Place,
}

/// What a body uses by itself, and which functions it calls (an `extern fn` is a use, no call).
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyUses {
    /// Direct uses.
    pub(crate) direct: Vec<(Use, FileSpan)>,
    /// Calls.
    pub(crate) calls: Vec<CallSite>,
}

/// What each function uses, by itself or by what it calls.
pub(crate) struct FunctionUses {
    /// For each function and use: the first place that shows it.
    witnesses: Vec<[Option<FileSpan>; USES.len()]>,
}

impl FunctionUses {
    /// Finds out what functions pass on, and reports those that call themselves.
    pub(crate) fn collect(declarations: &Declarations, bodies: &[BodyUses], problems: &mut Problems) -> Self {
        let mut walk = Walk {
            declarations,
            bodies,
            states: vec![State::New; bodies.len()],
            path: Vec::new(),
            result: Self { witnesses: vec![[None; USES.len()]; bodies.len()] },
            problems,
        };
        for position in 0..bodies.len() {
            walk.visit(position);
        }
        walk.result
    }

    /// Whether a function uses something.
    pub(crate) fn has(&self, function: FunctionId, what: Use) -> bool {
        self.witness(function, what).is_some()
    }

    fn witness(&self, function: FunctionId, what: Use) -> Option<FileSpan> {
        *self.witnesses.get(function.index())?.get(what as usize)?
    }

    /// Where a body uses one of these, by itself or by what it calls.
    pub(crate) fn in_body(&self, uses: &BodyUses, wanted: &[Use]) -> Vec<(Use, FileSpan)> {
        let direct = uses.direct.iter().copied().filter(|(what, _)| wanted.contains(what));
        let called = uses.calls.iter().flat_map(|call| {
            let found = wanted.iter().filter(|what| self.has(call.function, **what));
            found.map(|what| (*what, call.span))
        });
        direct.chain(called).collect()
    }

    /// Whether a body uses something, by itself or by what it calls.
    pub(crate) fn of_body(&self, uses: &BodyUses, wanted: Use) -> bool {
        uses.direct.iter().any(|(what, _)| *what == wanted)
            || uses.calls.iter().any(|call| self.has(call.function, wanted))
    }

    /// Reports calls of functions that use what the caller may not.
    pub(crate) fn check_calls(&self, declarations: &Declarations, uses: &BodyUses, problems: &mut Problems) {
        for call in &uses.calls {
            let Some(function) = declarations.functions.get(call.function.index()) else {
                continue;
            };
            for what in USES {
                let Some(witness) = self.witness(call.function, what) else { continue };
                if call.place.allows(what) {
                    continue;
                }
                let message =
                    format!("`{}` uses {}, and cannot be called in {}", function.name, what.word(), call.place.words());
                problems.push(
                    Problem::new(call.place.code(what), call.span, message)
                        .other(witness, format!("{} used here", what.word()))
                        .help(call.place.help(what)),
                );
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// A depth-first walk over the calls, with its own path: functions are few, but a chain of them
/// may be long.
struct Walk<'a> {
    declarations: &'a Declarations,
    bodies: &'a [BodyUses],
    states: Vec<State>,
    /// The functions that are open, each with the next of its calls to look at.
    path: Vec<(usize, usize)>,
    result: FunctionUses,
    problems: &'a mut Problems,
}

impl Walk<'_> {
    fn visit(&mut self, start: usize) {
        if self.states.get(start) != Some(&State::New) {
            return;
        }
        self.open(start);
        while let Some((function, next)) = self.path.last_mut() {
            let function = *function;
            let call = self.bodies.get(function).and_then(|body| body.calls.get(*next)).copied();
            *next += 1;
            match call {
                Some(call) => self.step(call),
                None => self.close(function),
            }
        }
    }

    fn step(&mut self, call: CallSite) {
        match self.states.get(call.function.index()) {
            Some(State::New) => self.open(call.function.index()),
            Some(State::Open) => self.report_circle(call),
            Some(State::Done) | None => {}
        }
    }

    fn open(&mut self, function: usize) {
        if let Some(state) = self.states.get_mut(function) {
            *state = State::Open;
        }
        self.path.push((function, 0));
    }

    fn close(&mut self, function: usize) {
        self.path.pop();
        if let Some(state) = self.states.get_mut(function) {
            *state = State::Done;
        }
        let mut found = [None; USES.len()];
        if let Some(body) = self.bodies.get(function) {
            for what in USES {
                let direct = body.direct.iter().find(|(used, _)| *used == what);
                let called = || body.calls.iter().find_map(|call| self.result.witness(call.function, what));
                if let Some(slot) = found.get_mut(what as usize) {
                    *slot = direct.map(|(_, span)| *span).or_else(called);
                }
            }
        }
        if let Some(slot) = self.result.witnesses.get_mut(function) {
            *slot = found;
        }
    }

    fn report_circle(&mut self, call: CallSite) {
        let start = self.path.iter().position(|(function, _)| *function == call.function.index());
        let name = |position: usize| self.declarations.functions.get(position).map_or("?", |it| it.name.as_str());
        let mut circle: Vec<&str> =
            self.path.iter().skip(start.unwrap_or(0)).map(|(function, _)| name(*function)).collect();
        circle.push(name(call.function.index()));
        let message = if circle.len() == 2 {
            format!("`{}` calls itself", name(call.function.index()))
        } else {
            format!("these functions call each other in a circle: {}", circle.join(" → "))
        };
        let mut problem = Problem::new(&apply::RECURSION, call.span, message)
            .help("every body of a schema ends: walk a collection with `map`, `filter` or `sum`");
        if let Some(declared) = self.declarations.functions.get(call.function.index()) {
            problem = problem.other(declared.span, "the circle starts here");
        }
        self.problems.push(problem);
    }
}
