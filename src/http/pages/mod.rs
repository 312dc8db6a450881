//! The pages. Each handler reads its form, calls an endpoint, and renders a view.

pub(super) mod account;
pub(super) mod admin;
pub(super) mod again;
pub(super) mod applications;
mod client_errors;
mod client_settings;
pub(super) mod compatibility;
pub(super) mod consent;
pub(super) mod developer;
pub(super) mod device;
pub(super) mod errors;
mod form_lines;
pub(super) mod home;
pub(super) mod login;
pub(super) mod logout;
mod messages;
pub(super) mod own_client;
mod own_client_page;
pub(super) mod own_data;
pub(super) mod password;
pub(super) mod picture;
pub(super) mod presets;
pub(super) mod profile;
pub(super) mod remedy;
pub(super) mod reset;
pub(super) mod schedule;
pub(super) mod security;
pub(super) mod sessions;
pub(super) mod setup;
pub(super) mod signup;

use super::{draft::Draft, fault, page_request::PageRequest};
use crate::{
    account::record::Username,
    endpoint::{
        InternalError,
        access::{Access, AccessRefusal},
        authorize::needs_login,
        interaction::Interaction,
        management::ManagementRefusal,
        new_account::{FieldErrors, NewAccount, ProfileForm},
        session::CurrentSession,
        session_begin::SignedInBrowser,
    },
    oauth::{client::Client, resource::ScopeEntry, scope::Scope},
    oidc::step::Wanted,
    secret::Secret,
    web::{
        ClientCard, ErrorPage, FieldState, ImageSource, ScopeLine, WebLink,
        i18n::{DoneTexts, ScopeTexts, TextOf, Texts},
    },
};
use maud::Markup;
use poem::{
    Response,
    http::{StatusCode, header},
};

/// A pending authorization request with its client.
struct Begun {
    interaction: Interaction,
    client: Client,
}

/// Opens the pending authorization request in `sealed`, if it can continue.
fn begun(page_request: &PageRequest, sealed: Option<&str>) -> poem::Result<Option<Begun>> {
    let signet = page_request.server.signet();
    let Some(sealed) = sealed else { return Ok(None) };
    let Ok(interaction) = Interaction::open(sealed, &page_request.browser.binding, signet, signet.clock.now()) else {
        return Ok(None);
    };
    let client = signet.store.client(&interaction.request.authorization.client_id);
    let client = client.map_err(|cause| fault(cause.into()))?;
    Ok(client.map(|kept| Begun { interaction, client: kept.record }))
}

/// The session of the user who is signed in on this browser.
async fn current(page_request: &PageRequest) -> poem::Result<Option<CurrentSession>> {
    Ok(page_request.person.clone())
}

/// The client as shown on pages.
fn card(client: &Client) -> ClientCard {
    let link = |uri: &Option<String>| uri.as_deref().and_then(WebLink::parse);
    ClientCard {
        name: client.metadata.client_name.clone(),
        logo: None,
        policy: link(&client.metadata.policy_uri),
        terms: link(&client.metadata.tos_uri),
    }
}

/// The logo to show on a page about `client`. Loading it reveals to the logo's server who signs in when, so the
/// server's configuration must enable it.
fn logo_uri<'c>(page_request: &PageRequest, client: &'c Client) -> Option<&'c str> {
    client.metadata.openid.logo_uri.as_deref().filter(|_| page_request.server.signet().shows_client_logos)
}

/// Like [`card`], with the logo, for use with [`page_about`].
fn card_with_logo(page_request: &PageRequest, client: &Client) -> ClientCard {
    ClientCard { logo: logo_uri(page_request, client).and_then(ImageSource::elsewhere), ..card(client) }
}

/// A page about `client`, whose policy allows the logo.
fn page_about(page_request: &PageRequest, client: &Client, (status, markup): (StatusCode, Markup)) -> Response {
    page_request.page_showing(status, markup, logo_uri(page_request, client))
}

/// The requested scope, as listed on pages.
fn scope_lines(page_request: &PageRequest, scope: &Scope) -> Vec<ScopeLine> {
    let resources = &page_request.server.signet().resources;
    let line = |token: &str| {
        let entry = resources.scope(token);
        ScopeLine {
            token: token.to_owned(),
            title: match entry {
                Some((resource, entry)) if resource.id == *resources.own() => own_scope(page_request.texts, entry),
                Some((_, entry)) => entry.description.clone(),
                None => token.to_owned(),
            },
            description: entry
                .filter(|(resource, _)| resource.id != *resources.own())
                .map(|(resource, _)| page_request.texts.scope.at(&resource.name))
                .unwrap_or_default(),
        }
    };
    scope.iter().map(line).collect()
}

