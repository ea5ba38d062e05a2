//! The socket of one connection: notes how it goes, gathers the answers to pipelined requests
//! into one write, gives hyper's own refusals a body, and closes without destroying the last
//! answer.
//!
//! hyper's own gathering (`pipeline_flush`) loses an answer when the connection is closed with
//! bytes of the client still unread, which is just what happens to refused requests.

use super::problem;
use super::progress::Progress;
use parking_lot::Mutex;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Most bytes that are held back for the answers to come.
const HELD_BYTES: usize = 64 * 1024;
/// What is still read of a connection that the server closes first.
const LINGER_BYTES: usize = 8 * 1024 * 1024;
const LINGER_BUFFER_BYTES: usize = 4 * 1024;

pub(super) struct Socket {
    stream: TcpStream,
    progress: Arc<Mutex<Progress>>,
    /// Answers that wait for the next one; it is never empty for long, see [`Progress::holds`].
    held: Vec<u8>,
    held_written: usize,
    shut: bool,
    linger_bytes: usize,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, progress: Arc<Mutex<Progress>>) -> Socket {
        Socket { stream, progress, held: Vec::new(), held_written: 0, shut: false, linger_bytes: 0 }
    }

    /// Takes bytes into the held ones, as far as there is room.
    fn hold(&mut self, slices: &[IoSlice<'_>]) -> usize {
        let before = self.held.len();
        for slice in slices {
            let room = HELD_BYTES.saturating_sub(self.held.len());
            self.held.extend_from_slice(slice.get(..room).unwrap_or(slice));
        }
        self.held.len() - before
    }

    fn poll_write_held(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.held.get(self.held_written..)
            && !rest.is_empty()
        {
            let polled = Pin::new(&mut self.stream).poll_write(cx, rest);
            self.progress.lock().written(polled.is_pending());
            match ready!(polled)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.held_written += written,
            }
        }
        self.held.clear();
        self.held_written = 0;
        self.progress.lock().set_holds(false);
        Poll::Ready(Ok(()))
    }

    /// Reads and drops what still comes, so that closing does not reset the connection and
    /// destroy the answer on its way. Ends with the client's end, or at a limit of bytes;
    /// the connection's deadline bounds the time.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; LINGER_BUFFER_BYTES];
        while self.linger_bytes > 0 {
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    self.linger_bytes = self.linger_bytes.saturating_sub(buffer.filled().len());
                }
                _ => self.linger_bytes = 0,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let mut progress = self.progress.lock();
        match &polled {
            Poll::Ready(_) => progress.read(buffer.filled().get(before..).unwrap_or_default()),
            Poll::Pending => progress.read_pending(),
        }
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let expects_more_answers = {
            let mut progress = self.progress.lock();
            // hyper hands over its refusal in one write, for there is nothing else to write.
            if progress.is_refusal_of_a_head() {
                let doubt = progress.reason_for_refusal();
                progress.set_holds(true);
                drop(progress);
                let length = slices.iter().map(|slice| slice.len()).sum();
                let bare = slices.first().map(|slice| &**slice).unwrap_or_default();
                self.held.extend_from_slice(&problem::refused_head(bare, doubt));
                return Poll::Ready(Ok(length));
            }
            progress.expects_more_answers()
        };
        if !self.held.is_empty() || expects_more_answers {
            let taken = self.hold(slices);
            if taken > 0 {
                self.progress.lock().set_holds(true);
                return Poll::Ready(Ok(taken));
            }
            ready!(self.poll_write_held(cx))?;
        }
        let polled = match slices {
            [only] => Pin::new(&mut self.stream).poll_write(cx, only),
            _ => Pin::new(&mut self.stream).poll_write_vectored(cx, slices),
        };
        self.progress.lock().written(polled.is_pending());
        polled
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let may_hold_on = {
            let mut progress = self.progress.lock();
            progress.flushed();
            progress.may_hold_on()
        };
        if self.held.is_empty() || may_hold_on {
            return Poll::Ready(Ok(()));
        }
        self.poll_write_held(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.shut {
            ready!(self.poll_write_held(cx))?;
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.shut = true;
            if self.progress.lock().linger() {
                self.linger_bytes = LINGER_BYTES;
            }
        }
        self.poll_linger(cx).map(Ok)
    }
}
