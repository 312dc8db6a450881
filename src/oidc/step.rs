//! What comes next in a login: the whole choreography of `prompt`, `max_age` and `id_token_hint` as one pure function,
//! [OpenID Connect Core §3.1.2.3](https://openid.net/specs/openid-connect-core-1_0.html#Authenticates) and the following.
//!
//! The pages only report back; they do not know what comes next.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::authentication_request::AuthenticationRequest;
use crate::oauth::{
    access_token::Authentication, authorization_code::Agreement, authorization_error::AuthorizationError,
    client::Client, refresh_token::OFFLINE_ACCESS, scope::Scope, subject::Subject,
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
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub granted_at: OffsetDateTime,
    /// When the person last disconnected the client.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<OffsetDateTime>,
}

impl Consent {
    /// Whether it still counts for a request of `scope`.
    #[must_use]
    pub fn covers(&self, scope: &Scope) -> bool {
        self.withdrawn_at.is_none_or(|at| at < self.granted_at) && self.scope.covers(scope)
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
        scope: Scope,
    },
    /// No.
    Denied,
}

/// What comes next.
#[derive(Clone, Debug)]
pub enum Step {
    /// The person has to sign in.
    Login,
    /// The person has to agree to this scope.
    Consent(Scope),
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
    let Some(signed_in) = question.signed_in.filter(|signed_in| is_recent_enough(question, signed_in, now)) else {
        return if request.prompt.none { Step::Refuse(AuthorizationError::LoginRequired) } else { Step::Login };
    };
    // Some clients are for the members of some groups only.
    if !question.client.admits(signed_in.groups.iter().map(String::as_str)) || question.client.is_disabled {
        return Step::Refuse(AuthorizationError::AccessDenied);
    }
    let scope = grantable(question, signed_in);
    // Nothing of what was asked for may be given to this person.
    if scope.is_empty() && !request.authorization.scope.is_empty() {
        return Step::Refuse(AuthorizationError::AccessDenied);
    }
    if !has_agreed(question, signed_in, &scope) {
        return if request.prompt.none {
            Step::Refuse(AuthorizationError::ConsentRequired)
        } else {
            Step::Consent(scope)
        };
    }
    Step::Issue(Agreement {
        subject: signed_in.subject.clone(),
        scope,
        authentication: signed_in.authentication.clone(),
        nonce: request.nonce.clone(),
    })
}

/// Whether the person need not sign in (again). A login since the request came in satisfies every demand.
fn is_recent_enough(question: &Question<'_>, signed_in: &SignedIn, now: OffsetDateTime) -> bool {
    let request = question.request;
    // §3.1.2.1: "If the End-User identified by the ID Token is not already logged in or needs to be logged in again, …
    // a different one" must not be used in that person's place.
    if request.hinted_subject.as_ref().is_some_and(|hinted| *hinted != signed_in.subject) {
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

/// Whether the person has agreed to `scope`: on the page of this request, or before if that may count.
fn has_agreed(question: &Question<'_>, signed_in: &SignedIn, scope: &Scope) -> bool {
    if let Some(Decision::Allowed { subject, scope: allowed }) = question.decision
        && *subject == signed_in.subject
        && allowed.covers(scope)
    {
        return true;
    }
    let may_count = question.client.may_skip_consent() && !question.request.prompt.consent;
    may_count && question.remembered.is_some_and(|consent| consent.covers(scope))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        authorization_request::tests::request as authorization,
        client::GrantType,
        client_authentication::tests::{client, public_client},
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
        let request = AuthenticationRequest::read(authorization, &parameters, hinted).unwrap();
        let signed_in = situation.signed_in_ago.map(|ago| SignedIn {
            subject: Subject::new("usr_a"),
            authentication: Authentication { auth_time: NOW - ago, amr: vec!["pwd".into()], sid: "s".into() },
            is_administrator: situation.is_administrator,
            groups: vec!["staff".to_owned()],
        });
        let remembered = situation.remembered.map(|scope| Consent {
            scope: Scope::parse(scope).unwrap(),
            granted_at: NOW,
            withdrawn_at: None,
        });
        let question = Question {
            request: &request,
            client: &situation.client,
            started_at: NOW - Duration::SECOND,
            signed_in: signed_in.as_ref(),
            remembered: remembered.as_ref(),
            scheduled_end_at: situation.ended_ago.map(|ago| NOW - ago),
            decision: situation.decision.as_ref(),
        };
        match next_step(&question, NOW) {
            Step::Login => "login".to_owned(),
            Step::Consent(scope) => format!("consent to {scope}"),
            Step::Issue(agreement) => format!("issue {}", agreement.scope),
            Step::Refuse(error) => error.code().to_owned(),
        }
    }

    fn allowed(subject: &str, scope: &str) -> Option<Decision> {
        Some(Decision::Allowed { subject: Subject::new(subject), scope: Scope::parse(scope).unwrap() })
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
