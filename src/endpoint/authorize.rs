//! `/authorize`, [RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1).

use time::OffsetDateTime;

use super::{
    InternalError, Signet, access,
    authorization_issue::issue,
    client_errors::ClientError,
    interaction::{Interaction, InteractionRefusal},
    request_object::{self, ObjectRefused},
    session::{self, Browser},
    withheld_error::{ErrorOf, WithheldError, error_of, redirects, withheld},
};
use crate::{
    oauth::{
        authorization_error::{AuthorizationError, UntrustedRequest},
        authorization_request::{self, ResponseDestination},
        authorization_response::{AuthorizationResponse, Delivery, ReturnAddress},
        client::{Client, ClientId},
        parameters::Parameters,
        redirect_uri::TrustedRedirectUri,
        remedy::Remedy,
        requested_scope::ActsFor,
        subject::Subject,
    },
    oidc::{
        authentication_request::AuthenticationRequest,
        step::{Question, Step, next_step},
    },
    store::CommitError,
};

/// The next step for the browser.
#[derive(Debug)]
pub enum Next {
    /// Back to `/authorize` by GET, with the encrypted interaction.
    Resume(String),
    /// To the login page, with the encrypted interaction.
    Login(String),
    /// To the consent page, with the encrypted interaction.
    Consent(String),
    /// To the client, with the requested response or an error.
    Client(Delivery),
    /// To an error page, where the user decides whether to return to the client with the error.
    Withheld(Box<WithheldError>),
}

/// Reasons for an error page on this server instead of a redirect.
#[derive(Debug)]
pub enum AuthorizeRefusal {
    /// The client or the redirect URI cannot be trusted.
    Untrusted(UntrustedRequest),
    /// The interaction cannot continue.
    Interaction(InteractionRefusal),
    /// An internal error occurred before the redirect URI could be trusted.
    Internal(InternalError),
}

/// Answers an authorization request.
///
/// # Errors
///
/// Returns an [`AuthorizeRefusal`] if the redirect URI is not trusted. Later errors are sent to the client.
pub async fn begin(signet: &Signet, parameters: &Parameters, browser: &Browser) -> Result<Next, AuthorizeRefusal> {
    let now = signet.clock.now();
    Ok(match read(signet, parameters, browser, now).await? {
        Read::Request(interaction, client) => proceed(signet, (interaction, client, browser), now, Turn::First).await?,
        Read::Refused(next) => next,
    })
}

/// Answers an authorization request sent by POST. A cross-site form post does not carry the session cookie
/// (`SameSite=Lax`), so the browser is first sent here again by GET to find out who is signed in.
///
/// # Errors
///
/// Returns an [`AuthorizeRefusal`] in the same cases as [`begin`].
pub async fn begin_by_form(
    signet: &Signet,
    parameters: &Parameters,
    browser: &Browser,
) -> Result<Next, AuthorizeRefusal> {
    Ok(match read(signet, parameters, browser, signet.clock.now()).await? {
        Read::Request(interaction, _) => Next::Resume(interaction.seal(signet)),
        Read::Refused(next) => next,
    })
}

/// A parsed authorization request.
#[expect(clippy::large_enum_variant, reason = "it is short-lived")]
enum Read {
    Request(Interaction, Client),
    Refused(Next),
}

async fn read(
    signet: &Signet,
    parameters: &Parameters,
    browser: &Browser,
    now: OffsetDateTime,
) -> Result<Read, AuthorizeRefusal> {
    let client_id = authorization_request::client_id(parameters).map_err(AuthorizeRefusal::Untrusted)?;
    let client = signet.store.client(&client_id).map_err(|fault| AuthorizeRefusal::Internal(fault.into()))?;
    let client = client.ok_or(AuthorizeRefusal::Untrusted(UntrustedRequest::UnknownClient))?.record;
    let parameters = match request_object::resolve(signet, &client, parameters).await {
        Ok(parameters) => parameters,
        Err(refused) => return refuse_object(signet, client, parameters, refused).map(Read::Refused),
    };
    let parameters = parameters.as_ref();
    let destination = ResponseDestination::trust(Some(client), parameters).map_err(|refusal| {
        signet.client_errors.note_untrusted(&client_id, &refusal, now);
        AuthorizeRefusal::Untrusted(refusal)
    })?;
    let request = destination.read(parameters, signet.authorization_policy, &signet.resources).and_then(|request| {
        let registered = &destination.client.metadata.openid;
        AuthenticationRequest::read(request, parameters, registered, hinted_subject(signet, &client_id, parameters))
    });
    match request {
        Ok(request) => {
            note_partial_scope(signet, (&destination.client, &request), parameters, now);
            Ok(Read::Request(begin_interaction(signet, request, browser, now), destination.client))
        }
        Err(error) => Ok(Read::Refused(refuse(signet, &destination, parameters, error))),
    }
}

