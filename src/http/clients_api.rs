//! `/clients` and `/register`: registration and management of applications.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    client_schema::{
        AddSecretKinds, ClientKinds, ClientMetadataBody, ClientPageKinds, ClientUpdateBody, DeleteClientKinds,
        DynamicRegisterKinds, RegisterKinds, ReplaceClientKinds, client_json, registered_json, self_registered_json,
        warned_json,
    },
    documented::{DocumentedAnswer, json_answer},
    edge::ClientIp,
    extract::BearerToken,
    json_body::Json,
    management::{admitted, answered, no_content, page_answer},
    oauth_api::ApiTag,
    server::Server,
    strict_json::StrictJson,
};
use crate::{
    endpoint::{
        access::Access,
        clients::{
            RegisteredClient, SCOPES, dynamic,
            management::{self as clients, ClientFilter},
            register_by_token,
        },
        management::ManagementRefusal,
        page::PageQuery,
    },
    oauth::client::Client,
    secret::Secret,
};

pub(super) struct ClientsApi(pub(super) Arc<Server>);

#[OpenApi]
#[expect(clippy::too_many_arguments, reason = "the arguments are the parameters of the operation")]
impl ClientsApi {
    /// List applications
    ///
    /// Requires an access token with the scope `signet:clients` or `signet:admin`. Administrators see all applications,
    /// other users only those they own. Sorted by `client_id`.
    #[oai(path = "/clients", method = "get", operation_id = "listClients", tag = "ApiTag::Applications")]
    async fn list(
        &self,
        token: BearerToken,
        /// Returns only applications with a word in their name that starts with this text.
        client_name: Query<Option<String>>,
        /// Returns only applications owned by this user.
        owner: Query<Option<String>>,
        /// Maximum number of entries, 1 to 200. Default: 50.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the previous page.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<ClientPageKinds>> {
        let signet = &self.0.signet;
        let filter = ClientFilter { client_name: client_name.0.as_deref(), owner: owner.0.as_deref() };
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let page = self.admitted(token).and_then(|access| clients::list(signet, &access, filter, request));
        answered(page.map(|page| page_answer("clients", &page, |client| client_json(signet, client))))
    }

    /// Register an application
    ///
    /// Requires an access token with the scope `signet:clients` or `signet:admin`. A user becomes the owner of the
    /// application; an administrator, or an application that was given the scope, registers without restrictions. The
    /// response contains the client secret, which cannot be retrieved again.
    #[oai(path = "/clients", method = "post", operation_id = "registerClient", tag = "ApiTag::Applications")]
    async fn register(
        &self,
        token: BearerToken,
        metadata: StrictJson<ClientMetadataBody>,
    ) -> poem::Result<DocumentedAnswer<RegisterKinds>> {
        let signet = &self.0.signet;
        let registered = match self.admitted(token) {
            Ok(access) => register_by_token(signet, &metadata.body.into(), &access).await,
            Err(refusal) => Err(refusal),
        };
        let registered = match registered {
            Ok(registered) => Ok(warned_json(signet, &registered).await),
            Err(refusal) => Err(refusal),
        };
        answered(registered.map(|body| json_answer(StatusCode::CREATED, &body)))
    }

