//! `/`: the home page.

use poem::{Response, http::StatusCode};

use super::current;
use crate::{
    account::invitation::SignUp,
    http::{
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::{HomePage, WebLink},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/").show(show)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let signet = page_request.server.signet();
    let signed_in_as = current(&page_request).await?.map(|current| current.account.username.as_str().to_owned());
    let discovery = signet.issuer.endpoint("/.well-known/openid-configuration");
    let (Some(issuer), Some(discovery)) = (WebLink::parse(signet.issuer.as_str()), WebLink::parse(&discovery)) else {
        return Err(poem::error::NotFoundError.into());
    };
    let page = HomePage { issuer, discovery, signed_in_as, signup_open: signet.sign_up == SignUp::Open };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}
