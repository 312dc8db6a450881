//! What pages are made of beside fields: buttons, notices, lists of facts, code, and the hidden parts of a form.

use maud::{Markup, Render, html};

use super::address::WebLink;

/// One line of a list of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is, as "Email".
    pub label: String,
    /// Its value.
    pub value: String,
}

impl Fact {
    /// `label` is `value`.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Primary,
    Secondary,
    /// Looks like a link, and still sends a form.
    Quiet,
}

/// A button that sends the form around it.
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

    /// Is about what the element with this id names, where several buttons say the same.
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

/// Something that went wrong with what was just sent; read out at once.
pub(super) fn alert(text: &str) -> Markup {
    html! { div .notice .danger role="alert" { p { (text) } } }
}

/// Something to know before going on.
pub(super) fn caution(content: &Markup) -> Markup {
    html! { div .notice .caution role="note" { (content) } }
}

/// Something to know that is no reason to hesitate.
pub(super) fn notice(text: &str) -> Markup {
    html! { div .notice role="status" { p { (text) } } }
}

/// Where a page of a person's account begins: back to the whole, and what was just done.
pub(super) fn back_to(path: &str, name: &str, done: Option<&str>) -> Markup {
    html! {
        p { a href=(path) { (name) } }
        @if let Some(done) = done { (notice(done)) }
    }
}

/// Labels and their values.
pub(super) fn facts<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Markup {
    html! {
        dl .facts {
            @for fact in facts { div { dt { (fact.label) } dd { (fact.value) } } }
        }
    }
}

/// A value to copy: one click or tap selects the whole of it.
pub(super) fn copyable(id: &str, label: &str, value: &str) -> Markup {
    html! { div { dt { (label) } dd { code .copy #(id) { (value) } } } }
}

/// Several lines to copy; scrolls by keyboard too.
pub(super) fn code_block(id: &str, label: &str, code: &str) -> Markup {
    html! { pre .block #(id) tabindex="0" aria-label=(label) { code .copy { (code) } } }
}

/// What every form carries: the anti-forgery token, and the interaction that it continues, if there is one.
pub(super) fn hidden(anti_forgery: &str, interaction: Option<&str>) -> Markup {
    html! {
        input type="hidden" name="anti_forgery" value=(anti_forgery);
        @if let Some(interaction) = interaction { input type="hidden" name="interaction" value=(interaction); }
    }
}

/// A link to somebody else's site. The site does not learn where its visitor came from, nor reach this page.
pub(super) fn external(link: &WebLink, text: &Markup) -> Markup {
    html! { a href=(link.as_str()) rel="noopener noreferrer" target="_blank" { (text) } }
}

/// `path` with the interaction that it continues, if there is one.
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

/// The first letter of `name`, or a dot: a picture for who has none.
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
