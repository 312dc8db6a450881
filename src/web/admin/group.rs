//! `/admin/groups/{name}`: who is in a group, and what becomes of it.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, PostForm, Row, crumbs};
use crate::web::{
    component::{Button, caution},
    field::{Entry, Field},
    layout::{Frame, Place, Voice},
};

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
        let (w, admin) = (&voice.words.all_groups, &voice.words.admin);
        Frame::document(voice, &self.name).at(Place::Administration).around(&html! {
            (crumbs(admin, &self.crumbs))
            h1 { bdi { (self.name) } }
            @if let Some(note) = &self.note { (caution(&html! { p { (note) } })) }
            section .card {
                h2 { (w.another_name) }
                p .muted { (w.rename_about) }
                (rename.around(&html! {
                    (Field::text(voice.words, "name", w.name).entry(name))
                    div .actions { (Button::secondary("group-rename", w.rename)) }
                }))
            }
            section .card {
                h2 { (w.take_away) }
                p .muted { (w.remove_about) }
                (self.remove.around(&html! {
                    div .actions { (Button::secondary("group-remove", w.remove)) }
                }))
            }
            h2 { (w.members) }
            @if self.members.is_empty() { p .empty { (w.nobody) } }
            ul .rows { @for (at, row) in self.members.iter().enumerate() { (row.render(at)) } }
            @if let Some(next) = &self.next {
                div .actions { a #next .button rel="next" href=(next.as_str()) { (admin.next_page) } }
            }
        })
    }
}
