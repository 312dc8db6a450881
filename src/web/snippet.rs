//! Configuration snippets that a developer pastes into an application.

use maud::{Markup, html};

use super::component::code_block;
use super::i18n::SnippetTexts;
use super::layout::PageContext;

/// The values of an application from which the snippets are generated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippets {
    /// The issuer identifier.
    pub issuer: String,
    pub client_id: String,
    pub has_secret: bool,
    /// The first redirect URI. `None` if the application does not sign users in.
    pub redirect_uri: Option<String>,
    /// The scope to request.
    pub scope: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    /// The `device_authorization_endpoint`, if the application is for devices.
    pub device_authorization_endpoint: Option<String>,
}

impl Snippets {
    pub(super) fn render(&self, context: PageContext<'_>) -> Markup {
        html! {
            @for (id, title, text) in self.all(context) {
                h3 { (title) }
                (code_block(id, title, &text))
            }
        }
    }

    /// Id, title and text of each snippet.
    fn all(&self, context: PageContext<'_>) -> Vec<(&'static str, &'static str, String)> {
        let w = &context.texts.snippet;
        let mut all = vec![("snippet-settings", w.settings, self.settings())];
        if let Some(redirect_uri) = &self.redirect_uri {
            all.push(("snippet", w.link, self.link(context, redirect_uri)));
            all.push(("snippet-token", w.redemption, self.redemption(redirect_uri)));
        } else if self.device_authorization_endpoint.is_none() {
            all.push(("snippet-token", w.service, self.service()));
        }
        if let Some(endpoint) = &self.device_authorization_endpoint {
            all.extend(self.device(w, endpoint));
        }
        all
    }

    /// Environment variables with the names that most programs use.
    fn settings(&self) -> String {
        let redirect_uri =
            self.redirect_uri.as_ref().map_or_else(String::new, |uri| format!("OIDC_REDIRECT_URI={uri}\n"));
        let secret = if self.has_secret { "OIDC_CLIENT_SECRET=CLIENT_SECRET\n" } else { "" };
        format!(
            "OIDC_ISSUER={}\nOIDC_CLIENT_ID={}\n{secret}{redirect_uri}OIDC_SCOPES=\"{}\"",
            self.issuer, self.client_id, self.scope
        )
    }

    /// The authorization link as HTML to paste: escaped once here, and again when it is shown.
    fn link(&self, context: PageContext<'_>, redirect_uri: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &self.scope)
            .append_pair("state", "STATE")
            .append_pair("code_challenge", "CODE_CHALLENGE")
            .append_pair("code_challenge_method", "S256")
            .finish();
        let text = context.texts.snippet.log_in_with(&context.brand.name);
        html! { a href={ (self.authorization_endpoint) "?" (query) } { (text) } }.into_string()
    }

