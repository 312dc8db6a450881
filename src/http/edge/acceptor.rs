//! Connection handling that poem's server lacks: a limit on open connections, a deadline for slow peers, and a pause
//! when the process has no file descriptors left.

use std::{
    io::{ErrorKind, Result},
    sync::Arc,
};

use poem::{
    http::uri::Scheme,
    listener::Acceptor,
    web::{LocalAddr, RemoteAddr},
};
use time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    client_ip::TrustedProxies,
    connection::{GuardedIo, Registry},
    rate::network,
};

/// Limits on connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Maximum number of open connections, at least 1.
    pub open: usize,
    /// Maximum number of open connections per IP address, at least 1. IPv6 addresses are grouped by /64, the usual
    /// allocation of one customer. Trusted proxies are not limited.
    pub open_of_one_address: usize,
    /// Maximum time in which the peer accepts no data, counted from the connection or from the last write. This is also
    /// the idle timeout.
    pub deadline: Duration,
}

impl Default for ConnectionLimits {
    /// 1024 connections, 256 of them from one address, 30 seconds.
    fn default() -> Self {
        Self { open: 1024, open_of_one_address: 256, deadline: Duration::seconds(30) }
    }
}

/// Accepts connections from another acceptor, within [`ConnectionLimits`].
///
/// If an address has reached its limit, its connection that has waited longest is closed in favour of the new one. If
/// the total limit is reached, the longest-waiting connection of any address is closed. A peer that holds connections
/// open therefore does not lock others out. Put it inside of TLS, around the TCP acceptor.
#[derive(Debug)]
pub struct GuardedAcceptor<A> {
    inner: A,
    deadline: std::time::Duration,
    places: Arc<Semaphore>,
    registry: Arc<Registry>,
    proxies: TrustedProxies,
}

impl<A> GuardedAcceptor<A> {
    /// Applies `limits` to the connections of `inner`.
    pub fn new(inner: A, limits: ConnectionLimits) -> Self {
        Self {
            inner,
            deadline: limits.deadline.unsigned_abs(),
            places: Arc::new(Semaphore::new(limits.open.clamp(1, Semaphore::MAX_PERMITS))),
            registry: Arc::new(Registry::new(limits.open_of_one_address)),
            proxies: TrustedProxies::default(),
        }
    }

    /// Exempts `proxies` from the limit per address, since they connect on behalf of many clients.
    #[must_use]
    pub fn exempting(self, proxies: TrustedProxies) -> Self {
        Self { proxies, ..self }
    }

    /// The network that a connection is counted for. `None` for a trusted proxy and for a peer without an IP address.
    fn network_of(&self, remote: &RemoteAddr) -> Option<u64> {
        let address = remote.as_socket_addr()?.ip();
        (!self.proxies.trusts(address)).then(|| network(address))
    }
}

impl<A: Acceptor> Acceptor for GuardedAcceptor<A> {
    type Io = GuardedIo<A::Io>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    /// Never returns an error: poem's server would retry immediately, and a persistent error would spin a core.
    async fn accept(&mut self) -> Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.inner.accept().await {
                Ok((io, local, remote, scheme)) => {
                    let network = self.network_of(&remote);
                    let is_leaving = network.is_some_and(|network| self.registry.admit(network));
                    let place = take_place(&self.places, &self.registry, is_leaving).await;
                    let io = GuardedIo::new(io, (self.deadline, network), Arc::clone(&self.registry), place);
                    return Ok((io, local, remote, scheme));
                }
                // The peer closed the connection before it was accepted. The next one may already be waiting.
                Err(error) if is_of_one_connection(error.kind()) => tokio::task::yield_now().await,
                Err(error) => {
                    tracing::warn!(%error, pause_ms = pause.as_millis(), "no connection can be accepted");
                    // Most likely the process has no file descriptors left. Closing a waiting connection frees one.
                    self.registry.evict_longest_waiting();
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

/// Takes a free place, or waits for the place of an evicted connection. `is_leaving` says that one was already evicted.
async fn take_place(places: &Arc<Semaphore>, registry: &Registry, mut is_leaving: bool) -> OwnedSemaphorePermit {
    loop {
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return place;
        }
        if !std::mem::take(&mut is_leaving) {
            registry.evict_longest_waiting();
        }
        if let Ok(Ok(place)) = tokio::time::timeout(EVICTION, Arc::clone(places).acquire_owned()).await {
            return place;
        }
    }
}

fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}

/// Time that an evicted connection has to close before another one is evicted.
const EVICTION: std::time::Duration = std::time::Duration::from_millis(100);
const FIRST_PAUSE: std::time::Duration = std::time::Duration::from_millis(10);
const LONGEST_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::{io::Error, net::SocketAddr, time::Instant};

