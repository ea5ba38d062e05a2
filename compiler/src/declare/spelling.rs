//! `PascalCase`, `snake_case`, and names that are taken.

use std::collections::BTreeMap;

use raftstone_dsl::ast;

use super::{Numbered, Scope};
use crate::built_ins;
use crate::codes::items;
use crate::declarations::{FileSpan, Program};
use crate::names::Named;
use crate::problem::{Edit, Problem};
use crate::types::{OTHER_BUILT_INS, SCALARS};

impl Scope<'_> {
    /// Warns about a type's name that is not `PascalCase`.
    pub fn check_pascal_case(&mut self, file: u32, name: &ast::Ident) {
        if !is_pascal(&name.text) {
            self.warn_about_case(file, name, &to_pascal(&name.text));
        }
    }

    /// Warns about a value's name that is not `snake_case`.
    pub fn check_snake_case(&mut self, file: u32, name: &ast::Ident) {
        if !is_snake(&name.text) {
            self.warn_about_case(file, name, &to_snake(&name.text));
        }
    }

    fn warn_about_case(&mut self, file: u32, name: &ast::Ident, better: &str) {
        let span = FileSpan { file, span: name.span };
        let message = format!("`{}` is written `{better}`", name.text);
        let mut problem = Problem::new(&items::NAME_CASE, span, message);
        // Renaming is certain only while nobody else has the new name.
        let program = self.program;
        let words = self.words.get_or_insert_with(|| Words::new(program));
        if words.places(better).is_empty() {
            let places = words.places(&name.text).iter();
            let edits = places.map(|span| Edit { span: *span, text: better.to_owned() }).collect();
            problem = problem.fixes(format!("rename to `{better}`"), edits);
        }
        self.problems.push(problem);
    }

    /// Refuses names of items that are taken already.
    pub fn is_reserved(&mut self, numbered: &Numbered<'_>, name: &ast::Ident) -> bool {
        let reason = match numbered.named {
            Named::Function(_) if built_ins::is_taken(&name.text) => "a function of the language has this name",
            Named::Function(_) | Named::Endpoint(_) | Named::Hook(_) | Named::Job(_) => return false,
            _ if is_built_in_type(&name.text) => "a built-in type has this name",
            _ => return false,
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

/// Where each word of the code stands: outside comments, and in texts only inside `{ }`.
#[derive(Debug, Default)]
pub struct Words(BTreeMap<String, Vec<FileSpan>>);

impl Words {
    fn new(program: &Program) -> Self {
        let mut words: BTreeMap<String, Vec<FileSpan>> = BTreeMap::new();
        for (file, source) in program.files.iter().enumerate() {
            let mut line_start = 0;
            for line in source.text.split_inclusive('\n') {
                for (start, word) in in_line(line) {
                    let start = (line_start + start) as u32;
                    let span = ast::Span::new(start, start + word.len() as u32);
                    words.entry(word.to_owned()).or_default().push(FileSpan { file: file as u32, span });
                }
                line_start += line.len();
            }
        }
        Self(words)
    }

    fn places(&self, word: &str) -> &[FileSpan] {
        self.0.get(word).map_or(&[], Vec::as_slice)
    }
}

/// The words of a line with their offsets.
fn in_line(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut in_text, mut depth) = (false, 0_u32);
    let mut word: Option<usize> = None;
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let in_code = !in_text || depth > 0;
        if in_code && is_word(letter) {
            word.get_or_insert(at);
            if letters.peek().is_some() {
                continue;
            }
        }
        if let Some(start) = word.take() {
            let end = if in_code && is_word(letter) { line.len() } else { at };
            found.push((start, line.get(start..end).unwrap_or_default()));
        }
        match letter {
            '"' if depth == 0 => in_text = !in_text,
            '\\' if in_text => {
                letters.next();
            }
            '{' if in_text => depth += 1,
            '}' if in_text => depth = depth.saturating_sub(1),
            '/' if !in_text && letters.peek().is_some_and(|(_, next)| *next == '/') => break,
            _ => {}
        }
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
        let table: [(&str, &[usize]); 7] = [
            ("zipCode: string // zipCode", &[0]),
            ("x.zipCode + zipCodes", &[2]),
            ("\"zipCode\"", &[]),
            ("\"a {zipCode} b\" zipCode", &[4, 16]),
            ("\"\\\"zipCode\"", &[]),
            ("a / zipCode", &[4]),
            ("", &[]),
        ];
        for (line, expected) in table {
            let places: Vec<usize> =
                in_line(line).iter().filter(|(_, word)| *word == "zipCode").map(|(at, _)| *at).collect();
            assert_eq!(places, expected, "{line}");
        }
    }
}
