//! Post-processes the main part of a rendered page: moves error messages to the top, and fills a form with the entered
//! values.
//!
//! The frame calls this for every page, so all pages behave the same. It parses the markup of this server's pages only.
//! In these, maud escapes `<`, `>`, `&` and `"` in every text, so each `<` starts a tag, each `>` ends one, and each
//! `"` starts or ends an attribute value.

use maud::{Markup, Render, html};

/// The values entered into the form with this `action`, to be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// The path that the form submits to.
    pub action: String,
    /// Names and entered values of the fields.
    pub fields: Vec<(String, String)>,
}

/// An error in the submitted values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldProblem {
    /// The id of the field to change, if the error belongs to one field.
    pub(super) field: Option<String>,
    /// The error message.
    pub(super) text: String,
}

/// The main part of a page without its alerts, and the errors.
pub(super) struct Finished {
    markup: String,
    pub(super) problems: Vec<FieldProblem>,
}

impl Finished {
    /// Processes `main`. `problem` becomes the first error.
    pub(super) fn of(main: &Markup, restored: Option<&Restored>, problem: Option<&str>) -> Self {
        let markup = main.0.as_str();
        let mut problems: Vec<FieldProblem> =
            problem.into_iter().map(|text| FieldProblem { field: None, text: text.to_owned() }).collect();
        let markup = match restored {
            Some(restored) => fill(markup, restored),
            None => markup.to_owned(),
        };
        let markup = take_alerts(&markup, &mut problems);
        problems.extend(field_errors(&markup));
        let markup = if problems.is_empty() { markup } else { without_autofocus(&markup) };
        Self { markup, problems }
    }

    /// Whether the page confirms an action.
    pub(super) fn has_status(&self) -> bool {
        self.markup.contains(" role=\"status\"")
    }
}

impl Render for Finished {
    /// The text is rendered markup in which every text is already escaped.
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(&self.markup);
    }
}

/// A piece of the markup: a tag including its brackets, or text.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Tag(&'a str),
}

fn pieces(markup: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = markup;
    std::iter::from_fn(move || {
        let is_tag = rest.starts_with('<');
        let end = if is_tag { rest.find('>').map(|at| at + 1) } else { rest.find('<') };
        let (piece, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        rest = after;
        match (piece.is_empty(), is_tag) {
            (true, _) => None,
            (_, true) => Some(Piece::Tag(piece)),
            (_, false) => Some(Piece::Text(piece)),
        }
    })
}

/// A parsed tag. The attribute values are still escaped.
struct MarkupTag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> MarkupTag<'a> {
    fn parse(text: &'a str) -> Self {
        let inner = text.trim_start_matches('<').trim_end_matches('>');
        let (name, mut rest) = inner.split_once(' ').unwrap_or((inner, ""));
        let mut attributes = Vec::new();
        while !rest.is_empty() {
            let end = rest.find(['=', ' ']).unwrap_or(rest.len());
            let (attribute, after) = rest.split_at(end);
            let quoted = after.strip_prefix("=\"").and_then(|after| after.split_once('"'));
            let (value, after) = quoted.map_or((None, after), |(value, after)| (Some(value), after));
            if !attribute.is_empty() {
                attributes.push((attribute, value));
            }
            rest = after.strip_prefix(['=', ' ']).unwrap_or(after);
        }
        Self { name, attributes }
    }

    fn value(&self, name: &str) -> Option<String> {
        let (_, value) = self.attributes.iter().find(|(known, _)| *known == name)?;
        Some(unescaped(value.unwrap_or_default()))
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.value(name).as_deref() == Some(value)
    }

    /// Returns the tag with the attribute `name` set to `value`, or without it.
    fn with(mut self, name: &'a str, value: Option<Option<&'a str>>) -> String {
        self.attributes.retain(|(known, _)| *known != name);
        self.attributes.extend(value.map(|value| (name, value)));
        let mut text = format!("<{}", self.name);
        for (name, value) in self.attributes {
            text.push(' ');
            text.push_str(name);
            if let Some(value) = value {
                text.push_str("=\"");
                text.push_str(value);
                text.push('"');
            }
        }
        text.push('>');
        text
    }
}

/// Decodes the character references of an attribute value or a text.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn escaped(text: &str) -> String {
    html! { (text) }.into_string()
}

