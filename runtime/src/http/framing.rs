//! Watches the raw bytes of a connection for requests whose framing is doubtful.
//!
//! hyper accepts two things that two servers in a row may read differently, and hides the
//! evidence: `Content-Length` beside `Transfer-Encoding` (the length is dropped) and repeated
//! equal lengths (all but one are dropped). This scanner follows the same framing beside
//! hyper, refuses those heads, and knows at any time what the connection waits for.
//! It also notes why hyper will refuse a head, where that is a matter of framing, because hyper's
//! own answer does not say. It reads nothing else of a request, keeps no copy of a head that arrives in one piece,
//! and stops for good at the first doubt.

use hyper::StatusCode;

/// Longest head, request line included; hyper refuses longer ones with a 431.
pub(super) const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Longest line that gives a chunk's size, extensions included.
const MAX_CHUNK_LINE_BYTES: usize = 4 * 1024;

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    LengthAndChunked,
    RepeatedLength,
    RepeatedTransferEncoding,
    BareLineFeed,
    FoldedHeader,
    /// The length is no row of digits. hyper refuses it itself.
    LengthIsNoNumber,
    /// The length is a number that no body has. hyper refuses it itself.
    LengthOutOfRange,
}

impl Doubt {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Doubt::LengthOutOfRange => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Doubt::LengthAndChunked => "A request has either Content-Length or Transfer-Encoding, not both.",
            Doubt::RepeatedLength => "Content-Length is given more than once.",
            Doubt::RepeatedTransferEncoding => "Transfer-Encoding is given more than once.",
            Doubt::BareLineFeed => "Header lines end with CR LF, not with LF alone.",
            Doubt::FoldedHeader => "A header line begins with a space or tab; folded header lines are not taken.",
            Doubt::LengthIsNoNumber => "Content-Length is not a number in plain digits.",
            Doubt::LengthOutOfRange => "Content-Length is larger than any body that is taken here.",
        }
    }
}

/// What the next bytes of the connection belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expecting {
    /// A new request; nothing of it has arrived.
    Request,
    /// The rest of a head.
    RestOfHead,
    /// The rest of a body.
    RestOfBody,
    /// Not followed any more: a doubt was found, or hyper will refuse what came.
    Nothing,
}

#[derive(Debug)]
enum State {
    Head,
    Length(u64),
    ChunkSize { size: Option<u64>, line_bytes: usize, in_extension: bool },
    ChunkData(u64),
    ChunkEnd,
    Trailer { line_is_empty: bool, bytes: usize },
    Stopped,
}

/// The scanner of one connection.
#[derive(Debug)]
pub(super) struct Framing {
    state: State,
    partial_head: Vec<u8>,
    heads: u64,
    doubt: Option<(u64, Doubt)>,
}

impl Framing {
    pub(super) fn new() -> Framing {
        Framing { state: State::Head, partial_head: Vec::new(), heads: 0, doubt: None }
    }

    /// The doubt about the request with this number, counted from 0.
    pub(super) fn doubt_about(&self, request: u64) -> Option<Doubt> {
        let (number, doubt) = self.doubt?;
        (number == request).then_some(doubt)
    }

    /// Why hyper refused the head with this number, if that can be told; it may not have waited for all of it.
    pub(super) fn reason_for_refusal(&self, request: u64) -> Option<Doubt> {
        let begins_folded = |pair: &[u8]| matches!(pair, [b'\n', b' ' | b'\t']);
        let is_folded = || self.partial_head.windows(2).any(begins_folded).then_some(Doubt::FoldedHeader);
        self.doubt_about(request).or_else(is_folded)
    }

    /// How many heads have arrived as a whole.
    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    pub(super) fn expecting(&self) -> Expecting {
        match self.state {
            State::Head if self.partial_head.is_empty() => Expecting::Request,
            State::Head => Expecting::RestOfHead,
            State::Stopped => Expecting::Nothing,
            _ => Expecting::RestOfBody,
        }
    }

    /// Follows bytes that were just read from the socket.
    pub(super) fn observe(&mut self, mut bytes: &[u8]) {
        while let Some((&first, after_first)) = bytes.split_first() {
            bytes = match &mut self.state {
                State::Head => self.observe_head(bytes),
                State::Length(left) => {
                    let (rest, done) = skip(bytes, left);
                    if done {
                        self.state = State::Head;
                    }
                    rest
                }
                State::ChunkData(left) => {
                    let (rest, done) = skip(bytes, left);
                    if done {
                        self.state = State::ChunkEnd;
                    }
                    rest
                }
                State::ChunkSize { .. } => {
                    self.observe_chunk_size(first);
                    after_first
                }
                State::ChunkEnd => {
                    self.state = match first {
                        b'\r' => State::ChunkEnd,
                        b'\n' => State::first_chunk(),
                        _ => State::Stopped,
                    };
                    after_first
                }
                State::Trailer { line_is_empty, bytes } => {
                    *bytes += 1;
                    match first {
                        b'\n' if *line_is_empty => self.state = State::Head,
                        b'\n' => *line_is_empty = true,
                        b'\r' => {}
                        _ if *bytes > MAX_HEAD_BYTES => self.state = State::Stopped,
                        _ => *line_is_empty = false,
                    }
                    after_first
                }
                State::Stopped => return,
            };
        }
    }

