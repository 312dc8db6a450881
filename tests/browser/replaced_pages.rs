//! Tests the browser helpers on a page that is replaced while a test reads it, clicks and types.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use poem::{
    EndpointExt, Route, Server, get, handler,
    listener::{Acceptor, Listener, TcpListener},
    web::{Data, Html},
};

use super::chromium::{Chromium, Setup, is_installed};

/// A page that reloads itself after a few milliseconds, [`LOADS`] times.
#[handler]
fn restless(loads: Data<&Arc<AtomicUsize>>) -> Html<String> {
    let loads = loads.fetch_add(1, Ordering::SeqCst);
    let again = if loads < LOADS { "setTimeout(() => location.reload(), 3)" } else { "" };
    let rows = "<p>row</p>".repeat(200);
    Html(format!(
        "<!doctype html><title>restless</title><p id=told>{loads}</p><input id=field>{rows}<a id=next href=/next>next</a>\
         <script>{again}</script>"
    ))
}

#[handler]
fn next() -> Html<&'static str> {
    Html("<!doctype html><title>next</title><p>You arrived.</p>")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_waits_for_the_page_that_follows_a_replaced_one() {
    if !is_installed() {
        return;
    }
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = acceptor.local_addr()[0].as_socket_addr().copied().unwrap();
    let loads = Arc::new(AtomicUsize::new(0));
    let routes = Route::new().at("/", get(restless)).at("/next", get(next)).data(Arc::clone(&loads));
    let serving = tokio::spawn(async move { Server::new_with_acceptor(acceptor).run(routes).await.unwrap() });

    let browser = Chromium::start(Setup::default()).await;
    browser.open(&format!("http://{address}/")).await;
    let mut read = 0;
    while loads.load(Ordering::SeqCst) <= LOADS {
        let told: usize = browser.find("#told").await.text().await.unwrap().parse().unwrap();
        assert!(told <= LOADS);
        assert!(browser.url().await.ends_with('/'));
        assert!(browser.execute("return document.title").await.unwrap().as_str().is_some());
        browser.fill("#field", "a").await;
        read += 1;
    }
    println!("{read} times read while the page was loaded {LOADS} times");
    browser.click("#next").await;
    browser.expect("You arrived.").await;
    browser.end().await;
    serving.abort();
}

/// How often the page reloads.
const LOADS: usize = 150;
