//! Tests of the running keys: restarts, rotations under load, emergencies, and disk failures.

use std::{fs, os::unix::fs::PermissionsExt, thread};

use tempfile::TempDir;
use time::{Duration, macros::datetime};

use super::*;
use crate::entropy::Entropy;

const START: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];

fn open(folder: &TempDir, now: OffsetDateTime) -> Keys {
    let folder = KeyFolder::open(folder.path(), None, Entropy::system()).unwrap();
    Keys::open(folder, RingPolicy::default(), &ALGORITHMS, now).unwrap()
}

fn token(keys: &Keys) -> String {
    let claims = Map::from_iter([("sub".to_owned(), "a".into())]);
    keys.sign(Algorithm::Es256, TokenType::AccessToken, &claims).unwrap()
}

fn kid(token: &str) -> String {
    UnverifiedJwt::parse(token).unwrap().kid().unwrap().to_owned()
}

fn accepts(keys: &Keys, token: &str) -> bool {
    keys.verify_own(token, TokenType::AccessToken).is_ok()
}

#[test]
fn the_first_start_signs_immediately_and_a_restart_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let keys = open(&folder, START);
    let signed = token(&keys);
    assert!(accepts(&keys, &signed));
    let verified = keys.verify_own(&signed, TokenType::AccessToken).unwrap();
    assert_eq!(verified.kid(), Some(&*kid(&signed)));
    assert_eq!(Value::Object(verified.into_claims().into_map()), json!({"sub": "a"}));
    assert_eq!(keys.algorithms(), ALGORITHMS);
    assert_eq!(keys.verify_own(&signed, TokenType::IdToken).unwrap_err(), JwtRefusal::WrongType);
    assert_eq!(
        keys.sign(Algorithm::Rs256, TokenType::IdToken, &Map::new()),
        Err(SigningFault::NoKey(Algorithm::Rs256))
    );
    let again = open(&folder, START + Duration::MINUTE);
    assert_eq!(again.list(), keys.list());
    assert_eq!(again.jwks().body, keys.jwks().body);
    assert_eq!(again.jwks().etag, keys.jwks().etag);
    assert!(accepts(&again, &signed));
    assert_eq!(keys.advance(START + Duration::MINUTE).unwrap(), []);
}

#[test]
fn the_jwks_holds_each_published_key_and_nothing_private() {
    let folder = TempDir::new().unwrap();
    let jwks: Value = serde_json::from_str(&open(&folder, START).jwks().body).unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        assert_eq!(key["use"], "sig");
        assert!(key["kid"].is_string() && key["alg"].is_string());
        assert!(key.get("d").is_none());
    }
    assert_eq!(jwks.as_object().unwrap().len(), 1);
}

#[test]
fn a_rotation_at_its_time_keeps_old_tokens_valid_until_the_key_is_gone() {
    let folder = TempDir::new().unwrap();
    let keys = open(&folder, START);
    let published = keys.jwks();
    let old = token(&keys);
    let due = START + RingPolicy::default().rotate_every;
    assert_eq!(published.max_age_seconds(START), 300);
    assert_eq!(published.max_age_seconds(due - Duration::MINUTE), 60);
    assert!(!keys.advance(due).unwrap().is_empty());
    let new = token(&keys);
    assert_ne!(kid(&old), kid(&new));
    assert!(published.body.contains(&kid(&new)), "the signing key was already published");
    assert_ne!(keys.jwks().etag, published.etag);
    assert!(accepts(&keys, &old) && accepts(&keys, &new));
    keys.advance(due + RingPolicy::default().keep_retired).unwrap();
    assert!(!accepts(&keys, &old) && accepts(&keys, &new));
    assert!(!folder.path().join(format!("{}.json", kid(&old))).exists());
}

#[test]
fn a_manual_rotation_keeps_old_tokens_valid_and_an_emergency_ends_them() {
    let folder = TempDir::new().unwrap();
    let keys = open(&folder, START);
    let first = token(&keys);
    keys.rotate_now(START).unwrap();
    let second = token(&keys);
    assert_ne!(kid(&first), kid(&second));
    assert!(accepts(&keys, &first) && accepts(&keys, &second));

    let published = keys.jwks();
    keys.rotate_emergency(Compromised::SigningKeys, START).unwrap();
    let third = token(&keys);
    assert!(published.body.contains(&kid(&third)));
    assert!(!keys.jwks().body.contains(&kid(&second)));
    assert_eq!(keys.verify_own(&second, TokenType::AccessToken).unwrap_err(), JwtRefusal::UnknownKey);
    assert!(accepts(&keys, &first) && accepts(&keys, &third));

    let published = keys.jwks();
    keys.rotate_emergency(Compromised::EveryKey, START).unwrap();
    let fourth = token(&keys);
    assert!(!published.body.contains(&kid(&fourth)));
    assert!(!accepts(&keys, &first) && !accepts(&keys, &third) && accepts(&keys, &fourth));
    assert!(accepts(&open(&folder, START), &fourth));
    assert_eq!(open(&folder, START).list(), keys.list());
}

