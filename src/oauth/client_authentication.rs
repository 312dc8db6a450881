//! Client authentication, [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3).

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    client::{AuthMethod, Client, ClientId, ClientSecret},
    parameters::{Parameters, decode_leniently},
    token_error::TokenError,
};
use crate::secret::Secret;

/// The credentials of a request, before they are checked.
#[derive(Clone, Debug)]
pub struct PresentedCredentials {
    /// The client identifier that the request claims.
    pub client_id: ClientId,
    presented: Option<PresentedSecret>,
    /// Whether they came in the `Authorization` header, so that an error response contains `WWW-Authenticate` (§5.2).
    pub by_header: bool,
}

/// A secret as it was sent. §2.3.1 requires form encoding in the header, which many clients omit. A secret that
/// contains a plus or a percent sign is therefore ambiguous, and both readings are compared.
#[derive(Clone, Debug)]
struct PresentedSecret {
    decoded: Secret,
    raw: Secret,
}

/// Proof that the client is authenticated: a confidential client presented its secret or signed with its key. A public
/// client has no credentials.
///
/// Only [`PresentedCredentials::authenticate`] and [`AcceptedAssertion`](super::client_assertion::AcceptedAssertion)
/// construct one.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Client);

impl PresentedCredentials {
    /// Finds the credentials in the `Authorization` header or in the form.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::SeveralAuthMethods`] if there are credentials in both, [`TokenError::ClientIdMismatch`] if
    /// they name two clients, [`TokenError::ClientNotAuthenticated`] if the header has another scheme or is malformed,
    /// and [`TokenError::CredentialsMissing`] if the request names no client.
    pub fn find(authorization: Option<&str>, form: &Parameters) -> Result<Self, TokenError> {
        let form_id = form.one("client_id")?;
        let form_secret = form.one("client_secret")?;
        let Some(authorization) = authorization else {
            // RFC 6749 §5.2: "no client authentication included" is invalid_client.
            if form_id.is_none() && form_secret.is_none() {
                return Err(TokenError::CredentialsMissing);
            }
            let client_id = ClientId::parse(form.required("client_id")?);
            return Ok(Self {
                client_id: client_id.map_err(|_| TokenError::ClientNotAuthenticated)?,
                presented: form_secret
                    .map(|secret| PresentedSecret { decoded: Secret::new(secret), raw: Secret::new(secret) }),
                by_header: false,
            });
        };
        if form_secret.is_some() {
            return Err(TokenError::SeveralAuthMethods);
        }
        let (client_id, secret) = basic(authorization).ok_or(TokenError::ClientNotAuthenticated)?;
        if form_id.is_some_and(|form_id| form_id != client_id.as_str()) {
            return Err(TokenError::ClientIdMismatch);
        }
        Ok(Self { client_id, presented: Some(secret), by_header: true })
    }

    /// Verifies the credentials against `client`, the client registered as [`Self::client_id`], if any.
    ///
    /// A client with a secret may send it in the header or in the form, regardless of its registration: libraries
    /// differ, and neither way is weaker.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::ClientNotAuthenticated`] for an unknown client and for a wrong secret alike, and
    /// [`TokenError::SecretMissing`] if a confidential client sends none.
    pub fn authenticate(&self, client: Option<Client>) -> Result<AuthenticatedClient, TokenError> {
        let client = client.filter(|client| client.client_id == self.client_id);
        let client = client.ok_or(TokenError::ClientNotAuthenticated)?;
        // OpenID Connect Core §9: a client that is registered to prove possession of a secret or key must not
        // authenticate by sending a secret. The check is needed because the server stores the secret of
        // `client_secret_jwt`.
        if matches!(client.metadata.token_endpoint_auth_method, AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt)
        {
            return Err(TokenError::ClientNotAuthenticated);
        }
        match (&self.presented, client.is_public()) {
            (None, true) => Ok(AuthenticatedClient(client)),
            (None, false) => Err(TokenError::SecretMissing),
            // A public client that sends a secret is misconfigured, and an error helps its developer more than ignoring
            // the secret. Some libraries send an empty password in the header when they have no secret.
            (Some(secret), true) if !(self.by_header && secret.raw.is_empty()) => {
                Err(TokenError::ClientNotAuthenticated)
            }
            (Some(_), true) => Ok(AuthenticatedClient(client)),
            (Some(secret), false) => {
                // Every secret is compared in both readings, so that the response time does not reveal which one
                // matched.
                let matches =
                    |known: &&ClientSecret| known.digest.matches(&secret.decoded) | known.digest.matches(&secret.raw);
                let matching = client.secrets.iter().filter(matches).count();
                if matching == 0 { Err(TokenError::ClientNotAuthenticated) } else { Ok(AuthenticatedClient(client)) }
            }
        }
    }
}

