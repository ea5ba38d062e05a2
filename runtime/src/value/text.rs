//! The functions of the language on strings. Lengths and positions count characters (Unicode scalar values).

use crate::refusal::Refusal;

/// No function makes a string longer than this: a few nested `replace` could fill the memory otherwise.
pub const TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How many characters there are.
pub fn len(text: &str) -> i64 {
    if text.is_ascii() { text.len() as i64 } else { text.chars().count() as i64 }
}

/// Without white space at both ends.
pub fn trim(text: &str) -> String {
    text.trim().to_owned()
}

/// In lower case.
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// In upper case.
pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// Whether `part` occurs in it.
pub fn contains(text: &str, part: &str) -> bool {
    text.contains(part)
}

/// Whether it begins with `part`.
pub fn starts_with(text: &str, part: &str) -> bool {
    text.starts_with(part)
}

/// Whether it ends with `part`.
pub fn ends_with(text: &str, part: &str) -> bool {
    text.ends_with(part)
}

/// The parts between the separators; with an empty separator, the characters.
pub fn split(text: &str, separator: &str) -> Vec<String> {
    if separator.is_empty() {
        text.chars().map(String::from).collect()
    } else {
        text.split(separator).map(str::to_owned).collect()
    }
}

/// With every `from` replaced by `to`; an empty `from` changes nothing. Refuses a result beyond [`TEXT_BYTES_MAX`].
pub fn replace(text: &str, from: &str, to: &str) -> Result<String, Refusal> {
    if from.is_empty() {
        return Ok(text.to_owned());
    }
    let added = text.matches(from).count().saturating_mul(to.len().saturating_sub(from.len()));
    check_length(text.len().saturating_add(added))?;
    Ok(text.replace(from, to))
}

/// The first `count` characters; none for a count below 1.
pub fn take(text: &str, count: i64) -> String {
    let count = usize::try_from(count).unwrap_or(0);
    match text.char_indices().nth(count) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text.to_owned(),
    }
}

/// Without the first `count` characters; all of it for a count below 1.
pub fn skip(text: &str, count: i64) -> String {
    let count = usize::try_from(count).unwrap_or(0);
    match text.char_indices().nth(count) {
        Some((start, _)) => text.get(start..).unwrap_or_default().to_owned(),
        None => String::new(),
    }
}

/// `left` with `right` behind it. Refuses a result beyond [`TEXT_BYTES_MAX`].
pub fn concat(left: &str, right: &str) -> Result<String, Refusal> {
    check_length(left.len().saturating_add(right.len()))?;
    Ok([left, right].concat())
}

/// Refuses a string of a length beyond [`TEXT_BYTES_MAX`]: for interpolations.
pub fn check_length(bytes: usize) -> Result<(), Refusal> {
    if bytes > TEXT_BYTES_MAX {
        return Err(Refusal::invalid(format!("a string would be longer than {TEXT_BYTES_MAX} bytes")));
    }
    Ok(())
}

/// A piece of a URL made from a title: lower case, accents of European letters dropped, each run of anything that is
/// neither letter nor digit one `-`, none at the ends.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for character in text.chars().flat_map(char::to_lowercase) {
        // A combining accent belongs to the letter before it.
        if ('\u{300}'..='\u{36F}').contains(&character) {
            continue;
        }
        let mut buffer = [0; 4];
        let piece = match without_accent(character) {
            Some(piece) => piece,
            None if character.is_alphanumeric() => character.encode_utf8(&mut buffer),
            None => {
                gap = !out.is_empty();
                continue;
            }
        };
        if gap {
            out.push('-');
            gap = false;
        }
        out.push_str(piece);
    }
    out
}

/// The plain letters for a lower-case letter of Latin-1 or Latin Extended-A.
fn without_accent(character: char) -> Option<&'static str> {
    Some(match character {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĳ' => "ij",
        'ĵ' => "j",
        'ķ' | 'ĸ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŉ' | 'ŋ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ſ' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_slugs() {
        let cases = [
            ("Hello, World!", "hello-world"),
            ("  --A  b--  ", "a-b"),
            ("Ünïcödé & Æsop's Straße", "unicode-aesop-s-strasse"),
            ("Łódź œuvre Þing", "lodz-oeuvre-thing"),
            ("İstanbul", "istanbul"),
            ("e\u{301}te\u{301}", "ete"),
            ("日本語 テスト 2", "日本語-テスト-2"),
            ("Привет", "привет"),
            ("!!!", ""),
            ("", ""),
            ("a_b.c/d", "a-b-c-d"),
        ];
        for (text, expected) in cases {
            assert_eq!(slug(text), expected, "{text}");
            assert_eq!(slug(expected), expected, "{text} again");
        }
    }

    #[test]
    fn folds_every_letter_of_latin_1_and_extended_a() {
        for character in '\u{C0}'..='\u{17F}' {
            let slug = slug(&character.to_string());
            assert!(slug.is_ascii(), "{character} gives {slug}");
            assert_eq!(slug.is_empty(), matches!(character, '×' | '÷'), "{character}");
        }
    }

    #[test]
    fn counts_characters() {
        assert_eq!(len("äöü€"), 4);
        assert_eq!(len(""), 0);
        let cases = [("äöü", 2, "äö", "ü"), ("äöü", 0, "", "äöü"), ("äöü", -1, "", "äöü"), ("äöü", 9, "äöü", "")];
        for (text, count, taken, skipped) in cases {
            assert_eq!((take(text, count).as_str(), skip(text, count).as_str()), (taken, skipped), "{text} {count}");
        }
    }

    #[test]
    fn splits_and_replaces() {
        assert_eq!(split("a,b,,c", ","), ["a", "b", "", "c"]);
        assert_eq!(split("äb", ""), ["ä", "b"]);
        assert_eq!(split("", ","), [""]);
        assert_eq!(replace("aXbX", "X", "--").as_deref(), Ok("a--b--"));
        assert_eq!(replace("abc", "", "-").as_deref(), Ok("abc"));
        assert_eq!(trim("\t a b \n"), "a b");
        assert_eq!((lower("ÄB"), upper("äß")), ("äb".to_owned(), "ÄSS".to_owned()));
        assert!(contains("abc", "b") && starts_with("abc", "ab") && ends_with("abc", "bc") && !contains("abc", "d"));
    }

    #[test]
    fn bounds_what_it_makes() {
        let half = "x".repeat(TEXT_BYTES_MAX / 2);
        assert_eq!(concat(&half, &half).map(|text| text.len()), Ok(TEXT_BYTES_MAX));
        assert!(concat(&half, &format!("{half}y")).is_err());
        let long = "y".repeat(4096);
        assert_eq!(replace(&"x".repeat(4096), "x", &long).map(|text| text.len()), Ok(TEXT_BYTES_MAX));
        assert!(replace(&"x".repeat(4097), "x", &long).is_err());
    }
}
