use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use proptest::prelude::*;

use super::*;
use crate::value::problems::{At, code};
use crate::value::samples::{
    bytes, clean_texts, dates, decimals, durations, floats, ints, json_values, texts, timestamps, uuids,
};
use crate::value::{Bytes, Date, Decimal, Duration, JsonValue, Timestamp, Uuid};

fn written<T: ToJson + ?Sized>(value: &T) -> String {
    String::from_utf8(to_vec(value)).expect("text")
}

fn read<T: FromJson>(text: &str) -> Result<T, String> {
    from_slice(text.as_bytes()).map_err(|refusal: Refusal| {
        let fields = refusal.fields().iter();
        fields
            .map(|problem| format!("{} {} ({})", problem.path, problem.message, problem.code))
            .collect::<Vec<_>>()
            .join("; ")
    })
}

fn refused<T: FromJson + Debug>(text: &str, words: &str) {
    let problem = read::<T>(text).expect_err(text);
    assert!(problem.contains(words), "{text}: {problem}");
}

fn document(text: &str) -> Result<Node<'_>, JsonProblem> {
    parse(text.as_bytes(), JsonLimits::default())
}

// `colour?: string?` of the language: absent, null or a value.
#[allow(clippy::option_option)]
#[derive(Debug, PartialEq)]
struct Item {
    name: String,
    price: Decimal,
    note: Option<String>,
    count: i64,
    colour: Option<Option<String>>,
}

impl FromJson for Item {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        let mut object = ObjectReader::new(node, at)?;
        let mut name = object.required::<String>("name");
        object.check("name", &mut name, |name, at| {
            crate::value::rules::trim(name);
            crate::value::rules::len_text(name, Some(1), Some(5), None, at);
        });
        let price = object.required("price");
        let note = object.optional("note");
        let count = object.defaulted("count", || 1);
        let colour = object.patch("colour");
        object.finish(UnknownFields::Reject)?;
        Some(Self { name: name?, price: price?, note: note?, count: count?, colour: colour? })
    }
}

