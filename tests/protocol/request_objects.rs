//! Signed authorization requests (RFC 9101, OpenID Connect Core §6).

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use signet::oauth::parameters::encode;

use crate::{
    api::Api,
    https::HttpsServer,
    signer::{Signer, at, input, sign_by_secret},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{CHALLENGE, REDIRECT_URI, SECRET, Visitor, config, parameter},
};

fn client(id: &str, keys: &[Value], more: &str) -> String {
    let jwks = json!({ "keys": keys });
    format!(
        "\n[[clients]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\njwks = '{jwks}'\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"openid profile orders:read\"\n{more}\n"
    )
}

fn inside(server: &RunningServer, id: &str) -> Value {
    json!({
        "client_id": id, "response_type": "code", "redirect_uri": REDIRECT_URI, "scope": "openid orders:read",
        "state": "inside", "nonce": "n-0S6", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        "iss": id, "aud": server.issuer, "exp": at(60), "nbf": at(0), "max_age": 10_000,
    })
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

async fn start(config: &str) -> (RunningServer, Visitor) {
    let server = RunningServer::start(config);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
}

/// The error and `state` that the client receives at its redirect URI.
async fn told(visitor: &mut Visitor, query: &[(&str, &str)]) -> (String, Option<String>) {
    let page = visitor.get(&format!("/authorize?{}", encode(query))).await;
    assert_eq!(page.status, 303, "{}", page.html);
    // The response to a request for tokens is in the fragment.
    let location = page.location().replace('#', "?");
    assert!(location.starts_with(REDIRECT_URI), "{location}");
    assert_eq!(parameter(&location, "iss").as_ref(), Some(&visitor.issuer));
    (parameter(&location, "error").unwrap_or_else(|| panic!("{location}")), parameter(&location, "state"))
}

// RFC 9101 §6.3, OpenID Connect Core §6.1
#[tokio::test]
async fn the_parameters_that_the_client_has_signed_count_and_no_others() {
    let signers = ["ES256", "EdDSA", "RS256", "PS256"].map(Signer::generate);
    let keys: Vec<Value> = signers.iter().map(Signer::public).collect();
    let (server, mut visitor) = start(&format!("{}{}", config(), client("shop", &keys, ""))).await;
    for signer in &signers {
        for header in [json!({}), json!({"typ": "JWT"}), json!({"typ": "oauth-authz-req+jwt"})] {
            let object = signer.sign_with(&header, &inside(&server, "shop"));
            let query = encode(&[
                ("client_id", "shop"),
                ("request", &object),
                ("response_type", "code"),
                ("scope", "openid"),
                ("state", "beside"),
                ("redirect_uri", "https://evil.example/cb"),
                ("nonce", "beside"),
            ]);
            let location = visitor.authorize(&query).await;
            assert_eq!(parameter(&location, "state").as_deref(), Some("inside"), "{location}");
            assert!(location.starts_with(REDIRECT_URI) && parameter(&location, "code").is_some(), "{location}");
        }
    }
    // RFC 9101 §5: only these two parameters are required.
    let object = signers[0].sign(&inside(&server, "shop"));
    let bare = [("client_id", "shop"), ("request", object.as_str())];
    assert!(parameter(&visitor.authorize(&encode(&bare)).await, "code").is_some());
    // After a form, the browser is redirected to a GET.
    let sent_on = visitor.post("/authorize", &bare).await.location();
    let by_form = visitor.get(&sent_on).await;
    assert!(by_form.location().contains("code="), "{}", by_form.location());

    // A `state` outside the object is ignored, and this server requires one.
    let object = signers[0].sign(&with(inside(&server, "shop"), "state", Value::Null));
    let query = [("client_id", "shop"), ("request", object.as_str()), ("state", "beside")];
    assert_eq!(told(&mut visitor, &query).await, ("invalid_request".to_owned(), None));
    // Nonce and scope are taken from the object.
    let object = signers[0].sign(&inside(&server, "shop"));
    let query = [("client_id", "shop"), ("request", object.as_str()), ("nonce", "beside"), ("scope", "openid profile")];
    let code = parameter(&visitor.authorize(&encode(&query)).await, "code").unwrap();
    let form = [("client_id", "shop")].into_iter().chain(crate::visitor::redemption(&code));
    let form: Vec<_> = form.filter(|pair| *pair != ("client_id", "report")).collect();
    let tokens = crate::json(&visitor.post("/token", &form).await);
    assert_eq!(crate::claims(tokens["id_token"].as_str().unwrap())["nonce"], "n-0S6");
    assert_eq!(tokens["scope"], "openid orders:read");
}

// The rules of RFC 9101 §6.
#[tokio::test]
async fn an_object_that_is_refused_is_informed_to_the_client_at_a_registered_redirect_uri() {
    let (signer, stranger, rsa) = (Signer::generate("ES256"), Signer::generate("ES256"), Signer::generate("RS256"));
    let clients = client("shop", &[signer.named("a"), rsa.named("r")], "request_object_signing_alg = \"ES256\"");
    let (server, mut visitor) = start(&format!("{}{clients}", config())).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let trap = format!("https://{}/keys", listener.local_addr().unwrap());
    let claims = || inside(&server, "shop");
    let sign = |claims: Value| signer.sign_with(&json!({"kid": "a"}), &claims);
    let unsigned = |alg: &str| format!("{}.", input(&json!({"alg": alg}), &claims()));
    let honest = sign(claims());
    let signature = honest.rsplit_once('.').unwrap().1;
    for (name, object) in [
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("HS256 by the secret", sign_by_secret(&[SECRET.as_bytes(), SECRET.as_bytes()].concat(), &claims())),
        ("HS256 by the public key", sign_by_secret(signer.public().to_string().as_bytes(), &claims())),
        ("another key", stranger.sign_with(&json!({"kid": "a"}), &claims())),
        ("its own key", stranger.sign_with(&json!({"kid": "a", "jwk": stranger.public()}), &claims())),
        ("an address of keys", stranger.sign_with(&json!({"kid": "b", "jku": trap, "x5u": trap}), &claims())),
        ("another algorithm than the registered one", rsa.sign_with(&json!({"kid": "r"}), &claims())),
        ("r = s = 0", format!("{}.{}", input(&json!({"alg": "ES256", "kid": "a"}), &claims()), "A".repeat(86))),
        ("no JWT", "x".to_owned()),
        ("a JWE", format!("{honest}.{signature}.{signature}")),
        ("an extension", signer.sign_with(&json!({"kid": "a", "crit": ["x"]}), &claims())),
        ("an access token", signer.sign_with(&json!({"kid": "a", "typ": "at+jwt"}), &claims())),
        ("a client assertion", signer.sign_with(&json!({"kid": "a", "typ": "client-authentication+jwt"}), &claims())),
        ("what could be a client assertion", sign(with(claims(), "sub", json!("shop")))),
        ("another client inside", sign(with(claims(), "client_id", json!("report")))),
        ("no client inside", sign(with(claims(), "client_id", Value::Null))),
        ("another issuer", sign(with(claims(), "iss", json!("report")))),
        ("another audience", sign(with(claims(), "aud", json!("https://other.example")))),
        ("no audience", sign(with(claims(), "aud", Value::Null))),
        ("expired", sign(with(claims(), "exp", json!(at(-1))))),
        ("not yet valid", sign(with(claims(), "nbf", json!(at(70))))),
        ("exp of another type", sign(with(claims(), "exp", json!("soon")))),
        ("an object inside", sign(with(claims(), "request", json!("a.b.c")))),
        ("a reference inside", sign(with(claims(), "request_uri", json!("urn:x")))),
        ("another response type", sign(with(claims(), "response_type", json!("token")))),
        ("a parameter of the wrong type", sign(with(claims(), "nonce", json!(["a"])))),
    ] {
        let query =
            [("client_id", "shop"), ("request", object.as_str()), ("response_type", "code"), ("state", "beside")];
        let (error, state) = told(&mut visitor, &query).await;
        assert_eq!(error, "invalid_request_object", "{name}");
        // The signed parameters determine the destination. Unsigned parameters cannot be trusted.
        assert!(matches!(state.as_deref(), Some("inside" | "beside")), "{name}");
        // No response is sent to an unregistered URI.
        let query = [("client_id", "shop"), ("request", object.as_str()), ("redirect_uri", "https://evil.example/cb")];
        let page = visitor.get(&format!("/authorize?{}", encode(&query))).await;
        if page.status == 303 {
            assert!(page.location().starts_with(REDIRECT_URI), "{name}: {}", page.location());
        } else {
            assert_eq!(page.status, 400, "{name}");
            assert!(page.html.contains("Invalid request"), "{name}: {}", page.html);
        }
    }
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "the server has asked an address of a header");
}

