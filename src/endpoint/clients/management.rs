//! `/clients/{id}`: applications are looked at, changed and taken away, by administrators and by the people who own them.

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
        client::{Client, ClientId, ClientMetadata, Provenance, SecretsRefusal},
        pairwise::has_other_subjects,
        registration::{Registrar, RegistrationRequest},
        registration_privilege::{changed_credential, needed, privileged},
        subject::Subject,
    },
    secret::Secret,
    store::Versioned,
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
    let kept = find(signet, access, id)?.record;
    is_changeable(&kept)?;
    super::sector::agree(signet, request, &kept.client_id).await?;
    change(signet, access, id, |client| {
        is_changeable(client)?;
        reregister_by(access, signet, client, request)
    })
    .await
}

/// Registers an application anew with what it has, changed by `patch`, which names members of its registration
/// ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)): null removes one, so that it gets its default.
///
/// # Errors
///
/// [`ManagementRefusal`]; then nothing has changed.
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

/// What is registered of `client`, changed by `patch`.
fn patched(client: &Client, patch: &Map<String, Value>) -> Result<RegistrationRequest, ManagementRefusal> {
    let mut members = registered(client)?;
    // The response types follow from the grants unless they are named too.
    if patch.contains_key("grant_types") && !patch.contains_key("response_types") {
        members.remove("response_types");
    }
    merge_patch(&mut members, patch);
    read(Value::Object(members))
}

/// What is registered of `client`, by the names of a registration.
fn registered(client: &Client) -> Result<Map<String, Value>, ManagementRefusal> {
    match serde_json::to_value(&client.metadata) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(ManagementRefusal::Invalid(error.to_string())),
    }
}

fn read(members: Value) -> Result<RegistrationRequest, ManagementRefusal> {
    serde_json::from_value(members).map_err(|error| ManagementRefusal::Invalid(error.to_string()))
}

/// [`reregister`] by the holder of `access`. The host vouches for what an administrator saves as their own, and no longer for
/// what is saved by an owner who is no longer an administrator.
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
/// [`ManagementRefusal::Metadata`], also when `registrar` may not give what the client has: then the rest can be changed,
/// and nothing that would make it another party's client.
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

/// Takes an application away. Nothing that was granted to it issues anything more.
///
/// # Errors
///
/// [`ManagementRefusal`]; then it is still there.
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
        reaches(signet, access.registrar(), client)?;
        client.is_disabled = is_disabled;
        // Now it is the administrator who has decided.
        client.is_pruned = false;
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
        gives(signet, access.registrar(), client)?;
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
        gives(signet, access.registrar(), client)?;
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

/// An application of somebody else is answered as one that does not exist.
pub(super) fn find(signet: &Signet, access: &Access, id: &str) -> Result<Versioned<Client>, ManagementRefusal> {
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

/// A token that manages applications does not reach those that can do more than it: with their secret it could do so, too.
fn reaches(signet: &Signet, registrar: Registrar, client: &Client) -> Result<(), ManagementRefusal> {
    if registrar == Registrar::Manager { gives(signet, registrar, client) } else { Ok(()) }
}

/// Whether `registrar` could have given `client` all that it has, and so may give it a secret.
fn gives(signet: &Signet, registrar: Registrar, client: &Client) -> Result<(), ManagementRefusal> {
    if needed(&client.metadata, &signet.resources) <= registrar {
        return Ok(());
    }
    Err(ManagementRefusal::Forbidden(
        "this application can do more than you can give: that needs an administrator with the scope signet:admin",
    ))
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
        && (request.require_pkce != Some(false) || metadata.require_pkce == Some(false))
}

const OF_A_PRIVILEGED: &str = "only an administrator changes this of an application that can do more than others";

fn secrets_refusal(refusal: SecretsRefusal) -> ManagementRefusal {
    match refusal {
        SecretsRefusal::Unknown => ManagementRefusal::NotFound(refusal.as_str()),
        SecretsRefusal::Public | SecretsRefusal::KeyHolder | SecretsRefusal::TooMany | SecretsRefusal::Last => {
            ManagementRefusal::Conflict(refusal.as_str())
        }
    }
}
