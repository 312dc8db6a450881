//! `/admin/applications/{id}`: the administration page of an application.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, PostForm, RowAction, crumbs};
use crate::web::{
    ClientErrorsCard,
    component::{Fact, alert, facts, notice},
    i18n::AllApplicationsTexts,
    layout::{Frame, NavigationItem, PageContext},
};

#[derive(Clone, Debug)]
pub struct ApplicationPage {
    /// The `client_name`.
    pub name: String,
    /// Short labels, such as the client type.
    pub badges: Vec<String>,
    /// The registered metadata.
    pub metadata: Vec<Fact>,
    pub owner: Option<LocalLink>,
    /// Why the application is read-only.
    pub fixed: Option<String>,
    /// Why the last action failed.
    pub error: Option<String>,
    /// The button that disables or enables the application.
    pub standing: RowAction,
    /// The client secrets. Empty for a public client.
    pub secrets: Vec<ListedSecret>,
    /// The form that adds a secret, if another one is allowed.
    pub add_secret: Option<PostForm>,
    /// Recent errors of the application.
    pub client_errors: ClientErrorsCard,
    /// The page on which its settings are changed.
    pub own: LocalPath,
    /// The security events about the application.
    pub events: LocalLink,
    /// The page that deletes it, if it can be deleted.
    pub delete: Option<LocalPath>,
    /// The breadcrumbs.
    pub crumbs: Vec<LocalLink>,
}

/// A client secret, without its value.
#[derive(Clone, Debug)]
pub struct ListedSecret {
    pub number: String,
    /// Time of creation.
    pub since: String,
    /// The form that deletes the secret, unless it is the only one.
    pub remove: Option<PostForm>,
}

impl ApplicationPage {
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
