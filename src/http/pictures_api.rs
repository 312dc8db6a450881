//! `/users/{id}/picture`: profile pictures.

use std::sync::Arc;

use poem::{
    Request, RequestBody, Response, Result,
    http::{StatusCode, header},
};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions, OpenApi,
    param::Path,
    registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry},
    types::Type,
};

use super::{
    discovery_api::is_known,
    documented::{AnswerKind, DocumentedAnswer, Kinds, kinds, object_answer, problem},
    error_body::ErrorBody,
    extract::BearerToken,
    fault,
    management::{admitted, answered, no_content, with_refusals_of_one},
    oauth_api::ApiTag,
    server::Server,
    user_schema::{GoneKinds, UserBody},
};
use crate::{
    account::picture::Picture,
    endpoint::{pictures, user_access::SCOPES},
};

pub(super) struct PicturesApi(pub(super) Arc<Server>);

/// The uploaded bytes. The image format is detected from the bytes; the declared media type is ignored.
struct Upload(Vec<u8>);

kinds!(PutPictureKinds registers UserBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<UserBody>(200, "The user, with the URL of the picture"),
    AnswerKind::json::<ErrorBody>(413, "The picture is larger than 2 MiB"),
]));
kinds!(PictureKinds registers ErrorBody => vec![
    AnswerKind::text("image/jpeg", 200, "The picture"),
    AnswerKind::text("image/png", 200, "The picture, if it has transparent parts"),
    AnswerKind::empty(304, "Not modified"),
    AnswerKind::json::<ErrorBody>(404, "The user has no picture"),
]);

#[OpenApi]
impl PicturesApi {
    /// Get the picture of a user
    ///
    /// Public: anyone who knows the URL, which is the claim `picture`, can read it.
    #[oai(path = "/users/:id/picture", method = "get", operation_id = "picture", tag = "ApiTag::People")]
    async fn show(
        &self,
        request: &Request,
        /// Identifier of the user.
        id: Path<String>,
    ) -> Result<DocumentedAnswer<PictureKinds>> {
        let Some(picture) = pictures::show(&self.0.signet, &id.0).map_err(fault)? else {
            return Ok(DocumentedAnswer::from(problem(StatusCode::NOT_FOUND, "not_found", "there is no picture")));
        };
        let etag = format!("\"{}\"", picture.etag().trim_matches('"'));
        let is_known = is_known(request, &etag);
        let answer = Response::builder()
            .header(header::ETAG, etag)
            .header(header::CACHE_CONTROL, "public, max-age=86400")
            // Other sites may embed the picture. It contains nothing executable.
            .header("cross-origin-resource-policy", "cross-origin")
            .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        Ok(DocumentedAnswer::from(if is_known {
            answer.status(StatusCode::NOT_MODIFIED).finish()
        } else {
            answer.content_type(picture.content_type().as_str()).body(picture.bytes().to_vec())
        }))
    }

    /// Set the picture of a user
    ///
    /// A PNG, JPEG or WebP image of up to 2 MiB. The server stores a square of at most 256 by 256 pixels without camera
    /// metadata, such as the location.
    #[oai(path = "/users/:id/picture", method = "put", operation_id = "setPicture", tag = "ApiTag::People")]
    async fn put(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        upload: Upload,
    ) -> Result<DocumentedAnswer<PutPictureKinds>> {
        let set =
            async { pictures::put(&self.0.signet, &admitted(&self.0, token, SCOPES)?, &id.0, upload.0).await }.await;
        answered(set.map(|account| object_answer(StatusCode::OK, &UserBody::of(&account, &self.0.signet.issuer))))
    }

    /// Delete the picture of a user
    #[oai(path = "/users/:id/picture", method = "delete", operation_id = "removePicture", tag = "ApiTag::People")]
    async fn remove(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
    ) -> Result<DocumentedAnswer<GoneKinds>> {
        let removed = async { pictures::remove(&self.0.signet, &admitted(&self.0, token, SCOPES)?, &id.0).await }.await;
        answered(removed.map(|()| no_content()))
    }
}

impl<'a> ApiExtractor<'a> for Upload {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let media = |content_type| {
            let schema = MetaSchema::new_with_format("string", "binary");
            MetaMediaType { content_type, schema: MetaSchemaRef::Inline(Box::new(schema)) }
        };
        let content = ["image/png", "image/jpeg", "image/webp"].map(media).into();
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(
        _request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        // The body limit of the HTTP layer has already been applied.
        Ok(Self(body.take()?.into_bytes_limit(Picture::MAXIMUM_UPLOAD + 1).await?.to_vec()))
    }
}
