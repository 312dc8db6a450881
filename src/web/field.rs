//! A form field: label, input, hint and error, linked for screen readers.

use maud::{Markup, Render, html};

use super::i18n::{FormTexts, Texts};

/// The value of a field and its error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldState {
    /// The entered value, shown again. Empty on the first visit.
    pub value: String,
    /// Error message for the user.
    pub error: Option<String>,
}

impl FieldState {
    /// A value without an error.
    pub fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }
}

/// The type of input. It determines the keyboard, capitalization and autofill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InputKind {
    Text,
    Username,
    Email,
    /// A password is never sent back to the page: the field is always empty.
    CurrentPassword,
    NewPassword,
    /// Several lines.
    Lines,
}

/// A field. Its name is also its id.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    w: &'static FormTexts,
    name: &'a str,
    label: &'a str,
    kind: InputKind,
    value: &'a str,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    autocomplete: Option<&'a str>,
    required: bool,
    autofocus: bool,
}

impl<'a> Field<'a> {
    fn new(texts: &'static Texts, name: &'a str, label: &'a str, kind: InputKind) -> Self {
        let autocomplete = match kind {
            InputKind::Text | InputKind::Lines => None,
            InputKind::Username => Some("username"),
            InputKind::Email => Some("email"),
            InputKind::CurrentPassword => Some("current-password"),
            InputKind::NewPassword => Some("new-password"),
        };
        Self {
            w: &texts.form,
            name,
            label,
            kind,
            value: "",
            hint: None,
            error: None,
            autocomplete,
            required: true,
            autofocus: false,
        }
    }

    pub(super) fn text(texts: &'static Texts, name: &'a str, label: &'a str) -> Self {
        Self::new(texts, name, label, InputKind::Text)
    }

    pub(super) fn username(texts: &'static Texts) -> Self {
        Self::new(texts, "username", texts.form.username, InputKind::Username)
    }

    pub(super) fn email(texts: &'static Texts) -> Self {
        Self::new(texts, "email", texts.form.email, InputKind::Email)
    }

    pub(super) fn current_password(texts: &'static Texts) -> Self {
        Self::new(texts, "password", texts.form.password, InputKind::CurrentPassword)
    }

    pub(super) fn new_password(texts: &'static Texts) -> Self {
        Self::new(texts, "password", texts.form.password, InputKind::NewPassword)
    }

    /// A text field with a name other than `username`, `email` or `password`.
    pub(super) fn named(self, name: &'a str, label: &'a str) -> Self {
        Self { name, label, ..self }
    }

    /// A password that an administrator sets for another user.
    pub(super) fn set_password(texts: &'static Texts) -> Self {
        Self::new(texts, "new_password", texts.form.new_password, InputKind::NewPassword)
    }

    pub(super) fn lines(texts: &'static Texts, name: &'a str, label: &'a str) -> Self {
        Self::new(texts, name, label, InputKind::Lines)
    }

    pub(super) fn value(self, value: &'a str) -> Self {
        Self { value, ..self }
    }

    pub(super) fn hint(self, hint: &'a str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(super) fn error(self, error: Option<&'a str>) -> Self {
        Self { error, ..self }
    }

    pub(super) fn entry(self, entry: &'a FieldState) -> Self {
        self.value(&entry.value).error(entry.error.as_deref())
    }

    pub(super) fn autocomplete(self, autocomplete: &'a str) -> Self {
        Self { autocomplete: Some(autocomplete), ..self }
    }

    pub(super) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    pub(super) fn autofocus(self, autofocus: bool) -> Self {
        Self { autofocus, ..self }
    }

    /// The ids of hint and error, for `aria-describedby`.
    fn description(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let error = self.error.map(|_| format!("{}-error", self.name));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn input(&self) -> Markup {
        let (kind, is_literal) = match self.kind {
            InputKind::Text | InputKind::Lines => ("text", false),
            InputKind::Username => ("text", true),
            InputKind::Email => ("email", true),
            InputKind::CurrentPassword | InputKind::NewPassword => ("password", true),
        };
        html! {
            input #(self.name) type=(kind) name=(self.name) autocomplete=[self.autocomplete]
                value=[(kind != "password").then_some(self.value)]
                autocapitalize=[is_literal.then_some("none")] spellcheck=[is_literal.then_some("false")]
                aria-describedby=[self.description()] aria-invalid=[self.error.map(|_| "true")]
                required[self.required] autofocus[self.autofocus];
        }
    }

    /// An HTML parser drops a line break at the start of a textarea, so an additional one is inserted.
    fn textarea(&self) -> Markup {
        html! {
            textarea #(self.name) name=(self.name) rows="3" autocapitalize="none" spellcheck="false"
                aria-describedby=[self.description()] aria-invalid=[self.error.map(|_| "true")]
                required[self.required] autofocus[self.autofocus] { "\n" (self.value) }
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        html! {
            div .field {
                label for=(self.name) {
                    (self.label)
                    @if !self.required { " " span .muted { (self.w.optional) } }
                }
                @if let Some(hint) = self.hint { p .hint #{ (self.name) "-hint" } { (hint) } }
                @if self.kind == InputKind::Lines { (self.textarea()) } @else { (self.input()) }
                @if let Some(error) = self.error {
                    p .wrong #{ (self.name) "-error" } { span .unseen { (self.w.error) } (error) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> &'static Texts {
        crate::web::i18n::preferred("", "")
    }

    fn html_of(field: Field<'_>) -> String {
        field.render().into_string()
    }

    #[test]
    fn hint_and_error_are_tied_to_the_input() {
        let html = html_of(Field::username(texts()).hint("As you signed up.").error(Some("Unknown.")));
        assert!(html.contains("<label for=\"username\">Username</label>"), "{html}");
        assert!(html.contains("aria-describedby=\"username-hint username-error\" aria-invalid=\"true\""), "{html}");
        assert!(html.contains("id=\"username-hint\"") && html.contains("id=\"username-error\""), "{html}");
    }

    #[test]
    fn a_field_with_nothing_wrong_says_so_by_silence() {
        let html = html_of(Field::username(texts()).value("ada"));
        assert!(!html.contains("aria-") && html.contains("value=\"ada\""), "{html}");
    }

    #[test]
    fn a_password_is_never_sent_back() {
        for field in [Field::current_password(texts()), Field::new_password(texts())] {
            let html = html_of(field.value("correct horse"));
            assert!(!html.contains("value") && !html.contains("horse"), "{html}");
        }
    }

    #[test]
    fn the_browser_learns_what_to_fill_in() {
        let table = [
            (Field::username(texts()), "username"),
            (Field::email(texts()), "email"),
            (Field::current_password(texts()), "current-password"),
            (Field::new_password(texts()), "new-password"),
            (Field::text(texts(), "name", "Full name").autocomplete("name"), "name"),
        ];
        for (field, expected) in table {
            let html = html_of(field);
            assert!(html.contains(&format!("autocomplete=\"{expected}\"")), "{html}");
        }
    }

    #[test]
    fn an_optional_field_is_marked_and_not_required() {
        let optional = html_of(Field::email(texts()).optional());
        assert!(optional.contains("(optional)") && !optional.contains(" required"), "{optional}");
        let required = html_of(Field::email(texts()));
        assert!(!required.contains("(optional)") && required.contains(" required"), "{required}");
    }

    #[test]
    fn lines_come_back_as_they_were_typed() {
        let html = html_of(Field::lines(texts(), "redirect_uris", "Redirect URIs").value("\nhttps://rp.example/cb"));
        assert!(html.contains(">\n\nhttps://rp.example/cb</textarea>"), "{html:?}");
    }
}
