//! The words that the language brings: the one table of them, each with a sentence for hovers.

use crate::declarations::Type;

/// A word of the language.
#[derive(Debug, PartialEq, Eq)]
pub struct BuiltIn {
    /// The word.
    pub name: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it means.
    pub docs: &'static str,
}

impl BuiltIn {
    /// The type of a word that stands for a value.
    pub fn value_type(&self) -> Type {
        match self.form {
            "now: timestamp" | "event.at: timestamp" => Type::Timestamp,
            "base_url: string" => Type::Text,
            "event.by: string?" => Type::Optional(Box::new(Type::Text)),
            "event.seq: int" | "total: int" => Type::Int,
            "next: string?" => Type::Optional(Box::new(Type::Text)),
            _ => Type::Error,
        }
    }
}

/// `items`, `total` or `next` of a page.
pub fn of_page(name: &str) -> Option<&'static BuiltIn> {
    find(OF_PAGE, name)
}

/// A type of the language by its name.
pub fn type_name(name: &str) -> Option<&'static BuiltIn> {
    find(TYPES, name)
}

/// An attribute by its name, without the `@`.
pub fn attribute(name: &str) -> Option<&'static BuiltIn> {
    find(ATTRIBUTES, name)
}

/// A word that stands for a value.
pub fn value(name: &str, is_in_event: bool) -> Option<&'static BuiltIn> {
    find(VALUES, name).filter(|word| word.name != "event" || is_in_event)
}

/// What stands behind `event.`.
pub fn of_event(name: &str) -> Option<&'static BuiltIn> {
    find(OF_EVENT, name)
}

/// A standard function.
pub fn function(name: &str) -> Option<&'static BuiltIn> {
    find(FUNCTIONS, name)
}

/// A setting of the `auth` block, or the way that a session travels.
pub fn auth(name: &str) -> Option<&'static BuiltIn> {
    find(AUTH, name)
}

/// Who may call or read.
pub fn audience(name: &str) -> Option<&'static BuiltIn> {
    find(AUDIENCES, name)
}

/// The names of the standard functions, for "did you mean".
pub fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|word| word.name)
}

/// Whether a call or a bare word of this name means something already, so that no `fn` can have it.
pub fn is_taken(name: &str) -> bool {
    function(name).is_some() || value(name, false).is_some() || LITERALS.contains(&name)
}

/// Whether some value has a method of this name.
pub fn is_method(name: &str) -> bool {
    method(name).is_some()
}

/// A standard method.
pub fn method(name: &str) -> Option<&'static BuiltIn> {
    find(METHODS, name)
}

