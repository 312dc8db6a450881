use super::*;
use crate::oauth::{
    authorization_request::tests::resources,
    client_authentication::{
        PresentedCredentials,
        tests::{client, public_client},
    },
    grant::{ActivePerson, EndCause, Ended, SubjectStatus, tests::grant},
    parameters::Parameters,
};
use time::macros::datetime;

pub(super) const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
pub(super) const POLICY: RefreshPolicy =
    RefreshPolicy { absolute: Duration::days(90), idle: Duration::days(14), overlap: Duration::seconds(10) };
pub(super) const ORDERS: &str = "https://orders.example.org";
pub(super) const ISSUER: &str = "https://login.example.org";

pub(super) fn key() -> SealingKey {
    SealingKey::new([7; 32])
}

/// Registers `client` for refresh tokens with its whole scope.
fn refreshing(mut client: Client) -> Client {
    client.metadata.grant_types.push(GrantType::RefreshToken);
    client.metadata.scope = client.metadata.scope.union(&Scope::parse("offline_access").unwrap());
    client
}

pub(super) fn authenticated(client: Client) -> AuthenticatedClient {
    let secret = if client.is_public() { "" } else { "&client_secret=older" };
    let form = Parameters::parse(&format!("client_id={}{secret}", client.client_id)).unwrap();
    PresentedCredentials::find(None, &form).unwrap().authenticate(Some(client)).unwrap()
}

/// A grant and the tokens that its client holds.
pub(super) struct Held {
    pub(super) grant: Grant,
    pub(super) client: AuthenticatedClient,
    pub(super) token: Secret,
}

/// The optional parameters of a refresh request.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    pub(super) scope: Option<&'a str>,
    pub(super) resources: &'a [&'a str],
}

pub(super) fn held_by(client: Client) -> Held {
    let client = refreshing(client);
    let scope = Scope::parse("openid orders:read offline_access").unwrap();
    let audience = resources().audience(&scope, &[]).unwrap();
    let grant = Grant { scope, audience, expires_at: Some(NOW + Duration::minutes(5)), ..grant() };
    let (grant, token) = begin(grant, &client, &POLICY, (&key(), Entropy::system()));
    Held { grant, client: authenticated(client), token: token.unwrap() }
}

pub(super) fn parsed(token: &Secret) -> PresentedRefreshToken {
    PresentedRefreshToken::parse(token.expose(), &key()).unwrap()
}

pub(super) fn active() -> IssuanceContext {
    IssuanceContext { person: SubjectStatus::Active(ActivePerson::default()) }
}

impl Held {
    pub(super) fn ask(&self, token: &Secret, asked: Asked<'_>, now: OffsetDateTime) -> Result<Refreshment, TokenError> {
        self.ask_when(&active(), token, asked, now)
    }

    fn ask_when(
        &self,
        issuance_context: &IssuanceContext,
        token: &Secret,
        asked: Asked<'_>,
        now: OffsetDateTime,
    ) -> Result<Refreshment, TokenError> {
        let presented = parsed(token);
        let Asked { scope, resources: named } = asked;
        let (client, sealing_key) = (&self.client, &key());
        let request = RefreshRequest { client, presented: &presented, scope, resources: named, sealing_key };
        refresh(&self.grant, &request, (issuance_context, &resources()), &POLICY, now)
    }

    /// Refreshes with `token` at `now`, stores the change and returns the new token.
    pub(super) fn turn(&mut self, token: &Secret, now: OffsetDateTime) -> Secret {
        let refreshment = self.ask(token, Asked::default(), now).unwrap();
        let means = (&key(), Entropy::system());
        let (changed, told) = refreshment.advance(&self.grant, &parsed(token), means, now);
        self.grant = changed.unwrap_or(self.grant.clone());
        told
    }

    fn generation(&self) -> u32 {
        self.grant.refresh_token.as_ref().unwrap().generation
    }

    /// Returns the result of a refresh with `token` at `now`.
    pub(super) fn outcome(&self, token: &Secret, now: OffsetDateTime) -> Result<(), TokenError> {
        self.ask(token, Asked::default(), now).map(|_| ())
    }
}

pub(super) fn text(scope: &str) -> Asked<'_> {
    Asked { scope: Some(scope), ..Asked::default() }
}

