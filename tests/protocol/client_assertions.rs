//! Clients that authenticate with signed JWTs (RFC 7523).

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, atomic::AtomicU32},
};

use serde_json::{Value, json};

use crate::{
    api::{Api, text},
    https::HttpsServer,
    json as body,
    signer::{Signer, at, input, sign_by_secret},
    support::{RunningServer, free_port},
    visitor::{Page, Visitor, config},
};

const SIGNING_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A `[[clients]]` entry with the client credentials grant.
fn service(id: &str, members: &str) -> String {
    format!(
        "\n[[clients]]\nclient_id = \"{id}\"\ngrant_types = [\"client_credentials\"]\nscope = \"orders:read\"\n{members}\n"
    )
}

fn key_holder(id: &str, keys: &[Value], more: &str) -> String {
    let jwks = json!({ "keys": keys });
    service(id, &format!("token_endpoint_auth_method = \"private_key_jwt\"\njwks = '{jwks}'\n{more}"))
}

fn secret_holder(id: &str) -> String {
    service(id, &format!("token_endpoint_auth_method = \"client_secret_jwt\"\nclient_secret = \"{SIGNING_SECRET}\""))
}

fn about(server: &RunningServer, id: &str) -> Value {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    json!({"iss": id, "sub": id, "aud": server.issuer, "exp": at(60), "iat": at(0), "jti": format!("jti-{number}")})
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        // In these tables, null means that the claim is absent.
        Value::Null => {
            claims.as_object_mut().unwrap().remove(name);
        }
        value => claims[name] = value,
    }
    claims
}

const TYPE: (&str, &str) = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

async fn ask(server: &RunningServer, assertion: &str) -> Page {
    let form = [("grant_type", "client_credentials"), TYPE, ("client_assertion", assertion)];
    Visitor::new(&server.issuer).post("/token", &form).await
}

fn outcome(page: &Page) -> (u16, String) {
    (page.status, body(page)["error"].as_str().unwrap_or_default().to_owned())
}

fn refused() -> (u16, String) {
    (401, "invalid_client".to_owned())
}

// OpenID Connect Core §9. The keys have no `kid`, as the conformance suite registers them.
#[tokio::test]
async fn a_client_authenticates_with_a_key_of_any_of_our_algorithms_or_with_its_secret() {
    let signers = ["ES256", "EdDSA", "RS256", "PS256"].map(Signer::generate);
    let keys: Vec<Value> = signers.iter().map(Signer::public).collect();
    let server =
        RunningServer::start(&format!("{}{}{}", config(), key_holder("signer", &keys, ""), secret_holder("shared")));
    for signer in &signers {
        let page = ask(&server, &signer.sign(&about(&server, "signer"))).await;
        assert_eq!(page.status, 200, "{}", page.html);
        let typed = signer.sign_with(&json!({"typ": "client-authentication+jwt"}), &about(&server, "signer"));
        assert_eq!(ask(&server, &typed).await.status, 200);
    }
    let page = ask(&server, &sign_by_secret(SIGNING_SECRET.as_bytes(), &about(&server, "shared"))).await;
    assert_eq!(page.status, 200, "{}", page.html);

    // Also at the other endpoints that authenticate clients.
    let token = text(&body(&page), "access_token");
    for path in ["/introspect", "/verify", "/revoke"] {
        let assertion = signers[0].sign(&about(&server, "signer"));
        let form = [("token", token.as_str()), TYPE, ("client_assertion", &assertion)];
        let page = Visitor::new(&server.issuer).post(path, &form).await;
        assert_eq!(page.status, 200, "{path}: {}", page.html);
        assert_eq!(Visitor::new(&server.issuer).post(path, &form).await.status, 401, "{path}, replayed");
    }
}

