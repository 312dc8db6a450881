//! The administration pages under `/admin`.

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

/// A path on this server. Its segments and query are encoded, so it cannot lead to another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

/// The target of a form with an anti-forgery token that is valid only for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostForm {
    pub action: LocalPath,
    pub anti_forgery: String,
}

/// A link to a page of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalLink {
    pub text: String,
    pub path: LocalPath,
}

impl LocalPath {
    /// Returns the path `/admin` followed by `segments`. Each segment is form-encoded, so a slash inside one is not a
    /// separator.
    #[must_use]
    pub fn admin(segments: &[&str]) -> Self {
        let mut path = "/admin".to_owned();
        for segment in segments {
            path.push('/');
            path.extend(form_urlencoded::byte_serialize(segment.as_bytes()));
        }
        Self(path)
    }

    /// The page that registers an application from a preset.
    #[must_use]
    pub fn presets() -> Self {
        Self(crate::web::PRESETS.to_owned())
    }

    /// The page on which the application of `client_id` is managed.
    #[must_use]
    pub fn own_client(client_id: &str) -> Self {
        Self(crate::web::own_client_path(client_id))
    }

    /// Adds a query to the path.
    #[must_use]
    pub fn with_query(&self, pairs: &[(&str, &str)]) -> Self {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { self.clone() } else { Self(format!("{}?{query}", self.0)) }
    }

    /// The encoded path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl LocalLink {
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
    /// The form around `fields`, which include its button.
    fn around(&self, fields: &Markup) -> Markup {
        html! {
            form method="post" action=(self.action.as_str()) { (hidden(&self.anti_forgery, None)) (fields) }
        }
    }

    /// A form that consists of one button. Screen readers read `about` after `text`, to distinguish the buttons of a
    /// list.
    fn button(&self, id: &str, text: &str, about: Option<&str>) -> Markup {
        self.around(&html! {
            button #(id) .button type="submit" {
                (text) @if let Some(about) = about { span .unseen { " " (about) } }
            }
        })
    }
}

/// The breadcrumb navigation.
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
