//! How far a connection has come, and until when it must come further.
//!
//! hyper's own header timeout also closes idle connections and costs a timer for each
//! request. Here the socket and the service leave notes, and the connection's one timer is
//! moved only when a deadline comes nearer, so that a quick request pays for one clock reading.

use super::framing::{Doubt, Expecting, Framing};
use std::time::{Duration, Instant};

/// How long a connection that the server closes first may still send.
const LINGER: Duration = Duration::from_secs(2);

/// How long a client may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a whole head, from its first byte; also for the first byte of a connection.
    pub header: Duration,
    /// Between two requests.
    pub keep_alive: Duration,
    /// For a body, before its rate counts, and between two reads of it.
    pub body_grace: Duration,
    /// The rate that a body must keep after its grace.
    pub body_bytes_per_second: u64,
    /// For a client that does not read what it asked for.
    pub write_stall: Duration,
}

/// What one connection waits for. Shared by its socket, its service and its task.
#[derive(Debug)]
pub(super) struct Progress {
    framing: Framing,
    requests: u64,
    in_flight: bool,
    /// When the connection last had nothing to do, or was accepted.
    idle_since: Instant,
    head_since: Option<Instant>,
    body: Option<BodyProgress>,
    write_stalled_since: Option<Instant>,
    lingers_since: Option<Instant>,
    holds: Holds,
    /// Every answer to a request so far has left hyper, so that what it writes now, no request
    /// being in flight, is a refusal of its own.
    all_answers_left: bool,
    refused_by_hyper: bool,
}

/// Whether answers are held back for the next ones, to go out in one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Nothing,
    Answers,
    /// The next answer is not at hand, so those before it go out alone.
    AnswersToSend,
}

#[derive(Debug)]
struct BodyProgress {
    since: Instant,
    last_read: Instant,
    bytes: u64,
    /// hyper asks for more; when it does not, the handler is the slow one.
    wanted: bool,
}

impl Progress {
    pub(super) fn new(now: Instant) -> Progress {
        Progress {
            framing: Framing::new(),
            requests: 0,
            in_flight: false,
            idle_since: now,
            head_since: None,
            body: None,
            write_stalled_since: None,
            lingers_since: None,
            holds: Holds::Nothing,
            all_answers_left: true,
            refused_by_hyper: false,
        }
    }

    /// Bytes came from the socket.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        self.framing.observe(bytes);
        match self.framing.expecting() {
            Expecting::Request | Expecting::Nothing => {
                self.head_since = None;
                self.body = None;
            }
            Expecting::RestOfHead => {
                self.body = None;
                self.head_since.get_or_insert_with(Instant::now);
            }
            Expecting::RestOfBody => {
                self.head_since = None;
                let now = Instant::now();
                let body =
                    self.body.get_or_insert(BodyProgress { since: now, last_read: now, bytes: 0, wanted: false });
                body.last_read = now;
                body.bytes += bytes.len() as u64;
                body.wanted = false;
            }
        }
    }

    /// The socket has nothing, although hyper asked.
    pub(super) fn read_pending(&mut self) {
        if let Some(body) = self.body.as_mut().filter(|body| !body.wanted) {
            body.wanted = true;
            body.last_read = Instant::now();
        }
    }

    /// The socket took bytes, or did not.
    pub(super) fn written(&mut self, pending: bool) {
        if pending {
            self.write_stalled_since.get_or_insert_with(Instant::now);
        } else {
            self.write_stalled_since = None;
        }
    }

    /// Whether a further request has arrived whose answer can share a write with this one.
    pub(super) fn expects_more_answers(&self) -> bool {
        self.framing.heads() > self.requests
    }

    pub(super) fn set_holds(&mut self, holds: bool) {
        self.holds = if holds { Holds::Answers } else { Holds::Nothing };
    }

    pub(super) fn may_hold_on(&self) -> bool {
        self.holds == Holds::Answers && self.expects_more_answers()
    }

    /// The connection has to wait for something: what is held back must not wait with it.
    /// Says whether there is anything to send.
    pub(super) fn send_held(&mut self) -> bool {
        let held = self.holds == Holds::Answers;
        if held {
            self.holds = Holds::AnswersToSend;
        }
        held
    }

    /// A request reached the service; says what is doubtful about its framing.
    pub(super) fn request_started(&mut self) -> Option<Doubt> {
        let doubt = self.framing.doubt_about(self.requests);
        self.requests += 1;
        self.in_flight = true;
        self.all_answers_left = false;
        doubt
    }

    /// hyper has nothing more to write.
    pub(super) fn flushed(&mut self) {
        self.all_answers_left |= !self.in_flight;
    }

    /// hyper writes. Says whether that is its own refusal of a head that never became a request.
    pub(super) fn is_refusal_of_a_head(&mut self) -> bool {
        let refused = self.all_answers_left && !self.in_flight;
        self.refused_by_hyper |= refused;
        refused
    }

    /// Why hyper refused the head, if that can be told.
    pub(super) fn reason_for_refusal(&self) -> Option<Doubt> {
        self.framing.reason_for_refusal(self.requests)
    }

    /// The response has left for the socket's buffer, or never will.
    pub(super) fn request_ended(&mut self) {
        self.in_flight = false;
        self.idle_since = Instant::now();
    }

    /// The server closes. Says whether bytes that nobody will use may still be under way.
    pub(super) fn linger(&mut self) -> bool {
        let unread = self.refused_by_hyper || self.framing.expecting() != Expecting::Request;
        self.lingers_since = unread.then(Instant::now);
        unread
    }

    /// When the connection is to be closed if nothing happens until then.
    pub(super) fn deadline(&self, patience: &Patience) -> Option<Instant> {
        if let Some(since) = self.lingers_since {
            return Some(since + LINGER);
        }
        let write = self.write_stalled_since.map(|since| since + patience.write_stall);
        let read = match (&self.body, self.head_since) {
            (Some(body), _) => body.deadline(patience),
            _ if self.in_flight => None,
            (None, Some(since)) => Some(since.max(self.idle_since) + patience.header),
            (None, None) if self.requests == 0 => Some(self.idle_since + patience.header),
            (None, None) => Some(self.idle_since + patience.keep_alive),
        };
        [write, read].into_iter().flatten().min()
    }
}

impl BodyProgress {
    fn deadline(&self, patience: &Patience) -> Option<Instant> {
        let earned = Duration::from_millis(self.bytes.saturating_mul(1000) / patience.body_bytes_per_second.max(1));
        let by_rate = self.since.checked_add(patience.body_grace + earned);
        let by_silence = self.last_read.checked_add(patience.body_grace);
        let deadline = [by_rate, by_silence].into_iter().flatten().min();
        deadline.filter(|_| self.wanted)
    }
}
