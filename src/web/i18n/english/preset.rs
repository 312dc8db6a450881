use maud::html;

use crate::web::i18n::PresetTexts;

pub(super) const PRESET: PresetTexts = PresetTexts {
    title: "Choose an application",
    back: "Your applications",
    all: "All applications",
    search_label: "Name",
    search: "Search",
    nothing: "There is none of this name. Register it by hand: what it needs stands in its documentation.",
    url_label: "Address of the application",
    url_hint: |example| format!("Where people open it, such as {example}"),
    register: "Register",
    show: "Show what to write",
    nothing_to_type: "Nothing has to be entered: it is the same everywhere.",
    redirect_uris: "It is registered with",
    registered: |name| html! { (name) " is registered" },
    written_in_file: |name| html! { (name) " by the configuration file" },
    once: "The client secret is shown for ten minutes, here and in the texts below. Copy it now.",
    enter_at: |place| format!("Enter these at {place}"),
    to_paste: "Ready to paste",
    change: "Change it",
    issuer: "Issuer",
    discovery: "Discovery",
    client_id: "Client ID",
    client_secret: "Client secret",
    scope: "Scope",
    uris: "Redirect URIs",
    for_administrators: "For administrators",
    by_setting: "Needs a setting",
    by_configuration: "By the configuration file",
    pkce: |how| format!("PKCE: {how}"),
    by_sign_up: "Needs closed sign-up",
    ask: "It needs settings that weaken a rule, which only an administrator gives. Ask whoever runs this server.",
    ask_to_close_sign_up: "Everyone can sign up on this server, so it cannot be registered like this. Ask the person who runs \
        the server to set accounts.sign_up to \"invitation\" or \"closed\".",
    matches_by_email: "The app knows people by their e-mail address. Anyone who signs up with the address of a person \
        there becomes that person.",
    matches_by_username: "The app knows people by their username. Anyone who signs up with the username of a person there \
        becomes that person.",
    close_sign_up: "Everyone can sign up on this server now. Close sign-up before people use the app: \
        accounts.sign_up = \"invitation\" or \"closed\".",
    keep_sign_up_closed: "Sign-up is not open on this server. Keep it that way.",
    claims_in_id_token: "Claims in the ID token",
    yes: "yes",
};
