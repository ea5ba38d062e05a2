//! Pieces of trees, all at one place of the text.

use raftstone_dsl::ast::{
    self, Attribute, BinaryOperator, Body, Docs, Endpoint, Expr, ExprKind, Field, Ident, Item, ItemKind, Parameter,
    Path, ResultType, Rights, Segment, Span, StructField, TypeRef, TypeRefKind,
};

/// Attributes that make sense on a parameter as well as on the field that it fills.
const FOR_PARAMETERS: [&str; 11] =
    ["min", "max", "len", "max_len", "pattern", "email", "url", "trim", "lower", "as", "deprecated"];

/// Makes nodes at one place.
#[derive(Clone, Copy)]
pub(super) struct Maker {
    pub(super) span: Span,
}

impl Maker {
    pub(super) fn ident(self, text: &str) -> Ident {
        Ident { text: text.to_owned(), span: self.span }
    }

    pub(super) fn expr(self, kind: ExprKind) -> Expr {
        Expr { kind, span: self.span }
    }

    pub(super) fn name(self, text: &str) -> Expr {
        self.expr(ExprKind::Name(self.ident(text)))
    }

    pub(super) fn member(self, base: &str, name: &str) -> Expr {
        let base = Box::new(self.name(base));
        self.expr(ExprKind::Field { base, name: self.ident(name), optional: false })
    }

    pub(super) fn int(self, value: u64) -> Expr {
        self.expr(ExprKind::Int(value.to_string()))
    }

    pub(super) fn binary(self, operator: BinaryOperator, left: Expr, right: Expr) -> Expr {
        let (left, right) = (Box::new(left), Box::new(right));
        self.expr(ExprKind::Binary { operator, operator_span: self.span, left, right })
    }

    pub(super) fn emit(self, event: &str, fields: Vec<StructField>) -> Expr {
        self.expr(ExprKind::Emit { event: self.ident(event), fields })
    }

    pub(super) fn named_type(self, name: &str) -> TypeRef {
        TypeRef { kind: TypeRefKind::Name(self.ident(name)), span: self.span }
    }

    pub(super) fn list_of(self, name: &str) -> TypeRef {
        TypeRef { kind: TypeRefKind::List(Box::new(self.named_type(name))), span: self.span }
    }

    pub(super) fn attribute(self, name: &str, arguments: Vec<Expr>) -> Attribute {
        Attribute { name: self.ident(name), arguments, span: self.span }
    }

    /// A field or parameter with nothing but a name.
    pub(super) fn field(self, name: &str) -> Field {
        Field {
            docs: Docs::default(),
            name: self.ident(name),
            patch: false,
            ty: None,
            value: None,
            by: None,
            attributes: Vec::new(),
            span: self.span,
        }
    }

    /// A parameter that is a row.
    pub(super) fn row(self, name: &str, model: &str) -> Parameter {
        Parameter::Field(Field { ty: Some(self.named_type(model)), ..self.field(name) })
    }

    /// The route of the collection, or of one row behind it.
    pub(super) fn path(self, of: &Path, row: Option<&str>) -> Path {
        let mut path = of.clone();
        path.segments.extend(row.map(|row| Segment::Parameter(self.ident(row))));
        path
    }

    pub(super) fn item(self, docs: String, kind: ItemKind) -> Item {
        Item { docs: Docs(vec![docs]), attributes: Vec::new(), kind, span: self.span, damaged: false }
    }

    pub(super) fn endpoint(self, made: MadeEndpoint<'_>) -> Item {
        let endpoint = Endpoint {
            is_extern: false,
            name: Some(self.ident(&made.name)),
            parameters: made.parameters,
            result: made.result.map(|(status, ty)| ResultType {
                status: status.map(|status| (status, self.span)),
                ty: Some(ty),
                media_type: None,
                span: self.span,
            }),
            method: Some(self.ident(made.method)),
            path: Some(made.path),
            rights: made.rights.cloned(),
            options: Vec::new(),
            body: Some(made.body),
            header: self.span,
        };
        self.item(made.docs, ItemKind::Endpoint(endpoint))
    }
}

/// What sets the endpoints of a resource apart.
pub(super) struct MadeEndpoint<'m> {
    pub(super) name: String,
    pub(super) docs: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) result: Option<(Option<u16>, TypeRef)>,
    pub(super) method: &'static str,
    pub(super) path: Path,
    pub(super) rights: Option<&'m Rights>,
    pub(super) body: Body,
}

/// A parameter like a field of the model: its type, rules and default.
pub(super) fn like(name: &Ident, field: &ast::Field) -> Field {
    let fits = |attribute: &&Attribute| FOR_PARAMETERS.contains(&attribute.name.text.as_str());
    Field {
        docs: field.docs.clone(),
        name: name.clone(),
        patch: false,
        ty: field.ty.clone(),
        value: field.value.clone(),
        by: None,
        attributes: field.attributes.iter().filter(fits).cloned().collect(),
        span: name.span,
    }
}
