//! Sectors, [OpenID Connect Registration §5](https://openid.net/specs/openid-connect-registration-1_0.html#SectorIdentifierValidation):
//! applications that know a person by the same pairwise subject name one document that lists the redirect URIs of all of
//! them.

use super::Signet;
use crate::oauth::{
    openid_metadata::{names_sector, sector_lists},
    registration::{RegistrationRefusal, RegistrationRequest},
};

/// Makes sure that the document of the sector lists the redirect URIs of `request`, if it asks for pairwise subjects and
/// names one. Only who may register should have something fetched.
///
/// # Errors
///
/// [`RegistrationRefusal`], also when the document cannot be fetched.
pub(super) async fn agree(signet: &Signet, request: &RegistrationRequest) -> Result<(), RegistrationRefusal> {
    let Some(uri) = names_sector(&request.openid) else { return Ok(()) };
    let document = match signet.fetcher.json(uri).await {
        Ok((document, _)) => Some(document),
        Err(refusal) => {
            tracing::info!(uri, %refusal, "a sector_identifier_uri could not be fetched");
            None
        }
    };
    sector_lists(document.as_ref(), request.redirect_uris.as_deref().unwrap_or_default())
}
