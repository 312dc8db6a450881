//! The settings of an application, changed one at a time: on its page, by the command line, and by the button beside a
//! request that a setting would have let through.

use serde_json::{Map, Value};

use super::management::{change, find, fixed, is_changeable, reregister, reregister_by};
use crate::{
    endpoint::{
        Signet,
        access::Access,
        client_errors::{DeliveryFailure, Repeated},
        management::ManagementRefusal,
    },
    fetch::FetchRefusal,
    oauth::{
        client::{Client, ClientMetadata},
        client_setting::with_members,
        registration::Registrar,
        remedy::Remedy,
    },
    secret::Secret,
};

/// Whether a remedy can be registered by the person who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemedyStanding {
    /// It can.
    EnabledGrants,
    /// Only an administrator can.
    Administrator,
    /// The configuration of the server does not allow it, for this reason.
    Setting(String),
    /// The application cannot be changed here, for this reason.
    Fixed(&'static str),
}

/// Gives the members of an application that `members` names for what is registered the values there. A secret is answered
/// if it needs one for how it authenticates from now on.
///
/// # Errors
///
/// [`ManagementRefusal`], by the same rules as [`super::management::replace`]; then nothing has changed.
pub async fn change_members(
    signet: &Signet,
    access: &Access,
    id: &str,
    members: impl Fn(&ClientMetadata) -> Map<String, Value>,
) -> Result<(Client, Option<Secret>), ManagementRefusal> {
    let asked = |client: &Client| with_members(&client.metadata, &members(&client.metadata));
    let found = find(signet, access, id)?.record;
    is_changeable(&found)?;
    super::sector::agree(signet, &asked(&found)?, &found.client_id).await?;
    change(signet, access, id, |client| {
        is_changeable(client)?;
        reregister_by(access, signet, client, &asked(client)?)
    })
    .await
}

/// Whether `remedy` can be registered for `client` with `access`; nothing if it would change nothing, or is never
/// possible for such an application.
#[must_use]
pub fn standing(signet: &Signet, access: &Access, client: &Client, remedy: &Remedy) -> Option<RemedyStanding> {
    if remedy.is_registered(&client.metadata) {
        return None;
    }
    if let Some(reason) = fixed(client) {
        return Some(RemedyStanding::Fixed(reason));
    }
    let judged = |registrar| {
        let request = with_members(&client.metadata, &remedy.members(&client.metadata))?;
        reregister(signet, &mut client.clone(), &request, registrar).map(|_| ())
    };
    if judged(access.registrar()).is_ok() {
        return Some(RemedyStanding::EnabledGrants);
    }
    match (judged(Registrar::Administrator), remedy) {
        (Ok(()), _) => Some(RemedyStanding::Administrator),
        // Those that the configuration turns on; of all others the reason lies in what the application is.
        (Err(_), Remedy::ResponseType(response_type))
            if !signet.registration_policy.offered.allows_response_type(*response_type) =>
        {
            Some(RemedyStanding::Setting("oauth.implicit".to_owned()))
        }
        (Err(_), Remedy::GrantType(grant_type)) if !signet.registration_policy.offered.allows(*grant_type) => {
            Some(RemedyStanding::Setting("oauth.password_grant".to_owned()))
        }
        (Err(_), _) => None,
    }
}

/// The remedy of `remedy_id` for the application of `id`, with the application.
///
/// # Errors
///
/// [`ManagementRefusal`]: the application belongs to someone else, or nothing like that was noted of it.
pub fn find_remedy(
    signet: &Signet,
    access: &Access,
    id: &str,
    remedy_id: &str,
) -> Result<(Client, Repeated<Remedy>), ManagementRefusal> {
    let client = find(signet, access, id)?.record;
    let remedy = signet.client_errors.remedy(&client.client_id, remedy_id);
    let remedy = remedy.ok_or(ManagementRefusal::NotFound("no request was refused for want of this setting"))?;
    Ok((client, remedy))
}

/// Registers the remedy of `remedy_id` for the application of `id`.
///
/// # Errors
///
/// [`ManagementRefusal`]; then nothing has changed.
pub async fn apply_remedy(
    signet: &Signet,
    access: &Access,
    id: &str,
    remedy_id: &str,
) -> Result<Client, ManagementRefusal> {
    let (_, Repeated { what: remedy, .. }) = find_remedy(signet, access, id, remedy_id)?;
    let (client, _) = change_members(signet, access, id, |metadata| remedy.members(metadata)).await?;
    signet.client_errors.forget_remedy(&client.client_id, &remedy);
    Ok(client)
}

/// Why logout tokens cannot be delivered to the `backchannel_logout_uri` of `client`, as far as that can be known before
/// one is sent: the address is not `https`, or leads into a private network.
pub async fn unreachable_logout_uri(signet: &Signet, client: &Client) -> Option<DeliveryFailure> {
    refused_logout_uri(signet, client).await.as_ref().map(DeliveryFailure::from)
}

async fn refused_logout_uri(signet: &Signet, client: &Client) -> Option<FetchRefusal> {
    let uri = client.metadata.openid.backchannel_logout_uri.as_deref()?;
    let refusal = signet.fetcher.permits_post(uri).await.err()?;
    matches!(refusal, FetchRefusal::Address | FetchRefusal::Private).then_some(refusal)
}

/// The same as a sentence, for the API and the command line.
pub async fn warning(signet: &Signet, client: &Client) -> Option<String> {
    let refusal = refused_logout_uri(signet, client).await?;
    Some(format!("backchannel_logout_uri: logout tokens cannot be delivered there: {refusal}"))
}