/// Removes the alerts from `markup` and adds their texts to `problems`.
fn take_alerts(markup: &str, problems: &mut Vec<FieldProblem>) -> String {
    if !markup.contains(ALERT) {
        return markup.to_owned();
    }
    let mut rest = String::with_capacity(markup.len());
    let mut alert: Option<String> = None;
    for piece in pieces(markup) {
        match (&mut alert, piece) {
            (None, Piece::Tag(tag)) if tag.contains(ALERT) && MarkupTag::parse(tag).is("role", "alert") => {
                alert = Some(String::new())
            }
            (None, Piece::Tag(text) | Piece::Text(text)) => rest.push_str(text),
            (Some(text), Piece::Text(more)) => text.push_str(more),
            (Some(_), Piece::Tag("</div>")) => {
                let text = alert.take().map(|text| unescaped(&text)).unwrap_or_default();
                problems.push(FieldProblem { field: None, text });
            }
            (Some(_), Piece::Tag(_)) => {}
        }
    }
    rest
}

/// The error messages below fields.
fn field_errors(markup: &str) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if !markup.contains(WRONG) {
        return problems;
    }
    let mut current: Option<FieldProblem> = None;
    let mut is_unseen = false;
    for piece in pieces(markup) {
        match (piece, &mut current) {
            (Piece::Tag("</p>"), Some(_)) => problems.extend(current.take()),
            (Piece::Tag("</span>"), _) => is_unseen = false,
            (Piece::Tag(text), _) if text.starts_with("<p") || text.starts_with("<span") => {
                let tag = MarkupTag::parse(text);
                is_unseen = tag.name == "span" && tag.is("class", "unseen");
                if tag.name == "p" && tag.is("class", "wrong") {
                    let field = tag.value("id").and_then(|id| id.strip_suffix("-error").map(ToOwned::to_owned));
                    current = Some(FieldProblem { field, text: String::new() });
                }
            }
            (Piece::Tag(_), _) => {}
            (Piece::Text(text), Some(problem)) if !is_unseen => problem.text.push_str(&unescaped(text)),
            (Piece::Text(_), _) => {}
        }
    }
    problems
}

/// Only one element may receive the focus: the error summary.
fn without_autofocus(markup: &str) -> String {
    let piece = |piece| match piece {
        Piece::Tag(text) if text.contains(" autofocus") => MarkupTag::parse(text).with("autofocus", None),
        Piece::Tag(text) | Piece::Text(text) => text.to_owned(),
    };
    pieces(markup).map(piece).collect()
}

/// Fills the fields of the form with the entered values.
fn fill(markup: &str, restored: &Restored) -> String {
    let mut filled = String::with_capacity(markup.len());
    let (mut is_inside, mut is_replaced, mut selected) = (false, false, None);
    // Where the closed part of the page that holds the form would be opened.
    let mut closed: Option<usize> = None;
    for piece in pieces(markup) {
        let text = match piece {
            Piece::Text(_) if is_replaced => continue,
            Piece::Text(text) => {
                filled.push_str(text);
                continue;
            }
            Piece::Tag(text) => text,
        };
        let tag = MarkupTag::parse(text);
        match tag.name {
            "details" if tag.value("open").is_none() => closed = Some(filled.len() + "<details".len()),
            "/details" => closed = None,
            "form" => {
                is_inside = tag.is("method", "post") && tag.value("action").is_some_and(|to| restored.is_to(&to));
                if let Some(at) = closed.take_if(|_| is_inside) {
                    filled.insert_str(at, " open");
                }
            }
            "/form" => is_inside = false,
            "/textarea" => is_replaced = false,
            "select" if is_inside => selected = tag.value("name").and_then(|name| restored.entered(&name)),
            "/select" => selected = None,
            _ => {}
        }
        match tag.name {
            "input" if is_inside => filled.push_str(&filled_input(text, restored)),
            "textarea" if is_inside => {
                filled.push_str(text);
                if let Some(value) = tag.value("name").and_then(|name| restored.entered(&name)) {
                    is_replaced = true;
                    // An HTML parser drops a line break at the start of a textarea.
                    filled.push('\n');
                    filled.push_str(&escaped(value));
                }
            }
            "option" if selected.is_some() => {
                let is_chosen = tag.value("value").as_deref() == selected;
                filled.push_str(&tag.with("selected", is_chosen.then_some(None)));
            }
            _ => filled.push_str(text),
        }
    }
    filled
}

fn filled_input(text: &str, restored: &Restored) -> String {
    let tag = MarkupTag::parse(text);
    let Some(name) = tag.value("name") else { return text.to_owned() };
    match tag.value("type").as_deref() {
        Some("checkbox" | "radio") => {
            let value = tag.value("value").unwrap_or_else(|| "on".to_owned());
            let is_chosen = restored.fields.iter().any(|(known, entered)| *known == name && *entered == value);
            tag.with("checked", is_chosen.then_some(None))
        }
        Some("hidden" | "password" | "file" | "submit") => text.to_owned(),
        _ if tag.is("autocomplete", "one-time-code") => text.to_owned(),
        _ => match restored.entered(&name) {
            Some(value) => tag.with("value", Some(Some(&escaped(value)))),
            None => text.to_owned(),
        },
    }
}