// RFC 9101 §4 and §6; FAPI 2.0 for the clocks.
#[tokio::test]
async fn other_claims_of_the_jwt_than_its_audience_need_not_be_there() {
    let signer = Signer::generate("ES256");
    let (server, mut visitor) = start(&format!("{}{}", config(), client("shop", &[signer.public()], ""))).await;
    for (name, value) in [
        ("nbf", json!(at(8))),
        ("aud", json!([server.issuer, "https://other.example"])),
        ("exp", Value::Null),
        ("iss", Value::Null),
    ] {
        let object = signer.sign(&with(inside(&server, "shop"), name, value.clone()));
        let location = visitor.authorize(&encode(&[("client_id", "shop"), ("request", &object)])).await;
        assert!(parameter(&location, "code").is_some(), "{name} {value}: {location}");
    }
}

// oidcc-ensure-request-object-with-redirect-uri
#[tokio::test]
async fn an_unregistered_redirect_uri_inside_is_never_redirected_to() {
    let signer = Signer::generate("ES256");
    let (server, mut visitor) = start(&format!("{}{}", config(), client("shop", &[signer.public()], ""))).await;
    let object = signer.sign(&with(inside(&server, "shop"), "redirect_uri", json!("https://evil.example/cb")));
    let query = [("client_id", "shop"), ("request", object.as_str()), ("redirect_uri", REDIRECT_URI)];
    let page = visitor.get(&format!("/authorize?{}", encode(&query))).await;
    assert_eq!(page.status, 400);
    assert!(page.html.contains("Invalid redirect URI"), "{}", page.html);
}