impl AuthenticatedClient {
    /// Constructs the proof for [`AcceptedAssertion`](super::client_assertion::AcceptedAssertion) only.
    pub(super) fn by_assertion(client: Client) -> Self {
        Self(client)
    }

    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }
}

/// Parses HTTP Basic credentials (RFC 7617). §2.3.1 requires both parts to be form-encoded first.
fn basic(authorization: &str) -> Option<(ClientId, PresentedSecret)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let presented = PresentedSecret { decoded: Secret::new(decode_leniently(secret)), raw: Secret::new(secret) };
    Some((ClientId::parse(&decode_leniently(id)).ok()?, presented))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::oauth::{
        client::{ApplicationType, AuthMethod, ClientMetadata, ClientSecret, GrantType, Provenance, ResponseType},
        openid_metadata::OpenidMetadata,
        redirect_uri::RedirectUri,
        scope::Scope,
    };
    use time::macros::datetime;

    /// Returns a confidential client `orders` with the secret `s%cr+t`.
    pub(crate) fn client() -> Client {
        let now = datetime!(2030-01-01 00:00 UTC);
        Client {
            client_id: ClientId::parse("orders").unwrap(),
            secrets: vec![
                ClientSecret::import(&Secret::new("older"), now),
                ClientSecret::import(&Secret::new("s%cr+t"), now),
            ],
            metadata: ClientMetadata {
                client_name: "Orders".to_owned(),
                redirect_uris: vec![RedirectUri::parse("https://app.example.org/cb").unwrap()],
                post_logout_redirect_uris: Vec::new(),
                grant_types: vec![GrantType::AuthorizationCode],
                response_types: vec![ResponseType::Code],
                scope: Scope::parse("openid profile email orders:read").unwrap(),
                token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
                application_type: ApplicationType::Web,
                client_uri: None,
                policy_uri: None,
                tos_uri: None,
                contacts: Vec::new(),
                require_pkce: None,
                require_state: None,
                rotate_refresh_tokens: None,
                allowed_groups: Vec::new(),
                openid: OpenidMetadata::default(),
            },
            provenance: Provenance::Configuration,
            is_disabled: false,
            is_restricted_by_owner: false,
            is_pruned: false,
            registration_access_token: None,
            created_at: now,
            expires_at: None,
            subjects_changed_at: None,
        }
    }

    /// Returns a public client `orders`.
    pub(crate) fn public_client() -> Client {
        let mut client = client();
        client.secrets.clear();
        client.metadata.token_endpoint_auth_method = AuthMethod::None;
        client
    }

    fn authenticate(authorization: Option<&str>, form: &str, client: Option<Client>) -> Result<(), TokenError> {
        let form = Parameters::parse(form).unwrap();
        PresentedCredentials::find(authorization, &form)?.authenticate(client).map(|_| ())
    }

    fn header(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    #[test]
    fn a_confidential_client_shows_its_secret_in_the_header_or_in_the_form() {
        for (authorization, form) in [
            (Some(header("orders:s%25cr%2Bt")), ""),
            (Some(header("orders:s%25cr%2Bt")), "client_id=orders"),
            (Some(header("orders:older")), ""),
            (None, "client_id=orders&client_secret=s%25cr%2Bt"),
        ] {
            assert_eq!(
                authenticate(authorization.as_deref(), form, Some(client())),
                Ok(()),
                "{authorization:?} {form}"
            );
        }
    }

    // RFC 6749 §2.3.1 requires form encoding, but many clients send the secret unencoded.
    #[test]
    fn a_secret_in_the_header_is_right_in_either_reading() {
        for (secret, encoded) in [
            ("100%", "100%25"),
            ("a+b", "a%2Bb"),
            ("a%2Bb", "a%252Bb"),
            ("50%25", "50%2525"),
            ("a b", "a+b"),
            ("ü:x", "%C3%BC%3Ax"),
        ] {
            let mut imported = client();
            imported.secrets = vec![ClientSecret::import(&Secret::new(secret), imported.created_at)];
            for sent in [secret, encoded] {
                let outcome = authenticate(Some(&header(&format!("orders:{sent}"))), "", Some(imported.clone()));
                assert_eq!(outcome, Ok(()), "{secret} sent as {sent}");
            }
            let wrong = authenticate(Some(&header(&format!("orders:{encoded}x"))), "", Some(imported));
            assert_eq!(wrong, Err(TokenError::ClientNotAuthenticated), "{secret}");
        }
    }

    #[test]
    fn wrong_credentials_and_unknown_clients_are_refused_alike() {
        for (authorization, form, client) in [
            (Some(header("orders:wrong")), "", Some(client())),
            (Some(header("orders:")), "", Some(client())),
            (Some(header("unknown:s%25cr%2Bt")), "", None),
            (Some("Bearer abc".to_owned()), "", Some(client())),
            (Some("Basic !!!".to_owned()), "", Some(client())),
            (Some("Basic".to_owned()), "", Some(client())),
            (None, "client_id=orders&client_secret=wrong", Some(client())),
            (None, "client_id=unknown&client_secret=wrong", None),
            (None, "client_id=unknown", None),
            (None, "client_id=orders&client_secret=x", Some(public_client())),
            (Some(header("orders:x")), "", Some(public_client())),
            (Some(header("orders:x")), "client_id=orders", Some(public_client())),
        ] {
            let refusal = authenticate(authorization.as_deref(), form, client);
            assert_eq!(refusal, Err(TokenError::ClientNotAuthenticated), "{authorization:?} {form}");
        }
    }

    #[test]
    fn a_client_authenticates_in_one_way_and_as_one_client() {
        let right = header("orders:s%25cr%2Bt");
        let twice = authenticate(Some(&right), "client_id=orders&client_secret=s%25cr%2Bt", Some(client()));
        assert_eq!(twice, Err(TokenError::SeveralAuthMethods));
        assert_eq!(authenticate(Some(&right), "client_id=other", Some(client())), Err(TokenError::ClientIdMismatch));
        assert_eq!(authenticate(None, "client_id=orders", Some(client())), Err(TokenError::SecretMissing));
        let no_one = authenticate(None, "", None).unwrap_err();
        assert_eq!((no_one.code(), no_one), ("invalid_client", TokenError::CredentialsMissing));
        let nameless = authenticate(None, "client_secret=older", Some(client())).unwrap_err();
        assert_eq!(nameless.code(), "invalid_request", "a secret without client_id is a malformed request");
    }

    // OpenID Connect Core §9
    #[test]
    fn who_registers_to_sign_does_not_show_a_secret() {
        for method in [AuthMethod::ClientSecretJwt, AuthMethod::PrivateKeyJwt] {
            let mut signing = client();
            signing.metadata.token_endpoint_auth_method = method;
            for (authorization, form) in [
                (Some(header("orders:s%25cr%2Bt")), ""),
                (None, "client_id=orders&client_secret=s%25cr%2Bt"),
                (None, "client_id=orders"),
            ] {
                let refusal = authenticate(authorization.as_deref(), form, Some(signing.clone()));
                assert_eq!(refusal, Err(TokenError::ClientNotAuthenticated), "{method:?} {form}");
            }
        }
    }

    #[test]
    fn a_public_client_only_names_itself() {
        assert_eq!(authenticate(None, "client_id=orders", Some(public_client())), Ok(()));
        assert_eq!(authenticate(Some(&header("orders:")), "", Some(public_client())), Ok(()));
    }
}
