//! `/clients` and `/developer`.

use serde_json::{Value, json as object};

use super::{claims, json, signed_in};
use crate::visitor::{CHALLENGE, SECRET, VERIFIER, Visitor, parameter, query};

async fn register(issuer: &str, token: Option<&str>, body: &Value) -> (u16, String, Value) {
    let request = reqwest::Client::new().post(format!("{issuer}/clients")).header("content-type", "application/json");
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = request.body(body.to_string()).send().await.unwrap();
    let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    (status, challenge.unwrap_or_default(), serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

async fn service_token(visitor: &mut Visitor, scope: &str) -> String {
    let form =
        [("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", SECRET), ("scope", scope)];
    let tokens = json(&visitor.post("/token", &form).await);
    tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
}

#[tokio::test]
async fn an_application_is_registered_with_a_token_of_the_scope() {
    let (server, mut visitor) = signed_in().await;
    let body = object!({"client_name": "Shop", "redirect_uris": ["https://shop.example.org/cb"]});
    let (status, challenge, _) = register(&server.issuer, None, &body).await;
    assert_eq!((status, challenge.as_str()), (401, "Bearer realm=\"signet\""));
    let narrow = service_token(&mut visitor, "orders:read").await;
    let (status, challenge, _) = register(&server.issuer, Some(&narrow), &body).await;
    // A token for another API is rejected here, whatever its scope.
    assert!(status == 401 && challenge.contains("another audience"), "{challenge}");

    let token = service_token(&mut visitor, "signet:clients").await;
    let (status, _, client) = register(&server.issuer, Some(&token), &body).await;
    assert_eq!(status, 201, "{client}");
    for member in ["client_id", "client_secret", "client_name", "authorization_endpoint", "token_endpoint"] {
        assert!(client[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {client}");
    }
    assert_eq!(client["redirect_uris"], object!(["https://shop.example.org/cb"]));
    assert_eq!(client["token_endpoint"], format!("{}/token", server.issuer));
    for (changed, error) in [
        (object!({"client_name": "Shop", "redirect_uris": ["http://shop.example.org/cb"]}), "invalid_redirect_uri"),
        (object!({"redirect_uris": ["https:login"]}), "invalid_redirect_uri"),
        (object!({"redirect_uris": ["https://shop.example.org/cb"], "scope": "unknown"}), "invalid_client_metadata"),
        (object!({"client_name": ["Shop"]}), "invalid_request"),
    ] {
        let (status, _, refusal) = register(&server.issuer, Some(&token), &changed).await;
        assert_eq!((status, refusal["error"].as_str()), (400, Some(error)), "{changed}");
    }
    // RFC 7591 §2: every member is optional. Users see the client_id if there is no name.
    let bare = object!({"redirect_uris": ["https://shop.example.org/cb"], "scope": ""});
    let (status, _, client) = register(&server.issuer, Some(&token), &bare).await;
    assert_eq!((status, &client["client_name"]), (201, &client["client_id"]), "{client}");
    assert!(client["scope"].as_str().is_some_and(|scope| scope.contains("openid")), "{client}");
    // OpenID Connect Core §11: offline_access has no effect without the grant type.
    let offline = object!({"redirect_uris": ["https://shop.example.org/cb"], "scope": "openid offline_access"});
    let (_, _, client) = register(&server.issuer, Some(&token), &offline).await;
    assert_eq!(client["grant_types"], object!(["authorization_code", "refresh_token"]), "{client}");
}

// A browser resolves `https:login` relative to this server's origin.
#[tokio::test]
async fn no_member_of_a_registration_holds_an_address_that_only_a_lenient_parser_makes_absolute() {
    let (server, mut visitor) = signed_in().await;
    let token = service_token(&mut visitor, "signet:clients").await;
    for member in [
        "redirect_uris",
        "post_logout_redirect_uris",
        "request_uris",
        "client_uri",
        "policy_uri",
        "tos_uri",
        "logo_uri",
        "initiate_login_uri",
        "jwks_uri",
        "sector_identifier_uri",
        "backchannel_logout_uri",
        "frontchannel_logout_uri",
    ] {
        for (uri, expected) in [
            ("https://shop.example.org/x", 201),
            ("https:x", 400),
            ("https:shop.example.org/x", 400),
            ("https:/shop.example.org/x", 400),
            ("HTTPS://shop.example.org/x", 400),
            ("https://shop.example.org/a/../x", 400),
        ] {
            let mut body = object!({"client_name": "Shop", "redirect_uris": ["https://shop.example.org/cb"]});
            body[member] = if member.ends_with("uris") { object!([uri]) } else { object!(uri) };
            let (status, _, answer) = register(&server.issuer, Some(&token), &body).await;
            assert_eq!(status, expected, "{member} {uri}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_person_registers_their_own_applications_and_no_managing_ones() {
    let (server, _) = signed_in().await;
    let mut person = Visitor::new(&server.issuer);
    let token = person.get("/signup").await.hidden("anti_forgery");
    let form = [("username", "eve"), ("password", "a long and winding passphrase"), ("anti_forgery", &token)];
    assert_eq!(person.post("/signup", &form).await.status, 303);

    // Uses the built-in public client, as Swagger UI does.
    let redirect_uri = format!("{}/docs/oauth-receiver.html", server.issuer);
    let asked = [("client_id", Some("swagger-ui")), ("redirect_uri", Some(redirect_uri.as_str()))];
    let scope = [("scope", Some("openid signet:clients signet:admin"))];
    let location = person.authorize(&query(&[asked, [scope[0], ("code_challenge", Some(CHALLENGE))]].concat())).await;
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "swagger-ui"),
        ("code", code.as_str()),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    let tokens = json(&person.post("/token", &form).await);
    // Only an administrator can grant the scope that manages everything.
    assert_eq!(tokens["scope"].as_str(), Some("openid signet:clients"));
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["aud"], server.issuer.as_str());
    let body = object!({"client_name": "Eve's", "redirect_uris": ["https://eve.example.org/cb"]});
    assert_eq!(register(&server.issuer, Some(token), &body).await.0, 201);
    for (member, value) in [("scope", "signet:admin"), ("grant_types", "client_credentials")] {
        let mut body = body.clone();
        body[member] = if member == "scope" { object!(value) } else { object!([value]) };
        let (status, _, refusal) = register(&server.issuer, Some(token), &body).await;
        assert_eq!((status, refusal["error"].as_str()), (403, Some("access_denied")), "{member}");
    }
    assert!(
        person.get("/developer").await.html.contains("Eve&#39;s")
            || person.get("/developer").await.html.contains("Eve's")
    );
}
