//! Opens the key folder and the database, and checks that they belong together.

use std::{path::PathBuf, sync::Arc};

use time::{Duration, OffsetDateTime};

use super::{StartError, StartOptions};
use crate::{
    audit::{Actor, EventDetails, EventKind, Principal},
    clock::Clock,
    config::Config,
    crypto::SealingKey,
    endpoint::{
        InternalError,
        key_folder::{FolderState, KeysMismatch, compare},
        status_lists::StatusLists,
    },
    entropy::Entropy,
    jose::{Compromised, KeyFolder, Keys, KeysFault, RingIdentity, RingPolicy, ServerSecret},
    store::{
        CommitError, Epoch, Evidence, KeyRecord, NameConflict, OnRollback, OpenError, OpenPolicy, Outside, OutsideMark,
        Salvage, SledEngine, Store,
    },
};

/// The opened key folder and database.
pub(super) struct OnDisk {
    pub(super) store: Store,
    pub(super) status_lists: Arc<StatusLists>,
    pub(super) keys: Keys,
    pub(super) secret: ServerSecret,
    pub(super) pairwise_key: SealingKey,
    /// The time of the last commit before this start.
    pub(super) last_commit_at: OffsetDateTime,
}

/// The key folder as it was found.
struct FoundKeys {
    folder: KeyFolder,
    secret: Option<ServerSecret>,
    pairwise_key: Option<SealingKey>,
    state: FolderState,
    outside: Outside,
}

/// Opens the key folder and then the database. Fails if one of them does not match what the other has recorded.
pub(super) async fn open(
    config: &Config,
    options: StartOptions,
    (clock, entropy): (&Clock, Entropy),
) -> Result<OnDisk, StartError> {
    let found = find_keys(config, entropy).await?;
    let outside = found.outside;
    let opened = open_store(config, (options, outside), (clock.clone(), entropy)).await;
    let (store, status_lists, opened) = match opened {
        Err(error) if is_about_mark(&error) => {
            let mismatch = mismatch(config, &found.state, (clock.clone(), entropy)).await;
            return Err(mismatch.unwrap_or(error));
        }
        opened => opened?,
    };
    let record = store.key_record().map_err(InternalError::from)?;
    if !options.new_keys {
        let comparison = match &record {
            Some(record) => compare(record, &found.state),
            // An earlier version did not record it.
            None if !opened.is_new && found.state.is_empty() => Err(KeysMismatch::FolderIsEmpty),
            None => Ok(()),
        };
        let keys = || config.keys.clone();
        comparison.map_err(|mismatch| StartError::KeysMismatch { keys: keys(), mismatch })?;
    }
    let policy = ring_policy(config);
    let algorithms = config.registration.signing_algs.clone();
    let (now, new_keys, epoch) = (clock.now(), options.new_keys, opened.epoch.map_or(0, |epoch| epoch.sequence));
    let complete = move || {
        let found = complete_folder(found, (new_keys, epoch), entropy)?;
        let keys = Keys::open(found.folder, policy, &algorithms, now)?;
        let identity = begin_epoch(&keys, found.identity, epoch, now)?;
        Ok::<_, StartError>((keys, found.secret, found.pairwise_key, identity))
    };
    let completed = tokio::task::spawn_blocking(complete).await.map_err(|_| StartError::Interrupted)?;
    let (keys, secret, pairwise_key, identity) = completed?;
    let record = KeyRecord {
        ring: identity.id,
        generation: identity.generation,
        secret: secret.key.fingerprint(),
        pairwise: pairwise_key.fingerprint(),
    };
    store.put_key_record(&record).await.map_err(InternalError::from)?;
    Ok(OnDisk { store, status_lists, keys, secret, pairwise_key, last_commit_at: opened.last_commit_at })
}

/// Returns `true` if the database was refused because of the mark next to the keys, and not because of the database
/// folder itself.
fn is_about_mark(error: &StartError) -> bool {
    use Evidence::{FolderIsOlder, MarkIsAnother, MarkIsMissing};
    let StartError::Open(OpenError::RolledBack { evidence, .. }) = error else { return false };
    matches!(evidence, FolderIsOlder { .. } | MarkIsAnother { .. } | MarkIsMissing { .. })
}

/// How the key folder differs from what the database has recorded, if it does. The mark in it then proves nothing.
async fn mismatch(config: &Config, found: &FolderState, means: (Clock, Entropy)) -> Option<StartError> {
    let (store, ..) = open_store(config, (StartOptions::default(), Outside::Untracked), means).await.ok()?;
    let mismatch = compare(&store.key_record().ok()??, found).err()?;
    Some(StartError::KeysMismatch { keys: config.keys.clone(), mismatch })
}

