//! `/clients/{id}`: applications are looked at, changed and taken away, by administrators and by the people who own them.

use crate::{
    endpoint::{
        Fault, Signet,
        access::Access,
        management::{ATTEMPTS, ManagementRefusal, taken},
        page::{Page, PageRequest, page},
    },
    oauth::{
        client::{Client, ClientId, ClientMetadata, Provenance, SecretsRefusal},
        registration::{Registrar, RegistrationRequest, register},
        subject::Subject,
    },
    secret::Secret,
    store::Kept,
};

/// Which applications to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientFilter<'a> {
    /// Those in whose name a word begins with this text, whatever its case; of one person's, those that have it anywhere.
    pub client_name: Option<&'a str>,
    /// Those that this person owns.
    pub owner: Option<&'a str>,
}

/// The applications that whoever has `access` may see: an administrator all, a person those that they own.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub fn list(
    signet: &Signet,
    access: &Access,
    filter: ClientFilter<'_>,
    request: PageRequest<'_>,
) -> Result<Page<Client>, ManagementRefusal> {
    let owner = if access.is_administrator() { filter.owner } else { Some(access.subject().as_str()) };
    let owner = owner.map(Subject::new);
    let name = filter.client_name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_lowercase);
    let list = format!("clients of {owner:?} named {name:?}");
    if let (None, Some(name)) = (&owner, &name) {
        let fetch = |after: Option<&[u8]>, limit| Ok(signet.store.clients_named(name, after, limit)?);
        return page(signet, &list, request, fetch, |_| true);
    }
    let fetch = |after: Option<&[u8]>, limit| {
        let after = after.and_then(|after| std::str::from_utf8(after).ok());
        let clients = match &owner {
            Some(owner) => signet.store.clients_of(owner, after, limit)?,
            None => signet.store.clients(after, limit)?,
        };
        let keyed = |client: Client| (client.client_id.as_str().as_bytes().to_vec(), Some(client));
        Ok(clients.into_iter().map(keyed).collect())
    };
    // One person has few.
    let is_wanted = |client: &Client| {
        name.as_ref().is_none_or(|name| client.metadata.client_name.to_lowercase().contains(name.as_str()))
    };
    page(signet, &list, request, fetch, is_wanted)
}

/// The application of `id`.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub fn show(signet: &Signet, access: &Access, id: &str) -> Result<Client, ManagementRefusal> {
    find(signet, access, id).map(|kept| kept.record)
}

/// Registers an application anew: what `request` leaves out gets its default, as at the first time. Grants that were
/// given to it stay. A secret is answered if it needs another one for how it authenticates from now on.
///
/// # Errors
///
/// [`ManagementRefusal`]; then nothing has changed.
pub async fn replace(
    signet: &Signet,
    access: &Access,
    id: &str,
    request: &RegistrationRequest,
) -> Result<(Client, Option<Secret>), ManagementRefusal> {
    let is_administrator = access.is_administrator();
    is_changeable(&find(signet, access, id)?.record)?;
    super::sector::agree(signet, request).await?;
    change(signet, access, id, |client| {
        is_changeable(client)?;
        reregister(signet, client, request, is_administrator)
    })
    .await
}

/// Gives `client` the metadata of `request`, and a secret if it needs one and has none.
///
/// # Errors
///
/// [`ManagementRefusal::Metadata`].
pub(super) fn reregister(
    signet: &Signet,
    client: &mut Client,
    request: &RegistrationRequest,
    is_administrator: bool,
) -> Result<Option<Secret>, ManagementRefusal> {
    let registrar = if is_administrator || keeps_privileges(&client.metadata, request) {
        Registrar::Administrator
    } else {
        Registrar::Person
    };
    let (request, restriction) = super::restriction::judge(client, request, is_administrator)?;
    client.metadata = register(&request, super::rules(signet, registrar))?;
    restriction.apply(client);
    client.drop_useless_secrets();
    let needs_secret = client.has_secret() && client.secrets.is_empty();
    Ok(needs_secret.then(|| client.add_secret(signet.sealing_means(), signet.clock.now()).ok()).flatten())
}

/// Takes an application away. Nothing that was granted to it issues anything more.
///
/// # Errors
///
/// [`ManagementRefusal`]; then it is still there.
pub async fn delete(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    for _ in 0..ATTEMPTS {
        let kept = find(signet, access, id)?;
        is_changeable(&kept.record)?;
        if taken(signet.store.by(access.agent()).delete_client(&kept, signet.clock.now()).await)? {
            tracing::info!(client_id = %kept.record.client_id, by = %access.subject(), "client deleted");
            return Ok(());
        }
    }
    Err(Fault::Contended.into())
}

