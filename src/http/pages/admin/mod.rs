//! `/admin`: the administration pages. This module performs the common checks before it calls a page: a form has a
//! valid anti-forgery token, and the user is signed in and is an administrator.

mod activity;
mod applications;
mod audit;
mod groups;
mod invitations;
mod keys;
mod people;
mod person;
mod request;

use std::sync::Arc;

use poem::{
    Endpoint, Request, Response,
    http::{Method, StatusCode},
};

use super::{
    again::{PageOf, unless_taken},
    current, sign_in_first,
};
use crate::{
    endpoint::{access::Access, keys::Rotation},
    http::{
        draft::Draft,
        page_request::PageRequest,
        server::Server,
        told::{Told, ToldOnce},
    },
    secret::Secret,
    web::{
        ErrorPage, Remark,
        admin::{AdminPage, LocalPath, ToldOncePage},
    },
};
use request::{AdminRequest, crumbs};

/// The endpoint of all administration pages.
#[derive(Clone)]
pub(in crate::http) struct AdminPages(pub(in crate::http) Arc<Server>);

impl Endpoint for AdminPages {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let uri = request.uri().clone();
        let is_post = request.method() == Method::POST;
        let page_request = Draft::restore(PageRequest::read(&self.0, request).await?);
        let segments = segments(uri.path());
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if is_post {
            let (sent, page) = (page_request.clone(), page_of(&segments));
            let answer = answer(page_request, uri.path(), &segments).await;
            let path = LocalPath::admin(page);
            let shown = |page_request, which| match which {
                PageOf::Form => shown_again(page_request, page),
                PageOf::List => shown_again(page_request, list_of(page)),
            };
            return unless_taken(answer, (sent, path.as_str()), shown).await;
        }
        let Some(current) = current(&page_request).await? else {
            let back = uri.path_and_query().map_or("/admin", |path| path.as_str());
            return Ok(sign_in_first(&page_request, back));
        };
        let Some(access) = Access::of_administrator(&current) else {
            return Ok(page_request.error(StatusCode::FORBIDDEN, ErrorPage::not_allowed()));
        };
        let admin_request = AdminRequest { page_request: confirming(page_request), access };
        match Told::of(&admin_request.page_request) {
            Some(Told::Once(told)) => Ok(told_once(&admin_request, told)),
            _ => show(&admin_request, &segments).await,
        }
    }
}

/// Processes the form submitted to `path`.
async fn answer(page_request: PageRequest, path: &str, segments: &[&str]) -> poem::Result<Response> {
    page_request.admit(path)?;
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, "/admin")) };
    let Some(access) = Access::of_administrator(&current) else {
        return Ok(page_request.error(StatusCode::FORBIDDEN, ErrorPage::not_allowed()));
    };
    submit(&AdminRequest { page_request, access }, segments).await
}

/// Adds the confirmation of the last action to the page request.
fn confirming(page_request: PageRequest) -> PageRequest {
    let (server, session) =
        (&page_request.server, page_request.browser.session.as_ref().filter(|_| !page_request.is_post));
    let now = server.signet().clock.now();
    let is_done = session.is_some_and(|session| server.short_term.take_confirmation(session, &page_request.path, now));
    let remark = is_done.then(|| Remark::Done(page_request.texts.done.done.to_owned()));
    PageRequest { remark: remark.or(page_request.remark), ..page_request }
}

/// Shows the page of a rejected form again.
async fn shown_again(page_request: PageRequest, segments: &[&str]) -> poem::Result<Response> {
    let access = page_request.person.as_ref().and_then(Access::of_administrator);
    let Some(access) = access else {
        return Ok(page_request.error(StatusCode::FORBIDDEN, ErrorPage::not_allowed()));
    };
    show(&AdminRequest { page_request, access }, segments).await
}

/// The page that contains the form submitted to `segments`.
fn page_of<'a, 's>(segments: &'a [&'s str]) -> &'a [&'s str] {
    match segments {
        // The form that ends a user's sessions is on the user's page.
        ["people", _, "sessions"] => segments.get(..2).unwrap_or_default(),
        _ if is_page(segments) => segments,
        [before @ .., _] => page_of(before),
        [] => segments,
    }
}

