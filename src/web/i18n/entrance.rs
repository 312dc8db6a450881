//! How a person gets in and out: signing in, signing up, signing out.

use maud::Markup;

texts! {
    /// The page at `/login`.
    LoginTexts(login) {
        sign_in;
        continuing_to(client: &Markup) -> Markup;
        /// `server` is the name of the server.
        with_account_of(server: &str) -> String;
        username_or_email;
        mismatch;
        expired;
        /// The browser sent no cookie, so that what an application began cannot go on.
        cookies;
        again;
        new_here(sign_up: &Markup) -> Markup;
        create_an_account;
    }
}

texts! {
    /// The page at `/signup`.
    SignupTexts(signup) {
        create_an_account;
        continuing_to(client: &Markup) -> Markup;
        /// `server` is the name of the server.
        for_server(server: &str) -> String;
        full_name;
        create_account;
        have_an_account(sign_in: &Markup) -> Markup;
        sign_in;
    }
}

texts! {
    /// The page that creates the first administrator.
    SetupTexts(setup) {
        set_up_this_server;
        create_the_first;
        create_administrator;
    }
}

texts! {
    /// The pages at `/logout` and `/logout/done`.
    LogoutTexts(logout) {
        sign_out;
        sign_out_question;
        /// Stands before the next two.
        client_asks(client: &Markup) -> Markup;
        signed_in_as(username: &Markup) -> Markup;
        /// The session has run out, and applications may not know it yet.
        session_is_over;
        unproven;
        stay_signed_in;
        signed_out;
        you_are_signed_out;
        was_not_signed_in;
        applications_may_go_on;
        applications_are_shown;
        go_on;
        return_to(client: &Markup) -> Markup;
        sign_in_again;
    }
}

texts! {
    /// The pages at `/reset`.
    ResetTexts(reset) {
        title;
        for_person(username: &Markup) -> Markup;
        consequence;
        new_password;
        submit;
        done;
        done_note;
        sign_in;
    }
}
