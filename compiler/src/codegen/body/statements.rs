//! Statements, and refusals.

use super::{Body, Door, Mode, is_place, walk};
use crate::codegen::scope::{field_ident, member, whole};
use crate::declarations::{ModelId, Source, Type};
use crate::plan::{Expr, ExprKind, Failure, FailureKind, LocalId, Statement};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Body<'_> {
    /// Statements that end their function: with the value of a last `return`, or with `Ok(())`.
    pub(in crate::codegen) fn body(&mut self, statements: &[Statement]) -> TokenStream {
        self.block(statements, true)
    }

    /// Statements; as the tail of a function the last one gives the result.
    fn block(&mut self, statements: &[Statement], is_tail: bool) -> TokenStream {
        let mut tokens = TokenStream::new();
        let Some((last, before)) = statements.split_last() else {
            return if is_tail { quote!(Ok(())) } else { tokens };
        };
        for statement in before {
            tokens.extend(self.statement(statement, false));
        }
        let ends = is_tail && ends(last);
        tokens.extend(self.statement(last, ends));
        if is_tail && !ends && self.returns_unit {
            tokens.extend(quote!(Ok(())));
        }
        tokens
    }

    fn statement(&mut self, statement: &Statement, is_tail: bool) -> TokenStream {
        let tokens = match statement {
            Statement::Let(local, value) => self.let_statement(*local, value),
            Statement::LetElse(local, value, failure) => self.let_else(*local, value, failure),
            Statement::Require(condition, failure) => {
                let broken = self.negated(condition);
                let refusal = self.refusal(failure);
                quote!(if #broken { return Err(#refusal); })
            }
            Statement::Fail(failure) => {
                let refusal = self.refusal(failure);
                if is_tail { quote!(Err(#refusal)) } else { quote!(return Err(#refusal);) }
            }
            Statement::Expr(value) => {
                let value = self.value(value);
                quote!(#value;)
            }
            Statement::If(condition, then, otherwise) => {
                let condition = self.condition(condition);
                let (then, otherwise) = self.branches(then, otherwise, is_tail);
                quote!(if #condition { #then } #otherwise)
            }
            Statement::IfLet(local, value, then, otherwise) => {
                let (head, name) = self.optional_head(*local, value);
                let (then, otherwise) = self.branches(then, otherwise, is_tail);
                match name {
                    Some(name) => quote!(if let Some(#name) = #head { #then } #otherwise),
                    None => quote!(if #head.is_some() { #then } #otherwise),
                }
            }
            Statement::For(local, collection, body) => self.for_statement(*local, collection, body),
            Statement::Match(value, arms) => self.match_with(
                value,
                arms,
                &mut |body, statements: &Vec<Statement>| body.branch(statements, is_tail),
                true,
            ),
            Statement::Return(status, value) => self.return_statement(*status, value.as_ref(), is_tail),
            Statement::Assign(table, row, field, value) => self.assign(*table, row, *field, value),
            Statement::Change { table, row, field, add, value, many } => {
                self.change(*table, row, *field, *add, value, *many)
            }
            Statement::Insert(model, values) => {
                let row = self.new_row(*model, values);
                quote!(tx.insert(#row)?;)
            }
            Statement::Delete(model, row) => {
                let row_type = self.file.row(Source::Model(*model));
                let key = self.named_reference(row);
                let (setup, key) = (key.0, key.1);
                quote!(#setup tx.delete::<#row_type>(#key)?;)
            }
        };
        if walk::statements_change(std::slice::from_ref(statement)) {
            self.forget_rows();
        }
        tokens
    }

    /// A branch starts with the rows known so far; what it fetches is not known behind it.
    fn branch(&mut self, statements: &[Statement], is_tail: bool) -> TokenStream {
        let known = self.rows.clone();
        let tokens = self.block(statements, is_tail);
        self.rows = known;
        tokens
    }

    fn branches(&mut self, then: &[Statement], otherwise: &[Statement], is_tail: bool) -> (TokenStream, TokenStream) {
        let then = self.branch(then, is_tail);
        if otherwise.is_empty() && !is_tail {
            return (then, TokenStream::new());
        }
        let is_chain = matches!(otherwise, [Statement::If(..) | Statement::IfLet(..)]);
        let otherwise = self.branch(otherwise, is_tail);
        (then, if is_chain { quote!(else #otherwise) } else { quote!(else { #otherwise }) })
    }

    fn let_statement(&mut self, local: LocalId, value: &Expr) -> TokenStream {
        if self.uses(local) == 0 {
            let value = self.value(value);
            return if matches!(value_kind(&value), ValueKind::Effect) { quote!(#value;) } else { TokenStream::new() };
        }
        let made = self.value(value);
        let name = self.local_ident(local);
        if needs_type(value) {
            let ty = self.file.ty(&value.ty);
            quote!(let #name: #ty = #made;)
        } else {
            quote!(let #name = #made;)
        }
    }

    fn let_else(&mut self, local: LocalId, value: &Expr, failure: &Failure) -> TokenStream {
        let refusal = self.refusal(failure);
        if self.uses(local) == 0 {
            let place = self.place(value);
            return quote!(if #place.is_none() { return Err(#refusal); });
        }
        let value = self.value(value);
        let name = self.local_ident(local);
        quote! {
            let Some(#name) = #value else {
                return Err(#refusal);
            };
        }
    }

    fn for_statement(&mut self, local: LocalId, collection: &Expr, body: &[Statement]) -> TokenStream {
        if walk::statements_change(body) {
            self.forget_rows();
        }
        let scope = self.file.scope;
        let is_map = matches!(scope.base(&collection.ty), Type::Map(..));
        // A place is only borrowed when the loop changes nothing; then its elements are references.
        let borrows = is_place(collection) && !is_map && matches!(self.door, Door::Reader);
        let element = match scope.base(&collection.ty) {
            Type::List(inner) | Type::Set(inner) | Type::Map(_, inner) => inner.as_ref().clone(),
            _ => Type::Error,
        };
        let items = if borrows {
            let place = self.place(collection);
            if scope.is_copy(&element) {
                self.set_mode(local, Mode::Owned);
                quote!(#place.iter().copied())
            } else {
                self.set_mode(local, Mode::Borrowed);
                quote!(&#place)
            }
        } else {
            self.set_mode(local, Mode::Owned);
            let value = self.value(collection);
            if is_map { quote!(#value.into_values()) } else { value }
        };
        let name = if self.uses(local) == 0 {
            quote!(_)
        } else {
            let name = self.local_ident(local);
            quote!(#name)
        };
        let body = self.branch(body, false);
        quote!(for #name in #items { #body })
    }

    fn return_statement(&mut self, status: Option<u16>, value: Option<&Expr>, is_tail: bool) -> TokenStream {
        let value = value.map_or_else(|| quote!(()), |value| self.typed_value(value));
        let value = match self.returns_status {
            Some(usual) => {
                let status = crate::codegen::literals::unsigned(u64::from(status.unwrap_or(usual)));
                quote!((#status, #value))
            }
            None => value,
        };
        if is_tail { succeed(&value) } else { quote!(return Ok(#value);) }
    }

    /// A reference to a key that stays valid while the transaction is used.
    fn named_reference(&mut self, row: &Expr) -> (TokenStream, TokenStream) {
        if matches!(row.kind, ExprKind::Local(_) | ExprKind::EventField(_)) {
            return (TokenStream::new(), self.reference(row));
        }
        let value = self.value(row);
        let name = self.fresh("key");
        self.release(&name);
        (quote!(let #name = #value;), quote!(&#name))
    }

    /// `x.field = e`
    fn assign(&mut self, table: Source, row: &Expr, field: usize, value: &Expr) -> TokenStream {
        let field = field_ident(&self.file.scope.fields(table)[field].name);
        let value = self.typed_value(value);
        self.edit(table, row, &value, |row, value| quote!(#row.#field = #value;))
    }

    /// `x.set += e`
    fn change(&mut self, table: Source, row: &Expr, field: usize, add: bool, value: &Expr, many: bool) -> TokenStream {
        let declared = &self.file.scope.fields(table)[field];
        let is_map = matches!(self.file.scope.base(&declared.ty), Type::Map(..));
        let is_list = matches!(self.file.scope.base(&declared.ty), Type::List(_));
        let field = field_ident(&declared.name);
        let value = self.typed_value(value);
        self.edit(table, row, &value, |row, value| match (add, many) {
            (true, true) => quote!(#row.#field.extend(#value);),
            (true, false) if is_list => quote!(#row.#field.push(#value);),
            (true, false) if is_map => quote!(#row.#field.extend(#value);),
            (true, false) => quote!(#row.#field.insert(#value);),
            (false, true) => quote!(for gone in &#value { #row.#field.remove(gone); }),
            (false, false) if is_list => quote!(#row.#field.retain(|kept| *kept != #value);),
            (false, false) => quote!(#row.#field.remove(&#value);),
        })
    }

    /// Changes one row: the new value is computed before the row is taken.
    fn edit(
        &mut self,
        table: Source,
        row: &Expr,
        value: &TokenStream,
        change: impl FnOnce(&Ident, &TokenStream) -> TokenStream,
    ) -> TokenStream {
        let row_type = self.file.row(table);
        let (setup, key) = self.named_reference(row);
        let (value_name, row_name) = (self.fresh("value"), self.fresh("row"));
        self.release(&value_name);
        self.release(&row_name);
        let is_simple = is_simple(value);
        let used = if is_simple { value.clone() } else { quote!(#value_name) };
        let binding = (!is_simple).then(|| quote!(let #value_name = #value;));
        let change = change(&row_name, &used);
        quote! {
            #setup
            #binding
            tx.edit(#key, |#row_name: &mut #row_type| { #change Ok(()) })?;
        }
    }

    /// A row with all its fields.
    pub(in crate::codegen) fn new_row(&mut self, model: ModelId, values: &[Expr]) -> TokenStream {
        let row_type = self.file.row(Source::Model(model));
        let fields: Vec<TokenStream> = self
            .file
            .scope
            .model(model)
            .fields
            .iter()
            .zip(values)
            .map(|(field, value)| {
                let value = self.typed_value(value);
                member(&field_ident(&field.name), &value)
            })
            .collect();
        whole(quote!(#row_type { #(#fields),* }))
    }

    /// A refusal as a value.
    pub(in crate::codegen) fn refusal(&mut self, failure: &Failure) -> TokenStream {
        let message = match &failure.message {
            Some(Expr { kind: ExprKind::Text(text), .. }) => quote!(#text),
            Some(message) => self.value(message),
            None => {
                let words = usual_words(failure.kind);
                quote!(#words)
            }
        };
        if let (Some(field), FailureKind::Invalid) = (&failure.field, failure.kind) {
            return quote!(rt::Refusal::invalid_field(#field, #message));
        }
        let function = format_ident!("{}", kind_word(failure.kind));
        quote!(rt::Refusal::#function(#message))
    }
}

/// The end of a function: `Ok(value)`, with the statements of a block in front of it. What may
/// refuse by itself is the result as it is.
pub(in crate::codegen) fn succeed(value: &TokenStream) -> TokenStream {
    let block = match syn::parse2::<Expression>(value.clone()) {
        Ok(Expression(syn::Expr::Block(block))) if block.label.is_none() && block.attrs.is_empty() => block.block,
        Ok(Expression(syn::Expr::Try(value))) => {
            let value = &value.expr;
            return quote!(#value);
        }
        _ => return quote!(Ok(#value)),
    };
    match block.stmts.split_last() {
        Some((syn::Stmt::Expr(syn::Expr::Try(last), None), before)) => {
            let last = &last.expr;
            quote!(#(#before)* #last)
        }
        Some((syn::Stmt::Expr(last, None), before)) => quote!(#(#before)* Ok(#last)),
        _ => quote!(Ok(#value)),
    }
}

/// An expression without the invisible groups around it.
pub(super) struct Expression(pub(super) syn::Expr);

impl syn::parse::Parse for Expression {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let mut expression: syn::Expr = input.parse()?;
        while let syn::Expr::Group(group) = expression {
            expression = *group.expr;
        }
        Ok(Self(expression))
    }
}

/// Whether a statement surely leaves its function.
fn ends(statement: &Statement) -> bool {
    let all_end = |statements: &Vec<Statement>| statements.last().is_some_and(ends);
    match statement {
        Statement::Return(..) | Statement::Fail(_) => true,
        Statement::If(_, then, otherwise) | Statement::IfLet(_, _, then, otherwise) => {
            all_end(then) && all_end(otherwise)
        }
        Statement::Match(_, arms) => !arms.is_empty() && arms.iter().all(|(_, body)| all_end(body)),
        _ => false,
    }
}

/// Whether computing a value twice, or later, costs nothing and means the same.
fn is_simple(value: &TokenStream) -> bool {
    let text = value.to_string();
    !text.contains(['(', '{', '?', '|']) && !text.starts_with("tx")
}

enum ValueKind {
    Effect,
    Pure,
}

/// Whether evaluating a value does anything but give it.
fn value_kind(value: &TokenStream) -> ValueKind {
    if super::expressions::refuses(value) || value.to_string().contains("tx") {
        ValueKind::Effect
    } else {
        ValueKind::Pure
    }
}

/// Whether Rust would guess another type for a literal.
fn needs_type(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::None | ExprKind::Patch(None) => true,
        ExprKind::Some(inner) => needs_type(inner) || matches!(inner.kind, ExprKind::Int(_)),
        ExprKind::Collection(items) => {
            items.is_empty() || items.iter().any(|item| matches!(item.kind, ExprKind::Int(_)))
        }
        ExprKind::Map(_) => true,
        ExprKind::If { then, otherwise, .. } => {
            [then, otherwise].into_iter().any(|value| matches!(value.kind, ExprKind::Int(_)) || needs_type(value))
        }
        _ => false,
    }
}

fn kind_word(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Invalid => "invalid",
        FailureKind::Unauthorized => "unauthorized",
        FailureKind::Forbidden => "forbidden",
        FailureKind::Missing => "missing",
        FailureKind::Conflict => "conflict",
        FailureKind::Gone => "gone",
        FailureKind::TooMany => "too_many",
    }
}

/// What a refusal says when the schema does not.
fn usual_words(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Invalid => "this is not acceptable",
        FailureKind::Unauthorized => "who are you?",
        FailureKind::Forbidden => "this is not allowed",
        FailureKind::Missing => "there is no such thing",
        FailureKind::Conflict => "this is not possible now",
        FailureKind::Gone => "this is no longer there",
        FailureKind::TooMany => "too many requests; try again later",
    }
}
