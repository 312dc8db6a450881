//! Data about a user as claims of OpenID Connect.

use serde_json::{Map, Value, json};

use crate::{
    account::{own_picture, record::Account},
    oauth::issuer::Issuer,
};

/// The claims about `account` that may be disclosed to applications. An unverified e-mail address is disclosed only
/// if the operator allows it, because many applications match their accounts by it.
#[must_use]
pub fn disclosable_claims(account: &Account, issuer: &Issuer, shares_unverified_email: bool) -> Map<String, Value> {
    let mut claims = claims(account, issuer);
    if !account.email_verified && !shares_unverified_email {
        claims.remove("email");
        claims.remove("email_verified");
    }
    claims
}

/// All claims about `account` by the names of OpenID Connect Core §5.1, as issued by `issuer`. `oidc::claims` decides
/// which of them a client receives.
#[must_use]
pub fn claims(account: &Account, issuer: &Issuer) -> Map<String, Value> {
    let mut claims = match serde_json::to_value(&account.claims) {
        Ok(Value::Object(claims)) => claims,
        _ => Map::new(),
    };
    if let Some(target) = own_picture::target(account) {
        claims.insert("picture".to_owned(), issuer.endpoint(&target).into());
    }
    if account.claims.phone_number.is_none() {
        claims.remove("phone_number_verified");
    }
    if let Some(address) = &account.claims.address
        && let Some(Value::Object(members)) = claims.get_mut("address")
    {
        members.insert("formatted".to_owned(), address.formatted().into());
    }
    claims.insert("preferred_username".to_owned(), account.username.as_str().into());
    claims.insert("updated_at".to_owned(), account.updated_at.unix_timestamp().into());
    if let Some(email) = &account.email {
        claims.insert("email".to_owned(), email.as_str().into());
        claims.insert("email_verified".to_owned(), account.email_verified.into());
    }
    claims.insert("groups".to_owned(), json!(account.groups.iter().collect::<Vec<_>>()));
    claims
}
