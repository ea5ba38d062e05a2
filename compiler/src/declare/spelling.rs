//! `PascalCase`, `snake_case`, and names that are taken.

use raftstone_dsl::ast;

use super::{Numbered, Scope};
use crate::codes::items;
use crate::declarations::{FileSpan, Program};
use crate::names::Named;
use crate::problem::{Edit, Problem};
use crate::types::{OTHER_BUILT_INS, SCALARS};

/// Names of types that the generated module declares itself.
const TYPES_OF_THE_MODULE: [&str; 2] = ["Handlers", "Self"];

/// Functions of the language.
const STANDARD_FUNCTIONS: [&str; 15] = [
    "count", "exists", "first", "page", "decimal", "float", "int", "uuid", "now", "caller", "base_url", "none", "some",
    "true", "false",
];

/// Words that cannot be written in Rust, not even as raw names.
const NOT_IN_RUST: [&str; 3] = ["self", "super", "crate"];

impl Scope<'_> {
    /// Warns about a type's name that is not `PascalCase`.
    pub fn check_pascal_case(&mut self, file: u32, name: &ast::Ident) {
        if !is_pascal(&name.text) {
            self.warn_about_case(file, name, &to_pascal(&name.text));
        }
    }

    /// Warns about a value's name that is not `snake_case`, and refuses one that Rust cannot spell.
    pub fn check_snake_case(&mut self, file: u32, name: &ast::Ident) {
        if NOT_IN_RUST.contains(&name.text.as_str()) {
            let message = format!("`{}` cannot be a name", name.text);
            let span = FileSpan { file, span: name.span };
            self.problems
                .push(Problem::new(&items::RESERVED_NAME, span, message).label("Rust keeps this word to itself"));
        } else if !is_snake(&name.text) {
            self.warn_about_case(file, name, &to_snake(&name.text));
        }
    }

    fn warn_about_case(&mut self, file: u32, name: &ast::Ident, better: &str) {
        let span = FileSpan { file, span: name.span };
        let message = format!("`{}` is written `{better}`", name.text);
        let mut problem = Problem::new(&items::NAME_CASE, span, message);
        // Renaming is certain only while nobody else has the new name.
        if occurrences(self.program, better).is_empty() {
            let edits = occurrences(self.program, &name.text)
                .into_iter()
                .map(|span| Edit { span, text: better.to_owned() })
                .collect();
            problem = problem.fixes(format!("rename to `{better}`"), edits);
        }
        self.problems.push(problem);
    }

    /// Refuses names of items that are taken already.
    pub fn is_reserved(&mut self, numbered: &Numbered<'_>, name: &ast::Ident) -> bool {
        let reason = match numbered.named {
            Named::Function(_) if STANDARD_FUNCTIONS.contains(&name.text.as_str()) => {
                "a function of the language has this name".to_owned()
            }
            Named::Function(_) | Named::Endpoint(_) => return false,
            _ if is_built_in_type(&name.text) => "a built-in type has this name".to_owned(),
            _ if TYPES_OF_THE_MODULE.contains(&name.text.as_str()) => "the generated module needs this name".to_owned(),
            _ => match name.text.strip_suffix("Id").filter(|model| self.names.model(model).is_some()) {
                Some(model) => format!("the keys of model `{model}` have this type"),
                None => return false,
            },
        };
        let message = format!("the name `{}` is taken", name.text);
        self.problems.push(
            Problem::new(&items::RESERVED_NAME, numbered.name_span(), message)
                .label(reason)
                .help("choose another name"),
        );
        true
    }
}

fn is_built_in_type(name: &str) -> bool {
    SCALARS.iter().any(|(scalar, _)| *scalar == name) || OTHER_BUILT_INS.contains(&name)
}

fn is_pascal(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && !name.contains('_')
}

fn is_snake(name: &str) -> bool {
    !name.contains(char::is_uppercase)
}

/// `zip_code` and `zipCode` as `ZipCode`.
pub fn to_pascal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut letters = part.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out
}

/// `ZipCode` and `zipCode` as `zip_code`.
pub fn to_snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (position, letter) in letters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| letters.get(before));
        let after_is_lower = letters.get(position + 1).is_some_and(|after| after.is_lowercase());
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| *before != '_' && (!before.is_uppercase() || after_is_lower));
        if starts_word {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// `zip_code` as `zipCode`: the spelling of `json = camel_case`.
pub fn to_camel(name: &str) -> String {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    let mut out = parts.next().unwrap_or(name).to_owned();
    for part in parts {
        out.push_str(&to_pascal(part));
    }
    out
}

/// Where a word stands in the code of any file: outside comments, and in texts only inside `{ }`.
fn occurrences(program: &Program, word: &str) -> Vec<FileSpan> {
    let mut found = Vec::new();
    for (file, source) in program.files.iter().enumerate() {
        let mut line_start = 0;
        for line in source.text.split_inclusive('\n') {
            for start in in_line(line, word) {
                let start = (line_start + start) as u32;
                let span = ast::Span::new(start, start + word.len() as u32);
                found.push(FileSpan { file: file as u32, span });
            }
            line_start += line.len();
        }
    }
    found
}

fn in_line(line: &str, word: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut in_text, mut depth) = (false, 0_u32);
    let mut letters = line.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, letter)) = letters.next() {
        let in_code = !in_text || depth > 0;
        let rest = line.get(at..).unwrap_or_default();
        match letter {
            '"' if depth == 0 => in_text = !in_text,
            '\\' if in_text => {
                letters.next();
            }
            '{' if in_text => depth += 1,
            '}' if in_text => depth = depth.saturating_sub(1),
            '/' if !in_text && rest.starts_with("//") => break,
            _ if in_code && !is_word(before) && rest.starts_with(word) => {
                let after = rest.get(word.len()..).and_then(|after| after.chars().next());
                if !after.is_some_and(is_word) {
                    found.push(at);
                }
            }
            _ => {}
        }
        before = letter;
    }
    found
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let table = [
            ("zip_code", "ZipCode", "zip_code", "zipCode"),
            ("zipCode", "ZipCode", "zip_code", "zipCode"),
            ("ZipCode", "ZipCode", "zip_code", "ZipCode"),
            ("id", "Id", "id", "id"),
            ("HTTPServer", "HTTPServer", "http_server", "HTTPServer"),
            ("a1_b2", "A1B2", "a1_b2", "a1B2"),
        ];
        for (name, pascal, snake, camel) in table {
            assert_eq!(to_pascal(name), pascal, "{name}");
            assert_eq!(to_snake(name), snake, "{name}");
            assert_eq!(to_camel(name), camel, "{name}");
        }
    }

    #[test]
    fn words_are_found_in_code_only() {
        let table: [(&str, &[usize]); 5] = [
            ("zipCode: string // zipCode", &[0]),
            ("x.zipCode + zipCodes", &[2]),
            ("\"zipCode\"", &[]),
            ("\"a {zipCode} b\" zipCode", &[4, 16]),
            ("\"\\\"zipCode\"", &[]),
        ];
        for (line, expected) in table {
            assert_eq!(in_line(line, "zipCode"), expected, "{line}");
        }
    }
}
