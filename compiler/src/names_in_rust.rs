//! What the things of a schema are called in the generated Rust: one table for the whole compiler.
//!
//! Names stay as they were written. Where Rust or the generated code itself needs a name, the
//! user's gets an underscore behind it.

use crate::declarations::{
    Declarations, EndpointId, EnumId, EventId, ModelId, NewtypeId, ScenarioId, Source, StructId, ViewId,
};
use std::collections::BTreeSet;

/// Words that are legal names only when written `r#word`.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that can not even be written raw.
const NEVER_RAW: &[&str] = &["self", "super", "crate", "_"];

/// Types and traits that generated code uses without a path, and the modules beside the types.
const RESERVED_TYPES: &[&str] = &[
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Err",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Future",
    "Handlers",
    "Into",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "SCHEMA",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "Vec",
    "calls",
    "events",
    "functions",
    "models",
    "routes",
    "scenarios",
    "schema",
    "testing",
    "types",
    "views",
];

/// Values that generated bodies use without a path.
const RESERVED_LOCALS: &[&str] = &[
    "at",
    "base_url",
    "db",
    "event",
    "functions",
    "handlers",
    "input",
    "node",
    "object",
    "order_arm",
    "out",
    "params",
    "request",
    "rt",
    "tx",
    "value",
];

/// Functions and modules that stand beside the generated functions.
const RESERVED_FUNCTIONS: &[&str] = &["functions", "rt"];

/// The Rust names of everything in a schema. The vectors run parallel to those of [`Declarations`].
#[derive(Clone, Debug, Default)]
pub struct NamesInRust {
    newtypes: Vec<String>,
    enums: Vec<String>,
    structs: Vec<String>,
    models: Vec<String>,
    model_keys: Vec<String>,
    views: Vec<String>,
    view_keys: Vec<String>,
    events: Vec<String>,
    event_inputs: Vec<String>,
    calls: Vec<String>,
    test_event: String,
    test_app: String,
    scenarios: Vec<String>,
}

impl NamesInRust {
    /// Names for all of `declarations`. What the user named comes first; made names give way.
    pub fn new(declarations: &Declarations) -> Self {
        let mut taken: BTreeSet<String> = RESERVED_TYPES.iter().map(|name| (*name).to_owned()).collect();
        let mut names = Self::default();
        let mut claim = |name: &str| claim(&mut taken, name);
        names.newtypes = declarations.newtypes.iter().map(|item| claim(&item.name)).collect();
        names.enums = declarations.enums.iter().map(|item| claim(&item.name)).collect();
        names.models = declarations.models.iter().map(|item| claim(&item.name)).collect();
        names.views = declarations.views.iter().map(|item| claim(&item.name)).collect();
        names.events = declarations.events.iter().map(|item| claim(&item.name)).collect();
        let (written, inline): (Vec<_>, Vec<_>) =
            declarations.structs.iter().enumerate().partition(|(_, item)| !item.is_inline);
        names.structs = vec![String::new(); declarations.structs.len()];
        for (position, item) in written.into_iter().chain(inline) {
            if let Some(name) = names.structs.get_mut(position) {
                *name = claim(&item.name);
            }
        }
        names.model_keys = declarations.models.iter().map(|item| claim(&format!("{}Id", item.name))).collect();
        names.view_keys = declarations.views.iter().map(|item| claim(&format!("{}Key", item.name))).collect();
        names.event_inputs = declarations.events.iter().map(|item| claim(&format!("{}Input", item.name))).collect();
        // Calls live in a module of their own, beside the types that they use.
        names.calls = declarations.endpoints.iter().map(|item| claim(&pascal_case(&item.name))).collect();
        // The same holds for what tests work with.
        names.test_event = claim("Event");
        names.test_app = claim("App");
        let mut taken = BTreeSet::new();
        let titles = declarations.scenarios.iter().map(|item| scenario(&item.title));
        names.scenarios = titles.map(|name| self::claim(&mut taken, &name)).collect();
        names
    }

    /// The alias of a newtype.
    pub fn newtype(&self, id: NewtypeId) -> &str {
        at(&self.newtypes, id.index())
    }

    /// An enum.
    pub fn enumeration(&self, id: EnumId) -> &str {
        at(&self.enums, id.index())
    }

    /// A struct.
    pub fn structure(&self, id: StructId) -> &str {
        at(&self.structs, id.index())
    }

    /// The row type of a model.
    pub fn model(&self, id: ModelId) -> &str {
        at(&self.models, id.index())
    }

