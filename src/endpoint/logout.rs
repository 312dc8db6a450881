//! `/logout`, [OpenID Connect RP-Initiated Logout §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout).
//!
//! The person is asked, unless the request carries an ID token of the very session that it ends: so no link of a stranger
//! signs anybody out (OWASP ASVS 5.0, 10.6.2).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    InternalError, Signet, access,
    session::{self, Browser},
    session_end,
};
use crate::{
    account::session::{Session, SessionId, Sid},
    crypto::Digest,
    oauth::{
        client::{Client, ClientId},
        grant::EndCause,
        parameters::{Parameters, encode},
        remedy::Remedy,
    },
    oidc::logout::{Hint, LogoutRequest, destination},
};

/// What comes of a logout request.
#[derive(Debug)]
pub enum LogoutStep {
    /// The person has to be asked.
    Ask(LogoutQuestion),
    /// The person is signed out.
    SignedOut(Farewell),
}

/// Where a person goes who has signed out.
#[derive(Debug)]
pub enum Farewell {
    /// To this registered address.
    To(String),
    /// To the last page, with this, if anything, for it to know: an address to go on to, and what to show in frames.
    LastPage(Option<String>),
}

/// What the page has to ask.
#[derive(Debug)]
pub struct LogoutQuestion {
    /// Who is signed in, if anybody.
    pub username: Option<String>,
    /// Whether the browser shows a session, be it one that has run out.
    pub has_session: bool,
    /// Whether the request carries an ID token that proves nothing.
    pub is_unproven: bool,
    /// The application that asks.
    pub client_name: Option<String>,
    /// What travels with the answer.
    pub sealed: String,
}

/// Where an application wants the person to return to; sealed, so that it comes back unaltered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Return {
    /// The registered address, with `state`.
    pub destination: Option<String>,
    /// The application's name.
    pub client_name: Option<String>,
    /// Whether the browser does not go there by itself, because the application is not vouched for.
    #[serde(default)]
    pub is_withheld: bool,
    /// The session that has ended, and the clients that the browser still has to sign out.
    #[serde(default)]
    framed: Option<(Sid, BTreeSet<ClientId>)>,
}

/// Answers a logout request. `logout_hint` and `ui_locales` are welcome and change nothing: a browser has one session, and
/// the pages have one language.
///
/// # Errors
///
/// The storage. Then the person is still signed in, and must not be told otherwise.
pub async fn begin(signet: &Signet, parameters: &Parameters, browser: &Browser) -> Result<LogoutStep, InternalError> {
    let (hint, client) = asking(signet, parameters)?;
    let requested = parameters.one("post_logout_redirect_uri").ok().flatten();
    let state = parameters.one("state").ok().flatten();
    let presented = presented(signet, browser)?;
    let session = presented.as_ref().map(|(_, session)| session.sid.as_str());
    let client_subject = session.map(|sid| match &client {
        Some(client) => signet.client_session_id(sid, client),
        None => sid.to_owned(),
    });
    let request = LogoutRequest {
        hint: &hint,
        session: client_subject.as_deref(),
        asks_to_return: parameters.many("post_logout_redirect_uri").next().is_some(),
        destination: destination(client.as_ref(), requested, state),
    };
    if let (Some(client), Some(sent), None) = (&client, requested, &request.destination) {
        // Whose request it is says only itself here, as at the authorization endpoint.
        let remedy = Remedy::PostLogoutRedirectUri(sent.to_owned());
        let remedy = Some(remedy).filter(|remedy| !remedy.is_registered(&client.metadata));
        signet.client_errors.note_remedy(&client.client_id, remedy, signet.clock.now());
    }
    let is_withheld = !client.as_ref().is_some_and(|client| returns_by_itself(signet, client, &request));
    if request.needs_no_question() {
        let back = Return { destination: request.destination, is_withheld, ..Return::default() };
        return end(signet, presented, browser, back).await.map(LogoutStep::SignedOut);
    }
    tracing::info!(
        is_hint_refused = hint == Hint::Refused,
        is_return_refused = request.asks_to_return && request.destination.is_none(),
        client_id = client.as_ref().map(|client| client.client_id.as_str()),
        "a person is asked whether to sign out"
    );
    let back = Return {
        destination: request.destination,
        client_name: client.as_ref().map(|client| client.metadata.client_name.clone()),
        is_withheld,
        framed: None,
    };
    let current = session::current(signet, browser, signet.clock.now()).await?;
    let sealed = seal(signet, &back);
    Ok(LogoutStep::Ask(LogoutQuestion {
        username: current.map(|current| current.account.username.as_str().to_owned()),
        has_session: presented.is_some(),
        is_unproven: hint == Hint::Refused,
        client_name: back.client_name,
        sealed,
    }))
}

/// Ends the session of `browser`, and with it what was granted for as long as the person is signed in. `sealed` is what
/// travelled with the answer.
///
/// # Errors
///
/// When it cannot be written. Then the person is still signed in, and must not be told otherwise.
pub async fn confirm(signet: &Signet, browser: &Browser, sealed: Option<&str>) -> Result<Farewell, InternalError> {
    let back = returning(signet, sealed);
    Ok(match end(signet, presented(signet, browser)?, browser, back).await? {
        // It may be that of a login, in the middle of which the person signed out.
        Farewell::LastPage(None) => Farewell::LastPage(sealed.map(ToOwned::to_owned)),
        farewell => farewell,
    })
}

