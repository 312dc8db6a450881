//! The developer pages, with every text of their views set to one text.

use maud::Markup;

use super::sample::{entry, some};
use crate::secret::Secret;
use crate::web::{
    Choice, ClientDeletionPage, ClientErrorLine, ClientErrorsCard, ClientForm, ClientType, CompatibilityForm, Control,
    Credentials, DeliveryLine, DeveloperPage, Fact, OwnClient, OwnClientPage, PageContext, PresetLine, PresetPage,
    PresetResultPage, PresetsPage, Purpose, RegisteredPage, RegistrationForm, RemedyKind, RemedyLine, RemedyPage,
    RestrictionForm, SecretLine, SentUri, Setting, Snippets, UndeliveredReason,
};

/// Name and markup of each page.
pub(super) fn pages(text: &str, context: PageContext<'_>) -> Vec<(&'static str, Markup)> {
    vec![
        ("developer", developer(text).render(context)),
        ("developer, empty", empty(text).render(context)),
        ("developer, closed", DeveloperPage { is_closed: true, ..empty(text) }.render(context)),
        ("own client", own_client(text).render(context)),
        ("client deletion", client_deletion(text).render(context)),
        ("remedy", remedy_page(text, None).render(context)),
        ("remedy, obstacle", remedy_page(text, some(text)).render(context)),
        ("presets", presets(text).render(context)),
        ("presets, none", PresetsPage { presets: Vec::new(), ..presets(text) }.render(context)),
        ("preset", preset(text).render(context)),
        ("preset, fixed", PresetPage { url: None, name_part: None, obstacle: None, ..preset(text) }.render(context)),
        ("preset, obstacle", PresetPage { obstacle: some(text), ..preset(text) }.render(context)),
        ("preset, registered", preset_result(text).render(context)),
        ("preset, to write", PresetResultPage { credentials: None, ..preset_result(text) }.render(context)),
        ("registered", registered(text).render(context)),
    ]
}

/// Sample errors of an application.
pub(super) fn client_errors(text: &str) -> ClientErrorsCard {
    let sent = |differs_by_slash| SentUri {
        uri: text.to_owned(),
        count: 2,
        seconds_ago: 61,
        differs_by_slash,
        remedy: some(text).filter(|_| differs_by_slash),
    };
    let error = ClientErrorLine { code: "invalid_scope", cause: text.to_owned(), count: 1, seconds_ago: 0 };
    let delivery = |reason| DeliveryLine { reason, count: 1, seconds_ago: 3 };
    let deliveries = [
        UndeliveredReason::NotHttps,
        UndeliveredReason::Private,
        UndeliveredReason::Unreachable,
        UndeliveredReason::TooSlow,
        UndeliveredReason::Status(404),
    ];
    ClientErrorsCard {
        redirect_uris: vec![sent(true), sent(false)],
        remedies: vec![remedy(text, None), remedy(text, some(text))],
        errors: vec![error],
        deliveries: deliveries.map(delivery).to_vec(),
    }
}

/// A sample remedy.
fn remedy(text: &str, obstacle: Option<String>) -> RemedyLine {
    RemedyLine { id: text.to_owned(), kind: RemedyKind::Scope, value: some(text), count: 1, seconds_ago: 3, obstacle }
}

fn remedy_page(text: &str, obstacle: Option<String>) -> RemedyPage {
    RemedyPage {
        client_id: text.to_owned(),
        name: text.to_owned(),
        remedy: remedy(text, obstacle),
        member: "require_state",
        anti_forgery: text.to_owned(),
    }
}

/// A sample setting with the given name and control.
fn setting(text: &str, member: &'static str, control: Control) -> Setting {
    // Label and cost come from the text tables, which another test covers.
    Setting { member, label: "", cost: "", control, error: some(text), locked: some(text), reserved: some(text) }
}

fn compatibility(text: &str) -> CompatibilityForm {
    let choices = || vec![Choice { value: text.to_owned(), text: text.to_owned(), is_chosen: true }];
    let settings = vec![
        setting(text, "require_state", Control::One(choices())),
        setting(text, "grant_types", Control::Some(choices())),
        setting(text, "jwks_uri", Control::Text(text.to_owned())),
        setting(text, "request_uris", Control::Lines(text.to_owned())),
    ];
    CompatibilityForm { settings, is_open: true, error: some(text) }
}

