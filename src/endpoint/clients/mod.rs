//! `/clients`, `/register` and `/developer`: registration and management of applications.

pub mod dynamic;
pub mod management;
mod name;
mod prune;
mod restriction;
mod sector;
pub mod settings;

pub use self::prune::{FormerClient, former_clients, former_resources};

use super::{
    InternalError, Signet,
    access::Access,
    management::ManagementRefusal,
    quota,
    retry::{Attempts, is_conflict},
};
use crate::{
    account::quota::Spending,
    audit::Actor,
    crypto::Digest,
    oauth::{
        client::{Client, ClientId, ClientMetadata, ClientSecret, Provenance},
        pairwise::has_other_subjects,
        registration::{Registrar, RegistrationRefusal, RegistrationRequest, RegistrationRules, register},
    },
    secret::Secret,
};

/// A new client with its secret, which is returned only once.
#[derive(Debug)]
pub struct RegisteredClient {
    pub client: Client,
    /// The secret, or `None` for a public client and for one that authenticates with a key.
    pub client_secret: Option<Secret>,
}

/// Scopes that allow registering and managing applications. One of them is enough.
pub const SCOPES: &[&str] = &["signet:clients", "signet:admin"];

/// Registers a client for the holder of `access`, limited to what they may grant: administrators without
/// restrictions, other users for themselves.
///
/// # Errors
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. No client is created then.
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. No client is created then.
pub async fn register_by_token(
    signet: &Signet,
    request: &RegistrationRequest,
    access: &Access,
) -> Result<RegisteredClient, ManagementRefusal> {
    create_by(signet, request, access.registrar(), access).await
}

/// Registers a client for the person who has `access`.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. No client is created then.
pub async fn register_by_person(
    signet: &Signet,
    request: &RegistrationRequest,
    access: &Access,
) -> Result<RegisteredClient, ManagementRefusal> {
    create_by(signet, request, Registrar::Person, access).await
}

/// Returns `true` if the configuration allows the holder of `access` to register applications.
#[must_use]
pub fn may_register(signet: &Signet, access: &Access) -> bool {
    let groups = access.account().into_iter().flat_map(|account| account.groups.iter());
    signet.application_registration.admits(access.is_administrator(), groups)
}

/// Checks that the holder of `access` may register applications.
///
/// # Errors
///
/// Returns [`ManagementRefusal::Forbidden`] if they may not.
pub(super) fn admit(signet: &Signet, access: &Access) -> Result<(), ManagementRefusal> {
    if may_register(signet, access) {
        return Ok(());
    }
    Err(ManagementRefusal::Forbidden(
        "your account cannot register applications here; ask an administrator (the setting applications.registration)",
    ))
}

/// The metadata that `registrar` would register here with `request`.
///
/// # Errors
///
/// Returns the first member that cannot be registered.
pub fn judge(
    signet: &Signet,
    request: &RegistrationRequest,
    registrar: Registrar,
) -> Result<ClientMetadata, RegistrationRefusal> {
    register(request, rules(signet, registrar))
}

/// Registers a client that acts without a person. The administrator who has `access` becomes its owner.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. No client is created then.
pub async fn register_service(
    signet: &Signet,
    request: &RegistrationRequest,
    access: &Access,
) -> Result<RegisteredClient, ManagementRefusal> {
    if access.registrar() < Registrar::Administrator {
        return Err(ManagementRefusal::Forbidden("only an administrator can register a service"));
    }
    create(signet, request, (Registrar::Administrator, provenance(access)), access.actor()).await
}

/// Stores a client that is defined in the configuration or built into the server, with its current definition.
/// Returns `true` if it was new or has changed.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub async fn put_configured(
    signet: &Signet,
    client_id: &ClientId,
    client_secret: Option<&Secret>,
    metadata: ClientMetadata,
    provenance: Provenance,
) -> Result<bool, InternalError> {
    let now = signet.clock.now();
    let kept = signet.store.client(client_id)?;
    let created_at = kept.as_ref().map_or(now, |kept| kept.record.created_at);
    let is_disabled = kept.as_ref().is_some_and(|kept| kept.record.is_disabled && !kept.record.is_pruned);
    let mut client = Client {
        client_id: client_id.clone(),
        secrets: kept.as_ref().map_or_else(Vec::new, |kept| kept.record.secrets.clone()),
        metadata,
        provenance,
        is_disabled,
        is_restricted_by_owner: false,
        expires_at: None,
        is_pruned: false,
        registration_access_token: None,
        created_at,
        subjects_changed_at: kept.as_ref().and_then(|kept| kept.record.subjects_changed_at),
    };
    if kept.as_ref().is_some_and(|kept| has_other_subjects(&client, &kept.record)) {
        client.subjects_changed_at = Some(now);
    }
    client.drop_useless_secrets();
    match client_secret {
        None => client.secrets.clear(),
        Some(secret) if client.secrets.iter().any(|known| known.digest.matches(secret)) => {}
        Some(secret) => client.secrets = vec![client.remembered(secret, signet.sealing_means(), now)],
    }
    match kept {
        None => signet.store.create_client(&client).await?,
        Some(kept) if is_same(&kept.record, &client) => return Ok(false),
        Some(kept) => signet.store.replace_client(&kept, &client).await?,
    }
    Ok(true)
}

