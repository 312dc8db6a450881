use super::*;
use crate::oauth::{
    authorization_request::{AuthorizationRequest, tests::request as authorization},
    client::{GrantType, ResponseType},
    client_authentication::tests::{client, public_client},
    openid_metadata::OpenidMetadata,
    parameters::Parameters,
};
use time::{Duration, macros::datetime};

const NOW: OffsetDateTime = datetime!(2030-01-01 12:00 UTC);

/// A situation. By default the request was received a second ago, the person signed in an hour ago, and a stored
/// consent covers everything requested.
struct Situation {
    parameters: &'static str,
    client: Client,
    signed_in_ago: Option<Duration>,
    is_administrator: bool,
    remembered: Option<&'static str>,
    remembered_claims: &'static [&'static str],
    ended_ago: Option<Duration>,
    decision: Option<Decision>,
    hinted: Option<&'static str>,
    scope: &'static str,
}

fn usual() -> Situation {
    Situation {
        parameters: "",
        client: client(),
        signed_in_ago: Some(Duration::HOUR),
        is_administrator: false,
        remembered: Some("openid orders:read"),
        remembered_claims: &[],
        ended_ago: None,
        decision: None,
        hinted: None,
        scope: "openid orders:read",
    }
}

fn outcome(situation: Situation) -> String {
    let parameters = Parameters::parse(situation.parameters).unwrap();
    let mut authorization = authorization();
    authorization.scope = Scope::parse(situation.scope).unwrap();
    let hinted = situation.hinted.map(Subject::new);
    let registered = OpenidMetadata::default();
    let request = AuthenticationRequest::read(authorization, &parameters, &registered, hinted).unwrap();
    let signed_in = situation.signed_in_ago.map(|ago| SignedIn {
        subject: Subject::new("usr_a"),
        authentication: Authentication { auth_time: NOW - ago, amr: vec!["pwd".into()], sid: "s".into() },
        is_administrator: situation.is_administrator,
        groups: vec!["staff".to_owned()],
    });
    let remembered = situation.remembered.map(|scope| Consent {
        scope: Scope::parse(scope).unwrap(),
        claims: names(situation.remembered_claims),
        granted_at: NOW,
        withdrawn_at: None,
    });
    let question = Question {
        request: &request,
        client: &situation.client,
        started_at: NOW - Duration::SECOND,
        signed_in: signed_in.as_ref(),
        client_subject: signed_in.as_ref().map(|signed_in| &signed_in.subject),
        remembered: remembered.as_ref(),
        scheduled_end_at: situation.ended_ago.map(|ago| NOW - ago),
        decision: situation.decision.as_ref(),
    };
    match next_step(&question, NOW) {
        Step::Login => "login".to_owned(),
        Step::Consent(wanted) => format!("consent to {}{}", wanted.scope, listed(wanted.claims)),
        Step::NotAdmitted => "not admitted".to_owned(),
        Step::Issue(agreement) => format!("issue {}{}", agreement.scope, listed(agreement.claims.names())),
        Step::Refuse(error) => error.code().to_owned(),
    }
}

