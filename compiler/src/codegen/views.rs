//! Views of one model: their rows, and the functions that keep them.

use super::body::Body;
use super::forms::Column;
use super::scope::{File, field_ident, local_ident, member};
use crate::declarations::{ModelId, Source, View, ViewId};
use crate::names_in_rust::snake_case;
use crate::plan::LocalId;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl File<'_> {
    /// The row of a view, its key, and how it comes out of a row of the model.
    pub(super) fn view(&self, id: ViewId, view: &View) -> TokenStream {
        let source = Source::View(id);
        let name = self.row(source);
        let docs = self.scope.docs(&view.docs, "", view.span);
        let types = &self.scope.bodies.views[id.index()].types;
        let columns: Vec<Column<'_>> = view
            .fields
            .iter()
            .zip(types)
            .map(|(field, ty)| Column { ident: field_ident(&field.name), local: local_ident(&field.name), field, ty })
            .collect();
        let order: Vec<usize> = (0..columns.len()).collect();
        let row = self.row_type(source, &docs, &columns, &order);
        let key = self.key_type(source, &format!("The key of a row of [`{name}`]."));
        let make = self.make_view(id, view);
        quote!(#key #row #make)
    }

    fn make_view(&self, id: ViewId, view: &View) -> TokenStream {
        let body = &self.scope.bodies.views[id.index()];
        // Of other tables no view runs yet, which was said.
        let Some(model) = view.model() else { return TokenStream::new() };
        let (name, model) = (self.row(Source::View(id)), self.row(Source::Model(model)));
        let function = self.view_function(id);
        let mut rust = Body::new(self, &body.frame);
        rust.count_uses(body.values.iter().chain(body.filter()), &[], []);
        let row = rust.bind_row_reference(LocalId(0));
        let filter = body.filter().map(|filter| {
            let fails = rust.negated(filter);
            quote!(if #fails { return Ok(None); })
        });
        let fields: Vec<TokenStream> = view
            .fields
            .iter()
            .zip(&body.values)
            .map(|(field, value)| {
                let value = rust.typed_value(value);
                member(&field_ident(&field.name), &value)
            })
            .collect();
        let db = if rust.used_db() { quote!(db) } else { quote!(_db) };
        let words = format!(" The row of [`{name}`] that a [`{model}`] has, if it is in the view.");
        quote! {
            #[doc = #words]
            pub fn #function(#db: &rt::Reader<'_>, #row: &#model) -> Result<Option<#name>, rt::Refusal> {
                #filter
                Ok(Some(#name { #(#fields),* }))
            }
        }
    }

    /// The function that keeps all views of a model.
    pub(super) fn upkeep(&self, id: ModelId) -> TokenStream {
        let views: Vec<ViewId> = self.views_of(id).collect();
        if views.is_empty() {
            return TokenStream::new();
        }
        let function = format_ident!("keep_views_of_{}", self.table_prefix(Source::Model(id)));
        let model = self.row(Source::Model(id));
        let makers = views.iter().map(|view| self.view_function(*view));
        let words = format!(" Brings the views of [`{model}`] up to date after a change of a row.");
        quote! {
            #[doc = #words]
            pub(super) fn #function(
                tx: &mut rt::Tx<'_>,
                before: Option<&rt::RowAny>,
                after: Option<&rt::RowAny>,
            ) -> Result<(), rt::Refusal> {
                #(rt::keep_view(tx, before, after, #makers)?;)*
                Ok(())
            }
        }
    }

    fn view_function(&self, id: ViewId) -> Ident {
        format_ident!("{}_row", snake_case(self.scope.names.view(id)))
    }
}
