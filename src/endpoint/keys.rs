//! Lists and rotates signing keys, for administrators.

use std::sync::Arc;

use tokio::{sync::OwnedSemaphorePermit, task::JoinHandle};

use time::OffsetDateTime;

use super::{
    InternalError, Signet,
    access::Access,
    conditions::Condition,
    management::ManagementRefusal,
    retry::{Attempts, is_conflict},
};
use crate::{
    audit::{EventDetails, EventKind},
    crypto::SealingKey,
    jose::{Compromised, KeysFault, RingKey, Stage},
    oauth::client::ClientId,
    store::KeyRecord,
};

/// A key, and when its current stage ends.
#[derive(Clone, Debug)]
pub struct KeyLife {
    pub key: RingKey,
    /// When its stage ends without intervention. A next key waits for as long as the current one signs.
    pub until: Option<OffsetDateTime>,
}

/// The kind of a manual key rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// On request: the current keys retire, and their signatures stay valid.
    Now,
    /// After a compromise: every key is replaced, and existing signatures become invalid.
    Emergency,
}

/// Lists the keys.
///
/// # Errors
///
/// Returns [`ManagementRefusal::Forbidden`] without the scope `signet:admin`.
pub fn list(signet: &Signet, access: &Access) -> Result<Vec<KeyLife>, ManagementRefusal> {
    admit(access)?;
    let policy = signet.keys.policy();
    let life = |key: RingKey| {
        let until = match key.stage {
            Stage::Next => None,
            Stage::Signing { since } => Some(since + policy.rotate_every.max(policy.publish_ahead)),
            Stage::Retired { since } => Some(since + policy.keep_retired),
        };
        KeyLife { key, until }
    };
    Ok(signet.keys.list().into_iter().map(life).collect())
}

/// Rotates the keys; in an emergency also the server's secret, because it is stored in the same folder.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or something fails. A rotation that was interrupted is
/// completed within a minute. Nothing is done while another rotation is running.
pub async fn rotate(signet: &Signet, access: &Access, rotation: Rotation) -> Result<(), ManagementRefusal> {
    admit(access)?;
    let permit = signet.key_rotation.enter().ok_or(ManagementRefusal::Conflict(ALREADY_ROTATING))?;
    let (keys, now) = (Arc::clone(&signet.keys), signet.clock.now());
    let rotate = move || match rotation {
        Rotation::Now => keys.rotate_now(now),
        Rotation::Emergency => keys.rotate_emergency(Compromised::EveryKey, now),
    };
    let rotated = spawn_holding(&permit, rotate);
    let changes = rotated.await.map_err(InternalError::BrokenOff)?.map_err(|fault| not_writable(signet, fault))?;
    for change in changes {
        tracing::info!(by = %access.subject(), ?change, "key ring changed");
    }
    if rotation == Rotation::Emergency {
        renew_secret(signet, &permit).await?;
    }
    remember_folder(signet).await?;
    let details = match rotation {
        Rotation::Now => EventDetails::of(EventKind::KeyRotated).because("requested"),
        Rotation::Emergency => EventDetails::of(EventKind::KeyEmergency),
    };
    signet.note_event(access.actor(), details).await;
    Ok(())
}

/// Runs `work` on a blocking thread and holds `permit` until it is done, even if the request is dropped earlier.
fn spawn_holding<T: Send + 'static>(
    permit: &Arc<OwnedSemaphorePermit>,
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    let permit = Arc::clone(permit);
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    })
}

/// Replaces the server's secret. Values in browsers that were encrypted with the previous one become invalid; client
/// secrets are encrypted again. Pairwise subjects do not change, because they have a separate key.
async fn renew_secret(signet: &Signet, permit: &Arc<OwnedSemaphorePermit>) -> Result<(), InternalError> {
    let keys = Arc::clone(&signet.keys);
    let renewed = spawn_holding(permit, move || keys.folder().renew_secret().map_err(KeysFault::from));
    let renewed = renewed.await.map_err(InternalError::BrokenOff)?.map_err(|fault| not_writable(signet, fault))?;
    let previous = signet.sealing_key.replace(&renewed.key);
    save_mark(signet).await;
    reseal(signet, &previous).await
}

