//! What is done with secrets: they are kept and verified, and nothing else.

use super::Body;
use crate::codes::auth as codes;
use crate::plan;
use crate::problem::Problem;

impl Body<'_, '_> {
    /// Reports the first of the values that holds a secret, where it would be `done` something.
    pub(crate) fn refuse_secret<'e>(
        &mut self,
        values: impl IntoIterator<Item = &'e plan::Expr>,
        done: &'static str,
    ) -> bool {
        let mut found = values.into_iter().filter_map(|it| Some((it, self.declarations().secret_in(&it.ty)?)));
        let Some((value, path)) = found.next() else { return false };
        let message = if path.is_empty() {
            format!("a secret cannot be {done}")
        } else {
            format!("this cannot be {done}: its `{}` is a secret", path.join("."))
        };
        let problem = Problem::new(&codes::SECRET_USE, value.span, message);
        self.report(problem.help("ask `verify(hash, candidate)`, which tells nothing by the time that it takes"));
        true
    }
}
