use super::*;
use crate::{
    entropy::Entropy,
    oauth::{
        authorization_request::tests::request,
        client::Client,
        client_authentication::{
            PresentedCredentials,
            tests::{client, public_client},
        },
        grant::{ActivePerson, SubjectStatus, tests::identity},
        parameters::Parameters,
    },
};
use time::macros::datetime;

// RFC 7636 appendix B
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn code() -> IssuedCode {
    let authentication = Authentication { auth_time: NOW, amr: vec!["pwd".to_owned()], sid: "session".to_owned() };
    let scope = Scope::parse("openid").unwrap();
    let agreement = Agreement {
        subject: Subject::new("usr_alice"),
        scope,
        authentication,
        nonce: None,
        claims: NamedClaims::default(),
    };
    IssuedCode::issue(agreement, request(), Duration::seconds(60), NOW)
}

fn authenticated(client: Client) -> AuthenticatedClient {
    let form = Parameters::parse(&format!("client_id={}&client_secret=older", client.client_id)).unwrap();
    PresentedCredentials::find(None, &form).unwrap().authenticate(Some(client)).unwrap()
}

fn active() -> IssuanceContext {
    IssuanceContext { person: SubjectStatus::Active(ActivePerson::default()) }
}

fn redeem_as(
    code: &IssuedCode,
    (redirect_uri, verifier): (Option<&str>, Option<&str>),
    now: OffsetDateTime,
) -> Result<Redemption, TokenError> {
    let client = authenticated(client());
    let request =
        CodeRequest { client: &client, redirect_uri, code_verifier: verifier.map(Secret::new), resources: Vec::new() };
    redeem(code, &request, &active(), now)
}

const RIGHT: (Option<&str>, Option<&str>) = (Some("https://app.example.org/cb"), Some(VERIFIER));

#[test]
fn a_code_is_redeemed_for_what_was_agreed() {
    let redemption = redeem_as(&code(), RIGHT, NOW).unwrap();
    let grant = redemption.grant(identity(), Duration::HOUR, NOW);
    let issuance = redemption.issuance(&grant);
    assert_eq!(issuance.scope(), &Scope::parse("openid").unwrap());
    assert_eq!(issuance.subject().as_str(), "usr_alice");
}

// RFC 6749 §4.1.2
#[test]
fn a_code_is_redeemed_once_and_its_second_use_ends_the_grant() {
    let redemption = redeem_as(&code(), RIGHT, NOW).unwrap();
    let grant = redemption.grant(identity(), Duration::HOUR, NOW);
    let spent = redemption.spent(&grant.id);
    let refusal = redeem_as(&spent, RIGHT, NOW).unwrap_err();
    assert_eq!(refusal, TokenError::CodeSpent);
    assert_eq!(spent.consequence(&refusal), Consequence::EndGrant(grant.id));
}

#[test]
fn a_code_is_worthless_at_the_instant_when_it_expires() {
    let last = code().expires_at - Duration::nanoseconds(1);
    assert!(redeem_as(&code(), RIGHT, last).is_ok());
    assert_eq!(redeem_as(&code(), RIGHT, code().expires_at).unwrap_err(), TokenError::CodeExpired);
}

// RFC 6749 §4.1.3
#[test]
fn the_redirect_uri_is_the_one_that_was_sent() {
    for wrong in [None, Some("https://app.example.org/cb/"), Some("https://app.example.org/other")] {
        let refusal = redeem_as(&code(), (wrong, RIGHT.1), NOW).unwrap_err();
        assert_eq!(refusal, TokenError::RedirectUriMismatch, "{wrong:?}");
        assert_eq!(code().consequence(&refusal), Consequence::Burn);
    }
    let unsent = IssuedCode { redirect_uri_was_sent: false, ..code() };
    assert!(redeem_as(&unsent, (None, RIGHT.1), NOW).is_ok());
}

