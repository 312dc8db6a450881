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
        words::KeysWords,
    },
};

pub(super) fn show(desk: &Desk) -> poem::Result<Response> {
    let w = &desk.words().keys;
    let listed = keys::list(desk.visit.server.signet(), &desk.access);
    desk.answer(listed.map(|listed| {
        let page = ListPage {
            title: desk.words().admin.keys.name.to_owned(),
            crumbs: crumbs(desk, &[]),
            about: Some(w.about.to_owned()),
            search: None,
            links: vec![LocalLink::new(w.stolen, LocalPath::admin(&["keys", "emergency"]))],
            actions: vec![RowAction { text: w.rotate_now.to_owned(), form: desk.form(&["keys", "rotate"]) }],
            rows: listed.iter().map(|life| row(&desk.words().keys, life)).collect(),
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
    let w = &desk.words().keys;
    let page = ConfirmPage {
        question: w.emergency_question.to_owned(),
        consequence: w.emergency.to_owned(),
        error: None,
        answer: w.replace_every_key.to_owned(),
        form: desk.form(&["keys", "emergency"]),
        crumbs: crumbs(desk, &[("keys", desk.words().admin.keys.name)]),
    };
    desk.page(StatusCode::OK, page.render(desk.visit.voice()))
}

/// The APIs of the configuration, which is where they are changed.
pub(super) fn resources(desk: &Desk) -> Response {
    let w = &desk.words().keys;
    let page = ListPage {
        title: desk.words().admin.resources.name.to_owned(),
        crumbs: crumbs(desk, &[]),
        about: Some(w.resources_about.to_owned()),
        search: None,
        links: Vec::new(),
        actions: Vec::new(),
        rows: desk.visit.server.signet().resources.all().iter().map(|one| resource(&desk.words().keys, one)).collect(),
        next: None,
    };
    desk.page(StatusCode::OK, page.render(desk.visit.voice()))
}

fn row(w: &KeysWords, life: &KeyLife) -> Row {
    let key = &life.key;
    let until = |label: &str| life.until.map(|at| Fact::new(label, minute(at)));
    let (badge, stage, ends) = match key.stage {
        Stage::Next => (w.next, None, None),
        Stage::Signing { since } => (w.signing, Some(Fact::new(w.signs_since, minute(since))), until(w.followed)),
        Stage::Retired { since } => {
            (w.retired, Some(Fact::new(w.retired_since, minute(since))), until(w.published_until))
        }
    };
    let published = Fact::new(w.published_since, minute(key.created_at));
    Row {
        title: format!("{} {}", key.algorithm.as_str(), key.kid),
        badges: vec![badge.to_owned()],
        facts: [Some(published), stage, ends].into_iter().flatten().collect(),
        ..Row::default()
    }
}

fn resource(w: &KeysWords, resource: &Resource) -> Row {
    let typ = match resource.access_token_typ {
        AccessTokenType::AtJwt => "at+jwt",
        AccessTokenType::Jwt => "JWT",
    };
    let algorithm: Algorithm = resource.access_token_signing_alg;
    let lifetime = resource.access_token_lifetime;
    let lifetime = lifetime.map(|lifetime| w.seconds(lifetime.whole_seconds()));
    let mut facts = vec![
        Fact::new("resource", resource.id.as_str()),
        Fact::new(w.access_tokens, format!("{typ}, {}", algorithm.as_str())),
    ];
    facts.extend(lifetime.map(|lifetime| Fact::new(w.lifetime, lifetime)));
    facts.extend(resource.scopes.iter().map(|scope| Fact::new(scope.token.as_str(), scope.description.as_str())));
    Row { title: resource.name.clone(), facts, ..Row::default() }
}
