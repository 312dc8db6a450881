//! The rules of OAuth 2.0: pure functions and types, no I/O, no async.
//!
//! The modules in the order of a first login: an application is [registered](registration), its
//! [authorization request](authorization_request) is parsed in two stages, the person's consent becomes an
//! [authorization code](authorization_code), the application [authenticates](client_authentication) and redeems the
//! code for an [access token](access_token), which an API [verifies](bearer).

pub mod access_token;
pub mod application_type;
mod assertion_refusal;
pub mod auth_method;
pub mod authentication;
pub mod authorization_code;
pub mod authorization_error;
pub mod authorization_request;
pub mod authorization_response;
pub mod bearer;
pub mod client;
pub mod client_assertion;
pub mod client_authentication;
pub mod client_credentials;
pub mod client_id;
pub mod client_secret;
pub mod client_secrets;
pub mod client_setting;
pub mod device_authorization;
pub mod grant;
pub mod grant_id;
pub mod grant_type;
pub mod implicit;
pub mod introspection;
pub mod issuer;
pub mod metadata;
pub mod named_claims;
pub mod openid_metadata;
pub mod pairwise;
pub mod parameters;
pub mod password_grant;
pub mod pkce;
pub mod presented_refresh_token;
pub mod reason;
pub mod redirect_uri;
mod refresh_state;
pub mod refresh_token;
pub mod registration;
pub(crate) mod registration_member;
mod registration_narrowing;
pub mod registration_policy;
pub mod registration_privilege;
pub mod registration_refusal;
pub mod registration_rules;
pub mod remedy;
pub mod request_object;
pub mod requested_scope;
pub mod resource;
pub mod response_type;
pub mod scope;
pub mod status_list;
pub mod subject;
pub mod token_error;
pub mod uri;
