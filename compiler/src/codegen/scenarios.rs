//! Scenarios as tests, on the application in memory.

use super::body::{Body, refuses, succeed};
use super::literals;
use super::scope::{File, Module, field_ident, ident, member, mentions};
use crate::declarations::{EndpointId, EventId, Scenario, ScenarioId, Type};
use crate::plan::{Expr, ExprKind, Failure, FailureKind, LocalId, ScenarioBody, Step, StepKind};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// What the steps of one scenario are written with.
struct Writer<'a> {
    file: &'a File<'a>,
    /// Values that read the state.
    reading: Body<'a>,
    /// Events that are recorded.
    recording: Body<'a>,
    app: Ident,
    step: Ident,
    expected: Ident,
    refusal: Ident,
}

impl File<'_> {
    /// The module `scenarios`.
    pub(super) fn scenarios(&self) -> TokenStream {
        let scenarios = self.scope.declarations.scenarios.iter().enumerate();
        scenarios.map(|(position, scenario)| self.scenario(ScenarioId(position as u32), scenario)).collect()
    }

    fn scenario(&self, id: ScenarioId, scenario: &Scenario) -> TokenStream {
        let name = ident(self.scope.names.scenario(id));
        let docs = self.scope.docs(&scenario.docs, &scenario.title, scenario.span);
        let body = &self.scope.bodies.scenarios[id.index()];
        let event = self.helper(Module::Testing, self.scope.names.test_event());
        let schema = self.helper(Module::Schema, "SCHEMA");
        let mut writer = Writer::new(self, body);
        let steps: TokenStream = body.steps.iter().map(|step| writer.step(step)).collect();
        let app = &writer.app;
        quote! {
            #docs
            #[test]
            fn #name() {
                let #app = rt::testing::App::<#event, ()>::new(&#schema, ());
                #steps
            }
        }
    }
}

impl<'a> Writer<'a> {
    fn new(file: &'a File<'a>, body: &'a ScenarioBody) -> Self {
        let mut reading = counted(Body::new(file, &body.frame), &body.steps);
        let recording = counted(Body::new(file, &body.frame).in_transaction(), &body.steps);
        let [app, step, expected, refusal] = ["app", "step", "expected", "refusal"].map(|name| reading.fresh(name));
        Self { file, reading, recording, app, step, expected, refusal }
    }

