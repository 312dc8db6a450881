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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_80_characters() {
        assert_eq!(client_name(Some(" a ")).unwrap(), "a");
        assert!(client_name(Some(&"ä".repeat(80))).is_ok());
        for name in [None, Some(""), Some("  "), Some(&*"ä".repeat(81)), Some("a\u{200b}b")] {
            assert_eq!(client_name(name).unwrap_err().member, "client_name", "{name:?}");
        }
    }

    #[test]
    fn redirect_uris_are_bounded_in_number_and_in_length() {
        let register = |uris: &[String]| redirect_uris("redirect_uris", Some(uris), &[]).map(|uris| uris.len());
        let short = |count: usize| (0..count).map(|n| format!("https://a.example/{n}")).collect::<Vec<_>>();
        assert_eq!(register(&short(MOST_URIS)).unwrap(), MOST_URIS);
        assert!(register(&short(MOST_URIS + 1)).unwrap_err().description.contains("at most 16"));
        let long = |n: usize, length: usize| format!("https://a.example/{n}{}", "a".repeat(length - 19));
        let two = |rest: &[String]| {
            let two = [long(1, LONGEST_REDIRECT_URI), long(2, LONGEST_REDIRECT_URI - 60)];
            register(&[&two[..], rest].concat())
        };
        assert_eq!(two(&[long(3, 60)]).unwrap(), 3);
        assert_eq!(two(&[long(3, 60), long(3, 60)]).unwrap(), 3, "one that is named twice counts once");
        for length in [61, 62] {
            assert!(two(&[long(3, length)]).unwrap_err().description.contains("too long in total"), "{length}");
        }
    }

    #[test]
    fn an_address_has_a_bounded_length_and_no_user_name_or_password() {
        let page = |uri: &str| web_page("client_uri", Some(uri)).map(|uri| uri.map(|uri| uri.len()));
        let long = |length: usize| format!("https://a.example/{}", "a".repeat(length - 18));
        assert_eq!(page(&long(LONGEST_URI)).unwrap(), Some(LONGEST_URI));
        assert_eq!(page("").unwrap(), None);
        let too_long = [long(LONGEST_URI + 1), long(LONGEST_URI + 2)];
        for uri in ["https://me@a.example/", "https://:pw@a.example/", "https://me:pw@a.example/", "ftp://a.example/"]
            .into_iter()
            .chain(too_long.iter().map(String::as_str))
        {
            assert_eq!(page(uri).unwrap_err().member, "client_uri", "{uri}");
        }
    }

    #[test]
    fn contacts_and_groups_are_bounded() {
        let texts = |count: usize, length: usize| (0..count).map(|n| format!("{n:0length$}")).collect::<Vec<_>>();
        let keep_contacts = |count, length| contacts(Some(&texts(count, length))).map(|contacts| contacts.len());
        assert_eq!(keep_contacts(4, 128).unwrap(), 4);
        for (count, length) in [(5, 1), (6, 1), (1, 129), (4, 129)] {
            assert_eq!(keep_contacts(count, length).unwrap_err().member, "contacts", "{count} of {length}");
        }
        let keep_groups = |count, length| allowed_groups(Some(&texts(count, length))).map(|groups| groups.len());
        assert_eq!(keep_groups(16, 64).unwrap(), 16);
        for (count, length) in [(17, 2), (18, 2), (1, 65)] {
            assert_eq!(keep_groups(count, length).unwrap_err().member, "allowed_groups", "{count} of {length}");
        }
        let group = |name: &str| allowed_groups(Some(&[name.to_owned()]));
        assert!(group("staff").is_ok() && group(" ").is_err() && group("a\nb").is_err());
    }
}
