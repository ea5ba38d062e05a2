//! What the engine is told about tables: their functions, indexes and ties.

use super::body::Body;
use super::literals;
use super::scope::{File, field_ident};
use crate::declarations::{Index, ModelId, OnDelete, Source, Type, ViewId};
use crate::names_in_rust::snake_case;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// An index as the engine keeps it.
pub(super) struct TableIndex {
    pub(super) name: String,
    pub(super) is_unique: bool,
    pub(super) components: Vec<crate::declarations::IndexComponent>,
}

impl super::scope::Scope<'_> {
    /// The declared indexes of a table, then the order of a view, then the order of keys if a query
    /// wants it.
    pub(super) fn indexes(&self, source: Source) -> Vec<TableIndex> {
        let declared: &[Index] = match source {
            Source::Model(id) => &self.model(id).indexes,
            Source::View(id) => &self.view(id).indexes,
        };
        let mut indexes: Vec<TableIndex> = declared
            .iter()
            .map(|index| TableIndex {
                name: index.name.clone(),
                is_unique: index.is_unique,
                components: index.components.clone(),
            })
            .collect();
        if let Source::View(id) = source {
            let order = &self.bodies.views[id.index()].order;
            if !order.is_empty() {
                let components = order.iter().map(|(field, descending)| component(*field, *descending)).collect();
                indexes.push(TableIndex { name: "order".to_owned(), is_unique: false, components });
            }
        }
        if self.wants_key_order(source) {
            let components = self.key(source).iter().map(|field| component(*field, false)).collect();
            indexes.push(TableIndex { name: "key".to_owned(), is_unique: false, components });
        }
        indexes
    }

    fn wants_key_order(&self, source: Source) -> bool {
        match source {
            Source::Model(id) => self.bodies.models[id.index()].wants_key_order,
            Source::View(id) => self.bodies.views[id.index()].wants_key_order,
        }
    }

    /// The position of the index that holds all rows in the order of their keys.
    pub(super) fn key_order_index(&self, source: Source) -> Option<usize> {
        self.wants_key_order(source).then(|| self.indexes(source).len() - 1)
    }

    /// The reference fields of all models that point to `target`.
    fn referrers(&self, target: ModelId) -> Vec<(ModelId, usize, OnDelete)> {
        let mut found = Vec::new();
        for (position, model) in self.declarations.models.iter().enumerate() {
            let id = ModelId(position as u32);
            let references = model.references.iter().filter(|(_, to, _)| *to == target);
            found.extend(references.map(|(field, _, on_delete)| (id, *field, *on_delete)));
        }
        found
    }
}

fn component(field: usize, descending: bool) -> crate::declarations::IndexComponent {
    crate::declarations::IndexComponent { field, elements: false, descending }
}

