//! `/users/{id}/picture`: a person's picture is taken, made small, and shown to everyone who has its address.

use tokio::sync::Semaphore;

use super::{
    Fault, Signet,
    access::Access,
    management::{ATTEMPTS, ManagementRefusal, taken},
    new_account::FieldErrors,
    quota, users,
};
use crate::account::{
    picture::{Picture, PictureRefusal},
    profile::WebAddress,
    quota::Spending,
    record::{Account, AccountId},
};

/// How many pictures are read at a time. Each may need hundreds of megabytes for a moment.
#[derive(Debug)]
pub struct PictureBench(Semaphore);

impl Default for PictureBench {
    /// One at a time.
    fn default() -> Self {
        Self(Semaphore::new(1))
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
    let address = signet.issuer.endpoint(&format!("{}?v={version}", path(&id)));
    // An issuer so long that the address would not fit keeps its pictures without naming them.
    let address = WebAddress::parse(&address).ok();
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
    let own = signet.issuer.endpoint(&path(&id));
    // First the address, so that none leads nowhere.
    address_is((signet, access), &id, |now| now.filter(|address| !address.as_str().starts_with(&own))).await?;
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
pub fn show(signet: &Signet, id: &str) -> Result<Option<Picture>, Fault> {
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
    // Nobody closes the bench: waiting for it only ends with a place.
    let _place = signet.picture_bench.0.acquire().await;
    let parsed = tokio::task::spawn_blocking(move || Picture::parse(&upload)).await;
    parsed.map_err(|_| wrong(PictureRefusal::Unreadable))?.map_err(wrong)
}

/// Sets the claim `picture`.
async fn address_is(
    (signet, access): (&Signet, &Access),
    id: &AccountId,
    address: impl Fn(Option<WebAddress>) -> Option<WebAddress>,
) -> Result<Account, ManagementRefusal> {
    for _ in 0..ATTEMPTS {
        let gone = ManagementRefusal::NotFound("there is no such person");
        let kept = signet.store.account(id)?.ok_or(gone)?;
        let mut changed = kept.record.clone();
        changed.claims.picture = address(changed.claims.picture.take());
        changed.updated_at = signet.clock.now();
        if taken(signet.store.by(access.agent()).replace_account(&kept, &changed).await)? {
            return Ok(changed);
        }
    }
    Err(Fault::Contended.into())
}

fn path(id: &AccountId) -> String {
    format!("/users/{}/picture", id.as_str())
}
