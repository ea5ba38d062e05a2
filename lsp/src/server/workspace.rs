//! From documents and files to schemas.
//!
//! A schema is a root and what it imports. An open document is looked at as part of every schema
//! that holds it: of the roots that import it, over however many steps, or of itself when nobody
//! does. Open documents win over the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gen_lsp_types as lsp;
use raftstone_compiler::{Cache, load, lock};
use raftstone_dsl::Encoding;

use super::capabilities::Client;
use super::disk::{self, Disk, Stamp, Text};
use super::documents::Documents;
use super::main_loop::guarded;
use super::{convert, uri};
use crate::ide;

/// Which text of a path something was found out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Open(u64),
    Disk(Option<Stamp>),
}

/// The texts: open documents before the disk.
#[derive(Clone, Debug, Default)]
struct Sources {
    documents: Documents,
    disk: Disk,
}

impl Sources {
    fn version(&self, path: &str) -> Version {
        match self.documents.get(path) {
            Some(document) => Version::Open(document.revision),
            None => Version::Disk(Disk::stamp(path)),
        }
    }

    fn read(&mut self, path: &str) -> (Version, Text) {
        if let Some(document) = self.documents.get(path) {
            return (Version::Open(document.revision), Ok(Arc::clone(&document.text)));
        }
        let (stamp, text) = self.disk.read(path);
        (Version::Disk(stamp), text)
    }
}

/// A checked root.
#[derive(Debug)]
struct Analysis {
    /// Every path that was asked for, also in vain, with what was found there.
    inputs: Vec<(String, Version)>,
    /// The files of the schema, in its order.
    files: Vec<convert::File>,
    /// The schema, or why there is none.
    schema: Result<ide::Schema, String>,
}

/// A list of problems as the client has it.
#[derive(Clone, Debug)]
struct Published {
    uri: String,
    version: Option<i32>,
    diagnostics: Vec<lsp::Diagnostic>,
}

/// An open document as part of a schema.
#[derive(Clone, Copy, Debug)]
pub struct View<'w> {
    /// The schema.
    pub schema: &'w ide::Schema,
    /// All files of it.
    pub files: &'w [convert::File],
    /// The document.
    pub file: &'w convert::File,
    /// Its position among them.
    pub number: u32,
}

impl View<'_> {
    /// The offset of a position in the document.
    pub fn offset(&self, position: lsp::Position, client: &Client) -> u32 {
        self.file.lines.offset(convert::line_column(position), client.encoding)
    }
}

/// All documents and what is known about them.
#[derive(Debug, Default)]
pub struct Workspace {
    sources: Sources,
    /// The open folders.
    folders: Vec<String>,
    /// Whether files may have come, gone or changed on disk.
    is_stale: bool,
    /// Of each known schema file, what it imports.
    imports: BTreeMap<String, (Version, Vec<String>)>,
    analyses: BTreeMap<String, Analysis>,
    /// Of each root, what is known of its bodies.
    caches: BTreeMap<String, Cache>,
    published: BTreeMap<String, Published>,
}

impl Workspace {
    /// A workspace of some folders, which are searched when the first document is opened.
    pub fn new(folders: Vec<String>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// A document was opened.
    pub fn open(&mut self, path: String, uri: String, version: i32, text: String) {
        self.sources.documents.open(path, uri, version, text);
        self.is_stale = true;
    }

    /// A document was changed; false when it is not open.
    pub fn change(
        &mut self,
        path: &str,
        version: i32,
        changes: Vec<lsp::TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        self.sources.documents.change(path, version, changes, encoding)
    }

    /// The text of an open document.
    pub fn text_of(&self, path: &str) -> Option<Arc<str>> {
        self.sources.documents.get(path).map(|document| Arc::clone(&document.text))
    }

    /// A document was closed; from now on the disk counts.
    pub fn close(&mut self, path: &str) {
        self.is_stale |= self.sources.documents.close(path);
    }

    /// Files on disk have changed.
    pub fn look_again(&mut self) {
        self.sources.disk.forget();
        self.is_stale = true;
    }

    /// A document as part of the first schema that holds it, from its present text.
    pub fn view_of(&mut self, path: &str) -> Option<View<'_>> {
        self.refresh();
        self.analyses.values().find_map(|analysis| {
            let number = analysis.files.iter().position(|file| file.path == path)?;
            let schema = analysis.schema.as_ref().ok()?;
            let file = analysis.files.get(number)?;
            Some(View { schema, files: &analysis.files, file, number: number as u32 })
        })
    }

    /// The messages that bring the client up to date about problems.
    pub fn publish(&mut self, client: &Client) -> Vec<lsp::PublishDiagnosticsParams> {
        self.refresh();
        let mut now = self.problems(client);
        let mut before = std::mem::take(&mut self.published);
        let mut messages = Vec::new();
        for (path, published) in &mut now {
            let before = before.remove(path);
            let is_news = match &before {
                Some(before) => before.version != published.version || before.diagnostics != published.diagnostics,
                // A file that is not open and never was wrong needs no message.
                None => published.version.is_some() || !published.diagnostics.is_empty(),
            };
            if is_news {
                messages.push(message(published));
            }
        }
        for gone in before.into_values().filter(|gone| !gone.diagnostics.is_empty()) {
            messages.push(message(&Published { version: None, diagnostics: Vec::new(), ..gone }));
        }
        self.published = now;
        messages
    }