fn find(table: &'static [BuiltIn], name: &str) -> Option<&'static BuiltIn> {
    table.iter().find(|word| word.name == name)
}

const fn word(name: &'static str, form: &'static str, docs: &'static str) -> BuiltIn {
    BuiltIn { name, form, docs }
}

/// Words that are values by themselves.
const LITERALS: [&str; 4] = ["none", "some", "true", "false"];

static TYPES: &[BuiltIn] = &[
    word("bool", "bool", "`true` or `false`."),
    word("int", "int", "A whole number of 64 bits, signed. Overflow refuses the request, it never wraps."),
    word("float", "float", "A floating-point number of 64 bits, always finite."),
    word("decimal", "decimal", "An exact number of up to 28 digits, for money. In JSON it is a string."),
    word("string", "string", "UTF-8 text, ordered by its bytes. `len` counts characters."),
    word("bytes", "bytes", "Raw bytes. In JSON they are base64."),
    word("timestamp", "timestamp", "A point in time in UTC, to the microsecond. In JSON it is RFC 3339."),
    word("date", "date", "A day of the calendar, such as `2026-11-22`."),
    word(
        "duration",
        "duration",
        "A signed span of time, written `30d`, `12h`, `15min`, `10s`, `250ms`. In JSON it is ISO 8601.",
    ),
    word("uuid", "uuid", "A UUID; one that is generated is of version 7."),
    word("json", "json", "Any JSON value. `j[\"a\"].as_string()` and the like give options."),
    word("set", "set<T>", "Different values in their order."),
    word("map", "map<K, V>", "Values by key, in the order of the keys."),
    word(
        "page",
        "page<T>",
        "A page of a query: its `items`, `next` for the page behind it, and `total`, which is counted only where it is used.",
    ),
    word("secret", "secret", "Text that is kept as a hash and is in no response, log or page."),
];

static ATTRIBUTES: &[BuiltIn] = &[
    word("min", "@min(n)", "The value is at least this."),
    word("max", "@max(n)", "The value is at most this."),
    word("len", "@len(a..b, \"message\")", "A text has this many characters, a collection this many elements."),
    word("max_len", "@max_len(n)", "A text has at most this many characters, a collection this many elements."),
    word("pattern", "@pattern(\"…\")", "The whole text matches this regular expression."),
    word("email", "@email", "The text looks like an e-mail address."),
    word("url", "@url", "The text is an address that starts with `http://` or `https://`."),
    word("trim", "@trim", "White space around the text is taken away before its rules are checked."),
    word("lower", "@lower", "The text is put into lower case before its rules are checked."),
    word("key", "@key", "Identifies the row."),
    word("auto", "@auto", "The engine numbers the rows."),
    word("unique", "@unique", "No two rows share the value; a second one is refused with 409. Also an index."),
    word("index", "@index", "Queries find rows by the value; of a set or list by each element."),
    word(
        "on_delete",
        "@on_delete(restrict | cascade | clear)",
        "What happens when the row that is referred to is deleted: it stays, this row goes too, or the reference becomes none. Without it: `restrict`.",
    ),
    word("private", "@private", "The field is in no response."),
    word("as", "@as(\"name\")", "The name in JSON, when it is not the one written here."),
    word("was", "@was(\"Old\")", "The earlier name, so that the lock file knows a rename from a new thing."),
    word("deprecated", "@deprecated(\"use …\")", "Marks what should not be used any more, and says what to use."),
    word("header", "@header(\"If-Match\")", "The parameter comes from this header."),
    word("query", "@query", "The parameter comes from the query string."),
    word("body", "@body", "The parameter takes the whole body."),
    word("cold", "@cold", "The bytes stay in the journal; memory holds their position."),
    word("personal", "@personal", "The field is encrypted in the journal under a key of its subject."),
];

static VALUES: &[BuiltIn] = &[
    word("now", "now: timestamp", "The time of the request. In a default it is the time of the event."),
    word("base_url", "base_url: string", "Where clients reach this server, without a slash at the end."),
    word("caller", "caller", "Who makes the request."),
    word("session", "session", "The session of the request: `session.token` is what was presented."),
    word(
        "event",
        "event",
        "The event at hand: `event.at`, `event.by`, `event.seq`. Its fields stand by their bare names.",
    ),
];

static AUTH: &[BuiltIn] = &[
    word("identity", "identity = field", "The unique text field by which those who sign in are known."),
    word("password", "password = field", "The field of type `secret` that is checked when somebody signs in."),
    word("session", "session = bearer for 30d", "How a request shows its session, and for how long it lasts."),
    word("at", "at = /auth", "The route below which `login`, `logout` and `me` are served."),
    word("bearer", "bearer \"Token\" for 90d", "The session travels in the header `Authorization`, behind this word."),
    word("cookie", "cookie for 14d", "The session travels in a cookie."),
];

static AUDIENCES: &[BuiltIn] = &[
    word("anyone", "for anyone", "Everybody, signed in or not."),
    word("user", "for user where …", "Who has signed in, and for whom the condition holds."),
    word("operator", "for operator", "Who runs the system."),
];

static OF_EVENT: &[BuiltIn] = &[
    word("at", "event.at: timestamp", "When the event was emitted."),
    word("by", "event.by: string?", "The key of the caller, if there was one."),
    word("seq", "event.seq: int", "The number of the transaction in the journal."),
];

static OF_PAGE: &[BuiltIn] = &[
    word("items", "items: [T]", "What the page shows."),
    word("total", "total: int", "How many there are on all pages; they are counted only where this is used."),
    word("next", "next: string?", "The cursor of the page behind this one; none on the last."),
];

static FUNCTIONS: &[BuiltIn] = &[
    word("count", "count(query) -> int", "How many rows a query finds."),
    word("exists", "exists(query) -> bool", "Whether a query finds a row."),
    word("first", "first(query) -> T?", "The first row that a query finds."),
    word("page", "page(query, cursor) -> page<T>", "A page of what a query finds, from a cursor on."),
    word("uuid", "uuid() -> uuid", "A new UUID. Only in endpoints: what it gave goes into an event."),
    word("decimal", "decimal(x) -> decimal", "The number as a decimal."),
    word("float", "float(x) -> float", "The number as a float."),
    word("int", "int(x) -> int", "The number as a whole one."),
    word("verify", "verify(hash, candidate) -> bool", "Whether the candidate is the text that was kept as this hash."),
    word("sign_in", "sign_in(user) -> string", "Opens a session for the row; gives its token."),
    word("sign_out", "sign_out()", "Ends the session of the request."),
    word("forget", "forget(user)", "Destroys the key of a subject, and with it what is `@personal`."),
];

static METHODS: &[BuiltIn] = &[
    word("len", "len() -> int", "How many characters, elements or bytes."),
    word("map", "map(x => …) -> [T]", "What the lambda gives for each element."),
    word("filter", "filter(x => …)", "The elements for which the lambda holds."),
    word("any", "any(x => …) -> bool", "Whether the lambda holds for an element."),
    word("all", "all(x => …) -> bool", "Whether the lambda holds for all elements."),
    word("sum", "sum() or sum(x => …)", "The elements added up, or what the lambda gives for them."),
    word("min", "min() or min(x => …)", "The smallest; none when there is none."),
    word("max", "max() or max(x => …)", "The largest; none when there is none."),
    word("first", "first() -> T?", "The first element."),
    word("last", "last() -> T?", "The last element."),
    word("sort_by", "sort_by(x => …) -> [T]", "The elements in the order of what the lambda gives."),
    word("take", "take(n)", "The first `n` elements or characters."),
    word("skip", "skip(n)", "All but the first `n` elements."),
    word("contains", "contains(x) -> bool", "Whether `x` is in it."),
    word("keys", "keys() -> [K]", "The keys in their order."),
    word("values", "values() -> [V]", "The values in the order of their keys."),
    word("trim", "trim() -> string", "Without the white space around it."),
    word("lower", "lower() -> string", "In lower case."),
    word("upper", "upper() -> string", "In upper case."),
    word("starts_with", "starts_with(text) -> bool", "Whether it starts with this."),
    word("ends_with", "ends_with(text) -> bool", "Whether it ends with this."),
    word("split", "split(text) -> [string]", "The pieces between."),
    word("replace", "replace(from, to) -> string", "With every `from` replaced."),
    word("slug", "slug() -> string", "As part of an address: lower case, with hyphens."),
    word("date", "date() -> date", "The day in UTC."),
    word("year", "year() -> int", "The year."),
    word("month", "month() -> int", "The month, from 1."),
    word("start_of_month", "start_of_month() -> date", "The first day of the month."),
    word("round", "round(n)", "Rounded to `n` digits."),
    word("abs", "abs()", "Without its sign."),
    word("as_string", "as_string() -> string?", "The string, if it is one."),
    word("as_int", "as_int() -> int?", "The whole number, if it is one."),
    word("as_float", "as_float() -> float?", "The number, if it is one."),
    word("as_bool", "as_bool() -> bool?", "The truth value, if it is one."),
    word("as_list", "as_list() -> [json]?", "The list, if it is one."),
    word("as_map", "as_map() -> map<string, json>?", "The fields by name, if it is an object."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::SCALARS;

    #[test]
    fn every_scalar_has_a_sentence() {
        for (name, _) in SCALARS {
            assert!(type_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_form_holds_its_word_and_every_text_is_a_sentence() {
        for word in
            [TYPES, ATTRIBUTES, VALUES, AUTH, AUDIENCES, OF_EVENT, OF_PAGE, FUNCTIONS, METHODS].into_iter().flatten()
        {
            assert!(word.form.contains(word.name) && word.docs.ends_with('.'), "{}", word.name);
        }
    }
}
