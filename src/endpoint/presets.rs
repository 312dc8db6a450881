//! `/presets`: an application is registered by its name and its address.

use super::{
    Signet,
    access::Access,
    clients::{self, RegisteredClient},
    management::ManagementRefusal,
    new_account::{FieldErrors, FieldRefusal},
};
use crate::{
    oauth::{
        client::GrantType,
        registration::{Registrar, RegistrationRefusal},
    },
    presets::{self, Given, Installation, Preset, Snippet},
};

/// What was registered, and what to enter at the application.
#[derive(Debug)]
pub struct PresetRegistration {
    /// What was registered, unless only the configuration file can.
    pub registered: Option<RegisteredClient>,
    /// What to paste, with the secret in it.
    pub snippets: Vec<Snippet>,
}

/// Why whoever asks cannot register an application by its preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It needs settings that only an administrator gives.
    Administrator,
    /// The configuration does not allow it; how it would.
    Setting(String),
    /// It has its client ids built in, which only the configuration file gives.
    Configuration,
}

/// What keeps whoever has `access` from registering `preset`; nothing if they can.
#[must_use]
pub fn obstacle(signet: &Signet, access: &Access, preset: &Preset) -> Option<Obstacle> {
    if preset.by_configuration {
        return Some(Obstacle::Configuration);
    }
    let request = preset.example().ok()?.request();
    let registrar = if access.is_administrator() { Registrar::Administrator } else { Registrar::Person };
    clients::judge(signet, &request, registrar).err()?;
    let is_implicit = request.grant_types.iter().flatten().any(|name| name == GrantType::Implicit.as_str());
    if is_implicit && !signet.registration_policy.offered.allows(GrantType::Implicit) {
        return Some(Obstacle::Setting(IMPLICIT_IS_OFF.to_owned()));
    }
    Some(match clients::judge(signet, &request, Registrar::Administrator) {
        Err(refusal) => Obstacle::Setting(refusal.to_string()),
        Ok(_) => Obstacle::Administrator,
    })
}

/// Registers the application of the preset `id` at `url`, for the person who has `access` and owns it from then on. Of one
/// that only the configuration file can register it tells what to write there.
///
/// # Errors
///
/// [`ManagementRefusal`]; then nothing is registered. What was typed is told of the fields `url` and `name`.
pub async fn register(
    signet: &Signet,
    access: &Access,
    id: &str,
    (url, name): (&str, &str),
) -> Result<PresetRegistration, ManagementRefusal> {
    let preset = presets::find(id).ok_or(ManagementRefusal::NotFound("there is no such preset"))?;
    let typed = |refusal: presets::InstallationRefusal| {
        ManagementRefusal::Fields(FieldErrors::of_one(
            refusal.field(),
            match refusal {
                presets::InstallationRefusal::Url => FieldRefusal::ApplicationAddress,
                presets::InstallationRefusal::Name => FieldRefusal::AddressPart,
            },
        ))
    };
    let installation = preset.at(url, name).map_err(typed)?;
    if preset.by_configuration {
        return Ok(PresetRegistration { snippets: snippets(signet, &installation, None), registered: None });
    }
    let registered = clients::register_own(signet, &installation.request(), access).await;
    let registered = registered.map_err(|refusal| about_the_address(refusal.into()))?;
    let snippets = snippets(signet, &installation, Some(&registered));
    Ok(PresetRegistration { registered: Some(registered), snippets })
}

fn snippets(signet: &Signet, installation: &Installation<'_>, registered: Option<&RegisteredClient>) -> Vec<Snippet> {
    installation.snippets(&Given {
        issuer: &signet.issuer,
        brand: &signet.brand,
        client_id: registered.map_or("", |registered| registered.client.client_id.as_str()),
        client_secret: registered.and_then(|registered| registered.client_secret.as_ref()),
    })
}

/// What is wrong with an address of the application is wrong with the one that was typed.
fn about_the_address(refusal: ManagementRefusal) -> ManagementRefusal {
    match refusal {
        ManagementRefusal::Metadata(RegistrationRefusal { member, description, .. }) if member.ends_with("_uris") => {
            ManagementRefusal::Fields(FieldErrors::of_one("url", FieldRefusal::Other(description)))
        }
        refusal => refusal,
    }
}

const IMPLICIT_IS_OFF: &str = "the implicit grant is off; the setting oauth.implicit turns it on";
