//! A user with a browser that stores cookies and submits forms, over real HTTP.

#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use signet::oauth::parameters::encode;

/// The PKCE pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) issuer: String,
    pub(crate) cookies: BTreeMap<String, String>,
    http: reqwest::Client,
}

/// A page as the user sees it.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl Visitor {
    pub(crate) fn new(issuer: &str) -> Self {
        // No connections are pooled: another server may have taken the port by the next request.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).pool_max_idle_per_host(0);
        let http = http.build().unwrap();
        Self { issuer: issuer.to_owned(), cookies: BTreeMap::new(), http }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = self.http.get(self.url(path));
        self.send(request, &[]).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        self.post_with(path, form, &[("sec-fetch-site", "same-origin")]).await
    }

    pub(crate) async fn post_with(&mut self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let request = self.http.post(self.url(path)).header("content-type", FORM).body(encode(form));
        self.send(request, headers).await
    }

    /// Submits a form with a file in the field `upload`.
    pub(crate) async fn upload(&mut self, path: &str, form: &[(&str, &str)], file: &[u8]) -> Page {
        self.upload_with(path, form, file, &[("sec-fetch-site", "same-origin")]).await
    }

    pub(crate) async fn upload_with(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
        file: &[u8],
        headers: &[(&str, &str)],
    ) -> Page {
        let boundary = "a-boundary-that-no-test-sends";
        let mut body = Vec::new();
        for (name, value) in form {
            let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = "content-disposition: form-data; name=\"upload\"; filename=\"me.png\"\r\ncontent-type: image/png";
        body.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let request = self.http.post(self.url(path)).header("content-type", content_type).body(body);
        self.send(request, headers).await
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page { status: answer.status().as_u16(), headers: answer.headers().clone(), html: answer.text().await.unwrap() }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.issuer) }
    }

    /// Signs in on the login page without a pending request, even if a user is already signed in.
    pub(crate) async fn sign_in(&mut self, (username, password): (&str, &str)) {
        let token = self.get("/login?account=another").await.hidden("anti_forgery");
        let page =
            self.post("/login", &[("username", username), ("password", password), ("anti_forgery", &token)]).await;
        assert_eq!((page.status, page.location().as_str()), (303, "/account"), "{}", page.html);
    }

    /// Completes an authorization request, with consent that is remembered, and returns the redirect to the client. The
    /// user must be signed in.
    pub(crate) async fn authorize(&mut self, query: &str) -> String {
        let mut location = self.get(&format!("/authorize?{query}")).await.location();
        if location.starts_with("/consent") {
            let page = self.get(&location).await;
            let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
            let form = [
                ("decision", "allow"),
                ("remember", "true"),
                ("interaction", interaction.as_str()),
                ("anti_forgery", token.as_str()),
            ];
            let location_after = self.post("/consent", &form).await.location();
            location = self.get(&location_after).await.location();
        }
        location
    }

    /// A new authorization code for the client `report` at its redirect URI.
    pub(crate) async fn code(&mut self) -> String {
        let location = self.authorize(&query(&[])).await;
        parameter(&location, "code").unwrap_or_else(|| panic!("no code in {location}"))
    }
}

impl Page {
    pub(crate) fn location(&self) -> String {
        let location = self.headers.get(LOCATION).unwrap_or_else(|| panic!("{}: {}", self.status, self.html));
        location.to_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let (_, rest) =
            self.html.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{}", self.html));
        rest.split('"').next().unwrap().to_owned()
    }
}

/// The query of an authorization request of the client `report`, with some parameters changed or removed.
pub(crate) fn query(changes: &[(&str, Option<&str>)]) -> String {
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", "report"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile orders:read"),
        ("state", "xyz"),
        ("nonce", "n-0S6"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(kept, _)| kept != name);
        pairs.extend(value.map(|value| (*name, value)));
    }
    encode(&pairs)
}

/// A parameter in the query of `url`.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

/// The form with which `report` redeems `code`.
pub(crate) fn redemption(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
        ("client_id", "report"),
        ("client_secret", SECRET),
    ]
}

pub(crate) const REDIRECT_URI: &str = "https://report.example.org/callback";
pub(crate) const SECRET: &str = "0123456789abcdef";
const FORM: &str = "application/x-www-form-urlencoded";

/// A configuration with the orders API, the application `report` and the service `service`.
pub(crate) fn config() -> String {
    let mut config = include_str!("../../config.toml").to_owned();
    config.push_str(
        "\n[[clients]]\nclient_id = \"report\"\nclient_name = \"Report\"\nclient_secret = \"0123456789abcdef\"\n\
         redirect_uris = [\"https://report.example.org/callback\"]\n\
         post_logout_redirect_uris = [\"https://report.example.org/bye\"]\n\
         scope = \"openid profile email orders:read\"\n\
         \n[[clients]]\nclient_id = \"service\"\nclient_secret = \"0123456789abcdef\"\n\
         grant_types = [\"client_credentials\"]\nscope = \"orders:read signet:clients\"\n",
    );
    config
}
