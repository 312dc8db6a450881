//! The route of a page: its path, how it is shown, and how its form is processed. Every page module declares its own.

use std::{future::Future, pin::Pin, sync::Arc};

use poem::Response;

use super::{
    csrf::{CsrfChecked, FormAction},
    page_request::PageRequest,
};

/// The future of a handler.
pub(super) type Answer = Pin<Box<dyn Future<Output = poem::Result<Response>> + Send>>;

/// A function that responds to a request of type `R`.
pub(super) type Handler<R> = Arc<dyn Fn(R) -> Answer + Send + Sync>;

/// The routes of one or more page modules.
#[derive(Default)]
pub(super) struct Routes(pub(super) Vec<PageRoute>);

/// The route of a page, or of a form on another page.
pub(super) struct PageRoute {
    /// Path pattern. A segment that begins with a colon is a parameter.
    pub(super) path: &'static str,
    pub(super) show: Option<Handler<PageRequest>>,
    pub(super) form: Option<FormRoute>,
    /// Responds in place of a missing `show`, and makes a form without `submit` fail the anti-forgery check.
    pub(super) otherwise: Option<Handler<PageRequest>>,
    /// Maximum size of the form in bytes, unless the usual limit applies.
    pub(super) most_bytes: Option<usize>,
}

/// How the form of a route is processed.
#[derive(Clone)]
pub(super) struct FormRoute {
    pub(super) action: FormAction,
    pub(super) submit: Handler<CsrfChecked<PageRequest>>,
    /// The path pattern of the page that contains the form.
    pub(super) page: &'static str,
    /// The path pattern of the list that contains the subject of the form, unless it is above `page`.
    pub(super) list: Option<&'static str>,
    /// Whether the form contains a file.
    pub(super) has_file: bool,
    pub(super) without_check: Option<Unchecked>,
}

/// Requests by POST that need no anti-forgery token, and their handler.
#[derive(Clone)]
pub(super) struct Unchecked {
    pub(super) needs_no_token: fn(&PageRequest) -> bool,
    pub(super) handle: Handler<PageRequest>,
}

impl Routes {
    /// The routes of one module.
    pub(super) fn of<const N: usize>(routes: [PageRoute; N]) -> Self {
        Self(Vec::from(routes))
    }

    /// The routes of several modules.
    pub(super) fn join<const N: usize>(modules: [Self; N]) -> Self {
        Self(modules.into_iter().flat_map(|module| module.0).collect())
    }

    /// Makes `otherwise` respond to requests for these paths by a method that they do not serve.
    pub(super) fn or_otherwise<F, A>(self, otherwise: F) -> Self
    where
        F: Fn(PageRequest) -> A + Send + Sync + 'static,
        A: Future<Output = poem::Result<Response>> + Send + 'static,
    {
        let otherwise = handler(otherwise);
        Self(self.0.into_iter().map(|route| PageRoute { otherwise: Some(otherwise.clone()), ..route }).collect())
    }

    /// The paths that accept a form.
    pub(super) fn form_paths(&self) -> Vec<&'static str> {
        self.0.iter().filter(|route| route.form.is_some()).map(|route| route.path).collect()
    }
}

impl PageRoute {
    pub(super) fn at(path: &'static str) -> Self {
        Self { path, show: None, form: None, otherwise: None, most_bytes: None }
    }

    /// Shows the page with `show`.
    pub(super) fn show<F, A>(self, show: F) -> Self
    where
        F: Fn(PageRequest) -> A + Send + Sync + 'static,
        A: Future<Output = poem::Result<Response>> + Send + 'static,
    {
        Self { show: Some(handler(show)), ..self }
    }

    /// Processes the form with `submit`, after its token has been checked for `action`.
    pub(super) fn submit<F, A>(self, action: FormAction, submit: F) -> Self
    where
        F: Fn(CsrfChecked<PageRequest>) -> A + Send + Sync + 'static,
        A: Future<Output = poem::Result<Response>> + Send + 'static,
    {
        let page = self.path;
        let form =
            FormRoute { action, submit: handler(submit), page, list: None, has_file: false, without_check: None };
        Self { form: Some(form), ..self }
    }

