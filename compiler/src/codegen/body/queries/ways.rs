//! Which way to the rows of a query is taken: by the arm of its order and by what optional locals hold.

use super::{Body, LocalId, Query, QueryOrder, QueryResult, Sorting, TokenStream, literals, quote, walk};
use crate::plan::{AccessPath, Pattern};

impl Body<'_> {
    /// The rows of a query: statements in front, an iterator, and whether they come in order.
    pub(super) fn ways(&mut self, query: &Query) -> (TokenStream, TokenStream, Sorting) {
        let in_order: Vec<bool> = query.paths.iter().map(|path| self.comes_in_order(query, path)).collect();
        let all = in_order.iter().all(|ordered| *ordered);
        let none = !in_order.iter().any(|ordered| *ordered);
        if let [only] = query.paths.as_slice() {
            let rows = self.access(query.source, &only.access);
            return (TokenStream::new(), rows, if all { Sorting::Never } else { Sorting::Always });
        }
        let row_type = self.file.row(query.source);
        let subjects = self.subjects(query);
        let mut setup = self.arm_number(query);
        let mut choices = Vec::new();
        for (path, ordered) in query.paths.iter().zip(&in_order) {
            let (pattern, rows) = self.choice(query, path, &subjects);
            let rows = quote!(Box::new(#rows));
            let value = if all || none { rows } else { quote!((#rows, #ordered)) };
            choices.push((pattern, value));
        }
        let chosen = choose(&subjects.iter().map(|(_, tokens)| tokens.clone()).collect::<Vec<_>>(), &choices);
        // `next` is called on them where only the first row is wanted.
        let takes_next = matches!(query.result, QueryResult::First | QueryResult::Exists)
            && (all && query.group.is_none() || query.result == QueryResult::Exists)
            && query.conditions.is_empty()
            && query.joins.is_empty()
            && query.skip.is_none();
        let mutable = takes_next.then(|| quote!(mut));
        let rows = self.fresh("rows");
        let sorting = if all {
            setup.extend(quote!(let #mutable #rows: rt::Rows<'_, #row_type> = #chosen;));
            Sorting::Never
        } else if none {
            setup.extend(quote!(let #mutable #rows: rt::Rows<'_, #row_type> = #chosen;));
            Sorting::Always
        } else {
            let flag = self.fresh("in_order");
            setup.extend(quote!(let (#mutable #rows, #flag): (rt::Rows<'_, #row_type>, bool) = #chosen;));
            Sorting::Sometimes(flag)
        };
        (setup, quote!(#rows), sorting)
    }

    /// `let arm = match sort { … };` if a path depends on it.
    fn arm_number(&mut self, query: &Query) -> TokenStream {
        let QueryOrder::Match(value, arms) = &query.order else { return TokenStream::new() };
        if query.paths.iter().all(|path| path.when_arm.is_none()) {
            return TokenStream::new();
        }
        let numbered: Vec<(Pattern, usize)> =
            arms.iter().enumerate().map(|(number, (pattern, _))| (without_bindings(pattern), number)).collect();
        let number = self.match_with(
            value,
            &numbered,
            &mut |_, number| {
                let number = literals::unsigned(*number as u64);
                quote!(#number)
            },
            false,
        );
        quote!(let order_arm = #number;)
    }

    /// What the choice of a path depends on: the arm of the order, then optional locals.
    fn subjects(&mut self, query: &Query) -> Vec<(Option<LocalId>, TokenStream)> {
        let mut subjects = Vec::new();
        if query.paths.iter().any(|path| path.when_arm.is_some()) {
            subjects.push((None, quote!(order_arm)));
        }
        for id in query.paths.iter().flat_map(|path| &path.when_some) {
            if !subjects.iter().any(|(known, _)| *known == Some(*id)) {
                let tokens = self.subject(*id);
                subjects.push((Some(*id), tokens));
            }
        }
        subjects
    }

    /// The pattern under which a path is taken, and its rows.
    fn choice(
        &mut self,
        query: &Query,
        path: &AccessPath,
        subjects: &[(Option<LocalId>, TokenStream)],
    ) -> (Vec<TokenStream>, TokenStream) {
        let mut pattern = Vec::new();
        for (subject, _) in subjects {
            pattern.push(match (subject, path.when_arm) {
                (None, Some(arm)) => literals::unsigned(arm as u64),
                (Some(id), _) if path.when_some.contains(id) => {
                    let name = self.bind_present(*id, |look| walk::each_in_way(&path.access, look));
                    quote!(Some(#name))
                }
                _ => quote!(_),
            });
        }
        let rows = self.access(query.source, &path.access);
        path.when_some.iter().for_each(|id| self.unbind_present(*id));
        (pattern, rows)
    }
}

/// Chooses between paths: each has a pattern for the subjects, the last one takes everything.
fn choose(subjects: &[TokenStream], choices: &[(Vec<TokenStream>, TokenStream)]) -> TokenStream {
    let tuple = |parts: &[TokenStream]| match parts {
        [only] => quote!(#only),
        _ => quote!((#(#parts),*)),
    };
    let subject = tuple(subjects);
    match choices {
        [(pattern, then), (_, otherwise)] => {
            let pattern = tuple(pattern);
            if subject.to_string() == "order_arm" {
                quote!(if order_arm == #pattern { #then } else { #otherwise })
            } else {
                quote!(if let #pattern = #subject { #then } else { #otherwise })
            }
        }
        _ => {
            let last = choices.len().saturating_sub(1);
            let arms = choices.iter().enumerate().map(|(position, (pattern, value))| {
                let pattern = if position == last { quote!(_) } else { tuple(pattern) };
                quote!(#pattern => #value,)
            });
            quote!(match #subject { #(#arms)* })
        }
    }
}

fn without_bindings(pattern: &Pattern) -> Pattern {
    match pattern {
        Pattern::Variant(id, variant, _) => Pattern::Variant(*id, *variant, Vec::new()),
        Pattern::OneOf(patterns) => Pattern::OneOf(patterns.iter().map(without_bindings).collect()),
        other => other.clone(),
    }
}
