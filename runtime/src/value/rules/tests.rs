use super::*;
use crate::value::{Decimal, Problems};

/// The message of a rule, empty where it holds.
fn said(rule: impl FnOnce(&mut At<'_>) -> bool) -> String {
    let mut problems = Problems::new();
    let holds = rule(&mut problems.at());
    assert_eq!(holds, problems.is_empty());
    problems.listed().iter().map(|problem| problem.message.to_string()).collect()
}

#[test]
fn bounds() {
    let price = Decimal::new(5, 1);
    assert_eq!(said(|at| min(&1, &1, None, at)), "");
    assert_eq!(said(|at| min(&0, &1, None, at)), "must be at least 1");
    assert_eq!(said(|at| max(&2.5, &2.0, None, at)), "must be at most 2");
    assert_eq!(said(|at| min(&price, &Decimal::ONE, None, at)), "must be at least 1");
    assert_eq!(said(|at| max(&price, &Decimal::ONE, None, at)), "");
    assert_eq!(said(|at| min(&0, &1, Some("too few"), at)), "too few");
    assert_eq!(said(|at| finite(1.0, at)), "");
    assert_eq!(said(|at| finite(f64::NAN, at)), "must be a finite number");
}

#[test]
fn json_that_holds_can_be_stored() {
    let nested = |depth: usize| (0..depth).fold(JsonValue::Null, |value, _| serde_json::json!({ "a": [value, 1] }));
    let deepest = nested(JSON_DEPTH_MAX / 2);
    assert_eq!(said(|at| json_depth(&deepest, at)), "");
    assert_eq!(crate::value::wire::decode(&crate::value::wire::encode(&deepest)), Ok(deepest.clone()));
    let deeper = JsonValue::Array(vec![deepest]);
    assert_eq!(said(|at| json_depth(&deeper, at)), "must not be nested deeper than 256 levels");
    assert!(crate::value::wire::decode::<JsonValue>(&crate::value::wire::encode(&deeper)).is_err());
}

#[test]
fn lengths() {
    let text = |text: &str, least, most| said(|at| len_text(text, least, most, None, at));
    let long = "ä".repeat(201);
    assert_eq!(text("", Some(1), Some(200)), "must not be empty");
    assert_eq!(text(&long, Some(1), Some(200)), "must be at most 200 characters");
    assert_eq!(text(&long, None, Some(201)), "");
    assert_eq!(text("ab", Some(3), None), "must be at least 3 characters");
    assert_eq!(text("😀😀😀", Some(3), Some(3)), "");
    assert_eq!(text("😀😀😀", Some(4), Some(4)), "must be exactly 4 characters");
    assert_eq!(text("ab", None, Some(1)), "must be at most 1 character");
    assert_eq!(text("", None, None), "");
    assert_eq!(said(|at| len_items(1, Some(2), Some(5), None, at)), "must have at least 2 elements");
    assert_eq!(said(|at| len_items(6, Some(2), Some(5), None, at)), "must have at most 5 elements");
    assert_eq!(said(|at| len_items(0, Some(1), None, None, at)), "must not be empty");
    assert_eq!(said(|at| len_bytes(&[0; 3], None, Some(2), None, at)), "must be at most 2 bytes");
    assert_eq!(said(|at| len_text("", Some(1), None, Some("can't be blank"), at)), "can't be blank");
}

#[test]
fn patterns_match_the_whole() {
    let code = Pattern::new("[a-z]+|[0-9]{3}");
    assert_eq!(code.error(), None);
    let cases = [("abc", true), ("123", true), ("abc1", false), ("1234", false), ("abc\n", false), ("", false)];
    for (text, expected) in cases {
        assert_eq!(code.matches(text), expected, "{text:?}");
    }
    assert!(said(|at| pattern("ABC", &code, None, at)).contains("form"));
    assert_eq!(said(|at| pattern("abc", &code, None, at)), "");
    let broken = Pattern::new("(");
    assert!(broken.error().is_some() && !broken.matches("("));
}

#[test]
fn emails() {
    let long_local = format!("{}@x.org", "a".repeat(65));
    let long = format!("a@{}.org", ["b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(63)].join("."));
    let cases = [
        ("ann@x.org", true),
        ("ann.o'hara+tag@mail.example.co.uk", true),
        ("jürgen@müller.de", true),
        ("a@b-c.d1", true),
        ("ann", false),
        ("@x.org", false),
        ("ann@", false),
        ("ann@x", false),
        ("ann@x..org", false),
        ("ann@.org", false),
        ("ann@x.org.", false),
        ("ann@-x.org", false),
        ("ann@x-.org", false),
        ("ann@x_y.org", false),
        (".ann@x.org", false),
        ("ann.@x.org", false),
        ("a..b@x.org", false),
        ("a b@x.org", false),
        ("a@b@x.org", false),
        ("ann@x.org\n", false),
        ("\"ann\"@x.org", false),
        (&long_local, false),
        (&long, false),
    ];
    for (text, expected) in cases {
        assert_eq!(is_email(text), expected, "{text}");
    }
    assert_eq!(said(|at| email("x", None, at)), "must be an email address");
}

#[test]
fn urls() {
    let long = format!("https://x.org/{}", "a".repeat(2_048));
    let cases = [
        ("https://example.org", true),
        ("HTTP://example.org/", true),
        ("http://localhost:8080/a/b?c=d#e", true),
        ("https://127.0.0.1", true),
        ("https://[::1]:443/x", true),
        ("https://[2001:db8::1]", true),
        ("https://example.org.", true),
        ("https://example.org?x", true),
        ("https://müller.de/ä", true),
        ("https://", false),
        ("https:///path", false),
        ("example.org", false),
        ("ftp://example.org", false),
        ("javascript://example.org", false),
        ("https://exa mple.org", false),
        ("https://example.org/a b", false),
        ("https://example.org/<x>", false),
        ("https://user@example.org", false),
        ("https://user:secret@example.org", false),
        ("https://example.org:99999", false),
        ("https://example.org:", false),
        ("https://example.org:+1", false),
        ("https://[::1", false),
        ("https://[x]", false),
        ("https://[::1]x", false),
        ("https://-a.org", false),
        (&long, false),
    ];
    for (text, expected) in cases {
        assert_eq!(is_url(text), expected, "{text}");
    }
    assert!(said(|at| url("x", None, at)).starts_with("must be a URL"));
}

#[test]
fn normalises() {
    let done = |rule: fn(&mut String), text: &str| {
        let mut text = text.to_owned();
        rule(&mut text);
        text
    };
    assert_eq!(done(trim, " \u{a0}a b\n"), "a b");
    assert_eq!(done(trim, "ab"), "ab");
    assert_eq!(done(lower, "Ann@X.ORG"), "ann@x.org");
    assert_eq!(done(lower, "ÄB"), "äb");
}