// FAPI 2.0 §5.3.2.1
#[tokio::test]
async fn what_an_assertion_says_is_judged() {
    let (signer, stranger) = (Signer::generate("ES256"), Signer::generate("ES256"));
    let older = key_holder("older", &[signer.public()], "token_endpoint_as_audience = true");
    let server = RunningServer::start(&format!("{}{}{older}", config(), key_holder("signer", &[signer.public()], "")));
    let issuer = server.issuer.clone();
    let endpoint = |path: &str| json!(format!("{issuer}{path}"));
    assert_eq!(ask(&server, &signer.sign(&about(&server, "signer"))).await.status, 200);
    assert_eq!(outcome(&ask(&server, &stranger.sign(&about(&server, "signer"))).await), refused());
    for (name, value) in [
        ("iss", json!("older")),
        ("iss", Value::Null),
        ("sub", json!("older")),
        ("sub", json!("nobody")),
        ("sub", Value::Null),
        ("aud", json!([server.issuer])),
        ("aud", json!([server.issuer, "https://evil.example"])),
        ("aud", endpoint("/token")),
        ("aud", endpoint("/par")),
        ("aud", endpoint("/")),
        ("aud", json!("https://evil.example")),
        ("aud", Value::Null),
        ("exp", json!(at(-300))),
        ("exp", json!(at(0))),
        ("exp", json!(at(3600))),
        ("exp", Value::Null),
        ("exp", json!("soon")),
        ("exp", json!(1e30)),
        ("exp", json!(u64::MAX)),
        ("nbf", json!(at(70))),
        ("iat", json!(at(70))),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("jti", json!(["a"])),
    ] {
        let page = ask(&server, &signer.sign(&with(about(&server, "signer"), name, value.clone()))).await;
        assert_eq!(outcome(&page), refused(), "{name} {value}");
    }
    for (name, value) in [("nbf", json!(at(8))), ("iat", json!(at(8))), ("iat", Value::Null), ("exp", json!(at(290)))] {
        let page = ask(&server, &signer.sign(&with(about(&server, "signer"), name, value.clone()))).await;
        assert_eq!(page.status, 200, "{name} {value}: {}", page.html);
    }
    // The older audience, for clients that are registered for it.
    for (aud, expected) in [
        (endpoint("/token"), 200),
        (json!(server.issuer), 200),
        (json!([server.issuer, format!("{}/token", server.issuer)]), 200),
        (json!([server.issuer, "https://evil.example"]), 401),
    ] {
        let page = ask(&server, &signer.sign(&with(about(&server, "older"), "aud", aud.clone()))).await;
        assert_eq!(page.status, expected, "{aud}");
    }
}

#[tokio::test]
async fn forged_and_foreign_jwts_authenticate_no_one() {
    let (signer, rsa) = (Signer::generate("ES256"), Signer::generate("RS256"));
    let only_es256 =
        key_holder("strict", &[signer.public(), rsa.public()], "token_endpoint_auth_signing_alg = \"ES256\"");
    let named = key_holder("named", &[signer.named("a")], "");
    let server = RunningServer::start(&format!("{}{only_es256}{named}{}", config(), secret_holder("shared")));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let trap = format!("https://{}/keys", listener.local_addr().unwrap());
    let claims = |id: &str| about(&server, id);
    let unsigned = |header: Value, id: &str| format!("{}.", input(&header, &claims(id)));
    let zeros = |id: &str| {
        let input = input(&json!({"alg": "ES256"}), &claims(id));
        format!("{input}.{}", "A".repeat(86))
    };
    let public = signer.public().to_string();
    let honest = signer.sign(&claims("strict"));
    let [header, payload, signature] = honest.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let forged = [
        ("alg none", unsigned(json!({"alg": "none"}), "strict")),
        ("alg None", unsigned(json!({"alg": "None"}), "strict")),
        ("alg missing", unsigned(json!({"typ": "JWT"}), "strict")),
        ("HS256 by the public key", sign_by_secret(public.as_bytes(), &claims("strict"))),
        ("another algorithm than the registered one", rsa.sign(&claims("strict"))),
        ("r = s = 0", zeros("strict")),
        ("no signature", format!("{header}.{payload}.")),
        ("padded", format!("{honest}=")),
        ("four parts", format!("{honest}.")),
        ("a JWE", format!("{header}.{payload}.{signature}.{signature}.{signature}")),
        ("ten thousand dots", ".".repeat(10_000)),
        ("sixty thousand characters", "a".repeat(60_000)),
        ("an unknown extension", signer.sign_with(&json!({"crit": ["x"], "x": 1}), &claims("strict"))),
        ("an unencoded payload", signer.sign_with(&json!({"b64": false}), &claims("strict"))),
        ("an unknown kid", signer.sign_with(&json!({"kid": "../../dev/null"}), &claims("named"))),
        ("a kid that is a list", signer.sign_with(&json!({"kid": ["a"]}), &claims("named"))),
        ("its own key", rsa.sign_with(&json!({"jwk": rsa.public()}), &claims("named"))),
        ("an address of keys", rsa.sign_with(&json!({"jku": trap, "x5u": trap}), &claims("named"))),
        ("a request object", signer.sign_with(&json!({"typ": "oauth-authz-req+jwt"}), &claims("strict"))),
        ("an access token", signer.sign_with(&json!({"typ": "at+jwt"}), &claims("strict"))),
        ("a logout token", signer.sign_with(&json!({"typ": "logout+jwt"}), &claims("strict"))),
        ("a request without typ", signer.sign(&with(claims("strict"), "response_type", json!("code")))),
        ("an assertion of a client with a secret", sign_by_secret(SIGNING_SECRET.as_bytes(), &claims("strict"))),
        ("a key for a client with a secret", signer.sign(&claims("shared"))),
        ("another secret", sign_by_secret(&[b'x'; 32], &claims("shared"))),
        ("a client that shows its secret", sign_by_secret(SIGNING_SECRET.as_bytes(), &claims("report"))),
        ("a public client", signer.sign(&claims("swagger-ui"))),
    ];
    for (name, assertion) in forged {
        assert_eq!(outcome(&ask(&server, &assertion).await), refused(), "{name}");
    }
    assert_eq!(ask(&server, &honest).await.status, 200);
    let named = signer.sign_with(&json!({"kid": "a", "jku": trap}), &claims("named"));
    assert_eq!(ask(&server, &named).await.status, 200);
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "the server has asked an address of a header");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

