//! What can be wrong with the text of a schema, and the words for it.
//!
//! Each problem is made by one function here, so that the words stand in one place;
//! [`crate::codes`] explains the codes.

use crate::ast::Span;
use crate::codes::{self, CodeInfo};
use crate::scan::Bracket;

/// One mistake in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of mistake it is, with its code.
    pub code: &'static CodeInfo,
    /// The smallest place that shows it.
    pub span: Span,
    /// What is wrong, in words about this very place, without a full stop.
    pub message: String,
    /// What stands under the place; empty when the message says it all.
    pub label: String,
    /// The other parties.
    pub labels: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// A change that is certain to be right.
    pub fix: Option<Fix>,
    /// Whether the tree is complete all the same: the text was read as it was meant.
    pub(crate) harmless: bool,
}

/// A change of the text that solves a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: "write `and`".
    pub title: String,
    /// The edits, in the order of the text and without overlap.
    pub edits: Vec<Edit>,
}

/// The replacement of a piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Making problems.
impl Problem {
    fn new(code: &'static CodeInfo, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            label: String::new(),
            labels: Vec::new(),
            help: None,
            fix: None,
            harmless: false,
        }
    }

    fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    pub(crate) fn other(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }] });
        self
    }

    fn harmless(mut self) -> Self {
        self.harmless = true;
        self
    }
}

/// Brackets, strings, characters.
impl Problem {
    pub(crate) fn unclosed_bracket(span: Span, bracket: Bracket, before: Option<(Span, &str)>) -> Self {
        let (open, close) = (bracket.open(), bracket.close());
        let problem = Self::new(&codes::UNCLOSED_BRACKET, span, format!("this `{open}` is never closed"))
            .label(format!("no `{close}` belongs to it"));
        match before {
            Some((before, text)) => problem.other(before, format!("expected `{close}` before this `{text}`")),
            None => problem.help(format!("add `{close}`")),
        }
    }

    pub(crate) fn stray_closer(span: Span, bracket: Bracket) -> Self {
        let (open, close) = (bracket.open(), bracket.close());
        Self::new(&codes::STRAY_CLOSER, span, format!("this `{close}` closes nothing"))
            .label(format!("no `{open}` is open here"))
            .help(format!("remove it, or write the `{open}` that it belongs to"))
    }

    pub(crate) fn missing_opener(after: Span, closer: Span) -> Self {
        let end = Span::new(after.end, after.end);
        Self::new(&codes::MISSING_OPENER, end, "a `{` is missing at the end of this line")
            .label("expected `{`")
            .other(closer, "this `}` closes it")
            .fix("add `{`", end, " {")
    }

    pub(crate) fn wrong_closer(opener: Span, open: Bracket, closer: Span, found: Bracket) -> Self {
        let right = open.close();
        Self::new(&codes::WRONG_CLOSER, closer, format!("`{}` cannot close `{}`", found.close(), open.open()))
            .label(format!("expected `{right}`"))
            .other(opener, "opened here")
            .fix(format!("write `{right}`"), closer, right.to_string())
    }

    pub(crate) fn unclosed_text(span: Span) -> Self {
        let end = Span::new(span.end, span.end);
        Self::new(&codes::UNCLOSED_TEXT, span, "this string has no closing quote")
            .label("expected `\"` before the end of the line")
            .other(end, "the line ends here")
            .help("write `\\n` for a line end inside a string")
    }

    pub(crate) fn unknown_characters(span: Span, text: &str) -> Self {
        let shown: String = text.chars().take(12).flat_map(char::escape_debug).collect();
        let problem = Self::new(&codes::UNKNOWN_CHARACTER, span, format!("`{shown}` has no place in a schema"));
        match text.chars().next() {
            Some('\'') => {
                let problem = problem.help("strings stand in double quotes: `\"…\"`");
                match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
                    Some(inner) => {
                        problem.fix("write double quotes", span, format!("\"{}\"", inner.replace('"', "\\\"")))
                    }
                    None => problem,
                }
            }
            Some('#' | '/') => problem.help("comments are written behind `//`, one line each"),
            Some(first) if first.is_alphabetic() => {
                problem.help("names are made of the letters `a` to `z`, digits and `_`")
            }
            _ => problem.help("remove it"),
        }
    }

    pub(crate) fn too_deep(span: Span) -> Self {
        Self::new(&codes::TOO_DEEP, span, "this is nested too deep")
            .label("the limit is reached here")
            .help("take a part out into a `fn` or a `let`")
    }

    pub(crate) fn file_too_large(bytes: usize, limit: usize) -> Self {
        let message = format!("the file has {bytes} bytes, more than {limit}");
        Self::new(&codes::FILE_TOO_LARGE, Span::default(), message).help("split it and use `import`")
    }

    pub(crate) fn too_many(span: Span, limit: usize) -> Self {
        Self::new(&codes::TOO_MANY, span, format!("more than {limit} problems; the rest is not shown"))
            .help("is this file a schema?")
    }
}

