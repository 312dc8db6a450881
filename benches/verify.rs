//! How fast the library for resource servers verifies, on one core:
//! `cargo bench --no-default-features --features verify --bench verify`.
//!
//! Prints, for ES256: the bare signature check, a token that is seen for the first time, one that comes again, and the
//! allocations of the latter.

use std::{error::Error, hint::black_box, time::Instant};

use signet::{
    jose::{JwkSet, PublicKey, UnverifiedJwt},
    verify::TestIssuer,
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

    // Without a memory for tokens, each is seen for the first time.
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
    Ok(())
}
