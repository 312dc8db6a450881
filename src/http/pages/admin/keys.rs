//! `/admin/keys` and `/admin/resources`: what signs tokens, and who accepts them.

use poem::{Response, http::StatusCode};

use super::{Desk, crumbs, minute};
use crate::{
    endpoint::keys::{self, KeyLife, Rotation},
    jose::{Algorithm, Stage},
    oauth::resource::{AccessTokenType, Resource},
    web::{
        Fact,
        admin::{ConfirmPage, ListPage, LocalLink, LocalPath, Row, RowAction},
    },
};

pub(super) fn show(desk: &Desk) -> poem::Result<Response> {
    let listed = keys::list(desk.visit.server.signet(), &desk.access);
    desk.answer(listed.map(|listed| {
        let page = ListPage {
            title: "Signing keys".to_owned(),
            crumbs: crumbs(&[]),
            about: Some(
                "They rotate by themselves. There is nothing to do here unless something has happened.".to_owned(),
            ),
            search: None,
            links: vec![LocalLink::new("A key was stolen", LocalPath::admin(&["keys", "emergency"]))],
            actions: vec![RowAction { text: "Rotate now".to_owned(), form: desk.form(&["keys", "rotate"]) }],
            rows: listed.iter().map(row).collect(),
            next: None,
        };
        desk.page(StatusCode::OK, page.render(desk.visit.voice()))
    }))
}

pub(super) async fn rotate(desk: &Desk, rotation: Rotation) -> poem::Result<Response> {
    let rotated = keys::rotate(desk.visit.server.signet(), &desk.access, rotation).await;
    desk.answer(rotated.map(|()| desk.redirect(&["keys"])))
}

pub(super) fn confirm_emergency(desk: &Desk) -> Response {
    let page = ConfirmPage {
        question: "Replace every key at once?".to_owned(),
        consequence: "Every access token and ID token that is about is worth nothing from now on, here at once, and \
                      elsewhere as soon as the new keys are fetched. People stay signed in, and applications refresh \
                      their tokens. Do it if somebody else has the keys."
            .to_owned(),
        error: None,
        answer: "Replace every key".to_owned(),
        form: desk.form(&["keys", "emergency"]),
        crumbs: crumbs(&[("keys", "Signing keys")]),
    };
    desk.page(StatusCode::OK, page.render(desk.visit.voice()))
}

/// The APIs of the configuration, which is where they are changed.
pub(super) fn resources(desk: &Desk) -> Response {
    let page = ListPage {
        title: "APIs".to_owned(),
        crumbs: crumbs(&[]),
        about: Some(
            "They stand in the configuration file: change them there, and start the server again. The first is this \
             server."
                .to_owned(),
        ),
        search: None,
        links: Vec::new(),
        actions: Vec::new(),
        rows: desk.visit.server.signet().resources.all().iter().map(resource).collect(),
        next: None,
    };
    desk.page(StatusCode::OK, page.render(desk.visit.voice()))
}

fn row(life: &KeyLife) -> Row {
    let key = &life.key;
    let until = |label: &str| life.until.map(|at| Fact::new(label, minute(at)));
    let (badge, stage, ends) = match key.stage {
        Stage::Next => ("Next", None, None),
        Stage::Signing { since } => {
            ("Signing", Some(Fact::new("Signs since", minute(since))), until("Followed by the next"))
        }
        Stage::Retired { since } => {
            ("Retired", Some(Fact::new("Retired since", minute(since))), until("Published until"))
        }
    };
    let published = Fact::new("Published since", minute(key.created_at));
    Row {
        title: format!("{} {}", key.algorithm.as_str(), key.kid),
        badges: vec![badge.to_owned()],
        facts: [Some(published), stage, ends].into_iter().flatten().collect(),
        ..Row::default()
    }
}

fn resource(resource: &Resource) -> Row {
    let typ = match resource.access_token_typ {
        AccessTokenType::AtJwt => "at+jwt",
        AccessTokenType::Jwt => "JWT",
    };
    let algorithm: Algorithm = resource.access_token_signing_alg;
    let lifetime = resource.access_token_lifetime;
    let lifetime = lifetime.map(|lifetime| format!("{} seconds", lifetime.whole_seconds()));
    let mut facts = vec![
        Fact::new("resource", resource.id.as_str()),
        Fact::new("Access tokens", format!("{typ}, {}", algorithm.as_str())),
    ];
    facts.extend(lifetime.map(|lifetime| Fact::new("Lifetime", lifetime)));
    facts.extend(resource.scopes.iter().map(|scope| Fact::new(scope.token.as_str(), scope.description.as_str())));
    Row { title: resource.name.clone(), facts, ..Row::default() }
}