// RFC 6749 §2.3
#[tokio::test]
async fn a_client_authenticates_in_one_way() {
    let signer = Signer::generate("EdDSA");
    let server = RunningServer::start(&format!(
        "{}{}{}",
        config(),
        key_holder("signer", &[signer.public()], ""),
        secret_holder("shared")
    ));
    let assertion = signer.sign(&about(&server, "signer"));
    let base = [("grant_type", "client_credentials"), TYPE, ("client_assertion", assertion.as_str())];
    let basic = [("authorization", "Basic c2lnbmVyOng=")];
    let page = Visitor::new(&server.issuer).post_with("/token", &base, &basic).await;
    assert_eq!(outcome(&page), (400, "invalid_request".to_owned()));
    for (further, expected) in [
        (vec![("client_secret", "x")], (400, "invalid_request")),
        (vec![("client_id", "shared")], (401, "invalid_client")),
        (vec![("client_assertion", "x")], (400, "invalid_request")),
    ] {
        let form = [base.as_slice(), &further].concat();
        let page = Visitor::new(&server.issuer).post("/token", &form).await;
        assert_eq!(outcome(&page), (expected.0, expected.1.to_owned()), "{further:?}");
    }
    for (form, expected) in [
        (&base[..2], (400, "invalid_request")),
        (&[base[0], base[2]][..], (400, "invalid_request")),
        (&[base[0], ("client_assertion_type", "urn:x"), base[2]], (401, "invalid_client")),
        // A client that is registered to sign with its secret cannot send the secret instead.
        (&[base[0], ("client_id", "shared"), ("client_secret", SIGNING_SECRET)], (401, "invalid_client")),
        (&[base[0], ("client_id", "signer")], (401, "invalid_client")),
    ] {
        let page = Visitor::new(&server.issuer).post("/token", form).await;
        assert_eq!(outcome(&page), (expected.0, expected.1.to_owned()), "{form:?}");
    }
    // None of these requests has used up the assertion.
    let form = [base.as_slice(), &[("client_id", "signer")]].concat();
    assert_eq!(Visitor::new(&server.issuer).post("/token", &form).await.status, 200);
}

// Of 64 concurrent requests with one assertion, one succeeds, and none after a restart.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_works_once() {
    let signer = Signer::generate("ES256");
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("{}{}", config(), key_holder("signer", &[signer.public()], ""));
    std::fs::write(folder.path().join("config.toml"), settings).unwrap();
    let port = free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut last = String::new();
    for round in 0..5 {
        let claims = with(about(&server, "signer"), "exp", json!(at(250)));
        last = signer.sign(&claims);
        let asks = (0..64).map(|_| {
            let (issuer, assertion) = (server.issuer.clone(), last.clone());
            tokio::spawn(async move {
                let form = [("grant_type", "client_credentials"), TYPE, ("client_assertion", &assertion)];
                outcome(&Visitor::new(&issuer).post("/token", &form).await)
            })
        });
        let mut outcomes = Vec::new();
        for asked in asks.collect::<Vec<_>>() {
            outcomes.push(asked.await.unwrap());
        }
        let winners = outcomes.iter().filter(|(status, _)| *status == 200).count();
        assert_eq!(winners, 1, "round {round}: {outcomes:?}");
        assert!(outcomes.iter().filter(|(status, _)| *status != 200).all(|outcome| *outcome == refused()));
    }
    server.kill();
    let server = RunningServer::start_in(folder.path(), port);
    assert_eq!(outcome(&ask(&server, &last).await), refused());
    assert_eq!(ask(&server, &signer.sign(&about(&server, "signer"))).await.status, 200);
}

