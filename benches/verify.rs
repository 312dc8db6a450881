//! The speed of the verifier library on one core: `cargo bench --no-default-features --features verify --bench verify`.
//!
//! Prints, for ES256: the bare signature check, a token that is seen for the first time, a repeated token, and the
//! allocations of the latter. Then the cost of a status list of a million tokens for a verifier: memory in use, and
//! memory and time until a new list is loaded, which another thread sends over HTTP.

use std::{
    collections::HashMap,
    error::Error,
    hint::black_box,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use signet::{
    entropy::Entropy,
    jose::{JwkSet, PublicKey, UnverifiedJwt},
    verify::{TestIssuer, Verifier},
};

const ORDERS: &str = "https://api.orders.example";
const TOKENS: usize = 4000;

/// The best of five rounds, in calls per second.
fn rate(name: &str, calls: usize, mut call: impl FnMut(usize) -> bool) -> f64 {
    let round = |call: &mut dyn FnMut(usize) -> bool| {
        let begin = Instant::now();
        let good = (0..calls).filter(|number| black_box(call(*number))).count();
        assert_eq!(good, calls, "{name}: a good token was refused");
        calls as f64 / begin.elapsed().as_secs_f64()
    };
    let best = (0..5).map(|_| round(&mut call)).fold(0.0, f64::max);
    println!("{name:<52}{best:>12.0}/s{:>10.2} µs", 1e6 / best);
    best
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let issuer = TestIssuer::new("https://login.example.org")?;
    let token = || issuer.token(ORDERS).scope("orders:read orders:write");
    let tokens = (0..TOKENS).map(|_| token().sign()).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = tokens.first() else { return Ok(()) };

    let jwks = issuer.answer("/jwks.json").map(|(_, jwks)| jwks).unwrap_or_default();
    let keys = JwkSet::parse(&jwks)?;
    let key: &PublicKey = keys.keys().first().ok_or("no key")?;
    let (input, signature) = first.rsplit_once('.').ok_or("no JWT")?;
    let signature = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, signature)?;
    UnverifiedJwt::parse(first)?.verify(&keys)?;

    // Without a token cache, every token is seen for the first time.
    let forgetful = runtime.block_on(issuer.verifier(ORDERS).remember(0).connect())?;
    let remembering = runtime.block_on(issuer.verifier(ORDERS).connect())?;
    runtime.block_on(forgetful.verify_fresh(first))?;
    runtime.block_on(remembering.verify_fresh(first))?;

    let bare = rate("signature check alone (OpenSSL, ES256)", TOKENS, |_| key.accepts(input.as_bytes(), &signature));
    let fresh = rate("first sight of a token", TOKENS, |number| {
        tokens.get(number).is_some_and(|token| forgetful.verify(token).is_ok())
    });
    let repeated =
        rate("repeated token (time and status list checked)", 500_000, |_| remembering.verify(first).is_ok());
    println!("first sight costs {:.2} signature checks; a repeated token {:.4}", bare / fresh, bare / repeated);

    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            black_box(remembering.verify(first).is_ok());
        }
    });
    println!("allocations per repeated verification: {}", counted.count_total as f64 / 1000.0);
    let counted = allocation_counter::measure(|| drop(black_box(forgetful.verify(first))));
    println!("allocations at first sight: {}", counted.count_total);
    for per_thousand in [1, 100] {
        list_of_a_million(per_thousand)?;
    }
    Ok(())
}

/// The cost of a list of a million tokens, of which `per_thousand` per thousand are revoked, for the verifier that
/// fetches it.
fn list_of_a_million(per_thousand: u32) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let issuer = TestIssuer::new(&url)?;
    let good = issuer.token(ORDERS).sign()?;
    for _ in 1..TOKENS_OF_A_LIST {
        let token = issuer.token(ORDERS);
        if u32::from_be_bytes(Entropy::system().bytes()) % 1000 < per_thousand {
            issuer.revoke(&token.sign()?);
        }
    }
    let documents = Documents::default();
    let sender = documents.clone();
    std::thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| sender.send(stream)));
    documents.publish(&issuer);

    let mut made = None;
    let whole = allocation_counter::measure(|| {
        made = Some(runtime.block_on(async {
            let verifier = Verifier::of(&url, ORDERS).remember(0).connect().await?;
            verifier.verify_fresh(&good).await?;
            // Waits until the connections, which also use memory, are closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok::<_, Box<dyn Error>>(verifier)
        }));
    });
    let verifier = made.ok_or("not made")??;
    let mut refreshed = Ok(());
    documents.publish(&issuer);
    let taking_over = allocation_counter::measure(|| refreshed = runtime.block_on(verifier.refresh()));
    refreshed?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        documents.publish(&issuer);
        let begin = Instant::now();
        runtime.block_on(verifier.refresh())?;
        times.push(begin.elapsed());
    }
    times.sort();
    let sent = documents.length_of(LIST);
    println!("\na list of {TOKENS_OF_A_LIST} tokens, {per_thousand} of 1000 revoked: {sent} bytes are sent");
    println!("all that the verifier keeps: {} bytes, {} of them its bits", whole.bytes_current, TOKENS_OF_A_LIST / 8);
    println!(
        "the keys and a new list fetched and taken over: {} allocations, {} bytes at the peak",
        taking_over.count_total, taking_over.bytes_max
    );
    println!("the same takes {:.2?}, the middle of {ROUNDS}", times.get(ROUNDS / 2).copied().unwrap_or_default());
    Ok(())
}

/// The documents of the issuer by path, generated in advance.
#[derive(Clone, Default)]
struct Documents(Arc<Mutex<HashMap<&'static str, String>>>);

impl Documents {
    /// Replaces the documents with the current ones of `issuer`.
    fn publish(&self, issuer: &TestIssuer) {
        let mut documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for path in ["/.well-known/oauth-authorization-server", "/jwks.json", LIST] {
            documents.insert(path, issuer.answer(path).map(|(_, document)| document).unwrap_or_default());
        }
    }

    fn length_of(&self, path: &str) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).map_or(0, String::len)
    }

    /// Answers one request.
    fn send(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let document = request.split(' ').nth(1).and_then(|path| documents.get(path)).map_or("", String::as_str);
        let length = document.len();
        write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{document}")
    }
}

const LIST: &str = "/status/1";
const TOKENS_OF_A_LIST: usize = 1_000_000;
const ROUNDS: usize = 21;
