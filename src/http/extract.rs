//! Extractors that poem-openapi documents. They do not validate; the endpoint rules do.

use std::marker::PhantomData;

use poem::{Request, RequestBody, Result, http::header};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{
        MetaMediaType, MetaOAuthFlow, MetaOAuthFlows, MetaOAuthScope, MetaRequest, MetaSecurityScheme, Registry,
    },
    types::Type,
};

use super::edge::{ClientIp, Refusal, RequestId};
use crate::{
    audit::RequestOrigin,
    endpoint::client_authentication::Caller,
    oauth::{
        bearer::{self, BearerError},
        parameters::{MalformedParameters, Parameters},
        resource::{IDENTITY_SCOPES, MANAGEMENT_SCOPES},
    },
    secret::Secret,
};

/// A form documented by the members of `T`. poem's `Form` repairs broken encoding and keeps one of two equal
/// parameters; the specifications require an error in both cases.
pub(super) struct OAuthForm<T, const REQUIRED: bool = true> {
    /// The parameters, or the encoding error.
    pub(super) parameters: Result<Parameters, MalformedParameters>,
    members: PhantomData<fn() -> T>,
}

/// An optional form: a body of another media type counts as absent.
pub(super) type OptionalForm<T> = OAuthForm<T, false>;

impl<'a, T: Type, const REQUIRED: bool> ApiExtractor<'a> for OAuthForm<T, REQUIRED> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = vec![MetaMediaType { content_type: FORM, schema: T::schema_ref() }];
        Some(MetaRequest { description: None, content, required: REQUIRED })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let is_read = REQUIRED || is_form(request);
        let parameters = if is_read { form(request, body).await? } else { Ok(Parameters::default()) };
        Ok(Self { parameters, members: PhantomData })
    }
}

fn is_form(request: &Request) -> bool {
    let content_type = request.content_type().unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM)
}

/// The origin of a request.
pub(super) fn origin(request: &Request) -> RequestOrigin {
    let user_agent = request.header(header::USER_AGENT).unwrap_or_default();
    RequestOrigin::new(ClientIp::of(request).0, user_agent, request.data::<RequestId>().map(RequestId::as_str))
}

/// Reads the body as a form.
pub(super) async fn form(request: &Request, body: &mut RequestBody) -> Result<Result<Parameters, MalformedParameters>> {
    if !is_form(request) {
        return Err(Refusal::NotAForm.into());
    }
    let bytes = body.take()?.into_bytes().await?;
    Ok(match std::str::from_utf8(&bytes) {
        Ok(encoded) => Parameters::parse(encoded),
        Err(_) => Err(MalformedParameters::Encoding),
    })
}

/// The `Authorization` header for client authentication. The framework's extractor treats a malformed header as absent
/// and does not form-decode the credentials.
pub(super) struct ClientAuthorization(Option<String>, RequestOrigin);

impl ClientAuthorization {
    /// The caller of the endpoint.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller { authorization: self.0.as_deref(), origin: &self.1 }
    }
}

impl<'a> ApiExtractor<'a> for ClientAuthorization {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            CLIENT_SCHEME,
            MetaSecurityScheme {
                description: Some(
                    "The `client_id` and `client_secret` of an application. Both can be sent in the form instead. A public \
                     client sends its `client_id` in the form.",
                ),
                scheme: Some("basic"),
                ..scheme("http")
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![CLIENT_SCHEME]
    }

    /// Without the header, the client authenticates in the form.
    fn has_security_fallback() -> bool {
        true
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
        // Two headers, or a header that is not ASCII, are passed on as a value that no client can legitimately send.
        let authorization = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(value), None) => Some(value.to_str().unwrap_or("?").to_owned()),
            (Some(_), Some(_)) => Some("?".to_owned()),
        };
        Ok(Self(authorization, origin(request)))
    }
}

/// The access token of a request, and the origin of the request. The framework's extractor answers 401 without
/// `WWW-Authenticate`.
pub(super) struct BearerToken(pub(super) Result<Secret, BearerError>, pub(super) RequestOrigin);

impl<'a> ApiExtractor<'a> for BearerToken {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let scopes = IDENTITY_SCOPES.iter().chain(MANAGEMENT_SCOPES);
        let scopes = scopes.map(|(name, description)| MetaOAuthScope { name, description: Some(description) });
        let flow = |authorization_url, scopes| MetaOAuthFlow {
            authorization_url,
            token_url: Some("/token"),
            refresh_url: None,
            scopes,
        };
        registry.create_security_scheme(
            TOKEN_SCHEME,
            MetaSecurityScheme {
                description: Some(
                    "Sign in to try the endpoints as yourself, or use the client credentials of an application.",
                ),
                flows: Some(MetaOAuthFlows {
                    implicit: None,
                    password: None,
                    client_credentials: None,
                    authorization_code: Some(flow(Some("/authorize"), scopes.collect())),
                }),
                ..scheme("oauth2")
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![TOKEN_SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let values = request.headers().get_all(header::AUTHORIZATION).iter();
        Ok(Self(bearer::token(values.map(header::HeaderValue::as_bytes)), origin(request)))
    }
}

fn scheme(ty: &'static str) -> MetaSecurityScheme {
    MetaSecurityScheme {
        ty,
        description: None,
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const CLIENT_SCHEME: &str = "client";
const TOKEN_SCHEME: &str = "signet";