/// Settings that let the server fetch over `https`.
fn rig(https: &HttpsServer, folder: &std::path::Path) -> String {
    let file = folder.join("authority.pem");
    std::fs::write(&file, &https.authority).unwrap();
    format!("\n[fetch]\nallow_private_addresses = true\ncertificate_authority = \"{}\"\n", file.display())
}

fn publisher(id: &str, uri: &str) -> String {
    service(id, &format!("token_endpoint_auth_method = \"private_key_jwt\"\njwks_uri = \"{uri}\""))
}

// OpenID Connect Core §10.1.1
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_a_client_publishes_are_fetched_once_and_kept() {
    let signer = Signer::generate("ES256");
    let published = Arc::new(Mutex::new(json!({"keys": [signer.named("one")]}).to_string()));
    let shown = Arc::clone(&published);
    let https = HttpsServer::json(move |_| shown.lock().unwrap().clone());
    let folder = tempfile::tempdir().unwrap();
    let settings = publisher("publisher", &https.url("/jwks"));
    let server = RunningServer::start(&format!("{}{settings}{}", config(), rig(&https, folder.path())));
    let asks: Vec<_> = (0..16)
        .map(|_| {
            let (issuer, assertion) =
                (server.issuer.clone(), signer.sign_with(&json!({"kid": "one"}), &about(&server, "publisher")));
            tokio::spawn(async move {
                let form = [("grant_type", "client_credentials"), TYPE, ("client_assertion", &assertion)];
                Visitor::new(&issuer).post("/token", &form).await.status
            })
        })
        .collect();
    for asked in asks {
        assert_eq!(asked.await.unwrap(), 200);
    }
    assert_eq!(https.requests(), 1, "single flight");
    // Unknown key identifiers do not trigger another fetch immediately.
    for _ in 0..4 {
        let assertion = signer.sign_with(&json!({"kid": "two"}), &about(&server, "publisher"));
        assert_eq!(outcome(&ask(&server, &assertion).await), refused());
    }
    assert_eq!(https.requests(), 1);
    assert!(server.log().contains("allow_private_addresses"), "a rig is warned about at the start");
}

// By default, the server sends no request to this machine, whatever a client has registered.
#[tokio::test]
async fn no_registered_address_leads_the_server_to_its_own_machine() {
    let signer = Signer::generate("ES256");
    let listeners = [TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("[::1]:0").unwrap()];
    let [port, port_v6] = [0, 1].map(|at: usize| listeners[at].local_addr().unwrap().port());
    let uris = [
        format!("https://127.0.0.1:{port}/jwks"),
        format!("https://[::1]:{port_v6}/jwks"),
        format!("https://[::ffff:7f00:1]:{port}/jwks"),
        format!("https://localhost:{port}/jwks"),
        "https://169.254.169.254/latest".to_owned(),
        "https://10.0.0.1/jwks".to_owned(),
    ];
    let clients: String = uris.iter().enumerate().map(|(at, uri)| publisher(&format!("client-{at}"), uri)).collect();
    let server = RunningServer::start(&format!("{}{clients}", config()));
    for (at, uri) in uris.iter().enumerate() {
        let page = ask(&server, &signer.sign(&about(&server, &format!("client-{at}")))).await;
        assert_eq!(outcome(&page), refused(), "{uri}");
    }
    for listener in listeners {
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "a client has connected");
    }
    assert_eq!(server.log().matches("not on the public internet").count(), uris.len(), "{}", server.log());
}

