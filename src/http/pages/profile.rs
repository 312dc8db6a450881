//! `/account/profile`: the user's profile.

use poem::{Response, http::StatusCode};
use serde_json::Value;

use super::{current, done, messages::wrong, own, refused, sign_in_first};
use crate::{
    account::{own_picture, record::Account},
    endpoint::{
        management::ManagementRefusal,
        new_account::{FieldErrors, ProfileForm},
        profile::claims,
        session::CurrentSession,
        users::replace,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::{
        Fact, FieldState, ImageSource, ProfilePage,
        i18n::{DoneTexts, TextOf, Texts},
    },
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at(PATH).show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    match current(&page_request).await? {
        Some(current) => {
            Ok(page_request.page(StatusCode::OK, page(&page_request, &current).render(page_request.context())))
        }
        None => Ok(sign_in_first(&page_request, PATH)),
    }
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    match replace(page_request.server.signet(), &own(&current), "me", &entered(&page_request)).await {
        Ok(_) => Ok(page_request.redirect("/account/profile?done=saved")),
        Err(ManagementRefusal::Fields(errors)) => {
            let page = corrected(&page_request, page(&page_request, &current), &errors);
            Ok(page_request.page(StatusCode::UNPROCESSABLE_ENTITY, page.render(page_request.context())))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The profile page with the stored values.
pub(super) fn page(page_request: &PageRequest, current: &CurrentSession) -> ProfilePage {
    let account = &current.account;
    let known = claims(account, &page_request.server.signet().issuer);
    let value = |name: &'static str| {
        let value = match (name, name.strip_prefix("address.")) {
            ("username", _) => known.get("preferred_username"),
            (_, Some(part)) => known.get("address").and_then(|address| address.get(part)),
            (_, None) => known.get(name),
        };
        value.and_then(Value::as_str).map(|value| (name, FieldState::of(value)))
    };
    ProfilePage {
        entries: ProfilePage::fields().filter_map(value).collect(),
        ordered: ordered(page_request.texts, account),
        picture: picture(account),
        done: done(page_request, &DONE),
        anti_forgery: ACTION.token(page_request, None),
        ..ProfilePage::default()
    }
}

/// The page with the entered values and their errors.
fn corrected(page_request: &PageRequest, page: ProfilePage, errors: &FieldErrors) -> ProfilePage {
    let entry = |name| (name, super::entry(page_request.text(name), wrong(page_request.texts, errors, name)));
    let elsewhere = errors.iter().find(|(field, _)| ProfilePage::fields().all(|name| name != *field));
    ProfilePage {
        entries: ProfilePage::fields().map(entry).collect(),
        error: elsewhere.and_then(|(field, _)| wrong(page_request.texts, errors, field)),
        ..page
    }
}

fn entered(page_request: &PageRequest) -> ProfileForm {
    ProfileForm::of_owner(|name| page_request.value(name).map(ToOwned::to_owned))
}

fn ordered(texts: &Texts, account: &Account) -> Vec<Fact> {
    let groups: Vec<&str> = account.groups.iter().collect();
    let number =
        account.employee_number.as_ref().map(|number| Fact::new(texts.people.employee_number, number.as_str()));
    let groups = (!groups.is_empty()).then(|| Fact::new(texts.admin.groups, groups.join(", ")));
    number.into_iter().chain(groups).collect()
}

/// The picture stored on this server. The page does not load pictures from other servers.
fn picture(account: &Account) -> Option<ImageSource> {
    ImageSource::parse(&own_picture::target(account)?)
}

pub(super) const ACTION: FormAction = FormAction::named("profile");
const DONE: [(&str, TextOf<DoneTexts>); 3] =
    [("saved", |w| w.saved), ("picture", |w| w.picture_taken), ("removed", |w| w.picture_removed)];
pub(super) const PATH: &str = "/account/profile";
