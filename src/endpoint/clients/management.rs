//! `/clients/{id}`: administrators and owners view, change and delete applications.

use serde_json::{Map, Value};

use crate::{
    account::quota::Spending,
    endpoint::{
        Signet,
        access::Access,
        management::ManagementRefusal,
        merge_patch::merge_patch,
        page::{Page, PageQuery, page},
        quota,
        retry::{Attempts, is_conflict},
    },
    oauth::{
        client::{Client, ClientId, ClientMetadata, Provenance},
        client_secrets::SecretsRefusal,
        pairwise::has_other_subjects,
        registration::{Registrar, RegistrationRequest},
        registration_privilege::{changed_credential, needed, privileged},
        subject::Subject,
    },
    secret::Secret,
    store::Versioned,
};

#[derive(Clone, Copy, Debug, Default)]
pub struct ClientFilter<'a> {
    /// A prefix of any word in the name, ignoring case. For the applications of one person, any part of the name.
    pub client_name: Option<&'a str>,
    /// The owner of the applications.
    pub owner: Option<&'a str>,
}

/// Lists the applications visible with `access`: all for an administrator, their own for other users.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn list(
    signet: &Signet,
    access: &Access,
    filter: ClientFilter<'_>,
    request: PageQuery<'_>,
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
    // One person owns few applications, so all of them can be searched.
    let is_wanted = |client: &Client| {
        name.as_ref().is_none_or(|name| client.metadata.client_name.to_lowercase().contains(name.as_str()))
    };
    page(signet, &list, request, fetch, is_wanted)
}

/// Returns the application `id`.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn show(signet: &Signet, access: &Access, id: &str) -> Result<Client, ManagementRefusal> {
    find(signet, access, id).map(|kept| kept.record)
}

/// Replaces the registration of an application: omitted members get their defaults, as in the initial registration.
/// Existing grants stay valid. Returns a secret if the new authentication method requires one.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
pub async fn replace(
    signet: &Signet,
    access: &Access,
    id: &str,
    request: &RegistrationRequest,
) -> Result<(Client, Option<Secret>), ManagementRefusal> {
    let kept = find(signet, access, id)?.record;
    is_changeable(&kept)?;
    super::sector::agree(signet, request, &kept.client_id).await?;
    change(signet, access, id, |client| {
        is_changeable(client)?;
        reregister_by(access, signet, client, request)
    })
    .await
}

/// Changes the registration of an application by `patch` ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)), which
/// names members of the registration. Null removes a member, so that it gets its default.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
pub async fn patch(
    signet: &Signet,
    access: &Access,
    id: &str,
    patch: &Map<String, Value>,
) -> Result<(Client, Option<Secret>), ManagementRefusal> {
    let kept = find(signet, access, id)?;
    is_changeable(&kept.record)?;
    super::sector::agree(signet, &patched(&kept.record, patch)?, &kept.record.client_id).await?;
    change(signet, access, id, |client| {
        is_changeable(client)?;
        reregister_by(access, signet, client, &patched(client, patch)?)
    })
    .await
}

/// The registration of `client`, changed by `patch`.
fn patched(client: &Client, patch: &Map<String, Value>) -> Result<RegistrationRequest, ManagementRefusal> {
    let mut members = registered(client)?;
    // The response types follow from the grant types unless the patch names them too.
    if patch.contains_key("grant_types") && !patch.contains_key("response_types") {
        members.remove("response_types");
    }
    merge_patch(&mut members, patch);
    read(Value::Object(members))
}

/// The registration of `client`, with the member names of a registration request.
fn registered(client: &Client) -> Result<Map<String, Value>, ManagementRefusal> {
    match serde_json::to_value(&client.metadata) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(ManagementRefusal::invalid(error.to_string())),
    }
}

fn read(members: Value) -> Result<RegistrationRequest, ManagementRefusal> {
    serde_json::from_value(members).map_err(|error| ManagementRefusal::invalid(error.to_string()))
}