    /// The form is on the page with the path pattern `page`, not on a page at its own path.
    pub(super) fn on(self, page: &'static str) -> Self {
        self.with_form(|form| FormRoute { page, ..form })
    }

    /// The subject of the form is listed on the page with the path pattern `list`, which is not above the page of the form.
    pub(super) fn listed_on(self, list: &'static str) -> Self {
        self.with_form(|form| FormRoute { list: Some(list), ..form })
    }

    /// The form contains a file.
    pub(super) fn with_file(self) -> Self {
        self.with_form(|form| FormRoute { has_file: true, ..form })
    }

    /// The form can have up to `most_bytes`.
    pub(super) fn up_to(self, most_bytes: usize) -> Self {
        Self { most_bytes: Some(most_bytes), ..self }
    }

    /// Responds with `handle` to requests by POST for which `needs_no_token` holds. Another site can send them, so `handle`
    /// must not change anything for a signed-in user.
    pub(super) fn without_check<F, A>(self, needs_no_token: fn(&PageRequest) -> bool, handle: F) -> Self
    where
        F: Fn(PageRequest) -> A + Send + Sync + 'static,
        A: Future<Output = poem::Result<Response>> + Send + 'static,
    {
        let unchecked = Unchecked { needs_no_token, handle: handler(handle) };
        self.with_form(|form| FormRoute { without_check: Some(unchecked), ..form })
    }

    fn with_form(self, change: impl FnOnce(FormRoute) -> FormRoute) -> Self {
        Self { form: self.form.map(change), ..self }
    }
}

fn handler<R, F, A>(handle: F) -> Handler<R>
where
    F: Fn(R) -> A + Send + Sync + 'static,
    A: Future<Output = poem::Result<Response>> + Send + 'static,
{
    Arc::new(move |request| Box::pin(handle(request)))
}

/// The parameters in `path`, form-decoded, by the names in `pattern`.
pub(super) fn parameters(pattern: &'static str, path: &str) -> Vec<(&'static str, String)> {
    let decoded = |segment: &str| {
        let decoded = form_urlencoded::parse(segment.as_bytes()).next();
        decoded.map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    named(pattern, path).map(|(name, segment)| (name, decoded(segment))).collect()
}

/// The path of the page with the pattern `page`, for a form submitted to `path` that matches `pattern`.
pub(super) fn path_of_page(page: &str, (pattern, path): (&'static str, &str)) -> String {
    let segments = page.split('/').map(|segment| {
        let parameter =
            segment.strip_prefix(':').and_then(|name| named(pattern, path).find(|(known, _)| *known == name));
        parameter.map_or(segment, |(_, value)| value)
    });
    segments.collect::<Vec<_>>().join("/")
}

fn named<'p>(pattern: &'static str, path: &'p str) -> impl Iterator<Item = (&'static str, &'p str)> {
    let segments = pattern.split('/').zip(path.split('/'));
    segments.filter_map(|(name, segment)| Some((name.strip_prefix(':')?, segment)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::admin::LocalPath;

    #[test]
    fn parameters_are_read_as_they_were_written() {
        let written = ["applications", "https://a.example/x y+z", "secrets", "2", "delete"];
        let path = LocalPath::admin(&written);
        let pattern = "/admin/applications/:id/secrets/:number/delete";
        let expected = [("id", "https://a.example/x y+z".to_owned()), ("number", "2".to_owned())];
        assert_eq!(parameters(pattern, path.as_str()), expected);
        assert!(parameters("/admin/people", "/admin/people").is_empty());
    }

    #[test]
    fn the_page_of_a_form_is_about_the_same_record() {
        for (page, pattern, path, expected) in [
            ("/account/profile", "/account/picture", "/account/picture", "/account/profile"),
            ("/developer/:id", "/developer/:id/secrets", "/developer/a%2Fb/secrets", "/developer/a%2Fb"),
            ("/admin/sessions", "/admin/sessions/:id/:sid", "/admin/sessions/a/s", "/admin/sessions"),
            (
                "/admin/people/:id/grants",
                "/admin/people/:id/grants/:grant",
                "/admin/people/a/grants/g",
                "/admin/people/a/grants",
            ),
        ] {
            assert_eq!(path_of_page(page, (pattern, path)), expected);
        }
    }
}
