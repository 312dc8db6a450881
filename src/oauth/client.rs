//! Clients: the applications that ask for tokens, [RFC 6749 §2](https://www.rfc-editor.org/rfc/rfc6749#section-2).

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use super::{
    client_secret::{ClientSecret, SecretsRefusal},
    grant_type::GrantType,
    response_type::ResponseType,
};
use super::{
    openid_metadata::OpenidMetadata, redirect_uri::RedirectUri, refresh_token::OFFLINE_ACCESS,
    resource::is_administrators_scope, scope::Scope, subject::Subject,
};
use crate::{crypto::Digest, entropy::Entropy};

/// The identifier of a client (§2.2): unique, public, 1 to [`ClientId::LONGEST`] visible ASCII characters, and never
/// beginning as the identifier of a person does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// The text cannot be a client identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIdRefusal;

/// A registered client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its identifier.
    pub client_id: ClientId,
    /// Its secrets, of which two may live at a time; none if it is public.
    #[serde(default)]
    pub secrets: Vec<ClientSecret>,
    /// What was registered about it.
    pub metadata: ClientMetadata,
    /// Who registered it.
    pub provenance: Provenance,
    /// Whether an administrator has forbidden it to obtain tokens.
    #[serde(default)]
    pub is_disabled: bool,
    /// Whether it is its owner who restricted it to groups, and can lift that. What an administrator has restricted only
    /// an administrator opens.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_restricted_by_owner: bool,
    /// Whether the server has disabled it because it stands in the configuration no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_pruned: bool,
    /// The hash of the registration access token with which it manages itself (RFC 7592), if it registered itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_access_token: Option<Digest>,
    /// When it was registered.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Until when it is kept unless it is used before, if it registered itself and is not vouched for.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<OffsetDateTime>,
    /// When its registration last changed so that it knows people by other subjects, which ends what was granted before:
    /// otherwise it could learn the subjects of a sector to which nothing was ever sent.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub subjects_changed_at: Option<OffsetDateTime>,
}

/// Who registered a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// It is part of this server, such as the one with which Swagger UI logs in.
    BuiltIn,
    /// It stands in the configuration file.
    Configuration,
    /// The command line, or a script with the scope to manage clients.
    Administrator,
    /// An administrator, who owns it.
    AdministratorAccount(Subject),
    /// A person who does not administer the server, who owns it.
    Person(Subject),
    /// The client itself, by dynamic registration (RFC 7591).
    Itself {
        /// The person whose access token allowed it, who owns it; nobody where registration is open.
        owner: Option<Subject>,
        /// Whether the access token that allowed it was that of an administrator, or of a script that an administrator
        /// gave the scope to manage clients.
        #[serde(default)]
        is_vouched: bool,
    },
}

/// What is registered about a client, with the names of
/// [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2). [`super::registration::register`] makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// Its name for people.
    pub client_name: String,
    /// Where answers to its authorization requests may go.
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a person may be sent after signing out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// The response types that it may ask for.
    pub response_types: Vec<ResponseType>,
    /// The scope tokens that it may ask for.
    pub scope: Scope,
    /// How it authenticates at the token endpoint.
    pub token_endpoint_auth_method: AuthMethod,
    /// Whether it runs on a server or at the person's.
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
    /// Whether its authorization requests must carry a PKCE challenge, if that differs from the server's rule. Never off for
    /// public clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// Whether its authorization requests must carry `state`, if that differs from the server's setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_state: Option<bool>,
    /// Whether each refresh gives a new refresh token, if that differs from the rule: public clients' rotate, others'
    /// do not (RFC 9700 §4.14.2). Never off for public clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate_refresh_tokens: Option<bool>,
    /// The groups whose members may use it; everyone if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_groups: Vec<String>,
    /// What it registers for OpenID Connect.
    #[serde(flatten)]
    pub openid: OpenidMetadata,
}

/// When an authorization request must carry a PKCE challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PkceRule {
    /// Always.
    Always,
    /// Unless it asks for an ID token with a `nonce`.
    UnlessNonce,
    /// It may leave it out.
    Never,
}

/// How a client authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// HTTP Basic.
    ClientSecretBasic,
    /// In the form.
    ClientSecretPost,
    /// With a JWT signed with its secret (RFC 7523).
    ClientSecretJwt,
    /// With a JWT signed with its private key (RFC 7523).
    PrivateKeyJwt,
    /// Not at all: a public client.
    None,
}

/// Where a client runs, [OpenID Connect Registration §2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// On a server or in a browser.
    #[default]
    Web,
    /// On the person's own machine.
    Native,
}

impl ClientId {
    /// The most characters that a client identifier may have.
    pub const LONGEST: usize = 128;

