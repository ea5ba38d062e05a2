//! `every … job` items: header and time. Their bodies are typed later.

use raftstone_dsl::ast::{self, ItemKind};

use super::{Numbered, Scope, cron};
use crate::attributes::Bearer;
use crate::codes::reactions as codes;
use crate::declarations::{FileSpan, Job, Schedule};
use crate::literals;
use crate::problem::Problem;
use crate::unavailable::Construct;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// The shortest and the longest interval, in microseconds.
const INTERVAL: std::ops::RangeInclusive<i64> = MICROS_PER_SECOND..=366 * 24 * 60 * 60 * MICROS_PER_SECOND;

/// Declares all jobs.
pub fn declare(scope: &mut Scope<'_>) {
    for numbered in scope.numbered() {
        let ItemKind::Job(item) = &numbered.item.kind else { continue };
        let (_, docs) = scope.item_marks(&numbered, Bearer::OtherItem);
        let schedule = item.schedule.as_ref().and_then(|written| schedule(scope, &numbered, written));
        let span = numbered.name_span();
        scope.problems.cannot_run(Construct::Job, span);
        scope.declarations.jobs.push(Job { name: numbered.name(), schedule, item: numbered.item_ref, docs, span });
    }
}

fn schedule(scope: &mut Scope<'_>, numbered: &Numbered<'_>, written: &ast::Schedule) -> Option<Schedule> {
    let file = numbered.file;
    match written {
        ast::Schedule::Interval(interval) => {
            let micros = literals::duration(interval).filter(|micros| INTERVAL.contains(micros));
            if micros.is_none() && interval.kind != ast::ExprKind::Bad {
                scope.problems.push(
                    Problem::new(
                        &codes::INTERVAL,
                        FileSpan { file, span: interval.span },
                        "a job cannot run at this interval",
                    )
                    .help("write a duration from 1s to 366d: `every 10min job …`"),
                );
            }
            micros.and_then(|micros| u64::try_from(micros).ok()).map(Schedule::Interval)
        }
        ast::Schedule::Cron(line) => match cron::parse(&line.text) {
            Ok(cron) => Some(Schedule::Cron(cron)),
            Err(wrong) => {
                scope.problems.push(
                    Problem::new(&codes::CRON, FileSpan { file, span: place(line, &wrong) }, wrong.message)
                        .help("five fields: minute, hour, day of the month, month, day of the week; `\"0 3 * * *\"` is daily at 3:00 UTC"),
                );
                None
            }
        },
    }
}

/// The part of the line that is wrong, where the text stands as it is written.
fn place(line: &ast::Ident, wrong: &cron::Wrong) -> ast::Span {
    let length = (line.span.end - line.span.start) as usize;
    // With its quotes, or without.
    let Some(quotes) = length.checked_sub(line.text.len()).filter(|quotes| [0, 2].contains(quotes)) else {
        return line.span;
    };
    if wrong.part.is_empty() {
        return line.span;
    }
    let start = line.span.start + (quotes / 2) as u32;
    ast::Span::new(start + wrong.part.start as u32, start + wrong.part.end as u32)
}
