//! `/userinfo`, [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo).

use serde_json::{Map, Value};

use super::{
    Signet,
    access::{AccessRefusal, authorize},
    profile,
};
use crate::{oauth::bearer::BearerError, oidc::claims, secret::Secret};

/// What the bearer of `unverified_jwt` may know about the person.
///
/// # Errors
///
/// [`AccessRefusal`].
pub fn userinfo(signet: &Signet, unverified_jwt: &Secret) -> Result<Map<String, Value>, AccessRefusal> {
    let access = authorize(signet, unverified_jwt, &["openid"])?;
    let account = access.account();
    let account = account.ok_or(AccessRefusal::Bearer(BearerError::InvalidToken("the access token is no person's")))?;
    Ok(claims::userinfo(access.subject(), &profile::claims(account), access.scope()))
}
