//! Public keys of clients: registered directly (`jwks`) or published at a URL (`jwks_uri`,
//! [OpenID Connect Core §10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys)).

use super::Signet;
use crate::{
    jose::{JwkSet, JwtRefusal, UnverifiedJwt, VerifiedJwt},
    oauth::client::Client,
};

/// Reasons why no key of the client verifies a JWT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyRefusal {
    /// The client has registered no keys, or its published keys cannot be fetched.
    NoKeys,
    /// No key verifies the JWT.
    Jwt(JwtRefusal),
}

/// Verifies `jwt` with the keys of `client`.
///
/// # Errors
///
/// Returns a [`KeyRefusal`] if the client has no usable keys or none of them verifies the JWT.
pub(super) async fn verify(
    signet: &Signet,
    client: &Client,
    jwt: &UnverifiedJwt<'_>,
) -> Result<VerifiedJwt, KeyRefusal> {
    let openid = &client.metadata.openid;
    let Some(uri) = &openid.jwks_uri else {
        let keys = openid.jwks.as_ref().and_then(|jwks| JwkSet::of_client(jwks).ok()).ok_or(KeyRefusal::NoKeys)?;
        return jwt.verify_by_any(&keys).map_err(KeyRefusal::Jwt);
    };
    let means = (&signet.fetcher, &signet.clock);
    let known = signet.published_keys.copy(means, uri, None).await.ok_or(KeyRefusal::NoKeys)?;
    let refusal = match jwt.verify_by_any(&known.keys) {
        Ok(verified) => return Ok(verified),
        Err(refusal) => refusal,
    };
    match signet.published_keys.copy(means, uri, Some(known.fetched_at)).await {
        Some(newer) if newer.fetched_at != known.fetched_at => jwt.verify_by_any(&newer.keys).map_err(KeyRefusal::Jwt),
        _ => Err(KeyRefusal::Jwt(refusal)),
    }
}
