//! Checks that the key folder belongs to the database.

use std::fmt;

use crate::{jose::RingIdentity, store::KeyRecord};

/// The state of the key folder.
#[derive(Clone, Debug, Default)]
pub struct FolderState {
    /// The identity of the key ring.
    pub identity: Option<RingIdentity>,
    pub has_signing_keys: bool,
    /// The fingerprint of the server's secret.
    pub secret: Option<String>,
    /// The fingerprint of the key from which pairwise subjects are derived.
    pub pairwise: Option<String>,
}

/// How the key folder differs from the state recorded in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysMismatch {
    /// The folder is empty.
    FolderIsEmpty,
    SecretIsMissing,
    /// `server.secret` is a different one.
    SecretIsAnother,
    /// `pairwise.secret` is missing or a different one.
    PairwiseIsAnother,
    /// `ring.identity` or every signing key is missing.
    RingIsMissing,
    /// It is an older copy.
    FolderIsOlder,
    /// It belongs to another database.
    FolderIsForeign,
}

impl FolderState {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.identity.is_none() && !self.has_signing_keys && self.secret.is_none() && self.pairwise.is_none()
    }
}

/// Compares the folder with the state recorded in the database.
///
/// The generation is increased in the folder before its keys change, and in the database afterwards. If the folder is
/// ahead, either a change was interrupted or the database is an older copy, which is detected elsewhere. If the
/// folder is behind, it is an older copy.
///
/// # Errors
///
/// Returns a [`KeysMismatch`] if they do not belong together.
pub fn compare(record: &KeyRecord, found: &FolderState) -> Result<(), KeysMismatch> {
    if found.is_empty() {
        return Err(KeysMismatch::FolderIsEmpty);
    }
    let Some(identity) = found.identity.as_ref().filter(|_| found.has_signing_keys) else {
        return Err(KeysMismatch::RingIsMissing);
    };
    if identity.id != record.ring {
        return Err(KeysMismatch::FolderIsForeign);
    }
    if identity.generation < record.generation {
        return Err(KeysMismatch::FolderIsOlder);
    }
    let Some(secret) = &found.secret else { return Err(KeysMismatch::SecretIsMissing) };
    if found.pairwise.as_ref() != Some(&record.pairwise) {
        return Err(KeysMismatch::PairwiseIsAnother);
    }
    if identity.generation == record.generation && *secret != record.secret {
        return Err(KeysMismatch::SecretIsAnother);
    }
    Ok(())
}

impl fmt::Display for KeysMismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::FolderIsEmpty => "it is empty; perhaps its disk is not mounted",
            Self::SecretIsMissing => "server.secret is missing",
            Self::SecretIsAnother => "server.secret is not the one recorded in the database",
            Self::PairwiseIsAnother => "pairwise.secret is missing, or is not the one recorded in the database",
            Self::RingIsMissing => "the signing keys or ring.identity are missing",
            Self::FolderIsOlder => "it is an older copy: the keys have changed since",
            Self::FolderIsForeign => "it belongs to another database",
        })
    }
}

impl std::error::Error for KeysMismatch {}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> KeyRecord {
        KeyRecord { ring: "ring".into(), generation: 5, secret: "secret".into(), pairwise: "pairwise".into() }
    }

    fn found(generation: u64) -> FolderState {
        FolderState {
            identity: Some(RingIdentity { id: "ring".into(), generation, epoch: 0 }),
            has_signing_keys: true,
            secret: Some("secret".into()),
            pairwise: Some("pairwise".into()),
        }
    }

    #[test]
    fn the_folder_that_the_database_knows_is_accepted_and_every_other_is_refused() {
        assert_eq!(compare(&record(), &found(5)), Ok(()));
        let another = || Some("another".to_owned());
        let ring = |id: &str| Some(RingIdentity { id: id.into(), generation: 9, epoch: 0 });
        let cases = [
            (FolderState::default(), KeysMismatch::FolderIsEmpty),
            (FolderState { secret: None, ..found(5) }, KeysMismatch::SecretIsMissing),
            (FolderState { secret: None, ..found(6) }, KeysMismatch::SecretIsMissing),
            (FolderState { secret: another(), ..found(5) }, KeysMismatch::SecretIsAnother),
            (FolderState { pairwise: None, ..found(5) }, KeysMismatch::PairwiseIsAnother),
            (FolderState { pairwise: another(), ..found(6) }, KeysMismatch::PairwiseIsAnother),
            (FolderState { identity: None, ..found(5) }, KeysMismatch::RingIsMissing),
            (FolderState { has_signing_keys: false, ..found(5) }, KeysMismatch::RingIsMissing),
            (FolderState { identity: ring("other"), ..found(5) }, KeysMismatch::FolderIsForeign),
            (found(4), KeysMismatch::FolderIsOlder),
            (FolderState { secret: another(), ..found(4) }, KeysMismatch::FolderIsOlder),
        ];
        for (state, expected) in cases {
            assert_eq!(compare(&record(), &state), Err(expected), "{state:?}");
        }
    }

    // An interrupted rotation, or a database restored from a backup and accepted.
    #[test]
    fn a_folder_that_is_ahead_is_accepted_with_its_secret() {
        assert_eq!(compare(&record(), &FolderState { secret: Some("newer".into()), ..found(6) }), Ok(()));
    }
}
