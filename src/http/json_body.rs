//! JSON request bodies. If a body does not match its schema, the error names all members that do not match.

use poem::{Request, RequestBody, Result, error::ResponseError, http::StatusCode};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions, payload,
    registry::{MetaRequest, Registry},
    types::ParseFromJSON,
};
use serde_json::Value;

use super::body_schema::{BodySchema, UnknownMembers};
use crate::endpoint::request_errors::RequestErrors;

/// A JSON body of the type `T`, documented like poem-openapi's `Json`. The error messages of poem-openapi quote the
/// body, which may contain a password, and do not name the member.
pub(super) struct Json<T>(pub(super) T);

/// Why a body does not match the type of the endpoint. It contains none of the submitted values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnfitBody {
    status: StatusCode,
    pub(super) errors: RequestErrors,
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
        Ok(Self(parse(sent(request, body).await?, UnknownMembers::Ignored)?))
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
    serde_json::from_slice(bytes)
        .map_err(|error| UnfitBody::new(RequestErrors::of_request(format!("the body is not JSON: {error}"))))
}

/// Parses `value` as the type of the body.
///
/// # Errors
///
/// Returns [`UnfitBody`], which names all members that do not match.
pub(super) fn parse<T: ParseFromJSON + 'static>(value: Value, unknown: UnknownMembers) -> Result<T, UnfitBody> {
    // Checked before parsing, because the parser accepts numbers and booleans as strings.
    let errors = BodySchema::of::<T>().errors(&value, unknown);
    if !errors.is_empty() {
        return Err(UnfitBody::new(errors));
    }
    let bad_request = |_| UnfitBody::new(RequestErrors::of_request("the body is not what /openapi.json describes"));
    T::parse_from_json(Some(value)).map_err(bad_request)
}

impl UnfitBody {
    fn of_another_type() -> Self {
        let errors = RequestErrors::of_request("the body must be JSON, with the Content-Type application/json");
        Self { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, errors }
    }

    fn new(errors: RequestErrors) -> Self {
        Self { status: StatusCode::BAD_REQUEST, errors }
    }
}

impl ResponseError for UnfitBody {
    fn status(&self) -> StatusCode {
        self.status
    }
}

impl std::fmt::Display for UnfitBody {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.errors.fmt(formatter)
    }
}

impl std::error::Error for UnfitBody {}

#[cfg(test)]
mod tests {
    use poem_openapi::Object;

    use super::*;

    #[derive(Debug, Object)]
    struct Body {
        name: String,
        count: Option<u32>,
    }

    fn read(text: &str) -> Result<Body, String> {
        let body = value(text.as_bytes()).and_then(|value| parse(value, UnknownMembers::Ignored));
        body.map_err(|unfit| unfit.to_string())
    }

    #[test]
    fn a_body_that_is_not_json_or_does_not_fit_is_rejected_without_its_content() {
        for (text, expected) in [
            ("", "the body must be an object, not null"),
            ("\"canary\"", "the body must be an object, not a string"),
            ("canary", "the body is not JSON: "),
            (r#"{"name":"canary""#, "the body is not JSON: "),
            (
                r#"{"name":["canary"],"count":"canary"}"#,
                "name: must be a string, not an array; count: must be a whole number",
            ),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.starts_with(expected) && !found.contains("canary"), "{text}: {found}");
        }
    }

    #[test]
    fn a_body_that_fits_is_accepted_with_unknown_members() {
        let body = read(r#"{"name":"a","count":null,"x":1}"#).unwrap();
        assert_eq!((body.name.as_str(), body.count), ("a", None));
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
