//! Texts of several pages: what was done, what may be done, and when.

use time::OffsetDateTime;

texts! {
    /// What was just done, above the page on which it was.
    DoneTexts(done) {
        /// Whatever it was.
        done;
        application_disconnected;
        application_deleted;
        saved;
        setting_changed;
        secret_removed;
        password_changed;
        picture_taken;
        picture_removed;
        schedule_set;
        schedule_removed;
        device_signed_out;
    }
}

texts! {
    /// What an application is allowed, in the words of the person who is asked.
    ScopeTexts(scope) {
        /// At which API, after what it is.
        at(api: &str) -> String;
        /// The scopes of this server.
        openid;
        profile;
        email;
        address;
        phone;
        groups;
        offline_access;
        signet_account;
        signet_clients;
        signet_users;
        signet_admin;
    }
}

texts! {
    /// Points in time.
    TimeTexts(time) {
        /// To the minute, in UTC.
        moment(at: OffsetDateTime) -> String;
        /// To the minute with the day of the week, at the offset that it has.
        local(at: OffsetDateTime) -> String;
        /// A rule in the syntax of cron for a time zone; what it says in English is known.
        schedule(cron: &str, time_zone: &str, english: &str) -> String;
    }
}
