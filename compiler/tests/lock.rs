//! The lock file over the years of a schema: each step is released, then the next one is checked
//! against what was written.

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use raftstone_compiler::Checked;
use raftstone_compiler::declarations::Declarations;
use raftstone_compiler::lock::{
    self, LockFile, LockedEnum, LockedEvent, LockedField, LockedModel, LockedName, LockedStruct, LockedVariant, Section,
};
use support::{ROOT, check_files};

fn check(schema: &str, lock: Option<&str>) -> Checked {
    let mut files = BTreeMap::from([(ROOT.to_owned(), schema.to_owned())]);
    files.extend(lock.map(|text| ("rstone.lock".to_owned(), text.to_owned())));
    let checked = check_files(&files);
    assert!(!checked.has_errors(), "{:?}", checked.problems);
    checked
}

/// What `rstone lock` would write.
fn release(checked: &Checked) -> String {
    let section = (ROOT.to_owned(), checked.lock.next.clone());
    lock::write(&LockFile { schemas: BTreeMap::from([section]) })
}

fn words(checked: &Checked) -> Vec<&str> {
    checked.lock.differences.iter().map(|difference| difference.words.as_str()).collect()
}

fn event<'d>(declarations: &'d Declarations, name: &str) -> &'d raftstone_compiler::declarations::Event {
    declarations.events.iter().find(|event| event.name == name).expect("an event")
}

const FIRST: &str = "
enum Status { Draft, Published }
struct Place { street: string, city: string }
model Article {
    id: uuid @key
    title: string
    status: Status = Draft
    place: Place?
}
event ArticleWritten creates Article { title, place }
event ArticleSeen { article: Article, by: string }
";

#[test]
fn a_released_schema_has_no_differences() {
    let checked = check(FIRST, None);
    assert!(checked.declarations.runs_ahead_of_lock);
    assert_eq!(
        words(&checked),
        [
            "the enum `Status` is new",
            "the struct `Place` is new",
            "the model `Article` is new",
            "the event `ArticleWritten` is new",
            "the event `ArticleSeen` is new",
        ]
    );
    let lock = release(&checked);
    let again = check(FIRST, Some(&lock));
    assert!(again.problems.is_empty(), "{:?}", again.problems);
    assert!(!again.declarations.runs_ahead_of_lock);
    assert_eq!(release(&again), lock);
    // Releasing changes nothing on disk.
    for (before, after) in checked.declarations.events.iter().zip(&again.declarations.events) {
        assert_eq!(before, after);
    }
    for (before, after) in checked.declarations.models.iter().zip(&again.declarations.models) {
        assert_eq!(before, after);
    }
}

#[test]
fn the_file_reads_well() {
    let expected = "\
# The released shapes of the schemas in this folder. Written by `rstone lock`: commit it, do not
# edit it. Events already stored are read by what stands here.
rstone-lock 1

schema main.rstone

enum 1 Status
  0 Draft
  1 Published

struct Place
  street: string
  city: string

model 1 Article
  id: uuid
  title: string
  status: enum{0 Draft, 1 Published}
  place: {street: string, city: string}?

event 1 ArticleWritten
  version 1
    title: string
    place: {street: string, city: string}?
    id: uuid
    status: enum{0 Draft, 1 Published}

event 2 ArticleSeen
  version 1
    article: uuid
    by: string
";
    assert_eq!(release(&check(FIRST, None)), expected);
}

