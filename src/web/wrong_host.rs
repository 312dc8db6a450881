//! The page for a request under a name that is not the issuer's: status 421.

use maud::{Markup, html};

use super::address::WebLink;
use super::layout::{Frame, Voice};

/// What the page for a wrong host name shows.
#[derive(Clone, Debug)]
pub struct WrongHostPage {
    /// The issuer identifier, which is also the address to use.
    pub issuer: WebLink,
    /// The setting that decides it, for who can change it.
    pub setting: Option<String>,
}

impl WrongHostPage {
    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        let w = &voice.words.wrong_host;
        let issuer = self.issuer.as_str();
        Frame::question(voice, w.wrong_address).around(&html! {
            section .card {
                h1 { (w.wrong_address) }
                p { (w.one_name) }
                p .address { a #issuer href=(issuer) { (issuer) } }
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
        let visitor =
            WrongHostPage { issuer: issuer.clone(), setting: None }.render(Voice::english(&brand)).into_string();
        assert!(visitor.contains("href=\"https://login.example.org\""), "{visitor}");
        assert!(!visitor.contains("If you run this server"), "{visitor}");
        let host =
            WrongHostPage { issuer, setting: Some("issuer".to_owned()) }.render(Voice::english(&brand)).into_string();
        assert!(host.contains("<code>issuer</code>"), "{host}");
    }
}
