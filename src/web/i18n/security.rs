//! Security events, for who they concern and for administrators; and what applications do wrong, for their developers.

use maud::Markup;

use crate::web::{ClientErrorLine, EventLine, SentUri};

texts! {
    /// What a person reads about what has happened to their account.
    SecurityTexts(security) {
        title;
        back;
        lead;
        /// What has happened, who did it, from where and when, as one sentence.
        sentence(line: &EventLine) -> Markup;
        nothing;
        nothing_here;
        older;
        not_you;
        change_password;
        end_sessions;
    }
}

texts! {
    /// What an administrator reads about what has happened to everybody.
    AuditTexts(audit) {
        title;
        about;
        filter;
        event;
        any;
        person;
        person_hint;
        unknown_username;
        application;
        application_hint;
        outcome;
        done;
        refused;
        from;
        until;
        day_hint;
        not_a_day;
        show;
        nothing;
        look_further_about;
        look_further;
        older;
        /// What has happened, as a heading.
        heading(event: &str, application: &str) -> Markup;
        when;
        by;
        operator;
        server;
        no_one;
        about_person;
        about_application;
        address;
        device;
        reason;
        changed;
        not_written;
        name_of_event;
        request;
    }
}

texts! {
    /// What applications do wrong.
    ClientErrorsTexts(client_errors) {
        title;
        lead;
        uris_lead;
        /// How often an address was sent, and when last.
        sent(line: &SentUri) -> String;
        only_a_slash;
        add_it;
        /// How often an error was told, when last, and its cause in a word.
        told(line: &ClientErrorLine) -> String;
        what_to_do;
    }
}