fn allowed(subject: &str, scope: &str) -> Option<Decision> {
    let wanted = Wanted { scope: Scope::parse(scope).unwrap(), claims: BTreeSet::new() };
    Some(Decision::Allowed { subject: Subject::new(subject), wanted })
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn listed(names: BTreeSet<String>) -> String {
    names.into_iter().map(|name| format!(" +{name}")).collect()
}

#[test]
fn who_is_signed_in_and_has_agreed_sees_no_page() {
    assert_eq!(outcome(usual()), "issue openid orders:read");
    assert_eq!(outcome(Situation { parameters: "prompt=none", ..usual() }), "issue openid orders:read");
}

#[test]
fn who_is_not_signed_in_signs_in() {
    let no_one = || Situation { signed_in_ago: None, ..usual() };
    assert_eq!(outcome(no_one()), "login");
    assert_eq!(outcome(Situation { parameters: "prompt=none", ..no_one() }), "login_required");
}

#[test]
fn who_signed_in_before_the_schedule_asked_for_it_signs_in_again() {
    let after = |ended_ago| Situation { ended_ago: Some(ended_ago), ..usual() };
    assert_eq!(outcome(after(Duration::HOUR + Duration::SECOND)), "issue openid orders:read");
    assert_eq!(outcome(after(Duration::HOUR)), "login");
    assert_eq!(outcome(Situation { parameters: "prompt=none", ..after(Duration::MINUTE) }), "login_required");
    let again = Situation { signed_in_ago: Some(Duration::SECOND), ..after(Duration::ZERO) };
    assert_eq!(outcome(again), "issue openid orders:read");
}

#[test]
fn who_has_not_agreed_to_all_of_it_is_asked() {
    for remembered in [None, Some("openid")] {
        let asked = || Situation { remembered, ..usual() };
        assert_eq!(outcome(asked()), "consent to openid orders:read");
        assert_eq!(outcome(Situation { parameters: "prompt=none", ..asked() }), "consent_required");
    }
}

// §3.1.2.1
#[test]
fn prompt_login_and_select_account_ask_for_a_login_made_for_this_request() {
    for parameters in ["prompt=login", "prompt=select_account"] {
        assert_eq!(outcome(Situation { parameters, ..usual() }), "login");
        let since = Some(Duration::SECOND);
        let outcome = outcome(Situation { parameters, signed_in_ago: since, ..usual() });
        assert_eq!(outcome, "issue openid orders:read");
    }
}

#[test]
fn prompt_consent_asks_even_who_has_agreed() {
    let asked = || Situation { parameters: "prompt=consent", ..usual() };
    assert_eq!(outcome(asked()), "consent to openid orders:read");
    let decision = allowed("usr_a", "openid orders:read");
    assert_eq!(outcome(Situation { decision, ..asked() }), "issue openid orders:read");
}

// §3.1.2.1
#[test]
fn max_age_asks_for_a_login_that_is_recent_enough() {
    for (parameters, expected) in [
        ("max_age=3600", "issue openid orders:read"),
        ("max_age=3599", "login"),
        ("max_age=0", "login"),
        ("max_age=3599&prompt=none", "login_required"),
    ] {
        assert_eq!(outcome(Situation { parameters, ..usual() }), expected, "{parameters}");
    }
    let since = Some(Duration::milliseconds(1));
    let outcome = outcome(Situation { parameters: "max_age=0", signed_in_ago: since, ..usual() });
    assert_eq!(outcome, "issue openid orders:read");
}

#[test]
fn id_token_hint_names_the_only_person_who_will_do() {
    assert_eq!(outcome(Situation { hinted: Some("usr_a"), ..usual() }), "issue openid orders:read");
    assert_eq!(outcome(Situation { hinted: Some("usr_b"), ..usual() }), "login");
    let silent = Situation { hinted: Some("usr_b"), parameters: "prompt=none", ..usual() };
    assert_eq!(outcome(silent), "login_required");
    let since = Some(Duration::SECOND);
    let other = Situation { hinted: Some("usr_b"), signed_in_ago: since, ..usual() };
    assert_eq!(outcome(other), "login_required");
}

#[test]
fn who_is_asked_for_again_is_asked_to_confirm_and_one_who_chooses_is_not() {
    let again = |encoded: &str, hinted: Option<&str>| {
        let parameters = Parameters::parse(encoded).unwrap();
        let registered = OpenidMetadata::default();
        let hinted = hinted.map(Subject::new);
        let request = AuthenticationRequest::read(authorization(), &parameters, &registered, hinted).unwrap();
        asks_again(&request, &Subject::new("usr_a"))
    };
    assert!(again("prompt=login", None) && again("max_age=0", Some("usr_a")));
    assert!(!again("prompt=login+select_account", None) && !again("prompt=login", Some("usr_b")));
}

// §3.1.2.2
#[test]
fn sub_with_a_value_names_the_only_person_who_will_do() {
    let of = |parameters| Situation { parameters, ..usual() };
    let a = "claims=%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22usr_a%22%7D%7D%7D";
    let b = "claims=%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22usr_b%22%7D%7D%7D";
    assert_eq!(outcome(of(a)), "issue openid orders:read");
    assert_eq!(outcome(of(b)), "login");
    assert_eq!(outcome(Situation { signed_in_ago: Some(Duration::SECOND), ..of(b) }), "login_required");
}

// §5.5
#[test]
fn a_claim_that_is_asked_for_by_name_is_agreed_to_unless_the_scope_asks_for_it() {
    let named = || Situation { parameters: "claims=%7B%22userinfo%22%3A%7B%22email%22%3Anull%7D%7D", ..usual() };
    let registered = |scope: &str| {
        let mut client = client();
        client.metadata.scope = Scope::parse(scope).unwrap();
        client
    };
    let withheld = Situation { client: registered("openid orders:read"), ..named() };
    assert_eq!(outcome(withheld), "issue openid orders:read");
    let named = || Situation { client: registered("openid email orders:read"), ..named() };
    assert_eq!(outcome(named()), "consent to openid orders:read +email");
    assert_eq!(outcome(Situation { remembered_claims: &["email"], ..named() }), "issue openid orders:read +email");
    let by_scope = Some("openid orders:read email");
    assert_eq!(outcome(Situation { remembered: by_scope, ..named() }), "issue openid orders:read +email");
    let decision = allowed("usr_a", "openid orders:read");
    assert_eq!(outcome(Situation { decision, ..named() }), "consent to openid orders:read +email");
    let plain = Situation { scope: "orders:read", ..named() };
    assert_eq!(outcome(plain), "issue orders:read");
    let scope = Situation { scope: "openid email", remembered: by_scope, ..named() };
    assert_eq!(outcome(scope), "issue email openid +email");
}

#[test]
fn a_decision_counts_for_the_person_and_the_scope_that_it_was_made_for() {
    for (decision, expected) in [
        (allowed("usr_a", "openid orders:read"), "issue openid orders:read"),
        (allowed("usr_b", "openid orders:read"), "consent to openid orders:read"),
        (allowed("usr_a", "openid"), "consent to openid orders:read"),
        (Some(Decision::Denied), "access_denied"),
    ] {
        assert_eq!(outcome(Situation { decision, remembered: None, ..usual() }), expected);
    }
}

// RFC 8252 §8.6
#[test]
fn a_public_client_without_a_claimed_address_asks_each_time() {
    let mut native = public_client();
    assert_eq!(outcome(Situation { client: native.clone(), ..usual() }), "issue openid orders:read");
    native.metadata.redirect_uris =
        vec![crate::oauth::redirect_uri::RedirectUri::parse("org.example.app:/cb").unwrap()];
    assert_eq!(outcome(Situation { client: native, ..usual() }), "consent to openid orders:read");
}

// OpenID Connect Core §11
#[test]
fn offline_access_is_for_clients_with_refresh_tokens_and_is_asked_for() {
    let asking = || Situation { scope: "openid offline_access", ..usual() };
    assert_eq!(outcome(asking()), "issue openid");
    let mut refreshing = client();
    refreshing.metadata.grant_types.push(GrantType::RefreshToken);
    let refreshing = Situation { client: refreshing, ..asking() };
    assert_eq!(outcome(refreshing), "consent to offline_access openid");
}

#[test]
fn a_client_for_some_groups_is_refused_to_others() {
    let restricted_to = |group: &str| {
        let mut client = client();
        client.metadata.allowed_groups = vec![group.to_owned()];
        Situation { client, ..usual() }
    };
    assert_eq!(outcome(restricted_to("staff")), "issue openid orders:read");
    assert_eq!(outcome(restricted_to("admins")), "not admitted");
    let silently = || Situation { parameters: "prompt=none", ..restricted_to("admins") };
    assert_eq!(outcome(silently()), "access_denied");
    assert_eq!(outcome(Situation { decision: Some(Decision::Denied), ..restricted_to("admins") }), "access_denied");
    let error = AuthorizationError::NotAdmitted;
    assert!(error.description().contains("group"), "{}", error.description());
    assert_eq!(outcome(Situation { signed_in_ago: None, ..restricted_to("admins") }), "login");
    let disabled = Client { is_disabled: true, ..client() };
    assert_eq!(outcome(Situation { client: disabled, ..usual() }), "access_denied");
}

#[test]
fn scopes_to_manage_others_are_given_by_administrators_only() {
    let managing = || Situation { scope: "openid signet:clients signet:users", remembered: None, ..usual() };
    assert_eq!(outcome(managing()), "consent to openid signet:clients");
    let administrator = Situation { is_administrator: true, ..managing() };
    assert_eq!(outcome(administrator), "consent to openid signet:clients signet:users");
    assert_eq!(outcome(Situation { scope: "signet:admin", ..usual() }), "access_denied");
}

#[test]
fn a_consent_is_remembered_until_it_is_withdrawn_and_again_once_it_is_given_again() {
    for (withdrawn_at, is_remembered) in
        [(None, true), (Some(NOW - Duration::SECOND), true), (Some(NOW), false), (Some(NOW + Duration::SECOND), false)]
    {
        let scope = Scope::parse("openid").unwrap();
        let consent = Consent { scope: scope.clone(), claims: BTreeSet::new(), granted_at: NOW, withdrawn_at };
        assert_eq!(consent.is_remembered(), is_remembered, "{withdrawn_at:?}");
        let wanted = |scope| Wanted { scope, claims: BTreeSet::new() };
        assert_eq!(consent.covers(&wanted(scope)), is_remembered, "{withdrawn_at:?}");
        assert!(!consent.covers(&wanted(Scope::parse("openid email").unwrap())), "{withdrawn_at:?}");
    }
}

// OpenID Connect Core §11
#[test]
fn offline_access_is_ignored_where_no_code_is_returned() {
    let mut client = client();
    client.metadata.grant_types.push(GrantType::RefreshToken);
    client.metadata.scope = Scope::parse("openid offline_access").unwrap();
    let signed_in = SignedIn {
        subject: Subject::new("usr_a"),
        authentication: Authentication { auth_time: NOW, amr: Vec::new(), sid: "s".into() },
        is_administrator: false,
        groups: Vec::new(),
    };
    for (response_type, granted) in [
        (ResponseType::Code, "offline_access openid"),
        (ResponseType::CodeIdToken, "offline_access openid"),
        (ResponseType::IdToken, "openid"),
        (ResponseType::IdTokenToken, "openid"),
    ] {
        let scope = client.metadata.scope.clone();
        let authorization = AuthorizationRequest { response_type, scope, ..authorization() };
        let parameters = Parameters::parse("nonce=n").unwrap();
        let request =
            AuthenticationRequest::read(authorization, &parameters, &OpenidMetadata::default(), None).unwrap();
        let question = Question {
            request: &request,
            client: &client,
            started_at: NOW,
            signed_in: Some(&signed_in),
            client_subject: Some(&signed_in.subject),
            remembered: None,
            scheduled_end_at: None,
            decision: None,
        };
        assert_eq!(grantable(&question, &signed_in).to_string(), granted, "{response_type:?}");
    }
}
