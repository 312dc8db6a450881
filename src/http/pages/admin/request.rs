//! A request of an administrator, and the parts that the administration pages share.

use std::future::Future;

use poem::{Response, http::StatusCode};
use time::OffsetDateTime;

use super::super::{NotDone, sign_in_first};
use crate::{
    endpoint::{access::Access, management::ManagementRefusal, page::PageQuery},
    http::{
        csrf::{CsrfChecked, token_at},
        fault,
        page_request::PageRequest,
        page_route::Answer,
        told::{Told, ToldOnce, text},
    },
    secret::Secret,
    web::{
        ErrorPage, Remark,
        admin::{LocalLink, LocalPath, PostForm, ToldOncePage},
        i18n::Texts,
    },
};

/// A request of an administrator. Only [`AdminRequest::of`] makes one.
pub(super) struct AdminRequest {
    pub(super) page_request: PageRequest,
    pub(super) access: Access,
    _proof: (),
}

/// Makes `show` a page for administrators.
pub(super) fn guarded<F, A>(show: F) -> impl Fn(PageRequest) -> Answer + Send + Sync + 'static
where
    F: Fn(AdminRequest) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = poem::Result<Response>> + Send + 'static,
{
    move |page_request| {
        Box::pin(async move {
            let admin_request = match AdminRequest::of(page_request) {
                Ok(admin_request) => admin_request.confirming(),
                Err(answer) => return Ok(*answer),
            };
            match Told::of(&admin_request.page_request) {
                Some(Told::Once(told)) => Ok(told_once(&admin_request, told)),
                _ => show(admin_request).await,
            }
        })
    }
}

/// Makes `submit` a form for administrators.
pub(super) fn guarded_form<F, A>(submit: F) -> impl Fn(CsrfChecked<PageRequest>) -> Answer + Send + Sync + 'static
where
    F: Fn(CsrfChecked<AdminRequest>) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = poem::Result<Response>> + Send + 'static,
{
    move |page_request| {
        Box::pin(async move {
            match page_request.try_map(AdminRequest::of) {
                Ok(admin_request) => submit(admin_request).await,
                Err(answer) => Ok(*answer),
            }
        })
    }
}

/// The page that shows a newly created secret.
fn told_once(admin_request: &AdminRequest, told: ToldOnce) -> Response {
    let told_crumbs: Vec<(&str, &str)> =
        told.crumbs.iter().map(|(segment, name)| (segment.as_str(), name.as_str())).collect();
    let page = ToldOncePage {
        crumbs: crumbs(admin_request, &told_crumbs),
        title: told.title,
        label: told.label,
        secret: Secret::new(told.secret),
        advice: told.advice,
    };
    admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context()))
}

impl AdminRequest {
    /// Requires that the user is an administrator. Returns the response for all other users.
    fn of(page_request: PageRequest) -> Result<Self, Box<Response>> {
        let Some(current) = &page_request.person else {
            let back = if page_request.is_post { "/admin" } else { page_request.path_and_query.as_str() };
            return Err(Box::new(sign_in_first(&page_request, back)));
        };
        match Access::of_administrator(current) {
            Some(access) => Ok(Self { page_request, access, _proof: () }),
            None => Err(Box::new(page_request.error(StatusCode::FORBIDDEN, ErrorPage::not_allowed()))),
        }
    }

    /// Adds the confirmation of the last action.
    fn confirming(self) -> Self {
        let page_request = &self.page_request;
        let session = page_request.browser.session.as_ref().filter(|_| !page_request.is_post);
        let (server, now) = (&page_request.server, page_request.server.signet().clock.now());
        let is_done =
            session.is_some_and(|session| server.short_term.take_confirmation(session, &page_request.path, now));
        let done = is_done.then(|| Remark::Done(page_request.texts.done.done.to_owned()));
        let remark = done.or_else(|| page_request.remark.clone());
        Self { page_request: PageRequest { remark, ..self.page_request }, ..self }
    }

    /// Returns the value of a parameter in the path, or an empty string.
    pub(super) fn path_value(&self, name: &str) -> &str {
        self.page_request.path_value(name)
    }

    pub(super) fn texts(&self) -> &'static Texts {
        self.page_request.texts
    }

    pub(super) fn page(&self, status: StatusCode, markup: maud::Markup) -> Response {
        self.page_request.page(status, markup)
    }

    /// A form submitted to `segments`. Its token is valid only there.
    pub(super) fn form(&self, segments: &[&str]) -> PostForm {
        let action = LocalPath::admin(segments);
        let anti_forgery = token_at(&self.page_request, action.as_str());
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
