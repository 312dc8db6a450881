//! `/userinfo`, [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo).

use serde_json::{Map, Value};

use super::{
    InternalError, Signet,
    access::{AccessRefusal, authorize},
};
use crate::{jose::TokenType, oauth::bearer::BearerError, oidc::claims, secret::Secret};

/// The claims about the user, in the format that the client is registered for.
pub enum Userinfo {
    Json(Map<String, Value>),
    /// A signed JWT.
    Jwt(String),
}

/// Returns the claims that the bearer of `unverified_jwt` may see.
///
/// # Errors
///
/// Returns an [`AccessRefusal`] if the token is not accepted or the storage fails.
pub fn userinfo(signet: &Signet, unverified_jwt: &Secret) -> Result<Userinfo, AccessRefusal> {
    let access = authorize(signet, unverified_jwt, &["openid"])?;
    let refuse = |reason| AccessRefusal::Bearer(BearerError::InvalidToken(reason));
    let account = access.account().ok_or(refuse("the access token does not belong to a user"))?;
    let client = signet.store.client(access.client_id()).map_err(|fault| AccessRefusal::Internal(fault.into()))?;
    let client = client.ok_or(refuse("the access token was revoked"))?.record;
    let client_subject = signet.client_subject(access.subject(), &client);
    let names = &access.named_claims().userinfo;
    let mut claims = claims::userinfo(&client_subject, &signet.disclosable_claims(account), access.scope(), names);
    let Some(algorithm) = client.metadata.openid.userinfo_signed_response_alg else {
        return Ok(Userinfo::Json(claims));
    };
    // §5.3.2: "If signed, the UserInfo Response MUST contain the Claims iss (issuer) and aud (audience) as members."
    // There is no `exp`, so it cannot be mistaken for an ID token.
    claims.insert("iss".to_owned(), signet.issuer.as_str().into());
    claims.insert("aud".to_owned(), client.client_id.as_str().into());
    let signed = signet.keys.sign(algorithm, TokenType::IdToken, &claims);
    signed.map(Userinfo::Jwt).map_err(|fault| AccessRefusal::Internal(InternalError::from(fault)))
}
