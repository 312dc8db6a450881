use serde_json::json;

use super::*;

fn uris() -> Vec<RedirectUri> {
    vec![RedirectUri::parse("https://app.example.org/cb").unwrap()]
}

fn policy() -> RegistrationPolicy {
    RegistrationPolicy { signing_algs: Algorithm::ALL.to_vec(), ..RegistrationPolicy::default() }
}

fn refused(change: impl FnOnce(&mut OpenidRequest)) -> &'static str {
    let mut request = OpenidRequest::default();
    change(&mut request);
    request.read(&uris(), &policy()).unwrap_err().member
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn what_is_left_out_has_the_defaults_of_the_specification() {
    let metadata = OpenidRequest::default().read(&uris(), &policy()).unwrap();
    assert_eq!(metadata, OpenidMetadata::default());
    let written = serde_json::to_value(&metadata).unwrap();
    assert_eq!(written, json!({"subject_type": "public", "id_token_signed_response_alg": "RS256"}));
    assert_eq!(serde_json::from_value::<OpenidMetadata>(written).unwrap(), metadata);
}

#[test]
fn each_member_that_cannot_be_registered_is_named() {
    // 3rd_party-init-login-nohttps of the conformance suite
    assert_eq!(refused(|r| r.initiate_login_uri = text("http://app.example.org/login")), "initiate_login_uri");
    assert_eq!(refused(|r| r.logo_uri = text("javascript:x")), "logo_uri");
    assert_eq!(refused(|r| r.jwks_uri = text("http://app.example.org/jwks")), "jwks_uri");
    assert_eq!(refused(|r| r.jwks_uri = text("https://u:p@app.example.org/jwks")), "jwks_uri");
    assert_eq!(refused(|r| r.subject_type = text("private")), "subject_type");
    assert_eq!(refused(|r| r.sector_identifier_uri = text("http://a.example")), "sector_identifier_uri");
    assert_eq!(refused(|r| r.id_token_signed_response_alg = text("none")), "id_token_signed_response_alg");
    assert_eq!(refused(|r| r.id_token_signed_response_alg = text("HS256")), "id_token_signed_response_alg");
    assert_eq!(refused(|r| r.userinfo_signed_response_alg = text("none")), "userinfo_signed_response_alg");
    assert_eq!(refused(|r| r.request_object_signing_alg = text("none")), "request_object_signing_alg");
    assert_eq!(refused(|r| r.token_endpoint_auth_signing_alg = text("HS1")), "token_endpoint_auth_signing_alg");
    assert_eq!(refused(|r| r.request_uris = Some(vec!["file:///x".to_owned()])), "request_uris");
    assert_eq!(refused(|r| r.default_max_age = Some(-1)), "default_max_age");
    assert_eq!(refused(|r| r.default_acr_values = Some(vec![String::new()])), "default_acr_values");
    assert_eq!(refused(|r| r.backchannel_logout_uri = text("https://a.example/#x")), "backchannel_logout_uri");
    for uri in ["https://a.example/out", "http://app.example.org/out", "https://app.example.org:8443/out"] {
        assert_eq!(refused(|r| r.frontchannel_logout_uri = text(uri)), "frontchannel_logout_uri", "{uri}");
    }
    assert_eq!(refused(|r| r.frontchannel_logout_uri = text("https://app.example.org/#x")), "frontchannel_logout_uri");
    assert_eq!(refused(|r| r.jwks = Some(json!({"keys": []}))), "jwks");
    assert_eq!(refused(|r| r.jwks = Some(json!({"keys": [{"kty": "EC", "d": "x"}]}))), "jwks");
    assert_eq!(refused(|r| r.jwks = Some(json!({"keys": [{"kty": "oct", "k": "x"}]}))), "jwks");
    let both = |r: &mut OpenidRequest| {
        r.jwks = Some(json!({"keys": [{"kty": "EC"}]}));
        r.jwks_uri = text("https://app.example.org/jwks");
    };
    assert_eq!(refused(both), "jwks");
}

// OpenID Connect Core §8.1
#[test]
fn pairwise_subjects_of_several_hosts_need_a_sector() {
    let several = [uris(), vec![RedirectUri::parse("https://b.example.org/cb").unwrap()]].concat();
    let mut request = OpenidRequest { subject_type: text("pairwise"), ..OpenidRequest::default() };
    assert!(request.read(&uris(), &policy()).is_ok());
    assert_eq!(request.read(&several, &policy()).unwrap_err().member, "sector_identifier_uri");
    request.sector_identifier_uri = text("https://app.example.org/sector.json");
    assert_eq!(request.read(&several, &policy()).unwrap().subject_type, SubjectType::Pairwise);
}

