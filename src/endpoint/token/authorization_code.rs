//! `grant_type=authorization_code`, [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3).

use time::OffsetDateTime;

use super::response::{IssuedWith, TokenResponse, tokens};
use crate::{
    audit::{EventDetails, EventKind, RequestOrigin},
    crypto::Digest,
    endpoint::{
        InternalError, Signet,
        endpoint_error::EndpointError,
        retry::{Attempts, is_conflict},
        session_end,
    },
    oauth::{
        authorization_code::{self, CodeRequest, Consequence, IssuedCode},
        client_authentication::AuthenticatedClient,
        grant::{EndCause, Grant},
        parameters::Parameters,
        reason::Reason,
        refresh_token,
        token_error::TokenError,
    },
    secret::Secret,
    store::{CommitError, Store, Versioned},
};

pub(super) async fn redeem(
    signet: &Signet,
    client: &AuthenticatedClient,
    form: &Parameters,
    origin: &RequestOrigin,
) -> Result<TokenResponse, EndpointError> {
    let request = CodeRequest {
        client,
        redirect_uri: form.one("redirect_uri")?,
        code_verifier: form.one("code_verifier")?.map(Secret::new),
        resources: form.many("resource").collect(),
    };
    let digest = Digest::of(form.required("code")?);
    let store = signet.store.as_actor(origin.as_client(&client.client().client_id));
    let now = signet.clock.now();
    // A conflict means that another request with the same code was first. The second attempt then finds the code
    // used.
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let Some(kept) = signet.store.code(&digest).map_err(InternalError::from)? else {
            return Err(TokenError::CodeUnknown.into());
        };
        let issuance_context = signet.issuance_context(&kept.record.subject, &kept.record.client_id)?;
        let redemption = match authorization_code::redeem(&kept.record, &request, &issuance_context, now) {
            Ok(redemption) => redemption,
            Err(refusal) if is_conflict(apply_consequence(&store, &digest, &kept, &refusal, now).await)? => {
                continue;
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let lifetime = signet.access_token_lifetime(redemption.audience());
        let grant = redemption.grant(signet.new_grant_identity(now), lifetime, now);
        let policy = &signet.lifetimes.refresh_token;
        let (grant, refresh_token) = refresh_token::begin(grant, client.client(), policy, signet.sealing_means());
        let grant = grant.retain_for_logout(client.client(), signet.lifetimes.session.absolute);
        let spent = redemption.spent(&grant.id);
        if is_conflict(signet.store.spend_code(&digest, &kept, &spent, &grant).await)? {
            continue;
        }
        end_grant_if_session_ended(signet, &grant, now).await?;
        let nonce = redemption.nonce().map(ToOwned::to_owned);
        let issuance = redemption.issuance(&grant);
        let with = IssuedWith { refresh_token, nonce: nonce.as_deref() };
        return tokens(signet, &issuance, client, with, now);
    }
}

/// Writes the consequence of a refusal.
async fn apply_consequence(
    store: &Store,
    digest: &Digest,
    kept: &Versioned<IssuedCode>,
    refusal: &TokenError,
    now: OffsetDateTime,
) -> Result<(), CommitError> {
    match kept.record.consequence(refusal) {
        Consequence::Nothing => Ok(()),
        Consequence::Burn => {
            let details = EventDetails::of(EventKind::CodeRefused).because(&refusal.reason());
            let details = details.about_subject(&kept.record.subject).with_client(&kept.record.client_id);
            store.with_event(details).burn_code(digest, kept).await
        }
        Consequence::EndGrant(grant) => {
            tracing::warn!(client_id = %kept.record.client_id, "authorization code replayed, grant ended");
            Ok(store.end_grant(&grant, EndCause::CodeReplayed, now).await?)
        }
    }
}

/// Ends `grant`, which is already on disk, if the session in which the user consented has ended in the meantime. The
/// end of a session ends every grant that is on disk by then, so no grant escapes both checks.
async fn end_grant_if_session_ended(signet: &Signet, grant: &Grant, now: OffsetDateTime) -> Result<(), EndpointError> {
    if !session_end::is_over(signet, grant)? {
        return Ok(());
    }
    signet.store.end_grant(&grant.id, EndCause::SignedOut, now).await.map_err(InternalError::from)?;
    Err(TokenError::GrantEnded.into())
}