/// The addresses that the last page shows in frames, so that this browser is signed out there too: the
/// `frontchannel_logout_uri` of each client, with issuer and session
/// ([Front-Channel Logout §3](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout)).
///
/// # Errors
///
/// The storage.
pub fn frames(signet: &Signet, back: &Return) -> Result<Vec<String>, InternalError> {
    let Some((sid, clients)) = &back.framed else { return Ok(Vec::new()) };
    let mut frames = Vec::new();
    for client_id in clients {
        let Some(client) = signet.store.client(client_id)?.map(|kept| kept.record) else { continue };
        let sid = signet.client_session_id(sid.as_str(), &client);
        if let Some(uri) = &client.metadata.openid.frontchannel_logout_uri {
            let separator = if uri.contains('?') { '&' } else { '?' };
            let told = encode(&[("iss", signet.issuer.as_str()), ("sid", &sid)]);
            frames.push(format!("{uri}{separator}{told}"));
        }
    }
    Ok(frames)
}

/// Whether the browser returns to `client` by itself: not to a stranger's, which could otherwise send people anywhere by a
/// link to this server ([RFC 9700 §4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2)), unless the request
/// shows that the person has used it in the very session that ends.
fn returns_by_itself(signet: &Signet, client: &Client, request: &LogoutRequest<'_>) -> bool {
    let is_of_this_session = matches!((request.hint, request.session), (Hint::Of { sid }, Some(here)) if sid == here);
    is_of_this_session || client.is_vouched() || signet.authorization_policy.redirects_errors_to_all
}

fn seal(signet: &Signet, back: &Return) -> String {
    let plaintext = serde_json::to_vec(back).unwrap_or_default();
    signet.sealing_key.seal(PURPOSE, &plaintext, signet.entropy)
}

/// Where the person returns to, from what travelled with the answer.
#[must_use]
pub fn returning(signet: &Signet, sealed: Option<&str>) -> Return {
    let plaintext = sealed.and_then(|sealed| signet.sealing_key.open(PURPOSE, sealed).ok());
    plaintext.and_then(|plaintext| serde_json::from_slice(&plaintext).ok()).unwrap_or_default()
}

/// The session of which the browser shows the cookie, standing or not: applications that took part in one that has run
/// out are still to be told.
fn presented(signet: &Signet, browser: &Browser) -> Result<Option<(Digest, Session)>, InternalError> {
    let Some(presented) = &browser.session else { return Ok(None) };
    let digest = SessionId::presented(presented.expose()).digest();
    Ok(signet.store.session(&digest)?.map(|kept| (digest, kept.record)))
}

async fn end(
    signet: &Signet,
    presented: Option<(Digest, Session)>,
    browser: &Browser,
    mut back: Return,
) -> Result<Farewell, InternalError> {
    back.framed = None;
    if let Some((digest, session)) = presented {
        let framed: BTreeSet<ClientId> = session_end::framed(signet, &session)?.into_iter().take(MOST_FRAMES).collect();
        let actor = browser.origin.as_account(&session.account);
        session_end::end(signet, (&digest, &session), EndCause::SignedOut, &actor).await?;
        back.framed = (!framed.is_empty()).then(|| (session.sid.clone(), framed));
    }
    let is_offered = back.is_withheld && back.destination.is_some();
    Ok(match (back.framed.is_some() || is_offered, &back.destination) {
        (true, _) => Farewell::LastPage(Some(seal(signet, &back))),
        (false, Some(destination)) => Farewell::To(destination.clone()),
        (false, None) => Farewell::LastPage(None),
    })
}

/// What the request proves of itself, and the client that it is of: by the hint, or by name if there is no hint.
fn asking(signet: &Signet, parameters: &Parameters) -> Result<(Hint, Option<Client>), InternalError> {
    let (Ok(presented), Ok(named)) = (parameters.one("id_token_hint"), parameters.one("client_id")) else {
        return Ok((Hint::Refused, None));
    };
    let (hint, client_id) = match presented {
        None => (Hint::Absent, named.map(ToOwned::to_owned)),
        Some(unverified_jwt) => match read_hint(signet, unverified_jwt) {
            // "the OP MUST verify that the Client Identifier matches the one used when the ID Token was issued"
            Some((sid, audience)) if named.is_none_or(|named| named == audience) => (Hint::Of { sid }, Some(audience)),
            _ => (Hint::Refused, None),
        },
    };
    let client_id = client_id.and_then(|client_id| ClientId::parse(&client_id).ok());
    let client = client_id.map(|client_id| signet.store.client(&client_id)).transpose()?.flatten();
    let client = client.map(|kept| kept.record).filter(|client| !client.is_disabled);
    match (hint, client) {
        // The client that it was issued to is gone.
        (Hint::Of { .. }, None) => Ok((Hint::Refused, None)),
        known => Ok(known),
    }
}

/// The `sid` and the audience of an ID token that this server issued. An expired one will do: "The OP SHOULD accept ID
/// Tokens when the RP identified by the ID Token's aud claim and/or sid claim has a current session or had a recent
/// session at the OP".
fn read_hint(signet: &Signet, unverified_jwt: &str) -> Option<(String, String)> {
    let claims = access::own_id_token(signet, unverified_jwt).ok()?;
    let audience = claims.audience().ok()?;
    Some((claims.text("sid").ok()?.to_owned(), (*audience.first()?).to_owned()))
}

const PURPOSE: &str = "logout";

/// The most clients that one page signs out: what it has to know travels in its address.
const MOST_FRAMES: usize = 32;
