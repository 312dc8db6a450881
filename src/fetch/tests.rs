//! Tests of what is fetched and what is not, over real connections.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration as StdDuration,
};

use time::Duration;

use super::{FetchPolicy, FetchRefusal, Fetcher, https::HttpsServer, max_age};

fn usual() -> Fetcher {
    Fetcher::new(FetchPolicy::default()).unwrap()
}

fn of_a_rig(server: &HttpsServer) -> Fetcher {
    let certificate_authority = Some(server.authority.clone());
    let fetcher = Fetcher::new(FetchPolicy { allow_private_addresses: true, certificate_authority }).unwrap();
    // Longer than a loaded machine takes.
    Fetcher { patience: StdDuration::from_secs(60), ..fetcher }
}

// No request is sent to this machine or its networks, in whatever form the address is written.
#[tokio::test]
async fn no_request_reaches_this_machine() {
    let listeners = [TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("[::1]:0").unwrap()];
    let [port, port_v6] = [0, 1].map(|at: usize| listeners[at].local_addr().unwrap().port());
    for (url, expected) in [
        (format!("https://127.0.0.1:{port}/"), FetchRefusal::Private),
        (format!("https://127.1:{port}/"), FetchRefusal::Private),
        (format!("https://2130706433:{port}/"), FetchRefusal::Private),
        (format!("https://0x7f000001:{port}/"), FetchRefusal::Private),
        (format!("https://0177.0.0.1:{port}/"), FetchRefusal::Private),
        (format!("https://0:{port}/"), FetchRefusal::Private),
        (format!("https://[::ffff:7f00:1]:{port}/"), FetchRefusal::Private),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), FetchRefusal::Private),
        (format!("https://[64:ff9b::7f00:1]:{port}/"), FetchRefusal::Private),
        (format!("https://[::1]:{port_v6}/"), FetchRefusal::Private),
        (format!("https://localhost:{port}/"), FetchRefusal::Private),
        (format!("https://LOCALHOST:{port}/"), FetchRefusal::Private),
        ("https://169.254.169.254/latest/meta-data/".to_owned(), FetchRefusal::Private),
        ("https://10.0.0.1/".to_owned(), FetchRefusal::Private),
        ("https://192.168.0.1/".to_owned(), FetchRefusal::Private),
        ("https://100.64.0.1/".to_owned(), FetchRefusal::Private),
        ("https://[fd00::1]/".to_owned(), FetchRefusal::Private),
        ("https://[fe80::1]/".to_owned(), FetchRefusal::Private),
        (format!("http://127.0.0.1:{port}/"), FetchRefusal::Address),
        (format!("https://user:password@127.0.0.1:{port}/"), FetchRefusal::Address),
        ("file:///etc/passwd".to_owned(), FetchRefusal::Address),
        ("gopher://127.0.0.1/".to_owned(), FetchRefusal::Address),
        ("data:application/json,{}".to_owned(), FetchRefusal::Address),
        ("//127.0.0.1/".to_owned(), FetchRefusal::Address),
        (String::new(), FetchRefusal::Address),
    ] {
        assert_eq!(usual().json(&url).await.unwrap_err(), expected, "{url}");
        assert_eq!(usual().post_form(&url, String::new()).await.unwrap_err(), expected, "{url}");
    }
    for listener in listeners {
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "a connection was made");
    }
}

#[tokio::test]
async fn a_rig_reaches_its_own_machine_by_https_alone() {
    let server = HttpsServer::json(|first| format!("{{\"first\": \"{first}\"}}"));
    let (document, max_age) = of_a_rig(&server).json(&server.url("/jwks")).await.unwrap();
    assert_eq!((document["first"].as_str(), max_age), (Some("GET /jwks HTTP/1.1"), None));
    assert_eq!(of_a_rig(&server).post_form(&server.url("/logout"), "a=b".to_owned()).await, Ok(200));
    let plain = format!("http://127.0.0.1:{}/", server.port);
    assert_eq!(of_a_rig(&server).json(&plain).await.unwrap_err(), FetchRefusal::Address);
    // The certificate authority must be trusted too.
    let unknowing = Fetcher::new(FetchPolicy { allow_private_addresses: true, ..FetchPolicy::default() }).unwrap();
    let refusal = unknowing.json(&server.url("/jwks")).await.unwrap_err();
    assert!(matches!(refusal, FetchRefusal::Unreachable(_)), "{refusal}");
    let garbage = FetchPolicy { certificate_authority: Some(b"x".to_vec()), ..FetchPolicy::default() };
    assert_eq!(Fetcher::new(garbage).err(), Some(FetchRefusal::Certificate));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = HttpsServer::json(|_| "{}".to_owned());
    let location = target.url("/secret");
    let server = HttpsServer::start(move |_, stream| {
        let _ = write!(stream, "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    });
    assert_eq!(of_a_rig(&server).json(&server.url("/")).await.unwrap_err(), FetchRefusal::Status(302));
    assert_eq!((server.requests(), target.requests()), (1, 0));
}

#[tokio::test]
async fn a_large_answer_is_cut_off_and_a_slow_one_given_up() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let large = HttpsServer::start(move |first, stream| {
        let length = if first.contains("/fits") { 64 * 1024 } else { 1 << 30 };
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n\"");
        let mut left = length - 2;
        while left > 0 {
            let part = left.min(4096);
            if stream.write_all(&vec![b'a'; part]).is_err() {
                return;
            }
            counted.fetch_add(part, Ordering::SeqCst);
            left -= part;
        }
        let _ = stream.write_all(b"\"");
    });
    assert_eq!(of_a_rig(&large).json(&large.url("/")).await.unwrap_err(), FetchRefusal::TooLong);
    // The buffers between client and server hold more than was read.
    assert!(sent.load(Ordering::SeqCst) < 1 << 26, "{} bytes were sent", sent.load(Ordering::SeqCst));
    assert!(of_a_rig(&large).json(&large.url("/fits")).await.is_ok());

    let slow = HttpsServer::start(|_, stream| {
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            let _ = stream.flush();
            std::thread::sleep(StdDuration::from_millis(200));
        }
    });
    let impatient = Fetcher { patience: super::PATIENCE, ..of_a_rig(&slow) };
    assert_eq!(impatient.json(&slow.url("/")).await.unwrap_err(), FetchRefusal::TooSlow);
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let server = HttpsServer::json(|first| if first.contains("/html") { "<html>" } else { "[1]" }.to_owned());
    assert_eq!(of_a_rig(&server).json(&server.url("/html")).await.unwrap_err(), FetchRefusal::NotJson);
    assert!(of_a_rig(&server).json(&server.url("/")).await.is_ok());
}

// RFC 9111 §5.2.2
#[test]
fn the_sender_says_for_how_long_an_answer_can_be_kept() {
    for (header, expected) in [
        ("max-age=60", Some(60)),
        ("public, Max-Age=\"3600\"", Some(3600)),
        ("max-age=60, no-store", Some(0)),
        ("no-cache", Some(0)),
        ("public", None),
        ("max-age=-1", None),
        ("max-age=99999999999", None),
    ] {
        assert_eq!(max_age(header), expected.map(Duration::seconds), "{header}");
    }
}
