//! Where a logical line goes on, and each guard.

use super::valid;
use crate::ast::{EventMember, Item, ItemKind, ModelMember, StatementKind, View};

/// The names of the fields of the model, event, struct or view in `body`.
fn fields(keyword: &str, body: &str) -> Vec<String> {
    let parsed = valid(&format!("{keyword} A {{\n{body}\n}}\n"));
    match &parsed.file.items[0].kind {
        ItemKind::Model(model) => model.members.iter().filter_map(model_field).collect(),
        ItemKind::Event(event) => event.members.iter().filter_map(event_field).collect(),
        ItemKind::Struct(item) => item.fields.iter().map(|field| field.name.text.clone()).collect(),
        ItemKind::View(view) => view.fields.iter().map(|field| field.name.text.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

fn model_field(member: &ModelMember) -> Option<String> {
    match member {
        ModelMember::Field(field) => Some(field.name.text.clone()),
        _ => None,
    }
}

fn event_field(member: &EventMember) -> Option<String> {
    match member {
        EventMember::Field(field) => Some(field.name.text.clone()),
        _ => None,
    }
}

/// The statements of a function with this body.
fn statements(body: &str) -> Vec<StatementKind> {
    let parsed = valid(&format!("fn f() {{\n{body}\n}}\n"));
    let Some(Item { kind: ItemKind::Function(function), .. }) = parsed.file.items.into_iter().next() else {
        panic!("no function in {body}");
    };
    match function.body {
        Some(crate::ast::Body::Block(block)) => block.statements.into_iter().map(|statement| statement.kind).collect(),
        other => panic!("{other:?}"),
    }
}

fn view(body: &str) -> View {
    let parsed = valid(&format!("view A {{\n{body}\n}}\n"));
    match parsed.file.items.into_iter().next().map(|item| item.kind) {
        Some(ItemKind::View(view)) => view,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_line_goes_on_after_its_end() {
    for end in ["=", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "??"] {
        let value = if end == "=" { "let x =\n1".to_owned() } else { format!("let x = a {end}\n b") };
        assert_eq!(statements(&value).len(), 1, "{end}");
    }
    assert_eq!(statements("let x = not\n b").len(), 1);
    assert_eq!(statements("x +=\n 1").len(), 1);
    assert_eq!(statements("let x = from a in A order by a.x,\n a.y").len(), 1);
    assert_eq!(statements("match a {\n B =>\n return 1\n}").len(), 1);
    valid("fn f() ->\n int = 1\n");
}

#[test]
fn a_line_goes_on_with_the_start_of_the_next() {
    for start in [
        ".b", "?.b", "?? b", "+ b", "- b", "* b", "/ b", "% b", "== b", "!= b", "< b", "<= b", "> b", ">= b", "and b",
        "or b", "in b", "is none",
    ] {
        assert_eq!(statements(&format!("let x = a\n    {start}")).len(), 1, "{start}");
    }
    assert_eq!(statements("let x\n = a").len(), 1);
    assert_eq!(statements("x\n += a").len(), 1);
    assert_eq!(statements("if a\n{\n return 1\n}\nelse\n{\n return 2\n}").len(), 1);
    valid("fn f()\n -> int\n = 1\n");
    valid("model A\n{\n id: int @key\n}\n");
}

#[test]
fn brackets_join_lines() {
    assert_eq!(statements("let x = f(\n a\n ,\n b\n )\nlet y = [\n 1\n , 2\n]\nlet z = (\n a\n)").len(), 3);
    assert_eq!(statements("let x = A {\n a: 1,\n b:\n 2\n c\n}").len(), 1);
    // Braces inside of parentheses have lines again.
    assert_eq!(statements("let x = (match a {\n B => 1\n C => 2\n})").len(), 1);
}

#[test]
fn clauses_start_lines() {
    for clause in ["where a.x == 1", "order by a.x", "group by a.x", "skip 1", "limit 1", "select a.x", "join b in B"] {
        assert_eq!(statements(&format!("let x = from a in A\n {clause}\nreturn x")).len(), 2, "{clause}");
    }
    for clause in [
        "live",
        "rate 5 per 1min",
        "max_body 1MiB",
        "timeout 5s",
        "consistency local",
        "for anyone",
        "for user where a",
    ] {
        valid(&format!("endpoint e()\n at GET /e\n {clause}\n = 1\n"));
    }
    assert_eq!(statements("let x = a\n else missing \"b\"\nreturn x").len(), 2);
    assert_eq!(fields("model", "a: int\n readable by user\nb: int"), ["a", "b"]);
}

#[test]
fn a_clause_word_with_a_colon_is_a_member() {
    for word in [
        "where",
        "skip",
        "limit",
        "select",
        "join",
        "at",
        "live",
        "rate",
        "max_body",
        "timeout",
        "consistency",
        "readable",
        "order",
        "group",
    ] {
        assert_eq!(fields("model", &format!("a: int\n{word}: int\nb: int")), ["a", word, "b"], "{word}");
        assert_eq!(fields("struct", &format!("a: int\n{word}?: int\nb: int")), ["a", word, "b"], "{word}?");
        assert_eq!(fields("view", &format!("from a in A\n{word}: a.x")), [word], "{word} in a view");
    }
}

#[test]
fn a_clause_word_as_a_target_is_a_statement() {
    for word in ["limit", "rate", "skip", "select", "where", "at", "live", "timeout", "consistency", "readable"] {
        for rest in [".x = 1", "?.x = 1", " = 1", " += 1", " -= 1"] {
            assert_eq!(statements(&format!("let x = a\n{word}{rest}")).len(), 2, "{word}{rest}");
        }
    }
}

#[test]
fn a_clause_word_alone_is_a_field_of_a_list() {
    for word in
        ["where", "skip", "limit", "select", "join", "at", "rate", "max_body", "timeout", "consistency", "readable"]
    {
        assert_eq!(fields("event", &format!("a\n{word}\nb")), ["a", word, "b"], "{word} on its line");
        assert_eq!(fields("event", &format!("a\n{word}, b")), ["a", word, "b"], "{word} before a comma");
        assert_eq!(fields("event", &format!("a\n{word}?\nb")), ["a", word, "b"], "{word}?");
        assert_eq!(fields("event", &format!("a\n{word} @max(1)\nb")), ["a", word, "b"], "{word} with a rule");
    }
}

#[test]
fn for_with_in_is_a_statement() {
    assert_eq!(statements("let x = a\nfor y in x { emit A }").len(), 2);
    valid("endpoint e() at GET /e\nfor anyone = 1\n");
}

#[test]
fn a_word_behind_a_dot_ends_its_line() {
    assert_eq!(statements("let x = a.in\nlet y = a.not\nlet z = a.or").len(), 3);
}

#[test]
fn the_end_of_a_generic_type_ends_its_line() {
    assert_eq!(fields("model", "a: set<string>\nb: map<string, set<int>>\nc: int"), ["a", "b", "c"]);
    assert_eq!(fields("model", "a: map<string, int>, b: set<A>, c: int"), ["a", "b", "c"]);
}

#[test]
fn views_keep_the_commas_of_their_clauses() {
    let view = view("from a in A group by a.x, a.y\nx: a.x, y: a.y, z: max(a.z, a.w)\norder: a.o");
    assert_eq!(view.query.map(|query| query.group_by.len()), Some(2));
    assert_eq!(view.fields.len(), 4);
}

#[test]
fn comments_and_blank_lines_are_no_lines() {
    assert_eq!(statements("let x = a // one\n\n  // two\n  + b // three\nreturn x").len(), 2);
}