/// [`reregister`] by the holder of `access`. An application saved by an administrator who owns it becomes trusted by
/// the operator. It loses that when its owner saves it after ceasing to be an administrator.
pub(super) fn reregister_by(
    access: &Access,
    signet: &Signet,
    client: &mut Client,
    request: &RegistrationRequest,
) -> Result<Option<Secret>, ManagementRefusal> {
    let secret = reregister(signet, client, request, access.registrar())?;
    if matches!(client.provenance, Provenance::Person(_) | Provenance::AdministratorAccount(_))
        && client.owner() == Some(access.subject())
    {
        client.provenance = super::provenance(access);
    }
    Ok(secret)
}

/// Gives `client` the metadata of `request`, and a secret if it needs one and has none.
///
/// # Errors
///
/// Returns [`ManagementRefusal::Metadata`] if a member cannot be registered, or if `registrar` may not grant what the
/// client already has. In the latter case other members can be changed, but none that would hand the client to
/// another party.
pub(super) fn reregister(
    signet: &Signet,
    client: &mut Client,
    request: &RegistrationRequest,
    registrar: Registrar,
) -> Result<Option<Secret>, ManagementRefusal> {
    reaches(signet, registrar, client)?;
    let known = client.clone();
    let before = client.metadata.clone();
    let (request, restriction) = super::restriction::judge(client, request, registrar > Registrar::Person)?;
    let keeps = registrar <= Registrar::Person && keeps_privileges(&before, &request);
    let judged = if keeps { Registrar::Administrator } else { registrar };
    client.metadata = super::metadata(&request, super::rules(signet, judged), &client.client_id)?;
    if needed(&before, &signet.resources) > registrar
        && let Some(member) = changed_credential(&before, &client.metadata)
    {
        return Err(privileged(member, OF_A_PRIVILEGED).into());
    }
    restriction.apply(client);
    super::name::agree(signet, Some(before.client_name.as_str()), client)?;
    if has_other_subjects(client, &known) {
        client.subjects_changed_at = Some(signet.clock.now());
    }
    client.drop_useless_secrets();
    let needs_secret = client.has_secret() && client.secrets.is_empty();
    Ok(needs_secret.then(|| client.add_secret(signet.sealing_means(), signet.clock.now()).ok()).flatten())
}

/// Deletes an application. Nothing more is issued from its grants.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The application still exists then.
pub async fn delete(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let kept = find(signet, access, id)?;
        is_changeable(&kept.record)?;
        reaches(signet, access.registrar(), &kept.record)?;
        if is_conflict(signet.store.as_actor(access.actor()).delete_client(&kept, signet.clock.now()).await)? {
            continue;
        }
        tracing::info!(client_id = %kept.record.client_id, by = %access.subject(), "client deleted");
        return Ok(());
    }
}

/// Disables an application, so that it cannot obtain tokens, or enables it again.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the caller is not an administrator or the storage fails.
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
        reaches(signet, access.registrar(), client)?;
        client.is_disabled = is_disabled;
        // The decision is the administrator's from now on.
        client.is_pruned = false;
        Ok(())
    };
    let (client, ()) = change(signet, access, id, set).await?;
    tracing::info!(client_id = %client.client_id, by = %access.subject(), is_disabled, "client status changed");
    Ok(client)
}

/// Adds a second secret to an application. The first one stays valid.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn add_secret(signet: &Signet, access: &Access, id: &str) -> Result<(Client, Secret), ManagementRefusal> {
    change(signet, access, id, |client| {
        is_changeable(client)?;
        gives(signet, access.registrar(), client)?;
        client.add_secret(signet.sealing_means(), signet.clock.now()).map_err(secrets_refusal)
    })
    .await
}

