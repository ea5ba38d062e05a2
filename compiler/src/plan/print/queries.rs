//! Queries as text: what is asked for, then the ways to it, best first.

use std::fmt::Write;

use super::Printer;
use crate::declarations::Source;
use crate::infer::types;
use crate::plan::{Access, AccessPath, Expr, Group, JoinSource, Query, QueryOrder, QueryResult};

impl Printer<'_> {
    pub(super) fn query(&self, query: &Query) -> String {
        let table = types::source_name(self.declarations, query.source);
        let mut out = match &query.result {
            QueryResult::List => String::new(),
            QueryResult::Count => "count ".to_owned(),
            QueryResult::Exists => "exists ".to_owned(),
            QueryResult::First => "first ".to_owned(),
            QueryResult::Page(cursor) => format!("page after {} ", self.expr(cursor)),
        };
        let _ = write!(out, "from {} in {table}", self.local(query.row));
        for join in &query.joins {
            let _ = match &join.source {
                JoinSource::Table(source, _) => {
                    write!(
                        out,
                        "\njoin {} in {}",
                        self.local(join.local),
                        types::source_name(self.declarations, *source)
                    )
                }
                JoinSource::Elements(collection) => {
                    write!(out, "\njoin {} in {}", self.local(join.local), self.expr(collection))
                }
            };
            for test in &join.on {
                let _ = write!(out, " on {}", self.expr(test));
            }
        }
        for condition in &query.conditions {
            let when: Vec<String> = condition.when_some.iter().map(|it| self.local(*it)).collect();
            let when = if when.is_empty() { String::new() } else { format!(" when {}", when.join(", ")) };
            let _ = write!(out, "\nwhere {}{when}", self.expr(&condition.test));
        }
        if let Some(group) = &query.group {
            self.group(group, &mut out);
        }
        match &query.order {
            QueryOrder::None => {}
            QueryOrder::Keys(keys) => {
                let _ = write!(out, "\norder by {}", self.keys(keys));
            }
            QueryOrder::Match(value, arms) => {
                let arms: Vec<String> = arms
                    .iter()
                    .map(|(pattern, keys)| format!("{} => {}", self.pattern(pattern), self.keys(keys)))
                    .collect();
                let value = self.expr(value);
                let _ = write!(out, "\norder by match {value} {{ {} }}", arms.join("; "));
            }
        }
        let clauses = [("skip", &query.skip), ("limit", &query.limit), ("select", &query.select)];
        for (word, value) in clauses {
            if let Some(value) = value {
                // A query inside stands deeper than this one.
                let _ = write!(out, "\n{word} {}", self.expr(value).replace('\n', "\n  "));
            }
        }
        for path in &query.paths {
            let _ = write!(out, "\n{}", self.path(query.source, path));
        }
        for join in &query.joins {
            if let JoinSource::Table(source, access) = &join.source {
                let _ = write!(out, "\nthen each {} by {}", self.local(join.local), self.access(*source, access));
            }
        }
        out
    }

    fn group(&self, group: &Group, out: &mut String) {
        let keys: Vec<String> =
            group.keys.iter().map(|(local, key)| format!("{} = {}", self.local(*local), self.expr(key))).collect();
        let _ = write!(out, "\ngroup by {}", keys.join(", "));
        for aggregate in &group.aggregates {
            let value = aggregate.value.as_ref().map_or_else(String::new, |value| self.expr(value));
            let _ = write!(out, "\n  {} = {:?}({value})", self.local(aggregate.local), aggregate.function);
        }
    }

    fn keys(&self, keys: &[(Expr, bool)]) -> String {
        let keys: Vec<String> = keys
            .iter()
            .map(|(key, descending)| {
                let direction = if *descending { " desc" } else { "" };
                format!("{}{direction}", self.expr(key))
            })
            .collect();
        keys.join(", ")
    }

    fn path(&self, source: Source, path: &AccessPath) -> String {
        let mut when: Vec<String> = path.when_some.iter().map(|it| self.local(*it)).collect();
        when.extend(path.when_arm.map(|arm| format!("arm {arm}")));
        let when = if when.is_empty() { String::new() } else { format!(" when {}", when.join(", ")) };
        let sorted = if path.ordered { "" } else { ", then sort" };
        format!("by {}{when}{sorted}", self.access(source, &path.access))
    }

    pub(super) fn access(&self, source: Source, access: &Access) -> String {
        match access {
            Access::Key(values) => format!("key [{}]", self.list(values)),
            Access::Index { index, equal, prefix, low, high, reverse } => {
                let mut out = format!("index ({})", self.index_name(source, *index));
                if !equal.is_empty() {
                    let _ = write!(out, " = [{}]", self.list(equal));
                }
                if let Some(prefix) = prefix {
                    let _ = write!(out, " beginning with {}", self.expr(prefix));
                }
                if let Some((bound, included)) = low {
                    let sign = if *included { ">=" } else { ">" };
                    let _ = write!(out, " {sign} {}", self.expr(bound));
                }
                if let Some((bound, included)) = high {
                    let sign = if *included { "<=" } else { "<" };
                    let _ = write!(out, " {sign} {}", self.expr(bound));
                }
                if *reverse {
                    out.push_str(" from the end");
                }
                out
            }
            Access::Each { collection, local, inner } => {
                format!("each {} of {}: {}", self.local(*local), self.expr(collection), self.access(source, inner))
            }
            Access::Union(ways) => {
                let ways: Vec<String> = ways.iter().map(|way| self.access(source, way)).collect();
                format!("union of {}", ways.join(" and "))
            }
            Access::KeyOrder { reverse: false } => "all keys in order".to_owned(),
            Access::KeyOrder { reverse: true } => "all keys from the end".to_owned(),
            Access::All => "all rows".to_owned(),
        }
    }

    /// The fields of an index; that of a view's own order stands behind its declared ones.
    pub(super) fn index_name(&self, source: Source, index: usize) -> String {
        let indexes = match source {
            Source::Model(id) => self.declarations.models.get(id.index()).map(|it| &it.indexes),
            Source::View(id) => self.declarations.views.get(id.index()).map(|it| &it.indexes),
        };
        let Some(declared) = indexes.and_then(|it| it.get(index)) else {
            return "the view's order".to_owned();
        };
        let names: Vec<String> = declared
            .components
            .iter()
            .map(|component| {
                let name = self.source_field(source, component.field);
                let direction = if component.descending { " desc" } else { "" };
                format!("{name}{direction}")
            })
            .collect();
        names.join(", ")
    }
}
