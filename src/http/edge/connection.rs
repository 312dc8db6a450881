//! An accepted connection that is closed when the peer is idle for too long, or when its place is needed.

use std::{
    io::{Error, ErrorKind, IoSlice, Result},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep},
};

/// The open connections, for finding the one that has waited for its peer the longest.
#[derive(Debug)]
pub(super) struct Registry {
    /// Reference instant of `served_at`.
    started: Instant,
    places: Mutex<Vec<Arc<ConnectionEntry>>>,
    /// Maximum number of places per network. Does not apply to entries without a network.
    most_of_one: usize,
}

/// The state of one connection.
#[derive(Debug)]
struct ConnectionEntry {
    /// The [`network`] of the peer. `None` for a peer without a limit.
    network: Option<u64>,
    /// Microseconds after [`Registry::started`] at which the peer last accepted data, or connected.
    served_at: AtomicU64,
    is_evicted: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Registry {
    /// Creates a registry with `most_of_one` places per network.
    pub(super) fn new(most_of_one: usize) -> Self {
        Self { started: Instant::now(), places: Mutex::default(), most_of_one: most_of_one.max(1) }
    }

    /// Makes room for one more connection of `network`. If the network has reached its limit, its longest-waiting
    /// connection is evicted. Returns whether one was evicted.
    pub(super) fn admit(&self, network: u64) -> bool {
        let places = lock(&self.places);
        let own = || places.iter().filter(|place| place.network == Some(network) && place.is_open());
        let is_full = own().count() >= self.most_of_one;
        if is_full {
            evict(own());
        }
        is_full
    }

    /// Evicts the connection whose peer has accepted no data for the longest time, typically one that never completes a
    /// request.
    pub(super) fn evict_longest_waiting(&self) {
        evict(lock(&self.places).iter().filter(|place| place.is_open()));
    }

    fn enter(&self, network: Option<u64>) -> Arc<ConnectionEntry> {
        let place = Arc::new(ConnectionEntry {
            network,
            served_at: AtomicU64::new(self.now()),
            is_evicted: AtomicBool::new(false),
            waker: Mutex::default(),
        });
        lock(&self.places).push(Arc::clone(&place));
        place
    }

    fn leave(&self, place: &Arc<ConnectionEntry>) {
        let mut places = lock(&self.places);
        if let Some(at) = places.iter().position(|other| Arc::ptr_eq(other, place)) {
            places.swap_remove(at);
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl ConnectionEntry {
    fn is_open(&self) -> bool {
        !self.is_evicted.load(Ordering::Relaxed)
    }
}

/// Evicts the longest-waiting connection of `places`.
fn evict<'a>(places: impl Iterator<Item = &'a Arc<ConnectionEntry>>) {
    if let Some(place) = places.min_by_key(|place| place.served_at.load(Ordering::Relaxed)) {
        place.is_evicted.store(true, Ordering::Release);
        if let Some(waker) = lock(&place.waker).take() {
            waker.wake();
        }
    }
}

/// The IO of a guarded connection. It returns an error, which closes the connection, when the peer has accepted no data
/// until the deadline: because it sends a request byte by byte, is idle, or does not read its response.
///
/// It also returns an error on the preface of HTTP/2 without TLS, which no browser uses. With HTTP/2, a peer could make
/// the server write without end (PING) and reset streams at little cost to itself.
pub struct GuardedIo<Io> {
    io: Io,
    deadline: Duration,
    closes: Pin<Box<Sleep>>,
    place: Arc<ConnectionEntry>,
    registry: Arc<Registry>,
    greeting: Greeting,
    _permit: OwnedSemaphorePermit,
}

impl<Io> GuardedIo<Io> {
    /// Guards `io`, which takes a place of `network`.
    pub(super) fn new(
        io: Io,
        (deadline, network): (Duration, Option<u64>),
        registry: Arc<Registry>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let place = registry.enter(network);
        let closes = Box::pin(tokio::time::sleep(deadline));
        Self { io, deadline, closes, place, registry, greeting: Greeting(Some(0)), _permit: permit }
    }

    /// Returns an error if the connection has to close. Otherwise registers the task to be woken when that changes.
    fn poll_guard(&mut self, context: &mut Context<'_>) -> Result<()> {
        *lock(&self.place.waker) = Some(context.waker().clone());
        if self.place.is_evicted.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::ConnectionAborted, "the connection was closed to free its slot"));
        }
        match self.closes.as_mut().poll(context) {
            Poll::Ready(()) => Err(Error::new(ErrorKind::TimedOut, "the peer took too long")),
            Poll::Pending => Ok(()),
        }
    }

