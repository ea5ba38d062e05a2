//! The whole way from text to syntax.
//!
//! An item that is well-formed takes one call of pest. Only when that fails are its header and its
//! members parsed one by one, so that each broken one is reported and all others are read.

use pest::Parser;
use pest::error::Error;

use crate::ast::{
    Block, Body, EventMember, File, Ident, Item, ItemKind, Job, ModelMember, Span, Statement, StatementKind, Step,
    StepKind,
};
use crate::blocks::ITEM_KEYWORDS;
use crate::grammar::{Grammar, Rule};
use crate::guess::Guess;
use crate::layout;
use crate::lower::{Lower, Member, Node, settle_view};
use crate::outline::{ItemBlock, Outline};
use crate::pieces::Pieces;
use crate::problem::Problem;
use crate::scan::{Bracket, Token, TokenKind, scan};
use crate::suggest::item_keyword;
use crate::trivia::{DocsTable, Trivia};
use crate::words::describe;

/// Larger files are refused; positions are 32-bit.
pub const MAX_FILE_BYTES: usize = 16 << 20;

/// Problems beyond this number are not shown; the file is no schema.
pub const MAX_PROBLEMS: usize = 1_000;

/// From so many items on a second thread is worth its start.
pub(crate) const MANY_ITEMS: usize = 256;

/// What parsing a file gives. There is always a tree, however broken the text is.
#[derive(Clone, Debug, Default)]
pub struct Parse {
    /// The tree.
    pub file: File,
    /// Comments and other things between the tokens.
    pub trivia: Trivia,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
    /// All tokens; they cover every byte.
    pub tokens: Vec<Token>,
}

/// Parses the text of a file.
pub fn parse(text: &str) -> Parse {
    if text.len() > MAX_FILE_BYTES {
        let problem = Problem::file_too_large(text.len(), MAX_FILE_BYTES);
        return Parse { problems: vec![problem], ..Parse::default() };
    }
    let tokens = scan(text);
    let pieces = Pieces::new(text, &tokens);
    let trivia = Trivia::new(&tokens, &pieces);
    let outline = Outline::new(&pieces, &tokens);
    let mut docs = DocsTable::new(&trivia, &pieces);
    let (items, mut problems) = parse_items(&pieces, &outline, &mut docs);
    problems.extend(outline.reported.iter().cloned());
    add_unused_docs(&docs, &items, &mut problems);
    finish(&mut problems);
    let file = File { docs: trivia.file_docs(text), items };
    Parse { file, trivia, problems, tokens }
}

/// Parses all items. They do not depend on each other: of many, a second thread parses the second half. What is
/// behind the other on the page stays behind it, so nobody can tell.
fn parse_items(pieces: &Pieces<'_>, outline: &Outline, docs: &mut DocsTable) -> (Vec<Item>, Vec<Problem>) {
    let parse = |blocks: &[ItemBlock], docs: &mut DocsTable| {
        let items = Vec::with_capacity(blocks.len());
        let mut parser = ItemParser { pieces, outline, docs, items, problems: Vec::new() };
        blocks.iter().for_each(|block| parser.block(block));
        (parser.items, parser.problems)
    };
    let blocks = outline.blocks.as_slice();
    let (first, second) = blocks.split_at(if blocks.len() < MANY_ITEMS { blocks.len() } else { blocks.len() / 2 });
    let Some(middle) = second.first() else { return parse(first, docs) };
    let mut second_docs = docs.split_off(middle.span.start);
    let ((mut items, mut problems), second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| parse(second, &mut second_docs));
        (parse(first, docs), second.join())
    });
    let second = second.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    items.extend(second.0);
    problems.extend(second.1);
    docs.append(second_docs);
    (items, problems)
}

/// Documentation of nothing; in a damaged item it may belong to what did not parse.
fn add_unused_docs(docs: &DocsTable, items: &[Item], problems: &mut Vec<Problem>) {
    for span in docs.unused() {
        let behind = items.partition_point(|item| item.span.end < span.start);
        let is_near_damage = items.get(behind).is_some_and(|item| item.damaged);
        if !is_near_damage {
            problems.push(Problem::unused_docs(span));
        }
    }
}

/// Sorts by place and cuts off what nobody would read. Where a text ends too early, the first thing
/// that is missing says it all.
fn finish(problems: &mut Vec<Problem>) {
    problems.sort_by_key(|problem| problem.span);
    problems.dedup_by(|next, first| next.span == first.span && next.span.start == next.span.end);
    if problems.len() > MAX_PROBLEMS {
        problems.truncate(MAX_PROBLEMS);
        let last = problems.last().map_or(Span::default(), |problem| problem.span);
        problems.push(Problem::too_many(last, MAX_PROBLEMS));
    }
}

