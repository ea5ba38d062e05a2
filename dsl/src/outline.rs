//! The text as the grammar reads it: items, logical lines, and what was reported on the way.

use crate::ast::Span;
use crate::blocks::{self, Region};
use crate::brackets::repair;
use crate::layout::{self, Clean, Commas, Lines};
use crate::pieces::Pieces;
use crate::problem::Problem;
use crate::scan::Token;

/// An item as the scanner sees it.
pub(crate) struct ItemBlock {
    pub(crate) region: Region,
    pub(crate) span: Span,
    pub(crate) lines: Lines,
}

/// The text as the grammar reads it, and where its items are.
pub(crate) struct Outline {
    pub(crate) clean: String,
    pub(crate) blocks: Vec<ItemBlock>,
    /// What was found before the grammar.
    pub(crate) reported: Vec<Problem>,
    pub(crate) spoiled: Spoiled,
}

/// The stretches of text that a reported problem may have spoiled: what does not parse there has
/// its report already.
pub(crate) struct Spoiled {
    /// Sorted starts of the stretches.
    starts: Vec<u32>,
    /// For each, the furthest end of it and all before it.
    furthest: Vec<u32>,
}

impl Spoiled {
    fn new(mut stretches: Vec<Span>) -> Self {
        stretches.sort_unstable();
        let mut furthest = Vec::with_capacity(stretches.len());
        for stretch in &stretches {
            furthest.push(furthest.last().map_or(stretch.end, |end| stretch.end.max(*end)));
        }
        Self { starts: stretches.iter().map(|stretch| stretch.start).collect(), furthest }
    }

    pub(crate) fn touches(&self, span: Span) -> bool {
        let before = self.starts.partition_point(|start| *start <= span.end);
        before.checked_sub(1).and_then(|last| self.furthest.get(last)).is_some_and(|end| *end >= span.start)
    }
}

impl Outline {
    pub(crate) fn new(pieces: &Pieces<'_>, tokens: &[Token]) -> Self {
        let mut clean = Clean::new(pieces.source, tokens);
        let mut reported = layout::token_problems(pieces, tokens);
        let regions = blocks::regions(pieces);
        let mut blocks = Vec::with_capacity(regions.len());
        for (index, region) in regions.iter().enumerate() {
            let first = pieces.get(region.first).map_or(Span::default(), |piece| piece.span);
            let last = pieces.get(region.end - 1).map_or(first, |piece| piece.span);
            if region.joined {
                reported.push((Problem::joined_item(first), Span::new(first.start, first.start)));
                clean.break_line(pieces, region.first);
            }
            let mut repairs = repair(pieces, *region, regions.get(index + 1).copied());
            let mut lines = layout::lay_out(pieces, *region, &repairs, commas(pieces, *region), &mut clean);
            if lines.too_deep.is_none() {
                reported.append(&mut repairs.problems);
            }
            reported.append(&mut lines.problems);
            blocks.push(ItemBlock { region: *region, span: first.to(last), lines });
        }
        let spoiled = reported.iter().filter(|(problem, _)| !problem.harmless).map(|(_, spoiled)| *spoiled);
        let spoiled = Spoiled::new(spoiled.collect());
        let reported = reported.into_iter().map(|(problem, _)| problem).collect();
        Self { clean: clean.into_text(), blocks, reported, spoiled }
    }

    /// The span with the brackets that the repair wrote behind it.
    pub(crate) fn extended(&self, span: Span) -> Span {
        let behind = self.clean.as_bytes().get(span.end as usize..).unwrap_or_default();
        let added = behind.iter().take_while(|byte| matches!(byte, b')' | b']' | b'}')).count();
        Span::new(span.start, span.end + added as u32)
    }

    /// Whether the stretch up to the next sign of the grammar is spoiled.
    pub(crate) fn is_spoiled_behind(&self, span: Span) -> bool {
        let behind = self.clean.as_bytes().get(span.end as usize..).unwrap_or_default();
        let blanks = behind.iter().take_while(|byte| **byte == b' ').count();
        self.spoiled.touches(Span::new(span.start, span.end + blanks as u32))
    }

    pub(crate) fn slice(&self, span: Span) -> &str {
        self.clean.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// How an item's members are separated.
fn commas(pieces: &Pieces<'_>, region: Region) -> Commas {
    match pieces.text(region.keyword) {
        "enum" | "struct" | "model" | "event" => Commas::Cut,
        "view" | "app" | "auth" => Commas::CutBeforeNames,
        _ => Commas::Keep,
    }
}