    use poem::{
        Server,
        endpoint::make_sync,
        listener::{Listener, TcpListener},
    };
    use tokio::{
        io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream},
        net::TcpStream,
        task::JoinHandle,
    };

    use super::*;

    const DEADLINE: Duration = Duration::milliseconds(300);
    /// Timeout for events that a test expects much earlier.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

    struct Running {
        address: SocketAddr,
        server: JoinHandle<Result<()>>,
    }

    impl Drop for Running {
        fn drop(&mut self) {
            self.server.abort();
        }
    }

    impl Running {
        async fn start(limits: ConnectionLimits) -> Self {
            let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
            let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
            let server = Server::new_with_acceptor(GuardedAcceptor::new(acceptor, limits));
            Self { address, server: tokio::spawn(server.run(make_sync(|_| "sealed"))) }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }
    }

    /// Sends one request and reads the response.
    async fn ask(stream: &mut TcpStream) -> Result<String> {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"sealed") {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(String::from_utf8(answer).unwrap())
    }

    /// Returns everything that the peer sends until it closes the connection.
    async fn read_to_close(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A reset also counts as closed.
        let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("it is closed in time");
        bytes
    }

    fn limits(open: usize) -> ConnectionLimits {
        ConnectionLimits { open, open_of_one_address: open, deadline: DEADLINE }
    }

    #[tokio::test]
    async fn a_peer_that_sends_nothing_is_closed_at_the_deadline() {
        let server = Running::start(limits(8)).await;
        let started = Instant::now();
        let mut silent = server.connect().await;
        let mut half = server.connect().await;
        half.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        assert_eq!(read_to_close(&mut silent).await, b"");
        read_to_close(&mut half).await;
        assert!(started.elapsed() >= DEADLINE, "closed after {:?}", started.elapsed());
    }

    #[tokio::test]
    async fn a_peer_that_trickles_is_closed_at_the_deadline() {
        let server = Running::start(limits(8)).await;
        let (mut reader, mut writer) = server.connect().await.into_split();
        let trickle = tokio::spawn(async move {
            let mut sent = 0;
            writer.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nX: ").await.unwrap();
            while writer.write_all(b"a").await.is_ok() {
                sent += 1;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            sent
        });
        assert!(!read_to_close(&mut reader).await.starts_with(b"HTTP/1.1 200"));
        assert!(trickle.await.unwrap() > 0, "it trickled until it was closed");
    }

    #[tokio::test]
    async fn a_peer_that_asks_and_reads_stays_beyond_the_deadline() {
        // Long enough for a busy machine to answer the requests that are sent every 20 ms.
        let deadline = DEADLINE * 5;
        let server = Running::start(ConnectionLimits { deadline, ..limits(8) }).await;
        let mut stream = server.connect().await;
        let started = Instant::now();
        while started.elapsed() < deadline * 2 {
            assert!(ask(&mut stream).await.unwrap().starts_with("HTTP/1.1 200"));
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn beyond_the_bound_the_longest_waiting_connection_makes_room() {
        let server = Running::start(ConnectionLimits { deadline: Duration::MINUTE, ..limits(2) }).await;
        let (mut idle, mut busy) = (server.connect().await, server.connect().await);
        ask(&mut idle).await.unwrap();
        ask(&mut busy).await.unwrap();

        let mut third = server.connect().await;
        assert!(ask(&mut third).await.unwrap().starts_with("HTTP/1.1 200"));
        assert_eq!(read_to_close(&mut idle).await, b"");
        assert!(ask(&mut busy).await.unwrap().starts_with("HTTP/1.1 200"), "the others stay");
    }

    // On Linux every address of 127.0.0.0/8 is local, so one test can act as several peers.
    async fn connect_from(server: &Running, from: [u8; 4]) -> TcpStream {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.connect(server.address).await.unwrap()
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_address_that_holds_all_its_connections_loses_its_own_and_none_of_others() {
        let limits = ConnectionLimits { open_of_one_address: 2, deadline: Duration::MINUTE, ..limits(100) };
        let server = Running::start(limits).await;
        let mut other = connect_from(&server, [127, 0, 0, 2]).await;
        ask(&mut other).await.unwrap();
        let mut first = connect_from(&server, [127, 0, 0, 1]).await;
        ask(&mut first).await.unwrap();
        let mut held = Vec::new();
        for _ in 0..50 {
            held.push(connect_from(&server, [127, 0, 0, 1]).await);
        }
        assert_eq!(read_to_close(&mut first).await, b"", "the oldest of the same address made room");
        assert!(ask(&mut other).await.unwrap().starts_with("HTTP/1.1 200"), "others are not asked to");
        assert!(ask(held.last_mut().unwrap()).await.unwrap().starts_with("HTTP/1.1 200"));
    }

    #[test]
    fn connections_count_for_an_address_or_a_64_and_those_of_a_trusted_proxy_for_none() {
        let guarded = GuardedAcceptor::new((), ConnectionLimits::default());
        let guarded = guarded.exempting(TrustedProxies::parse(["10.0.0.1"]).unwrap());
        let network = |text: &str| guarded.network_of(&RemoteAddr(text.parse::<SocketAddr>().unwrap().into()));
        assert_eq!(network("10.0.0.1:1"), None);
        assert!(network("192.0.2.1:1").is_some() && network("192.0.2.1:1") != network("192.0.2.2:1"));
        assert_eq!(network("[2001:db8::1]:1"), network("[2001:db8::ffff:1]:2"));
        assert_ne!(network("[2001:db8::1]:1"), network("[2001:db8:0:1::1]:1"));
        assert_eq!(network("[::ffff:192.0.2.1]:1"), network("192.0.2.1:1"));
    }

    // Measures the slowest of 50 requests while 400 idle connections are open.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_flood_of_idle_connections_keeps_no_one_out() {
        let server = Running::start(ConnectionLimits { deadline: Duration::MINUTE, ..limits(64) }).await;
        let mut held = Vec::new();
        for _ in 0..400 {
            held.push(server.connect().await);
        }
        let mut slowest = std::time::Duration::ZERO;
        for _ in 0..50 {
            let started = Instant::now();
            let answered = async { ask(&mut server.connect().await).await };
            tokio::time::timeout(PATIENCE, answered).await.expect("it is answered in time").unwrap();
            slowest = slowest.max(started.elapsed());
        }
        println!("slowest request with {} idle connections: {slowest:?}", held.len());
    }

    // RFC 9113 §3.4.
    #[tokio::test]
    async fn http2_without_tls_is_closed_even_byte_by_byte() {
        let server = Running::start(ConnectionLimits { deadline: Duration::MINUTE, ..limits(8) }).await;
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        let mut concurrent = server.connect().await;
        concurrent.write_all(preface).await.unwrap();
        assert_eq!(read_to_close(&mut concurrent).await, b"");

        let mut byte_by_byte = server.connect().await;
        byte_by_byte.set_nodelay(true).unwrap();
        for byte in preface {
            if byte_by_byte.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(read_to_close(&mut byte_by_byte).await, b"");
        assert!(ask(&mut server.connect().await).await.is_ok());
    }

    /// Fails the given number of times, then accepts.
    struct Failing {
        failures: usize,
        kind: fn() -> Error,
    }

    impl Acceptor for Failing {
        type Io = DuplexStream;

        fn local_addr(&self) -> Vec<LocalAddr> {
            Vec::new()
        }

        async fn accept(&mut self) -> Result<(DuplexStream, LocalAddr, RemoteAddr, Scheme)> {
            match self.failures.checked_sub(1) {
                Some(left) => {
                    self.failures = left;
                    Err((self.kind)())
                }
                None => Ok((tokio::io::duplex(1).0, LocalAddr::default(), RemoteAddr::default(), Scheme::HTTP)),
            }
        }
    }

    #[tokio::test]
    async fn a_failure_to_accept_is_met_with_patience() {
        const EMFILE: i32 = 24;
        let started = Instant::now();
        let failing = Failing { failures: 4, kind: || Error::from_raw_os_error(EMFILE) };
        assert!(GuardedAcceptor::new(failing, ConnectionLimits::default()).accept().await.is_ok());
        // 10 + 20 + 40 + 80 ms.
        assert!(started.elapsed() >= Duration::milliseconds(150), "{:?}", started.elapsed());

        let aborted = Failing { failures: 1000, kind: || ErrorKind::ConnectionAborted.into() };
        let started = Instant::now();
        assert!(GuardedAcceptor::new(aborted, ConnectionLimits::default()).accept().await.is_ok());
        assert!(started.elapsed() < FIRST_PAUSE * 1000, "a peer that gave up costs no pause");
    }
}