    fn step(&mut self, step: &Step) -> TokenStream {
        let (app, name) = (self.app.clone(), self.step.clone());
        let asked = match &step.kind {
            StepKind::Given(event, row) => self.given(event, *row),
            StepKind::Call { endpoint, arguments, is_refused } => {
                let call = self.call(*endpoint, arguments);
                if *is_refused {
                    // What follows asks how it was refused, at places of its own.
                    let refusal = &self.refusal;
                    return quote!(let #refusal = #app.call(#call).err(););
                }
                quote!(#name.succeeds(#app.call(#call));)
            }
            StepKind::Pass(micros) => {
                let micros = literals::unsigned(micros.unsigned_abs());
                return quote!(#app.pass(std::time::Duration::from_micros(#micros)););
            }
            StepKind::Emitted(event, fields) => self.emitted(*event, fields),
            StepKind::Fails(failure) => self.fails(failure),
            StepKind::Holds(condition) => {
                let condition = self.value(condition);
                quote!(#name.holds(#condition);)
            }
        };
        let place = self.file.scope.places.of(step.span).unwrap_or_default();
        let text = &step.text;
        quote! {
            let #name = rt::testing::Step::new(#place, #text);
            #asked
        }
    }

    fn given(&mut self, event: &Expr, row: Option<LocalId>) -> TokenStream {
        let (app, step) = (&self.app, &self.step);
        let recorded = succeed(&self.recording.value(event));
        let given = quote!(#step.given(#app.transact(|tx| #recorded)););
        match row.filter(|row| self.reading.uses(*row) > 0) {
            Some(row) => {
                let row = self.reading.local_ident(row);
                quote!(let #row = #given)
            }
            None => given,
        }
    }

    fn call(&mut self, id: EndpointId, values: &[Option<Expr>]) -> TokenStream {
        let scope = self.file.scope;
        let endpoint = &scope.declarations.endpoints[id.index()];
        let body = &scope.bodies.endpoints[id.index()];
        let call = self.file.named(scope.names.call(id));
        let arguments = self.file.arguments(endpoint, body);
        let mut fields = Vec::new();
        for (argument, value) in arguments.iter().zip(values) {
            let value = match (value, &argument.constant) {
                (Some(value), _) => {
                    let value = self.value(value);
                    if argument.late_default.is_some() { quote!(Some(#value)) } else { value }
                }
                (None, Some(constant)) => constant.clone(),
                (None, None) => quote!(None),
            };
            fields.push(member(&argument.field, &value));
        }
        if scope.uses_base_url(body) {
            fields.push(quote!(base_url: rt::testing::BASE_URL.to_owned()));
        }
        if fields.is_empty() { quote!(#call) } else { quote!(#call { #(#fields),* }) }
    }

    fn emitted(&mut self, id: EventId, fields: &[(usize, Expr)]) -> TokenStream {
        let scope = self.file.scope;
        let event = self.file.helper(Module::Testing, scope.names.test_event());
        let variant = ident(scope.names.event(id));
        let (app, step, expected) = (self.app.clone(), self.step.clone(), self.expected.clone());
        if fields.is_empty() {
            return quote!(#step.emitted(&#app.events(), |event| matches!(event, #event::#variant(_))););
        }
        let declared = scope.event(id);
        let mut values = Vec::new();
        let mut comparisons = Vec::new();
        for (position, value) in fields {
            let Some(field) = declared.fields.get(*position) else { continue };
            let name = field_ident(&field.field.name);
            let expected = if fields.len() == 1 {
                quote!(#expected)
            } else {
                let index = proc_macro2::Literal::usize_unsuffixed(values.len());
                quote!(#expected.#index)
            };
            comparisons.push(if *scope.base(&field.field.ty) == Type::Float {
                quote!(rt::same_float(event.#name, #expected))
            } else {
                quote!(event.#name == #expected)
            });
            values.push(self.value(value));
        }
        let value = if let [value] = values.as_slice() { value.clone() } else { quote!((#(#values),*)) };
        quote! {
            let #expected = #value;
            #step.emitted(&#app.events(), |event| matches!(event, #event::#variant(event) if #(#comparisons)&&*));
        }
    }

    fn fails(&mut self, failure: &Failure) -> TokenStream {
        let kind = kind_ident(failure.kind);
        let field = match &failure.field {
            Some(field) => quote!(Some(#field)),
            None => quote!(None),
        };
        let message = match &failure.message {
            Some(Expr { kind: ExprKind::Text(text), .. }) => quote!(Some(#text)),
            Some(message) => {
                let message = self.value(message);
                quote!(Some(#message.as_str()))
            }
            None => quote!(None),
        };
        let (step, refusal) = (&self.step, &self.refusal);
        quote!(#step.fails(#refusal.as_ref(), rt::testing::RefusalKind::#kind, #field, #message);)
    }

    /// A value, from the state where it reads it.
    fn value(&mut self, value: &Expr) -> TokenStream {
        let tokens = self.reading.typed_value(value);
        let reads = mentions(&tokens, &ident("db"));
        if !reads && !refuses(&tokens) {
            return tokens;
        }
        let (app, step) = (&self.app, &self.step);
        let db = if reads { quote!(db) } else { quote!(_) };
        let value = succeed(&tokens);
        quote!(#step.value(#app.read(|#db| #value)))
    }
}

/// The body, with the uses of its locals in all steps.
fn counted<'a>(mut body: Body<'a>, steps: &'a [Step]) -> Body<'a> {
    let mut values: Vec<&Expr> = Vec::new();
    let mut failures = Vec::new();
    for step in steps {
        match &step.kind {
            StepKind::Given(value, _) | StepKind::Holds(value) => values.push(value),
            StepKind::Call { arguments, .. } => values.extend(arguments.iter().flatten()),
            StepKind::Emitted(_, fields) => values.extend(fields.iter().map(|(_, value)| value)),
            StepKind::Fails(failure) => failures.push(failure),
            StepKind::Pass(_) => {}
        }
    }
    body.count_uses(values, &[], failures);
    body
}

fn kind_ident(kind: FailureKind) -> Ident {
    // The kinds of the schema are called as those of the runtime are.
    format_ident!("{kind:?}")
}
