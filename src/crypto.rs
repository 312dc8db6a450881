//! Hashing, comparison and encryption, each with one algorithm.
//!
//! Random secrets of 256 bits are stored as their SHA-256. A slow hash is only needed for secrets that people choose,
//! and would make it easy to flood the token endpoint. Passwords use `account::hashing` instead.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    sha::Sha256,
    symm::{Cipher, decrypt_aead, encrypt_aead},
};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::{entropy::Entropy, secret::Secret};

/// A SHA-256 hash as unpadded base64url.
///
/// It has no `PartialEq`: [`Digest::matches`] compares in constant time.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    #[must_use]
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(URL_SAFE_NO_PAD.encode(sha256(bytes)))
    }

    #[must_use]
    pub fn of_secret(secret: &Secret) -> Self {
        Self::of(secret.expose())
    }

    /// Restores a digest from its stored text.
    #[cfg(feature = "server")]
    pub(crate) fn from_stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the digest as 43 characters of unpadded base64url. It may be stored, but not published.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether `presented` has this hash. Compares in constant time.
    #[must_use]
    pub fn matches(&self, presented: &Secret) -> bool {
        equal(self.0.as_bytes(), Self::of_secret(presented).0.as_bytes())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Digest(…)")
    }
}

#[must_use]
pub fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    openssl::sha::sha256(bytes.as_ref())
}

#[must_use]
pub fn sha512(bytes: impl AsRef<[u8]>) -> [u8; 64] {
    openssl::sha::sha512(bytes.as_ref())
}

/// Returns whether two byte strings are equal, in a time that depends only on their lengths.
#[must_use]
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && openssl::memcmp::eq(one, other)
}

/// A symmetric key of 256 bits from which a separate key for each purpose is derived.
///
/// Clones share the key: [`SealingKey::replace`] changes it for all of them. `Debug` does not show it, and its memory
/// is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct SealingKey(Arc<RwLock<Zeroizing<[u8; 32]>>>);

/// The text cannot be decrypted: it was altered, truncated, or encrypted for another purpose or with another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsealable;

impl fmt::Display for Unsealable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the sealed text was not made by this server")
    }
}

impl std::error::Error for Unsealable {}

impl SealingKey {
    /// Creates a key from `bytes`, which must be random.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(RwLock::new(Zeroizing::new(bytes))))
    }

    /// Returns the bytes, which may only be written where no one but the server can read them.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<[u8; 32]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the key in all clones with that of `successor`. Returns the previous key.
    #[must_use]
    pub fn replace(&self, successor: &Self) -> Self {
        let successor = successor.expose();
        let mut bytes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Self::new(*std::mem::replace(&mut *bytes, successor))
    }

    /// Returns an identifier of this key that does not reveal it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.authenticate("fingerprint", &[]).chars().take(22).collect()
    }

    /// Returns the HMAC-SHA-256 of `parts` under the key for `purpose`, as unpadded base64url.
    ///
    /// The parts are length-prefixed, so that two different lists of parts never form the same message.
    #[must_use]
    pub fn authenticate(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let mut message = Vec::new();
        for part in parts {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        URL_SAFE_NO_PAD.encode(hmac(&self.derive(purpose), &message))
    }

    /// Encrypts and authenticates `plaintext` with AES-256-GCM, as unpadded base64url. The result can only be decrypted
    /// for the same purpose.
    #[must_use]
    pub fn seal(&self, purpose: &str, plaintext: &[u8], entropy: Entropy) -> String {
        let nonce = entropy.bytes::<NONCE>();
        let mut tag = [0; TAG];
        let key = self.derive(purpose);
        // OpenSSL fails here only if the size of the key or the nonce is wrong, and both are constants.
        let Ok(ciphertext) =
            encrypt_aead(Cipher::aes_256_gcm(), &key, Some(&nonce), purpose.as_bytes(), plaintext, &mut tag)
        else {
            std::process::abort();
        };
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &ciphertext, &tag].concat())
    }

    /// Decrypts a text that [`SealingKey::seal`] encrypted for the same purpose.
    ///
    /// # Errors
    ///
    /// Returns [`Unsealable`] if `sealed` was not encrypted with this key for this purpose, or was altered.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>, Unsealable> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Unsealable)?;
        let (nonce, rest) = bytes.split_at_checked(NONCE).ok_or(Unsealable)?;
        let at = rest.len().checked_sub(TAG).ok_or(Unsealable)?;
        let (ciphertext, tag) = rest.split_at_checked(at).ok_or(Unsealable)?;
        let key = self.derive(purpose);
        decrypt_aead(Cipher::aes_256_gcm(), &key, Some(nonce), purpose.as_bytes(), ciphertext, tag)
            .map_err(|_| Unsealable)
    }

    fn derive(&self, purpose: &str) -> [u8; 32] {
        hmac(self.0.read().unwrap_or_else(PoisonError::into_inner).as_slice(), purpose.as_bytes())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(…)")
    }
}

