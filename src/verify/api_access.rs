//! For poem-openapi: the argument that documents the security scheme and enforces the scope.

use std::{marker::PhantomData, ops::Deref};

use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaSecurityScheme, Registry},
};

use super::{
    AccessClaims,
    extractor::{RequiredScope, admit_with},
};

/// Proof that an operation was called with a good access token with the scope `S`, as [`Access`](super::Access) is for
/// a plain handler. It has to be a type of its own: poem-openapi takes everything that poem can extract for an argument
/// that is not documented.
///
/// The scheme is called `bearer` in the document. `#[oai(scope = "…")]` would only document the scope; this demands it.
pub struct ApiAccess<S> {
    claims: AccessClaims,
    scope: PhantomData<fn() -> S>,
}

impl<S> Deref for ApiAccess<S> {
    type Target = AccessClaims;

    fn deref(&self) -> &AccessClaims {
        &self.claims
    }
}

impl<'a, S: RequiredScope> ApiExtractor<'a> for ApiAccess<S> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            SCHEME,
            MetaSecurityScheme {
                ty: "http",
                description: Some("An access token whose audience is this API."),
                name: None,
                key_in: None,
                scheme: Some("bearer"),
                bearer_format: Some("JWT"),
                flows: None,
                openid_connect_url: None,
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let claims = admit_with::<S>(request).await?;
        Ok(Self { claims, scope: PhantomData })
    }
}

const SCHEME: &str = "bearer";
