//! `/developer/presets`: an application is registered by its name and its address.

use poem::{Response, http::StatusCode};

use super::{
    current, entry,
    own_client::{access, logout_warning},
    refused, sign_in_first,
    wording::wrong,
};
use crate::{
    account::invitation::SignUp,
    endpoint::{
        management::ManagementRefusal,
        new_account::FieldErrors,
        presets::{Obstacle, PresetRegistration, obstacle, register},
        session::CurrentSession,
    },
    http::{
        told::{Told, ToldCredentials, ToldPreset, text},
        visit::Visit,
    },
    presets::{self, MatchedBy, Preset},
    secret::Secret,
    web::{
        Credentials, Entry, ErrorPage, Fact, PRESETS, PresetLine, PresetPage, PresetResultPage, PresetsPage,
        words::PresetWords,
    },
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PRESETS)) };
    let (signet, access, text) = (visit.server.signet(), access(&current), visit.text("q"));
    let w = &visit.words.preset;
    let line = |preset: &Preset| PresetLine {
        id: preset.id.to_owned(),
        name: preset.name.clone(),
        obstacle: obstacle(signet, &access, preset).map(|obstacle| in_a_word(w, &obstacle).to_owned()),
    };
    let page = PresetsPage { presets: presets::search(&text).map(line).collect(), text };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

pub(in crate::http) async fn show_one(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit))) };
    match (Told::of(&visit), presets::find(&visit.id)) {
        (Some(Told::Preset(told)), Some(preset)) if told.preset == preset.id => Ok(result(&visit, preset, told)),
        _ => form(&visit, &current, &FieldErrors::default(), None),
    }
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit(&action(&visit))?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit))) };
    let typed = (visit.text("url"), visit.text("name"));
    match register(visit.server.signet(), &access(&current), &visit.id, (&typed.0, &typed.1)).await {
        Ok(registration) => {
            let told = told(&visit, registration).await;
            Ok(Told::Preset(told).redirect(&visit, &address(&visit)))
        }
        Err(ManagementRefusal::Fields(errors)) => form(&visit, &current, &errors, None),
        Err(ManagementRefusal::Metadata(refusal)) => {
            form(&visit, &current, &FieldErrors::default(), Some(refusal.to_string()))
        }
        Err(refusal) => refused(&visit, refusal),
    }
}

fn in_a_word(w: &PresetWords, obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Administrator => w.for_administrators,
        Obstacle::Setting(_) => w.by_setting,
        Obstacle::Configuration => w.by_configuration,
        Obstacle::OpenSignUp => w.by_sign_up,
    }
}

fn form(
    visit: &Visit,
    current: &CurrentSession,
    errors: &FieldErrors,
    error: Option<String>,
) -> poem::Result<Response> {
    let Some(preset) = presets::find(&visit.id) else {
        return Ok(visit.error(StatusCode::NOT_FOUND, ErrorPage::not_found()));
    };
    let w = &visit.words.preset;
    let obstacle = match obstacle(visit.server.signet(), &access(current), preset) {
        Some(Obstacle::Administrator) => Some(w.ask.to_owned()),
        Some(Obstacle::Setting(setting)) => Some(setting),
        Some(Obstacle::OpenSignUp) => Some(w.ask_to_close_sign_up.to_owned()),
        // It is told what to write.
        Some(Obstacle::Configuration) | None => None,
    };
    let is_wrong = error.is_some() || !errors.is_empty();
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let url = preset.url.as_ref();
    let name = |part: &presets::NamePart| {
        let typed = visit.value("name").unwrap_or(&part.default).to_owned();
        (Entry { value: typed, error: wrong(visit.words, errors, "name") }, part.label.clone())
    };
    let page = PresetPage {
        id: preset.id.to_owned(),
        name: preset.name.clone(),
        note: preset.note.clone(),
        matching: matching(visit, preset),
        obstacle,
        url: url.map(|example| (entry(visit.text("url"), wrong(visit.words, errors, "url")), example.clone())),
        name_part: preset.name_part.as_ref().map(name),
        metadata: metadata(w, preset),
        by_configuration: preset.by_configuration,
        error,
        anti_forgery: visit.anti_forgery(&action(visit), None),
    };
    Ok(visit.page(status, page.render(visit.voice())))
}

