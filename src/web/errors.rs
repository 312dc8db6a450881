//! The page at `/docs/errors`, to which `error_uri` leads: each error that an application can be told, and what its
//! developer can do.

use maud::{Markup, html};

use super::layout::{Frame, Voice};

/// The page.
#[derive(Clone, Copy, Debug)]
pub struct ErrorsPage;

/// An error code of a specification.
struct Code {
    name: &'static str,
    /// Where it is defined.
    section: &'static str,
    /// What has happened.
    meaning: &'static str,
    /// What to do.
    advice: &'static str,
}

impl ErrorsPage {
    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::document(voice, "Errors").around(&html! {
            h1 { "Errors" }
            p {
                "What an application is told in " code { "error" } " when something cannot be done, and what its developer \
                 can do. The sentence beside it, " code { "error_description" } ", says which parameter it is about."
            }
            @for (title, codes) in PLACES {
                h2 { (title) }
                @for code in codes {
                    section id=(code.name) .card {
                        h3 { code { (code.name) } }
                        p { (code.meaning) }
                        p { (code.advice) }
                        p .subtitle { (code.section) }
                    }
                }
            }
        })
    }
}

/// Each error where it is met first.
const PLACES: [(&str, &[Code]); 4] = [
    ("At the authorization endpoint", AUTHORIZATION),
    ("At the token endpoint", TOKEN),
    ("At an API", API),
    ("When an application is registered", REGISTRATION),
];

const AUTHORIZATION: &[Code] = &[
    Code {
        name: "invalid_request",
        section: "RFC 6749 §4.1.2.1",
        meaning: "A parameter is missing, is there twice, or has a value that it cannot have. Often it is state or the PKCE \
                  challenge, which this server asks for.",
        advice: "Send state and code_challenge with code_challenge_method=S256; most libraries do when they are told the \
                 address of this server's metadata.",
    },
    Code {
        name: "unauthorized_client",
        section: "RFC 6749 §4.1.2.1",
        meaning: "The application is not registered for this response type or grant.",
        advice: "Add the grant type and the response type to its registration, or ask for one that is there.",
    },
    Code {
        name: "access_denied",
        section: "RFC 6749 §4.1.2.1",
        meaning: "The person said no, or may not use this application.",
        advice: "Let the person go on without it, and offer to try again.",
    },
    Code {
        name: "unsupported_response_type",
        section: "RFC 6749 §4.1.2.1",
        meaning: "This server does not give out what response_type names.",
        advice: "Use response_type=code. Tokens straight from the authorization endpoint are off unless whoever runs the \
                 server turns them on.",
    },
    Code {
        name: "invalid_scope",
        section: "RFC 6749 §4.1.2.1",
        meaning: "A scope is not known here, or the application is not registered for it.",
        advice: "Compare scope with the registration of the application and with scopes_supported in the metadata.",
    },
    Code {
        name: "invalid_target",
        section: "RFC 8707 §2",
        meaning: "The API that resource names is not known here, or the scopes belong to another one.",
        advice: "Send the identifier of the API exactly as it is registered.",
    },
    Code {
        name: "server_error",
        section: "RFC 6749 §4.1.2.1",
        meaning: "Something failed on this side.",
        advice: "Try again once; if it happens again, tell whoever runs this server when it happened.",
    },
    Code {
        name: "temporarily_unavailable",
        section: "RFC 6749 §4.1.2.1",
        meaning: "The server has too much to do, or is being stopped.",
        advice: "Try again in a minute.",
    },
    Code {
        name: "login_required",
        section: "OpenID Connect Core §3.1.2.6",
        meaning: "The person has to sign in, and prompt=none does not allow to ask.",
        advice: "Send the person here once more, without prompt=none.",
    },
    Code {
        name: "consent_required",
        section: "OpenID Connect Core §3.1.2.6",
        meaning: "The person has to agree, and prompt=none does not allow to ask.",
        advice: "Send the person here once more, without prompt=none.",
    },
    Code {
        name: "unmet_authentication_requirements",
        section: "OpenID Connect Core Error Code unmet_authentication_requirements §2",
        meaning: "The application insists on a way of signing in (acr, essential in claims) that this server does not have.",
        advice: "Ask for one of acr_values_supported in the metadata, or ask in acr_values, which insists on nothing.",
    },
    Code {
        name: "request_uri_not_supported",
        section: "OpenID Connect Core §3.1.2.6",
        meaning: "The parameter request_uri is not accepted here.",
        advice: "Send the parameters themselves, or the request object in the parameter request.",
    },
    Code {
        name: "invalid_request_object",
        section: "RFC 9101 §6",
        meaning: "The request object is not signed by the application, has expired, or holds what it must not.",
        advice: "Sign it with a key that is registered, for this server as its audience.",
    },
    Code {
        name: "invalid_request_uri",
        section: "RFC 9101 §6",
        meaning: "The request object cannot be fetched from request_uri.",
        advice: "Register the address, and look whether it answers within three seconds.",
    },
];

