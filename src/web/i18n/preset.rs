//! Applications that are registered by their name and address.

use maud::Markup;

texts! {
    /// The pages at `/developer/presets`.
    PresetTexts(preset) {
        title;
        back;
        all;
        search_label;
        search;
        nothing;
        url_label;
        url_hint(example: &str) -> String;
        register;
        show;
        nothing_to_type;
        redirect_uris;
        registered(name: &Markup) -> Markup;
        written_in_file(name: &Markup) -> Markup;
        once;
        /// `place` is a part of the application.
        enter_at(place: &str) -> String;
        to_paste;
        change;
        issuer;
        discovery;
        client_id;
        client_secret;
        scope;
        uris;
        /// What keeps a person from registering it.
        for_administrators;
        by_setting;
        by_configuration;
        /// `how` is a sentence about it.
        pkce(how: &str) -> String;
        by_sign_up;
        ask;
        ask_to_close_sign_up;
        /// By what an application knows people again, and what that demands.
        matches_by_email;
        matches_by_username;
        close_sign_up;
        keep_sign_up_closed;
        claims_in_id_token;
        yes;
    }
}
