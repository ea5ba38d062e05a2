//! JSON values whose members keep their order, so that the same schema gives the same bytes.

use crate::render::json::string;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Members),
}

/// The members of an object, in the order in which they were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Members(Vec<(String, Json)>);

impl Members {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The object with one more member, or with another value for one that it has.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.set(name, value);
        self
    }

    /// The object with a member that there may be.
    #[must_use]
    pub(super) fn with_some(self, name: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Json>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Members> for Json {
    fn from(members: Members) -> Self {
        Self::Object(members)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        Self::Number(value.to_string())
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl Json {
    /// The text, a member a line, without a line end behind it.
    pub(super) fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out
    }

    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(digits) => out.push_str(digits),
            Self::Text(text) => string(out, text),
            Self::List(values) => {
                write_lines(depth, out, ['[', ']'], values, |value, out| value.write(depth + 1, out));
            }
            Self::Object(members) => write_lines(depth, out, ['{', '}'], &members.0, |(name, value), out| {
                string(out, name);
                out.push_str(": ");
                value.write(depth + 1, out);
            }),
        }
    }
}

fn write_lines<T>(
    depth: usize,
    out: &mut String,
    brackets: [char; 2],
    values: &[T],
    mut write: impl FnMut(&T, &mut String),
) {
    let [open, close] = brackets;
    out.push(open);
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        begin_line(depth + 1, out);
        write(value, out);
    }
    if !values.is_empty() {
        begin_line(depth, out);
    }
    out.push(close);
}

fn begin_line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_a_member_a_line() {
        let value = Members::new()
            .with("b", vec!["x\n", "y"])
            .with("a", Members::new())
            .with_some("none", None::<bool>)
            .with("b", vec![true])
            .with("n", 7_u64);
        let expected = "{\n  \"b\": [\n    true\n  ],\n  \"a\": {},\n  \"n\": 7\n}";
        assert_eq!(Json::from(value).to_text(), expected);
    }
}
