//! The page at `/account/profile`: what a person tells of themselves.

use maud::{Markup, html};

use super::address::ImageSource;
use super::component::{Button, Fact, alert, back_to, facts, hidden, initial};
use super::field::{Entry, Field};
use super::layout::{Frame, Place, Voice};

/// What the page of the profile shows.
#[derive(Clone, Debug, Default)]
pub struct ProfilePage {
    /// Each field of the form that was filled in or is wrong, by its name.
    pub entries: Vec<(&'static str, Entry)>,
    /// What only an administrator can change.
    pub ordered: Vec<Fact>,
    /// The picture that this server keeps.
    pub picture: Option<ImageSource>,
    /// What is wrong with the picture that was just sent.
    pub picture_error: Option<String>,
    /// What is wrong beside the fields, as a sentence.
    pub error: Option<String>,
    /// What was just done, as a sentence.
    pub done: Option<String>,
    /// The anti-forgery token of both forms.
    pub anti_forgery: String,
}

/// A field of the form.
struct Known {
    name: &'static str,
    label: &'static str,
    autocomplete: &'static str,
    hint: &'static str,
}

impl ProfilePage {
    /// The names of the fields: the claims of OpenID Connect Core §5.1, with `address.` before those of §5.1.1.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        GROUPS.iter().flat_map(|(_, fields)| fields.iter()).map(|field| field.name)
    }

    /// The page. One form posts the profile to `/account/profile`, another the picture to `/account/picture`.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::document(voice, "Profile").at(Place::Account).around(&html! {
            (back_to("/account", "Your account", self.done.as_deref()))
            h1 { "Profile" }
            p .muted { "Applications see of it what you let them see." }
            (self.picture_form())
            @if let Some(error) = &self.error { (alert(error)) }
            form method="post" action="/account/profile" {
                (hidden(&self.anti_forgery, None))
                @for (title, fields) in GROUPS {
                    section .card {
                        h2 { (title) }
                        @for field in *fields { (self.field(voice, field)) }
                    }
                }
                div .actions { (Button::primary("profile-submit", "Save")) }
            }
            @if !self.ordered.is_empty() {
                section .card {
                    h2 { "What an administrator decides" }
                    (facts(&self.ordered))
                }
            }
        })
    }

    fn field(&self, voice: Voice<'_>, known: &Known) -> Markup {
        let entry = self.entries.iter().find(|(name, _)| *name == known.name).map(|(_, entry)| entry);
        let empty = Entry::default();
        let field = match known.name {
            "username" => Field::username(voice.words),
            "email" => Field::email(voice.words).optional(),
            name => Field::text(voice.words, name, known.label).optional(),
        };
        let field = if known.autocomplete.is_empty() { field } else { field.autocomplete(known.autocomplete) };
        let field = if known.hint.is_empty() { field } else { field.hint(known.hint) };
        html! { (field.entry(entry.unwrap_or(&empty))) }
    }

    fn picture_form(&self) -> Markup {
        let username = self.entries.iter().find(|(name, _)| *name == "username");
        html! {
            section .card {
                h2 #picture-heading { "Picture" }
                div .greeting {
                    @if let Some(picture) = &self.picture {
                        span .tile { img src=(picture.as_str()) alt="Your picture" width="48" height="48"; }
                    } @else {
                        span .avatar .large aria-hidden="true" {
                            (initial(username.map_or("", |(_, entry)| entry.value.as_str())))
                        }
                    }
                    p .muted { "A JPEG, PNG or WebP of up to two megabytes. It is made small, and loses what a camera wrote into it." }
                }
                form method="post" action="/account/picture" enctype="multipart/form-data" {
                    (hidden(&self.anti_forgery, None))
                    div .field {
                        label for="upload" { "Choose a picture" }
                        input #upload type="file" name="upload" accept="image/jpeg,image/png,image/webp"
                            aria-describedby=[self.picture_error.as_ref().map(|_| "upload-error")]
                            aria-invalid=[self.picture_error.as_ref().map(|_| "true")];
                        @if let Some(error) = &self.picture_error {
                            p .wrong #upload-error { span .unseen { "Error: " } (error) }
                        }
                    }
                    div .actions {
                        (Button::secondary("picture-submit", "Upload").deciding("upload"))
                        @if self.picture.is_some() {
                            (Button::quiet("picture-remove", "Remove").deciding("remove").about("picture-heading"))
                        }
                    }
                }
            }
        }
    }
}

const fn known(name: &'static str, label: &'static str, autocomplete: &'static str, hint: &'static str) -> Known {
    Known { name, label, autocomplete, hint }
}

const GROUPS: &[(&str, &[Known])] = &[
    ("To sign in", &[known("username", "Username", "", ""), known("email", "Email", "", "")]),
    (
        "Name",
        &[
            known("name", "Full name", "name", ""),
            known("given_name", "Given name", "given-name", ""),
            known("middle_name", "Middle name", "additional-name", ""),
            known("family_name", "Family name", "family-name", ""),
            known("nickname", "Nickname", "nickname", ""),
        ],
    ),
    (
        "About you",
        &[
            known("birthdate", "Date of birth", "bday", "As 1990-12-31."),
            known("gender", "Gender", "sex", ""),
            known("phone_number", "Telephone", "tel", "With its country, as +49 30 123456."),
            known("profile", "Profile page", "", "A web address."),
            known("website", "Website", "url", "A web address."),
            known("picture", "Address of a picture", "", "Set by itself when you upload one above."),
            known("zoneinfo", "Time zone", "", "As Europe/Berlin."),
            known("locale", "Language", "language", "As de-DE."),
        ],
    ),
    (
        "Address",
        &[
            known("address.street_address", "Street and number", "street-address", ""),
            known("address.postal_code", "Postal code", "postal-code", ""),
            known("address.locality", "Town", "address-level2", ""),
            known("address.region", "Region", "address-level1", ""),
            known("address.country", "Country", "country-name", ""),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let wrong = Entry { value: "yesterday".to_owned(), error: Some("Write it as a date.".to_owned()) };
        let page = ProfilePage { entries: vec![("birthdate", wrong)], ..ProfilePage::default() };
        let html = page.render(Voice::english(&Brand { name: "Acme".to_owned() })).into_string();
        assert!(html.contains("value=\"yesterday\"") && html.contains("id=\"birthdate-error\""), "{html}");
        assert_eq!(html.matches("-error\"").count(), 2, "{html}");
        for name in ProfilePage::fields() {
            assert!(html.contains(&format!("name=\"{name}\"")), "{name}");
        }
    }
}
