//! `/users` and `/invitations`: registration and management of users.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    documented::{DocumentedAnswer, object_answer, to_value},
    edge::ClientIp,
    extract::BearerToken,
    management::{admitted, answered, no_content},
    oauth_api::ApiTag,
    server::Server,
    strict_json::StrictJson,
    user_schema::{
        CreateUserKinds, GoneKinds, InvitationBody, InvitationForm, InvitationPageBody, InvitationPageKinds,
        InviteKinds, NewUserBody, PasswordBody, PasswordKinds, ReplaceUserKinds, ResetLinkBody, ResetLinkKinds,
        UserBody, UserForm, UserKinds, UserPageBody, UserPageKinds, patched,
    },
};
use crate::{
    endpoint::{
        access::Access,
        invitations,
        management::ManagementRefusal,
        new_account::NewAccount,
        page::PageQuery,
        password_change::{PasswordChange, PasswordSource, change_password},
        password_resets,
        user_access::{MANAGERS_SCOPES, SCOPES},
        users::{self, UserFilter},
    },
    oauth::bearer::BearerError,
    secret::Secret,
};

pub(super) struct UsersApi(pub(super) Arc<Server>);

#[OpenApi]
#[expect(clippy::too_many_arguments, reason = "the arguments are the parameters of the operation")]
impl UsersApi {
    /// List users
    ///
    /// Requires the scope `signet:users` or `signet:admin`. A page can have fewer entries than requested, or none,
    /// although more follow. Continue while there is a `next_page_token`.
    #[oai(path = "/users", method = "get", operation_id = "listUsers", tag = "ApiTag::People")]
    async fn list(
        &self,
        token: BearerToken,
        /// Returns only users whose username starts with this text.
        username: Query<Option<String>>,
        /// Returns only users whose e-mail address starts with this text.
        email: Query<Option<String>>,
        /// Returns only members of this group.
        group: Query<Option<String>>,
        /// `administrator`: returns only administrators.
        role: Query<Option<String>>,
        /// Returns only disabled (`true`) or only enabled (`false`) accounts.
        disabled: Query<Option<bool>>,
        /// `username`, or `-created_at` for newest first. With `group` also `id`, which is fast for groups of any size.
        sort: Query<Option<String>>,
        /// Maximum number of entries, 1 to 200. Default: 50.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the previous page.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<UserPageKinds>> {
        let filter = UserFilter {
            username: username.0.as_deref(),
            email: email.0.as_deref(),
            group: group.0.as_deref(),
            role: role.0.as_deref(),
            is_disabled: disabled.0,
            sort: sort.0.as_deref(),
        };
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let access = admitted(&self.0, token, MANAGERS_SCOPES);
        let page = access.and_then(|access| users::list(&self.0.signet, &access, filter, request));
        answered(page.map(|page| {
            let users = page.entries.iter().map(|account| UserBody::of(account, &self.0.signet.issuer)).collect();
            object_answer(StatusCode::OK, &UserPageBody { users, next_page_token: page.next_page_token })
        }))
    }

