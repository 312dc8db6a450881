//! The common frame of all pages: head, wordmark, main part, footer.
//!
//! It contains no script, no inline style and no external resource. The pages work under `default-src 'none'; style-src
//! 'self'; img-src 'self' data:`.

use maud::{DOCTYPE, Markup, html};

use super::address::ImageSource;
use super::asset::{ICON, STYLESHEET};
use super::component::notice;
use super::i18n::{FormTexts, FrameTexts, TextOf, Texts};
use super::rewrite::{FieldProblem, Finished, Restored};

/// The brand of the server.
#[derive(Clone, Debug)]
pub struct Brand {
    /// Appears next to the seal, in titles, and after "Log in with".
    pub name: String,
}

/// The configurable appearance of the pages.
#[derive(Clone, Debug, Default)]
pub struct Theme {
    /// The logo that replaces the seal.
    pub logo: Option<ImageSource>,
    /// The URL of a stylesheet with other colours.
    pub stylesheet: Option<String>,
}

/// What a page needs to know of the request: the brand, the user and the language.
#[derive(Clone, Copy)]
pub struct PageContext<'a> {
    pub(crate) brand: &'a Brand,
    pub(crate) theme: &'a Theme,
    pub(crate) texts: &'static Texts,
    /// A message about the last submission.
    pub(crate) remark: Option<&'a Remark>,
    /// Values to restore into a form of the page.
    pub(crate) restored: Option<&'a Restored>,
}

/// A message about the last submission, shown at the top of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Why the submission failed.
    Problem(String),
    /// A confirmation.
    Done(String),
}

/// The width of the main part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A narrow column with a card in the middle, for one question.
    Question,
    /// A wide column, for reading or managing.
    Document,
}

/// The items of the navigation bar of a signed-in user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NavigationItem {
    /// `/account`.
    Account,
    /// `/developer`.
    Applications,
    /// `/admin`. The link is shown only on administration pages.
    Administration,
}

/// The properties of the frame of a page.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) context: PageContext<'a>,
    pub(super) title: &'a str,
    pub(super) shape: Shape,
    /// The current item of the navigation bar, for a signed-in user.
    pub(super) place: Option<NavigationItem>,
}

impl<'a> Frame<'a> {
    /// A page that asks one question.
    pub(super) fn question(context: PageContext<'a>, title: &'a str) -> Self {
        Self { context, title, shape: Shape::Question, place: None }
    }

    /// A page to read or to manage something.
    pub(super) fn document(context: PageContext<'a>, title: &'a str) -> Self {
        Self { context, title, shape: Shape::Document, place: None }
    }

    /// Adds the navigation bar with the current item.
    pub(super) fn at(self, place: NavigationItem) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Renders the whole document around `main`.
    pub(super) fn around(self, main: &Markup) -> Markup {
        let w = &self.context.texts.frame;
        let (problem, done) = match self.context.remark {
            Some(Remark::Problem(text)) => (Some(text.as_str()), None),
            Some(Remark::Done(text)) => (None, Some(text.as_str())),
            None => (None, None),
        };
        let main = Finished::of(main, self.context.restored, problem);
        let form = &self.context.texts.form;
        html! {
            (DOCTYPE)
            html lang=(self.context.texts.tag) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    // Prevents a white flash in dark mode before the stylesheet is loaded.
                    meta name="color-scheme" content="light dark";
                    title { @if !main.problems.is_empty() { (form.error) } (self.title) " · " (self.context.brand.name) }
                    link rel="icon" type=(ICON.content_type) href=(ICON.address());
                    link rel="stylesheet" href=(STYLESHEET.address());
                    @if let Some(address) = &self.context.theme.stylesheet { link rel="stylesheet" href=(address); }
                }
                body .wide[self.shape == Shape::Document] {
                    a .skip href="#main" { (w.skip_to_content) }
                    (self.header())
                    main #main tabindex="-1" {
                        @if !main.problems.is_empty() { (summary(form, &main.problems)) }
                        @if let Some(done) = done.filter(|_| !main.has_status()) { (notice(done)) }
                        (main)
                    }
                    footer {
                        a href="/" { (w.about_this_server) }
                        a href="/docs" { (w.api_documentation) }
                    }
                }
            }
        }
    }

    fn header(self) -> Markup {
        let w = &self.context.texts.frame;
        html! {
            header .top {
                a .wordmark href="/" { (self.context.theme.emblem()) span { (self.context.brand.name) } }
                @if let Some(here) = self.place {
                    nav aria-label=(w.your_pages) {
                        @for (place, path, name) in NAVIGATION {
                            a href=(path) aria-current=[(place == here).then_some("page")] { (name(w)) }
                        }
                        @if here == NavigationItem::Administration {
                            a href="/admin" aria-current="page" { (w.administration) }
                        }
                    }
                }
            }
        }
    }
}

/// The error summary, with a link to each field that has to be changed.
fn summary(w: &FormTexts, problems: &[FieldProblem]) -> Markup {
    html! {
        div #error-summary .notice .danger role="alert" tabindex="-1" autofocus {
            p { strong { (w.problem) } }
            ul {
                @for problem in problems {
                    li {
                        @match &problem.field {
                            Some(field) => a href={ "#" (field) } { (problem.text) }
                            None => (problem.text)
                        }
                    }
                }
            }
        }
    }
}