/// Computes HMAC-SHA-256, [RFC 2104 §2](https://www.rfc-editor.org/rfc/rfc2104#section-2). Built from the hash
/// function, because OpenSSL's implementation takes many times as long to look up its algorithms as to hash a short
/// message.
#[must_use]
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // "Applications that use keys longer than B bytes will first hash the key".
    let hashed = (key.len() > BLOCK).then(|| sha256(key));
    let key = hashed.as_ref().map_or(key, |hashed| hashed.as_slice());
    let hash = |pad: u8, message: &[u8]| {
        // "append zeros to the end of K": XOR with zero does not change the pad.
        let mut block = [pad; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        let mut hash = Sha256::new();
        hash.update(&block);
        hash.update(message);
        block.zeroize();
        hash.finish()
    };
    hash(OUTER_PAD, &hash(INNER_PAD, message))
}

/// The block size of SHA-256 in bytes, B of RFC 2104 §2.
const BLOCK: usize = 64;
const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5c;
const NONCE: usize = 12;
const TAG: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SealingKey {
        SealingKey::new([7; 32])
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let sealed = key().seal("interaction", b"hello", Entropy::system());
        assert_eq!(key().open("interaction", &sealed).unwrap(), b"hello");
        assert_eq!(key().open("session", &sealed), Err(Unsealable));
        assert_eq!(SealingKey::new([8; 32]).open("interaction", &sealed), Err(Unsealable));
    }

    #[test]
    fn a_replaced_key_is_replaced_in_every_clone() {
        let (shared, successor) = (key(), SealingKey::new([8; 32]));
        let clone = shared.clone();
        let before = shared.replace(&successor);
        assert_eq!(*before.expose(), [7; 32]);
        assert_eq!(*clone.expose(), [8; 32]);
        assert_eq!(clone.fingerprint(), successor.fingerprint());
        assert_ne!(clone.fingerprint(), before.fingerprint());
    }

    #[test]
    fn one_changed_character_anywhere_does_not_open() {
        let sealed = key().seal("interaction", b"redirect_uri", Entropy::system());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(key().open("interaction", &altered), Err(Unsealable), "changed at {at}");
        }
        assert_eq!(key().open("interaction", ""), Err(Unsealable));
    }

    #[test]
    fn a_digest_matches_only_its_secret() {
        let digest = Digest::of_secret(&Secret::new("a"));
        assert!(digest.matches(&Secret::new("a")));
        assert!(!digest.matches(&Secret::new("b")));
        assert!(!format!("{digest:?}").contains(digest.as_str()));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(key().authenticate("x", &[b"ab", b"c"]), key().authenticate("x", &[b"a", b"bc"]));
    }

    // RFC 4231 §4.2, §4.3, §4.4, §4.7 and §4.8: keys shorter than the block size, and longer keys, which are hashed
    // first.
    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let larger = b"This is a test using a larger than block-size key and a larger than block-size data. \
            The key needs to be hashed before being used by the HMAC algorithm.";
        let cases: [(&[u8], &[u8], &str); 5] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (&[0xaa; 131], larger, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (key, message, expected) in cases {
            let computed: String = hmac(key, message).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(computed, expected, "a key of {} bytes", key.len());
        }
    }
}
