//! The response of `response_mode=form_post`: a form that submits itself to the client. [OAuth 2.0 Form Post Response
//! Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).

use maud::{Markup, html};

use super::address::WebLink;
use super::component::Button;
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct FormPostPage {
    /// The redirect URI.
    pub action: WebLink,
    /// The parameters of the authorization response.
    pub parameters: Vec<(String, String)>,
    /// The nonce with which the Content-Security-Policy allows the script.
    pub nonce: String,
}

impl FormPostPage {
    /// Renders the page. Without JavaScript, its button submits the form.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.form_post;
        Frame::question(context, w.continue_).around(&html! {
            section .card {
                h1 { (w.almost_there) }
                p .subtitle { (w.being_returned) }
                form method="post" action=(self.action.as_str()) {
                    @for (name, value) in &self.parameters { input type="hidden" name=(name) value=(value); }
                    div .actions { (Button::primary("form-post-continue", w.continue_)) }
                }
            }
            script nonce=(self.nonce) { (SUBMIT) }
        })
    }
}

/// Called through the prototype, since a parameter named `submit` would hide the form's method.
const SUBMIT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn page(parameters: &[(&str, &str)]) -> String {
        let page = FormPostPage {
            action: WebLink::parse("https://rp.example/cb?x=1&y=2").unwrap(),
            parameters: parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            nonce: "n0nce".to_owned(),
        };
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn the_one_form_carries_the_parameters_and_nothing_else() {
        let html = page(&[("code", "abc"), ("state", "a\"b&c")]);
        assert_eq!(html.matches("<form").count(), 1);
        assert_eq!(html.matches("<input").count(), 2);
        assert!(html.contains("action=\"https://rp.example/cb?x=1&amp;y=2\""), "{html}");
        assert!(html.contains("name=\"code\" value=\"abc\""), "{html}");
        assert!(html.contains("name=\"state\" value=\"a&quot;b&amp;c\""), "{html}");
        let button = html.split("<button").nth(1).unwrap();
        assert!(button.contains("id=\"form-post-continue\""), "{html}");
        assert!(!button.split('>').next().unwrap().contains("name="), "the button would add a parameter: {html}");
    }

    // Escaping would change the script's meaning. The script contains no characters that need escaping.
    #[test]
    fn the_one_script_is_written_as_it_is_and_carries_the_nonce() {
        let html = page(&[]);
        assert_eq!(html.matches("<script").count(), 1);
        assert!(html.contains(&format!("<script nonce=\"n0nce\">{SUBMIT}</script>")), "{html}");
    }
}
