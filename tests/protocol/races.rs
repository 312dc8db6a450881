//! Concurrent requests. They reach `/token` without HTTP, so that only the server itself limits their speed.
//!
//! `SIGNET_RACE_ROUNDS` sets the number of rounds.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json as object;
use signet::{
    audit::RequestOrigin,
    endpoint::{
        client_authentication::Caller,
        endpoint_error::TokenRefusal,
        revoke,
        token::{self, TokenResponse},
    },
    http::Server,
    oauth::{
        grant::{EndCause, Grant},
        parameters::{Parameters, encode},
        subject::Subject,
    },
};
use tokio::sync::Barrier;

use super::{client, code, credentials, introspect, issued, json, refresh, refusal, text, tokens, userinfo};
use crate::{
    ADMINISTRATOR,
    served_here::ServedHere,
    visitor::{REDIRECT_URI, VERIFIER, Visitor, config},
};

const CONCURRENT: usize = 64;
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn rounds() -> usize {
    std::env::var("SIGNET_RACE_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap())
}

async fn started(more: &str) -> (ServedHere, Visitor) {
    let grants = format!("grant_types = [\"authorization_code\", \"refresh_token\", \"{DEVICE_CODE}\"]\n");
    let rest = format!("redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"openid orders:read offline_access\"\n{grants}");
    let clients = ["web", "public"].map(|client_id| client(client_id, &rest)).concat();
    let server = ServedHere::start(&[config(), clients, more.to_owned()].concat()).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
}

const OFFLINE: &[(&str, Option<&str>)] = &[("scope", Some("openid orders:read offline_access"))];

/// The outcomes of concurrent requests.
#[derive(Default)]
struct Outcomes {
    issued: Vec<TokenResponse>,
    refused: BTreeMap<&'static str, usize>,
}

/// Sends the same token request [`CONCURRENT`] times simultaneously.
async fn all_concurrently(server: &Arc<Server>, client_id: &str, form: &[(&str, &str)]) -> Outcomes {
    let form = Parameters::parse(&encode(&[form, &credentials(client_id)].concat())).unwrap();
    let start = Arc::new(Barrier::new(CONCURRENT));
    let tasks: Vec<_> = (0..CONCURRENT)
        .map(|_| {
            let (server, form, start) = (Arc::clone(server), form.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                token::token(server.signet(), Caller { authorization: None, origin: &RequestOrigin::default() }, &form)
                    .await
            })
        })
        .collect();
    let mut outcomes = Outcomes::default();
    for task in tasks {
        match task.await.unwrap() {
            Ok(tokens) => outcomes.issued.push(tokens),
            Err(TokenRefusal::Refused { error, .. }) => *outcomes.refused.entry(error.code()).or_default() += 1,
            Err(TokenRefusal::Internal(fault)) => panic!("{fault}"),
        }
    }
    outcomes
}

/// The grants of the administrator.
fn grants(server: &ServedHere) -> Vec<Grant> {
    let subject = Subject::new(server.person().id.as_str());
    let (mut grants, mut after) = (Vec::new(), None);
    loop {
        let store = &server.signet().store;
        let page = store.grant_ids_of(&subject, after.as_ref(), 100).unwrap();
        match page.last() {
            Some(last) => after = Some(last.clone()),
            None => return grants,
        }
        grants.extend(page.iter().filter_map(|id| store.grant(id).unwrap()).map(|kept| kept.record));
    }
}

fn invalid_grant(times: usize) -> BTreeMap<&'static str, usize> {
    BTreeMap::from([("invalid_grant", times)])
}

