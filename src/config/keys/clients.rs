//! The keys of `[[clients]]`. Their names are those of RFC 7591 and of the OpenID Connect specifications.

use super::super::declaration::{
    DefaultValue::{Derived, Fixed, Required, Unset},
    Key, KeyTable,
    Kind::{Flag, Format, List, Number, Text},
    Secrecy,
};

pub(in super::super) static CLIENTS: KeyTable = KeyTable {
    name: "clients",
    is_list: true,
    description: "Applications that are created or updated at start, with the names of RFC 7591.",
    keys: &[
        Key::new(
            "client_id",
            Format("a client identifier"),
            Required("\"shop\""),
            "The client identifier. `swagger-ui` is reserved.",
        ),
        Key::secret(
            "client_secret",
            Secrecy::Hidden,
            Unset("\"replace this by a long random secret\""),
            "The client secret, at least 16 characters. Required for confidential clients; better set by \
             `SIGNET__CLIENTS__0__CLIENT_SECRET_FILE` than in this file.",
        ),
        Key::new("client_name", Text, Derived("`client_id`", "\"Shop\""), "The name that people see."),
        Key::new(
            "redirect_uris",
            List("URIs"),
            Unset("[\"https://shop.example/callback\"]"),
            "The redirect URIs. An authorization request must name one of them exactly.",
        ),
        Key::new(
            "post_logout_redirect_uris",
            List("URIs"),
            Unset("[\"https://shop.example/\"]"),
            "The addresses to which people may return after they sign out.",
        ),
        Key::new(
            "grant_types",
            List("grant types"),
            Derived(
                "`[\"authorization_code\"]`, or `[\"client_credentials\"]` for a confidential client without redirect URI",
                "[\"authorization_code\", \"refresh_token\"]",
            ),
            "The grant types that the client may use.",
        ),
        Key::new(
            "response_types",
            List("response types"),
            Derived("those of `grant_types`", "[\"code\"]"),
            "The response types that the client may use. Every response type other than `code` sends tokens through the \
             browser.",
        ),
        Key::new(
            "scope",
            Format("scope tokens separated by spaces"),
            Derived("depends on `grant_types` and `[[resources]]`", "\"openid profile\""),
            "The scopes that the client may request.",
        ),
        Key::new(
            "token_endpoint_auth_method",
            Format("an authentication method"),
            Fixed("\"client_secret_basic\""),
            "How the client authenticates. With `none` it is a public client, and only PKCE protects its codes.",
        ),
        Key::new("application_type", Format("`web` or `native`"), Fixed("\"web\""), "The type of application."),
        Key::new("client_uri", Format("a URL"), Unset("\"https://shop.example\""), "The home page."),
        Key::new("policy_uri", Format("a URL"), Unset("\"https://shop.example/privacy\""), "The privacy policy."),
        Key::new("tos_uri", Format("a URL"), Unset("\"https://shop.example/terms\""), "The terms of service."),
        Key::new(
            "contacts",
            List("strings"),
            Unset("[\"admin@shop.example\"]"),
            "How to reach the people who are responsible for the application.",
        ),
        Key::new(
            "require_pkce",
            Flag,
            Derived("`oauth.require_pkce`", "true"),
            "Whether the client must use PKCE. A public client always must.",
        ),
        Key::new(
            "require_state",
            Flag,
            Derived("`oauth.require_state`", "true"),
            "Whether an authorization request of the client must have `state`.",
        ),
        Key::new(
            "rotate_refresh_tokens",
            Flag,
            Fixed("true"),
            "Whether each refresh returns a new refresh token. Those of a public client always rotate.",
        ),
        Key::new(
            "allowed_groups",
            List("groups"),
            Unset("[\"staff\"]"),
            "The groups whose members can use the application. Without it, everyone can.",
        ),
        Key::new(
            "logo_uri",
            Format("a URL"),
            Unset("\"https://shop.example/logo.svg\""),
            "The logo. Pages show it if `openid.client_logos` is on.",
        ),
        Key::new(
            "initiate_login_uri",
            Format("an `https` URL"),
            Unset("\"https://shop.example/login\""),
            "The address at which another site can start a sign-in to the application (OpenID Connect Core §4).",
        ),
        Key::new(
            "jwks",
            Format("a JWK Set in JSON"),
            Unset("'{ \"keys\": [{ \"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"…\", \"y\": \"…\" }] }'"),
            "The public keys of the client. Not together with `jwks_uri`.",
        ),
        Key::new(
            "jwks_uri",
            Format("an `https` URL"),
            Unset("\"https://shop.example/jwks.json\""),
            "The address of the client's public keys.",
        ),
        Key::new(
            "subject_type",
            Format("`public` or `pairwise`"),
            Fixed("\"public\""),
            "Whether `sub` is the same for all applications or differs for each sector. Do not change it after the first \
             sign-in.",
        ),
        Key::new(
            "sector_identifier_uri",
            Format("an `https` URL"),
            Unset("\"https://shop.example/sector.json\""),
            "The address that lists the redirect URIs of all clients that share pairwise subjects.",
        ),
        Key::new(
            "id_token_signed_response_alg",
            Format("a JWS algorithm"),
            Fixed("\"RS256\""),
            "The algorithm that signs ID tokens.",
        ),
        Key::new(
            "userinfo_signed_response_alg",
            Format("a JWS algorithm"),
            Unset("\"RS256\""),
            "The algorithm that signs responses of `/userinfo`. Without it they are plain JSON.",
        ),
        Key::new(
            "request_object_signing_alg",
            Format("a JWS algorithm"),
            Unset("\"RS256\""),
            "The only algorithm accepted for request objects of the client.",
        ),
        Key::new(
            "token_endpoint_auth_signing_alg",
            Format("a JWS algorithm"),
            Unset("\"RS256\""),
            "The only algorithm accepted for assertions of the client.",
        ),
        Key::new(
            "request_uris",
            List("URLs"),
            Unset("[\"https://shop.example/request.jwt\"]"),
            "The addresses of request objects that the client may name, if `oauth.request_uri` is on.",
        ),
        Key::new(
            "default_max_age",
            // A request's `max_age` has the same range.
            Number(0..=u32::MAX as i64),
            Unset("3600"),
            "The time in seconds after which a person signs in again for this client, if the request has no `max_age`.",
        ),
        Key::new("require_auth_time", Flag, Fixed("false"), "Whether ID tokens always have `auth_time`."),
        Key::new(
            "default_acr_values",
            List("`acr` values"),
            Unset("[\"urn:example:acr\"]"),
            "The authentication contexts that the client requests, if the request has no `acr_values`.",
        ),
        Key::new(
            "backchannel_logout_uri",
            Format("a URL"),
            Unset("\"https://shop.example/backchannel\""),
            "The address to which the server sends a logout token when a session ends.",
        ),
        Key::new(
            "backchannel_logout_session_required",
            Flag,
            Fixed("false"),
            "Whether a logout token must have `sid`.",
        ),
        Key::new(
            "frontchannel_logout_uri",
            Format("a URL"),
            Unset("\"https://shop.example/frontchannel\""),
            "The page that the sign-out page loads in a frame. It must have the origin of a redirect URI.",
        ),
        Key::new(
            "frontchannel_logout_session_required",
            Flag,
            Fixed("false"),
            "Whether the request to that page must have `sid`. It always has.",
        ),
        Key::new(
            "claims_in_id_token",
            Flag,
            Fixed("false"),
            "Whether ID tokens contain the claims of the scope, for applications that do not request `/userinfo`.",
        ),
        Key::new(
            "token_endpoint_as_audience",
            Flag,
            Derived("`oauth.token_endpoint_as_audience`", "false"),
            "Whether assertions of the client may name the token endpoint as their audience.",
        ),
    ],
};
