//! The page for a request under a host name other than the issuer's: status 421.

use maud::{Markup, html};

use super::address::WebLink;
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct WrongHostPage {
    /// The issuer identifier, which is also the URL to use.
    pub issuer: WebLink,
    /// The requested host.
    pub host: String,
    /// The usual cause is a reverse proxy that does not pass on the host: the name of each proxy, and the line that it
    /// needs.
    pub proxies: &'static [(&'static str, &'static str)],
    /// The setting to change, shown only to the operator.
    pub setting: Option<String>,
}

impl WrongHostPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.wrong_host;
        let issuer = self.issuer.as_str();
        Frame::question(context, w.wrong_address).around(&html! {
            section .card {
                h1 { (w.wrong_address) }
                p { (w.other_name(&html! { code #host { (self.host) } })) }
                p .address { a #issuer href=(issuer) { (issuer) } }
                h2 { (w.behind_proxy) }
                p { (w.pass_host_on) }
                dl {
                    @for (proxy, line) in self.proxies {
                        dt { (proxy) }
                        dd { code { (line) } }
                    }
                }
                @if let Some(setting) = &self.setting {
                    h2 { (w.if_you_run) }
                    p {
                        (w.setting(&html! { code { (setting) } }))
                    }
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
    fn the_right_address_is_named_to_everyone_and_the_setting_to_who_can_change_it() {
        let brand = Brand { name: "Acme".to_owned() };
        let issuer = WebLink::parse("https://login.example.org").unwrap();
        let page =
            WrongHostPage { issuer, host: "backend:8080".to_owned(), proxies: &[("nginx", "line")], setting: None };
        let visitor = page.render(PageContext::english(&brand)).into_string();
        assert!(visitor.contains("<code id=\"host\">backend:8080</code>"), "{visitor}");
        assert!(visitor.contains("<dt>nginx</dt><dd><code>line</code></dd>"), "{visitor}");
        assert!(visitor.contains("href=\"https://login.example.org\""), "{visitor}");
        assert!(!visitor.contains("If you run this server"), "{visitor}");
        let page = WrongHostPage { setting: Some("issuer".to_owned()), ..page };
        let host = page.render(PageContext::english(&brand)).into_string();
        assert!(host.contains("<code>issuer</code>"), "{host}");
    }
}
