//! The socket of one connection: passes bytes through and notes how it goes.

use super::progress::Progress;
use parking_lot::Mutex;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What is still read of a connection that the server closes first.
const LINGER_BYTES: usize = 8 * 1024 * 1024;
const LINGER_BUFFER_BYTES: usize = 4 * 1024;

pub(super) struct Socket {
    stream: TcpStream,
    progress: Arc<Mutex<Progress>>,
    shut: bool,
    linger_bytes: usize,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, progress: Arc<Mutex<Progress>>) -> Socket {
        Socket {
            stream,
            progress,
            shut: false,
            linger_bytes: 0,
        }
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
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
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
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.progress.lock().written(polled.is_pending());
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.progress.lock().written(polled.is_pending());
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.shut {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.shut = true;
            if self.progress.lock().linger() {
                self.linger_bytes = LINGER_BYTES;
            }
        }
        self.poll_linger(cx).map(Ok)
    }
}
