//! Rules and normalisation of values on their way in.

use super::scope::{File, Scope, ident};
use super::{docs, literals};
use crate::declarations::{Field, Newtype, NewtypeId, Rule, RuleKind, Type};
use crate::names_in_rust::snake_case;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::scope::Module;

impl File<'_> {
    /// Statements that check `value` (`&mut T`) at the place `at`; none if there is nothing to check.
    /// `rules` are those of the field, its newtype's included.
    pub(super) fn rules(&self, ty: &Type, rules: &[Rule]) -> Option<TokenStream> {
        match ty {
            Type::Optional(inner) | Type::Patch(inner) => {
                let inner = self.rules(inner, rules)?;
                Some(quote!(if let Some(value) = value { #inner }))
            }
            _ => {
                let mut statements = self.inner_rules(ty).unwrap_or_default();
                for rule in rules {
                    statements.extend(self.rule(self.scope.base(ty), rule));
                }
                (!statements.is_empty()).then_some(statements)
            }
        }
    }

    /// The rules that come with the elements and fields of a type, but for those of a newtype itself.
    fn inner_rules(&self, ty: &Type) -> Option<TokenStream> {
        match self.scope.base(ty) {
            Type::List(inner) => {
                let inner = self.element_rules(inner)?;
                Some(quote! {
                    for (position, value) in value.iter_mut().enumerate() {
                        at.index(position, |at| { #inner });
                    }
                })
            }
            Type::Set(inner) => {
                let inner = self.element_rules(inner)?;
                Some(quote!(rt::check_set(value, at, |value, at| { #inner });))
            }
            Type::Map(key, inner) => {
                let keys =
                    self.element_rules(key).map(|rules| quote!(rt::check_keys(value, at, |value, at| { #rules });));
                let values = self.element_rules(inner).map(|rules| {
                    quote! {
                        for (key, value) in value.iter_mut() {
                            at.key(&rt::ToText::to_text(key), |at| { #rules });
                        }
                    }
                });
                (keys.is_some() || values.is_some()).then(|| quote!(#keys #values))
            }
            Type::Struct(id) if self.scope.struct_has_rules(*id) => Some(quote!(value.check_rules(at);)),
            Type::Enum(id) if self.scope.enum_has_rules(*id) => Some(quote!(value.check_rules(at);)),
            _ => None,
        }
    }

    /// The rules of a value that stands in a collection: all that its type brings.
    fn element_rules(&self, ty: &Type) -> Option<TokenStream> {
        match ty {
            Type::Optional(inner) => {
                let inner = self.element_rules(inner)?;
                Some(quote!(if let Some(value) = value { #inner }))
            }
            Type::Newtype(id) if self.scope.newtype_has_rules(*id) => {
                let function = self.helper(Module::Types, &newtype_function(self.scope, *id));
                Some(quote!(#function(value, at);))
            }
            _ => self.inner_rules(ty),
        }
    }

    /// One rule on `value`.
    fn rule(&self, base: &Type, rule: &Rule) -> TokenStream {
        let message = rule.message.as_ref().map_or_else(|| quote!(None), |message| quote!(Some(#message)));
        match &rule.kind {
            RuleKind::Trim => quote!(rt::rules::trim(value);),
            RuleKind::Lower => quote!(rt::rules::lower(value);),
            RuleKind::Min(bound) => {
                let bound = literals::number(base, bound);
                quote!(rt::rules::min(value, &#bound, #message, at);)
            }
            RuleKind::Max(bound) => {
                let bound = literals::number(base, bound);
                quote!(rt::rules::max(value, &#bound, #message, at);)
            }
            RuleKind::Length { low, high } => {
                let low = if *low == 0 { quote!(None) } else { some_length(*low) };
                let high = high.map_or_else(|| quote!(None), some_length);
                match base {
                    Type::Text | Type::Secret => quote!(rt::rules::len_text(value, #low, #high, #message, at);),
                    Type::Bytes => quote!(rt::rules::len_bytes(value, #low, #high, #message, at);),
                    _ => quote!(rt::rules::len_items(value.len(), #low, #high, #message, at);),
                }
            }
            RuleKind::Pattern(pattern) => quote! {{
                static PATTERN: rt::LazyLock<rt::Pattern> = rt::LazyLock::new(|| rt::Pattern::new(#pattern));
                rt::rules::pattern(value, &PATTERN, #message, at);
            }},
            RuleKind::Email => quote!(rt::rules::email(value, #message, at);),
            RuleKind::Url => quote!(rt::rules::url(value, #message, at);),
        }
    }

    /// The function that checks a newtype wherever it stands in a collection.
    pub(super) fn newtype_rules(&self, id: NewtypeId, newtype: &Newtype) -> Option<TokenStream> {
        let rules = self.rules(&newtype.base, &newtype.rules)?;
        let function = ident(&newtype_function(self.scope, id));
        let name = ident(self.scope.names.newtype(id));
        let text = format!("The rules of [`{name}`].");
        let docs = docs::attributes(&self.scope.places, &[], &text, None);
        Some(quote! {
            #docs
            pub(super) fn #function(value: &mut #name, at: &mut rt::At<'_>) {
                #rules
            }
        })
    }

    /// `check_rules` of a record whose fields have rules.
    pub(super) fn record_rules(&self, name: &Ident, fields: &[Field]) -> Option<TokenStream> {
        let checks: Vec<TokenStream> = fields
            .iter()
            .filter_map(|field| {
                let rules = self.rules(&field.ty, &field.rules)?;
                let (ident, wire_name) = (super::scope::field_ident(&field.name), &field.wire_name);
                Some(quote! {
                    let value = &mut self.#ident;
                    at.field(#wire_name, |at| { #rules });
                })
            })
            .collect();
        (!checks.is_empty()).then(|| {
            quote! {
                impl #name {
                    /// Checks the rules of all fields, and trims and lowers what is to be.
                    pub fn check_rules(&mut self, at: &mut rt::At<'_>) {
                        #(#checks)*
                    }
                }
            }
        })
    }
}

impl Scope<'_> {
    fn newtype_has_rules(&self, id: NewtypeId) -> bool {
        let newtype = &self.declarations.newtypes[id.index()];
        !newtype.rules.is_empty() || self.type_has_rules(&newtype.base)
    }

    pub(super) fn struct_has_rules(&self, id: crate::declarations::StructId) -> bool {
        self.structure(id).fields.iter().any(|field| self.field_has_rules(field))
    }

    pub(super) fn enum_has_rules(&self, id: crate::declarations::EnumId) -> bool {
        self.enumeration(id).variants.iter().flat_map(|v| &v.fields).any(|field| self.field_has_rules(field))
    }

    pub(super) fn field_has_rules(&self, field: &Field) -> bool {
        !field.rules.is_empty() || self.type_has_rules(&field.ty)
    }

    fn type_has_rules(&self, ty: &Type) -> bool {
        match ty {
            Type::Newtype(id) => self.newtype_has_rules(*id),
            Type::Optional(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner) => {
                self.type_has_rules(inner)
            }
            Type::Map(key, value) => self.type_has_rules(key) || self.type_has_rules(value),
            Type::Struct(id) => self.struct_has_rules(*id),
            Type::Enum(id) => self.enum_has_rules(*id),
            _ => false,
        }
    }
}

fn newtype_function(scope: &Scope<'_>, id: NewtypeId) -> String {
    format!("rules_of_{}", snake_case(scope.names.newtype(id)))
}

fn some_length(length: u64) -> TokenStream {
    let length = literals::unsigned(length);
    quote!(Some(#length))
}