#[test]
fn reads_objects_in_any_order() {
    let item = |note: Option<&str>, count, colour: Option<Option<&str>>| {
        Ok(Item {
            name: "a".to_owned(),
            price: Decimal::new(10, 1),
            note: note.map(str::to_owned),
            count,
            colour: colour.map(|colour| colour.map(str::to_owned)),
        })
    };
    assert_eq!(read(r#"{"name":" a ","price":"1.0"}"#), item(None, 1, None));
    assert_eq!(read(r#"{"note":null,"price":1.0,"colour":null,"name":"a"}"#), item(None, 1, Some(None)));
    let full = r#" { "colour" : "red", "count" : 2, "note" : "n", "price" : 1e0, "name" : "a" } "#;
    assert_eq!(read(full), item(Some("n"), 2, Some(Some("red"))));
}

#[test]
fn names_every_problem_by_its_path() {
    let text = r#"[{"name":"a","price":"1"},
        {"price":1.5,"note":3,"count":1.0,"colour":[]},
        {"name":"too long","price":"x","titel":1,"nmae":2,"count":null},
        7, null]"#;
    let refusal = from_slice::<Vec<Item>>(text.as_bytes()).expect_err("problems");
    let found: Vec<_> = refusal
        .fields()
        .iter()
        .map(|problem| (problem.path.as_str(), problem.message.as_ref(), problem.code))
        .collect();
    assert_eq!(
        found,
        [
            ("[1].name", "is required", code::REQUIRED),
            ("[1].note", "must be a string", code::TYPE),
            ("[1].count", "must be a whole number, written without point and exponent", code::TYPE),
            ("[1].colour", "must be a string", code::TYPE),
            ("[2].name", "must be at most 5 characters", code::RULE),
            ("[2].price", "must be a decimal number such as `12.50`", code::TYPE),
            ("[2].count", "must not be null", code::TYPE),
            ("[2].titel", "is not a field here", code::UNKNOWN_FIELD),
            ("[2].nmae", "is not a field here; did you mean `name`?", code::UNKNOWN_FIELD),
            ("[3]", "must be an object", code::TYPE),
            ("[4]", "must not be null", code::TYPE),
        ]
    );
    assert_eq!(refusal.status(), 422);
}

#[test]
fn passes_over_unknown_fields_where_told() {
    let node = document(r#"{"a":1,"b":2}"#).expect("JSON");
    let mut problems = Problems::new();
    let mut at = problems.at();
    let mut object = ObjectReader::new(&node, &mut at).expect("an object");
    assert_eq!(object.required::<i64>("b"), Some(2));
    assert_eq!(object.finish(UnknownFields::Ignore), Some(()));
    assert!(problems.is_empty());
}

#[test]
fn numbers_are_exact() {
    assert_eq!(read("9223372036854775807"), Ok(i64::MAX));
    assert_eq!(read("-0"), Ok(0_i64));
    refused::<i64>("1.0", "without point and exponent (type)");
    refused::<i64>("1e3", "without point and exponent (type)");
    refused::<i64>("9223372036854775808", "between -9223372036854775808 and 9223372036854775807 (range)");
    refused::<i64>("\"1\"", "must be a whole number");
    refused::<i64>("true", "must be a whole number");
    assert_eq!(read("3"), Ok(3.0));
    assert_eq!(read("-2.5e-1"), Ok(-0.25));
    refused::<f64>("1e999", "between -1.7e308 and 1.7e308");
    refused::<f64>("\"1\"", "must be a number");
    refused::<bool>("0", "must be `true` or `false`");
    refused::<JsonValue>("[1e999]", "holds a number that is too large");
    assert_eq!(read::<JsonValue>("[18446744073709551615,1e30]"), Ok(serde_json::json!([u64::MAX, 1e30])));
}

#[test]
fn reads_decimals() {
    let good = [
        ("\"12.50\"", "12.50"),
        ("12.50", "12.50"),
        ("-7", "-7"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("123456789012345", "123456789012345"),
        ("0.00000000000000012345", "0.00000000000000012345"),
        ("0e400", "0"),
        ("\"79228162514264337593543950335\"", "79228162514264337593543950335"),
        ("\"-0.00\"", "0.00"),
        ("\"1.00000000000000000000000000000000000\"", "1.0000000000000000000000000000"),
    ];
    for (text, expected) in good {
        assert_eq!(read::<Decimal>(text).map(|value| value.to_string()).as_deref(), Ok(expected), "{text}");
    }
    let bad = [
        ("1234567890123456", "as a string"),
        ("0.1000000000000000055", "as a string"),
        ("1e400", "28 digits"),
        ("1e-29", "28 digits"),
        ("1e99999999999", "28 digits"),
        ("\"79228162514264337593543950336\"", "28 digits"),
        ("\"0.00000000000000000000000000001\"", "28 digits"),
        ("\"1e3\"", "such as `12.50`"),
        ("\"\"", "such as `12.50`"),
        ("\"-\"", "such as `12.50`"),
        ("\"+1\"", "such as `12.50`"),
        ("\"1.\"", "such as `12.50`"),
        ("\".5\"", "such as `12.50`"),
        ("\"1 000\"", "such as `12.50`"),
        ("\"1_0\"", "such as `12.50`"),
        ("\"01\"", "needless zeros"),
        ("null", "must not be null"),
        ("[]", "in a string"),
    ];
    for (text, words) in bad {
        refused::<Decimal>(text, words);
    }
    let long = format!("\"{}\"", "9".repeat(100_000));
    refused::<Decimal>(&long, "28 digits");
}

#[test]
fn reads_the_types_that_are_strings() {
    assert_eq!(read("\"2026-11-22\""), Ok(Date::new(2026, 11, 22).expect("a day")));
    assert_eq!(read("\"PT1S\""), Ok(Duration::from_micros(1_000_000)));
    assert_eq!(read("\"1970-01-01T01:00:00+01:00\""), Ok(Timestamp::UNIX_EPOCH));
    assert_eq!(read("\"AAE=\""), Ok(Bytes::from_static(&[0, 1])));
    refused::<Bytes>("\"AAE\"", "must be bytes in base64");
    refused::<Bytes>("[1]", "must be bytes in base64, in a string");
    refused::<Timestamp>("0", "must be a point in time in a string");
    refused::<Date>("\"2026-02-30\"", "must be a day that exists in the calendar (range)");
    refused::<Uuid>("\"x\"", "must be a UUID such as");
    refused::<Duration>("60", "must be a duration in a string");
}

#[test]
fn reads_collections() {
    assert_eq!(read("[3,1,3]"), Ok(vec![3_i64, 1, 3]));
    assert_eq!(read("[3,1,3]"), Ok(BTreeSet::from([1_i64, 3])));
    assert_eq!(read(r#"{"2":"b","-1":"a"}"#), Ok(BTreeMap::from([(-1_i64, "a".to_owned()), (2, "b".to_owned())])));
    assert_eq!(read("[null,1]"), Ok(vec![None, Some(1_i64)]));
    assert_eq!(read("7"), Ok(Box::new(7_i64)));
    refused::<Vec<i64>>("{}", "must be a list");
    refused::<Vec<i64>>("[1,\"a\",null]", "[1] must be a whole number (type); [2] must not be null (type)");
    refused::<BTreeMap<i64, bool>>("[]", "must be an object");
    refused::<BTreeMap<i64, bool>>(
        r#"{"x":1}"#,
        "x has a name that must be a whole number (type); x must be `true` or `false`",
    );
    let uuid = "01890A5D-ac96-774b-bcce-b302099a8057";
    let twice = format!(r#"{{"{uuid}":1,"{}":2}}"#, uuid.to_lowercase());
    refused::<BTreeMap<Uuid, i64>>(&twice, "occurs twice (rule)");
}

#[test]
fn big_ints_may_be_strings() {
    let node = document(r#"["9007199254740993","x",5]"#).expect("JSON");
    let mut problems = Problems::new().with_text_integers();
    assert_eq!(Vec::<i64>::from_json(&node, &mut problems.at()), None);
    assert_eq!(problems.listed().iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), ["[1]"]);
    let mut out = JsonWriter::new().with_big_ints_as_text();
    out.value(&[1_i64 << 53, (1 << 53) + 1, -(1 << 53) - 1, i64::MIN][..]);
    let expected = r#"[9007199254740992,"9007199254740993","-9007199254740993","-9223372036854775808"]"#;
    assert_eq!(out.into_bytes(), expected.as_bytes());
}

const COLOURS: &[&str] = &["Red", "Green"];
const PAYMENTS: &[VariantName] =
    &[VariantName { name: "Cash", has_data: false }, VariantName { name: "Card", has_data: true }];

#[derive(Debug, PartialEq)]
enum Payment {
    Cash,
    Card { last4: String },
}

impl FromJson for Payment {
    fn from_json(node: &Node<'_>, at: &mut At<'_>) -> Option<Self> {
        let (variant, mut fields) = read_variant(node, PAYMENTS, at)?;
        if variant == 0 {
            fields.finish(UnknownFields::Reject)?;
            return Some(Self::Cash);
        }
        let last4 = fields.required("last4");
        fields.finish(UnknownFields::Reject)?;
        Some(Self::Card { last4: last4? })
    }
}

#[test]
fn reads_variants() {
    assert_eq!(read("\"Cash\""), Ok(Payment::Cash));
    assert_eq!(read(r#"{"last4":"1234","type":"Card"}"#), Ok(Payment::Card { last4: "1234".to_owned() }));
    refused::<Payment>("\"Card\"", "must be an object: `Card` carries data");
    refused::<Payment>("\"card\"", "must be one of `Cash`, `Card`; did you mean `Card`?");
    refused::<Payment>("{}", "type is required");
    refused::<Payment>(r#"{"type":1}"#, "type must be one of `Cash`, `Card`");
    refused::<Payment>(r#"{"type":"Crad"}"#, "did you mean `Card`?");
    refused::<Payment>(r#"{"type":"Cash"}"#, "must be the string `Cash`");
    refused::<Payment>(r#"{"type":"Card","last4":"1","last":2}"#, "last is not a field here; did you mean `last4`?");
    refused::<Payment>("null", "must not be null");
    refused::<Payment>("7", "must be one of `Cash`, `Card`");
    let plain = |text: &str| {
        let node = document(text).expect("JSON");
        let mut problems = Problems::new();
        let found = read_plain_variant(&node, COLOURS, &mut problems.at());
        (found, problems.listed().first().map(|problem| problem.message.to_string()))
    };
    assert_eq!(plain("\"Green\""), (Some(1), None));
    assert_eq!(plain("\"Gren\""), (None, Some("must be one of `Red`, `Green`; did you mean `Green`?".to_owned())));
    assert_eq!(plain("1"), (None, Some("must be one of `Red`, `Green`".to_owned())));
    assert_eq!(plain("null"), (None, Some("must not be null".to_owned())));
}

#[test]
fn refuses_what_is_not_json() {
    let cases = [
        ("", "there is nothing"),
        (" \n", "there is nothing"),
        ("\u{FEFF}1", "byte order mark"),
        ("1 2", "something follows"),
        ("[1,]", "`,` after the last element"),
        ("[1 2]", "`,` or `]` is missing"),
        ("[", "the text ends"),
        ("[1", "`,` or `]` is missing"),
        ("{", "the text ends inside of an object"),
        ("{a:1}", "name in double quotes"),
        ("{\"a\" 1}", "`:` is missing"),
        ("{\"a\":1,}", "`,` after the last field"),
        ("{\"a\":1 \"b\":2}", "`,` or `}` is missing"),
        ("{\"a\":}", "no value"),
        ("'a'", "double quotes"),
        ("nul", "no value"),
        ("NaN", "no value"),
        ("Infinity", "no value"),
        ("01", "needless zero"),
        ("-", "lacks digits"),
        ("-a", "lacks digits"),
        ("+1", "no value"),
        (".5", "no value"),
        ("1.", "lacks digits"),
        ("1e", "lacks digits"),
        ("1e+", "lacks digits"),
        ("0x10", "something follows"),
        ("\"a", "no end"),
        ("\"a\\", "no end"),
        ("\"\\x\"", "escape in a string is unknown"),
        ("\"\\u12\"", "four hexadecimal digits"),
        ("\"\\u+123\"", "four hexadecimal digits"),
        ("\"a\nb\"", "control character"),
        ("\"\\ud800\"", "half of a surrogate pair"),
        ("\"\\ud800\\u0041\"", "half of a surrogate pair"),
        ("\"\\udc00\"", "half of a surrogate pair"),
        ("\"\\ud83d\\n\"", "half of a surrogate pair"),
        ("\"a\\u0000\"", "U+0000"),
        ("{\"\\u0000\":1}", "U+0000"),
        ("// x\n1", "no value"),
    ];
    for (text, words) in cases {
        let problem = document(text).expect_err(text);
        assert!(problem.message.contains(words), "{text:?}: {}", problem.message);
        assert_eq!(Refusal::from(problem).status(), 400, "{text:?}");
    }
    assert!(parse(b"\"\xff\"", JsonLimits::default()).is_err_and(|problem| problem.message.contains("UTF-8")));
    let surrogates = document("\"\\ud83d\\ude00\\u00e9\"").expect("JSON");
    assert_eq!(surrogates, Node::Text("😀é".into()));
}

#[test]
fn names_the_place_of_what_is_not_json() {
    let problem = document("{\"items\": [1,\n  {\"price\": tru}]}").expect_err("not JSON");
    assert_eq!((problem.path.as_str(), problem.line, problem.column), ("items[1].price", 2, 13));
    let refusal = Refusal::from(problem);
    assert!(refusal.detail().contains("in `items[1].price`, at line 2, column 13"), "{refusal}");
    assert_eq!(refusal.fields()[0].code, code::JSON);
}

#[test]
fn refuses_a_name_that_occurs_twice() {
    let problem = document(r#"{"a":[{"b":1,"c":2,"\u0062":3}]}"#).expect_err("twice");
    assert_eq!((problem.path.as_str(), problem.message.as_ref()), ("a[0].b", "a name occurs twice"));
    for fields in [2, 16, 17, 5_000] {
        let names: Vec<String> = (0..fields).map(|number| format!("\"n{number}\":0")).collect();
        assert!(document(&format!("{{{}}}", names.join(","))).is_ok());
        let problem = format!("{{{},\"n1\":0}}", names.join(","));
        let problem = document(&problem).expect_err("twice");
        let column = 3 + names.join(",").len();
        assert_eq!((problem.path.as_str(), problem.line, problem.column), ("n1", 1, column));
    }
    let second_line = "{\"a\": [{}, {\"b\" : [1, {\"x\": \"}\"}],\n   \"c\": 2, \"b\": 3}]}";
    let problem = document(second_line).expect_err("twice");
    assert_eq!((problem.path.as_str(), problem.line, problem.column), ("a[1].b", 2, 12));
}

#[test]
fn bounds_depth_and_size() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(document(&nested(64)).is_ok());
    assert!(document(&nested(65)).expect_err("deep").message.contains("deeper than 64 levels"));
    assert!(document(&"[".repeat(1_000_000)).is_err());
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(document(&objects(64)).is_ok());
    assert!(document(&objects(65)).is_err());
    let list = |nodes: usize| format!("[{}]", vec!["0"; nodes - 1].join(","));
    assert!(document(&list(10_000)).is_ok());
    let problem = document(&list(10_001)).expect_err("large");
    assert!(problem.message.contains("more than 10000 values"));
    assert_eq!(Refusal::from(problem).status(), 413);
}

#[test]
fn writes_all_types() {
    let cases = [
        (written(&true), "true"),
        (written(&i64::MIN), "-9223372036854775808"),
        (written(&0_i64), "0"),
        (written(&1.0), "1.0"),
        (written(&-0.1), "-0.1"),
        (written(&f64::NAN), "null"),
        (written(&Decimal::new(1250, 2)), "\"12.50\""),
        (written(&Decimal::new(-5, 3)), "\"-0.005\""),
        (written(&-Decimal::ZERO), "\"0\""),
        (written(&Decimal::MAX), "\"79228162514264337593543950335\""),
        (written("a\"b\\c\n\u{1}é"), r#""a\"b\\c\n\u0001é""#),
        (written(&Bytes::from_static(b"\x00\x01")), "\"AAE=\""),
        (written(&Timestamp::UNIX_EPOCH), "\"1970-01-01T00:00:00.000000Z\""),
        (written(&Date::MAX), "\"9999-12-31\""),
        (written(&Duration::ZERO), "\"PT0S\""),
        (written(&Uuid::nil()), "\"00000000-0000-0000-0000-000000000000\""),
        (written(&None::<i64>), "null"),
        (written(&vec![Some(1_i64), None]), "[1,null]"),
        (written(&Vec::<Vec<i64>>::new()), "[]"),
        (written(&vec![Vec::<i64>::new(), vec![1, 2]]), "[[],[1,2]]"),
        (written(&BTreeSet::from(["b".to_owned(), "a".to_owned()])), r#"["a","b"]"#),
        (written(&BTreeMap::from([(2_i64, "{"), (-1, "[")])), r#"{"-1":"[","2":"{"}"#),
        (written(&BTreeMap::from([("a\"".to_owned(), BTreeMap::<String, i64>::new())])), r#"{"a\"":{}}"#),
        (written(&serde_json::json!({"b": [1.5, null], "a": "x"})), r#"{"a":"x","b":[1.5,null]}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(text, expected);
    }
}

#[test]
fn escapes_at_every_place_of_a_chunk() {
    for special in ['"', '\\', '\n', '\0', '\u{1f}', '!', '[', '\u{7f}', 'é', ' '] {
        for before in 0..20 {
            let text = format!("{}{special}{}", "x".repeat(before), "y".repeat(9));
            assert_eq!(written(&text), serde_json::to_string(&text).expect("JSON"), "{text:?}");
        }
    }
}

/// The value reads back from its JSON, and serde_json finds the same document.
fn round_trip<T: FromJson + ToJson + PartialEq + Debug>(value: &T) {
    let text = written(value);
    assert_eq!(read::<T>(&text).as_ref(), Ok(value), "{text}");
    assert!(serde_json::from_str::<JsonValue>(&text).is_ok(), "{text}");
}

proptest! {
    #[test]
    fn values_read_back(
        int in ints(), float in floats(), decimal in decimals(), text in clean_texts(), bytes in bytes(),
        times in (timestamps(), dates(), durations()), uuid in uuids(), json in json_values(),
    ) {
        round_trip(&int);
        round_trip(&float);
        round_trip(&decimal);
        prop_assert_eq!(read::<Decimal>(&written(&decimal)).map(|read| read.scale()), Ok(decimal.scale()));
        round_trip(&bytes);
        round_trip(&times.0);
        round_trip(&times.1);
        round_trip(&times.2);
        round_trip(&uuid);
        round_trip(&json);
        round_trip(&BTreeMap::from([(text.clone(), Some(int))]));
        round_trip(&vec![BTreeSet::from([text])]);
    }

    #[test]
    fn strings_are_escaped_as_serde_json_does(text in texts()) {
        prop_assert_eq!(written(&text), serde_json::to_string(&text).expect("JSON"));
    }

    #[test]
    fn documents_are_those_of_serde_json(value in json_values(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.expect("JSON");
        prop_assert_eq!(document(&text).expect("JSON").to_json_value(), Some(value));
    }

    /// Whatever we take, serde_json takes too and sees the same; what we refuse and it takes is on the list below.
    #[test]
    fn near_documents_are_judged_as_by_serde_json(
        text in r#"[-\[\]{}:,"\\ 0-9.eE+truefalsn]{0,12}|\[[-0-9.eE+,]{0,10}\]|"([a\\u0-9dDc"n/]{0,10})"|\{("[ab]":[0-9]{1,2},?){0,3}\}"#
    ) {
        let theirs = serde_json::from_str::<JsonValue>(&text);
        match document(&text) {
            Ok(node) => {
                // A float of theirs may be off by its last bit.
                if let (Some(ours), false) = (node.to_json_value(), text.contains(['.', 'e', 'E', '-'])) {
                    prop_assert_eq!(Some(ours), theirs.ok());
                } else {
                    prop_assert!(theirs.is_ok() || node.to_json_value().is_none(), "{}", text);
                }
            }
            Err(problem) => {
                let stricter = ["a name occurs twice", "U+0000"];
                let only_ours = stricter.iter().any(|words| problem.message.contains(words));
                prop_assert!(only_ours || theirs.is_err(), "{}: {}", text, problem.message);
            }
        }
    }

    #[test]
    fn no_beginning_of_a_list_is_a_document(value in json_values()) {
        let text = serde_json::to_string(&[value]).expect("JSON");
        for end in 0..text.len() {
            prop_assert!(parse(&text.as_bytes()[..end], JsonLimits::default()).is_err());
        }
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = parse(&bytes, JsonLimits::default());
    }
}
