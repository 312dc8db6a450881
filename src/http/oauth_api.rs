//! The protocol endpoints.

use std::sync::Arc;

use poem::{
    Request, Response,
    http::{StatusCode, header},
};
use poem_openapi::{OpenApi, Tags};
use serde_json::Value;

use super::{
    authorize,
    documented::{DocumentedAnswer, json_answer, object_answer, problem},
    edge::{ClientIp, no_store},
    extract::{BearerToken, ClientAuthorization, OAuthForm, OptionalForm},
    fault,
    oauth_schema::{
        AccessTokenForm, AuthorizeForm, AuthorizeKinds, DeviceBody, DeviceForm, DeviceKinds, IntrospectionKinds,
        RevocationKinds, TokenBody, TokenForm, TokenInForm, TokenKinds, UserinfoKinds,
    },
    server::Server,
};
use crate::{
    endpoint::{
        access::AccessRefusal,
        client_authentication::Caller,
        device,
        endpoint_error::TokenRefusal,
        introspect::{self, Introspected},
        revoke, token,
        userinfo::{self, Userinfo},
    },
    oauth::{
        bearer::{self, BearerError},
        parameters::{MalformedParameters, Parameters},
        token_error::TokenError,
    },
    secret::Secret,
};

pub(super) struct OAuthApi(pub(super) Arc<Server>);

#[derive(Tags)]
pub(super) enum ApiTag {
    /// Signing users in and issuing tokens.
    #[oai(rename = "OAuth 2.0 and OpenID Connect")]
    Protocol,
    /// Metadata documents for clients and APIs.
    Discovery,
    /// Management of applications, by administrators and by their owners.
    Applications,
    /// Dynamic client registration (RFC 7591 and RFC 7592).
    Registration,
    /// Management of users.
    People,
    /// The security event log.
    #[oai(rename = "Security events")]
    Events,
    /// Health of the server.
    Health,
}

#[OpenApi]
impl OAuthApi {
    /// Start an authorization request
    ///
    /// The application sends the user's browser here (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1). The browser
    /// returns to the redirect URI with a code or an error.
    #[oai(path = "/authorize", method = "get", operation_id = "authorize", tag = "ApiTag::Protocol")]
    async fn authorize(&self, request: &Request) -> poem::Result<DocumentedAnswer<AuthorizeKinds>> {
        authorize::by_query(&self.0, request).await.map(DocumentedAnswer::from)
    }

    /// Start an authorization request with a form
    ///
    /// Takes the parameters of the GET request as form fields.
    #[oai(path = "/authorize", method = "post", operation_id = "authorizeByForm", tag = "ApiTag::Protocol")]
    async fn authorize_by_form(
        &self,
        request: &Request,
        form: OAuthForm<AuthorizeForm>,
    ) -> poem::Result<DocumentedAnswer<AuthorizeKinds>> {
        authorize::by_form(&self.0, request, form.parameters).await.map(DocumentedAnswer::from)
    }

