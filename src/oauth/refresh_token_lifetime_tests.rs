//! Tests of how long a refresh token lives, idle and in total, and of how its use is dated.

use super::{
    tests::{Asked, NOW, POLICY, held_by, key, parsed},
    *,
};
use crate::oauth::client_authentication::tests::{client, public_client};

#[test]
fn a_token_that_is_not_used_is_worthless_at_the_instant_when_it_has_lain_idle_for_too_long() {
    for client in [client(), public_client()] {
        let held = held_by(client);
        let end = NOW + POLICY.idle;
        assert_eq!(held.outcome(&held.token, end - Duration::nanoseconds(1)), Ok(()));
        assert_eq!(held.outcome(&held.token, end), Err(TokenError::RefreshTokenExpired));
        let state = held.grant.refresh_token.as_ref().unwrap();
        assert_eq!(state.expires_at(&POLICY), end);
        assert!(state.is_current(&parsed(&held.token), &POLICY, end - Duration::nanoseconds(1)));
        assert!(!state.is_current(&parsed(&held.token), &POLICY, end));
    }
}

// OWASP ASVS 10.4.8
#[test]
fn however_much_it_is_used_a_grant_ends_at_its_absolute_limit() {
    for client in [client(), public_client()] {
        let mut held = held_by(client);
        let end = NOW + POLICY.absolute;
        let (mut now, mut token) = (NOW, held.token.clone());
        while now + Duration::DAY < end {
            now += Duration::DAY;
            token = held.turn(&token, now);
        }
        assert_eq!(held.outcome(&token, end - Duration::nanoseconds(1)), Ok(()));
        assert_eq!(held.outcome(&token, end), Err(TokenError::RefreshTokenExpired));
        assert_eq!(held.grant.refresh_token.as_ref().unwrap().expires_at(&POLICY), end);
        // The grant is retained until the last access token has expired.
        assert_eq!(held.grant.expires_at, Some(end + Duration::minutes(5)));
    }
}

#[test]
fn the_use_of_a_token_that_stays_is_written_down_a_few_times_only() {
    let held = held_by(client());
    let writes = |at| {
        let refreshment = held.ask(&held.token, Asked::default(), at).unwrap();
        refreshment.advance(&held.grant, &parsed(&held.token), (&key(), Entropy::system()), at).0
    };
    let noteworthy = NOW + POLICY.idle / NOTES_PER_IDLE;
    assert!(writes(noteworthy - Duration::nanoseconds(1)).is_none());
    let written = writes(noteworthy).unwrap().refresh_token.unwrap();
    assert_eq!(written.last_used_at(), noteworthy);
    assert!(writes(NOW).is_none());
}

#[test]
fn a_use_that_was_dated_by_a_clock_that_was_ahead_is_dated_by_the_next_one() {
    for client in [client(), public_client()] {
        let mut held = held_by(client);
        let ahead = NOW + Duration::days(10);
        let token = held.turn(&held.token.clone(), ahead);
        assert_eq!(held.grant.refresh_token.as_ref().unwrap().last_used_at(), ahead);
        let token = held.turn(&token, NOW);
        let state = held.grant.refresh_token.as_ref().unwrap();
        assert_eq!((state.last_used_at(), state.expires_at(&POLICY)), (NOW, NOW + POLICY.idle));
        assert_eq!(held.outcome(&token, NOW + POLICY.idle), Err(TokenError::RefreshTokenExpired));
    }
}
