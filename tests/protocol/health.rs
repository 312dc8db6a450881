//! `/health`, in each condition that it can report.

use serde_json::{Value, json};
use signet::endpoint::{clock_check, conditions::Condition, keys};
use time::Duration;

use crate::{
    served_here::ServedHere,
    visitor::{SECRET, Visitor, config},
};

const ALL: [Condition; 5] = [
    Condition::KeysNotWritable,
    Condition::StorageFailed,
    Condition::DiskFull,
    Condition::DiskNearlyFull,
    Condition::ClockDoubtful,
];

/// What is said of a condition, and whether it is a failure. A new one has to be written down here, and in [`ALL`].
fn said(condition: Condition) -> (&'static str, bool) {
    match condition {
        Condition::KeysNotWritable => ("the key folder cannot be written", true),
        Condition::StorageFailed => ("the storage has failed", true),
        Condition::DiskFull => ("the data disk is full: only keys, discovery and status lists are served", true),
        Condition::DiskNearlyFull => ("the data disk is nearly full", false),
        Condition::ClockDoubtful => ("the clock is far ahead: expired records are kept until it is confirmed", false),
    }
}

async fn health(server: &ServedHere) -> (u16, Value) {
    let page = Visitor::new(&server.issuer).get("/health").await;
    assert_eq!(page.header("content-type"), "application/json");
    (page.status, serde_json::from_str(&page.html).unwrap())
}

#[tokio::test]
async fn health_names_each_condition_and_fails_for_those_that_stop_something() {
    let server = ServedHere::start(&config()).await;
    let conditions = &server.signet().conditions;
    assert_eq!(health(&server).await, (200, json!({ "status": "ok" })));
    for condition in ALL {
        let (text, is_failure) = said(condition);
        conditions.set(condition, Some("/var/lib/signet: details for the log".to_owned()));
        let expected = if is_failure {
            (503, json!({ "status": text }))
        } else {
            (200, json!({ "status": "ok", "warnings": [text] }))
        };
        assert_eq!(health(&server).await, expected);
        conditions.set(condition, None);
        assert_eq!(health(&server).await, (200, json!({ "status": "ok" })));
    }
}

#[tokio::test]
async fn health_names_all_failures_and_all_warnings_that_there_are() {
    let server = ServedHere::start(&config()).await;
    for condition in ALL {
        server.signet().conditions.set(condition, Some("details".to_owned()));
    }
    let texts = |is_failure: bool| {
        ALL.map(said)
            .into_iter()
            .filter(move |(_, fails)| *fails == is_failure)
            .map(|(text, _)| text)
            .collect::<Vec<_>>()
    };
    let (failures, warnings) = (texts(true), texts(false));
    let body = json!({ "status": failures[0], "failures": failures, "warnings": warnings });
    assert_eq!(health(&server).await, (503, body));
}

#[tokio::test]
async fn a_folder_of_keys_that_cannot_be_written_fails_the_health_until_it_can() {
    let server = ServedHere::start(&config()).await;
    let (folder, away) = (server.folder().join("keys"), server.folder().join("keys-away"));
    std::fs::rename(&folder, &away).unwrap();
    std::fs::write(&folder, "not a folder").unwrap();
    keys::save_mark(server.signet()).await;
    assert_eq!(health(&server).await, (503, json!({ "status": said(Condition::KeysNotWritable).0 })));
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&away, &folder).unwrap();
    keys::save_mark(server.signet()).await;
    assert_eq!(health(&server).await, (200, json!({ "status": "ok" })));
}

#[tokio::test]
async fn a_clock_that_jumps_far_ahead_is_a_warning_until_it_is_confirmed() {
    let server = ServedHere::start(&config()).await;
    let signet = server.signet();
    let jump = async |days: i64| {
        server.clock.jump(Duration::days(days));
        clock_check::observe(signet).await.unwrap();
        health(&server).await
    };
    assert_eq!(jump(3).await, (200, json!({ "status": "ok" })));
    let warned = (200, json!({ "status": "ok", "warnings": [said(Condition::ClockDoubtful).0] }));
    assert_eq!(jump(1).await, warned);
    // It is a warning: tokens are issued.
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "service"),
        ("client_secret", SECRET),
        ("scope", "orders:read"),
    ];
    assert_eq!(Visitor::new(&server.issuer).post("/token", &form).await.status, 200);
    clock_check::confirm(signet).await.unwrap();
    assert_eq!(health(&server).await, (200, json!({ "status": "ok" })));
}
