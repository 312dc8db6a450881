//! The keys that sign, for administrators: looked at, and rotated before their time.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{Fault, Signet, access::Access, management::ManagementRefusal};
use crate::{
    audit::{EventKind, Occurrence},
    jose::{Compromised, RingKey, Stage},
};

/// A key, and until when it stays in its stage.
#[derive(Clone, Debug)]
pub struct KeyLife {
    /// The key.
    pub key: RingKey,
    /// When its stage ends by itself; a next key waits for as long as the present one signs.
    pub until: Option<OffsetDateTime>,
}

/// Why keys rotate before their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Somebody wants it: the present keys retire, and what they signed stays good.
    Now,
    /// Somebody else has them: every key is replaced, and what they signed is worth nothing.
    Emergency,
}

/// The keys as they are.
///
/// # Errors
///
/// [`ManagementRefusal::Forbidden`] without the scope `signet:admin`.
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

/// Rotates the keys.
///
/// # Errors
///
/// [`ManagementRefusal`]; what was done until then stays done, and the rest is done within a minute.
pub async fn rotate(signet: &Signet, access: &Access, rotation: Rotation) -> Result<(), ManagementRefusal> {
    admit(access)?;
    let (keys, now) = (Arc::clone(&signet.keys), signet.clock.now());
    // It makes keys and writes files, for up to some seconds.
    let rotated = tokio::task::spawn_blocking(move || match rotation {
        Rotation::Now => keys.rotate_now(now),
        Rotation::Emergency => keys.rotate_emergency(Compromised::EveryKey, now),
    });
    let changes = rotated.await.map_err(Fault::BrokenOff)?.map_err(Fault::Keys)?;
    for change in changes {
        tracing::info!(by = %access.subject(), ?change, "key ring");
    }
    let occurrence = match rotation {
        Rotation::Now => Occurrence::of(EventKind::KeyRotated).because("requested"),
        Rotation::Emergency => Occurrence::of(EventKind::KeyEmergency),
    };
    signet.note_event(access.agent(), occurrence).await;
    Ok(())
}

fn admit(access: &Access) -> Result<(), ManagementRefusal> {
    if access.is_administrator() && access.scope().contains("signet:admin") {
        Ok(())
    } else {
        Err(ManagementRefusal::Forbidden("only an administrator can do this"))
    }
}
