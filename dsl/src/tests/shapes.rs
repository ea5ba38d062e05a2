//! The tree of what was written.

use super::valid;
use crate::ast::{
    BinaryOperator, Body, EventEffect, Expr, ExprKind, ItemKind, OrderBy, Parameter, Segment, StructField, TextPart,
    TypeRef, TypeRefKind, UnaryOperator,
};

fn expression(text: &str) -> Expr {
    let parsed = valid(&format!("fn f() = {text}\n"));
    match parsed.file.items.into_iter().next().map(|item| item.kind) {
        Some(ItemKind::Function(crate::ast::Function { body: Some(Body::Expr(expression)), .. })) => expression,
        other => panic!("{other:?}"),
    }
}

/// An expression with a parenthesis around everything.
fn show(expression: &Expr) -> String {
    let list = |values: &[Expr]| values.iter().map(show).collect::<Vec<_>>().join(", ");
    match &expression.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(text) | ExprKind::Float(text) => text.clone(),
        ExprKind::Duration(micros) => format!("{}us", micros.unwrap_or(-1)),
        ExprKind::Size(bytes) => format!("{}B", bytes.unwrap_or(0)),
        ExprKind::None => "none".to_owned(),
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Optional(name) => format!("{}?", name.text),
        ExprKind::Text(parts) => parts.iter().map(show_part).collect::<Vec<_>>().join("+"),
        ExprKind::List(values) => format!("[{}]", list(values)),
        ExprKind::Map(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect();
            format!("map[{}]", pairs.join(", "))
        }
        ExprKind::Struct { name, of, fields } => {
            let head: Vec<_> = of.iter().chain(name).map(|name| name.text.as_str()).collect();
            format!("{}{{{}}}", head.join("."), show_fields(fields))
        }
        ExprKind::Emit { event, fields } => format!("emit {}{{{}}}", event.text, show_fields(fields)),
        ExprKind::Field { base, name, optional } => {
            format!("{}{}{}", show(base), if *optional { "?." } else { "." }, name.text)
        }
        ExprKind::Call { name, arguments } => format!("{}({})", name.text, list(arguments)),
        ExprKind::Method { base, name, arguments, .. } => {
            format!("{}.{}({})", show(base), name.text, list(arguments))
        }
        ExprKind::Index { base, arguments } => {
            let arguments: Vec<_> = arguments
                .iter()
                .map(|(name, value)| {
                    name.as_ref().map_or(show(value), |name| format!("{}: {}", name.text, show(value)))
                })
                .collect();
            format!("{}[{}]", show(base), arguments.join(", "))
        }
        ExprKind::Lambda { parameter, body } => format!("{} => {}", parameter.text, show(body)),
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => format!("(not {})", show(operand)),
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => format!("(-{})", show(operand)),
        ExprKind::Binary { operator, left, right, .. } => {
            format!("({} {operator:?} {})", show(left), show(right))
        }
        ExprKind::Is { value, some } => format!("({} is {})", show(value), if *some { "some" } else { "none" }),
        ExprKind::If { then, otherwise, .. } => {
            format!("if {{{}}} {{{}}}", show(then), otherwise.as_ref().map_or(String::new(), |value| show(value)))
        }
        ExprKind::Match { value, arms } => {
            let arms: Vec<_> = arms.iter().map(|arm| show(&arm.value)).collect();
            format!("match {} {{{}}}", show(value), arms.join(", "))
        }
        ExprKind::Query(query) => format!("query {}", query.row.text),
        ExprKind::Range { .. } => "range".to_owned(),
        ExprKind::Paren(inner) => show(inner),
        ExprKind::Bad => "bad".to_owned(),
    }
}

fn show_part(part: &TextPart) -> String {
    match part {
        TextPart::Text(text) => format!("{text:?}"),
        TextPart::Expr(value) => show(value),
    }
}

fn show_fields(fields: &[StructField]) -> String {
    let fields = fields.iter().map(|field| match field {
        StructField::Named { name, value: None } => name.text.clone(),
        StructField::Named { name, value: Some(value) } => format!("{}: {}", name.text, show(value)),
        StructField::Spread { value, .. } => format!("..{}", value.as_ref().map(show).unwrap_or_default()),
    });
    fields.collect::<Vec<_>>().join(", ")
}

