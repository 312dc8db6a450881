//! Presets: the registrations and settings of self-hosted applications.
//!
//! Each preset is a file under `data`. It contains metadata of RFC 7591 with placeholders for the URL of the
//! application, and texts with placeholders for the result of the registration. The user only enters the URL, and a
//! name if the application includes one in its redirect URI.

mod catalogue;

use std::{fmt, sync::LazyLock};

use serde::Deserialize;
use url::Url;

use crate::{
    oauth::{issuer::Issuer, registration::RegistrationRequest},
    secret::Secret,
    wire_names::wire_names,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The identifier in URLs.
    #[serde(skip)]
    pub id: &'static str,
    /// The name shown to people.
    pub name: String,
    /// An example URL of the application. If `None`, no URL is entered.
    pub url: Option<String>,
    /// The name in its redirect URI.
    pub name_part: Option<NamePart>,
    /// Where in the application the values are entered.
    #[serde(rename = "where")]
    pub entered_at: String,
    /// Important information before the registration.
    pub note: Option<String>,
    /// How PKCE is enabled in the application, or why it is not used.
    pub pkce: String,
    /// The claim by which it identifies people, if people can choose its value.
    pub matches_people_by: Option<MatchedBy>,
    /// Whether it can only be registered in the configuration file, because its client ids are built in.
    #[serde(default)]
    pub by_configuration: bool,
    client: RegistrationRequest,
    snippets: Vec<Snippet>,
}

wire_names! {
    /// The claim by which an application identifies people. A person who signs up with a name or e-mail address that
    /// belongs to a user of the application takes over that user's account there.
    pub enum MatchedBy {
        Email = "email",
        Username = "username",
    }
}

/// A name that the application includes in its redirect URI.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamePart {
    /// The label of the name in the application.
    pub label: String,
    pub default: String,
}

/// A text to paste.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snippet {
    /// Where to paste it.
    pub title: String,
    pub text: String,
}

/// A preset with the entered values. Only [`Preset::at`] constructs one.
#[derive(Debug)]
pub struct Installation<'p> {
    preset: &'p Preset,
    /// Without a trailing slash.
    url: String,
    origin: String,
    name: String,
}

/// Why an entered value cannot be part of a redirect URI. The text says what to enter instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallationRefusal {
    /// The URL, field `url`.
    Url,
    /// The name, field `name`.
    Name,
}

/// The result of a registration, to be entered in the application.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub issuer: &'a Issuer,
    /// The name of this server shown to people.
    pub brand: &'a str,
    pub client_id: &'a str,
    /// `None` for a public client.
    pub client_secret: Option<&'a Secret>,
}

/// Returns all presets, ordered by name.
#[must_use]
pub fn all() -> &'static [Preset] {
    static ALL: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        // A test checks that every file can be parsed.
        let read = |(id, text): (&'static str, &str)| Some(Preset { id, ..toml::from_str(text).ok()? });
        catalogue::FILES.into_iter().filter_map(read).collect()
    });
    &ALL
}

#[must_use]
pub fn find(id: &str) -> Option<&'static Preset> {
    all().iter().find(|preset| preset.id == id)
}

/// Returns the presets whose name contains `text`, ignoring case. An empty text matches all.
pub fn search(text: &str) -> impl Iterator<Item = &'static Preset> {
    let text = text.trim().to_lowercase();
    all().iter().filter(move |preset| preset.name.to_lowercase().contains(&text))
}

impl Preset {
    /// Returns the preset for the application at `url`, with `name` if it has one. Values without a placeholder are
    /// ignored.
    ///
    /// # Errors
    ///
    /// Returns [`InstallationRefusal`] if a value cannot be part of a redirect URI.
    pub fn at(&self, url: &str, name: &str) -> Result<Installation<'_>, InstallationRefusal> {
        let (url, origin) = match &self.url {
            Some(_) => address(url).ok_or(InstallationRefusal::Url)?,
            None => (String::new(), String::new()),
        };
        let name = match &self.name_part {
            Some(part) if name.trim().is_empty() => part.default.clone(),
            Some(_) => segment(name.trim()).ok_or(InstallationRefusal::Name)?,
            None => String::new(),
        };
        Ok(Installation { preset: self, url, origin, name })
    }

    /// Returns the preset with its example URL.
    ///
    /// # Errors
    ///
    /// Never, which a test checks.
    pub fn example(&self) -> Result<Installation<'_>, InstallationRefusal> {
        self.at(self.url.as_deref().unwrap_or_default(), "")
    }
}