/// The list page that contains what the page at `segments` is about.
fn list_of<'a, 's>(segments: &'a [&'s str]) -> &'a [&'s str] {
    segments.get(..1).filter(|list| is_page(list)).unwrap_or_default()
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

async fn show(admin_request: &AdminRequest, segments: &[&str]) -> poem::Result<Response> {
    match *segments {
        [] => Ok(admin_request.page(StatusCode::OK, AdminPage.render(admin_request.page_request.context()))),
        ["people"] => people::show(admin_request),
        ["people", id] => person::show(admin_request, id),
        ["people", id, "delete"] => person::confirm_deletion(admin_request, id),
        ["people", id, "sessions"] => person::sessions(admin_request, id),
        ["people", id, "applications"] => person::applications(admin_request, id),
        ["people", id, "grants"] => person::grants(admin_request, id),
        ["groups"] => groups::show(admin_request),
        ["groups", name] => groups::one(admin_request, name),
        ["sessions"] => activity::sessions(admin_request),
        ["grants"] => activity::grants(admin_request),
        ["invitations"] => invitations::show(admin_request),
        ["invitations", "new"] => invitations::form(admin_request),
        ["applications"] => applications::show(admin_request),
        ["applications", id] => applications::one(admin_request, id),
        ["applications", id, "delete"] => applications::confirm_deletion(admin_request, id),
        ["audit"] => audit::show(admin_request).await,
        ["keys"] => keys::show(admin_request),
        ["keys", "emergency"] => Ok(keys::confirm_emergency(admin_request)),
        ["resources"] => Ok(keys::resources(admin_request)),
        _ => Err(poem::error::NotFoundError.into()),
    }
}

/// Whether [`show`] has a page for `segments`.
fn is_page(segments: &[&str]) -> bool {
    match segments {
        [] | ["invitations" | "keys", "new" | "emergency"] => true,
        [list] => LISTS.contains(list),
        ["people" | "groups" | "applications", _] | ["people" | "applications", _, "delete"] => true,
        ["people", _, of_them] => matches!(*of_them, "sessions" | "applications" | "grants"),
        _ => false,
    }
}

async fn submit(admin_request: &AdminRequest, segments: &[&str]) -> poem::Result<Response> {
    match *segments {
        ["people", id] => person::order(admin_request, id).await,
        ["people", id, "password"] => person::set_password(admin_request, id).await,
        ["people", id, "password-reset"] => person::make_reset_link(admin_request, id).await,
        ["people", id, "password-reset", "delete"] => person::withdraw_reset_link(admin_request, id).await,
        ["people", id, "unlock"] => person::unlock(admin_request, id).await,
        ["people", id, "delete"] => person::delete(admin_request, id).await,
        ["people", id, "sessions"] => person::sign_out(admin_request, id).await,
        ["people", id, "sessions", sid] => person::end_session(admin_request, id, sid).await,
        ["people", id, "applications", client_id] => person::disconnect(admin_request, id, client_id).await,
        ["people", id, "grants", grant] => person::end_grant(admin_request, id, grant).await,
        ["groups", name] => groups::rename(admin_request, name).await,
        ["groups", name, "delete"] => groups::remove(admin_request, name).await,
        ["sessions", id, sid] => activity::end_session(admin_request, id, sid).await,
        ["grants", id, "delete"] => activity::end_grant(admin_request, id).await,
        ["invitations", "new"] => invitations::create(admin_request).await,
        ["invitations", id, "delete"] => invitations::delete(admin_request, id).await,
        ["applications", id, "disable"] => applications::set_disabled(admin_request, id, true).await,
        ["applications", id, "enable"] => applications::set_disabled(admin_request, id, false).await,
        ["applications", id, "delete"] => applications::delete(admin_request, id).await,
        ["applications", id, "secrets"] => applications::add_secret(admin_request, id).await,
        ["applications", id, "secrets", number, "delete"] => {
            applications::remove_secret(admin_request, id, number).await
        }
        ["keys", "rotate"] => keys::rotate(admin_request, Rotation::Now).await,
        ["keys", "emergency"] => keys::rotate(admin_request, Rotation::Emergency).await,
        _ => Err(poem::error::NotFoundError.into()),
    }
}

/// The path segments after `/admin`, decoded from the encoding of [`LocalPath`].
fn segments(path: &str) -> Vec<String> {
    let rest = path.strip_prefix("/admin").unwrap_or_default().trim_matches('/');
    let decoded = |segment: &str| {
        let decoded = form_urlencoded::parse(segment.as_bytes()).next();
        decoded.map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    if rest.is_empty() { Vec::new() } else { rest.split('/').map(decoded).collect() }
}

/// The first path segments of the lists.
const LISTS: [&str; 9] =
    ["people", "groups", "sessions", "grants", "invitations", "applications", "audit", "keys", "resources"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_stands_on_a_page_that_is_shown() {
        for (form, page) in [
            (&["people", "a"][..], &["people", "a"][..]),
            (&["people", "a", "password"], &["people", "a"]),
            (&["people", "a", "password-reset", "delete"], &["people", "a"]),
            (&["people", "a", "delete"], &["people", "a", "delete"]),
            (&["people", "a", "sessions"], &["people", "a"]),
            (&["people", "a", "sessions", "s"], &["people", "a"]),
            (&["people", "a", "grants", "g"], &["people", "a", "grants"]),
            (&["groups", "staff", "delete"], &["groups", "staff"]),
            (&["sessions", "a", "s"], &["sessions"]),
            (&["invitations", "new"], &["invitations", "new"]),
            (&["invitations", "i", "delete"], &["invitations"]),
            (&["applications", "c", "secrets", "1", "delete"], &["applications", "c"]),
            (&["keys", "rotate"], &["keys"]),
            (&["keys", "emergency"], &["keys", "emergency"]),
        ] {
            assert_eq!(page_of(form), page, "{form:?}");
        }
    }

    #[test]
    fn what_is_gone_leaves_the_list_that_it_stood_in() {
        for (page, list) in [
            (&["people", "a", "delete"][..], &["people"][..]),
            (&["groups", "staff"], &["groups"]),
            (&["keys", "emergency"], &["keys"]),
            (&["nowhere", "a"], &[]),
            (&[], &[]),
        ] {
            assert_eq!(list_of(page), list, "{page:?}");
        }
    }

    #[test]
    fn segments_are_read_as_they_were_written() {
        for written in [&["people"][..], &["applications", "https://a.example/x y", "secrets", "2"], &[]] {
            let expected: Vec<String> = written.iter().map(ToString::to_string).collect();
            assert_eq!(segments(LocalPath::admin(written).as_str()), expected);
        }
        assert_eq!(segments("/admin/"), Vec::<String>::new());
    }
}
