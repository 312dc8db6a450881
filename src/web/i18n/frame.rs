//! What stands around every page, and in every form.

texts! {
    /// The head, the foot and the navigation of every page.
    FrameTexts(frame) {
        skip_to_content;
        about_this_server;
        api_documentation;
        /// The navigation as a whole, for who hears it.
        your_pages;
        account;
        applications;
        administration;
    }
}

texts! {
    /// Why a form was not taken as it was sent.
    ProofTexts(proof) {
        /// It was open for too long.
        expired;
        /// Another person has signed in meanwhile.
        other_person(username: &str) -> String;
        /// The person was signed out meanwhile.
        signed_out;
        /// The browser keeps cookies to itself.
        cookies;
        /// What it is about no longer exists.
        gone;
        /// The person has signed in again, and sees what they had entered.
        restored;
    }
}

texts! {
    /// Texts next to the fields of any form.
    FormTexts(form) {
        username;
        email;
        password;
        new_password;
        /// After the label of a field that may stay empty.
        optional;
        /// The rule for passwords; the shortest has `minimum` characters.
        password_rule(minimum: usize) -> String;
        /// Before what is wrong with a field, for who hears it, and before the title of a page on which something is wrong.
        error;
        /// Above the list of what is wrong.
        problem;
        /// The server has no room to check a password now.
        busy;
        /// Too many guesses; the next one is heard after this many seconds.
        wait(seconds: u64) -> String;
    }
}
