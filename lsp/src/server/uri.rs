//! Between the URIs of the protocol and paths.
//!
//! A path is text with `/` between its folders, starting with `/`: `/home/ann/app.rstone`,
//! `/c:/code/app.rstone`. A document that is no file (an unsaved one) has its URI as its path,
//! which never starts with `/` and never reaches the disk.

/// The path of a URI.
pub fn to_path(uri: &str) -> String {
    let Some(rest) = uri.strip_prefix("file://") else { return uri.to_owned() };
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    match decode(rest) {
        Some(path) if path.starts_with('/') => path,
        _ => uri.to_owned(),
    }
}

/// The URI of a path.
pub fn from_path(path: &str) -> String {
    if !path.starts_with('/') {
        return path.to_owned();
    }
    let mut uri = String::from("file://");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.extend(
                [byte >> 4, byte & 15]
                    .iter()
                    .filter_map(|digit| char::from_digit(u32::from(*digit), 16))
                    .map(|digit| digit.to_ascii_uppercase()),
            );
        }
    }
    uri
}

/// The folder of a path, with its last `/`.
pub fn folder(path: &str) -> &str {
    let end = path.rfind('/').map_or(0, |slash| slash + 1);
    path.get(..end).unwrap_or_default()
}

/// `relative`, seen from `folder`, without `.` and `..`.
pub fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    let start = if folder.starts_with('/') { "/" } else { "" };
    format!("{start}{}", parts.join("/"))
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_become_paths_and_paths_uris() {
        let table = [
            ("file:///home/ann/app.rstone", "/home/ann/app.rstone"),
            ("file:///a%20b/%C3%A9%E4%B8%AD.rstone", "/a b/é中.rstone"),
            ("file:///c:/code/app.rstone", "/c:/code/app.rstone"),
        ];
        for (uri, path) in table {
            assert_eq!(to_path(uri), path);
            assert_eq!(from_path(path), uri);
        }
        assert_eq!(to_path("file://localhost/x.rstone"), "/x.rstone");
        assert_eq!(to_path("file:///c%3A/x.rstone"), "/c:/x.rstone");
    }

    #[test]
    fn what_is_no_file_stays_as_it_is() {
        for uri in ["untitled:Untitled-1", "file://host/share/x.rstone", "file:///%zz", "file:///%ff", "file:///%"] {
            assert_eq!(to_path(uri), uri);
            assert_eq!(from_path(uri), uri);
        }
    }

    #[test]
    fn paths_are_joined() {
        for (folder, relative, expected) in [
            ("/a/b/", "c.rstone", "/a/b/c.rstone"),
            ("/a/b/", "../c.rstone", "/a/c.rstone"),
            ("/", "../../c.rstone", "/c.rstone"),
            ("", "c.rstone", "c.rstone"),
        ] {
            assert_eq!(join(folder, relative), expected);
        }
        assert_eq!(folder("/a/b.rstone"), "/a/");
        assert_eq!(folder("untitled:1"), "");
    }
}