/// What the grammar expected.
impl Problem {
    pub(crate) fn unexpected(span: Span, found: &str, expected: &[&str]) -> Self {
        let message = match expected {
            [] => format!("unexpected {found}"),
            _ => format!("expected {}, found {found}", one_of(expected)),
        };
        Self::new(&codes::UNEXPECTED, span, message).label("this cannot stand here")
    }

    /// A line that goes on with the one before because of its first word.
    pub(crate) fn continued_line(self, before: Span, word: &str) -> Self {
        let place = Span::new(before.end, before.end);
        self.other(place, format!("a line that starts with `{word}` goes on with the one above"))
            .help(format!("if `{word}` is a field of its own, end the line above with `,`"))
    }

    pub(crate) fn unknown_item(span: Span, word: &str, suggestion: Option<&str>) -> Self {
        let problem = Self::new(&codes::UNKNOWN_ITEM, span, format!("`{word}` starts no item"));
        match suggestion {
            Some(right) => {
                problem.label(format!("did you mean `{right}`?")).fix(format!("write `{right}`"), span, right)
            }
            None => problem
                .label("expected a keyword such as `model`")
                .help("items start with `app import type enum struct model event view fn extern endpoint resource`"),
        }
    }

    pub(crate) fn joined_item(span: Span) -> Self {
        let start = Span::new(span.start, span.start);
        Self::new(&codes::JOINED_LINE, span, "an item starts on a line of its own")
            .label("put this on the next line")
            .fix("start a new line", start, "\n")
            .harmless()
    }

    pub(crate) fn joined_statement(span: Span) -> Self {
        let start = Span::new(span.start, span.start);
        Self::new(&codes::JOINED_LINE, span, "a statement starts on a line of its own")
            .label("put this on the next line")
            .fix("start a new line", start, "\n")
    }

    /// A field behind another on one line.
    pub(crate) fn missing_comma(self, before: Span) -> Self {
        let end = Span::new(before.end, before.end);
        self.help("fields on one line are separated by `,`").fix("add `,`", end, ",")
    }

    pub(crate) fn semicolon(span: Span, ends_line: bool) -> Self {
        if ends_line {
            return Self::new(&codes::SEMICOLON, span, "lines end without `;`").fix("remove `;`", span, "").harmless();
        }
        Self::new(&codes::SEMICOLON, span, "statements stand one a line, without `;`")
            .fix("start a new line", span, "\n")
            .harmless()
    }

    pub(crate) fn line_of_attributes(span: Span) -> Self {
        Self::new(&codes::LINE_OF_ATTRIBUTES, span, "an attribute stands behind what it belongs to")
            .label("nothing stands before it on this line")
            .help("write it behind the type of its field: `slug: string @unique`")
    }

    pub(crate) fn attributes_of_nothing(span: Span) -> Self {
        Self::new(&codes::LINE_OF_ATTRIBUTES, span, "these attributes belong to nothing")
            .label("no item stands behind them")
    }

    pub(crate) fn unused_docs(span: Span) -> Self {
        Self::new(&codes::UNUSED_DOCS, span, "this documents nothing")
            .label("no item, field or variant stands behind it")
            .help("write `//` for a remark")
            .harmless()
    }
}

/// What is missing.
impl Problem {
    pub(crate) fn missing_name(span: Span, what: &str) -> Self {
        Self::new(&codes::MISSING_NAME, span, format!("{what} has no name")).label("expected a name here")
    }

    pub(crate) fn missing_type(span: Span, name: &str) -> Self {
        Self::new(&codes::MISSING_TYPE, span, format!("the type of `{name}` is missing"))
            .label("expected a type such as `string`")
    }