/// Records in the client's error log which requested scope tokens it is not registered for.
fn note_partial_scope(
    signet: &Signet,
    (client, request): (&Client, &AuthenticationRequest),
    parameters: &Parameters,
    now: OffsetDateTime,
) {
    let acts_for = ActsFor::Person { offline: request.authorization.response_type.has_code() };
    let asked = parameters.one("scope").ok().flatten();
    let remedy = Remedy::of_partial_scope(client, acts_for, asked, &signet.resources);
    signet.client_errors.note_remedy(&client.client_id, remedy, now);
}

fn begin_interaction(
    signet: &Signet,
    request: AuthenticationRequest,
    browser: &Browser,
    now: OffsetDateTime,
) -> Interaction {
    Interaction::begin(request, &browser.binding, (now, signet.entropy))
}

fn refuse(
    signet: &Signet,
    destination: &ResponseDestination,
    parameters: &Parameters,
    error: AuthorizationError,
) -> Next {
    let (client_id, now) = (&destination.client.client_id, signet.clock.now());
    let remedy = Remedy::of_authorization(&error, &destination.client, parameters, &signet.resources);
    signet.client_errors.note_remedy(client_id, remedy, now);
    tracing::info!(%client_id, %error, sent = parameters.loggable(), "authorization request rejected");
    signet.client_errors.note(client_id, ClientError::of(error.code(), &error), now);
    let address = ReturnAddress {
        redirect_uri: &destination.redirect_uri,
        response_mode: destination.response_mode,
        state: destination.state.as_deref(),
    };
    told(signet, &destination.client, (&AuthorizationResponse::Error(error), ErrorOf::Request), address)
}

/// Delivers the error to `client`, or shows it to the user if the browser is not redirected automatically.
fn told(
    signet: &Signet,
    client: &Client,
    (response, what): (&AuthorizationResponse, ErrorOf),
    address: ReturnAddress<'_>,
) -> Next {
    if !redirects(client, signet.authorization_policy.redirects_errors_to_all, what)
        && let Some(withheld) = withheld(signet, client, response, address)
    {
        return Next::Withheld(Box::new(withheld));
    }
    Next::Client(response.deliver(address, &signet.issuer))
}

/// Refuses a request object. The error goes to the redirect URI inside the object if the client has signed it, and
/// otherwise to the one sent outside the object. A redirect URI is trusted because it is registered, wherever it
/// appears.
fn refuse_object(
    signet: &Signet,
    client: Client,
    plain: &Parameters,
    refused: ObjectRefused,
) -> Result<Next, AuthorizeRefusal> {
    let ObjectRefused { refusal, inside } = refused;
    for parameters in inside.iter().chain([plain]) {
        if let Ok(destination) = ResponseDestination::trust(Some(client.clone()), parameters) {
            // A `request_uri` is always sent outside the request object.
            return Ok(refuse(signet, &destination, plain, AuthorizationError::RequestObject(refusal)));
        }
    }
    let refusal = UntrustedRequest::RequestObject(refusal);
    let (client_id, now) = (&client.client_id, signet.clock.now());
    signet.client_errors.note_remedy(client_id, Remedy::of_untrusted(&refusal, plain), now);
    signet.client_errors.note_untrusted(client_id, &refusal, now);
    Err(AuthorizeRefusal::Untrusted(refusal))
}

/// Continues an interaction after a page has been answered.
///
/// # Errors
///
/// Returns an [`AuthorizeRefusal`] if the interaction cannot continue.
pub async fn resume(signet: &Signet, sealed: &str, browser: &Browser) -> Result<Next, AuthorizeRefusal> {
    let now = signet.clock.now();
    let interaction =
        Interaction::open(sealed, &browser.binding, signet, now).map_err(AuthorizeRefusal::Interaction)?;
    let client_id = &interaction.request.authorization.client_id;
    let client = signet.store.client(client_id).map_err(|fault| AuthorizeRefusal::Internal(fault.into()))?;
    let client = client.ok_or(AuthorizeRefusal::Untrusted(UntrustedRequest::UnknownClient))?.record;
    // The client's registration may have changed since the interaction began.
    let redirect_uri = interaction.request.authorization.redirect_uri.as_str();
    TrustedRedirectUri::choose(&client.metadata.redirect_uris, client.metadata.application_type, Some(redirect_uri))
        .map_err(|refusal| AuthorizeRefusal::Untrusted(UntrustedRequest::RedirectUri(refusal)))?;
    proceed(signet, (interaction, client, browser), now, Turn::Later).await
}

/// Returns `true` if the interaction requires the user on `browser` to sign in: the client asks for it, or they are
/// not signed in.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub async fn needs_login(
    signet: &Signet,
    interaction: &Interaction,
    client: &Client,
    browser: &Browser,
) -> Result<bool, InternalError> {
    let now = signet.clock.now();
    Ok(matches!(step(signet, interaction, (client, browser), now).await?, Step::Login))
}

/// Whether the interaction has just begun or comes back from the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    First,
    Later,
}

