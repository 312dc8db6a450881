//! `/users/{id}/sessions`: sessions of users.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    registry::Registry,
    types::Type,
};

use super::{
    documented::{AnswerKind, DocumentedAnswer, Kinds, kinds, object_answer},
    error_body::ErrorBody,
    extract::BearerToken,
    management::{admitted, answered, no_content, with_refusals_of_one},
    oauth_api::ApiTag,
    server::Server,
    user_schema::GoneKinds,
};
use crate::endpoint::{
    access::Access,
    management::ManagementRefusal,
    page::PageQuery,
    session_end::Extent,
    sessions::{self, ListedSession},
    user_access::SCOPES,
};

pub(super) struct SessionsApi(pub(super) Arc<Server>);

#[OpenApi]
impl SessionsApi {
    /// List sessions of a user
    ///
    /// One session for each browser in which the user is signed in.
    #[oai(path = "/users/:id/sessions", method = "get", operation_id = "listSessions", tag = "ApiTag::People")]
    async fn list(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// Maximum number of entries, 1 to 200. Default: 50.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the previous page.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<SessionPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let access = self.admitted(token);
        let page = access.and_then(|access| sessions::list(&self.0.signet, &access, &id.0, request));
        answered(page.map(|page| {
            let sessions = page.entries.iter().map(SessionBody::from).collect();
            object_answer(StatusCode::OK, &SessionPageBody { sessions, next_page_token: page.next_page_token })
        }))
    }

    /// End all sessions of a user
    ///
    /// Also ends every grant that lasts only as long as its session: those with `openid` and without `offline_access`.
    /// Applications with a `backchannel_logout_uri` are notified.
    #[oai(path = "/users/:id/sessions", method = "delete", operation_id = "endSessions", tag = "ApiTag::People")]
    async fn end_all(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// `true`: all other grants of the user end too.
        grants: Query<Option<bool>>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let extent = if grants.0 == Some(true) { Extent::Everything } else { Extent::Logins };
        let ended = async { sessions::end_all(&self.0.signet, &self.admitted(token)?, &id.0, extent).await }.await;
        answered(ended.map(|()| no_content()))
    }

    /// End a session of a user
    ///
    /// Also ends every grant that lasts only as long as this session. Applications with a `backchannel_logout_uri` are
    /// notified.
    #[oai(path = "/users/:id/sessions/:sid", method = "delete", operation_id = "endSession", tag = "ApiTag::People")]
    async fn end(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// Identifier of the session.
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
pub(super) struct SessionBody {
    /// Identifier of the session: the `sid` that applications receive.
    id: String,
    /// Browser and operating system, as far as known.
    device: String,
    /// Time of the login, in seconds since 1970.
    created_at: i64,
    /// Time of the last use, in seconds since 1970. Updated with a delay of some minutes.
    last_used_at: i64,
    /// Time at which the session ends unless it is used again, in seconds since 1970.
    expires_at: i64,
    /// Whether the access token of this request was issued in this session.
    current: bool,
}

/// A page of sessions.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SessionPageBody {
    /// The sessions.
    sessions: Vec<SessionBody>,
    /// Token for the next page. Absent on the last page.
    next_page_token: Option<String>,
}

impl From<&ListedSession> for SessionBody {
    fn from(listed: &ListedSession) -> Self {
        let session = &listed.session;
        Self {
            id: session.sid.as_str().to_owned(),
            device: session.user_agent.to_string(),
            created_at: session.created_at.unix_timestamp(),
            last_used_at: session.last_used_at.unix_timestamp(),
            expires_at: listed.expires_at.unix_timestamp(),
            current: listed.is_current,
        }
    }
}

kinds!(SessionPageKinds registers SessionPageBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<SessionPageBody>(200, "The sessions")]));
