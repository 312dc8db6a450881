//! `/invitations`: administrators invite users.

use time::OffsetDateTime;

use super::{
    Signet,
    access::Access,
    group_names,
    management::ManagementRefusal,
    new_account::{FieldErrors, FieldRefusal},
    page::{Page, PageQuery, page},
    quota, user_access,
};
use crate::{
    account::{
        invitation::{Invitation, InvitationLifetime},
        quota::Spending,
        record::{EmailAddress, Groups, Line},
    },
    crypto::Digest,
    secret::Secret,
};

/// An invitation as shown to administrators.
#[derive(Clone, Debug)]
pub struct ListedInvitation {
    /// The identifier: the hash of its secret.
    pub id: String,
    pub invitation: Invitation,
}

/// A new invitation with its link, which is returned only once.
#[derive(Debug)]
pub struct NewInvitation {
    pub listed: ListedInvitation,
    pub link: Secret,
}

#[derive(Clone, Default)]
pub struct InvitationRequest {
    /// The e-mail address of the account.
    pub email: Option<String>,
    /// Whether the address is known to belong to the user. Defaults to `true`.
    pub email_verified: Option<bool>,
    /// The groups of the account.
    pub groups: Vec<String>,
    pub lifetime_seconds: Option<i64>,
}

/// Creates an invitation. The caller hands over the link.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn create(
    signet: &Signet,
    access: &Access,
    form: &InvitationRequest,
) -> Result<NewInvitation, ManagementRefusal> {
    user_access::manager(access)?;
    if !access.is_operator() {
        quota::spend_as(signet, access.subject().as_str(), Spending::Invitation)?;
    }
    let wrong = |field, wrong: FieldRefusal| ManagementRefusal::Fields(FieldErrors::of_one(field, wrong));
    let email = form.email.as_deref().filter(|email| !email.trim().is_empty());
    let email = email.map(EmailAddress::parse).transpose().map_err(|refusal| wrong("email", refusal.into()))?;
    let names: Result<Vec<_>, _> = form.groups.iter().map(|name| Line::parse(name)).collect();
    let groups = names.map_err(|refusal| wrong("groups", refusal.into()))?;
    let groups = Groups::new(groups).map_err(|refusal| wrong("groups", refusal.into()))?;
    group_names::judge(signet, &Groups::default(), &groups)?;
    let lifetime = form.lifetime_seconds.map_or(Ok(InvitationLifetime::default()), InvitationLifetime::seconds);
    let lifetime = lifetime.map_err(|refusal| wrong("expires_in", refusal.into()))?;
    let email = email.map(|address| (address, form.email_verified.unwrap_or(true)));
    if let Some((address, true)) = &email
        && signet.store.account_by_email(address)?.is_some()
    {
        return Err(wrong("email", FieldRefusal::EmailTaken));
    }
    let (invitation, secret) = Invitation::generate((email, groups), lifetime, signet.clock.now(), signet.entropy);
    let digest = Digest::of_secret(&secret);
    signet.store.as_actor(access.actor()).create_invitation(&digest, &invitation).await?;
    tracing::info!(by = %access.subject(), "invitation created");
    let link = Secret::new(signet.issuer.endpoint(&format!("/signup?invitation={}", secret.expose())));
    Ok(NewInvitation { listed: ListedInvitation { id: digest.as_str().to_owned(), invitation }, link })
}

/// Lists the invitations that can still be used.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn list(
    signet: &Signet,
    access: &Access,
    request: PageQuery<'_>,
) -> Result<Page<ListedInvitation>, ManagementRefusal> {
    user_access::manager(access)?;
    let now: OffsetDateTime = signet.clock.now();
    let fetch = |after: Option<&[u8]>, limit| {
        let rows = signet.store.invitations(after, limit)?;
        let listed = |(key, invitation): (Vec<u8>, Invitation)| {
            let id = String::from_utf8_lossy(&key).into_owned();
            (key, Some(ListedInvitation { id, invitation }))
        };
        Ok(rows.into_iter().map(listed).collect())
    };
    page(signet, "invitations", request, fetch, |listed: &ListedInvitation| listed.invitation.is_usable(now))
}

/// Deletes an invitation. Deleting one that was used or does not exist is not an error.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn delete(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    user_access::manager(access)?;
    // A longer text cannot be a key of this store.
    if id.len() <= 64 {
        signet.store.as_actor(access.actor()).delete_invitation(id).await?;
        tracing::info!(by = %access.subject(), "invitation deleted");
    }
    Ok(())
}
