//! Clients: the applications that request tokens, [RFC 6749 §2](https://www.rfc-editor.org/rfc/rfc6749#section-2).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use super::{
    application_type::ApplicationType, auth_method::AuthMethod, client_id::ClientId, client_secret::ClientSecret,
    grant_type::GrantType, response_type::ResponseType,
};
use super::{
    openid_metadata::OpenidMetadata,
    redirect_uri::RedirectUri,
    resource::is_administrators_scope,
    scope::{OFFLINE_ACCESS, Scope},
    subject::Subject,
};
use crate::crypto::Digest;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    pub client_id: ClientId,
    /// The client's secrets: at most two at a time, none for a public client.
    #[serde(default)]
    pub secrets: Vec<ClientSecret>,
    pub metadata: ClientMetadata,
    pub provenance: Provenance,
    /// Whether an administrator has disabled the client, so that it obtains no tokens.
    #[serde(default)]
    pub is_disabled: bool,
    /// Whether the owner restricted the client to groups and may lift the restriction. Only an administrator can lift a
    /// restriction that an administrator set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_restricted_by_owner: bool,
    /// Whether the server disabled the client because it is no longer in the configuration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_pruned: bool,
    /// Hash of the registration access token (RFC 7592), if the client registered itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_access_token: Option<Digest>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When the client is deleted if it is not used before. Set if it registered itself and no administrator vouches
    /// for it.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<OffsetDateTime>,
    /// When its registration last changed in a way that changes the subjects it receives. Earlier grants end:
    /// otherwise the client could learn the subjects of a sector to which no tokens were ever sent.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub subjects_changed_at: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The client is part of this server, for example the one that Swagger UI uses.
    BuiltIn,
    /// The client is in the configuration file.
    Configuration,
    /// The command line, or a script with the scope to manage clients.
    Administrator,
    /// An administrator, who owns it.
    AdministratorAccount(Subject),
    /// A person without administrator rights, who owns it.
    Person(Subject),
    /// The client itself, by dynamic registration (RFC 7591).
    Itself {
        /// The owner: the person whose access token authorized the registration. `None` if registration is open.
        owner: Option<Subject>,
        /// Whether the access token that authorized it belonged to an administrator, or to a script with the scope to
        /// manage clients.
        #[serde(default)]
        is_vouched: bool,
    },
}

/// Client metadata, with the names of [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2).
/// [`super::registration::register`] constructs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// The name shown to people.
    pub client_name: String,
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// The URIs to which a person may be redirected after signing out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    pub grant_types: Vec<GrantType>,
    pub response_types: Vec<ResponseType>,
    /// The scope tokens that the client may request.
    pub scope: Scope,
    pub token_endpoint_auth_method: AuthMethod,
    /// Whether the client runs on a server or on the person's device.
    pub application_type: ApplicationType,
    /// Its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// How to reach the people who are responsible for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Whether authorization requests must contain a PKCE challenge, if that differs from the server's rule. Never
    /// `false` for public clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// Whether authorization requests must contain `state`, if that differs from the server's setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_state: Option<bool>,
    /// Whether each refresh issues a new refresh token, if that differs from the default: refresh tokens rotate for
    /// public clients only (RFC 9700 §4.14.2). Never `false` for public clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate_refresh_tokens: Option<bool>,
    /// The groups whose members may use the client. If empty, everyone may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_groups: Vec<String>,
    /// The metadata of OpenID Connect.
    #[serde(flatten)]
    pub openid: OpenidMetadata,
}

/// When an authorization request must contain a PKCE challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PkceRule {
    Always,
    /// Unless it requests an ID token with a `nonce`.
    UnlessNonce,
    Never,
}

impl ClientMetadata {
    /// Sets the name to `client_id` if it is empty: RFC 7591 §2 shows people the identifier if there is no name.
    #[must_use]
    pub fn named(mut self, client_id: &ClientId) -> Self {
        if self.client_name.is_empty() {
            self.client_name = client_id.as_str().to_owned();
        }
        self
    }
}

impl Client {
    /// Returns whether the client cannot keep a secret (§2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == AuthMethod::None
    }

    /// Returns whether the client has a secret. Public clients and those that authenticate with a private key have
    /// none.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.metadata.token_endpoint_auth_method.has_secret()
    }

    #[must_use]
    pub fn allows(&self, grant_type: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant_type)
    }

    /// Returns when authorization requests must contain a PKCE challenge (RFC 9700 §2.1.1). `requires` is the server's
    /// default for confidential clients.
    #[must_use]
    pub fn pkce(&self, requires: bool) -> PkceRule {
        match self.metadata.require_pkce {
            _ if self.is_public() => PkceRule::Always,
            Some(true) => PkceRule::Always,
            None if requires => PkceRule::UnlessNonce,
            None | Some(false) => PkceRule::Never,
        }
    }

    /// Returns whether each refresh issues a new refresh token. Always `true` for a public client.
    #[must_use]
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.is_public() || self.metadata.rotate_refresh_tokens.unwrap_or(false)
    }

    /// Returns the part of `scope` that a person may grant to this client. Only an administrator may grant the scopes
    /// that manage other accounts or clients, and a client without refresh tokens gets no `offline_access` (OpenID
    /// Connect Core §11: "MUST ignore").
    #[must_use]
    pub fn grantable(&self, scope: &Scope, is_administrator: bool) -> Scope {
        scope.filter(|token| match token {
            OFFLINE_ACCESS => self.allows(GrantType::RefreshToken),
            token => is_administrator || !is_administrators_scope(token),
        })
    }

    /// Returns whether a person in `groups` may use the client.
    pub fn admits<'g>(&self, mut groups: impl Iterator<Item = &'g str>) -> bool {
        let allowed = &self.metadata.allowed_groups;
        allowed.is_empty() || groups.any(|group| allowed.iter().any(|allowed| allowed == group))
    }

    /// Returns whether an earlier consent of the person is enough for a new request. It is not if another application
    /// on the person's device could impersonate this one (RFC 8252 §8.6).
    #[must_use]
    pub fn may_skip_consent(&self) -> bool {
        !self.is_public() || self.metadata.redirect_uris.iter().all(RedirectUri::is_https)
    }

    /// Returns whether an administrator vouches for the client: it is built in or configured, an administrator
    /// registered it, or an administrator issued the token with which it registered itself.
    #[must_use]
    pub fn is_vouched(&self) -> bool {
        match &self.provenance {
            Provenance::BuiltIn
            | Provenance::Configuration
            | Provenance::Administrator
            | Provenance::AdministratorAccount(_) => true,
            Provenance::Itself { is_vouched, .. } => *is_vouched,
            Provenance::Person(_) => false,
        }
    }

    /// Returns the owner, if a person registered the client.
    #[must_use]
    pub fn owner(&self) -> Option<&Subject> {
        match &self.provenance {
            Provenance::Person(owner) | Provenance::AdministratorAccount(owner) => Some(owner),
            Provenance::Itself { owner, .. } => owner.as_ref(),
            Provenance::BuiltIn | Provenance::Configuration | Provenance::Administrator => None,
        }
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
