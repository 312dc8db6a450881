//! `/developer/presets`: registers a well-known application by name and URL.

use poem::{Response, http::StatusCode};

use super::{
    current, entry,
    messages::wrong,
    own_client_page::{access, logout_warning},
    refused, sign_in_first,
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
        csrf::{CsrfChecked, FormAction},
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
        told::{Told, ToldCredentials, ToldPreset, text},
    },
    presets::{self, MatchedBy, Preset},
    secret::Secret,
    web::{
        Credentials, ErrorPage, Fact, FieldState, PRESETS, PresetLine, PresetPage, PresetResultPage, PresetsPage,
        i18n::PresetTexts,
    },
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([
        PageRoute::at(PRESETS).show(show),
        PageRoute::at("/developer/presets/:id").show(show_one).submit(ACTION, submit),
    ])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PRESETS)) };
    let (signet, access, text) = (page_request.server.signet(), access(&current), page_request.text("q"));
    let w = &page_request.texts.preset;
    let line = |preset: &Preset| PresetLine {
        id: preset.id.to_owned(),
        name: preset.name.clone(),
        obstacle: obstacle(signet, &access, preset).map(|obstacle| in_a_word(w, &obstacle).to_owned()),
    };
    let page = PresetsPage { presets: presets::search(&text).map(line).collect(), text };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

async fn show_one(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request)));
    };
    match (Told::of(&page_request), presets::find(page_request.path_value("id"))) {
        (Some(Told::Preset(told)), Some(preset)) if told.preset == preset.id => Ok(result(&page_request, preset, told)),
        _ => form(&page_request, &current, &FieldErrors::default(), None),
    }
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request)));
    };
    let typed = (page_request.text("url"), page_request.text("name"));
    match register(page_request.server.signet(), &access(&current), page_request.path_value("id"), (&typed.0, &typed.1))
        .await
    {
        Ok(registration) => {
            let told = told(&page_request, registration).await;
            Ok(Told::Preset(told).redirect(&page_request, &address(&page_request)))
        }
        Err(ManagementRefusal::Fields(errors)) => form(&page_request, &current, &errors, None),
        Err(ManagementRefusal::Metadata(refusal)) => {
            form(&page_request, &current, &FieldErrors::default(), Some(refusal.to_string()))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

fn in_a_word(w: &PresetTexts, obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Administrator => w.for_administrators,
        Obstacle::Setting(_) => w.by_setting,
        Obstacle::Configuration => w.by_configuration,
        Obstacle::OpenSignUp => w.by_sign_up,
    }
}

fn form(
    page_request: &PageRequest,
    current: &CurrentSession,
    errors: &FieldErrors,
    error: Option<String>,
) -> poem::Result<Response> {
    let Some(preset) = presets::find(page_request.path_value("id")) else {
        return Ok(page_request.error(StatusCode::NOT_FOUND, ErrorPage::not_found()));
    };
    let w = &page_request.texts.preset;
    let obstacle = match obstacle(page_request.server.signet(), &access(current), preset) {
        Some(Obstacle::Administrator) => Some(w.ask.to_owned()),
        Some(Obstacle::Setting(setting)) => Some(setting),
        Some(Obstacle::OpenSignUp) => Some(w.ask_to_close_sign_up.to_owned()),
        // The page shows what to write into the configuration file.
        Some(Obstacle::Configuration) | None => None,
    };
    let is_wrong = error.is_some() || !errors.is_empty();
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let url = preset.url.as_ref();
    let name = |part: &presets::NamePart| {
        let typed = page_request.value("name").unwrap_or(&part.default).to_owned();
        (FieldState { value: typed, error: wrong(page_request.texts, errors, "name") }, part.label.clone())
    };
    let page = PresetPage {
        id: preset.id.to_owned(),
        name: preset.name.clone(),
        note: preset.note.clone(),
        matching: matching(page_request, preset),
        obstacle,
        url: url.map(|example| {
            (entry(page_request.text("url"), wrong(page_request.texts, errors, "url")), example.clone())
        }),
        name_part: preset.name_part.as_ref().map(name),
        metadata: metadata(w, preset),
        by_configuration: preset.by_configuration,
        error,
        anti_forgery: ACTION.token(page_request, None),
    };
    Ok(page_request.page(status, page.render(page_request.context())))
}

/// The client metadata of the preset by the names of RFC 7591, for the example URL.
fn metadata(w: &PresetTexts, preset: &Preset) -> Vec<Fact> {
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

/// The result of the registration, as shown on the page after it.
async fn told(page_request: &PageRequest, registration: PresetRegistration) -> ToldPreset {
    let warning = match &registration.registered {
        Some(registered) => logout_warning(page_request, &registered.client).await,
        None => None,
    };
    let credentials = registration.registered.map(|registered| ToldCredentials {
        client_id: registered.client.client_id.as_str().to_owned(),
        client_secret: registered.client_secret.as_ref().map(text),
        scope: registered.client.metadata.scope.to_string(),
        redirect_uris: registered.client.metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
    });
    let snippets = registration.snippets.into_iter().map(|snippet| (snippet.title, snippet.text)).collect();
    ToldPreset { preset: page_request.path_value("id").to_owned(), warning, credentials, snippets }
}

fn result(page_request: &PageRequest, preset: &Preset, told: ToldPreset) -> Response {
    let signet = page_request.server.signet();
    let page = PresetResultPage {
        name: preset.name.clone(),
        entered_at: preset.entered_at.clone(),
        note: preset.note.clone(),
        pkce: preset.pkce.clone(),
        matching: matching(page_request, preset),
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
    page_request.page(StatusCode::OK, page.render(page_request.context()))
}

/// How the application matches users, and what this requires of the server.
fn matching(page_request: &PageRequest, preset: &Preset) -> Option<String> {
    let w = &page_request.texts.preset;
    let sentence = match preset.matches_people_by? {
        MatchedBy::Email => w.matches_by_email,
        MatchedBy::Username => w.matches_by_username,
    };
    let is_open = page_request.server.signet().sign_up == SignUp::Open;
    let demand = if is_open { w.close_sign_up } else { w.keep_sign_up_closed };
    Some(format!("{sentence} {demand}"))
}

/// The token of one preset is not valid for another.
const ACTION: FormAction = FormAction::of(|page_request| format!("preset {}", page_request.path_value("id")));

fn address(page_request: &PageRequest) -> String {
    // An unknown preset has no page to return to.
    presets::find(page_request.path_value("id"))
        .map_or_else(|| PRESETS.to_owned(), |preset| format!("{PRESETS}/{}", preset.id))
}