// RFC 9700 §4.14.2
#[test]
fn a_rotation_gives_the_next_generation_and_replaces_the_token() {
    let mut held = held_by(public_client());
    let first = held.token.clone();
    let second = held.turn(&first, NOW);
    assert_eq!(held.generation(), 1);
    assert_ne!(first.expose(), second.expose());
    let third = held.turn(&second, NOW + Duration::HOUR);
    assert_eq!(held.generation(), 2);
    assert_ne!(second.expose(), third.expose());
    assert_eq!(held.outcome(&third, NOW + Duration::HOUR), Ok(()));
}

#[test]
fn a_lost_answer_is_shown_again_for_a_short_while_and_makes_no_second_branch() {
    let mut held = held_by(public_client());
    let first = held.token.clone();
    let second = held.turn(&first, NOW);
    let written = serde_json::to_string(&held.grant).unwrap();
    let last = NOW + POLICY.overlap - Duration::nanoseconds(1);
    for again in [NOW, NOW + Duration::SECOND, last] {
        assert_eq!(held.turn(&first, again).expose(), second.expose(), "{again}");
        assert_eq!(serde_json::to_string(&held.grant).unwrap(), written, "{again}");
    }
    assert_eq!(held.outcome(&second, last), Ok(()));
    assert!(!written.contains(first.expose()) && !written.contains(second.expose()), "{written}");
}

#[test]
fn a_token_that_was_replaced_is_a_replay_when_the_overlap_is_over() {
    let mut held = held_by(public_client());
    let first = held.token.clone();
    let second = held.turn(&first, NOW);
    assert_eq!(held.outcome(&first, NOW + POLICY.overlap), Err(TokenError::RefreshTokenReused));
    // The caller then ends the grant, which invalidates the successor too.
    assert_eq!(held.outcome(&second, NOW + POLICY.overlap), Ok(()));
    held.grant.ended = Some(Ended { at: NOW, cause: EndCause::RefreshReplayed });
    assert_eq!(held.outcome(&second, NOW + POLICY.overlap), Err(TokenError::GrantEnded));
}

// A client whose responses were lost, or that refreshes concurrently, may be several generations behind.
#[test]
fn a_token_several_generations_old_gets_the_newest_within_its_overlap_and_ends_the_grant_after_it() {
    let mut held = held_by(public_client());
    let mut tokens = vec![held.token.clone()];
    for at in 0..5 {
        let token = tokens.last().unwrap().clone();
        tokens.push(held.turn(&token, NOW + Duration::seconds(at)));
    }
    let newest = tokens.pop().unwrap();
    let written = serde_json::to_string(&held.grant).unwrap();
    for (at, token) in (0..).zip(&tokens) {
        let end = NOW + Duration::seconds(at) + POLICY.overlap;
        for again in [NOW + Duration::seconds(5), end - Duration::milliseconds(1)] {
            assert_eq!(held.turn(token, again).expose(), newest.expose(), "generation {at} at {again}");
        }
        assert_eq!(held.outcome(token, end), Err(TokenError::RefreshTokenReused), "generation {at}");
        assert_eq!(serde_json::to_string(&held.grant).unwrap(), written, "the grant must not change");
    }
    for token in tokens.iter().chain([&newest]) {
        assert!(!written.contains(token.expose()), "{written}");
    }
    assert_eq!(held.outcome(&newest, NOW + Duration::DAY), Ok(()));
}

#[test]
fn however_often_a_client_refreshes_its_record_stays_small_and_the_overlap_holds() {
    let mut held = held_by(public_client());
    let mut tokens = vec![held.token.clone()];
    let step = Duration::milliseconds(10);
    for nth in 0..2_000 {
        let token = tokens.last().unwrap().clone();
        tokens.push(held.turn(&token, NOW + step * nth));
    }
    assert!(serde_json::to_string(&held.grant.refresh_token).unwrap().len() < 1024);
    let now = NOW + step * 2_000;
    let outcome = |nth: usize| held.outcome(&tokens[nth], now);
    assert_eq!(outcome(999), Err(TokenError::RefreshTokenReused), "after the overlap");
    for nth in [0, 500, 990] {
        assert_eq!(outcome(nth), Err(TokenError::RefreshTokenReused), "{nth}");
    }
    // For generations in between, the time of replacement is known to within a part of the overlap.
    for nth in [1_200, 1_500, 1_999, 2_000] {
        assert_eq!(outcome(nth), Ok(()), "{nth}");
    }
}

