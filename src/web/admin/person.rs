//! `/admin/people/{id}`: the profile of a user, and the settings that only an administrator can change.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, PostForm, ResetLink, crumbs};
use crate::web::{
    component::{Button, Fact, alert, facts},
    field::{Field, FieldState},
    layout::{Frame, NavigationItem, PageContext},
};

#[derive(Clone, Debug)]
pub struct PersonPage {
    pub username: String,
    /// Short labels, such as the role.
    pub badges: Vec<String>,
    /// The profile as entered by the user.
    pub profile: Vec<Fact>,
    pub ordered: OrderedFields,
    /// The form that sets a password, and its error. `None` on the administrator's own page.
    pub password: Option<(PostForm, Option<String>)>,
    /// Until when failed attempts block logins from new browsers, and the form that unblocks them.
    pub locked: Option<(String, PostForm)>,
    /// The password-reset link. `None` on the administrator's own page.
    pub reset_link: Option<ResetLink>,
    /// The form that ends all sessions. It sends `grants=true` to end all grants too.
    pub sign_out: PostForm,
    /// The pages with the sessions, grants and other records of the user.
    pub links: Vec<LocalLink>,
    /// The page that deletes the account.
    pub delete: LocalPath,
    /// The breadcrumbs.
    pub crumbs: Vec<LocalLink>,
}

/// The settings that only an administrator can change. The form sends `groups` (one per line), `employee_number`, and
/// `administrator`, `disabled` and `email_verified` as `true` if checked.
#[derive(Clone, Debug)]
pub struct OrderedFields {
    /// Groups, one per line.
    pub groups: FieldState,
    pub employee_number: FieldState,
    pub is_administrator: bool,
    pub is_disabled: bool,
    pub is_email_verified: bool,
    /// Why the settings could not be saved.
    pub error: Option<String>,
    pub form: PostForm,
}

impl PersonPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.people;
        Frame::document(context, &self.username).at(NavigationItem::Administration).around(&html! {
            (crumbs(&context.texts.admin, &self.crumbs))
            h1 { bdi { (self.username) } @for badge in &self.badges { " " span .badge { (badge) } } }
            section .card {
                h2 { (w.profile) }
                (facts(&self.profile))
            }
            @if let Some((until, unlock)) = &self.locked {
                section .card {
                    p { (w.locked_until(until)) }
                    (unlock.around(&html! { div .actions { (Button::secondary("unlock", w.unlock)) } }))
                }
            }
            (self.ordered.render(context))
            (self.password(context))
            @if let Some(link) = &self.reset_link { (link.render(w)) }
            section .card {
                h2 { (w.what_they_have) }
                div .actions { @for link in &self.links { a .button href=(link.path.as_str()) { (link.text) } } }
            }
            section .card {
                h2 { (w.sign_out_everywhere) }
                (self.sign_out.around(&html! {
                    (check("grants", w.grants_too, false))
                    div .actions { (Button::secondary("sign-out-everywhere", w.end_all_sessions)) }
                }))
            }
            section .card .row {
                div {
                    h2 { (w.delete_the_account) }
                    p .muted { (w.delete_about) }
                }
                a #delete .button href=(self.delete.as_str()) { (context.texts.admin.delete) }
            }
        })
    }

    fn password(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.people;
        html! {
            section .card {
                h2 { (w.password) }
                @if let Some((form, error)) = &self.password {
                    p .muted { (w.password_about) }
                    (form.around(&html! {
                        (Field::set_password(context.texts).error(error.as_deref()))
                        div .actions { (Button::secondary("set-password", w.set_the_password)) }
                    }))
                } @else {
                    p .muted { (w.it_is_you(&html! { a href="/account" { (w.your_account) } })) }
                }
            }
        }
    }
}

impl OrderedFields {
    fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.people;
        html! {
            section .card {
                h2 { (w.groups_and_role) }
                @if let Some(error) = &self.error { (alert(error)) }
                (self.form.around(&html! {
                    (Field::lines(context.texts, "groups", context.texts.admin.groups).entry(&self.groups).optional().hint(context.texts.admin.one_per_line))
                    (Field::text(context.texts, "employee_number", w.employee_number).entry(&self.employee_number).optional())
                    fieldset {
                        legend { (w.account) }
                        (check("administrator", w.administers, self.is_administrator))
                        (check("email_verified", w.email_is_theirs, self.is_email_verified))
                        (check("disabled", w.is_disabled, self.is_disabled))
                    }
                    div .actions { (Button::primary("person-submit", w.save)) }
                }))
            }
        }
    }
}

fn check(name: &str, text: &str, is_checked: bool) -> Markup {
    html! {
        label .check { input #(name) type="checkbox" name=(name) value="true" checked[is_checked]; (text) }
    }
}
