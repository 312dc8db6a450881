//! `/presets`: registration of well-known applications by name and URL.

use std::sync::Arc;

use poem::http::StatusCode;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    registry::Registry,
    types::{Example, Type},
};
use serde_json::Value;

use super::{
    client_schema::{RegisteredClientBody, warned_json},
    documented::{AnswerKind, DocumentedAnswer, Kinds, json_answer, kinds, object_answer, to_value},
    error_body::ErrorBody,
    extract::BearerToken,
    management::{admitted, answered, with_refusals, with_refusals_of_one},
    oauth_api::ApiTag,
    server::Server,
    strict_json::StrictJson,
};
use crate::{
    endpoint::{
        clients::SCOPES,
        management::ManagementRefusal,
        presets::{self as endpoint, Obstacle, PresetRegistration},
    },
    presets::{self, NamePart, Preset, Snippet},
};

pub(super) struct PresetsApi(pub(super) Arc<Server>);

#[OpenApi]
impl PresetsApi {
    /// List presets
    ///
    /// Presets of popular self-hosted applications, with the client metadata that they need. Requires an access token
    /// with the scope `signet:clients` or `signet:admin`.
    #[oai(path = "/presets", method = "get", operation_id = "listPresets", tag = "ApiTag::Applications")]
    async fn list(
        &self,
        token: BearerToken,
        /// Returns only presets whose name contains this text.
        name: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<PresetListKinds>> {
        let listed = admitted(&self.0, token, SCOPES).map(|access| {
            let text = name.0.unwrap_or_default();
            let preset = |preset| PresetBody::of(preset, endpoint::obstacle(&self.0.signet, &access, preset));
            object_answer(StatusCode::OK, &PresetListBody { presets: presets::search(&text).map(preset).collect() })
        });
        answered(listed)
    }

    /// Register an application from a preset
    ///
    /// Like `POST /clients`, with the metadata of the preset. `enter` contains the values to enter in the application,
    /// including the client secret, which cannot be retrieved again. The caller becomes the owner of the application,
    /// even as an administrator.
    #[oai(path = "/presets/:id", method = "post", operation_id = "registerByPreset", tag = "ApiTag::Applications")]
    async fn register(
        &self,
        token: BearerToken,
        /// Identifier of the preset.
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
        let snippet = |snippet: &Snippet| SnippetBody { title: snippet.title.clone(), text: snippet.text.clone() };
        let enter: Vec<SnippetBody> = registration.snippets.iter().map(snippet).collect();
        body.as_object_mut()?.insert("enter".to_owned(), to_value(&enter));
        Some(body)
    }
}

/// A preset for a popular self-hosted application.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PresetBody {
    /// Identifier of the preset.
    id: String,
    /// Name of the application.
    name: String,
    /// Example of the application's URL. Absent if the preset needs none.
    url: Option<String>,
    /// Name that the application puts into its redirect URI.
    name_part: Option<NamePartBody>,
    /// Where in the application the values are entered.
    entered_at: String,
    /// What to know before setting up the application.
    note: Option<String>,
    /// How PKCE is enabled in the application, or why it is not used.
    pkce: String,
    /// How the application matches users, if users choose that value themselves: `email` or `username`. Sign-up should
    /// then be closed.
    matches_people_by: Option<String>,
    /// Why the caller cannot use the preset: `administrator`, `configuration`, `open_sign_up`, or the name of a
    /// setting.
    obstacle: Option<String>,
}

/// A name that the application puts into its redirect URI.
#[derive(Object)]
struct NamePartBody {
    /// Label of the field in the application.
    label: String,
    /// Default value.
    default: String,
}

/// The presets.
#[derive(Object)]
struct PresetListBody {
    /// The presets, sorted by name.
    presets: Vec<PresetBody>,
}

/// Where the application is installed.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, example)]
struct InstallationBody {
    /// URL of the application, if the preset needs one.
    url: Option<String>,
    /// Name in the redirect URI, if the preset has one. Defaults to the preset's value.
    name: Option<String>,
}

/// The registered application, and the values to enter in it.
#[derive(Object)]
struct PresetRegistrationBody {
    #[oai(flatten)]
    registered: RegisteredClientBody,
    /// Values to enter in the application.
    enter: Vec<SnippetBody>,
}

/// A text to paste.
#[derive(Object)]
struct SnippetBody {
    /// Where to paste it.
    title: String,
    /// The text.
    text: String,
}

impl Example for InstallationBody {
    fn example() -> Self {
        Self { url: Some("https://grafana.example.org".to_owned()), name: None }
    }
}

impl PresetBody {
    fn of(preset: &Preset, obstacle: Option<Obstacle>) -> Self {
        let obstacle = obstacle.map(|obstacle| match obstacle {
            Obstacle::Administrator => "administrator".to_owned(),
            Obstacle::Configuration => "configuration".to_owned(),
            Obstacle::OpenSignUp => "open_sign_up".to_owned(),
            Obstacle::Setting(setting) => setting,
        });
        let name_part = |part: &NamePart| NamePartBody { label: part.label.clone(), default: part.default.clone() };
        Self {
            id: preset.id.to_owned(),
            name: preset.name.clone(),
            url: preset.url.clone(),
            name_part: preset.name_part.as_ref().map(name_part),
            entered_at: preset.entered_at.clone(),
            note: preset.note.clone(),
            pkce: preset.pkce.clone(),
            matches_people_by: preset.matches_people_by.map(|by| by.as_str().to_owned()),
            obstacle,
        }
    }
}

kinds!(PresetListKinds registers PresetListBody, ErrorBody =>
    with_refusals(vec![AnswerKind::json::<PresetListBody>(200, "The presets")]));
kinds!(PresetKinds registers PresetRegistrationBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<PresetRegistrationBody>(201, "The application, with its client secret and the values to enter"),
    AnswerKind::json::<ErrorBody>(415, "The body is not JSON"),
]));
