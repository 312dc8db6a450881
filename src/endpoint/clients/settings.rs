//! Changes single settings of an application: on its page, from the command line, and with the button next to a
//! request that a setting would have allowed.

use serde_json::{Map, Value};

use super::management::{change, find, fixed, is_changeable, reregister, reregister_by};
use crate::{
    endpoint::{
        Signet, access::Access, backchannel_logout::failure_of, client_errors::Repeated, management::ManagementRefusal,
    },
    fetch::FetchRefusal,
    oauth::{
        client::{Client, ClientMetadata},
        client_setting::with_members,
        registration::Registrar,
        remedy::Remedy,
    },
    oidc::delivery_failures::DeliveryFailure,
    secret::Secret,
};

/// Whether the caller can apply a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemedyStanding {
    /// The caller can apply it.
    Available,
    /// Only an administrator can apply it.
    Administrator,
    /// The server configuration does not allow it, for this reason.
    Setting(String),
    /// The application cannot be changed here, for this reason.
    Fixed(&'static str),
}

/// Sets the registration members of an application that `members` names. Returns a secret if the new authentication
/// method requires one.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] by the same rules as [`super::management::replace`]. Nothing has changed then.
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

/// Whether `remedy` can be applied to `client` with `access`. Returns `None` if it would change nothing or is never
/// possible for this kind of application.
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
        return Some(RemedyStanding::Available);
    }
    match (judged(Registrar::Administrator), remedy) {
        (Ok(()), _) => Some(RemedyStanding::Administrator),
        // Response types that the configuration enables. All others depend on the kind of application.
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

/// Finds the remedy `remedy_id` of the application `id`, together with the application.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the application belongs to another user or no such remedy was recorded for it.
pub fn find_remedy(
    signet: &Signet,
    access: &Access,
    id: &str,
    remedy_id: &str,
) -> Result<(Client, Repeated<Remedy>), ManagementRefusal> {
    let client = find(signet, access, id)?.record;
    let remedy = signet.client_errors.remedy(&client.client_id, remedy_id);
    let remedy = remedy.ok_or(ManagementRefusal::NotFound("no request was rejected because of this setting"))?;
    Ok((client, remedy))
}

/// Applies the remedy `remedy_id` to the application `id`.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
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

/// The reason why logout tokens cannot be delivered to the `backchannel_logout_uri` of `client`, if it is known
/// before sending one: the URI does not use `https`, or its host is in a private network.
pub async fn unreachable_logout_uri(signet: &Signet, client: &Client) -> Option<DeliveryFailure> {
    refused_logout_uri(signet, client).await.as_ref().map(failure_of)
}

async fn refused_logout_uri(signet: &Signet, client: &Client) -> Option<FetchRefusal> {
    let uri = client.metadata.openid.backchannel_logout_uri.as_deref()?;
    let refusal = signet.fetcher.permits_post(uri).await.err()?;
    matches!(refusal, FetchRefusal::Address | FetchRefusal::Private).then_some(refusal)
}

/// The result of [`unreachable_logout_uri`] as a sentence, for the API and the command line.
pub async fn warning(signet: &Signet, client: &Client) -> Option<String> {
    let refusal = refused_logout_uri(signet, client).await?;
    Some(format!("backchannel_logout_uri: logout tokens cannot be delivered there: {refusal}"))
}
