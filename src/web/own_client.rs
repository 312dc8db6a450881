//! The pages at `/developer/{client_id}`, on which an owner manages an application.

use maud::{Markup, html};

use super::client::{ClientType, chosen};
use super::client_errors::ClientErrorsCard;
use super::compatibility::{CompatibilityForm, RestrictionForm};
use super::component::{Button, alert, back_to, caution, copyable, hidden};
use super::field::{Field, FieldState};
use super::i18n::OwnClientTexts;
use super::layout::{Frame, NavigationItem, PageContext};
use super::own_client_path::own_client_path;
use super::snippet::Snippets;
use crate::secret::Secret;

#[derive(Clone, Debug)]
pub struct OwnClientPage {
    pub client_id: String,
    /// The registered `client_name`.
    pub name: String,
    pub client_type: ClientType,
    /// The form with the metadata that can be changed.
    pub form: ClientForm,
    /// The active secrets. Empty for a public client.
    pub secrets: Vec<SecretLine>,
    /// A newly created secret. It is shown once.
    pub new_secret: Option<Secret>,
    /// Recent errors of the application.
    pub client_errors: ClientErrorsCard,
    /// Why logout tokens cannot be delivered, in one sentence.
    pub logout_warning: Option<String>,
    /// The rarely needed settings. `None` if they cannot be changed here.
    pub compatibility: Option<CompatibilityForm>,
    /// The groups whose members may use it. `None` if they cannot be changed here.
    pub restriction: Option<RestrictionForm>,
    /// The configuration snippets for the application.
    pub snippets: Snippets,
    /// Confirmation of the last action.
    pub done: Option<String>,
    pub anti_forgery: String,
}

/// The metadata that the owner can change.
#[derive(Clone, Debug, Default)]
pub struct ClientForm {
    pub client_name: FieldState,
    /// One per line.
    pub redirect_uris: FieldState,
    /// One per line.
    pub post_logout_redirect_uris: FieldState,
    pub scope: FieldState,
    pub logo_uri: FieldState,
    pub policy_uri: FieldState,
    pub tos_uri: FieldState,
    /// Error message that belongs to no field.
    pub error: Option<String>,
}

/// An active client secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretLine {
    /// Number of the secret.
    pub number: u32,
    /// Time of creation, in words.
    pub made: String,
}

/// The page that asks for confirmation before an application is deleted.
#[derive(Clone, Debug)]
pub struct ClientDeletionPage {
    pub client_id: String,
    /// The `client_name`.
    pub name: String,
    pub anti_forgery: String,
}