/// The requested scope and claims, as listed on the consent page.
fn wanted_lines(page_request: &PageRequest, wanted: &Wanted) -> Vec<ScopeLine> {
    let line = |name: &String| {
        let title = page_request.texts.claim.consent(name).unwrap_or(name.as_str());
        ScopeLine { token: format!("claim:{name}"), title: title.to_owned(), description: String::new() }
    };
    scope_lines(page_request, &wanted.scope).into_iter().chain(wanted.claims.iter().map(line)).collect()
}

/// Redirects to the login page and from there back to `path`, which is a path of this server. The path is encrypted, so
/// that an attacker cannot choose another destination.
fn sign_in_first(page_request: &PageRequest, path: &str) -> Response {
    let signet = page_request.server.signet();
    let sealed = signet.sealing_key.seal(BACK, path.as_bytes(), signet.entropy);
    page_request.redirect(&super::authorize::interaction_at("/login", &sealed))
}

/// The page of this server that `sealed` leads back to, if it is not an authorization request.
fn way_back(page_request: &PageRequest, sealed: Option<&str>) -> Option<String> {
    let path = page_request.server.signet().sealing_key.open(BACK, sealed?).ok()?;
    String::from_utf8(path).ok()
}

const BACK: &str = "back to a page";

/// Redirects a user who has just signed in: to the pending request, or to the account page.
fn onward(page_request: &PageRequest, signed_in: &SignedInBrowser) -> Response {
    let sealed = page_request.value("interaction");
    let draft = sealed.and_then(|sealed| Draft::onward(page_request, sealed, signed_in.session.secret()));
    let (signet, binding) = (page_request.server.signet(), &page_request.browser.binding);
    let begun = sealed.map(|sealed| Interaction::after_login(sealed, binding, signet, signed_in.authenticated_at));
    let location = draft.unwrap_or_else(|| destination(page_request, begun.as_deref()));
    page_request.redirect_signed_in(&location, signed_in)
}

/// The destination in `sealed` for a user who is signed in.
fn destination(page_request: &PageRequest, sealed: Option<&str>) -> String {
    match (way_back(page_request, sealed), sealed) {
        (Some(path), _) => path,
        (None, Some(sealed)) => super::authorize::interaction_at("/authorize", sealed),
        (None, None) => "/account".to_owned(),
    }
}

/// Redirects a signed-in user away from a page for users who are not signed in, unless the application requires a new
/// login or the user wants to use another account.
async fn onward_already(page_request: &PageRequest, begun: Option<&Begun>) -> poem::Result<Option<Response>> {
    if page_request.is_post || page_request.person.is_none() || page_request.value("account") == Some("another") {
        return Ok(None);
    }
    let sealed = page_request.value("interaction");
    if let Some(Begun { interaction, client }) = begun
        && needs_login(page_request.server.signet(), interaction, client, &page_request.browser).await.map_err(fault)?
    {
        return Ok(None);
    }
    // The page explains why a destination is invalid.
    let leads_on = sealed.is_none() || begun.is_some() || way_back(page_request, sealed).is_some();
    Ok(leads_on.then(|| page_request.redirect(&destination(page_request, sealed))))
}

/// Whether the signed-in user already has the account that the form would create, because it was sent in another tab.
fn has_account_of_form(page_request: &PageRequest) -> bool {
    let asked_for = Username::sought(&page_request.text("username"));
    let own = page_request.person.as_ref().map(|person| person.account.username.canonical());
    own.is_some() && own == asked_for
}

/// The values entered for a new account.
fn entered(page_request: &PageRequest) -> NewAccount {
    let text = |name| page_request.value(name).map(ToOwned::to_owned);
    let profile =
        ProfileForm { username: text("username"), email: text("email"), name: text("name"), ..ProfileForm::default() };
    NewAccount { profile, password: Some(Secret::new(page_request.text("password"))) }
}

/// A field with the entered value and its error.
fn entry(value: String, error: Option<String>) -> FieldState {
    FieldState { value, error }
}

/// The description of a scope token of this server.
fn own_scope(texts: &Texts, entry: &ScopeEntry) -> String {
    let known = SCOPES.iter().find(|(token, _)| *token == entry.token);
    known.map_or_else(|| entry.description.clone(), |(_, title)| title(&texts.scope).to_owned())
}

/// The scope tokens of this server.
const SCOPES: &[(&str, TextOf<ScopeTexts>)] = &[
    ("openid", |w| w.openid),
    ("profile", |w| w.profile),
    ("email", |w| w.email),
    ("address", |w| w.address),
    ("phone", |w| w.phone),
    ("groups", |w| w.groups),
    ("offline_access", |w| w.offline_access),
    ("signet:account", |w| w.signet_account),
    ("signet:clients", |w| w.signet_clients),
    ("signet:users", |w| w.signet_users),
    ("signet:admin", |w| w.signet_admin),
];

