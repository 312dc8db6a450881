//! `/admin/keys` and `/admin/resources`: the signing keys, and the APIs that accept tokens.

use poem::{Response, http::StatusCode};

use super::request::{AdminRequest, crumbs, guarded, guarded_form, minute};
use crate::{
    endpoint::keys::{self, KeyLife, Rotation},
    http::{
        csrf::{CsrfChecked, FormAction},
        page_route::{PageRoute, Routes},
    },
    jose::{Algorithm, Stage},
    oauth::resource::{AccessTokenType, Resource},
    web::{
        Fact,
        admin::{ConfirmPage, ListPage, ListRow, LocalLink, LocalPath, RowAction},
        i18n::KeysTexts,
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/admin/keys").show(guarded(show)),
        PageRoute::at("/admin/keys/rotate").submit(FormAction::PATH, guarded_form(rotate_now)).on("/admin/keys"),
        PageRoute::at("/admin/keys/emergency")
            .show(guarded(confirm_emergency))
            .submit(FormAction::PATH, guarded_form(replace_all)),
        PageRoute::at("/admin/resources").show(guarded(resources)),
    ])
}

async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    let w = &admin_request.texts().keys;
    let listed = keys::list(admin_request.page_request.server.signet(), &admin_request.access);
    admin_request.answer(listed.map(|listed| {
        let page = ListPage {
            title: admin_request.texts().admin.keys.name.to_owned(),
            crumbs: crumbs(&admin_request, &[]),
            about: Some(w.about.to_owned()),
            search: None,
            links: vec![LocalLink::new(w.stolen, LocalPath::admin(&["keys", "emergency"]))],
            actions: vec![RowAction { text: w.rotate_now.to_owned(), form: admin_request.form(&["keys", "rotate"]) }],
            rows: listed.iter().map(|life| row(&admin_request.texts().keys, life)).collect(),
            next: None,
        };
        admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context()))
    }))
}

async fn rotate_now(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    rotate(&admin_request, Rotation::Now).await
}

async fn replace_all(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    rotate(&admin_request, Rotation::Emergency).await
}

async fn rotate(admin_request: &AdminRequest, rotation: Rotation) -> poem::Result<Response> {
    let rotated = keys::rotate(admin_request.page_request.server.signet(), &admin_request.access, rotation).await;
    admin_request.answer(rotated.map(|()| admin_request.redirect(&["keys"])))
}

async fn confirm_emergency(admin_request: AdminRequest) -> poem::Result<Response> {
    let w = &admin_request.texts().keys;
    let page = ConfirmPage {
        question: w.emergency_question.to_owned(),
        consequence: w.emergency.to_owned(),
        error: None,
        answer: w.replace_every_key.to_owned(),
        form: admin_request.form(&["keys", "emergency"]),
        crumbs: crumbs(&admin_request, &[("keys", admin_request.texts().admin.keys.name)]),
    };
    Ok(admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context())))
}

/// The configured APIs. They can be changed only in the configuration file.
async fn resources(admin_request: AdminRequest) -> poem::Result<Response> {
    let w = &admin_request.texts().keys;
    let page = ListPage {
        title: admin_request.texts().admin.resources.name.to_owned(),
        crumbs: crumbs(&admin_request, &[]),
        about: Some(w.resources_about.to_owned()),
        search: None,
        links: Vec::new(),
        actions: Vec::new(),
        rows: admin_request
            .page_request
            .server
            .signet()
            .resources
            .all()
            .iter()
            .map(|one| resource(&admin_request.texts().keys, one))
            .collect(),
        next: None,
    };
    Ok(admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context())))
}

fn row(w: &KeysTexts, life: &KeyLife) -> ListRow {
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
    ListRow {
        title: format!("{} {}", key.algorithm.as_str(), key.kid),
        badges: vec![badge.to_owned()],
        facts: [Some(published), stage, ends].into_iter().flatten().collect(),
        ..ListRow::default()
    }
}

fn resource(w: &KeysTexts, resource: &Resource) -> ListRow {
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
    ListRow { title: resource.name.clone(), facts, ..ListRow::default() }
}
