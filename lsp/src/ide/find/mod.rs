//! What the name at an offset means.
//!
//! A walk down the tree to the name under the cursor, with the names in scope on the way. Types of
//! expressions are inferred by the walk itself, as far as telling fields apart needs it: the typed
//! bodies of the checker know no expression that is wrong, and an editor asks while one is.

mod bodies;
mod expressions;
mod items;
mod rights;
mod scenarios;
mod types;
mod views;

use raftstone_compiler::declarations::{
    EndpointId, EnumId, EventId, FileSpan, FunctionId, ModelId, StructId, Type, ViewId,
};
use raftstone_compiler::names::Entry;
use raftstone_dsl::ast::{Ident, Span};

use super::Schema;
use raftstone_compiler::built_ins::BuiltIn;

/// A name in the text and its meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The name.
    pub span: Span,
    /// What it means.
    pub meaning: Meaning,
}

/// What a name means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// An item of the schema.
    Item(Entry),
    /// A field or parameter, by its position.
    Field(Owner, usize),
    /// A back-reference of a model, by its position.
    BackReference(ModelId, usize),
    /// A variant of an enum, by its position.
    Variant(EnumId, usize),
    /// A name bound in a body.
    Local(Local),
    /// An imported file, by its number.
    File(u32),
    /// A word that the language brings.
    BuiltIn(&'static BuiltIn),
}

/// What has fields or parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A struct.
    Struct(StructId),
    /// A model.
    Model(ModelId),
    /// A view.
    View(ViewId),
    /// An event.
    Event(EventId),
    /// A variant, by its position in the enum.
    Variant(EnumId, usize),
    /// A function, with its parameters.
    Function(FunctionId),
    /// An endpoint, with its parameters.
    Endpoint(EndpointId),
}

/// A name bound in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The name.
    pub name: String,
    /// Its type; [`Type::Error`] when it is not known.
    pub ty: Type,
    /// Where it is bound.
    pub span: FileSpan,
    /// By what.
    pub binder: Binder,
}

/// What binds a local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binder {
    /// `let`
    Let,
    /// `for`
    For,
    /// `from` or `join`
    Query,
    /// A lambda.
    Lambda,
    /// A pattern.
    Pattern,
    /// `given … as`
    Given,
    /// A resource: its row.
    Resource,
    /// The `auth` block: who calls or reads.
    Caller,
}

impl Binder {
    /// What it makes, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Let => "local value",
            Self::For => "element of the loop",
            Self::Query => "row of the query",
            Self::Lambda => "parameter of the lambda",
            Self::Pattern => "bound by the pattern",
            Self::Given => "row that the given event has made",
            Self::Resource => "row of the request",
            Self::Caller => "who calls or reads, as it has signed in",
        }
    }
}

/// What stands at an offset of a file.
pub fn at(schema: &Schema, file: u32, offset: u32) -> Option<Found> {
    let mut walk =
        Walk { schema, file, offset, scope: Vec::new(), returns: Type::Error, is_in_event: false, folded: None };
    walk.file()
}

/// The walk to the name at an offset.
struct Walk<'s> {
    schema: &'s Schema,
    file: u32,
    offset: u32,
    /// The names in scope, the innermost last.
    scope: Vec<(String, Meaning)>,
    /// What `return` gives.
    returns: Type,
    /// Whether `event.at` can be said.
    is_in_event: bool,
    /// The event that a view folds, whose fields stand behind `event.`.
    folded: Option<EventId>,
}

impl Walk<'_> {
    /// Whether the cursor is in or directly behind something.
    fn is_at(&self, span: Span) -> bool {
        span.touches(self.offset)
    }

    /// A name with a meaning, if the cursor is at it.
    fn name(&self, name: &Ident, meaning: Option<Meaning>) -> Option<Found> {
        self.is_at(name.span).then_some(Found { span: name.span, meaning: meaning? })
    }

    fn place(&self, span: Span) -> FileSpan {
        FileSpan { file: self.file, span }
    }

    fn bind(&mut self, name: &Ident, ty: Type, binder: Binder) {
        let local = self.local(name, ty, binder);
        self.scope.push((name.text.clone(), local));
    }

    fn local(&self, name: &Ident, ty: Type, binder: Binder) -> Meaning {
        Meaning::Local(Local { name: name.text.clone(), ty, span: self.place(name.span), binder })
    }

    /// Makes fields visible under their bare names.
    fn bind_fields(&mut self, owner: Owner) {
        for (position, field) in self.schema.fields(owner).into_iter().enumerate() {
            self.scope.push((field.name.clone(), Meaning::Field(owner, position)));
        }
    }

    /// Work whose new names end with it.
    fn scoped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let names = self.scope.len();
        let value = work(self);
        self.scope.truncate(names);
        value
    }

    fn in_scope(&self, name: &str) -> Option<&Meaning> {
        self.scope.iter().rev().find(|(bound, _)| bound == name).map(|(_, meaning)| meaning)
    }

    fn item(&self, name: &Ident) -> Option<Meaning> {
        self.schema.entry(&name.text).map(Meaning::Item)
    }

    fn field(&self, owner: Owner, name: &Ident) -> Option<Meaning> {
        self.schema.field_position(owner, &name.text).map(|position| Meaning::Field(owner, position))
    }
}
