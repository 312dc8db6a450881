//! `/logout`, [OpenID Connect RP-Initiated Logout §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout).
//!
//! A GET changes nothing: the person is always asked, so that no link signs anybody out.

use serde::{Deserialize, Serialize};

use super::{
    Fault, Signet, access,
    session::{self, Browser},
};
use crate::{
    account::session::SessionId,
    oauth::{
        client::{Client, ClientId},
        grant::{EndCause, Grant},
        parameters::Parameters,
        subject::Subject,
    },
    oidc::logout::destination,
};

/// What the page has to ask.
#[derive(Debug)]
pub struct LogoutQuestion {
    /// Who is signed in, if anybody.
    pub username: Option<String>,
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
}

/// Reads a logout request. A hint that is none of ours, or names another client than `client_id`, leads nowhere.
///
/// # Errors
///
/// The storage.
pub async fn question(signet: &Signet, parameters: &Parameters, browser: &Browser) -> Result<LogoutQuestion, Fault> {
    let current = session::current(signet, browser, signet.clock.now()).await?;
    let client = asking(signet, parameters)?;
    let requested = parameters.one("post_logout_redirect_uri").ok().flatten();
    let state = parameters.one("state").ok().flatten();
    let client_name = client.as_ref().map(|client| client.metadata.client_name.clone());
    let back = Return { destination: destination(client.as_ref(), requested, state), client_name: client_name.clone() };
    let plaintext = serde_json::to_vec(&back).unwrap_or_default();
    Ok(LogoutQuestion {
        username: current.map(|current| current.account.username.as_str().to_owned()),
        client_name,
        sealed: signet.sealing_key.seal(PURPOSE, &plaintext, signet.entropy),
    })
}

/// Ends the session of `browser`, and with it what was granted for as long as the person is signed in.
///
/// # Errors
///
/// When it cannot be written. Then the person is still signed in, and must not be told otherwise.
pub async fn confirm(signet: &Signet, browser: &Browser) -> Result<(), Fault> {
    let Some(presented) = &browser.session else { return Ok(()) };
    let digest = SessionId::presented(presented.expose()).digest();
    let session = signet.store.session(&digest)?;
    signet.store.end_session(&digest).await?;
    tracing::info!("signed out");
    let Some(session) = session.map(|kept| kept.record) else { return Ok(()) };
    let (subject, sid) = (Subject::new(session.account.as_str()), session.sid.as_str());
    let meant = |grant: &Grant| grant.ends_with_session(sid);
    signet.store.end_grants_of(&subject, meant, EndCause::SignedOut, signet.clock.now()).await?;
    Ok(())
}

/// Where the person returns to, from what travelled with the answer.
#[must_use]
pub fn returning(signet: &Signet, sealed: Option<&str>) -> Return {
    let plaintext = sealed.and_then(|sealed| signet.sealing_key.open(PURPOSE, sealed).ok());
    plaintext.and_then(|plaintext| serde_json::from_slice(&plaintext).ok()).unwrap_or_default()
}

/// The client that the hint names. An expired hint will do: "The OP SHOULD accept ID Tokens when the RP identified by the
/// ID Token's aud claim and/or sid claim has a current session or had a recent session at the OP".
fn asking(signet: &Signet, parameters: &Parameters) -> Result<Option<Client>, Fault> {
    let one = |name| parameters.one(name).ok().flatten();
    let Some(hint) = one("id_token_hint") else { return Ok(None) };
    let Ok(claims) = access::own_id_token(signet, hint) else { return Ok(None) };
    let audience = claims.audience().unwrap_or_default();
    let Some(audience) = audience.first() else { return Ok(None) };
    if one("client_id").is_some_and(|named| named != *audience) {
        return Ok(None);
    }
    match ClientId::parse(audience) {
        Ok(client_id) => Ok(signet.store.client(&client_id)?.map(|kept| kept.record)),
        Err(_) => Ok(None),
    }
}

const PURPOSE: &str = "logout";
