//! The page at `/account/profile`, on which a user edits the profile.

use maud::{Markup, html};

use super::address::ImageSource;
use super::component::{Button, Fact, alert, back_to, facts, hidden, initial};
use super::field::{Field, FieldState};
use super::i18n::{ProfileTexts, TextOf, Texts};
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug, Default)]
pub struct ProfilePage {
    /// The fields with a value or an error, by name.
    pub entries: Vec<(&'static str, FieldState)>,
    /// The values that only an administrator can change.
    pub ordered: Vec<Fact>,
    /// The picture stored on this server.
    pub picture: Option<ImageSource>,
    /// Error message of the picture.
    pub picture_error: Option<String>,
    /// Error message that belongs to no field.
    pub error: Option<String>,
    /// Confirmation of the last action.
    pub done: Option<String>,
    /// Anti-forgery token of both forms.
    pub anti_forgery: String,
}

/// A field of the form.
#[derive(Clone, Copy)]
struct Known {
    has_lines: bool,
    name: &'static str,
    label: TextOf<ProfileTexts>,
    autocomplete: Option<&'static str>,
    hint: Option<TextOf<ProfileTexts>>,
}

impl ProfilePage {
    /// The names of the fields: the claims of OpenID Connect Core §5.1, and those of §5.1.1 with the prefix `address.`.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        GROUPS.iter().flat_map(|(_, fields)| fields.iter()).map(|field| field.name)
    }

    /// Renders the page. One form posts the profile to `/account/profile`, another the picture to `/account/picture`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.profile;
        Frame::document(context, w.profile).at(NavigationItem::Account).around(&html! {
            (back_to("/account", w.your_account, self.done.as_deref()))
            h1 { (w.profile) }
            p .muted { (w.applications_see) }
            (self.picture_form(context.texts))
            @if let Some(error) = &self.error { (alert(error)) }
            form method="post" action="/account/profile" {
                (hidden(&self.anti_forgery, None))
                @for (title, fields) in GROUPS {
                    section .card {
                        h2 { (title(w)) }
                        @for field in *fields { (self.field(context, field)) }
                    }
                }
                div .actions { (Button::primary("profile-submit", w.save)) }
            }
            @if !self.ordered.is_empty() {
                section .card {
                    h2 { (w.an_administrator_decides) }
                    (facts(&self.ordered))
                }
            }
        })
    }

    fn field(&self, context: PageContext<'_>, known: &Known) -> Markup {
        let w = &context.texts.profile;
        let entry = self.entries.iter().find(|(name, _)| *name == known.name).map(|(_, entry)| entry);
        let empty = FieldState::default();
        let field = match known.name {
            "username" => Field::username(context.texts),
            "email" => Field::email(context.texts).optional(),
            name if known.has_lines => Field::lines(context.texts, name, (known.label)(w)).optional(),
            name => Field::text(context.texts, name, (known.label)(w)).optional(),
        };
        let field = known.autocomplete.map_or(field, |autocomplete| field.autocomplete(autocomplete));
        let field = known.hint.map_or(field, |hint| field.hint(hint(w)));
        html! { (field.entry(entry.unwrap_or(&empty))) }
    }

    fn picture_form(&self, texts: &Texts) -> Markup {
        let w = &texts.profile;
        let username = self.entries.iter().find(|(name, _)| *name == "username");
        html! {
            section .card {
                h2 #picture-heading { (w.picture_title) }
                div .greeting {
                    @if let Some(picture) = &self.picture {
                        span .tile { img src=(picture.as_str()) alt=(w.your_picture) width="48" height="48"; }
                    } @else {
                        span .avatar .large aria-hidden="true" {
                            (initial(username.map_or("", |(_, entry)| entry.value.as_str())))
                        }
                    }
                    p .muted { (w.picture_rule) }
                }
                form method="post" action="/account/picture" enctype="multipart/form-data" {
                    (hidden(&self.anti_forgery, None))
                    div .field {
                        label for="upload" { (w.choose_a_picture) }
                        input #upload type="file" name="upload" accept="image/jpeg,image/png,image/webp"
                            aria-describedby=[self.picture_error.as_ref().map(|_| "upload-error")]
                            aria-invalid=[self.picture_error.as_ref().map(|_| "true")];
                        @if let Some(error) = &self.picture_error {
                            p .wrong #upload-error { span .unseen { (texts.form.error) } (error) }
                        }
                    }
                    div .actions {
                        (Button::secondary("picture-submit", w.upload).deciding("upload"))
                        @if self.picture.is_some() {
                            (Button::quiet("picture-remove", w.remove).deciding("remove").about("picture-heading"))
                        }
                    }
                }
            }
        }
    }
}

const fn known(name: &'static str, label: TextOf<ProfileTexts>) -> Known {
    Known { name, label, autocomplete: None, hint: None, has_lines: false }
}

impl Known {
    const fn autocomplete(self, autocomplete: &'static str) -> Self {
        Self { autocomplete: Some(autocomplete), ..self }
    }

    /// Makes the field multi-line.
    const fn lines(self) -> Self {
        Self { has_lines: true, ..self }
    }

    const fn hint(self, hint: TextOf<ProfileTexts>) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

const GROUPS: &[(TextOf<ProfileTexts>, &[Known])] = &[
    // Their labels are the common ones of all forms.
    (|w| w.to_sign_in, &[known("username", |_| ""), known("email", |_| "")]),
    (
        |w| w.names,
        &[
            known("name", |w| w.name).autocomplete("name"),
            known("given_name", |w| w.given_name).autocomplete("given-name"),
            known("middle_name", |w| w.middle_name).autocomplete("additional-name"),
            known("family_name", |w| w.family_name).autocomplete("family-name"),
            known("nickname", |w| w.nickname).autocomplete("nickname"),
        ],
    ),
    (
        |w| w.about_you,
        &[
            known("birthdate", |w| w.birthdate).autocomplete("bday").hint(|w| w.birthdate_hint),
            known("gender", |w| w.gender).autocomplete("sex"),
            known("phone_number", |w| w.phone_number).autocomplete("tel").hint(|w| w.phone_number_hint),
            known("profile", |w| w.profile_page).hint(|w| w.web_address_hint),
            known("website", |w| w.website).autocomplete("url").hint(|w| w.web_address_hint),
            known("picture", |w| w.picture).hint(|w| w.picture_hint),
            known("zoneinfo", |w| w.zoneinfo).hint(|w| w.zoneinfo_hint),
            known("locale", |w| w.locale).autocomplete("language").hint(|w| w.locale_hint),
        ],
    ),
    (
        |w| w.postal_address,
        &[
            known("address.street_address", |w| w.street_address).autocomplete("street-address").lines(),
            known("address.postal_code", |w| w.postal_code).autocomplete("postal-code"),
            known("address.locality", |w| w.locality).autocomplete("address-level2"),
            known("address.region", |w| w.region).autocomplete("address-level1"),
            known("address.country", |w| w.country).autocomplete("country-name"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    #[test]
    fn what_is_wrong_stands_next_to_its_field() {
        let wrong = FieldState { value: "yesterday".to_owned(), error: Some("Write it as a date.".to_owned()) };
        let page = ProfilePage { entries: vec![("birthdate", wrong)], ..ProfilePage::default() };
        let html = page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string();
        assert!(html.contains("value=\"yesterday\"") && html.contains("id=\"birthdate-error\""), "{html}");
        assert_eq!(html.matches("-error\"").count(), 2, "{html}");
        for name in ProfilePage::fields() {
            assert!(html.contains(&format!("name=\"{name}\"")), "{name}");
        }
    }
}
