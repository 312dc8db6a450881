//! Writes users, grants and applications directly into the database of a stopped server.

use std::{path::Path, sync::Arc};

use serde_json::json;
use signet::{
    account::record::{Account, EmailAddress, GroupName, Groups, Username},
    clock::Clock,
    endpoint::status_lists::StatusLists,
    entropy::Entropy,
    oauth::{
        client::Client,
        grant::{Grant, GrantId},
    },
    store::{OnRollback, SledEngine, Store},
};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::task::JoinSet;

/// Writes `people` users, a tenth as many grants, and a hundredth as many applications, but at least one page of them.
pub(crate) async fn fill(data: &Path, people: u32) {
    let opened = SledEngine::open(data, OnRollback::Refuse, Clock::system(), Entropy::system()).unwrap();
    let store = Store::new(Arc::new(opened.engine), opened.epoch);
    let places = Arc::new(StatusLists::new(store.clone(), Clock::system()));
    let mut writing = JoinSet::new();
    for number in 0..people {
        // Limits the concurrent writes to one batch of the writer.
        while writing.len() >= 256 {
            writing.join_next().await.unwrap().unwrap();
        }
        let (store, places) = (store.clone(), Arc::clone(&places));
        writing.spawn(async move {
            let now = Clock::system().now();
            let person = person(number, now);
            store.create_account(&person).await.unwrap();
            if number % 10 == 0 {
                store.begin_grant(&grant(&person, &places, now)).await.unwrap();
            }
            if number < APPLICATIONS.max(people / 100) {
                store.create_client(&application(number, &person, now)).await.unwrap();
            }
        });
    }
    while let Some(written) = writing.join_next().await {
        written.unwrap();
    }
}

fn person(number: u32, now: OffsetDateTime) -> Account {
    let mut person = Account::new(Username::parse(&format!("user{number:08}")).unwrap(), now, Entropy::system());
    person.email = Some(EmailAddress::parse(&format!("user{number:08}@example.org")).unwrap());
    person.email_verified = true;
    person.groups = Groups::new(vec![GroupName::parse(&format!("team{}", number % 50)).unwrap()]).unwrap();
    person
}

fn grant(person: &Account, places: &StatusLists, now: OffsetDateTime) -> Grant {
    let written = |at: OffsetDateTime| at.format(&Rfc3339).unwrap();
    let grant = json!({
        "id": GrantId::generate(Entropy::system()),
        "client_id": "report",
        "subject": person.id,
        "scope": "openid profile",
        "authentication": {"auth_time": written(now), "amr": ["pwd"], "sid": "a-session"},
        "created_at": written(now),
        "expires_at": written(now + Duration::days(365)),
        "status": places.reserve(Entropy::system(), now),
    });
    serde_json::from_value(grant).unwrap()
}

fn application(number: u32, owner: &Account, now: OffsetDateTime) -> Client {
    let application = json!({
        "client_id": format!("application-{number:06}"),
        "secrets": [],
        "metadata": {
            "client_name": format!("Application {number:06}"),
            "application_type": "web",
            "redirect_uris": [format!("https://application-{number}.example.org/callback")],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "scope": "openid",
            "token_endpoint_auth_method": "none",
        },
        "provenance": {"person": owner.id},
        "is_disabled": false,
        "created_at": now.format(&Rfc3339).unwrap(),
    });
    serde_json::from_value(application).unwrap_or_else(|error| panic!("{error}"))
}

/// Minimum number of applications.
const APPLICATIONS: u32 = 100;