// Some parsers read the number as an IP address, others as a name.
#[tokio::test]
async fn an_address_that_readers_understand_differently_is_not_registered() {
    let server = RunningServer::start(&format!("{}\n[oauth]\ndynamic_registration = \"open\"\n", config()));
    let no_one = Api::new(&server.issuer, None);
    for (uri, status) in
        [("https://2130706433/jwks", 400), ("https://0x7f.1/jwks", 400), ("https://app.example.org/jwks", 201)]
    {
        let body = json!({"redirect_uris": ["https://app.example.org/cb"], "jwks_uri": uri});
        assert_eq!(no_one.post("/register", &body).await.status, status, "{uri}");
    }
}

// RFC 7591 §2
#[tokio::test]
async fn a_client_registers_how_it_signs() {
    let signer = Signer::generate("EdDSA");
    let settings = "\n[oauth]\ndynamic_registration = \"open\"\n";
    let server = RunningServer::start(&format!("{}{settings}", config()));
    let no_one = Api::new(&server.issuer, None);
    let base = json!({"client_name": "App", "redirect_uris": ["https://app.example.org/cb"],
        "grant_types": ["authorization_code", "refresh_token"]});
    let asking = |method: &str, further: Value| {
        let mut body = with(base.clone(), "token_endpoint_auth_method", json!(method));
        body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        body
    };
    let keyed = no_one
        .post("/register", &asking("private_key_jwt", json!({"jwks": {"keys": [signer.public()]}})))
        .await
        .expect(201);
    assert!(keyed["client_secret"].is_null() && keyed["client_secret_expires_at"].is_null(), "{keyed}");
    assert_eq!(keyed["client_secrets"], json!([]));
    let sharing = no_one.post("/register", &asking("client_secret_jwt", json!({}))).await.expect(201);
    assert_eq!(sharing["client_secret_expires_at"], 0);
    for (method, further) in [
        ("private_key_jwt", json!({})),
        ("private_key_jwt", json!({"jwks_uri": "http://app.example.org/jwks"})),
        ("private_key_jwt", json!({"jwks": {"keys": [signer.public()]}, "token_endpoint_auth_signing_alg": "none"})),
        ("private_key_jwt", json!({"jwks": {"keys": [signer.public()]}, "token_endpoint_auth_signing_alg": "HS256"})),
        ("client_secret_jwt", json!({"token_endpoint_auth_signing_alg": "ES256"})),
    ] {
        let refused = no_one.post("/register", &asking(method, further.clone())).await;
        assert_eq!(refused.refusal(), (400, "invalid_client_metadata"), "{method} {further}");
    }
    // Both clients authenticate before their parameters are evaluated.
    for (client, assertion) in [
        (&keyed, signer.sign(&about(&server, &text(&keyed, "client_id")))),
        (&sharing, {
            let secret = text(&sharing, "client_secret");
            sign_by_secret(secret.as_bytes(), &about(&server, &text(&sharing, "client_id")))
        }),
    ] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), TYPE, ("client_assertion", &assertion)];
        let page = Visitor::new(&server.issuer).post("/token", &form).await;
        assert_eq!(outcome(&page), (400, "invalid_grant".to_owned()), "{client}");
    }
    let service = Api::of_service(&server.issuer, "signet:clients").await;
    let path = format!("/clients/{}/secrets", text(&keyed, "client_id"));
    assert_eq!(service.post(&path, &json!({})).await.refusal(), (409, "conflict"));
    // Changing from secret to signature generates another secret, since a hash cannot sign.
    let usual = no_one.post("/register", &base).await.expect(201);
    let path = format!("/clients/{}", text(&usual, "client_id"));
    let changed = service.put(&path, &asking("client_secret_jwt", json!({}))).await.expect(200);
    assert_ne!(text(&changed, "client_secret"), text(&usual, "client_secret"));
    let kept = service.put(&path, &base).await.expect(200);
    assert!(kept["client_secret"].is_null(), "{kept}");
}

#[tokio::test]
async fn both_documents_say_how_clients_authenticate() {
    let server = RunningServer::start(&config());
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let document = Api::new(&server.issuer, None).get(path).await.expect(200);
        for endpoint in ["token", "introspection", "revocation"] {
            let methods = document[format!("{endpoint}_endpoint_auth_methods_supported")].to_string();
            assert!(methods.contains("private_key_jwt") && methods.contains("client_secret_jwt"), "{methods}");
            let algorithms = document[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")].to_string();
            assert!(algorithms.contains("PS256") && !algorithms.contains("none"), "{algorithms}");
        }
    }
}
