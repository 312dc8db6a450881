//! `/presets`: applications are registered by their name and their address.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    registry::Registry,
    types::{Example, Type},
};
use serde_json::{Value, json};

use super::{
    client_schema::{RegisteredClientBody, warned_json},
    documented::{AnswerKind, DocumentedAnswer, Kinds, json_answer, kinds},
    extract::BearerToken,
    management::{admitted, answered, with_refusals, with_refusals_of_one},
    oauth_api::ApiTag,
    oauth_schema::ErrorBody,
    server::Server,
    strict_json::StrictJson,
};
use crate::{
    endpoint::{
        clients::SCOPES,
        management::ManagementRefusal,
        presets::{self as endpoint, Obstacle, PresetRegistration},
    },
    presets::{self, Preset},
};

/// Registration by preset.
pub(super) struct PresetsApi(pub(super) Arc<Server>);

#[OpenApi]
impl PresetsApi {
    /// List presets
    ///
    /// Applications that many people host, with what this server has to know about them. With an access token of the scope
    /// `signet:clients` or `signet:admin`.
    #[oai(path = "/presets", method = "get", operation_id = "listPresets", tag = "ApiTag::Applications")]
    async fn list(
        &self,
        token: BearerToken,
        /// Only those with this text in their name.
        name: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<PresetListKinds>> {
        let listed = admitted(&self.0, token, SCOPES).map(|access| {
            let text = name.0.unwrap_or_default();
            let preset = |preset| preset_json(preset, endpoint::obstacle(&self.0.signet, &access, preset));
            json_answer(StatusCode::OK, &json!({"presets": presets::search(&text).map(preset).collect::<Vec<_>>()}))
        });
        answered(listed)
    }

    /// Register an application by its preset
    ///
    /// As `POST /clients` does, with the metadata of the preset; `enter` has what to enter at the application, with the
    /// secret in it, which is told this once. Whoever registers owns the application, administrators too.
    #[oai(path = "/presets/:id", method = "post", operation_id = "registerByPreset", tag = "ApiTag::Applications")]
    async fn register(
        &self,
        token: BearerToken,
        /// The preset.
        id: Path<String>,
        installation: StrictJson<InstallationBody>,
    ) -> poem::Result<DocumentedAnswer<PresetKinds>> {
        let typed = (installation.body.url.unwrap_or_default(), installation.body.name.unwrap_or_default());
        let registered = match admitted(&self.0, token, SCOPES) {
            Ok(access) => endpoint::register(&self.0.signet, &access, &id.0, (&typed.0, &typed.1)).await,
            Err(refusal) => Err(refusal),
        };
        let body = match registered {
            Ok(registration) => self.registration_json(&registration).await.ok_or(ManagementRefusal::Conflict(
                "it has its client ids built in, which only the configuration file can give",
            )),
            Err(refusal) => Err(refusal),
        };
        answered(body.map(|body| json_answer(StatusCode::CREATED, &body)))
    }
}

impl PresetsApi {
    async fn registration_json(&self, registration: &PresetRegistration) -> Option<Value> {
        let mut body = warned_json(&self.0.signet, registration.registered.as_ref()?).await;
        let enter = registration.snippets.iter().map(|snippet| json!({"title": snippet.title, "text": snippet.text}));
        body.as_object_mut()?.insert("enter".to_owned(), enter.collect());
        Some(body)
    }
}

/// An application that many people host.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PresetBody {
    /// The preset.
    id: String,
    /// What people call the application.
    name: String,
    /// An example of its address; absent where none is needed.
    url: Option<String>,
    /// The name that it puts into its redirect URI.
    name_part: Option<NamePartBody>,
    /// Where in it the values are entered.
    entered_at: String,
    /// What to know beforehand.
    note: Option<String>,
    /// What turns PKCE on in it, or why there is none.
    pkce: String,
    /// By what it knows people again, if they choose that themselves: `email` or `username`. Then sign-up should be closed.
    matches_people_by: Option<String>,
    /// What keeps the caller from registering it: `administrator`, `configuration`, `open_sign_up`, or a setting.
    obstacle: Option<String>,
}

/// A name that the application puts into its redirect URI.
#[derive(Object)]
struct NamePartBody {
    /// What the application calls it.
    label: String,
    /// What it is unless something else is sent.
    default: String,
}

/// The presets.
#[derive(Object)]
struct PresetListBody {
    /// In the order of their names.
    presets: Vec<PresetBody>,
}

/// Where the application is.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, example)]
struct InstallationBody {
    /// Its address, where the preset has one.
    url: Option<String>,
    /// The name in its redirect URI, where the preset has one; its default if it is left out.
    name: Option<String>,
}

/// What was registered, and what to enter.
#[derive(Object)]
struct PresetRegistrationBody {
    #[oai(flatten)]
    registered: RegisteredClientBody,
    /// What to enter at the application.
    enter: Vec<SnippetBody>,
}

/// A text to paste.
#[derive(Object)]
struct SnippetBody {
    /// Where it belongs.
    title: String,
    /// The text.
    text: String,
}

impl Example for InstallationBody {
    fn example() -> Self {
        Self { url: Some("https://grafana.example.org".to_owned()), name: None }
    }
}

fn preset_json(preset: &Preset, obstacle: Option<Obstacle>) -> Value {
    let mut body = json!({"id": preset.id, "name": preset.name, "entered_at": preset.entered_at, "pkce": preset.pkce});
    let name_part = preset.name_part.as_ref().map(|part| json!({"label": part.label, "default": part.default}));
    let obstacle = obstacle.map(|obstacle| match obstacle {
        Obstacle::Administrator => "administrator".to_owned(),
        Obstacle::Configuration => "configuration".to_owned(),
        Obstacle::OpenSignUp => "open_sign_up".to_owned(),
        Obstacle::Setting(setting) => setting,
    });
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let further = [
        ("url", text(&preset.url)),
        ("note", text(&preset.note)),
        ("matches_people_by", preset.matches_people_by.map(|by| by.as_str().into())),
        ("name_part", name_part),
        ("obstacle", obstacle.map(Value::from)),
    ];
    if let Some(members) = body.as_object_mut() {
        members.extend(further.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    body
}

kinds!(PresetListKinds registers PresetListBody, ErrorBody =>
    with_refusals(vec![AnswerKind::json::<PresetListBody>(200, "The presets")]));
kinds!(PresetKinds registers PresetRegistrationBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<PresetRegistrationBody>(201, "The application, with its secret and what to enter"),
    AnswerKind::json::<ErrorBody>(415, "The body is not JSON"),
]));
