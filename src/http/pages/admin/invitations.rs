//! `/admin/invitations`

use poem::{Response, http::StatusCode};

use super::{super::wording::wrong, Desk, crumbs, lines, minute, next};
use crate::{
    endpoint::{
        invitations::{self, InvitationForm, ListedInvitation},
        management::ManagementRefusal,
        new_account::FieldErrors,
    },
    web::{
        Entry, Fact,
        admin::{InvitePage, ListPage, LocalLink, LocalPath, Row, RowAction},
        words::Words,
    },
};

pub(super) fn show(desk: &Desk) -> poem::Result<Response> {
    let listed = invitations::list(desk.visit.server.signet(), &desk.access, desk.page_request());
    desk.answer(listed.map(|listed| {
        let page = ListPage {
            title: desk.words().admin.invitations.name.to_owned(),
            crumbs: crumbs(desk, &[]),
            about: Some(desk.words().invitations.about.to_owned()),
            search: None,
            links: vec![LocalLink::new(
                desk.words().invitations.invite_somebody,
                LocalPath::admin(&["invitations", "new"]),
            )],
            actions: Vec::new(),
            rows: listed.entries.iter().map(|listed| row(desk, listed)).collect(),
            next: next(&LocalPath::admin(&["invitations"]), &[], listed.next_page_token.as_ref()),
        };
        desk.page(StatusCode::OK, page.render(desk.visit.voice()))
    }))
}

pub(super) fn form(desk: &Desk) -> poem::Result<Response> {
    let days = Entry::of(USUAL_DAYS.to_string());
    Ok(page(desk, StatusCode::OK, (Entry::default(), Entry::default(), days)))
}

pub(super) async fn create(desk: &Desk) -> poem::Result<Response> {
    let visit = &desk.visit;
    let days = visit.text("days");
    // What is no number is as wrong as zero, which is told beside the field.
    let lifetime = days.trim().parse::<i64>().ok().and_then(|days| days.checked_mul(SECONDS_OF_A_DAY)).unwrap_or(0);
    let form = InvitationForm {
        email: Some(visit.text("email")),
        groups: lines(&visit.text("groups")),
        lifetime_seconds: Some(lifetime),
        ..InvitationForm::default()
    };
    match invitations::create(visit.server.signet(), &desk.access, &form).await {
        Ok(made) => {
            let w = &desk.words().invitations;
            let crumbs = [("invitations", desk.words().admin.invitations.name)];
            Ok(desk.tell(w.is_made, (w.link, &made.link), w.advice, &crumbs))
        }
        Err(ManagementRefusal::Fields(errors)) => {
            let entry = |name: &str, value, field| Entry { value, error: error(desk.words(), &errors, field, name) };
            let email = entry("email", visit.text("email"), "email");
            let groups = entry("groups", visit.text("groups"), "groups");
            let days = entry("days", days, "expires_in");
            Ok(page(desk, StatusCode::UNPROCESSABLE_ENTITY, (email, groups, days)))
        }
        Err(refusal) => desk.refused(refusal),
    }
}

pub(super) async fn delete(desk: &Desk, id: &str) -> poem::Result<Response> {
    let deleted = invitations::delete(desk.visit.server.signet(), &desk.access, id).await;
    desk.answer(deleted.map(|()| desk.redirect(&["invitations"])))
}

/// What is wrong with `field`, which the page calls `name`.
fn error(words: &Words, errors: &FieldErrors, field: &str, name: &str) -> Option<String> {
    let wrong = wrong(words, errors, field)?;
    Some(if name == "days" { words.invitations.days_error.to_owned() } else { wrong })
}

fn page(desk: &Desk, status: StatusCode, (email, groups, days): (Entry, Entry, Entry)) -> Response {
    let form = desk.form(&["invitations", "new"]);
    let page = InvitePage {
        email,
        groups,
        days,
        form,
        crumbs: crumbs(desk, &[("invitations", desk.words().admin.invitations.name)]),
    };
    desk.page(status, page.render(desk.visit.voice()))
}

fn row(desk: &Desk, listed: &ListedInvitation) -> Row {
    let invitation = &listed.invitation;
    let groups: Vec<&str> = invitation.groups().iter().collect();
    let groups = (!groups.is_empty()).then(|| Fact::new(desk.words().admin.groups, groups.join(", ")));
    let until = Fact::new(desk.words().invitations.works_until, minute(invitation.expires_at()));
    Row {
        title: invitation
            .email()
            .map_or_else(|| desk.words().invitations.for_anybody.to_owned(), |email| email.as_str().to_owned()),
        facts: groups.into_iter().chain([until]).collect(),
        action: Some(RowAction {
            text: desk.words().invitations.take_back.to_owned(),
            form: desk.form(&["invitations", &listed.id, "delete"]),
        }),
        ..Row::default()
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

/// For so many days an invitation works unless something else is entered.
const USUAL_DAYS: u8 = 7;