    pub(crate) fn missing_result_type(span: Span) -> Self {
        Self::new(&codes::MISSING_TYPE, span, "the type behind `->` is missing")
            .label("expected a type such as `string`")
            .help("without a result, leave `->` away")
    }

    pub(crate) fn missing_value(span: Span, what: &str) -> Self {
        Self::new(&codes::MISSING_VALUE, span, format!("{what} has no value")).label("expected a value here")
    }

    pub(crate) fn missing_body(span: Span, keyword: &str) -> Self {
        Self::new(&codes::MISSING_BODY, span, format!("this `{keyword}` has no body")).label("expected `{ … }`")
    }

    pub(crate) fn missing_function_body(span: Span) -> Self {
        Self::new(&codes::MISSING_BODY, span, "this `fn` has no body")
            .label("expected `= expression` or `{ … }`")
            .help("a function that is written in Rust is declared with `extern fn`")
    }

    pub(crate) fn missing_endpoint_body(span: Span) -> Self {
        Self::new(&codes::MISSING_BODY, span, "this endpoint has no body")
            .label("expected `= expression` or `{ … }`")
            .help("an endpoint that is written in Rust is declared with `extern endpoint`")
    }

    pub(crate) fn missing_fields(span: Span, keyword: &str) -> Self {
        Self::new(&codes::MISSING_FIELDS, span, format!("this `{keyword}` names no field"))
            .label("expected fields in parentheses")
            .help(format!("write `{keyword} (first, second)`"))
    }

    pub(crate) fn missing_right(span: Span) -> Self {
        Self::new(&codes::MISSING_RIGHT, span, "this `for` does not say who may call")
            .label("expected `anyone`, `user` or `operator`")
    }

    pub(crate) fn missing_method(span: Span) -> Self {
        Self::new(&codes::MISSING_ROUTE, span, "this route has no method")
            .label("expected `GET`, `POST`, `PUT`, `PATCH` or `DELETE`")
    }

    pub(crate) fn missing_path(span: Span) -> Self {
        Self::new(&codes::MISSING_ROUTE, span, "this route has no path").label("expected a path such as `/todos`")
    }
}

/// Literals.
impl Problem {
    pub(crate) fn bad_path_segment(span: Span, segment: &str) -> Self {
        let message = match segment {
            "" => "this path has an empty segment".to_owned(),
            _ => format!("`{segment}` is no segment of a path"),
        };
        let problem = Self::new(&codes::BAD_PATH, span, message);
        if segment.contains(['{', '}']) {
            problem.help("a parameter is a whole segment: `/todos/{todo}`")
        } else if segment.is_empty() {
            problem.help("a path neither ends with `/` nor has two of them side by side")
        } else {
            problem.help("use letters, digits and `-._~`, or percent-encode")
        }
    }

    pub(crate) fn bad_number(span: Span, text: &str) -> Self {
        Self::new(&codes::BAD_NUMBER, span, format!("`{text}` is no number"))
            .help("`_` stands between two digits, and a number has at most one point")
    }

    pub(crate) fn bad_unit(span: Span, unit: &str) -> Self {
        let problem = Self::new(&codes::BAD_UNIT, span, format!("`{unit}` is no unit"));
        let meant = match unit {
            "m" | "mins" | "minute" | "minutes" => "min",
            "sec" | "secs" | "second" | "seconds" => "s",
            "hr" | "hrs" | "hour" | "hours" => "h",
            "day" | "days" => "d",
            "millis" | "msec" => "ms",
            "kb" | "KB" | "kB" | "K" | "k" => "KiB",
            "mb" | "MB" | "M" => "MiB",
            "gb" | "GB" | "G" => "GiB",
            _ => return problem.help("durations have `d h min s ms`, sizes `B KiB MiB GiB`"),
        };
        problem.label(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), span, meant)
    }

    pub(crate) fn fraction_of_unit(span: Span, text: &str) -> Self {
        Self::new(&codes::FRACTION_OF_UNIT, span, format!("`{text}` is no whole number of its unit"))
            .help("use a smaller unit: `90min` for one and a half hours")
    }

    pub(crate) fn two_numbers(span: Span, first: Span) -> Self {
        Self::new(&codes::TWO_NUMBERS, span, "two numbers stand side by side")
            .label("expected an operator or `,` before it")
            .other(first, "the first one")
    }

    pub(crate) fn bad_escape(span: Span, text: &str) -> Self {
        let problem = Self::new(&codes::BAD_ESCAPE, span, format!("`{text}` is no escape"));
        if text.starts_with("\\u") {
            return problem.help("a character by its number is written `\\u{1F600}`");
        }
        let start = Span::new(span.start, span.start);
        problem.help("a backslash itself is written `\\\\`").fix("write `\\\\`", start, "\\")
    }

    pub(crate) fn stray_brace(span: Span) -> Self {
        Self::new(&codes::STRAY_BRACE, span, "this `}` closes nothing")
            .label("a brace in a string is written twice")
            .fix("write `}}`", span, "}}")
            .harmless()
    }

    pub(crate) fn bad_status(span: Span, text: &str) -> Self {
        Self::new(&codes::BAD_STATUS, span, format!("`{text}` is no status code"))
            .help("a status code is a number from 100 to 999, such as `201`")
    }

    pub(crate) fn mixed_list(value: Span, pair: Span) -> Self {
        Self::new(&codes::MIXED_LIST, pair, "a pair stands among the values of a list")
            .label("this is a pair, as in a map")
            .other(value, "this is a value, as in a list")
    }
}

