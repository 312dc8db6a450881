//! `/developer/{client_id}/compatibility` and `/developer/{client_id}/groups`: rarely needed settings of an
//! application, and the groups whose members may use it.

use poem::{Response, http::StatusCode};

use super::{
    client_settings::{GROUPS, SETTINGS, SettingOf, entered, keep_entered},
    current,
    own_client_page::{ACTION, access, page, with_secret},
    refused, sign_in_first,
};
use crate::{
    endpoint::{
        access::Access,
        clients::{management::show as find, settings::change_members},
        management::ManagementRefusal,
    },
    http::{
        csrf::CsrfChecked,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    oauth::client::Client,
    web::{OwnClientPage, own_client_path},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/developer/:id/compatibility").submit(ACTION, submit_settings).on("/developer/:id"),
        PageRoute::at("/developer/:id/groups").submit(ACTION, submit_groups).on("/developer/:id"),
    ])
}

/// Changes the rarely needed settings.
async fn submit_settings(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    submit(page_request, SETTINGS).await
}

/// Changes the groups whose members may use the application.
async fn submit_groups(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    submit(page_request, std::slice::from_ref(&GROUPS)).await
}

async fn submit(page_request: CsrfChecked<PageRequest>, settings: &'static [SettingOf]) -> poem::Result<Response> {
    let path = own_client_path(page_request.path_value("id"));
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, &path)) };
    let (signet, access) = (page_request.server.signet(), access(&current));
    let client = match find(signet, &access, page_request.path_value("id")) {
        Ok(client) => client,
        Err(refusal) => return refused(&page_request, refusal),
    };
    let members = match entered(&page_request, settings) {
        Ok(members) => members,
        Err(wrong) => return corrected(&page_request, &access, &client, wrong).await,
    };
    match change_members(signet, &access, page_request.path_value("id"), |_| members.clone()).await {
        Ok((client, Some(secret))) => Ok(with_secret(&page_request, &client, &secret)),
        Ok((_, None)) => Ok(page_request.redirect(&format!("{path}?done=changed"))),
        Err(ManagementRefusal::Metadata(refusal)) => {
            corrected(&page_request, &access, &client, (refusal.member, refusal.description)).await
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The page with the entered values and their errors.
async fn corrected(
    page_request: &PageRequest,
    access: &Access,
    client: &Client,
    (member, wrong): (&'static str, String),
) -> poem::Result<Response> {
    let mut page = page(page_request, access, client).await;
    let settings = page.compatibility.iter_mut().flat_map(|form| &mut form.settings);
    let groups = page.restriction.iter_mut().map(|form| &mut form.setting);
    let mut is_shown = false;
    for setting in settings.chain(groups) {
        keep_entered(page_request, setting);
        if setting.member == member {
            setting.error = Some(wrong.clone());
            is_shown = true;
        }
    }
    if let Some(form) = &mut page.compatibility {
        form.is_open |= member != GROUPS.member;
        form.error = (!is_shown).then(|| format!("{member}: {wrong}"));
    }
    Ok(page_request
        .page(StatusCode::UNPROCESSABLE_ENTITY, OwnClientPage { done: None, ..page }.render(page_request.context())))
}
