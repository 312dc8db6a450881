use super::*;
use crate::{entropy::Entropy, oauth::client_authentication::tests::client};
use time::macros::datetime;

/// Returns the identity of a grant without a published status.
pub(crate) fn identity() -> GrantIdentity {
    GrantIdentity { id: GrantId::generate(Entropy::system()), status: None }
}

/// Returns the grant that the tests start from.
pub(crate) fn grant() -> Grant {
    Grant {
        id: GrantId::generate(Entropy::system()),
        client_id: client().client_id,
        subject: Subject::new("usr_a"),
        scope: Scope::parse("openid orders:read").unwrap(),
        audience: Audience::default(),
        authentication: None,
        claims: NamedClaims::default(),
        created_at: datetime!(2030-01-01 00:00 UTC),
        expires_at: None,
        notify_logout_until: None,
        refresh_token: None,
        status: None,
        ended: None,
    }
}

#[test]
fn the_grant_is_read_from_the_identifier_of_its_tokens() {
    let id = GrantId::generate(Entropy::system());
    assert_eq!(GrantId::of_jti(&id.jti(Entropy::system())), Some(id));
    assert_eq!(GrantId::of_jti("no-grant"), None);
    assert_eq!(GrantId::of_jti("short.x"), None);
}

#[test]
fn a_grant_of_before_the_status_lists_is_still_read() {
    let written = serde_json::to_value(grant()).unwrap();
    assert!(written.get("status").is_none());
    assert_eq!(serde_json::from_value::<Grant>(written).unwrap().status, None);
}

#[test]
fn a_grant_issues_while_nothing_behind_it_has_changed() {
    let granted_at = datetime!(2030-01-01 00:00 UTC);
    let later = datetime!(2030-01-01 00:00:01 UTC);
    let active = |change: fn(&mut ActivePerson, OffsetDateTime), at| {
        let mut person = ActivePerson::default();
        change(&mut person, at);
        SubjectStatus::Active(person)
    };
    let password: fn(&mut ActivePerson, OffsetDateTime) = |person, at| person.password_changed_at = Some(at);
    let disconnected: fn(&mut ActivePerson, OffsetDateTime) = |person, at| person.disconnected_at = Some(at);
    let schedule: fn(&mut ActivePerson, OffsetDateTime) = |person, at| person.scheduled_end_at = Some(at);
    let before = granted_at - Duration::SECOND;
    for (person, expected) in [
        (SubjectStatus::NoPerson, true),
        (SubjectStatus::Active(ActivePerson::default()), true),
        (active(password, granted_at), true),
        (active(password, later), false),
        (active(disconnected, before), true),
        (active(disconnected, granted_at), false),
        (active(schedule, before), true),
        (active(schedule, granted_at), false),
        (SubjectStatus::Inactive, false),
    ] {
        let issuance_context = IssuanceContext { person };
        assert_eq!(issuance_context.may_issue(&client(), granted_at), expected, "{issuance_context:?}");
    }
}

#[test]
fn a_client_issues_while_it_is_enabled_and_to_its_groups_only() {
    let granted_at = datetime!(2030-01-01 00:00 UTC);
    let staff = || SubjectStatus::Active(ActivePerson { groups: vec!["staff".into()], ..ActivePerson::default() });
    let no_one = || SubjectStatus::Active(ActivePerson::default());
    let restricted = || {
        let mut restricted = client();
        restricted.metadata.allowed_groups = vec!["admins".into(), "staff".into()];
        restricted
    };
    let disabled = || Client { is_disabled: true, ..client() };
    for (client, person, expected) in [
        (restricted(), staff(), true),
        (restricted(), no_one(), false),
        (client(), no_one(), true),
        (disabled(), staff(), false),
        (disabled(), SubjectStatus::NoPerson, false),
    ] {
        assert_eq!(IssuanceContext { person }.may_issue(&client, granted_at), expected);
    }
}

// OpenID Connect Core §11
#[test]
fn a_login_ends_with_its_session_unless_it_was_for_offline_access() {
    let grant = |scope: &str| Grant {
        scope: Scope::parse(scope).unwrap(),
        authentication: Some(Authentication {
            auth_time: datetime!(2030-01-01 00:00 UTC),
            amr: Vec::new(),
            sid: "here".to_owned(),
        }),
        ..tests::grant()
    };
    assert!(grant("openid orders:read").ends_with_session("here"));
    assert!(!grant("openid orders:read").ends_with_session("elsewhere"));
    assert!(!grant("openid offline_access").ends_with_session("here"));
    assert!(!grant("orders:read").ends_with_session("here"));
    assert!(grant("openid offline_access").takes_part_in("here"));
    assert!(!grant("openid").takes_part_in("elsewhere") && !grant("orders:read").takes_part_in("here"));
}

#[test]
fn a_login_is_remembered_for_the_session_if_its_client_wants_to_be_told_of_the_end() {
    let now = datetime!(2030-01-01 00:00 UTC);
    let authentication = Authentication { auth_time: now, amr: Vec::new(), sid: "here".to_owned() };
    let end = now + Duration::minutes(5);
    let login = || Grant { authentication: Some(authentication.clone()), expires_at: Some(end), ..tests::grant() };
    let mut told = client();
    told.metadata.openid.backchannel_logout_uri = Some("https://app.example.org/logout".to_owned());
    let remembered = |grant: Grant, client: &Client| grant.retain_for_logout(client, Duration::DAY).forgotten_at();
    assert_eq!(remembered(login(), &told), Some(now + Duration::DAY));
    assert_eq!(remembered(login(), &client()), Some(end));
    let plain = Grant { scope: Scope::parse("orders:read").unwrap(), ..login() };
    assert_eq!(remembered(plain, &told), Some(end));
    let longer = Grant { expires_at: Some(now + Duration::DAY * 2), ..login() };
    assert_eq!(remembered(longer, &told), Some(now + Duration::DAY * 2));
}

#[test]
fn the_cause_of_an_end_is_written_as_the_word_under_which_it_is_stored() {
    for cause in [
        EndCause::CodeReplayed,
        EndCause::RefreshReplayed,
        EndCause::RevokedByClient,
        EndCause::RevokedByPerson,
        EndCause::RevokedByAdministrator,
        EndCause::ClientDeleted,
        EndCause::SignedOut,
    ] {
        assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
    }
}

/// What the rules of a grant type would let be issued of `grant`, for the tests of tokens.
pub(crate) fn issuance(grant: &Grant) -> Issuance {
    grant.issuance()
}
