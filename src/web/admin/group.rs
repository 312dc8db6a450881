//! `/admin/groups/{name}`: the members of a group, and the forms that rename or remove it.

use maud::{Markup, html};

use super::{ListRow, LocalLink, LocalPath, PostForm, crumbs};
use crate::web::{
    component::{Button, caution},
    field::{Field, FieldState},
    layout::{Frame, NavigationItem, PageContext},
};

#[derive(Clone, Debug)]
pub struct GroupPage {
    pub name: String,
    /// A note about the group, in one sentence.
    pub note: Option<String>,
    /// The form that renames the group. It sends `name`.
    pub rename: (PostForm, FieldState),
    /// The form that removes the group from all its members.
    pub remove: PostForm,
    /// One page of members.
    pub members: Vec<ListRow>,
    pub next: Option<LocalPath>,
    /// The breadcrumbs.
    pub crumbs: Vec<LocalLink>,
}

impl GroupPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let (rename, name) = &self.rename;
        let (w, admin) = (&context.texts.all_groups, &context.texts.admin);
        Frame::document(context, &self.name).at(NavigationItem::Administration).around(&html! {
            (crumbs(admin, &self.crumbs))
            h1 { bdi { (self.name) } }
            @if let Some(note) = &self.note { (caution(&html! { p { (note) } })) }
            section .card {
                h2 { (w.another_name) }
                p .muted { (w.rename_about) }
                (rename.around(&html! {
                    (Field::text(context.texts, "name", w.name).entry(name))
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
            @if self.members.is_empty() { p .empty { (w.no_one) } }
            ul .rows { @for (at, row) in self.members.iter().enumerate() { (row.render(at)) } }
            @if let Some(next) = &self.next {
                div .actions { a #next .button rel="next" href=(next.as_str()) { (admin.next_page) } }
            }
        })
    }
}
