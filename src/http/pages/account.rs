//! `/account`

use poem::{Response, http::StatusCode};

use super::current;
use crate::{
    http::visit::Visit,
    web::{AccountPage, Fact},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(visit.redirect("/login")) };
    let account = &current.account;
    let username = account.username.as_str().to_owned();
    let mut profile = Vec::new();
    let mut fact = |label, value: Option<&str>| {
        profile.extend(value.map(|value| Fact::new(label, value)));
    };
    fact(visit.words.people.email, account.email.as_ref().map(|email| email.as_str()));
    fact(visit.words.people.account_number, Some(account.id.as_str()));
    let page = AccountPage {
        name: account.claims.name.as_ref().map_or_else(|| username.clone(), |name| name.as_str().to_owned()),
        username,
        profile,
        is_administrator: account.is_administrator(),
        anti_forgery: visit.anti_forgery("logout", None),
    };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}
