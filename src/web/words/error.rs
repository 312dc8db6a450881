//! What is shown when something cannot be done.

use maud::Markup;

words! {
    /// Something that has happened.
    ExplanationWords(_) {
        /// What is wrong, in a few words.
        title;
        /// What happened, in a sentence for the person who sees it.
        message;
        /// What they can do next.
        advice;
    }
}

words! {
    /// An error code, for the developer who meets it.
    CodeWords(_) {
        /// What has happened.
        meaning;
        /// What to do.
        advice;
    }
}

words! {
    /// The page for what cannot go on.
    ErrorWords(error) {
        invalid_redirect_uri: ExplanationWords;
        redirect_uri_missing: ExplanationWords;
        invalid_request: ExplanationWords;
        expired: ExplanationWords;
        answered_already: ExplanationWords;
        withdrawn: ExplanationWords;
        not_found: ExplanationWords;
        not_allowed: ExplanationWords;
        impossible: ExplanationWords;
        too_many_requests: ExplanationWords;
        fault: ExplanationWords;
        /// Why somebody cannot sign up.
        registration_closed: ExplanationWords;
        invitation_missing: ExplanationWords;
        invitation_unknown: ExplanationWords;
        invitation_spent: ExplanationWords;
        invitation_expired: ExplanationWords;
        /// Why the link of a new server does not work.
        set_up_already: ExplanationWords;
        setup_link_old: ExplanationWords;
        setup_link_spent: ExplanationWords;
        setup_link_expired: ExplanationWords;
        /// Why a link that sets a password does not work.
        reset_link_unknown: ExplanationWords;
        reset_link_expired: ExplanationWords;
        reset_of_disabled: ExplanationWords;
        /// Why a form is not taken.
        form_from_elsewhere: ExplanationWords;
        form_expired: ExplanationWords;
        cookies_missing: ExplanationWords;
        opened_by_http: ExplanationWords;
        for_the_developer;
        reason;
        /// Before the identifier of the request in the log.
        reference;
    }
}

words! {
    /// The page at `/docs/errors`.
    ErrorCodesWords(error_codes) {
        errors;
        lead(error: &Markup, error_description: &Markup) -> Markup;
        at_authorization;
        at_token;
        at_api;
        at_registration;
        /// What each code means.
        invalid_request: CodeWords;
        unauthorized_client: CodeWords;
        access_denied: CodeWords;
        unsupported_response_type: CodeWords;
        invalid_scope: CodeWords;
        invalid_target: CodeWords;
        server_error: CodeWords;
        temporarily_unavailable: CodeWords;
        login_required: CodeWords;
        consent_required: CodeWords;
        unmet_authentication_requirements: CodeWords;
        request_uri_not_supported: CodeWords;
        invalid_request_object: CodeWords;
        invalid_request_uri: CodeWords;
        invalid_client: CodeWords;
        invalid_grant: CodeWords;
        unsupported_grant_type: CodeWords;
        authorization_pending: CodeWords;
        slow_down: CodeWords;
        expired_token: CodeWords;
        invalid_token: CodeWords;
        insufficient_scope: CodeWords;
        insufficient_user_authentication: CodeWords;
        invalid_redirect_uri: CodeWords;
        invalid_client_metadata: CodeWords;
    }
}

words! {
    /// The page for a request under a name that is not the issuer's.
    WrongHostWords(wrong_host) {
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