/// What it is registered with, by the names of RFC 7591, at the address of its example.
fn metadata(w: &PresetWords, preset: &Preset) -> Vec<Fact> {
    let Ok(request) = preset.example().map(|example| example.request()) else { return Vec::new() };
    let mut facts = Vec::new();
    let mut add = |label: &str, value: Option<String>| {
        facts.extend(value.filter(|value| !value.is_empty()).map(|value| Fact::new(label, value)));
    };
    for uri in request.redirect_uris.into_iter().flatten() {
        add("redirect_uri", Some(uri));
    }
    add("scope", request.scope);
    add("grant_types", request.grant_types.map(|grants| grants.join(" ")));
    add("response_types", request.response_types.map(|types| types.join(" ")));
    add("token_endpoint_auth_method", request.token_endpoint_auth_method);
    add("backchannel_logout_uri", request.openid.backchannel_logout_uri);
    add("PKCE", Some(preset.pkce.clone()));
    add(w.claims_in_id_token, (request.openid.claims_in_id_token == Some(true)).then(|| w.yes.to_owned()));
    facts
}

/// What was registered, as the page after it shows it.
async fn told(visit: &Visit, registration: PresetRegistration) -> ToldPreset {
    let warning = match &registration.registered {
        Some(registered) => logout_warning(visit, &registered.client).await,
        None => None,
    };
    let credentials = registration.registered.map(|registered| ToldCredentials {
        client_id: registered.client.client_id.as_str().to_owned(),
        client_secret: registered.client_secret.as_ref().map(text),
        scope: registered.client.metadata.scope.to_string(),
        redirect_uris: registered.client.metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
    });
    let snippets = registration.snippets.into_iter().map(|snippet| (snippet.title, snippet.text)).collect();
    ToldPreset { preset: visit.id.clone(), warning, credentials, snippets }
}

fn result(visit: &Visit, preset: &Preset, told: ToldPreset) -> Response {
    let signet = visit.server.signet();
    let page = PresetResultPage {
        name: preset.name.clone(),
        entered_at: preset.entered_at.clone(),
        note: preset.note.clone(),
        pkce: preset.pkce.clone(),
        matching: matching(visit, preset),
        warning: told.warning,
        credentials: told.credentials.map(|credentials| Credentials {
            client_id: credentials.client_id,
            client_secret: credentials.client_secret.map(Secret::new),
            scope: credentials.scope,
            redirect_uris: credentials.redirect_uris,
        }),
        issuer: signet.issuer.as_str().to_owned(),
        discovery: signet.issuer.endpoint("/.well-known/openid-configuration"),
        snippets: told.snippets.into_iter().map(|(title, text)| (title, Secret::new(text))).collect(),
    };
    visit.page(StatusCode::OK, page.render(visit.voice()))
}

/// By what the application knows people again, and what that demands of this server.
fn matching(visit: &Visit, preset: &Preset) -> Option<String> {
    let w = &visit.words.preset;
    let sentence = match preset.matches_people_by? {
        MatchedBy::Email => w.matches_by_email,
        MatchedBy::Username => w.matches_by_username,
    };
    let is_open = visit.server.signet().sign_up == SignUp::Open;
    let demand = if is_open { w.close_sign_up } else { w.keep_sign_up_closed };
    Some(format!("{sentence} {demand}"))
}

fn action(visit: &Visit) -> String {
    format!("preset {}", visit.id)
}

fn address(visit: &Visit) -> String {
    // What is no preset has no address that would be worth coming back to.
    presets::find(&visit.id).map_or_else(|| PRESETS.to_owned(), |preset| format!("{PRESETS}/{}", preset.id))
}