impl Restored {
    fn is_to(&self, action: &str) -> bool {
        action.split('?').next() == Some(self.action.as_str())
    }

    /// The entered value of a field, if it may be shown again. Empty if the field was left empty.
    fn entered(&self, name: &str) -> Option<&str> {
        let sent = self.fields.iter().find(|(known, _)| known == name);
        (!is_secret(name)).then(|| sent.map_or("", |(_, value)| value.as_str()))
    }
}

/// Whether the value of a field with this name is never shown again.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let is_code =
        matches!(name, "code" | "user_code" | "totp" | "totp_code" | "recovery_code" | "totp-code" | "recovery-code");
    is_code || name.contains("password") || name.contains("secret") || name.contains("anti_forgery")
}

const ALERT: &str = " role=\"alert\"";
const WRONG: &str = "class=\"wrong\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn restored(fields: &[(&str, &str)]) -> Restored {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Restored { action: "/developer".to_owned(), fields }
    }

    fn form() -> Markup {
        html! {
            form method="post" action="/developer" {
                input type="hidden" name="anti_forgery" value="fresh";
                input #name type="text" name="name" value="old" autofocus;
                textarea name="redirect_uris" { "\n" "old" }
                input type="checkbox" name="remember" value="true" checked;
                input type="radio" name="kind" value="a" checked;
                input type="radio" name="kind" value="b";
                select name="event" { option value="" selected { "any" } option value="x" { "x" } }
                input type="password" name="password";
                input type="text" name="user_code" value="";
            }
            form method="post" action="/other" { input type="text" name="name" value="untouched"; }
        }
    }

    #[test]
    fn a_form_comes_back_with_what_was_entered_and_without_secrets() {
        let entered = [
            ("anti_forgery", "stale"),
            ("name", "a \"b\" <c> & d"),
            ("redirect_uris", "https://a/\nhttps://b/?x=1&y=<z>"),
            ("kind", "b"),
            ("event", "x"),
            ("password", "correct horse"),
            ("user_code", "BCDF-GHJK"),
        ];
        let html = html! { (Finished::of(&form(), Some(&restored(&entered)), None)) }.into_string();
        for part in [
            "name=\"anti_forgery\" value=\"fresh\"",
            "name=\"name\" autofocus value=\"a &quot;b&quot; &lt;c&gt; &amp; d\"",
            ">\nhttps://a/\nhttps://b/?x=1&amp;y=&lt;z&gt;</textarea>",
            "name=\"remember\" value=\"true\">",
            "name=\"kind\" value=\"a\">",
            "name=\"kind\" value=\"b\" checked>",
            "<option value=\"\">any",
            "<option value=\"x\" selected>",
            "value=\"untouched\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        for secret in ["stale", "horse", "BCDF"] {
            assert!(!html.contains(secret), "{secret}: {html}");
        }
    }

    #[test]
    fn a_closed_part_of_the_page_opens_around_the_form_that_comes_back() {
        let page = html! {
            details #other { form method="post" action="/other" { input type="text" name="name"; } }
            details #settings { form method="post" action="/developer" { input type="text" name="name"; } }
            details #last { p { "More." } }
        };
        let html = html! { (Finished::of(&page, Some(&restored(&[("name", "new")])), None)) }.into_string();
        for part in ["<details id=\"other\">", "<details open id=\"settings\">", "<details id=\"last\">"] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn what_is_wrong_is_found_wherever_it_stands() {
        let page = html! {
            div .notice .danger role="alert" { p { "Busy & \"slow\"." } }
            input #username autofocus value="is checked autofocus";
            p .wrong #username-error { span .unseen { "Error: " } "Taken <b>." }
            p { "Fine." }
        };
        let finished = Finished::of(&page, None, Some("Expired."));
        let problem = |field: Option<&str>, text: &str| FieldProblem {
            field: field.map(ToOwned::to_owned),
            text: text.to_owned(),
        };
        let expected =
            [problem(None, "Expired."), problem(None, "Busy & \"slow\"."), problem(Some("username"), "Taken <b>.")];
        assert_eq!(finished.problems, expected);
        let html = html! { (finished) }.into_string();
        assert!(!html.contains("Busy") && html.contains("<p>Fine.</p>"), "{html}");
        assert!(html.contains("<input id=\"username\" value=\"is checked autofocus\">"), "{html}");
    }

    #[test]
    fn a_page_without_mistakes_stays_as_it_is() {
        let finished = Finished::of(&form(), None, None);
        assert!(finished.problems.is_empty());
        assert_eq!(html! { (finished) }.into_string(), form().into_string());
    }
}
