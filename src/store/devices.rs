//! Device authorizations, indexed by the hash of the device code and by the user code.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::{DEVICES, DEVICES_BY_USER_CODE},
    record::{Record, Versioned, put, put_new},
    record_store::Store,
};
use crate::{
    audit::{EventDetails, EventKind},
    crypto::Digest,
    oauth::{
        device_authorization::{DeviceAuthorization, UserCode},
        grant::Grant,
    },
};

impl Record for DeviceAuthorization {
    const NAMESPACE: Namespace = DEVICES;
    const ENDS_WITH_EPOCH: bool = true;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}

/// Adds to `commit` the row that indexes `device` by its user code.
pub(super) fn by_user_code(
    commit: Commit,
    digest: &Digest,
    device: &DeviceAuthorization,
) -> Result<Commit, StoreFault> {
    let pointer = Device { digest: digest.clone(), expires_at: device.expires_at };
    put(commit, device.user_code.as_str().as_bytes(), &pointer)
}

/// The device that a user code belongs to.
#[derive(Serialize, Deserialize)]
struct Device {
    digest: Digest,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl Record for Device {
    const NAMESPACE: Namespace = DEVICES_BY_USER_CODE;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}

impl Store {
    /// Stores a new device authorization under the hash of its device code.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the user code belongs to another device.
    pub async fn begin_device(&self, digest: &Digest, device: &DeviceAuthorization) -> Result<(), CommitError> {
        let key = device.user_code.as_str().as_bytes();
        let pointer = Device { digest: digest.clone(), expires_at: device.expires_at };
        // An expired device is deleted only later. Until then it must not block its user code.
        let commit = match self.read::<Device>(key)? {
            Some(other) if other.record.expires_at + Duration::MINUTE <= device.issued_at => {
                put(other.unchanged(Commit::new(), key), key, &pointer)?
            }
            _ => put_new(Commit::new(), key, &pointer)?,
        };
        self.commit(put_new(commit, digest.as_str().as_bytes(), device)?).await
    }

    /// Returns the device authorization with this device code hash.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn device(&self, digest: &Digest) -> Result<Option<Versioned<DeviceAuthorization>>, StoreFault> {
        self.read(digest.as_str().as_bytes())
    }

    /// Returns the device authorization with this user code, and the hash of its device code.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn device_by_user_code(
        &self,
        code: &UserCode,
    ) -> Result<Option<(Digest, Versioned<DeviceAuthorization>)>, StoreFault> {
        let Some(device) = self.read::<Device>(code.as_str().as_bytes())? else { return Ok(None) };
        let digest = device.record.digest;
        Ok(self.device(&digest)?.map(|kept| (digest, kept)))
    }

    /// Stores the user's decision. Of concurrent answers, exactly one is accepted.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if it has already been answered.
    pub async fn answer_device(
        &self,
        digest: &Digest,
        pending: &Versioned<DeviceAuthorization>,
        answered: &DeviceAuthorization,
    ) -> Result<(), CommitError> {
        let key = digest.as_str().as_bytes();
        let kind = if answered.approval().is_some() { EventKind::DeviceApproved } else { EventKind::DeviceDenied };
        let details = EventDetails::of(kind).with_client(&answered.client_id);
        let details = EventDetails { account: self.actor.principal.account().cloned(), ..details };
        let commit = put(pending.unchanged(Commit::new(), key), key, answered)?;
        self.commit(self.append_events(commit, [details])?).await
    }

    /// Marks a device code as used and stores its grant. Of concurrent attempts, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if a concurrent attempt was first, or another grant has the status index.
    pub async fn spend_device_code(
        &self,
        digest: &Digest,
        approved: &Versioned<DeviceAuthorization>,
        spent: &DeviceAuthorization,
        grant: &Grant,
    ) -> Result<(), CommitError> {
        let key = digest.as_str().as_bytes();
        let commit = put(approved.unchanged(Commit::new(), key), key, spent)?;
        self.commit_beginning(commit, grant).await
    }
}
