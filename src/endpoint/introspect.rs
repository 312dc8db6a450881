//! `/verify` and `/introspect`, [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662): token introspection, on request
//! as a signed JWT, [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701).

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{
    InternalError, Signet, access,
    client_authentication::{Caller, authenticate},
    endpoint_error::{EndpointError, TokenRefusal},
};
use crate::{
    account::record::AccountId,
    jose::{Algorithm, TokenType},
    oauth::{
        client::Client, grant::Grant, introspection, parameters::Parameters, scope::Scope, token_error::TokenError,
    },
};

/// The requested response format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    /// A signed JWT.
    Jwt,
}

/// The introspection response.
#[derive(Debug)]
pub enum Introspected {
    Json(Map<String, Value>),
    Jwt(String),
}

/// Answers an introspection request.
///
/// # Errors
///
/// Returns a [`TokenRefusal`] if the caller does not authenticate: "to prevent token scanning attacks, the endpoint
/// MUST also require some form of authorization" (§2.1). The `client_id` of a public client is not enough.
pub async fn introspect(
    signet: &Signet,
    caller: Caller<'_>,
    form: &Parameters,
    answer_form: Form,
) -> Result<Introspected, TokenRefusal> {
    let by_header = caller.authorization.is_some();
    answer(signet, caller, form, answer_form).await.map_err(|error| error.with_header(by_header))
}

async fn answer(
    signet: &Signet,
    caller: Caller<'_>,
    form: &Parameters,
    answer_form: Form,
) -> Result<Introspected, EndpointError> {
    form.once_each()?;
    let caller = authenticate(signet, caller, form).await?;
    let caller = caller.client();
    if caller.is_public() {
        return Err(TokenError::SecretMissing.into());
    }
    let now = signet.clock.now();
    let content = content(signet, form.required("token")?, caller, now)?;
    if answer_form == Form::Json {
        return Ok(Introspected::Json(content));
    }
    let claims = introspection::signed(content, &signet.issuer, caller, now);
    let signed = signet.keys.sign(Algorithm::Rs256, TokenType::Introspection, &claims).map_err(InternalError::from)?;
    Ok(Introspected::Jwt(signed))
}

fn content(
    signet: &Signet,
    token: &str,
    caller: &Client,
    now: OffsetDateTime,
) -> Result<Map<String, Value>, InternalError> {
    if let Some(presented) = signet.presented_refresh_token(token)? {
        let policy = &signet.lifetimes.refresh_token;
        let grant = access::live_grant(signet, presented.grant())?;
        let current = grant.as_ref().and_then(|grant| Some((grant, grant.refresh_token.as_ref()?)));
        return Ok(match current.filter(|(_, state)| state.is_current(&presented, policy, now)) {
            Some((grant, state)) => {
                let client_subject = signet.client_subject(&grant.subject, caller);
                let expires_at = state.expires_at(policy);
                let answer =
                    introspection::of_refresh_token(grant, &client_subject, caller, &signet.issuer, expires_at);
                with_username(signet, answer, (grant, &grant.scope), caller)?
            }
            None => introspection::inactive(),
        });
    }
    let Ok(token) = access::own_token(signet, token) else { return Ok(introspection::inactive()) };
    if !access::is_in_time(&token.claims, now) {
        return Ok(introspection::inactive());
    }
    let Some(grant) = access::live_grant(signet, &token.grant)? else { return Ok(introspection::inactive()) };
    let scope = token.claims.optional_text("scope").ok().flatten().and_then(|scope| Scope::parse(scope).ok());
    let answer = introspection::answer(token.claims.as_map(), Some(&grant), caller);
    with_username(signet, answer, (&grant, &scope.unwrap_or_default()), caller)
}

/// Adds the username of the user behind `grant` to `answer`, if there is one and `caller` may know it.
fn with_username(
    signet: &Signet,
    mut answer: Map<String, Value>,
    (grant, scope): (&Grant, &Scope),
    caller: &Client,
) -> Result<Map<String, Value>, InternalError> {
    let Ok(id) = AccountId::parse(grant.subject.as_str()) else { return Ok(answer) };
    if answer == introspection::inactive() {
        return Ok(answer);
    }
    let Some(client) = signet.store.client(&grant.client_id)? else { return Ok(answer) };
    if introspection::tells_username(scope, &client.record, caller)
        && let Some(account) = signet.store.account(&id)?
    {
        answer.insert("username".to_owned(), account.record.username.as_str().into());
    }
    Ok(answer)
}