// RFC 7636 §4.6 and RFC 9700 §4.8.2
#[test]
fn the_verifier_answers_the_challenge_and_nothing_else() {
    for wrong in [None, Some("short"), Some("aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")] {
        let refusal = redeem_as(&code(), (RIGHT.0, wrong), NOW).unwrap_err();
        assert_eq!(refusal, TokenError::VerifierMismatch, "{wrong:?}");
        assert_eq!(code().consequence(&refusal), Consequence::Burn);
    }
    let unchallenged = IssuedCode { code_challenge: None, ..code() };
    assert_eq!(redeem_as(&unchallenged, RIGHT, NOW).unwrap_err(), TokenError::VerifierMismatch);
    assert!(redeem_as(&unchallenged, (RIGHT.0, None), NOW).is_ok());
    // The client has become public since then, so nothing binds the code to it.
    let public = public_client();
    let form = Parameters::parse("client_id=orders").unwrap();
    let public = PresentedCredentials::find(None, &form).unwrap().authenticate(Some(public)).unwrap();
    let request = CodeRequest { client: &public, redirect_uri: RIGHT.0, code_verifier: None, resources: Vec::new() };
    assert_eq!(redeem(&unchallenged, &request, &active(), NOW).unwrap_err(), TokenError::VerifierMismatch);
}

// RFC 8707 §2.2
#[test]
fn the_resource_is_one_that_was_granted() {
    let client = authenticated(client());
    let for_resource = |resource| {
        let (redirect_uri, verifier) = RIGHT;
        let code_verifier = verifier.map(Secret::new);
        let request = CodeRequest { client: &client, redirect_uri, code_verifier, resources: vec![resource] };
        redeem(&code(), &request, &active(), NOW).map(|_| ())
    };
    assert_eq!(for_resource("https://orders.example.org"), Ok(()));
    assert_eq!(for_resource("https://stock.example.org"), Err(TokenError::InvalidTarget));
}

#[test]
fn a_code_of_another_client_is_refused_before_its_state_is_looked_at() {
    let spent = IssuedCode { state: CodeState::Redeemed(GrantId::generate(Entropy::system())), ..code() };
    for code in [code(), spent] {
        let mut other = client();
        other.client_id = ClientId::parse("other").unwrap();
        let other = authenticated(other);
        let request = CodeRequest {
            client: &other,
            redirect_uri: RIGHT.0,
            code_verifier: RIGHT.1.map(Secret::new),
            resources: Vec::new(),
        };
        let refusal = redeem(&code, &request, &active(), NOW).unwrap_err();
        assert_eq!(refusal, TokenError::CodeOfAnotherClient);
        assert!(!matches!(code.consequence(&refusal), Consequence::EndGrant(_)));
    }
}

#[test]
fn a_code_dies_with_the_person_with_the_password_and_with_the_consent() {
    let client = authenticated(client());
    let request = CodeRequest {
        client: &client,
        redirect_uri: RIGHT.0,
        code_verifier: RIGHT.1.map(Secret::new),
        resources: Vec::new(),
    };
    let changed_at = Some(NOW + Duration::SECOND);
    let changed = ActivePerson { password_changed_at: changed_at, ..ActivePerson::default() };
    let disconnected = ActivePerson { disconnected_at: changed_at, ..ActivePerson::default() };
    for person in [SubjectStatus::Inactive, SubjectStatus::Active(changed), SubjectStatus::Active(disconnected)] {
        let issuance_context = IssuanceContext { person };
        assert_eq!(redeem(&code(), &request, &issuance_context, NOW).unwrap_err(), TokenError::GrantEnded);
    }
    assert!(redeem(&code(), &request, &active(), NOW).is_ok());
}

// RFC 8707 §2.2
#[test]
fn the_tokens_are_for_what_the_token_request_names_and_the_grant_for_all_that_was_agreed() {
    let client = authenticated(client());
    let (redirect_uri, verifier) = RIGHT;
    let code_verifier = verifier.map(Secret::new);
    let resources = vec!["https://orders.example.org"];
    let request = CodeRequest { client: &client, redirect_uri, code_verifier, resources };
    let code = IssuedCode { nonce: Some("n".to_owned()), ..code() };
    let redemption = redeem(&code, &request, &active(), NOW).unwrap();
    assert_eq!((redemption.audience(), redemption.nonce()), (&code.audience, Some("n")));
    let grant = redemption.grant(identity(), Duration::HOUR, NOW);
    assert_eq!((&grant.audience, grant.expires_at), (&code.audience, Some(NOW + Duration::HOUR)));
    assert_eq!(redemption.issuance(&grant).audience().to_claim(), "https://orders.example.org");
    assert_ne!(code.audience.to_claim(), "https://orders.example.org");
}
