//! A request of an administrator, and the parts that the administration pages share.

use poem::{Response, http::StatusCode};
use time::OffsetDateTime;

use super::super::NotDone;
use crate::{
    endpoint::{access::Access, management::ManagementRefusal, page::PageQuery},
    http::{
        fault,
        page_request::PageRequest,
        told::{Told, ToldOnce, text},
    },
    secret::Secret,
    web::{
        ErrorPage,
        admin::{LocalLink, LocalPath, PostForm},
        i18n::Texts,
    },
};

/// A request of an administrator.
pub(super) struct AdminRequest {
    pub(super) page_request: PageRequest,
    pub(super) access: Access,
}

impl AdminRequest {
    pub(super) fn texts(&self) -> &'static Texts {
        self.page_request.texts
    }

    pub(super) fn page(&self, status: StatusCode, markup: maud::Markup) -> Response {
        self.page_request.page(status, markup)
    }

    /// A form submitted to `segments`. Its token is valid only there.
    pub(super) fn form(&self, segments: &[&str]) -> PostForm {
        let action = LocalPath::admin(segments);
        let anti_forgery = self.page_request.anti_forgery(action.as_str(), None);
        PostForm { action, anti_forgery }
    }

    /// Redirects to a page that confirms the action.
    pub(super) fn redirect(&self, segments: &[&str]) -> Response {
        let path = LocalPath::admin(segments);
        if let Some(session) = &self.page_request.browser.session {
            let server = &self.page_request.server;
            server.short_term.confirm(session, path.as_str(), server.signet().clock.now());
        }
        self.page_request.redirect(path.as_str())
    }

    /// Redirects to the page that shows a newly created secret.
    pub(super) fn tell(
        &self,
        title: &str,
        (label, secret): (&str, &Secret),
        advice: &str,
        crumbs: &[(&str, &str)],
    ) -> Response {
        let told = ToldOnce {
            title: title.to_owned(),
            label: label.to_owned(),
            secret: text(secret),
            advice: advice.to_owned(),
            crumbs: crumbs.iter().map(|(segment, name)| ((*segment).to_owned(), (*name).to_owned())).collect(),
        };
        let segments: Vec<&str> = crumbs.iter().map(|(segment, _)| *segment).collect();
        Told::Once(told).redirect(&self.page_request, LocalPath::admin(&segments).as_str())
    }

    /// The requested page of a list.
    pub(super) fn page_request(&self) -> PageQuery<'_> {
        PageQuery { limit: None, page_token: self.page_request.value("page_token").filter(|token| !token.is_empty()) }
    }

    /// The response to an action whose form has no fields to correct.
    pub(super) fn answer(&self, outcome: Result<Response, ManagementRefusal>) -> poem::Result<Response> {
        outcome.or_else(|refusal| self.refused(refusal))
    }

    pub(super) fn refused(&self, refusal: ManagementRefusal) -> poem::Result<Response> {
        if self.page_request.is_post
            && let Some(not_done) = NotDone::of(&self.page_request, &refusal)
        {
            return Err(not_done.into());
        }
        let (status, page) = match refusal {
            ManagementRefusal::Internal(cause) => return Err(fault(cause)),
            ManagementRefusal::NotFound(_) => (StatusCode::NOT_FOUND, ErrorPage::not_found()),
            ManagementRefusal::Access(_) | ManagementRefusal::Forbidden(_) | ManagementRefusal::NotAdmitted(_) => {
                (StatusCode::FORBIDDEN, ErrorPage::not_allowed())
            }
            ManagementRefusal::Conflict(_) => (StatusCode::CONFLICT, ErrorPage::invalid_request()),
            ManagementRefusal::TooOften(_) => (StatusCode::TOO_MANY_REQUESTS, ErrorPage::too_many_requests()),
            ManagementRefusal::Invalid(_) | ManagementRefusal::Metadata(_) | ManagementRefusal::Fields(_) => {
                (StatusCode::BAD_REQUEST, ErrorPage::invalid_request())
            }
        };
        Ok(self.page_request.error(status, page.with_reason(&refusal.to_string())))
    }
}

/// The link to the next page of the list at `path` with the same `query`.
pub(super) fn next(path: &LocalPath, query: &[(&str, &str)], page_token: Option<&String>) -> Option<LocalPath> {
    page_token.map(|token| path.with_query(&[query, &[("page_token", token.as_str())]].concat()))
}

/// The breadcrumbs for `segments`, each with its name.
pub(super) fn crumbs(admin_request: &AdminRequest, segments: &[(&str, &str)]) -> Vec<LocalLink> {
    let mut path = Vec::new();
    let mut crumbs = vec![LocalLink::new(admin_request.texts().admin.administration, LocalPath::admin(&[]))];
    for (segment, name) in segments {
        path.push(*segment);
        crumbs.push(LocalLink::new(*name, LocalPath::admin(&path)));
    }
    crumbs
}

/// A time for display, to the minute.
pub(super) fn minute(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}
