//! Renders the error pages of the edge.

use super::{
    edge::{Failure, Misdirection, PASS_HOST_ON, Presentation},
    route_table::Patterns,
};
use crate::web::{Brand, ErrorPage, PageContext, Theme, WebLink, WrongHostPage, i18n::preferred};

/// Pages for people, JSON for programs.
pub(super) struct Pages {
    /// The served path patterns.
    pub(super) patterns: Patterns,
    pub(super) brand: Brand,
    pub(super) theme: Theme,
    pub(super) issuer: WebLink,
}

impl Pages {
    fn context(&self, accept_language: &str) -> PageContext<'_> {
        PageContext {
            brand: &self.brand,
            theme: &self.theme,
            texts: preferred("", accept_language),
            remark: None,
            restored: None,
        }
    }
}

impl Presentation for Pages {
    fn failure(&self, failure: &Failure<'_>) -> String {
        let page = match failure.status.as_u16() {
            403 => ErrorPage::not_allowed(),
            404 => ErrorPage::not_found(),
            429 => ErrorPage::too_many_requests(),
            500..=599 => ErrorPage::fault(),
            _ => ErrorPage::invalid_request(),
        };
        let page = page.with_reason(failure.description).with_reference(failure.request_id);
        page.render(self.context(failure.accept_language)).into_string()
    }

    fn misdirected(&self, misdirection: &Misdirection<'_>) -> String {
        let context = self.context(misdirection.accept_language);
        // A request from this machine most likely comes from the operator of the server.
        let setting = misdirection.is_from_this_machine.then(|| {
            let texts = &context.texts.wrong_host;
            texts.where_it_is_set("issuer", "config.toml", "SIGNET__ISSUER")
        });
        let host = misdirection.host.to_owned();
        WrongHostPage { issuer: self.issuer.clone(), host, proxies: &PASS_HOST_ON, setting }
            .render(context)
            .into_string()
    }

    fn language(&self, accept_language: &str) -> Option<&'static str> {
        Some(preferred("", accept_language).tag)
    }

    fn is_for_programs(&self, path: &str) -> bool {
        PROGRAMS
            .iter()
            .any(|program| path == *program || path.starts_with("/.well-known/") || path == "/api/oauth2/token")
    }

    fn is_below_api(&self, path: &str) -> bool {
        self.patterns.are_api_at(path)
    }

    fn allowed_methods(&self, pattern: &str) -> Option<&str> {
        self.patterns.methods_at(pattern)
    }
}

const PROGRAMS: &[&str] =
    &["/token", "/verify", "/introspect", "/revoke", "/userinfo", "/clients", "/jwks.json", "/openapi.json", "/health"];
