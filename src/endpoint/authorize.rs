//! `/authorize`, [RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1).

use time::OffsetDateTime;

use super::{
    Fault, Signet, access,
    client_troubles::Trouble,
    clients,
    interaction::{Interaction, InteractionRefusal},
    request_object::{self, ObjectRefused},
    session::{self, Browser},
    signet::Beside,
    withheld_error::{ErrorOf, WithheldError, error_of, redirects, withheld},
};
use crate::{
    audit::{Actor, EventKind, Occurrence, Requester},
    crypto::Digest,
    oauth::{
        authorization_code::{Agreement, IssuedCode},
        authorization_error::{AuthorizationError, UntrustedRequest},
        authorization_request::{self, Destination},
        authorization_response::{AuthorizationResponse, Delivery, Issued, IssuedToken, ReturnAddress},
        client::{Client, ClientId, ResponseType},
        implicit,
        parameters::Parameters,
        remedy::Remedy,
        subject::Subject,
    },
    oidc::{
        authentication_request::AuthenticationRequest,
        step::{Decision, Question, Step, asks_again, next_step},
    },
    store::Store,
};

/// Where the browser goes next.
#[derive(Debug)]
pub enum Next {
    /// To `/authorize` again, by GET, with the sealed login.
    Resume(String),
    /// To the login page, with the sealed login.
    Login(String),
    /// To the consent page, with the sealed login.
    Consent(String),
    /// To the client, with what it asked for or an error.
    Client(Delivery),
    /// Nowhere by itself: the person decides whether to take the error to the client.
    Withheld(Box<WithheldError>),
}

/// Why the browser goes nowhere and gets a page.
#[derive(Debug)]
pub enum AuthorizeRefusal {
    /// The client or the redirect URI cannot be trusted.
    Untrusted(UntrustedRequest),
    /// The login that was begun cannot go on.
    Interaction(InteractionRefusal),
    /// Something failed here before the redirect URI could be trusted.
    Fault(Fault),
}

/// Answers an authorization request.
///
/// # Errors
///
/// [`AuthorizeRefusal`] as long as the redirect URI is not trusted; later refusals are answers to the client.
pub async fn begin(signet: &Signet, parameters: &Parameters, browser: &Browser) -> Result<Next, AuthorizeRefusal> {
    let now = signet.clock.now();
    Ok(match read(signet, parameters, browser, now).await? {
        Read::Request(interaction, client) => proceed(signet, interaction, client, browser, now).await,
        Read::Refused(next) => next,
    })
}

/// Answers an authorization request that came by POST. From another site such a form comes without the cookie of the
/// session (`SameSite=Lax`), so who is signed in is only known when the browser comes again by GET.
///
/// # Errors
///
/// [`AuthorizeRefusal`], as [`begin`].
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

/// A request that was read.
#[expect(clippy::large_enum_variant, reason = "it lives for a moment")]
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
    let client = signet.store.client(&client_id).map_err(|fault| AuthorizeRefusal::Fault(fault.into()))?;
    let client = client.ok_or(AuthorizeRefusal::Untrusted(UntrustedRequest::UnknownClient))?.record;
    let parameters = match request_object::resolve(signet, &client, parameters).await {
        Ok(parameters) => parameters,
        Err(refused) => return refuse_object(signet, client, parameters, refused).map(Read::Refused),
    };
    let parameters = parameters.as_ref();
    let destination = Destination::trust(Some(client), parameters).map_err(|refusal| {
        signet.client_troubles.note_untrusted(&client_id, &refusal, now);
        AuthorizeRefusal::Untrusted(refusal)
    })?;
    let request = destination.read(parameters, signet.authorization_policy, &signet.resources).and_then(|request| {
        let registered = &destination.client.metadata.openid;
        AuthenticationRequest::read(request, parameters, registered, hinted_subject(signet, &client_id, parameters))
    });
    match request {
        Ok(request) => Ok(Read::Request(Interaction::begin(request, &browser.binding, now), destination.client)),
        Err(error) => Ok(Read::Refused(refuse(signet, &destination, parameters, error))),
    }
}

