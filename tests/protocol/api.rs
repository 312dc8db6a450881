//! A client of the management API with an access token.

use serde_json::Value;

use crate::visitor::{CHALLENGE, SECRET, VERIFIER, Visitor, parameter, query};

#[derive(Clone)]
pub(crate) struct Api {
    issuer: String,
    token: Option<String>,
}

/// A response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: String,
    pub(crate) body: Value,
}

impl Api {
    /// Creates a client with this token, or without one.
    pub(crate) fn new(issuer: &str, token: Option<&str>) -> Self {
        Self { issuer: issuer.to_owned(), token: token.map(ToOwned::to_owned) }
    }

    /// Creates a client with a token of the configured service.
    pub(crate) async fn of_service(issuer: &str, scope: &str) -> Self {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "service"),
            ("client_secret", SECRET),
            ("scope", scope),
        ];
        let page = Visitor::new(issuer).post("/token", &form).await;
        let tokens: Value = serde_json::from_str(&page.html).unwrap_or_else(|_| panic!("{}", page.html));
        Self::new(issuer, Some(tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}"))))
    }

    /// Creates a client with a token of the signed-in user, obtained through the built-in client of Swagger UI.
    pub(crate) async fn of_person(visitor: &mut Visitor, scope: &str) -> Self {
        let redirect_uri = format!("{}/docs/oauth-receiver.html", visitor.issuer);
        let asked = [
            ("client_id", Some("swagger-ui")),
            ("redirect_uri", Some(redirect_uri.as_str())),
            ("scope", Some(scope)),
            ("code_challenge", Some(CHALLENGE)),
        ];
        let location = visitor.authorize(&query(&asked)).await;
        let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "swagger-ui"),
            ("code", code.as_str()),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let page = visitor.post("/token", &form).await;
        let tokens: Value = serde_json::from_str(&page.html).unwrap_or_else(|_| panic!("{}", page.html));
        Self::new(&visitor.issuer, Some(tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}"))))
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).await
    }

    pub(crate) async fn upload(&self, path: &str, content_type: &str, bytes: Vec<u8>) -> Answer {
        let request = reqwest::Client::new().put(format!("{}{path}", self.issuer));
        self.send(request.header("content-type", content_type).body(bytes)).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.issuer) };
        let mut request = reqwest::Client::new().request(method.parse().unwrap(), url);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        self.send(request).await
    }

    async fn send(&self, mut request: reqwest::RequestBuilder) -> Answer {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Answer { status, challenge: challenge.unwrap_or_default(), body }
    }
}

impl Answer {
    /// Checks the status and returns the body.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The status and the `error`.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["error"].as_str().unwrap_or_default())
    }
}

/// A string member.
pub(crate) fn text(body: &Value, member: &str) -> String {
    body[member].as_str().unwrap_or_else(|| panic!("no {member} in {body}")).to_owned()
}

/// A new signed-in user with a separate browser.
pub(crate) async fn new_person(issuer: &str, username: &str) -> Visitor {
    let mut person = Visitor::new(issuer);
    let token = person.get("/signup").await.hidden("anti_forgery");
    let form = [("username", username), ("password", "a long and winding passphrase"), ("anti_forgery", &token)];
    let page = person.post("/signup", &form).await;
    assert_eq!(page.status, 303, "{}", page.html);
    person
}
