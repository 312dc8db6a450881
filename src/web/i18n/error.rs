//! What is shown when something cannot be done.

use maud::Markup;

texts! {
    /// Something that has happened.
    ExplanationTexts(_) {
        /// What is wrong, in a few words.
        title;
        /// What happened, in a sentence for the person who sees it.
        message;
        /// What they can do next.
        advice;
    }
}

texts! {
    /// An error code, for the developer who meets it.
    CodeTexts(_) {
        /// What has happened.
        meaning;
        /// What to do.
        advice;
    }
}

texts! {
    /// The page for what cannot go on.
    ErrorTexts(error) {
        invalid_redirect_uri: ExplanationTexts;
        redirect_uri_missing: ExplanationTexts;
        invalid_request: ExplanationTexts;
        expired: ExplanationTexts;
        answered_already: ExplanationTexts;
        withdrawn: ExplanationTexts;
        not_found: ExplanationTexts;
        not_allowed: ExplanationTexts;
        impossible: ExplanationTexts;
        too_many_requests: ExplanationTexts;
        fault: ExplanationTexts;
        /// Why a user cannot sign up.
        registration_closed: ExplanationTexts;
        invitation_missing: ExplanationTexts;
        invitation_unknown: ExplanationTexts;
        invitation_spent: ExplanationTexts;
        invitation_expired: ExplanationTexts;
        /// Why the link of a new server does not work.
        set_up_already: ExplanationTexts;
        setup_link_old: ExplanationTexts;
        setup_link_spent: ExplanationTexts;
        setup_link_expired: ExplanationTexts;
        /// Why a link that sets a password does not work.
        reset_link_unknown: ExplanationTexts;
        reset_link_expired: ExplanationTexts;
        reset_of_disabled: ExplanationTexts;
        /// Why a form is not taken.
        form_from_elsewhere: ExplanationTexts;
        form_expired: ExplanationTexts;
        cookies_missing: ExplanationTexts;
        opened_by_http: ExplanationTexts;
        /// Why a sign-in that an application began cannot go on.
        cookies_blocked: ExplanationTexts;
        to_your_account;
        for_the_developer;
        reason;
        /// Before the identifier of the request in the log.
        reference;
    }
}

texts! {
    /// The page at `/docs/errors`.
    ErrorCodesTexts(error_codes) {
        errors;
        lead(error: &Markup, error_description: &Markup) -> Markup;
        at_authorization;
        at_token;
        at_api;
        at_registration;
        /// What each code means.
        invalid_request: CodeTexts;
        unauthorized_client: CodeTexts;
        access_denied: CodeTexts;
        unsupported_response_type: CodeTexts;
        invalid_scope: CodeTexts;
        invalid_target: CodeTexts;
        server_error: CodeTexts;
        temporarily_unavailable: CodeTexts;
        login_required: CodeTexts;
        consent_required: CodeTexts;
        unmet_authentication_requirements: CodeTexts;
        request_uri_not_supported: CodeTexts;
        invalid_request_object: CodeTexts;
        invalid_request_uri: CodeTexts;
        invalid_client: CodeTexts;
        invalid_grant: CodeTexts;
        unsupported_grant_type: CodeTexts;
        authorization_pending: CodeTexts;
        slow_down: CodeTexts;
        expired_token: CodeTexts;
        invalid_token: CodeTexts;
        insufficient_scope: CodeTexts;
        insufficient_user_authentication: CodeTexts;
        invalid_redirect_uri: CodeTexts;
        invalid_client_metadata: CodeTexts;
    }
}

texts! {
    /// The page for a request under a name that is not the issuer's.
    WrongHostTexts(wrong_host) {
        wrong_address;
        /// It came by the name `host`.
        other_name(host: &Markup) -> Markup;
        behind_proxy;
        pass_host_on;
        if_you_run;
        setting(setting: &Markup) -> Markup;
        /// The setting `key` stands in `file`, or in `variable` of the environment.
        where_it_is_set(key: &str, file: &str, variable: &str) -> String;
    }
}
