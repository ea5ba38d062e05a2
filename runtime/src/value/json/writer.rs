//! Writes JSON in one pass into one buffer.

use super::ToJson;

/// Integers beyond this size lose digits in JavaScript: 2^53.
const EXACT_IN_JAVASCRIPT_MAX: u64 = 1 << 53;

/// Writes JSON. Commas come by themselves: what was written last says whether one is needed.
#[derive(Debug, Default)]
pub struct JsonWriter {
    out: Vec<u8>,
    big_ints_as_text: bool,
}

impl JsonWriter {
    /// An empty document.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(128)
    }

    /// An empty document with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { out: Vec::with_capacity(capacity), big_ints_as_text: false }
    }

    /// Integers beyond ±2^53 are written as strings, for the schema option `big_ints = string`.
    #[must_use]
    pub fn with_big_ints_as_text(mut self) -> Self {
        self.big_ints_as_text = true;
        self
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// What was written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// Begins an object.
    pub fn begin_object(&mut self) {
        self.out.push(b'{');
    }

    /// Ends an object.
    pub fn end_object(&mut self) {
        self.out.push(b'}');
    }

    /// Begins the field of an object; its value follows. The name is written as it is: it needs no escapes.
    pub fn field(&mut self, name: &'static str) {
        self.comma_unless_after(b'{');
        self.out.reserve(name.len() + 3);
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Begins an entry of an object under a name that may need escapes; its value follows.
    pub fn key(&mut self, name: &str) {
        self.comma_unless_after(b'{');
        self.text(name);
        self.out.push(b':');
    }

    /// Writes a field and its value.
    pub fn member<T: ToJson + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.field(name);
        value.write_json(self);
    }

    /// Begins a list.
    pub fn begin_list(&mut self) {
        self.out.push(b'[');
    }

    /// Ends a list.
    pub fn end_list(&mut self) {
        self.out.push(b']');
    }

    /// Begins an element of a list; its value follows.
    pub fn item(&mut self) {
        self.comma_unless_after(b'[');
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes a whole number.
    pub fn int(&mut self, value: i64) {
        let quoted = self.big_ints_as_text && value.unsigned_abs() > EXACT_IN_JAVASCRIPT_MAX;
        if quoted {
            self.out.push(b'"');
        }
        push_int(value, &mut self.out);
        if quoted {
            self.out.push(b'"');
        }
    }

    /// Writes the shortest number that reads back as `value`; a whole one keeps its `.0`.
    pub fn float(&mut self, value: f64) {
        push_float(value, &mut self.out);
    }

    /// Writes a string.
    pub fn text(&mut self, text: &str) {
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        push_escaped(text.as_bytes(), &mut self.out);
        self.out.push(b'"');
    }

    /// Writes a name of the schema as a string; it needs no escapes.
    pub fn name(&mut self, name: &'static str) {
        self.quoted(|out| out.extend_from_slice(name.as_bytes()));
    }

    /// Writes a value.
    pub fn value<T: ToJson + ?Sized>(&mut self, value: &T) {
        value.write_json(self);
    }

    /// Copies a value that is JSON already.
    pub fn raw(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
    }

    /// Writes a string whose content needs no escapes.
    pub(in crate::value) fn quoted(&mut self, content: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(b'"');
        content(&mut self.out);
        self.out.push(b'"');
    }

    pub(in crate::value) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    fn comma_unless_after(&mut self, opening: u8) {
        if self.out.last() != Some(&opening) {
            self.out.push(b',');
        }
    }
}

/// Appends the shortest number that reads back as `value`; one that is not finite becomes `null`.
pub(in crate::value) fn push_float(value: f64, out: &mut Vec<u8>) {
    // Serialising a number into a vector does not fail.
    let _ = serde_json::to_writer(out, &value);
}

/// Appends a whole number in decimal.
pub(in crate::value) fn push_int(value: i64, out: &mut Vec<u8>) {
    /// As many digits as 64 bits have.
    const DIGITS_MAX: usize = 20;
    let mut digits = [0; DIGITS_MAX];
    let mut rest = value.unsigned_abs();
    let mut start = DIGITS_MAX;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        start -= 1;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// Appends the content of a string: runs without escapes are copied as a whole.
fn push_escaped(mut bytes: &[u8], out: &mut Vec<u8>) {
    loop {
        let run = clean_run(bytes);
        let (clean, rest) = bytes.split_at_checked(run).unwrap_or((bytes, &[]));
        out.extend_from_slice(clean);
        let Some((&special, rest)) = rest.split_first() else { return };
        push_escape(special, out);
        bytes = rest;
    }
}

/// How many bytes at the front need no escape. Eight are looked at together.
fn clean_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (chunks, tail) = bytes.as_chunks::<8>();
    for (position, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let zero_if_quote = word ^ (ONES * u64::from(b'"'));
        let zero_if_backslash = word ^ (ONES * u64::from(b'\\'));
        // In each byte the high bit is set if it is below 0x20, or the difference is zero. The borrow of a
        // subtraction may also mark the byte above a true one, which does no harm: the first mark is always true.
        let below_space = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = zero_if_quote.wrapping_sub(ONES) & !zero_if_quote;
        let backslash = zero_if_backslash.wrapping_sub(ONES) & !zero_if_backslash;
        let marks = (below_space | quote | backslash) & HIGH;
        if marks != 0 {
            return position * 8 + (marks.trailing_zeros() / 8) as usize;
        }
    }
    let in_tail = tail.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    chunks.len() * 8 + in_tail.unwrap_or(tail.len())
}

fn push_escape(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0C => b'f',
        _ => {
            let low = HEX.get(usize::from(byte & 0xF)).copied().unwrap_or(b'0');
            let high = HEX.get(usize::from(byte >> 4)).copied().unwrap_or(b'0');
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}
