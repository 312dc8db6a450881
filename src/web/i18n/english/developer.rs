use maud::html;

use crate::web::i18n::{DeveloperTexts, OwnClientTexts, RegisteredTexts, SnippetTexts};

pub(super) const DEVELOPER: DeveloperTexts = DeveloperTexts {
    your_applications: "Your applications",
    none_yet: "You have not registered any applications yet.",
    closed: "Your account cannot register applications on this server. Ask an administrator to register yours.",
    client_id: "Client ID",
    type_: "Type",
    redirect_uri: "Redirect URI",
    device: "Device or command line",
    service: "Service without a user",
    website_consequence: "Its server stores a client secret.",
    app_consequence: "It cannot keep a secret and uses PKCE instead.",
    device_consequence: "It shows a code, and people confirm it on another device. It needs no redirect URI.",
    service_consequence: "It acts on its own behalf with a client secret. It needs no redirect URI.",
    administrators_only: " Only an administrator can register one, because no person consents to its access.",
    redirect_uris: "Redirect URIs",
    redirect_uris_hint: "Where people return after signing in. One per line, exactly as your application sends them.",
    register_an_application: "Register an application",
    what_it_is: "Application type",
    name: "Name",
    name_hint: "Shown to people when they are asked to allow access.",
    register: "Register application",
    choose_an_application: "Or choose a preset",
    all_presets: "All presets",
};

pub(super) const OWN_CLIENT: OwnClientTexts = OwnClientTexts {
    your_applications: "Your applications",
    a_new_secret: "New secret",
    shown_once: "The secret is shown for ten minutes. Copy it now and store it safely.",
    who_it_is: "Client",
    type_: "Type",
    to_paste: "Code examples",
    delete: "Delete",
    delete_consequence: "People can no longer sign in to it, and its tokens become invalid.",
    delete_the_application: "Delete application",
    secrets: "Secrets",
    two_live: "An application can have two secrets. To replace one, add a new secret, enter it in the application, and \
        remove the previous one. Only hashes of the secrets are stored.",
    secret: |number, made| format!("Secret {number}, created {made}"),
    remove: "Remove",
    add_a_secret: "Add secret",
    what_people_see: "Name and addresses",
    name: "Name",
    redirect_uris: "Redirect URIs",
    redirect_uris_hint: "One per line, exactly as your application sends them.",
    post_logout_redirect_uris: "Post-logout redirect URIs",
    post_logout_redirect_uris_hint: "Where people return after signing out. One per line, exactly as your application \
        sends them.",
    logo: "Logo URL",
    privacy_policy: "Privacy policy",
    terms_of_service: "Terms of service",
    scope: "Scope",
    scope_hint: "The scopes that it can request, separated by spaces. Leave empty for the default.",
    save: "Save",
    delete_an_application: "Delete application",
    delete_question: |client| html! { "Delete " (client) "?" },
    deletion_is_final: "People can no longer sign in to it, and all access granted to it ends. This cannot be undone.",
    keep_it: "Cancel",
};

pub(super) const REGISTERED: RegisteredTexts = RegisteredTexts {
    application_registered: "Application registered",
    is_registered: |client| html! { (client) " is registered" },
    credentials: "Credentials",
    shown_once: "The client secret is shown for ten minutes. Copy it now and store it safely.",
    addresses: "Endpoints",
    discovery: "Discovery",
    to_paste: "Code examples",
    replace: |state, code_challenge| {
        html! {
            "For each sign-in, replace " (state)
            " with a new random value and " (code_challenge) " with the S256 challenge of a new code verifier."
        }
    },
    change_it: "Edit application",
    all_your_applications: "All your applications",
};

pub(super) const SNIPPET: SnippetTexts = SnippetTexts {
    settings: "Settings",
    link: "Sign-in link (HTML)",
    redemption: "Exchange the code for tokens (curl)",
    service: "Get a token (curl)",
    device: "Get a device code (curl)",
    device_qr: "QR code to show on the device (HTML)",
    device_token: "Poll for tokens every five seconds (curl)",
    log_in_with: |server| format!("Sign in with {server}"),
};