#[tokio::test]
async fn one_object_is_named_and_by_reference_only_where_that_is_on() {
    let signer = Signer::generate("ES256");
    let (server, mut visitor) = start(&format!("{}{}", config(), client("shop", &[signer.public()], ""))).await;
    let object = signer.sign(&inside(&server, "shop"));
    let base = [("client_id", "shop"), ("request", object.as_str())];
    let both = [&base[..], &[("request_uri", "https://app.example.org/r")]].concat();
    assert_eq!(told(&mut visitor, &both).await.0, "invalid_request");
    let twice = [&base[..], &base[1..]].concat();
    assert_eq!(told(&mut visitor, &twice).await.0, "invalid_request");
    let reference = [("client_id", "shop"), ("request_uri", "https://app.example.org/r"), ("state", "x")];
    assert_eq!(told(&mut visitor, &reference).await, ("request_uri_not_supported".to_owned(), Some("x".to_owned())));
    // A client without keys cannot sign.
    let report = [("client_id", "report"), ("request", object.as_str())];
    assert_eq!(told(&mut visitor, &report).await.0, "invalid_request_object");
    // Without `client_id` outside the object, the client is unknown.
    let page = visitor.get(&format!("/authorize?{}", encode(&base[1..]))).await;
    assert_eq!(page.status, 400);
    let document = Api::new(&server.issuer, None).get("/.well-known/openid-configuration").await.expect(200);
    assert_eq!(document["request_parameter_supported"], true);
    assert_eq!(document["request_uri_parameter_supported"], false);
    assert_eq!(document["require_request_uri_registration"], true);
    assert_eq!(document["request_object_signing_alg_values_supported"], json!(["ES256", "EdDSA", "RS256", "PS256"]));
}

