//! The keys of OAuth 2.0 and OpenID Connect.

use super::{
    super::{
        choice::words,
        declaration::{
            DefaultValue::{Derived, Fixed},
            Key, KeyTable,
            Kind::{Choice, Flag, List, Seconds},
        },
        settings::DynamicRegistration,
    },
    DAY,
};

pub(in super::super) static LIFETIMES: KeyTable = KeyTable {
    name: "lifetimes",
    is_list: false,
    description: "Lifetimes in seconds.",
    keys: &[
        Key::new("authorization_code", Seconds(1..=600), Fixed("60"), "The lifetime of an authorization code."),
        Key::new(
            "access_token",
            Seconds(1..=DAY),
            Fixed("300"),
            "The lifetime of an access token. An API that does not check revocations accepts a token for this long.",
        ),
        Key::new("id_token", Seconds(1..=DAY), Fixed("300"), "The lifetime of an ID token."),
        Key::new(
            "refresh_token",
            Seconds(1..=2 * 365 * DAY),
            Fixed("7776000"),
            "How long an application can refresh tokens after a sign-in, even if it stays active. The default is 90 days.",
        ),
        Key::new(
            "refresh_token_idle",
            Seconds(1..=2 * 365 * DAY),
            Derived("`1209600` (14 days), or `refresh_token` if that is shorter", "1209600"),
            "The lifetime of a refresh token that is not used. At most `refresh_token`.",
        ),
        Key::new(
            "refresh_token_overlap",
            Seconds(0..=60),
            Fixed("10"),
            "How long a replaced refresh token is still answered with the newest one. After that, its use ends the grant. \
             0 turns the overlap off.",
        ),
        Key::new("device_code", Seconds(1..=3600), Fixed("600"), "The lifetime of a device code."),
        Key::new(
            "session_idle",
            Seconds(1..=30 * DAY),
            Derived("`28800` (8 hours), or `session_absolute` if that is shorter", "28800"),
            "The lifetime of a session that is not used. At most `session_absolute`.",
        ),
        Key::new(
            "session_absolute",
            Seconds(1..=30 * DAY),
            Fixed("86400"),
            "The time after which a person signs in again, even if the session is used.",
        ),
        Key::new(
            "status_list",
            Seconds(10..=3600),
            Fixed("60"),
            "How long an API may use its copy of a status list. An API learns of a revocation within this time.",
        ),
        Key::new(
            "password_reset",
            Seconds(1..=7 * DAY),
            Fixed("86400"),
            "The lifetime of a link with which a person sets a new password.",
        ),
        Key::new(
            "interaction",
            Seconds(1..=3600),
            Fixed("900"),
            "How long an authorization request waits for the person to sign in and to consent.",
        ),
    ],
};

pub(in super::super) static OAUTH: KeyTable = KeyTable {
    name: "oauth",
    is_list: false,
    description: "OAuth 2.0.",
    keys: &[
        Key::new(
            "require_state",
            Flag,
            Derived(NOT_COMPATIBLE, "true"),
            "Whether an authorization request must have `state`, unless its client is registered otherwise.",
        ),
        Key::new(
            "require_pkce",
            Flag,
            Derived(NOT_COMPATIBLE, "true"),
            "Whether a confidential client must use PKCE in a request without `openid` and `nonce`, unless it is registered \
             otherwise. Public clients must always use it (RFC 9700 §2.1.1).",
        ),
        Key::new(
            "implicit",
            Flag,
            Derived(COMPATIBLE, "true"),
            "Whether clients that are registered for it receive tokens directly from `/authorize`: the implicit grant and \
             the hybrid flow. RFC 9700 §2.1.2 advises against it.",
        ),
        Key::new(
            "password_grant",
            Flag,
            Fixed("false"),
            "Whether clients that are registered for it may exchange a person's password for tokens. RFC 9700 §2.4 forbids \
             it.",
        ),
        Key::new(
            "dynamic_registration",
            Choice(words::<DynamicRegistration>),
            Fixed("\"off\""),
            "Who registers clients at `/register` (RFC 7591): no one, holders of an access token with the scope \
             `signet:clients`, or everyone.",
        ),
        Key::new(
            "request_uri",
            Flag,
            Fixed("false"),
            "Whether the server fetches a request object from an address that its client has registered (RFC 9101 §5.2).",
        ),
        Key::new(
            "token_endpoint_as_audience",
            Flag,
            Derived(COMPATIBLE, "true"),
            "Whether clients may name the token endpoint, and not only the issuer, as the audience of their assertions, \
             unless they are registered otherwise.",
        ),
        Key::new(
            "redirect_schemes",
            List("URI schemes"),
            Fixed("[]"),
            "Private-use schemes without a dot that redirect URIs may have, such as `audiobookshelf`. RFC 8252 §7.1 demands \
             a reversed domain name.",
        ),
    ],
};

pub(in super::super) static OPENID: KeyTable = KeyTable {
    name: "openid",
    is_list: false,
    description: "OpenID Connect.",
    keys: &[
        Key::new(
            "webfinger_domains",
            List("domains in lower case"),
            Fixed("[]"),
            "Domains whose people sign in here, in addition to the issuer's host. Forward their `/.well-known/webfinger` to \
             this server.",
        ),
        Key::new(
            "client_logos",
            Flag,
            Derived(COMPATIBLE, "true"),
            "Whether the sign-in and consent pages load an application's logo from its `logo_uri`. The host of the logo \
             then sees who opens the page, and when.",
        ),
    ],
};

const COMPATIBLE: &str = "`false`; `true` with the profile `oidc-compat`";
const NOT_COMPATIBLE: &str = "`true`; `false` with the profile `oidc-compat`";
