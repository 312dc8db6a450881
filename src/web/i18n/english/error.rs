use maud::html;

use crate::web::i18n::{CodeTexts, ErrorCodesTexts, ErrorTexts, ExplanationTexts, WrongHostTexts};

pub(super) const ERROR: ErrorTexts = ErrorTexts {
    invalid_redirect_uri: ExplanationTexts {
        title: "Invalid redirect URI",
        message: "The app asked to send you to an address that is not registered for it.",
        advice: "Go back to the app and try again. If it happens again, contact the operator of the app.",
    },
    redirect_uri_missing: ExplanationTexts {
        title: "Invalid redirect URI",
        message: "The app did not say where to return to, and it has not registered exactly one address.",
        advice: "Contact the operator of the app.",
    },
    invalid_request: ExplanationTexts {
        title: "Invalid request",
        message: "The app sent a request that this server cannot process.",
        advice: "Go back to the app and try again. If it happens again, contact the operator of the app.",
    },
    expired: ExplanationTexts {
        title: "This page has expired",
        message: "It was open for too long, was already used, or was opened in another browser.",
        advice: "Go back to the app and start again.",
    },
    answered_already: ExplanationTexts {
        title: "Sign-in already completed",
        message: "This sign-in was already completed. Each one works only once.",
        advice: "Go back to the app. If you are not signed in there, sign in again.",
    },
    withdrawn: ExplanationTexts {
        title: "App disconnected",
        message: "You disconnected this app after this sign-in began, so it can no longer be completed.",
        advice: "To connect the app again, start again in the app.",
    },
    not_found: ExplanationTexts {
        title: "Page not found",
        message: "There is nothing at this address.",
        advice: "Check the address, or go to the start page.",
    },
    not_allowed: ExplanationTexts {
        title: "Not allowed",
        message: "Your account is not allowed to do this.",
        advice: "If you think it should be, ask an administrator of this server.",
    },
    impossible: ExplanationTexts {
        title: "Action not possible",
        message: "This conflicts with the current state. Nothing was changed.",
        advice: "Go back, reload the page and try again.",
    },
    too_many_requests: ExplanationTexts {
        title: "Too many requests",
        message: "Too many requests came from your network.",
        advice: "Wait a minute, then try again.",
    },
    fault: ExplanationTexts {
        title: "Something went wrong",
        message: "An error occurred on the server. It has been logged.",
        advice: "Try again in a moment. If it happens again, give an administrator the reference below.",
    },
    registration_closed: ExplanationTexts {
        title: "Registration is closed",
        message: "You cannot create an account on this server yourself.",
        advice: "Ask an administrator of this server for an account or an invitation.",
    },
    invitation_missing: ExplanationTexts {
        title: "Invitation required",
        message: "You need an invitation to create an account on this server.",
        advice: "Ask an administrator of this server for an account or an invitation.",
    },
    invitation_unknown: ExplanationTexts {
        title: "This link does not work",
        message: "This invitation does not exist.",
        advice: "Ask an administrator of this server for an account or an invitation.",
    },
    invitation_spent: ExplanationTexts {
        title: "This link does not work",
        message: "This invitation has already been used.",
        advice: "Ask an administrator of this server for an account or an invitation.",
    },
    invitation_expired: ExplanationTexts {
        title: "This link does not work",
        message: "This invitation has expired.",
        advice: "Ask an administrator of this server for an account or an invitation.",
    },
    set_up_already: ExplanationTexts {
        title: "This link does not work",
        message: "This link is for setting up the server.",
        advice: "This server already has an administrator. Sign in, or ask the administrator for an account.",
    },
    setup_link_old: ExplanationTexts {
        title: "This link does not work",
        message: "This link is for setting up the server.",
        advice: "There is a newer link. Use that one, or run `signet admin setup-link` to get a new one.",
    },
    setup_link_spent: ExplanationTexts {
        title: "This link does not work",
        message: "This link is for setting up the server.",
        advice: "This link has already been used. Run `signet admin setup-link` to get a new one.",
    },
    setup_link_expired: ExplanationTexts {
        title: "This link does not work",
        message: "This link is for setting up the server.",
        advice: "This link has expired. Run `signet admin setup-link` to get a new one.",
    },
    reset_link_unknown: ExplanationTexts {
        title: "This link does not work",
        message: "It has already been used, or there is a newer link.",
        advice: "Ask an administrator of this server for a new link.",
    },
    reset_link_expired: ExplanationTexts {
        title: "This link does not work",
        message: "This link has expired.",
        advice: "Ask an administrator of this server for a new link.",
    },
    reset_of_disabled: ExplanationTexts {
        title: "This link does not work",
        message: "This account is disabled.",
        advice: "Ask an administrator of this server to enable it.",
    },
    form_from_elsewhere: ExplanationTexts {
        title: "Form not accepted",
        message: "The form was sent from another website. Nothing was changed.",
        advice: "Open the page on this server and submit the form there.",
    },
    form_expired: ExplanationTexts {
        title: "This form has expired",
        message: "The page was open for too long. Nothing was changed.",
        advice: "Open the page again and resubmit the form.",
    },
    cookies_missing: ExplanationTexts {
        title: "Cookies required",
        message: "Your browser sent no cookie, which this server needs to accept forms. Cookies are blocked, or you \
            opened the page over http.",
        advice: "Allow cookies for this site, open it at its https address, and try again.",
    },
    opened_by_http: ExplanationTexts {
        title: "Open this page over https",
        message: "You opened this page over http. Your browser sends the cookies of this server over https only.",
        advice: "Open the address below and try again.",
    },
    cookies_blocked: ExplanationTexts {
        title: "Your browser sent no cookie",
        message: "This server needs a cookie to sign you in.",
        advice: "Allow cookies for this site, then start again in the app.",
    },
    to_your_account: "Go to your account",
    for_the_developer: "For developers",
    reason: "Reason",
    reference: "Reference: ",
};

