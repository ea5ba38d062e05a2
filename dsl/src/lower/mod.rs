//! From the pairs of the grammar to the syntax tree.
//!
//! Lowering never fails. It accepts what the grammar accepts and reports what is incomplete, or
//! written as in another language, where it can say what was meant.

mod endpoint;
mod expression;
mod fields;
mod items;
mod literal;
mod query;
mod reactions;
mod rights;
mod scenario;
mod statement;
mod view;

use crate::ast::{Docs, Ident, Span};
use crate::grammar::Rule;
use crate::problem::Problem;
use crate::trivia::DocsTable;

pub(crate) use items::Member;
pub(crate) use view::settle as settle_view;

/// The words that no name can be; `reserved` in the grammar.
pub(crate) const RESERVED: [&str; 16] = [
    "and", "else", "emit", "false", "for", "if", "in", "is", "let", "match", "none", "not", "or", "require", "return",
    "true",
];

/// A node of the grammar's tree.
pub(crate) type Node<'i> = pest::iterators::Pair<'i, Rule>;

/// What lowering needs and finds.
pub(crate) struct Lower<'a> {
    /// The whole text.
    pub(crate) source: &'a str,
    /// The offset of the slice that was parsed.
    pub(crate) base: u32,
    /// The documentation, to be taken by what it documents.
    pub(crate) docs: &'a mut DocsTable,
    /// What was found to be wrong.
    pub(crate) problems: Vec<Problem>,
}

impl Lower<'_> {
    /// The place of a node, without the blanks behind it.
    fn span(&self, node: &Node<'_>) -> Span {
        let span = node.as_span();
        let start = self.base + span.start() as u32;
        Span::new(start, start + span.as_str().trim_end().len() as u32)
    }

    /// The place directly behind a node.
    fn behind(&self, node: &Node<'_>) -> Span {
        let end = self.span(node).end;
        Span::new(end, end)
    }

    fn name(&self, node: &Node<'_>) -> Ident {
        Ident { text: node.as_str().to_owned(), span: self.span(node) }
    }

    /// The first name among the children.
    fn first_name(&self, node: &Node<'_>) -> Option<Ident> {
        child(node, Rule::name).map(|name| self.name(&name))
    }

    /// All names among the children.
    fn names(&self, node: &Node<'_>) -> Vec<Ident> {
        children(node, Rule::name).map(|name| self.name(&name)).collect()
    }

    fn take_docs(&mut self, node: &Node<'_>) -> Docs {
        let start = self.span(node).start;
        self.docs.take(start, self.source)
    }

    /// The first word of a stretch of text, which may have been meant as a name.
    pub(crate) fn first_word(&self, span: Span) -> Option<Ident> {
        let text = self.source.get(span.start as usize..span.end as usize)?;
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let length = text.find(|character| !is_word(character)).unwrap_or(text.len());
        let word = text.get(..length).filter(|word| !word.is_empty())?;
        Some(Ident { text: word.to_owned(), span: Span::new(span.start, span.start + length as u32) })
    }

    fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Reports a declared name that is a word of the language, and so could never be used.
    fn check_reserved(&mut self, name: &Ident) {
        if RESERVED.contains(&name.text.as_str()) {
            self.report(Problem::reserved_name(name.span, &name.text));
        }
    }

    /// The name, or an empty one behind `node` with a report that `what` has none.
    fn required_name(&mut self, name: Option<Ident>, node: &Node<'_>, what: &str) -> Ident {
        name.unwrap_or_else(|| {
            let span = self.behind(node);
            self.report(Problem::missing_name(span, what));
            Ident { text: String::new(), span }
        })
    }
}

/// The first child of a kind.
fn child<'i>(node: &Node<'i>, rule: Rule) -> Option<Node<'i>> {
    node.clone().into_inner().find(|inner| inner.as_rule() == rule)
}

/// All children of a kind.
fn children<'i>(node: &Node<'i>, rule: Rule) -> impl Iterator<Item = Node<'i>> {
    node.clone().into_inner().filter(move |inner| inner.as_rule() == rule)
}
