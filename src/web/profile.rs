//! The page at `/account/profile`, on which a user edits the profile.

use maud::{Markup, html};

use super::address::ImageSource;
use super::component::{Button, Fact, alert, back_to, facts, hidden, initial};
use super::field::{Field, FieldState};
use super::i18n::{ProfileTexts, TextOf, Texts};
use super::layout::{Frame, NavigationItem, PageContext};
use crate::claims::for_each_profile_claim;

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
    label: fn(&Texts) -> &'static str,
    /// Empty if browsers cannot fill in the field.
    autocomplete: &'static str,
    /// Empty if there is none.
    hint: fn(&Texts) -> &'static str,
    section: Section,
}

/// A section of the form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    SignIn,
    Names,
    AboutYou,
    Address,
}

impl ProfilePage {
    /// The names of the fields: the claims of OpenID Connect Core §5.1, and those of §5.1.1 with the prefix `address.`.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        SECTIONS.iter().flat_map(|(section, _)| fields_of(*section)).map(|field| field.name)
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
                @for (section, title) in SECTIONS {
                    section .card {
                        h2 { (title(w)) }
                        @for field in fields_of(*section) { (self.field(context, field)) }
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
        let texts = context.texts;
        let entry = self.entries.iter().find(|(name, _)| *name == known.name).map(|(_, entry)| entry);
        let empty = FieldState::default();
        let field = match known.name {
            "username" => Field::username(texts),
            "email" => Field::email(texts).optional(),
            name if known.has_lines => Field::lines(texts, name, (known.label)(texts)).optional(),
            name => Field::text(texts, name, (known.label)(texts)).optional(),
        };
        let field = if known.autocomplete.is_empty() { field } else { field.autocomplete(known.autocomplete) };
        let hint = (known.hint)(texts);
        let field = if hint.is_empty() { field } else { field.hint(hint) };
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

impl Known {
    /// A field without label and hint.
    const fn new(section: Section, name: &'static str) -> Self {
        Self { has_lines: false, name, label: |_| "", autocomplete: "", hint: |_| "", section }
    }

    const fn address(name: &'static str, label: fn(&Texts) -> &'static str, autocomplete: &'static str) -> Self {
        Self { label, autocomplete, ..Self::new(Section::Address, name) }
    }
}

/// The fields of `section`, in the order of the page.
fn fields_of(section: Section) -> impl Iterator<Item = &'static Known> {
    let all = SIGN_IN_FIELDS.iter().chain(CLAIM_FIELDS).chain(ADDRESS_FIELDS);
    all.filter(move |field| field.section == section)
}

const SECTIONS: &[(Section, TextOf<ProfileTexts>)] = &[
    (Section::SignIn, |w| w.to_sign_in),
    (Section::Names, |w| w.names),
    (Section::AboutYou, |w| w.about_you),
    (Section::Address, |w| w.postal_address),
];

/// Their labels are the common ones of all forms.
const SIGN_IN_FIELDS: &[Known] = &[Known::new(Section::SignIn, "username"), Known::new(Section::SignIn, "email")];

macro_rules! section {
    (names) => {
        Section::Names
    };
    (about_you) => {
        Section::AboutYou
    };
}

macro_rules! claim_fields {
    ($($about:tt $name:ident: $kind:ty, $scope:literal, $section:ident, $autocomplete:literal;)*) => {
        const CLAIM_FIELDS: &[Known] = &[$(Known {
            label: |texts| texts.claim.$name.label,
            autocomplete: $autocomplete,
            hint: |texts| texts.claim.$name.hint,
            ..Known::new(section!($section), stringify!($name))
        }),*];
    };
}
for_each_profile_claim!(claim_fields);

const ADDRESS_FIELDS: &[Known] = &[
    Known {
        has_lines: true,
        ..Known::address("address.street_address", |texts| texts.profile.street_address, "street-address")
    },
    Known::address("address.postal_code", |texts| texts.profile.postal_code, "postal-code"),
    Known::address("address.locality", |texts| texts.profile.locality, "address-level2"),
    Known::address("address.region", |texts| texts.profile.region, "address-level1"),
    Known::address("address.country", |texts| texts.profile.country, "country-name"),
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
