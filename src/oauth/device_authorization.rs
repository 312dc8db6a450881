//! The device authorization grant, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628): a person lets a device without
//! browser or keyboard act for them, from another device.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    access_token::{Authentication, Issuance},
    client::{ClientId, GrantType},
    client_authentication::AuthenticatedClient,
    grant::{Grant, GrantId, GrantIdentity, IssuanceContext, Permission},
    named_claims::NamedClaims,
    parameters::Parameters,
    requested_scope::{ActsFor, PermittedScope, ScopeRequest, permit},
    resource::{Audience, Resources},
    scope::Scope,
    subject::Subject,
    token_error::TokenError,
};
use crate::entropy::Entropy;

/// The code that a person types: eight letters out of twenty that form no words (§6.1), about 34 bits. Written in two
/// halves; case, hyphens and spaces mean nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserCode(String);

/// What a device asks for, as it is remembered under the hash of the device code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceAuthorization {
    /// The client on the device.
    pub client_id: ClientId,
    /// What it asks for.
    pub scope: Scope,
    /// For whom the access token will be.
    pub audience: Audience,
    /// What the person types.
    pub user_code: UserCode,
    /// When it was issued.
    #[serde(with = "time::serde::rfc3339")]
    pub issued_at: OffsetDateTime,
    /// From when on it is worthless.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// What has happened to it.
    pub state: DeviceState,
}

/// What has happened to a device authorization.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Nobody has answered.
    Pending,
    /// A person said yes.
    Approved(Approval),
    /// A person said no.
    Denied,
    /// It became this grant.
    Redeemed(GrantId),
}

/// What a person said yes to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub subject: Subject,
    /// To what: the requested scope, or less.
    pub scope: Scope,
    /// How and when the person signed in.
    pub authentication: Authentication,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Proof that a device code was redeemed by its rules; only [`redeem`] makes one.
#[derive(Clone, Debug)]
pub struct DeviceRedemption {
    authorization: DeviceAuthorization,
    approval: Approval,
    audience: Audience,
}

impl UserCode {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            // Of 256 values 240 are taken, so that each letter is as likely as any other.
            let letters = entropy.bytes::<LENGTH>().into_iter().filter(|byte| usize::from(*byte) < 12 * ALPHABET.len());
            let letters = letters.filter_map(|byte| ALPHABET.get(usize::from(byte) % ALPHABET.len()));
            code.extend(letters.map(|letter| char::from(*letter)).take(LENGTH - code.len()));
        }
        Self(code)
    }

    /// Reads what a person typed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters =
            text.chars().take(4 * LENGTH).filter(|letter| !matches!(letter, '-' | ' ' | '\u{2010}'..='\u{2015}'));
        let code: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
        let is_code = code.len() == LENGTH && code.bytes().all(|letter| ALPHABET.contains(&letter));
        is_code.then_some(Self(code))
    }

    /// The letters without hyphen, under which it is remembered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DeviceAuthorization {
    /// Reads the request of §3.1 by `client`, which has authenticated as at the token endpoint.
    ///
    /// # Errors
    ///
    /// The first rule broken.
    pub fn request(
        client: &AuthenticatedClient,
        form: &Parameters,
        resources: &Resources,
        (lifetime, entropy): (Duration, Entropy),
        now: OffsetDateTime,
    ) -> Result<Self, TokenError> {
        let client = client.client();
        if !client.allows(GrantType::DeviceCode) || client.is_disabled {
            return Err(TokenError::GrantNotAllowed);
        }
        let requested: Vec<&str> = form.many("resource").collect();
        let request = ScopeRequest { scope: form.one("scope")?, resources: &requested };
        let PermittedScope { scope, audience } = permit(client, ActsFor::Person { offline: true }, request, resources)?;
        Ok(Self {
            client_id: client.client_id.clone(),
            scope,
            audience,
            user_code: UserCode::generate(entropy),
            issued_at: now,
            expires_at: now + lifetime,
            state: DeviceState::Pending,
        })
    }

    /// Whether a person can still answer at `now`.
    #[must_use]
    pub fn is_pending(&self, now: OffsetDateTime) -> bool {
        matches!(self.state, DeviceState::Pending) && now < self.expires_at
    }

    /// Who approved it, and when, if somebody did.
    #[must_use]
    pub fn approval(&self) -> Option<&Approval> {
        match &self.state {
            DeviceState::Approved(approval) => Some(approval),
            DeviceState::Pending | DeviceState::Denied | DeviceState::Redeemed(_) => None,
        }
    }

    /// This, answered: with an approval, or without one.
    #[must_use]
    pub fn answered(self, approval: Option<Approval>) -> Self {
        let state = approval.map_or(DeviceState::Denied, DeviceState::Approved);
        Self { state, ..self }
    }
}

