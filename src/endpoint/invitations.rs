//! `/invitations`: an administrator lets a person in.

use time::OffsetDateTime;

use super::{
    Signet,
    access::Access,
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

/// An invitation, as administrators see it.
#[derive(Clone, Debug)]
pub struct ListedInvitation {
    /// By what it is spoken of: the hash of its secret.
    pub id: String,
    /// The invitation.
    pub invitation: Invitation,
}

/// An invitation that was just made, with its link, which is told this once.
#[derive(Debug)]
pub struct NewInvitation {
    /// What is remembered of it.
    pub listed: ListedInvitation,
    /// Where it leads.
    pub link: Secret,
}

/// Whom to invite.
#[derive(Clone, Default)]
pub struct InvitationRequest {
    /// The address of the account.
    pub email: Option<String>,
    /// Whether the address is known to be the person's, as it is if this is left out.
    pub email_verified: Option<bool>,
    /// Its groups.
    pub groups: Vec<String>,
    /// For how many seconds it works.
    pub lifetime_seconds: Option<i64>,
}

/// Makes an invitation, to be handed over by whoever asked for it.
///
/// # Errors
///
/// [`ManagementRefusal`].
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
    tracing::info!(by = %access.subject(), "invitation made");
    let link = Secret::new(signet.issuer.endpoint(&format!("/signup?invitation={}", secret.expose())));
    Ok(NewInvitation { listed: ListedInvitation { id: digest.as_str().to_owned(), invitation }, link })
}

/// The invitations that can still be used.
///
/// # Errors
///
/// [`ManagementRefusal`].
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

/// Takes an invitation back. One that was used or is gone is no error.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub async fn delete(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    user_access::manager(access)?;
    // A longer text can be none of our keys.
    if id.len() <= 64 {
        signet.store.as_actor(access.actor()).delete_invitation(id).await?;
        tracing::info!(by = %access.subject(), "invitation taken back");
    }
    Ok(())
}
