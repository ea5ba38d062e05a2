//! The generated files below `OUT_DIR`.

use std::fs;
use std::path::{Path, PathBuf};

use raftstone_compiler::generate;

use crate::disk::{Schema, write_if_changed};

/// Begins what is put behind the last good text while the schema has errors.
const ERRORS_MARK: &str = "\n// The schema has errors; above is what its last good text gave.\n";

/// Writes what a schema generates, each file only when it differs.
pub(crate) fn write(schema: &Schema, out_dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut written = Vec::new();
    for file in generate(&schema.name(), &schema.checked) {
        let path = out_dir.join(&file.name);
        write_if_changed(&path, &file.text)?;
        written.push(path);
    }
    Ok(written)
}

/// For rust-analyzer: the last good text stays known, and the errors show as one of Rust's.
pub(crate) fn write_with_errors(name: &str, out_dir: &Path, lines: &[String]) -> Result<Vec<PathBuf>, String> {
    let index = out_dir.join(format!("{name}.rs"));
    let errors = out_dir.join(name).join("rstone-errors.txt");
    write_if_changed(&errors, &lines.join("\n"))?;
    let last = fs::read_to_string(&index).unwrap_or_default();
    let good = last.split(ERRORS_MARK).next().unwrap_or_default();
    let text = format!(
        "{good}{ERRORS_MARK}compile_error!(include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}/rstone-errors.txt\")));\n"
    );
    write_if_changed(&index, &text)?;
    Ok(vec![index, errors])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_behind_the_last_good_text_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let index = folder.path().join("todo.rs");
        fs::write(&index, "pub mod todo {}\n").expect("a file");
        for _ in 0..2 {
            write_with_errors("todo", folder.path(), &["a:1:1: RS0114 x".to_owned()]).expect("files");
            let text = fs::read_to_string(&index).expect("the index");
            assert!(text.starts_with("pub mod todo {}\n"), "{text}");
            assert_eq!(text.matches("compile_error!").count(), 1, "{text}");
        }
    }
}