    /// The row type of a view.
    pub fn view(&self, id: ViewId) -> &str {
        at(&self.views, id.index())
    }

    /// The row type of a table.
    pub fn row(&self, source: Source) -> &str {
        match source {
            Source::Model(id) => self.model(id),
            Source::View(id) => self.view(id),
        }
    }

    /// The key type of a table: `TodoId`, and `FeedKey` of a view.
    pub fn key(&self, source: Source) -> &str {
        match source {
            Source::Model(id) => at(&self.model_keys, id.index()),
            Source::View(id) => at(&self.view_keys, id.index()),
        }
    }

    /// The event as it is stored.
    pub fn event(&self, id: EventId) -> &str {
        at(&self.events, id.index())
    }

    /// What is given when the event is emitted.
    pub fn event_input(&self, id: EventId) -> &str {
        at(&self.event_inputs, id.index())
    }

    /// The parameters of an endpoint.
    pub fn call(&self, id: EndpointId) -> &str {
        at(&self.calls, id.index())
    }

    /// The enum of all events, for tests.
    pub fn test_event(&self) -> &str {
        &self.test_event
    }

    /// The test that a scenario becomes.
    pub fn scenario(&self, id: ScenarioId) -> &str {
        at(&self.scenarios, id.index())
    }

    /// The application in memory, for tests.
    pub fn test_app(&self) -> &str {
        &self.test_app
    }
}

/// The name of a field, or of a method of the handlers.
pub fn field(name: &str) -> String {
    if NEVER_RAW.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// The name of a variant.
pub fn variant(name: &str) -> String {
    if name == "Self" { "Self_".to_owned() } else { field(name) }
}

/// The name of a local or parameter.
pub fn local(name: &str) -> String {
    if RESERVED_LOCALS.contains(&name) { format!("{name}_") } else { field(name) }
}

/// The field of a call that holds a parameter.
pub fn parameter(name: &str) -> String {
    if name == "base_url" { "base_url_".to_owned() } else { field(name) }
}

/// The name of a generated function.
pub fn function(name: &str) -> String {
    if RESERVED_FUNCTIONS.contains(&name) { format!("{name}_") } else { field(name) }
}

/// The module of a schema.
pub fn module(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.chars().next().is_none_or(|first| first.is_ascii_digit()) { format!("_{name}") } else { field(&name) }
}

/// The title of a scenario as the name of a function: `It can't be` as `it_can_t_be`.
fn scenario(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("_").to_ascii_lowercase();
    match name.chars().next() {
        None => "scenario".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{name}"),
        Some(_) => field(&name),
    }
}

/// `add_todo` as `AddTodo`.
pub fn pascal_case(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

/// `TodoAdded` as `todo_added`.
pub fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_lower {
            text.push('_');
        }
        after_lower = letter.is_lowercase() || letter.is_ascii_digit();
        text.extend(letter.to_lowercase());
    }
    text
}

fn claim(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}

fn at(names: &[String], position: usize) -> &str {
    names.get(position).map_or("Unknown", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_rust_are_escaped() {
        for (written, expected) in [("title", "title"), ("type", "r#type"), ("self", "self_"), ("gen", "r#gen")] {
            assert_eq!(field(written), expected);
        }
        assert_eq!(local("tx"), "tx_");
        assert_eq!(function("rt"), "rt_");
        assert_eq!(variant("Self"), "Self_");
        assert_eq!(module("to-do"), "to_do");
        assert_eq!(module("7up"), "_7up");
        for (title, expected) in [
            ("An author can't publish twice", "an_author_can_t_publish_twice"),
            ("2 are enough", "_2_are_enough"),
            ("match", "r#match"),
            ("…", "scenario"),
        ] {
            assert_eq!(scenario(title), expected);
        }
    }

    #[test]
    fn cases_convert() {
        for (pascal, snake) in [("TodoAdded", "todo_added"), ("HTTPCall", "httpcall"), ("A1B", "a1_b"), ("X", "x")] {
            assert_eq!(snake_case(pascal), snake);
        }
        assert_eq!(pascal_case("add_todo"), "AddTodo");
        assert_eq!(pascal_case("a__b"), "AB");
    }

    #[test]
    fn taken_names_get_underscores() {
        let mut taken: BTreeSet<String> = ["Option".to_owned()].into();
        assert_eq!(claim(&mut taken, "Option"), "Option_");
        assert_eq!(claim(&mut taken, "Todo"), "Todo");
        assert_eq!(claim(&mut taken, "Todo"), "Todo_");
    }
}
