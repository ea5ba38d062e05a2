//! What the conditions of a query say about single fields: the planner's food.

use crate::declarations::{Source, Type};
use crate::infer::{Body, types, walk};
use crate::plan;
use crate::plan::{Builtin, Comparison, Expr, ExprKind, JoinSource, LocalId};

/// Something that a condition says about its row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    /// The optional locals that have to be some for it to hold.
    pub(crate) when_some: Vec<LocalId>,
    /// The field; none for the row itself (its key), and for what is about all of it.
    pub(crate) field: Option<usize>,
    /// What.
    pub(crate) kind: FactKind,
}

/// The kinds of facts. Values do not depend on the row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FactKind {
    /// The field has this value.
    Equal(Expr),
    /// An element of the field has this value.
    Element(Expr),
    /// The field's value is in a collection, or the one of an option.
    OneOf {
        /// The collection or option.
        collection: Expr,
        /// The local for its value.
        local: LocalId,
        /// The value as the field has it.
        value: Expr,
        /// Whether it is about an element of the field.
        element: bool,
    },
    /// The field is at least, or above, this value.
    Low(Expr, bool),
    /// The field is at most, or below, this value.
    High(Expr, bool),
    /// The field, a text, begins with this.
    Prefix(Expr),
    /// The field is not none.
    NotNone,
    /// The facts of one of several branches hold: those of an `or`.
    Either(Vec<Vec<Fact>>),
}

/// One side of a comparison that is about the row.
enum Side {
    /// A field, or the value inside an optional field.
    Field(usize),
    /// The row itself.
    Row,
    /// An element of a field.
    Element(usize),
    /// A field of a row that a field refers to: (the reference, the other's field).
    Via(usize, Source, usize),
}

/// What is known before a row is.
#[derive(Clone, Copy)]
pub(crate) enum Known<'k> {
    /// What was bound before it.
    Before,
    /// What was bound before the first row of the query, and of its rows and elements these.
    Only {
        /// The first row.
        first: LocalId,
        /// The known ones.
        rows: &'k [LocalId],
    },
}

struct Finder<'b, 'a, 'p> {
    body: &'b mut Body<'a, 'p>,
    source: Source,
    row: LocalId,
    known: Known<'b>,
    /// Locals that stand for each element of a field: those of `join t in a.tags`.
    elements: Vec<(LocalId, usize)>,
    /// Locals that stand for the value inside an optional field.
    aliases: Vec<(LocalId, usize)>,
    when_some: Vec<LocalId>,
    facts: Vec<Fact>,
}

impl Body<'_, '_> {
    /// The facts that the conditions of a query, and those of a join, give about one of its rows.
    pub(crate) fn facts_of(&mut self, query: &plan::Query, on: &[Expr], source: Source, row: LocalId) -> Vec<Fact> {
        self.facts_when(Known::Before, query, on, source, row)
    }

    /// The same, when other rows than those before it are known.
    pub(crate) fn facts_when(
        &mut self,
        known: Known<'_>,
        query: &plan::Query,
        on: &[Expr],
        source: Source,
        row: LocalId,
    ) -> Vec<Fact> {
        let mut finder = Finder {
            body: self,
            source,
            row,
            known,
            elements: elements_of(query, row),
            aliases: Vec::new(),
            when_some: Vec::new(),
            facts: Vec::new(),
        };
        on.iter().for_each(|test| finder.collect(test));
        for condition in &query.conditions {
            finder.when_some.clone_from(&condition.when_some);
            finder.collect(&condition.test);
        }
        finder.facts
    }
}

