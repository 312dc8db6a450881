use maud::html;

use crate::web::i18n::{LoginTexts, LogoutTexts, ResetTexts, SetupTexts, SignupTexts};

pub(super) const LOGIN: LoginTexts = LoginTexts {
    sign_in: "Sign in",
    continuing_to: |client| html! { "to continue to " (client) },
    with_account_of: |server| format!("to your {server} account"),
    username_or_email: "Username or e-mail",
    mismatch: "Wrong username or password. Try again.",
    expired: "This page has expired. Please sign in again.",
    cookies: "Your browser did not send the cookie of this site. Allow cookies for this site, then start again in the app.",
    again: "Please confirm that it is you.",
    new_here: |sign_up| html! { "New here? " (sign_up) },
    create_an_account: "Create an account",
};

pub(super) const SIGNUP: SignupTexts = SignupTexts {
    create_an_account: "Create an account",
    continuing_to: |client| html! { "to continue to " (client) },
    for_server: |server| format!("for {server} and its apps"),
    full_name: "Full name",
    create_account: "Create account",
    have_an_account: |sign_in| html! { "Already have an account? " (sign_in) },
    sign_in: "Sign in",
};

pub(super) const SETUP: SetupTexts = SetupTexts {
    set_up_this_server: "Set up this server",
    create_the_first: "Create the first administrator. This link works once.",
    create_administrator: "Create administrator",
};

pub(super) const LOGOUT: LogoutTexts = LogoutTexts {
    sign_out: "Sign out",
    sign_out_question: "Sign out?",
    client_asks: |client| html! { (client) " asks you to sign out. " },
    signed_in_as: |username| html! { "You are signed in as " (username) "." },
    session_is_over: "Your session on this server has ended. You can still sign out of the apps that you used.",
    unproven: "It is not certain which app sent this request. Sign out only if you want to.",
    stay_signed_in: "Stay signed in",
    signed_out: "Signed out",
    you_are_signed_out: "You are signed out",
    was_not_signed_in: "You were not signed in to this server in this browser.",
    applications_may_go_on: "You may still be signed in to the apps that you used. On a shared computer, close the \
        browser.",
    applications_are_shown: "You are being signed out of the apps that you used. On a shared computer, close the \
        browser.",
    go_on: "Continue",
    return_to: |client| html! { "Return to " (client) },
    sign_in_again: "Sign in again",
};

pub(super) const RESET: ResetTexts = ResetTexts {
    title: "Choose a new password",
    for_person: |username| html! { "for " (username) },
    consequence: "This link works once. All devices and apps will be signed out.",
    new_password: "New password",
    submit: "Set password",
    done: "Password set",
    done_note: "All devices were signed out. The link no longer works.",
    sign_in: "Sign in",
};
