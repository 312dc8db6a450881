//! `/admin/groups/{name}`: who is in a group, and what becomes of it.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, PostForm, Row, crumbs};
use crate::web::{
    component::{Button, caution},
    field::{Entry, Field},
    layout::{Frame, Place, Voice},
};

const MEMBERS: &str = "Members";
const NOBODY: &str = "Nobody is in this group.";
const NEXT: &str = "Next page";
const RENAME_TITLE: &str = "Another name";
const RENAME_ABOUT: &str = "Every member gets the other group in place of this one. Applications that are restricted to \
                            this group, and programs that look for its name, have to be told.";
const NAME: &str = "Name";
const RENAME: &str = "Rename";
const REMOVE_TITLE: &str = "Take it away";
const REMOVE_ABOUT: &str = "Every member leaves this group. People and their other groups stay.";
const REMOVE: &str = "Take the group away from all";

/// A group.
#[derive(Clone, Debug)]
pub struct GroupPage {
    /// Its name.
    pub name: String,
    /// What to know, as a sentence.
    pub note: Option<String>,
    /// The form that gives it another name. It sends `name`.
    pub rename: (PostForm, Entry),
    /// The form that takes it away from all.
    pub remove: PostForm,
    /// A page of its members.
    pub members: Vec<Row>,
    /// Where the next page of them is.
    pub next: Option<LocalPath>,
    /// What the page is part of.
    pub crumbs: Vec<LocalLink>,
}

impl GroupPage {
    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        let (rename, name) = &self.rename;
        Frame::document(voice, &self.name).at(Place::Administration).around(&html! {
            (crumbs(&self.crumbs))
            h1 { bdi { (self.name) } }
            @if let Some(note) = &self.note { (caution(&html! { p { (note) } })) }
            section .card {
                h2 { (RENAME_TITLE) }
                p .muted { (RENAME_ABOUT) }
                (rename.around(&html! {
                    (Field::text(voice.words, "name", NAME).entry(name))
                    div .actions { (Button::secondary("group-rename", RENAME)) }
                }))
            }
            section .card {
                h2 { (REMOVE_TITLE) }
                p .muted { (REMOVE_ABOUT) }
                (self.remove.around(&html! {
                    div .actions { (Button::secondary("group-remove", REMOVE)) }
                }))
            }
            h2 { (MEMBERS) }
            @if self.members.is_empty() { p .empty { (NOBODY) } }
            ul .rows { @for (at, row) in self.members.iter().enumerate() { (row.render(at)) } }
            @if let Some(next) = &self.next {
                div .actions { a #next .button rel="next" href=(next.as_str()) { (NEXT) } }
            }
        })
    }
}
