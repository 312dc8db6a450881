//! The only module that generates random bytes. All other code receives the generator or its output as an argument.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::secret::Secret;

/// The source of random bytes: OpenSSL's generator, seeded by the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entropy;

impl Entropy {
    /// Returns the generator of this process.
    #[must_use]
    pub fn system() -> Self {
        Self
    }

    /// Returns `N` random bytes.
    ///
    /// If the generator fails, no operation of the server is safe, so the process ends.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws random bytes")]
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        if openssl::rand::rand_bytes(&mut bytes).is_err() {
            std::process::abort();
        }
        bytes
    }

    /// Returns `N` random bytes as unpadded base64url, for identifiers that are not secret.
    #[must_use]
    pub fn text<const N: usize>(self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<N>())
    }

    /// Returns 256 random bits as unpadded base64url (43 characters).
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
