//! The lower bounds of the server's cost, measured in a separate process on the server's core: bare responses of poem,
//! signing and verification with josekit, and durable commits to disk.

use std::{
    fs::File,
    io::Write,
    path::Path,
    process::Command,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    time::{Duration, Instant},
};

use josekit::{
    jwk::{Jwk, alg::ec::EcCurve},
    jws::{ES256, JwsSigner, JwsVerifier},
};
use poem::{
    Body, EndpointExt, Response, Route, Server, get, handler,
    listener::TcpListener,
    web::{Data, Path as PathParameters},
};
use tokio::{sync::oneshot, task::JoinSet};

/// The first argument that makes the benchmark run as that process.
pub(crate) const FLAG: &str = "--bare";

/// A part of a limit, in addition to the response.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// An ES256 signature over this many bytes.
    Signature(usize),
    /// The verification of such a signature.
    Verification(usize),
    /// A commit of `bytes` bytes while `concurrent` commits are in progress: all waiting commits are appended to a file
    /// together, followed by one `fdatasync`.
    Commit { bytes: usize, concurrent: usize },
}

impl Part {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Signature(_) => "ES256 signature",
            Self::Verification(_) => "ES256 verification",
            Self::Commit { .. } => "durable commit",
        }
    }

    /// The path at which the process runs this part for `length` and reports the count and the elapsed seconds.
    pub(crate) fn path(self, length: Duration) -> String {
        let milliseconds = length.as_millis();
        match self {
            Self::Signature(bytes) => format!("/signatures/{bytes}/{milliseconds}"),
            Self::Verification(bytes) => format!("/verifications/{bytes}/{milliseconds}"),
            Self::Commit { bytes, concurrent } => format!("/commits/{bytes}/{concurrent}/{milliseconds}"),
        }
    }
}

/// The command that starts the process.
pub(crate) fn command(folder: &Path, port: u16) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(FLAG).arg(port.to_string()).arg(folder);
    command
}

/// Runs as that process.
pub(crate) fn serve(port: u16, folder: &Path) {
    let queue = committer(File::create(folder.join("bare-commits")).unwrap());
    let routes = Route::new()
        .at("/health", get(health))
        .at("/answers/:bytes", get(sized_answer).post(sized_answer))
        .at("/signatures/:bytes/:milliseconds", get(signatures))
        .at("/verifications/:bytes/:milliseconds", get(verifications))
        .at("/commits/:bytes/:at_once/:milliseconds", get(commits).data(queue));
    let serving = Server::new(TcpListener::bind(("127.0.0.1", port))).run(routes);
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(serving).unwrap();
}

#[handler]
fn health() -> &'static str {
    "ok"
}

/// Reads the request body, as every server has to.
#[handler]
async fn sized_answer(PathParameters(bytes): PathParameters<usize>, body: Body) -> poem::Result<Response> {
    body.into_bytes().await?;
    Ok(Response::builder().content_type("application/json").body(vec![b'a'; bytes]))
}

#[handler]
fn signatures(PathParameters((bytes, milliseconds)): PathParameters<(usize, u64)>) -> String {
    let (signer, message) = (ES256.signer_from_jwk(&key()).unwrap(), vec![b'a'; bytes]);
    repeat(milliseconds, || drop(signer.sign(&message).unwrap()))
}

#[handler]
fn verifications(PathParameters((bytes, milliseconds)): PathParameters<(usize, u64)>) -> String {
    let (key, message) = (key(), vec![b'a'; bytes]);
    let signature = ES256.signer_from_jwk(&key).unwrap().sign(&message).unwrap();
    let verifier = ES256.verifier_from_jwk(&key.to_public_key().unwrap()).unwrap();
    repeat(milliseconds, || verifier.verify(&message, &signature).unwrap())
}

#[handler]
async fn commits(
    PathParameters((bytes, concurrent, milliseconds)): PathParameters<(usize, usize, u64)>,
    queue: Data<&Sender<Commit>>,
) -> String {
    let record: Arc<[u8]> = vec![b'a'; bytes].into();
    let begun = Instant::now();
    let mut committing = JoinSet::new();
    for _ in 0..concurrent {
        let (queue, record) = (queue.clone(), Arc::clone(&record));
        committing.spawn(async move {
            let mut count = 0_u64;
            while begun.elapsed() < Duration::from_millis(milliseconds) {
                let (promise, durable) = oneshot::channel();
                queue.send((Arc::clone(&record), promise)).unwrap();
                durable.await.unwrap();
                count += 1;
            }
            count
        });
    }
    let count: u64 = committing.join_all().await.into_iter().sum();
    format!("{count} {}", begun.elapsed().as_secs_f64())
}

/// Starts the thread that commits.
fn committer(mut file: File) -> Sender<Commit> {
    let (queue, waiting) = channel::<Commit>();
    std::thread::spawn(move || {
        while let Ok(first) = waiting.recv() {
            let (records, promises): (Vec<_>, Vec<_>) = std::iter::once(first).chain(waiting.try_iter()).unzip();
            file.write_all(&records.concat()).unwrap();
            file.sync_data().unwrap();
            promises.into_iter().for_each(|promise| promise.send(()).unwrap());
        }
    });
    queue
}

/// The bytes to write, and the channel that is notified when they are on disk.
type Commit = (Arc<[u8]>, oneshot::Sender<()>);

fn key() -> Jwk {
    Jwk::generate_ec_key(EcCurve::P256).unwrap()
}

/// Repeats `step` and returns the count and the elapsed seconds.
fn repeat(milliseconds: u64, mut step: impl FnMut()) -> String {
    let begun = Instant::now();
    let mut count = 0_u64;
    while begun.elapsed() < Duration::from_millis(milliseconds) {
        step();
        count += 1;
    }
    format!("{count} {}", begun.elapsed().as_secs_f64())
}
