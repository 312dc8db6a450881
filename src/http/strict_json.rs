//! JSON bodies of the management API. An unknown member is rejected with its name, since it is a typo that would
//! otherwise be ignored silently. (`/register` ignores unknown members, as RFC 7591 §2 requires.)

use std::collections::BTreeMap;

use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaRequest, MetaSchemaRef, Registry},
    types::{ParseFromJSON, Type},
};
use serde_json::{Map, Value};

use super::json_body::{self, SchemaOf, UnfitBody};
use crate::endpoint::management::ManagementRefusal;

/// A body of the type `T` without unknown members. With `UPDATES` the body changes an existing resource: it may then
/// contain members that appear in responses and cannot be set, and [`StrictJson::unchanged`] compares them.
pub(super) struct StrictJson<T, const UPDATES: bool = false> {
    pub(super) body: T,
    /// The body as it was sent.
    pub(super) sent: Map<String, Value>,
}

/// The members of a type. A member that is an object of a known type has its own members.
#[derive(Default)]
struct Members(BTreeMap<&'static str, Option<Members>>);

impl<T: Type + 'static, const UPDATES: bool> StrictJson<T, UPDATES> {
    /// Checks that members that cannot be set equal those of `current`.
    ///
    /// # Errors
    ///
    /// Returns [`ManagementRefusal::Invalid`] with the name of the first member that differs.
    pub(super) fn unchanged(&self, current: &Value) -> Result<(), ManagementRefusal> {
        // Members of the type can be set: `disabled` for a user, but not for an application.
        let settable = Members::of::<T>();
        let is_other = |name: &str| self.sent.get(name).is_some_and(|sent| current.get(name) != Some(sent));
        let changed = |name: &&&str| !settable.0.contains_key(**name) && is_other(name);
        match COMPARED.iter().find(changed) {
            Some(name) => Err(ManagementRefusal::Invalid(format!("the member \"{name}\" cannot be changed here"))),
            None => Ok(()),
        }
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
        let sent = match json_body::sent(request, body).await? {
            Value::Object(sent) => sent,
            // The parser reports the expected type of the body.
            other => return Ok(Self { body: json_body::parse(other)?, sent: Map::new() }),
        };
        if let Some(name) = Members::of::<T>().unknown(&sent, UPDATES) {
            return Err(UnfitBody::saying(format!("the member \"{name}\" is unknown; nothing was changed")).into());
        }
        Ok(Self { body: json_body::parse(Value::Object(sent.clone()))?, sent })
    }
}

impl Members {
    fn of<T: Type + 'static>() -> Self {
        let schema = SchemaOf::of::<T>();
        Self::of_schema(&schema.root, &schema.registry).unwrap_or_default()
    }

    fn of_schema(schema: &MetaSchemaRef, registry: &Registry) -> Option<Self> {
        let schema = match schema {
            MetaSchemaRef::Inline(schema) => schema.as_ref(),
            MetaSchemaRef::Reference(name) => registry.schemas.get(name)?,
        };
        // A member without known members, such as a JWK Set, has its own format.
        let members = schema.properties.iter().map(|(name, schema)| (*name, Self::of_schema(schema, registry)));
        // A member with a description refers to its type with `allOf`.
        let parts = schema.all_of.iter().filter_map(|part| Self::of_schema(part, registry));
        let members: BTreeMap<_, _> = members.chain(parts.flat_map(|part| part.0)).collect();
        (!members.is_empty()).then_some(Self(members))
    }

    /// Returns the path of the first unknown member of `sent`.
    fn unknown(&self, sent: &Map<String, Value>, updates: bool) -> Option<String> {
        let within = |(name, value): (&String, &Value)| match (self.0.get(name.as_str()), value) {
            (None, _) if updates && (COMPARED.contains(&name.as_str()) || IGNORED.contains(&name.as_str())) => None,
            (None, _) => Some(name.clone()),
            (Some(Some(members)), Value::Object(value)) => {
                members.unknown(value, false).map(|inner| format!("{name}.{inner}"))
            }
            (Some(_), _) => None,
        };
        sent.iter().find_map(within)
    }
}

/// Members of responses that cannot be set. An update may contain them with their current value.
const COMPARED: &[&str] = &["id", "client_id", "registered_by", "owner", "disabled", "client_id_issued_at"];

/// Members of responses that an update may contain with any value.
const IGNORED: &[&str] =
    &["created_at", "updated_at", "client_secrets", "authorization_endpoint", "token_endpoint", "warnings"];

#[cfg(test)]
mod tests {
    use poem_openapi::Object;
    use serde_json::json;

    use super::*;

    #[derive(Object)]
    struct Inner {
        town: Option<String>,
    }

    #[derive(Object)]
    struct Outer {
        name: Option<String>,
        inner: Option<Inner>,
        several: Option<Vec<String>>,
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_member_that_no_one_knows_is_named() {
        let unknown = |sent: Value, updates| Members::of::<Outer>().unknown(&object(sent), updates);
        for (sent, expected, of_update) in [
            (json!({}), None, None),
            (json!({"name": "x", "inner": {"town": "y"}, "several": ["z"]}), None, None),
            (json!({"name": null, "inner": null}), None, None),
            (json!({"nam": "x"}), Some("nam"), Some("nam")),
            (json!({"inner": {"twon": "y"}}), Some("inner.twon"), Some("inner.twon")),
            (json!({"id": "usr_a", "updated_at": 1}), Some("id"), None),
            (json!({"inner": {"id": "y"}}), Some("inner.id"), Some("inner.id")),
        ] {
            assert_eq!(unknown(sent.clone(), false).as_deref(), expected, "{sent}");
            assert_eq!(unknown(sent.clone(), true).as_deref(), of_update, "{sent}");
        }
    }
}
