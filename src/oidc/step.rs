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
    pub client_subject: Option<&'a Subject>,
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
    /// Whether it still counts for anything.
    #[must_use]
    pub fn is_remembered(&self) -> bool {
        self.withdrawn_at.is_none_or(|at| at < self.granted_at)
    }

    /// Whether it still counts for `wanted`.
    #[must_use]
    pub fn covers(&self, wanted: &Wanted) -> bool {
        let is_told = |name: &String| {
            self.claims.contains(name) || scope_of(name).is_some_and(|token| self.scope.contains(token))
        };
        self.is_remembered() && self.scope.covers(&wanted.scope) && wanted.claims.iter().all(is_told)
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
    /// The person is in none of the groups that may use the client, and learns so before the client does.
    NotAdmitted,
    /// A code can be issued.
    Issue(Agreement),
    /// The client is told why not.
    Refuse(AuthorizationError),
}

/// Decides what comes next at `now`.
#[must_use]
pub fn next_step(question: &Question<'_>, now: OffsetDateTime) -> Step {
    let request = question.request;
    // Some clients are for the members of some groups only.
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
    // Nothing of what was asked for may be given to this person.
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

/// Whether the person need not sign in (again). A login since the request came in satisfies every demand.
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

/// Whether a person who is signed in and comes to the login page all the same is asked to confirm that it is still them,
/// rather than to choose another account. `client_subject` is whom the client knows them as.
#[must_use]
pub fn asks_again(request: &AuthenticationRequest, client_subject: &Subject) -> bool {
    !request.prompt.select_account && is_who_is_asked_for(request, Some(client_subject))
}

/// Whether the person who is signed in is the one whom `id_token_hint` and the `sub` of `claims` name, if they name one.
/// §3.1.2.2: the server "MUST NOT reply with an ID Token or Access Token for a different user, even if they have an active
/// session".
fn is_who_is_asked_for(request: &AuthenticationRequest, client_subject: Option<&Subject>) -> bool {
    let client_subject = client_subject.map(Subject::as_str).unwrap_or_default();
    let hinted = request.hinted_subject.as_ref().is_none_or(|hinted| hinted.as_str() == client_subject);
    let subjects = &request.claims.subjects;
    hinted && (subjects.is_empty() || subjects.iter().any(|subject| subject == client_subject))
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
fn disclosable_claims(question: &Question<'_>, granted: &Scope) -> NamedClaims {
    let registered = &question.client.metadata.scope;
    let is_tellable = |name: &str| scope_of(name).is_some_and(|token| registered.contains(token));
    question.request.claims.named.filter(|name| granted.contains("openid") && is_tellable(name))
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
