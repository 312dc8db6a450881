//! The page at `/account/password`, on which a user changes the password.

use maud::{Markup, html};

use super::component::{Button, alert, back_to, hidden};
use super::field::Field;
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug, Default)]
pub struct PasswordPage {
    /// Username of the account, so that password managers store the password with it.
    pub username: String,
    /// Error message of the current password.
    pub current_error: Option<String>,
    /// Error message of the new password.
    pub new_error: Option<String>,
    /// Error message that belongs to no field.
    pub error: Option<String>,
    /// Confirmation of the last action.
    pub done: Option<String>,
    /// Minimum length of a password, in characters.
    pub minimum_password_length: usize,
    pub anti_forgery: String,
}

impl PasswordPage {
    /// Renders the page. Its form posts `current_password` and `new_password` to `/account/password`.
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
                    (Field::current_password(context.texts).named("current_password", w.password_current)
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
