//! Validation of the members of a registration that do not depend on other members.

use url::Url;

use super::{
    application_type::ApplicationType,
    redirect_uri::{LONGEST_REDIRECT_URI, RedirectScheme, RedirectUri, RedirectUriRefusal},
    registration_refusal::{MOST_URIS, RegistrationErrorCode, RegistrationRefusal, invalid},
    uri::is_literal,
};
use crate::characters::is_invisible;

/// Validates `client_name`. The person on the consent page recognises the client by its name, so the name must be
/// readable: it must not contain invisible characters or characters that change the text direction.
pub(super) fn client_name(name: Option<&str>) -> Result<String, RegistrationRefusal> {
    let name = name.unwrap_or_default().trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(is_invisible) {
        return Err(invalid("client_name", "must have 1 to 80 characters and no invisible ones"));
    }
    Ok(name.to_owned())
}

pub(super) fn redirect_uris(
    member: &'static str,
    uris: Option<&[String]>,
    schemes: &[RedirectScheme],
) -> Result<Vec<RedirectUri>, RegistrationRefusal> {
    let refuse =
        |description| RegistrationRefusal { code: RegistrationErrorCode::InvalidRedirectUri, member, description };
    let uris = uris.unwrap_or_default();
    if uris.len() > MOST_URIS {
        return Err(refuse(format!("at most {MOST_URIS} can be registered")));
    }
    let parse = |uri: &String| {
        RedirectUri::register(uri, schemes).map_err(|refusal: RedirectUriRefusal| refuse(format!("{uri:?} {refusal}")))
    };
    let mut parsed: Vec<RedirectUri> = uris.iter().map(parse).collect::<Result<_, _>>()?;
    let mut seen = std::collections::HashSet::new();
    parsed.retain(|uri| seen.insert(uri.as_str().to_owned()));
    let bytes: usize = parsed.iter().map(|uri| uri.as_str().len()).sum();
    if bytes > 2 * LONGEST_REDIRECT_URI {
        return Err(refuse("are too long in total".to_owned()));
    }
    Ok(parsed)
}

pub(super) fn redirect_uris_of_logout(
    member: &'static str,
    uris: Option<&[String]>,
    schemes: &[RedirectScheme],
) -> Result<Vec<RedirectUri>, RegistrationRefusal> {
    redirect_uris(member, uris, schemes)
        .map_err(|refusal| RegistrationRefusal { code: RegistrationErrorCode::InvalidClientMetadata, ..refusal })
}

pub(super) fn application_type(name: Option<&str>) -> Result<ApplicationType, RegistrationRefusal> {
    match name {
        None => Ok(ApplicationType::default()),
        Some(name) => {
            ApplicationType::parse(name).ok_or_else(|| invalid("application_type", "must be \"web\" or \"native\""))
        }
    }
}

pub(super) fn web_page(member: &'static str, uri: Option<&str>) -> Result<Option<String>, RegistrationRefusal> {
    address(member, uri, &["https", "http"])
}

/// Parses a URL with one of `schemes`. Every parser must read it the same way, and it must not contain credentials.
pub(super) fn address(
    member: &'static str,
    uri: Option<&str>,
    schemes: &[&str],
) -> Result<Option<String>, RegistrationRefusal> {
    let Some(uri) = uri.filter(|uri| !uri.is_empty()) else { return Ok(None) };
    let url = Url::parse(uri).ok().filter(|url| schemes.contains(&url.scheme()) && url.has_host() && is_literal(uri));
    let is_plain = url.is_some_and(|url| url.username().is_empty() && url.password().is_none());
    if uri.len() > LONGEST_URI || !is_plain {
        let schemes: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
        let schemes = schemes.join(" or ");
        return Err(invalid(
            member,
            format!("must be a URL that begins with {schemes} and a host, of at most {LONGEST_URI} characters"),
        ));
    }
    Ok(Some(uri.to_owned()))
}

pub(super) fn contacts(contacts: Option<&[String]>) -> Result<Vec<String>, RegistrationRefusal> {
    let contacts = contacts.unwrap_or_default();
    if contacts.len() > 4 || contacts.iter().any(|contact| contact.len() > 128) {
        return Err(invalid("contacts", "at most 4, of at most 128 characters each"));
    }
    Ok(contacts.to_vec())
}

/// Validates the names of the groups whose members may use the client.
pub(crate) fn allowed_groups(groups: Option<&[String]>) -> Result<Vec<String>, RegistrationRefusal> {
    let mut groups = groups.unwrap_or_default().to_vec();
    groups.sort_unstable();
    groups.dedup();
    let is_name = |group: &String| !group.trim().is_empty() && group.len() <= 64 && !group.contains(char::is_control);
    if groups.len() > 16 || !groups.iter().all(is_name) {
        return Err(invalid("allowed_groups", "at most 16 group names, of at most 64 characters each"));
    }
    Ok(groups)
}

/// The longest registered URL other than redirect URIs.
const LONGEST_URI: usize = 256;