// RFC 6749 §4.1.2
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_redeem_one_code_concurrently_one_wins_and_the_replay_ends_its_grant() {
    let (server, mut visitor) = started("").await;
    let shared = server.shared();
    let mut winners = 0;
    for round in 0..rounds() {
        let client_id = if round % 2 == 0 { "web" } else { "public" };
        let code = code(&mut visitor, client_id, OFFLINE).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let outcomes = all_concurrently(&shared, client_id, &form).await;
        assert_eq!(outcomes.refused, invalid_grant(CONCURRENT - 1), "round {round}");
        winners += outcomes.issued.len();
        let won = &outcomes.issued[0];
        // The rate limits use the clock, which the test controls.
        server.clock.advance(time::Duration::SECOND);
        let access = won.access_token.expose();
        assert_eq!(introspect(&mut visitor, "web", access).await, object!({"active": false}), "round {round}");
        assert_eq!(userinfo(&mut visitor, access).await, 401);
        let page = refresh(&mut visitor, client_id, won.refresh_token.as_ref().unwrap().expose(), &[]).await;
        assert_eq!(refusal(&page), "400 invalid_grant");
    }
    println!("{} rounds of {CONCURRENT} redeeming one code concurrently: {winners} winners", rounds());
    assert_eq!(winners, rounds());
    let grants = grants(&server);
    assert_eq!(grants.len(), rounds(), "no second grant");
    for grant in grants {
        assert_eq!(grant.ended.unwrap().cause, EndCause::CodeReplayed);
    }
}

