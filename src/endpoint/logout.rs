//! `/logout`, [OpenID Connect RP-Initiated Logout §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout).
//!
//! The user is asked first, unless the request carries an ID token of the session that it ends. A link from an
//! attacker therefore cannot sign anyone out (OWASP ASVS 5.0, 10.6.2).

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

/// The result of a logout request.
#[derive(Debug)]
pub enum LogoutStep {
    /// The user has to be asked.
    Ask(LogoutQuestion),
    SignedOut(Farewell),
}

/// Where the browser goes after signing out.
#[derive(Debug)]
pub enum Farewell {
    /// To this registered URI.
    To(String),
    /// To the last page, with an optional encrypted value: a URI to continue to, and what to load in frames.
    LastPage(Option<String>),
}

/// The content of the logout page.
#[derive(Debug)]
pub struct LogoutQuestion {
    /// The signed-in user, if there is one.
    pub username: Option<String>,
    /// Whether the browser presents a session, including an expired one.
    pub has_session: bool,
    /// Whether the request carries an ID token that proves nothing.
    pub is_unproven: bool,
    /// The requesting application.
    pub client_name: Option<String>,
    /// Encrypted state, sent back with the answer in a hidden form field.
    pub sealed: String,
}

/// Where the application wants the user to return to. It is encrypted, so it cannot be altered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Return {
    /// The registered URI, with `state`.
    pub destination: Option<String>,
    pub client_name: Option<String>,
    /// Whether the user has to follow a link instead of being redirected, because the application is not trusted by
    /// the operator.
    #[serde(default)]
    pub is_withheld: bool,
    /// The ended session, and the clients that the browser still has to sign out.
    #[serde(default)]
    framed: Option<(Sid, BTreeSet<ClientId>)>,
}

/// Answers a logout request. `logout_hint` and `ui_locales` are accepted and ignored: a browser has one session, and
/// the pages have one language.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails. The user is still signed in then, and the page must not claim
/// otherwise.
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
        // As at the authorization endpoint, the client is only claimed by the request here.
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
        "logout confirmation requested"
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

/// Ends the session of `browser` and the grants bound to it. `sealed` is the encrypted state sent back with the
/// answer.
///
/// # Errors
///
/// Returns an [`InternalError`] if it cannot be written. The user is still signed in then, and the page must not
/// claim otherwise.
pub async fn confirm(signet: &Signet, browser: &Browser, sealed: Option<&str>) -> Result<Farewell, InternalError> {
    let back = returning(signet, sealed);
    Ok(match end(signet, presented(signet, browser)?, browser, back).await? {
        // The value may belong to a login during which the user signed out.
        Farewell::LastPage(None) => Farewell::LastPage(sealed.map(ToOwned::to_owned)),
        farewell => farewell,
    })
}

/// The URIs that the last page loads in frames to sign this browser out there too: the `frontchannel_logout_uri` of
/// each client, with issuer and session ([Front-Channel Logout
/// §3](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout)).
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
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

/// Returns `true` if the browser is redirected to `client` automatically. For clients not trusted by the operator
/// that requires proof that the user has used them in the session that ends. Otherwise they could use a link to this
/// server to send people anywhere ([RFC 9700 §4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2)).
fn returns_by_itself(signet: &Signet, client: &Client, request: &LogoutRequest<'_>) -> bool {
    let is_of_this_session = matches!((request.hint, request.session), (Hint::Of { sid }, Some(here)) if sid == here);
    is_of_this_session || client.is_vouched() || signet.authorization_policy.redirects_errors_to_all
}

fn seal(signet: &Signet, back: &Return) -> String {
    let plaintext = serde_json::to_vec(back).unwrap_or_default();
    signet.sealing_key.seal(PURPOSE, &plaintext, signet.entropy)
}

/// Decrypts where the user returns to.
#[must_use]
pub fn returning(signet: &Signet, sealed: Option<&str>) -> Return {
    let plaintext = sealed.and_then(|sealed| signet.sealing_key.open(PURPOSE, sealed).ok());
    plaintext.and_then(|plaintext| serde_json::from_slice(&plaintext).ok()).unwrap_or_default()
}

/// The session whose cookie the browser presents, active or expired: clients that took part in an expired session
/// still have to be notified.
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

/// What the request proves, and its client: from the hint, or from `client_id` if there is no hint.
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
        // The client has been deleted.
        (Hint::Of { .. }, None) => Ok((Hint::Refused, None)),
        known => Ok(known),
    }
}

/// The `sid` and the audience of an ID token issued by this server. It may be expired: "The OP SHOULD accept ID
/// Tokens when the RP identified by the ID Token's aud claim and/or sid claim has a current session or had a recent
/// session at the OP".
fn read_hint(signet: &Signet, unverified_jwt: &str) -> Option<(String, String)> {
    let claims = access::own_id_token(signet, unverified_jwt).ok()?;
    let audience = claims.audience().ok()?;
    Some((claims.text("sid").ok()?.to_owned(), (*audience.first()?).to_owned()))
}

const PURPOSE: &str = "logout";

/// Maximum number of clients that one page signs out. Their list is part of the page's URL.
const MOST_FRAMES: usize = 32;
