//! Building blocks of pages other than fields: buttons, notices, lists of facts, code, and hidden form inputs.

use maud::{Markup, Render, html};

use super::address::WebLink;

/// A labelled value in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The label, such as "Email".
    pub label: String,
    pub value: String,
}

impl Fact {
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// The visual weight of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Primary,
    Secondary,
    /// Looks like a link, but submits a form.
    Quiet,
}

/// A button that submits its form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Button<'a> {
    id: &'a str,
    text: &'a str,
    weight: Weight,
    decision: Option<&'a str>,
    about: Option<&'a str>,
}

impl<'a> Button<'a> {
    pub(super) fn primary(id: &'a str, text: &'a str) -> Self {
        Self { id, text, weight: Weight::Primary, decision: None, about: None }
    }

    pub(super) fn secondary(id: &'a str, text: &'a str) -> Self {
        Self { weight: Weight::Secondary, ..Self::primary(id, text) }
    }

    pub(super) fn quiet(id: &'a str, text: &'a str) -> Self {
        Self { weight: Weight::Quiet, ..Self::primary(id, text) }
    }

    /// Sends `decision=…` with the form.
    pub(super) fn deciding(self, decision: &'a str) -> Self {
        Self { decision: Some(decision), ..self }
    }

    /// Adds the element with this id to the accessible description, to distinguish buttons with the same label.
    pub(super) fn about(self, id: &'a str) -> Self {
        Self { about: Some(id), ..self }
    }
}

impl Render for Button<'_> {
    fn render(&self) -> Markup {
        let class = match self.weight {
            Weight::Primary => "button primary",
            Weight::Secondary => "button",
            Weight::Quiet => "quiet",
        };
        html! {
            button #(self.id) class=(class) type="submit" name=[self.decision.map(|_| "decision")]
                value=[self.decision] aria-describedby=[self.about] { (self.text) }
        }
    }
}

/// An error message about the last submission. Screen readers announce it immediately.
pub(super) fn alert(text: &str) -> Markup {
    html! { div .notice .danger role="alert" { p { (text) } } }
}

/// A warning.
pub(super) fn caution(content: &Markup) -> Markup {
    html! { div .notice .caution role="note" { (content) } }
}

/// A neutral note.
pub(super) fn notice(text: &str) -> Markup {
    html! { div .notice role="status" { p { (text) } } }
}

/// The top of an account page: the link back, and the confirmation of the last action.
pub(super) fn back_to(path: &str, name: &str, done: Option<&str>) -> Markup {
    html! {
        p { a href=(path) { (name) } }
        @if let Some(done) = done { (notice(done)) }
    }
}

/// A list of labelled values.
pub(super) fn facts<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Markup {
    html! {
        dl .facts {
            @for fact in facts { div { dt { (fact.label) } dd { (fact.value) } } }
        }
    }
}

/// A value to copy: one click or tap selects all of it.
pub(super) fn copyable(id: &str, label: &str, value: &str) -> Markup {
    html! { div { dt { (label) } dd { code .copy #(id) { (value) } } } }
}

/// Several lines to copy, scrollable by keyboard.
pub(super) fn code_block(id: &str, label: &str, code: &str) -> Markup {
    html! { pre .block #(id) tabindex="0" aria-label=(label) { code .copy { (code) } } }
}

/// The hidden inputs of a form: the anti-forgery token and the pending interaction.
pub(super) fn hidden(anti_forgery: &str, interaction: Option<&str>) -> Markup {
    html! {
        input type="hidden" name="anti_forgery" value=(anti_forgery);
        @if let Some(interaction) = interaction { input type="hidden" name="interaction" value=(interaction); }
    }
}

/// A link to another site. That site receives no referrer and no access to this page.
pub(super) fn external(link: &WebLink, text: &Markup) -> Markup {
    html! { a href=(link.as_str()) rel="noopener noreferrer" target="_blank" { (text) } }
}

/// `path` with the pending interaction as a query parameter, if there is one.
pub(super) fn continuing(path: &str, interaction: Option<&str>) -> String {
    interaction.map_or_else(
        || path.to_owned(),
        |interaction| {
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("interaction", interaction).finish();
            format!("{path}?{query}")
        },
    )
}

/// The first letter of `name`, or a dot: a placeholder for a missing picture.
pub(super) fn initial(name: &str) -> String {
    match name.chars().find(|character| character.is_alphanumeric()) {
        Some(first) => first.to_uppercase().collect(),
        None => "·".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_sends_its_decision_and_nothing_when_it_has_none() {
        let allow = Button::primary("consent-allow", "Allow").deciding("allow").render().into_string();
        assert!(allow.contains("id=\"consent-allow\" class=\"button primary\""), "{allow}");
        assert!(allow.contains("name=\"decision\" value=\"allow\">Allow</button>"), "{allow}");
        for button in [Button::secondary("x", "X"), Button::quiet("x", "X"), Button::primary("x", "X")] {
            let html = button.render().into_string();
            assert!(!html.contains("name=") && html.contains("type=\"submit\""), "{html}");
        }
    }

    #[test]
    fn only_a_mistake_interrupts_a_screen_reader() {
        assert!(alert("Wrong.").into_string().contains("role=\"alert\""));
        assert!(notice("Fine.").into_string().contains("role=\"status\""));
        assert!(caution(&html! { "Hm." }).into_string().contains("role=\"note\""));
    }

    #[test]
    fn facts_and_code_are_shown_as_they_are() {
        let list = facts(&[Fact::new("Email", "ada@example.org")]).into_string();
        assert!(list.contains("<dt>Email</dt><dd>ada@example.org</dd>"), "{list}");
        let value = copyable("client-id", "client_id", "abc").into_string();
        assert!(value.contains("id=\"client-id\">abc</code>"), "{value}");
        let block = code_block("snippet", "Link", "<a href=\"x\">").into_string();
        assert!(block.contains("&lt;a href=&quot;x&quot;&gt;</code>"), "{block}");
    }

    #[test]
    fn a_form_carries_its_interaction_only_when_there_is_one() {
        let within = hidden("token", Some("i1")).into_string();
        assert!(within.contains("name=\"anti_forgery\" value=\"token\""), "{within}");
        assert!(within.contains("name=\"interaction\" value=\"i1\""), "{within}");
        assert!(!hidden("token", None).into_string().contains("interaction"));
    }

    #[test]
    fn an_interaction_is_encoded_into_a_link() {
        assert_eq!(continuing("/signup", None), "/signup");
        assert_eq!(continuing("/signup", Some("a b&c=\"<")), "/signup?interaction=a+b%26c%3D%22%3C");
    }

    #[test]
    fn an_external_site_gets_no_hold_of_the_page() {
        let link = WebLink::parse("https://rp.example/terms").unwrap();
        let html = external(&link, &html! { "Terms" }).into_string();
        assert!(html.contains("rel=\"noopener noreferrer\""), "{html}");
    }

    #[test]
    fn an_initial_is_a_letter_or_a_dot() {
        for (name, expected) in [("grafana", "G"), ("  \u{202e}éclair", "É"), ("<b>", "B"), ("", "·"), ("—", "·")]
        {
            assert_eq!(initial(name), expected, "{name:?}");
        }
    }
}
