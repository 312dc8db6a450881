//! What a person does with their own account.

use maud::Markup;

texts! {
    /// The page at `/account`.
    AccountTexts(account) {
        your_account;
        hello(name: &Markup) -> Markup;
        administrator;
        profile;
        nothing_known;
        edit_profile;
        password: NavigationCardTexts;
        applications: NavigationCardTexts;
        sessions: NavigationCardTexts;
        security: NavigationCardTexts;
        schedule: NavigationCardTexts;
        data: NavigationCardTexts;
        own_applications: NavigationCardTexts;
        session;
        signs_you_out;
        sign_out;
    }
}

texts! {
    /// One of the pages to which the account leads.
    NavigationCardTexts(_) {
        title;
        /// What is there.
        about;
        /// What one does there.
        action;
    }
}

texts! {
    /// The page at `/account/profile`.
    ProfileTexts(profile) {
        profile;
        your_account;
        applications_see;
        save;
        an_administrator_decides;
        picture_title;
        your_picture;
        picture_rule;
        choose_a_picture;
        upload;
        remove;
        /// The groups of fields.
        to_sign_in;
        names;
        about_you;
        postal_address;
        /// The address claims of OpenID Connect Core §5.1.1.
        street_address;
        postal_code;
        locality;
        region;
        country;
    }
}

texts! {
    /// The page at `/account/password`.
    PasswordTexts(password) {
        password;
        your_account;
        others_signed_out;
        password_current;
        new_password;
        change_the_password;
    }
}

texts! {
    /// The page at `/account/sessions`.
    SessionsTexts(sessions) {
        sessions;
        your_account;
        where_you_are;
        all_devices;
        signs_out_everywhere;
        sign_out_everywhere;
        this_one;
        /// Two times.
        used(first: &str, last: &str) -> String;
        sign_out_there;
    }
}

texts! {
    /// The page at `/account/applications`.
    ConnectedTexts(connected) {
        connected_applications;
        your_account;
        none;
        nothing_more;
        /// Since when, and in how many grants.
        since(since: &str, grants: usize) -> String;
        /// Since when the application need not ask again.
        remembered(since: &str) -> String;
        disconnect;
        refresh_schedule;
    }
}

texts! {
    /// The page at `/account/schedule`.
    RefreshScheduleTexts(refresh_schedule) {
        refresh_schedule;
        refresh_schedule_for(client: &Markup) -> Markup;
        connected_applications;
        your_account;
        one_asks_again;
        all_ask_again;
        it_would_mean;
        what_is_set;
        remove;
        no_schedule;
        a_schedule;
        when;
        when_hint;
        time_zone;
        time_zone_hint;
        ends_the_access;
        sign_in_again;
        preview;
        set_the_schedule;
        next_ticks;
    }
}

texts! {
    /// The page at `/account/data`.
    OwnDataTexts(own_data) {
        your_data;
        your_account;
        take_a_copy;
        copy_holds;
        download;
        delete_your_account;
        what_goes;
        password_hint;
        delete_the_account;
    }
}
