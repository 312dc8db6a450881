//! Refresh schedules: their effect on the tokens of a user's grants, on a server with a controlled clock.

use std::sync::Arc;

use signet::{
    account::refresh_schedule::RefreshSchedule,
    app::{StartOptions, assemble},
    audit::RequestOrigin,
    clock::Clock,
    config::Config,
    endpoint::{
        client_authentication::Caller,
        endpoint_error::TokenRefusal,
        signet::Signet,
        token::{TokenResponse, token},
    },
    entropy::Entropy,
    http::Server,
    oauth::{
        client::ClientId,
        parameters::{Parameters, encode},
        status_list::{ListId, StatusList},
        subject::Subject,
        token_error::TokenError,
    },
};
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::{claims, support::ADMINISTRATOR, visitor::config};

const NOON: OffsetDateTime = datetime!(2030-01-01 12:00 UTC);

struct Stage {
    server: Arc<Server>,
    clock: Clock,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let client = "[[clients]]\nclient_id = \"mail\"\nclient_secret = \"0123456789abcdef\"\n\
                      grant_types = [\"password\", \"refresh_token\"]\nscope = \"orders:read\"\n";
        let file = folder.path().join("config.toml");
        std::fs::write(&file, format!("{}\n{client}", config())).unwrap();
        let data = folder.path().join("data");
        let keys = folder.path().join("keys");
        let environment = [
            ("SIGNET__DATA", data.to_str().unwrap()),
            ("SIGNET__KEYS", keys.to_str().unwrap()),
            ("SIGNET__OAUTH__PASSWORD_GRANT", "true"),
            ("SIGNET__BOOTSTRAP__ADMIN_USERNAME", ADMINISTRATOR.0),
            ("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", ADMINISTRATOR.1),
        ];
        let environment = environment.map(|(name, value)| (name.into(), value.into()));
        let config = Config::load(Some(&file), environment).unwrap();
        let clock = Clock::manual(NOON);
        let server = assemble(&config, StartOptions::default(), (clock.clone(), Entropy::system())).await.unwrap();
        Self { server, clock, _folder: folder }
    }

    fn signet(&self) -> &Signet {
        self.server.signet()
    }

    /// Sets the clock to `seconds` after noon.
    fn at(&self, seconds: i64) {
        self.clock.advance(NOON + Duration::seconds(seconds) - self.clock.now());
    }

    async fn ask(&self, client_id: &str, form: &[(&str, &str)]) -> Result<TokenResponse, TokenRefusal> {
        let mut pairs = vec![("client_id", client_id), ("client_secret", "0123456789abcdef")];
        pairs.extend_from_slice(form);
        let form = Parameters::parse(&encode(&pairs)).unwrap();
        let caller = Caller { authorization: None, origin: &RequestOrigin::default() };
        token(self.signet(), caller, &form).await
    }

    async fn sign_in(&self) -> TokenResponse {
        let (username, password) = ADMINISTRATOR;
        self.ask("mail", &[("grant_type", "password"), ("username", username), ("password", password)]).await.unwrap()
    }

    /// Refreshes with the refresh token of `tokens`. Returns the new lifetime, or `None` if the grant has ended.
    async fn refresh(&self, tokens: &TokenResponse) -> Option<i64> {
        let refresh_token = tokens.refresh_token.as_ref().unwrap().expose();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        match self.ask("mail", &form).await {
            Ok(tokens) => Some(tokens.expires_in_seconds),
            Err(TokenRefusal::Refused { error: TokenError::GrantEnded, .. }) => None,
            Err(refusal) => panic!("{refusal:?}"),
        }
    }

    async fn set(&self, tokens: &TokenResponse, client: Option<&ClientId>, (cron, ends_grant): (&str, bool)) {
        let now = self.clock.now();
        let schedule = RefreshSchedule::parse(cron, "Europe/Berlin", ends_grant, now).unwrap();
        self.signet().store.put_refresh_schedule(&subject(tokens), client, schedule, now).await.unwrap();
    }
}

fn subject(tokens: &TokenResponse) -> Subject {
    Subject::new(claims(tokens.access_token.expose())["sub"].as_str().unwrap())
}

// Noon in UTC is 13:00 in Berlin.
#[tokio::test]
async fn an_access_token_expires_by_the_next_tick_of_the_schedule() {
    let stage = Stage::new().await;
    let tokens = stage.sign_in().await;
    assert_eq!(tokens.expires_in_seconds, 300);
    stage.set(&tokens, None, ("2 13 * * *", false)).await;
    let under_schedule = stage.sign_in().await;
    assert_eq!(under_schedule.expires_in_seconds, 120);
    let claims = claims(under_schedule.access_token.expose());
    assert_eq!(claims["exp"].as_i64(), Some((NOON + Duration::minutes(2)).unix_timestamp()));
    for (seconds, expected) in [(0, 120), (89, 31), (105, 30), (119, 30), (120, 300), (600, 300)] {
        stage.at(seconds);
        assert_eq!(stage.refresh(&tokens).await, Some(expected), "after {seconds} seconds");
    }
    // A schedule belongs to a user; it does not affect the client credentials grant.
    stage.set(&tokens, None, ("12 13 * * *", false)).await;
    stage.at(630);
    assert_eq!(stage.refresh(&tokens).await, Some(90));
    let form = [("grant_type", "client_credentials"), ("scope", "orders:read")];
    let own = stage.ask("service", &form).await.unwrap();
    assert_eq!(own.expires_in_seconds, 300);
}