// A key file is durable before the key signs, so everything that was signed verifies after a restart.
#[test]
fn when_the_folder_is_lost_nothing_changes_and_the_present_key_goes_on_signing() {
    let folder = TempDir::new().unwrap();
    let keys = open(&folder, START);
    let before = (keys.list(), kid(&token(&keys)));
    let away = folder.path().with_extension("away");
    fs::rename(folder.path(), &away).unwrap();
    let fault = keys.rotate_now(START).unwrap_err();
    assert!(matches!(fault, KeysFault::Folder(KeyFolderFault::Io { .. })), "{fault}");
    assert_eq!((keys.list(), kid(&token(&keys))), before);
    fs::rename(&away, folder.path()).unwrap();
    keys.rotate_now(START).unwrap();
    assert_ne!(kid(&token(&keys)), before.1);
}

#[test]
fn a_compromised_key_is_dropped_even_when_the_folder_is_lost() {
    let folder = TempDir::new().unwrap();
    let keys = open(&folder, START);
    let compromised = token(&keys);
    let away = folder.path().with_extension("away");
    fs::rename(folder.path(), &away).unwrap();
    keys.rotate_emergency(Compromised::SigningKeys, START).unwrap_err();
    assert!(!keys.jwks().body.contains(&kid(&compromised)) && !accepts(&keys, &compromised));
    let unsigned = keys.sign(Algorithm::Es256, TokenType::AccessToken, &Map::new());
    assert_eq!(unsigned, Err(SigningFault::NoKey(Algorithm::Es256)));
    fs::rename(&away, folder.path()).unwrap();
    keys.advance(START).unwrap();
    let signed = token(&keys);
    assert!(accepts(&keys, &signed) && !accepts(&keys, &compromised));
}

#[test]
fn a_start_is_refused_when_a_key_is_open_to_others() {
    let folder = TempDir::new().unwrap();
    let kid = open(&folder, START).list().remove(0).kid;
    let path = folder.path().join(format!("{kid}.json"));
    let start = |mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let folder = KeyFolder::open(folder.path(), None, Entropy::system()).unwrap();
        Keys::open(folder, RingPolicy::default(), &ALGORITHMS, START)
    };
    let fault = start(0o644).unwrap_err();
    assert!(fault.to_string().contains("chmod 600"), "{fault}");
    assert!(start(0o600).is_ok());
}

#[test]
fn tokens_signed_while_keys_rotate_are_all_accepted() {
    let folder = TempDir::new().unwrap();
    let keys = open(&folder, START);
    thread::scope(|scope| {
        let signers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..300 {
                        let signed = token(&keys);
                        assert!(accepts(&keys, &signed));
                    }
                })
            })
            .collect();
        loop {
            keys.rotate_now(START).unwrap();
            if signers.iter().all(thread::ScopedJoinHandle::is_finished) {
                break;
            }
        }
    });
    assert!(keys.list().iter().filter(|key| matches!(key.stage, Stage::Retired { .. })).count() >= 2);
}

#[test]
fn nothing_private_is_printed() {
    let folder = TempDir::new().unwrap();
    let keys = open(&folder, START);
    let printed = format!("{keys:?}");
    assert!(printed.contains(&keys.list()[0].kid));
    let d = |text: &str| text.split("\\\"d\\\":\\\"").nth(1).unwrap().split('\\').next().unwrap().to_owned();
    for key in keys.list() {
        let file = fs::read_to_string(folder.path().join(format!("{}.json", key.kid))).unwrap();
        assert!(!printed.contains(&d(&file)));
    }
}

#[test]
fn keys_follow_the_policy_that_they_were_opened_with() {
    let folder = TempDir::new().unwrap();
    let policy = RingPolicy { rotate_every: Duration::days(3), ..RingPolicy::default() };
    let key_folder = KeyFolder::open(folder.path(), None, Entropy::system()).unwrap();
    assert_eq!(Keys::open(key_folder, policy, &[Algorithm::Es256], START).unwrap().policy(), policy);
}