/// A step of a schema's life: its text, the differences, and (event, id, version) afterwards.
type Step = (&'static str, &'static [&'static str], &'static [(&'static str, u32, u32)]);

fn walk(steps: &[Step]) {
    let mut released: Option<String> = None;
    for (schema, differences, events) in steps {
        let checked = check(schema, released.as_deref());
        if released.is_some() {
            assert_eq!(words(&checked), *differences, "{schema}");
            assert_eq!(checked.declarations.runs_ahead_of_lock, !differences.is_empty(), "{schema}");
        }
        for (name, id, version) in *events {
            let event = event(&checked.declarations, name);
            assert_eq!((event.stable_id, event.version), (*id, *version), "{schema}: {name}");
        }
        released = Some(release(&checked));
    }
}

#[test]
fn order_in_the_text_means_nothing_once_released() {
    walk(&[
        ("event A { x: int, y: string }\nevent B { z: int }\n", &[], &[("A", 1, 1), ("B", 2, 1)]),
        ("event B { z: int }\nevent A { y: string, x: int }\n", &[], &[("A", 1, 1), ("B", 2, 1)]),
    ]);
}

#[test]
fn new_fields_come_last_and_make_a_version() {
    let first = check("event A { x: int, y: string }\n", None);
    let lock = release(&first);
    let second = check("event A { z: bool, y: string, x: int }\n", Some(&lock));
    let declared = event(&second.declarations, "A");
    assert_eq!(declared.wire_order, [2, 1, 0]);
    assert_eq!(declared.version, 2);
    assert_ne!(declared.shape_hash, event(&first.declarations, "A").shape_hash);
    assert_eq!(words(&second), ["`A.z` is new"]);
}

#[test]
fn versions_count_on() {
    walk(&[
        ("event A { x: int }\n", &[], &[("A", 1, 1)]),
        ("event A { x: string }\n", &["`A.x` was `int` and is `string`"], &[("A", 1, 2)]),
        ("event A { y: string }\n", &["`A.y` is new", "`A.x` is gone"], &[("A", 1, 3)]),
        ("event A { y: string @max_len(9) }\n", &[], &[("A", 1, 3)]),
        ("type Name = string\nevent A { y: Name }\n", &[], &[("A", 1, 3)]),
    ]);
}

#[test]
fn ids_are_never_given_out_again() {
    walk(&[
        ("event A { x: int }\nevent B { x: int }\n", &[], &[("A", 1, 1), ("B", 2, 1)]),
        ("event A { x: int }\n", &["the event `B` is gone"], &[("A", 1, 1)]),
        ("event A { x: int }\nevent C { x: int }\n", &["the event `C` is new"], &[("C", 3, 1)]),
        (
            "event A { x: int }\nevent B { x: int }\nevent C { x: int }\n",
            &["the event `B` is back"],
            &[("B", 2, 1), ("C", 3, 1)],
        ),
    ]);
}

#[test]
fn renaming_keeps_ids_versions_and_shapes() {
    walk(&[
        ("event A { x: int }\n", &[], &[("A", 1, 1)]),
        (
            "event B @was(\"A\") { y: int @was(\"x\") }\n",
            &["the event `A` is now `B`", "`B.x` is now `y`"],
            &[("B", 1, 1)],
        ),
        ("event B @was(\"A\") { y: int @was(\"x\") }\n", &[], &[("B", 1, 1)]),
        ("event B { y: int }\n", &[], &[("B", 1, 1)]),
        (
            "event C @was(\"B\") { z: int @was(\"y\") }\n",
            &["the event `B` is now `C`", "`C.y` is now `z`"],
            &[("C", 1, 1)],
        ),
        (
            "event A @was(\"C\") { x: int @was(\"z\") }\n",
            &["the event `C` is now `A`", "`A.z` is now `x`"],
            &[("A", 1, 1)],
        ),
    ]);
}

#[test]
fn a_renamed_field_keeps_its_hash() {
    let first = check("event A { x: int }\n", None);
    let second = check("event A { y: int @was(\"x\") }\n", Some(&release(&first)));
    let hash = |checked: &Checked| event(&checked.declarations, "A").shape_hash;
    assert_eq!(hash(&first), hash(&second));
    assert_ne!(hash(&first), hash(&check("event A { y: int }\n", None)));
}

#[test]
fn variants_keep_their_numbers() {
    let event = "event A { s: S }\n";
    let first = release(&check(&format!("enum S {{ One, Two, Three }}\n{event}"), None));
    let second = check(&format!("enum S {{ Four, Three, One }}\n{event}"), Some(&first));
    let numbers = |checked: &Checked| -> Vec<(String, u32)> {
        let variants = checked.declarations.enums.iter().flat_map(|item| &item.variants);
        variants.map(|variant| (variant.name.clone(), variant.discriminant)).collect()
    };
    let named = |pairs: &[(&str, u32)]| -> Vec<(String, u32)> {
        pairs.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
    };
    assert_eq!(numbers(&second), named(&[("Four", 3), ("Three", 2), ("One", 0)]));
    assert_eq!(
        words(&second),
        [
            "`S.Two` is gone",
            "`S.Four` is new",
            "`A.s` was `enum{0 One, 1 Two, 2 Three}` and is `enum{0 One, 2 Three, 3 Four}`",
        ]
    );
    let third = check(&format!("enum S {{ Two, Five, Uno @was(\"One\") }}\n{event}"), Some(&release(&second)));
    assert_eq!(numbers(&third), named(&[("Two", 1), ("Five", 4), ("Uno", 0)]));
}

#[test]
fn what_is_inside_counts() {
    let table = [
        ("struct P { a: int }", "struct P { a: string }", true),
        ("struct P { a: int }", "struct P { a: int @max(3) }", false),
        ("struct P { a: int, b: int }", "struct P { b: int, a: int }", false),
        ("enum P { A, B { x: int } }", "enum P { A, B { x: string } }", true),
        ("enum P { A, B }", "enum P { B, A }", false),
        ("enum P { A, B }", "enum P { A, B @as(\"bee\") }", false),
        ("model P { id: int @key }", "model P { id: uuid @key }", true),
        ("model P { id: int @key }", "model P { id: int @key @auto }", false),
        ("type P = int", "type P = string", true),
        ("type P = int", "type P = int @min(3)", false),
    ];
    for (before, after, counts) in table {
        let with_event = |item: &str| format!("{item}\nevent E {{ p: [P]? }}\n");
        let first = release(&check(&with_event(before), None));
        let second = check(&with_event(after), Some(&first));
        let version = event(&second.declarations, "E").version;
        assert_eq!(version, if counts { 2 } else { 1 }, "{before} to {after}");
    }
}

#[test]
fn what_is_not_stored_is_not_locked() {
    let schema = "enum Sort { Up, Down }\nstruct Answer { n: int }\nevent A { x: int }\n";
    let section = check(schema, None).lock.next;
    assert!(section.enums.is_empty() && section.structs.is_empty());
    let bare = check("enum Sort { Up, Down }\n", None);
    assert!(!bare.declarations.runs_ahead_of_lock);
}

#[test]
fn schemas_of_a_folder_share_a_file() {
    let mut file = lock::parse(&release(&check("event A { x: int }\n", None))).expect("a lock file");
    file.schemas.insert("other.rstone".to_owned(), Section::default());
    let text = lock::write(&file);
    assert_eq!(lock::parse(&text), Ok(file));
    assert!(!check("event A { x: int }\n", Some(&text)).declarations.runs_ahead_of_lock);
}

fn name() -> impl Strategy<Value = LockedName> {
    ("[A-Za-z][A-Za-z0-9_]{0,6}", proptest::option::of("[a-z]{1,4}"))
        .prop_map(|(name, first)| LockedName { name, first })
}

fn fields() -> impl Strategy<Value = Vec<LockedField>> {
    let field = (name(), "[a-z<>{}?, :]{0,10}[a-z]").prop_map(|(name, shape)| LockedField { name, shape });
    proptest::collection::vec(field, 0..3).prop_map(distinct(|field: &LockedField| field.name.name.clone()))
}

/// Leaves out what has the name of an earlier one.
fn distinct<T>(key: impl Fn(&T) -> String) -> impl Fn(Vec<T>) -> Vec<T> {
    move |list| {
        let mut seen = std::collections::BTreeSet::new();
        list.into_iter().filter(|item| seen.insert(key(item))).collect()
    }
}

fn section() -> impl Strategy<Value = Section> {
    let variant = (name(), fields(), any::<bool>());
    let variants = proptest::collection::vec(variant, 0..3)
        .prop_map(distinct(|(name, _, _): &(LockedName, Vec<LockedField>, bool)| name.name.clone()));
    let numbered = |list: Vec<(LockedName, Vec<LockedField>, bool)>| {
        let variants = list.into_iter().enumerate();
        let variants = variants.map(|(number, (name, fields, removed))| LockedVariant {
            number: number as u32,
            name,
            fields,
            removed,
        });
        variants.collect::<Vec<_>>()
    };
    let an_enum = (name(), variants, any::<bool>());
    let a_struct = (name(), fields());
    let a_model = (name(), fields(), any::<bool>());
    let an_event = (name(), proptest::collection::vec(fields(), 0..3), any::<bool>());
    (
        proptest::option::of(an_enum),
        proptest::option::of(a_struct),
        proptest::option::of(a_model),
        proptest::option::of(an_event),
        1..9_u32,
    )
        .prop_map(move |(an_enum, a_struct, a_model, an_event, id)| Section {
            enums: an_enum
                .into_iter()
                .map(|(name, list, removed)| LockedEnum { id, name, variants: numbered(list), removed })
                .collect(),
            structs: a_struct.into_iter().map(|(name, fields)| LockedStruct { name, fields }).collect(),
            models: a_model
                .into_iter()
                .map(|(name, fields, removed)| LockedModel { id, name, fields, removed })
                .collect(),
            events: an_event
                .into_iter()
                .map(|(name, versions, removed)| LockedEvent { id, name, versions, removed })
                .collect(),
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read(section in section()) {
        let file = LockFile { schemas: BTreeMap::from([("a b.rstone".to_owned(), section)]) };
        prop_assert_eq!(lock::parse(&lock::write(&file)), Ok(file));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(rstone-lock 1\n)?(schema a\n)?[a-z0-9 :(){}\n#<]{0,80}") {
        let _ = lock::parse(&text);
    }
}