fn refuse(signet: &Signet, destination: &Destination, parameters: &Parameters, error: AuthorizationError) -> Next {
    let (client_id, now) = (&destination.client.client_id, signet.clock.now());
    let remedy = Remedy::of_authorization(&error, &destination.client, parameters, &signet.resources);
    signet.client_troubles.note_remedy(client_id, remedy, now);
    tracing::info!(%client_id, %error, sent = parameters.loggable(), "authorization request refused");
    signet.client_troubles.note(client_id, Trouble::of(error.code(), &error), now);
    let address = ReturnAddress {
        redirect_uri: &destination.redirect_uri,
        response_mode: destination.response_mode,
        state: destination.state.as_deref(),
    };
    told(signet, &destination.client, (&AuthorizationResponse::Error(error), ErrorOf::Request), address)
}

/// Tells `client`, or the person if it is an error that does not go to `client` by itself.
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

/// A request object that is refused is told to the client where its own parameters say so, if it has signed them, and
/// otherwise where those beside it do: a redirect URI is trusted because it is registered, wherever it stands.
fn refuse_object(
    signet: &Signet,
    client: Client,
    beside: &Parameters,
    refused: ObjectRefused,
) -> Result<Next, AuthorizeRefusal> {
    let ObjectRefused { refusal, inside } = refused;
    for parameters in inside.iter().chain([beside]) {
        if let Ok(destination) = Destination::trust(Some(client.clone()), parameters) {
            // An address of an object stands beside the object, never in it.
            return Ok(refuse(signet, &destination, beside, AuthorizationError::RequestObject(refusal)));
        }
    }
    let refusal = UntrustedRequest::RequestObject(refusal);
    let (client_id, now) = (&client.client_id, signet.clock.now());
    signet.client_troubles.note_remedy(client_id, Remedy::of_untrusted(&refusal, beside), now);
    signet.client_troubles.note_untrusted(client_id, &refusal, now);
    Err(AuthorizeRefusal::Untrusted(refusal))
}

/// Goes on with a login after a page has reported back.
///
/// # Errors
///
/// [`AuthorizeRefusal`] when the login cannot go on.
pub async fn resume(signet: &Signet, sealed: &str, browser: &Browser) -> Result<Next, AuthorizeRefusal> {
    let now = signet.clock.now();
    let interaction =
        Interaction::open(sealed, &browser.binding, signet, now).map_err(AuthorizeRefusal::Interaction)?;
    let client_id = &interaction.request.authorization.client_id;
    let client = signet.store.client(client_id).map_err(|fault| AuthorizeRefusal::Fault(fault.into()))?;
    let client = client.ok_or(AuthorizeRefusal::Untrusted(UntrustedRequest::UnknownClient))?;
    Ok(proceed(signet, interaction, client.record, browser, now).await)
}

/// The username of the person who is signed in on `browser` and is asked to sign in again, if the login page is shown to
/// them for that: then it says so, and they only type their password.
///
/// # Errors
///
/// The storage.
pub async fn asked_again(
    signet: &Signet,
    interaction: &Interaction,
    client: &Client,
    browser: &Browser,
) -> Result<Option<String>, Fault> {
    let Some(current) = session::current(signet, browser, signet.clock.now()).await? else { return Ok(None) };
    let known_as = signet.known_as(&current.subject(), client);
    let hint = interaction.request.login_hint.as_deref();
    let is_hinted = hint.is_none_or(|hint| current.account.is_named(hint));
    let is_again = is_hinted && asks_again(&interaction.request, &known_as);
    Ok(is_again.then(|| current.account.username.as_str().to_owned()))
}

/// Asks what comes next. What fails from here on is told to the client, since its redirect URI is trusted.
async fn proceed(
    signet: &Signet,
    interaction: Interaction,
    client: Client,
    browser: &Browser,
    now: OffsetDateTime,
) -> Next {
    let authorization = interaction.request.authorization.clone();
    let response = match decide(signet, &interaction, &client, browser, now).await {
        Ok(Decided::Login) => return Next::Login(interaction.seal(signet)),
        Ok(Decided::Consent) => return Next::Consent(interaction.seal(signet)),
        Ok(Decided::Answer(response)) => response,
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
    // While the storage cannot be read, nobody is known to have agreed to anything.
    let what = match response.error() {
        Some(_) => error_of(signet, &interaction, &client, browser).await.unwrap_or(ErrorOf::Request),
        None => ErrorOf::Request,
    };
    told(signet, &client, (&response, what), address)
}

enum Decided {
    Login,
    Consent,
    Answer(AuthorizationResponse),
}

async fn decide(
    signet: &Signet,
    interaction: &Interaction,
    client: &Client,
    browser: &Browser,
    now: OffsetDateTime,
) -> Result<Decided, Fault> {
    let signed_in = session::current(signet, browser, now).await?.map(|current| current.signed_in());
    let known_as = signed_in.as_ref().map(|signed_in| signet.known_as(&signed_in.subject, client));
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
        known_as: known_as.as_ref(),
        remembered: remembered.as_ref(),
        scheduled_end_at,
        decision: interaction.decision.as_ref(),
    };
    Ok(match next_step(&question, now) {
        Step::Login => Decided::Login,
        Step::Consent(_) => Decided::Consent,
        Step::Issue(agreement) => {
            Decided::Answer(issue(signet, (interaction, client, &browser.requester), agreement, now).await?)
        }
        Step::Refuse(error) => {
            tracing::info!(client_id = %client.client_id, %error, "authorization refused");
            Decided::Answer(AuthorizationResponse::Error(error))
        }
    })
}

