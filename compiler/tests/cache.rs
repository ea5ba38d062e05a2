//! Bodies that are not checked again: which they are, and that nobody sees it in the results.
//!
//! The edits are drawn from seeds, so that a failure is found again by its seed.

mod random;
mod split;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use raftstone_compiler::{Cache, Input, check_again};
use raftstone_dsl::ast::Span;
use raftstone_dsl::parse;
use raftstone_dsl::scan::{TokenKind, scan};
use random::Random;
use support::{ROOT, check_files};

/// How many edits are made of a schema of the repository, and of a fixture; `RAFTSTONE_ROUNDS=100` makes
/// a hundred times as many.
const EDITS: u64 = 60;
const FIXTURE_EDITS: u64 = 4;

/// The problems of what is declared twice, which nothing is kept of: of an item, the `app`, the `auth`.
const DECLARED_TWICE: [&str; 3] = ["RS0101", "RS0109", "RS0801"];

/// A schema of several files.
#[derive(Clone)]
struct Schema {
    files: BTreeMap<String, String>,
}

impl Schema {
    fn of(text: &str) -> Self {
        Self { files: BTreeMap::from([(ROOT.to_owned(), text.to_owned())]) }
    }

    /// Checks it with and without a cache, compares, and says how many bodies were checked.
    fn check(&self, cache: &mut Cache, context: &str) -> usize {
        let mut read = |path: &str| self.files.get(path).cloned().ok_or_else(|| "no such file".to_owned());
        let lock = self.files.get("rstone.lock").map(|text| ("rstone.lock", text.as_str()));
        let cached = check_again(Input { root: ROOT, read: &mut read, lock }, cache);
        let fresh = check_files(&self.files);
        assert_eq!(cached.problems, fresh.problems, "{context}");
        assert!(cached.bodies == fresh.bodies, "other bodies: {context}");
        assert!(cached.declarations == fresh.declarations, "other declarations: {context}");
        cache.checked()
    }

    /// Checks it in a row of states, and says for each how many bodies were checked.
    fn edited(&self, edits: &[(&str, &str)]) -> Vec<usize> {
        let (mut cache, mut schema) = (Cache::new(), self.clone());
        schema.check(&mut cache, "at first");
        let counts = edits.iter().map(|(old, new)| {
            let text = schema.files.get_mut(ROOT).expect("the root");
            assert_eq!(text.matches(old).count(), 1, "`{old}`");
            *text = text.replace(old, new);
            schema.check(&mut cache, &format!("`{old}` to `{new}`"))
        });
        counts.collect()
    }
}

/// Thirteen bodies: two models, three events, a view, a function, four endpoints, a job and a test.
const SHOP: &str = r#"app shop { base = "/api" }

model Customer {
    id: uuid @key
    name: string
    check name != "" else "a name"
}

model Order {
    id: uuid @key
    customer: Customer @index
    total: int
    note: string?
}

event CustomerCame creates Customer { name }
event Ordered creates Order { customer, total, note }

event NoteChanged updates Order {
    note
    require order.total > 0 else invalid "nothing was ordered"
}

view Totals {
    from order in Order where order.total > 10 order by order.total
    key: order @key
    total: order.total
}

fn doubled(value: int) -> int = value * 2

endpoint come(name: string) -> Customer at POST /customers for anyone = emit CustomerCame { .. }

endpoint order(customer: Customer, total: int) -> Order at POST /orders for anyone {
    require doubled(total) > 4 else invalid "too small"
    return emit Ordered { customer, total, note: none }
}

endpoint change(order: Order, note: string) -> Order at PUT /orders/{order} for anyone {
    emit NoteChanged { order, note }
    return order
}

endpoint totals() -> [Totals] at GET /totals for anyone = from t in Totals limit 10

every 5min job tidy {
    for order in (scan from o in Order where o.total > 3 limit 3) {
        emit NoteChanged { order, note: none }
    }
}

test "an order" {
    given CustomerCame { name: "Ada" } as ada
    when order(customer: ada, total: 12)
    then emitted Ordered { total: 12 }
}
"#;

fn shop() -> Schema {
    Schema::of(SHOP)
}

#[test]
fn nothing_is_checked_twice_that_stays() {
    assert_eq!(shop().edited(&[("app shop", "// A shop.\n\napp shop"), ("// A shop.", "// Another.")]), [0, 0]);
}

#[test]
fn an_edit_inside_a_body_checks_that_body() {
    let inside = [
        ("\"too small\"", "\"far too small\""),
        ("order.total > 0 else", "order.total >= 1 else"),
        ("value * 2", "value + value"),
        ("limit 3)", "limit 4)"),
        ("total: 12)", "total: 13)"),
    ];
    for edit in inside {
        assert_eq!(shop().edited(&[edit]), [1], "{edit:?}");
    }
    // An event that creates rows has the default values of its model, which stand in the same item.
    assert_eq!(shop().edited(&[("name != \"\"", "name.len() > 0")]), [2]);
    // What is wrong in it is its own, too, and goes with it.
    assert_eq!(shop().edited(&[("doubled(total)", "doubled(totl)"), ("doubled(totl)", "doubled(total)")]), [1, 1]);
}

