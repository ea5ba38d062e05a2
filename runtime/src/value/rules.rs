//! The rules of the language: `@min @max @len @max_len @pattern @email @url`, and the normalising `@trim @lower`.
//!
//! Each check records a problem at its place and says whether the rule holds. A message of the schema replaces ours.

use std::fmt::Display;

use super::problems::{At, code};
use super::{JsonValue, json, json_access};

/// The longest address that mail systems carry.
const EMAIL_BYTES_MAX: usize = 254;
/// The longest part before the `@`.
const EMAIL_LOCAL_BYTES_MAX: usize = 64;
/// The longest name between two points of a domain.
const DOMAIN_LABEL_BYTES_MAX: usize = 63;
const DOMAIN_BYTES_MAX: usize = 253;
const URL_BYTES_MAX: usize = 2_048;
/// How deep a `json` value may be nested.
pub const JSON_DEPTH_MAX: usize = json::STORED_DEPTH_MAX;

/// A message of the schema that replaces ours.
pub type Message = Option<&'static str>;

/// A regular expression of the schema, compiled once: keep it in a `LazyLock`.
#[derive(Debug)]
pub struct Pattern {
    regex: Result<regex_lite::Regex, regex_lite::Error>,
}

impl Pattern {
    /// Compiles a pattern, which must match the whole text.
    ///
    /// The schema compiler has compiled it before. Should it not compile here, it matches nothing.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self { regex: regex_lite::Regex::new(&format!(r"\A(?:{pattern})\z")) }
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.as_ref().is_ok_and(|regex| regex.is_match(text))
    }

    /// Why the pattern did not compile.
    pub fn error(&self) -> Option<String> {
        self.regex.as_ref().err().map(ToString::to_string)
    }
}

/// `@trim`: without white space at both ends.
pub fn trim(text: &mut String) {
    let kept = text.trim();
    if kept.len() != text.len() {
        *text = kept.to_owned();
    }
}

/// `@lower`: in lower case.
pub fn lower(text: &mut String) {
    if text.is_ascii() {
        text.make_ascii_lowercase();
    } else {
        *text = text.to_lowercase();
    }
}

/// `@min`: at least this.
pub fn min<T: PartialOrd + Display>(value: &T, minimum: &T, message: Message, at: &mut At<'_>) -> bool {
    require(value >= minimum, message, at, || format!("must be at least {minimum}"))
}

/// `@max`: at most this.
pub fn max<T: PartialOrd + Display>(value: &T, maximum: &T, message: Message, at: &mut At<'_>) -> bool {
    require(value <= maximum, message, at, || format!("must be at most {maximum}"))
}

/// `@len` of text, in characters: both bounds belong to it, and either may be left out.
pub fn len_text(text: &str, least: Option<u64>, most: Option<u64>, message: Message, at: &mut At<'_>) -> bool {
    // No text has more characters than bytes: counting is needed only near the bounds.
    let bytes = text.len() as u64;
    let surely = least.is_none_or(|least| bytes / 4 >= least) && most.is_none_or(|most| bytes <= most);
    surely
        || len(
            text.chars().count() as u64,
            least,
            most,
            &LengthWords { verb: "must be", one: "character", many: "characters" },
            message,
            at,
        )
}

/// `@len` of a list, set or map.
pub fn len_items(count: usize, least: Option<u64>, most: Option<u64>, message: Message, at: &mut At<'_>) -> bool {
    len(count as u64, least, most, &LengthWords { verb: "must have", one: "element", many: "elements" }, message, at)
}

/// `@len` of bytes.
pub fn len_bytes(bytes: &[u8], least: Option<u64>, most: Option<u64>, message: Message, at: &mut At<'_>) -> bool {
    len(bytes.len() as u64, least, most, &LengthWords { verb: "must be", one: "byte", many: "bytes" }, message, at)
}

