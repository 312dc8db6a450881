use time::{Duration, macros::datetime};

use super::*;
use crate::{entropy::Entropy, store::both_engines::stores};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn account(username: &str, created_at: OffsetDateTime) -> Account {
    Account::new(Username::parse(username).unwrap(), created_at, Entropy::system())
}

fn with_email(account: Account, email: &str) -> Account {
    Account { email: EmailAddress::parse(email).ok(), email_verified: true, ..account }
}

async fn stored(store: &Store, account: Account) -> Versioned<Account> {
    store.create_account(&account).await.unwrap();
    store.account(&account.id).unwrap().unwrap()
}

async fn renamed(store: &Store, kept: &Versioned<Account>, username: &str, at: OffsetDateTime) -> Versioned<Account> {
    let username = Username::parse(username).unwrap();
    let changed = Account { username, updated_at: at, ..kept.record.clone() };
    store.replace_account(kept, &changed).await.unwrap();
    store.account(&changed.id).unwrap().unwrap()
}

fn is_conflict(outcome: Result<(), CommitError>) -> bool {
    matches!(outcome, Err(CommitError::Conflict))
}

#[tokio::test]
async fn no_two_accounts_have_usernames_that_look_the_same() {
    let (stores, _folder) = stores(NOW);
    for store in stores {
        stored(&store, account("alice", NOW)).await;
        for look_alike in ["Alice", "аӏісе", "aIice", "al\u{456}ce"].map(Username::parse).into_iter().flatten() {
            let other = Account { username: look_alike, ..account("x", NOW) };
            assert!(!store.may_have_username(&other, NOW).unwrap(), "{}", other.username.as_str());
            assert!(is_conflict(store.create_account(&other).await), "{}", other.username.as_str());
        }
        let bob = stored(&store, account("bob", NOW)).await;
        let as_alice = Account { username: Username::parse("aIice").unwrap(), ..bob.record.clone() };
        assert!(is_conflict(store.replace_account(&bob, &as_alice).await));
        renamed(&store, &bob, "alicia", NOW).await;
    }
}

#[tokio::test]
async fn a_username_stays_reserved_after_its_account_was_renamed_or_deleted() {
    let (stores, _folder) = stores(NOW);
    for store in stores {
        let store = store.reserving_usernames_for(Duration::days(10));
        let (alice, bob) = (stored(&store, account("alice", NOW)).await, stored(&store, account("bob", NOW)).await);
        let alice = renamed(&store, &alice, "anna", NOW).await;
        store.delete_account(&bob, None, NOW).await.unwrap();
        let end = NOW + Duration::days(10);
        for name in ["alice", "ALICE", "aIice", "bob"] {
            let early = account(name, end - Duration::SECOND);
            assert!(is_conflict(store.create_account(&early).await), "{name}");
            assert!(!store.may_have_username(&early, early.created_at).unwrap());
        }
        assert!(store.account_by_username(&alice.record.username).unwrap().is_some());
        // The same user takes the old name back, and the other one becomes reserved.
        let alice = renamed(&store, &alice, "alice", NOW + Duration::DAY).await;
        assert!(is_conflict(store.create_account(&account("anna", NOW + Duration::days(10))).await));
        assert!(is_conflict(store.create_account(&account("alice", NOW + Duration::days(100))).await), "it is taken");
        stored(&store, account("anna", NOW + Duration::days(11))).await;
        stored(&store, account("bob", end)).await;
        store.delete_account(&alice, None, NOW + Duration::days(20)).await.unwrap();
        assert!(is_conflict(store.create_account(&account("alice", NOW + Duration::days(29))).await));
        stored(&store, account("alice", NOW + Duration::days(30))).await;
    }
}

#[tokio::test]
async fn a_verified_address_belongs_to_one_account_and_an_unverified_one_reserves_nothing() {
    let (stores, _folder) = stores(NOW);
    for store in stores {
        let unverified = Account { email_verified: false, ..with_email(account("eve", NOW), "a@example.org") };
        let eve = stored(&store, unverified).await;
        let address = EmailAddress::parse("A@Example.org").unwrap();
        assert!(store.account_by_email(&address).unwrap().is_none(), "no one can sign in with it");
        let alice = stored(&store, with_email(account("alice", NOW), "a@example.org")).await;
        assert_eq!(store.account_by_email(&address).unwrap().unwrap().record.id, alice.record.id);
        let bob = with_email(account("bob", NOW), "A@EXAMPLE.org");
        assert!(!store.may_have_email(&bob).unwrap());
        assert!(is_conflict(store.create_account(&bob).await));
        let verified = Account { email_verified: true, ..eve.record.clone() };
        assert!(is_conflict(store.replace_account(&eve, &verified).await));
        store.delete_account(&alice, None, NOW).await.unwrap();
        store.replace_account(&eve, &verified).await.unwrap();
        assert_eq!(store.account_by_email(&address).unwrap().unwrap().record.id, eve.record.id);
    }
}

#[tokio::test]
async fn of_any_number_who_take_a_look_alike_at_the_same_time_one_gets_it() {
    let (stores, _folder) = stores(NOW);
    for store in stores {
        let names = ["alice", "Alice", "ALICE", "aIice", "aliCe"];
        let accounts: Vec<Account> = names.iter().map(|name| account(name, NOW)).collect();
        let outcomes = accounts.iter().map(|account| store.create_account(account));
        let mut created = 0;
        let attempts: Vec<_> = outcomes.map(Box::pin).collect();
        for attempt in attempts {
            created += usize::from(attempt.await.is_ok());
        }
        assert_eq!(created, 1);
    }
}

#[tokio::test]
async fn an_upgrade_names_the_accounts_that_have_what_one_alone_may_have() {
    let (stores, _folder) = stores(NOW);
    for store in stores {
        let later = NOW + Duration::DAY;
        let older = stored(&store, with_email(account("alice", NOW), "a@example.org")).await;
        let newer = stored(&store, account("x1", later)).await;
        let look_alike = Account { username: Username::from("аlice".to_owned()), ..newer.record.clone() };
        let look_alike = with_email(look_alike, "A@example.org");
        // The state left by an earlier version.
        for namespace in [USERNAME_SKELETONS, VERIFIED_EMAILS] {
            store.delete_below(namespace, b"").await.unwrap();
        }
        let row = put(Commit::new(), newer.record.id.as_str().as_bytes(), &look_alike).unwrap();
        store.commit(row).await.unwrap();
        let mut conflicts = store.complete_account_names().await.unwrap();
        conflicts.sort_by_key(|conflict| conflict.kind == ConflictKind::Email);
        let is = |kind| NameConflict {
            kind,
            holder: older.record.id.clone(),
            other: newer.record.id.clone(),
            other_username: "аlice".to_owned(),
        };
        assert_eq!(conflicts, [is(ConflictKind::Username), is(ConflictKind::Email)]);
        assert!(store.complete_account_names().await.unwrap().is_empty(), "it is done once");
        let address = EmailAddress::parse("a@example.org").unwrap();
        assert_eq!(store.account_by_email(&address).unwrap().unwrap().record.id, older.record.id);
        let other = store.account(&newer.record.id).unwrap().unwrap();
        assert!(!other.record.email_verified && other.record.username.as_str() == "аlice", "both keep their usernames");
        // The other account can still be changed.
        store.replace_account(&other, &Account { updated_at: later, ..other.record.clone() }).await.unwrap();
        assert!(is_conflict(store.create_account(&account("Alice", later)).await));
    }
}
