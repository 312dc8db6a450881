//! The pages under `/admin`: what an administrator looks at and changes.

mod application;
mod audit;
mod confirm;
mod group;
mod invite;
mod list;
mod overview;
mod person;
mod reset_link;
mod told;

use maud::{Markup, Render, html};

pub use application::{ApplicationPage, ListedSecret};
pub use audit::{AuditActor, AuditPage, AuditRow, EventFilterForm};
pub use confirm::ConfirmPage;
pub use group::GroupPage;
pub use invite::InvitePage;
pub use list::{ListPage, ListRow, RowAction, Search};
pub use overview::AdminPage;
pub use person::{OrderedFields, PersonPage};
pub use reset_link::ResetLink;
pub use told::ToldOncePage;

use super::{component::hidden, i18n::AdminTexts};

/// A path of this server. Whatever its segments and its query say, it leads nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

/// Where a form leads, with the anti-forgery token that holds for it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostForm {
    /// Where it is sent to.
    pub action: LocalPath,
    /// The anti-forgery token.
    pub anti_forgery: String,
}

/// A link with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalLink {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub path: LocalPath,
}

impl LocalPath {
    /// `/admin` and `segments`, each encoded as a form encodes it, so that a slash in one separates nothing.
    #[must_use]
    pub fn admin(segments: &[&str]) -> Self {
        let mut path = "/admin".to_owned();
        for segment in segments {
            path.push('/');
            path.extend(form_urlencoded::byte_serialize(segment.as_bytes()));
        }
        Self(path)
    }

    /// Where an application is registered by its name and its address.
    #[must_use]
    pub fn presets() -> Self {
        Self(crate::web::PRESETS.to_owned())
    }

    /// Where the application of `client_id` is looked after.
    #[must_use]
    pub fn own_client(client_id: &str) -> Self {
        Self(crate::web::own_client_path(client_id))
    }

    /// The same with a query.
    #[must_use]
    pub fn with_query(&self, pairs: &[(&str, &str)]) -> Self {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { self.clone() } else { Self(format!("{}?{query}", self.0)) }
    }

    /// The path, as it stands in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl LocalLink {
    /// `text` leads to `path`.
    pub fn new(text: impl Into<String>, path: LocalPath) -> Self {
        Self { text: text.into(), path }
    }
}

impl Render for LocalLink {
    fn render(&self) -> Markup {
        html! { a href=(self.path.as_str()) { bdi { (self.text) } } }
    }
}

impl PostForm {
    /// The form around `fields`, which hold its button.
    fn around(&self, fields: &Markup) -> Markup {
        html! {
            form method="post" action=(self.action.as_str()) { (hidden(&self.anti_forgery, None)) (fields) }
        }
    }

    /// The form that is one button. `about` is read out after `text`, so that the buttons of a list differ.
    fn button(&self, id: &str, text: &str, about: Option<&str>) -> Markup {
        self.around(&html! {
            button #(id) .button type="submit" {
                (text) @if let Some(about) = about { span .unseen { " " (about) } }
            }
        })
    }
}

/// The way back to what a page is part of.
fn crumbs(w: &AdminTexts, crumbs: &[LocalLink]) -> Markup {
    html! {
        nav .crumbs aria-label=(w.where_you_are) { @for crumb in crumbs { (crumb) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_never_becomes_two() {
        for (segments, expected) in [
            (&[][..], "/admin"),
            (&["people", "usr_1"], "/admin/people/usr_1"),
            (&["applications", "https://a.example/x?y#z"], "/admin/applications/https%3A%2F%2Fa.example%2Fx%3Fy%23z"),
        ] {
            assert_eq!(LocalPath::admin(segments).as_str(), expected);
        }
    }

    #[test]
    fn a_query_is_encoded_and_left_out_when_empty() {
        let path = LocalPath::admin(&["people"]);
        assert_eq!(path.with_query(&[]), path);
        assert_eq!(path.with_query(&[("q", "a b&c")]).as_str(), "/admin/people?q=a+b%26c");
    }

    #[test]
    fn buttons_of_a_list_differ_for_who_hears_them() {
        let form = PostForm { action: LocalPath::admin(&["x"]), anti_forgery: "token".to_owned() };
        let html = form.button("row-1", "End", Some("Wiki")).into_string();
        assert!(html.contains("End<span class=\"unseen\"> Wiki</span>"), "{html}");
        assert!(html.contains("name=\"anti_forgery\" value=\"token\""), "{html}");
    }
}
