//! Tests of an API that restarts with its cache file while the issuer is down.

use serde_json::Value;
use time::Duration;

use super::{
    offline_tests::{code, issuer},
    tests::{ISSUER, ORDERS},
};

#[tokio::test]
async fn a_restart_while_the_issuer_is_down_knows_keys_and_revocations() {
    let (issuer, clock) = issuer();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issuer.json");
    let builder = || issuer.verifier(ORDERS).cache_file(&file);
    let (good, revoked) = (issuer.token(ORDERS).sign().unwrap(), issuer.token(ORDERS).sign().unwrap());
    issuer.revoke(&revoked);
    {
        let verifier = builder().connect().await.unwrap();
        assert_eq!(code(verifier.verify_fresh(&good).await), "accepted");
    }
    issuer.set_down(true);
    clock.advance(Duration::minutes(4));
    let verifier = builder().connect().await.unwrap();
    assert_eq!((code(verifier.verify(&good)), code(verifier.verify(&revoked))), ("accepted", "revoked"));
    clock.advance(Duration::minutes(6) + Duration::SECOND);
    let fresh = issuer.token(ORDERS).sign().unwrap();
    assert_eq!(code(verifier.verify(&fresh)), "status_stale");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no other file must be left in the folder");
    assert!(issuer.verifier(ORDERS).connect().await.is_err(), "there are no keys without the file");
}

#[tokio::test]
async fn the_cache_file_keeps_each_list_as_it_was_last_sent() {
    let (issuer, clock) = issuer();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issuer.json");
    let list = || {
        let document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        document["status_lists"][0]["jwt"].as_str().map(str::to_owned)
    };
    let verifier = issuer.verifier(ORDERS).cache_file(&file).connect().await.unwrap();
    let fetch_keys = async || {
        clock.advance(Duration::minutes(1));
        verifier.refetch_keys().await;
    };
    let token = issuer.token(ORDERS).sign().unwrap();
    verifier.verify_fresh(&token).await.unwrap();
    let first = list().unwrap();
    fetch_keys().await;
    assert_eq!(list().as_ref(), Some(&first), "only the keys were fetched again");
    issuer.revoke(&token);
    verifier.refresh().await.unwrap();
    assert_ne!(list().unwrap(), first);
    // The text is only in the file, so it is lost with the file until the list is fetched again.
    std::fs::remove_file(&file).unwrap();
    fetch_keys().await;
    assert_eq!(list(), None);
    verifier.refresh().await.unwrap();
    let restarted = issuer.verifier(ORDERS).cache_file(&file).build().unwrap();
    assert_eq!(code(restarted.verify(&token)), "revoked");
}

#[tokio::test]
async fn a_cache_file_that_cannot_be_used_is_passed_over() {
    let (issuer, _) = issuer();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issuer.json");
    issuer.verifier(ORDERS).cache_file(&file).connect().await.unwrap();
    let good = std::fs::read_to_string(&file).unwrap();
    for (broken, is_ready) in [
        (good.clone(), true),
        (good.replace(ISSUER, "https://other.example"), false),
        (good.replace("\"version\":1", "\"version\":2"), false),
        (good[..good.len() / 2].to_owned(), false),
        (String::new(), false),
    ] {
        std::fs::write(&file, &broken).unwrap();
        assert_eq!(issuer.verifier(ORDERS).cache_file(&file).build().unwrap().is_ready(), is_ready, "{broken}");
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}
