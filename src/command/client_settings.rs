//! The settings of an application as options of `signet client add` and `signet client set`. They are the members of
//! its registration, with the names of RFC 7591.

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The settings given on the command line. An empty value resets a setting to its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSettings {
    /// A redirect URI, to which the browser returns after signing in. Can be repeated; replaces the previous ones.
    #[arg(long = "redirect-uri", value_name = "URI")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// A URI to which the browser may return after signing out. Can be repeated; replaces the previous ones.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// A grant type. Can be repeated; replaces the previous ones.
    #[arg(long = "grant-type", value_name = "TYPE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types: Vec<String>,
    /// A response type. Can be repeated. Anything but code sends tokens through the browser.
    #[arg(long = "response-type", value_name = "TYPE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_types: Vec<String>,
    /// The scope that it may request, separated by spaces.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How it authenticates. With none, anyone can impersonate it, and only PKCE protects its codes.
    #[arg(long, value_name = "METHOD")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<String>,
    /// web or native.
    #[arg(long, value_name = "TYPE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// A group whose members may use it. Can be repeated; replaces the previous ones. "" allows everyone.
    #[arg(long = "allowed-group", value_name = "GROUP")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_groups: Vec<String>,
    /// Whether it must use PKCE. With false, anyone who has the client secret can redeem a leaked code.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// Whether it must send state. With false, and without PKCE or nonce, another site can sign users in to it with a
    /// different account.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_state: Option<bool>,
    /// Whether each refresh returns a new refresh token.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_refresh_tokens: Option<bool>,
    /// Whether ID tokens contain names and e-mail addresses, for libraries that do not call /userinfo.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims_in_id_token: Option<bool>,
    /// Whether its assertions may use the token endpoint as audience. With true, an assertion that another server
    /// made it sign for this endpoint is accepted here.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_as_audience: Option<bool>,
    /// The URI to which the server sends logout tokens. The server must be able to reach it.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether logout tokens must identify the session.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// The URI that the sign-out page loads in a frame.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether that URI must identify the session.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_session_required: Option<bool>,
    /// The algorithm with which its ID tokens are signed.
    #[arg(long, value_name = "ALG")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// The algorithm with which responses of /userinfo are signed; not signed if empty.
    #[arg(long, value_name = "ALG")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// The only algorithm of its request objects; any if empty.
    #[arg(long, value_name = "ALG")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// The only algorithm of its assertions; any if empty.
    #[arg(long, value_name = "ALG")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Maximum time in seconds since the user signed in, unless a request specifies it.
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<String>,
    /// Whether ID tokens contain the time of the sign-in.
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_auth_time: Option<bool>,
    /// An acr value that it requests by default. Can be repeated.
    #[arg(long = "default-acr-value", value_name = "ACR")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// public or pairwise. Change it only before the first sign-in: afterwards, it takes every user for a new one.
    #[arg(long, value_name = "TYPE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<String>,
    /// The URI of a document that lists the redirect URIs of all applications with the same pairwise subjects.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// The URI of its public keys.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The public keys, as a JWK Set in JSON.
    #[arg(long, value_name = "JSON")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<String>,
    /// A URI of request objects. Can be repeated.
    #[arg(long = "request-uri", value_name = "URI")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// The URI at which third parties start a sign-in to it.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// The URL of the logo.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// The URL of the home page.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// The URL of the privacy policy.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// The URL of the terms of service.
    #[arg(long, value_name = "URI")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// A contact for the application, such as an e-mail address. Can be repeated.
    #[arg(long = "contact", value_name = "CONTACT")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
}

impl ClientSettings {
    /// The settings as members of a registration, as [`crate::oauth::client_setting::with_members`] expects them.
    ///
    /// # Errors
    ///
    /// Returns a message if a value other than a text is invalid.
    pub fn members(&self) -> Result<Map<String, Value>, String> {
        let given = match serde_json::to_value(self) {
            Ok(Value::Object(given)) => given,
            _ => Map::new(),
        };
        let member = |(name, value): (String, Value)| Ok((name.clone(), written(&name, value)?));
        given.into_iter().map(member).collect()
    }
}

fn written(name: &str, value: Value) -> Result<Value, String> {
    match (name, value) {
        (_, Value::String(text)) if text.is_empty() => Ok(Value::Null),
        ("default_max_age", Value::String(text)) => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("{name}: must be a number of seconds"))
        }
        ("jwks", Value::String(text)) => {
            serde_json::from_str(&text).map_err(|_| format!("{name}: must be a JWK Set as JSON"))
        }
        (_, Value::Array(values)) => Ok(values.into_iter().filter(|value| value != "").collect()),
        (_, value) => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{CommandFactory, Parser};
    use serde_json::json;

    use super::*;
    use crate::oauth::client_setting::MEMBERS;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: ClientSettings,
    }

    fn members(arguments: &[&str]) -> Result<Map<String, Value>, String> {
        let line = [&["set"], arguments].concat();
        Line::try_parse_from(line).map_err(|error| error.to_string())?.settings.members()
    }

    #[test]
    fn every_setting_of_an_application_is_an_option() {
        let command = Line::command();
        let ids: BTreeSet<&str> = command.get_arguments().map(|argument| argument.get_id().as_str()).collect();
        // The name is a separate argument.
        let missing: Vec<&str> = MEMBERS.into_iter().filter(|name| !ids.contains(name)).collect();
        assert_eq!(missing, ["client_name"]);
    }

    #[test]
    fn an_option_is_a_member_and_an_empty_one_its_default() {
        let given = members(&["--require-pkce", "false", "--allowed-group", "staff", "--allowed-group", "admins"]);
        assert_eq!(
            Value::Object(given.unwrap()),
            json!({"require_pkce": false, "allowed_groups": ["staff", "admins"]})
        );
        let emptied = members(&["--backchannel-logout-uri", "", "--allowed-group", "", "--default-max-age", ""]);
        let expected = json!({"backchannel_logout_uri": null, "allowed_groups": [], "default_max_age": null});
        assert_eq!(Value::Object(emptied.unwrap()), expected);
        let given = members(&["--default-max-age", "60", "--jwks", "{\"keys\": []}"]).unwrap();
        assert_eq!((&given["default_max_age"], &given["jwks"]), (&json!(60), &json!({"keys": []})));
        assert_eq!(members(&[]), Ok(Map::new()));
        for wrong in [["--default-max-age", "soon"], ["--jwks", "{"], ["--require-state", "perhaps"]] {
            assert!(members(&wrong).is_err(), "{wrong:?}");
        }
    }
}
