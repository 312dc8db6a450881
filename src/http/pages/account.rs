//! `/account`: the overview of the user's account.

use poem::{Response, http::StatusCode};

use super::{current, logout};
use crate::{
    http::{
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::{AccountPage, Fact},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/account").show(show)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(page_request.redirect("/login")) };
    let account = &current.account;
    let username = account.username.as_str().to_owned();
    let mut profile = Vec::new();
    let mut fact = |label, value: Option<&str>| {
        profile.extend(value.map(|value| Fact::new(label, value)));
    };
    fact(page_request.texts.people.email, account.email.as_ref().map(|email| email.as_str()));
    fact(page_request.texts.people.account_number, Some(account.id.as_str()));
    let page = AccountPage {
        name: account.claims.name.as_ref().map_or_else(|| username.clone(), |name| name.as_str().to_owned()),
        username,
        profile,
        is_administrator: account.is_administrator(),
        anti_forgery: logout::ACTION.token(&page_request, None),
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}
