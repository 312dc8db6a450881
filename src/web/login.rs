//! The page at `/login`.

use maud::{Markup, html};

use super::client::{ClientCard, chosen};
use super::component::{Button, alert, continuing, hidden, notice};
use super::field::Field;
use super::i18n::Texts;
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct LoginPage {
    /// The requesting client, if there is one.
    pub client: Option<ClientCard>,
    /// The initial value: what was entered before, or the client's `login_hint`.
    pub username: String,
    /// Why the page is shown, or shown again.
    pub remark: Option<LoginRemark>,
    /// Whether sign-up is open to everyone.
    pub signup_open: bool,
    /// The pending interaction, as an opaque text.
    pub interaction: Option<String>,
    pub anti_forgery: String,
}

/// Why the login page is shown, other than for a first attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginRemark {
    /// Wrong username or password. The message is the same for both, so that it does not reveal whether the username
    /// exists.
    Mismatch,
    /// Too many failed attempts. The next attempt is allowed after this time.
    Wait {
        /// Rounded up.
        seconds: u64,
    },
    /// The server is too busy to check a password.
    Busy,
    /// The page was open for too long, or in another browser.
    Expired,
    /// The browser sent no cookie.
    Cookies,
    /// The user is signed in, but the request requires a new login (`prompt=login`, `max_age`).
    Again,
}

impl LoginRemark {
    fn render(self, texts: &Texts) -> Markup {
        let w = &texts.login;
        match self {
            Self::Mismatch => alert(w.mismatch),
            Self::Wait { seconds } => alert(&texts.form.wait(seconds)),
            Self::Busy => alert(texts.form.busy),
            Self::Expired => alert(w.expired),
            Self::Cookies => alert(w.cookies),
            Self::Again => notice(w.again),
        }
    }
}

impl LoginPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let (texts, w) = (context.texts, &context.texts.login);
        let interaction = self.interaction.as_deref();
        Frame::question(context, w.sign_in).around(&html! {
            section .card {
                @if let Some(client) = &self.client { (client.picture()) }
                h1 { (w.sign_in) }
                p .subtitle {
                    @match &self.client {
                        Some(client) => (w.continuing_to(&chosen(&client.name)))
                        None => (w.with_account_of(&context.brand.name))
                    }
                }
                @if let Some(remark) = self.remark { (remark.render(texts)) }
                form method="post" action="/login" {
                    (hidden(&self.anti_forgery, interaction))
                    (Field::username(texts)
                        .named("username", w.username_or_email)
                        .value(&self.username)
                        .autofocus(self.username.is_empty()))
                    (Field::current_password(texts).autofocus(!self.username.is_empty()))
                    div .actions { (Button::primary("login-submit", w.sign_in)) }
                }
                @if self.signup_open {
                    p .aside {
                        (w.new_here(&html! { a href=(continuing("/signup", interaction)) { (w.create_an_account) } }))
                    }
                }
            }
            @if let Some(client) = &self.client { (client.fine_print(&texts.client)) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;
    use crate::web::WebLink;

    fn page() -> LoginPage {
        LoginPage {
            client: None,
            username: String::new(),
            remark: None,
            signup_open: false,
            interaction: None,
            anti_forgery: "token".to_owned(),
        }
    }

    fn html_of(page: &LoginPage) -> String {
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn the_form_has_the_ids_and_names_that_others_rely_on() {
        let html = html_of(&page());
        assert!(html.contains("<title>Sign in · Acme</title>") && html.contains("<h1>Sign in</h1>"), "{html}");
        assert!(html.contains("<form method=\"post\" action=\"/login\">"), "{html}");
        for id in ["username", "password", "login-submit"] {
            assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
        }
    }

    // OpenID Connect Dynamic Client Registration 1.0 §2: logo_uri, policy_uri and tos_uri are shown to the End-User.
    #[test]
    fn the_client_is_shown_with_its_policy_and_terms() {
        let client = ClientCard {
            name: "Grafana".to_owned(),
            logo: None,
            policy: WebLink::parse("https://rp.example/policy"),
            terms: WebLink::parse("https://rp.example/terms"),
        };
        let html = html_of(&LoginPage { client: Some(client), ..page() });
        for part in ["to continue to <bdi class=\"chosen\">Grafana</bdi>", "rp.example/policy", "rp.example/terms"] {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html_of(&page()).contains("to continue to"));
    }

    #[test]
    fn signing_up_instead_keeps_the_interaction() {
        let within = LoginPage { signup_open: true, interaction: Some("i&1".to_owned()), ..page() };
        let html = html_of(&within);
        assert!(html.contains("href=\"/signup?interaction=i%261\""), "{html}");
        assert!(html.contains("name=\"interaction\" value=\"i&amp;1\""), "{html}");
        assert!(!html_of(&page()).contains("/signup"));
    }

    #[test]
    fn the_cursor_waits_where_typing_goes_on() {
        let first = |html: &str| html.split("<input").position(|input| input.contains(" autofocus"));
        let empty = html_of(&page());
        let hinted = html_of(&LoginPage { username: "ada".to_owned(), ..page() });
        assert!(first(&empty) < first(&hinted), "{empty} {hinted}");
        assert_eq!(hinted.matches(" autofocus").count(), 1);
        assert!(hinted.contains("value=\"ada\""), "{hinted}");
    }

    #[test]
    fn a_remark_is_an_alert_unless_nothing_is_wrong() {
        let with = |remark| html_of(&LoginPage { remark: Some(remark), ..page() });
        assert!(with(LoginRemark::Mismatch).contains("role=\"alert\""));
        assert!(with(LoginRemark::Again).contains("role=\"status\""));
        assert!(!html_of(&page()).contains("role="));
    }
}