/// The rule of an item's members.
fn member_rule(keyword: &str) -> Option<Rule> {
    Some(match keyword {
        "app" => Rule::one_app_member,
        "enum" => Rule::one_variant,
        "struct" => Rule::one_field,
        "model" => Rule::one_model_member,
        "event" => Rule::one_event_member,
        "view" => Rule::one_view_member,
        "auth" => Rule::one_auth_setting,
        "test" => Rule::one_step,
        "resource" => Rule::one_resource_line,
        "fn" | "endpoint" | "extern" | "every" => Rule::one_statement,
        _ => return None,
    })
}

/// Parses items one after the other.
struct ItemParser<'a, 's> {
    pieces: &'a Pieces<'s>,
    outline: &'a Outline,
    docs: &'a mut DocsTable,
    items: Vec<Item>,
    problems: Vec<Problem>,
}

impl<'a> ItemParser<'a, '_> {
    fn lower(&mut self, base: u32) -> Lower<'_> {
        Lower { source: self.pieces.source, base, docs: self.docs, problems: Vec::new() }
    }

    fn block(&mut self, block: &'a ItemBlock) {
        let keyword = self.pieces.text(block.region.keyword);
        if let Some(span) = block.lines.too_deep {
            self.problems.push(Problem::too_deep(span));
            let name = Guess { pieces: self.pieces, region: block.region }.name();
            return self.bad(block, name);
        }
        if block.region.keyword == block.region.end || !ITEM_KEYWORDS.contains(&keyword) {
            return self.unknown(block);
        }
        let outline = self.outline;
        match Grammar::parse(Rule::one_item, outline.slice(outline.extended(block.span))) {
            Ok(mut pairs) => {
                let mut lower = self.lower(block.span.start);
                let item = inner(pairs.next(), Rule::item).and_then(|item| lower.item(&item));
                let found = lower.problems;
                let damaged = outline.spoiled.touches(block.span) || found.iter().any(|problem| !problem.harmless);
                self.add(found);
                self.items.extend(item.map(|item| Item { damaged, ..item }));
            }
            Err(error) => self.by_member(block, keyword, &error),
        }
    }

    /// Reads the header and the members of an item on their own.
    fn by_member(&mut self, block: &'a ItemBlock, keyword: &'a str, error: &Error<Rule>) {
        let before = self.problems.len();
        let region = block.region;
        let rule = if self.pieces.text(region.keyword + 1) == "type" { None } else { member_rule(keyword) };
        let (Some(body), Some(rule)) = (&block.lines.body, rule) else {
            self.report_unless_spoiled(error, block.span);
            let item = self.guessed(block, keyword);
            return self.items.push(item);
        };
        let mut item = self.header(block, body, keyword);
        item.span = self.item_span(block);
        item.damaged = true;
        let mut members = Vec::with_capacity(body.members.len());
        let header_problems = self.problems.len();
        for span in &body.members {
            members.push((*span, self.member(rule, *span)));
        }
        let header = Span::new(block.span.start, body.inside.start);
        let is_bad_header = header_problems > before || self.outline.spoiled.touches(header);
        if is_bad_header && members.iter().all(|(_, member)| member.is_none()) {
            // The header is wrong and nothing in the body can be read: it is no body of this kind.
            self.problems.truncate(header_problems);
        }
        let mut lower = self.lower(0);
        for (span, member) in members {
            add_member(&mut lower, &mut item.kind, member, span);
        }
        let found = lower.problems;
        self.problems.extend(found);
        if let ItemKind::View(view) = &mut item.kind {
            settle_view(view);
        }
        set_body_span(&mut item.kind, Span::new(body.inside.start.saturating_sub(1), body.inside.end + 1));
        self.items.push(item);
        if self.problems.len() == before {
            // Every part is good on its own, so it is the whole that does not fit.
            self.report_unless_spoiled(error, block.span);
        }
    }

    /// Adds what lowering found, but not what is missing because it was reported already.
    fn add(&mut self, found: Vec<Problem>) {
        for problem in found {
            if problem.harmless || !self.outline.is_spoiled_behind(problem.span) {
                self.problems.push(problem);
            }
        }
    }

    fn report_unless_spoiled(&mut self, error: &Error<Rule>, span: Span) {
        if !self.outline.spoiled.touches(span) {
            self.problems.push(describe(error, self.pieces, span));
        }
    }

    fn item_span(&self, block: &ItemBlock) -> Span {
        let keyword = self.pieces.get(block.region.keyword).map_or(block.span, |piece| piece.span);
        keyword.to(Span::new(block.span.end, block.span.end))
    }

    /// The item with an empty body.
    fn header(&mut self, block: &ItemBlock, body: &layout::Body, keyword: &str) -> Item {
        let span = Span::new(block.span.start, body.inside.start);
        let text = self.outline.slice(span);
        let text = format!("{}{{}}", text.strip_suffix('{').unwrap_or(text));
        match Grammar::parse(Rule::one_item, &text) {
            Ok(mut pairs) => {
                let mut lower = self.lower(span.start);
                let item = inner(pairs.next(), Rule::item).and_then(|item| lower.item(&item));
                let found = lower.problems;
                self.add(found);
                item.unwrap_or_else(|| self.guessed(block, keyword))
            }
            Err(error) => {
                self.report_unless_spoiled(&error, span);
                self.guessed(block, keyword)
            }
        }
    }

    /// A member, or `None` with a report.
    fn member(&mut self, rule: Rule, span: Span) -> Option<Member> {
        let outline = self.outline;
        match Grammar::parse(rule, outline.slice(outline.extended(span))) {
            Ok(mut pairs) => {
                let mut lower = self.lower(span.start);
                let member = pairs.next().and_then(|pair| lower.member(&pair));
                let found = lower.problems;
                self.add(found);
                member
            }
            Err(_) if outline.spoiled.touches(span) => None,
            Err(error) => {
                self.broken_member(rule, span, &error);
                None
            }
        }
    }

    /// Reports what is wrong with a member: its statements, if it is a block and its head is good.
    fn broken_member(&mut self, rule: Rule, span: Span, error: &Error<Rule>) {
        let before = self.problems.len();
        let first = self.pieces.all.partition_point(|piece| piece.span.start < span.start);
        if matches!(self.pieces.text(first), "if" | "for" | "apply" | "on") {
            let groups = self.groups(first, span.end);
            let mut head = self.outline.slice(span).as_bytes().to_vec();
            for group in &groups {
                let range = (group.start - span.start) as usize..(group.end - span.start) as usize;
                head.get_mut(range).unwrap_or_default().fill(b' ');
            }
            let head = String::from_utf8(head).unwrap_or_default();
            if Grammar::parse(rule, &head).is_ok() {
                for group in groups {
                    for statement in self.statements(group) {
                        self.member(Rule::one_statement, statement);
                    }
                }
            }
        }
        if self.problems.len() == before {
            self.problems.push(describe(error, self.pieces, span));
        }
    }

    /// The insides of the brace groups from the piece `first` on that lie in no other bracket.
    fn groups(&self, first: usize, end: u32) -> Vec<Span> {
        let mut groups = Vec::new();
        let (mut depth, mut start) = (0_usize, 0);
        for piece in self.pieces.all.iter().skip(first).take_while(|piece| piece.span.start < end) {
            match piece.kind {
                TokenKind::Open(bracket) => {
                    if depth == 0 && bracket == Bracket::Curly {
                        start = piece.span.end;
                    }
                    depth += 1;
                }
                TokenKind::Close(bracket) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && bracket == Bracket::Curly {
                        groups.push(Span::new(start, piece.span.start));
                    }
                }
                _ => {}
            }
        }
        groups
    }

    /// The statements of a block, by the line ends that the layout has left.
    fn statements(&self, group: Span) -> Vec<Span> {
        let mut statements: Vec<Span> = Vec::new();
        let first = self.pieces.all.partition_point(|piece| piece.span.start < group.start);
        let (mut depth, mut last_end) = (0_usize, group.start);
        for piece in self.pieces.all.iter().skip(first).take_while(|piece| piece.span.start < group.end) {
            let gap = self.outline.slice(Span::new(last_end, piece.span.start));
            match statements.last_mut() {
                Some(statement) if depth > 0 || !gap.contains('\n') => *statement = statement.to(piece.span),
                _ => statements.push(piece.span),
            }
            match piece.kind {
                TokenKind::Open(_) => depth += 1,
                TokenKind::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            last_end = piece.span.end;
        }
        statements
    }

    /// What the first words of an item tell when its header does not parse.
    fn guessed(&mut self, block: &ItemBlock, keyword: &str) -> Item {
        let keyword_span = self.pieces.get(block.region.keyword).map_or(block.span, |piece| piece.span);
        let docs = self.docs.take(block.span.start, self.pieces.source);
        let guess = Guess { pieces: self.pieces, region: block.region };
        let span = self.item_span(block);
        Item { docs, attributes: Vec::new(), kind: guess.kind(keyword, keyword_span), span, damaged: true }
    }

    /// What starts with no keyword.
    fn unknown(&mut self, block: &'a ItemBlock) {
        let region = block.region;
        let span = self.pieces.get(region.keyword).map_or(block.span, |piece| piece.span);
        let span = if region.keyword == region.end { block.span } else { span };
        let word = self.pieces.text_of(span);
        let next_is_name = self.pieces.is_word(region.keyword + 1) && region.keyword + 1 < region.end;
        let suggestion = if next_is_name { item_keyword(word) } else { None };
        if region.keyword == region.end {
            self.problems.push(Problem::attributes_of_nothing(span));
        } else if !self.outline.spoiled.touches(span) {
            self.problems.push(Problem::unknown_item(span, word, suggestion));
        }
        let name = if suggestion.is_some() { region.keyword + 1 } else { region.keyword };
        let name = self.pieces.get(name).filter(|piece| piece.kind == TokenKind::Word);
        let name = name.map(|piece| Ident { text: self.pieces.text_of(piece.span).to_owned(), span: piece.span });
        self.bad(block, name);
    }

    fn bad(&mut self, block: &ItemBlock, name: Option<Ident>) {
        let docs = self.docs.take(block.span.start, self.pieces.source);
        let kind = ItemKind::Bad { name };
        self.items.push(Item { docs, attributes: Vec::new(), kind, span: block.span, damaged: true });
    }
}

