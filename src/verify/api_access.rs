//! For poem-openapi: an argument that documents the security scheme and enforces the scope.

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

/// Proof that an operation was called with a valid access token that has the scope `S`, like [`Access`](super::Access)
/// for plain handlers. It is a separate type because poem-openapi treats everything that poem can extract as an
/// undocumented argument.
///
/// The scheme is called `bearer` in the document. `#[oai(scope = "…")]` only documents a scope; this type enforces it.
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