/// Copies what can be read from a damaged database to a new folder, and reports what is lost and what to do next.
///
/// # Errors
///
/// Returns a [`StartError`] if the server cannot start.
pub async fn salvage(
    config: &Config,
    target: Option<PathBuf>,
    (clock, entropy): (Clock, Entropy),
) -> Result<Vec<String>, StartError> {
    let damaged = config.data.clone();
    let target = target.unwrap_or_else(|| {
        let mut name = damaged.clone().into_os_string();
        name.push(".salvaged");
        name.into()
    });
    // The mark shows how far the database had progressed, if the keys exist.
    let reached = match KeyFolder::open(config.keys.clone(), config.key_ring.passphrase.clone(), entropy) {
        Ok(folder) => match folder.load_secret() {
            Ok(Some(secret)) => mark(&folder, &secret)?.map_or(0, |mark| mark.position().sequence),
            Ok(None) | Err(_) => 0,
        },
        Err(_) => 0,
    };
    let order = Salvage { damaged, target, reached };
    let mut report = crate::store::salvage(&order, clock.now(), entropy)?;
    let mut conflicts = Vec::new();
    if !report.is_complete {
        let opened = SledEngine::open(&order.target, OnRollback::Refuse, clock.clone(), entropy)?;
        let store = Store::new(Arc::new(opened.engine), opened.epoch);
        let store = store.audited(clock, config.audit.retention).map_err(InternalError::from)?;
        conflicts = rebuild_indexes(&store).await?;
        let rebuilt = store.index_rows().map_err(InternalError::from)?;
        report.rebuilt = rebuilt.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect();
        store.engine().close().await.map_err(StartError::Storage)?;
    }
    let mut lines = report.lines();
    lines.extend(conflicts.iter().map(ToString::to_string));
    let (damaged, target) = (order.damaged.display(), order.target.display());
    lines.push(String::new());
    lines.push(format!("To use it: mv {damaged} {damaged}.damaged && mv {target} {damaged}"));
    lines.push(
        "Then start the server. All sessions, codes and tokens have ended, and new signing keys are created."
            .to_owned(),
    );
    Ok(lines)
}

/// Rebuilds the indexes if the database was salvaged, and completes new indexes with the records of earlier versions.
/// Returns the accounts whose names or addresses conflict.
pub(super) async fn rebuild_indexes(store: &Store) -> Result<Vec<NameConflict>, StartError> {
    let fault = |error: CommitError| StartError::Internal(error.into());
    if store.rebuild_indexes().await.map_err(fault)? {
        tracing::info!("indexes rebuilt");
    }
    let completed = store.complete_indexes().await.map_err(fault)?;
    if completed > 0 {
        tracing::info!(records = completed, "indexes completed");
    }
    store.complete_account_names().await.map_err(fault)
}

/// Inspects the key folder without creating anything, because it may be the wrong one.
async fn find_keys(config: &Config, entropy: Entropy) -> Result<FoundKeys, StartError> {
    let (folder, passphrase) = (config.keys.clone(), config.key_ring.passphrase.clone());
    let find = move || {
        let folder = KeyFolder::open_locked(folder, passphrase, entropy)?;
        let (secret, pairwise_key) = (folder.load_secret()?, folder.load_pairwise_key()?);
        let state = FolderState {
            identity: folder.load_identity()?,
            has_signing_keys: folder.has_signing_keys()?,
            secret: secret.as_ref().map(|secret| secret.key.fingerprint()),
            pairwise: pairwise_key.as_ref().map(SealingKey::fingerprint),
        };
        let outside = match &secret {
            Some(secret) => Outside::Tracked(mark(&folder, secret)?),
            // The mark cannot be read without it. Whether it may be missing is checked later.
            None => Outside::Untracked,
        };
        Ok::<_, StartError>(FoundKeys { folder, secret, pairwise_key, state, outside })
    };
    tokio::task::spawn_blocking(find).await.map_err(|_| StartError::Interrupted)?
}

fn mark(folder: &KeyFolder, secret: &ServerSecret) -> Result<Option<OutsideMark>, StartError> {
    let mut mark = folder.load_mark(&secret.key)?;
    if let (None, Some(previous)) = (&mark, &secret.previous) {
        mark = folder.load_mark(previous)?;
    }
    Ok(mark.and_then(|bytes| OutsideMark::from_bytes(&bytes)))
}