fn restriction(text: &str) -> RestrictionForm {
    let setting = setting(text, "allowed_groups", Control::Lines(text.to_owned()));
    RestrictionForm { setting: Setting { locked: None, ..setting } }
}

fn developer(text: &str) -> DeveloperPage {
    let own = OwnClient {
        name: text.to_owned(),
        client_id: text.to_owned(),
        client_type: ClientType::Public,
        redirect_uris: vec![text.to_owned()],
    };
    let registration = RegistrationForm {
        client_name: entry(text),
        redirect_uris: entry(text),
        purpose: Some(Purpose::App),
        offers_service: false,
        error: some(text),
    };
    DeveloperPage {
        clients: vec![own],
        is_closed: false,
        registration,
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn empty(text: &str) -> DeveloperPage {
    DeveloperPage {
        is_closed: false,
        clients: Vec::new(),
        registration: RegistrationForm { offers_service: true, ..RegistrationForm::default() },
        done: None,
        anti_forgery: text.to_owned(),
    }
}

fn snippets(text: &str) -> Snippets {
    Snippets {
        issuer: text.to_owned(),
        client_id: text.to_owned(),
        has_secret: true,
        redirect_uri: some(text),
        scope: text.to_owned(),
        authorization_endpoint: text.to_owned(),
        token_endpoint: text.to_owned(),
        device_authorization_endpoint: some(text),
    }
}

fn own_client(text: &str) -> OwnClientPage {
    let line = |number| SecretLine { number, made: text.to_owned() };
    OwnClientPage {
        client_id: text.to_owned(),
        name: text.to_owned(),
        client_type: ClientType::Confidential,
        form: ClientForm {
            client_name: entry(text),
            redirect_uris: entry(text),
            post_logout_redirect_uris: entry(text),
            scope: entry(text),
            logo_uri: entry(text),
            policy_uri: entry(text),
            tos_uri: entry(text),
            error: some(text),
        },
        secrets: vec![line(1), line(2)],
        new_secret: Some(Secret::new(text)),
        client_errors: client_errors(text),
        logout_warning: some(text),
        compatibility: Some(compatibility(text)),
        restriction: Some(restriction(text)),
        snippets: snippets(text),
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn client_deletion(text: &str) -> ClientDeletionPage {
    ClientDeletionPage { client_id: text.to_owned(), name: text.to_owned(), anti_forgery: text.to_owned() }
}

fn registered(text: &str) -> RegisteredPage {
    RegisteredPage {
        client_name: text.to_owned(),
        client_id: text.to_owned(),
        client_secret: Some(Secret::new(text)),
        redirect_uris: vec![text.to_owned()],
        authorization_endpoint: text.to_owned(),
        token_endpoint: text.to_owned(),
        discovery: text.to_owned(),
        snippets: snippets(text),
    }
}

fn presets(text: &str) -> PresetsPage {
    let line = PresetLine { id: text.to_owned(), name: text.to_owned(), obstacle: some(text) };
    PresetsPage { text: text.to_owned(), presets: vec![line] }
}

fn preset(text: &str) -> PresetPage {
    PresetPage {
        id: text.to_owned(),
        name: text.to_owned(),
        note: some(text),
        matching: some(text),
        obstacle: None,
        url: Some((entry(text), text.to_owned())),
        name_part: Some((entry(text), text.to_owned())),
        metadata: vec![Fact::new(text, text)],
        by_configuration: false,
        error: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn preset_result(text: &str) -> PresetResultPage {
    PresetResultPage {
        name: text.to_owned(),
        entered_at: text.to_owned(),
        note: some(text),
        pkce: text.to_owned(),
        matching: some(text),
        warning: some(text),
        credentials: Some(Credentials {
            client_id: text.to_owned(),
            client_secret: Some(Secret::new(text)),
            scope: text.to_owned(),
            redirect_uris: vec![text.to_owned()],
        }),
        issuer: text.to_owned(),
        discovery: text.to_owned(),
        snippets: vec![(text.to_owned(), Secret::new(text))],
    }
}
