//! The only place that reads and writes files.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use raftstone_compiler::{Checked, Input, check, lock};

/// A checked schema with where it came from.
pub(crate) struct Schema {
    /// The root file.
    pub root: PathBuf,
    /// Its lock file, whether it exists or not.
    pub lock_path: PathBuf,
    /// Every file that was asked for, whether it exists or not.
    pub asked: Vec<PathBuf>,
    /// What checking found.
    pub checked: Checked,
}

impl Schema {
    /// Reads a root and what it imports, and checks it.
    pub(crate) fn load(root: &Path) -> Result<Self, String> {
        Self::load_over(root, &BTreeMap::new())
    }

    /// The same with other texts for some paths than those on the disk.
    pub(crate) fn load_over(root: &Path, texts: &BTreeMap<String, String>) -> Result<Self, String> {
        let lock_path = root.with_file_name(lock::FILE_NAME);
        let lock_text = match fs::read_to_string(&lock_path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{}: {}", lock_path.display(), in_words(&error))),
        };
        let lock_name = slashed(&lock_path);
        let mut asked = vec![lock_path.clone()];
        let mut read = |path: &str| {
            asked.push(PathBuf::from(path));
            texts.get(path).map_or_else(|| read_text(Path::new(path)), |text| Ok(text.clone()))
        };
        let checked = check(Input {
            root: &slashed(root),
            read: &mut read,
            lock: lock_text.as_deref().map(|text| (lock_name.as_str(), text)),
        });
        Ok(Self { root: root.to_owned(), lock_path, asked, checked })
    }

    /// The name for `include_schema!`: the root's without its ending.
    pub(crate) fn name(&self) -> String {
        self.root.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
    }

    /// The files that were read, so that cargo looks at them: only those that exist, since a missing
    /// one would run the script at every build.
    pub(crate) fn read_files(&self) -> Vec<String> {
        self.asked.iter().filter(|path| path.exists()).map(|path| slashed(path)).collect()
    }
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| in_words(&error))?;
    String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 text: byte {} is wrong", error.utf8_error().valid_up_to() + 1))
}

/// The cause without the number of the operating system.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Writes a file, unless it holds the same already: a new time would rebuild what depends on it.
///
/// The old file stays whole until the new one is: readers see one or the other.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> Result<bool, String> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    let failed = |error: io::Error| format!("{}: {}", path.display(), in_words(&error));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    let mut file = fs::File::create(&fresh).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    drop(file);
    fs::rename(&fresh, path).map_err(failed)?;
    Ok(true)
}

/// Writes a file of the user's: it keeps its permissions, and a link stays one.
#[cfg(feature = "cli")]
pub(crate) fn rewrite(path: &Path, text: &str) -> Result<bool, String> {
    let failed = |error: io::Error| format!("{}: {}", path.display(), in_words(&error));
    let real = fs::canonicalize(path).map_err(failed)?;
    let permissions = fs::metadata(&real).map_err(failed)?.permissions();
    if permissions.readonly() {
        return Err(format!("{}: it is read-only", path.display()));
    }
    let written = write_if_changed(&real, text)?;
    fs::set_permissions(&real, permissions).map_err(failed)?;
    Ok(written)
}

/// Makes a file look changed, and changes nothing in it.
#[cfg(feature = "cli")]
pub(crate) fn touch(path: &Path) -> Result<(), String> {
    let file = fs::File::options().append(true).open(path);
    file.and_then(|file| file.set_modified(std::time::SystemTime::now()))
        .map_err(|error| format!("{}: {}", path.display(), in_words(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_text_is_not_written_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("inner/file.rs");
        assert_eq!(write_if_changed(&path, "a"), Ok(true));
        assert_eq!(write_if_changed(&path, "a"), Ok(false));
        assert_eq!(write_if_changed(&path, "b"), Ok(true));
        assert_eq!(fs::read_to_string(&path).expect("the file"), "b");
        assert_eq!(fs::read_dir(folder.path().join("inner")).expect("the folder").count(), 1);
    }

    #[test]
    fn what_is_not_text_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.rstone");
        fs::write(&path, b"ab\xff").expect("a file");
        assert_eq!(read_text(&path), Err("it is not UTF-8 text: byte 3 is wrong".to_owned()));
        let missing = read_text(&folder.path().join("b.rstone"));
        assert_eq!(missing, Err("there is no such file".to_owned()));
    }

    #[test]
    fn only_files_that_exist_are_watched() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("a.rstone");
        fs::write(&root, "import \"missing.rstone\"\n").expect("a file");
        let schema = Schema::load(&root).expect("a schema");
        assert_eq!(schema.read_files(), [slashed(&root)]);
        assert_eq!(schema.name(), "a");
    }
}