#[test]
fn without_overlap_each_replaced_token_is_a_replay() {
    let mut held = held_by(public_client());
    let policy = RefreshPolicy { overlap: Duration::ZERO, ..POLICY };
    let (first, sealing_key) = (parsed(&held.token), key());
    let request = |presented| RefreshRequest {
        client: &held.client,
        presented,
        scope: None,
        resources: &[],
        sealing_key: &sealing_key,
    };
    let refreshed = refresh(&held.grant, &request(&first), (&active(), &resources()), &policy, NOW).unwrap();
    let (changed, _) = refreshed.advance(&held.grant, &first, (&key(), Entropy::system()), NOW);
    let changed = changed.unwrap();
    let refusal = refresh(&changed, &request(&first), (&active(), &resources()), &policy, NOW).unwrap_err();
    assert_eq!(refusal, TokenError::RefreshTokenReused);
    assert!(!serde_json::to_string(&changed).unwrap().contains("newest"));
    held.grant = changed;
}

// A database restored from a backup is behind the clients.
#[test]
fn a_token_of_a_generation_that_is_not_known_yet_is_a_replay() {
    let mut held = held_by(public_client());
    let earlier = held.grant.clone();
    let first = held.token.clone();
    let second = held.turn(&first, NOW);
    held.grant = earlier;
    assert_eq!(held.outcome(&second, NOW), Err(TokenError::RefreshTokenReused));
    assert_eq!(held.outcome(&first, NOW), Ok(()));
}

// As after a database was set back and the clients of both times go on.
#[test]
fn a_token_of_the_same_generation_from_another_branch_is_a_replay() {
    let mut held = held_by(public_client());
    let earlier = held.grant.clone();
    let first = held.token.clone();
    let of_one_branch = held.turn(&first, NOW);
    held.grant = earlier;
    let of_the_other = held.turn(&first, NOW);
    assert_eq!(held.outcome(&of_one_branch, NOW), Err(TokenError::RefreshTokenReused));
    assert_eq!(held.outcome(&of_the_other, NOW), Ok(()));
    let state = held.grant.refresh_token.as_ref().unwrap();
    assert!(!state.is_current(&parsed(&of_one_branch), &POLICY, NOW));
    assert!(!state.is_current(&parsed(&first), &POLICY, NOW));
    assert!(state.is_current(&parsed(&of_the_other), &POLICY, NOW));
}

#[test]
fn a_token_made_under_a_secret_that_was_replaced_still_names_its_grant() {
    let held = held_by(public_client());
    let replaced = SealingKey::new([8; 32]);
    assert!(PresentedRefreshToken::parse(held.token.expose(), &replaced).is_none());
    let presented = PresentedRefreshToken::parse_unauthenticated(held.token.expose()).unwrap();
    assert_eq!(presented.grant(), &held.grant.id);
    assert!(held.grant.refresh_token.as_ref().unwrap().is_current(&presented, &POLICY, NOW));
    for text in ["", "signet_rt_", "signet_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAA", &held.token.expose()[1..]] {
        assert!(PresentedRefreshToken::parse_unauthenticated(text).is_none(), "{text}");
    }
}

#[test]
fn what_was_replaced_is_known_after_a_restart_and_takes_no_room_before() {
    let mut held = held_by(public_client());
    let first = held.token.clone();
    assert!(!serde_json::to_string(&held.grant).unwrap().contains("replaced"));
    let second = held.turn(&first, NOW);
    let third = held.turn(&second, NOW);
    held.grant = serde_json::from_str(&serde_json::to_string(&held.grant).unwrap()).unwrap();
    for replaced in [&first, &second] {
        assert_eq!(held.turn(replaced, NOW + Duration::SECOND).expose(), third.expose());
    }
}

