//! A relying party that behaves like the OpenID Foundation's test suite: it registers itself, sends a browser through
//! every page, reads the response in every response mode, and performs the checks that all modules of the suite share.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use signet::{
    crypto::sha256,
    jose::{JwkSet, UnverifiedJwt},
    oauth::parameters::{Parameters, encode},
};

use crate::{
    api::{Api, text},
    signer::Signer,
    support::RunningServer,
    visitor::{Page, Visitor, config},
};

/// Every response type of OpenID Connect Core with every response mode that it allows.
pub(crate) const FLOWS: [(&str, Option<&str>); 12] = [
    ("code", None),
    ("code", Some("form_post")),
    ("id_token", None),
    ("id_token", Some("form_post")),
    ("id_token token", None),
    ("id_token token", Some("form_post")),
    ("code id_token", None),
    ("code id_token", Some("form_post")),
    ("code token", None),
    ("code token", Some("form_post")),
    ("code id_token token", None),
    ("code id_token token", Some("form_post")),
];

/// The user who signs in.
pub(crate) const EVE: (&str, &str) = ("eve", "a long and winding passphrase");

/// A `state` of 128 characters.
pub(crate) const STATE: &str = "-._~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~0123456789abcdefghij\
                                klmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV";

pub(crate) const CALLBACK: &str = "https://suite.example.org/test/a/signet/callback";

/// A server with the profile `oidc-compat`, and a user with an account.
pub(crate) struct Rig {
    pub(crate) server: RunningServer,
}

/// A client that has registered itself.
pub(crate) struct RelyingParty {
    pub(crate) issuer: String,
    pub(crate) registration: Value,
    pub(crate) client_id: String,
    /// Empty for a client that authenticates with a key.
    pub(crate) client_secret: String,
    /// The key for `private_key_jwt`, if the client uses it.
    pub(crate) key: Option<Signer>,
    pub(crate) response_type: String,
    pub(crate) response_mode: Option<String>,
}

/// The result of an authorization request.
pub(crate) struct Outcome {
    /// The paths of the pages that the user saw.
    pub(crate) seen: Vec<String>,
    /// The authorization response, if the client received one.
    pub(crate) answer: Option<Answered>,
    /// The last page.
    pub(crate) page: Page,
}

/// An authorization response.
#[derive(Debug)]
pub(crate) struct Answered {
    /// `query`, `fragment` or `form`.
    pub(crate) place: &'static str,
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A successful login that passed all checks.
pub(crate) struct Login {
    pub(crate) seen: Vec<String>,
    pub(crate) answer: Answered,
    /// The ID tokens: that of the authorization endpoint before that of the token endpoint.
    pub(crate) id_tokens: Vec<String>,
    /// The token response, if there was a code.
    pub(crate) tokens: Value,
    pub(crate) access_token: Option<String>,
    /// The response of `/userinfo`, if there was an access token.
    pub(crate) userinfo: Value,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// Starts a server with additional settings.
    pub(crate) async fn start_with(settings: &str) -> Self {
        let (top, bottom) = (
            "profile = \"oidc-compat\"\n",
            "\n[accounts]\nshare_unverified_email = true\n\
             [oauth]\ndynamic_registration = \"open\"\n",
        );
        let rig = Self { server: RunningServer::start(&format!("{top}{}{bottom}{settings}", config())) };
        Api::new(&rig.server.issuer, None).post("/users", &everything()).await.expect(201);
        rig
    }

    /// A browser without a session.
    pub(crate) fn browser(&self) -> Visitor {
        Visitor::new(&self.server.issuer)
    }

    /// Registers a client for this response type and mode.
    pub(crate) async fn relying_party(&self, flow: (&str, Option<&str>)) -> RelyingParty {
        self.registered(flow, json!({})).await
    }

    /// Registers a client for this response type and mode with additional metadata.
    pub(crate) async fn registered(&self, (response_type, mode): (&str, Option<&str>), extra: Value) -> RelyingParty {
        let mut grants = vec![];
        if response_type.contains("code") {
            grants.push("authorization_code");
        }
        if response_type != "code" {
            grants.push("implicit");
        }
        let mut body = json!({
            "client_name": "Suite", "redirect_uris": [CALLBACK], "response_types": [response_type], "grant_types": grants,
            "contacts": ["suite@example.org"],
        });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let registration = Api::new(&self.server.issuer, None).post("/register", &body).await.expect(201);
        RelyingParty {
            issuer: self.server.issuer.clone(),
            client_id: text(&registration, "client_id"),
            client_secret: registration["client_secret"].as_str().unwrap_or_default().to_owned(),
            key: None,
            registration,
            response_type: response_type.to_owned(),
            response_mode: mode.map(ToOwned::to_owned),
        }
    }
}

impl RelyingParty {
    /// An authorization request with some parameters changed or removed.
    pub(crate) fn query(&self, changes: &[(&str, Option<&str>)]) -> String {
        encode(&self.pairs(changes))
    }

