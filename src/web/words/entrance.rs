//! How a person gets in and out: signing in, signing up, signing out.

use maud::Markup;

words! {
    /// The page at `/login`.
    LoginWords(login) {
        sign_in;
        to_continue_to(client: &Markup) -> Markup;
        /// `server` is the name of whoever runs it.
        to_your_account(server: &str) -> String;
        mismatch;
        wait(seconds: u64) -> String;
        busy;
        expired;
        again;
        new_here(sign_up: &Markup) -> Markup;
        create_an_account;
    }
}
