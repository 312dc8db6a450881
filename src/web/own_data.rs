//! The page at `/account/data`, on which a user exports their data or deletes the account.

use maud::{Markup, html};

use super::component::{Button, alert, back_to, caution, hidden};
use super::field::Field;
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug, Default)]
pub struct OwnDataPage {
    pub username: String,
    /// Error message of the password field.
    pub password_error: Option<String>,
    /// Error message that belongs to no field.
    pub error: Option<String>,
    pub anti_forgery: String,
}

impl OwnDataPage {
    /// Renders the page. Its form posts `password` and `decision=delete` to `/account/data`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.own_data;
        Frame::document(context, w.your_data).at(NavigationItem::Account).around(&html! {
            (back_to("/account", w.your_account, None))
            h1 { (w.your_data) }
            section .card .row {
                div {
                    h2 { (w.take_a_copy) }
                    p .muted { (w.copy_holds) }
                }
                a .button #data-copy href="/account/data/copy" download="account.json" { (w.download) }
            }
            section .card {
                h2 { (w.delete_your_account) }
                @if let Some(error) = &self.error { (alert(error)) }
                (caution(&html! {
                    p {
                        (w.what_goes)
                    }
                }))
                form method="post" action="/account/data" {
                    (hidden(&self.anti_forgery, None))
                    input type="hidden" name="username" autocomplete="username" value=(self.username);
                    (Field::current_password(context.texts).hint(w.password_hint)
                        .error(self.password_error.as_deref()))
                    div .actions { (Button::secondary("account-delete", w.delete_the_account).deciding("delete")) }
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
    fn leaving_asks_for_the_password_and_says_what_goes() {
        let page = OwnDataPage { password_error: Some("Wrong.".to_owned()), ..OwnDataPage::default() };
        let html = page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string();
        for part in
            ["autocomplete=\"current-password\"", "id=\"password-error\"", "cannot be undone", "/account/data/copy"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
