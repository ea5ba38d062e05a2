//! Hooks and jobs.

use super::{Lower, Node, child};
use crate::ast::{Hook, Job, Schedule, Span};
use crate::grammar::Rule;
use crate::problem::Problem;

impl Lower<'_> {
    pub(super) fn hook(&mut self, node: &Node<'_>) -> Hook {
        let name = self.item_name(node, "the hook");
        let events = child(node, Rule::hook_events).map(|events| self.names(&events)).unwrap_or_default();
        if events.is_empty() {
            let behind = child(node, Rule::kw_on).map_or(self.behind(node), |on| self.behind(&on));
            self.report(Problem::missing_name(behind, "the event behind `on`"));
        }
        Hook { name, events }
    }

    /// A node of `job`; `start` is the first byte of the item.
    pub(super) fn job(&mut self, node: &Node<'_>, start: u32) -> Job {
        let schedule = child(node, Rule::schedule);
        if schedule.is_none() {
            let behind = child(node, Rule::kw_every).map_or(self.behind(node), |every| self.behind(&every));
            self.report(Problem::missing_value(behind, "`every`"));
        }
        let schedule = schedule.and_then(|schedule| self.schedule(&schedule));
        let name = self.first_name(node);
        match &name {
            Some(name) => self.check_reserved(name),
            None => {
                let last = child(node, Rule::kw_job).or_else(|| child(node, Rule::schedule));
                let behind = last.or_else(|| child(node, Rule::kw_every));
                let behind = behind.map_or(self.behind(node), |last| self.behind(&last));
                self.report(Problem::missing_name(behind, "the job"));
            }
        }
        let block = child(node, Rule::block);
        let end = block.as_ref().map_or(self.span(node).end, |block| self.span(block).start);
        let body = block.map(|block| self.block(&block));
        if body.is_none() {
            self.report(Problem::missing_body(self.behind(node), "every"));
        }
        Job { schedule, name, body, header: Span::new(start, end) }
    }

    fn schedule(&mut self, node: &Node<'_>) -> Option<Schedule> {
        if let Some(numbers) = child(node, Rule::numbers) {
            return Some(Schedule::Interval(self.numbers(&numbers)));
        }
        let line = child(node, Rule::plain_text).map(|text| self.plain_ident(&text));
        if line.is_none() {
            self.report(Problem::missing_value(self.behind(node), "`cron`"));
        }
        line.map(Schedule::Cron)
    }
}
