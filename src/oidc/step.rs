//! What comes next in a login: the whole choreography of `prompt`, `max_age` and `id_token_hint` as one pure function,
//! [OpenID Connect Core §3.1.2.3](https://openid.net/specs/openid-connect-core-1_0.html#Authenticates) and the following.
//!
//! The pages only report back; they do not know what comes next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{authentication_request::AuthenticationRequest, claims::scope_of};
use crate::oauth::{
    access_token::Authentication, authorization_code::Agreement, authorization_error::AuthorizationError,
    client::Client, named_claims::NamedClaims, refresh_token::OFFLINE_ACCESS, scope::Scope, subject::Subject,
};

/// Everything that the answer depends on, besides the time.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the client asks for.
    pub request: &'a AuthenticationRequest,
    /// The client.
    pub client: &'a Client,
    /// When this request came in: what was done since then was done for it.
    pub started_at: OffsetDateTime,
    /// Who is signed in.
    pub signed_in: Option<&'a SignedIn>,
    /// As whom the client knows that person: by a subject that may be its own.
    pub known_as: Option<&'a Subject>,
    /// What that person has agreed to before.
    pub remembered: Option<&'a Consent>,
    /// When the person's refresh schedule for the client last asked for a new login.
    pub scheduled_end_at: Option<OffsetDateTime>,
    /// What the person said on the consent page of this request.
    pub decision: Option<&'a Decision>,
}

/// A person who is signed in, and may be.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub subject: Subject,
    /// How and when the person signed in.
    pub authentication: Authentication,
    /// Whether the person may manage others.
    pub is_administrator: bool,
    /// The groups that the person is in.
    pub groups: Vec<String>,
}

/// What a person has agreed to, as it is remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consent {
    /// To what.
    pub scope: Scope,
    /// To the telling of which claims beside those that the scope asks for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub claims: BTreeSet<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub granted_at: OffsetDateTime,
    /// When the person last disconnected the client.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<OffsetDateTime>,
}

impl Consent {
    /// Whether it still counts for `wanted`.
    #[must_use]
    pub fn covers(&self, wanted: &Wanted) -> bool {
        let is_told = |name: &String| {
            self.claims.contains(name) || scope_of(name).is_some_and(|token| self.scope.contains(token))
        };
        self.withdrawn_at.is_none_or(|at| at < self.granted_at)
            && self.scope.covers(&wanted.scope)
            && wanted.claims.iter().all(is_told)
    }
}

/// What a person is asked to agree to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What the client may do.
    pub scope: Scope,
    /// What it is told beside the claims that the scope asks for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub claims: BTreeSet<String>,
}

impl Wanted {
    /// The same without the claims that the scope asks for anyway.
    #[must_use]
    pub fn beyond_scope(mut self) -> Self {
        let scope = &self.scope;
        self.claims.retain(|name| scope_of(name).is_none_or(|token| !scope.contains(token)));
        self
    }
}

/// What a person said on the consent page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes: who said it, and to what.
    Allowed {
        /// The person.
        subject: Subject,
        /// What the page listed.
        wanted: Wanted,
    },
    /// No.
    Denied,
}

/// What comes next.
#[derive(Clone, Debug)]
pub enum Step {
    /// The person has to sign in.
    Login,
    /// The person has to agree to this.
    Consent(Wanted),
    /// A code can be issued.
    Issue(Agreement),
    /// The client is told why not.
    Refuse(AuthorizationError),
}

/// Decides what comes next at `now`.
#[must_use]
pub fn next_step(question: &Question<'_>, now: OffsetDateTime) -> Step {
    let request = question.request;
    if question.decision == Some(&Decision::Denied) {
        return Step::Refuse(AuthorizationError::AccessDenied);
    }
    // §3.1.2.1: "If the End-User identified by the ID Token is logged in or is logged in by the request, then the
    // Authorization Server returns a positive response; otherwise, it MUST return an error, such as login_required."
    let has_signed_in_for_this =
        question.signed_in.is_some_and(|one| one.authentication.auth_time >= question.started_at);
    if has_signed_in_for_this && !is_who_is_asked_for(request, question.known_as) {
        return Step::Refuse(AuthorizationError::LoginRequired);
    }
    let Some(signed_in) = question.signed_in.filter(|signed_in| is_recent_enough(question, signed_in, now)) else {
        return if request.prompt.none { Step::Refuse(AuthorizationError::LoginRequired) } else { Step::Login };
    };
    // Some clients are for the members of some groups only.
    if !question.client.admits(signed_in.groups.iter().map(String::as_str)) || question.client.is_disabled {
        return Step::Refuse(AuthorizationError::AccessDenied);
    }
    let scope = grantable(question, signed_in);
    let claims = tellable(question, &scope);
    // Nothing of what was asked for may be given to this person.
    if scope.is_empty() && !request.authorization.scope.is_empty() {
        return Step::Refuse(AuthorizationError::AccessDenied);
    }
    let wanted = Wanted { claims: claims.names(), scope }.beyond_scope();
    if !has_agreed(question, signed_in, &wanted) {
        return if request.prompt.none {
            Step::Refuse(AuthorizationError::ConsentRequired)
        } else {
            Step::Consent(wanted)
        };
    }
    Step::Issue(Agreement {
        subject: signed_in.subject.clone(),
        scope: wanted.scope,
        authentication: signed_in.authentication.clone(),
        nonce: request.nonce.clone(),
        claims,
    })
}

