//! The keys of `[[resources]]`.

use super::{
    super::choice::words,
    super::declaration::{
        DefaultValue::{Derived, Fixed, Required},
        Key, KeyTable,
        Kind::{Choice, Flag, Format, NonEmptyText, Scopes, Seconds},
    },
    DAY,
};
use crate::oauth::resource::AccessTokenType;

pub(in super::super) static RESOURCES: KeyTable = KeyTable {
    name: "resources",
    is_list: true,
    description: "The APIs that accept tokens of this server.",
    keys: &[
        Key::new(
            "resource",
            Format("an absolute URI"),
            Required("\"https://api.shop.example\""),
            "The identifier of the API: the `resource` of a request (RFC 8707) and the `aud` of a token.",
        ),
        Key::new("name", NonEmptyText, Derived("the identifier", "\"Shop\""), "The name that people see."),
        Key::new(
            "scopes",
            Scopes,
            Required("{ \"shop:read\" = \"See the shop\" }"),
            "The scopes of the API. The descriptions appear on the consent page.",
        ),
        Key::new(
            "access_token_lifetime",
            Seconds(1..=DAY),
            Derived("`lifetimes.access_token`", "600"),
            "The lifetime of an access token for this API.",
        ),
        Key::new(
            "access_token_signing_alg",
            Format("a JWS algorithm"),
            Fixed("\"ES256\""),
            "The algorithm that signs access tokens for this API.",
        ),
        Key::new(
            "access_token_typ",
            Choice(words::<AccessTokenType>),
            Fixed("\"at+jwt\""),
            "The header `typ` of access tokens. `JWT` is for verifiers that refuse the type of RFC 9068.",
        ),
        Key::new(
            "open",
            Flag,
            Fixed("false"),
            "Whether everyone can register applications that obtain its scopes without a person. Otherwise only \
             administrators can.",
        ),
    ],
};
