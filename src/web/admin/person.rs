//! `/admin/people/{id}`: what is known of a person, and what only an administrator decides.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, PostForm, ResetLink, crumbs};
use crate::web::{
    component::{Button, Fact, alert, facts},
    field::{Field, FieldState},
    layout::{Frame, NavigationItem, PageContext},
};

/// A person, for an administrator.
#[derive(Clone, Debug)]
pub struct PersonPage {
    /// By what they sign in.
    pub username: String,
    /// What distinguishes them, in a word each.
    pub badges: Vec<String>,
    /// What they entered about themselves.
    pub profile: Vec<Fact>,
    /// What is decided about them.
    pub ordered: OrderedFields,
    /// The form that sets a password, with what is wrong with it; not for oneself.
    pub password: Option<(PostForm, Option<String>)>,
    /// Until when new browsers cannot sign in because of wrong passwords, and the form that lets them.
    pub locked: Option<(String, PostForm)>,
    /// The link with which they set a password themselves; not for oneself.
    pub reset_link: Option<ResetLink>,
    /// The form that ends all sessions. It sends `grants=true` for everything that was granted too.
    pub sign_out: PostForm,
    /// The pages about what they have.
    pub links: Vec<LocalLink>,
    /// Where they are deleted.
    pub delete: LocalPath,
    /// What the page is part of.
    pub crumbs: Vec<LocalLink>,
}

/// What an administrator decides about a person. It sends `groups` (one per line), `employee_number`, and each of
/// `administrator`, `disabled` and `email_verified` as `true` if it is checked.
#[derive(Clone, Debug)]
pub struct OrderedFields {
    /// The groups, one per line.
    pub groups: FieldState,
    /// The number by which an employer knows the person.
    pub employee_number: FieldState,
    /// Whether the person administers the server.
    pub is_administrator: bool,
    /// Whether the account may not be used.
    pub is_disabled: bool,
    /// Whether the e-mail address was shown to be the person's.
    pub is_email_verified: bool,
    /// Why it could not be saved.
    pub error: Option<String>,
    /// What the form sends.
    pub form: PostForm,
}

impl PersonPage {
    /// The page.
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