    fn redemption(&self, redirect_uri: &str) -> String {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", redirect_uri),
            ("code", "CODE"),
            ("code_verifier", "CODE_VERIFIER"),
        ];
        self.curl(&fields)
    }

    /// RFC 8628: the device authorization request, the response, and the token request.
    fn device(&self, w: &SnippetTexts, endpoint: &str) -> [(&'static str, &'static str, String); 3] {
        let client_id = self.client_id.as_str();
        let begin = self.curl_to(endpoint, &[("client_id", client_id), ("scope", &self.scope)]);
        let qr = html! {
            img src={ (self.issuer) "/device/qr?user_code=USER_CODE" } alt="USER_CODE" width="256" height="256";
        };
        let grant_type = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        let poll = self.curl(&[grant_type, ("client_id", client_id), ("device_code", "DEVICE_CODE")]);
        [
            ("snippet-device", w.device, begin),
            ("snippet-device-qr", w.device_qr, qr.into_string()),
            ("snippet-device-token", w.device_token, poll),
        ]
    }

    fn service(&self) -> String {
        let client_id = self.client_id.as_str();
        self.curl(&[("grant_type", "client_credentials"), ("client_id", client_id), ("scope", &self.scope)])
    }

    /// A form request to the token endpoint. The fields are in single quotes, in which a shell changes nothing, so no
    /// value may contain one.
    fn curl(&self, fields: &[(&str, &str)]) -> String {
        self.curl_to(&self.token_endpoint, fields)
    }

    fn curl_to(&self, endpoint: &str, fields: &[(&str, &str)]) -> String {
        let secret = self.has_secret.then_some(("client_secret", "CLIENT_SECRET"));
        let quoted = |value: &str| value.replace('\'', "'\\''");
        let mut command = format!("curl '{}'", quoted(endpoint));
        for (name, value) in fields.iter().copied().chain(secret) {
            command.push_str(&format!(" \\\n  --data-urlencode '{name}={}'", quoted(value)));
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn snippets() -> Snippets {
        Snippets {
            issuer: "https://login.example.org".to_owned(),
            client_id: "wiki-1".to_owned(),
            has_secret: true,
            redirect_uri: Some("https://wiki.example/it's".to_owned()),
            scope: "openid profile".to_owned(),
            authorization_endpoint: "https://login.example.org/authorize".to_owned(),
            token_endpoint: "https://login.example.org/token".to_owned(),
            device_authorization_endpoint: None,
        }
    }

    fn texts(snippets: &Snippets) -> Vec<(&'static str, String)> {
        let all = snippets.all(PageContext::english(&Brand { name: "Acme".to_owned() }));
        all.into_iter().map(|(id, _, text)| (id, text)).collect()
    }

    #[test]
    fn every_text_has_the_exact_values_and_a_place_for_the_secret() {
        let all = texts(&snippets());
        assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["snippet-settings", "snippet", "snippet-token"]);
        let [settings, link, curl] = [0, 1, 2].map(|at| all[at].1.clone());
        assert!(settings.contains("OIDC_ISSUER=https://login.example.org\nOIDC_CLIENT_ID=wiki-1\n"), "{settings}");
        assert!(link.ends_with("\">Sign in with Acme</a>") && link.contains("client_id=wiki-1&amp;"), "{link}");
        assert!(curl.contains("'redirect_uri=https://wiki.example/it'\\''s'"), "{curl}");
        for text in [settings, curl] {
            assert!(text.contains("=CLIENT_SECRET"), "{text}");
        }
        let public = texts(&Snippets { has_secret: false, ..snippets() });
        assert!(public.iter().all(|(_, text)| !text.contains("SECRET")), "{public:?}");
    }

    #[test]
    fn a_device_shows_a_code_and_its_picture_and_then_asks() {
        let endpoint = Some("https://login.example.org/device_authorization".to_owned());
        let device = Snippets { redirect_uri: None, device_authorization_endpoint: endpoint, ..snippets() };
        let all = texts(&Snippets { has_secret: false, ..device });
        let ids = ["snippet-settings", "snippet-device", "snippet-device-qr", "snippet-device-token"];
        assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
        let [begin, qr, poll] = [1, 2, 3].map(|at| all[at].1.clone());
        assert!(begin.starts_with("curl 'https://login.example.org/device_authorization'"), "{begin}");
        assert!(qr.contains("src=\"https://login.example.org/device/qr?user_code=USER_CODE\""), "{qr}");
        assert!(poll.contains("device_code=DEVICE_CODE") && !poll.contains("SECRET"), "{poll}");
    }

    #[test]
    fn a_service_gets_its_token_for_itself() {
        let all = texts(&Snippets { redirect_uri: None, ..snippets() });
        assert!(all.iter().all(|(id, _)| *id != "snippet"), "{all:?}");
        let parts = ["grant_type=client_credentials", "'scope=openid profile'"];
        assert!(all.iter().any(|(_, text)| parts.iter().all(|part| text.contains(part))), "{all:?}");
    }
}
