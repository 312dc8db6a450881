//! Request objects, [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101): fetches them if they are passed by reference,
//! verifies them with the client's keys, and checks their claims.

use std::borrow::Cow;

use super::{
    Signet,
    client_keys::{self, KeyRefusal},
};
use crate::{
    jose::{UnverifiedJwt, summary_of_claims},
    oauth::{
        client::Client,
        parameters::Parameters,
        request_object::{self, NamedObject, RequestObjectRefusal},
    },
};

/// Why a request object is refused, with the parameters that say where to send the error.
pub(super) struct ObjectRefused {
    pub(super) refusal: RequestObjectRefusal,
    /// The parameters inside the object, if the client has signed them.
    pub(super) inside: Option<Parameters>,
}

/// Returns the effective parameters: those of the request, or those of the request object it refers to.
///
/// # Errors
///
/// Returns an [`ObjectRefused`] if the object cannot be fetched, verified or accepted.
pub(super) async fn resolve<'p>(
    signet: &Signet,
    client: &Client,
    parameters: &'p Parameters,
) -> Result<Cow<'p, Parameters>, ObjectRefused> {
    let object = match request_object::named(parameters)? {
        None => return Ok(Cow::Borrowed(parameters)),
        Some(NamedObject::Value(object)) => Cow::Borrowed(object),
        Some(NamedObject::Reference(uri)) => Cow::Owned(fetch(signet, client, uri).await?),
    };
    parameters.once_each().map_err(RequestObjectRefusal::from)?;
    let jwt = UnverifiedJwt::parse(object.trim_ascii()).map_err(RequestObjectRefusal::from)?;
    request_object::permit(client, jwt.algorithm())?;
    let verified = client_keys::verify(signet, client, &jwt).await.map_err(RequestObjectRefusal::from)?;
    let to = (&signet.issuer, signet.clock.now());
    match request_object::accept(client, (verified.typ(), verified.claims()), parameters, to) {
        Ok(parameters) => Ok(Cow::Owned(parameters)),
        Err(refusal) => {
            let (inside, wanted_aud) = (summary_of_claims(verified.claims()), signet.issuer.as_str());
            tracing::info!(client_id = %client.client_id, %refusal, %inside, wanted_aud, "request object rejected");
            Err(ObjectRefused { refusal, inside: Some(request_object::readable(verified.claims())) })
        }
    }
}

async fn fetch(signet: &Signet, client: &Client, request_uri: &str) -> Result<String, RequestObjectRefusal> {
    if !signet.authorization_policy.request_uri {
        return Err(RequestObjectRefusal::ReferenceNotSupported);
    }
    let address = request_object::registered_reference(client, request_uri)?;
    match signet.fetcher.text(address, "application/oauth-authz-req+jwt").await {
        Ok(fetched) => Ok(fetched.body),
        Err(refusal) => {
            tracing::warn!(client_id = %client.client_id, uri = address, %refusal, "fetching a request object failed");
            Err(RequestObjectRefusal::Unfetchable)
        }
    }
}

impl From<RequestObjectRefusal> for ObjectRefused {
    fn from(refusal: RequestObjectRefusal) -> Self {
        Self { refusal, inside: None }
    }
}

impl From<KeyRefusal> for RequestObjectRefusal {
    fn from(refusal: KeyRefusal) -> Self {
        match refusal {
            KeyRefusal::NoKeys => Self::NoKeys,
            KeyRefusal::Jwt(refusal) => Self::Jwt(refusal),
        }
    }
}
