//! The page at `/account/password`: a person chooses another password.

use maud::{Markup, html};

use super::component::{Button, alert, back_to, hidden};
use super::field::Field;
use super::layout::{Frame, NavigationItem, PageContext};

/// What the page of the password shows.
#[derive(Clone, Debug, Default)]
pub struct PasswordPage {
    /// Whose password it is, so that the browser keeps it with the right name.
    pub username: String,
    /// What is wrong with the password of today.
    pub current_error: Option<String>,
    /// What is wrong with the new one.
    pub new_error: Option<String>,
    /// What is wrong beside the fields, as a sentence.
    pub error: Option<String>,
    /// What was just done, as a sentence.
    pub done: Option<String>,
    /// The shortest password that is accepted, in characters.
    pub minimum_password_length: usize,
    /// The anti-forgery token.
    pub anti_forgery: String,
}

impl PasswordPage {
    /// The page. Its form posts `current_password` and `new_password` to `/account/password`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.password;
        let hint = context.texts.form.password_rule(self.minimum_password_length);
        Frame::document(context, w.password).at(NavigationItem::Account).around(&html! {
            (back_to("/account", w.your_account, self.done.as_deref()))
            h1 { (w.password) }
            section .card {
                @if let Some(error) = &self.error { (alert(error)) }
                p { (w.others_signed_out) }
                form method="post" action="/account/password" {
                    (hidden(&self.anti_forgery, None))
                    input type="hidden" name="username" autocomplete="username" value=(self.username);
                    (Field::current_password(context.texts).named("current_password", w.password_of_today)
                        .error(self.current_error.as_deref()))
                    (Field::new_password(context.texts).named("new_password", w.new_password).hint(&hint)
                        .error(self.new_error.as_deref()))
                    div .actions { (Button::primary("password-submit", w.change_the_password)) }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    #[test]
    fn both_passwords_are_asked_for_and_told_apart_by_the_browser() {
        let page = PasswordPage { new_error: Some("Too short.".to_owned()), ..PasswordPage::default() };
        let html = page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string();
        for part in [
            "name=\"current_password\" autocomplete=\"current-password\"",
            "name=\"new_password\" autocomplete=\"new-password\"",
            "id=\"new_password-error\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("current_password-error"), "{html}");
    }
}
