//! JSON bodies of the management API. Unknown members are rejected with their names, since they are typos that
//! would otherwise be ignored silently. (`/register` ignores unknown members, as RFC 7591 §2 requires.)

use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaRequest, Registry},
    types::{ParseFromJSON, Type},
};
use serde_json::{Map, Value};

use super::{
    body_schema::{BodySchema, UnknownMembers},
    json_body,
};
use crate::endpoint::{management::ManagementRefusal, request_errors::RequestErrors};

/// A body of the type `T` without unknown members. With `UPDATES` the body changes an existing resource: it may then
/// contain members that appear in responses and cannot be set, and [`StrictJson::unchanged`] compares them.
pub(super) struct StrictJson<T, const UPDATES: bool = false> {
    pub(super) body: T,
    /// The body as it was sent.
    pub(super) sent: Map<String, Value>,
}

impl<T: Type + 'static, const UPDATES: bool> StrictJson<T, UPDATES> {
    /// Checks that members that cannot be set equal those of `current`.
    ///
    /// # Errors
    ///
    /// Returns [`ManagementRefusal::Invalid`] with the names of the members that differ.
    pub(super) fn unchanged(&self, current: &Value) -> Result<(), ManagementRefusal> {
        // Members of the type can be set: `disabled` for a user, but not for an application.
        let settable = BodySchema::of::<T>();
        let mut errors = RequestErrors::default();
        for name in COMPARED.iter().filter(|name| !settable.has_member(name)) {
            if self.sent.get(*name).is_some_and(|sent| current.get(*name) != Some(sent)) {
                errors.add(*name, "cannot be changed here");
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(ManagementRefusal::Invalid(errors)) }
    }
}

impl<'a, T: ParseFromJSON + 'static, const UPDATES: bool> ApiExtractor<'a> for StrictJson<T, UPDATES> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = vec![MetaMediaType { content_type: Json::<T>::CONTENT_TYPE, schema: T::schema_ref() }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let sent = json_body::sent(request, body).await?;
        let except = if UPDATES { OF_RESPONSES } else { &[] };
        let body = json_body::parse(sent.clone(), UnknownMembers::Rejected { except })?;
        // The body is an object, because it matches the type.
        let sent = sent.as_object().cloned().unwrap_or_default();
        Ok(Self { body, sent })
    }
}

/// Members of responses that cannot be set. An update may contain them with their current value.
const COMPARED: &[&str] = &["id", "client_id", "registered_by", "owner", "disabled", "client_id_issued_at"];

/// Members of responses that an update may contain: those of [`COMPARED`], and some whose value does not matter.
const OF_RESPONSES: &[&str] = &[
    "id",
    "client_id",
    "registered_by",
    "owner",
    "disabled",
    "client_id_issued_at",
    "created_at",
    "updated_at",
    "client_secrets",
    "authorization_endpoint",
    "token_endpoint",
    "warnings",
];

#[cfg(test)]
mod tests {
    use poem_openapi::Object;
    use serde_json::json;

    use super::*;

    #[derive(Object)]
    struct Body {
        name: Option<String>,
        disabled: Option<bool>,
    }

    #[test]
    fn members_that_cannot_be_set_must_be_unchanged() {
        let current = json!({"id": "a", "owner": "b", "disabled": false});
        for (sent, expected) in [
            (json!({"name": "x", "id": "a", "owner": "b", "disabled": true}), ""),
            (json!({}), ""),
            (json!({"id": "c"}), "id: cannot be changed here"),
            (json!({"id": "c", "owner": null}), "id: cannot be changed here; owner: cannot be changed here"),
        ] {
            let body = Body { name: None, disabled: None };
            let json = StrictJson::<Body, true> { body, sent: sent.as_object().cloned().unwrap() };
            let found = json.unchanged(&current).map_err(|refusal| refusal.to_string());
            assert_eq!(found.err().unwrap_or_default(), expected, "{sent}");
        }
    }

    #[test]
    fn every_member_that_is_compared_may_be_in_an_update() {
        assert!(COMPARED.iter().all(|name| OF_RESPONSES.contains(name)));
    }
}