    /// Takes a whole head from the front, or keeps a beginning for the next read.
    fn observe_head<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if self.partial_head.is_empty() {
            // Empty lines before a request line are skipped, as hyper's parser does.
            let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
            let Some(bytes) = start.and_then(|start| bytes.get(start..)) else {
                return &[];
            };
            let Some(length) = head_length(bytes, 0) else {
                self.keep_partial(bytes);
                return &[];
            };
            let (head, rest) = bytes.split_at(length);
            self.judge(head);
            return rest;
        }
        let known = self.partial_head.len();
        self.keep_partial(bytes);
        let Some(length) = head_length(&self.partial_head, known.saturating_sub(3)) else {
            return &[];
        };
        let head = std::mem::take(&mut self.partial_head);
        self.judge(head.get(..length).unwrap_or_default());
        bytes.get(length.saturating_sub(known)..).unwrap_or_default()
    }

    fn keep_partial(&mut self, bytes: &[u8]) {
        // What lies beyond the limit can no longer belong to a head that hyper accepts.
        let room = (2 * MAX_HEAD_BYTES).saturating_sub(self.partial_head.len());
        if bytes.len() > room {
            self.partial_head = Vec::new();
            self.state = State::Stopped;
        } else {
            self.partial_head.extend_from_slice(bytes);
        }
    }

    /// Reads the two framing headers of a whole head and decides what follows it.
    fn judge(&mut self, head: &[u8]) {
        let mut lengths = 0;
        let mut length = Ok(0);
        let mut folded = false;
        let mut encodings = 0;
        let mut lines_without_return = 0;
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', head).chain([head.len()]);
        for end in ends {
            let line = head.get(start..end).unwrap_or_default();
            start = end + 1;
            let (line, ended) = match line.split_last() {
                Some((b'\r', line)) => (line, true),
                _ => (line, false),
            };
            lines_without_return += u32::from(!ended);
            folded |= matches!(line.first(), Some(b' ' | b'\t'));
            if let Some(value) = header_value(line, b"content-length") {
                lengths += 1;
                length = decimal(value);
            } else if header_value(line, b"transfer-encoding").is_some() {
                encodings += 1;
            }
        }
        let doubt = match (lengths, encodings) {
            // One such "line" is the nothing behind the last line feed.
            _ if lines_without_return > 1 => Some(Doubt::BareLineFeed),
            (2.., _) => Some(Doubt::RepeatedLength),
            (1.., 1..) => Some(Doubt::LengthAndChunked),
            (_, 2..) => Some(Doubt::RepeatedTransferEncoding),
            _ if folded => Some(Doubt::FoldedHeader),
            _ => length.err(),
        };
        self.state = match (doubt, encodings, length) {
            (Some(_), _, _) | (None, _, Err(_)) => State::Stopped,
            (None, 1.., _) => State::first_chunk(),
            (None, _, Ok(0)) => State::Head,
            (None, _, Ok(length)) => State::Length(length),
        };
        self.doubt = doubt.map(|doubt| (self.heads, doubt));
        self.heads += 1;
    }

    fn observe_chunk_size(&mut self, byte: u8) {
        let State::ChunkSize { size, line_bytes, in_extension } = &mut self.state else {
            return;
        };
        *line_bytes += 1;
        let digit = char::from(byte).to_digit(16).filter(|_| !*in_extension);
        if *line_bytes > MAX_CHUNK_LINE_BYTES {
            self.state = State::Stopped;
        } else if let Some(digit) = digit {
            let grown = size.unwrap_or(0).checked_mul(16);
            *size = grown.and_then(|size| size.checked_add(u64::from(digit)));
            if size.is_none() {
                self.state = State::Stopped;
            }
        } else if byte == b'\n' {
            self.state = match *size {
                None => State::Stopped,
                Some(0) => State::Trailer { line_is_empty: true, bytes: 0 },
                Some(size) => State::ChunkData(size),
            };
        } else {
            *in_extension = true;
        }
    }
}

impl State {
    fn first_chunk() -> State {
        State::ChunkSize { size: None, line_bytes: 0, in_extension: false }
    }
}