/// What was reported about the database while it was opened.
struct OpenedStore {
    epoch: Option<Epoch>,
    is_new: bool,
    last_commit_at: OffsetDateTime,
}

async fn open_store(
    config: &Config,
    (options, outside): (StartOptions, Outside),
    (clock, entropy): (Clock, Entropy),
) -> Result<(Store, Arc<StatusLists>, OpenedStore), StartError> {
    let on_rollback = match options {
        StartOptions { new_keys: true, .. } => OnRollback::BeginEpoch,
        StartOptions { accept_rollback: true, .. } => OnRollback::Accept,
        StartOptions { .. } => OnRollback::Refuse,
    };
    let (data, opens) = (config.data.clone(), clock.clone());
    let policy = OpenPolicy { on_rollback, outside };
    let opened = tokio::task::spawn_blocking(move || SledEngine::open(&data, policy, opens, entropy));
    let opened = opened.await.map_err(|_| StartError::Interrupted)??;
    let said = OpenedStore { epoch: opened.epoch, is_new: opened.is_new, last_commit_at: opened.last_commit_at };
    let store = Store::new(Arc::new(opened.engine), opened.epoch);
    let store = store.reserving_usernames_for(config.accounts.username_reservation);
    let store = store.audited(clock.clone(), config.audit.retention).map_err(InternalError::from)?;
    if opened.has_begun_epoch {
        let accepted = store.as_actor(Actor { principal: Principal::Operator, ..Actor::default() });
        let reason = if options.new_keys { "new_keys" } else { "rollback" };
        let details = EventDetails::of(EventKind::RollbackAccepted).because(reason);
        accepted.record_event(details).await.map_err(InternalError::from)?;
    }
    let status_lists = Arc::new(StatusLists::new(store.clone(), clock));
    Ok((store.watched_by(Arc::<StatusLists>::clone(&status_lists)), status_lists, said))
}

/// A key folder with everything it needs except signing keys.
struct CompleteFolder {
    folder: KeyFolder,
    secret: ServerSecret,
    pairwise_key: SealingKey,
    identity: RingIdentity,
}

fn complete_folder(
    found: FoundKeys,
    (new_keys, epoch): (bool, u64),
    entropy: Entropy,
) -> Result<CompleteFolder, StartError> {
    let FoundKeys { folder, secret, pairwise_key, state, .. } = found;
    let pairwise_key = match (pairwise_key, &secret) {
        (Some(key), _) => key,
        (None, known) => {
            // In a key folder of an earlier version, pairwise subjects were derived from the server's secret. They
            // must not change.
            let key = known.as_ref().map_or_else(|| entropy.bytes(), |secret| *secret.key.expose());
            let key = SealingKey::new(key);
            folder.save_pairwise_key(&key)?;
            key
        }
    };
    let secret = match secret {
        Some(secret) if !new_keys => secret,
        _ => folder.renew_secret()?,
    };
    let identity = match state.identity {
        Some(identity) if !new_keys => identity,
        // Keys that exist when a folder gets its first identity are valid; new ones are generated for every later
        // epoch.
        _ => {
            let identity = folder.new_identity(if new_keys { 0 } else { epoch });
            folder.save_identity(&identity)?;
            identity
        }
    };
    Ok(CompleteFolder { folder, secret, pairwise_key, identity })
}

/// Replaces every key if the database has begun an epoch since they were generated. Tokens issued in the period that
/// was rolled back must not be accepted.
fn begin_epoch(
    keys: &Keys,
    identity: RingIdentity,
    epoch: u64,
    now: OffsetDateTime,
) -> Result<RingIdentity, StartError> {
    let present = || Ok::<_, KeysFault>(keys.folder().load_identity()?.unwrap_or(identity.clone()));
    if identity.epoch >= epoch {
        return Ok(present()?);
    }
    keys.rotate_emergency(Compromised::EveryKey, now)?;
    let identity = RingIdentity { epoch, ..present()? };
    keys.folder().save_identity(&identity)?;
    tracing::warn!("signing keys replaced: a new database epoch began");
    Ok(identity)
}

fn ring_policy(config: &Config) -> RingPolicy {
    RingPolicy {
        rotate_every: config.key_ring.rotate_every,
        // An expired ID token of an active session is still a valid hint (RP-Initiated Logout §2).
        keep_retired: RingPolicy::default()
            .keep_retired
            .max(config.longest_token_lifetime().max(config.lifetimes.session_absolute) + Duration::HOUR),
        ..RingPolicy::default()
    }
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