impl Installation<'_> {
    /// Returns the registration request, which is not validated yet.
    #[must_use]
    pub fn request(&self) -> RegistrationRequest {
        let mut request = self.preset.client.clone();
        let typed = self.typed();
        let filled = |text: &String| fill(text, &typed);
        let all = |texts: Option<Vec<String>>| texts.map(|texts| texts.iter().map(filled).collect());
        request.redirect_uris = all(request.redirect_uris);
        request.post_logout_redirect_uris = all(request.post_logout_redirect_uris);
        request.openid.backchannel_logout_uri = request.openid.backchannel_logout_uri.as_ref().map(filled);
        // The text in parentheses distinguishes two presets of one application, which is irrelevant to its users.
        let name = self.preset.name.split(" (").next().unwrap_or_default().to_owned();
        request.client_name.get_or_insert(name);
        request
    }

    /// Returns the texts to paste.
    #[must_use]
    pub fn snippets(&self, given: &Given<'_>) -> Vec<Snippet> {
        let endpoint = |path| given.issuer.endpoint(path);
        let request = self.request();
        let values = [
            ("issuer", given.issuer.as_str().to_owned()),
            ("discovery", endpoint("/.well-known/openid-configuration")),
            ("authorization_endpoint", endpoint("/authorize")),
            ("token_endpoint", endpoint("/token")),
            ("userinfo_endpoint", endpoint("/userinfo")),
            ("end_session_endpoint", endpoint("/logout")),
            ("introspection_with_secret", introspection_with_secret(given)),
            ("jwks_uri", endpoint("/jwks.json")),
            ("client_id", given.client_id.to_owned()),
            ("client_secret", given.client_secret.map(|secret| secret.expose().to_owned()).unwrap_or_default()),
            ("scope", request.scope.unwrap_or_default()),
            ("redirect_uri", request.redirect_uris.into_iter().flatten().next().unwrap_or_default()),
            ("brand", plain(given.brand)),
        ];
        let values = values.iter().map(|(place, value)| (*place, value.as_str()));
        let values: Vec<(&str, &str)> = values.chain(self.typed()).collect();
        let filled = |snippet: &Snippet| Snippet {
            title: snippet.title.clone(),
            text: fill(&snippet.text, &values).trim_end().to_owned(),
        };
        self.preset.snippets.iter().map(filled).collect()
    }

    fn typed(&self) -> [(&str, &str); 3] {
        [("url", &self.url), ("origin", &self.origin), ("name", &self.name)]
    }
}

impl InstallationRefusal {
    /// Returns the name of the invalid field.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Name => "name",
        }
    }
}

impl fmt::Display for InstallationRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Url => "Enter the address where people open the application. It begins with https://.",
            Self::Name => "Use up to 40 letters, digits, dots, hyphens and underscores.",
        })
    }
}

impl std::error::Error for InstallationRefusal {}

/// Normalises an entered URL as a browser would, without a trailing slash. Also returns its origin.
fn address(text: &str) -> Option<(String, String)> {
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !is_web || !is_bare || url.password().is_some() {
        return None;
    }
    // A quotation mark would end the string that the URL is pasted into.
    let is_plain = url.as_str().bytes().all(|byte| byte.is_ascii_graphic() && !b"'\"`\\{}<>$".contains(&byte));
    is_plain.then(|| (url.as_str().trim_end_matches('/').to_owned(), url.origin().ascii_serialization()))
}

fn segment(name: &str) -> Option<String> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    // "." and ".." would leave the path.
    let is_segment = name.len() <= 40 && !name.bytes().all(|byte| byte == b'.');
    (is_plain && is_segment).then(|| name.to_owned())
}

/// Removes the characters from a name that could end the string that it is pasted into.
fn plain(brand: &str) -> String {
    brand.chars().filter(|character| character.is_alphanumeric() || " -._".contains(*character)).collect()
}

/// Returns the introspection URL with the credentials in it, for programs without another setting for them.
fn introspection_with_secret(given: &Given<'_>) -> String {
    let endpoint = given.issuer.endpoint("/introspect");
    let secret = given.client_secret.map(Secret::expose).unwrap_or_default();
    match endpoint.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}:{secret}@{rest}", given.client_id),
        None => endpoint,
    }
}

/// Replaces each known `{placeholder}` in `template` with its value. Placeholders in values are not replaced.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let (mut filled, mut rest) = (String::with_capacity(template.len()), template);
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let place = after.split_once('}');
        let known = place.and_then(|(place, left)| values.iter().find(|(known, _)| *known == place).zip(Some(left)));
        match known {
            Some(((_, value), left)) => {
                filled.push_str(value);
                rest = left;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