    /// Start an authorization request (older path)
    #[oai(
        path = "/api/oauth2/authorize",
        method = "get",
        operation_id = "authorizeByOlderPath",
        tag = "ApiTag::Protocol"
    )]
    async fn authorize_by_older_path(&self, request: &Request) -> poem::Result<DocumentedAnswer<AuthorizeKinds>> {
        authorize::by_query(&self.0, request).await.map(DocumentedAnswer::from)
    }

    /// Issue tokens
    ///
    /// An application redeems an authorization code or a device code, uses a refresh token, or requests a token for
    /// itself (RFC 6749 §3.2, RFC 8628 §3.4).
    #[oai(path = "/token", method = "post", operation_id = "token", tag = "ApiTag::Protocol")]
    async fn token(
        &self,
        authorization: ClientAuthorization,
        form: OAuthForm<TokenForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<TokenKinds>> {
        self.answer_token(authorization, form, client_ip).await
    }

    /// Issue tokens (older path)
    #[oai(path = "/api/oauth2/token", method = "post", operation_id = "tokenByOlderPath", tag = "ApiTag::Protocol")]
    async fn token_by_older_path(
        &self,
        authorization: ClientAuthorization,
        form: OAuthForm<TokenForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<TokenKinds>> {
        self.answer_token(authorization, form, client_ip).await
    }

    /// Start a device authorization
    ///
    /// For devices without a browser or keyboard (RFC 8628 §3.1). The device shows the user code, the user enters it at
    /// `/device` on another device, and the device polls `/token`.
    #[oai(
        path = "/device_authorization",
        method = "post",
        operation_id = "deviceAuthorization",
        tag = "ApiTag::Protocol"
    )]
    async fn device_authorization(
        &self,
        authorization: ClientAuthorization,
        form: OAuthForm<DeviceForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<DeviceKinds>> {
        self.0.device_rate.take(client_ip)?;
        let caller = authorization.caller();
        let answered = match read(form.parameters, caller) {
            Ok(form) => device::begin(&self.0.signet, caller, &form).await,
            Err(refusal) => Err(refusal),
        };
        Ok(DocumentedAnswer::from(match answered {
            Ok(begun) => object_answer(StatusCode::OK, &DeviceBody::from(begun)),
            Err(refusal) => refused(refusal)?,
        }))
    }

    /// Introspect a token
    ///
    /// Token introspection (RFC 7662). APIs can verify tokens offline instead. With `Accept:
    /// application/token-introspection+jwt` the response is signed (RFC 9701).
    #[oai(path = "/verify", method = "post", operation_id = "verify", tag = "ApiTag::Protocol")]
    async fn verify(
        &self,
        request: &Request,
        authorization: ClientAuthorization,
        form: OAuthForm<TokenInForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<IntrospectionKinds>> {
        self.answer_introspection(request, authorization, form, client_ip).await
    }

    /// Introspect a token (standard path)
    #[oai(path = "/introspect", method = "post", operation_id = "introspect", tag = "ApiTag::Protocol")]
    async fn introspect(
        &self,
        request: &Request,
        authorization: ClientAuthorization,
        form: OAuthForm<TokenInForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<IntrospectionKinds>> {
        self.answer_introspection(request, authorization, form, client_ip).await
    }

    /// Revoke a token
    ///
    /// Token revocation (RFC 7009). All tokens of the same grant are revoked.
    #[oai(path = "/revoke", method = "post", operation_id = "revoke", tag = "ApiTag::Protocol")]
    async fn revoke(
        &self,
        authorization: ClientAuthorization,
        form: OAuthForm<TokenInForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<RevocationKinds>> {
        self.0.token_rate.take(client_ip)?;
        let caller = authorization.caller();
        let answered = match read(form.parameters, caller) {
            Ok(form) => revoke::revoke(&self.0.signet, caller, &form).await,
            Err(refusal) => Err(refusal),
        };
        Ok(DocumentedAnswer::from(match answered {
            Ok(()) => no_store(Response::builder().status(StatusCode::OK).finish()),
            Err(refusal) => refused(refusal)?,
        }))
    }

    /// Get the claims of the signed-in user
    ///
    /// Returns the claims that the scope of the access token allows (OpenID Connect Core §5.3).
    #[oai(path = "/userinfo", method = "get", operation_id = "userinfo", tag = "ApiTag::Protocol")]
    async fn userinfo(&self, token: BearerToken) -> poem::Result<DocumentedAnswer<UserinfoKinds>> {
        self.answer_userinfo(token.0)
    }

    /// Get the claims of the signed-in user by POST
    ///
    /// The access token is sent in the `Authorization` header or in the form (RFC 6750 §2.2), not in both.
    #[oai(path = "/userinfo", method = "post", operation_id = "userinfoByPost", tag = "ApiTag::Protocol")]
    async fn userinfo_by_post(
        &self,
        token: BearerToken,
        form: OptionalForm<AccessTokenForm>,
    ) -> poem::Result<DocumentedAnswer<UserinfoKinds>> {
        let malformed = |_| BearerError::InvalidRequest("the form is malformed");
        let form = form.parameters.map_err(malformed);
        self.answer_userinfo(form.and_then(|form| bearer::token_in_either(token.0, &form)))
    }
}

impl OAuthApi {
    async fn answer_token(
        &self,
        authorization: ClientAuthorization,
        form: OAuthForm<TokenForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<TokenKinds>> {
        self.0.token_rate.take(client_ip)?;
        let caller = authorization.caller();
        let answered = match read(form.parameters, caller) {
            Ok(form) => token::token(&self.0.signet, caller, &form).await,
            Err(refusal) => Err(refusal),
        };
        Ok(DocumentedAnswer::from(match answered {
            Ok(tokens) => object_answer(StatusCode::OK, &TokenBody::from(tokens)),
            Err(refusal) => refused(refusal)?,
        }))
    }

    async fn answer_introspection(
        &self,
        request: &Request,
        authorization: ClientAuthorization,
        form: OAuthForm<TokenInForm>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<IntrospectionKinds>> {
        self.0.token_rate.take(client_ip)?;
        let caller = authorization.caller();
        let answered = match read(form.parameters, caller) {
            Ok(form) => introspect::introspect(&self.0.signet, caller, &form, introspection_form(request)).await,
            Err(refusal) => Err(refusal),
        };
        Ok(DocumentedAnswer::from(match answered {
            Ok(Introspected::Json(content)) => json_answer(StatusCode::OK, &Value::Object(content)),
            Ok(Introspected::Jwt(signed)) => no_store(Response::builder().content_type(INTROSPECTION_JWT).body(signed)),
            Err(refusal) => refused(refusal)?,
        }))
    }

    fn answer_userinfo(&self, token: Result<Secret, BearerError>) -> poem::Result<DocumentedAnswer<UserinfoKinds>> {
        let answered = token.map_err(AccessRefusal::Bearer);
        Ok(DocumentedAnswer::from(match answered.and_then(|token| userinfo::userinfo(&self.0.signet, &token)) {
            Ok(Userinfo::Json(claims)) => json_answer(StatusCode::OK, &Value::Object(claims)),
            Ok(Userinfo::Jwt(signed)) => no_store(Response::builder().content_type("application/jwt").body(signed)),
            Err(refusal) => challenged(refusal)?,
        }))
    }
}

/// Selects the response format from the `Accept` header (RFC 9701 §4).
fn introspection_form(request: &Request) -> introspect::Form {
    let accepted = request.header(header::ACCEPT).unwrap_or_default();
    let is_named =
        accepted.split(',').filter_map(|range| range.split(';').next()).any(|name| name.trim() == INTROSPECTION_JWT);
    if is_named { introspect::Form::Jwt } else { introspect::Form::Json }
}

fn read(parameters: Result<Parameters, MalformedParameters>, caller: Caller<'_>) -> Result<Parameters, TokenRefusal> {
    let by_header = caller.authorization.is_some();
    parameters.map_err(|malformed| TokenRefusal::Refused { error: malformed.into(), by_header })
}

/// RFC 6749 §5.2: 400, except that a client that did not authenticate gets 401 with the scheme that it used.
fn refused(refusal: TokenRefusal) -> poem::Result<Response> {
    let (error, by_header) = match refusal {
        TokenRefusal::Refused { error, by_header } => (error, by_header),
        TokenRefusal::Internal(cause) => return Err(fault(cause)),
    };
    if let TokenError::TooManySecrets { retry_after_seconds } = error {
        let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, error.code(), &error.description());
        answer.headers_mut().insert(header::RETRY_AFTER, retry_after_seconds.into());
        return Ok(answer);
    }
    let is_unauthenticated = error.code() == "invalid_client";
    let status = if is_unauthenticated { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    let mut answer = problem(status, error.code(), &error.description());
    // A 401 needs a challenge (RFC 9110 §15.5.2). If the request has no `Authorization` header, the challenge names a
    // scheme that the client could use.
    if is_unauthenticated || (by_header && status == StatusCode::UNAUTHORIZED) {
        let challenge = header::HeaderValue::from_static("Basic realm=\"signet\", charset=\"UTF-8\"");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    Ok(answer)
}

/// RFC 6750 §3: the error is in `WWW-Authenticate`.
pub(super) fn challenged(refusal: AccessRefusal) -> poem::Result<Response> {
    let error = match refusal {
        AccessRefusal::Bearer(error) => error,
        AccessRefusal::Internal(cause) => return Err(fault(cause)),
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let code = error.code().unwrap_or("unauthorized");
    let mut answer = problem(status, code, &error.to_string());
    if let Ok(challenge) = header::HeaderValue::try_from(challenge(&error)) {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    Ok(answer)
}

fn challenge(error: &BearerError) -> String {
    error.challenge("signet")
}

const INTROSPECTION_JWT: &str = "application/token-introspection+jwt";
