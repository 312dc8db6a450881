//! The page of the one-time setup link of a new server, which creates the first administrator.

use maud::{Markup, html};

use super::component::{Button, alert, hidden};
use super::field::{Field, FieldState};
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct SetupPage {
    /// The one-time code of the link.
    pub code: String,
    pub username: FieldState,
    /// The e-mail address. May be empty.
    pub email: FieldState,
    /// Error message of the password.
    pub password_error: Option<String>,
    /// Error message that belongs to no field.
    pub error: Option<String>,
    /// Minimum length of a password, in characters.
    pub minimum_password_length: usize,
    pub anti_forgery: String,
}

impl SetupPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.setup;
        Frame::question(context, w.set_up_this_server).around(&html! {
            section .card {
                h1 { (w.set_up_this_server) }
                p .subtitle { (w.create_the_first) }
                @if let Some(error) = &self.error { (alert(error)) }
                form method="post" action="/setup" {
                    (hidden(&self.anti_forgery, None))
                    input type="hidden" name="code" value=(self.code);
                    (Field::username(context.texts).entry(&self.username).autofocus(self.username.value.is_empty()))
                    (Field::email(context.texts).entry(&self.email).optional())
                    (Field::new_password(context.texts)
                        .hint(&context.texts.form.password_rule(self.minimum_password_length))
                        .error(self.password_error.as_deref()))
                    div .actions { (Button::primary("setup-submit", w.create_administrator)) }
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
    fn the_code_of_the_link_travels_with_the_form() {
        let page = SetupPage {
            code: "c0de".to_owned(),
            username: FieldState::of("root"),
            email: FieldState::default(),
            password_error: None,
            error: Some("That did not work.".to_owned()),
            minimum_password_length: 15,
            anti_forgery: "token".to_owned(),
        };
        let html = page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string();
        assert!(html.contains("<form method=\"post\" action=\"/setup\">"), "{html}");
        assert!(html.contains("name=\"code\" value=\"c0de\"") && html.contains("value=\"root\""), "{html}");
        assert!(html.contains("role=\"alert\""), "{html}");
    }
}
