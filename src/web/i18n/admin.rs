//! What an administrator looks at and changes.

use maud::Markup;

texts! {
    /// A part of the administration, to which its first page leads.
    PartTexts(_) {
        name;
        /// What is there.
        about;
    }
}

texts! {
    /// A list of what a person has.
    ListTexts(_) {
        title;
        /// A sentence about all of it.
        about;
    }
}

texts! {
    /// What stands on any page under `/admin`, and the first of them.
    AdminTexts(admin) {
        administration;
        /// The way back, for who hears it.
        where_you_are;
        search;
        search_in;
        next_page;
        goes_on;
        nothing_here;
        cancel;
        done;
        /// Before advice about a secret.
        shown_once(advice: &str) -> String;
        delete;
        end;
        since;
        disabled;
        administrator;
        groups;
        one_per_line;
        /// Where there is more.
        people: PartTexts;
        all_groups: PartTexts;
        all_sessions: PartTexts;
        all_grants: PartTexts;
        invitations: PartTexts;
        applications: PartTexts;
        audit: PartTexts;
        keys: PartTexts;
        resources: PartTexts;
    }
}

texts! {
    /// The pages under `/admin/people`.
    PeopleTexts(people) {
        begins_with;
        username;
        email;
        this_person;
        profile;
        what_they_have;
        sign_out_everywhere;
        grants_too;
        end_all_sessions;
        delete_the_account;
        delete_about;
        password;
        password_about;
        set_the_password;
        locked_until(until: &str) -> String;
        unlock;
        it_is_you(your_account: &Markup) -> Markup;
        your_account;
        groups_and_role;
        employee_number;
        account;
        administers;
        email_is_theirs;
        is_disabled;
        save;
        reset_link;
        reset_link_about;
        reset_link_pending(until: &str) -> String;
        make_a_link;
        take_the_link_back;
        link_is_made;
        link;
        link_advice(until: &str) -> String;
        sessions: ListTexts;
        this_one;
        last_used;
        ends_unless_used;
        applications: ListTexts;
        may;
        grants: ListTexts;
        ended;
        delete_question(username: &str) -> String;
        deletion;
        account_number;
        /// Whether the telephone number is known to be theirs.
        phone_number_verified;
        yes;
        no;
    }
}

texts! {
    /// The pages under `/admin/invitations`.
    InvitationsTexts(invitations) {
        about;
        invite_someone;
        is_made;
        link;
        advice;
        days_error;
        works_until;
        for_anybody;
        take_back;
        email_hint;
        groups_hint;
        days;
        days_hint;
        make_the_link;
    }
}

texts! {
    /// The pages under `/admin/applications`.
    AllApplicationsTexts(all_applications) {
        name_or_client_id;
        client_id;
        registration;
        change_settings;
        owner(owner: &Markup) -> Markup;
        tokens;
        tokens_about;
        enable;
        disable;
        delete_the_application;
        delete_about;
        delete_question(client: &str) -> String;
        deletion;
        secrets;
        secrets_about;
        secret(number: &str) -> String;
        /// After the one before.
        secret_since(since: &str) -> String;
        remove;
        add_a_secret;
        secret_is_made;
        secret_advice;
        only_to_look_at(reason: &str) -> String;
        /// Who registered it.
        built_in;
        configuration;
        itself;
        /// Whether it has to use PKCE.
        required;
        required_without_nonce;
        not_required;
        registered;
    }
}

texts! {
    /// The pages under `/admin/keys` and `/admin/resources`.
    KeysTexts(keys) {
        about;
        stolen;
        rotate_now;
        emergency_question;
        emergency;
        replace_every_key;
        /// The stages of a key, and their times.
        next;
        signing;
        signs_since;
        followed;
        retired;
        retired_since;
        published_until;
        published_since;
        resources_about;
        access_tokens;
        lifetime;
        seconds(seconds: i64) -> String;
    }
}

texts! {
    /// The pages under `/admin/groups`.
    GroupsTexts(all_groups) {
        about;
        begins_with;
        members;
        /// So many members, and perhaps more.
        counted(members: usize, is_more: bool) -> String;
        goes_on;
        no_one;
        another_name;
        rename_about;
        name;
        rename;
        take_away;
        remove_about;
        remove;
    }
}

texts! {
    /// The pages at `/admin/sessions` and `/admin/grants`.
    ActivityTexts(activity) {
        sessions: ListTexts;
        browser;
        signed_in;
        username;
        grants: ListTexts;
        username_or_client_id;
        person;
        application;
        whose;
        itself;
    }
}
