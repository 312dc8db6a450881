//! `/presets`: registers an application by its name and URL.

use url::Url;

use super::{
    Signet,
    access::Access,
    clients::{self, RegisteredClient},
    management::ManagementRefusal,
    new_account::{FieldErrors, FieldRefusal},
};
use crate::{
    account::invitation::SignUp,
    oauth::{
        client::GrantType,
        issuer::{Issuer, is_loopback},
        registration::{Registrar, RegistrationRefusal},
    },
    presets::{self, Given, Installation, Preset, Snippet},
};

/// The registered client, and the settings to enter in the application.
#[derive(Debug)]
pub struct PresetRegistration {
    /// The registered client, or `None` if it can only be registered in the configuration file.
    pub registered: Option<RegisteredClient>,
    /// Settings to paste into the application, including the secret.
    pub snippets: Vec<Snippet>,
}

/// Reasons why the caller cannot register an application with its preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It needs settings that only an administrator can grant.
    Administrator,
    /// The configuration does not allow it; the text says what to change.
    Setting(String),
    /// Its client IDs are built in and can only be set in the configuration file.
    Configuration,
    /// It identifies users by values they choose for themselves, and everyone can sign up here.
    OpenSignUp,
}

/// Returns what prevents the caller with `access` from registering `preset`, or `None` if they can.
#[must_use]
pub fn obstacle(signet: &Signet, access: &Access, preset: &Preset) -> Option<Obstacle> {
    if preset.by_configuration {
        return Some(Obstacle::Configuration);
    }
    if !clients::may_register(signet, access) {
        return Some(Obstacle::Administrator);
    }
    if demands_closed_sign_up(preset, signet.sign_up, &signet.issuer) {
        return Some(Obstacle::OpenSignUp);
    }
    let request = preset.example().ok()?.request();
    clients::judge(signet, &request, access.registrar()).err()?;
    let is_implicit = request.grant_types.iter().flatten().any(|name| name == GrantType::Implicit.as_str());
    if is_implicit && !signet.registration_policy.offered.allows(GrantType::Implicit) {
        return Some(Obstacle::Setting(IMPLICIT_IS_OFF.to_owned()));
    }
    Some(match clients::judge(signet, &request, Registrar::Administrator) {
        Err(refusal) => Obstacle::Setting(refusal.to_string()),
        Ok(_) => Obstacle::Administrator,
    })
}

/// Returns `true` if `preset` must not be registered while sign-up is open: someone could sign up with a name or
/// address that identifies another user in the application, and would become that user. On a loopback issuer, which
/// is for trying things out, this is only a warning.
fn demands_closed_sign_up(preset: &Preset, sign_up: SignUp, issuer: &Issuer) -> bool {
    let url = Url::parse(issuer.as_str()).ok();
    let is_on_this_machine = url.is_some_and(|url| url.host().is_some_and(|host| is_loopback(&host)));
    preset.matches_people_by.is_some() && sign_up == SignUp::Open && !is_on_this_machine
}

/// Registers the application of the preset `id` at `url`. The user who has `access` becomes its owner. For an
/// application that can only be registered in the configuration file, it returns what to write there.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing is registered then.
/// Invalid input is reported for the fields `url` and `name`.
pub async fn register(
    signet: &Signet,
    access: &Access,
    id: &str,
    (url, name): (&str, &str),
) -> Result<PresetRegistration, ManagementRefusal> {
    let preset = presets::find(id).ok_or(ManagementRefusal::NotFound("there is no such preset"))?;
    if !preset.by_configuration && demands_closed_sign_up(preset, signet.sign_up, &signet.issuer) {
        return Err(ManagementRefusal::Conflict(SIGN_UP_IS_OPEN));
    }
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
    let registered = clients::register_by_token(signet, &installation.request(), access).await;
    let registered = registered.map_err(about_the_address)?;
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

/// Reports an error in a URI of the application as an error in the entered URL.
fn about_the_address(refusal: ManagementRefusal) -> ManagementRefusal {
    match refusal {
        ManagementRefusal::Metadata(RegistrationRefusal { member, description, .. }) if member.ends_with("_uris") => {
            ManagementRefusal::Fields(FieldErrors::of_one("url", FieldRefusal::Other(description)))
        }
        refusal => refusal,
    }
}

const SIGN_UP_IS_OPEN: &str = "this application identifies users by a name or address that they choose themselves, and \
    everyone can sign up here; set accounts.sign_up to \"invitation\" or \"closed\" first, or register it manually and \
    restrict it to groups";

const IMPLICIT_IS_OFF: &str = "the implicit grant is off; the setting oauth.implicit turns it on";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_that_knows_people_by_what_they_choose_demands_closed_sign_up() {
        let issuer = |text| Issuer::parse(text).unwrap();
        let (public, local) = (issuer("https://login.example.org"), issuer("http://127.0.0.1:8080"));
        let demands = |id, sign_up, issuer| demands_closed_sign_up(presets::find(id).unwrap(), sign_up, issuer);
        for id in ["portainer", "vaultwarden", "jupyterhub", "oauth2-proxy", "proxmox"] {
            assert!(demands(id, SignUp::Open, &public), "{id}");
            assert!(!demands(id, SignUp::Open, &local), "{id}: a first try");
            for closed in [SignUp::Invitation, SignUp::Closed] {
                assert!(!demands(id, closed, &public), "{id}");
            }
        }
        assert!(!demands("grafana", SignUp::Open, &public), "it knows people by their subject");
    }
}
