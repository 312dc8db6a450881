//! Known devices: browsers on which a user has signed in before.
//!
//! After a sign-in the browser gets a cookie that is bound to the account. Its failed attempts are counted separately
//! ([`super::throttle`]), so attackers who guess at the account do not lock out its owner ([OWASP, device
//! cookies](https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies)). The cookie gives
//! no access: a stolen one only allows one more series of attempts. A browser also gets the cookie when a password is
//! set on it with a reset link.

use time::{Duration, OffsetDateTime};

use super::record::AccountId;
use crate::{
    crypto::{SealingKey, equal, sha256},
    entropy::Entropy,
    secret::Secret,
};

/// Proof that a browser has signed in to the account before. Only [`recognise`] and [`KnownDevice::signed_in`] create
/// one.
///
/// The first half of its key belongs to the account, the second half to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDevice([u8; 32]);

impl KnownDevice {
    /// The device shared by all requests that carry a session or an access token of `account` and come from no known
    /// device. They share one, so creating more tokens gives no more attempts.
    #[must_use]
    pub fn signed_in(account: &AccountId) -> Self {
        Self::of(account, "signed in")
    }

    fn of(account: &AccountId, device: &str) -> Self {
        let (account, device) = (sha256(account.as_str()), sha256(format!("{account}.{device}")));
        Self(std::array::from_fn(|at| *if at < HALF { &account } else { &device }.get(at).unwrap_or(&0)))
    }

    /// Returns `true` if `key` belongs to a device of `account`.
    pub(crate) fn is_key_of(key: &[u8; 32], account: &AccountId) -> bool {
        key.get(..HALF) == sha256(account.as_str()).get(..HALF)
    }

    pub(crate) fn key(self) -> [u8; 32] {
        self.0
    }
}

/// The cookie value for a browser on which `account` has just signed in. It is valid for [`LIFETIME`].
#[must_use]
pub fn remember(account: &AccountId, key: &SealingKey, now: OffsetDateTime, entropy: Entropy) -> Secret {
    let (device, since) = (entropy.text::<16>(), now.unix_timestamp().to_string());
    let code = authenticate(key, account, &device, &since);
    Secret::new(format!("{device}.{since}.{code}"))
}

/// Returns the device if `presented` is a cookie issued for `account` less than [`LIFETIME`] ago.
#[must_use]
pub fn recognise(
    presented: &Secret,
    account: &AccountId,
    key: &SealingKey,
    now: OffsetDateTime,
) -> Option<KnownDevice> {
    let mut parts = presented.expose().splitn(3, '.');
    let (device, since, code) = (parts.next()?, parts.next()?, parts.next()?);
    if !equal(authenticate(key, account, device, since).as_bytes(), code.as_bytes()) {
        return None;
    }
    let since = OffsetDateTime::from_unix_timestamp(since.parse().ok()?).ok()?;
    (now - since < LIFETIME).then(|| KnownDevice::of(account, device))
}

/// Number of bytes of a key that belong to the account.
const HALF: usize = 16;

/// How long a device is known after its last sign-in.
pub const LIFETIME: Duration = Duration::days(180);

fn authenticate(key: &SealingKey, account: &AccountId, device: &str, since: &str) -> String {
    key.authenticate("device", &[account.as_str().as_bytes(), device.as_bytes(), since.as_bytes()])
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[test]
    fn a_device_is_known_to_the_account_that_signed_in_on_it() {
        let (key, entropy) = (SealingKey::new([1; 32]), Entropy::system());
        let (alice, bob) = (AccountId::generate(entropy), AccountId::generate(entropy));
        let cookie = remember(&alice, &key, NOW, entropy);
        let device = recognise(&cookie, &alice, &key, NOW).unwrap();
        assert_eq!(recognise(&cookie, &alice, &key, NOW), Some(device));
        assert_eq!(recognise(&cookie, &bob, &key, NOW), None);
        assert_eq!(recognise(&cookie, &alice, &SealingKey::new([2; 32]), NOW), None);
        assert_ne!(recognise(&remember(&alice, &key, NOW, entropy), &alice, &key, NOW), Some(device));
    }

    #[test]
    fn a_device_is_forgotten_after_its_lifetime() {
        let (key, entropy) = (SealingKey::new([1; 32]), Entropy::system());
        let alice = AccountId::generate(entropy);
        let cookie = remember(&alice, &key, NOW, entropy);
        assert!(recognise(&cookie, &alice, &key, NOW + LIFETIME - Duration::SECOND).is_some());
        assert!(recognise(&cookie, &alice, &key, NOW + LIFETIME).is_none());
    }

    #[test]
    fn an_altered_cookie_is_not_recognised() {
        let (key, entropy) = (SealingKey::new([1; 32]), Entropy::system());
        let alice = AccountId::generate(entropy);
        let cookie = remember(&alice, &key, NOW, entropy);
        let later = cookie.expose().replacen(&NOW.unix_timestamp().to_string(), "1999999999", 1);
        for text in [later.as_str(), "", ".", "..", "a.b.c", &format!("A{}", cookie.expose())] {
            assert_eq!(recognise(&Secret::new(text), &alice, &key, NOW), None, "{text}");
        }
    }
}
