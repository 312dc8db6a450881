//! JSON request bodies. If a body does not match its schema, the error names the member and the expected type.

use std::{
    any::TypeId,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use poem::{Request, RequestBody, Result, error::ResponseError, http::StatusCode};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions, payload,
    registry::{MetaRequest, MetaSchema, MetaSchemaRef, Registry},
    types::{ParseFromJSON, Type},
};
use serde_json::Value;

/// A JSON body of the type `T`, documented like poem-openapi's `Json`. The error messages of poem-openapi quote the
/// body, which may contain a password, and do not name the member.
pub(super) struct Json<T>(pub(super) T);

/// Why a body does not match the type of the endpoint. It contains none of the submitted values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnfitBody {
    status: StatusCode,
    description: String,
}

impl<'a, T: ParseFromJSON + 'static> ApiExtractor<'a> for Json<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        <payload::Json<T> as ApiExtractor>::request_meta()
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        Ok(Self(parse(sent(request, body).await?)?))
    }
}

/// Returns the JSON value of the body, or null if the body is empty.
///
/// # Errors
///
/// Returns [`UnfitBody`] if the body has another media type or is not valid JSON.
pub(super) async fn sent(request: &Request, body: &mut RequestBody) -> Result<Value> {
    if !is_json(request.content_type().unwrap_or_default()) {
        return Err(UnfitBody::of_another_type().into());
    }
    Ok(value(&body.take()?.into_bytes().await?)?)
}

/// Whether the media type is `application/json` or has the suffix `+json` (RFC 6839 §3.1).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn value(bytes: &[u8]) -> Result<Value, UnfitBody> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    // The parser's message gives the line and column, not the content.
    serde_json::from_slice(bytes).map_err(|error| UnfitBody::saying(format!("the body is not JSON: {error}")))
}

/// Parses `value` as the type of the body.
///
/// # Errors
///
/// Returns [`UnfitBody`], which names the first member that does not match.
pub(super) fn parse<T: ParseFromJSON + 'static>(value: Value) -> Result<T, UnfitBody> {
    let schema = SchemaOf::of::<T>();
    // Checked before parsing, because the parser accepts numbers and booleans as strings.
    if let Some(found) = mismatch(&schema.root, &value, &schema.registry, "") {
        return Err(UnfitBody::saying(found));
    }
    let bad_request = |_| UnfitBody::saying("the body does not match /openapi.json".to_owned());
    T::parse_from_json(Some(value)).map_err(bad_request)
}

/// The schema of a type and of all types that it refers to. Building it takes longer than reading a body, so it is
/// cached per body type.
pub(super) struct SchemaOf {
    /// Schema of the type.
    pub(super) root: MetaSchemaRef,
    /// Schemas that it refers to.
    pub(super) registry: Registry,
}

impl SchemaOf {
    /// Returns the cached schema of `T`.
    pub(super) fn of<T: Type + 'static>() -> Arc<Self> {
        static KNOWN: Mutex<BTreeMap<TypeId, Arc<SchemaOf>>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(Self::build::<T>())))
    }

    fn build<T: Type>() -> Self {
        let mut registry = Registry::new();
        T::register(&mut registry);
        Self { root: T::schema_ref(), registry }
    }
}

/// Describes the first mismatch between `value` and the schema, with the path of the member. Returns `None` if `value`
/// matches.
fn mismatch(schema: &MetaSchemaRef, value: &Value, registry: &Registry, path: &str) -> Option<String> {
    let schema: &MetaSchema = match schema {
        MetaSchemaRef::Inline(schema) => schema,
        MetaSchemaRef::Reference(name) => registry.schemas.get(name)?,
    };
    if let Some(found) = schema.all_of.iter().find_map(|part| mismatch(part, value, registry, path)) {
        return Some(found);
    }
    if !schema.enum_items.is_empty() && !schema.enum_items.contains(value) {
        let known: Vec<String> = schema.enum_items.iter().map(ToString::to_string).collect();
        return Some(format!("{} must be one of {}", named(path), known.join(", ")));
    }
    let (fits, expected) = match schema.ty {
        "object" => (value.is_object(), "an object"),
        "array" => (value.is_array(), "an array"),
        "string" => (value.is_string(), "a string"),
        "boolean" => (value.is_boolean(), "true or false"),
        "integer" => (value.is_i64() || value.is_u64(), "a whole number"),
        "number" => (value.is_number(), "a number"),
        _ => (true, ""),
    };
    if !fits {
        return Some(format!("{} must be {expected}, not {}", named(path), kind_of(value)));
    }
    within(schema, value, registry, path)
}

/// Describes the first mismatch inside an object or an array.
fn within(schema: &MetaSchema, value: &Value, registry: &Registry, path: &str) -> Option<String> {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let (Some(entries), Some(items)) = (value.as_array(), &schema.items) {
        let entries = entries.iter().enumerate();
        return entries.into_iter().find_map(|(at, entry)| mismatch(items, entry, registry, &format!("{path}[{at}]")));
    }
    let members = value.as_object()?;
    let is_there = |name: &str| members.get(name).is_some_and(|member| !member.is_null());
    if let Some(missing) = schema.required.iter().find(|name| !is_there(name)) {
        return Some(format!("{} is missing", named(&join(missing))));
    }
    let properties = schema.properties.iter().filter(|(name, _)| is_there(name));
    properties
        .into_iter()
        .find_map(|(name, schema)| members.get(*name).and_then(|it| mismatch(schema, it, registry, &join(name))))
}

