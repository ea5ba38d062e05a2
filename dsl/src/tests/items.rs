//! The tree of identity, reactions, scenarios and folded views.

use super::{problems, valid};
use crate::ast::{
    AuthValue, ExprKind, ItemKind, ModelMember, Readable, Schedule, Segment, StatementKind, StepKind, View,
};
use crate::parse;

fn item(text: &str) -> ItemKind {
    valid(text).file.items.into_iter().next().expect("an item").kind
}

fn view(text: &str) -> View {
    match item(text) {
        ItemKind::View(view) => view,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_comes_later_is_read_over() {
    let parsed = valid("migrate A from 1 { a = \"}\" }\nretired event B { a: C }\nstruct C { a: int }\n");
    let keywords = parsed.file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Later { keyword } => Some(keyword.text.as_str()),
        _ => None,
    });
    assert_eq!(keywords.collect::<Vec<_>>(), ["migrate", "retired"]);
}

#[test]
fn auth_keeps_every_setting() {
    let text = "auth User {\n identity = email\n session = bearer \"Token\" for 90d\n at = /\n password = hash\n}\n";
    let ItemKind::Auth(auth) = item(text) else { panic!() };
    assert_eq!(auth.model.map(|model| model.text).as_deref(), Some("User"));
    let names: Vec<&str> = auth.settings.iter().map(|setting| setting.name.text.as_str()).collect();
    assert_eq!(names, ["identity", "session", "at", "password"]);
    let values: Vec<_> = auth.settings.iter().filter_map(|setting| setting.value.as_ref()).collect();
    let [AuthValue::Word(identity), AuthValue::Session { kind, scheme, lasts }, AuthValue::Path(path), _] = &values[..]
    else {
        panic!("{values:?}")
    };
    assert_eq!((identity.text.as_str(), kind.text.as_str()), ("email", "bearer"));
    assert_eq!(scheme.as_ref().map(|scheme| scheme.text.as_str()), Some("Token"));
    assert!(matches!(lasts.as_ref().map(|lasts| &lasts.kind), Some(ExprKind::Duration(Some(_)))));
    assert!(path.segments.is_empty());
    let ItemKind::Auth(auth) = item("auth User { at = /a/b }\n") else { panic!() };
    let Some(AuthValue::Path(path)) = &auth.settings[0].value else { panic!() };
    assert!(matches!(&path.segments[..], [Segment::Literal(_), Segment::Literal(_)]));
}

#[test]
fn hooks_and_jobs_keep_names_events_and_times() {
    let ItemKind::Hook(hook) = item("hook notify on Added,\n    Removed\n") else { panic!() };
    assert_eq!(hook.name.map(|name| name.text).as_deref(), Some("notify"));
    assert_eq!(hook.events.iter().map(|event| event.text.as_str()).collect::<Vec<_>>(), ["Added", "Removed"]);
    let ItemKind::Job(job) = item("every 1h 30min job prune {\n    for a in b { emit C { a } }\n}\n") else { panic!() };
    assert!(
        matches!(job.schedule, Some(Schedule::Interval(value)) if matches!(value.kind, ExprKind::Duration(Some(_))))
    );
    assert_eq!(job.name.map(|name| name.text).as_deref(), Some("prune"));
    let statements = job.body.expect("a body").statements;
    assert!(matches!(statements[0].kind, StatementKind::For { .. }));
    let ItemKind::Job(job) = item("every cron \"0 3 * * *\" job nightly { }\n") else { panic!() };
    assert!(matches!(job.schedule, Some(Schedule::Cron(line)) if line.text == "0 3 * * *"));
}

#[test]
fn scenarios_keep_every_step() {
    let text = "test \"twice {\" {\n    given Added { title: \"a\",\n        text } as draft\n    given Reset\n\
                \x20   when  publish(draft, size: 3) by ann\n    when  1h 16min pass\n    then  emitted Done\n\
                \x20   then  fails invalid(address.zip) \"no\"\n    then  draft.status == Published\n}\n";
    let ItemKind::Scenario(scenario) = item(text) else { panic!() };
    assert_eq!(scenario.title.map(|title| title.text).as_deref(), Some("twice {"));
    let steps: Vec<_> = scenario.steps.iter().map(|step| &step.kind).collect();
    let [
        StepKind::Given { event, name: Some(name) },
        StepKind::Given { event: bare, name: None },
        StepKind::Call { endpoint, arguments, by: Some(by) },
        StepKind::Pass(_),
        StepKind::Emitted(_),
        StepKind::Fails(failure),
        StepKind::Holds(_),
    ] = &steps[..]
    else {
        panic!("{steps:?}")
    };
    assert_eq!((event.event.text.as_str(), name.text.as_str(), bare.fields.is_none()), ("Added", "draft", true));
    assert_eq!(event.fields.as_ref().map(Vec::len), Some(2));
    assert_eq!((endpoint.text.as_str(), by.text.as_str()), ("publish", "ann"));
    let names: Vec<_> = arguments.iter().map(|(name, _)| name.as_ref().map(|name| name.text.as_str())).collect();
    assert_eq!(names, [None, Some("size")]);
    assert_eq!(failure.field.iter().map(|name| name.text.as_str()).collect::<Vec<_>>(), ["address", "zip"]);
}