    pub(crate) fn pairs<'a>(&'a self, changes: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
        let mut pairs = vec![
            ("response_type", self.response_type.as_str()),
            ("client_id", &self.client_id),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", STATE),
            ("nonce", "n-0S6_WzA2Mj"),
        ];
        pairs.extend(self.response_mode.as_deref().map(|mode| ("response_mode", mode)));
        for (name, value) in changes {
            pairs.retain(|(kept, _)| kept != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        pairs
    }

    /// Sends an authorization request; the user signs in and gives consent where required.
    pub(crate) async fn ask(&self, browser: &mut Visitor, changes: &[(&str, Option<&str>)]) -> Outcome {
        let page = browser.get(&format!("/authorize?{}", self.query(changes))).await;
        follow(browser, page, EVE).await
    }

    /// Sends a request that must be rejected, and returns the error.
    pub(crate) async fn refused(&self, browser: &mut Visitor, changes: &[(&str, Option<&str>)]) -> String {
        let outcome = self.ask(browser, changes).await;
        let answer = outcome.answer.unwrap_or_else(|| panic!("{}", outcome.page.html));
        self.check_answer(&answer);
        let known = ["error", "error_description", "error_uri", "state", "iss"];
        assert!(answer.parameters.keys().all(|name| known.contains(&name.as_str())), "{answer:?}");
        let is_permitted = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(answer.parameters["error_description"].bytes().all(is_permitted), "{answer:?}");
        answer.parameters["error"].clone()
    }

    /// Performs a login with all checks that the modules of the suite share.
    pub(crate) async fn login(&self, browser: &mut Visitor, changes: &[(&str, Option<&str>)]) -> Login {
        let outcome = self.ask(browser, changes).await;
        let nonce = self.pairs(changes).iter().find(|(name, _)| *name == "nonce").map(|(_, nonce)| (*nonce).to_owned());
        self.finish(browser, outcome, nonce.as_deref()).await
    }

    pub(crate) async fn finish(&self, browser: &mut Visitor, outcome: Outcome, nonce: Option<&str>) -> Login {
        let Outcome { seen, answer, page } = outcome;
        let answer = answer.unwrap_or_else(|| panic!("{}: {}", page.status, page.html));
        self.check_answer(&answer);
        assert!(!answer.parameters.contains_key("error"), "{answer:?}");
        let (mut id_tokens, mut access_token, mut tokens) = (Vec::new(), None, Value::Null);
        let code = answer.parameters.get("code");
        if self.response_type.split(' ').any(|part| part == "token") {
            access_token = Some(answer.parameters["access_token"].clone());
            assert_eq!(answer.parameters["token_type"], "Bearer");
            assert!(answer.parameters.contains_key("expires_in"));
        }
        if self.response_type.contains("id_token") {
            let id_token = answer.parameters["id_token"].clone();
            let claims = self.check_id_token(browser, &id_token, nonce).await;
            assert_eq!(claims.get("c_hash"), code.map(|code| half_hash(code)).as_ref());
            assert_eq!(claims.get("at_hash"), access_token.as_ref().map(|token| half_hash(token)).as_ref());
            id_tokens.push(id_token);
        }
        if let Some(code) = code {
            assert_entropy(code);
            tokens = self.redeem(browser, code).await;
            assert!(tokens["expires_in"].is_i64() && tokens["token_type"] == "Bearer", "{tokens}");
            let token = text(&tokens, "access_token");
            assert_entropy(&token);
            let id_token = text(&tokens, "id_token");
            let claims = self.check_id_token(browser, &id_token, nonce).await;
            assert_eq!(claims["at_hash"], half_hash(&token));
            id_tokens.push(id_token);
            access_token = Some(token);
        }
        let subjects: Vec<Value> = id_tokens.iter().map(|token| crate::claims(token)["sub"].clone()).collect();
        assert!(subjects.windows(2).all(|pair| pair[0] == pair[1]), "{subjects:?}");
        let mut userinfo = Value::Null;
        if let Some(token) = &access_token {
            userinfo = Api::new(&self.issuer, Some(token)).get("/userinfo").await.expect(200);
            assert!(subjects.first().is_none_or(|subject| userinfo["sub"] == *subject), "{userinfo}");
        }
        Login { seen, answer, id_tokens, tokens, access_token, userinfo }
    }

    fn check_answer(&self, answer: &Answered) {
        let default = if self.response_type == "code" { "query" } else { "fragment" };
        let expected = if self.response_mode.as_deref() == Some("form_post") { "form" } else { default };
        assert_eq!(answer.place, expected, "{answer:?}");
        assert_eq!(answer.parameters.get("state").map(String::as_str), Some(STATE), "{answer:?}");
        assert_eq!(answer.parameters["iss"], self.issuer);
    }

    /// The claims of an ID token, after the checks of OpenID Connect Core §3.1.3.7.
    pub(crate) async fn check_id_token(&self, browser: &mut Visitor, id_token: &str, nonce: Option<&str>) -> Value {
        let keys = JwkSet::parse(&browser.get("/jwks.json").await.html).unwrap();
        let unverified = UnverifiedJwt::parse(id_token).unwrap();
        assert!(unverified.kid().is_some());
        let registered = self.registration["id_token_signed_response_alg"].as_str().unwrap();
        assert_eq!(unverified.algorithm().as_str(), registered);
        let claims = Value::Object(unverified.verify(&keys).unwrap().into_claims().into_map());
        assert_eq!(claims["iss"], self.issuer);
        assert_eq!((&claims["aud"], &claims["azp"]), (&json!(self.client_id), &json!(self.client_id)));
        assert_eq!(claims.get("nonce").and_then(Value::as_str), nonce, "{claims}");
        let (now, issued_at) = (now(), claims["iat"].as_i64().unwrap());
        assert!((issued_at - now).abs() < 300 && claims["exp"].as_i64().unwrap() > now, "{claims}");
        let sub = claims["sub"].as_str().unwrap();
        assert!((1..=255).contains(&sub.len()) && sub.bytes().all(|byte| byte.is_ascii_graphic()), "{sub}");
        assert!(claims["auth_time"].as_i64().is_some_and(|at| at <= issued_at), "{claims}");
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("1"), &json!(["pwd"])));
        assert!(claims["sid"].is_string());
        claims
    }