pub(super) const ERROR_CODES: ErrorCodesTexts = ErrorCodesTexts {
    errors: "Errors",
    lead: |error, error_description| {
        html! {
            "The codes that an application gets in " (error) " when a request fails, and what its developer can do. "
            "The parameter " (error_description) " describes the cause."
        }
    },
    at_authorization: "At the authorization endpoint",
    at_token: "At the token endpoint",
    at_api: "At an API",
    at_registration: "When an application is registered",
    invalid_request: CodeTexts {
        meaning: "A parameter is missing, repeated or has an invalid value. Often it is state or the PKCE challenge, \
            which this server requires.",
        advice: "Send state, and code_challenge with code_challenge_method=S256. A confidential client that requests \
            the scope openid can send nonce instead of code_challenge.",
    },
    unauthorized_client: CodeTexts {
        meaning: "The application is not registered for this response type or grant.",
        advice: "Add the grant type and the response type to its registration, or request a registered one.",
    },
    access_denied: CodeTexts {
        meaning: "The person denied access or is not allowed to use this application.",
        advice: "Continue without access, and offer the person to try again.",
    },
    unsupported_response_type: CodeTexts {
        meaning: "This server does not support the requested response_type.",
        advice: "Use response_type=code. The authorization endpoint issues tokens directly only if the operator of the \
            server turns that on.",
    },
    invalid_scope: CodeTexts {
        meaning: "The application cannot get any of the requested scope, or requests management scopes that it is not \
            registered for. Other scopes that it cannot get are left out. The scope in the response lists what was \
            granted.",
        advice: "Compare scope with the registration of the application. Without scope, it gets everything that it is \
            registered for at one API. If it is registered for several, name the API in resource.",
    },
    invalid_target: CodeTexts {
        meaning: "The API named in resource is unknown, or the scopes belong to another one.",
        advice: "Send the registered identifier of the API, and only scopes of that API in each request.",
    },
    server_error: CodeTexts {
        meaning: "An error occurred on the server.",
        advice: "Try again. If it happens again, tell the operator of this server when it happened.",
    },
    temporarily_unavailable: CodeTexts {
        meaning: "The server is overloaded or shutting down.",
        advice: "Try again in a minute.",
    },
    login_required: CodeTexts {
        meaning: "The person has to sign in, but prompt=none forbids asking.",
        advice: "Send the person to the authorization endpoint again, without prompt=none.",
    },
    consent_required: CodeTexts {
        meaning: "The person has to consent, but prompt=none forbids asking.",
        advice: "Send the person to the authorization endpoint again, without prompt=none.",
    },
    unmet_authentication_requirements: CodeTexts {
        meaning: "The application requires an acr value (essential in claims) that this server does not support.",
        advice: "Request one of acr_values_supported in the metadata, or use acr_values, which is voluntary.",
    },
    request_uri_not_supported: CodeTexts {
        meaning: "This server does not accept the parameter request_uri.",
        advice: "Send the parameters directly, or send the request object in the parameter request.",
    },
    invalid_request_object: CodeTexts {
        meaning: "The request object is not signed by the application, has expired, or contains an invalid claim.",
        advice: "Sign it with a registered key, and set this server as its audience.",
    },
    invalid_request_uri: CodeTexts {
        meaning: "The request object cannot be fetched from request_uri.",
        advice: "Register the URI, and check that it responds within three seconds.",
    },
    invalid_client: CodeTexts {
        meaning: "Client authentication failed.",
        advice: "Compare client_id, the secret and the authentication method with the registration.",
    },
    invalid_grant: CodeTexts {
        meaning: "The code, refresh token, device code or password is wrong, was already used, has expired, or belongs \
            to another application. It may also have been revoked.",
        advice: "Send the person through a new sign-in. If it always fails, compare redirect_uri and code_verifier \
            with those of the authorization request.",
    },
    unsupported_grant_type: CodeTexts {
        meaning: "This server does not know this grant_type, or its operator has turned it off.",
        advice: "Use one of grant_types_supported in the metadata.",
    },
    authorization_pending: CodeTexts {
        meaning: "The person has not responded yet.",
        advice: "Poll again after the interval.",
    },
    slow_down: CodeTexts {
        meaning: "The device polls too often.",
        advice: "Increase the interval between requests by five seconds.",
    },
    expired_token: CodeTexts {
        meaning: "The person did not respond in time.",
        advice: "Start again with a new device code.",
    },
    invalid_token: CodeTexts {
        meaning: "The access token has expired, was revoked, or is for another API.",
        advice: "Get a new one with the refresh token or a new sign-in, and name the API in resource.",
    },
    insufficient_scope: CodeTexts {
        meaning: "The access token is valid but does not allow this. WWW-Authenticate names the required scope.",
        advice: "Request that scope at the authorization endpoint.",
    },
    insufficient_user_authentication: CodeTexts {
        meaning: "The person signed in too long ago for this. WWW-Authenticate names the required max_age.",
        advice: "Send the person to the authorization endpoint with that max_age, and use the new access token.",
    },
    invalid_redirect_uri: CodeTexts {
        meaning: "A redirect URI has a fragment, a wildcard or a scheme that is not allowed.",
        advice: "Register each redirect URI in full, with https. Use http only for loopback addresses.",
    },
    invalid_client_metadata: CodeTexts {
        meaning: "Another member of the registration has a value that is not allowed.",
        advice: "Change the member that error_description names.",
    },
};

pub(super) const WRONG_HOST: WrongHostTexts = WrongHostTexts {
    wrong_address: "Wrong address",
    other_name: |host| html! { "This server does not use the name " (host) ". Its address is:" },
    behind_proxy: "If there is a reverse proxy in front",
    pass_host_on: "The proxy must forward the Host header of the browser. Most proxies need one line:",
    if_you_run: "If you run this server",
    setting: |setting| {
        html! {
            "The address is the setting " (setting) ". Set it to the address that people use, and restart the server. \
                Tokens "
            "and applications contain it, so do not change it later."
        }
    },
    where_it_is_set: |key, file, variable| format!("{key} in {file}, or {variable}"),
};
