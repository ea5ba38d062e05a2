//! One mistake, one problem, at its place; everything else is read.

use super::problems;
use crate::ast::{EventMember, ItemKind, ModelMember};
use crate::parse;

/// Texts with the problems that they give, as `line:column code`.
const MISTAKES: &[(&str, &[&str])] = &[
    // Brackets.
    ("model A {\n    id: int @key\n\nmodel B { id: int @key }\n", &["1:9 RS0001"]),
    ("model A {\n    id: int @key\n", &["1:9 RS0001"]),
    ("event A {\n    apply {\n        x = 1\n    b: int\n}\nmodel B { id: int @key }\n", &["2:11 RS0001"]),
    ("event A {\n    apply\n        x = 1\n    }\n    b: int\n}\n", &["2:10 RS0003"]),
    ("model A\n    id: int @key\n    b: int\n}\nmodel B { id: int @key }\n", &["1:8 RS0003"]),
    ("model A {\n    index (a, b\n    c: int\n}\n", &["2:11 RS0001"]),
    ("model A {\n    index a, b)\n    c: int\n}\n", &["2:15 RS0002"]),
    ("model A {\n    a: [int)\n    c: int\n}\n", &["2:12 RS0004"]),
    ("model A { id: int @key }\n}\nmodel B { id: int @key }\n", &["2:1 RS0002"]),
    ("@was(\"B\"\nmodel A { id: int @key }\n", &["1:5 RS0001"]),
    // Several in one file, each its own.
    (
        "model A {\n    a int\n    b: int\n    c: = 1\n}\nfn f() -> int = 1 +\nmodel B {\n    d: [int\n}\n",
        &["2:7 RS0010", "4:7 RS0013", "6:20 RS0010", "8:8 RS0001"],
    ),
    (
        "fn f() {\n    if a {\n        let = 1\n        let y 2\n    }\n    return )\n}\n",
        &["3:13 RS0010", "4:15 RS0010", "6:12 RS0002"],
    ),
    ("endpoint e( at GET /e for anyone {\n    let = 1\n    return 1\n}\n", &["1:11 RS0001", "2:9 RS0010"]),
    // Items.
    ("modle A {\n    a: int\n    b: int\n}\nmodel B { id: int @key }\n", &["1:1 RS0011"]),
    ("what is this\nand that\nmodel B { id: int @key }\n", &["1:1 RS0011"]),
    ("pub fn f() -> int = 1\n", &["1:1 RS0011"]),
    ("@was(\"A\")\n", &["1:1 RS0046"]),
    ("extern model A\n", &["1:8 RS0010"]),
    ("struct { a: int }\n", &["1:7 RS0012"]),
    ("event E creates\n", &["1:16 RS0012"]),
    ("type A\n", &["1:7 RS0013"]),
    ("endpoint e()\n", &["1:13 RS0015"]),
    ("app a { title }\n", &["1:14 RS0014"]),
    // Members and statements.
    ("enum A { B, C D }\n", &["1:15 RS0010"]),
    ("model A {\n    a: int b: int\n}\n", &["2:12 RS0010"]),
    ("model A {\n    check a == 1 else\n}\n", &["2:22 RS0014"]),
    ("fn f() {\n    x = 1; y = 2;\n}\n", &["2:10 RS0035", "2:17 RS0035"]),
    ("fn f() {\n    let a = 1 let b = 2\n    emit E { a } return b\n}\n", &["2:15 RS0038", "3:18 RS0038"]),
    ("fn f() -> bool = a !== b\n", &["1:22 RS0010"]),
    ("fn f() -> int = a.\n", &["1:19 RS0012"]),
    ("fn f() -> int = f(a,, b)\n", &["1:21 RS0010"]),
    ("fn f() -> string = \"a {b\"\n", &["1:25 RS0010"]),
    ("fn f() -> string = \"a {}\"\n", &["1:24 RS0010"]),
    ("fn f() -> string = \"abc\nmodel B { id: int @key }\n", &["1:20 RS0005"]),
    ("fn f() -> string = 'abc'\n", &["1:20 RS0006"]),
    ("# a comment\nmodel B { id: int @key }\n", &["1:1 RS0006", "1:3 RS0011"]),
    ("/* a\n comment */\nmodel B { id: int @key }\n", &["1:1 RS0006"]),
    ("fn größe() -> int = 1\n", &["1:6 RS0006"]),
    ("endpoint e() at /e for anyone = 1\n", &["1:17 RS0018"]),
    ("endpoint e() at GET for anyone = 1\n", &["1:20 RS0018"]),
    ("endpoint e() at GET /a//b for anyone = 1\n", &["1:24 RS0019"]),
    ("fn f() -> int = match a {\n    B -> 1\n}\n", &["2:7 RS0010"]),
    ("fn f() -> bool = (from a in A where a.b = 1)\n", &["1:41 RS0031"]),
    ("fn f() -> bool = if a = b { 1 } else { 2 }\n", &["1:23 RS0031"]),
    ("fn f() -> bool = a = b\n", &["1:20 RS0031"]),
    ("fn f() -> bool = (a = b)\n", &["1:21 RS0031"]),
    ("fn f() -> bool = g(x => x = b)\n", &["1:27 RS0031"]),
    ("fn f() -> int = match a = b { true => 1, false => 2 }\n", &["1:25 RS0031"]),
    ("fn f() -> bool = match a { B => c = d, _ => true }\n", &["1:35 RS0031"]),
    ("fn f() -> A = A { b: c = d }\n", &["1:24 RS0031"]),
    ("fn f() -> [bool] = from a in A select a.b = 1\n", &["1:43 RS0031"]),
    ("fn f() {\n    let a = b = c\n    return a = b\n}\n", &["2:15 RS0031", "3:14 RS0031"]),
    (
        "fn f() {\n    require a = b else conflict \"no\"\n    match a = b { _ => x = 1 }\n}\n",
        &["2:15 RS0031", "3:13 RS0031"],
    ),
    // An argument is not compared by it: most likely it was to be named.
    ("fn f() -> int = g(a = 1)\n", &["1:21 RS0010"]),
    ("fn f() -> bool = !a && b || null == c\n", &["1:18 RS0030", "1:21 RS0030", "1:26 RS0030", "1:29 RS0032"]),
];