// OpenID Connect Core §6.2
#[tokio::test(flavor = "multi_thread")]
async fn a_registered_reference_is_fetched_where_that_is_on() {
    let signer = Signer::generate("RS256");
    let shown = Arc::new(Mutex::new(String::new()));
    let document = Arc::clone(&shown);
    let https = HttpsServer::json(move |first| {
        if first.contains("/request ") { document.lock().unwrap().clone() } else { "no object".to_owned() }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &https.authority).unwrap();
    let registered = format!("request_uris = [\"{}#1\", \"{}\"]", https.url("/request"), https.url("/broken"));
    let shop = client("shop", &[signer.public()], &registered);
    let rig = format!(
        "\n[oauth]\nrequest_uri = true\n[fetch]\nallow_private_addresses = true\ncertificate_authority = \"{}\"\n",
        file.display()
    );
    let (server, mut visitor) = start(&format!("{}{shop}{rig}", config())).await;
    *shown.lock().unwrap() = signer.sign(&inside(&server, "shop"));
    let other_fragment = format!("{}#2", https.url("/request"));
    for uri in [https.url("/request"), other_fragment] {
        let location = visitor.authorize(&encode(&[("client_id", "shop"), ("request_uri", &uri)])).await;
        assert_eq!(parameter(&location, "state").as_deref(), Some("inside"), "{location}");
    }
    let fetched = https.requests();
    let (other, plain) = (https.url("/other"), format!("http://127.0.0.1:{}/request", https.port));
    for uri in [other.as_str(), &plain, "file:///etc/passwd", "urn:ietf:params:oauth:request_uri:x"] {
        let query = [("client_id", "shop"), ("request_uri", uri)];
        assert_eq!(told(&mut visitor, &query).await.0, "invalid_request_uri", "{uri}");
    }
    assert_eq!(https.requests(), fetched, "only what is registered is fetched");
    let broken = https.url("/broken");
    let query = [("client_id", "shop"), ("request_uri", broken.as_str())];
    assert_eq!(told(&mut visitor, &query).await.0, "invalid_request_object");
    let document = Api::new(&server.issuer, None).get("/.well-known/openid-configuration").await.expect(200);
    assert_eq!(document["request_uri_parameter_supported"], true);

    // Without the permission for this machine, no request is sent.
    let asked = https.requests();
    let (_server, mut visitor) = start(&format!("{}{shop}\n[oauth]\nrequest_uri = true\n", config())).await;
    let request = https.url("/request");
    let query = [("client_id", "shop"), ("request_uri", request.as_str())];
    assert_eq!(told(&mut visitor, &query).await.0, "invalid_request_uri");
    assert_eq!(https.requests(), asked);
}

// OpenID Connect Registration §5
#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_a_sector_lists_the_redirect_uris_of_who_registers() {
    let https = HttpsServer::json(|first| {
        if first.contains("/good") {
            json!([REDIRECT_URI]).to_string()
        } else {
            json!(["https://b.example"]).to_string()
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &https.authority).unwrap();
    let rig = format!(
        "\n[oauth]\ndynamic_registration = \"open\"\n[fetch]\nallow_private_addresses = true\n\
         certificate_authority = \"{}\"\n",
        file.display()
    );
    let server = RunningServer::start(&format!("{}{rig}", config()));
    let no_one = Api::new(&server.issuer, None);
    let asking = |path: &str, subject_type: &str| {
        json!({"client_name": "App", "redirect_uris": [REDIRECT_URI], "subject_type": subject_type,
            "sector_identifier_uri": https.url(path)})
    };
    no_one.post("/register", &asking("/good", "pairwise")).await.expect(201);
    let refused = no_one.post("/register", &asking("/bad", "pairwise")).await;
    assert_eq!(refused.refusal(), (400, "invalid_client_metadata"));
    assert_eq!(https.requests(), 2);
    no_one.post("/register", &asking("/bad", "public")).await.expect(201);
    assert_eq!(https.requests(), 2, "a public subject needs no document");
}