/// `Some(field)` behind a field, `None` for the whole row; and whether there is a condition.
fn shown(readable: &Readable) -> (Option<&str>, &str, bool) {
    (readable.field.as_ref().map(|field| field.text.as_str()), &readable.who.text, readable.condition.is_some())
}

#[test]
fn readable_says_what_it_is_about() {
    let text = "model A readable by user where caller.ok\n{\n    id: int @key\n    note: string readable by operator\n\
                \x20   readable by anyone\n    readable: bool\n}\n";
    let ItemKind::Model(model) = item(text) else { panic!() };
    let readable = model.members.iter().filter_map(|member| match member {
        ModelMember::Readable(readable) => Some(shown(readable)),
        _ => None,
    });
    let readable: Vec<_> = readable.collect();
    assert_eq!(readable, [(None, "user", true), (Some("note"), "operator", false), (None, "anyone", false)]);
    let text =
        "view V readable by user {\n    from a in A\n    a: a @key\n    n: a.note readable by user where a.ok\n}\n";
    let view = view(text);
    let readable: Vec<_> = view.readable.iter().map(shown).collect();
    assert_eq!(readable, [(None, "user", false), (Some("n"), "user", true)]);
    assert_eq!(view.fields.len(), 2);
}

#[test]
fn a_word_is_a_type_only_in_a_folded_view() {
    let names = |view: &View| {
        let fields: Vec<_> = view.fields.iter().map(|field| field.name.text.clone()).collect();
        let states: Vec<_> = view.states.iter().map(|state| state.name.text.clone()).collect();
        (fields, states)
    };
    let folded = view(
        "view V {\n    day: date @key, seen: set<int>\n    n: int = 0\n    on A for event.at.date() { n += 1 }\n\
         \x20   on B for a, b { n -= 1 }\n}\n",
    );
    assert_eq!(names(&folded), (Vec::new(), vec!["day".to_owned(), "seen".to_owned(), "n".to_owned()]));
    assert_eq!(folded.folds.iter().map(|fold| fold.keys.len()).collect::<Vec<_>>(), [1, 2]);
    let shown = view("view V {\n    from a in A\n    z: a.z\n    row: a @key, all: [a], none_yet: none\n}\n");
    let fields = ["z", "row", "all", "none_yet"].map(str::to_owned).to_vec();
    assert_eq!(names(&shown), (fields, Vec::new()));
    assert!(matches!(shown.fields[2].value.as_ref().map(|value| &value.kind), Some(ExprKind::List(_))));
    let mixed = view("view V {\n    from a in A\n    row: a @key\n    n: int = 0\n}\n");
    assert_eq!(names(&mixed), (vec!["row".to_owned()], vec!["n".to_owned()]));
}

#[test]
fn a_broken_line_leaves_the_others() {
    let text = "auth User {\n    identity =\n    session = bearer for\n    password = hash\n}\n\
                test \"a\" {\n    given A as\n    wenn b()\n    then c == 1\n}\n\
                every job {\n    for a in b { c( }\n    emit D\n}\nhook on\nevery 1h job x\ntest { }\n";
    let parsed = parse(text);
    let counts = parsed.file.items.iter().map(|item| match &item.kind {
        ItemKind::Auth(auth) => auth.settings.len(),
        ItemKind::Scenario(scenario) => scenario.steps.len(),
        ItemKind::Job(job) => job.body.as_ref().map_or(9, |body| body.statements.len()),
        ItemKind::Hook(hook) => hook.events.len(),
        other => panic!("{other:?}"),
    });
    let counts: Vec<usize> = counts.collect();
    // A line that ends with `=` goes on, so the first two settings are one broken line.
    assert_eq!(counts, [1, 3, 2, 0, 9, 0]);
    let expected = [
        "3:13 RS0010",
        "7:15 RS0012",
        "8:5 RS0010",
        "11:6 RS0014",
        "11:10 RS0012",
        "12:19 RS0001",
        "15:5 RS0012",
        "15:8 RS0012",
        "16:15 RS0015",
        "17:5 RS0014",
    ];
    assert_eq!(problems(text), expected);
}
