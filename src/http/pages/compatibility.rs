//! `/developer/{client_id}/compatibility` and `/developer/{client_id}/groups`: rarely needed settings of an
//! application, and the groups whose members may use it.

use poem::{Response, http::StatusCode};

use super::{
    client_settings::{GROUPS, SETTINGS, entered, keep_entered},
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
    http::page_request::PageRequest,
    oauth::client::Client,
    web::{OwnClientPage, own_client_path},
};

/// A section of the application page with a separate form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Part {
    /// Rarely needed settings.
    Compatibility,
    /// The groups whose members may use the application.
    Groups,
}

pub(in crate::http) async fn submit(page_request: PageRequest, part: Part) -> poem::Result<Response> {
    let settings = match part {
        Part::Compatibility => SETTINGS,
        Part::Groups => std::slice::from_ref(&GROUPS),
    };
    page_request.admit(ACTION)?;
    let path = own_client_path(&page_request.id);
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, &path)) };
    let (signet, access) = (page_request.server.signet(), access(&current));
    let client = match find(signet, &access, &page_request.id) {
        Ok(client) => client,
        Err(refusal) => return refused(&page_request, refusal),
    };
    let members = match entered(&page_request, settings) {
        Ok(members) => members,
        Err(wrong) => return corrected(&page_request, &access, &client, wrong).await,
    };
    match change_members(signet, &access, &page_request.id, |_| members.clone()).await {
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
