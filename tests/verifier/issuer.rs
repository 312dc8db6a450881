//! An issuer on a socket.

use std::ops::Deref;

use poem::{
    Endpoint, Request, Response, Result, Server,
    http::{StatusCode, header},
    listener::{Acceptor, Listener, TcpListener},
};
use signet::verify::TestIssuer;
use tokio::task::JoinHandle;

/// A [`TestIssuer`] that answers over HTTP until it is dropped.
pub(crate) struct HttpIssuer {
    pub(crate) url: String,
    issuer: TestIssuer,
    serving: JoinHandle<()>,
}

struct Documents(TestIssuer);

impl HttpIssuer {
    pub(crate) async fn start() -> Self {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = acceptor.local_addr()[0].as_socket_addr().copied().unwrap();
        let url = format!("http://{address}");
        let issuer = TestIssuer::new(&url).unwrap();
        let documents = Documents(issuer.clone());
        let serving = tokio::spawn(async move { Server::new_with_acceptor(acceptor).run(documents).await.unwrap() });
        Self { url, issuer, serving }
    }

    /// Closes the socket.
    pub(crate) async fn stop(&mut self) {
        self.serving.abort();
        let _ = (&mut self.serving).await;
    }
}

impl Deref for HttpIssuer {
    type Target = TestIssuer;

    fn deref(&self) -> &TestIssuer {
        &self.issuer
    }
}

impl Drop for HttpIssuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Endpoint for Documents {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let Some((content_type, document)) = self.0.answer(request.uri().path()) else {
            return Ok(StatusCode::SERVICE_UNAVAILABLE.into());
        };
        // A list is signed again for each response, so its length identifies its content.
        let etag = format!("\"{}\"", document.len());
        if request.header(header::IF_NONE_MATCH) == Some(etag.as_str())
            && content_type.starts_with("application/status")
        {
            return Ok(StatusCode::NOT_MODIFIED.into());
        }
        Ok(Response::builder().content_type(content_type).header(header::ETAG, etag).body(document))
    }
}
