//! Sectors, [OpenID Connect Registration
//! §5](https://openid.net/specs/openid-connect-registration-1_0.html#SectorIdentifierValidation): applications that
//! share a person's pairwise subject refer to one document that lists the redirect URIs of all of them.

use crate::{
    endpoint::Signet,
    oauth::{
        client::{AuthMethod, ClientId, GrantType},
        openid_metadata::{names_sector, sector_lists},
        registration::{RegistrationRefusal, RegistrationRequest},
    },
};

/// Checks that the sector document lists the redirect URIs of `request` by `client_id`, if the request asks for
/// pairwise subjects and names a document. Call it only for callers who may register, because it fetches a URL.
///
/// # Errors
///
/// Returns a [`RegistrationRefusal`] if a URI is not listed or the document cannot be fetched.
pub(super) async fn agree(
    signet: &Signet,
    request: &RegistrationRequest,
    client_id: &ClientId,
) -> Result<(), RegistrationRefusal> {
    let Some(uri) = names_sector(&request.openid) else { return Ok(()) };
    let document = match signet.fetcher.json(uri).await {
        Ok((document, _)) => Some(document),
        Err(refusal) => {
            tracing::info!(uri, %refusal, "fetching sector_identifier_uri failed");
            None
        }
    };
    let redirect_uris = request.redirect_uris.as_deref().unwrap_or_default();
    sector_lists(document.as_ref(), redirect_uris, &names_without_redirect(request, client_id))
}

/// The URI that the document must list for an application without a redirect, for which redirect URIs prove nothing.
/// [CIBA Core
/// §4](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#registration) has
/// the document list the `jwks_uri`, whose keys only the client has.
fn names_without_redirect<'a>(request: &'a RegistrationRequest, client_id: &'a ClientId) -> Vec<&'a str> {
    let grant_types = request.grant_types.iter().flatten().filter_map(|name| GrantType::parse(name));
    if !grant_types.into_iter().any(GrantType::reaches_person_without_redirect) {
        return Vec::new();
    }
    let signs = request.token_endpoint_auth_method.as_deref() == Some(AuthMethod::PrivateKeyJwt.as_str());
    let jwks_uri = request.openid.jwks_uri.as_deref().filter(|_| signs);
    [Some(client_id.as_str()), jwks_uri].into_iter().flatten().collect()
}