/// The status of a response with field errors.
fn status_of(errors: &FieldErrors) -> StatusCode {
    if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// Whether the server is only temporarily unable to respond. The form is then shown again instead of an error page, so
/// that the entered values are not lost.
fn is_busy(cause: &InternalError) -> bool {
    matches!(cause, InternalError::Hashing(crate::account::hashing::HashingFault::Busy))
}

/// The access of a user to their own account on the account pages.
fn own(current: &CurrentSession) -> Access {
    Access::of_session(current, "signet:account")
}

/// The error page for a rejection that no form can show.
fn refused(page_request: &PageRequest, refusal: ManagementRefusal) -> poem::Result<Response> {
    let reason = refusal.to_string();
    if page_request.is_post
        && let Some(not_done) = NotDone::of(page_request, &refusal)
    {
        return Err(not_done.into());
    }
    Ok(match refusal {
        ManagementRefusal::Internal(cause) | ManagementRefusal::Access(AccessRefusal::Internal(cause)) => {
            return Err(fault(cause));
        }
        ManagementRefusal::NotFound(_) => page_request.error(StatusCode::NOT_FOUND, ErrorPage::not_found()),
        ManagementRefusal::Forbidden(_) | ManagementRefusal::NotAdmitted(_) | ManagementRefusal::Access(_) => {
            page_request.error(StatusCode::FORBIDDEN, ErrorPage::not_allowed().with_reason(&reason))
        }
        ManagementRefusal::TooOften(seconds) => {
            wait(page_request.error(StatusCode::TOO_MANY_REQUESTS, ErrorPage::too_many_requests()), seconds)
        }
        ManagementRefusal::Conflict(_) => {
            page_request.error(StatusCode::CONFLICT, ErrorPage::impossible().with_reason(&reason))
        }
        ManagementRefusal::Invalid(_) | ManagementRefusal::Metadata(_) | ManagementRefusal::Fields(_) => {
            page_request.error(StatusCode::BAD_REQUEST, ErrorPage::impossible().with_reason(&reason))
        }
    })
}

/// Why a valid form was not processed although no field is wrong. Its page is shown again with the entered values.
#[derive(Debug)]
pub(in crate::http) struct NotDone {
    status: StatusCode,
    text: String,
    retry_after: Option<u64>,
}

impl NotDone {
    fn of(page_request: &PageRequest, refusal: &ManagementRefusal) -> Option<Self> {
        let text = format!("{}: {refusal}", page_request.texts.error.impossible.title);
        match refusal {
            ManagementRefusal::Conflict(_) => Some(Self { status: StatusCode::CONFLICT, text, retry_after: None }),
            ManagementRefusal::Invalid(_) | ManagementRefusal::Metadata(_) | ManagementRefusal::Fields(_) => {
                Some(Self { status: StatusCode::BAD_REQUEST, text, retry_after: None })
            }
            ManagementRefusal::NotFound(_) => {
                let text = page_request.texts.proof.gone.to_owned();
                Some(Self { status: StatusCode::NOT_FOUND, text, retry_after: None })
            }
            ManagementRefusal::TooOften(seconds) => Some(Self::too_often(page_request, waiting(*seconds))),
            _ => None,
        }
    }

    fn too_often(page_request: &PageRequest, seconds: u64) -> Self {
        let text = page_request.texts.form.wait(seconds);
        Self { status: StatusCode::TOO_MANY_REQUESTS, text, retry_after: Some(seconds) }
    }
}

impl std::fmt::Display for NotDone {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for NotDone {}

impl From<NotDone> for poem::Error {
    fn from(not_done: NotDone) -> Self {
        let status = not_done.status;
        Self::new(not_done, status)
    }
}

/// Adds `Retry-After` to `answer`.
fn wait(mut answer: Response, seconds: i64) -> Response {
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.max(1).into());
    answer
}

/// The waiting time in seconds shown on a page, at least 1.
fn waiting(seconds: i64) -> u64 {
    seconds.max(1).unsigned_abs()
}

/// A 400 response for invalid parameters.
fn bad_request() -> poem::Error {
    poem::Error::from_status(StatusCode::BAD_REQUEST)
}

/// The confirmation of the last action, named by the query: one of `sentences`.
fn done(page_request: &PageRequest, sentences: &[(&str, TextOf<DoneTexts>)]) -> Option<String> {
    let name = page_request.value("done")?;
    sentences
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, sentence)| sentence(&page_request.texts.done).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        oauth::resource::{IDENTITY_SCOPES, MANAGEMENT_SCOPES},
        web::i18n::preferred,
    };

    #[test]
    fn the_scopes_of_this_server_are_worded_by_the_language() {
        for (token, description) in IDENTITY_SCOPES.iter().chain(MANAGEMENT_SCOPES) {
            let (_, title) = SCOPES.iter().find(|(known, _)| known == token).unwrap();
            assert_eq!(title(&preferred("", "").scope), *description, "{token}");
        }
        assert_eq!(SCOPES.len(), IDENTITY_SCOPES.len() + MANAGEMENT_SCOPES.len());
    }
}
