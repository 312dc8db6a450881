//! What stands around every page, and in every form.

words! {
    /// The head, the foot and the navigation of every page.
    FrameWords(frame) {
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

words! {
    /// What stands beside fields of any form.
    FormWords(form) {
        username;
        email;
        password;
        new_password;
        /// After the label of a field that may stay empty.
        optional;
        /// The rule for passwords; the shortest has `minimum` characters.
        password_rule(minimum: usize) -> String;
        /// Before what is wrong with a field, for who hears it.
        error;
        /// The server has no room to check a password now.
        busy;
        /// Too many guesses; the next one is heard after this many seconds.
        wait(seconds: u64) -> String;
    }
}
