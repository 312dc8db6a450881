use std::collections::BTreeSet;

use time::macros::datetime;

use super::*;
use crate::entropy::Entropy;

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn id() -> AccountId {
    AccountId::generate(Entropy::system())
}

fn event(principal: Principal, details: EventDetails) -> SecurityEvent {
    let origin = RequestOrigin::new([192, 0, 2, 7].into(), "Mozilla Firefox/1 Linux", Some("r1"));
    SecurityEvent::new(7, NOW, &origin.acting_as(principal), details)
}

#[test]
fn every_kind_has_one_name_and_is_found_by_it() {
    let names: BTreeSet<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), EventKind::ALL.len());
    for kind in EventKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(*kind));
        assert!(kind.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{kind}");
    }
    assert_eq!("x".parse::<EventKind>(), Err(UnknownKind));
}

#[test]
fn an_event_comes_back_as_it_was_written() {
    let details = EventDetails::of(EventKind::PersonChanged).about(&id()).changing(vec!["groups".to_owned()]);
    for principal in
        [Principal::Account(id()), Principal::Client(ClientId::built_in("x")), Principal::Server, Principal::Anonymous]
    {
        let event = event(principal, details.clone().in_session("s").because("asked"));
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<SecurityEvent>(&json).unwrap(), event, "{json}");
    }
}

#[test]
fn a_person_sees_what_concerns_them_and_not_from_where_others_act() {
    let (ada, eve) = (id(), id());
    let of = |account: &AccountId| EventDetails::of(EventKind::PersonChanged).about(account);
    let by = |account: &AccountId| Principal::Account(account.clone());
    let own = event(by(&ada), of(&ada));
    assert_eq!(own.clone().as_seen_by(&ada), Some(own.clone()));
    assert_eq!(own.as_seen_by(&eve), None);
    assert_eq!(event(by(&ada), of(&eve)).as_seen_by(&ada), None, "what an administrator did to others");
    let done_to = event(by(&eve), of(&ada)).as_seen_by(&ada).unwrap();
    assert_eq!((done_to.principal, done_to.origin), (Principal::Operator, RequestOrigin::default()));
    let guessed = event(Principal::Anonymous, EventDetails::of(EventKind::LoginFailed).about(&ada));
    assert_eq!(guessed.clone().as_seen_by(&ada), Some(guessed));
    let created = EventDetails::of(EventKind::ClientCreated);
    assert!(event(by(&ada), created.clone()).as_seen_by(&ada).is_some());
    assert_eq!(event(by(&eve), created).as_seen_by(&ada), None);
}

// ASVS 16.4.1
#[test]
fn a_line_stays_one_line() {
    let details = EventDetails::of(EventKind::LoginFailed).because("a\nb\u{1b}[31m\u{0}");
    let line = event(Principal::Anonymous, details).to_json().to_string();
    assert!(!line.chars().any(char::is_control), "{line}");
    assert!(line.contains("\"event\":\"login_failed\"") && line.contains("\"ip\":\"192.0.2.7\""), "{line}");
}