    /// The token response for a valid code.
    pub(crate) async fn redeem(&self, browser: &mut Visitor, code: &str) -> Value {
        let page = self.exchange(browser, code, CALLBACK).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{}", page.html);
        assert_eq!(page.header("content-type"), "application/json");
        crate::json(&page)
    }

    /// Presents a code.
    pub(crate) async fn exchange(&self, browser: &mut Visitor, code: &str, redirect_uri: &str) -> Page {
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)];
        self.token(browser, &form).await
    }

    /// Sends a token request, authenticated by HTTP Basic or by the client's key.
    pub(crate) async fn token(&self, browser: &mut Visitor, form: &[(&str, &str)]) -> Page {
        use base64::engine::general_purpose::STANDARD;
        if let Some(key) = &self.key {
            return self.token_by(browser, form, &key.sign(&self.assertion(&format!("{}/token", self.issuer)))).await;
        }
        let form_encoded = |text: &str| encode(&[("", text)]).trim_start_matches('=').to_owned();
        let pair = format!("{}:{}", form_encoded(&self.client_id), form_encoded(&self.client_secret));
        let basic = format!("Basic {}", STANDARD.encode(pair));
        browser.post_with("/token", form, &[("authorization", &basic)]).await
    }

    /// Sends a token request, authenticated by this JWT.
    pub(crate) async fn token_by(&self, browser: &mut Visitor, form: &[(&str, &str)], assertion: &str) -> Page {
        let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        browser.post("/token", &[form, &[kind, ("client_assertion", assertion)]].concat()).await
    }

    /// The claims of a client assertion for this audience.
    pub(crate) fn assertion(&self, audience: &str) -> Value {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let jti = format!("{}-{}", now(), NUMBER.fetch_add(1, Ordering::Relaxed));
        json!({"iss": self.client_id, "sub": self.client_id, "aud": audience, "iat": now(), "exp": now() + 60, "jti": jti})
    }
}

impl Outcome {
    /// Whether the user saw the page at this path.
    pub(crate) fn saw(&self, path: &str) -> bool {
        self.seen.iter().any(|seen| seen == path)
    }
}

