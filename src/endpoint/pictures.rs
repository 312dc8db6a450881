//! `/users/{id}/picture`: pictures are uploaded, scaled down, and shown to everyone who has the URL.

use super::{
    InternalError, Signet,
    access::Access,
    management::ManagementRefusal,
    new_account::FieldErrors,
    quota,
    retry::{Attempts, is_conflict},
    user_access,
};
use crate::account::{
    own_picture,
    picture::{Picture, PictureRefusal},
    profile::WebAddress,
    quota::Spending,
    record::{Account, AccountId},
};

/// Stores the uploaded picture of a user and sets the claim `picture` to its URL.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The picture is unchanged then.
pub async fn put(signet: &Signet, access: &Access, id: &str, upload: Vec<u8>) -> Result<Account, ManagementRefusal> {
    let (kept, _) = user_access::find_to_change(signet, access, id)?;
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

/// Deletes the picture of a user. It is not an error if there is none.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn remove(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    let (kept, _) = user_access::find_to_change(signet, access, id)?;
    let id = kept.record.id;
    // First the URL, so that it never points to a deleted picture. The URL of a picture stored elsewhere is kept.
    address_is((signet, access), &id, |account| {
        account.claims.picture.clone().filter(|_| own_picture::target(account).is_none())
    })
    .await?;
    signet.store.remove_picture(&id).await?;
    tracing::info!(account = %id, by = %access.subject(), "picture removed");
    Ok(())
}

/// Returns the picture of a user. Everyone who has the URL may see it. The URL cannot be guessed; applications that
/// were given the claim show it to others.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub fn show(signet: &Signet, id: &str) -> Result<Option<Picture>, InternalError> {
    match AccountId::parse(id) {
        Ok(id) => Ok(signet.store.picture(&id)?),
        Err(_) => Ok(None),
    }
}

/// Decodes the upload on a blocking thread, because that takes a while.
async fn read(signet: &Signet, upload: Vec<u8>) -> Result<Picture, ManagementRefusal> {
    let wrong = |refusal: PictureRefusal| ManagementRefusal::Fields(FieldErrors::of_one("picture", refusal));
    if upload.len() > Picture::MAXIMUM_UPLOAD {
        return Err(wrong(PictureRefusal::TooManyBytes));
    }
    match signet.picture_bench.run(move || Picture::parse(&upload)).await {
        Ok(parsed) => parsed.map_err(wrong),
        // The file caused a decoder to panic.
        Err(InternalError::BrokenOff(_)) => Err(wrong(PictureRefusal::Unreadable)),
        Err(fault) => Err(fault.into()),
    }
}

/// Sets or removes the claim `picture`.
async fn address_is(
    (signet, access): (&Signet, &Access),
    id: &AccountId,
    address: impl Fn(&Account) -> Option<WebAddress>,
) -> Result<Account, ManagementRefusal> {
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let gone = ManagementRefusal::NotFound("there is no such user");
        let kept = signet.store.account(id)?.ok_or(gone)?;
        let mut changed = kept.record.clone();
        changed.claims.picture = address(&kept.record);
        changed.updated_at = signet.clock.now();
        if !is_conflict(signet.store.as_actor(access.actor()).replace_account(&kept, &changed).await)? {
            return Ok(changed);
        }
    }
}