/// The first node of a kind inside another.
fn inner(node: Option<Node<'_>>, rule: Rule) -> Option<Node<'_>> {
    node?.into_inner().find(|node| node.as_rule() == rule)
}

/// Puts a member into its item; `None` is one that did not parse.
fn add_member(lower: &mut Lower<'_>, kind: &mut ItemKind, member: Option<Member>, span: Span) {
    match (kind, member) {
        (ItemKind::App(app), Some(Member::Setting(setting))) => app.settings.push(setting),
        (ItemKind::Enum(item), Some(Member::Variant(variant))) => item.variants.push(variant),
        (ItemKind::Struct(item), Some(Member::Field(field))) => item.fields.push(field),
        (ItemKind::Model(model), Some(Member::Model(members))) => model.members.extend(members),
        (ItemKind::Model(model), None) => {
            model.members.push(ModelMember::Bad { name: lower.first_word(span) });
        }
        (ItemKind::Event(event), Some(Member::Event(member))) => event.members.push(member),
        (ItemKind::Event(event), None) => {
            event.members.push(EventMember::Bad { name: lower.first_word(span) });
        }
        (ItemKind::View(view), Some(Member::View(member))) => lower.add_view_member(view, *member),
        (ItemKind::Resource(resource), Some(Member::Resource(line))) => resource.lines.push(line),
        (ItemKind::Auth(auth), Some(Member::Auth(setting))) => auth.settings.push(setting),
        (ItemKind::Scenario(scenario), Some(Member::Step(step))) => scenario.steps.push(step),
        (ItemKind::Scenario(scenario), None) => scenario.steps.push(Step { kind: StepKind::Bad, span }),
        (ItemKind::Job(job), member) => job.body.get_or_insert_default().statements.push(statement(member, span)),
        (ItemKind::Function(function) | ItemKind::ExternFunction(function), member) => {
            add_statement(&mut function.body, member, span);
        }
        (ItemKind::Endpoint(endpoint), member) => add_statement(&mut endpoint.body, member, span),
        _ => {}
    }
}

fn add_statement(body: &mut Option<Body>, member: Option<Member>, span: Span) {
    if let Body::Block(block) = body.get_or_insert(Body::Block(Block::default())) {
        block.statements.push(statement(member, span));
    }
}

fn statement(member: Option<Member>, span: Span) -> Statement {
    match member {
        Some(Member::Statement(statement)) => statement,
        _ => Statement { kind: StatementKind::Bad, span },
    }
}

fn set_body_span(kind: &mut ItemKind, span: Span) {
    if let ItemKind::Job(Job { body: Some(block), .. }) = kind {
        block.span = span;
    }
    let body = match kind {
        ItemKind::Function(function) | ItemKind::ExternFunction(function) => &mut function.body,
        ItemKind::Endpoint(endpoint) => &mut endpoint.body,
        _ => return,
    };
    if let Some(Body::Block(block)) = body {
        block.span = span;
    }
}

/// The items of a file by one call of pest: the grammar read as the definition of the language.
#[cfg(test)]
pub(crate) fn parse_whole(text: &str) -> Result<Vec<Item>, String> {
    let tokens = scan(text);
    let pieces = Pieces::new(text, &tokens);
    let trivia = Trivia::new(&tokens, &pieces);
    let outline = Outline::new(&pieces, &tokens);
    let mut docs = DocsTable::new(&trivia, &pieces);
    let pairs = Grammar::parse(Rule::file, &outline.clean).map_err(|error| error.to_string())?;
    let mut lower = Lower { source: text, base: 0, docs: &mut docs, problems: Vec::new() };
    let nodes = pairs.flat_map(Node::into_inner).filter(|node| node.as_rule() == Rule::item);
    Ok(nodes.filter_map(|node| lower.item(&node)).collect())
}
