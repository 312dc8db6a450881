use maud::html;

use crate::web::i18n::{CodeTexts, ErrorCodesTexts, ErrorTexts, ExplanationTexts, WrongHostTexts};

pub(super) const ERROR: ErrorTexts = ErrorTexts {
    invalid_redirect_uri: ExplanationTexts {
        title: "Invalid redirect URI",
        message: "The application asked to send you to an address that is not registered for it, so you stay here.",
        advice: "Go back and try again from the application. If it happens again, tell whoever runs it.",
    },
    redirect_uri_missing: ExplanationTexts {
        title: "Invalid redirect URI",
        message: "The application did not name the address to return to, and has not registered exactly one.",
        advice: "Tell the people who run the application.",
    },
    invalid_request: ExplanationTexts {
        title: "Invalid request",
        message: "The application sent a request that this server cannot answer.",
        advice: "Go back and try again from the application. If it happens again, tell whoever runs it.",
    },
    expired: ExplanationTexts {
        title: "This page has expired",
        message: "It was open for too long, was used already, or was opened in another browser.",
        advice: "Go back to the application and start again.",
    },
    answered_already: ExplanationTexts {
        title: "You have answered already",
        message: "This sign-in was completed before, and each one works once.",
        advice: "Go back to the application. If you are not signed in there, sign in again.",
    },
    withdrawn: ExplanationTexts {
        title: "You have disconnected this application",
        message: "You allowed this before you disconnected the application, so it no longer counts.",
        advice: "Start again at the application if you want to connect it.",
    },
    not_found: ExplanationTexts {
        title: "Page not found",
        message: "There is nothing at this address.",
        advice: "Check the address, or start at the beginning.",
    },
    not_allowed: ExplanationTexts {
        title: "Not allowed",
        message: "Your account may not do this.",
        advice: "If you think that it should, ask an administrator of this server.",
    },
    impossible: ExplanationTexts {
        title: "This cannot be done",
        message: "What there is does not allow it, so nothing has changed.",
        advice: "Go back and look.",
    },
    too_many_requests: ExplanationTexts {
        title: "Too many requests",
        message: "Too many requests came from your network.",
        advice: "Wait a minute, then try again.",
    },
    fault: ExplanationTexts {
        title: "Something went wrong",
        message: "The server made a mistake. It has been written down.",
        advice: "Try again in a moment. If it happens again, tell an administrator the reference below.",
    },
    registration_closed: ExplanationTexts {
        title: "Registration is closed",
        message: "This server does not let people register themselves.",
        advice: "Ask whoever runs this server for an account or an invitation.",
    },
    invitation_missing: ExplanationTexts {
        title: "Registration needs an invitation",
        message: "This server lets people register themselves only if they were invited.",
        advice: "Ask whoever runs this server for an account or an invitation.",
    },
    invitation_unknown: ExplanationTexts {
        title: "This link does not work",
        message: "There is no such invitation.",
        advice: "Ask whoever runs this server for an account or an invitation.",
    },
    invitation_spent: ExplanationTexts {
        title: "This link does not work",
        message: "This invitation was used already.",
        advice: "Ask whoever runs this server for an account or an invitation.",
    },
    invitation_expired: ExplanationTexts {
        title: "This link does not work",
        message: "This invitation has expired.",
        advice: "Ask whoever runs this server for an account or an invitation.",
    },
    set_up_already: ExplanationTexts {
        title: "This link does not work",
        message: "It was meant for whoever set up this server.",
        advice: "This server has an administrator already; sign in, or ask them for an account.",
    },
    setup_link_old: ExplanationTexts {
        title: "This link does not work",
        message: "It was meant for whoever set up this server.",
        advice: "This link is not the newest one; run `signet admin setup-link` to get a new one.",
    },
    setup_link_spent: ExplanationTexts {
        title: "This link does not work",
        message: "It was meant for whoever set up this server.",
        advice: "This link was used already; run `signet admin setup-link` to get a new one.",
    },
    setup_link_expired: ExplanationTexts {
        title: "This link does not work",
        message: "It was meant for whoever set up this server.",
        advice: "This link has expired; run `signet admin setup-link` to get a new one.",
    },
    reset_link_unknown: ExplanationTexts {
        title: "This link does not work",
        message: "It was used already, or a newer one was made since.",
        advice: "Ask whoever runs this server for a new one.",
    },
    reset_link_expired: ExplanationTexts {
        title: "This link does not work",
        message: "It has expired.",
        advice: "Ask whoever runs this server for a new one.",
    },
    reset_of_disabled: ExplanationTexts {
        title: "This link does not work",
        message: "This account is disabled.",
        advice: "Ask whoever runs this server for a new one.",
    },
    form_from_elsewhere: ExplanationTexts {
        title: "Form not accepted",
        message: "Another website sent this form, so nothing has changed.",
        advice: "Open the page on this server and send the form there.",
    },
    form_expired: ExplanationTexts {
        title: "This form has expired",
        message: "The page was open for too long, so nothing has changed.",
        advice: "Open the page again and send the form once more.",
    },
    cookies_missing: ExplanationTexts {
        title: "Your browser sent no cookie",
        message: "This server needs a cookie to accept a form. Cookies are blocked, or you opened the page over http.",
        advice: "Allow cookies for this site, open it at its https address, and try again.",
    },
    opened_by_http: ExplanationTexts {
        title: "Open this page over https",
        message: "You opened this page over http. Your browser sends the cookies of this server over https only.",
        advice: "Open the address below and try again.",
    },
    for_the_developer: "For the developer",
    reason: "Reason",
    reference: "Reference: ",
};