/// Redeems `authorization` for `client` at `now` (§3.4, §3.5), for the `requested` resources if there are any.
/// `circumstances` are those of the person who approved it.
///
/// # Errors
///
/// The first rule broken. Until the person has answered that is [`TokenError::AuthorizationPending`].
pub fn redeem(
    authorization: &DeviceAuthorization,
    client: &AuthenticatedClient,
    circumstances: Option<&IssuanceContext>,
    requested: &[&str],
    now: OffsetDateTime,
) -> Result<DeviceRedemption, TokenError> {
    let client = client.client();
    if !client.allows(GrantType::DeviceCode) {
        return Err(TokenError::GrantNotAllowed);
    }
    if authorization.client_id != client.client_id {
        return Err(TokenError::DeviceCodeUnknown);
    }
    if now >= authorization.expires_at {
        return Err(TokenError::DeviceCodeExpired);
    }
    let approval = match &authorization.state {
        DeviceState::Pending => return Err(TokenError::AuthorizationPending),
        DeviceState::Denied => return Err(TokenError::AccessDenied),
        DeviceState::Redeemed(_) => return Err(TokenError::DeviceCodeUnknown),
        DeviceState::Approved(approval) => approval.clone(),
    };
    if !circumstances.is_some_and(|circumstances| circumstances.may_issue(client, approval.at)) {
        return Err(TokenError::GrantEnded);
    }
    // RFC 8707 §2.2: a token request may name what was granted, and nothing else.
    let audience = authorization.audience.narrowed(requested).ok_or(TokenError::InvalidTarget)?;
    Ok(DeviceRedemption { authorization: authorization.clone(), approval, audience })
}

impl DeviceRedemption {
    /// The grant that begins with it at `now`; of its access tokens none lives longer than `access_tokens_live`.
    #[must_use]
    pub fn grant(&self, identity: GrantIdentity, access_tokens_live: Duration, now: OffsetDateTime) -> Grant {
        let permission = Permission {
            client_id: self.authorization.client_id.clone(),
            subject: self.approval.subject.clone(),
            scope: self.approval.scope.clone(),
            audience: self.authorization.audience.clone(),
            authentication: self.approval.authentication.clone(),
            claims: NamedClaims::default(),
        };
        permission.begin(identity, access_tokens_live, now)
    }

    /// The authorization as it is remembered from now on.
    #[must_use]
    pub fn spent(&self, grant: &GrantId) -> DeviceAuthorization {
        DeviceAuthorization { state: DeviceState::Redeemed(grant.clone()), ..self.authorization.clone() }
    }

    /// For whom its tokens may be: now for these or fewer, and at a refresh for any of them.
    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.authorization.audience
    }

    /// The right to mint tokens of `grant`, which must be the one that was written.
    #[must_use]
    pub fn issuance(self, grant: &Grant) -> Issuance {
        Issuance { audience: self.audience, ..grant.issuance() }
    }
}

/// The code as a person reads it: `BCDF-GHJK`.
impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(formatter, "{first}-{second}")
    }
}

/// The seconds that a device waits between two questions (§3.2), until it is told to wait longer.
pub const INTERVAL: Duration = Duration::seconds(5);

const LENGTH: usize = 8;

