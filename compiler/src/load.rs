//! From a root file to all files of a schema.
//!
//! The disk stays outside: whoever calls gives the text of a path.

use std::collections::BTreeMap;

use raftstone_dsl::ast;

use crate::codes::items;
use crate::declarations::{FileSpan, Program, SourceFile};
use crate::problem::{Problem, Problems};
use crate::syntax;

/// The most files of one schema.
pub const MAX_FILES: usize = 1_000;

/// Gives the text of a file, or the reason why it cannot be read.
pub type ReadFile<'r> = &'r mut dyn FnMut(&str) -> Result<String, String>;

/// Reads the root and everything that it imports, each file once.
///
/// A root that cannot be read is an empty file with a problem at its start.
pub fn load(root: &str, read: ReadFile<'_>, problems: &mut Problems) -> Program {
    let mut loader = Loader { program: Program::default(), by_path: BTreeMap::new(), read, problems };
    if let Err(reason) = loader.add(root.to_owned()) {
        // There is no text to put a label at, so the message holds the reason too.
        let message = format!("`{root}` cannot be read: {reason}");
        loader.problems.push(Problem::new(&items::IMPORT_UNREADABLE, FileSpan::default(), message));
        let path = root.to_owned();
        loader.program.files.push(SourceFile { path, ..SourceFile::default() });
    }
    let mut next = 0;
    while next < loader.program.files.len() {
        loader.follow_imports(next as u32);
        next += 1;
    }
    loader.report_cycles();
    loader.program
}

struct Loader<'l> {
    program: Program,
    by_path: BTreeMap<String, u32>,
    read: ReadFile<'l>,
    problems: &'l mut Problems,
}

impl Loader<'_> {
    fn add(&mut self, path: String) -> Result<u32, String> {
        let file = self.program.files.len() as u32;
        if self.program.files.len() >= MAX_FILES {
            return Err(format!("a schema has at most {MAX_FILES} files"));
        }
        let text = (self.read)(&path)?;
        let tree = syntax::parse(&text, file, self.problems);
        self.by_path.insert(path.clone(), file);
        self.program.files.push(SourceFile { path, text, tree });
        Ok(file)
    }

    fn follow_imports(&mut self, file: u32) {
        let mut seen: BTreeMap<String, FileSpan> = BTreeMap::new();
        for written in imports(&self.program, file) {
            let span = FileSpan { file, span: written.span };
            let Some(path) = self.resolve(file, &written) else { continue };
            if let Some(first) = seen.insert(path.clone(), span) {
                self.problems.push(
                    Problem::new(&items::IMPORT_TWICE, span, "this file is imported already")
                        .label("imported again here")
                        .other(first, "first imported here")
                        .help("remove this line"),
                );
            }
            if self.by_path.contains_key(&path) {
                continue;
            }
            if let Err(reason) = self.add(path.clone()) {
                self.problems.push(
                    Problem::new(&items::IMPORT_UNREADABLE, span, format!("`{path}` cannot be read"))
                        .label(reason)
                        .help("the path is relative to the file that imports"),
                );
            }
        }
    }

    fn resolve(&mut self, file: u32, written: &ast::Ident) -> Option<String> {
        let importer = self.program.files.get(file as usize)?.path.clone();
        match join(&importer, &written.text) {
            Ok(path) => Some(path),
            Err(reason) => {
                let span = FileSpan { file, span: written.span };
                self.problems.push(
                    Problem::new(&items::IMPORT_PATH, span, reason)
                        .help("write a relative path such as `import \"users.rstone\"`"),
                );
                None
            }
        }
    }

    /// Walks the imports from the root; one that leads back to a file on the way closes a circle.
    fn report_cycles(&mut self) {
        let mut way = Vec::new();
        let mut done = vec![false; self.program.files.len()];
        self.walk(0, &mut way, &mut done);
    }

    fn walk(&mut self, file: u32, way: &mut Vec<(u32, FileSpan)>, done: &mut [bool]) {
        for written in imports(&self.program, file) {
            let span = FileSpan { file, span: written.span };
            let importer = self.program.files.get(file as usize).map_or("", |file| &file.path);
            let target = join(importer, &written.text).ok().and_then(|path| self.by_path.get(&path));
            let Some(target) = target.copied() else { continue };
            let start = way.iter().position(|(on_way, _)| *on_way == target);
            if target == file || start.is_some() {
                self.report_cycle(span, way.get(start.unwrap_or(way.len())..).unwrap_or_default());
            } else if !done.get(target as usize).copied().unwrap_or(true) {
                way.push((file, span));
                self.walk(target, way, done);
                way.pop();
            }
        }
        if let Some(done) = done.get_mut(file as usize) {
            *done = true;
        }
    }

    fn report_cycle(&mut self, span: FileSpan, way: &[(u32, FileSpan)]) {
        let mut problem = Problem::new(&items::IMPORT_CYCLE, span, "files import each other in a circle")
            .label("this import closes the circle")
            .help("names are shared by all files of a schema: leave this import out");
        for (_, import) in way {
            problem = problem.other(*import, "on the way from here");
        }
        self.problems.push(problem);
    }
}

fn imports(program: &Program, file: u32) -> Vec<ast::Ident> {
    let items = program.files.get(file as usize).map(|file| file.tree.items.as_slice());
    items
        .unwrap_or_default()
        .iter()
        .filter_map(|item| match &item.kind {
            ast::ItemKind::Import(import) => import.path.clone(),
            _ => None,
        })
        .collect()
}

/// The path of an import, seen from where the importer's own path is seen.
pub fn join(importer: &str, written: &str) -> Result<String, String> {
    if written.is_empty() {
        return Err("an import names a file".to_owned());
    }
    if written.starts_with('/') || written.contains('\\') || written.contains(':') {
        return Err("the path of an import is relative, with `/` between folders".to_owned());
    }
    if !written.ends_with(".rstone") {
        return Err("an import names a file that ends in `.rstone`".to_owned());
    }
    let absolute = importer.starts_with('/');
    let mut parts: Vec<&str> = importer.split('/').filter(|part| !part.is_empty()).collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&"..") | None => parts.push(".."),
                Some(_) => {
                    parts.pop();
                }
            },
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    Ok(if absolute { format!("/{path}") } else { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_strange_ones_refused() {
        let table = [
            ("todo.rstone", "users.rstone", Some("users.rstone")),
            ("schema/todo.rstone", "users.rstone", Some("schema/users.rstone")),
            ("schema/todo.rstone", "./parts/users.rstone", Some("schema/parts/users.rstone")),
            ("schema/todo.rstone", "../users.rstone", Some("users.rstone")),
            ("todo.rstone", "../users.rstone", Some("../users.rstone")),
            ("/abs/todo.rstone", "users.rstone", Some("/abs/users.rstone")),
            ("todo.rstone", "/users.rstone", None),
            ("todo.rstone", "a\\users.rstone", None),
            ("todo.rstone", "c:/users.rstone", None),
            ("todo.rstone", "users.txt", None),
            ("todo.rstone", "", None),
        ];
        for (importer, written, expected) in table {
            assert_eq!(join(importer, written).ok().as_deref(), expected, "{importer} + {written}");
        }
    }

    #[test]
    fn a_root_that_cannot_be_read_is_a_problem() {
        let mut problems = Problems::new();
        let program = load("a.rstone", &mut |_| Err("no such file".to_owned()), &mut problems);
        assert_eq!(program.files.len(), 1);
        assert!(problems.has_errors());
    }
}