    /// All problems by path, with an empty list for every file without one.
    fn problems(&self, client: &Client) -> BTreeMap<String, Published> {
        let mut all: BTreeMap<String, Published> = BTreeMap::new();
        for (path, document) in self.sources.documents.iter() {
            let uri = document.uri.clone();
            all.insert(path.to_owned(), Published { uri, version: Some(document.version), diagnostics: Vec::new() });
        }
        let mut add = |path: &str, found: Option<lsp::Diagnostic>| {
            let published = all.entry(path.to_owned()).or_insert_with(|| Published {
                uri: uri::from_path(path),
                version: None,
                diagnostics: Vec::new(),
            });
            // A file of two schemas has most of its problems in both.
            if let Some(found) = found
                && !published.diagnostics.contains(&found)
            {
                published.diagnostics.push(found);
            }
        };
        for (root, analysis) in &self.analyses {
            match &analysis.schema {
                Err(reason) => add(root, Some(convert::unreadable(reason))),
                Ok(schema) => {
                    for file in &analysis.files {
                        add(&file.path, None);
                    }
                    for problem in ide::diagnostics(schema) {
                        if let Some(file) = analysis.files.get(problem.place.file as usize) {
                            add(&file.path, convert::diagnostic(&analysis.files, &problem, client));
                        }
                    }
                }
            }
        }
        all
    }

    /// Finds the roots and checks those that have changed.
    fn refresh(&mut self) {
        self.refresh_imports();
        let roots = self.roots();
        self.analyses.retain(|root, _| roots.contains(root));
        self.caches.retain(|root, _| roots.contains(root));
        for root in roots {
            let is_fresh = self.analyses.get(&root).is_some_and(|analysis| {
                analysis.inputs.iter().all(|(path, version)| self.sources.version(path) == *version)
            });
            if !is_fresh {
                let cache = self.caches.entry(root.clone()).or_default();
                let analysis = analyse(&root, &mut self.sources, cache);
                self.analyses.insert(root, analysis);
            }
        }
    }

    fn refresh_imports(&mut self) {
        let mut paths: BTreeSet<String> = self.sources.documents.iter().map(|(path, _)| path.to_owned()).collect();
        if std::mem::take(&mut self.is_stale) {
            self.find_files(&mut paths);
            self.imports.retain(|path, _| paths.contains(path));
        }
        for path in paths {
            let is_known = self.imports.get(&path).is_some_and(|(version, _)| *version == self.sources.version(&path));
            if !is_known {
                let (version, text) = self.sources.read(&path);
                let written = text.map(|text| ide::imports(&text)).unwrap_or_default();
                let imported = written.iter().filter_map(|written| load::join(&path, written).ok()).collect();
                self.imports.insert(path, (version, imported));
            }
        }
    }

    /// The schema files that may import an open document.
    fn find_files(&self, paths: &mut BTreeSet<String>) {
        let mut found = Vec::new();
        let documents = || self.sources.documents.iter().map(|(path, _)| path);
        for folder in &self.folders {
            if documents().any(|path| is_inside(path, folder)) {
                disk::schemas_under(folder, &mut found);
            }
        }
        for path in documents().filter(|path| path.starts_with('/')) {
            if !self.folders.iter().any(|folder| is_inside(path, folder)) {
                disk::schemas_around(path, &mut found);
            }
        }
        paths.extend(found);
    }

    /// The roots of the schemas that hold an open document.
    fn roots(&self) -> BTreeSet<String> {
        let mut importers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (path, (_, imported)) in &self.imports {
            for imported in imported.iter().filter(|imported| *imported != path) {
                importers.entry(imported).or_default().push(path);
            }
        }
        let mut roots = BTreeSet::new();
        for (document, _) in self.sources.documents.iter() {
            let above = above(document, &importers);
            let tops: Vec<&str> = above.iter().copied().filter(|path| !importers.contains_key(path)).collect();
            if tops.is_empty() {
                // Files that import each other in a circle have no root; any of them shows it.
                roots.extend(above.first().map(|path| (*path).to_owned()));
            }
            roots.extend(tops.into_iter().map(str::to_owned));
        }
        roots
    }
}

/// A file and all that import it, over however many steps.
fn above<'p>(document: &'p str, importers: &BTreeMap<&str, Vec<&'p str>>) -> BTreeSet<&'p str> {
    let mut found = BTreeSet::from([document]);
    let mut waiting = vec![document];
    while let Some(path) = waiting.pop() {
        for importer in importers.get(path).into_iter().flatten() {
            if found.insert(importer) {
                waiting.push(importer);
            }
        }
    }
    found
}

fn is_inside(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn message(published: &Published) -> lsp::PublishDiagnosticsParams {
    lsp::PublishDiagnosticsParams {
        uri: published.uri.clone().into(),
        version: published.version,
        diagnostics: published.diagnostics.clone(),
    }
}

/// Checks a root. The schema knows its files by their paths from the root's folder, which is how
/// they stand in the words of problems.
fn analyse(root: &str, sources: &mut Sources, cache: &mut Cache) -> Analysis {
    let folder = uri::folder(root);
    let name = root.get(folder.len()..).unwrap_or(root);
    let absolute = |relative: &str| {
        // The path of a document that is no file is not made of folders.
        if relative == name { root.to_owned() } else { uri::join(folder, relative) }
    };
    let mut inputs = Vec::new();
    let mut read = |relative: &str| {
        let path = absolute(relative);
        let (version, text) = sources.read(&path);
        inputs.push((path, version));
        text.map(|text| text.to_string())
    };
    let lock = read(lock::FILE_NAME).ok();
    let lock = lock.as_deref().map(|text| (lock::FILE_NAME, text));
    let schema = guarded(|| ide::Schema::check(name, &mut read, lock, cache));
    let mut files = Vec::new();
    for (relative, text) in schema.iter().flat_map(ide::Schema::files) {
        let path = absolute(relative);
        let open_as = sources.documents.get(&path).map(|document| document.uri.as_str());
        files.push(convert::File::new(path.clone(), open_as, text));
    }
    Analysis { inputs, files, schema }
}
