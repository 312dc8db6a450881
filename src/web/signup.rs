//! The page at `/signup`.

use maud::{Markup, html};

use super::client::chosen;
use super::component::{Button, alert, continuing, hidden};
use super::field::{Field, FieldState};
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct SignupPage {
    /// Name of the requesting client, if there is one.
    pub client_name: Option<String>,
    pub username: FieldState,
    /// The e-mail address. May be empty.
    pub email: FieldState,
    /// The full name. May be empty.
    pub full_name: FieldState,
    /// Error message of the password. The password itself is never shown again.
    pub password_error: Option<String>,
    /// Error message that belongs to no field.
    pub error: Option<String>,
    /// Minimum length of a password, in characters.
    pub minimum_password_length: usize,
    /// The pending interaction, as an opaque text.
    pub interaction: Option<String>,
    /// The secret of the invitation, if the user followed an invitation link.
    pub invitation: Option<String>,
    pub anti_forgery: String,
}

impl SignupPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.signup;
        let interaction = self.interaction.as_deref();
        Frame::question(context, w.create_an_account).around(&html! {
            section .card {
                h1 { (w.create_an_account) }
                p .subtitle {
                    @match &self.client_name {
                        Some(name) => (w.continuing_to(&chosen(name)))
                        None => (w.for_server(&context.brand.name))
                    }
                }
                @if let Some(error) = &self.error { (alert(error)) }
                form method="post" action="/signup" {
                    (hidden(&self.anti_forgery, interaction))
                    @if let Some(invitation) = &self.invitation {
                        input type="hidden" name="invitation" value=(invitation);
                    }
                    (Field::username(context.texts).entry(&self.username).autofocus(self.username.value.is_empty()))
                    (Field::email(context.texts).entry(&self.email).optional())
                    (Field::text(context.texts, "name", w.full_name).autocomplete("name").entry(&self.full_name).optional())
                    (Field::new_password(context.texts)
                        .hint(&context.texts.form.password_rule(self.minimum_password_length))
                        .error(self.password_error.as_deref()))
                    div .actions { (Button::primary("signup-submit", w.create_account)) }
                }
                p .aside {
                    (w.have_an_account(&html! { a href=(continuing("/login", interaction)) { (w.sign_in) } }))
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn page() -> SignupPage {
        SignupPage {
            client_name: None,
            username: FieldState::default(),
            email: FieldState::default(),
            full_name: FieldState::default(),
            password_error: None,
            error: None,
            minimum_password_length: 15,
            interaction: None,
            invitation: None,
            anti_forgery: "token".to_owned(),
        }
    }

    fn html_of(page: &SignupPage) -> String {
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn the_rule_for_passwords_is_shown_before_it_is_broken() {
        let html = html_of(&page());
        assert!(html.contains("At least 15 characters"), "{html}");
        assert!(html.contains("aria-describedby=\"password-hint\""), "{html}");
    }

    #[test]
    fn each_field_tells_its_own_mistake() {
        let entry = FieldState { value: "ada".to_owned(), error: Some("Taken.".to_owned()) };
        let html = html_of(&SignupPage { username: entry, password_error: Some("Too short.".to_owned()), ..page() });
        assert!(html.contains("id=\"username-error\"") && html.contains("Taken."), "{html}");
        assert!(html.contains("id=\"password-error\"") && html.contains("Too short."), "{html}");
        assert!(html.contains("value=\"ada\"") && !html.contains("id=\"email-error\""), "{html}");
        assert!(!html_of(&page()).contains("-error\""));
    }

    #[test]
    fn signing_in_instead_keeps_the_interaction() {
        let html = html_of(&SignupPage { interaction: Some("i1".to_owned()), ..page() });
        assert!(html.contains("href=\"/login?interaction=i1\""), "{html}");
        assert!(html.contains("name=\"interaction\" value=\"i1\""), "{html}");
        assert!(html_of(&page()).contains("href=\"/login\""));
    }
}