/// §6.1: no vowels, so that no words appear by accident.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        authorization_request::tests::resources,
        client_authentication::{
            PresentedCredentials,
            tests::{client, public_client},
        },
        grant::{ActivePerson, SubjectStatus, tests::identity},
    };
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn television(client_id: &str) -> AuthenticatedClient {
        let mut client = public_client();
        client.client_id = ClientId::parse(client_id).unwrap();
        client.metadata.grant_types = vec![GrantType::DeviceCode];
        let form = Parameters::parse(&format!("client_id={client_id}")).unwrap();
        PresentedCredentials::find(None, &form).unwrap().authenticate(Some(client)).unwrap()
    }

    fn asked(form: &str) -> Result<DeviceAuthorization, TokenError> {
        let form = Parameters::parse(form).unwrap();
        let how = (Duration::minutes(10), Entropy::system());
        DeviceAuthorization::request(&television("tv"), &form, &resources(), how, NOW)
    }

    fn approval() -> Approval {
        Approval {
            subject: Subject::new("usr_a"),
            scope: Scope::parse("openid").unwrap(),
            authentication: Authentication { auth_time: NOW, amr: Vec::new(), sid: String::new() },
            at: NOW,
        }
    }

    fn answer(
        authorization: &DeviceAuthorization,
        client: &AuthenticatedClient,
        person: SubjectStatus,
        now: OffsetDateTime,
    ) -> Result<(), TokenError> {
        redeem(authorization, client, Some(&IssuanceContext { person }), &[], now).map(|_| ())
    }

    // §6.1
    #[test]
    fn a_user_code_is_read_whatever_its_case_and_hyphens() {
        let code = UserCode::generate(Entropy::system());
        let shown = code.to_string();
        assert_eq!(shown.len(), 9);
        assert_eq!(UserCode::parse(&shown), Some(code.clone()));
        assert_eq!(UserCode::parse(&shown.to_lowercase().replace('-', " ")), Some(code.clone()));
        assert_eq!(UserCode::parse(code.as_str()), Some(code));
        for wrong in ["", "BCDF-GHJ", "BCDF-GHJA", "BCDF-GHJ1", "BCDF-GHJKL", "ÄÖÜÄÖÜÄÖ", &"-".repeat(99)] {
            assert_eq!(UserCode::parse(wrong), None, "{wrong}");
        }
    }

    // §3.1
    #[test]
    fn a_device_asks_for_what_its_client_is_registered_for() {
        assert!(asked("scope=openid+orders:read").is_ok());
        assert_eq!(asked("scope=openid+roles").unwrap().scope, Scope::parse("openid").unwrap());
        assert_eq!(asked("").unwrap().scope, Scope::parse("openid profile email orders:read").unwrap());
        for (refused, code) in [
            ("scope=openid+signet:admin", "invalid_scope"),
            ("scope=roles", "invalid_scope"),
            ("scope=+", "invalid_scope"),
            ("scope=openid&resource=https://evil.example", "invalid_target"),
        ] {
            assert_eq!(asked(refused).unwrap_err().code(), code, "{refused}");
        }
        let form = Parameters::parse("client_id=orders&client_secret=older").unwrap();
        let other = PresentedCredentials::find(None, &form).unwrap().authenticate(Some(client())).unwrap();
        let how = (Duration::minutes(10), Entropy::system());
        let refusal = DeviceAuthorization::request(&other, &form, &resources(), how, NOW).unwrap_err();
        assert_eq!(refusal, TokenError::GrantNotAllowed);
    }

    // §3.5
    #[test]
    fn the_device_learns_what_the_person_said() {
        let active = || SubjectStatus::Active(ActivePerson::default());
        let tv = television("tv");
        let pending = asked("scope=openid").unwrap();
        let approved = pending.clone().answered(Some(approval()));
        let denied = pending.clone().answered(None);
        assert_eq!(answer(&pending, &tv, active(), NOW), Err(TokenError::AuthorizationPending));
        assert_eq!(answer(&denied, &tv, active(), NOW), Err(TokenError::AccessDenied));
        assert_eq!(answer(&approved, &tv, active(), NOW), Ok(()));
        assert_eq!(answer(&approved, &tv, SubjectStatus::Inactive, NOW), Err(TokenError::GrantEnded));
        assert_eq!(answer(&approved, &television("radio"), active(), NOW), Err(TokenError::DeviceCodeUnknown));
        for authorization in [&pending, &approved, &denied] {
            let end = authorization.expires_at;
            assert_eq!(answer(authorization, &tv, active(), end), Err(TokenError::DeviceCodeExpired));
        }
    }

    // RFC 8707 §2.2
    #[test]
    fn the_resource_is_one_that_was_asked_for() {
        let approved = asked("scope=openid+orders:read").unwrap().answered(Some(approval()));
        let redeem_for = |requested: &[&str]| {
            let person = SubjectStatus::Active(ActivePerson::default());
            let redeemed = redeem(&approved, &television("tv"), Some(&IssuanceContext { person }), requested, NOW);
            let redemption = redeemed?;
            let grant = redemption.grant(identity(), Duration::minutes(5), NOW);
            assert_eq!(grant.audience, approved.audience);
            Ok(redemption.issuance(&grant).audience().to_claim())
        };
        let (orders, issuer) = ("https://orders.example.org", "https://login.example.org");
        assert_eq!(redeem_for(&[]), Ok(serde_json::json!([orders, issuer])));
        assert_eq!(redeem_for(&[orders]), Ok(orders.into()));
        assert_eq!(redeem_for(&["https://stock.example.org"]), Err(TokenError::InvalidTarget));
    }

    #[test]
    fn a_device_code_is_redeemed_once_for_what_was_approved() {
        let tv = television("tv");
        let approved = asked("scope=openid+orders:read").unwrap().answered(Some(approval()));
        let person = SubjectStatus::Active(ActivePerson::default());
        let redemption = redeem(&approved, &tv, Some(&IssuanceContext { person }), &[], NOW).unwrap();
        let grant = redemption.grant(identity(), Duration::minutes(5), NOW);
        let spent = redemption.spent(&grant.id);
        assert_eq!(redemption.issuance(&grant).scope(), &Scope::parse("openid").unwrap());
        let active = SubjectStatus::Active(ActivePerson::default());
        assert_eq!(answer(&spent, &tv, active, NOW), Err(TokenError::DeviceCodeUnknown));
    }
}
