use std::{
    collections::BTreeSet,
    path::Path,
    sync::Arc,
    task::{Context, Waker},
    time::Instant,
};

use time::macros::datetime;

use super::*;
use crate::{
    jose::{Algorithm, SigningKey, TokenType},
    oauth::{
        client::Client,
        client_authentication::tests::client,
        grant::{EndCause, Grant, GrantIdentity, tests::grant},
        issuer::Issuer,
        status_list::{INVALID, StatusBits, StatusList, StatusListToken, VALID},
        subject::Subject,
    },
    store::{Commit, CommitError, Engine, Epoch, MemoryEngine, OnRollback, SledEngine},
};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

/// A store that notifies its status lists.
struct Stage {
    engine: Arc<dyn Engine>,
    clock: Clock,
    store: Store,
    lists: Arc<StatusLists>,
}

impl Stage {
    fn over(engine: Arc<dyn Engine>, epoch: Option<Epoch>) -> Self {
        let clock = Clock::manual(NOW);
        let store = Store::new(Arc::clone(&engine), epoch);
        let lists = Arc::new(StatusLists::new(store.clone(), clock.clone()));
        let store = store.watched_by(Arc::<StatusLists>::clone(&lists));
        lists.load().unwrap();
        Self { engine, clock, store, lists }
    }

    async fn new() -> Self {
        let stage = Self::over(Arc::new(MemoryEngine::new()), None);
        stage.store.create_client(&client()).await.unwrap();
        stage
    }

    fn on_disk(folder: &Path) -> Self {
        let opened = SledEngine::open(folder, OnRollback::Refuse, Clock::manual(NOW), Entropy::system()).unwrap();
        Self::over(Arc::new(opened.engine), None)
    }

    /// A grant of the client for itself, with an index and a lifetime of one hour.
    fn grant(&self) -> Grant {
        let now = self.clock.now();
        let identity = GrantIdentity {
            id: GrantId::generate(Entropy::system()),
            status: Some(self.lists.reserve(Entropy::system(), now)),
        };
        Grant {
            id: identity.id,
            status: identity.status,
            subject: Subject::new(client().client_id.as_str()),
            created_at: now,
            expires_at: Some(now + Duration::HOUR),
            ..grant()
        }
    }

    async fn begin(&self) -> Grant {
        let grant = self.grant();
        self.store.begin_grant(&grant).await.unwrap();
        grant
    }

    async fn end(&self, grant: &Grant) {
        self.store.end_grant(&grant.id, EndCause::RevokedByClient, self.clock.now()).await.unwrap();
    }

    async fn disable(&self, is_disabled: bool) {
        let kept = self.store.client(&client().client_id).unwrap().unwrap();
        self.store.replace_client(&kept, &Client { is_disabled, ..client() }).await.unwrap();
    }

    /// The status of a grant, or `None` if its list does not exist any more.
    fn status(&self, grant: &Grant) -> Option<u8> {
        let index = grant.status.unwrap();
        self.lists.lists().get(&index.list)?.statuses().0.get(index.idx)
    }

    /// Number of indexes taken in all lists.
    fn taken(&self) -> usize {
        self.lists.lists().values().map(List::taken).sum()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_grants_that_begin_together_each_has_a_place_of_its_own_and_keeps_it_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Arc::new(Stage::on_disk(folder.path()));
    stage.store.create_client(&client()).await.unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move { stage.begin().await })
        })
        .collect();
    let mut grants = Vec::new();
    for task in tasks {
        grants.push(task.await.unwrap());
    }
    let places: BTreeSet<StatusIndex> = grants.iter().filter_map(|grant| grant.status).collect();
    assert_eq!(places.len(), 64);
    let lists: BTreeSet<ListId> = places.iter().map(|place| place.list).collect();
    assert_eq!((lists.len(), stage.taken()), (1, 64), "one list is enough");
    for grant in &grants[..20] {
        stage.end(grant).await;
    }
    stage.engine.close().await.unwrap();
    drop(Arc::into_inner(stage).unwrap());

    let stage = Stage::on_disk(folder.path());
    assert_eq!(stage.taken(), 64);
    for (at, grant) in grants.iter().enumerate() {
        assert_eq!(stage.status(grant), Some(if at < 20 { INVALID } else { VALID }), "{at}");
    }
    let next = stage.begin().await.status.unwrap();
    assert!(lists.contains(&next.list) && !places.contains(&next));
}

#[tokio::test]
async fn the_store_gives_no_place_twice() {
    let stage = Stage::new().await;
    let first = stage.begin().await;
    let second = Grant { status: first.status, ..stage.grant() };
    assert!(matches!(stage.store.begin_grant(&second).await, Err(CommitError::Conflict)));
    assert!(stage.store.grant(&second.id).unwrap().is_none());
    // An index is not reused when the first grant has ended or expired, only when its row has been deleted.
    stage.end(&first).await;
    stage.clock.advance(Duration::hours(2) + Duration::SECOND);
    assert!(matches!(stage.store.begin_grant(&second).await, Err(CommitError::Conflict)));
    stage.engine.sweep(stage.clock.now()).await.unwrap();
    stage.store.begin_grant(&second).await.unwrap();
}