/// Forbids an application to obtain tokens, or allows it again.
///
/// # Errors
///
/// [`ManagementRefusal`]: only administrators may.
pub async fn set_disabled(
    signet: &Signet,
    access: &Access,
    id: &str,
    is_disabled: bool,
) -> Result<Client, ManagementRefusal> {
    if !access.is_administrator() {
        find(signet, access, id)?;
        return Err(ManagementRefusal::Forbidden(
            "only an administrator can disable an application or enable it again",
        ));
    }
    let set = |client: &mut Client| {
        client.is_disabled = is_disabled;
        Ok(())
    };
    let (client, ()) = change(signet, access, id, set).await?;
    tracing::info!(client_id = %client.client_id, by = %access.subject(), is_disabled, "client disabled or enabled");
    Ok(client)
}

/// Gives an application a second secret, beside the one that it uses.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub async fn add_secret(signet: &Signet, access: &Access, id: &str) -> Result<(Client, Secret), ManagementRefusal> {
    change(signet, access, id, |client| {
        is_changeable(client)?;
        client.add_secret(signet.sealing_means(), signet.clock.now()).map_err(secrets_refusal)
    })
    .await
}

/// Takes a secret away from an application.
///
/// # Errors
///
/// [`ManagementRefusal`]: the last one stays.
pub async fn remove_secret(
    signet: &Signet,
    access: &Access,
    id: &str,
    number: u32,
) -> Result<Client, ManagementRefusal> {
    let removed = change(signet, access, id, |client| {
        is_changeable(client)?;
        client.remove_secret(number).map_err(secrets_refusal)
    });
    removed.await.map(|(client, ())| client)
}

/// Changes an application as often as it takes until nothing else has changed it meanwhile.
pub(super) async fn change<T>(
    signet: &Signet,
    access: &Access,
    id: &str,
    mut change: impl FnMut(&mut Client) -> Result<T, ManagementRefusal>,
) -> Result<(Client, T), ManagementRefusal> {
    for _ in 0..ATTEMPTS {
        let kept = find(signet, access, id)?;
        let mut client = kept.record.clone();
        let outcome = change(&mut client)?;
        if taken(signet.store.by(access.agent()).replace_client(&kept, &client).await)? {
            tracing::info!(client_id = %client.client_id, by = %access.subject(), "client changed");
            return Ok((client, outcome));
        }
    }
    Err(Fault::Contended.into())
}

/// An application of somebody else is answered as one that does not exist.
pub(super) fn find(signet: &Signet, access: &Access, id: &str) -> Result<Kept<Client>, ManagementRefusal> {
    let unknown = || ManagementRefusal::NotFound("there is no such application, or it is somebody else's");
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    let kept = signet.store.client(&id)?.ok_or_else(unknown)?;
    let is_own = kept.record.owner() == Some(access.subject());
    if is_own || access.is_administrator() { Ok(kept) } else { Err(unknown()) }
}

/// Why an application can be looked at and disabled, and not changed; `None` if it can.
#[must_use]
pub fn fixed(client: &Client) -> Option<&'static str> {
    match &client.provenance {
        Provenance::Configuration => {
            Some("this application stands in the configuration file; change it there and start the server again")
        }
        Provenance::BuiltIn => Some("this application is part of the server"),
        Provenance::Administrator
        | Provenance::AdministratorAccount(_)
        | Provenance::Person(_)
        | Provenance::Itself { .. } => None,
    }
}

pub(super) fn is_changeable(client: &Client) -> Result<(), ManagementRefusal> {
    fixed(client).map_or(Ok(()), |reason| Err(ManagementRefusal::Conflict(reason)))
}

/// Whether `request` asks, of what only an administrator can give, for exactly what the application has: then its owner
/// can change the rest of it.
fn keeps_privileges(metadata: &ClientMetadata, request: &RegistrationRequest) -> bool {
    fn same<'a>(has: impl Iterator<Item = &'a str>, asks: &[String]) -> bool {
        let mut has: Vec<&str> = has.collect();
        let mut asks: Vec<&str> = asks.iter().map(String::as_str).collect();
        has.sort_unstable();
        asks.sort_unstable();
        has == asks
    }
    let scope = request.scope.as_deref().map(|scope| scope.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>());
    scope.is_some_and(|scope| same(metadata.scope.iter(), &scope))
        && request
            .grant_types
            .as_ref()
            .is_some_and(|asks| same(metadata.grant_types.iter().map(|one| one.as_str()), asks))
        && request
            .response_types
            .as_ref()
            .is_some_and(|asks| same(metadata.response_types.iter().map(|one| one.as_str()), asks))
        && request.require_pkce.is_none_or(|asks| asks || asks == metadata.require_pkce)
}

fn secrets_refusal(refusal: SecretsRefusal) -> ManagementRefusal {
    match refusal {
        SecretsRefusal::Unknown => ManagementRefusal::NotFound(refusal.as_str()),
        SecretsRefusal::Public | SecretsRefusal::KeyHolder | SecretsRefusal::TooMany | SecretsRefusal::Last => {
            ManagementRefusal::Conflict(refusal.as_str())
        }
    }
}