#[test]
fn an_edit_of_a_declaration_checks_what_reads_it() {
    // A new field of an event: itself, `come` and the test that emits it.
    assert_eq!(shop().edited(&[("creates Customer { name }", "creates Customer { name, age: int }")]), [3]);
    // The function's signature: itself and its only caller.
    assert_eq!(shop().edited(&[("(value: int) -> int", "(value: int) -> int?")]), [2]);
    // What a view shows: itself and who queries it.
    assert_eq!(shop().edited(&[("    total: order.total\n", "    total: doubled(order.total)\n")]), [2]);
    // A new item at the end stands in nobody's way.
    assert_eq!(shop().edited(&[("test \"an", "fn more() -> int = doubled(1)\n\ntest \"an")]), [1]);
}

#[test]
fn no_fixture_is_checked_twice() {
    for (name, schema) in fixtures() {
        let mut cache = Cache::new();
        schema.check(&mut cache, &name);
        let again = schema.check(&mut cache, &name);
        let problems = check_files(&schema.files).problems;
        let is_twice = problems.iter().any(|problem| DECLARED_TWICE.contains(&problem.code.code));
        assert!(again == 0 || is_twice, "{name}: {again}");
    }
}

#[test]
fn edited_fixtures_are_as_if_checked_for_the_first_time() {
    for (number, (name, schema)) in fixtures().into_iter().enumerate() {
        edit_at_random(&name, &schema, number as u64, FIXTURE_EDITS);
    }
}

#[test]
fn edited_schemas_are_as_if_checked_for_the_first_time() {
    for (number, (name, schema)) in schemas().into_iter().enumerate() {
        edit_at_random(&name, &schema, number as u64, EDITS);
    }
}

fn edit_at_random(name: &str, schema: &Schema, seed: u64, edits: u64) {
    let rounds = std::env::var("RAFTSTONE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let mut random = Random(seed);
    let (mut cache, mut edited) = (Cache::new(), schema.clone());
    edited.check(&mut cache, name);
    for number in 0..edits * rounds {
        let sources: Vec<String> = edited.files.keys().filter(|path| path.ends_with(".rstone")).cloned().collect();
        let path = &sources[random.below(sources.len())];
        let text = edited.files.get_mut(path).expect("a file");
        *text = edit(text, schema.files.get(path).map_or("", String::as_str), &mut random);
        edited.check(&mut cache, &format!("{name}, seed {seed}, edit {number}"));
    }
}

/// One edit of a text: of a token, of an item, between the items, or all edits taken back.
fn edit(text: &str, original: &str, random: &mut Random) -> String {
    let words = |kind: TokenKind| {
        let tokens = scan(text).into_iter().filter(move |token| token.kind == kind);
        tokens.map(|token| token.span).collect::<Vec<Span>>()
    };
    let items: Vec<Span> = parse(text).file.items.iter().map(|item| item.span).collect();
    let tokens: Vec<Span> = scan(text).iter().map(|token| token.span).collect();
    let at = |spans: &[Span], random: &mut Random| {
        let span = spans.get(random.below(spans.len())).copied().unwrap_or_default();
        (span.start as usize, span.end as usize)
    };
    let with = |(start, end): (usize, usize), new: &str| format!("{}{new}{}", &text[..start], &text[end..]);
    match random.below(9) {
        0 => with(at(&tokens, random), ""),
        1 => {
            let (start, end) = at(&tokens, random);
            with((end, end), &text[start..end])
        }
        2 | 3 => {
            let names = words(TokenKind::Word);
            let (start, end) = at(&names, random);
            with(at(&names, random), &text[start..end])
        }
        4 => with(at(&words(TokenKind::Number), random), "7"),
        5 => {
            let (start, _) = at(&items, random);
            with((start, start), "// Another line.\n")
        }
        6 => with(at(&items, random), ""),
        7 => {
            let (start, end) = at(&items, random);
            let (to, _) = at(&items, random);
            with((to, to), &format!("{}\n", &text[start..end]))
        }
        _ => original.to_owned(),
    }
}

fn top(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn fixtures() -> Vec<(String, Schema)> {
    let texts = read(&top("compiler/tests/fixtures"));
    texts.into_iter().map(|(name, text)| (name, Schema { files: split::split(&text) })).collect()
}

/// The examples and the domains.
fn schemas() -> Vec<(String, Schema)> {
    let all = [read(&top("examples")), read(&top("tests/schemas"))].into_iter().flatten();
    let (parts, roots): (Vec<_>, Vec<_>) = all.partition(|(path, _)| path.contains('/'));
    let domains = parts.iter().filter_map(|(path, text)| {
        let (folder, name) = path.split_once('/')?;
        (name.strip_suffix(".rstone") == Some(folder)).then(|| (path.clone(), text.clone()))
    });
    let mut schemas = Vec::new();
    for (path, text) in roots.iter().cloned().chain(domains) {
        // A root names its parts from its own folder.
        let folder = path.rfind('/').map_or("", |end| &path[..=end]);
        let own = parts.iter().filter_map(|(part, text)| Some((part.strip_prefix(folder)?.to_owned(), text.clone())));
        let mut files: BTreeMap<String, String> = own.collect();
        files.insert(ROOT.to_owned(), text);
        schemas.push((path, Schema { files }));
    }
    schemas
}

/// The schema files below a folder by their paths from there.
fn read(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rstone") {
                files.insert(name, fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    files
}
