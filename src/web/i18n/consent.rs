//! How a person lets an application act for them.

use maud::Markup;

texts! {
    /// How an application is presented.
    ClientTexts(client) {
        privacy_policy;
        terms_of_service;
        /// The client types.
        confidential;
        public;
    }
}

texts! {
    /// The page at `/consent`.
    ConsentTexts(consent) {
        allow_access;
        asks_for_access(client: &Markup) -> Markup;
        /// Before the name, for who hears it.
        signed_in_as;
        /// Before the next.
        not_you;
        use_another_account;
        ends_after(lifetime: &str) -> String;
        registered_by(username: &Markup) -> Markup;
        /// A person of whom no more is known.
        someone;
        registered_itself;
        runs_on_device;
        runs_in_browser;
        remember;
        /// The page for a person who may not use the application.
        no_access;
        may_not_use(username: &Markup, client: &Markup) -> Markup;
        /// `server` is the name of the server.
        ask_an_administrator(server: &str) -> String;
        /// After the sentence before; `contacts` are those that the application names.
        or_ask(contacts: &Markup) -> Markup;
        go_back;
        deny;
        allow;
        return_to_host(host: &Markup) -> Markup;
        /// Before the next, which is emphasised.
        return_to_an_application;
        this_device;
        return_to_scheme(scheme: &Markup) -> Markup;
        only_learns;
        it_can;
    }
}

texts! {
    /// The page that shows an error to the person, rather than to an application that is not vouched for.
    WithheldTexts(withheld) {
        title;
        what_happened(client: &Markup) -> Markup;
        not_checked;
        /// To a host, or to the application that has claimed a scheme.
        go_on_to(place: &str) -> String;
        go_on_to_this_device;
        /// Where no page can lead.
        return_yourself;
    }
}

texts! {
    /// The pages at `/device`.
    DeviceTexts(device) {
        connect_a_device;
        enter_the_code;
        code;
        code_hint;
        unknown_code;
        too_many_codes(minutes: i64) -> String;
        continue_;
        asks_for_access(client: &Markup) -> Markup;
        signed_in_as(username: &Markup) -> Markup;
        shows_this_code;
        in_front_of_you;
        deny;
        allow;
        connected;
        not_connected;
        return_to_device;
        can_act(client: &Markup) -> Markup;
        was_not_given(client: &Markup) -> Markup;
        your_account;
    }
}