    /// Extends the deadline if the peer accepted data.
    fn after_write(&mut self, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.place.served_at.store(self.registry.now(), Ordering::Relaxed);
            self.closes.as_mut().reset(Instant::now() + self.deadline);
        }
        written
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for GuardedIo<Io> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        // Checked before the read, so that a constant stream of input cannot bypass the deadline.
        this.poll_guard(context)?;
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.io).poll_read(context, buffer);
        if this.greeting.is_http2(buffer.filled().get(before..).unwrap_or_default()) {
            return Poll::Ready(Err(Error::new(ErrorKind::InvalidData, "HTTP/2 without TLS is not supported")));
        }
        read
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for GuardedIo<Io> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let this = self.get_mut();
        this.poll_guard(context)?;
        let written = Pin::new(&mut this.io).poll_write(context, bytes);
        this.after_write(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let this = self.get_mut();
        this.poll_guard(context)?;
        let written = Pin::new(&mut this.io).poll_write_vectored(context, slices);
        this.after_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        this.poll_guard(context)?;
        Pin::new(&mut this.io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }
}

impl<Io> Drop for GuardedIo<Io> {
    fn drop(&mut self) {
        self.registry.leave(&self.place);
    }
}

/// Number of bytes of the HTTP/2 preface received so far. `None` once a different byte was received.
#[derive(Debug)]
struct Greeting(Option<usize>);

impl Greeting {
    /// Whether the bytes received so far, including the new `bytes`, start with the HTTP/2 preface (RFC 9113 §3.4).
    fn is_http2(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            self.0 = self.0.filter(|heard| HTTP2.get(*heard) == Some(byte)).map(|heard| heard + 1);
            match self.0 {
                None => return false,
                Some(heard) if heard == HTTP2.len() => return true,
                Some(_) => {}
            }
        }
        false
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// No HTTP/1.1 request starts like this; RFC 9113 §3.4 chose the preface for that reason.
const HTTP2: &[u8] = b"PRI * HTTP/2";

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt, sync::Semaphore};

    use super::*;

    async fn guarded<Io>(io: Io, deadline: Duration) -> GuardedIo<Io> {
        let permit = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        GuardedIo::new(io, (deadline, None), Arc::new(Registry::new(1)), permit)
    }

    #[tokio::test]
    async fn a_peer_that_does_not_read_its_answer_is_closed_at_the_deadline() {
        let (near, _peer_that_reads_nothing) = tokio::io::duplex(16);
        let mut io = guarded(near, Duration::from_millis(50)).await;
        io.write_all(&[0; 16]).await.unwrap();
        let refused = io.write_all(&[0; 16]).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_connection_that_ends_leaves_the_registry() {
        let io = guarded(tokio::io::empty(), Duration::from_secs(1)).await;
        let registry = Arc::clone(&io.registry);
        assert_eq!(lock(&registry.places).len(), 1);
        drop(io);
        assert_eq!(lock(&registry.places).len(), 0);
        registry.evict_longest_waiting();
    }

    // RFC 9113 §3.4.
    #[test]
    fn only_the_whole_preface_is_http2() {
        for (chunks, expected) in [
            (&["PRI * HTTP/2.0\r\n"] as &[&str], true),
            (&["P", "RI * HT", "TP/2"], true),
            (&["PRI * HTTP/1.1\r\n"], false),
            (&["PRI"], false),
            (&["POST / HTTP/1.1", "PRI * HTTP/2.0"], false),
        ] {
            let mut greeting = Greeting(Some(0));
            let is_http2 = chunks.iter().any(|chunk| greeting.is_http2(chunk.as_bytes()));
            assert_eq!(is_http2, expected, "{chunks:?}");
        }
    }
}
