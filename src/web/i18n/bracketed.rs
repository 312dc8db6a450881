//! A language for tests: the English texts, each in brackets. What stands on a page outside of them is not from the table.

use std::sync::LazyLock;

use maud::{Markup, html};

use super::{Texts, english};

/// English in brackets, under the tag of a made-up language.
pub(crate) static BRACKETED: LazyLock<Texts> =
    LazyLock::new(|| Texts { tag: "en-XA", ..english::LANGUAGE.bracketed() });

/// What a text begins and ends with.
pub(crate) const BRACKETS: [char; 2] = ['⟦', '⟧'];

/// A text, or texts, of the table.
pub(crate) trait Bracketed {
    fn bracketed(self) -> Self;
}

impl Bracketed for &'static str {
    fn bracketed(self) -> Self {
        // What is empty is not shown.
        if self.is_empty() { self } else { self.to_owned().bracketed().leak() }
    }
}

impl Bracketed for String {
    fn bracketed(self) -> Self {
        let [begin, end] = BRACKETS;
        format!("{begin}{self}{end}")
    }
}

impl Bracketed for Markup {
    fn bracketed(self) -> Self {
        let [begin, end] = BRACKETS;
        html! { (begin) (self) (end) }
    }
}

impl<T: Bracketed> Bracketed for Option<T> {
    fn bracketed(self) -> Self {
        self.map(Bracketed::bracketed)
    }
}
