//! The settings of an application, and what each costs.

use maud::Markup;

use crate::web::{RemedyKind, RemedyLine};

texts! {
    /// The part "Compatibility" of the page of an application. Each setting has a label, and what it costs.
    CompatibilityTexts(compatibility) {
        title;
        lead;
        save;
        restriction_title;
        restrict;
        /// The values of a setting that is on or off, and of one that leaves it to the server.
        yes;
        no;
        as_server(is_on: bool) -> String;
        as_usual;
        /// When PKCE is required where the application is not registered otherwise.
        without_nonce;
        not_signed;
        any;
        /// Whom to ask for what only an administrator gives.
        ask_administrator;
        /// A public client always uses PKCE.
        always;
        /// Whom to ask to switch PKCE off, which is the one choice that the person does not have.
        pkce_reserved;
        not_json;
        not_a_number;
        allowed_groups;
        allowed_groups_cost;
        require_pkce;
        require_pkce_cost;
        require_state;
        require_state_cost;
        claims_in_id_token;
        claims_in_id_token_cost;
        backchannel_logout_uri;
        backchannel_logout_uri_cost;
        backchannel_logout_session_required;
        backchannel_logout_session_required_cost;
        frontchannel_logout_uri;
        frontchannel_logout_uri_cost;
        frontchannel_logout_session_required;
        frontchannel_logout_session_required_cost;
        token_endpoint_auth_method;
        token_endpoint_auth_method_cost;
        token_endpoint_as_audience;
        token_endpoint_as_audience_cost;
        token_endpoint_auth_signing_alg;
        token_endpoint_auth_signing_alg_cost;
        jwks_uri;
        jwks_uri_cost;
        jwks;
        jwks_cost;
        grant_types;
        grant_types_cost;
        response_types;
        response_types_cost;
        application_type;
        application_type_cost;
        rotate_refresh_tokens;
        rotate_refresh_tokens_cost;
        id_token_signed_response_alg;
        id_token_signed_response_alg_cost;
        userinfo_signed_response_alg;
        userinfo_signed_response_alg_cost;
        subject_type;
        subject_type_cost;
        sector_identifier_uri;
        sector_identifier_uri_cost;
        default_max_age;
        default_max_age_cost;
        require_auth_time;
        require_auth_time_cost;
        default_acr_values;
        default_acr_values_cost;
        request_object_signing_alg;
        request_object_signing_alg_cost;
        request_uris;
        request_uris_cost;
        initiate_login_uri;
        initiate_login_uri_cost;
        client_uri;
        client_uri_cost;
        contacts;
        contacts_cost;
    }
}

texts! {
    /// The question whether a setting shall be changed that would have helped.
    RemedyTexts(remedy) {
        title;
        lead;
        question(client: &Markup) -> Markup;
        /// What the request lacked or named.
        what(kind: RemedyKind) -> &'static str;
        /// What the button says.
        offer(kind: RemedyKind) -> &'static str;
        cost(kind: RemedyKind) -> &'static str;
        times(line: &RemedyLine) -> String;
        setting(member: &Markup) -> Markup;
        anyone;
        keep;
        change;
        ask_administrator;
        /// `setting` is a key of the configuration.
        needs_setting(setting: &str) -> String;
        only_to_look_at(reason: &str) -> String;
    }
}

texts! {
    /// Logout tokens that cannot be delivered.
    DeliveryTexts(delivery) {
        title;
        lead;
        not_https;
        private;
        unreachable;
        too_slow;
        status(status: u16) -> String;
        /// How often, and when last.
        times(count: u64, seconds_ago: i64) -> String;
        /// Before one is sent.
        warning_not_https;
        warning_private;
    }
}