    /// Takes `text` as an identifier.
    ///
    /// # Errors
    ///
    /// [`ClientIdRefusal`] when it is empty, too long, holds anything but letters, digits and `-._~:/`, or begins as the
    /// identifier of a person does: RFC 9068 §5 warns that `sub` must not be ambiguous.
    pub fn parse(text: &str) -> Result<Self, ClientIdRefusal> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte);
        let length = (1..=Self::LONGEST).contains(&text.len());
        let is_of_a_person = text.starts_with(Subject::PERSON) || text.starts_with(Subject::PAIRWISE);
        if !length || is_of_a_person || !text.bytes().all(allowed) {
            return Err(ClientIdRefusal);
        }
        Ok(Self(text.to_owned()))
    }

    /// A new identifier of 128 random bits.
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self(format!("app_{}", entropy.text::<16>()))
    }

    /// The identifier of a client that is part of this server.
    #[must_use]
    pub fn built_in(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// The identifier, as it stands in `client_id`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ClientMetadata {
    /// The same, for a client that is registered as `client_id`: RFC 7591 §2 shows that to people if there is no name.
    #[must_use]
    pub fn named(mut self, client_id: &ClientId) -> Self {
        if self.client_name.is_empty() {
            self.client_name = client_id.as_str().to_owned();
        }
        self
    }
}

impl Client {
    /// Whether it cannot keep a secret (§2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == AuthMethod::None
    }

    /// Whether it has a secret: not if it is public, nor if it has a key of its own.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.metadata.token_endpoint_auth_method.has_secret()
    }

    /// Whether it is registered for `grant_type`.
    #[must_use]
    pub fn allows(&self, grant_type: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant_type)
    }

    /// When its authorization requests must carry a PKCE challenge (RFC 9700 §2.1.1), where the server `requires` it of
    /// clients that are not registered otherwise.
    #[must_use]
    pub fn pkce(&self, requires: bool) -> PkceRule {
        match self.metadata.require_pkce {
            _ if self.is_public() => PkceRule::Always,
            Some(true) => PkceRule::Always,
            None if requires => PkceRule::UnlessNonce,
            None | Some(false) => PkceRule::Never,
        }
    }

    /// Whether each refresh gives a new refresh token: always if it is public.
    #[must_use]
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.is_public() || self.metadata.rotate_refresh_tokens.unwrap_or(false)
    }

    /// What of `scope` a person can give it: the scopes with which others are managed are administrators' to give, and
    /// `offline_access` means nothing to a client that has no refresh tokens (OpenID Connect Core §11: "MUST ignore").
    #[must_use]
    pub fn grantable(&self, scope: &Scope, is_administrator: bool) -> Scope {
        scope.filter(|token| match token {
            OFFLINE_ACCESS => self.allows(GrantType::RefreshToken),
            token => is_administrator || !is_administrators_scope(token),
        })
    }

    /// Whether a person in `groups` may use it.
    pub fn admits<'g>(&self, mut groups: impl Iterator<Item = &'g str>) -> bool {
        let allowed = &self.metadata.allowed_groups;
        allowed.is_empty() || groups.any(|group| allowed.iter().any(|allowed| allowed == group))
    }

    /// Whether a person's earlier consent may stand for a new request. Not if another application on the person's
    /// machine could pose as this one (RFC 8252 §8.6).
    #[must_use]
    pub fn may_skip_consent(&self) -> bool {
        !self.is_public() || self.metadata.redirect_uris.iter().all(RedirectUri::is_https)
    }

    /// Whether the host of this server stands behind it: it is built in or configured, or an administrator registered it
    /// or gave the token with which it registered itself. What other people or strangers registered is not vouched for.
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

    /// The person who owns it, if a person registered it.
    #[must_use]
    pub fn owner(&self) -> Option<&Subject> {
        match &self.provenance {
            Provenance::Person(owner) | Provenance::AdministratorAccount(owner) => Some(owner),
            Provenance::Itself { owner, .. } => owner.as_ref(),
            Provenance::BuiltIn | Provenance::Configuration | Provenance::Administrator => None,
        }
    }
}

impl AuthMethod {
    /// The name that stands in `token_endpoint_auth_method`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// The method of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }

    /// Whether a client that authenticates like this has a secret.
    #[must_use]
    pub fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }

    /// All methods.
    pub const ALL: [Self; 5] =
        [Self::ClientSecretBasic, Self::ClientSecretPost, Self::ClientSecretJwt, Self::PrivateKeyJwt, Self::None];
}

impl ApplicationType {
    /// The name that stands in `application_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }

    /// The type of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Web, Self::Native].into_iter().find(|kind| kind.as_str() == name)
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientIdRefusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for ClientIdRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "must have 1 to {} letters, digits or -._~:/ and must not begin with {:?} or {:?}",
            ClientId::LONGEST,
            Subject::PERSON,
            Subject::PAIRWISE
        )
    }
}

impl std::error::Error for ClientIdRefusal {}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
