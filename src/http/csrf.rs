//! The anti-forgery check of forms. A page's `submit` asks for a [`CsrfChecked`] value, which only this check makes.

use std::ops::Deref;

use super::{
    edge::{FormContext, OwnForm},
    page_request::PageRequest,
};

/// The action of a form. A form's anti-forgery token is valid for one action only.
#[derive(Clone, Copy)]
pub(super) struct FormAction {
    name: Name,
    /// Before the login there is no user, or a different one. Such a form is bound to the browser only.
    is_before_login: bool,
}

#[derive(Clone, Copy)]
enum Name {
    Fixed(&'static str),
    Of(fn(&PageRequest) -> String),
}

impl FormAction {
    /// The action of forms that are submitted to any of the administration pages: the path of the form. Pages issue its
    /// token with [`token_at`].
    pub(super) const PATH: Self = Self::of(|page_request| page_request.path.clone());

    /// Creates the action `name` of a signed-in user.
    pub(super) const fn named(name: &'static str) -> Self {
        Self { name: Name::Fixed(name), is_before_login: false }
    }

    /// Creates the action `name` on a page before the login.
    pub(super) const fn before_login(name: &'static str) -> Self {
        Self { name: Name::Fixed(name), is_before_login: true }
    }

    /// Creates an action whose name depends on the request, such as on the record that the form changes.
    pub(super) const fn of(name: fn(&PageRequest) -> String) -> Self {
        Self { name: Name::Of(name), is_before_login: false }
    }

    /// Issues the anti-forgery token of a form with this action, for `interaction` if there is one.
    pub(super) fn token(self, page_request: &PageRequest, interaction: Option<&str>) -> String {
        issue(page_request, context(page_request, self, (&self.name(page_request), interaction)))
    }

    fn name(self, page_request: &PageRequest) -> String {
        match self.name {
            Name::Fixed(name) => name.to_owned(),
            Name::Of(name) => name(page_request),
        }
    }
}

/// Issues the anti-forgery token of a form that is submitted to `path` with [`FormAction::PATH`].
pub(super) fn token_at(page_request: &PageRequest, path: &str) -> String {
    issue(page_request, context(page_request, FormAction::PATH, (path, None)))
}

fn issue(page_request: &PageRequest, context: FormContext<'_>) -> String {
    let server = &page_request.server;
    server.anti_forgery.issue(context, server.signet().clock.now())
}

fn context<'a>(
    page_request: &'a PageRequest,
    action: FormAction,
    (name, interaction): (&'a str, Option<&'a str>),
) -> FormContext<'a> {
    let person = page_request.person.as_ref().filter(|_| !action.is_before_login);
    FormContext {
        binding: &page_request.browser.binding,
        person: person.map_or("", |person| person.account.id.as_str()),
        transaction: interaction.unwrap_or_default(),
        action: name,
    }
}

/// A submitted form that came from a page of this server, from this user in this browser. Only
/// [`CsrfChecked::check`] makes one.
pub(super) struct CsrfChecked<R> {
    request: R,
    proof: OwnForm,
}

impl CsrfChecked<PageRequest> {
    /// Checks the origin and the token of the form in `page_request`, which must be issued for `action`.
    ///
    /// # Errors
    ///
    /// Returns [`Refusal::Forged`](super::edge::Refusal::Forged) if the browser reports another origin, or the token was
    /// not issued for this form.
    pub(super) fn check(page_request: PageRequest, action: FormAction) -> poem::Result<Self> {
        let server = &page_request.server;
        let (presented, name) = (page_request.text("anti_forgery"), action.name(&page_request));
        let context = context(&page_request, action, (&name, page_request.value("interaction")));
        let now = server.signet().clock.now();
        let proof = server.anti_forgery.admit(&page_request.headers, &presented, context, now)?;
        Ok(Self { request: page_request, proof })
    }

    /// Takes the uploaded file out of the request. It is empty if no file was chosen.
    pub(super) fn take_upload(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.request.upload)
    }
}

impl<R> CsrfChecked<R> {
    /// Adds to the request what is known about its user.
    ///
    /// # Errors
    ///
    /// Returns the error of `with`.
    pub(super) fn try_map<S, E>(self, with: impl FnOnce(R) -> Result<S, E>) -> Result<CsrfChecked<S>, E> {
        Ok(CsrfChecked { request: with(self.request)?, proof: self.proof })
    }
}

impl<R> Deref for CsrfChecked<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.request
    }
}