impl Finder<'_, '_, '_> {
    fn collect(&mut self, test: &Expr) {
        match &test.kind {
            ExprKind::Logic { and: true, left, right } => {
                self.collect(left);
                self.collect(right);
            }
            ExprKind::Logic { and: false, left, right } => {
                let branches = vec![self.branch(left), self.branch(right)];
                if branches.iter().all(|branch| !branch.is_empty()) {
                    self.push(None, FactKind::Either(branches));
                }
            }
            ExprKind::IfLet { local, value, then, otherwise } if matches!(otherwise.kind, ExprKind::Bool(false)) => {
                if let Some(Side::Field(field)) = self.side(value) {
                    self.push(Some(field), FactKind::NotNone);
                    self.aliases.push((*local, field));
                    self.collect(then);
                }
            }
            ExprKind::Compare { operator, left, right } => self.compare(*operator, left, right),
            ExprKind::Is { value, some } => {
                if let Some(Side::Field(field)) = self.side(value) {
                    let none = || Expr { kind: ExprKind::None, ty: value.ty.clone(), span: value.span };
                    let kind = if *some { FactKind::NotNone } else { FactKind::Equal(none()) };
                    self.push(Some(field), kind);
                }
            }
            ExprKind::Not(inner) => self.boolean(inner, false),
            ExprKind::In { item, collection } => self.contained(item, collection),
            ExprKind::Builtin(Builtin::StartsWith, values) => {
                if let [text, prefix] = values.as_slice()
                    && let Some(Side::Field(field)) = self.side(text)
                    && self.is_outside(prefix)
                {
                    self.push(Some(field), FactKind::Prefix(prefix.clone()));
                }
            }
            ExprKind::Builtin(Builtin::Contains, values) => {
                if let [collection, item] = values.as_slice() {
                    self.contained(item, collection);
                }
            }
            _ => self.boolean(test, true),
        }
    }

    /// The facts of one side of an `or`.
    fn branch(&mut self, test: &Expr) -> Vec<Fact> {
        let before = std::mem::take(&mut self.facts);
        self.collect(test);
        std::mem::replace(&mut self.facts, before)
    }

    fn push(&mut self, field: Option<usize>, kind: FactKind) {
        self.facts.push(Fact { when_some: self.when_some.clone(), field, kind });
    }

    /// A `bool` field that stands alone.
    fn boolean(&mut self, test: &Expr, holds: bool) {
        if let Some(Side::Field(field)) = self.side(test)
            && test.ty == Type::Bool
        {
            let value = Expr { kind: ExprKind::Bool(holds), ty: Type::Bool, span: test.span };
            self.equal(field, value);
        }
    }

    fn compare(&mut self, operator: Comparison, left: &Expr, right: &Expr) {
        let (side, value, operator) = if let Some(side) = self.side(left) {
            (side, right, operator)
        } else if let Some(side) = self.side(right) {
            (side, left, flipped(operator))
        } else {
            return;
        };
        if !self.is_outside(value) {
            return;
        }
        match (operator, side) {
            (Comparison::Equal, Side::Row) if matches!(value.ty, Type::Optional(_)) => {
                self.one_of(None, value.clone(), false);
            }
            (Comparison::Equal, Side::Row) => self.push(None, FactKind::Equal(value.clone())),
            (Comparison::Equal, Side::Field(field)) => self.equal(field, value.clone()),
            (Comparison::Equal, Side::Via(reference, table, field)) => {
                self.via(reference, table, field, value.clone());
            }
            (Comparison::Equal, Side::Element(field)) if matches!(value.ty, Type::Optional(_)) => {
                self.one_of(Some(field), value.clone(), true);
            }
            (Comparison::Equal, Side::Element(field)) => self.push(Some(field), FactKind::Element(value.clone())),
            (_, Side::Row | Side::Element(_) | Side::Via(..)) | (Comparison::NotEqual, _) => {}
            (Comparison::Less, Side::Field(field)) => self.bound(field, value, false, false),
            (Comparison::LessOrEqual, Side::Field(field)) => self.bound(field, value, false, true),
            (Comparison::Greater, Side::Field(field)) => self.bound(field, value, true, false),
            (Comparison::GreaterOrEqual, Side::Field(field)) => {
                self.bound(field, value, true, true);
            }
        }
    }

    fn equal(&mut self, field: usize, value: Expr) {
        match self.as_stored(field, value) {
            Ok(value) => self.push(Some(field), FactKind::Equal(value)),
            Err(option) => self.one_of(Some(field), option, false),
        }
    }

    fn bound(&mut self, field: usize, value: &Expr, is_low: bool, included: bool) {
        if let Ok(value) = self.as_stored(field, value.clone()) {
            let kind = if is_low { FactKind::Low(value, included) } else { FactKind::High(value, included) };
            self.push(Some(field), kind);
        }
    }

    /// `item in collection`, with the row on one side.
    fn contained(&mut self, item: &Expr, collection: &Expr) {
        // A text contains a text too, and a map is not indexed by its keys.
        let has_elements =
            matches!(types::plain(self.body.declarations(), &collection.ty), Type::List(_) | Type::Set(_));
        if let Some(Side::Field(field)) = self.side(collection).filter(|_| has_elements)
            && self.is_outside(item)
        {
            if matches!(item.ty, Type::Optional(_)) {
                self.one_of(Some(field), item.clone(), true);
            } else {
                self.push(Some(field), FactKind::Element(item.clone()));
            }
            return;
        }
        if !has_elements || !self.is_outside(collection) {
            return;
        }
        match self.side(item) {
            Some(Side::Field(field)) => self.one_of(Some(field), collection.clone(), false),
            Some(Side::Element(field)) => self.one_of(Some(field), collection.clone(), true),
            Some(Side::Row) => self.one_of(None, collection.clone(), false),
            _ => {}
        }
    }

    /// The field is one of a collection's values.
    fn one_of(&mut self, field: Option<usize>, collection: Expr, element: bool) {
        let declarations = self.body.declarations();
        let inner = match types::plain(declarations, &collection.ty) {
            Type::Optional(inner) => (**inner).clone(),
            _ => match types::element(declarations, &collection.ty) {
                Some(element) => element.clone(),
                None => return,
            },
        };
        let span = collection.span;
        let local = self.body.new_local("each", inner.clone());
        let value = Expr { kind: ExprKind::Local(local), ty: inner, span };
        let value = match field {
            Some(field) if !element => match self.as_stored(field, value) {
                Ok(value) => value,
                Err(_) => return,
            },
            _ => value,
        };
        self.push(field, FactKind::OneOf { collection, local, value, element });
    }

    /// `row.author.username == name`, where `username` finds one author.
    fn via(&mut self, reference: usize, table: Source, field: usize, value: Expr) {
        let Some((fields, key)) = self.body.table(table) else { return };
        let unique = self.body.indexes(table).iter().position(|index| {
            index.is_unique && matches!(index.components.as_slice(), [only] if only.field == field && !only.elements)
        });
        let is_key = *key == [field];
        let is_optional = fields
            .get(field)
            .is_none_or(|it| matches!(types::plain(self.body.declarations(), &it.ty), Type::Optional(_)));
        if (unique.is_none() && !is_key) || is_optional || matches!(value.ty, Type::Optional(_)) {
            return;
        }
        let span = value.span;
        let ty = Type::Optional(Box::new(Type::Reference(table)));
        let unique_index = if is_key { None } else { unique };
        let kind = ExprKind::LookUp { source: table, unique_index, key: vec![value] };
        self.one_of(Some(reference), Expr { kind, ty, span }, false);
    }

    /// The value in the type of the field; an option of a field that has none as itself.
    fn as_stored(&self, field: usize, value: Expr) -> Result<Expr, Expr> {
        let declarations = self.body.declarations();
        let stored = self.body.table(self.source).and_then(|(fields, _)| fields.get(field));
        let Some(stored) = stored else { return Err(value) };
        let field_is_optional = matches!(types::plain(declarations, &stored.ty), Type::Optional(_));
        let value_is_optional = matches!(types::plain(declarations, &value.ty), Type::Optional(_));
        match (field_is_optional, value_is_optional) {
            (true, false) => {
                let (span, ty) = (value.span, stored.ty.clone());
                Ok(Expr { kind: ExprKind::Some(Box::new(value)), ty, span })
            }
            (false, true) => Err(value),
            _ => Ok(value),
        }
    }

    /// What an expression says about the row, if it is about nothing else.
    fn side(&self, expr: &Expr) -> Option<Side> {
        match &expr.kind {
            // Coerced to be compared with an option.
            ExprKind::Some(inner) => self.side(inner),
            ExprKind::Local(local) if *local == self.row => Some(Side::Row),
            ExprKind::Local(local) => {
                if let Some((_, field)) = self.elements.iter().find(|(element, _)| element == local) {
                    return Some(Side::Element(*field));
                }
                let alias = self.aliases.iter().find(|(alias, _)| alias == local)?;
                Some(Side::Field(alias.1))
            }
            ExprKind::RowField(base, field) => match (&base.kind, &base.ty) {
                (ExprKind::Local(local), _) if *local == self.row => Some(Side::Field(*field)),
                (ExprKind::RowField(inner, reference), Type::Reference(table)) => {
                    matches!(inner.kind, ExprKind::Local(local) if local == self.row)
                        .then_some(Side::Via(*reference, *table, *field))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a value is known before the rows are.
    fn is_outside(&self, value: &Expr) -> bool {
        match self.known {
            Known::Before => !walk::depends_on(value, self.row),
            Known::Only { first, rows } => !walk::any(value, &mut |it| match &it.kind {
                ExprKind::Local(local) | ExprKind::Present(local) => *local >= first && !rows.contains(local),
                _ => false,
            }),
        }
    }
}

/// The joins that go through the elements of a row's field.
fn elements_of(query: &plan::Query, row: LocalId) -> Vec<(LocalId, usize)> {
    let of_field = |join: &plan::Join| match &join.source {
        JoinSource::Elements(Expr { kind: ExprKind::RowField(base, field), .. }) => {
            (base.kind == ExprKind::Local(row)).then_some((join.local, *field))
        }
        _ => None,
    };
    query.joins.iter().filter_map(of_field).collect()
}

const fn flipped(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}
