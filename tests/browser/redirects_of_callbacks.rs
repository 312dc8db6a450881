//! After the consent page, the application's callback may redirect to another site of the application, or to an app on
//! the device. Browsers apply the `form-action` of the page with the form to all these redirects.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{
    arrived, authorize,
    chromium::{Chromium, Setup, is_installed},
    config, sign_in,
    support::{ADMINISTRATOR, RunningServer},
};

/// Starts a server that redirects every request to `location`. Returns its port and the recorded request lines.
async fn redirecting(location: String) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let known = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 8192];
            let read = stream.read(&mut buffer).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&buffer[..read]).into_owned();
            known.lock().unwrap().push(request.lines().next().unwrap_or_default().to_owned());
            let answer = format!("HTTP/1.1 303 See Other\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, asked)
}

/// Records on the page whether its policy blocks anything.
async fn watch(browser: &Chromium) {
    let script = "window.stopped = []; \
        document.addEventListener('securitypolicyviolation', event => window.stopped.push(event.violatedDirective))";
    browser.execute(script).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callback_of_an_application_may_redirect_to_another_origin() {
    if !is_installed() {
        return;
    }
    let (port, _asked) = redirecting("http://localhost:9/done".to_owned()).await;
    let callback = format!("http://127.0.0.1:{port}/callback");
    let server = RunningServer::start(&config(&callback));
    let browser = Chromium::start(Setup::default()).await;
    let begin = authorize(&server.issuer, &callback);
    browser.open(&begin).await;
    sign_in(&browser, ADMINISTRATOR.0, ADMINISTRATOR.1).await;
    browser.expect("Report").await;
    browser.click("#consent-allow").await;
    arrived(&browser, "http://localhost:9/done").await;
    // Directly from the login page, if no consent is required.
    browser.open(&format!("{begin}&prompt=login")).await;
    browser.fill("#password", ADMINISTRATOR.1).await;
    browser.click("#login-submit").await;
    arrived(&browser, "http://localhost:9/done").await;
    // A denial follows the same redirects.
    browser.open(&format!("{begin}&prompt=consent")).await;
    browser.click("#consent-deny").await;
    arrived(&browser, "http://localhost:9/done").await;
    browser.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callback_of_an_application_may_redirect_into_an_app() {
    if !is_installed() {
        return;
    }
    let (port, asked) = redirecting("myapp://done".to_owned()).await;
    let callback = format!("http://127.0.0.1:{port}/callback");
    let server = RunningServer::start(&config(&callback));
    let browser = Chromium::start(Setup::default()).await;
    browser.open(&authorize(&server.issuer, &callback)).await;
    sign_in(&browser, ADMINISTRATOR.0, ADMINISTRATOR.1).await;
    browser.expect("Report").await;
    watch(&browser).await;
    browser.click("#consent-allow").await;
    for _ in 0..400 {
        if asked.lock().unwrap().iter().any(|line| line.contains("/callback?code=")) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let lines = asked.lock().unwrap().clone();
    assert!(lines.iter().any(|line| line.contains("/callback?code=")), "{lines:?}");
    // No app on this machine handles the URL, so the browser stays on the page. The policy must not have blocked
    // anything.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let stopped = browser.execute("return window.stopped || []").await.unwrap();
    assert_eq!(stopped, serde_json::json!([]));
    browser.end().await;
}