/// Determines the next step. Errors are sent to the client from here on, because its redirect URI is trusted.
async fn proceed(
    signet: &Signet,
    (interaction, client, browser): (Interaction, Client, &Browser),
    now: OffsetDateTime,
    turn: Turn,
) -> Result<Next, AuthorizeRefusal> {
    let authorization = interaction.request.authorization.clone();
    let response = match decide(signet, (&interaction, turn), (&client, browser), now).await {
        Ok(Decided::Login) => return Ok(Next::Login(interaction.seal(signet))),
        Ok(Decided::Consent) => return Ok(Next::Consent(interaction.seal(signet))),
        Ok(Decided::Answer(response)) => response,
        Ok(Decided::Refused(refusal)) => return Err(AuthorizeRefusal::Interaction(refusal)),
        Err(fault) => {
            tracing::error!(%fault, "authorization failed");
            if fault.is_temporary() {
                AuthorizationResponse::TemporarilyUnavailable
            } else {
                AuthorizationResponse::ServerError
            }
        }
    };
    let address = ReturnAddress {
        redirect_uri: &authorization.redirect_uri,
        response_mode: authorization.response_mode,
        state: authorization.state.as_deref(),
    };
    // While the storage cannot be read, no consent counts as given.
    let what = match response.error() {
        Some(_) => error_of(signet, &interaction, &client, browser).await.unwrap_or(ErrorOf::Request),
        None => ErrorOf::Request,
    };
    Ok(told(signet, &client, (&response, what), address))
}

enum Decided {
    Login,
    Consent,
    Answer(AuthorizationResponse),
    Refused(InteractionRefusal),
}

/// Determines the next step for the user on `browser`.
async fn step(
    signet: &Signet,
    interaction: &Interaction,
    (client, browser): (&Client, &Browser),
    now: OffsetDateTime,
) -> Result<Step, InternalError> {
    let signed_in = session::current(signet, browser, now).await?.map(|current| current.signed_in());
    let client_subject = signed_in.as_ref().map(|signed_in| signet.client_subject(&signed_in.subject, client));
    let (remembered, scheduled_end_at) = match &signed_in {
        Some(person) => (
            signet.store.consent(&person.subject, &client.client_id)?,
            signet.scheduled_end_at(&person.subject, &client.client_id, now)?,
        ),
        None => (None, None),
    };
    let question = Question {
        request: &interaction.request,
        client,
        started_at: interaction.started_at,
        signed_in: signed_in.as_ref(),
        client_subject: client_subject.as_ref(),
        remembered: remembered.as_ref(),
        scheduled_end_at,
        decision: interaction.decision.as_ref(),
    };
    Ok(next_step(&question, now))
}

async fn decide(
    signet: &Signet,
    (interaction, turn): (&Interaction, Turn),
    (client, browser): (&Client, &Browser),
    now: OffsetDateTime,
) -> Result<Decided, InternalError> {
    Ok(match step(signet, interaction, (client, browser), now).await? {
        Step::Login => Decided::Login,
        Step::Consent(_) | Step::NotAdmitted => Decided::Consent,
        Step::Issue(agreement) => {
            let is_first = turn == Turn::First;
            match if is_first { None } else { spend(signet, interaction, &agreement.subject).await? } {
                Some(refusal) => Decided::Refused(refusal),
                None => Decided::Answer(issue(signet, (interaction, client, &browser.origin), agreement, now).await?),
            }
        }
        Step::Refuse(error) => {
            tracing::info!(client_id = %client.client_id, %error, "authorization refused");
            Decided::Answer(AuthorizationResponse::Error(error))
        }
    })
}

/// Consumes an interaction that comes back from the browser. It can be answered only once, and not after the user has
/// withdrawn the consent. Otherwise, reopening its URL would issue tokens without any question.
async fn spend(
    signet: &Signet,
    interaction: &Interaction,
    subject: &Subject,
) -> Result<Option<InteractionRefusal>, InternalError> {
    let client_id = &interaction.request.authorization.client_id;
    let withdrawn_at = signet.store.consent(subject, client_id)?.and_then(|consent| consent.withdrawn_at);
    if withdrawn_at.is_some_and(|at| interaction.is_withdrawn(at)) {
        return Ok(Some(InteractionRefusal::Withdrawn));
    }
    match signet.store.answer_interaction(&interaction.id, interaction.can_come_until(signet)).await {
        Ok(()) => Ok(None),
        Err(CommitError::Conflict) => Ok(Some(InteractionRefusal::Answered)),
        Err(CommitError::Internal(fault)) => Err(fault.into()),
    }
}

/// The subject of `id_token_hint` if this server issued it to the client, expired or not. Other hints are ignored:
/// with another client's ID token, two clients could find out whether they know the same person.
fn hinted_subject(signet: &Signet, client_id: &ClientId, parameters: &Parameters) -> Option<Subject> {
    let hint = parameters.one("id_token_hint").ok().flatten()?;
    let claims = access::own_id_token(signet, hint).ok()?;
    let is_theirs = claims.audience().ok()?.contains(&client_id.as_str());
    is_theirs.then(|| claims.text("sub").ok().map(Subject::new)).flatten()
}
