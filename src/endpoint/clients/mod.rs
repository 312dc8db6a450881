//! `/clients`, `/register` and `/developer`: applications are registered and managed.

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

/// A client that was just registered, with its secret, which is told this once.
#[derive(Debug)]
pub struct RegisteredClient {
    /// The client.
    pub client: Client,
    /// Its secret, unless it is public or has a key of its own.
    pub client_secret: Option<Secret>,
}

/// The scopes of which one allows to register and manage applications.
pub const SCOPES: &[&str] = &["signet:clients", "signet:admin"];

/// Registers a client for the holder of `access`, with as much as that may give: an administrator without restrictions, a
/// person for themselves.
///
/// # Errors
///
/// [`ManagementRefusal`]; then there is no client.
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
/// [`ManagementRefusal`]; then there is no client.
pub async fn register_by_person(
    signet: &Signet,
    request: &RegistrationRequest,
    access: &Access,
) -> Result<RegisteredClient, ManagementRefusal> {
    create_by(signet, request, Registrar::Person, access).await
}

/// Whether the holder of `access` may register applications, as the configuration says.
#[must_use]
pub fn may_register(signet: &Signet, access: &Access) -> bool {
    let groups = access.account().into_iter().flat_map(|account| account.groups.iter());
    signet.application_registration.admits(access.is_administrator(), groups)
}

/// Makes sure that the holder of `access` may register applications.
///
/// # Errors
///
/// [`ManagementRefusal::Forbidden`].
pub(super) fn admit(signet: &Signet, access: &Access) -> Result<(), ManagementRefusal> {
    if may_register(signet, access) {
        return Ok(());
    }
    Err(ManagementRefusal::Forbidden(
        "your account may not register applications here; ask an administrator (the setting applications.registration)",
    ))
}

/// What `registrar` would register here with `request`.
///
/// # Errors
///
/// The first member that cannot be registered.
pub fn judge(
    signet: &Signet,
    request: &RegistrationRequest,
    registrar: Registrar,
) -> Result<ClientMetadata, RegistrationRefusal> {
    register(request, rules(signet, registrar))
}

/// Registers a client that acts without a person, for the administrator who has `access` and owns it from then on.
///
/// # Errors
///
/// [`ManagementRefusal`]; then there is no client.
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

/// Keeps the client that is written in the configuration or part of the server, as it is written there today. Whether it
/// was new or changed.
///
/// # Errors
///
/// The storage.
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

/// As whose a client counts that `access` registers: what an administrator registers is the host's own, and has an owner
/// where the administrator is a person.
pub(super) fn provenance(access: &Access) -> Provenance {
    let subject = access.subject().clone();
    match (access.is_administrator(), subject.is_person()) {
        (true, true) => Provenance::AdministratorAccount(subject),
        (true, false) => Provenance::Administrator,
        (false, _) => Provenance::Person(subject),
    }
}

/// What is registered with `request` as `client_id`.
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

/// By which rules `registrar` registers here.
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

/// Registers a client for the holder of `access`, if they may register one more.
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

/// A client that registered itself is kept for good from its first use on.
///
/// # Errors
///
/// The storage.
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

/// Keeps a new client that may change itself with the token of `registration_access_token`, if there is one.
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
    // A public client and one with a key have none, and a new one has not too many.
    let client_secret = client.add_secret(signet.sealing_means(), now).ok();
    signet.store.as_actor(actor).create_client(&client).await?;
    tracing::info!(client_id = %client.client_id, provenance = ?client.provenance, "client registered");
    Ok(RegisteredClient { client, client_secret })
}
