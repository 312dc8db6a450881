use maud::html;

use crate::web::i18n::{ClientTexts, ConsentTexts, DeviceTexts, WithheldTexts};

pub(super) const CLIENT: ClientTexts = ClientTexts {
    privacy_policy: "Privacy policy",
    terms_of_service: "Terms of service",
    confidential: "Website with a backend",
    public: "Single-page or native app",
};

pub(super) const CONSENT: ConsentTexts = ConsentTexts {
    allow_access: "Allow access",
    asks_for_access: |client| html! { (client) " wants to access your account" },
    signed_in_as: "Signed in as ",
    not_you: "Not you? ",
    use_another_account: "Use another account",
    ends_after: |lifetime| format!("Access ends automatically after {lifetime}."),
    registered_by: |username| html! { "This app was registered by " (username) ", not by an administrator." },
    someone: "another user",
    registered_itself: "This app registered itself. No administrator has verified it.",
    runs_on_device: "It runs on your device. Allow access only if you have just started it yourself.",
    runs_in_browser: "It runs in your browser. Allow access only if you have just opened it yourself.",
    no_access: "You have no access",
    may_not_use: |username, client| html! { "Your account " (username) " is not allowed to use " (client) "." },
    ask_an_administrator: |server| format!("Ask an administrator of {server} to give you access."),
    or_ask: |contacts| html! { "You can also contact the app: " (contacts) "." },
    go_back: "Back to the app",
    remember: "Do not ask again for the same access",
    deny: "Deny",
    allow: "Allow",
    return_to_host: |host| html! { "You will return to " (host) },
    return_to_an_application: "You will return to an app on ",
    this_device: "this device",
    return_to_scheme: |scheme| html! { "You will return to the app for " (scheme) },
    only_learns: "It only learns that you have an account here.",
    it_can: "If you allow access, it can",
};

pub(super) const WITHHELD: WithheldTexts = WithheldTexts {
    title: "Sign-in failed",
    what_happened: |client| html! { (client) " sent a request that this server could not process." },
    not_checked: "This app was registered by a user and has not been verified by an administrator. Continue only if \
        you know the address below.",
    go_on_to: |place| format!("Continue to {place}"),
    go_on_to_this_device: "Continue to the app on this device",
    return_yourself: "Go back to the app and start again.",
};

pub(super) const DEVICE: DeviceTexts = DeviceTexts {
    connect_a_device: "Connect a device",
    enter_the_code: "Enter the code shown on your device.",
    code: "Code",
    code_hint: "Eight letters, for example BCDF-GHJK.",
    unknown_code: "This code is not valid. Check the code on the device, or request a new one there.",
    too_many_codes: |minutes| format!("Too many wrong codes. Try again in {minutes} minutes."),
    continue_: "Continue",
    asks_for_access: |client| html! { (client) " on another device wants to access your account" },
    signed_in_as: |username| html! { "Signed in as " (username) },
    shows_this_code: "Your device shows this code:",
    in_front_of_you: "Allow access only if this code is shown on a device in front of you. If someone sent you this \
        link, do not continue: they would get access to your account.",
    deny: "Deny",
    allow: "Allow",
    connected: "Device connected",
    not_connected: "Device not connected",
    return_to_device: "You can return to the device. It continues automatically in a few seconds.",
    can_act: |client| html! { (client) " now has access to your account. You can disconnect it at any time." },
    was_not_given: |client| html! { (client) " was not given access." },
    your_account: "Your account",
};