#[tokio::test]
async fn the_schedule_of_the_application_goes_before_that_of_the_account() {
    let stage = Stage::new().await;
    let tokens = stage.sign_in().await;
    stage.set(&tokens, None, ("1 13 * * *", false)).await;
    stage.set(&tokens, Some(&ClientId::parse("report").unwrap()), ("2 13 * * *", false)).await;
    assert_eq!(stage.refresh(&tokens).await, Some(60));
    let mail = ClientId::parse("mail").unwrap();
    stage.set(&tokens, Some(&mail), ("3 13 * * *", false)).await;
    assert_eq!(stage.refresh(&tokens).await, Some(180));
    stage.signet().store.remove_refresh_schedule(&subject(&tokens), Some(&mail), NOON).await.unwrap();
    assert_eq!(stage.refresh(&tokens).await, Some(60));
}

#[tokio::test]
async fn a_tick_that_ends_grants_makes_the_person_sign_in_again() {
    let stage = Stage::new().await;
    let tokens = stage.sign_in().await;
    stage.set(&tokens, None, ("5 13 * * *", true)).await;
    stage.at(290);
    let just_before = stage.sign_in().await;
    assert_eq!((just_before.expires_in_seconds, stage.refresh(&tokens).await), (30, Some(30)));
    stage.at(301);
    assert_eq!(stage.refresh(&tokens).await, None);
    assert_eq!(stage.refresh(&just_before).await, Some(300), "spared for 30 seconds");
    stage.at(320);
    assert_eq!(stage.refresh(&just_before).await, None);
    let again = stage.sign_in().await;
    assert_eq!((again.expires_in_seconds, stage.refresh(&again).await), (300, Some(300)));
    // Removing the schedule does not restore ended grants.
    stage.signet().store.remove_refresh_schedule(&subject(&tokens), None, stage.clock.now()).await.unwrap();
    stage.at(400);
    assert_eq!((stage.refresh(&tokens).await, stage.refresh(&again).await), (None, Some(300)));
}

/// The status list of `tokens` and the index in it.
fn place(tokens: &TokenResponse) -> (ListId, u32) {
    let status = claims(tokens.access_token.expose())["status"]["status_list"].clone();
    let (_, list) = status["uri"].as_str().unwrap().rsplit_once('/').unwrap();
    (ListId::parse(list).unwrap(), u32::try_from(status["idx"].as_u64().unwrap()).unwrap())
}

impl Stage {
    /// The bit of `tokens` in the published list.
    fn status(&self, tokens: &TokenResponse) -> u8 {
        let (list, idx) = place(tokens);
        let published = self.signet().publish_status_list(list).unwrap().unwrap();
        let list = claims(&published.token)["status_list"].clone();
        StatusList::parse(1, list["lst"].as_str().unwrap(), 1 << 14).unwrap().get(idx).unwrap()
    }
}

#[tokio::test]
async fn a_tick_that_ends_grants_is_seen_in_the_status_list() {
    let stage = Stage::new().await;
    let advance = || stage.signet().status_lists.advance().unwrap();
    let tokens = stage.sign_in().await;
    stage.set(&tokens, None, ("5 13 * * *", true)).await;
    stage.at(290);
    let just_before = stage.sign_in().await;
    for (seconds, expected) in [(299, [0, 0]), (301, [1, 0]), (310, [1, 0]), (320, [1, 1])] {
        stage.at(seconds);
        advance();
        assert_eq!([&tokens, &just_before].map(|tokens| stage.status(tokens)), expected, "after {seconds} seconds");
    }
    let again = stage.sign_in().await;
    stage.signet().store.remove_refresh_schedule(&subject(&tokens), None, stage.clock.now()).await.unwrap();
    stage.at(400);
    advance();
    assert_eq!([&tokens, &just_before, &again].map(|tokens| stage.status(tokens)), [1, 1, 0]);
}

// draft-ietf-oauth-status-list §8.3 and §13.7: iat, exp and ttl together determine how long a copy may be used.
#[tokio::test]
async fn a_status_list_is_signed_again_when_a_bit_or_a_key_has_changed_or_half_of_its_ttl_is_over() {
    let stage = Stage::new().await;
    let (one, other) = (stage.sign_in().await, stage.sign_in().await);
    let (list, _) = place(&one);
    let published = || stage.signet().publish_status_list(list).unwrap().unwrap();
    let first = published();
    let issued_at = |token: &str| claims(token)["iat"].as_i64().unwrap() - NOON.unix_timestamp();
    assert_eq!((issued_at(&first.token), claims(&first.token)["ttl"].as_i64()), (0, Some(60)));
    stage.at(29);
    assert_eq!((published().token.as_str(), published().max_age_seconds(stage.clock.now())), (&*first.token, 31));
    stage.at(30);
    let second = published();
    assert_eq!((issued_at(&second.token), second.max_age_seconds(stage.clock.now())), (30, 60));
    // A new grant changes nothing, since its bit was 0 before.
    stage.at(31);
    let _third = stage.sign_in().await;
    assert_eq!(published().etag, second.etag);
    let id = signet::oauth::grant::GrantId::of_jti(claims(one.access_token.expose())["jti"].as_str().unwrap()).unwrap();
    let cause = signet::oauth::grant::EndCause::RevokedByPerson;
    stage.signet().store.end_grant(&id, cause, stage.clock.now()).await.unwrap();
    assert_eq!(issued_at(&published().token), 31);
    assert_eq!((stage.status(&one), stage.status(&other)), (1, 0));
    // A list that is signed with an untrusted key is worthless.
    let before = published();
    let compromised = signet::jose::Compromised::SigningKeys;
    stage.signet().keys.rotate_emergency(compromised, stage.clock.now()).unwrap();
    assert_ne!(published().etag, before.etag);
    // A wrong clock does not keep an old list valid either.
    stage.at(-3600);
    assert_eq!(issued_at(&published().token), -3600);
}