/// Whether the person need not sign in (again). A login since the request came in satisfies every demand.
fn is_recent_enough(question: &Question<'_>, signed_in: &SignedIn, now: OffsetDateTime) -> bool {
    let request = question.request;
    if !is_who_is_asked_for(request, question.known_as) {
        return false;
    }
    let auth_time = signed_in.authentication.auth_time;
    if auth_time >= question.started_at {
        return true;
    }
    let must_again = request.prompt.login || request.prompt.select_account;
    let too_long_ago = request.max_age.is_some_and(|max_age| now - auth_time > max_age);
    let has_ended = question.scheduled_end_at.is_some_and(|at| auth_time <= at);
    !must_again && !too_long_ago && !has_ended
}

/// Whether a person who is signed in and comes to the login page all the same is asked to confirm that it is still them,
/// rather than to choose another account. `known_as` is whom the client knows them as.
#[must_use]
pub fn asks_again(request: &AuthenticationRequest, known_as: &Subject) -> bool {
    !request.prompt.select_account && is_who_is_asked_for(request, Some(known_as))
}

/// Whether the person who is signed in is the one whom `id_token_hint` and the `sub` of `claims` name, if they name one.
/// §3.1.2.2: the server "MUST NOT reply with an ID Token or Access Token for a different user, even if they have an active
/// session".
fn is_who_is_asked_for(request: &AuthenticationRequest, known_as: Option<&Subject>) -> bool {
    let known_as = known_as.map(Subject::as_str).unwrap_or_default();
    let hinted = request.hinted_subject.as_ref().is_none_or(|hinted| hinted.as_str() == known_as);
    let subjects = &request.claims.subjects;
    hinted && (subjects.is_empty() || subjects.iter().any(|subject| subject == known_as))
}

/// Whether the person has agreed to what is `wanted`: on the page of this request, or before if that may count.
fn has_agreed(question: &Question<'_>, signed_in: &SignedIn, wanted: &Wanted) -> bool {
    if let Some(Decision::Allowed { subject, wanted: allowed }) = question.decision
        && *subject == signed_in.subject
        && allowed.scope.covers(&wanted.scope)
        && wanted.claims.is_subset(&allowed.claims)
    {
        return true;
    }
    let may_count = question.client.may_skip_consent() && !question.request.prompt.consent;
    may_count && question.remembered.is_some_and(|consent| consent.covers(wanted))
}

/// What of the requested scope this person can give this client. Offline access is for codes alone (§11): the server
/// "MUST ignore the `offline_access` request unless the Client is using a `response_type` value that would result in an
/// Authorization Code being returned".
fn grantable(question: &Question<'_>, signed_in: &SignedIn) -> Scope {
    let request = &question.request.authorization;
    let has_code = request.response_type.has_code();
    let scope = question.client.grantable(&request.scope, signed_in.is_administrator);
    scope.filter(|token| has_code || token != OFFLINE_ACCESS)
}

/// What of the claims that are asked for by name the client may be told: those that a scope would ask for that it is
/// registered for, so that what an administrator has withheld from it cannot be had by another way; and nothing without
/// `openid`.
fn tellable(question: &Question<'_>, granted: &Scope) -> NamedClaims {
    let registered = &question.client.metadata.scope;
    let is_tellable = |name: &str| scope_of(name).is_some_and(|token| registered.contains(token));
    question.request.claims.named.filter(|name| granted.contains("openid") && is_tellable(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        authorization_request::tests::request as authorization,
        client::GrantType,
        client_authentication::tests::{client, public_client},
        openid_metadata::OpenidMetadata,
        parameters::Parameters,
    };
    use time::{Duration, macros::datetime};

    const NOW: OffsetDateTime = datetime!(2030-01-01 12:00 UTC);

    /// One situation. The usual one: a request that came in a second ago, a person who signed in an hour ago, and an
    /// earlier agreement to everything that is asked for.
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
            known_as: signed_in.as_ref().map(|signed_in| &signed_in.subject),
            remembered: remembered.as_ref(),
            scheduled_end_at: situation.ended_ago.map(|ago| NOW - ago),
            decision: situation.decision.as_ref(),
        };
        match next_step(&question, NOW) {
            Step::Login => "login".to_owned(),
            Step::Consent(wanted) => format!("consent to {}{}", wanted.scope, listed(wanted.claims)),
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
        let nobody = || Situation { signed_in_ago: None, ..usual() };
        assert_eq!(outcome(nobody()), "login");
        assert_eq!(outcome(Situation { parameters: "prompt=none", ..nobody() }), "login_required");
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
    fn who_is_asked_for_again_is_asked_to_confirm_and_whoever_chooses_is_not() {
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
        assert_eq!(outcome(restricted_to("admins")), "access_denied");
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
}
