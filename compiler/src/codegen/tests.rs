//! A tiny bank: its declarations from text, its bodies by hand, its Rust looked at.

use super::{GeneratedFile, generate};
use crate::declarations::{Declarations, EventFieldOrigin, EventId, FileSpan, ModelId, Program, Source, Type};
use crate::plan::{
    Access, AccessPath, Arithmetic, Bodies, Comparison, EndpointBody, EventBody, Expr, ExprKind, Failure, FailureKind,
    Frame, Local, LocalId, ModelBody, Query, QueryCondition, QueryOrder, QueryResult, Statement,
};
use crate::{Input, check};

const BANK: &str = include_str!("tests/bank.rstone");

const ACCOUNT: ModelId = ModelId(0);

fn reference() -> Type {
    Type::Reference(Source::Model(ACCOUNT))
}

fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, span: FileSpan::default() }
}

fn local(id: u32, ty: Type) -> Expr {
    expr(ExprKind::Local(LocalId(id)), ty)
}

fn event_field(position: usize, ty: Type) -> Expr {
    expr(ExprKind::EventField(position), ty)
}

fn row_field(of: Expr, position: usize, ty: Type) -> Expr {
    expr(ExprKind::RowField(Box::new(of), position), ty)
}

fn frame(locals: &[(&str, Type, bool)]) -> Frame {
    let local =
        |(name, ty, is_row): &(&str, Type, bool)| Local { name: (*name).to_owned(), ty: ty.clone(), is_row: *is_row };
    Frame { locals: locals.iter().map(local).collect() }
}

/// `x.balance += sign * amount`
fn change_balance(event_position: usize, operator: Arithmetic) -> Statement {
    let account = event_field(event_position, reference());
    let balance = row_field(account.clone(), 2, Type::Decimal);
    let value =
        ExprKind::Arithmetic { operator, left: Box::new(balance), right: Box::new(event_field(2, Type::Decimal)) };
    Statement::Assign(ACCOUNT, account, 2, expr(value, Type::Decimal))
}

fn opened() -> EventBody {
    EventBody {
        values: vec![
            (1, expr(ExprKind::NewKey(ACCOUNT), Type::Int)),
            (2, expr(ExprKind::Decimal("0.00".to_owned()), Type::Decimal)),
        ],
        ..EventBody::default()
    }
}

fn transferred() -> EventBody {
    let enough = ExprKind::Compare {
        operator: Comparison::GreaterOrEqual,
        left: Box::new(row_field(event_field(0, reference()), 2, Type::Decimal)),
        right: Box::new(event_field(2, Type::Decimal)),
    };
    let words = expr(ExprKind::Text("insufficient funds".to_owned()), Type::Text);
    EventBody {
        requires: vec![(
            expr(enough, Type::Bool),
            Failure { kind: FailureKind::Conflict, field: None, message: Some(words) },
        )],
        apply: vec![change_balance(0, Arithmetic::Subtract), change_balance(1, Arithmetic::Add)],
        ..EventBody::default()
    }
}

fn row() -> Type {
    Type::Row(Source::Model(ACCOUNT))
}

fn open() -> EndpointBody {
    let emit = ExprKind::Emit(EventId(0), vec![Some(local(0, Type::Text)), None, None]);
    let load = ExprKind::LoadRow(Box::new(expr(emit, reference())));
    EndpointBody {
        frame: frame(&[("owner", Type::Text, false)]),
        defaults: vec![None],
        statements: vec![Statement::Return(None, Some(expr(load, row())))],
        is_command: true,
        uses_extern: false,
    }
}

fn get() -> EndpointBody {
    let load = ExprKind::LoadRow(Box::new(local(0, reference())));
    EndpointBody {
        frame: frame(&[("account", reference(), false)]),
        defaults: vec![None],
        statements: vec![Statement::Return(None, Some(expr(load, row())))],
        ..EndpointBody::default()
    }
}

