//! `/register`: clients register themselves, [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591), and manage their
//! registration, [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592).

use super::{RegisteredClient, create_with, management::reregister, sector};
use crate::{
    account::{quota::Spending, record::AccountId},
    audit::RequestOrigin,
    crypto::Digest,
    endpoint::{
        Signet,
        access::{self, AccessRefusal},
        management::ManagementRefusal,
        quota,
        retry::{Attempts, is_conflict},
        signet::RegistrationAccess,
    },
    oauth::{
        bearer::BearerError,
        client::{Client, ClientId, Provenance},
        registration::{Registrar, RegistrationErrorCode, RegistrationRefusal, RegistrationRequest},
        subject::Subject,
    },
    secret::Secret,
    store::Versioned,
};

/// A client that has registered itself, with the token for managing its registration.
#[derive(Debug)]
pub struct SelfRegistered {
    /// The client, with its secret if the response includes one.
    pub registered: RegisteredClient,
    pub registration_access_token: Secret,
}

/// Members of an update request besides the metadata (RFC 7592 §2.2).
#[derive(Clone, Debug, Default)]
pub struct UpdateClaims {
    /// "MUST include its `client_id` field".
    pub client_id: Option<String>,
    /// "it MUST match the currently issued client secret".
    pub client_secret: Option<Secret>,
    /// Whether the request has a member that it "MUST NOT include".
    pub has_forbidden_member: bool,
}

/// Registers a client if the configuration allows it for this request.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. No client is created then.
pub async fn register_itself(
    signet: &Signet,
    request: &RegistrationRequest,
    token: Result<Secret, BearerError>,
    origin: &RequestOrigin,
) -> Result<SelfRegistered, ManagementRefusal> {
    let (owner, is_vouched) = admit(signet, token)?;
    let _turn = signet.registering.lock().await;
    spend(signet, owner.as_ref(), is_vouched)?;
    let person = owner.as_ref().and_then(|owner| AccountId::parse(owner.as_str()).ok());
    let actor = person.map_or_else(|| origin.unknown(), |person| origin.as_account(&person));
    let registration_access_token = Secret::new(format!("signet_rat_{}", signet.entropy.secret().expose()));
    let digest = Digest::of_secret(&registration_access_token);
    let provenance = Provenance::Itself { owner, is_vouched };
    let request = &narrowed(signet, request);
    let registered = create_with(signet, request, (Registrar::Itself, provenance), actor, Some(digest)).await;
    let registered = registered.map_err(in_its_terms)?;
    Ok(SelfRegistered { registered, registration_access_token })
}

/// Returns the registration of the client `id` (RFC 7592 §2.1), without its secret, which cannot be read back.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn show_itself(
    signet: &Signet,
    id: &str,
    token: Result<Secret, BearerError>,
) -> Result<SelfRegistered, ManagementRefusal> {
    let (kept, registration_access_token) = authenticate(signet, id, token)?;
    let registered = RegisteredClient { client: kept.record, client_secret: None };
    Ok(SelfRegistered { registered, registration_access_token })
}

/// Replaces the registration of the client `id` (§2.2): omitted members get their defaults.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
pub async fn replace_itself(
    signet: &Signet,
    id: &str,
    token: Result<Secret, BearerError>,
    update: (&RegistrationRequest, &UpdateClaims),
    origin: &RequestOrigin,
) -> Result<SelfRegistered, ManagementRefusal> {
    let (request, claims) = update;
    let request = &narrowed(signet, request);
    let (kept, _) = authenticate(signet, id, token.clone())?;
    sector::agree(signet, request, &kept.record.client_id).await?;
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, registration_access_token) = authenticate(signet, id, token.clone())?;
        agree(&kept.record, claims)?;
        let mut client = kept.record.clone();
        let client_secret = reregister(signet, &mut client, request, Registrar::Itself).map_err(in_its_terms)?;
        if is_conflict(signet.store.as_actor(origin.as_client(&client.client_id)).replace_client(&kept, &client).await)?
        {
            continue;
        }
        tracing::info!(client_id = %client.client_id, "client changed its registration");
        return Ok(SelfRegistered {
            registered: RegisteredClient { client, client_secret },
            registration_access_token,
        });
    }
}

/// Deletes the client `id` (§2.3). Nothing more is issued from its grants.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The client still exists then.
pub async fn delete_itself(
    signet: &Signet,
    id: &str,
    token: Result<Secret, BearerError>,
    origin: &RequestOrigin,
) -> Result<(), ManagementRefusal> {
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, _) = authenticate(signet, id, token.clone())?;
        let store = signet.store.as_actor(origin.as_client(&kept.record.client_id));
        if is_conflict(store.delete_client(&kept, signet.clock.now()).await)? {
            continue;
        }
        tracing::info!(client_id = %kept.record.client_id, "client deleted its registration");
        return Ok(());
    }
}

