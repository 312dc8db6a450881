//! Serves the routes of pages: reads a request, checks its form, and shows the page of a rejected form again.

use std::{collections::BTreeMap, sync::Arc};

use poem::{Endpoint, Request, Response, http::StatusCode};

use super::{
    csrf::CsrfChecked,
    draft::Draft,
    edge::Refusal,
    page_request::PageRequest,
    page_route::{FormRoute, Handler, PageRoute, Routes, parameters, path_of_page},
    pages::again::{self, PageOf},
    route_table::{Methods, Table},
    server::Server,
};

/// Serves a page.
struct Shown {
    server: Arc<Server>,
    path: &'static str,
    show: Handler<PageRequest>,
}

/// Processes a form.
struct Submitted {
    server: Arc<Server>,
    path: &'static str,
    /// How the form is processed. Without it, every form is rejected.
    form: Option<FormRoute>,
    /// Shows the page that contains the form.
    show: Handler<PageRequest>,
    /// Show the lists that contain the subject of the form, the nearest first, for when it no longer exists.
    lists: Vec<Handler<PageRequest>>,
}

/// Adds `routes` to `table`.
pub(super) fn mount(table: Table, routes: &Routes, server: &Arc<Server>) -> Table {
    let shown = |route: &PageRoute| route.show.clone().or_else(|| route.otherwise.clone());
    let pages: BTreeMap<&str, Handler<PageRequest>> =
        routes.0.iter().filter_map(|route| Some((route.path, shown(route)?))).collect();
    routes.0.iter().fold(table, |table, route| {
        let (path, form) = (route.path, &route.form);
        let mut methods = Methods::default();
        if let Some(show) = shown(route) {
            methods = methods.get(Shown { server: Arc::clone(server), path, show });
        }
        let page = form.as_ref().map_or(path, |form| form.page);
        let page = pages.get(page).filter(|_| form.is_some() || route.otherwise.is_some());
        if let Some(show) = page {
            let (page, list) = form.as_ref().map_or((path, None), |form| (form.page, form.list));
            let lists =
                list.into_iter().chain(above(page)).filter_map(|list| pages.get(list).map(Arc::clone)).collect();
            let (form, show) = (form.clone(), Arc::clone(show));
            methods = methods.post(Submitted { server: Arc::clone(server), path, form, show, lists });
        }
        table.at(path, methods)
    })
}

/// The path patterns above `page`, the nearest first.
fn above(page: &'static str) -> impl Iterator<Item = &'static str> {
    let parent =
        |page: &&'static str| page.rsplit_once('/').map(|(parent, _)| parent).filter(|parent| !parent.is_empty());
    std::iter::successors(parent(&page), parent)
}

/// Adds the parameters in the path, by the names in `pattern`.
fn at(pattern: &'static str, page_request: PageRequest) -> PageRequest {
    let path_values = parameters(pattern, &page_request.path);
    PageRequest { path_values, ..page_request }
}

impl Endpoint for Shown {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let page_request = PageRequest::read(&self.server, request).await?;
        (self.show)(Draft::restore(at(self.path, page_request))).await
    }
}

impl Endpoint for Submitted {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let page_request = match &self.form {
            Some(form) if form.has_file => PageRequest::read_upload(&self.server, request).await?,
            _ => PageRequest::read(&self.server, request).await?,
        };
        let mut page_request = at(self.path, page_request);
        let upload = std::mem::take(&mut page_request.upload);
        let sent = page_request.clone();
        let answer = self.submit(PageRequest { upload, ..page_request }).await;
        let page = match &self.form {
            Some(form) => path_of_page(form.page, (self.path, &sent.path)),
            None => sent.path.clone(),
        };
        let shown = |page_request: PageRequest, which| {
            let pages = match which {
                PageOf::Form => vec![Arc::clone(&self.show)],
                PageOf::List => self.lists.clone(),
            };
            async move {
                let mut shown = Err(poem::error::NotFoundError.into());
                for page in pages {
                    shown = page(page_request.clone()).await;
                    if shown.as_ref().is_ok_and(|response: &Response| response.status() == StatusCode::OK) {
                        break;
                    }
                }
                shown
            }
        };
        again::unless_taken(answer, (sent, &page), shown).await
    }
}

impl Submitted {
    async fn submit(&self, page_request: PageRequest) -> poem::Result<Response> {
        let Some(form) = &self.form else { return Err(Refusal::Forged.into()) };
        match &form.without_check {
            Some(unchecked) if (unchecked.needs_no_token)(&page_request) => (unchecked.handle)(page_request).await,
            _ => (form.submit)(CsrfChecked::check(page_request, form.action)?).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_leaves_the_pages_above_it() {
        for (page, expected) in [
            ("/admin/people/:id/delete", &["/admin/people/:id", "/admin/people", "/admin"][..]),
            ("/developer/:id", &["/developer"]),
            ("/account", &[]),
        ] {
            assert_eq!(above(page).collect::<Vec<_>>(), expected, "{page}");
        }
    }
}
