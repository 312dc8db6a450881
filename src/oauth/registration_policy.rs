//! What a server assumes and allows when clients are registered, as it is configured.

use super::grant_type::Offered;
use crate::jose::Algorithm;

/// By what a server judges every registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationPolicy {
    /// Which grants there are.
    pub offered: Offered,
    /// Whether a client that says nothing of PKCE has to use it. If so, only an administrator can register one that does
    /// not. Public clients always have to.
    pub require_pkce: bool,
    /// Whether not only administrators may register clients that receive tokens straight from the authorization endpoint,
    /// where those are offered.
    pub implicit_for_everyone: bool,
    /// Whether clients that do not say may name the token endpoint as the audience of the JWTs with which they
    /// authenticate.
    pub token_endpoint_as_audience: bool,
    /// With which algorithms this server can sign for a client.
    pub signing_algs: Vec<Algorithm>,
}

impl RegistrationPolicy {
    /// The algorithms that every server signs with: what OpenID Connect Core §15.1 demands, and that of access tokens.
    pub const ALWAYS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];
}

impl Default for RegistrationPolicy {
    /// The current practice, RFC 9700.
    fn default() -> Self {
        Self {
            offered: Offered::default(),
            require_pkce: true,
            implicit_for_everyone: false,
            token_endpoint_as_audience: false,
            signing_algs: Self::ALWAYS.to_vec(),
        }
    }
}
