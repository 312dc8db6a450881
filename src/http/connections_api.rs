//! `/users/{id}/applications` and `/users/{id}/grants`: access that users have given to applications.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    connection_schema::{ConnectedBody, ConnectedKinds, ConnectedListBody, GrantBody, GrantPageBody, GrantPageKinds},
    documented::{DocumentedAnswer, object_answer},
    extract::BearerToken,
    management::{admitted, answered, no_content},
    oauth_api::ApiTag,
    server::Server,
    user_schema::GoneKinds,
};
use crate::endpoint::{
    access::Access, connections, management::ManagementRefusal, page::PageQuery, user_access::SCOPES,
};

pub(super) struct ConnectionsApi(pub(super) Arc<Server>);

#[OpenApi]
impl ConnectionsApi {
    /// List connected applications of a user
    ///
    /// Applications that hold grants, and those for which the user has chosen not to be asked again.
    #[oai(
        path = "/users/:id/applications",
        method = "get",
        operation_id = "listConnectedApplications",
        tag = "ApiTag::People"
    )]
    async fn applications(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ConnectedKinds>> {
        let access = self.admitted(token);
        let connected = access.and_then(|access| connections::applications(&self.0.signet, &access, &id.0));
        answered(connected.map(|connected| {
            let applications = connected.iter().map(ConnectedBody::from).collect();
            object_answer(StatusCode::OK, &ConnectedListBody { applications })
        }))
    }

    /// Disconnect an application from a user
    ///
    /// Ends all grants and forgets the remembered consent. The user is asked again before the application gets new
    /// access.
    #[oai(
        path = "/users/:id/applications/:client_id",
        method = "delete",
        operation_id = "disconnectApplication",
        tag = "ApiTag::People"
    )]
    async fn disconnect(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// The client identifier.
        client_id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let disconnected =
            async { connections::disconnect(&self.0.signet, &self.admitted(token)?, &id.0, &client_id.0).await }.await;
        answered(disconnected.map(|()| no_content()))
    }

    /// List grants of a user
    ///
    /// One entry for each time that an application was given access. Ended grants are kept for a while.
    #[oai(path = "/users/:id/grants", method = "get", operation_id = "listGrants", tag = "ApiTag::People")]
    async fn grants(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// Maximum number of entries, 1 to 200. Default: 50.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the previous page.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<GrantPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let access = self.admitted(token);
        let page = access.and_then(|access| connections::grants(&self.0.signet, &access, &id.0, request));
        answered(page.map(|page| {
            let grants = page.entries.iter().map(GrantBody::from).collect();
            object_answer(StatusCode::OK, &GrantPageBody { grants, next_page_token: page.next_page_token })
        }))
    }

    /// End a grant of a user
    #[oai(path = "/users/:id/grants/:grant_id", method = "delete", operation_id = "endGrant", tag = "ApiTag::People")]
    async fn end_grant(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// Identifier of the grant.
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