#[test]
fn mistakes_give_their_problems_and_no_other() {
    let mut wrong = Vec::new();
    for (text, expected) in MISTAKES {
        let found = problems(text);
        if found != *expected {
            let messages: Vec<_> = parse(text).problems.into_iter().map(|problem| problem.message).collect();
            wrong.push(format!("{text}expected {expected:?}, found {found:?} {messages:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The message for the first problem.
fn message(text: &str) -> String {
    parse(text).problems.into_iter().next().map(|problem| problem.message).unwrap_or_default()
}

#[test]
fn messages_name_what_is_expected() {
    for (text, expected) in [
        ("model A {\n    a int\n}\n", "expected"),
        ("fn f() -> int = f(1 2)\n", "two numbers stand side by side"),
        ("fn f() -> int = (a b)\n", "expected `)` or an operator, found `b`"),
        ("enum A { B C }\n", ""),
        ("for x in y {}\n", "`for` starts no item"),
        ("fn f() -> int = match a { B 1 }\n", "expected `=>`"),
        ("modle A { a: int }\n", "`modle` starts no item"),
    ] {
        let found = message(text);
        assert!(found.contains(expected), "{text}: {found}");
    }
}

#[test]
fn fields_on_one_line_get_their_comma() {
    let text = "struct A { a: int b: int }\n";
    let fix = parse(text).problems.into_iter().find_map(|problem| problem.fix).expect("a fix");
    assert_eq!((fix.edits[0].span.start, fix.edits[0].text.as_str()), (17, ","));
}

#[test]
fn what_is_around_a_broken_member_is_read() {
    let parsed =
        parse("model A {\n    a: int\n    b int\n    c: int\n}\nevent E {\n    a: int\n    require\n    b: int\n}\n");
    let [model, event] = parsed.file.items.as_slice() else { panic!("{:?}", parsed.file.items) };
    assert!(model.damaged && event.damaged);
    let ItemKind::Model(model) = &model.kind else { panic!() };
    let names = model.members.iter().map(|member| match member {
        ModelMember::Field(field) => format!("field {}", field.name.text),
        ModelMember::Bad { name: Some(name) } => format!("bad {}", name.text),
        other => format!("{other:?}"),
    });
    let names: Vec<_> = names.collect();
    assert_eq!(names, ["field a", "bad b", "field c"]);
    let ItemKind::Event(event) = &event.kind else { panic!() };
    assert!(matches!(
        event.members.as_slice(),
        [EventMember::Field(_), EventMember::Bad { .. }, EventMember::Field(_)]
    ));
}

#[test]
fn a_broken_header_keeps_name_and_members() {
    let parsed = parse("event E creates A as as { a, b }\nendpoint e(a: ) at at GET /e {\n    return 1\n}\n");
    let names: Vec<_> = parsed.file.items.iter().map(|item| item.name().map(|name| name.text.as_str())).collect();
    assert_eq!(names, [Some("E"), Some("e")]);
    let ItemKind::Event(event) = &parsed.file.items[0].kind else { panic!() };
    assert_eq!(event.members.len(), 2);
    let ItemKind::Endpoint(endpoint) = &parsed.file.items[1].kind else { panic!() };
    assert!(matches!(&endpoint.body, Some(crate::ast::Body::Block(block)) if block.statements.len() == 1));
}

#[test]
fn spelling_of_other_languages_damages_nothing() {
    for text in ["fn f() -> bool = a && b\n", "import \"a\";\n", "struct A { a: int } struct B { b: int }\n"] {
        let parsed = parse(text);
        assert_eq!(parsed.problems.len(), 1, "{text}");
        assert!(parsed.file.items.iter().all(|item| !item.damaged), "{text}");
    }
}
