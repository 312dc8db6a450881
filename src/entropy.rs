//! The only place that draws random bytes. Everything else receives them as arguments.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::secret::Secret;

/// Where random bytes come from: OpenSSL's generator, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entropy;

impl Entropy {
    /// The generator of this process.
    #[must_use]
    pub fn system() -> Self {
        Self
    }

    /// `N` random bytes.
    ///
    /// A generator that fails leaves nothing that a server of tokens could safely do, so the process ends.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws random bytes")]
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        if openssl::rand::rand_bytes(&mut bytes).is_err() {
            std::process::abort();
        }
        bytes
    }

    /// `N` random bytes as unpadded base64url, for identifiers that are no secrets.
    #[must_use]
    pub fn text<const N: usize>(self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<N>())
    }

    /// 256 random bits as unpadded base64url (43 characters).
    #[must_use]
    pub fn secret(self) -> Secret {
        Secret::new(self.text::<32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let entropy = Entropy::system();
        assert_ne!(entropy.bytes::<32>(), entropy.bytes::<32>());
        assert_eq!(entropy.secret().expose().len(), 43);
    }
}