/// The provenance of a client registered with `access`. A client registered by an administrator is trusted by the
/// operator, and has an owner if the administrator is a person.
pub(super) fn provenance(access: &Access) -> Provenance {
    let subject = access.subject().clone();
    match (access.is_administrator(), subject.is_person()) {
        (true, true) => Provenance::AdministratorAccount(subject),
        (true, false) => Provenance::Administrator,
        (false, _) => Provenance::Person(subject),
    }
}

/// The metadata registered for `client_id` with `request`.
fn metadata(
    request: &RegistrationRequest,
    rules: RegistrationRules<'_>,
    client_id: &ClientId,
) -> Result<ClientMetadata, RegistrationRefusal> {
    let registered = register(&request.clone().with_refresh_grant(), rules);
    registered.map(|metadata| metadata.named(client_id)).inspect_err(|refusal| {
        tracing::info!(%client_id, member = refusal.member, reason = refusal.description, "registration refused");
    })
}

/// The rules for registrations by `registrar`.
fn rules(signet: &Signet, registrar: Registrar) -> RegistrationRules<'_> {
    RegistrationRules { registrar, resources: &signet.resources, policy: &signet.registration_policy }
}

fn is_same(one: &Client, other: &Client) -> bool {
    let secrets = |client: &Client| {
        let secret = |secret: &ClientSecret| (secret.digest.as_str().to_owned(), secret.sealed.is_some());
        client.secrets.iter().map(secret).collect::<Vec<_>>()
    };
    one.is_pruned == other.is_pruned
        && one.metadata == other.metadata
        && one.provenance == other.provenance
        && secrets(one) == secrets(other)
}

/// Registers a client for the holder of `access`, if their quota allows one more.
async fn create_by(
    signet: &Signet,
    request: &RegistrationRequest,
    registrar: Registrar,
    access: &Access,
) -> Result<RegisteredClient, ManagementRefusal> {
    admit(signet, access)?;
    let by = (registrar, provenance(access));
    if access.is_administrator() {
        return create(signet, request, by, access.actor()).await;
    }
    quota::spend(signet, access, Spending::Application)?;
    let _turn = signet.registering.lock().await;
    quota::has_room_for_application(signet, access.subject())?;
    create(signet, request, by, access.actor()).await
}

/// Marks a self-registered client as used. From then on it is kept permanently.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub(super) async fn keep_used(signet: &Signet, client: &Client) -> Result<(), InternalError> {
    if client.expires_at.is_none() {
        return Ok(());
    }
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let stored = signet.store.client(&client.client_id)?;
        let Some(kept) = stored.filter(|kept| kept.record.expires_at.is_some()) else { return Ok(()) };
        let used = Client { expires_at: None, ..kept.record.clone() };
        if !is_conflict(signet.store.replace_client(&kept, &used).await)? {
            return Ok(());
        }
    }
}

async fn create(
    signet: &Signet,
    request: &RegistrationRequest,
    by: (Registrar, Provenance),
    actor: Actor,
) -> Result<RegisteredClient, ManagementRefusal> {
    create_with(signet, request, by, actor, None).await
}

/// Stores a new client. With `registration_access_token` it can manage its own registration.
async fn create_with(
    signet: &Signet,
    request: &RegistrationRequest,
    (registrar, provenance): (Registrar, Provenance),
    actor: Actor,
    registration_access_token: Option<Digest>,
) -> Result<RegisteredClient, ManagementRefusal> {
    let client_id = ClientId::generate(signet.entropy);
    let (asked, restriction) = restriction::of_new(request, registrar, &provenance)?;
    let metadata = metadata(&asked, rules(signet, registrar), &client_id)?;
    sector::agree(signet, request, &client_id).await?;
    let now = signet.clock.now();
    let is_tried = matches!(provenance, Provenance::Itself { is_vouched: false, .. });
    let expires_at = is_tried.then(|| now + signet.quotas.policy().unused_registration);
    let mut client = Client {
        client_id,
        secrets: Vec::new(),
        metadata,
        provenance,
        is_disabled: false,
        is_restricted_by_owner: false,
        expires_at,
        is_pruned: false,
        registration_access_token,
        created_at: now,
        subjects_changed_at: None,
    };
    restriction.apply(&mut client);
    name::agree(signet, None, &client)?;
    // Public clients and those with a key have no secret; a new client cannot have too many.
    let client_secret = client.add_secret(signet.sealing_means(), now).ok();
    signet.store.as_actor(actor).create_client(&client).await?;
    tracing::info!(client_id = %client.client_id, provenance = ?client.provenance, "client registered");
    Ok(RegisteredClient { client, client_secret })
}
