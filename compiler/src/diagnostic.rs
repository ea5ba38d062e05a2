//! A problem with everything that showing it needs: the one shape behind all renderings.

use std::fmt;

use miette::{LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents};
use raftstone_dsl::{Encoding, LineIndex};

use crate::Checked;
use crate::codes;
use crate::declarations::FileSpan;
use crate::problem::Problem;

/// The files of a schema, ready to look up lines and columns.
pub struct Sources<'c> {
    files: Vec<SourceText<'c>>,
}

struct SourceText<'c> {
    path: &'c str,
    text: &'c str,
    lines: LineIndex,
    /// Where the file begins when all files stand behind each other.
    base: usize,
}

/// A place as people count: from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl<'c> Sources<'c> {
    /// The files of a checked schema, the lock file last.
    pub fn new(checked: &'c Checked) -> Self {
        let count = checked.program.files.len() + usize::from(checked.lock_file.is_some());
        let mut base = 0;
        let files = (0..count).map(|file| {
            let (path, text) = checked.source(file as u32);
            let source = SourceText { path, text, lines: LineIndex::new(text), base };
            // One byte between files, so that no place belongs to two.
            base += text.len() + 1;
            source
        });
        Self { files: files.collect() }
    }

    /// The path of the file in which a place stands.
    pub fn path(&self, place: FileSpan) -> &'c str {
        self.files.get(place.file as usize).map_or("", |file| file.path)
    }

    /// Where a place begins and ends.
    pub fn range(&self, place: FileSpan) -> (Position, Position) {
        let Some(file) = self.files.get(place.file as usize) else {
            let start = Position { line: 1, column: 1 };
            return (start, start);
        };
        let position = |offset: u32| {
            let at = file.lines.line_column(offset, Encoding::Utf32);
            Position { line: at.line + 1, column: at.column + 1 }
        };
        (position(place.span.start), position(place.span.end))
    }

    fn offset(&self, place: FileSpan) -> SourceSpan {
        let base = self.files.get(place.file as usize).map_or(0, |file| file.base);
        let length = place.span.end.saturating_sub(place.span.start) as usize;
        SourceSpan::new((base + place.span.start as usize).into(), length)
    }
}

/// All files behind each other, so that one picture can show places in several of them.
impl SourceCode for Sources<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let behind = self.files.partition_point(|file| file.base <= span.offset());
        let file = behind.checked_sub(1).and_then(|file| self.files.get(file));
        let file = file.ok_or(MietteError::OutOfBounds)?;
        let inside = SourceSpan::new((span.offset() - file.base).into(), span.len());
        // A span over two files is out of bounds of the first: their pictures stay apart.
        let contents = file.text.read_span(&inside, before, after)?;
        let start = contents.span().offset() + file.base;
        Ok(Box::new(MietteSpanContents::new_named(
            file.path.to_owned(),
            contents.data(),
            SourceSpan::new(start.into(), contents.span().len()),
            contents.line(),
            contents.column(),
            contents.line_count(),
        )))
    }
}

/// A problem together with the files that it points into.
pub struct Diagnostic<'c> {
    /// The problem.
    pub problem: &'c Problem,
    /// The files.
    pub sources: &'c Sources<'c>,
}

impl fmt::Debug for Diagnostic<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.problem.code.code, self.problem.message)
    }
}

impl fmt::Display for Diagnostic<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.problem.message)
    }
}

impl std::error::Error for Diagnostic<'_> {}

impl miette::Diagnostic for Diagnostic<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.code.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.problem.code.severity {
            codes::Severity::Error => Severity::Error,
            codes::Severity::Warning => Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help: &'a str = self.problem.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.sources)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = (!self.problem.label.is_empty()).then(|| self.problem.label.clone());
        let primary = LabeledSpan::new_primary_with_span(label, self.sources.offset(self.problem.span));
        let others = self
            .problem
            .labels
            .iter()
            .map(|(span, text)| LabeledSpan::new_with_span(Some(text.clone()), self.sources.offset(*span)));
        Some(Box::new(std::iter::once(primary).chain(others)))
    }
}
