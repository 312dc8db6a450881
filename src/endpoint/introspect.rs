//! `/verify` and `/introspect`, [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662): the content of a token.

use serde_json::{Map, Value};

use super::{
    Fault, Signet, access,
    token::{RuleOrFault, TokenRefusal, authenticate},
};
use crate::oauth::{introspection, parameters::Parameters, token_error::TokenError};

/// Answers an introspection request.
///
/// # Errors
///
/// [`TokenRefusal`] when the caller does not authenticate: "to prevent token scanning attacks, the endpoint MUST also
/// require some form of authorization" (§2.1), which naming a public client is not.
pub async fn introspect(
    signet: &Signet,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<Map<String, Value>, TokenRefusal> {
    let by_header = authorization.is_some();
    answer(signet, authorization, form).await.map_err(|error| error.with_header(by_header))
}

async fn answer(
    signet: &Signet,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<Map<String, Value>, RuleOrFault> {
    form.once_each()?;
    let caller = authenticate(signet, authorization, form).await?;
    if caller.client().is_public() {
        return Err(TokenError::SecretMissing.into());
    }
    let token = form.required("token")?;
    let now = signet.clock.now();
    let Ok(token) = access::own_token(signet, token) else { return Ok(introspection::inactive()) };
    if !access::is_in_time(&token.claims, now) {
        return Ok(introspection::inactive());
    }
    let grant = access::live_grant(signet, &token.grant).map_err(|fault: Fault| RuleOrFault::Fault(fault))?;
    Ok(introspection::answer(token.claims.as_map(), grant.as_ref(), caller.client()))
}
