//! What a person does with applications of their own.

use maud::Markup;

texts! {
    /// The page at `/developer`.
    DeveloperTexts(developer) {
        your_applications;
        none_yet;
        /// Where the person may not register any.
        closed;
        client_id;
        type_;
        redirect_uri;
        /// The kinds of applications that `ClientTexts` does not contain.
        device;
        service;
        /// What follows from each.
        website_consequence;
        app_consequence;
        device_consequence;
        service_consequence;
        /// After the last.
        administrators_only;
        redirect_uris;
        redirect_uris_hint;
        register_an_application;
        what_it_is;
        name;
        name_hint;
        register;
        choose_an_application;
        all_presets;
    }
}

texts! {
    /// The pages at `/developer/{client_id}`.
    OwnClientTexts(own_client) {
        your_applications;
        a_new_secret;
        shown_once;
        who_it_is;
        type_;
        to_paste;
        delete;
        delete_consequence;
        delete_the_application;
        secrets;
        two_live;
        /// `made` is a time.
        secret(number: u32, made: &str) -> String;
        remove;
        add_a_secret;
        what_people_see;
        name;
        redirect_uris;
        redirect_uris_hint;
        post_logout_redirect_uris;
        post_logout_redirect_uris_hint;
        logo;
        privacy_policy;
        terms_of_service;
        scope;
        scope_hint;
        save;
        delete_an_application;
        delete_question(client: &Markup) -> Markup;
        deletion_is_final;
        keep_it;
    }
}

texts! {
    /// The page after an application was registered.
    RegisteredTexts(registered) {
        application_registered;
        is_registered(client: &Markup) -> Markup;
        credentials;
        shown_once;
        addresses;
        discovery;
        to_paste;
        replace(state: &Markup, code_challenge: &Markup) -> Markup;
        change_it;
        all_your_applications;
    }
}

texts! {
    /// What a developer pastes into an application.
    SnippetTexts(snippet) {
        settings;
        link;
        redemption;
        service;
        /// What a device asks for, shows, and asks for then.
        device;
        device_qr;
        device_token;
        /// What the link says; `server` is the name of the server.
        log_in_with(server: &str) -> String;
    }
}
