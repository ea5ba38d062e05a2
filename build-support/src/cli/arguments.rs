//! The words behind a command.

use std::path::Path;

use raftstone_compiler::similar;

/// Words that begin with `-`, and the files. `-` alone is a file.
pub(super) fn options<'a>(arguments: &'a [String], known: &[&str]) -> Result<(Vec<&'a str>, Vec<&'a Path>), String> {
    let is_option = |argument: &&String| argument.starts_with('-') && argument.as_str() != "-";
    let (options, files): (Vec<&String>, Vec<&String>) = arguments.iter().partition(is_option);
    if let Some(unknown) = options.iter().find(|option| !known.contains(&option.as_str())) {
        let near = similar::nearest(unknown, known.iter().copied());
        let hint = near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
        let all = if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
        return Err(format!("there is no option `{unknown}` here{hint}; there is {all}"));
    }
    let files = files.into_iter().map(|file| Path::new(file.as_str())).collect();
    Ok((options.into_iter().map(String::as_str).collect(), files))
}

/// The same, where a file has to be named.
pub(super) fn split<'a>(arguments: &'a [String], known: &[&str]) -> Result<(Vec<&'a str>, Vec<&'a Path>), String> {
    let (options, files) = options(arguments, known)?;
    if files.is_empty() {
        return Err("which file? Name the root of a schema".to_owned());
    }
    Ok((options, files))
}