fn skip<'b>(bytes: &'b [u8], left: &mut u64) -> (&'b [u8], bool) {
    let skipped = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
    *left -= skipped as u64;
    (bytes.get(skipped..).unwrap_or_default(), *left == 0)
}

/// The bytes up to and with the empty line that ends a head; looks from `from` on.
fn head_length(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'\n', bytes.get(at..)?)? + 1;
        match bytes.get(at..)? {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
}

fn header_value<'h>(line: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b":")?;
    found.eq_ignore_ascii_case(name).then_some(value)
}

/// A length, or why hyper refuses it.
fn decimal(value: &[u8]) -> Result<u64, Doubt> {
    let text = std::str::from_utf8(value).unwrap_or_default().trim_matches([' ', '\t']);
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Doubt::LengthIsNoNumber);
    }
    // hyper keeps the two greatest numbers for itself.
    text.parse().ok().filter(|length| *length <= u64::MAX - 2).ok_or(Doubt::LengthOutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const POST: &str = "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nab\n\nc";
    const CHUNKED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
        3;x=9\r\n\r\n\r\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";

    fn check(bytes: &str, heads: u64, expecting: Expecting, doubt: Option<(u64, Doubt)>) {
        for step in [1, 2, 3, 7, bytes.len()] {
            let mut framing = Framing::new();
            for part in bytes.as_bytes().chunks(step) {
                framing.observe(part);
            }
            let found = (framing.heads, framing.expecting(), framing.doubt);
            assert_eq!(found, (heads, expecting, doubt), "{bytes:?} in steps of {step}");
        }
    }

    #[test]
    fn follows_requests() {
        check(GET, 1, Expecting::Request, None);
        check(&GET.repeat(3), 3, Expecting::Request, None);
        check(POST, 1, Expecting::Request, None);
        check(CHUNKED, 1, Expecting::Request, None);
        check(&[POST, CHUNKED, GET, CHUNKED, POST].concat(), 5, Expecting::Request, None);
        check(&["\r\n", GET, "\r\n\r\n", GET].concat(), 2, Expecting::Request, None);
        check(&GET[..9], 0, Expecting::RestOfHead, None);
        check(&GET[..GET.len() - 1], 0, Expecting::RestOfHead, None);
        check(&POST[..POST.len() - 1], 1, Expecting::RestOfBody, None);
        check(&CHUNKED[..CHUNKED.len() - 2], 1, Expecting::RestOfBody, None);
    }

    #[test]
    fn finds_doubts() {
        let table = [
            ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", Doubt::LengthAndChunked),
            ("transfer-encoding: chunked\r\ncontent-length: 3\r\n", Doubt::LengthAndChunked),
            ("Content-Length: 3\r\nContent-Length: 3\r\n", Doubt::RepeatedLength),
            ("CONTENT-LENGTH: 3\r\nx: y\r\ncontent-length: 4\r\n", Doubt::RepeatedLength),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", Doubt::RepeatedTransferEncoding),
            ("x: y\n", Doubt::BareLineFeed),
            ("x: y\r\n\n", Doubt::BareLineFeed),
            ("x: y\r\n z\r\n", Doubt::FoldedHeader),
            ("x: y\r\n\tz\r\n", Doubt::FoldedHeader),
            ("Content-Length: +5\r\n", Doubt::LengthIsNoNumber),
            ("Content-Length: -1\r\n", Doubt::LengthIsNoNumber),
            ("Content-Length:\r\n", Doubt::LengthIsNoNumber),
            ("Content-Length: 5, 5\r\n", Doubt::LengthIsNoNumber),
            ("Content-Length: 18446744073709551614\r\n", Doubt::LengthOutOfRange),
            ("Content-Length: 18446744073709551616\r\n", Doubt::LengthOutOfRange),
        ];
        for (lines, doubt) in table {
            let bytes = format!("{GET}{POST}POST / HTTP/1.1\r\n{lines}\r\nabc");
            check(&bytes, 3, Expecting::Nothing, Some((2, doubt)));
        }
        check("GET / HTTP/1.1\n\nrest", 1, Expecting::Nothing, Some((0, Doubt::BareLineFeed)));
    }

    #[test]
    fn stops_where_hyper_refuses() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for body in ["x\r\n", "\r\n", "11112222333344445\r\n", "1\r\nab"] {
            check(&format!("{head}{body}"), 1, Expecting::Nothing, None);
        }
        let endless = "x".repeat(2 * MAX_HEAD_BYTES + 1);
        check(&endless, 0, Expecting::Nothing, None);
        let line = format!("{head}1;{}", "x".repeat(MAX_CHUNK_LINE_BYTES));
        check(&line, 1, Expecting::Nothing, None);
        let within = format!("{head}1;{}", "x".repeat(MAX_CHUNK_LINE_BYTES - 2));
        check(&within, 1, Expecting::RestOfBody, None);
    }
}
