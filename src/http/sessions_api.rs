//! `/users/{id}/sessions`: where people are signed in.

use std::sync::Arc;

use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    registry::Registry,
    types::Type,
};
use serde_json::{Value, json};

use super::{
    documented::{AnswerKind, DocumentedAnswer, Kinds, kinds},
    extract::BearerToken,
    management::{admitted, answered, no_content, page_answer, with_refusals_of_one},
    oauth_api::ApiTag,
    oauth_schema::ErrorBody,
    server::Server,
    user_schema::GoneKinds,
};
use crate::endpoint::{
    access::Access,
    management::ManagementRefusal,
    page::PageQuery,
    session_end::Extent,
    sessions::{self, ListedSession},
    users::SCOPES,
};

/// Sessions of people.
pub(super) struct SessionsApi(pub(super) Arc<Server>);

#[OpenApi]
impl SessionsApi {
    /// List the sessions of a person
    ///
    /// One for each browser in which the person is signed in.
    #[oai(path = "/users/:id/sessions", method = "get", operation_id = "listSessions", tag = "ApiTag::People")]
    async fn list(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// How many at most, 1 to 200; 50 if left out.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the page before.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<SessionPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let access = self.admitted(token);
        let page = access.and_then(|access| sessions::list(&self.0.signet, &access, &id.0, request));
        answered(page.map(|page| page_answer("sessions", &page, session_json)))
    }

    /// Sign a person out everywhere
    ///
    /// Every session ends, and with it every grant that was given for as long as the person is signed in: those with
    /// `openid` and without `offline_access`. Applications that have registered `backchannel_logout_uri` are told.
    #[oai(path = "/users/:id/sessions", method = "delete", operation_id = "endSessions", tag = "ApiTag::People")]
    async fn end_all(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// `true`: every other grant of the person ends too.
        grants: Query<Option<bool>>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let extent = if grants.0 == Some(true) { Extent::Everything } else { Extent::Logins };
        let ended = async { sessions::end_all(&self.0.signet, &self.admitted(token)?, &id.0, extent).await }.await;
        answered(ended.map(|()| no_content()))
    }

    /// End a session of a person
    ///
    /// With every grant that was given for as long as it lasts. Applications that have registered
    /// `backchannel_logout_uri` are told.
    #[oai(path = "/users/:id/sessions/:sid", method = "delete", operation_id = "endSession", tag = "ApiTag::People")]
    async fn end(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// The identifier of the session.
        sid: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let ended = async { sessions::end(&self.0.signet, &self.admitted(token)?, &id.0, &sid.0).await }.await;
        answered(ended.map(|()| no_content()))
    }
}

impl SessionsApi {
    fn admitted(&self, token: BearerToken) -> Result<Access, ManagementRefusal> {
        admitted(&self.0, token, SCOPES)
    }
}

/// A session.
#[derive(Object)]
struct SessionBody {
    /// The identifier, which applications know as `sid`.
    id: String,
    /// The browser and its system, as far as they are known.
    device: String,
    /// When the person signed in, in seconds since 1970.
    created_at: i64,
    /// When the session was last used, in seconds since 1970, some minutes late.
    last_used_at: i64,
    /// When it ends if it is not used again, in seconds since 1970.
    expires_at: i64,
    /// Whether the access token of this request was obtained in it.
    current: bool,
}

/// A page of sessions.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SessionPageBody {
    /// The sessions.
    sessions: Vec<SessionBody>,
    /// With what the next page is asked for; absent at the end.
    next_page_token: Option<String>,
}

/// A session as JSON.
pub(super) fn session_json(listed: &ListedSession) -> Value {
    let session = &listed.session;
    json!({
        "id": session.sid.as_str(),
        "device": session.user_agent.to_string(),
        "created_at": session.created_at.unix_timestamp(),
        "last_used_at": session.last_used_at.unix_timestamp(),
        "expires_at": listed.expires_at.unix_timestamp(),
        "current": listed.is_current,
    })
}

kinds!(SessionPageKinds registers SessionPageBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<SessionPageBody>(200, "The sessions")]));
