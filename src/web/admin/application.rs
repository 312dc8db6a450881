//! `/admin/applications/{id}`: an application, for an administrator.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, PostForm, RowAction, crumbs};
use crate::web::{
    ClientErrorsCard,
    component::{Fact, alert, facts, notice},
    i18n::AllApplicationsTexts,
    layout::{Frame, NavigationItem, PageContext},
};

/// An application.
#[derive(Clone, Debug)]
pub struct ApplicationPage {
    /// `client_name`.
    pub name: String,
    /// What distinguishes it, in a word each.
    pub badges: Vec<String>,
    /// What was registered.
    pub metadata: Vec<Fact>,
    /// The person who owns it, if one does.
    pub owner: Option<LocalLink>,
    /// Why it can only be looked at.
    pub fixed: Option<String>,
    /// Why something could not be done.
    pub error: Option<String>,
    /// Disables it, or enables it again.
    pub standing: RowAction,
    /// Its secrets, if it can have some.
    pub secrets: Vec<ListedSecret>,
    /// Adds a secret, if that is possible.
    pub add_secret: Option<PostForm>,
    /// What went wrong with it lately.
    pub client_errors: ClientErrorsCard,
    /// Where its settings are changed.
    pub own: LocalPath,
    /// The events about it.
    pub events: LocalLink,
    /// Where it is deleted, if that is possible.
    pub delete: Option<LocalPath>,
    /// What the page is part of.
    pub crumbs: Vec<LocalLink>,
}

/// A secret, of which no more is known.
#[derive(Clone, Debug)]
pub struct ListedSecret {
    /// Its number.
    pub number: String,
    /// Since when it lives.
    pub since: String,
    /// Takes it away, if another one stays.
    pub remove: Option<PostForm>,
}

impl ApplicationPage {
    /// The page.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.all_applications;
        Frame::document(context, &self.name).at(NavigationItem::Administration).around(&html! {
            (crumbs(&context.texts.admin, &self.crumbs))
            h1 { bdi { (self.name) } @for badge in &self.badges { " " span .badge { (badge) } } }
            @if let Some(error) = &self.error { (alert(error)) }
            @if let Some(fixed) = &self.fixed { (notice(fixed)) }
            section .card {
                h2 { (w.registration) }
                (facts(&self.metadata))
                @if let Some(owner) = &self.owner { p { (w.owner(&html! { (owner) })) } }
                p { (self.events) }
                @if self.fixed.is_none() { p { a #change href=(self.own.as_str()) { (w.change_settings) } } }
            }
            (self.client_errors.render(context, self.own.as_str()))
            @if !self.secrets.is_empty() || self.add_secret.is_some() { (self.secrets(w)) }
            section .card .row {
                div {
                    h2 { (w.tokens) }
                    p .muted { (w.tokens_about) }
                }
                (self.standing.form.button("standing", &self.standing.text, None))
            }
            @if let Some(delete) = &self.delete {
                section .card .row {
                    div {
                        h2 { (w.delete_the_application) }
                        p .muted { (w.delete_about) }
                    }
                    a #delete .button href=(delete.as_str()) { (context.texts.admin.delete) }
                }
            }
        })
    }

    fn secrets(&self, w: &AllApplicationsTexts) -> Markup {
        html! {
            section .card {
                h2 { (w.secrets) }
                p .muted { (w.secrets_about) }
                @for secret in &self.secrets {
                    div .row {
                        p { (w.secret(&secret.number)) span .muted { (w.secret_since(&secret.since)) } }
                        @if let Some(remove) = &secret.remove {
                            (remove.button(&format!("remove-{}", secret.number), w.remove, Some(&secret.number)))
                        }
                    }
                }
                @if let Some(form) = &self.add_secret { (form.button("add-secret", w.add_a_secret, None)) }
            }
        }
    }
}
