//! The pages at `/developer/presets`, on which a well-known application is registered by name and URL.

use maud::{Markup, html};

use super::component::{Button, Fact, alert, back_to, caution, code_block, copyable, facts, hidden};
use super::field::{Field, FieldState};
use super::i18n::PresetTexts;
use super::layout::{Frame, NavigationItem, PageContext};
use super::own_client_path::own_client_path;
use crate::secret::Secret;

/// The path of the presets.
pub const PRESETS: &str = "/developer/presets";

/// The list of presets.
#[derive(Clone, Debug)]
pub struct PresetsPage {
    /// The search text.
    pub text: String,
    pub presets: Vec<PresetLine>,
}

/// A preset in the list.
#[derive(Clone, Debug)]
pub struct PresetLine {
    /// Identifier of the preset in URLs.
    pub id: String,
    /// Name of the application.
    pub name: String,
    /// Why the user cannot use the preset, in a word or two.
    pub obstacle: Option<String>,
}

/// The form that asks for the URL.
#[derive(Clone, Debug)]
pub struct PresetPage {
    /// Identifier of the preset in URLs.
    pub id: String,
    /// Name of the application.
    pub name: String,
    /// What to know before setting up the application.
    pub note: Option<String>,
    /// How the application matches users, and what this requires of this server.
    pub matching: Option<String>,
    /// Why the user cannot use the preset, in one sentence. The page then has no form.
    pub obstacle: Option<String>,
    /// The URL and an example. `None` if the preset needs no URL.
    pub url: Option<(FieldState, String)>,
    /// The name in the redirect URI, and its label in the application.
    pub name_part: Option<(FieldState, String)>,
    /// The client metadata for the example URL.
    pub metadata: Vec<Fact>,
    /// Whether the page only shows configuration to write and registers nothing.
    pub by_configuration: bool,
    /// Error message that belongs to no field.
    pub error: Option<String>,
    pub anti_forgery: String,
}

/// The values to enter in the application.
#[derive(Clone, Debug)]
pub struct PresetResultPage {
    /// Name of the application.
    pub name: String,
    /// Where in the application the values are entered.
    pub entered_at: String,
    /// A note about the application.
    pub note: Option<String>,
    /// How PKCE is enabled in the application, or why it is not used.
    pub pkce: String,
    /// How the application matches users, and what this requires of this server.
    pub matching: Option<String>,
    /// Settings of the registration that will not work.
    pub warning: Option<String>,
    /// The credentials, unless the application can only be registered in the configuration file.
    pub credentials: Option<Credentials>,
    /// The issuer identifier.
    pub issuer: String,
    /// URL of the discovery document.
    pub discovery: String,
    /// Title and text of each snippet, including the secret.
    pub snippets: Vec<(String, Secret)>,
}

/// The credentials of the registered application.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub client_id: String,
    /// The `client_secret`, absent for a public client.
    pub client_secret: Option<Secret>,
    pub scope: String,
    pub redirect_uris: Vec<String>,
}

impl PresetsPage {
    /// Renders the page. Its form is a GET with `q`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.preset;
        Frame::document(context, w.title).at(NavigationItem::Applications).around(&html! {
            (back_to("/developer", w.back, None))
            h1 { (w.title) }
            (preset_search(w, &self.text))
            @if self.presets.is_empty() { p .empty { (w.nothing) } }
            ul .rows {
                @for preset in &self.presets {
                    li .card {
                        h2 {
                            a href=(preset_path(&preset.id)) { bdi { (preset.name) } }
                            @if let Some(obstacle) = &preset.obstacle { " " span .badge { (obstacle) } }
                        }
                    }
                }
            }
        })
    }
}

