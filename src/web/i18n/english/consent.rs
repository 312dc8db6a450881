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
    asks_for_access: |client| html! { (client) " asks for access to your account" },
    signed_in_as: "Signed in as ",
    not_you: "Not you? ",
    use_another_account: "Use another account",
    ends_after: |lifetime| format!("The permission ends by itself after {lifetime}."),
    registered_by: |username| html! { "This application was registered by " (username) ", not by the administrator." },
    somebody: "somebody",
    registered_itself: "This application registered itself. Nobody here has checked that it is what it says.",
    runs_on_device: "It runs on your device. Allow it only if you have just started it yourself.",
    runs_in_browser: "It runs in your browser. Allow it only if you have just come from it.",
    no_access: "You have no access",
    may_not_use: |username, client| html! { "Your account " (username) " may not use " (client) "." },
    ask_an_administrator: |server| format!("Ask an administrator of {server} to give you access."),
    or_ask: |contacts| html! { "The application names these contacts: " (contacts) "." },
    go_back: "Back to the application",
    remember: "Do not ask again for the same access",
    deny: "Deny",
    allow: "Allow",
    return_to_host: |host| html! { "You then return to " (host) },
    return_to_an_application: "You then return to an application on ",
    this_device: "this device",
    return_to_scheme: |scheme| html! { "You then return to the application for " (scheme) },
    only_learns: "It only learns that you have an account here. Nothing else is asked for.",
    it_can: "If you allow it, it can",
};

pub(super) const WITHHELD: WithheldTexts = WithheldTexts {
    title: "The sign-in did not work",
    what_happened: |client| html! { (client) " sent you here with a request that this server could not answer." },
    not_checked: "A person registered this app. The administrator of this server has not checked it. Continue only if you \
        know the address below.",
    go_on_to: |place| format!("Continue to {place}"),
    go_on_to_this_device: "Continue to the app on this device",
    return_yourself: "Return to the app yourself and start again.",
};

pub(super) const DEVICE: DeviceTexts = DeviceTexts {
    connect_a_device: "Connect a device",
    enter_the_code: "Enter the code that the device shows.",
    code: "Code",
    code_hint: "Eight letters, such as BCDF-GHJK.",
    unknown_code: "No device waits with this code. Compare it with the device, or let the device show a new one.",
    too_many_codes: |minutes| format!("Too many wrong codes. Try again in {minutes} minutes."),
    continue_: "Continue",
    asks_for_access: |client| html! { (client) " on another device asks for access to your account" },
    signed_in_as: |username| html! { "Signed in as " (username) },
    shows_this_code: "The device shows this code:",
    in_front_of_you: "Allow this only if the code stands on a device in front of you. Do not continue if somebody \
        else sent you this link: whoever holds the device can then do all this.",
    deny: "Deny",
    allow: "Allow",
    connected: "Device connected",
    not_connected: "Device not connected",
    return_to_device: "You can return to the device. It goes on by itself in a few seconds.",
    can_act: |client| html! { (client) " can now act for you. You can disconnect it at any time." },
    was_not_given: |client| html! { (client) " was not given access." },
    your_account: "Your account",
};
