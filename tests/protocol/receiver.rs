//! A client's `backchannel_logout_uri`: accepts forms on 127.0.0.1, responds as configured, and verifies logout tokens.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::mpsc::{Receiver as Received, Sender, channel},
    time::{Duration, Instant},
};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;

use crate::visitor::Visitor;

pub(crate) struct Receiver {
    pub(crate) uri: String,
    received: Received<Delivery>,
}

/// A received request.
pub(crate) struct Delivery {
    pub(crate) head: String,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) at: Instant,
}

impl Receiver {
    /// Responds with each of `statuses` in turn, and then always with the last one.
    pub(crate) fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}/backchannel", listener.local_addr().unwrap());
        let (sender, received) = channel();
        std::thread::spawn(move || serve(&listener, statuses, &sender));
        Self { uri, received }
    }

    /// Accepts connections and never responds.
    pub(crate) fn dead() -> (String, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        (format!("http://{}/backchannel", listener.local_addr().unwrap()), listener)
    }

    /// Returns the next request. It blocks the thread, which suffices for tests whose server is another process.
    pub(crate) fn next(&self, patience: Duration) -> Delivery {
        self.received.recv_timeout(patience).unwrap_or_else(|_| panic!("nothing came to {}", self.uri))
    }

    /// Whether no request arrives for this time.
    pub(crate) fn is_quiet(&self, patience: Duration) -> bool {
        self.received.recv_timeout(patience).is_err()
    }
}

fn serve(listener: &TcpListener, statuses: &[u16], sender: &Sender<Delivery>) {
    let mut statuses = statuses.iter().peekable();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
        let length = head.to_lowercase().split("content-length: ").nth(1).unwrap_or("0").to_owned();
        let mut body = vec![0; length.lines().next().unwrap().trim().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let status = if statuses.len() > 1 { statuses.next().unwrap() } else { statuses.peek().unwrap() };
        write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        let form = url::form_urlencoded::parse(&body).into_owned().collect();
        if sender.send(Delivery { head, form, at: Instant::now() }).is_err() {
            return;
        }
    }
}

impl Delivery {
    /// The claims of the logout token, verified as in Back-Channel Logout §2.6 with the published keys.
    pub(crate) async fn logout_token(&self, issuer: &str, client_id: &str) -> Value {
        let [(name, token)] = self.form.as_slice() else { panic!("{:?}", self.form) };
        assert_eq!(name, "logout_token");
        assert!(self.head.starts_with("POST /backchannel HTTP/1.1\r\n"), "{}", self.head);
        let head = self.head.to_lowercase();
        assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
        let header = decode_header(token).unwrap();
        assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::RS256, Some("logout+jwt")));
        let jwks: JwkSet = serde_json::from_str(&Visitor::new(issuer).get("/jwks.json").await.html).unwrap();
        let key = jwks.find(&header.kid.unwrap()).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[client_id]);
        validation.set_required_spec_claims(&["iss", "aud", "exp", "iat", "jti", "events"]);
        let claims = decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims;
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert!((1..=120).contains(&lifetime), "{claims}");
        let events = serde_json::json!({"http://schemas.openid.net/event/backchannel-logout": {}});
        assert_eq!(claims["events"], events);
        assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() > 20) && claims.get("nonce").is_none(), "{claims}");
        claims
    }
}