impl PresetPage {
    /// Renders the page. Its form posts `url` and `name` to the same path.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.preset;
        Frame::document(context, &self.name).at(NavigationItem::Applications).around(&html! {
            (back_to(PRESETS, w.all, None))
            h1 { bdi { (self.name) } }
            @if let Some(note) = &self.note { (caution(&html! { p { (note) } })) }
            @if let Some(matching) = &self.matching { (caution(&html! { p #preset-matching { (matching) } })) }
            section .card {
                @if let Some(error) = &self.error { (alert(error)) }
                @if let Some(obstacle) = &self.obstacle {
                    (caution(&html! { p { (obstacle) } }))
                } @else {
                    (self.form(context))
                }
                h2 { (w.redirect_uris) }
                (facts(&self.metadata))
            }
        })
    }

    fn form(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.preset;
        let submit = if self.by_configuration { w.show } else { w.register };
        html! {
            form method="post" action=(preset_path(&self.id)) {
                (hidden(&self.anti_forgery, None))
                @if let Some((url, example)) = &self.url {
                    (Field::text(context.texts, "url", w.url_label).entry(url).autocomplete("url").autofocus(true)
                        .hint(&w.url_hint(example)))
                }
                @if let Some((name, label)) = &self.name_part { (Field::text(context.texts, "name", label).entry(name)) }
                @if self.url.is_none() && self.name_part.is_none() { p { (w.nothing_to_type) } }
                div .actions { (Button::primary("preset-submit", submit)) }
            }
        }
    }
}

impl PresetResultPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.preset;
        Frame::document(context, &self.name).at(NavigationItem::Applications).around(&html! {
            h1 {
                @let name = html! { bdi { (self.name) } };
                (if self.credentials.is_some() { w.registered(&name) } else { w.written_in_file(&name) })
            }
            @if let Some(warning) = &self.warning { (caution(&html! { p #logout-warning { (warning) } })) }
            @if let Some(note) = &self.note { (caution(&html! { p { (note) } })) }
            @if let Some(matching) = &self.matching { (caution(&html! { p #preset-matching { (matching) } })) }
            @if let Some(credentials) = &self.credentials { (self.values(w, credentials)) }
            section .card {
                h2 { (w.to_paste) }
                p .muted { (w.enter_at(&self.entered_at)) "." }
                p #preset-pkce { (w.pkce(&self.pkce)) }
                @for (at, (title, text)) in self.snippets.iter().enumerate() {
                    h3 { (title) }
                    (code_block(&format!("preset-snippet-{at}"), title, text.expose()))
                }
            }
            @if let Some(credentials) = &self.credentials {
                p { a href=(own_client_path(&credentials.client_id)) { (w.change) } }
            }
            p { a href="/developer" { (w.back) } }
        })
    }

    fn values(&self, w: &PresetTexts, credentials: &Credentials) -> Markup {
        html! {
            section .card {
                h2 { (w.enter_at(&self.entered_at)) }
                @if credentials.client_secret.is_some() { (caution(&html! { p { (w.once) } })) }
                dl .facts {
                    (copyable("issuer", w.issuer, &self.issuer))
                    (copyable("discovery", w.discovery, &self.discovery))
                    (copyable("client-id", w.client_id, &credentials.client_id))
                    @if let Some(secret) = &credentials.client_secret {
                        (copyable("client-secret", w.client_secret, secret.expose()))
                    }
                    (copyable("scope", w.scope, &credentials.scope))
                    div {
                        dt { (w.uris) }
                        @for uri in &credentials.redirect_uris { dd { code .copy { (uri) } } }
                    }
                }
            }
        }
    }
}

/// The form that searches the presets. It sends `q`.
pub(super) fn preset_search(w: &PresetTexts, text: &str) -> Markup {
    html! {
        form .card method="get" action=(PRESETS) role="search" {
            div .field {
                label for="q" { (w.search_label) }
                input #q type="search" name="q" value=(text) autocapitalize="none" spellcheck="false";
            }
            div .actions { button #search-submit .button type="submit" { (w.search) } }
        }
    }
}

fn preset_path(id: &str) -> String {
    format!("{PRESETS}/{}", form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn brand() -> Brand {
        Brand { name: "Acme".to_owned() }
    }

    fn page() -> PresetPage {
        PresetPage {
            id: "gitea".to_owned(),
            name: "Gitea".to_owned(),
            note: None,
            matching: None,
            obstacle: None,
            url: Some((FieldState::default(), "https://git.example.org".to_owned())),
            name_part: Some((FieldState::of("signet"), "Name of the source".to_owned())),
            metadata: vec![Fact::new("PKCE", "not required")],
            by_configuration: false,
            error: None,
            anti_forgery: "token".to_owned(),
        }
    }

    #[test]
    fn only_what_the_application_has_a_place_for_is_asked() {
        let html = page().render(PageContext::english(&brand())).into_string();
        assert!(html.contains("action=\"/developer/presets/gitea\""), "{html}");
        assert!(html.contains("name=\"url\"") && html.contains("value=\"signet\""), "{html}");
        let fixed =
            PresetPage { url: None, name_part: None, ..page() }.render(PageContext::english(&brand())).into_string();
        assert!(!fixed.contains("name=\"url\"") && fixed.contains("do not need to enter anything"), "{fixed}");
        let kept = PresetPage { obstacle: Some("Ask an administrator.".to_owned()), ..page() };
        let kept = kept.render(PageContext::english(&brand())).into_string();
        assert!(kept.contains("Ask an administrator.") && !kept.contains("method=\"post\""), "{kept}");
    }

    #[test]
    fn the_exact_values_are_there_to_copy() {
        let credentials = Credentials {
            client_id: "app_1".to_owned(),
            client_secret: Some(Secret::new("s3cret")),
            scope: "openid".to_owned(),
            redirect_uris: vec!["https://a.example/cb".to_owned()],
        };
        let page = PresetResultPage {
            name: "Gitea".to_owned(),
            entered_at: "the settings".to_owned(),
            note: None,
            pkce: "always".to_owned(),
            matching: None,
            warning: None,
            credentials: Some(credentials.clone()),
            issuer: "https://login.example".to_owned(),
            discovery: "https://login.example/x".to_owned(),
            snippets: vec![("app.ini".to_owned(), Secret::new("KEY=s3cret"))],
        };
        let html = page.render(PageContext::english(&brand())).into_string();
        for (id, value) in [("issuer", "https://login.example"), ("client-id", "app_1"), ("client-secret", "s3cret")] {
            assert!(html.contains(&format!("id=\"{id}\">{value}</code>")), "{id}: {html}");
        }
        assert!(html.contains("KEY=s3cret</code>") && !format!("{page:?}").contains("s3cret"), "{html}");
        let public = Credentials { client_secret: None, ..credentials };
        let html =
            PresetResultPage { credentials: Some(public), ..page }.render(PageContext::english(&brand())).into_string();
        assert!(!html.contains("client-secret") && !html.contains("shown for ten minutes"), "{html}");
    }
}
