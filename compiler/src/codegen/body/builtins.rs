//! Standard functions and methods without a lambda.

use super::{Body, Door};
use crate::declarations::Type;
use crate::plan::{Builtin, Expr, ExprKind};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// What a schema without errors does not hold yet.
fn of_identity() -> TokenStream {
    quote!(compile_error!("identity cannot run yet"))
}

impl Body<'_> {
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &[Expr], ty: &Type) -> TokenStream {
        let Some(first) = arguments.first() else {
            return match builtin {
                Builtin::NewUuid => self.new_uuid(),
                Builtin::SessionToken | Builtin::SignOut => of_identity(),
                _ => quote!(()),
            };
        };
        let second = arguments.get(1);
        match builtin {
            Builtin::Len => self.length(first),
            Builtin::Sum => {
                let function = format_ident!("sum_{}", self.number_word(ty));
                let items = self.items(first);
                quote!(rt::collections::#function(#items)?)
            }
            Builtin::Min => self.over_items("min", first),
            Builtin::Max => self.over_items("max", first),
            Builtin::First => self.end_of(first, false),
            Builtin::Last => self.end_of(first, true),
            Builtin::Take => self.part("take", first, second),
            Builtin::Skip => self.part("skip", first, second),
            Builtin::Contains => self.contains(first, second),
            Builtin::Keys => self.keys(first),
            Builtin::Values => {
                let values = self.values(first);
                quote!(#values.collect::<Vec<_>>())
            }
            Builtin::Lower => self.text_function("lower", first),
            Builtin::Upper => self.text_function("upper", first),
            Builtin::Trim => self.text_function("trim", first),
            Builtin::Slug => self.text_function("slug", first),
            Builtin::StartsWith => self.text_pair("starts_with", first, second),
            Builtin::EndsWith => self.text_pair("ends_with", first, second),
            Builtin::Split => self.text_pair("split", first, second),
            Builtin::Replace => self.replace(arguments),
            Builtin::Date => self.method("date", first),
            Builtin::Year => self.method("year", first),
            Builtin::Month => self.method("month", first),
            Builtin::StartOfMonth => self.method("start_of_month", first),
            Builtin::ToDecimal => self.to_decimal(first),
            Builtin::ToFloat => self.to_float(first),
            Builtin::ToInt => {
                let text = self.text(first);
                quote!(rt::parsed::<i64>(#text))
            }
            Builtin::Round => {
                let function = format_ident!("round_{}", self.number_word(&first.ty));
                let value = self.number(first);
                let digits = second.map_or_else(|| quote!(0), |digits| self.typed_value(digits));
                quote!(rt::arithmetic::#function(#value, #digits)?)
            }
            Builtin::Abs => {
                let function = format_ident!("abs_{}", self.number_word(&first.ty));
                let value = self.number(first);
                quote!(rt::arithmetic::#function(#value)?)
            }
            Builtin::NewUuid => self.new_uuid(),
            Builtin::SessionToken | Builtin::SignIn | Builtin::SignOut | Builtin::Verify => of_identity(),
            Builtin::JsonText => self.json("as_string", first),
            Builtin::JsonInt => self.json("as_int", first),
            Builtin::JsonFloat => self.json("as_float", first),
            Builtin::JsonBool => self.json("as_bool", first),
            Builtin::JsonList => self.json("as_list", first),
            Builtin::JsonMap => self.json("as_map", first),
        }
    }

    fn keys(&mut self, map: &Expr) -> TokenStream {
        let copied = match self.file.scope.base(&map.ty) {
            Type::Map(key, _) => self.copied(key),
            _ => quote!(cloned),
        };
        let map = self.place(map);
        quote!(#map.keys().#copied().collect::<rt::BTreeSet<_>>())
    }

    fn new_uuid(&mut self) -> TokenStream {
        match self.door {
            Door::Transaction => quote!(tx.new_uuid()),
            Door::Reader => {
                let db = self.db();
                quote!(rt::new_uuid(#db)?)
            }
        }
    }

    fn length(&mut self, value: &Expr) -> TokenStream {
        if matches!(self.file.scope.base(&value.ty), Type::Text) {
            let text = self.text(value);
            return quote!(rt::text::len(#text));
        }
        let value = self.place(value);
        quote!(rt::length(#value.len()))
    }

    /// The values of a map, owned, one after the other.
    fn values(&mut self, map: &Expr) -> TokenStream {
        let copied = match self.file.scope.base(&map.ty) {
            Type::Map(_, value) => self.copied(value),
            _ => quote!(cloned),
        };
        let map = self.place(map);
        quote!(#map.values().#copied())
    }

    /// The items of a collection, owned, one after the other.
    pub(super) fn items(&mut self, collection: &Expr) -> TokenStream {
        if let Some(map) = map_of(collection) {
            return self.values(map);
        }
        let is_map = matches!(self.file.scope.base(&collection.ty), Type::Map(..));
        if is_map || !super::is_place(collection) {
            return self.value(collection);
        }
        let copied = match self.file.scope.base(&collection.ty) {
            Type::List(inner) | Type::Set(inner) => self.copied(inner),
            _ => quote!(cloned),
        };
        let place = self.place(collection);
        quote!(#place.iter().#copied())
    }

    fn over_items(&mut self, function: &str, collection: &Expr) -> TokenStream {
        let function = format_ident!("{function}");
        let items = self.items(collection);
        quote!(rt::collections::#function(#items))
    }

    fn end_of(&mut self, collection: &Expr, last: bool) -> TokenStream {
        if let Some(map) = map_of(collection) {
            let values = self.values(map);
            return if last { quote!(#values.next_back()) } else { quote!(#values.next()) };
        }
        let copied = match self.file.scope.base(&collection.ty) {
            Type::Set(inner) | Type::List(inner) => self.copied(inner),
            _ => quote!(cloned),
        };
        let method = if last { quote!(last) } else { quote!(first) };
        let place = self.place(collection);
        quote!(#place.#method().#copied())
    }

    fn part(&mut self, function: &str, value: &Expr, count: Option<&Expr>) -> TokenStream {
        let function = format_ident!("{function}");
        let count = count.map_or_else(|| quote!(0), |count| self.typed_value(count));
        if matches!(self.file.scope.base(&value.ty), Type::Text) {
            let text = self.text(value);
            return quote!(rt::text::#function(#text, #count));
        }
        let ty = self.file.ty(self.file.scope.base(&value.ty));
        let items = self.items(value);
        quote!(rt::collections::#function::<_, #ty>(#items, #count))
    }

    fn contains(&mut self, value: &Expr, item: Option<&Expr>) -> TokenStream {
        let Some(item) = item else { return quote!(false) };
        if matches!(self.file.scope.base(&value.ty), Type::Text) {
            return self.text_pair("contains", value, Some(item));
        }
        self.membership(item, value)
    }

    fn text_function(&mut self, function: &str, value: &Expr) -> TokenStream {
        let function = format_ident!("{function}");
        let text = self.text(value);
        quote!(rt::text::#function(#text))
    }

    fn text_pair(&mut self, function: &str, value: &Expr, other: Option<&Expr>) -> TokenStream {
        let function = format_ident!("{function}");
        let text = self.text(value);
        let other = other.map_or_else(|| quote!(""), |other| self.text(other));
        quote!(rt::text::#function(#text, #other))
    }

    fn replace(&mut self, arguments: &[Expr]) -> TokenStream {
        let texts: Vec<TokenStream> = arguments.iter().map(|argument| self.text(argument)).collect();
        quote!(rt::text::replace(#(#texts),*)?)
    }

    fn method(&mut self, method: &str, value: &Expr) -> TokenStream {
        let method = format_ident!("{method}");
        let place = self.place(value);
        quote!(#place.#method())
    }

    fn to_decimal(&mut self, value: &Expr) -> TokenStream {
        match self.file.scope.base(&value.ty) {
            Type::Text => {
                let text = self.text(value);
                quote!(rt::parsed::<rt::Decimal>(#text))
            }
            Type::Float => {
                let value = self.typed_value(value);
                quote!(rt::arithmetic::decimal_from_float(#value)?)
            }
            Type::Decimal => self.value(value),
            _ => {
                let value = self.typed_value(value);
                quote!(rt::arithmetic::decimal_from_int(#value)?)
            }
        }
    }

    fn to_float(&mut self, value: &Expr) -> TokenStream {
        match self.file.scope.base(&value.ty) {
            Type::Decimal => {
                let value = self.reference(value);
                quote!(rt::float_from_decimal(#value))
            }
            Type::Float => self.value(value),
            Type::Text => {
                let text = self.text(value);
                quote!(rt::parsed::<f64>(#text))
            }
            _ => {
                let value = self.typed_value(value);
                quote!(rt::float_from_int(#value))
            }
        }
    }

    fn json(&mut self, function: &str, value: &Expr) -> TokenStream {
        let function = format_ident!("{function}");
        let value = self.reference(value);
        quote!(rt::json_access::#function(#value))
    }
}

/// The map whose values a collection is, if that map lives long enough to walk it.
fn map_of(collection: &Expr) -> Option<&Expr> {
    match &collection.kind {
        ExprKind::Builtin(Builtin::Values, arguments) => arguments.first().filter(|map| super::is_place(map)),
        _ => None,
    }
}