/// Deletes a secret of an application.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or this is the last secret.
pub async fn remove_secret(
    signet: &Signet,
    access: &Access,
    id: &str,
    number: u32,
) -> Result<Client, ManagementRefusal> {
    let removed = change(signet, access, id, |client| {
        is_changeable(client)?;
        gives(signet, access.registrar(), client)?;
        client.remove_secret(number).map_err(secrets_refusal)
    });
    removed.await.map(|(client, ())| client)
}

/// Changes an application, and retries if it is changed concurrently.
pub(super) async fn change<T>(
    signet: &Signet,
    access: &Access,
    id: &str,
    mut change: impl FnMut(&mut Client) -> Result<T, ManagementRefusal>,
) -> Result<(Client, T), ManagementRefusal> {
    quota::spend(signet, access, Spending::Change)?;
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let kept = find(signet, access, id)?;
        let mut client = kept.record.clone();
        let outcome = change(&mut client)?;
        if is_conflict(signet.store.as_actor(access.actor()).replace_client(&kept, &client).await)? {
            continue;
        }
        tracing::info!(client_id = %client.client_id, by = %access.subject(), "client changed");
        return Ok((client, outcome));
    }
}

/// Finds an application. One that belongs to another user is reported as not found.
pub(super) fn find(signet: &Signet, access: &Access, id: &str) -> Result<Versioned<Client>, ManagementRefusal> {
    let unknown = || ManagementRefusal::NotFound("there is no such application, or you do not own it");
    let id = ClientId::parse(id).map_err(|_| unknown())?;
    let kept = signet.store.client(&id)?.ok_or_else(unknown)?;
    let is_own = kept.record.owner() == Some(access.subject());
    if is_own || access.is_administrator() { Ok(kept) } else { Err(unknown()) }
}

/// The reason why an application can be viewed and disabled but not changed, or `None` if it can be changed.
#[must_use]
pub fn fixed(client: &Client) -> Option<&'static str> {
    match &client.provenance {
        Provenance::Configuration => {
            Some("this application is defined in the configuration file; change it there and restart the server")
        }
        Provenance::BuiltIn => Some("this application is built into the server"),
        Provenance::Administrator
        | Provenance::AdministratorAccount(_)
        | Provenance::Person(_)
        | Provenance::Itself { .. } => None,
    }
}

/// Refuses access to applications with more rights than the token has, because their secret would grant those rights.
fn reaches(signet: &Signet, registrar: Registrar, client: &Client) -> Result<(), ManagementRefusal> {
    if registrar == Registrar::Manager { gives(signet, registrar, client) } else { Ok(()) }
}

/// Checks that `registrar` could have granted everything `client` has, and so may create a secret for it.
fn gives(signet: &Signet, registrar: Registrar, client: &Client) -> Result<(), ManagementRefusal> {
    if needed(&client.metadata, &signet.resources) <= registrar {
        return Ok(());
    }
    Err(ManagementRefusal::Forbidden(
        "this application has more permissions than you can grant; ask an administrator with the scope signet:admin",
    ))
}

pub(super) fn is_changeable(client: &Client) -> Result<(), ManagementRefusal> {
    fixed(client).map_or(Ok(()), |reason| Err(ManagementRefusal::Conflict(reason)))
}

/// Returns `true` if `request` keeps exactly the privileges the application has that only an administrator can grant.
/// Its owner can then change everything else.
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
        && (request.require_pkce != Some(false) || metadata.require_pkce == Some(false))
}

const OF_A_PRIVILEGED: &str = "only an administrator can change this for an application with extended permissions";

fn secrets_refusal(refusal: SecretsRefusal) -> ManagementRefusal {
    match refusal {
        SecretsRefusal::Unknown => ManagementRefusal::NotFound(refusal.as_str()),
        SecretsRefusal::Public | SecretsRefusal::KeyHolder | SecretsRefusal::TooMany | SecretsRefusal::Last => {
            ManagementRefusal::Conflict(refusal.as_str())
        }
    }
}