pub(super) const ERROR_CODES: ErrorCodesTexts = ErrorCodesTexts {
    errors: "Errors",
    lead: |error, error_description| {
        html! {
            "What an application is told in " (error) " when something cannot be done, and what its developer can do. The "
            "sentence beside it, " (error_description) ", says which parameter it is about."
        }
    },
    at_authorization: "At the authorization endpoint",
    at_token: "At the token endpoint",
    at_api: "At an API",
    at_registration: "When an application is registered",
    invalid_request: CodeTexts {
        meaning: "A parameter is missing, is there twice, or has a value that it cannot have. Often it is state or the \
            PKCE challenge, which this server asks for.",
        advice: "Send state, and code_challenge with code_challenge_method=S256. A client with a secret that asks for the \
            scope openid may send nonce instead of code_challenge.",
    },
    unauthorized_client: CodeTexts {
        meaning: "The application is not registered for this response type or grant.",
        advice: "Add the grant type and the response type to its registration, or ask for one that is there.",
    },
    access_denied: CodeTexts {
        meaning: "The person said no, or may not use this application.",
        advice: "Let the person go on without it, and offer to try again.",
    },
    unsupported_response_type: CodeTexts {
        meaning: "This server does not give out what response_type names.",
        advice: "Use response_type=code. Tokens straight from the authorization endpoint are off unless whoever runs the \
            server turns them on.",
    },
    invalid_scope: CodeTexts {
        meaning: "The application can have nothing of the scope, or asks to manage this server without being registered for \
            it. Other scopes that it cannot have are left out, and scope in the answer says what was granted.",
        advice: "Compare scope with the registration of the application. Without scope it gets everything that it is \
            registered for at one API; name the API in resource if it is registered for several.",
    },
    invalid_target: CodeTexts {
        meaning: "The API that resource names is not known here, or the scopes belong to another one.",
        advice: "Send the identifier of the API as it is registered, and scopes of one API in each request.",
    },
    server_error: CodeTexts {
        meaning: "Something failed on this side.",
        advice: "Try again once; if it happens again, tell whoever runs this server when it happened.",
    },
    temporarily_unavailable: CodeTexts {
        meaning: "The server has too much to do, or is being stopped.",
        advice: "Try again in a minute.",
    },
    login_required: CodeTexts {
        meaning: "The person has to sign in, and prompt=none does not allow to ask.",
        advice: "Send the person here once more, without prompt=none.",
    },
    consent_required: CodeTexts {
        meaning: "The person has to agree, and prompt=none does not allow to ask.",
        advice: "Send the person here once more, without prompt=none.",
    },
    unmet_authentication_requirements: CodeTexts {
        meaning: "The application insists on a way of signing in (acr, essential in claims) that this server does not \
            have.",
        advice: "Ask for one of acr_values_supported in the metadata, or ask in acr_values, which insists on nothing.",
    },
    request_uri_not_supported: CodeTexts {
        meaning: "The parameter request_uri is not accepted here.",
        advice: "Send the parameters themselves, or the request object in the parameter request.",
    },
    invalid_request_object: CodeTexts {
        meaning: "The request object is not signed by the application, has expired, or holds what it must not.",
        advice: "Sign it with a key that is registered, for this server as its audience.",
    },
    invalid_request_uri: CodeTexts {
        meaning: "The request object cannot be fetched from request_uri.",
        advice: "Register the address, and look whether it answers within three seconds.",
    },
    invalid_client: CodeTexts {
        meaning: "The application did not show that it is the one that it says it is.",
        advice: "Compare client_id, the secret, and the way of sending it with the registration.",
    },
    invalid_grant: CodeTexts {
        meaning: "The code, refresh token, device code or password is wrong, was used, has expired, or belongs to \
            another application; or the person has taken the permission back.",
        advice: "Send the person through a new login. If it is always so, compare redirect_uri and code_verifier with \
            those of the authorization request.",
    },
    unsupported_grant_type: CodeTexts {
        meaning: "This server does not know this grant_type, or whoever runs it has it turned off.",
        advice: "Use one of grant_types_supported in the metadata.",
    },
    authorization_pending: CodeTexts {
        meaning: "The person has not answered yet.",
        advice: "Ask again after the interval.",
    },
    slow_down: CodeTexts {
        meaning: "The device asks too often.",
        advice: "Wait five seconds longer between two questions from now on.",
    },
    expired_token: CodeTexts { meaning: "The person did not answer in time.", advice: "Begin anew, with a new code." },
    invalid_token: CodeTexts {
        meaning: "The access token has expired, was taken back, or is for another API.",
        advice: "Get another one with the refresh token or by a new login, and name the API in resource.",
    },
    insufficient_scope: CodeTexts {
        meaning: "The access token is good, but does not allow this. WWW-Authenticate names the scope that does.",
        advice: "Ask for that scope at the authorization endpoint.",
    },
    insufficient_user_authentication: CodeTexts {
        meaning: "The person signed in too long ago for this. WWW-Authenticate names in max_age how recent it must be.",
        advice: "Send the person to the authorization endpoint with that max_age, and use the new access token.",
    },
    invalid_redirect_uri: CodeTexts {
        meaning: "A redirect URI has a fragment, a wildcard or a scheme that an application must not be answered at.",
        advice: "Register each address in full, with https; http is for addresses of this machine alone.",
    },
    invalid_client_metadata: CodeTexts {
        meaning: "Another member of the registration has a value that it cannot have here.",
        advice: "Change the member that error_description names.",
    },
};

pub(super) const WRONG_HOST: WrongHostTexts = WrongHostTexts {
    wrong_address: "Wrong address",
    other_name: |host| html! { "This server does not answer under the name " (host) ". It is here:" },
    behind_proxy: "If a reverse proxy is in front",
    pass_host_on: "The proxy must pass on the host that the browser asked for. Most proxies need one line:",
    if_you_run: "If you run this server",
    setting: |setting| {
        html! {
            "The name is the setting " (setting) ". Change it to the address that people use, and restart the server. Tokens "
            "and applications contain it, so choose one and keep it."
        }
    },
    where_it_is_set: |key, file, variable| format!("{key} in {file}, or {variable}"),
};
