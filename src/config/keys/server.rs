//! The keys of the process: addresses, folders, proxies, signing keys, appearance and log.

use super::{
    super::{
        choice::words,
        declaration::{
            DefaultValue::{Derived, Fixed, Unset},
            Key, KeyTable,
            Kind::{Choice, Flag, Format, List, Path, Seconds},
            Secrecy,
        },
        settings::{LogFormat, Profile},
    },
    DAY,
};

pub(in super::super) static TOP: KeyTable = KeyTable {
    name: "",
    is_list: false,
    description: "These keys come first in the file, before every table.",
    keys: &[
        Key::new(
            "issuer",
            Format("a URL without trailing slash"),
            Fixed("\"http://127.0.0.1:8080\""),
            "The server's public address, exactly as it appears in tokens (`iss`). Plain `http` is accepted only for \
             loopback addresses.",
        ),
        Key::new(
            "listen",
            Format("an IP address and a port"),
            Fixed("\"127.0.0.1:8080\""),
            "The address on which the server accepts connections. Behind a reverse proxy, keep a loopback address.",
        ),
        Key::new("data", Path, Fixed("\"data\""), "The folder of the database, relative to the working directory."),
        Key::new(
            "keys",
            Path,
            Fixed("\"keys\""),
            "The folder of the signing keys, relative to the working directory. Anyone who can read it can sign tokens \
             in your name.",
        ),
        Key::new(
            "profile",
            Choice(words::<Profile>),
            Fixed("\"default\""),
            "`oidc-compat` supports applications made for OpenID Connect alone: it changes the defaults of \
             `oauth.require_state`, `oauth.require_pkce`, `oauth.implicit`, `oauth.token_endpoint_as_audience` and \
             `openid.client_logos`. Applications that register themselves may then use the implicit grant, and errors at \
             `/authorize` redirect to every application (RFC 9700 §4.11.2 advises against it).",
        ),
    ],
};

pub(in super::super) static HTTP: KeyTable = KeyTable {
    name: "http",
    is_list: false,
    description: "HTTP connections.",
    keys: &[Key::new(
        "trusted_proxies",
        List("IP addresses and networks"),
        Derived(
            "this machine if `issuer` is `https` and `listen` is a loopback address; otherwise none",
            "[\"10.0.0.0/8\"]",
        ),
        "The reverse proxies whose `X-Forwarded-For`, `Forwarded` or `X-Real-IP` header the server believes.",
    )],
};

pub(in super::super) static FETCH: KeyTable = KeyTable {
    name: "fetch",
    is_list: false,
    description: "Requests that the server sends to addresses that applications have registered.",
    keys: &[
        Key::new(
            "allow_private_addresses",
            Flag,
            Fixed("false"),
            "Whether the server sends requests to its own machine and to private networks, also over plain `http`. For home \
             networks; let only administrators register applications then.",
        ),
        Key::new(
            "certificate_authority",
            Path,
            Unset("\"authority.pem\""),
            "A file with a certificate authority to trust in addition to those of the system. For test environments.",
        ),
    ],
};

pub(in super::super) static KEY_RING: KeyTable = KeyTable {
    name: "key_ring",
    is_list: false,
    description: "The signing keys.",
    keys: &[
        Key::secret("passphrase", Secrecy::EnvironmentOnly, Unset(""), "Encrypts the files of the signing keys."),
        Key::new(
            "rotate_every",
            Seconds(2 * DAY..=730 * DAY),
            Fixed("7776000"),
            "How long a key signs before the next key takes its place. The default is 90 days.",
        ),
        Key::new(
            "algorithms",
            List("JWS algorithms"),
            Fixed("[]"),
            "Algorithms for which the server keeps keys in addition to `RS256`, `ES256` and those of `[[resources]]`.",
        ),
    ],
};

pub(in super::super) static BRAND: KeyTable = KeyTable {
    name: "brand",
    is_list: false,
    description: "How the pages look.",
    keys: &[
        Key::new("name", Format("1 to 40 characters"), Fixed("\"Signet\""), "The name of this server on its pages."),
        Key::new(
            "logo",
            Path,
            Unset("\"logo.svg\""),
            "A file with a logo that replaces the seal: SVG, PNG, JPEG or WebP.",
        ),
        Key::new(
            "accent",
            Format("a color such as `#3346b8`"),
            Unset("\"#c2185b\""),
            "The color of links and buttons. The server makes it lighter or darker where it would be hard to read.",
        ),
    ],
};

pub(in super::super) static LOG: KeyTable = KeyTable {
    name: "log",
    is_list: false,
    description: "The log on standard error.",
    keys: &[Key::new(
        "format",
        Choice(words::<LogFormat>),
        Fixed("\"text\""),
        "The format of a line: text for people, or one JSON object.",
    )],
};

pub(in super::super) static AUDIT: KeyTable = KeyTable {
    name: "audit",
    is_list: false,
    description: "Security events.",
    keys: &[Key::new(
        "retention",
        Seconds(DAY..=3650 * DAY),
        Fixed("7776000"),
        "How long the server keeps security events. The default is 90 days.",
    )],
};