#[test]
fn expressions() {
    for (text, tree) in [
        ("a or b and c", "(a Or (b And c))"),
        ("not a == b and c", "((not (a Equal b)) And c)"),
        ("a + b * c - d", "((a Add (b Multiply c)) Subtract d)"),
        ("-a.b * c", "((-a.b) Multiply c)"),
        ("a ?? b == c", "((a Otherwise b) Equal c)"),
        ("a + b ?? c", "((a Add b) Otherwise c)"),
        ("a + b is none or c", "(((a Add b) is none) Or c)"),
        ("a is some and not b", "((a is some) And (not b))"),
        ("x in c and tag? in d", "((x In c) And (tag? In d))"),
        ("a?.b.c(d)[e]", "a?.b.c(d)[e]"),
        ("A[b: c, d: e]", "A[b: c, d: e]"),
        ("[]", "[]"),
        ("[:]", "map[]"),
        ("[a: b, \"c\": 1]", "map[a: b, \"c\": 1]"),
        ("{ ..row, city: \"P\" }", "{..row, city: \"P\"}"),
        ("Payment.Card { last4, n: 1 }", "Payment.Card{last4, n: 1}"),
        ("emit E { .. }", "emit E{..}"),
        ("\"a {b + 1} {{c}}\\n\"", "\"a \"+(b Add 1)+\" {c}\\n\""),
        ("\"\"", "\"\""),
        ("1_000", "1000"),
        ("1_0.5", "10.5"),
        ("1h 30min", "5400000000us"),
        ("250ms", "250000us"),
        ("10MiB", "10485760B"),
        ("99999999999999999999d", "-1us"),
        ("xs.map(x => x + 1)", "xs.map(x => (x Add 1))"),
        ("page(from a in A order by a.x, cursor)", "page(query a, cursor)"),
        ("if a { b } else if c { d } else { e }", "if {b} {if {d} {e}}"),
        ("match a { B => 1, some x => x, none => 2, _ => 3 }", "match a {1, x, 2, 3}"),
        ("a - 1", "(a Subtract 1)"),
        ("from.balance - to.balance", "(from.balance Subtract to.balance)"),
    ] {
        assert_eq!(show(&expression(text)), tree, "{text}");
    }
}

#[test]
fn spans_are_what_was_written() {
    let text = "fn f() = aé  +  b.c // \n".replace('é', "e");
    let parsed = valid(&text);
    let ItemKind::Function(function) = &parsed.file.items[0].kind else { panic!() };
    let Some(Body::Expr(sum)) = &function.body else { panic!() };
    let of = |span: crate::ast::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(of(sum.span), "ae  +  b.c");
    assert_eq!(of(function.header), "fn f()");
    assert_eq!(of(parsed.file.items[0].span), "fn f() = ae  +  b.c");
    let ExprKind::Binary { operator: BinaryOperator::Add, operator_span, left, right } = &sum.kind else { panic!() };
    assert_eq!((of(*operator_span), of(left.span), of(right.span)), ("+", "ae", "b.c"));
}

