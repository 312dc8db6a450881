//! The settings of an application that only some applications need, on the page of the person who manages it: each is a
//! field with a sentence on what it costs.

use maud::{Markup, html};

use super::component::{Button, alert, hidden};
use super::layout::PageContext;

/// The form with the settings that only some applications need.
#[derive(Clone, Debug, Default)]
pub struct CompatibilityForm {
    /// The settings.
    pub settings: Vec<Setting>,
    /// Whether the part is unfolded: something in it is wrong, or differs from the usual.
    pub is_open: bool,
    /// What is wrong and no field shows, as a sentence.
    pub error: Option<String>,
}

/// The form that restricts an application to groups.
#[derive(Clone, Debug)]
pub struct RestrictionForm {
    /// `allowed_groups`.
    pub setting: Setting,
}

/// One setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The member of the metadata, which is the name of the field.
    pub member: &'static str,
    /// What it is.
    pub label: &'static str,
    /// What it costs, or who needs it.
    pub cost: &'static str,
    /// How it is chosen.
    pub control: Control,
    /// What is wrong with what was entered, as a sentence.
    pub error: Option<String>,
    /// Whom to ask, if the person cannot change it.
    pub locked: Option<String>,
    /// Whom to ask for a choice that the person cannot make and that is left out.
    pub reserved: Option<String>,
}

/// How a setting is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// One of several values, each with its text.
    One(Vec<Choice>),
    /// Any of several values.
    Some(Vec<Choice>),
    /// A text.
    Text(String),
    /// Several texts, one per line.
    Lines(String),
}

/// A value that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub text: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

impl CompatibilityForm {
    /// The part of a page. Its form posts the members to `{path}/compatibility`.
    pub(super) fn render(&self, context: PageContext<'_>, path: &str, anti_forgery: &str) -> Markup {
        let w = &context.texts.compatibility;
        html! {
            details #compatibility .card open[self.is_open] {
                summary { (w.title) }
                form method="post" action={ (path) "/compatibility" } {
                    (hidden(anti_forgery, None))
                    p .muted { (w.lead) }
                    @if let Some(error) = &self.error { (alert(error)) }
                    @for setting in &self.settings { (setting.render(context)) }
                    div .actions { (Button::primary("compatibility-submit", w.save)) }
                }
            }
        }
    }
}

impl RestrictionForm {
    /// The part of a page. Its form posts `allowed_groups` to `{path}/groups`.
    pub(super) fn render(&self, context: PageContext<'_>, path: &str, anti_forgery: &str) -> Markup {
        let w = &context.texts.compatibility;
        html! {
            section #restriction .card {
                h2 { (w.restriction_title) }
                form method="post" action={ (path) "/groups" } {
                    (hidden(anti_forgery, None))
                    (self.setting.render(context))
                    @if self.setting.locked.is_none() {
                        div .actions { (Button::primary("restriction-submit", w.restrict)) }
                    }
                }
            }
        }
    }
}

impl Setting {
    fn render(&self, context: PageContext<'_>) -> Markup {
        let (name, form) = (self.member, &context.texts.form);
        let is_locked = self.locked.is_some();
        let (hint, error, locked) = (format!("{name}-hint"), format!("{name}-error"), format!("{name}-locked"));
        let mut about = vec![hint.as_str()];
        about.extend(self.error.is_some().then_some(error.as_str()));
        about.extend(is_locked.then_some(locked.as_str()));
        let reserved = format!("{name}-reserved");
        about.extend(self.reserved.is_some().then_some(reserved.as_str()));
        let about = about.join(" ");
        let label = html! { (self.label) " " code .muted { (name) } };
        html! {
            div .field {
                // What is left empty is sent as nothing: so the form says which settings it has.
                @if !is_locked { input type="hidden" name="setting" value=(name); }
                @if !matches!(self.control, Control::Some(_)) { label for=(name) { (label) } }
                @else { p { (label) } }
                p .hint #(hint) { (self.cost) }
                (self.control.render((name, &about, self.error.is_some()), is_locked))
                @if let Some(whom) = &self.locked { p .muted #(locked) { (whom) } }
                @if let Some(whom) = &self.reserved { p .muted #(reserved) { (whom) } }
                @if let Some(wrong) = &self.error {
                    p .wrong #(error) { span .unseen { (form.error) } (wrong) }
                }
            }
        }
    }
}

impl Control {
    fn render(&self, (name, about, is_wrong): (&str, &str, bool), is_locked: bool) -> Markup {
        let invalid = is_wrong.then_some("true");
        match self {
            Self::One(choices) => html! {
                select #(name) name=(name) aria-describedby=(about) aria-invalid=[invalid] disabled[is_locked] {
                    @for choice in choices {
                        option value=(choice.value) selected[choice.is_chosen] { (choice.text) }
                    }
                }
            },
            Self::Some(choices) => html! {
                @for choice in choices {
                    label .check {
                        input type="checkbox" name=(name) value=(choice.value) checked[choice.is_chosen]
                            aria-describedby=(about) disabled[is_locked];
                        span { (choice.text) }
                    }
                }
            },
            Self::Text(value) => html! {
                input #(name) type="text" name=(name) value=(value) autocapitalize="none" spellcheck="false"
                    aria-describedby=(about) aria-invalid=[invalid] disabled[is_locked];
            },
            // An HTML parser drops a line break at the start of a textarea, so one is put there for it.
            Self::Lines(value) => html! {
                textarea #(name) name=(name) rows="3" autocapitalize="none" spellcheck="false"
                    aria-describedby=(about) aria-invalid=[invalid] disabled[is_locked] { "\n" (value) }
            },
        }
    }
}
