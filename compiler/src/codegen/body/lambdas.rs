//! Standard methods that take a lambda.

use super::expressions::refuses;
use super::statements::Expression;
use super::{Body, Mode, is_place};
use crate::codegen::scope::whole;
use crate::declarations::Type;
use crate::plan::{Expr, LambdaMethod, LocalId};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Body<'_> {
    pub(super) fn with_lambda(
        &mut self,
        method: LambdaMethod,
        collection: &Expr,
        local: LocalId,
        body: &Expr,
        ty: &Type,
    ) -> TokenStream {
        if matches!(self.file.scope.base(&collection.ty), Type::Page(_)) {
            return self.mapped_page(collection, local, body);
        }
        let keeps = matches!(method, LambdaMethod::Filter | LambdaMethod::SortBy);
        let scope = self.file.scope;
        let is_map = matches!(scope.base(&collection.ty), Type::Map(..));
        let element = match scope.base(&collection.ty) {
            Type::List(inner) | Type::Set(inner) | Type::Map(_, inner) => inner.as_ref().clone(),
            _ => Type::Error,
        };
        let is_place = is_place(collection);
        let place = self.place(collection);
        if keeps {
            return self.keeping(method, collection, &place, local, body, ty);
        }
        // The lambda's parameter: a copy, the owned element of a made collection, or a reference.
        let items = match (is_map, is_place) {
            (true, false) => quote!(#place.into_values()),
            (true, true) => quote!(#place.values()),
            (false, false) => place.clone(),
            (false, true) => quote!(#place.iter()),
        };
        let items = if is_place && scope.is_copy(&element) {
            self.set_mode(local, Mode::Owned);
            quote!(#items.copied())
        } else {
            self.set_mode(local, if is_place { Mode::Borrowed } else { Mode::Owned });
            items
        };
        let name = self.lambda_name(local);
        let condition = matches!(method, LambdaMethod::Any | LambdaMethod::All);
        let value = if condition { self.condition(body) } else { self.value(body) };
        let may_refuse = refuses(&value);
        let iterator = if is_place || is_map { items.clone() } else { quote!(#items.into_iter()) };
        let mapped = if may_refuse {
            let result = outcome(&value);
            quote!(rt::collections::map(#items, |#name| #result)?)
        } else {
            quote!(#iterator.map(|#name| #value))
        };
        match method {
            LambdaMethod::Map => gathered(&mapped, may_refuse, matches!(scope.base(ty), Type::Set(_))),
            LambdaMethod::Any if may_refuse => {
                let result = outcome(&value);
                quote!(rt::collections::any(#items, |#name| #result)?)
            }
            LambdaMethod::Any => quote!(#iterator.any(|#name| #value)),
            LambdaMethod::All if may_refuse => {
                let result = outcome(&value);
                quote!(rt::collections::all(#items, |#name| #result)?)
            }
            LambdaMethod::All => quote!(#iterator.all(|#name| #value)),
            LambdaMethod::Sum => {
                let function = format_ident!("sum_{}", self.number_word(ty));
                quote!(rt::collections::#function(#mapped)?)
            }
            LambdaMethod::Min => quote!(rt::collections::min(#mapped)),
            LambdaMethod::Max => quote!(rt::collections::max(#mapped)),
            LambdaMethod::Filter | LambdaMethod::SortBy => quote!(()),
        }
    }

    /// A page whose references become rows: no lambda of the schema sees a page.
    fn mapped_page(&mut self, page: &Expr, local: LocalId, body: &Expr) -> TokenStream {
        let page = self.value(page);
        self.set_mode(local, Mode::Owned);
        let name = self.lambda_name(local);
        let made = outcome(&self.value(body));
        quote!(#page.map(|#name| #made)?)
    }

    /// `filter` and `sort_by`, whose lambdas look at elements that are handed on.
    fn keeping(
        &mut self,
        method: LambdaMethod,
        collection: &Expr,
        place: &TokenStream,
        local: LocalId,
        body: &Expr,
        ty: &Type,
    ) -> TokenStream {
        let scope = self.file.scope;
        let is_map = matches!(scope.base(&collection.ty), Type::Map(..));
        let items = match (is_place(collection), is_map, method) {
            (false, true, LambdaMethod::SortBy) => quote!(#place.into_values()),
            (true, true, LambdaMethod::SortBy) => quote!(#place.values().cloned()),
            (false, ..) => place.clone(),
            (true, true, _) => quote!(#place.clone()),
            (true, ..) if scope.is_copy(self.local_type(local)) => quote!(#place.iter().copied()),
            (true, ..) => quote!(#place.iter().cloned()),
        };
        self.set_mode(local, Mode::Borrowed);
        let name = self.lambda_name(local);
        if method == LambdaMethod::SortBy {
            let key = outcome(&self.value(body));
            return quote!(rt::collections::sort_by(#items, |#name| #key)?);
        }
        let condition = outcome(&self.condition(body));
        let ty = self.file.ty(scope.base(ty));
        let parameter = if is_map { quote!((_, #name)) } else { name };
        whole(quote!(rt::collections::filter::<_, #ty>(#items, |#parameter| #condition)?))
    }

    fn lambda_name(&self, local: LocalId) -> TokenStream {
        if self.uses(local) == 0 {
            return quote!(_);
        }
        let name = self.local_ident(local);
        quote!(#name)
    }
}

/// The values of `map` as a list or a set; a list already where the lambda may refuse.
fn gathered(mapped: &TokenStream, is_list: bool, wants_set: bool) -> TokenStream {
    match (is_list, wants_set) {
        (true, true) => quote!(#mapped.into_iter().collect::<rt::BTreeSet<_>>()),
        (true, false) => mapped.clone(),
        (false, true) => quote!(#mapped.collect::<rt::BTreeSet<_>>()),
        (false, false) => quote!(#mapped.collect::<Vec<_>>()),
    }
}

/// What a closure that may refuse gives: `Ok(value)`, or the result that `value` unwraps.
fn outcome(value: &TokenStream) -> TokenStream {
    match syn::parse2::<Expression>(value.clone()) {
        Ok(Expression(syn::Expr::Try(value))) => {
            let result = &value.expr;
            quote!(#result)
        }
        _ => quote!(Ok(#value)),
    }
}
