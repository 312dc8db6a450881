//! The first page, and the one on the way back to an application.

use maud::Markup;

texts! {
    /// The page at `/`.
    HomeTexts(home) {
        one_sign_in;
        lead;
        for_developers;
        register_an_application;
        your_applications;
        try_the_api;
        for_applications;
        one_address;
        issuer;
        discovery;
        signed_in_as(username: &Markup) -> Markup;
        your_account;
        sign_in;
        create_an_account;
    }
}

texts! {
    /// The page that sends the answer of `response_mode=form_post`.
    FormPostTexts(form_post) {
        continue_;
        almost_there;
        being_returned;
    }
}