#[tokio::test]
async fn a_grant_is_valid_until_it_ends_and_again_when_what_it_rests_on_comes_back() {
    let stage = Stage::new().await;
    let (one, other) = (stage.begin().await, stage.begin().await);
    assert_eq!((stage.status(&one), stage.status(&other)), (Some(VALID), Some(VALID)));
    stage.end(&one).await;
    assert_eq!((stage.status(&one), stage.status(&other)), (Some(INVALID), Some(VALID)));
    stage.disable(true).await;
    assert_eq!((stage.status(&one), stage.status(&other)), (Some(INVALID), Some(INVALID)));
    assert_eq!(stage.status(&stage.begin().await), Some(INVALID), "begun while it was under way");
    stage.disable(false).await;
    assert_eq!((stage.status(&one), stage.status(&other)), (Some(INVALID), Some(VALID)));
    let kept = stage.store.client(&client().client_id).unwrap().unwrap();
    stage.store.delete_client(&kept, NOW).await.unwrap();
    assert_eq!((stage.status(&one), stage.status(&other)), (Some(INVALID), Some(INVALID)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_grant_that_begins_while_its_client_is_disabled_does_not_stay_valid() {
    let stage = Stage::new().await;
    for round in 0..100 {
        let (grant, ()) = tokio::join!(stage.begin(), stage.disable(true));
        assert_eq!(stage.status(&grant), Some(INVALID), "{round}");
        stage.disable(false).await;
        assert_eq!(stage.status(&grant), Some(VALID), "{round}");
    }
}

#[tokio::test]
async fn an_end_is_seen_even_if_one_who_asked_for_it_has_gone_away() {
    let stage = Stage::new().await;
    let grant = stage.begin().await;
    {
        let mut ending = Box::pin(stage.end(&grant));
        assert!(ending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    while stage.status(&grant) == Some(VALID) {
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.status(&grant), Some(INVALID));
}

#[tokio::test]
async fn a_place_is_kept_until_the_row_of_its_grant_may_be_swept_and_an_empty_list_ends() {
    let stage = Stage::new().await;
    let (one, other) = (stage.begin().await, stage.begin().await);
    stage.end(&one).await;
    stage.clock.advance(Duration::minutes(90));
    let third = stage.begin().await;
    for (minutes, statuses) in [
        // At the end of the second hour, the first two are kept for the last time.
        (30, [Some(INVALID), Some(VALID), Some(VALID)]),
        (1, [Some(VALID), Some(VALID), Some(VALID)]),
        (88, [Some(VALID), Some(VALID), Some(VALID)]),
        (2, [None, None, None]),
    ] {
        stage.clock.advance(Duration::minutes(minutes));
        stage.lists.advance().unwrap();
        assert_eq!([&one, &other, &third].map(|grant| stage.status(grant)), statuses, "{minutes}");
    }
}

#[tokio::test]
async fn a_place_that_no_grant_has_taken_is_free_again_soon() {
    let stage = Stage::new().await;
    let _never_written = stage.grant();
    let grant = stage.begin().await;
    assert_eq!(stage.taken(), 2);
    stage.clock.advance(RESERVED + Duration::SECOND);
    stage.lists.advance().unwrap();
    assert_eq!((stage.taken(), stage.status(&grant)), (1, Some(VALID)));
}

#[tokio::test]
async fn the_grant_of_a_client_for_itself_ends_with_it_and_then_lives_only_as_long_as_its_tokens() {
    let stage = Stage::new().await;
    let own = stage.store.own_grant(&client().client_id, || Grant { expires_at: None, ..stage.grant() }).await.unwrap();
    let again = stage.store.own_grant(&client().client_id, || stage.grant()).await.unwrap();
    assert_eq!((again.id, stage.taken()), (own.id.clone(), 1), "there is one, and nothing was reserved for another");
    stage.clock.advance(Duration::days(9000));
    stage.lists.advance().unwrap();
    assert_eq!(stage.status(&own), Some(VALID));
    let kept = stage.store.client(&client().client_id).unwrap().unwrap();
    stage.store.delete_client(&kept, stage.clock.now()).await.unwrap();
    let ended = stage.store.grant(&own.id).unwrap().unwrap().record;
    assert_eq!(ended.ended.map(|ended| ended.cause), Some(EndCause::ClientDeleted));
    assert_eq!(ended.expires_at, Some(stage.clock.now() + Duration::DAY));
    assert_eq!(stage.status(&own), Some(INVALID));
    stage.clock.advance(Duration::hours(25));
    stage.lists.advance().unwrap();
    assert_eq!(stage.status(&own), Some(INVALID));
    stage.clock.advance(Duration::SECOND);
    stage.lists.advance().unwrap();
    assert_eq!(stage.status(&own), None);
}

// The grants made after the restored state had indexes too, which are unknown now.
#[tokio::test]
async fn after_a_rollback_every_place_of_the_lists_from_before_is_invalid_and_none_is_given() {
    let stage = Stage::new().await;
    let (known, forgotten) = (stage.begin().await, stage.grant());
    // The clock may show any time when an epoch begins.
    let sequence = stage.engine.commit(Commit::new()).await.unwrap();
    let stage = Stage::over(stage.engine, Some(Epoch { sequence, begun_at: NOW + Duration::DAY }));
    stage.clock.advance(Duration::MINUTE);
    assert_eq!((stage.status(&known), stage.status(&forgotten)), (Some(INVALID), Some(INVALID)));
    let after = stage.begin().await;
    assert_ne!(after.status.unwrap().list, known.status.unwrap().list);
    assert_eq!(stage.status(&after), Some(VALID));
    stage.disable(true).await;
    stage.disable(false).await;
    assert_eq!((stage.status(&known), stage.status(&after)), (Some(INVALID), Some(VALID)));
    // When the known grant is deleted, the list is dropped.
    stage.clock.advance(Duration::hours(2));
    stage.lists.advance().unwrap();
    assert_eq!((stage.status(&known), stage.status(&after)), (None, Some(VALID)));
}

#[tokio::test]
async fn a_list_that_is_nearly_full_gives_way_to_another() {
    let stage = Stage::new().await;
    let places = 130_000;
    let lists: Vec<ListId> = (0..places).map(|_| stage.lists.reserve(Entropy::system(), NOW).list).collect();
    let count = stage.lists.lists().len();
    assert_eq!((count, stage.taken()), (2, places));
    let first = lists.iter().filter(|list| **list == lists[0]).count();
    assert_eq!(first, (1 << 17) / 8 * 7);
}

/// The sizes stated in `docs/benchmarks.md`; `cargo test --lib figures_of_lists -- --nocapture` prints them.
#[test]
fn figures_of_lists() {
    let issuer = Issuer::parse("https://login.example.org").unwrap();
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    for (entries, permille, most) in [
        (list::ENTRIES, 0, 450),
        (list::ENTRIES, 1, 1_000),
        (list::ENTRIES, 10, 3_200),
        (list::ENTRIES, 100, 14_000),
        (1 << 20, 1, 8_000),
        (1 << 20, 100, 110_000),
    ] {
        let mut statuses = StatusList::new(StatusBits::One, entries);
        let mut revoked = BTreeSet::new();
        while revoked.len() < usize::try_from(entries).unwrap() * permille / 1000 {
            revoked.insert(u32::from_be_bytes(Entropy::system().bytes()) % entries);
        }
        revoked.iter().for_each(|idx| statuses.set(*idx, INVALID));
        let (mut token, mut gzipped, mut least) = (String::new(), Vec::new(), std::time::Duration::MAX);
        for _ in 0..3 {
            let begun = Instant::now();
            let id = ListId::generate(Entropy::system());
            let claims = StatusListToken { issuer: &issuer, id, list: &statuses, ttl: Duration::MINUTE }.claims(NOW);
            token = key.sign(TokenType::StatusList, &claims).unwrap();
            gzipped = publish::gzip(token.as_bytes());
            least = least.min(begun.elapsed());
        }
        println!(
            "a list of {entries:>7}, {permille:>3} of 1000 revoked: {:>6} bytes, with gzip {:>6}; rebuilt in {least:.1?}",
            token.len(),
            gzipped.len(),
        );
        assert!(gzipped.len() <= most, "{} bytes of {entries} with {permille} revoked", gzipped.len());
    }
}

/// The time it takes on disk. `SIGNET_STATUS_GRANTS=65536 cargo test --release --lib figures_of_grants --
/// --nocapture` prints it for enough grants to fill half a list.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn figures_of_grants_on_disk() {
    let count = std::env::var("SIGNET_STATUS_GRANTS").map_or(512, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let stage = Arc::new(Stage::on_disk(folder.path()));
    stage.store.create_client(&client()).await.unwrap();
    let begun = Instant::now();
    let tasks: Vec<_> = (0..CONCURRENT)
        .map(|_| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move {
                for _ in 0..count / CONCURRENT {
                    stage.begin().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    println!("{count} grants begun on disk, {CONCURRENT} concurrently: {:.1?}", begun.elapsed());
    let one = stage.begin().await;
    let begun = Instant::now();
    stage.end(&one).await;
    println!("one ended, on disk and in its list: {:.1?}", begun.elapsed());
    assert_eq!(stage.status(&one), Some(INVALID));
    let other = stage.begin().await;
    let begun = Instant::now();
    stage.disable(true).await;
    println!("the client of all of them disabled, on disk and in the lists: {:.1?}", begun.elapsed());
    assert_eq!(stage.status(&other), Some(INVALID));
    let again = StatusLists::new(stage.store.clone(), stage.clock.clone());
    let begun = Instant::now();
    let loaded = again.load().unwrap();
    println!("{loaded} grants worked out at a start: {:.1?}", begun.elapsed());
    assert_eq!(loaded, count / CONCURRENT * CONCURRENT + 2);
}

/// Number of grants created concurrently.
const CONCURRENT: usize = 256;