/// What other languages write.
impl Problem {
    pub(crate) fn spelled_operator(span: Span, sign: &str, word: &str) -> Self {
        let shown = word.trim_end();
        Self::new(&codes::SPELLED_OPERATOR, span, format!("`{sign}` is written `{shown}`"))
            .fix(format!("write `{shown}`"), span, word)
            .harmless()
    }

    pub(crate) fn single_equals(span: Span) -> Self {
        Self::new(&codes::SINGLE_EQUALS, span, "a single `=` compares nothing")
            .label("expected `==`")
            .fix("write `==`", span, "==")
            .harmless()
    }

    pub(crate) fn null(span: Span, word: &str) -> Self {
        Self::new(&codes::NULL, span, format!("`{word}` is written `none`"))
            .fix("write `none`", span, "none")
            .harmless()
    }

    pub(crate) fn let_mut(span: Span) -> Self {
        // The blank behind the word goes with it.
        Self::new(&codes::LET_MUT, span, "nothing is `mut`: a `let` is never changed")
            .fix("remove `mut`", Span::new(span.start, span.end + 1), "")
            .harmless()
    }

    pub(crate) fn double_colon(span: Span) -> Self {
        Self::new(&codes::DOUBLE_COLON, span, "`::` is written `.`").fix("write `.`", span, ".").harmless()
    }

    pub(crate) fn chained_comparison(span: Span, first: Span) -> Self {
        Self::new(&codes::CHAINED_COMPARISON, span, "comparisons do not chain")
            .label("this would compare a truth value")
            .other(first, "the first comparison")
            .help("write `a < b and b < c`")
    }

    pub(crate) fn ascending(span: Span) -> Self {
        Self::new(&codes::ASCENDING, span, "ascending order has no word")
            .label("this is the order without it")
            .fix("remove `asc`", span, "")
            .harmless()
    }
}

/// What does not go together.
impl Problem {
    pub(crate) fn clause_twice(span: Span, first: Span, clause: &str) -> Self {
        Self::new(&codes::CLAUSE_TWICE, span, format!("`{clause}` stands here twice"))
            .label("the second one")
            .other(first, "the first one")
    }

    pub(crate) fn extern_with_body(span: Span, keyword: &str) -> Self {
        Self::new(&codes::EXTERN_WITH_BODY, span, format!("an `{keyword}` has no body here"))
            .label("its body is written in Rust")
            .help("remove the body, or `extern`")
    }

    pub(crate) fn creates_as(span: Span) -> Self {
        Self::new(&codes::CREATES_AS, span, "an event that `creates` has no row to rename")
            .help("remove `as` and the name behind it")
    }

    pub(crate) fn literal_of_field(span: Span) -> Self {
        Self::new(&codes::LITERAL_OF_FIELD, span, "braces stand behind something that is no type")
            .help("a literal starts with its type, or with `{` alone")
    }

    pub(crate) fn reserved_name(span: Span, word: &str) -> Self {
        Self::new(&codes::RESERVED_NAME, span, format!("`{word}` is a word of the language"))
            .label("expected another name")
            .help(format!("in JSON a field can still be called so: `other_name: T @as(\"{word}\")`"))
    }
}

/// "`a`, `b` or `c`".
fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
