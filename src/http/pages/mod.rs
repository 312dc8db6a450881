//! The pages: each reads its form, asks an endpoint, and shows a view.

pub(super) mod account;
pub(super) mod admin;
pub(super) mod consent;
pub(super) mod developer;
pub(super) mod device;
pub(super) mod errors;
pub(super) mod home;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod setup;
pub(super) mod signup;

use poem::{Response, http::StatusCode};

use super::{fault, visit::Visit};
use crate::{
    endpoint::{
        Fault,
        interaction::Interaction,
        login::SignedInBrowser,
        new_account::{FieldErrors, NewAccount, ProfileForm},
        session::{self, CurrentSession},
    },
    oauth::{client::Client, scope::Scope},
    secret::Secret,
    web::{ClientCard, Entry, ScopeLine, WebLink},
};

/// The login that a page is part of, with its client: what the page shows, and where its form may lead.
struct Begun {
    interaction: Interaction,
    client: Client,
}

/// The login that `sealed` is, if it can go on.
fn begun(visit: &Visit, sealed: Option<&str>) -> poem::Result<Option<Begun>> {
    let signet = visit.server.signet();
    let Some(sealed) = sealed else { return Ok(None) };
    let Ok(interaction) = Interaction::open(sealed, &visit.browser.binding, signet, signet.clock.now()) else {
        return Ok(None);
    };
    let client = signet.store.client(&interaction.request.authorization.client_id);
    let client = client.map_err(|cause| fault(cause.into()))?;
    Ok(client.map(|kept| Begun { interaction, client: kept.record }))
}

impl Begun {
    fn redirect_uri(&self) -> &str {
        self.interaction.request.authorization.redirect_uri.as_str()
    }
}

/// Who is signed in on this browser.
async fn current(visit: &Visit) -> poem::Result<Option<CurrentSession>> {
    let signet = visit.server.signet();
    session::current(signet, &visit.browser, signet.clock.now()).await.map_err(fault)
}

/// What a page shows of a client.
fn card(client: &Client) -> ClientCard {
    let link = |uri: &Option<String>| uri.as_deref().and_then(WebLink::parse);
    ClientCard {
        name: client.metadata.client_name.clone(),
        logo: None,
        policy: link(&client.metadata.policy_uri),
        terms: link(&client.metadata.tos_uri),
    }
}

/// What a client asks for, as the pages list it.
fn scope_lines(visit: &Visit, scope: &Scope) -> Vec<ScopeLine> {
    let resources = &visit.server.signet().resources;
    let line = |token: &str| {
        let entry = resources.scope(token);
        ScopeLine {
            token: token.to_owned(),
            title: entry.map_or_else(|| token.to_owned(), |(_, entry)| entry.description.clone()),
            description: entry
                .filter(|(resource, _)| resource.id != *resources.own())
                .map(|(resource, _)| format!("at {}", resource.name))
                .unwrap_or_default(),
        }
    };
    scope.iter().map(line).collect()
}

/// The browser goes to the login page, and from there back to `path`, which is one of ours. It travels sealed, so that
/// nobody can send a person elsewhere.
fn sign_in_first(visit: &Visit, path: &str) -> Response {
    let signet = visit.server.signet();
    let sealed = signet.sealing_key.seal(BACK, path.as_bytes(), signet.entropy);
    visit.redirect(&super::authorize::interaction_at("/login", &sealed))
}

/// The page of ours that `sealed` leads back to, if it is not a login of an application.
fn way_back(visit: &Visit, sealed: Option<&str>) -> Option<String> {
    let path = visit.server.signet().sealing_key.open(BACK, sealed?).ok()?;
    String::from_utf8(path).ok()
}

const BACK: &str = "back to a page";

/// Where a person goes who has just signed in: on with what was begun, or to the account.
fn onward(visit: &Visit, signed_in: &SignedInBrowser) -> Response {
    let sealed = visit.value("interaction");
    let location = match (way_back(visit, sealed), sealed) {
        (Some(path), _) => path,
        (None, Some(sealed)) => super::authorize::interaction_at("/authorize", sealed),
        (None, None) => "/account".to_owned(),
    };
    visit.redirect_signed_in(&location, signed_in)
}

/// What was entered to get an account.
fn entered(visit: &Visit) -> NewAccount {
    let text = |name| visit.value(name).map(ToOwned::to_owned);
    let profile =
        ProfileForm { username: text("username"), email: text("email"), name: text("name"), ..ProfileForm::default() };
    NewAccount { profile, password: Some(Secret::new(visit.text("password"))) }
}

/// A field as it was filled in, with what is wrong with it.
fn entry(value: String, error: Option<&String>) -> Entry {
    Entry { value, error: error.cloned() }
}

/// The status of a form that has to be corrected.
fn status_of(errors: &FieldErrors) -> StatusCode {
    if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// Whether our side only needs a moment; then the form is shown again rather than a page that loses what was entered.
fn is_busy(cause: &Fault) -> bool {
    matches!(cause, Fault::Hashing(crate::account::hashing::HashingFault::Busy))
}
