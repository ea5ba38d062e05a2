//! One way to rows: by a key, along an index, for each of several values, or all of them.

use super::{Body, Expr, ExprKind, LocalId, Mode, Source, TokenStream, Type, literals, quote, whole};
use crate::plan::Access;

impl Body<'_> {
    /// An iterator over the rows of one way.
    pub(super) fn access(&mut self, source: Source, access: &Access) -> TokenStream {
        let row = self.file.row(source);
        match access {
            Access::Key(key) => {
                let key = self.key_value(source, key);
                let db = self.db();
                quote!(#db.rows_by_key::<#row>(&#key))
            }
            Access::Index { index, equal, prefix, low, high, reverse } => {
                let texts = prefix.as_ref().map(|text| {
                    let parts: Vec<Expr> = equal.iter().chain([text]).cloned().collect();
                    self.index_key(source, *index, &parts)
                });
                let prefix = self.index_key(source, *index, equal);
                let range = match (low, high) {
                    _ if texts.is_some() => quote!(rt::texts_beginning(&#texts)),
                    (None, None) if equal.is_empty() => quote!(rt::KeyRange::all()),
                    (None, None) => quote!(rt::KeyRange::prefix(&#prefix)),
                    _ => {
                        let next = equal.len();
                        let (low, high) =
                            (self.bound(source, *index, next, low), self.bound(source, *index, next, high));
                        if self.is_descending(source, *index, next) {
                            quote!(rt::key_range(&#prefix, #high, #low))
                        } else {
                            quote!(rt::key_range(&#prefix, #low, #high))
                        }
                    }
                };
                let direction = direction(*reverse);
                let position = literals::unsigned(*index as u64);
                let db = self.db();
                quote!(rt::scan::<#row>(#db, #position, #range, #direction))
            }
            Access::Each { collection, local, inner } => self.each(source, collection, *local, inner),
            Access::Union(ways) => {
                let ways: Vec<TokenStream> = ways.iter().map(|way| self.access(source, way)).collect();
                quote!(rt::union::<#row, _>([#(Box::new(#ways)),*]))
            }
            Access::KeyOrder { reverse } => {
                let direction = direction(*reverse);
                let db = self.db();
                match self.file.scope.key_order_index(source) {
                    Some(position) => {
                        let position = literals::unsigned(position as u64);
                        quote!(rt::scan::<#row>(#db, #position, rt::KeyRange::all(), #direction))
                    }
                    None => quote!(#db.all::<#row>()),
                }
            }
            Access::All => {
                let db = self.db();
                quote!(#db.all::<#row>())
            }
        }
    }

    /// The rows for each value of a collection, equal values once.
    fn each(&mut self, source: Source, collection: &Expr, local: LocalId, inner: &Access) -> TokenStream {
        let (rows, seen) = (self.fresh("each_row"), self.fresh("seen"));
        self.set_mode(local, Mode::Owned);
        let values = self.value(collection);
        let name = self.local_ident(local);
        let inner = self.access(source, inner);
        let code = if matches!(self.file.scope.base(&collection.ty), Type::Optional(_)) {
            quote!({
                let mut #rows = Vec::new();
                if let Some(#name) = #values {
                    #rows.extend(#inner);
                }
                #rows.into_iter()
            })
        } else {
            quote!({
                let mut #rows = Vec::new();
                let mut #seen = rt::BTreeSet::new();
                for #name in #values {
                    if #seen.insert(rt::encode_key(&#name)) {
                        #rows.extend(#inner);
                    }
                }
                #rows.into_iter()
            })
        };
        self.release(&rows);
        self.release(&seen);
        whole(code)
    }

    /// `Some((bytes, included))` for one end of a range.
    fn bound(&mut self, source: Source, index: usize, part: usize, bound: &Option<(Expr, bool)>) -> TokenStream {
        let Some((value, included)) = bound else { return quote!(None) };
        let bytes = self.index_parts(source, index, part, std::slice::from_ref(value));
        quote!(Some((#bytes, #included)))
    }

    fn is_descending(&self, source: Source, index: usize, part: usize) -> bool {
        let indexes = self.file.scope.indexes(source);
        let component = indexes.get(index).and_then(|index| index.components.get(part));
        component.is_some_and(|component| component.descending)
    }

    /// The bytes of the first parts of an index key.
    pub(in crate::codegen::body) fn index_key(&mut self, source: Source, index: usize, values: &[Expr]) -> TokenStream {
        self.index_parts(source, index, 0, values)
    }

    fn index_parts(&mut self, source: Source, index: usize, first: usize, values: &[Expr]) -> TokenStream {
        let scope = self.file.scope;
        let columns = scope.columns(source);
        let indexes = scope.indexes(source);
        let components = indexes.get(index).map_or(&[][..], |index| &index.components);
        let mut writes = Vec::new();
        for (value, component) in values.iter().zip(components.iter().skip(first)) {
            let column = columns.get(component.field).map_or(&Type::Error, |(_, ty)| scope.base(ty));
            let ty = match column {
                Type::Set(inner) | Type::List(inner) if component.elements => scope.base(inner),
                other => other,
            };
            let is_wrapped = matches!(ty, Type::Optional(_)) && !matches!(scope.base(&value.ty), Type::Optional(_));
            let value = match (&value.kind, ty) {
                (ExprKind::None, Type::Optional(inner)) => {
                    let inner = self.file.ty(inner);
                    quote!(&None::<#inner>)
                }
                _ if is_wrapped => {
                    let value = self.typed_value(value);
                    quote!(&Some(#value))
                }
                _ => self.reference(value),
            };
            writes.push((value, component.descending));
        }
        match writes.as_slice() {
            [] => quote!(rt::KeyBytes::new()),
            [(value, false)] => quote!(rt::encode_key(#value)),
            _ => {
                let key = self.fresh("key");
                self.release(&key);
                let writes = writes.iter().map(|(value, descending)| {
                    let method = if *descending { quote!(write_key_descending) } else { quote!(write_key) };
                    quote!(rt::OrderedKey::#method(#value, &mut #key);)
                });
                whole(quote!({ let mut #key = rt::KeyBytes::new(); #(#writes)* #key }))
            }
        }
    }
}

fn direction(reverse: bool) -> TokenStream {
    if reverse { quote!(rt::Direction::Backward) } else { quote!(rt::Direction::Forward) }
}
