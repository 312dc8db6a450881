//! Presets: what applications that people host themselves need to be registered with, and what to enter there.
//!
//! Each is a file under `data`: the metadata of RFC 7591 with places for the address of the application, and texts with
//! places for what the registration gave. Whoever registers types the address and nothing else, or a name where the
//! application puts one into its redirect URI.

mod catalogue;

use std::{fmt, sync::LazyLock};

use serde::Deserialize;
use url::Url;

use crate::{
    oauth::{issuer::Issuer, registration::RegistrationRequest},
    secret::Secret,
};

/// An application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// By what it is spoken of in addresses.
    #[serde(skip)]
    pub id: &'static str,
    /// What people call it.
    pub name: String,
    /// An example of its address; without one nothing is typed.
    pub url: Option<String>,
    /// The name that stands in its redirect URI.
    pub name_part: Option<NamePart>,
    /// Where in it the values are entered.
    #[serde(rename = "where")]
    pub entered_at: String,
    /// What to know beforehand.
    pub note: Option<String>,
    /// What turns PKCE on in it, or why there is none.
    pub pkce: String,
    /// By what it knows people again, if that is something that people choose for themselves.
    pub matches_people_by: Option<MatchedBy>,
    /// Whether it can only be registered by the configuration file, since it has its client ids built in.
    #[serde(default)]
    pub by_configuration: bool,
    client: RegistrationRequest,
    snippets: Vec<Snippet>,
}

/// By which claim an application knows people again. A person who signs up under a name or address that means someone there
/// becomes that person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// `email`.
    Email,
    /// `preferred_username`.
    Username,
}

/// A name that the application puts into its redirect URI.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamePart {
    /// What the application calls it.
    pub label: String,
    /// What it is unless something else is typed.
    pub default: String,
}

/// A text to paste.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snippet {
    /// Where it belongs.
    pub title: String,
    /// The text.
    pub text: String,
}

/// A preset with what was typed. Only [`Preset::at`] makes one.
#[derive(Debug)]
pub struct Installation<'p> {
    preset: &'p Preset,
    /// Without a slash at its end.
    url: String,
    origin: String,
    name: String,
}

/// Why something that was typed cannot stand in a redirect URI. The text says what to type instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallationRefusal {
    /// The address, as the field `url`.
    Url,
    /// The name, as the field `name`.
    Name,
}

/// What a registration gave, to be entered at the application.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// This server.
    pub issuer: &'a Issuer,
    /// Its name for people.
    pub brand: &'a str,
    /// `client_id`.
    pub client_id: &'a str,
    /// `client_secret`, which a public client has none of.
    pub client_secret: Option<&'a Secret>,
}

/// All presets, in the order of their names.
#[must_use]
pub fn all() -> &'static [Preset] {
    static ALL: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        // That every file can be read is made sure of by a test.
        let read = |(id, text): (&'static str, &str)| Some(Preset { id, ..toml::from_str(text).ok()? });
        catalogue::FILES.into_iter().filter_map(read).collect()
    });
    &ALL
}

/// The preset of `id`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Preset> {
    all().iter().find(|preset| preset.id == id)
}

/// The presets with `text` in their name, whatever its case; all for an empty text.
pub fn search(text: &str) -> impl Iterator<Item = &'static Preset> {
    let text = text.trim().to_lowercase();
    all().iter().filter(move |preset| preset.name.to_lowercase().contains(&text))
}

impl Preset {
    /// The preset for the application at `url`, with `name` where it has one. What the preset has no place for is ignored.
    ///
    /// # Errors
    ///
    /// [`InstallationRefusal`].
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

    /// The preset at the address of its example.
    ///
    /// # Errors
    ///
    /// Never, as a test makes sure.
    pub fn example(&self) -> Result<Installation<'_>, InstallationRefusal> {
        self.at(self.url.as_deref().unwrap_or_default(), "")
    }
}

impl Installation<'_> {
    /// What to register. Nothing in it is judged yet.
    #[must_use]
    pub fn request(&self) -> RegistrationRequest {
        let mut request = self.preset.client.clone();
        let typed = self.typed();
        let filled = |text: &String| fill(text, &typed);
        let all = |texts: Option<Vec<String>>| texts.map(|texts| texts.iter().map(filled).collect());
        request.redirect_uris = all(request.redirect_uris);
        request.post_logout_redirect_uris = all(request.post_logout_redirect_uris);
        request.openid.backchannel_logout_uri = request.openid.backchannel_logout_uri.as_ref().map(filled);
        // What stands in brackets tells two ways into one application apart, which is nothing to those who use it.
        let name = self.preset.name.split(" (").next().unwrap_or_default().to_owned();
        request.client_name.get_or_insert(name);
        request
    }

    /// What to paste.
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

impl MatchedBy {
    /// The word for it in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
        }
    }
}

impl InstallationRefusal {
    /// The field that it is about.
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

/// The address that somebody types, as a browser would write it, without a slash at its end; and its origin.
fn address(text: &str) -> Option<(String, String)> {
    let url = Url::parse(text.trim()).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !is_web || !is_bare || url.password().is_some() {
        return None;
    }
    // A quotation mark would end the text that it is pasted into.
    let is_plain = url.as_str().bytes().all(|byte| byte.is_ascii_graphic() && !b"'\"`\\{}<>$".contains(&byte));
    is_plain.then(|| (url.as_str().trim_end_matches('/').to_owned(), url.origin().ascii_serialization()))
}

fn segment(name: &str) -> Option<String> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    // "." and ".." would leave the path.
    let is_segment = name.len() <= 40 && !name.bytes().all(|byte| byte == b'.');
    (is_plain && is_segment).then(|| name.to_owned())
}

/// A name for people without what could end the text that it is pasted into.
fn plain(brand: &str) -> String {
    brand.chars().filter(|character| character.is_alphanumeric() || " -._".contains(*character)).collect()
}

/// The address of introspection with the credentials in it, for programs that have no other place for them.
fn introspection_with_secret(given: &Given<'_>) -> String {
    let endpoint = given.issuer.endpoint("/introspect");
    let secret = given.client_secret.map(Secret::expose).unwrap_or_default();
    match endpoint.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}:{secret}@{rest}", given.client_id),
        None => endpoint,
    }
}

/// `template` with each `{place}` that is known replaced by its value. Values are not looked into.
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
