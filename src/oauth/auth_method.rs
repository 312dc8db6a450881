//! How a client authenticates at the token endpoint, [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2).

use crate::wire_names::wire_names;

wire_names! {
    /// How a client authenticates at the token endpoint.
    pub enum AuthMethod {
        ClientSecretBasic = "client_secret_basic",
        ClientSecretPost = "client_secret_post",
        /// A JWT signed with the client secret (RFC 7523).
        ClientSecretJwt = "client_secret_jwt",
        /// A JWT signed with the client's private key (RFC 7523).
        PrivateKeyJwt = "private_key_jwt",
        /// The client does not authenticate: it is public.
        None = "none",
    }
}

impl AuthMethod {
    /// Returns whether a client that uses this method has a secret.
    #[must_use]
    pub fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }
}