    /// Get an application
    #[oai(path = "/clients/:id", method = "get", operation_id = "client", tag = "ApiTag::Applications")]
    async fn show(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ClientKinds>> {
        let signet = &self.0.signet;
        let client = self.admitted(token).and_then(|access| clients::show(signet, &access, &id.0));
        answered(client.map(|client| json_answer(StatusCode::OK, &client_json(signet, &client))))
    }

    /// Replace the registration of an application
    ///
    /// Omitted members get their default, as in a new registration. Existing grants are kept.
    #[oai(path = "/clients/:id", method = "put", operation_id = "replaceClient", tag = "ApiTag::Applications")]
    async fn replace(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
        metadata: StrictJson<ClientMetadataBody, true>,
    ) -> poem::Result<DocumentedAnswer<ReplaceClientKinds>> {
        let signet = &self.0.signet;
        let replaced = async {
            let access = self.admitted(token)?;
            metadata.unchanged(&client_json(signet, &clients::show(signet, &access, &id.0)?))?;
            clients::replace(signet, &access, &id.0, &metadata.body.into()).await
        };
        self.changed(replaced.await).await
    }

    /// Update an application
    ///
    /// A JSON Merge Patch (RFC 7396): only the members that are sent change, and null resets a member to its default.
    #[oai(path = "/clients/:id", method = "patch", operation_id = "changeClient", tag = "ApiTag::Applications")]
    async fn change(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
        patch: StrictJson<ClientMetadataBody, true>,
    ) -> poem::Result<DocumentedAnswer<ReplaceClientKinds>> {
        let signet = &self.0.signet;
        let changed = async {
            let access = self.admitted(token)?;
            patch.unchanged(&client_json(signet, &clients::show(signet, &access, &id.0)?))?;
            clients::patch(signet, &access, &id.0, &patch.sent).await
        };
        self.changed(changed.await).await
    }

    /// Delete an application
    ///
    /// Grants of the application no longer issue tokens.
    #[oai(path = "/clients/:id", method = "delete", operation_id = "deleteClient", tag = "ApiTag::Applications")]
    async fn delete(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<DeleteClientKinds>> {
        let deleted = async { clients::delete(&self.0.signet, &self.admitted(token)?, &id.0).await }.await;
        answered(deleted.map(|()| no_content()))
    }

    /// Disable an application
    ///
    /// Administrators only. Grants of the application do not issue tokens until it is enabled again.
    #[oai(path = "/clients/:id/disable", method = "post", operation_id = "disableClient", tag = "ApiTag::Applications")]
    async fn disable(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ClientKinds>> {
        self.set_disabled(token, &id.0, true).await
    }

    /// Enable an application
    #[oai(path = "/clients/:id/enable", method = "post", operation_id = "enableClient", tag = "ApiTag::Applications")]
    async fn enable(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ClientKinds>> {
        self.set_disabled(token, &id.0, false).await
    }

    /// Add a client secret
    ///
    /// An application can have two secrets: add one, switch the application to it, then delete the older one. The
    /// response contains the secret, which cannot be retrieved again.
    #[oai(
        path = "/clients/:id/secrets",
        method = "post",
        operation_id = "addClientSecret",
        tag = "ApiTag::Applications"
    )]
    async fn add_secret(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<AddSecretKinds>> {
        let signet = &self.0.signet;
        let added = async { clients::add_secret(signet, &self.admitted(token)?, &id.0).await }.await;
        answered(added.map(|(client, secret)| {
            let registered = RegisteredClient { client, client_secret: Some(secret) };
            json_answer(StatusCode::CREATED, &registered_json(signet, &registered))
        }))
    }

    /// Delete a client secret
    #[oai(
        path = "/clients/:id/secrets/:number",
        method = "delete",
        operation_id = "removeClientSecret",
        tag = "ApiTag::Applications"
    )]
    async fn remove_secret(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
        /// Number of the secret.
        number: Path<u32>,
    ) -> poem::Result<DocumentedAnswer<ClientKinds>> {
        let signet = &self.0.signet;
        let removed = async { clients::remove_secret(signet, &self.admitted(token)?, &id.0, number.0).await }.await;
        answered(removed.map(|client| json_answer(StatusCode::OK, &client_json(signet, &client))))
    }

    /// Register a client dynamically
    ///
    /// Dynamic client registration (RFC 7591). The configuration decides whether it is disabled, requires an initial
    /// access token with the scope `signet:clients`, or is open to everyone.
    #[oai(path = "/register", method = "post", operation_id = "registerItself", tag = "ApiTag::Registration")]
    async fn register_itself(
        &self,
        token: BearerToken,
        metadata: Json<ClientMetadataBody>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<DynamicRegisterKinds>> {
        let signet = &self.0.signet;
        self.0.registration_rate.take(client_ip)?;
        let request = metadata.0.into();
        let registered = dynamic::register_itself(signet, &request, token.0, &token.1).await;
        answered(registered.map(|registered| {
            json_answer(StatusCode::CREATED, &self_registered_json(signet, &registered, Some(&request)))
        }))
    }

    /// Get a client's own registration
    ///
    /// Requires the registration access token (RFC 7592 §2.1).
    #[oai(path = "/register/:id", method = "get", operation_id = "registration", tag = "ApiTag::Registration")]
    async fn show_itself(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ClientKinds>> {
        let signet = &self.0.signet;
        let shown = dynamic::show_itself(signet, &id.0, token.0);
        answered(shown.map(|registered| json_answer(StatusCode::OK, &self_registered_json(signet, &registered, None))))
    }

    /// Replace a client's own registration
    ///
    /// Requires the registration access token (RFC 7592 §2.2). Omitted members get their default.
    #[oai(path = "/register/:id", method = "put", operation_id = "replaceRegistration", tag = "ApiTag::Registration")]
    async fn replace_itself(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
        update: Json<ClientUpdateBody>,
    ) -> poem::Result<DocumentedAnswer<ReplaceClientKinds>> {
        let signet = &self.0.signet;
        let (request, claims) = update.0.into_parts();
        let replaced = dynamic::replace_itself(signet, &id.0, token.0, (&request, &claims), &token.1).await;
        answered(
            replaced.map(|registered| {
                json_answer(StatusCode::OK, &self_registered_json(signet, &registered, Some(&request)))
            }),
        )
    }

    /// Delete a client's own registration
    ///
    /// Requires the registration access token (RFC 7592 §2.3).
    #[oai(path = "/register/:id", method = "delete", operation_id = "deleteRegistration", tag = "ApiTag::Registration")]
    async fn delete_itself(
        &self,
        token: BearerToken,
        /// The client identifier.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<DeleteClientKinds>> {
        let deleted = dynamic::delete_itself(&self.0.signet, &id.0, token.0, &token.1).await;
        answered(deleted.map(|()| no_content()))
    }
}

impl ClientsApi {
    fn admitted(&self, token: BearerToken) -> Result<Access, ManagementRefusal> {
        admitted(&self.0, token, SCOPES)
    }

    async fn changed(
        &self,
        outcome: Result<(Client, Option<Secret>), ManagementRefusal>,
    ) -> poem::Result<DocumentedAnswer<ReplaceClientKinds>> {
        let changed = match outcome {
            Ok((client, client_secret)) => {
                Ok(warned_json(&self.0.signet, &RegisteredClient { client, client_secret }).await)
            }
            Err(refusal) => Err(refusal),
        };
        answered(changed.map(|body| json_answer(StatusCode::OK, &body)))
    }

    async fn set_disabled(
        &self,
        token: BearerToken,
        id: &str,
        is_disabled: bool,
    ) -> poem::Result<DocumentedAnswer<ClientKinds>> {
        let signet = &self.0.signet;
        let changed = async { clients::set_disabled(signet, &self.admitted(token)?, id, is_disabled).await }.await;
        answered(changed.map(|client| json_answer(StatusCode::OK, &client_json(signet, &client))))
    }
}