    /// Create a user
    ///
    /// Without an access token, users sign up themselves if the configuration allows it: everyone, by invitation, or
    /// not at all. With the scope `signet:users` or `signet:admin`, an administrator creates the user.
    #[oai(path = "/users", method = "post", operation_id = "createUser", tag = "ApiTag::People")]
    async fn create(
        &self,
        token: BearerToken,
        user: StrictJson<NewUserBody>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<CreateUserKinds>> {
        let origin = token.1.clone();
        let access = match token {
            BearerToken(Err(BearerError::Missing), _) => {
                self.0.sign_up_rate.take(client_ip)?;
                Ok(None)
            }
            token => admitted(&self.0, token, MANAGERS_SCOPES).map(Some),
        };
        let (profile, password, invitation) = user.body.into_parts();
        let entered = NewAccount { profile, password: password.map(Secret::new) };
        let invitation = invitation.map(Secret::new);
        let created = match access {
            Ok(access) => users::create(&self.0.signet, access.as_ref(), entered, invitation.as_ref(), &origin).await,
            Err(refusal) => Err(refusal),
        };
        answered(
            created.map(|account| object_answer(StatusCode::CREATED, &UserBody::of(&account, &self.0.signet.issuer))),
        )
    }

    /// Get a user
    ///
    /// Your own account with the scope `signet:account`; any account as an administrator with `signet:users` or
    /// `signet:admin`.
    #[oai(path = "/users/:id", method = "get", operation_id = "user", tag = "ApiTag::People")]
    async fn show(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<UserKinds>> {
        let account = self.admitted(token).and_then(|access| users::show(&self.0.signet, &access, &id.0));
        answered(account.map(|account| object_answer(StatusCode::OK, &UserBody::of(&account, &self.0.signet.issuer))))
    }

    /// Replace the profile of a user
    ///
    /// Omitted members are removed, except those that only administrators may set: they stay unchanged. Changing your
    /// own username or e-mail address requires a login within the last five minutes; otherwise the error is
    /// `insufficient_user_authentication` (RFC 9470).
    #[oai(path = "/users/:id", method = "put", operation_id = "replaceUser", tag = "ApiTag::People")]
    async fn replace(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        user: StrictJson<UserForm, true>,
    ) -> poem::Result<DocumentedAnswer<ReplaceUserKinds>> {
        let signet = &self.0.signet;
        let replaced = async {
            let access = self.admitted(token)?;
            user.unchanged(&to_value(&UserBody::of(&users::show(signet, &access, &id.0)?, &signet.issuer)))?;
            users::replace(signet, &access, &id.0, &user.body.into()).await
        };
        answered(replaced.await.map(|account| object_answer(StatusCode::OK, &UserBody::of(&account, &signet.issuer))))
    }

    /// Update a user
    ///
    /// A JSON Merge Patch (RFC 7396): only the members that are sent change, and null removes a member. Changing your
    /// own username or e-mail address requires a login within the last five minutes; otherwise the error is
    /// `insufficient_user_authentication` (RFC 9470).
    #[oai(path = "/users/:id", method = "patch", operation_id = "changeUser", tag = "ApiTag::People")]
    async fn change(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        patch: StrictJson<UserForm, true>,
    ) -> poem::Result<DocumentedAnswer<ReplaceUserKinds>> {
        let signet = &self.0.signet;
        let changed = async {
            let access = self.admitted(token)?;
            patch.unchanged(&to_value(&UserBody::of(&users::show(signet, &access, &id.0)?, &signet.issuer)))?;
            users::patch(signet, &access, &id.0, |account| patched(account, &patch.sent, &signet.issuer)).await
        };
        answered(changed.await.map(|account| object_answer(StatusCode::OK, &UserBody::of(&account, &signet.issuer))))
    }

    /// Delete a user
    ///
    /// Also deletes the user's grants and remembered consent. The last administrator cannot be deleted. Deleting your
    /// own account requires a login within the last five minutes; otherwise the error is
    /// `insufficient_user_authentication` (RFC 9470).
    #[oai(path = "/users/:id", method = "delete", operation_id = "deleteUser", tag = "ApiTag::People")]
    async fn delete(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let deleted = async { users::delete(&self.0.signet, &self.admitted(token)?, &id.0).await }.await;
        answered(deleted.map(|()| no_content()))
    }

    /// Change a password
    ///
    /// Changing your own password requires the current one. All existing sessions and grants end, including the grant
    /// of this access token.
    #[oai(path = "/users/:id/password", method = "patch", operation_id = "changePassword", tag = "ApiTag::People")]
    async fn change_password(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        password: StrictJson<PasswordBody>,
        client_ip: ClientIp,
    ) -> poem::Result<DocumentedAnswer<PasswordKinds>> {
        let change = PasswordChange {
            current_password: password.body.current_password.map(Secret::new),
            new_password: Secret::new(password.body.new_password),
            source: PasswordSource { address: client_ip.0, device: None },
        };
        let changed = async { change_password(&self.0.signet, &self.admitted(token)?, &id.0, &change).await }.await;
        answered(changed.map(|_| no_content()))
    }

    /// Unlock an account
    ///
    /// Resets the failed login attempts of the user on all devices. Administrators only.
    #[oai(path = "/users/:id/unlock", method = "post", operation_id = "unlockUser", tag = "ApiTag::People")]
    async fn unlock(
        &self,
        token: BearerToken,
        /// Identifier of the user.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let unlocked = match admitted(&self.0, token, MANAGERS_SCOPES) {
            Ok(access) => users::unlock(&self.0.signet, &access, &id.0).await,
            Err(refusal) => Err(refusal),
        };
        answered(unlocked.map(|()| no_content()))
    }

    /// Create a password-reset link
    ///
    /// The response contains a link with which the user sets a new password without the current one. The link works
    /// once and replaces the previous one. Administrators only, and not for your own account.
    #[oai(
        path = "/users/:id/password-reset",
        method = "post",
        operation_id = "createPasswordReset",
        tag = "ApiTag::People"
    )]
    async fn create_password_reset(
        &self,
        token: BearerToken,
        /// Identifier of the user.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ResetLinkKinds>> {
        let made = match admitted(&self.0, token, MANAGERS_SCOPES) {
            Ok(access) => password_resets::create(&self.0.signet, &access, &id.0).await,
            Err(refusal) => Err(refusal),
        };
        answered(made.map(|made| object_answer(StatusCode::CREATED, &ResetLinkBody::from(&made))))
    }

    /// Revoke a password-reset link
    #[oai(
        path = "/users/:id/password-reset",
        method = "delete",
        operation_id = "deletePasswordReset",
        tag = "ApiTag::People"
    )]
    async fn delete_password_reset(
        &self,
        token: BearerToken,
        /// Identifier of the user.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let withdrawn = match admitted(&self.0, token, MANAGERS_SCOPES) {
            Ok(access) => password_resets::withdraw(&self.0.signet, &access, &id.0).await,
            Err(refusal) => Err(refusal),
        };
        answered(withdrawn.map(|()| no_content()))
    }

    /// List invitations
    ///
    /// Invitations that can still be used. Administrators only.
    #[oai(path = "/invitations", method = "get", operation_id = "listInvitations", tag = "ApiTag::People")]
    async fn list_invitations(
        &self,
        token: BearerToken,
        /// Maximum number of entries, 1 to 200. Default: 50.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the previous page.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<InvitationPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let access = admitted(&self.0, token, MANAGERS_SCOPES);
        let page = access.and_then(|access| invitations::list(&self.0.signet, &access, request));
        answered(page.map(|page| {
            let invitations = page.entries.iter().map(InvitationBody::from).collect();
            object_answer(StatusCode::OK, &InvitationPageBody { invitations, next_page_token: page.next_page_token })
        }))
    }

    /// Create an invitation
    ///
    /// The response contains a link that works once. Administrators only.
    #[oai(path = "/invitations", method = "post", operation_id = "invite", tag = "ApiTag::People")]
    async fn invite(
        &self,
        token: BearerToken,
        form: StrictJson<InvitationForm>,
    ) -> poem::Result<DocumentedAnswer<InviteKinds>> {
        let form = invitations::InvitationRequest {
            email: form.body.email,
            email_verified: form.body.email_verified,
            groups: form.body.groups.unwrap_or_default(),
            lifetime_seconds: form.body.expires_in,
        };
        let invited =
            async { invitations::create(&self.0.signet, &admitted(&self.0, token, MANAGERS_SCOPES)?, &form).await }
                .await;
        answered(invited.map(|invited| object_answer(StatusCode::CREATED, &InvitationBody::from(&invited))))
    }

    /// Revoke an invitation
    #[oai(path = "/invitations/:id", method = "delete", operation_id = "deleteInvitation", tag = "ApiTag::People")]
    async fn delete_invitation(
        &self,
        token: BearerToken,
        /// Identifier of the invitation.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let deleted =
            async { invitations::delete(&self.0.signet, &admitted(&self.0, token, MANAGERS_SCOPES)?, &id.0).await }
                .await;
        answered(deleted.map(|()| no_content()))
    }
}

impl UsersApi {
    fn admitted(&self, token: BearerToken) -> Result<Access, ManagementRefusal> {
        admitted(&self.0, token, SCOPES)
    }
}