const TOKEN: &[Code] = &[
    Code {
        name: "invalid_client",
        section: "RFC 6749 §5.2",
        meaning: "The application did not show that it is the one that it says it is.",
        advice: "Compare client_id, the secret, and the way of sending it with the registration.",
    },
    Code {
        name: "invalid_grant",
        section: "RFC 6749 §5.2",
        meaning: "The code, refresh token, device code or password is wrong, was used, has expired, or belongs to another \
                  application; or the person has taken the permission back.",
        advice: "Send the person through a new login. If it is always so, compare redirect_uri and code_verifier with those \
                 of the authorization request.",
    },
    Code {
        name: "unsupported_grant_type",
        section: "RFC 6749 §5.2",
        meaning: "This server does not know this grant_type, or whoever runs it has it turned off.",
        advice: "Use one of grant_types_supported in the metadata.",
    },
    Code {
        name: "authorization_pending",
        section: "RFC 8628 §3.5",
        meaning: "The person has not answered yet.",
        advice: "Ask again after the interval.",
    },
    Code {
        name: "slow_down",
        section: "RFC 8628 §3.5",
        meaning: "The device asks too often.",
        advice: "Wait five seconds longer between two questions from now on.",
    },
    Code {
        name: "expired_token",
        section: "RFC 8628 §3.5",
        meaning: "The person did not answer in time.",
        advice: "Begin anew, with a new code.",
    },
];

const API: &[Code] = &[
    Code {
        name: "invalid_token",
        section: "RFC 6750 §3.1",
        meaning: "The access token has expired, was taken back, or is for another API.",
        advice: "Get another one with the refresh token or by a new login, and name the API in resource.",
    },
    Code {
        name: "insufficient_scope",
        section: "RFC 6750 §3.1",
        meaning: "The access token is good, but does not allow this. WWW-Authenticate names the scope that does.",
        advice: "Ask for that scope at the authorization endpoint.",
    },
];

const REGISTRATION: &[Code] = &[
    Code {
        name: "invalid_redirect_uri",
        section: "RFC 7591 §3.2.2",
        meaning: "A redirect URI has a fragment, a wildcard or a scheme that an application must not be answered at.",
        advice: "Register each address in full, with https; http is for addresses of this machine alone.",
    },
    Code {
        name: "invalid_client_metadata",
        section: "RFC 7591 §3.2.2",
        meaning: "Another member of the registration has a value that it cannot have here.",
        advice: "Change the member that error_description names.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn names() -> Vec<&'static str> {
        PLACES.iter().flat_map(|(_, codes)| codes.iter()).map(|code| code.name).collect()
    }

    /// The codes in the arms of `source` from the function that it names them in to the end of it.
    fn emitted(source: &str, function: &str) -> Vec<String> {
        let (_, body) = source.split_once(function).unwrap_or_else(|| panic!("{function}"));
        let (body, _) = body.split_once("\n    }\n").unwrap();
        let arms = body.split("=> ").skip(1).map(|arm| arm.trim_start_matches("Some("));
        let texts = arms.filter_map(|arm| arm.strip_prefix('"')?.split('"').next());
        texts.map(ToOwned::to_owned).collect()
    }

    #[test]
    fn each_error_has_an_anchor_of_its_own() {
        let html = ErrorsPage.render(Voice::english(&Brand { name: "Signet".to_owned() })).into_string();
        let mut names = names();
        for name in &names {
            assert_eq!(html.matches(&format!("id=\"{name}\"")).count(), 1, "{name}");
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    // A code without a paragraph is an `error_uri` that leads to nothing.
    #[test]
    fn every_error_that_can_be_told_is_explained_and_no_other() {
        let code = "pub fn code(&self)";
        let mut told: Vec<String> = [
            (include_str!("../oauth/authorization_error.rs"), code),
            (include_str!("../oauth/request_object.rs"), code),
            (include_str!("../oauth/token_error.rs"), code),
            (include_str!("../oauth/bearer.rs"), code),
            (include_str!("../oauth/registration.rs"), "pub fn as_str(self)"),
        ]
        .into_iter()
        .flat_map(|(source, function)| {
            let codes = emitted(source, function);
            assert!(codes.len() > 1, "{codes:?}");
            codes
        })
        .collect();
        // Told by authorization_response.rs when this side fails.
        told.extend(["server_error", "temporarily_unavailable"].map(ToOwned::to_owned));
        told.sort_unstable();
        told.dedup();
        let mut explained = names();
        explained.sort_unstable();
        assert_eq!(explained, told);
    }
}
