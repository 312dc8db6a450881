//! `/account/profile`

use poem::{Response, http::StatusCode};
use serde_json::Value;

use super::{current, done, own, refused, sign_in_first, wording::wrong};
use crate::{
    account::{own_picture, profile_form::AddressForm, record::Account},
    endpoint::{
        management::ManagementRefusal,
        new_account::{FieldErrors, ProfileForm},
        profile::claims,
        session::CurrentSession,
        users::replace,
    },
    http::visit::Visit,
    web::{
        Entry, Fact, ImageSource, ProfilePage,
        words::{DoneWords, TextOf, Words},
    },
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    match current(&visit).await? {
        Some(current) => Ok(visit.page(StatusCode::OK, page(&visit, &current).render(visit.voice()))),
        None => Ok(sign_in_first(&visit, PATH)),
    }
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("profile")?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PATH)) };
    match replace(visit.server.signet(), &own(&current), "me", &entered(&visit)).await {
        Ok(_) => Ok(visit.redirect("/account/profile?done=saved")),
        Err(ManagementRefusal::Fields(errors)) => {
            let page = corrected(&visit, page(&visit, &current), &errors);
            Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, page.render(visit.voice())))
        }
        Err(refusal) => refused(&visit, refusal),
    }
}

/// The page of what is known of the person.
pub(super) fn page(visit: &Visit, current: &CurrentSession) -> ProfilePage {
    let account = &current.account;
    let known = claims(account, &visit.server.signet().issuer);
    let value = |name: &'static str| {
        let value = match (name, name.strip_prefix("address.")) {
            ("username", _) => known.get("preferred_username"),
            (_, Some(part)) => known.get("address").and_then(|address| address.get(part)),
            (_, None) => known.get(name),
        };
        value.and_then(Value::as_str).map(|value| (name, Entry::of(value)))
    };
    ProfilePage {
        entries: ProfilePage::fields().filter_map(value).collect(),
        ordered: ordered(visit.words, account),
        picture: picture(account),
        done: done(visit, &DONE),
        anti_forgery: visit.anti_forgery("profile", None),
        ..ProfilePage::default()
    }
}

/// The page with what was just entered, and what is wrong with it.
fn corrected(visit: &Visit, page: ProfilePage, errors: &FieldErrors) -> ProfilePage {
    let entry = |name| (name, super::entry(visit.text(name), wrong(visit.words, errors, name)));
    let elsewhere = errors.iter().find(|(field, _)| ProfilePage::fields().all(|name| name != *field));
    ProfilePage {
        entries: ProfilePage::fields().map(entry).collect(),
        error: elsewhere.and_then(|(field, _)| wrong(visit.words, errors, field)),
        ..page
    }
}

fn entered(visit: &Visit) -> ProfileForm {
    let text = |name| visit.value(name).map(ToOwned::to_owned);
    ProfileForm {
        username: text("username"),
        email: text("email"),
        name: text("name"),
        given_name: text("given_name"),
        family_name: text("family_name"),
        middle_name: text("middle_name"),
        nickname: text("nickname"),
        profile: text("profile"),
        picture: text("picture"),
        website: text("website"),
        gender: text("gender"),
        birthdate: text("birthdate"),
        zoneinfo: text("zoneinfo"),
        locale: text("locale"),
        phone_number: text("phone_number"),
        address: AddressForm {
            street_address: text("address.street_address"),
            locality: text("address.locality"),
            region: text("address.region"),
            postal_code: text("address.postal_code"),
            country: text("address.country"),
        },
        ..ProfileForm::default()
    }
}

fn ordered(words: &Words, account: &Account) -> Vec<Fact> {
    let groups: Vec<&str> = account.groups.iter().collect();
    let number =
        account.employee_number.as_ref().map(|number| Fact::new(words.people.employee_number, number.as_str()));
    let groups = (!groups.is_empty()).then(|| Fact::new(words.admin.groups, groups.join(", ")));
    number.into_iter().chain(groups).collect()
}

/// The picture that this server keeps; one from elsewhere is not fetched by a page of ours.
fn picture(account: &Account) -> Option<ImageSource> {
    ImageSource::parse(&own_picture::target(account)?)
}

const DONE: [(&str, TextOf<DoneWords>); 3] =
    [("saved", |w| w.saved), ("picture", |w| w.picture_taken), ("removed", |w| w.picture_removed)];
const PATH: &str = "/account/profile";
