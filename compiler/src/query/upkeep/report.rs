//! Why rows cannot be kept up, and what would work.

use super::Kept;
use super::reads::{Reason, Refused};
use crate::codes::views as codes;
use crate::declarations::{FileSpan, Source};
use crate::infer::{Body, types};
use crate::names::Named;
use crate::plan::Back;
use crate::problem::{Edit, Problem};
use crate::query::missing::end_of_field;

impl Body<'_, '_> {
    pub(super) fn report_refused(&mut self, kept: &Kept<'_>, refused: &Refused) {
        let what = &kept.what;
        let name = |source| types::source_name(self.declarations(), source);
        let (message, help) = match refused.reason {
            Reason::Query(source) => (
                format!("{what} cannot be kept up by its changes: this query would be asked again for all rows"),
                format!(
                    "join `{0}` and `group by`, or keep the result in a field that the `apply` of its events changes",
                    name(source)
                ),
            ),
            Reason::LookUp(source) => (
                format!("{what} cannot be kept up by its changes: nothing leads back from what is looked up"),
                format!(
                    "join it, `join x in {0} on x.field == …`, or keep a reference to the `{0}` in a field",
                    name(source)
                ),
            ),
            Reason::Inside(source, field) => {
                let fields = self.declarations().fields(source);
                let field = fields.get(field).map_or("?", |field| field.name.as_str());
                (
                    format!(
                        "{what} cannot be kept up by its changes: no index leads back through `{}.{field}`",
                        name(source)
                    ),
                    "keep the reference in a field of its own: `T`, `T?`, `[T]` or `set<T>`".to_owned(),
                )
            }
            Reason::TooMany => (
                format!("{what} cannot be kept up by its changes: this reads through too many references"),
                "split the function, or keep what it reads in fields".to_owned(),
            ),
        };
        let problem = Problem::new(&codes::NOT_INCREMENTAL, refused.span, message).help(help);
        self.report(match refused.inside {
            Some(inside) => problem.other(inside, "in the function that is called"),
            None => problem,
        });
    }

    pub(super) fn report_no_way_back(&mut self, kept: &Kept<'_>, table: Source, back: Back, span: FileSpan) {
        let declarations = self.declarations();
        let name = |source| types::source_name(declarations, source);
        let field = declarations.fields(back.table).get(back.field).map_or("?", |field| field.name.as_str());
        let message = format!(
            "a change of one `{}` would read every `{}` to keep {} up",
            name(table),
            name(back.table),
            kept.what
        );
        let problem = Problem::new(&codes::NOT_INCREMENTAL, span, message)
            .help(format!("put `@index` on `{field}` in `{}`", name(back.table)));
        let named = match back.table {
            Source::Model(id) => Named::Model(id),
            Source::View(id) => Named::View(id),
        };
        self.report_unless_mended(match end_of_field(self, named, field) {
            Some(span) => problem.fixes("add `@index`", vec![Edit { span, text: " @index".to_owned() }]),
            None => problem,
        });
    }

    pub(super) fn report_too_many(&mut self, kept: &Kept<'_>) {
        let span = kept.tables.get(super::TABLES_MAX).copied().unwrap_or_default();
        let message =
            format!("{} would be kept up by the changes of more than {} tables", kept.what, super::TABLES_MAX);
        let help = "show some of them in a view of its own, and join that";
        self.report(Problem::new(&codes::NOT_INCREMENTAL, span, message).help(help));
    }
}