/// Encrypts stored values with the current secret instead of the previous one, and then deletes the previous one.
///
/// # Errors
///
/// Returns an [`InternalError`] if a client or the key folder cannot be read or written. The next start completes the
/// work.
pub async fn reseal(signet: &Signet, previous: &SealingKey) -> Result<(), InternalError> {
    let mut after: Option<ClientId> = None;
    loop {
        let page = signet.store.clients(after.as_ref().map(ClientId::as_str), PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.client_id.clone());
        for client in &page {
            reseal_client(signet, &client.client_id, previous).await?;
        }
    }
    let keys = Arc::clone(&signet.keys);
    let forgotten = tokio::task::spawn_blocking(move || keys.folder().forget_previous().map_err(KeysFault::from));
    forgotten.await.map_err(InternalError::BrokenOff)?.map_err(|fault| not_writable(signet, fault))
}

async fn reseal_client(signet: &Signet, id: &ClientId, previous: &SealingKey) -> Result<(), InternalError> {
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let Some(kept) = signet.store.client(id)? else { return Ok(()) };
        let mut client = kept.record.clone();
        if !client.reseal(previous, signet.sealing_means()) {
            return Ok(());
        }
        if !is_conflict(signet.store.replace_client(&kept, &client).await)? {
            return Ok(());
        }
    }
}

/// Records in the database how to recognize the key folder. Call it after each change of the keys.
///
/// # Errors
///
/// Returns an [`InternalError`] if the folder or the storage fails.
pub async fn remember_folder(signet: &Signet) -> Result<(), InternalError> {
    let keys = Arc::clone(&signet.keys);
    let identity = tokio::task::spawn_blocking(move || keys.folder().load_identity().map_err(KeysFault::from));
    let Some(identity) = identity.await.map_err(InternalError::BrokenOff)?.map_err(InternalError::Keys)? else {
        return Ok(());
    };
    let record = KeyRecord {
        ring: identity.id,
        generation: identity.generation,
        secret: signet.sealing_key.fingerprint(),
        pairwise: signet.pairwise_key.fingerprint(),
    };
    Ok(signet.store.put_key_record(&record).await?)
}

/// Records the progress of the database in the key folder. A failure to write is reported as a condition.
pub async fn save_mark(signet: &Signet) {
    let Some(mark) = signet.store.engine().outside_mark() else { return };
    let (keys, sealing_key) = (Arc::clone(&signet.keys), signet.sealing_key.clone());
    let saved = tokio::task::spawn_blocking(move || keys.folder().save_mark(&sealing_key, &mark.to_bytes()));
    match saved.await.map_err(|error| error.to_string()).and_then(|saved| saved.map_err(|fault| fault.to_string())) {
        Ok(()) => {
            signet.store.engine().outside_mark_written();
            signet.conditions.set(Condition::KeysNotWritable, None);
        }
        Err(details) => signet.conditions.set(Condition::KeysNotWritable, Some(details)),
    }
}

/// Reports keys that could not be written as a condition.
pub fn not_writable(signet: &Signet, fault: KeysFault) -> InternalError {
    signet.conditions.set(Condition::KeysNotWritable, Some(fault.to_string()));
    InternalError::Keys(fault)
}

fn admit(access: &Access) -> Result<(), ManagementRefusal> {
    if access.is_administrator() && access.scope().contains("signet:admin") {
        Ok(())
    } else {
        Err(ManagementRefusal::Forbidden("only an administrator can do this"))
    }
}

const ALREADY_ROTATING: &str = "the keys are already being rotated; wait until that is done, then check the keys";

/// Number of clients read per page.
const PAGE: u16 = 100;
