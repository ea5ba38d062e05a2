//! Every position of every example, also of damaged ones: nothing panics, and what is found is at
//! the cursor.

use raftstone_compiler::Cache;
use raftstone_dsl::scan::scan;

use crate::ide::{Schema, definition, diagnostics, hover};

const EXAMPLES: [&str; 6] = [
    include_str!("../../../../examples/todo.rstone"),
    include_str!("../../../../examples/bank.rstone"),
    include_str!("../../../../examples/shop/orders.rstone"),
    include_str!("../../../../examples/shop/stock.rstone"),
    include_str!("../../../../examples/shop/products.rstone"),
    include_str!("../../../../dsl/tests/corpus/conduit.rstone"),
];

fn ask_everywhere(text: &str, step: usize, cache: &mut Cache) -> usize {
    let mut read = |_: &str| Ok(text.to_owned());
    let schema = Schema::check("app.rstone", &mut read, None, cache);
    diagnostics(&schema);
    let mut count = 0;
    for offset in (0..=text.len() as u32).step_by(step) {
        let found = hover(&schema, 0, offset);
        if let Some(found) = &found {
            assert!(found.span.touches(offset));
            count += 1;
        }
        if let Some(found) = definition(&schema, 0, offset) {
            let (_, text) = schema.files().nth(found.target.file as usize).unwrap();
            assert!(text.get(found.target.span.start as usize..found.target.span.end as usize).is_some());
        }
    }
    count
}

#[test]
fn every_position_of_the_examples() {
    for text in EXAMPLES {
        let count = ask_everywhere(text, 1, &mut Cache::new());
        assert!(count * 4 > text.len(), "hovers at {count} of {} places", text.len());
    }
}

#[test]
fn damaged_examples() {
    for text in EXAMPLES {
        let mut cache = Cache::new();
        let tokens = scan(text);
        for token in tokens.iter().filter(|token| !token.kind.is_trivia()).step_by(23) {
            let mut damaged = text.to_owned();
            damaged.replace_range(token.span.start as usize..token.span.end as usize, "");
            ask_everywhere(&damaged, 37, &mut cache);
        }
        for token in tokens.iter().step_by(41) {
            ask_everywhere(&text[..token.span.end as usize], 29, &mut cache);
        }
    }
}
