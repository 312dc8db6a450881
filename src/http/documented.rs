//! Responses that poem-openapi documents but does not build: their headers and error bodies follow the specifications,
//! not the framework.

use std::{collections::BTreeMap, marker::PhantomData};

use poem::{Error, IntoResponse, Response, http::StatusCode};
use poem_openapi::{
    ApiResponse,
    error::{ParseParamError, ParsePathError},
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
    types::{ToJSON, Type},
};
use serde_json::Value;

use super::{
    edge::{Refusal, no_store},
    error_body::ErrorBody,
    json_body::UnfitBody,
};
use crate::endpoint::request_errors::RequestErrors;

/// A response of one of the kinds in `K`.
pub(super) struct DocumentedAnswer<K> {
    response: Response,
    kinds: PhantomData<fn() -> K>,
}

/// One documented response: status, description, content type and schema.
pub(super) struct AnswerKind {
    status: u16,
    description: &'static str,
    content_type: &'static str,
    schema: Option<MetaSchemaRef>,
}

/// The documented responses of an operation.
pub(super) trait Kinds {
    fn kinds() -> Vec<AnswerKind>;

    /// Registers the schemas that the responses refer to.
    fn register(registry: &mut Registry);
}

impl AnswerKind {
    /// A JSON object of the type `T`.
    pub(super) fn json<T: Type>(status: u16, description: &'static str) -> Self {
        Self { status, description, content_type: "application/json", schema: Some(T::schema_ref()) }
    }

    /// A JSON object without a schema.
    pub(super) fn any_json(status: u16, description: &'static str) -> Self {
        let schema = MetaSchemaRef::Inline(Box::new(MetaSchema::new("object")));
        Self { status, description, content_type: "application/json", schema: Some(schema) }
    }

    /// An HTML page.
    pub(super) fn page(status: u16, description: &'static str) -> Self {
        let schema = MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        Self { status, description, content_type: "text/html", schema: Some(schema) }
    }

    /// A text of the media type `content_type`.
    pub(super) fn text(content_type: &'static str, status: u16, description: &'static str) -> Self {
        let schema = MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        Self { status, description, content_type, schema: Some(schema) }
    }

    /// A response without a body.
    pub(super) fn empty(status: u16, description: &'static str) -> Self {
        Self { status, description, content_type: "", schema: None }
    }
}

impl<K> From<Response> for DocumentedAnswer<K> {
    fn from(response: Response) -> Self {
        Self { response, kinds: PhantomData }
    }
}

impl<K: Send> IntoResponse for DocumentedAnswer<K> {
    fn into_response(self) -> Response {
        self.response
    }
}

impl<K: Kinds> ApiResponse for DocumentedAnswer<K> {
    const BAD_REQUEST_HANDLER: bool = true;

    fn meta() -> MetaResponses {
        let mut responses: Vec<MetaResponse> = Vec::new();
        for kind in K::kinds() {
            let content = kind.schema.map(|schema| MetaMediaType { content_type: kind.content_type, schema });
            // Two kinds with the same status are two representations of one response.
            match responses.iter_mut().find(|response| response.status == Some(kind.status)) {
                Some(response) => response.content.extend(content),
                None => responses.push(MetaResponse {
                    description: kind.description,
                    status: Some(kind.status),
                    status_range: None,
                    content: content.into_iter().collect(),
                    headers: Vec::new(),
                }),
            }
        }
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        K::register(registry);
    }

    /// Answers a request that the framework could not parse, in the form of RFC 6749 §5.2. A rejection by a middleware
    /// keeps its status.
    fn from_parse_request_error(error: Error) -> Self {
        let (status, errors) = parse_refusal(&error);
        Self::from(bad_request(status, &errors))
    }
}

/// The status and errors for a request that could not be parsed. The framework's messages about bodies and parameters
/// quote them, so they are replaced.
fn parse_refusal(error: &Error) -> (StatusCode, RequestErrors) {
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        return (error.status(), RequestErrors::of_request(refusal.to_string()));
    }
    if let Some(unfit) = error.downcast_ref::<UnfitBody>() {
        return (error.status(), unfit.errors.clone());
    }
    let of_parameter = |name: &str| RequestErrors::of_member(name, "missing or invalid");
    let errors = if let Some(ParseParamError { name, .. }) = error.downcast_ref() {
        of_parameter(name)
    } else if let Some(ParsePathError { name, .. }) = error.downcast_ref() {
        of_parameter(name)
    } else {
        RequestErrors::of_request("the body or a parameter does not match /openapi.json")
    };
    (StatusCode::BAD_REQUEST, errors)
}

/// Logs that a request could not be parsed, and returns the response.
pub(super) fn bad_request(status: StatusCode, errors: &RequestErrors) -> Response {
    let description = errors.to_string();
    tracing::info!(status = status.as_u16(), reason = description, "request rejected before it was read");
    problem_of_fields(status, ("invalid_request", &description), errors.fields())
}

/// Declares a type that implements [`Kinds`] with the listed responses and schemas.
macro_rules! kinds {
    ($name:ident registers $($registered:ty),* => $kinds:expr) => {
        pub(super) struct $name;

        impl Kinds for $name {
            fn kinds() -> Vec<AnswerKind> {
                $kinds
            }

            #[allow(unused_variables, clippy::allow_attributes, reason = "some kinds register nothing")]
            fn register(registry: &mut Registry) {
                $(<$registered>::register(registry);)*
            }
        }
    };
    ($name:ident registers $($registered:ty),*: $($kind:expr),+ $(,)?) => {
        kinds!($name registers $($registered),* => vec![$($kind),+]);
    };
}
pub(super) use kinds;

/// A JSON response that must not be cached.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    let response = Response::builder().status(status).content_type("application/json").body(body.to_string());
    no_store(response)
}

/// An error response in the form of RFC 6749 §5.2.
pub(super) fn problem(status: StatusCode, error: &str, description: &str) -> Response {
    problem_of_fields(status, (error, description), BTreeMap::new())
}

/// An error response with what was expected for each member or parameter that is wrong.
pub(super) fn problem_of_fields(
    status: StatusCode,
    (error, description): (&str, &str),
    fields: BTreeMap<String, String>,
) -> Response {
    let body = ErrorBody {
        error: error.to_owned(),
        error_description: description.to_owned(),
        fields: Some(fields).filter(|fields| !fields.is_empty()),
    };
    object_answer(status, &body)
}

/// The documented object as a JSON response that must not be cached.
pub(super) fn object_answer(status: StatusCode, body: &impl ToJSON) -> Response {
    json_answer(status, &to_value(body))
}

/// The documented object as JSON.
pub(super) fn to_value(body: &impl ToJSON) -> Value {
    body.to_json().unwrap_or_default()
}
