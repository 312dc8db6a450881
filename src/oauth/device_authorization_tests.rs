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
    assert_eq!((shown.len(), shown.find('-')), (9, Some(4)));
    assert_eq!(UserCode::parse(&shown), Some(code.clone()));
    assert_eq!(UserCode::parse(&shown.to_lowercase().replace('-', " ")), Some(code.clone()));
    let apart: Vec<String> = code.as_str().chars().map(String::from).collect();
    assert_eq!(UserCode::parse(&apart.join(" - ")), Some(code.clone()));
    assert_eq!(UserCode::parse(code.as_str()), Some(code));
    for wrong in ["", "BCDF-GHJ", "BCDF-GHJA", "BCDF-GHJ1", "BCDF-GHJKL", "ÄÖÜÄÖÜÄÖ", &"-".repeat(99)] {
        assert_eq!(UserCode::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn each_letter_of_a_user_code_is_as_likely_as_any_other() {
    let letters: Vec<char> = (0..=u8::MAX).filter_map(letter).collect();
    for expected in ALPHABET {
        let times = letters.iter().filter(|letter| **letter == char::from(*expected)).count();
        assert_eq!(times, 12, "{}", char::from(*expected));
    }
    assert_eq!(letters.len(), 240);
    // Whatever bytes are passed over, a code has its length.
    assert!((0..100).all(|_| UserCode::generate(Entropy::system()).as_str().len() == LENGTH));
}

#[test]
fn a_person_can_answer_once_and_until_it_expires() {
    let pending = asked("scope=openid").unwrap();
    assert!(pending.is_pending(NOW) && pending.approval().is_none());
    assert!(pending.is_pending(pending.expires_at - Duration::nanoseconds(1)));
    assert!(!pending.is_pending(pending.expires_at));
    let approved = pending.clone().answered(Some(approval()));
    assert_eq!(approved.approval().map(|approval| approval.subject.as_str()), Some("usr_a"));
    let denied = pending.answered(None);
    assert!(!approved.is_pending(NOW) && !denied.is_pending(NOW) && denied.approval().is_none());
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
        assert_eq!(redemption.audience(), &approved.audience);
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
