//! `/users/{id}/picture`: a person's picture is taken, made small, and shown to everyone who has its address.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::{
    InternalError, Signet,
    access::Access,
    management::{ATTEMPTS, ManagementRefusal, taken},
    new_account::FieldErrors,
    quota, users,
};
use crate::account::{
    own_picture,
    picture::{Picture, PictureRefusal},
    profile::WebAddress,
    quota::Spending,
    record::{Account, AccountId},
};

/// How many pictures are read at a time. Each may need hundreds of megabytes for a moment.
#[derive(Debug)]
pub struct PictureBench {
    /// One for each picture that is read or waits.
    places: Arc<Semaphore>,
    /// One for each that is read.
    permits: Arc<Semaphore>,
    patience: Duration,
}

impl Default for PictureBench {
    /// One at a time, and sixteen more wait for at most ten seconds each: their files are in memory meanwhile.
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(17)),
            permits: Arc::new(Semaphore::new(1)),
            patience: Duration::from_secs(10),
        }
    }
}

impl PictureBench {
    /// Does `work` on a thread for blocking work, when its turn comes.
    ///
    /// # Errors
    ///
    /// [`InternalError::Busy`] when too many wait, or it waited too long; [`InternalError::BrokenOff`] when the work panicked.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, InternalError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| InternalError::Busy)?;
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned()).await;
        // The bench is never closed: waiting only ends with a permit.
        let permit = turn.map_err(|_| InternalError::Busy)?.map_err(|_| InternalError::Busy)?;
        // Place and permit belong to the work: when the request is dropped, the work goes on and still counts.
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((permit, place));
            done
        });
        working.await.map_err(InternalError::BrokenOff)
    }
}

/// Makes what was uploaded the picture of a person, and `picture` its address.
///
/// # Errors
///
/// [`ManagementRefusal`]; then the picture is what it was.
pub async fn put(signet: &Signet, access: &Access, id: &str, upload: Vec<u8>) -> Result<Account, ManagementRefusal> {
    let (kept, _) = users::find_to_change(signet, access, id)?;
    quota::spend(signet, access, Spending::Picture)?;
    let picture = read(signet, upload).await?;
    let id = kept.record.id;
    signet.store.put_picture(&id, &picture).await?;
    let version: String = picture.etag().chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let address = own_picture::stored(&id, &version);
    let account = address_is((signet, access), &id, |_| address.clone()).await?;
    tracing::info!(account = %id, by = %access.subject(), "picture set");
    Ok(account)
}

/// Takes the picture of a person away. That there is none is no error.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub async fn remove(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    let (kept, _) = users::find_to_change(signet, access, id)?;
    let id = kept.record.id;
    // First the address, so that none leads nowhere. One of a picture elsewhere stays.
    address_is((signet, access), &id, |account| {
        account.claims.picture.clone().filter(|_| own_picture::target(account).is_none())
    })
    .await?;
    signet.store.remove_picture(&id).await?;
    tracing::info!(account = %id, by = %access.subject(), "picture removed");
    Ok(())
}

/// The picture of a person. It is for everyone who has its address, which cannot be guessed: applications that were given
/// the claim show it to others.
///
/// # Errors
///
/// The storage.
pub fn show(signet: &Signet, id: &str) -> Result<Option<Picture>, InternalError> {
    match AccountId::parse(id) {
        Ok(id) => Ok(signet.store.picture(&id)?),
        Err(_) => Ok(None),
    }
}

/// Reading a picture is work for a while, so it is done beside the requests.
async fn read(signet: &Signet, upload: Vec<u8>) -> Result<Picture, ManagementRefusal> {
    let wrong = |refusal: PictureRefusal| ManagementRefusal::Fields(FieldErrors::of_one("picture", refusal));
    if upload.len() > Picture::MAXIMUM_UPLOAD {
        return Err(wrong(PictureRefusal::TooManyBytes));
    }
    match signet.picture_bench.run(move || Picture::parse(&upload)).await {
        Ok(parsed) => parsed.map_err(wrong),
        // The file made a decoder panic.
        Err(InternalError::BrokenOff(_)) => Err(wrong(PictureRefusal::Unreadable)),
        Err(fault) => Err(fault.into()),
    }
}

/// Sets the claim `picture`.
async fn address_is(
    (signet, access): (&Signet, &Access),
    id: &AccountId,
    address: impl Fn(&Account) -> Option<WebAddress>,
) -> Result<Account, ManagementRefusal> {
    for _ in 0..ATTEMPTS {
        let gone = ManagementRefusal::NotFound("there is no such person");
        let kept = signet.store.account(id)?.ok_or(gone)?;
        let mut changed = kept.record.clone();
        changed.claims.picture = address(&kept.record);
        changed.updated_at = signet.clock.now();
        if taken(signet.store.as_actor(access.actor()).replace_account(&kept, &changed).await)? {
            return Ok(changed);
        }
    }
    Err(InternalError::Contended.into())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn bench(waiting: usize, patience: Duration) -> PictureBench {
        PictureBench { places: Arc::new(Semaphore::new(1 + waiting)), permits: Arc::new(Semaphore::new(1)), patience }
    }

    #[tokio::test]
    async fn a_permit_belongs_to_the_work_and_not_to_the_request_that_wanted_it() {
        let bench = bench(1, Duration::from_millis(50));
        let (finish, finished) = mpsc::channel::<()>();
        // The request is dropped, as at a timeout or when the peer hangs up.
        let dropped = bench.run(move || finished.recv());
        assert!(tokio::time::timeout(Duration::from_millis(20), dropped).await.is_err());
        assert!(matches!(bench.run(|| ()).await, Err(InternalError::Busy)), "the first work still goes on");
        finish.send(()).unwrap();
        let patient = PictureBench { patience: Duration::from_secs(10), ..bench };
        assert!(patient.run(|| ()).await.is_ok());
        assert_eq!((patient.places.available_permits(), patient.permits.available_permits()), (2, 1));
    }

    #[tokio::test]
    async fn who_finds_no_place_is_refused_without_waiting() {
        let bench = bench(0, Duration::from_secs(3600));
        let (finish, finished) = mpsc::channel::<()>();
        assert!(tokio::time::timeout(Duration::from_millis(20), bench.run(move || finished.recv())).await.is_err());
        assert!(matches!(bench.run(|| ()).await, Err(InternalError::Busy)));
        finish.send(()).unwrap();
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_permit_back() {
        let bench = bench(0, Duration::from_secs(10));
        let broken = bench.run(|| std::panic::resume_unwind(Box::new("damaged"))).await;
        assert!(matches!(broken, Err(InternalError::BrokenOff(_))));
        assert!(bench.run(|| ()).await.is_ok());
    }
}
