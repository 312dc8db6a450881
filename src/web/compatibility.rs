//! Rarely needed settings of an application. Each field has a sentence about its consequences.

use maud::{Markup, html};

use super::component::{Button, alert, hidden};
use super::layout::PageContext;

/// The form with rarely needed settings.
#[derive(Clone, Debug, Default)]
pub struct CompatibilityForm {
    pub settings: Vec<Setting>,
    /// Whether the section is expanded: a setting has an error or differs from its default.
    pub is_open: bool,
    /// Error message that belongs to no field.
    pub error: Option<String>,
}

/// The form that restricts an application to groups.
#[derive(Clone, Debug)]
pub struct RestrictionForm {
    /// The setting `allowed_groups`.
    pub setting: Setting,
}

/// One setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Name of the metadata member and of the form field.
    pub member: &'static str,
    pub label: &'static str,
    /// The consequences of the setting, or who needs it.
    pub cost: &'static str,
    pub control: Control,
    /// Error message of the field.
    pub error: Option<String>,
    /// Who can change the setting, if the user cannot.
    pub locked: Option<String>,
    /// Who can select an option that is not offered to the user.
    pub reserved: Option<String>,
}

/// The input control of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// One of several values.
    One(Vec<Choice>),
    /// Any number of several values.
    Some(Vec<Choice>),
    /// A text.
    Text(String),
    /// Several texts, one per line.
    Lines(String),
}

/// An option of a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The submitted value.
    pub value: String,
    /// The displayed text.
    pub text: String,
    pub is_chosen: bool,
}

impl CompatibilityForm {
    /// Renders the section. Its form posts the members to `{path}/compatibility`.
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
    /// Renders the section. Its form posts `allowed_groups` to `{path}/groups`.
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
                // Empty controls send nothing, so the form lists the settings that it contains.
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
            // An HTML parser drops a line break at the start of a textarea, so an additional one is inserted.
            Self::Lines(value) => html! {
                textarea #(name) name=(name) rows="3" autocapitalize="none" spellcheck="false"
                    aria-describedby=(about) aria-invalid=[invalid] disabled[is_locked] { "\n" (value) }
            },
        }
    }
}