fn named(path: &str) -> String {
    if path.is_empty() { "the body".to_owned() } else { format!("the member {path}") }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl UnfitBody {
    fn of_another_type() -> Self {
        let description = "the body must be JSON, with the Content-Type application/json".to_owned();
        Self { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, description }
    }

    pub(super) fn saying(description: String) -> Self {
        Self { status: StatusCode::BAD_REQUEST, description }
    }
}

impl ResponseError for UnfitBody {
    fn status(&self) -> StatusCode {
        self.status
    }
}

impl std::fmt::Display for UnfitBody {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.description)
    }
}

impl std::error::Error for UnfitBody {}

#[cfg(test)]
mod tests {
    use poem_openapi::{Enum, Object};

    use super::*;
    use crate::http::client_schema::ClientMetadataBody;

    #[derive(Debug, Enum)]
    #[oai(rename_all = "lowercase")]
    enum Colour {
        Red,
        Blue,
    }

    #[derive(Debug, Object)]
    struct Inner {
        count: u32,
        tags: Option<Vec<String>>,
    }

    #[derive(Debug, Object)]
    struct Outer {
        name: String,
        is_on: Option<bool>,
        colour: Option<Colour>,
        inner: Option<Inner>,
        #[oai(flatten)]
        further: Further,
    }

    #[derive(Debug, Object)]
    struct Further {
        email: Option<String>,
    }

    fn refusal(text: &str) -> String {
        let read = value(text.as_bytes()).and_then(parse::<Outer>);
        read.map(|body| format!("{body:?}")).unwrap_err().to_string()
    }

    #[test]
    fn a_body_that_does_not_fit_names_the_member_and_what_it_must_be() {
        for (text, expected) in [
            ("{}", "the member name is missing"),
            (r#"{"name":null}"#, "the member name is missing"),
            (r#"{"name":[]}"#, "the member name must be a string, not an array"),
            (r#"{"name":"a","is_on":"yes"}"#, "the member is_on must be true or false, not a string"),
            (r#"{"name":"a","colour":"green"}"#, r#"the member colour must be one of "red", "blue""#),
            (r#"{"name":"a","inner":[]}"#, "the member inner must be an object, not an array"),
            (r#"{"name":"a","inner":{}}"#, "the member inner.count is missing"),
            (r#"{"name":"a","inner":{"count":1.5}}"#, "the member inner.count must be a whole number, not a number"),
            (
                r#"{"name":"a","inner":{"count":1,"tags":["x",{}]}}"#,
                "the member inner.tags[1] must be a string, not an object",
            ),
            (r#"{"name":"a","email":{}}"#, "the member email must be a string, not an object"),
            ("[]", "the body must be an object, not an array"),
            ("\"a\"", "the body must be an object, not a string"),
            ("", "the body must be an object, not null"),
        ] {
            assert_eq!(refusal(text), expected, "{text}");
        }
        assert!(refusal("{\"name\":").starts_with("the body is not JSON: "), "{}", refusal("{\"name\":"));
    }

    #[test]
    fn a_body_that_fits_is_accepted_with_unknown_members() {
        let text = br#"{"name":"a","inner":{"count":1,"tags":null},"email":"e","colour":"red","x":1}"#;
        let body: Outer = value(text).and_then(parse).unwrap();
        assert_eq!((body.name.as_str(), body.inner.unwrap().count), ("a", 1));
        assert_eq!(body.further.email.as_deref(), Some("e"));
    }

    // A value that does not match may be a password.
    #[test]
    fn nothing_that_was_sent_is_echoed() {
        for text in [r#"{"name":{"a":"canary"}}"#, r#"{"name":"a","colour":"canary"}"#, "\"canary\"", "canary"] {
            assert!(!refusal(text).contains("canary"), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn the_schema_of_a_type_is_built_once() {
        let (first, second) = (SchemaOf::of::<Outer>(), SchemaOf::of::<Outer>());
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &SchemaOf::of::<Inner>()), "another type has another one");
        let body = serde_json::json!({"client_name": "Wiki", "redirect_uris": ["https://wiki.example.org/cb"]});
        let read = || assert!(parse::<ClientMetadataBody>(body.clone()).is_ok());
        let time_of = |work: &dyn Fn()| {
            let begun = std::time::Instant::now();
            (0..100).for_each(|_| work());
            begun.elapsed() / 100
        };
        read();
        let kept = time_of(&read);
        let built_twice = time_of(&|| {
            assert!((0..2).all(|_| !SchemaOf::build::<ClientMetadataBody>().registry.schemas.is_empty()));
            read();
        });
        println!("to read an application: {built_twice:?} when its schema is built twice, {kept:?} when it is kept");
    }

    #[test]
    fn json_is_known_by_its_type_whatever_its_parameters() {
        for (content_type, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("application/x-www-form-urlencoded", false),
            ("text/json", false),
            ("", false),
        ] {
            assert_eq!(is_json(content_type), expected, "{content_type}");
        }
    }
}