impl OwnClientPage {
    /// Renders the page. Its forms post the metadata to `/developer/{client_id}`, `decision=add` or `decision=remove`
    /// with a `number` to `/developer/{client_id}/secrets`, and the settings to `compatibility` and `groups` below it.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.own_client;
        let path = own_client_path(&self.client_id);
        Frame::document(context, &self.name).at(NavigationItem::Applications).around(&html! {
            (back_to("/developer", w.your_applications, self.done.as_deref()))
            h1 { bdi { (self.name) } }
            @if let Some(secret) = &self.new_secret {
                section .card {
                    h2 { (w.a_new_secret) }
                    (caution(&html! { p { (w.shown_once) } }))
                    dl .facts { (copyable("client-secret", "client_secret", secret.expose())) }
                }
            }
            section .card {
                h2 { (w.who_it_is) }
                dl .facts {
                    (copyable("client-id", "client_id", &self.client_id))
                    div { dt { (w.type_) } dd { (self.client_type.description(&context.texts.client)) } }
                }
            }
            @if let Some(warning) = &self.logout_warning { (caution(&html! { p #logout-warning { (warning) } })) }
            (self.client_errors.render(context, &path))
            (self.form.render(context, &path, &self.anti_forgery))
            @if let Some(restriction) = &self.restriction {
                (restriction.render(context, &path, &self.anti_forgery))
            }
            @if let Some(form) = &self.compatibility { (form.render(context, &path, &self.anti_forgery)) }
            @if !self.secrets.is_empty() { (self.secrets(w, &path)) }
            section .card {
                h2 { (w.to_paste) }
                (self.snippets.render(context))
            }
            section .card .row {
                div {
                    h2 { (w.delete) }
                    p .muted { (w.delete_consequence) }
                }
                a .button href={ (path) "/delete" } { (w.delete_the_application) }
            }
        })
    }

    fn secrets(&self, w: &OwnClientTexts, path: &str) -> Markup {
        html! {
            section .card {
                h2 { (w.secrets) }
                p .muted {
                    (w.two_live)
                }
                @for secret in &self.secrets {
                    form .row method="post" action={ (path) "/secrets" } {
                        (hidden(&self.anti_forgery, None))
                        input type="hidden" name="number" value=(secret.number);
                        p #{ "secret-" (secret.number) } { (w.secret(secret.number, &secret.made)) }
                        @if self.secrets.len() > 1 {
                            (Button::secondary(&format!("secret-{}-remove", secret.number), w.remove)
                                .deciding("remove").about(&format!("secret-{}", secret.number)))
                        }
                    }
                }
                @if self.secrets.len() < 2 {
                    form method="post" action={ (path) "/secrets" } {
                        (hidden(&self.anti_forgery, None))
                        div .actions { (Button::secondary("secret-add", w.add_a_secret).deciding("add")) }
                    }
                }
            }
        }
    }
}

impl ClientForm {
    fn render(&self, context: PageContext<'_>, path: &str, anti_forgery: &str) -> Markup {
        let w = &context.texts.own_client;
        html! {
            section .card {
                h2 { (w.what_people_see) }
                @if let Some(error) = &self.error { (alert(error)) }
                form method="post" action=(path) {
                    (hidden(anti_forgery, None))
                    (Field::text(context.texts, "client_name", w.name).entry(&self.client_name))
                    (Field::lines(context.texts, "redirect_uris", w.redirect_uris).optional().entry(&self.redirect_uris)
                        .hint(w.redirect_uris_hint))
                    (Field::lines(context.texts, "post_logout_redirect_uris", w.post_logout_redirect_uris).optional()
                        .entry(&self.post_logout_redirect_uris).hint(w.post_logout_redirect_uris_hint))
                    (Field::text(context.texts, "logo_uri", w.logo).optional().entry(&self.logo_uri))
                    (Field::text(context.texts, "policy_uri", w.privacy_policy).optional().entry(&self.policy_uri))
                    (Field::text(context.texts, "tos_uri", w.terms_of_service).optional().entry(&self.tos_uri))
                    (Field::text(context.texts, "scope", w.scope).optional().entry(&self.scope).hint(w.scope_hint))
                    div .actions { (Button::primary("client-submit", w.save)) }
                }
            }
        }
    }
}

impl ClientDeletionPage {
    /// Renders the page. Its form posts `decision=delete` to `/developer/{client_id}/delete`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.own_client;
        let path = own_client_path(&self.client_id);
        Frame::question(context, w.delete_an_application).at(NavigationItem::Applications).around(&html! {
            section .card {
                h1 { (w.delete_question(&chosen(&self.name))) }
                p { (w.deletion_is_final) }
                form method="post" action={ (path) "/delete" } {
                    (hidden(&self.anti_forgery, None))
                    div .actions .pair {
                        a .button href=(path) { (w.keep_it) }
                        (Button::primary("client-delete", w.delete).deciding("delete"))
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn page(secrets: usize) -> OwnClientPage {
        let line = |number| SecretLine { number, made: "1 May 2030".to_owned() };
        OwnClientPage {
            client_id: "a/b".to_owned(),
            name: "Wiki".to_owned(),
            client_type: ClientType::Confidential,
            form: ClientForm { client_name: FieldState::of("Wiki"), ..ClientForm::default() },
            secrets: (1..).take(secrets).map(line).collect(),
            new_secret: None,
            client_errors: ClientErrorsCard::default(),
            logout_warning: None,
            compatibility: None,
            restriction: None,
            snippets: Snippets::default(),
            done: None,
            anti_forgery: "token".to_owned(),
        }
    }

    fn html_of(page: &OwnClientPage) -> String {
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn one_secret_can_be_joined_by_another_and_only_one_of_two_removed() {
        let counts = |secrets| {
            let html = html_of(&page(secrets));
            (html.matches("secret-add").count(), html.matches("value=\"remove\"").count())
        };
        assert_eq!([counts(0), counts(1), counts(2)], [(0, 0), (1, 0), (0, 2)]);
    }

    #[test]
    fn a_new_secret_is_shown_to_copy() {
        let html = html_of(&OwnClientPage { new_secret: Some(Secret::new("s3cret")), ..page(2) });
        assert!(html.contains("id=\"client-secret\">s3cret</code>"), "{html}");
        assert!(!html_of(&page(2)).contains("id=\"client-secret\""));
    }

    #[test]
    fn forms_lead_to_the_application() {
        let html = html_of(&page(1));
        for action in ["action=\"/developer/a%2Fb\"", "action=\"/developer/a%2Fb/secrets\"", "/developer/a%2Fb/delete"]
        {
            assert!(html.contains(action), "{action}: {html}");
        }
    }
}
