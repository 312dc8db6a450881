//! Issues the result of `/authorize`: a code, tokens, or both.

use time::OffsetDateTime;

use super::{InternalError, Signet, clients, interaction::Interaction, signet::IdTokenContext};
use crate::{
    audit::{EventDetails, EventKind, Principal, RequestOrigin},
    crypto::Digest,
    oauth::{
        authorization_code::{Agreement, IssuedCode},
        authorization_response::{AuthorizationResponse, Issued, IssuedToken},
        client::{Client, ResponseType},
        implicit,
        subject::Subject,
    },
    oidc::step::Decision,
    store::Store,
};

/// Issues what the request of `interaction` asks for, limited to what the user consented to.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage or signing fails.
pub(super) async fn issue(
    signet: &Signet,
    (interaction, client, origin): (&Interaction, &Client, &RequestOrigin),
    agreement: Agreement,
    now: OffsetDateTime,
) -> Result<AuthorizationResponse, InternalError> {
    clients::keep_used(signet, client).await?;
    let request = &interaction.request.authorization;
    let nonce = agreement.nonce.clone();
    let store = telling_of_consent(signet, interaction, &agreement.subject, origin);
    let lifetime = signet.access_token_lifetime(&request.audience);
    let begun = implicit::begin(&agreement, request, || signet.new_grant_identity(now), lifetime, now);
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
    let grant = grant.retain_for_logout(client, signet.lifetimes.session.absolute);
    // The consent event is recorded once: with the code if one is issued.
    let store = if issued.code.is_some() { &signet.store } else { &store };
    store.begin_grant(&grant).await?;
    if request.response_type.has_token() {
        let minted = signet.mint(&issuance, client, now)?;
        let expires_in_seconds = minted.lifetime.whole_seconds();
        issued.access_token = Some(IssuedToken { token: minted.token, expires_in_seconds, scope: minted.scope });
    }
    if request.response_type.has_id_token() {
        let access_token = issued.access_token.as_ref().map(|issued| &issued.token);
        let no_access_token = request.response_type == ResponseType::IdToken;
        let context =
            IdTokenContext { nonce: nonce.as_deref(), access_token, code: issued.code.as_ref(), no_access_token };
        issued.id_token = signet.mint_id_token(&issuance, client, context, now)?;
    }
    tracing::info!(client_id = %grant.client_id, subject = %grant.subject, "tokens issued from the authorization endpoint");
    Ok(AuthorizationResponse::Issued(issued))
}

/// The store that records the user's consent in the same commit as the issued code or tokens.
fn telling_of_consent(signet: &Signet, interaction: &Interaction, subject: &Subject, origin: &RequestOrigin) -> Store {
    if !matches!(interaction.decision, Some(Decision::Allowed { .. })) {
        return signet.store.clone();
    }
    let client_id = &interaction.request.authorization.client_id;
    let details = EventDetails::of(EventKind::ConsentGranted).about_subject(subject).with_client(client_id);
    signet.store.as_actor(origin.acting_as(Principal::of(subject, client_id))).with_event(details)
}
