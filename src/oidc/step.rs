//! The next step of a login: `prompt`, `max_age` and `id_token_hint` evaluated by one pure function,
//! [OpenID Connect Core §3.1.2.3](https://openid.net/specs/openid-connect-core-1_0.html#Authenticates) and the
//! following sections.
//!
//! The pages only report results and do not decide which step follows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{authentication_request::AuthenticationRequest, claims::scope_of};
use crate::oauth::{
    access_token::Authentication, authorization_code::Agreement, authorization_error::AuthorizationError,
    client::Client, named_claims::NamedClaims, refresh_token::OFFLINE_ACCESS, scope::Scope, subject::Subject,
};

/// The input of the decision, except for the time.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub request: &'a AuthenticationRequest,
    pub client: &'a Client,
    /// When the request was received. A login or consent after this time was made for it.
    pub started_at: OffsetDateTime,
    pub signed_in: Option<&'a SignedIn>,
    /// The subject under which the client knows the signed-in person.
    pub client_subject: Option<&'a Subject>,
    /// The stored consent of that person.
    pub remembered: Option<&'a Consent>,
    /// When the person's login schedule for the client last required a new login.
    pub scheduled_end_at: Option<OffsetDateTime>,
    /// The person's decision on the consent page of this request.
    pub decision: Option<&'a Decision>,
}

/// A signed-in person whose account is active.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub subject: Subject,
    pub authentication: Authentication,
    pub is_administrator: bool,
    pub groups: Vec<String>,
}

/// The stored consent of a person for a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consent {
    pub scope: Scope,
    /// The claims that the person agreed to disclose, in addition to those of the scope.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub claims: BTreeSet<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub granted_at: OffsetDateTime,
    /// When the person last disconnected the client.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<OffsetDateTime>,
}

impl Consent {
    /// Returns whether the consent has not been withdrawn.
    #[must_use]
    pub fn is_remembered(&self) -> bool {
        self.withdrawn_at.is_none_or(|at| at < self.granted_at)
    }

    /// Returns whether the consent covers `wanted`.
    #[must_use]
    pub fn covers(&self, wanted: &Wanted) -> bool {
        let is_shown = |name: &String| {
            self.claims.contains(name) || scope_of(name).is_some_and(|token| self.scope.contains(token))
        };
        self.is_remembered() && self.scope.covers(&wanted.scope) && wanted.claims.iter().all(is_shown)
    }
}

/// What a person is asked to consent to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub scope: Scope,
    /// The claims that the client receives in addition to those of the scope.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub claims: BTreeSet<String>,
}

impl Wanted {
    /// Removes the claims that the scope already requests.
    #[must_use]
    pub fn beyond_scope(mut self) -> Self {
        let scope = &self.scope;
        self.claims.retain(|name| scope_of(name).is_none_or(|token| !scope.contains(token)));
        self
    }
}

/// The decision of a person on the consent page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The person consented.
    Allowed {
        subject: Subject,
        /// What the page listed.
        wanted: Wanted,
    },
    Denied,
}

/// The next step of a login.
#[derive(Clone, Debug)]
pub enum Step {
    /// The person must sign in.
    Login,
    /// The person must consent to this.
    Consent(Wanted),
    /// The person is in none of the groups that may use the client. The server informs the person before the client.
    NotAdmitted,
    /// A code can be issued.
    Issue(Agreement),
    /// The client receives this error.
    Refuse(AuthorizationError),
}

