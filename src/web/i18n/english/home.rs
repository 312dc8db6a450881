use maud::html;

use crate::web::i18n::{FormPostTexts, HomeTexts};

pub(super) const HOME: HomeTexts = HomeTexts {
    one_sign_in: "One sign-in for all your apps",
    lead: "Apps send you here to sign in. You decide what each app can see, and your password never leaves this \
        server.",
    for_developers: "For developers",
    register_an_application: "Register an application and let people sign in to it with their account on this server.",
    your_applications: "Your applications",
    try_the_api: "Try the API",
    for_applications: "For applications",
    one_address: "Applications that support OpenID Connect or OAuth 2.0 need one address:",
    issuer: "Issuer",
    discovery: "Discovery",
    signed_in_as: |username| html! { "Signed in as " (username) },
    your_account: "Your account",
    sign_in: "Sign in",
    create_an_account: "Create an account",
};

pub(super) const FORM_POST: FormPostTexts = FormPostTexts {
    continue_: "Continue",
    almost_there: "Almost there",
    being_returned: "You are being returned to the app.",
};
