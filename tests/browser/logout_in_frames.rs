//! Front-Channel Logout in Chromium: the frame is loaded before the browser continues, without a script.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use super::{
    ADMINISTRATOR,
    chromium::{Chromium, Setup, is_installed},
    sign_in,
    support::RunningServer,
};

/// An application that records the requests it receives.
struct Application {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Application {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let remembered = Arc::clone(&remembered);
                // Chromium opens connections that it does not use.
                std::thread::spawn(move || {
                    let mut stream = BufReader::new(stream.unwrap());
                    let (mut first, mut line) = (String::new(), String::new());
                    if stream.read_line(&mut first).unwrap_or_default() == 0 {
                        return;
                    }
                    while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                        line.clear();
                    }
                    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                    if path.starts_with("/out") {
                        // Longer than the browser would stay on the page if it did not wait for frames.
                        std::thread::sleep(std::time::Duration::from_millis(1500));
                    }
                    remembered.lock().unwrap().push(path);
                    let text = "The orders of today";
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length:";
                    let _ = write!(stream.get_mut(), "{head} {}\r\n\r\n{text}", text.len());
                });
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().filter(|path| *path != "/favicon.ico").cloned().collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_is_signed_out_in_a_frame_before_the_browser_goes_on() {
    if !is_installed() {
        return;
    }
    let app = Application::start();
    let settings = format!(
        "{}\n[[clients]]\nclient_id = \"report\"\nclient_name = \"Report\"\nclient_secret = \"0123456789abcdef\"\n\
         redirect_uris = [\"{1}/callback\"]\npost_logout_redirect_uris = [\"{1}/bye\"]\nscope = \"openid profile\"\n\
         frontchannel_logout_uri = \"{1}/out\"\nrequire_pkce = false\n",
        include_str!("../../config.toml"),
        app.url
    );
    let server = RunningServer::start(&settings);
    let browser = Chromium::start(Setup { without_scripts: true, ..Setup::default() }).await;
    let callback = format!("{}/callback", app.url);
    let query = signet::oauth::parameters::encode(&[
        ("response_type", "code"),
        ("client_id", "report"),
        ("redirect_uri", &callback),
        ("scope", "openid"),
        ("state", "x"),
    ]);
    browser.open(&format!("{}/authorize?{query}", server.issuer)).await;
    sign_in(&browser, ADMINISTRATOR.0, ADMINISTRATOR.1).await;
    browser.click("#consent-allow").await;
    browser.expect("The orders of today").await;
    let url = url::Url::parse(&browser.url().await).unwrap();
    let code = url.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &callback)];
    let request = reqwest::Client::new().post(format!("{}/token", server.issuer));
    let request = request.basic_auth("report", Some("0123456789abcdef"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(signet::oauth::parameters::encode(&form)).send().await.unwrap().text().await.unwrap();
    let tokens: serde_json::Value = serde_json::from_str(&answer).unwrap();

    let back = format!("{}/bye", app.url);
    let query = signet::oauth::parameters::encode(&[
        ("id_token_hint", tokens["id_token"].as_str().unwrap()),
        ("post_logout_redirect_uri", &back),
        ("state", "s"),
    ]);
    browser.open(&format!("{}/logout?{query}", server.issuer)).await;
    browser.expect("The orders of today").await;
    assert_eq!(browser.url().await, format!("{back}?state=s"));
    let asked = app.asked();
    let [callback, out, bye] = &asked[..] else { panic!("{asked:?}") };
    assert!(callback.starts_with("/callback?") && bye == "/bye?state=s", "{asked:?}");
    let issuer = signet::oauth::parameters::encode(&[("iss", &server.issuer)]);
    assert!(out.starts_with(&format!("/out?{issuer}&sid=")), "{out}");
    browser.end().await;
}