fn show_type(ty: &TypeRef) -> String {
    match &ty.kind {
        TypeRefKind::Name(name) => name.text.clone(),
        TypeRefKind::Optional(inner) => format!("{}?", show_type(inner)),
        TypeRefKind::List(inner) => format!("[{}]", show_type(inner)),
        TypeRefKind::Generic { name, arguments } => {
            format!("{}<{}>", name.text, arguments.iter().map(show_type).collect::<Vec<_>>().join(", "))
        }
        TypeRefKind::Record(fields) => {
            let fields = fields
                .iter()
                .map(|field| format!("{}: {}", field.name.text, field.ty.as_ref().map(show_type).unwrap_or_default()));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn types() {
    for text in ["int", "string?", "[int?]?", "map<string, set<int>>", "page<Todo>", "{a: int, b: [Todo]?}?"] {
        let parsed = valid(&format!("type A = {text}\n"));
        let ItemKind::Newtype(newtype) = &parsed.file.items[0].kind else { panic!() };
        assert_eq!(newtype.ty.as_ref().map(show_type).as_deref(), Some(text));
    }
}

#[test]
fn an_endpoint_has_its_parts() {
    let parsed = valid(
        "/// Docs.\nendpoint e(a: A by (x, y), ..E, b?: int = 1 @query)\n    -> 201 T as \"x/y\"\n    at PUT /a/{a}/b\n    \
         for user where caller.x else missing\n    rate 5 per 1min by email\n    live @deprecated(\"no\")\n= a\n",
    );
    let item = &parsed.file.items[0];
    assert_eq!((item.docs.0.as_slice(), item.attributes.len()), (&["Docs.".to_owned()][..], 1));
    let ItemKind::Endpoint(endpoint) = &item.kind else { panic!() };
    assert!(
        matches!(endpoint.parameters.as_slice(), [Parameter::Field(a), Parameter::Spread { .. }, Parameter::Field(b)]
        if a.by.as_ref().is_some_and(|by| by.len() == 2) && b.patch && b.value.is_some() && b.attributes.len() == 1)
    );
    let result = endpoint.result.as_ref().expect("a result");
    assert_eq!(result.status.map(|(code, _)| code), Some(201));
    assert_eq!(result.media_type.as_ref().map(|text| text.text.as_str()), Some("x/y"));
    assert_eq!(endpoint.method.as_ref().map(|method| method.text.as_str()), Some("PUT"));
    let segments = &endpoint.path.as_ref().expect("a path").segments;
    assert!(
        matches!(segments.as_slice(), [Segment::Literal(_), Segment::Parameter(a), Segment::Literal(_)] if a.text == "a")
    );
    let rights = endpoint.rights.as_ref().expect("rights");
    assert!(rights.who.text == "user" && rights.condition.is_some() && rights.otherwise.is_some());
    let options: Vec<_> =
        endpoint.options.iter().map(|option| (option.name.text.as_str(), option.arguments.len())).collect();
    assert_eq!(options, [("rate", 3), ("live", 0)]);
}

#[test]
fn events_have_four_forms() {
    let parsed = valid("event A creates M\nevent B updates M as m\nevent C deletes M\nevent D { a: int }\n");
    let effects = parsed.file.items.iter().map(|item| match &item.kind {
        ItemKind::Event(event) => event.effect.clone(),
        other => panic!("{other:?}"),
    });
    let effects: Vec<_> = effects.collect();
    assert!(matches!(
        effects.as_slice(),
        [
            EventEffect::Creates(_),
            EventEffect::Updates(_, Some(_)),
            EventEffect::Deletes(_, None),
            EventEffect::General,
        ]
    ));
}

#[test]
fn queries_have_their_clauses() {
    let query = match expression(
        "scan from a in A join b in B on a.x == b.y where a.z group by a.k, a.l order by match s { N => a.c desc, T => a.t, a.u } skip 1 limit 2 select S { ..a }",
    )
    .kind
    {
        ExprKind::Query(query) => query,
        other => panic!("{other:?}"),
    };
    assert!(query.scan.is_some() && query.source.is_some() && query.filter.is_some() && query.select.is_some());
    assert_eq!((query.joins.len(), query.group_by.len()), (1, 2));
    let Some(OrderBy::Match { arms, .. }) = &query.order else { panic!() };
    assert_eq!(arms.iter().map(|(_, keys)| keys.len()).collect::<Vec<_>>(), [1, 2]);
    assert!(query.skip.is_some() && query.limit.is_some());
}

#[test]
fn trivia_is_kept_beside_the_tree() {
    let parsed = valid("//! File.\n\n// a\n/// Docs.\nstruct A { a: int, } // b\n");
    assert_eq!(parsed.file.docs.0, ["File."]);
    let trivia = &parsed.trivia;
    assert_eq!((trivia.comments.len(), trivia.docs.len(), trivia.blank_lines.as_slice()), (2, 1, &[10][..]));
    assert_eq!(trivia.trailing_commas.len(), 1);
}
