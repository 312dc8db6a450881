use maud::html;

use crate::web::i18n::{DeveloperTexts, OwnClientTexts, RegisteredTexts, SnippetTexts};

pub(super) const DEVELOPER: DeveloperTexts = DeveloperTexts {
    your_applications: "Your applications",
    none_yet: "You have not registered an application yet.",
    closed: "Your account may not register applications on this server. Ask an administrator to register yours.",
    client_id: "Client ID",
    type_: "Type",
    redirect_uri: "Redirect URI",
    device: "Device or command line",
    service: "Service without a person",
    website_consequence: "Its server keeps a client secret.",
    app_consequence: "It cannot keep a secret, and proves itself with PKCE.",
    device_consequence: "It shows a code, and people answer on another device. It needs no redirect URI.",
    service_consequence: "It acts for itself, with a client secret, and needs no redirect URI.",
    administrators_only: " Only an administrator can register one, since no person agrees to what it does.",
    redirect_uris: "Redirect URIs",
    redirect_uris_hint: "Where people return to after signing in, one per line, exactly as you will send them.",
    register_an_application: "Register an application",
    what_it_is: "What it is",
    name: "Name",
    name_hint: "People see it when they are asked to allow access.",
    register: "Register",
    choose_an_application: "Or choose an application",
    all_presets: "All applications that this server knows",
};

pub(super) const OWN_CLIENT: OwnClientTexts = OwnClientTexts {
    your_applications: "Your applications",
    a_new_secret: "A new secret",
    shown_once: "It is shown for ten minutes. Copy it now to where it is kept.",
    who_it_is: "Who it is",
    type_: "Type",
    to_paste: "To paste",
    delete: "Delete",
    delete_consequence: "Nobody can log in to it any more, and its tokens end.",
    delete_the_application: "Delete the application",
    secrets: "Secrets",
    two_live: "Two live at a time: add one, give it to the application, and remove the one before. Only their hashes \
        are kept.",
    secret: |number, made| format!("Secret {number}, of {made}"),
    remove: "Remove",
    add_a_secret: "Add a secret",
    what_people_see: "What people see and where they return to",
    name: "Name",
    redirect_uris: "Redirect URIs",
    redirect_uris_hint: "One per line, exactly as you will send them.",
    post_logout_redirect_uris: "Addresses after signing out",
    post_logout_redirect_uris_hint: "Where people return to who sign out in the application: one per line, exactly as it \
        sends them.",
    logo: "Address of a logo",
    privacy_policy: "Privacy policy",
    terms_of_service: "Terms of service",
    scope: "Scope",
    scope_hint: "What it may ask for, with spaces between. Left empty, it is what any application may.",
    save: "Save",
    delete_an_application: "Delete an application",
    delete_question: |client| html! { "Delete " (client) "?" },
    deletion_is_final: "Nobody can log in to it any more, and what was granted to it ends. This cannot be undone.",
    keep_it: "Keep it",
};

pub(super) const REGISTERED: RegisteredTexts = RegisteredTexts {
    application_registered: "Application registered",
    is_registered: |client| html! { (client) " is registered" },
    credentials: "Credentials",
    shown_once: "The client secret is shown for ten minutes. Copy it now to where it is kept.",
    addresses: "Addresses",
    discovery: "Discovery",
    to_paste: "To paste",
    replace: |state, code_challenge| {
        html! {
            "For each visitor, write a new random value in place of " (state)
            ", and the S256 challenge of a new code verifier in place of " (code_challenge) "."
        }
    },
    change_it: "Change it",
    all_your_applications: "All your applications",
};

pub(super) const SNIPPET: SnippetTexts = SnippetTexts {
    settings: "Settings",
    link: "A link to log in with, in HTML",
    redemption: "The code for tokens, with curl",
    service: "A token, with curl",
    device: "A code for the device, with curl",
    device_qr: "The QR code that the device shows beside it, in HTML",
    device_token: "Tokens once somebody has agreed, with curl, every five seconds",
    log_in_with: |server| format!("Log in with {server}"),
};
