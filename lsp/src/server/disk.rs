//! The files that are not open: read from disk, kept until they change.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use raftstone_dsl::MAX_FILE_BYTES;

/// The most entries of folders that a search looks at: a home folder opened by mistake is left
/// half searched instead of stopping the editor.
pub const MAX_ENTRIES: usize = 20_000;

/// How deep folders are searched.
pub const MAX_FOLDER_DEPTH: usize = 16;

/// How far above a file outside of every open folder its importers are looked for.
const PARENTS_SEARCHED: usize = 3;

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

/// The text of a file, or why there is none.
pub type Text = Result<Arc<str>, String>;

/// The files read so far.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: BTreeMap<String, (Option<Stamp>, Text)>,
}

impl Disk {
    /// What tells the file's present state; none when there is no file.
    pub fn stamp(path: &str) -> Option<Stamp> {
        let facts = fs::metadata(native(path)?).ok()?;
        Some(Stamp { modified: facts.modified().ok(), length: facts.len() })
    }

    /// The text of a file.
    pub fn read(&mut self, path: &str) -> (Option<Stamp>, Text) {
        let stamp = Self::stamp(path);
        if let Some((known, text)) = self.files.get(path)
            && *known == stamp
        {
            return (stamp, text.clone());
        }
        let text = read(path);
        self.files.insert(path.to_owned(), (stamp, text.clone()));
        (stamp, text)
    }

    /// Reads everything anew from now on: a stamp may miss two changes that follow closely.
    pub fn forget(&mut self) {
        self.files.clear();
    }
}

fn read(path: &str) -> Text {
    let Some(native) = native(path) else {
        return Err("only a document that is saved as a file can import".to_owned());
    };
    let file = fs::File::open(&native).map_err(|error| words(&error))?;
    if file.metadata().is_ok_and(|facts| facts.is_dir()) {
        return Err("it is a folder".to_owned());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed is enough for the checker to refuse it.
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| words(&error))?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_FILE_BYTES >> 20));
    }
    String::from_utf8(bytes).map(Arc::from).map_err(|_| "it is not UTF-8 text".to_owned())
}

fn words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        _ => error.to_string(),
    }
}

/// The path as the system knows it; none for a document that is no file.
fn native(path: &str) -> Option<PathBuf> {
    let rest = path.strip_prefix('/')?;
    let has_drive = cfg!(windows) && rest.as_bytes().get(1) == Some(&b':');
    Some(PathBuf::from(if has_drive { rest } else { path }))
}

/// All `.rstone` files of a folder and the folders in it, but those of tools (`target`, hidden ones).
pub fn schemas_under(folder: &str, found: &mut Vec<String>) {
    let mut search = Search { entries_left: MAX_ENTRIES, found };
    if let Some(native) = native(folder) {
        search.folder(&native, folder.trim_end_matches('/'), MAX_FOLDER_DEPTH);
    }
}

/// The `.rstone` files beside a file and in the folders above it.
pub fn schemas_around(path: &str, found: &mut Vec<String>) {
    let mut folder = super::uri::folder(path).trim_end_matches('/');
    for _ in 0..=PARENTS_SEARCHED {
        let mut search = Search { entries_left: MAX_ENTRIES, found };
        if let Some(native) = native(&format!("{folder}/")) {
            search.folder(&native, folder, 0);
        }
        let Some(slash) = folder.rfind('/') else { return };
        folder = folder.get(..slash).unwrap_or_default();
    }
}

struct Search<'f> {
    entries_left: usize,
    found: &'f mut Vec<String>,
}

impl Search<'_> {
    fn folder(&mut self, native: &Path, folder: &str, depth_left: usize) {
        let Ok(entries) = fs::read_dir(native) else { return };
        // Symbolic links are not followed, so there are no circles.
        for entry in entries.flatten() {
            let Some(left) = self.entries_left.checked_sub(1) else { return };
            self.entries_left = left;
            let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
            if kind.is_file() && name.ends_with(".rstone") {
                self.found.push(format!("{folder}/{name}"));
            } else if kind.is_dir() && depth_left > 0 && !is_of_tools(&name) {
                self.folder(&entry.path(), &format!("{folder}/{name}"), depth_left - 1);
            }
        }
    }
}

fn is_of_tools(name: &str) -> bool {
    name.starts_with('.') || name == "target" || name == "node_modules"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_and_folders_of_tools_left_out() {
        let folder = tempfile::tempdir().unwrap();
        // Deep enough that a search around its files ends below the folder for temporary files.
        let base = folder.path().join("above/all/project");
        for path in ["a.rstone", "shop/b.rstone", "shop/deep/c.rstone", "target/d.rstone", ".git/e.rstone", "f.txt"] {
            let path = base.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let base = base.to_str().unwrap().to_owned();
        let relative = |mut found: Vec<String>| {
            found.sort();
            found.iter().map(|path| path.strip_prefix(&base).unwrap_or("?").to_owned()).collect::<Vec<_>>()
        };
        let mut found = Vec::new();
        schemas_under(&base, &mut found);
        assert_eq!(relative(found), ["/a.rstone", "/shop/b.rstone", "/shop/deep/c.rstone"]);
        let mut found = Vec::new();
        schemas_around(&format!("{base}/shop/deep/c.rstone"), &mut found);
        assert_eq!(relative(found), ["/a.rstone", "/shop/b.rstone", "/shop/deep/c.rstone"]);
    }

    #[test]
    fn a_search_ends_at_its_limits() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().to_str().unwrap();
        let mut deep = folder.path().to_path_buf();
        for level in 0..=MAX_FOLDER_DEPTH + 1 {
            fs::write(deep.join(format!("level_{level}.rstone")), "").unwrap();
            deep.push("in");
            fs::create_dir(&deep).unwrap();
        }
        let mut found = Vec::new();
        schemas_under(base, &mut found);
        assert_eq!(found.len(), MAX_FOLDER_DEPTH + 1);
        assert!(found.iter().any(|path| path.ends_with(&format!("level_{MAX_FOLDER_DEPTH}.rstone"))));
        for entries_left in 0..4 {
            let mut found = Vec::new();
            let mut search = Search { entries_left, found: &mut found };
            search.folder(folder.path(), base, MAX_FOLDER_DEPTH);
            assert!(search.entries_left == 0 && found.len() <= entries_left);
        }
    }

    #[test]
    fn a_file_is_read_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rstone");
        let name = path.to_str().unwrap();
        let mut disk = Disk::default();
        assert_eq!(disk.read(name).1, Err("there is no such file".to_owned()));
        fs::write(&path, "one").unwrap();
        assert_eq!(disk.read(name).1.as_deref(), Ok("one"));
        fs::write(&path, "three").unwrap();
        assert_eq!(disk.read(name).1.as_deref(), Ok("three"));
        fs::write(&path, [0xff]).unwrap();
        assert_eq!(disk.read(name).1, Err("it is not UTF-8 text".to_owned()));
        assert_eq!(disk.read(folder.path().to_str().unwrap()).1, Err("it is a folder".to_owned()));
        assert!(disk.read("untitled:1").1.is_err());
    }

    #[test]
    fn a_file_at_the_limit_is_read_and_one_beyond_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rstone");
        for (bytes, is_read) in [(MAX_FILE_BYTES, true), (MAX_FILE_BYTES + 1, false)] {
            fs::write(&path, vec![b' '; bytes]).unwrap();
            assert_eq!(read(path.to_str().unwrap()).is_ok(), is_read, "{bytes}");
        }
    }
}
