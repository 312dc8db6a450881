use time::{Duration, macros::datetime};

use super::*;
use crate::{
    account::{
        record::{EmailAddress, Groups, Line, Role, Username},
        session::SessionId,
        sign_in::password_login,
    },
    clock::Clock,
    entropy::Entropy,
    oauth::{
        client::Provenance,
        client_authentication::tests::client,
        device_authorization::{DeviceState, UserCode},
        grant::{GrantId, tests::grant},
        resource::Audience,
        scope::Scope,
        status_list::{ListId, StatusIndex},
        subject::Subject,
    },
    store::{
        Namespace, Row,
        both_engines::stores,
        namespaces::{USERNAMES, name_of},
        record::put,
    },
};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn account(username: &str) -> Account {
    Account::new(Username::parse(username).unwrap(), NOW, Entropy::system())
}

/// Stores at least one record for each index.
async fn fill(store: &Store) {
    let mut ada = account("ada");
    ada.role = Role::Administrator;
    ada.email = EmailAddress::parse("ada@example.org").ok();
    ada.email_verified = true;
    ada.groups = Groups::new(vec![Line::parse("staff").unwrap()]).unwrap();
    store.create_configured_administrator(&ada).await.unwrap();
    store.create_account(&account("bob")).await.unwrap();
    let owner = Subject::new(ada.id.as_str());
    let client = Client { provenance: Provenance::AdministratorAccount(owner.clone()), ..client() };
    store.create_client(&client).await.unwrap();
    let session = Session::begin(&password_login(&ada, NOW), Entropy::system());
    store.begin_session(&SessionId::generate(Entropy::system()).digest(), &session, None).await.unwrap();
    let of_person = Grant {
        status: Some(StatusIndex { list: ListId::generate(Entropy::system()), idx: 7 }),
        subject: owner,
        ..grant()
    };
    store.begin_grant(&of_person).await.unwrap();
    let of_client = || Grant {
        id: GrantId::generate(Entropy::system()),
        subject: Subject::new(client.client_id.as_str()),
        status: Some(StatusIndex { list: ListId::generate(Entropy::system()), idx: 8 }),
        ..grant()
    };
    store.own_grant(&client.client_id, of_client).await.unwrap();
    let device = DeviceAuthorization {
        client_id: client.client_id.clone(),
        scope: Scope::parse("openid").unwrap(),
        audience: Audience::default(),
        user_code: UserCode::generate(Entropy::system()),
        issued_at: NOW,
        expires_at: NOW + Duration::MINUTE,
        state: DeviceState::Pending,
    };
    store.begin_device(&Digest::of("device"), &device).await.unwrap();
}

async fn complete(store: &Store) {
    store.complete_indexes().await.unwrap();
    assert!(store.complete_account_names().await.unwrap().is_empty());
}

/// The rows of a namespace, without their versions.
fn rows(store: &Store, namespace: Namespace) -> Vec<(Vec<u8>, Row)> {
    let rows = store.engine().page(namespace, b"", None, 1000).unwrap();
    rows.into_iter().map(|(key, row)| (key, Row { version: 0, ..row })).collect()
}

#[tokio::test]
async fn every_index_is_rebuilt_from_the_records_and_every_namespace_says_whether_it_is_one() {
    let (stores, _folder) = stores(NOW);
    for store in stores {
        let store = store.audited(Clock::manual(NOW), Duration::days(90)).unwrap();
        fill(&store).await;
        complete(&store).await;
        let derived =
            || ALL.iter().filter(|(_, origin)| *origin != RowOrigin::Primary).map(|(namespace, _)| *namespace);
        let before: Vec<_> = derived().map(|namespace| (namespace, rows(&store, namespace))).collect();
        let records: Vec<_> = ALL.iter().filter(|(_, origin)| *origin == RowOrigin::Primary).collect();
        let untouched: Vec<_> = records.iter().map(|(namespace, _)| rows(&store, *namespace)).collect();
        for (namespace, rows) in &before {
            assert!(!rows.is_empty(), "this test has no record behind the index {}", namespace.name());
            store.delete_below(*namespace, b"").await.unwrap();
        }
        assert!(!store.rebuild_indexes().await.unwrap(), "only what a salvage has left out is rebuilt");
        store.commit(Commit::new().put(INDEXES, REBUILD, [], None)).await.unwrap();
        assert!(store.rebuild_indexes().await.unwrap());
        complete(&store).await;
        for (namespace, rows_before) in before {
            assert_eq!(rows(&store, namespace), rows_before, "{}", namespace.name());
        }
        assert!(!store.rebuild_indexes().await.unwrap(), "it is done once");
        let counts = store.index_rows().unwrap();
        assert_eq!((counts.get("usernames"), counts.get("administrators")), (Some(&2), Some(&2)), "{counts:?}");
        for ((namespace, _), rows_before) in records.into_iter().zip(untouched) {
            assert_eq!(rows(&store, *namespace), rows_before, "{}", namespace.name());
        }
    }
}

#[tokio::test]
async fn of_two_accounts_with_one_username_the_one_that_was_changed_last_has_it() {
    let (stores, _folder) = stores(NOW);
    for store in stores {
        let accounts = [0, 2, 1].map(|hours| Account { updated_at: NOW + Duration::hours(hours), ..account("ada") });
        for account in &accounts {
            store.commit(put(Commit::new(), account.id.as_str().as_bytes(), account).unwrap()).await.unwrap();
        }
        store.commit(Commit::new().put(INDEXES, REBUILD, [], None)).await.unwrap();
        assert!(store.rebuild_indexes().await.unwrap());
        let found = store.account_by_name("ada").unwrap().unwrap();
        assert_eq!(found.record.id, accounts[1].id);
        assert_eq!(rows(&store, USERNAMES).len(), 1, "{}", name_of(USERNAMES.id()));
    }
}