#[test]
fn a_token_with_one_changed_character_anywhere_is_unknown() {
    let token = held_by(public_client()).token;
    assert!(PresentedRefreshToken::parse(token.expose(), &key()).is_some());
    for at in 0..token.expose().len() {
        for byte in [b'A', b'B', b'=', 0x7f] {
            let mut altered = token.expose().as_bytes().to_vec();
            if altered[at] == byte {
                continue;
            }
            altered[at] = byte;
            let altered = String::from_utf8(altered).unwrap();
            assert!(PresentedRefreshToken::parse(&altered, &key()).is_none(), "{byte} at {at}");
        }
        assert!(PresentedRefreshToken::parse(&token.expose()[..at], &key()).is_none(), "cut at {at}");
    }
    let others = SealingKey::new([8; 32]);
    assert!(PresentedRefreshToken::parse(token.expose(), &others).is_none(), "issued by another server");
    for text in ["", "signet_rt_", "ä", &format!("signet_rt_{}", "ä".repeat(30)), &format!("{}A", token.expose())] {
        assert!(PresentedRefreshToken::parse(text, &key()).is_none(), "{text}");
    }
}

// FAPI 2.0 Security Profile §5.3.2.1 advises against rotation.
#[test]
fn a_confidential_client_keeps_its_token_unless_it_is_registered_otherwise() {
    let mut held = held_by(client());
    let token = held.token.clone();
    for at in [NOW, NOW + Duration::DAY, NOW + Duration::days(3)] {
        assert_eq!(held.turn(&token, at).expose(), token.expose());
    }
    assert_eq!(held.generation(), 0);
    let mut rotating = client();
    rotating.metadata.rotate_refresh_tokens = Some(true);
    let mut held = held_by(rotating);
    let token = held.token.clone();
    assert_ne!(held.turn(&token, NOW).expose(), token.expose());
    assert_eq!(held.generation(), 1);
}

// "the authorization server MUST verify the binding between the refresh token and client identity"
#[test]
fn another_client_learns_nothing_and_ends_nothing() {
    let mut held = held_by(public_client());
    let first = held.token.clone();
    held.turn(&first, NOW);
    let mut other = refreshing(public_client());
    other.client_id = crate::oauth::client::ClientId::parse("other").unwrap();
    held.client = authenticated(other);
    let later = NOW + POLICY.overlap;
    assert_eq!(
        held.outcome(&first, later),
        Err(TokenError::RefreshTokenOfAnotherClient),
        "another client must not learn that it is old"
    );
}

#[test]
fn a_grant_refreshes_while_nothing_behind_it_has_changed() {
    let held = held_by(public_client());
    let later = Some(NOW + Duration::SECOND);
    let password = ActivePerson { password_changed_at: later, ..ActivePerson::default() };
    let disconnected = ActivePerson { disconnected_at: later, ..ActivePerson::default() };
    let scheduled = ActivePerson { scheduled_end_at: later, ..ActivePerson::default() };
    let persons = [password, disconnected, scheduled].map(SubjectStatus::Active);
    for person in persons.into_iter().chain([SubjectStatus::Inactive]) {
        let issuance_context = IssuanceContext { person };
        let refusal =
            held.ask_when(&issuance_context, &held.token, Asked::default(), NOW + Duration::HOUR).unwrap_err();
        assert_eq!(refusal, TokenError::GrantEnded, "{issuance_context:?}");
    }
    let disabled = Client { is_disabled: true, ..held.client.client().clone() };
    let restricted = {
        let mut client = held.client.client().clone();
        client.metadata.allowed_groups = vec!["staff".to_owned()];
        client
    };
    for client in [disabled, restricted] {
        let held = Held { client: authenticated(client), grant: held.grant.clone(), token: held.token.clone() };
        assert_eq!(held.outcome(&held.token, NOW), Err(TokenError::GrantEnded));
    }
    assert_eq!(held.outcome(&held.token, NOW), Ok(()));
}

#[test]
fn a_client_that_is_not_registered_for_refresh_tokens_gets_none() {
    let (grant, token) = begin(grant(), &client(), &POLICY, (&key(), Entropy::system()));
    assert!(token.is_none() && grant.refresh_token.is_none());
}

#[test]
fn a_token_is_recognised_by_scanners_and_printed_by_no_one() {
    let held = held_by(public_client());
    assert!(held.token.expose().starts_with("signet_rt_"));
    let presented = parsed(&held.token);
    assert_eq!(presented.grant(), &held.grant.id);
    for shown in [format!("{presented:?}"), format!("{:?}", held.grant)] {
        assert!(!shown.contains(held.token.expose()), "{shown}");
    }
}
