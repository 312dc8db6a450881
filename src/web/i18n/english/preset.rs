use maud::html;

use crate::web::i18n::PresetTexts;

pub(super) const PRESET: PresetTexts = PresetTexts {
    title: "Choose a preset",
    back: "Your applications",
    all: "All presets",
    search_label: "Name",
    search: "Search",
    nothing: "There is no preset with this name. Register the application manually. Its documentation lists the \
        required settings.",
    url_label: "Address of the application",
    url_hint: |example| format!("Where people open it, for example {example}"),
    register: "Register application",
    show: "Show configuration",
    nothing_to_type: "You do not need to enter anything.",
    redirect_uris: "Registration",
    registered: |name| html! { (name) " is registered" },
    written_in_file: |name| html! { (name) " in the configuration file" },
    once: "The client secret is shown for ten minutes, here and in the examples below. Copy it now.",
    enter_at: |place| format!("Where to enter this: {place}"),
    to_paste: "Configuration to copy",
    change: "Edit application",
    issuer: "Issuer",
    discovery: "Discovery",
    client_id: "Client ID",
    client_secret: "Client secret",
    scope: "Scope",
    uris: "Redirect URIs",
    for_administrators: "Administrators only",
    by_setting: "Requires a setting",
    by_configuration: "In the configuration file",
    pkce: |how| format!("PKCE: {how}"),
    by_sign_up: "Requires closed sign-up",
    ask: "This application needs less strict security settings. Ask an administrator of this server to register it.",
    ask_to_close_sign_up: "Everyone can sign up on this server, so this application cannot be registered like this. \
        Ask the operator of the server to set accounts.sign_up to \"invitation\" or \"closed\".",
    matches_by_email: "The application identifies people by e-mail address. Anyone who signs up here with the address \
        of a person there gets that person's account.",
    matches_by_username: "The application identifies people by username. Anyone who signs up here with the username of \
        a person there gets that person's account.",
    close_sign_up: "Everyone can sign up on this server. Close sign-up before people use the application: \
        accounts.sign_up = \"invitation\" or \"closed\".",
    keep_sign_up_closed: "Sign-up is not open on this server. Keep it closed.",
    claims_in_id_token: "Claims in the ID token",
    yes: "yes",
};