// OpenID Connect Registration §5
#[test]
fn the_document_of_a_sector_lists_each_redirect_uri() {
    let mine = ["https://a.example/cb".to_owned(), "https://b.example/cb".to_owned()];
    let all = json!(["https://b.example/cb", "https://a.example/cb", "https://c.example/cb"]);
    assert!(sector_lists(Some(&all), &mine, &[]).is_ok());
    for document in [
        json!([]),
        json!(["https://a.example/cb"]),
        json!(["https://c.example", "https://d.example"]),
        json!({"redirect_uris": mine}),
        json!("x"),
    ] {
        let refusal = sector_lists(Some(&document), &mine, &[]).unwrap_err();
        assert_eq!(refusal.member, "sector_identifier_uri", "{document}");
    }
    assert!(sector_lists(None, &mine, &[]).is_err());
    // A client that learns about people without a redirect must itself be in the document.
    let named = json!(["https://a.example/cb", "https://b.example/cb", "television"]);
    assert!(sector_lists(Some(&named), &mine, &["television"]).is_ok());
    assert!(
        sector_lists(Some(&all), &mine, &["television"]).is_err() && sector_lists(Some(&all), &[], &["tv"]).is_err()
    );
    let mut request = OpenidRequest { sector_identifier_uri: text("https://a.example/s"), ..OpenidRequest::default() };
    assert_eq!(names_sector(&request), None);
    request.subject_type = text("pairwise");
    assert_eq!(names_sector(&request), Some("https://a.example/s"));
}

#[test]
fn the_algorithm_of_an_assertion_is_read_as_it_is_written() {
    for name in ["HS256", "RS256", "ES256"] {
        let request = OpenidRequest { token_endpoint_auth_signing_alg: text(name), ..OpenidRequest::default() };
        let metadata = request.read(&uris(), &policy()).unwrap();
        let written = serde_json::to_value(&metadata).unwrap();
        assert_eq!(written["token_endpoint_auth_signing_alg"], name);
        assert_eq!(serde_json::from_value::<OpenidMetadata>(written).unwrap(), metadata);
    }
}

#[test]
fn what_is_registered_is_bounded_and_the_bound_itself_can_be() {
    let read = |change: &dyn Fn(&mut OpenidRequest)| {
        let mut request = OpenidRequest::default();
        change(&mut request);
        request.read(&uris(), &policy()).map_err(|refusal| refusal.member)
    };
    let keys = |count: usize| read(&|r| r.jwks = Some(json!({"keys": vec![json!({"kty": "EC"}); count]})));
    assert!(keys(1).is_ok() && keys(MOST_KEYS).is_ok());
    for count in [0, MOST_KEYS + 1, MOST_KEYS + 2] {
        assert_eq!(keys(count).unwrap_err(), "jwks", "{count} keys");
    }
    let addresses =
        |count: usize| read(&|r| r.request_uris = Some(vec!["https://app.example.org/r".to_owned(); count]));
    assert!(addresses(MOST_REQUEST_URIS).is_ok());
    for count in [MOST_REQUEST_URIS + 1, MOST_REQUEST_URIS + 2] {
        assert_eq!(addresses(count).unwrap_err(), "request_uris", "{count} addresses");
    }
    let acr = |count: usize, value: &str| read(&|r| r.default_acr_values = Some(vec![value.to_owned(); count]));
    assert!(acr(8, &"a".repeat(64)).is_ok());
    for (count, value) in [(9, "a"), (10, "a"), (1, ""), (1, "a b"), (1, &"a".repeat(65)), (1, &"a".repeat(66))] {
        assert_eq!(acr(count, value).unwrap_err(), "default_acr_values", "{count} times {value:?}");
    }
}

// RFC 7517 §9.2
#[test]
fn a_private_key_is_refused_with_the_advice_to_use_another_one() {
    let refusal = |keys: Value| {
        let request = OpenidRequest { jwks: Some(json!({ "keys": keys })), ..OpenidRequest::default() };
        request.read(&uris(), &policy()).unwrap_err().description
    };
    for part in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        let description = refusal(json!([{"kty": "EC"}, {"kty": "RSA", part: "x"}]));
        assert!(description.contains("replace that key"), "{part}: {description}");
    }
    for keys in [json!([]), json!(["x"]), json!([{"kty": "EC"}, null])] {
        let description = refusal(keys);
        assert!(description.contains("must contain 1 to 5 keys"), "{description}");
    }
}
