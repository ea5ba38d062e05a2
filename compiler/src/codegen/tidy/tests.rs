//! What is written before and after.

const CASES: &[(&str, &str)] = &[
    ("S { name: name };", "S { name };"),
    ("for row in rows.into_iter() {}", "for row in rows {}"),
    ("a.unwrap_or_else(|| 1);", "a.unwrap_or(1);"),
    ("a.unwrap_or_else(|| event.project);", "a.unwrap_or(event.project);"),
    ("a.unwrap_or_else(|| String::new());", "a.unwrap_or_default();"),
    ("a.unwrap_or_else(|| made());", "a.unwrap_or_else(made);"),
    ("a.unwrap_or_else(|| made(b));", "a.unwrap_or_else(|| made(b));"),
    (
        "if let Some(value) = value { if let Some(value) = value { rule(value); } }",
        "if let Some(Some(value)) = value { rule(value); }",
    ),
    (
        "if let Some(value) = value { if let Some(value) = other { rule(value); } }",
        "if let Some(value) = value { if let Some(value) = other { rule(value); } }",
    ),
    ("if !(a.is_open && !b.is_group) {}", "if !a.is_open || b.is_group {}"),
    ("if !(a == b || !c) {}", "if a != b && c {}"),
    ("if !(a < b && !c) {}", "if !(a < b) || c {}"),
    ("if !(a && b) {}", "if !(a && b) {}"),
    (
        "match self { Self::Text { max } => { check(max); } _ => {} }",
        "if let Self::Text { max } = self { check(max); }",
    ),
    (
        "match self { Self::Text => { check(); } _ => { other(); } }",
        "match self { Self::Text => { check(); } _ => { other(); } }",
    ),
    (
        "if { let mut exists = false; look(); exists } { fail(); }",
        "let exists = { let mut exists = false; look(); exists }; if exists { fail(); }",
    ),
    ("if !{ look(); exists } { fail(); }", "let exists = { look(); exists }; if !exists { fail(); }"),
    (
        "let a = match { look(); rows.first() } { Some(found) => found, None => 1 };",
        "let found_ = { look(); rows.first() }; let a = match found_ { Some(found) => found, None => 1 };",
    ),
];

#[test]
fn pieces_become_what_one_would_write() {
    let tidied = |text: &str| {
        let mut file = syn::parse_file(&format!("fn f() {{ {text} }}")).expect("Rust");
        super::tidy(&mut file);
        prettyplease::unparse(&file)
    };
    for (before, after) in CASES {
        let wanted = syn::parse_file(&format!("fn f() {{ {after} }}")).expect("Rust");
        assert_eq!(tidied(before), prettyplease::unparse(&wanted), "{before}");
    }
}