/// Decides the next step at `now`.
#[must_use]
pub fn next_step(question: &Question<'_>, now: OffsetDateTime) -> Step {
    let request = question.request;
    // A client may be restricted to the members of certain groups.
    let is_admitted = |person: &SignedIn| question.client.admits(person.groups.iter().map(String::as_str));
    if question.decision == Some(&Decision::Denied) {
        let is_own_decision = question.signed_in.is_none_or(is_admitted);
        let error = if is_own_decision { AuthorizationError::AccessDenied } else { AuthorizationError::NotAdmitted };
        return Step::Refuse(error);
    }
    // §3.1.2.1: "If the End-User identified by the ID Token is logged in or is logged in by the request, then the
    // Authorization Server returns a positive response; otherwise, it MUST return an error, such as login_required."
    let has_signed_in_for_this =
        question.signed_in.is_some_and(|one| one.authentication.auth_time >= question.started_at);
    if has_signed_in_for_this && !is_who_is_asked_for(request, question.client_subject) {
        return Step::Refuse(AuthorizationError::LoginRequired);
    }
    let Some(signed_in) = question.signed_in.filter(|signed_in| is_recent_enough(question, signed_in, now)) else {
        return if request.prompt.none { Step::Refuse(AuthorizationError::LoginRequired) } else { Step::Login };
    };
    if question.client.is_disabled {
        return Step::Refuse(AuthorizationError::ClientDisabled);
    }
    if !is_admitted(signed_in) {
        return if request.prompt.none { Step::Refuse(AuthorizationError::NotAdmitted) } else { Step::NotAdmitted };
    }
    let scope = grantable(question, signed_in);
    let claims = disclosable_claims(question, &scope);
    // This person may grant none of the requested scope.
    if scope.is_empty() && !request.authorization.scope.is_empty() {
        return Step::Refuse(AuthorizationError::NothingGrantable);
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

/// Returns whether the login is recent enough. A login after the request was received satisfies every requirement.
fn is_recent_enough(question: &Question<'_>, signed_in: &SignedIn, now: OffsetDateTime) -> bool {
    let request = question.request;
    if !is_who_is_asked_for(request, question.client_subject) {
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

/// Returns whether the login page, when a signed-in person reaches it, asks the person to confirm their identity
/// instead of choosing an account. `client_subject` is the subject under which the client knows the person.
#[must_use]
pub fn asks_again(request: &AuthenticationRequest, client_subject: &Subject) -> bool {
    !request.prompt.select_account && is_who_is_asked_for(request, Some(client_subject))
}

/// Returns whether the signed-in person is the one that `id_token_hint` and the `sub` of `claims` name, if they name
/// one. §3.1.2.2: the server "MUST NOT reply with an ID Token or Access Token for a different user, even if they have
/// an active session".
fn is_who_is_asked_for(request: &AuthenticationRequest, client_subject: Option<&Subject>) -> bool {
    let client_subject = client_subject.map(Subject::as_str).unwrap_or_default();
    let hinted = request.hinted_subject.as_ref().is_none_or(|hinted| hinted.as_str() == client_subject);
    let subjects = &request.claims.subjects;
    hinted && (subjects.is_empty() || subjects.iter().any(|subject| subject == client_subject))
}

/// Returns whether the person has consented to `wanted`: on the page of this request, or earlier if the stored consent
/// is sufficient.
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

/// Returns the part of the requested scope that this person may grant this client. `offline_access` requires a code
/// (§11): the server "MUST ignore the `offline_access` request unless the Client is using a `response_type` value that
/// would result in an Authorization Code being returned".
fn grantable(question: &Question<'_>, signed_in: &SignedIn) -> Scope {
    let request = &question.request.authorization;
    let has_code = request.response_type.has_code();
    let scope = question.client.grantable(&request.scope, signed_in.is_administrator);
    scope.filter(|token| has_code || token != OFFLINE_ACCESS)
}

/// Returns the claims requested by name that the client may receive: those that a scope requests for which the client
/// is registered, so that a request by name does not bypass the registration. Without `openid` there are none.
fn disclosable_claims(question: &Question<'_>, granted: &Scope) -> NamedClaims {
    let registered = &question.client.metadata.scope;
    let is_tellable = |name: &str| scope_of(name).is_some_and(|token| registered.contains(token));
    question.request.claims.named.filter(|name| granted.contains("openid") && is_tellable(name))
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
