//! Endpoints: where their parameters come from, what they answer, and at which route.

use super::{Declarations, Field, FileSpan, ItemRef, ModelId, Rights, Type};

/// Where a parameter of an endpoint comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ParameterSource {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A header of this name.
    Header(String),
    /// A field of the JSON body.
    BodyField,
    /// The whole body, raw for `bytes`, else JSON.
    WholeBody,
}

/// How a model-typed parameter finds its row.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum LookUp {
    /// By the key: the parameter's value is the key.
    Key(ModelId),
    /// By a unique index: position in the model's indexes.
    ///
    /// Of a composite key or index (`by (tenant, code)`) each field takes the value of the
    /// endpoint's parameter of that name, and the one field without such a parameter takes what
    /// this parameter brings itself.
    Unique(ModelId, usize),
}

/// A parameter of an endpoint.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Parameter {
    /// Name, wire name, type and rules.
    pub field: Field,
    /// Where it comes from.
    pub source: ParameterSource,
    /// For a reference: how the row is found. A missing row is a 404.
    pub look_up: Option<LookUp>,
}

/// What an endpoint answers.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ResultShape {
    /// The status of a plain `return`.
    pub status: u16,
    /// The type; [`Type::Unit`] for an empty answer. Models stand here as [`Type::Row`].
    pub ty: Type,
    /// For `bytes`: the media type.
    pub media_type: Option<String>,
}

/// How far behind the answers of a query may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consistency {
    /// Not at all: it sees every write that was acknowledged before it came.
    Linearizable,
    /// As far as the node that is asked.
    Local,
}

/// `rate 5 per 1min by email`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many calls.
    pub calls: u64,
    /// In how many milliseconds.
    pub per_ms: u64,
    /// The parameter whose values are counted apart: position in [`Endpoint::parameters`].
    pub by: Option<usize>,
}

/// The HTTP methods of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Adds, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

/// A segment of a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Plain text.
    Literal(String),
    /// A parameter: position in [`Endpoint::parameters`].
    Parameter(usize),
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Endpoint {
    /// The name.
    pub name: String,
    /// Whether it is written in Rust.
    pub is_extern: bool,
    /// The parameters; those of a `..Event` are spread out.
    pub parameters: Vec<Parameter>,
    /// What it answers.
    pub result: ResultShape,
    /// The method.
    pub method: Method,
    /// The route with the app's base.
    pub path: Vec<Segment>,
    /// Who may call; none when it is not known, which is reported.
    pub rights: Option<Rights>,
    /// `max_body` in bytes.
    pub max_body_bytes: Option<u64>,
    /// `timeout` in milliseconds.
    pub timeout_ms: Option<u64>,
    /// `consistency`; without it a query has seen what its caller has written.
    pub consistency: Option<Consistency>,
    /// `rate`
    pub rate: Option<Rate>,
    /// The item.
    pub item: ItemRef,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name in its file.
    pub span: FileSpan,
}

impl Declarations {
    /// The type of what a request brings for a parameter: for a look-up by a unique field the type of
    /// that field, with the options around it that the parameter has.
    pub fn brought(&self, endpoint: &Endpoint, parameter: &Parameter) -> Type {
        let plain = &parameter.field.ty;
        let Some((model, field)) = self.brought_field(endpoint, parameter) else { return plain.clone() };
        wrapped_like(plain, self.without_option(&self.models[model.index()].fields[field].ty))
    }

    /// The field of the row that a request brings for a parameter, where it is not the row's key.
    pub fn brought_field(&self, endpoint: &Endpoint, parameter: &Parameter) -> Option<(ModelId, usize)> {
        let look_up = parameter.look_up.as_ref()?;
        let (model, components): (_, Vec<usize>) = match look_up {
            LookUp::Key(model) => (model, self.models[model.index()].key.clone()),
            LookUp::Unique(model, index) => {
                let components = &self.models[model.index()].indexes[*index].components;
                (model, components.iter().map(|component| component.field).collect())
            }
        };
        let fields = &self.models[model.index()].fields;
        let is_given_by_another = |field: &&usize| {
            let others = endpoint.parameters.iter().filter(|other| other.field.name != parameter.field.name);
            others.into_iter().any(|other| other.field.name == fields[**field].name)
        };
        let own: Vec<&usize> = match components.as_slice() {
            [only] => vec![only],
            several => several.iter().filter(|field| !is_given_by_another(field)).collect(),
        };
        match (own.as_slice(), look_up) {
            // The whole key is what a reference is.
            (_, LookUp::Key(_)) if components.len() == 1 || own.len() != 1 => None,
            ([field, ..], _) => Some((*model, **field)),
            ([], _) => None,
        }
    }

    /// What looks up a row is there, also where the field may be none.
    fn without_option(&self, ty: &Type) -> Type {
        match self.without_newtypes(ty) {
            Type::Optional(inner) => inner.as_ref().clone(),
            _ => ty.clone(),
        }
    }
}

/// `ty` with the options around it that `outer` has.
fn wrapped_like(outer: &Type, ty: Type) -> Type {
    match outer {
        Type::Optional(inner) => Type::Optional(Box::new(wrapped_like(inner, ty))),
        Type::Patch(inner) => Type::Patch(Box::new(wrapped_like(inner, ty))),
        _ => ty,
    }
}
