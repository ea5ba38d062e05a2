//! `match`, in expressions and statements.

use super::{Body, Mode};
use crate::codegen::scope::{field_ident, ident};
use crate::declarations::Type;
use crate::names_in_rust;
use crate::plan::{Expr, ExprKind, Pattern};
use proc_macro2::TokenStream;
use quote::quote;

impl Body<'_> {
    pub(super) fn match_expression(&mut self, value: &Expr, arms: &[(Pattern, Expr)]) -> TokenStream {
        self.match_with(value, arms, &mut |body, arm| body.typed_value(arm), false)
    }

    /// A match whose arms `write` writes. `is_statement` arms are blocks already.
    pub(super) fn match_with<T>(
        &mut self,
        value: &Expr,
        arms: &[(Pattern, T)],
        write: &mut dyn FnMut(&mut Self, &T) -> TokenStream,
        is_statement: bool,
    ) -> TokenStream {
        if matches!(self.file.scope.base(&value.ty), Type::Bool) {
            return self.match_bool(value, arms, write);
        }
        let head = self.match_head(value, arms.iter().map(|(pattern, _)| pattern));
        if let [(first, then), (second, otherwise)] = arms
            && is_statement
            && matches!(second, Pattern::Any | Pattern::None)
            && matches!(first, Pattern::Some(_))
        {
            let pattern = self.pattern(first);
            let (then, otherwise) = (write(self, then), write(self, otherwise));
            let otherwise = (!otherwise.is_empty()).then(|| quote!(else { #otherwise }));
            return quote!(if let #pattern = #head { #then } #otherwise);
        }
        let arms: Vec<TokenStream> = arms
            .iter()
            .map(|(pattern, arm)| {
                let pattern = self.guarded_pattern(pattern, value);
                let arm = write(self, arm);
                if is_statement { quote!(#pattern => { #arm }) } else { quote!(#pattern => #arm,) }
            })
            .collect();
        quote!(match #head { #(#arms)* })
    }

    /// What is matched: a copy, a text as `&str`, or a borrowed place whose bindings are references.
    fn match_head<'p>(&mut self, value: &Expr, mut patterns: impl Iterator<Item = &'p Pattern>) -> TokenStream {
        if matches!(self.file.scope.base(&value.ty), Type::Text) {
            let place = self.place(value);
            return quote!(#place.as_str());
        }
        if self.file.scope.is_copy(&value.ty) || patterns.all(|pattern| !binds(pattern)) {
            return self.operand(value);
        }
        self.value(value)
    }

    fn match_bool<T>(
        &mut self,
        value: &Expr,
        arms: &[(Pattern, T)],
        write: &mut dyn FnMut(&mut Self, &T) -> TokenStream,
    ) -> TokenStream {
        let condition = self.condition(value);
        let mut arm_for = |body: &mut Self, wanted: bool| {
            let arm = arms.iter().find(|(pattern, _)| accepts(pattern, wanted));
            arm.map_or_else(TokenStream::new, |(_, arm)| write(body, arm))
        };
        let (then, otherwise) = (arm_for(self, true), arm_for(self, false));
        quote!(if #condition { #then } else { #otherwise })
    }

    /// A pattern, with a guard where Rust has no pattern for the literal.
    pub(super) fn guarded_pattern(&mut self, pattern: &Pattern, value: &Expr) -> TokenStream {
        let literals = literals_of(pattern);
        let needs_guard = literals
            .iter()
            .any(|literal| !matches!(literal.kind, ExprKind::Int(_) | ExprKind::Text(_) | ExprKind::Bool(_)));
        if !needs_guard {
            return self.pattern(pattern);
        }
        let tests: Vec<TokenStream> = literals
            .iter()
            .map(|literal| {
                let literal = self.operand(literal);
                if matches!(self.file.scope.base(&value.ty), Type::Float) {
                    quote!(rt::same_float(other, #literal))
                } else {
                    quote!(other == #literal)
                }
            })
            .collect();
        quote!(other if #(#tests)||*)
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> TokenStream {
        match pattern {
            Pattern::Any => quote!(_),
            Pattern::None => quote!(None),
            Pattern::Some(local) => {
                if self.uses(*local) == 0 {
                    return quote!(Some(_));
                }
                self.set_mode(*local, Mode::Owned);
                let name = self.local_ident(*local);
                quote!(Some(#name))
            }
            Pattern::Variant(id, position, bindings) => {
                let scope = self.file.scope;
                let name = self.file.named(scope.names.enumeration(*id));
                let Some(variant) = scope.enumeration(*id).variants.get(*position) else { return quote!(_) };
                let variant_name = ident(&names_in_rust::variant(&variant.name));
                if variant.fields.is_empty() {
                    return quote!(#name::#variant_name);
                }
                let bound: Vec<TokenStream> = bindings
                    .iter()
                    .filter(|(_, local)| self.uses(*local) > 0)
                    .filter_map(|(field, local)| {
                        let field = field_ident(&variant.fields.get(*field)?.name);
                        let local = self.local_ident(*local);
                        Some(if field == local { quote!(#field) } else { quote!(#field: #local) })
                    })
                    .collect();
                let rest = (bound.len() < variant.fields.len()).then(|| quote!(..));
                quote!(#name::#variant_name { #(#bound,)* #rest })
            }
            Pattern::Literal(literal) => self.operand(literal),
            Pattern::OneOf(patterns) => {
                let patterns: Vec<TokenStream> = patterns.iter().map(|pattern| self.pattern(pattern)).collect();
                quote!(#(#patterns)|*)
            }
        }
    }
}

fn binds(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Some(_) => true,
        Pattern::Variant(_, _, bindings) => !bindings.is_empty(),
        Pattern::OneOf(patterns) => patterns.iter().any(binds),
        _ => false,
    }
}

fn accepts(pattern: &Pattern, wanted: bool) -> bool {
    match pattern {
        Pattern::Any => true,
        Pattern::Literal(literal) => matches!(literal.kind, ExprKind::Bool(value) if value == wanted),
        Pattern::OneOf(patterns) => patterns.iter().any(|pattern| accepts(pattern, wanted)),
        _ => false,
    }
}

fn literals_of(pattern: &Pattern) -> Vec<&Expr> {
    match pattern {
        Pattern::Literal(literal) => vec![literal],
        Pattern::OneOf(patterns) => patterns.iter().flat_map(literals_of).collect(),
        _ => Vec::new(),
    }
}
