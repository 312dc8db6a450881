//! Whether the example APIs accept an older status list in place of a newer one.

use std::{process::Command, time::Duration as StdDuration};

use poem::{
    EndpointExt, Response, Server, handler,
    http::{StatusCode, Uri},
    listener::{Acceptor, Listener, TcpListener},
    web::Data,
};
use signet::{clock::Clock, verify::TestIssuer};
use time::Duration;
use tokio::time::sleep;

use crate::orders_apis::{OrdersApi, examples, languages};

#[handler]
fn documents(uri: &Uri, issuer: Data<&TestIssuer>) -> Response {
    match issuer.answer(uri.path()) {
        Some((content_type, document)) => Response::builder().content_type(content_type).body(document),
        None => StatusCode::NOT_FOUND.into(),
    }
}

// Not required by draft-ietf-oauth-status-list: a replayed list must not make a revoked token valid again.
#[tokio::test(flavor = "multi_thread")]
async fn no_example_of_an_api_takes_an_older_status_list_for_a_newer_one() {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let url = format!("http://{}", acceptor.local_addr()[0].as_socket_addr().copied().unwrap());
    let clock = Clock::manual(Clock::system().now());
    let to_the_present = || clock.advance(Clock::system().now() - clock.now());
    let issuer = TestIssuer::with_clock(&url, clock.clone()).unwrap();
    issuer.set_status_list_ttl(TTL);
    let served = documents.data(issuer.clone());
    let serving = tokio::spawn(async move { Server::new_with_acceptor(acceptor).run(served).await.unwrap() });

    let (folder, examples) = (tempfile::tempdir().unwrap(), examples());
    let rust = ["orders_api", "orders_axum"].map(|name| (name, Command::new(examples.join(name))));
    let commands = rust.into_iter().chain(languages(folder.path()));
    let mut apis: Vec<_> =
        commands.map(|(name, command)| OrdersApi::start(name, command, &url, folder.path())).collect();
    let token =
        issuer.token("https://api.orders.example").scope("orders:read").lifetime(Duration::HOUR).sign().unwrap();
    for api in &mut apis {
        api.is_well().await;
    }
    to_the_present();
    for api in &apis {
        api.answers(&[("the list is known", &token, 200)]).await;
    }
    // Twenty seconds older than the known list. The only difference is that the token is revoked in it.
    clock.advance(-Duration::seconds(20));
    issuer.revoke(&token);
    let asked = issuer.requests("/status/1");
    sleep(PAUSE).await;
    for api in &apis {
        api.answers(&[("the list is older", &token, 200)]).await;
    }
    sleep(StdDuration::from_secs(1)).await;
    assert!(issuer.requests("/status/1") - asked >= apis.len() as u64, "every API has fetched it");
    for api in &apis {
        api.answers(&[("the older list was fetched", &token, 200)]).await;
    }
    to_the_present();
    // The APIs in other languages fetch again five seconds after a rejected list.
    sleep(StdDuration::from_secs(6)).await;
    for api in &apis {
        let begun = tokio::time::Instant::now();
        while crate::orders_apis::ask(&api.url, &token).await.unwrap().0 == 200 {
            assert!(begun.elapsed() < StdDuration::from_secs(30), "{} does not take the newer list", api.name);
            sleep(StdDuration::from_millis(100)).await;
        }
        api.answers(&[("the newer list", &token, 401)]).await;
    }
    serving.abort();
}

/// Validity of a list.
const TTL: Duration = Duration::seconds(2);

/// Longer than [`TTL`].
const PAUSE: StdDuration = StdDuration::from_secs(3);