/// Removes from `request` what a self-registered application cannot have.
fn narrowed(signet: &Signet, request: &RegistrationRequest) -> RegistrationRequest {
    let (narrowed, left_out) = request.clone().without_blanks().narrowed(super::rules(signet, Registrar::Itself));
    if !left_out.is_empty() {
        let (grant_types, response_types) = (&request.grant_types, &request.response_types);
        tracing::info!(?left_out, ?grant_types, ?response_types, scope = ?request.scope, "registration narrowed");
    }
    narrowed
}

/// Determines the owner of a new client and whether it is trusted by the operator. RFC 7591 §3: the initial access
/// token "is used to authorize calls"; an access token with the scope to register clients is accepted as one.
fn admit(signet: &Signet, token: Result<Secret, BearerError>) -> Result<(Option<Subject>, bool), ManagementRefusal> {
    match (signet.registration, token) {
        (RegistrationAccess::Off, _) => Err(ManagementRefusal::NotFound(
            "dynamic registration is disabled; the setting oauth.dynamic_registration enables it",
        )),
        (RegistrationAccess::Open, Err(BearerError::Missing)) => Ok((None, false)),
        (RegistrationAccess::Open | RegistrationAccess::InitialAccessToken, token) => {
            let token = token.map_err(AccessRefusal::Bearer)?;
            let access = access::authorize(signet, &token, super::SCOPES)?;
            super::admit(signet, &access)?;
            Ok((Some(access.subject().clone()).filter(Subject::is_person), access.is_administrator()))
        }
    }
}

/// Applies the daily limits: one for all anonymous registrations together, and one per person, shared with the pages.
/// Registrations trusted by the operator are not limited.
fn spend(signet: &Signet, owner: Option<&Subject>, is_vouched: bool) -> Result<(), ManagementRefusal> {
    match owner {
        _ if is_vouched => Ok(()),
        None => quota::spend_as(signet, "", Spending::SelfRegistration),
        Some(owner) => {
            quota::spend_as(signet, owner.as_str(), Spending::Application)?;
            quota::has_room_for_application(signet, owner)
        }
    }
}

/// Maps a refusal to the codes of RFC 7591 §3.2.2, which has one code for metadata that cannot be registered, even if
/// others could register it. Keeping a privilege that the client may not change itself is forbidden (RFC 7592 §2.2).
fn in_its_terms(refusal: ManagementRefusal) -> ManagementRefusal {
    match refusal {
        ManagementRefusal::Metadata(refusal) if ASKED_FOR.contains(&refusal.member) => {
            let code = match refusal.code {
                RegistrationErrorCode::Privileged => RegistrationErrorCode::InvalidClientMetadata,
                code => code,
            };
            ManagementRefusal::Metadata(RegistrationRefusal { code, ..refusal })
        }
        refusal => refusal,
    }
}

/// The members with which a client could ask for more than it may have.
const ASKED_FOR: [&str; 5] = ["scope", "grant_types", "response_types", "require_pkce", "allowed_groups"];

/// Authenticates the registration access token. RFC 7592 §2.1: a wrong token, a deleted client and an unknown client
/// all get the same 401.
fn authenticate(
    signet: &Signet,
    id: &str,
    token: Result<Secret, BearerError>,
) -> Result<(Versioned<Client>, Secret), ManagementRefusal> {
    let refuse = |error| ManagementRefusal::Access(AccessRefusal::Bearer(error));
    let token = token.map_err(refuse)?;
    let client = ClientId::parse(id).ok().map(|id| signet.store.client(&id)).transpose()?.flatten();
    let known = client.as_ref().and_then(|kept| kept.record.registration_access_token.as_ref());
    let is_known = known.is_some_and(|known| known.matches(&token));
    let Some(kept) = client.filter(|_| is_known) else {
        return Err(refuse(BearerError::InvalidToken("the registration access token does not belong to this client")));
    };
    if kept.record.is_disabled {
        return Err(ManagementRefusal::Forbidden("an administrator has disabled this client"));
    }
    Ok((kept, token))
}

fn agree(client: &Client, claims: &UpdateClaims) -> Result<(), ManagementRefusal> {
    let wrong = |name: &str, expected: &str| Err(ManagementRefusal::invalid_member(name, expected));
    if claims.client_id.as_deref() != Some(client.client_id.as_str()) {
        return wrong("client_id", "required, and must be that of the client (RFC 7592, section 2.2)");
    }
    if claims.has_forbidden_member {
        return Err(ManagementRefusal::invalid(
            "registration_access_token, registration_client_uri, client_secret_expires_at and client_id_issued_at must \
             be omitted (RFC 7592, section 2.2)",
        ));
    }
    match &claims.client_secret {
        Some(secret) if !client.secrets.iter().any(|known| known.digest.matches(secret)) => {
            wrong("client_secret", "must be the current one; omit it to keep it (RFC 7592, section 2.2)")
        }
        _ => Ok(()),
    }
}
