//! `/authorize`.

use super::{RunningServer, signed_in};
use crate::{
    support::ADMINISTRATOR,
    visitor::{REDIRECT_URI, Visitor, config, parameter, query},
};

// RFC 6749 §3.1.2.4: the server does not redirect before client and redirect URI are validated.
#[tokio::test]
async fn an_untrusted_request_gets_a_page_and_no_redirect() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    for (query, title) in [
        (query(&[("client_id", None)]), "Invalid request"),
        (query(&[("client_id", Some("nobody"))]), "Invalid request"),
        (query(&[("client_id", Some("a b"))]), "Invalid request"),
        (format!("{}&client_id=report", query(&[])), "Invalid request"),
        (format!("{}&redirect_uri=https%3A%2F%2Fevil.example", query(&[])), "Invalid request"),
        (format!("{}&x=%ff", query(&[])), "Invalid request"),
        (query(&[("redirect_uri", Some("https://evil.example/"))]), "Invalid redirect URI"),
        (query(&[("redirect_uri", Some("https://report.example.org/callback/"))]), "Invalid redirect URI"),
        (query(&[("redirect_uri", Some("javascript:alert(1)"))]), "Invalid redirect URI"),
    ] {
        let page = visitor.get(&format!("/authorize?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        assert!(page.headers.get("location").is_none(), "{query}");
        assert!(page.html.contains(title), "{query}: {}", page.html);
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{query}");
    }
    assert_eq!(visitor.get(&format!("/authorize?{}", query(&[]))).await.status, 303);
}

// RFC 6749 §4.1.2.1 and RFC 9207
#[tokio::test]
async fn whatever_else_is_wrong_is_informed_to_the_client_with_state_and_issuer() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    for (query, error) in [
        (query(&[("response_type", None)]), "invalid_request"),
        (query(&[("response_type", Some("tokens"))]), "unsupported_response_type"),
        (query(&[("scope", Some("orders:delete"))]), "invalid_scope"),
        (query(&[("resource", Some("https://evil.example"))]), "invalid_target"),
        (query(&[("code_challenge", None), ("code_challenge_method", None), ("nonce", None)]), "invalid_request"),
        (
            query(&[("code_challenge", None), ("code_challenge_method", None), ("scope", Some("orders:read"))]),
            "invalid_request",
        ),
        (query(&[("scope", Some("openid signet:admin"))]), "invalid_scope"),
        (query(&[("code_challenge_method", Some("plain"))]), "invalid_request"),
        (query(&[("prompt", Some("none login"))]), "invalid_request"),
        (query(&[("prompt", Some("none"))]), "login_required"),
        (query(&[("request", Some("eyJ"))]), "invalid_request_object"),
        (query(&[("response_mode", Some("x"))]), "invalid_request"),
        (format!("{}&scope=openid", query(&[])), "invalid_request"),
    ] {
        let location = visitor.get(&format!("/authorize?{query}")).await.location();
        assert!(location.starts_with(&format!("{REDIRECT_URI}?")), "{location}");
        assert_eq!(parameter(&location, "error").as_deref(), Some(error), "{query}");
        assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"), "{query}");
        assert_eq!(parameter(&location, "iss").as_deref(), Some(server.issuer.as_str()), "{query}");
        assert!(parameter(&location, "error_description").is_some(), "{query}");
    }
    let location = visitor.get(&format!("/authorize?{}", query(&[("state", None)]))).await.location();
    assert_eq!(parameter(&location, "error").as_deref(), Some("invalid_request"));
    // OAuth 2.0 Multiple Response Type Encoding Practices §5: errors of such a response type are in the fragment.
    let location = visitor.get(&format!("/authorize?{}", query(&[("response_type", Some("token"))]))).await.location();
    assert!(location.starts_with(&format!("{REDIRECT_URI}#error=unsupported_response_type&")), "{location}");
}

// RFC 9700 §2.1.1
#[tokio::test]
async fn a_confidential_client_whose_request_has_a_nonce_may_go_without_pkce() {
    let (_server, mut visitor) = signed_in().await;
    let without = [("code_challenge", None), ("code_challenge_method", None)];
    for verifier in [true, false] {
        let location = visitor.authorize(&query(&without)).await;
        let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
        let mut form = crate::visitor::redemption(&code);
        form.retain(|(name, _)| verifier || *name != "code_verifier");
        // A verifier without a challenge indicates that the challenge was removed (RFC 9700 §4.8.2).
        assert_eq!(visitor.post("/token", &form).await.status, if verifier { 400 } else { 200 }, "{verifier}");
    }
}

#[tokio::test]
async fn a_person_who_has_agreed_is_asked_again_only_when_the_client_wants_it() {
    let (_server, mut visitor) = signed_in().await;
    assert!(visitor.get(&format!("/authorize?{}", query(&[]))).await.location().starts_with("/consent"));
    visitor.code().await;
    let silent = visitor.get(&format!("/authorize?{}", query(&[("prompt", Some("none"))]))).await.location();
    assert!(parameter(&silent, "code").is_some(), "{silent}");
    let again = visitor.get(&format!("/authorize?{}", query(&[("prompt", Some("consent"))]))).await.location();
    assert!(again.starts_with("/consent"), "{again}");
    let login = visitor.get(&format!("/authorize?{}", query(&[("prompt", Some("login"))]))).await.location();
    assert!(login.starts_with("/login"), "{login}");
    let more = visitor.get(&format!("/authorize?{}", query(&[("scope", Some("openid email"))]))).await.location();
    assert!(more.starts_with("/consent"), "{more}");
    let older = visitor.get(&format!("/api/oauth2/authorize?{}", query(&[]))).await.location();
    assert!(parameter(&older, "code").is_some(), "{older}");
}

#[tokio::test]
async fn a_login_that_was_begun_goes_on_in_the_same_browser_only() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    let location = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    let sealed = parameter(&format!("{}{location}", server.issuer), "interaction").unwrap();
    let resume = format!("/authorize?interaction={sealed}");
    assert_eq!(visitor.get(&resume).await.status, 303);
    let mut victim = Visitor::new(&server.issuer);
    victim.sign_in(ADMINISTRATOR).await;
    assert_eq!(victim.get(&resume).await.status, 400);
    for at in [0, sealed.len() / 2, sealed.len() - 1] {
        let mut altered = sealed.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(visitor.get(&format!("/authorize?interaction={altered}")).await.status, 400, "changed at {at}");
    }
}