impl Theme {
    /// The logo, or the seal. Screen readers skip it, since the name follows.
    fn emblem(&self) -> Markup {
        match &self.logo {
            Some(logo) => html! { img .logo src=(logo.as_str()) alt="" height="32"; },
            None => seal(),
        }
    }
}

/// The seal. Size and colours are also attributes, for the time before the stylesheet is loaded.
pub(super) fn seal() -> Markup {
    html! {
        svg .seal viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" {
            path .wax fill="#3346b8" d=(WAX) {}
            path .engraving fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" d=(ENGRAVING) {}
        }
    }
}

const NAVIGATION: [(NavigationItem, &str, TextOf<FrameTexts>); 2] = [
    (NavigationItem::Account, "/account", |w| w.account),
    (NavigationItem::Applications, "/developer", |w| w.applications),
];

/// Twelve lobes around a circle of radius 13.1.
const WAX: &str = "\
    M16 2.9A3.55 3.55 0 0 1 22.5 4.7A3.55 3.55 0 0 1 27.3 9.4A3.55 3.55 0 0 1 29.1 16A3.55 3.55 0 0 1 27.3 22.5\
    A3.55 3.55 0 0 1 22.5 27.3A3.55 3.55 0 0 1 16 29.1A3.55 3.55 0 0 1 9.5 27.3A3.55 3.55 0 0 1 4.7 22.6\
    A3.55 3.55 0 0 1 2.9 16A3.55 3.55 0 0 1 4.7 9.4A3.55 3.55 0 0 1 9.4 4.7A3.55 3.55 0 0 1 16 2.9z";

const ENGRAVING: &str = "\
    M20.4 11.9c-.9-1.5-2.4-2.3-4.4-2.3-2.6 0-4.4 1.3-4.4 3.2 0 4.3 8.9 2 8.9 6.4 0 1.9-1.9 3.2-4.5 3.2-2.1 0-3.7-.9-4.6-2.4";

#[cfg(test)]
impl<'a> PageContext<'a> {
    /// A context in English.
    pub(super) fn english(brand: &'a Brand) -> Self {
        static PLAIN: Theme = Theme { logo: None, stylesheet: None };
        Self { brand, theme: &PLAIN, texts: super::i18n::preferred("", ""), remark: None, restored: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(frame: Frame<'_>) -> String {
        frame.around(&html! { h1 { "Sign in" } }).into_string()
    }

    #[test]
    fn the_title_names_the_page_and_then_the_server() {
        let brand = Brand { name: "Acme & Sons".to_owned() };
        let page = rendered(Frame::question(PageContext::english(&brand), "Sign in"));
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page}");
        assert!(page.contains("<title>Sign in · Acme &amp; Sons</title>"), "{page}");
    }

    #[test]
    fn an_error_is_said_at_the_top_in_the_title_and_has_the_focus() {
        let brand = Brand { name: "Acme".to_owned() };
        let frame = Frame::question(PageContext::english(&brand), "Sign up");
        let wrong = html! {
            h1 { "Sign up" }
            input #username autofocus;
            p .wrong #username-error { "Taken." }
        };
        let page = frame.around(&wrong).into_string();
        assert!(page.contains("<title>Error: Sign up · Acme</title>"), "{page}");
        let (summary, form) = page.split_once("<h1>").unwrap();
        assert!(summary.contains("role=\"alert\" tabindex=\"-1\" autofocus>"), "{page}");
        assert!(summary.contains("<a href=\"#username\">Taken.</a>"), "{page}");
        assert!(!form.contains("autofocus"), "{page}");
        assert!(!frame.around(&html! { h1 { "Sign up" } }).into_string().contains("Error"));
    }

    #[test]
    fn what_was_done_is_confirmed_once() {
        let brand = Brand { name: "Acme".to_owned() };
        let done = Remark::Done("Saved.".to_owned());
        let context = PageContext { remark: Some(&done), ..PageContext::english(&brand) };
        let page = Frame::document(context, "Profile").around(&html! { h1 { "Profile" } }).into_string();
        assert!(page.contains("role=\"status\"><p>Saved.</p>") && !page.contains("Error"), "{page}");
        let said = Frame::document(context, "Profile").around(&notice("Saved.")).into_string();
        assert_eq!(said.matches("role=\"status\"").count(), 1, "{said}");
    }

    #[test]
    fn the_navigation_is_shown_to_the_signed_in_and_says_where_one_is() {
        let brand = Brand { name: "Acme".to_owned() };
        let there =
            rendered(Frame::document(PageContext::english(&brand), "Applications").at(NavigationItem::Applications));
        assert!(there.contains("<a href=\"/developer\" aria-current=\"page\">Applications</a>"), "{there}");
        assert!(there.contains("<a href=\"/account\">Account</a>"), "{there}");
        assert!(!rendered(Frame::document(PageContext::english(&brand), "Home")).contains("<nav"));
    }

    #[test]
    fn the_seal_of_the_wordmark_is_the_icon() {
        let icon = std::str::from_utf8(ICON.bytes).unwrap();
        assert!(icon.contains(WAX) && icon.contains(ENGRAVING), "{icon}");
    }
}
