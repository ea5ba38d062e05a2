//! The size of generated functions: the time that rustc takes for one grows faster than it does.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use raftstone_compiler::generate;
use support::{ROOT, check_files};
use syn::visit_mut::{self, VisitMut};

/// The most statements of a function, with those of its blocks and closures.
const STATEMENTS_MAX: usize = 128;

/// The models of the schema.
const MODELS: usize = 120;

/// The fields of its widest record, and the variants of its largest enum. The functions that read and check a
/// record take its fields one by one, with four statements each: those of a wider one are longer.
const FIELDS: usize = 30;
const VARIANTS: usize = 150;

/// What a real application has of each model: references, rules, events, a view, routes, a scenario.
fn schema() -> String {
    let mut text = String::from("app generated { title = \"Generated\" }\n");
    for n in 0..MODELS {
        let parent = n / 2;
        let _ = write!(
            text,
            r#"
model Thing{n} {{
    id: int @key @auto
    name: string @len(1..200)
    slug: string @unique
    parent: Thing{parent}? @on_delete(clear)
    created_at: timestamp = now
    check name != slug else "two names"
}}
event Thing{n}Added creates Thing{n} {{ name, slug, parent }}
event Thing{n}Changed updates Thing{n} {{ name?, slug? }}
event Thing{n}Removed deletes Thing{n}
view Names{n} {{
    from t in Thing{n} order by t.name
    thing: t @key
    name: t.name
}}
struct Form{n} {{ name: string @len(1..200), slug: string, parent: Thing{parent}? }}
endpoint add_{n}(form: Form{n} @body) -> 201 Thing{n} at POST /things{n} for anyone = emit Thing{n}Added {{ ..form }}
endpoint change_{n}(thing: Thing{n}, name?: string, slug?: string) -> Thing{n} at PATCH /things{n}/{{thing}} for anyone {{
    emit Thing{n}Changed {{ thing{n}: thing, name, slug }}
    return thing
}}
endpoint remove_{n}(thing: Thing{n}) at DELETE /things{n}/{{thing}} for anyone {{ emit Thing{n}Removed {{ thing{n}: thing }} }}
endpoint names_{n}(limit: int = 20 @max(50)) -> [Names{n}] at GET /things{n} for anyone = from t in Names{n} limit limit
test "thing {n}" {{
    given Thing{n}Added {{ name: "a", slug: "b", parent: none }} as thing
    then thing.slug == "b"
}}
"#
        );
    }
    let fields = |end: &str| (0..FIELDS).map(|n| format!("    field_{n}{end}\n")).collect::<Vec<_>>().concat();
    let names = (0..FIELDS).map(|n| format!("field_{n}")).collect::<Vec<_>>().join(", ");
    let variants = (0..VARIANTS).map(|n| format!("Variant{n}")).collect::<Vec<_>>().join(", ");
    let _ = write!(
        text,
        "model Wide {{\n    id: int @key @auto\n{}}}\nstruct WideForm {{\n{}}}\nenum Many {{ {variants} }}\n\
         event WideAdded creates Wide {{ {names} }}\n\
         endpoint add_wide(form: WideForm @body, many: Many @query) -> 201 Wide at POST /wide for anyone {{\n    \
         require many != Variant0 else conflict \"no\"\n    return emit WideAdded {{ ..form }}\n}}\n",
        fields(": string @trim @len(1..200)"),
        fields(": string @trim @len(1..200)")
    );
    text
}

/// Counts the statements of each function, without those of functions inside of it.
#[derive(Default)]
struct Count {
    /// The functions that are too long.
    long: Vec<(String, usize)>,
    /// Of the function at hand.
    statements: usize,
}

impl Count {
    fn function(&mut self, name: &syn::Ident, visit: impl FnOnce(&mut Self)) {
        let outside = std::mem::take(&mut self.statements);
        visit(self);
        let own = std::mem::replace(&mut self.statements, outside);
        if own > STATEMENTS_MAX {
            self.long.push((name.to_string(), own));
        }
    }
}

impl VisitMut for Count {
    fn visit_item_fn_mut(&mut self, function: &mut syn::ItemFn) {
        let name = function.sig.ident.clone();
        self.function(&name, |count| visit_mut::visit_item_fn_mut(count, function));
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        let name = function.sig.ident.clone();
        self.function(&name, |count| visit_mut::visit_impl_item_fn_mut(count, function));
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        self.statements += block.stmts.len();
        visit_mut::visit_block_mut(self, block);
    }
}

#[test]
fn no_function_of_a_large_application_is_long() {
    let checked = check_files(&BTreeMap::from([(ROOT.to_owned(), schema())]));
    assert_eq!(checked.problems, []);
    let (mut count, mut functions) = (Count::default(), 0);
    for file in generate("generated", &checked) {
        if Path::new(&file.name).extension().is_some_and(|extension| extension == "rs") {
            functions += file.text.matches("fn ").count();
            count.visit_file_mut(&mut syn::parse_file(&file.text).expect("Rust"));
        }
    }
    assert!(functions > 10 * MODELS, "{functions} functions");
    assert_eq!(count.long, []);
}