fn list() -> EndpointBody {
    let text = || Type::Optional(Box::new(Type::Text));
    let account = LocalId(2);
    let same = ExprKind::Compare {
        operator: Comparison::Equal,
        left: Box::new(row_field(local(2, reference()), 1, Type::Text)),
        right: Box::new(expr(ExprKind::Present(LocalId(0)), Type::Text)),
    };
    let by_owner = Access::Index {
        index: 0,
        equal: vec![expr(ExprKind::Present(LocalId(0)), Type::Text)],
        low: None,
        high: None,
        reverse: false,
    };
    let query = Query {
        source: Source::Model(ACCOUNT),
        row: account,
        conditions: vec![QueryCondition { when_some: vec![LocalId(0)], test: expr(same, Type::Bool) }],
        order: QueryOrder::Keys(vec![(row_field(local(2, reference()), 2, Type::Decimal), true)]),
        skip: None,
        limit: Some(local(1, Type::Int)),
        select: Some(expr(ExprKind::LoadRow(Box::new(local(2, reference()))), row())),
        result: QueryResult::List,
        paths: vec![
            AccessPath { when_some: vec![LocalId(0)], when_arm: None, access: by_owner, ordered: false },
            AccessPath { when_some: vec![], when_arm: None, access: Access::All, ordered: false },
        ],
    };
    let list = Type::List(Box::new(row()));
    EndpointBody {
        frame: frame(&[("owner", text(), false), ("limit", Type::Int, false), ("account", reference(), true)]),
        defaults: vec![None, Some(expr(ExprKind::Int(20), Type::Int))],
        statements: vec![Statement::Return(None, Some(expr(ExprKind::Query(Box::new(query)), list)))],
        ..EndpointBody::default()
    }
}

fn transfer() -> EndpointBody {
    let emit = ExprKind::Emit(
        EventId(1),
        vec![Some(local(0, reference())), Some(local(1, reference())), Some(local(2, Type::Decimal))],
    );
    EndpointBody {
        frame: frame(&[("from", reference(), false), ("to", reference(), false), ("amount", Type::Decimal, false)]),
        defaults: vec![None, None, None],
        statements: vec![Statement::Expr(expr(emit, Type::Unit))],
        is_command: true,
        uses_extern: false,
    }
}

fn bodies() -> Bodies {
    Bodies {
        models: vec![ModelBody { defaults: vec![None, None, None], ..ModelBody::default() }],
        events: vec![opened(), transferred()],
        endpoints: vec![open(), get(), list(), transfer()],
        ..Bodies::default()
    }
}

fn bank() -> (Program, Declarations, Bodies) {
    let mut read = |_: &str| Ok(BANK.to_owned());
    let checked = check(Input { root: "bank.rstone", read: &mut read, lock: None });
    assert!(!checked.has_errors(), "{:?}", checked.problems);
    (checked.program, checked.declarations, bodies())
}

fn generated() -> Vec<GeneratedFile> {
    let (program, declarations, bodies) = bank();
    generate("bank", &program, &declarations, &bodies)
}

#[test]
fn the_bank_is_as_assumed() {
    let (_, declarations, _) = bank();
    let fields = |event: usize| -> Vec<(&str, EventFieldOrigin)> {
        declarations.events[event].fields.iter().map(|field| (field.field.name.as_str(), field.origin)).collect()
    };
    use EventFieldOrigin::{Filled, Given};
    assert_eq!(fields(0), [("owner", Given), ("id", Filled), ("balance", Filled)]);
    assert_eq!(fields(1), [("from", Given), ("to", Given), ("amount", Given)]);
}

#[test]
fn every_file_parses_and_is_formatted() {
    for file in generated() {
        let tree = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}\n{}", file.name, file.text));
        let lines = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("// "));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(lines(&prettyplease::unparse(&tree)), lines(&file.text), "{}", file.name);
    }
}

#[test]
fn the_same_schema_gives_the_same_bytes() {
    assert_eq!(generated(), generated());
}

#[test]
fn the_text_is_what_a_person_would_write() {
    let files = generated();
    let text = |name: &str| files.iter().find(|file| file.name == name).map_or("", |file| file.text.as_str());
    for (name, expected) in [
        ("bank/models.rs", "pub struct AccountId(pub i64);"),
        ("bank/models.rs", "/// Defined in `bank.rstone:4`."),
        ("bank/events.rs", "tx.insert(Account {"),
        ("bank/events.rs", "rt::rules::min(value, &rt::Decimal::new(1, 2), None, at);"),
        ("bank/events.rs", "return Err(rt::Refusal::conflict(\"insufficient funds\"));"),
        ("bank/calls.rs", "tx.emit(TransferredInput {"),
        ("bank/calls.rs", "if let Some(owner) = &owner {"),
        ("bank/routes.rs", "\"/accounts/{account}\""),
        ("bank/schema.rs", "pub static SCHEMA: rt::Schema"),
        ("bank.rs", "pub mod bank {"),
    ] {
        assert!(text(name).contains(expected), "{name} lacks {expected}:\n{}", text(name));
    }
}
