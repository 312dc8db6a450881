//! A paginated list with an optional search and an action for each entry.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, PostForm, crumbs};
use crate::web::{
    component::{Fact, facts, notice},
    i18n::AdminTexts,
    layout::{Frame, NavigationItem, PageContext},
};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct ListPage {
    pub title: String,
    /// The breadcrumbs.
    pub crumbs: Vec<LocalLink>,
    /// A sentence about the list.
    pub about: Option<String>,
    pub search: Option<Search>,
    /// Links above the list.
    pub links: Vec<LocalLink>,
    /// Buttons above the list.
    pub actions: Vec<RowAction>,
    pub rows: Vec<ListRow>,
    pub next: Option<LocalPath>,
}

/// A search by text.
#[derive(Clone, Debug)]
pub struct Search {
    /// The path that the search is sent to.
    pub action: LocalPath,
    pub label: String,
    /// The entered text.
    pub text: String,
    /// What to search in, as values and labels. Empty if there is no choice.
    pub kinds: Vec<(&'static str, &'static str)>,
    /// The selected value of `kinds`.
    pub kind: &'static str,
}

/// An entry of a list.
#[derive(Clone, Debug, Default)]
pub struct ListRow {
    pub title: String,
    /// The page of the entry.
    pub path: Option<LocalPath>,
    /// Short labels, such as a role.
    pub badges: Vec<String>,
    pub facts: Vec<Fact>,
    pub action: Option<RowAction>,
}

/// A form that consists of one button.
#[derive(Clone, Debug)]
pub struct RowAction {
    /// Label of the button.
    pub text: String,
    pub form: PostForm,
}

impl ListPage {
    /// Renders the page. The search sends `q`, and `by` if there is a choice.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.admin;
        Frame::document(context, &self.title).at(NavigationItem::Administration).around(&html! {
            (crumbs(w, &self.crumbs))
            h1 { bdi { (self.title) } }
            @if let Some(about) = &self.about { p .muted { (about) } }
            @if let Some(search) = &self.search { (search.render(w)) }
            @if !self.links.is_empty() || !self.actions.is_empty() {
                div .actions {
                    @for (at, action) in self.actions.iter().enumerate() {
                        (action.form.button(&format!("action-{at}"), &action.text, None))
                    }
                    @for link in &self.links { a .button href=(link.path.as_str()) { (link.text) } }
                }
            }
            @if self.rows.is_empty() {
                @if self.next.is_some() {
                    (notice(w.goes_on))
                } @else {
                    p .empty { (w.nothing_here) }
                }
            } @else {
                ul .rows { @for (at, row) in self.rows.iter().enumerate() { (row.render(at)) } }
            }
            @if let Some(next) = &self.next {
                div .actions { a #next .button rel="next" href=(next.as_str()) { (w.next_page) } }
            }
        })
    }
}

impl Search {
    fn render(&self, w: &AdminTexts) -> Markup {
        html! {
            form .card method="get" action=(self.action.as_str()) role="search" {
                div .field {
                    label for="q" { (self.label) }
                    input #q type="search" name="q" value=(self.text) autocapitalize="none" spellcheck="false";
                }
                @if !self.kinds.is_empty() {
                    fieldset {
                        legend { (w.search_in) }
                        @for (value, name) in &self.kinds {
                            label .check {
                                input type="radio" name="by" value=(value) checked[*value == self.kind];
                                (name)
                            }
                        }
                    }
                }
                div .actions { button #search-submit .button type="submit" { (w.search) } }
            }
        }
    }
}

impl ListRow {
    pub(super) fn render(&self, at: usize) -> Markup {
        html! {
            li .card .row[self.action.is_some()] {
                div {
                    h2 {
                        @if let Some(path) = &self.path {
                            a href=(path.as_str()) { bdi { (self.title) } }
                        } @else {
                            bdi { (self.title) }
                        }
                        @for badge in &self.badges { " " span .badge { (badge) } }
                    }
                    @if !self.facts.is_empty() { (facts(&self.facts)) }
                }
                @if let Some(action) = &self.action {
                    (action.form.button(&format!("row-{at}"), &action.text, Some(&self.title)))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn page(rows: Vec<ListRow>, next: Option<LocalPath>) -> String {
        let page = ListPage {
            title: "People".to_owned(),
            crumbs: vec![LocalLink::new("Administration", LocalPath::admin(&[]))],
            about: None,
            search: None,
            links: Vec::new(),
            actions: Vec::new(),
            rows,
            next,
        };
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn an_empty_page_says_whether_it_is_the_end() {
        let next = Some(LocalPath::admin(&["people"]).with_query(&[("page_token", "t")]));
        assert!(page(Vec::new(), None).contains("Nothing found"));
        let html = page(Vec::new(), next.clone());
        assert!(html.contains("there are more pages") && html.contains("page_token=t"), "{html}");
        let html = page(vec![ListRow { title: "ada".to_owned(), ..ListRow::default() }], None);
        assert!(html.contains("<bdi>ada</bdi>") && !html.contains("Next page"), "{html}");
    }
}
