//! Who registers a client, and by which rules.

use super::{
    grant_type::GrantType, registration_policy::RegistrationPolicy, resource::Resources, response_type::ResponseType,
};

/// The rules that apply to a registration.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationRules<'a> {
    pub registrar: Registrar,
    /// The known scopes.
    pub resources: &'a Resources,
    pub policy: &'a RegistrationPolicy,
}

/// Who registers a client, which determines what may be registered. Each variant includes the rights of the previous
/// ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Registrar {
    /// The client itself, by dynamic registration: the rights of a person, except that it cannot be restricted to
    /// groups.
    Itself,
    /// A person. Not permitted: scopes that manage other accounts or clients, clients that act without a person (unless
    /// for APIs that are open to all), clients that see passwords, settings that weaken a rule, and tokens from the
    /// authorization endpoint unless the policy allows them for everyone.
    Person,
    /// An access token of an administrator or a service with the scope `signet:clients` only. Not permitted: clients
    /// with more rights than this token.
    Manager,
    /// The configuration file, or an administrator with the scope `signet:admin`. Everything is permitted.
    Administrator,
}

impl RegistrationRules<'_> {
    pub(super) fn allows(self, grant_type: GrantType) -> bool {
        let is_for_registrar = match grant_type {
            GrantType::Implicit => self.allow_implicit(),
            GrantType::Password | GrantType::ClientCredentials => self.registrar > Registrar::Person,
            GrantType::AuthorizationCode | GrantType::RefreshToken | GrantType::DeviceCode => true,
        };
        is_for_registrar && self.policy.offered.allows(grant_type)
    }

    pub(super) fn allows_response_type(self, response_type: ResponseType) -> bool {
        let is_plain = !response_type.is_front_channel();
        self.policy.offered.allows_response_type(response_type) && (is_plain || self.allow_implicit())
    }

    /// Returns whether clients with front-channel tokens may be registered, where the server enables them.
    fn allow_implicit(self) -> bool {
        self.registrar > Registrar::Person || self.policy.implicit_for_everyone
    }
}
