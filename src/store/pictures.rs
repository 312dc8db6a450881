//! Users' pictures. Rows are short, so each picture uses several: one for its description and others for its bytes.

use serde::{Deserialize, Serialize};

use super::{
    Commit, CommitError, MAX_OPERATIONS, Namespace, Row, StoreFault, UnreadableRow,
    namespaces::PICTURES,
    record::{Record, decode, put},
    record_store::Store,
};
use crate::account::{
    picture::{Picture, PictureType},
    record::AccountId,
};

/// The description of a picture. Its key is the account, and the rows with the bytes follow directly.
#[derive(Serialize, Deserialize)]
struct Description {
    content_type: PictureType,
    etag: String,
}

impl Record for Description {
    const NAMESPACE: Namespace = PICTURES;
}

impl Store {
    /// Returns the picture of `account`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn picture(&self, account: &AccountId) -> Result<Option<Picture>, StoreFault> {
        let mut before = None;
        loop {
            let rows =
                self.engine().page(PICTURES, account.as_str().as_bytes(), None, 1 + u16::from(MAXIMUM_CHUNKS))?;
            let Some((key, first)) = rows.first() else { return Ok(None) };
            if let Some(picture) = assembled(&rows, account)? {
                return Ok(Some(picture));
            }
            // A page is not a snapshot: another picture may have been written between two of its rows. The
            // description has then changed the next time, so each further attempt is caused by a commit. If it has
            // not changed, the rows are inconsistent.
            let begin = Some((key.clone(), first.version));
            if before == begin {
                return Err(StoreFault::UnreadableRow { namespace: PICTURES.name(), source: UnreadableRow::Nonsense });
            }
            before = begin;
        }
    }

    /// Returns the entity tag of the picture of `account`, to check whether it has changed.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn picture_etag(&self, account: &AccountId) -> Result<Option<String>, StoreFault> {
        Ok(self.description(account)?.map(|description| description.etag))
    }

    /// Stores `picture`, replacing an earlier one. Whether the account exists is not checked.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the write fails.
    pub async fn put_picture(&self, account: &AccountId, picture: &Picture) -> Result<(), StoreFault> {
        let bytes = picture.bytes();
        let description = Description { content_type: picture.content_type(), etag: picture.etag() };
        let mut commit = put(Commit::new(), account.as_str().as_bytes(), &description)?;
        let mut chunks = bytes.chunks(CHUNK);
        for number in 0..MAXIMUM_CHUNKS {
            commit = match chunks.next() {
                Some(chunk) => commit.put(PICTURES, key(account, number), chunk, None),
                None => commit.delete(PICTURES, key(account, number)),
            };
        }
        self.commit_always(commit).await
    }

    /// Deletes the picture of `account`, if there is one.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the write fails.
    pub async fn remove_picture(&self, account: &AccountId) -> Result<(), StoreFault> {
        let commit = Commit::new().delete(PICTURES, account.as_str());
        let commit = (0..MAXIMUM_CHUNKS).fold(commit, |commit, number| commit.delete(PICTURES, key(account, number)));
        self.commit_always(commit).await
    }

    fn description(&self, account: &AccountId) -> Result<Option<Description>, StoreFault> {
        Ok(self.read::<Description>(account.as_str().as_bytes())?.map(|kept| kept.record))
    }

    /// Applies a commit without preconditions.
    async fn commit_always(&self, commit: Commit) -> Result<(), StoreFault> {
        match self.commit(commit).await {
            Ok(()) | Err(CommitError::Conflict) => Ok(()),
            Err(CommitError::Internal(fault)) => Err(fault),
        }
    }
}

/// Assembles the picture of `account` from `rows`. Returns `None` if they belong to several pictures.
fn assembled(rows: &[(Vec<u8>, Row)], account: &AccountId) -> Result<Option<Picture>, StoreFault> {
    let Some(((key, first), chunks)) = rows.split_first() else { return Ok(None) };
    if key != account.as_str().as_bytes() || chunks.iter().any(|(_, chunk)| chunk.version != first.version) {
        return Ok(None);
    }
    let description = decode::<Description>(&first.value)?;
    let bytes = chunks.iter().flat_map(|(_, chunk)| &chunk.value).copied().collect();
    Ok(Picture::kept(description.content_type, bytes, &description.etag))
}