async fn issue(
    signet: &Signet,
    (interaction, client, requester): (&Interaction, &Client, &Requester),
    agreement: Agreement,
    now: OffsetDateTime,
) -> Result<AuthorizationResponse, Fault> {
    clients::keep_used(signet, client).await?;
    let request = &interaction.request.authorization;
    let nonce = agreement.nonce.clone();
    let store = telling_of_consent(signet, interaction, &agreement.subject, requester);
    let lifetime = signet.access_token_lifetime(&request.audience);
    let begun = implicit::begin(&agreement, request, || signet.draw_identity(now), lifetime, now);
    let mut issued = Issued::default();
    if request.response_type.has_code() {
        let code = signet.entropy.secret();
        let lifetime = signet.lifetimes.authorization_code;
        let record = IssuedCode::issue(agreement, request.clone(), lifetime, now);
        store.issue_code(&Digest::of_secret(&code), &record).await?;
        tracing::info!(client_id = %record.client_id, subject = %record.subject, "authorization code issued");
        issued.code = Some(code);
    }
    let Some((grant, issuance)) = begun else { return Ok(AuthorizationResponse::Issued(issued)) };
    let grant = grant.remembered_for_logout(client, signet.lifetimes.session.absolute);
    // What the person has agreed to is told once, with the code if there is one.
    let store = if issued.code.is_some() { &signet.store } else { &store };
    store.begin_grant(&grant).await?;
    if request.response_type.has_token() {
        let minted = signet.mint(&issuance, client, now)?;
        let expires_in_seconds = minted.lifetime.whole_seconds();
        issued.access_token = Some(IssuedToken { token: minted.token, expires_in_seconds, scope: minted.scope });
    }
    if request.response_type.has_id_token() {
        let access_token = issued.access_token.as_ref().map(|issued| &issued.token);
        let is_alone = request.response_type == ResponseType::IdToken;
        let beside = Beside { nonce: nonce.as_deref(), access_token, code: issued.code.as_ref(), is_alone };
        issued.id_token = signet.mint_id_token(&issuance, client, beside, now)?;
    }
    tracing::info!(client_id = %grant.client_id, subject = %grant.subject, "tokens issued in the front channel");
    Ok(AuthorizationResponse::Issued(issued))
}

/// The store, which tells together with what is issued that the person was asked and has agreed.
fn telling_of_consent(signet: &Signet, interaction: &Interaction, subject: &Subject, requester: &Requester) -> Store {
    if !matches!(interaction.decision, Some(Decision::Allowed { .. })) {
        return signet.store.clone();
    }
    let client_id = &interaction.request.authorization.client_id;
    let occurrence = Occurrence::of(EventKind::ConsentGranted).about_subject(subject).with_client(client_id);
    signet.store.by(requester.acting(Actor::of(subject, client_id))).telling(occurrence)
}

/// Whom `id_token_hint` names, if it is an ID token that this server issued to the client, expired or not. Anything else
/// is no hint: with one of another client, two clients could find out whether they know the same person.
fn hinted_subject(signet: &Signet, client_id: &ClientId, parameters: &Parameters) -> Option<Subject> {
    let hint = parameters.one("id_token_hint").ok().flatten()?;
    let claims = access::own_id_token(signet, hint).ok()?;
    let is_theirs = claims.audience().ok()?.contains(&client_id.as_str());
    is_theirs.then(|| claims.text("sub").ok().map(Subject::new)).flatten()
}
