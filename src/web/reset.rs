//! The pages at `/reset`, on which a user sets a password with a password-reset link.

use maud::{Markup, html};

use super::client::chosen;
use super::component::{Button, alert, hidden, notice};
use super::field::Field;
use super::layout::{Frame, PageContext};

/// The page that the link leads to.
#[derive(Clone, Debug)]
pub struct ResetPage {
    /// The code of the link.
    pub code: String,
    /// Username of the account, so that password managers store the password with it.
    pub username: String,
    /// Error message of the password.
    pub password_error: Option<String>,
    /// Error message that belongs to no field.
    pub error: Option<String>,
    /// Minimum length of a password, in characters.
    pub minimum_password_length: usize,
    pub anti_forgery: String,
}

/// The page shown after the password was set.
#[derive(Clone, Copy, Debug)]
pub struct ResetDonePage;

impl ResetPage {
    /// Renders the page. Its form posts `code` and `password` to `/reset`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.reset;
        Frame::question(context, w.title).around(&html! {
            section .card {
                h1 { (w.title) }
                p .subtitle { (w.for_person(&chosen(&self.username))) }
                @if let Some(error) = &self.error { (alert(error)) }
                p { (w.consequence) }
                form method="post" action="/reset" {
                    (hidden(&self.anti_forgery, None))
                    input type="hidden" name="code" value=(self.code);
                    input type="hidden" name="username" autocomplete="username" value=(self.username);
                    (Field::new_password(context.texts).named("password", w.new_password)
                        .hint(&context.texts.form.password_rule(self.minimum_password_length))
                        .error(self.password_error.as_deref()))
                    div .actions { (Button::primary("reset-submit", w.submit)) }
                }
            }
        })
    }
}

impl ResetDonePage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.reset;
        Frame::question(context, w.done).around(&html! {
            section .card {
                h1 { (w.done) }
                (notice(w.done_note))
                div .actions { a #reset-sign-in .button .primary href="/login" { (w.sign_in) } }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    #[test]
    fn the_code_of_the_link_travels_in_the_form_and_the_password_with_its_name() {
        let brand = Brand { name: "Acme".to_owned() };
        let page = ResetPage {
            code: "c0de".to_owned(),
            username: "eve".to_owned(),
            password_error: Some("Too short.".to_owned()),
            error: None,
            minimum_password_length: 15,
            anti_forgery: "token".to_owned(),
        };
        let html = page.render(PageContext::english(&brand)).into_string();
        assert!(html.contains("<form method=\"post\" action=\"/reset\">"), "{html}");
        assert!(html.contains("name=\"code\" value=\"c0de\""), "{html}");
        assert!(html.contains("autocomplete=\"new-password\"") && html.contains("At least 15 characters"), "{html}");
        assert!(html.contains("id=\"password-error\"") && html.contains("autocomplete=\"username\""), "{html}");
        assert!(ResetDonePage.render(PageContext::english(&brand)).into_string().contains("href=\"/login\""));
    }
}