/// The key of the chunk `number` of an account's picture.
fn key(account: &AccountId, number: u8) -> Vec<u8> {
    [account.as_str().as_bytes(), &[0, number]].concat()
}

/// Number of bytes per row.
const CHUNK: usize = 4000;

/// Number of rows with the bytes of the largest picture.
const MAXIMUM_CHUNKS: u8 = Picture::MAXIMUM_BYTES.div_ceil(CHUNK) as u8;

const _: () = assert!(MAXIMUM_CHUNKS as usize * CHUNK >= Picture::MAXIMUM_BYTES);
const _: () = assert!((MAXIMUM_CHUNKS as usize) < MAX_OPERATIONS);

#[cfg(test)]
mod tests {
    use time::{OffsetDateTime, macros::datetime};

    use super::*;
    use crate::{entropy::Entropy, store::both_engines::stores};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn picture(length: usize, byte: u8) -> Picture {
        let bytes: Vec<u8> = (0..length).map(|at| byte ^ (at % 251) as u8).collect();
        let etag = crate::crypto::Digest::of(&bytes).as_str().to_owned();
        Picture::kept(PictureType::Png, bytes, &etag).unwrap()
    }

    #[tokio::test]
    async fn a_picture_is_read_as_it_was_put_until_it_is_removed() {
        let ([memory, sled], _folder) = stores(NOW);
        for store in [memory, sled] {
            let [account, other] = [(); 2].map(|()| AccountId::generate(Entropy::system()));
            let rows = || store.engine().page(PICTURES, account.as_str().as_bytes(), None, 99).unwrap().len();
            assert_eq!(store.picture(&account).unwrap(), None);
            store.put_picture(&other, &picture(100, 9)).await.unwrap();
            // A shorter picture leaves nothing of a longer one behind.
            for (length, expected) in [(Picture::MAXIMUM_BYTES, 18), (4001, 3), (4000, 2), (0, 1), (8000, 3), (1, 2)] {
                let picture = picture(length, 7);
                store.put_picture(&account, &picture).await.unwrap();
                assert_eq!(store.picture(&account).unwrap(), Some(picture.clone()), "{length} bytes");
                assert_eq!(store.picture_etag(&account).unwrap(), Some(picture.etag()));
                assert_eq!(rows(), expected, "{length} bytes");
            }
            store.remove_picture(&account).await.unwrap();
            store.remove_picture(&account).await.unwrap();
            assert_eq!((store.picture(&account).unwrap(), rows()), (None, 0));
            assert_eq!(store.picture(&other).unwrap(), Some(picture(100, 9)));
        }
    }

    #[tokio::test]
    async fn rows_that_do_not_belong_together_are_a_fault_and_not_a_picture() {
        let ([memory, sled], _folder) = stores(NOW);
        for store in [memory, sled] {
            let account = AccountId::generate(Entropy::system());
            let damages =
                [Commit::new().delete(PICTURES, key(&account, 1)), Commit::new().delete(PICTURES, account.as_str())];
            for damage in damages {
                store.put_picture(&account, &picture(10_000, 1)).await.unwrap();
                store.commit_always(damage).await.unwrap();
                assert!(matches!(store.picture(&account), Err(StoreFault::UnreadableRow { .. })));
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_user_who_reads_while_it_is_replaced_gets_one_or_the_other() {
        let ([memory, sled], _folder) = stores(NOW);
        for store in [memory, sled] {
            let account = AccountId::generate(Entropy::system());
            let both = [picture(60_000, 1), picture(30_000, 2)];
            store.put_picture(&account, &both[0]).await.unwrap();
            let writer = {
                let (store, account, both) = (store.clone(), account.clone(), both.clone());
                tokio::spawn(async move {
                    for round in 0..100 {
                        store.put_picture(&account, &both[round % 2]).await.unwrap();
                    }
                })
            };
            while !writer.is_finished() {
                let read = store.picture(&account).unwrap().unwrap();
                assert!(both.contains(&read), "{read:?}");
                tokio::task::yield_now().await;
            }
            writer.await.unwrap();
        }
    }
}
