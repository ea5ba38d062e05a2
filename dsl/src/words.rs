//! From an error of pest to a problem in words.

use pest::error::{Error, ErrorVariant, InputLocation};

use crate::ast::Span;
use crate::grammar::Rule;
use crate::pieces::Pieces;
use crate::problem::Problem;
use crate::scan::TokenKind;

/// More alternatives than this are no help to a reader.
const MAX_EXPECTED: usize = 6;

/// Words that only start a statement.
const STATEMENT_WORDS: [&str; 6] = ["let", "require", "return", "fail", "emit", "match"];

/// What a rule is called in messages: the one table from rules to words. `None` for rules that say
/// nothing beside the others.
fn words(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::item => "an item",
        Rule::name | Rule::ident => "a name",
        Rule::type_ref | Rule::named_type | Rule::list_type => "a type",
        Rule::field | Rule::initial | Rule::binding => "a field",
        Rule::variant => "a variant",
        Rule::statement | Rule::assign_or_expression => "a statement",
        _ if starts_an_expression(rule) => "an expression",
        Rule::condition => "a condition",
        Rule::pattern | Rule::pattern_variant | Rule::pattern_literal | Rule::pattern_some => "a pattern",
        Rule::parameter => "a parameter",
        Rule::query => "a query",
        Rule::order_key => "a key to order by",
        Rule::failure => "a kind of refusal such as `conflict`",
        Rule::number | Rule::numbers => "a number",
        Rule::text | Rule::plain_text => "a string",
        Rule::path => "a path",
        Rule::method => "a method such as `GET`",
        Rule::attribute => "an attribute",
        Rule::infix | Rule::assign_operator => "an operator",
        Rule::setting => "a setting",
        Rule::s_open | Rule::block | Rule::branch | Rule::fields | Rule::initializer => "`{`",
        Rule::s_round
        | Rule::parameters
        | Rule::names
        | Rule::index_fields
        | Rule::arguments
        | Rule::call_arguments
        | Rule::arguments_of_attribute => "`(`",
        Rule::line_end | Rule::EOI => "the end of the line",
        Rule::kw_in => "`in`",
        Rule::kw_by => "`by`",
        Rule::kw_else | Rule::else_if_statement | Rule::else_statement | Rule::else_expression | Rule::otherwise => {
            "`else`"
        }
        Rule::kw_fn => "`fn`",
        Rule::kw_endpoint | Rule::endpoint => "`endpoint`",
        Rule::kw_for | Rule::rights => "`for`",
        Rule::kw_at | Rule::route => "`at`",
        Rule::kw_of => "`of`",
        Rule::kw_as => "`as`",
        Rule::kw_with => "`with`",
        Rule::kw_where | Rule::filter => "`where`",
        Rule::kw_per => "`per`",
        Rule::kw_on => "`on`",
        Rule::kw_job => "`job`",
        Rule::kw_pass => "`pass`",
        Rule::step => "`given`, `when` or `then`",
        Rule::event_literal => "an event",
        Rule::schedule => "a time such as `10min`",
        Rule::call => "a call",
        Rule::kw_none => "`none`",
        Rule::kw_some => "`some`",
        Rule::result | Rule::s_arrow => "`->`",
        Rule::s_assign | Rule::default | Rule::body_expression => "`=`",
        Rule::s_close => "`}`",
        Rule::s_colon => "`:`",
        Rule::s_comma => "`,`",
        Rule::s_fat_arrow => "`=>`",
        Rule::s_greater => "`>`",
        Rule::s_round_close => "`)`",
        Rule::s_square_close => "`]`",
        Rule::effect => "`creates`, `updates` or `deletes`",
        _ => return None,
    })
}

/// The many rules that are an expression, or a part of one, to a reader.
fn starts_an_expression(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expression
            | Rule::plain_expression
            | Rule::head_expression
            | Rule::condition_expression
            | Rule::selected
            | Rule::operand
            | Rule::head_operand
            | Rule::selected_operand
            | Rule::argument_query
            | Rule::lookup_argument
            | Rule::entry
            | Rule::named
            | Rule::head_named
    )
}

/// Makes a problem of an error in the slice that starts at `base`; `end` is the end of the slice.
pub(crate) fn describe(error: &Error<Rule>, pieces: &Pieces<'_>, slice: Span) -> Problem {
    let offset = match error.location {
        InputLocation::Pos(offset) | InputLocation::Span((offset, _)) => slice.start + offset as u32,
    };
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return Problem::too_deep(Span::new(offset, offset));
    };
    let next = pieces.all.partition_point(|piece| piece.span.end <= offset);
    let found = pieces.get(next).filter(|piece| piece.span.start < slice.end);
    let mut expected: Vec<&str> = positives.iter().filter_map(|rule| words(*rule)).collect();
    expected.sort_unstable();
    expected.dedup();
    if expected.contains(&"an operator") {
        // Behind a name nearly everything goes on; what closes or separates says more.
        let is_inside = expected.contains(&"`)`") || expected.contains(&"`]`");
        expected.retain(|word| *word != "`(`" && !(is_inside && *word == "`{`"));
    }
    if expected.len() > MAX_EXPECTED {
        // Where nearly everything may stand, only what ends the line or list helps.
        expected.retain(|word| word.starts_with('`') && word.len() <= 4 || word.starts_with("the end"));
        expected.truncate(MAX_EXPECTED);
    }
    let Some(found) = found else {
        let end = Span::new(slice.end, slice.end);
        let expected: Vec<&str> = expected.into_iter().filter(|word| !word.starts_with("the end")).collect();
        return Problem::unexpected(end, "the end of the line", &expected);
    };
    let text = pieces.text_of(found.span);
    // Inside a string the place of the error says more than the whole string.
    let span = if found.kind == TokenKind::Text && offset > found.span.start {
        Span::new(offset, found.span.end)
    } else {
        found.span
    };
    if text == "@" && found.first {
        return Problem::line_of_attributes(span);
    }
    let can_end = expected.iter().any(|word| word.starts_with("the end"));
    if can_end && !found.first && STATEMENT_WORDS.contains(&text) {
        return Problem::joined_statement(span);
    }
    let shown: String = text.chars().take(24).collect();
    let problem = Problem::unexpected(span, &format!("`{shown}`"), &expected);
    let previous = next.checked_sub(1).and_then(|index| pieces.get(index));
    let previous = previous.filter(|previous| previous.span.end > slice.start && found.kind == TokenKind::Word);
    match previous {
        Some(previous) if found.first => problem.continued_line(previous.span, text),
        Some(previous) if expected.contains(&"`,`") && pieces.text(next + 1) == ":" => {
            problem.missing_comma(previous.span)
        }
        _ => problem,
    }
}
