//! Assembles all middlewares around the application.

use std::sync::Arc;

use poem::{Endpoint, EndpointExt, IntoEndpoint, Response};

use super::{
    client_ip::TrustedProxies, cross_origin::PublicPaths, failure::Failures, headers::SecurityHeaders, host::HostCheck,
    limits::Limits, log::RequestLog, origin::Origin, presentation::Presentation,
};
use crate::{clock::Clock, entropy::Entropy};

/// The configuration of the middlewares.
#[derive(Clone)]
pub struct Edge {
    /// The origin of this server.
    pub issuer: Origin,
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: TrustedProxies,
    /// Limits on the size and duration of requests.
    pub limits: Limits,
    /// The paths that scripts of any origin may call.
    pub public_paths: PublicPaths,
    /// Renders error pages.
    pub presentation: Arc<dyn Presentation>,
    pub clock: Clock,
    pub entropy: Entropy,
}

impl Edge {
    /// Wraps `application` in all middlewares, listed from the inside out.
    pub fn wrap<E>(self, application: E) -> impl Endpoint<Output = Response>
    where
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
        application
            .into_endpoint()
            .with(self.limits)
            .with(HostCheck::new(self.issuer.clone(), self.trusted_proxies.clone()))
            .with(Failures::new(self.issuer.clone(), self.presentation))
            .with(self.public_paths)
            .with(SecurityHeaders::new(&self.issuer))
            .with(RequestLog::new(self.clock, self.entropy))
            .with(self.trusted_proxies)
    }
}

#[cfg(test)]
mod tests {
    use poem::{
        Request, Route, Server,
        endpoint::{make, make_sync},
        listener::{Acceptor, Listener, TcpListener},
        web::Html,
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::{
        super::{ClientIp, ConnectionLimits, Failure, GuardedAcceptor, Misdirection},
        *,
    };

    struct Plain;

    impl Presentation for Plain {
        fn failure(&self, failure: &Failure<'_>) -> String {
            format!("<p>{}", failure.error)
        }

        fn misdirected(&self, misdirection: &Misdirection<'_>) -> String {
            format!("<p>{}", misdirection.issuer)
        }

        fn is_for_programs(&self, path: &str) -> bool {
            path == "/jwks.json"
        }
    }

    fn edge() -> Edge {
        Edge {
            issuer: Origin::parse("http://127.0.0.1:8080").unwrap(),
            trusted_proxies: TrustedProxies::parse(["127.0.0.1"]).unwrap(),
            limits: Limits::default(),
            public_paths: PublicPaths::new().with("/jwks.json", "GET"),
            presentation: Arc::new(Plain),
            clock: Clock::system(),
            entropy: Entropy::system(),
        }
    }

    fn application() -> Route {
        let length =
            make(|request: Request| async move { request.into_body().into_vec().await.unwrap().len().to_string() });
        Route::new()
            .at("/login", make_sync(|_| Html("<p>login")))
            .at("/token", length)
            .at("/panic", make_sync(|request: Request| assert_eq!(request.uri().path(), "/")))
            .at("/ip", make_sync(|request: Request| ClientIp::of(&request).to_string()))
            .at("/health", make_sync(|_| "ok"))
    }

    /// Sends `request` over a socket through all middlewares and reads the whole response.
    async fn exchange(request: &str) -> String {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let acceptor = GuardedAcceptor::new(acceptor, ConnectionLimits::default());
        let server = tokio::spawn(Server::new_with_acceptor(acceptor).run(edge().wrap(application())));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A response sent before the whole body was read may be followed by a reset.
        let _ = stream.read_to_end(&mut answer).await;
        server.abort();
        String::from_utf8(answer).unwrap().to_ascii_lowercase()
    }

    fn get(path: &str, fields: &str) -> String {
        format!("GET {path} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n")
    }

    const HOST: &str = "Host: 127.0.0.1:8080\r\n";

    // Error responses carry the headers too.
    #[tokio::test]
    async fn every_answer_has_its_headers_and_id_whatever_it_is() {
        let posted = "POST /token HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Length: 1000000\r\n\r\n".to_owned();
        for (request, status, body) in [
            (get("/login", HOST), "200", "<p>login"),
            (get("/nowhere", HOST), "404", "<p>not_found"),
            (get("/panic", HOST), "500", "<p>server_error"),
            (get("/login", "Host: evil.example\r\n"), "421", "<p>http://127.0.0.1:8080"),
            (get("/login", ""), "400", "<p>invalid_request"),
            (get("/login", &format!("{HOST}{HOST}")), "400", "<p>invalid_request"),
            (get("http://evil.example/login", HOST), "421", "<p>http://127.0.0.1:8080"),
            (get("/health", "Host: 10.0.0.1\r\n"), "200", "ok"),
            (get("/jwks.json", HOST), "404", "{\"error\":\"not_found\""),
            (posted, "413", "<p>content_too_large"),
        ] {
            let answer = exchange(&request).await;
            assert!(answer.starts_with(&format!("http/1.1 {status}")), "{request}{answer}");
            assert!(answer.contains(body), "{request}{answer}");
            for name in ["x-request-id: ", "x-content-type-options: nosniff", "cache-control: no-store"] {
                assert!(answer.contains(name), "{name} is missing after {request}{answer}");
            }
            let is_page = answer.contains("content-type: text/html");
            assert_eq!(is_page, answer.contains("content-security-policy: default-src 'none'"), "{answer}");
            let is_public = request.contains("/jwks.json");
            assert_eq!(is_public, answer.contains("access-control-allow-origin: *"), "{answer}");
        }
    }

    // The limit applies with and without a declared length.
    #[tokio::test]
    async fn a_chunked_body_is_counted_as_it_comes() {
        for (bytes, status) in [(0x1_0000, "200"), (0x1_0001, "413")] {
            let head = format!("POST /token HTTP/1.1\r\n{HOST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
            let answer = exchange(&format!("{head}{bytes:x}\r\n{}\r\n0\r\n\r\n", "a".repeat(bytes))).await;
            assert!(answer.starts_with(&format!("http/1.1 {status}")), "{bytes}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_handler_reads_the_client_behind_a_trusted_proxy() {
        let answer = exchange(&get("/ip", &format!("{HOST}X-Forwarded-For: 203.0.113.9, 192.0.2.1\r\n"))).await;
        assert!(answer.ends_with("192.0.2.1"), "{answer}");
        assert!(exchange(&get("/ip", HOST)).await.ends_with("127.0.0.1"));
    }
}