impl Login {
    /// Whether the user saw the page at this path.
    pub(crate) fn saw(&self, path: &str) -> bool {
        self.seen.iter().any(|seen| seen == path)
    }

    /// The claims of the last ID token.
    pub(crate) fn claims(&self) -> Value {
        crate::claims(self.id_tokens.last().unwrap())
    }
}

/// Continues from `page` like a browser, signing in as `person` and giving consent, until the client receives a
/// response or a page does not redirect.
pub(crate) async fn follow(browser: &mut Visitor, mut page: Page, person: (&str, &str)) -> Outcome {
    let mut seen = Vec::new();
    for _ in 0..10 {
        if page.status == 303 {
            let location = page.location();
            if !location.starts_with('/') {
                return Outcome { seen, answer: Some(in_location(&location)), page };
            }
            page = browser.get(&location).await;
            continue;
        }
        if page.status == 200 && page.html.contains("id=\"form-post-continue\"") {
            return Outcome { seen, answer: Some(in_form(&page)), page };
        }
        let fields: &[(&str, &str)] = if page.html.contains("id=\"login-submit\"") {
            &[("username", person.0), ("password", person.1)]
        } else if page.html.contains("id=\"consent-allow\"") {
            &[("decision", "allow"), ("remember", "true")]
        } else {
            return Outcome { seen, answer: None, page };
        };
        let path = if fields.len() == 2 && fields[0].0 == "username" { "/login" } else { "/consent" };
        assert!(seen.len() < 6, "the pages go round: {seen:?}");
        seen.push(path.to_owned());
        let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
        let mut form = fields.to_vec();
        form.extend([("interaction", interaction.as_str()), ("anti_forgery", &token)]);
        page = browser.post(path, &form).await;
    }
    panic!("the browser was sent on and on: {seen:?}");
}

fn in_location(location: &str) -> Answered {
    assert!(location.starts_with(CALLBACK), "{location}");
    let (rest, fragment) = location.split_once('#').map_or((location, None), |(rest, part)| (rest, Some(part)));
    let query = rest.split_once('?').map(|(_, query)| query);
    assert!(fragment.is_none() || query.is_none(), "{location}");
    let place = if fragment.is_some() { "fragment" } else { "query" };
    Answered { place, parameters: decoded(fragment.or(query).unwrap_or_default()) }
}

/// The parameters in the form of the page.
fn in_form(page: &Page) -> Answered {
    assert!(page.html.contains(&format!("<form method=\"post\" action=\"{CALLBACK}\"")), "{}", page.html);
    let inputs = page.html.split("<input type=\"hidden\" name=\"").skip(1);
    let pair = |input: &str| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap();
        let value = value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        (name.to_owned(), value)
    };
    Answered { place: "form", parameters: inputs.map(pair).collect() }
}

fn decoded(encoded: &str) -> BTreeMap<String, String> {
    Parameters::parse(encoded).unwrap();
    url::form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

/// `at_hash` and `c_hash` for RS256 and ES256.
fn half_hash(text: &str) -> Value {
    URL_SAFE_NO_PAD.encode(&sha256(text)[..16]).into()
}

/// At least 128 bits long, with a Shannon entropy of more than 96 bits.
pub(crate) fn assert_entropy(text: &str) {
    let mut counts: BTreeMap<u8, f64> = BTreeMap::new();
    for byte in text.bytes() {
        *counts.entry(byte).or_default() += 1.0;
    }
    let length = f64::from(u32::try_from(text.len()).unwrap());
    let bits: f64 = counts.values().map(|count| -count * (count / length).log2()).sum();
    assert!(text.len() * 8 >= 128 && bits > 96.0, "{text} has {bits} bits");
}

pub(crate) fn now() -> i64 {
    signet::clock::Clock::system().now().unix_timestamp()
}

/// A complete user profile.
pub(crate) fn everything() -> Value {
    json!({
        "username": EVE.0, "password": EVE.1, "email": "eve@example.org", "phone_number": "+49 30 1234567",
        "birthdate": "1990-02-28", "picture": "https://example.org/eve.png", "name": "Eve Example", "given_name": "Eve",
        "family_name": "Example", "middle_name": "M", "nickname": "E", "profile": "https://example.org/eve",
        "website": "https://eve.example", "gender": "female", "zoneinfo": "Europe/Berlin", "locale": "de-DE",
        "address": {"street_address": "Am Weg 1", "locality": "Berlin", "postal_code": "10115", "country": "DE"},
    })
}

/// The members of an object.
pub(crate) fn members(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value}"))
}