// RFC 9700 §4.14.2
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_refresh_one_token_concurrently_all_get_the_same_successor() {
    let (server, mut visitor) = started("").await;
    let shared = server.shared();
    let first = tokens(&mut visitor, "public", OFFLINE).await;
    let mut token = text(&first, "refresh_token").to_owned();
    let (mut answers, mut successors) = (0, 0);
    for round in 0..rounds() {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        let outcomes = all_concurrently(&shared, "public", &form).await;
        assert_eq!(outcomes.refused, BTreeMap::new(), "round {round}");
        answers += outcomes.issued.len();
        let mut told: Vec<&str> =
            outcomes.issued.iter().map(|tokens| tokens.refresh_token.as_ref().unwrap().expose()).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), 1, "round {round}");
        assert_ne!(told[0], token);
        successors += told.len();
        token = told[0].to_owned();
        // The stored state advanced by exactly one generation.
        let remembered = serde_json::to_value(&grants(&server)[0]).unwrap();
        assert_eq!(remembered["refresh_token"]["generation"], round + 1);
    }
    println!(
        "{} rounds of {CONCURRENT} refreshing one token concurrently: {answers} answers, {successors} successors",
        rounds()
    );
    assert_eq!((successors, grants(&server).len()), (rounds(), 1));
    issued(&refresh(&mut visitor, "public", &token, &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_refresh_one_token_concurrently_without_an_overlap_one_wins_and_the_grant_ends() {
    let (server, mut visitor) = started("[lifetimes]\nrefresh_token_overlap = 0\n").await;
    let shared = server.shared();
    let mut winners = 0;
    for round in 0..rounds() {
        let first = tokens(&mut visitor, "public", OFFLINE).await;
        let form = [("grant_type", "refresh_token"), ("refresh_token", text(&first, "refresh_token"))];
        let outcomes = all_concurrently(&shared, "public", &form).await;
        assert_eq!(outcomes.refused, invalid_grant(CONCURRENT - 1), "round {round}");
        winners += outcomes.issued.len();
        server.clock.advance(time::Duration::SECOND);
        let successor = outcomes.issued[0].refresh_token.as_ref().unwrap();
        let page = refresh(&mut visitor, "public", successor.expose(), &[]).await;
        assert_eq!(refusal(&page), "400 invalid_grant");
    }
    println!(
        "{} rounds of {CONCURRENT} refreshing one token concurrently without overlap: {winners} winners",
        rounds()
    );
    assert_eq!(winners, rounds());
    for grant in grants(&server) {
        assert_eq!(grant.ended.unwrap().cause, EndCause::RefreshReplayed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_refresh_a_token_that_stays_all_are_answered_and_nothing_multiplies() {
    let (server, mut visitor) = started("").await;
    let shared = server.shared();
    let first = tokens(&mut visitor, "web", OFFLINE).await;
    let token = text(&first, "refresh_token");
    // The grant expires after 90 days.
    for round in 0..rounds().min(150) {
        // In every third round, the use of the token is recorded.
        server.clock.advance(time::Duration::hours(12));
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let outcomes = all_concurrently(&shared, "web", &form).await;
        assert_eq!((outcomes.issued.len(), outcomes.refused.len()), (CONCURRENT, 0), "round {round}");
        for tokens in outcomes.issued {
            assert_eq!(tokens.refresh_token.unwrap().expose(), token);
        }
    }
    assert_eq!(grants(&server).len(), 1);
}

// RFC 7009 §2: "the authorization server … invalidates the token. The invalidation takes place immediately"
#[tokio::test(flavor = "multi_thread")]
async fn after_a_revocation_nothing_is_refreshed_in_either_order() {
    let (server, mut visitor) = started("").await;
    let shared = server.shared();
    let mut alive = 0;
    for round in 0..rounds() {
        let client_id = if round % 2 == 0 { "web" } else { "public" };
        let first = tokens(&mut visitor, client_id, OFFLINE).await;
        let token = text(&first, "refresh_token").to_owned();
        let form =
            Parameters::parse(&encode(&[&[("token", token.as_str())], credentials(client_id).as_slice()].concat()));
        let (revoking, form) = (Arc::clone(&shared), form.unwrap());
        let revocation = tokio::spawn(async move {
            revoke::revoke(revoking.signet(), Caller { authorization: None, origin: &RequestOrigin::default() }, &form)
                .await
                .unwrap()
        });
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        let outcomes = all_concurrently(&shared, client_id, &form).await;
        revocation.await.unwrap();
        server.clock.advance(time::Duration::SECOND);
        for tokens in outcomes.issued {
            alive += 1;
            let successor = tokens.refresh_token.unwrap();
            let page = refresh(&mut visitor, client_id, successor.expose(), &[]).await;
            assert_eq!(refusal(&page), "400 invalid_grant", "round {round}");
            assert_eq!(userinfo(&mut visitor, tokens.access_token.expose()).await, 401, "round {round}");
            server.clock.advance(time::Duration::milliseconds(50));
        }
    }
    println!("{} rounds of {CONCURRENT} refreshing during a revocation: {alive} were first, none lived", rounds());
}

// RFC 8628 §3.5
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_redeem_one_device_code_concurrently_one_wins() {
    let (server, mut visitor) = started("").await;
    let shared = server.shared();
    let mut winners = 0;
    for round in 0..rounds() {
        let form = [&[("scope", "openid offline_access")], credentials("public").as_slice()].concat();
        let begun = json(&visitor.post("/device_authorization", &form).await);
        let user_code = text(&begun, "user_code");
        let token = visitor.get(&format!("/device?user_code={user_code}")).await.hidden("anti_forgery");
        let form = [("user_code", user_code), ("decision", "allow"), ("anti_forgery", token.as_str())];
        assert_eq!(visitor.post("/device", &form).await.status, 303);
        let form = [("grant_type", DEVICE_CODE), ("device_code", text(&begun, "device_code"))];
        let outcomes = all_concurrently(&shared, "public", &form).await;
        assert_eq!(outcomes.refused, invalid_grant(CONCURRENT - 1), "round {round}");
        winners += outcomes.issued.len();
        server.clock.advance(time::Duration::SECOND);
        assert_eq!(userinfo(&mut visitor, outcomes.issued[0].access_token.expose()).await, 200);
    }
    println!("{} rounds of {CONCURRENT} redeeming one device code concurrently: {winners} winners", rounds());
    assert_eq!((winners, grants(&server).len()), (rounds(), rounds()));
}

// RFC 8628 §5.1
#[tokio::test(flavor = "multi_thread")]
async fn of_many_wrong_user_codes_typed_concurrently_five_are_looked_at() {
    let (server, mut visitor) = started("").await;
    for round in 0..rounds() {
        visitor.sign_in(ADMINISTRATOR).await;
        let start = Arc::new(Barrier::new(CONCURRENT));
        let tasks: Vec<_> = (0..CONCURRENT)
            .map(|_| {
                let (mut visitor, start) = (visitor.clone(), Arc::clone(&start));
                tokio::spawn(async move {
                    start.wait().await;
                    visitor.get("/device?user_code=BCDF-GHJK").await.status
                })
            })
            .collect();
        let mut outcomes = BTreeMap::new();
        for task in tasks {
            *outcomes.entry(task.await.unwrap()).or_insert(0) += 1;
        }
        assert_eq!(outcomes, BTreeMap::from([(422, 5), (429, CONCURRENT - 5)]), "round {round}");
        server.clock.advance(time::Duration::minutes(10));
    }
}
