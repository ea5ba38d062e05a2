//! The description of the schema for the engine, and what starts it.

use super::literals;
use super::scope::{File, Module};
use super::tables::table_constants;
use crate::declarations::{EventId, ModelId, Source, ViewId};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The file with the OpenAPI document, beside the modules.
pub(super) const OPENAPI_FILE: &str = "openapi.json";

impl File<'_> {
    /// `SCHEMA`, `app` and `serve`. `name` is that of the root file, and `fingerprint` stands for everything that decides what a replay gives.
    pub(super) fn schema(&self, name: &str, fingerprint: u64) -> TokenStream {
        let scope = self.scope;
        let app = &scope.declarations.app;
        let openapi = format!("/{name}/{OPENAPI_FILE}");
        let name = &app.name;
        let title = app.title.as_ref().unwrap_or(name);
        let url = app.url.as_ref().map_or_else(|| quote!(None), |url| quote!(Some(#url)));
        let field_errors = app.field_errors;
        let (tables, relations) = self.tables();
        let events = (0..scope.declarations.events.len() as u32).map(|id| {
            let event = scope.event(EventId(id));
            let ident = self.named(scope.names.event(EventId(id)));
            let (name, hash) = (&event.name, literals::hexadecimal(event.shape_hash));
            let (type_id, version) =
                (literals::unsigned(u64::from(event.stable_id)), literals::unsigned(u64::from(event.version)));
            quote! {
                rt::EventDefinition {
                    name: #name,
                    type_id: #type_id,
                    version: #version,
                    shape_hash: #hash,
                    replay: rt::replay::<#ident>,
                }
            }
        });
        let fingerprint = literals::hexadecimal(fingerprint);
        let start = self.start();
        let version = env!("CARGO_PKG_VERSION");
        quote! {
            // The generator and the runtime have to be of one version.
            const _: () = rt::check_version(#version);

            /// The schema as the engine knows it.
            pub static SCHEMA: rt::Schema = rt::Schema {
                name: #name,
                title: #title,
                url: #url,
                openapi: include_str!(concat!(env!("OUT_DIR"), #openapi)),
                field_errors: #field_errors,
                tables: &[#(#tables),*],
                relations: &[#(#relations),*],
                events: &[#(#events),*],
                fold_fingerprint: #fingerprint,
            };

            #start
        }
    }

    fn tables(&self) -> (Vec<Ident>, Vec<Ident>) {
        let models =
            (0..self.scope.declarations.models.len() as u32).map(|id| (Module::Models, Source::Model(ModelId(id))));
        let views = (0..self.scope.declarations.views.len() as u32).map(|id| (Module::Views, Source::View(ViewId(id))));
        models
            .chain(views)
            .map(|(module, source)| {
                let (table, relations) = table_constants(&self.table_prefix(source));
                (self.helper(module, &table.to_string()), self.helper(module, &relations.to_string()))
            })
            .unzip()
    }

    /// `app` and `serve`.
    fn start(&self) -> TokenStream {
        let table = self.helper(Module::Routes, "routing_table");
        if self.scope.has_handlers() {
            let handlers = self.handlers();
            return quote! {
                /// The application, to be run as it is or with filters mounted.
                pub fn app(handlers: impl #handlers) -> rt::App {
                    let handlers = rt::Arc::new(handlers);
                    rt::App::new(&SCHEMA, env!("CARGO_PKG_VERSION"), move || #table(&handlers))
                }

                /// Does what the command line says: as a rule, serves until it is asked to stop.
                pub async fn serve(handlers: impl #handlers) -> std::process::ExitCode {
                    app(handlers).run().await
                }
            };
        }
        quote! {
            /// The application, to be run as it is or with filters mounted.
            pub fn app() -> rt::App {
                rt::App::new(&SCHEMA, env!("CARGO_PKG_VERSION"), #table)
            }

            /// Does what the command line says: as a rule, serves until it is asked to stop.
            pub async fn serve() -> std::process::ExitCode {
                app().run().await
            }
        }
    }

    /// A stable number for a table that the lock file does not know.
    pub(super) fn view_table_id(&self, id: ViewId) -> u32 {
        let name = &self.scope.view(id).name;
        0x8000_0000 | (super::hash(name.as_bytes()) as u32 & 0x7FFF_FFFF)
    }
}
