//! Percent-decoding of path segments and query strings, strict: a stray `%` or text that
//! is not UTF-8 is an error and never passed on half decoded.

use std::borrow::Cow;

/// What a `+` means: itself in a path, a space in a query.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    Literal,
    Space,
}

/// The decoded text, borrowed where nothing is encoded; `None` when it is malformed.
pub(super) fn decode(text: &str, plus: Plus) -> Option<Cow<'_, str>> {
    let special = |byte: &u8| *byte == b'%' || (*byte == b'+' && plus == Plus::Space);
    let Some(first) = text.as_bytes().iter().position(special) else {
        return Some(Cow::Borrowed(text));
    };
    let (plain, rest) = text.as_bytes().split_at(first);
    let mut decoded = Vec::with_capacity(text.len());
    decoded.extend_from_slice(plain);
    let mut bytes = rest.iter();
    while let Some(&byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex_digit(*bytes.next()?)? << 4 | hex_digit(*bytes.next()?)?,
            b'+' if plus == Plus::Space => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_strictly() {
        let table = [
            ("plain", Plus::Literal, Some("plain")),
            ("a+b", Plus::Literal, Some("a+b")),
            ("a+b", Plus::Space, Some("a b")),
            ("a%20b", Plus::Literal, Some("a b")),
            ("%C3%A9t%c3%a9", Plus::Literal, Some("été")),
            ("%2F%2e%00", Plus::Literal, Some("/.\0")),
            ("", Plus::Space, Some("")),
            ("%", Plus::Literal, None),
            ("%2", Plus::Literal, None),
            ("%zz", Plus::Literal, None),
            ("%+1", Plus::Space, None),
            ("%ff", Plus::Literal, None),
            ("%C3%28", Plus::Literal, None),
            ("%ED%A0%80", Plus::Literal, None),
        ];
        for (text, plus, expected) in table {
            assert_eq!(decode(text, plus).as_deref(), expected, "{text}");
        }
    }
}
