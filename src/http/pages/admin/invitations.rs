//! `/admin/invitations`: open invitations.

use poem::{Response, http::StatusCode};

use super::{
    super::{form_lines::lines, messages::wrong},
    request::{AdminRequest, crumbs, guarded, guarded_form, minute, next},
};
use crate::{
    endpoint::{
        invitations::{self, InvitationRequest, ListedInvitation},
        management::ManagementRefusal,
        new_account::FieldErrors,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        page_route::{PageRoute, Routes},
    },
    web::{
        Fact, FieldState,
        admin::{InvitePage, ListPage, ListRow, LocalLink, LocalPath, RowAction},
        i18n::Texts,
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/admin/invitations").show(guarded(show)),
        PageRoute::at("/admin/invitations/new").show(guarded(form)).submit(FormAction::PATH, guarded_form(create)),
        PageRoute::at("/admin/invitations/:id/delete")
            .submit(FormAction::PATH, guarded_form(delete))
            .on("/admin/invitations"),
    ])
}

async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    let listed = invitations::list(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        admin_request.page_request(),
    );
    admin_request.answer(listed.map(|listed| {
        let page = ListPage {
            title: admin_request.texts().admin.invitations.name.to_owned(),
            crumbs: crumbs(&admin_request, &[]),
            about: Some(admin_request.texts().invitations.about.to_owned()),
            search: None,
            links: vec![LocalLink::new(
                admin_request.texts().invitations.invite_someone,
                LocalPath::admin(&["invitations", "new"]),
            )],
            actions: Vec::new(),
            rows: listed.entries.iter().map(|listed| row(&admin_request, listed)).collect(),
            next: next(&LocalPath::admin(&["invitations"]), &[], listed.next_page_token.as_ref()),
        };
        admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context()))
    }))
}

async fn form(admin_request: AdminRequest) -> poem::Result<Response> {
    let days = FieldState::of(USUAL_DAYS.to_string());
    Ok(page(&admin_request, StatusCode::OK, (FieldState::default(), FieldState::default(), days)))
}

async fn create(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let page_request = &admin_request.page_request;
    let days = page_request.text("days");
    // A value that is not a number is handled like zero: the field shows the error.
    let lifetime = days.trim().parse::<i64>().ok().and_then(|days| days.checked_mul(SECONDS_OF_A_DAY)).unwrap_or(0);
    let form = InvitationRequest {
        email: Some(page_request.text("email")),
        groups: lines(&page_request.text("groups")),
        lifetime_seconds: Some(lifetime),
        ..InvitationRequest::default()
    };
    match invitations::create(page_request.server.signet(), &admin_request.access, &form).await {
        Ok(made) => {
            let w = &admin_request.texts().invitations;
            let crumbs = [("invitations", admin_request.texts().admin.invitations.name)];
            Ok(admin_request.tell(w.is_made, (w.link, &made.link), w.advice, &crumbs))
        }
        Err(ManagementRefusal::Fields(errors)) => {
            let entry = |name: &str, value, field| FieldState {
                value,
                error: error(admin_request.texts(), &errors, field, name),
            };
            let email = entry("email", page_request.text("email"), "email");
            let groups = entry("groups", page_request.text("groups"), "groups");
            let days = entry("days", days, "expires_in");
            Ok(page(&admin_request, StatusCode::UNPROCESSABLE_ENTITY, (email, groups, days)))
        }
        Err(refusal) => admin_request.refused(refusal),
    }
}

async fn delete(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let deleted = invitations::delete(admin_request.page_request.server.signet(), &admin_request.access, id).await;
    admin_request.answer(deleted.map(|()| admin_request.redirect(&["invitations"])))
}

/// The error of `field`, which the page calls `name`.
fn error(texts: &Texts, errors: &FieldErrors, field: &str, name: &str) -> Option<String> {
    let wrong = wrong(texts, errors, field)?;
    Some(if name == "days" { texts.invitations.days_error.to_owned() } else { wrong })
}

fn page(
    admin_request: &AdminRequest,
    status: StatusCode,
    (email, groups, days): (FieldState, FieldState, FieldState),
) -> Response {
    let form = admin_request.form(&["invitations", "new"]);
    let page = InvitePage {
        email,
        groups,
        days,
        form,
        crumbs: crumbs(admin_request, &[("invitations", admin_request.texts().admin.invitations.name)]),
    };
    admin_request.page(status, page.render(admin_request.page_request.context()))
}

fn row(admin_request: &AdminRequest, listed: &ListedInvitation) -> ListRow {
    let invitation = &listed.invitation;
    let groups: Vec<&str> = invitation.groups().iter().collect();
    let groups = (!groups.is_empty()).then(|| Fact::new(admin_request.texts().admin.groups, groups.join(", ")));
    let until = Fact::new(admin_request.texts().invitations.works_until, minute(invitation.expires_at()));
    ListRow {
        title: invitation.email().map_or_else(
            || admin_request.texts().invitations.for_anybody.to_owned(),
            |email| email.as_str().to_owned(),
        ),
        facts: groups.into_iter().chain([until]).collect(),
        action: Some(RowAction {
            text: admin_request.texts().invitations.take_back.to_owned(),
            form: admin_request.form(&["invitations", &listed.id, "delete"]),
        }),
        ..ListRow::default()
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

/// Default lifetime of an invitation in days.
const USUAL_DAYS: u8 = 7;
