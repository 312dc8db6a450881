//! The page at `/docs/errors`, which `error_uri` links to: all errors that an application can receive, and what its
//! developer can do about them.

use maud::{Markup, html};

use super::i18n::{CodeTexts, ErrorCodesTexts, TextOf};
use super::layout::{Frame, PageContext};

/// The reference of error codes.
#[derive(Clone, Copy, Debug)]
pub struct ErrorsPage;

/// An error code of a specification.
struct Code {
    name: &'static str,
    /// The specification and section that define it.
    section: &'static str,
    /// Selects the texts: what has happened, and what to do.
    texts: fn(&ErrorCodesTexts) -> &CodeTexts,
}

impl ErrorsPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.error_codes;
        Frame::document(context, w.errors).around(&html! {
            h1 { (w.errors) }
            p {
                (w.lead(&html! { code { "error" } }, &html! { code { "error_description" } }))
            }
            @for (title, codes) in SECTIONS {
                h2 { (title(w)) }
                @for code in codes {
                    section id=(code.name) .card {
                        h3 { code { (code.name) } }
                        p { ((code.texts)(w).meaning) }
                        p { ((code.texts)(w).advice) }
                        p .subtitle { (code.section) }
                    }
                }
            }
        })
    }
}

/// Each error is listed in the section where it usually occurs first.
const SECTIONS: [(TextOf<ErrorCodesTexts>, &[Code]); 4] = [
    (|w| w.at_authorization, AUTHORIZATION),
    (|w| w.at_token, TOKEN),
    (|w| w.at_api, API),
    (|w| w.at_registration, REGISTRATION),
];

const fn code(name: &'static str, section: &'static str, texts: fn(&ErrorCodesTexts) -> &CodeTexts) -> Code {
    Code { name, section, texts }
}

const AUTHORIZATION: &[Code] = &[
    code("invalid_request", "RFC 6749 §4.1.2.1", |w| &w.invalid_request),
    code("unauthorized_client", "RFC 6749 §4.1.2.1", |w| &w.unauthorized_client),
    code("access_denied", "RFC 6749 §4.1.2.1", |w| &w.access_denied),
    code("unsupported_response_type", "RFC 6749 §4.1.2.1", |w| &w.unsupported_response_type),
    code("invalid_scope", "RFC 6749 §4.1.2.1", |w| &w.invalid_scope),
    code("invalid_target", "RFC 8707 §2", |w| &w.invalid_target),
    code("server_error", "RFC 6749 §4.1.2.1", |w| &w.server_error),
    code("temporarily_unavailable", "RFC 6749 §4.1.2.1", |w| &w.temporarily_unavailable),
    code("login_required", "OpenID Connect Core §3.1.2.6", |w| &w.login_required),
    code("consent_required", "OpenID Connect Core §3.1.2.6", |w| &w.consent_required),
    code(
        "unmet_authentication_requirements",
        "OpenID Connect Core Error Code unmet_authentication_requirements §2",
        |w| &w.unmet_authentication_requirements,
    ),
    code("request_uri_not_supported", "OpenID Connect Core §3.1.2.6", |w| &w.request_uri_not_supported),
    code("invalid_request_object", "RFC 9101 §6", |w| &w.invalid_request_object),
    code("invalid_request_uri", "RFC 9101 §6", |w| &w.invalid_request_uri),
];

const TOKEN: &[Code] = &[
    code("invalid_client", "RFC 6749 §5.2", |w| &w.invalid_client),
    code("invalid_grant", "RFC 6749 §5.2", |w| &w.invalid_grant),
    code("unsupported_grant_type", "RFC 6749 §5.2", |w| &w.unsupported_grant_type),
    code("authorization_pending", "RFC 8628 §3.5", |w| &w.authorization_pending),
    code("slow_down", "RFC 8628 §3.5", |w| &w.slow_down),
    code("expired_token", "RFC 8628 §3.5", |w| &w.expired_token),
];

const API: &[Code] = &[
    code("invalid_token", "RFC 6750 §3.1", |w| &w.invalid_token),
    code("insufficient_scope", "RFC 6750 §3.1", |w| &w.insufficient_scope),
    code("insufficient_user_authentication", "RFC 9470 §3", |w| &w.insufficient_user_authentication),
];

const REGISTRATION: &[Code] = &[
    code("invalid_redirect_uri", "RFC 7591 §3.2.2", |w| &w.invalid_redirect_uri),
    code("invalid_client_metadata", "RFC 7591 §3.2.2", |w| &w.invalid_client_metadata),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn names() -> Vec<&'static str> {
        SECTIONS.iter().flat_map(|(_, codes)| codes.iter()).map(|code| code.name).collect()
    }

    /// The codes in the match arms of `source`, from the line that contains `function` to the end of that function.
    fn emitted(source: &str, function: &str) -> Vec<String> {
        let (_, body) = source.split_once(function).unwrap_or_else(|| panic!("{function}"));
        let (body, _) = body.split_once("\n    }\n").unwrap();
        let arms = body.split("=> ").skip(1).map(|arm| arm.trim_start_matches("Some("));
        let texts = arms.filter_map(|arm| arm.strip_prefix('"')?.split('"').next());
        texts.map(ToOwned::to_owned).collect()
    }

    #[test]
    fn each_error_has_an_anchor_of_its_own() {
        let html = ErrorsPage.render(PageContext::english(&Brand { name: "Signet".to_owned() })).into_string();
        let mut names = names();
        for name in &names {
            assert_eq!(html.matches(&format!("id=\"{name}\"")).count(), 1, "{name}");
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    // Without a paragraph for its code, an `error_uri` would lead to nothing.
    #[test]
    fn every_error_that_can_be_told_is_explained_and_no_other() {
        let code = "pub fn code(&self)";
        let mut told: Vec<String> = [
            (include_str!("../oauth/authorization_error.rs"), code),
            (include_str!("../oauth/request_object.rs"), code),
            (include_str!("../oauth/token_error.rs"), code),
            (include_str!("../oauth/bearer.rs"), code),
            (include_str!("../oauth/registration_refusal.rs"), "pub fn as_str(self)"),
        ]
        .into_iter()
        .flat_map(|(source, function)| {
            let codes = emitted(source, function);
            assert!(codes.len() > 1, "{codes:?}");
            codes
        })
        .collect();
        // authorization_response.rs sends these for internal errors.
        told.extend(["server_error", "temporarily_unavailable"].map(ToOwned::to_owned));
        told.sort_unstable();
        told.dedup();
        let mut explained = names();
        explained.sort_unstable();
        assert_eq!(explained, told);
    }
}