/// `@pattern`: the whole text matches.
pub fn pattern(text: &str, pattern: &Pattern, message: Message, at: &mut At<'_>) -> bool {
    require(pattern.matches(text), message, at, || "is not written in the form that is asked for".to_owned())
}

/// `@email`.
pub fn email(text: &str, message: Message, at: &mut At<'_>) -> bool {
    require(is_email(text), message, at, || "must be an email address".to_owned())
}

/// `@url`.
pub fn url(text: &str, message: Message, at: &mut At<'_>) -> bool {
    require(is_url(text), message, at, || "must be a URL that begins with `https://` or `http://`".to_owned())
}

/// A float that custom Rust handed in: it must be finite.
pub fn finite(value: f64, at: &mut At<'_>) -> bool {
    require(value.is_finite(), None, at, || "must be a finite number".to_owned())
}

/// A `json` value that custom Rust handed in: deeper than [`JSON_DEPTH_MAX`] it could not be stored.
pub fn json_depth(value: &JsonValue, at: &mut At<'_>) -> bool {
    let mut level: Vec<&JsonValue> = vec![value];
    let mut depth = 0;
    while depth < JSON_DEPTH_MAX && !level.is_empty() {
        depth += 1;
        level = level.into_iter().flat_map(json_access::children).collect();
    }
    require(level.iter().all(|value| json_access::children(value).next().is_none()), None, at, || {
        format!("must not be nested deeper than {JSON_DEPTH_MAX} levels")
    })
}

/// Whether text looks like an address that mail can be sent to: `name@host.domain`, no comments, no quotes.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_character = |character: char| character.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character);
    text.len() <= EMAIL_BYTES_MAX
        && (1..=EMAIL_LOCAL_BYTES_MAX).contains(&local.len())
        && local.chars().all(local_character)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && is_domain(domain)
}

/// Whether text is an absolute `http` or `https` URL with a host, and without white space and user names.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    let unprintable =
        |character: char| character.is_whitespace() || character.is_control() || "<>\"\\^`{|}".contains(character);
    if text.len() > URL_BYTES_MAX || text.contains(unprintable) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[').map(|literal| literal.split_once(']')) {
        Some(Some((address, after))) => {
            let port_holds = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
            address.parse::<std::net::Ipv6Addr>().is_ok() && port_holds
        }
        Some(None) => false,
        None => {
            let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
            is_domain(host.strip_suffix('.').unwrap_or(host)) && is_port(port)
        }
    }
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// Whether text is names of letters, digits and hyphens, joined by points.
fn is_domain(text: &str) -> bool {
    text.len() <= DOMAIN_BYTES_MAX
        && text.split('.').all(|label| {
            (1..=DOMAIN_LABEL_BYTES_MAX).contains(&label.len())
                && label.chars().all(|character| character.is_alphanumeric() || character == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// The words for a length: `must be at most 200 characters`.
struct LengthWords {
    verb: &'static str,
    one: &'static str,
    many: &'static str,
}

fn len(
    count: u64,
    least: Option<u64>,
    most: Option<u64>,
    words: &LengthWords,
    message: Message,
    at: &mut At<'_>,
) -> bool {
    let holds = least.is_none_or(|least| count >= least) && most.is_none_or(|most| count <= most);
    require(holds, message, at, || {
        let (how, bound) = match (least, most) {
            (Some(1), _) if count == 0 => return "must not be empty".to_owned(),
            (Some(least), Some(most)) if least == most => ("exactly", least),
            (Some(least), _) if count < least => ("at least", least),
            (_, most) => ("at most", most.unwrap_or(count)),
        };
        let unit = if bound == 1 { words.one } else { words.many };
        format!("{} {how} {bound} {unit}", words.verb)
    })
}

fn require(holds: bool, message: Message, at: &mut At<'_>, words: impl FnOnce() -> String) -> bool {
    if !holds {
        match message {
            Some(message) => at.problem(code::RULE, message),
            None => at.problem(code::RULE, words()),
        }
    }
    holds
}

#[cfg(test)]
mod tests;
