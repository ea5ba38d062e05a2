//! Bodies of jobs.

use raftstone_dsl::ast;

use super::Collected;
use crate::codes::reactions as codes;
use crate::declarations::{FileSpan, JobId};
use crate::effects::Place;
use crate::infer::{Body, Shared, walk};
use crate::names::Named;
use crate::plan::{ExprKind, JobBody, Statement};
use crate::problem::{Problem, Problems};

/// Types the body of a job.
pub(super) fn check(
    shared: &Shared<'_>,
    position: usize,
    collected: &mut Collected,
    problems: &mut Problems,
) -> JobBody {
    let Some(job) = shared.declarations.jobs.get(position) else { return JobBody::default() };
    let named = Named::Job(JobId(position as u32));
    let mut body = Body::new(shared, problems, job.item.file, Place::Job);
    if body.is_damaged(named) {
        body.mute();
    }
    let written = shared.item(named).and_then(|(_, item)| match &item.kind {
        ast::ItemKind::Job(written) => written.body.as_ref(),
        _ => None,
    });
    let Some(block) = written else { return JobBody::default() };
    let statements = body.block(block).statements;
    body.check_all_known(&statements);
    body.check_used();
    for span in emitted_outside(&statements) {
        body.report(
            Problem::new(&codes::JOB_EMIT, span, "this event belongs to no round")
                .help("emit it inside a `for` of the job's body: each of its rounds is one transaction"),
        );
    }
    collected.take(&mut body);
    JobBody { frame: body.frame, statements }
}

/// The events that are emitted outside the outer `for`s, whose rounds are the transactions.
fn emitted_outside(statements: &[Statement]) -> Vec<FileSpan> {
    let mut found = Vec::new();
    for statement in statements.iter().filter(|statement| !matches!(statement, Statement::For(..))) {
        walk::statements(std::slice::from_ref(statement), &mut |expr| {
            walk::any(expr, &mut |part| {
                if matches!(part.kind, ExprKind::Emit(..)) {
                    found.push(part.span);
                }
                false
            });
        });
    }
    found
}
