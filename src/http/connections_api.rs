//! `/users/{id}/applications` and `/users/{id}/grants`: what people have let applications do.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::{Value, json};

use super::{
    connection_schema::{ConnectedKinds, GrantPageKinds, connected_json, grant_json},
    documented::{DocumentedAnswer, json_answer},
    extract::BearerToken,
    management::{admitted, answered, no_content, page_answer},
    oauth_api::ApiTag,
    server::Server,
    user_schema::GoneKinds,
};
use crate::endpoint::{access::Access, connections, management::ManagementRefusal, page::PageQuery, users::SCOPES};

/// Connections of people and applications.
pub(super) struct ConnectionsApi(pub(super) Arc<Server>);

#[OpenApi]
impl ConnectionsApi {
    /// List the applications that a person has let in
    ///
    /// Those that hold grants, and those for which the person has chosen not to be asked again.
    #[oai(
        path = "/users/:id/applications",
        method = "get",
        operation_id = "listConnectedApplications",
        tag = "ApiTag::People"
    )]
    async fn applications(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ConnectedKinds>> {
        let access = self.admitted(token);
        let connected = access.and_then(|access| connections::applications(&self.0.signet, &access, &id.0));
        answered(connected.map(|connected| {
            let applications: Vec<Value> = connected.iter().map(connected_json).collect();
            json_answer(StatusCode::OK, &json!({ "applications": applications }))
        }))
    }

    /// Disconnect an application from a person
    ///
    /// Everything that it was granted ends, a remembered answer counts no more, and the person is asked again before it gets anything new.
    #[oai(
        path = "/users/:id/applications/:client_id",
        method = "delete",
        operation_id = "disconnectApplication",
        tag = "ApiTag::People"
    )]
    async fn disconnect(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// The application.
        client_id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let disconnected =
            async { connections::disconnect(&self.0.signet, &self.admitted(token)?, &id.0, &client_id.0).await }.await;
        answered(disconnected.map(|()| no_content()))
    }

    /// List the grants of a person
    ///
    /// One for each time that an application was let in; those that have ended are kept for a while.
    #[oai(path = "/users/:id/grants", method = "get", operation_id = "listGrants", tag = "ApiTag::People")]
    async fn grants(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// How many at most, 1 to 200; 50 if left out.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the page before.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<GrantPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let access = self.admitted(token);
        let page = access.and_then(|access| connections::grants(&self.0.signet, &access, &id.0, request));
        answered(page.map(|page| page_answer("grants", &page, grant_json)))
    }

    /// End a grant of a person
    #[oai(path = "/users/:id/grants/:grant_id", method = "delete", operation_id = "endGrant", tag = "ApiTag::People")]
    async fn end_grant(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// The identifier of the grant.
        grant_id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let ended =
            async { connections::end_grant(&self.0.signet, &self.admitted(token)?, &id.0, &grant_id.0).await }.await;
        answered(ended.map(|()| no_content()))
    }
}

impl ConnectionsApi {
    fn admitted(&self, token: BearerToken) -> Result<Access, ManagementRefusal> {
        admitted(&self.0, token, SCOPES)
    }
}
