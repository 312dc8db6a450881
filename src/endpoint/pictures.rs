//! `/users/{id}/picture`: a person's picture is taken, made small, and shown to everyone who has its address.

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

/// Makes what was uploaded the picture of a person, and `picture` its address.
///
/// # Errors
///
/// [`ManagementRefusal`]; then the picture is what it was.
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

/// Takes the picture of a person away. That there is none is no error.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub async fn remove(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    let (kept, _) = user_access::find_to_change(signet, access, id)?;
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
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let gone = ManagementRefusal::NotFound("there is no such person");
        let kept = signet.store.account(id)?.ok_or(gone)?;
        let mut changed = kept.record.clone();
        changed.claims.picture = address(&kept.record);
        changed.updated_at = signet.clock.now();
        if !is_conflict(signet.store.as_actor(access.actor()).replace_account(&kept, &changed).await)? {
            return Ok(changed);
        }
    }
}