impl File<'_> {
    /// The constants `…_TABLE` and `…_RELATIONS` of a table, with the functions that they point to.
    pub(super) fn table(&self, source: Source, stable_id: u32, is_auto: bool) -> TokenStream {
        let row = self.row(source);
        let prefix = self.table_prefix(source);
        let (table, relations) = table_constants(&prefix);
        let name = row.to_string();
        let id = literals::unsigned(u64::from(stable_id));
        let indexes = self.scope.indexes(source);
        let declared = self.scope.fields(source);
        let functions = indexes.iter().map(|index| self.index_keys(source, &prefix, index));
        let specs = indexes.iter().map(|index| {
            let (name, unique) = (&index.name, index.is_unique);
            let keys = format_ident!("{prefix}_by_{}", index.name);
            let agree = self.index_agrees(source, index);
            let fields = index.components.iter().map(|component| &declared[component.field].wire_name);
            quote!(rt::IndexSpec { name: #name, fields: &[#(#fields),*], unique: #unique, keys: #keys, agree: #agree })
        });
        let (ties, tie_functions) = match source {
            Source::Model(id) => self.model_relations(id, &prefix),
            Source::View(_) => (
                quote!(rt::Relations { references: &[], referrers: &[], check: None, upkeep: None }),
                TokenStream::new(),
            ),
        };
        quote! {
            pub(super) const #table: rt::TableSpec = rt::TableSpec {
                name: #name,
                id: #id,
                encode: rt::encode_row::<#row>,
                decode: rt::decode_row::<#row>,
                key: rt::write_row_key::<#row>,
                indexes: &[#(#specs),*],
                auto_key: #is_auto,
            };

            pub(super) const #relations: rt::Relations = #ties;

            #(#functions)*
            #tie_functions
        }
    }

    pub(super) fn table_prefix(&self, source: Source) -> String {
        snake_case(self.scope.names.row(source)).trim_end_matches('_').to_owned()
    }

    /// The function that gives the keys of a row in an index.
    fn index_keys(&self, source: Source, prefix: &str, index: &TableIndex) -> TokenStream {
        let function = format_ident!("{prefix}_by_{}", index.name);
        let row = self.row(source);
        let columns = self.scope.columns(source);
        let mut writes = TokenStream::new();
        let mut claims = Vec::new();
        let mut loops = Vec::new();
        for (position, component) in index.components.iter().enumerate() {
            let (name, ty) = columns[component.field];
            let field = field_ident(name);
            let method = if component.descending { quote!(write_key_descending) } else { quote!(write_key) };
            if component.elements {
                let element = format_ident!("element_{position}");
                loops.push(quote!(for #element in &row.#field));
                writes.extend(quote!(rt::OrderedKey::#method(#element, &mut key);));
            } else {
                if matches!(self.scope.base(ty), Type::Optional(_)) {
                    claims.push(quote!(row.#field.is_some()));
                }
                writes.extend(quote!(rt::OrderedKey::#method(&row.#field, &mut key);));
            }
        }
        let claims = if index.is_unique && !claims.is_empty() { quote!(#(#claims)&&*) } else { quote!(true) };
        let mut emit = quote! {
            let mut key = rt::KeyBytes::new();
            #writes
            emit(&key, #claims);
        };
        for each in loops.into_iter().rev() {
            emit = quote!(#each { #emit });
        }
        quote! {
            fn #function(row: &rt::RowAny, emit: &mut dyn FnMut(&[u8], bool)) {
                let Some(row) = row.downcast_ref::<#row>() else { return };
                #emit
            }
        }
    }

    /// The comparison of two rows by the fields of an index.
    fn index_agrees(&self, source: Source, index: &TableIndex) -> TokenStream {
        let row = self.row(source);
        let columns = self.scope.columns(source);
        let fields = index.components.iter().map(|component| {
            let (name, ty) = columns[component.field];
            let field = field_ident(name);
            match self.scope.base(ty) {
                Type::Float => quote!(left.#field.to_bits() == right.#field.to_bits()),
                _ => quote!(left.#field == right.#field),
            }
        });
        quote!(|left, right| rt::agree::<#row>(left, right, |left, right| #(#fields)&&*))
    }

    fn model_relations(&self, id: ModelId, prefix: &str) -> (TokenStream, TokenStream) {
        let scope = self.scope;
        let model = scope.model(id);
        let mut functions = TokenStream::new();
        let mut references = Vec::new();
        for (field, target, _) in &model.references {
            let (keys, function) = self.reference_keys(id, prefix, *field);
            functions.extend(function);
            let name = &model.fields[*field].wire_name;
            let target = literals::unsigned(scope.table(Source::Model(*target)) as u64);
            references.push(quote!(rt::Reference { field: #name, target: #target, keys: #keys }));
        }
        let mut referrers = Vec::new();
        for (from, field, on_delete) in scope.referrers(id) {
            let (referrer, function) = self.referrer(id, prefix, from, field, on_delete);
            referrers.push(referrer);
            functions.extend(function);
        }
        let check = if scope.bodies.models[id.index()].checks.is_empty() {
            quote!(None)
        } else {
            let function = format_ident!("check_{prefix}");
            functions.extend(self.check(id, &function));
            quote!(Some(#function))
        };
        let upkeep = if self.views_of(id).next().is_some() {
            let function = format_ident!("keep_views_of_{prefix}");
            let function = self.helper(super::scope::Module::Views, &function.to_string());
            quote!(Some(#function))
        } else {
            quote!(None)
        };
        let ties = quote! {
            rt::Relations {
                references: &[#(#references),*],
                referrers: &[#(#referrers),*],
                check: #check,
                upkeep: #upkeep,
            }
        };
        (ties, functions)
    }

    /// The views that show rows of a model.
    pub(super) fn views_of(&self, id: ModelId) -> impl Iterator<Item = ViewId> {
        let views = self.scope.declarations.views.iter().enumerate();
        views.filter(move |(_, view)| view.model() == Some(id)).map(|(position, _)| ViewId(position as u32))
    }

    fn reference_keys(&self, id: ModelId, prefix: &str, field: usize) -> (Ident, TokenStream) {
        let model = self.scope.model(id);
        let row = self.row(Source::Model(id));
        let field = &model.fields[field];
        let function = format_ident!("{prefix}_refers_by_{}", field.name);
        let name = field_ident(&field.name);
        let emit = match self.scope.base(&field.ty) {
            Type::Optional(_) => quote! {
                if let Some(key) = &row.#name {
                    emit(&rt::encode_key(key));
                }
            },
            Type::Set(_) | Type::List(_) => quote! {
                for key in &row.#name {
                    emit(&rt::encode_key(key));
                }
            },
            _ => quote!(emit(&rt::encode_key(&row.#name));),
        };
        let body = quote! {
            fn #function(row: &rt::RowAny, emit: &mut dyn FnMut(&[u8])) {
                let Some(row) = row.downcast_ref::<#row>() else { return };
                #emit
            }
        };
        (function, body)
    }

    fn referrer(
        &self,
        target: ModelId,
        prefix: &str,
        from: ModelId,
        field: usize,
        on_delete: OnDelete,
    ) -> (TokenStream, TokenStream) {
        let scope = self.scope;
        let model = scope.model(from);
        let row = self.row(Source::Model(from));
        let table = literals::unsigned(scope.table(Source::Model(from)) as u64);
        let index = reference_index(&model.indexes, field);
        let index = literals::unsigned(index as u64);
        let words = &model.name;
        let is_optional = matches!(scope.base(&model.fields[field].ty), Type::Optional(_));
        let mut functions = TokenStream::new();
        let on_delete = match on_delete {
            OnDelete::Restrict => quote!(rt::OnDelete::Restrict),
            OnDelete::Cascade => quote!(rt::OnDelete::Cascade),
            OnDelete::Clear => {
                let field = &model.fields[field];
                let function = format_ident!("{prefix}_cleared_from_{}_{}", snake_case(&model.name), field.name);
                let name = field_ident(&field.name);
                let key = self.key(Source::Model(target));
                let clear = match scope.base(&field.ty) {
                    Type::Set(_) => quote!(row.#name.remove(&key);),
                    Type::List(_) => quote!(row.#name.retain(|other| *other != key);),
                    _ => quote! {
                        if row.#name.as_ref() == Some(&key) {
                            row.#name = None;
                        }
                    },
                };
                functions.extend(quote! {
                    fn #function(row: &rt::RowAny, key: &[u8]) -> rt::RowRef {
                        rt::clear_reference(row, key, |row: &mut #row, key: #key| { #clear })
                    }
                });
                quote!(rt::OnDelete::Clear(#function))
            }
        };
        let referrer = quote! {
            rt::Referrer {
                table: #table, index: #index, is_optional: #is_optional, model: #words, on_delete: #on_delete
            }
        };
        (referrer, functions)
    }

    /// The function that judges the `check` lines of a row.
    fn check(&self, id: ModelId, function: &Ident) -> TokenStream {
        let row_type = self.row(Source::Model(id));
        let mut checks = TokenStream::new();
        let mut row_names: Vec<Ident> = Vec::new();
        let mut uses_db = false;
        for (frame, condition, message) in &self.scope.bodies.models[id.index()].checks {
            let mut body = Body::new(self, frame);
            let row = body.bind_row_reference(crate::plan::LocalId(0));
            let broken = body.negated(condition);
            uses_db |= body.used_db();
            let words = message.clone().unwrap_or_else(|| format!("a check of {row_type} does not hold"));
            if !row_names.contains(&row) {
                checks.extend(quote!(let #row = rt::row::<#row_type>(row)?;));
                row_names.push(row);
            }
            checks.extend(quote! {
                if #broken {
                    return Err(rt::Refusal::invalid(#words));
                }
            });
        }
        let db = if uses_db { quote!(db) } else { quote!(_db) };
        quote! {
            fn #function(#db: &rt::Reader<'_>, row: &rt::RowAny) -> Result<(), rt::Refusal> {
                #checks
                Ok(())
            }
        }
    }
}

/// The index that finds rows by one reference alone.
fn reference_index(indexes: &[Index], field: usize) -> usize {
    let alone =
        |index: &Index| matches!(index.components.as_slice(), [only] if only.field == field && !only.descending);
    let leading =
        |index: &Index| index.components.first().is_some_and(|first| first.field == field && !first.descending);
    indexes.iter().position(alone).or_else(|| indexes.iter().position(leading)).unwrap_or(0)
}

/// The names of a table's constants.
pub(super) fn table_constants(prefix: &str) -> (Ident, Ident) {
    let upper = prefix.to_uppercase();
    (format_ident!("{upper}_TABLE"), format_ident!("{upper}_RELATIONS"))
}
