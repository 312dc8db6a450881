//! Grants and connected applications in responses.

use std::collections::BTreeSet;

use poem_openapi::{Object, registry::Registry, types::Type};
use time::OffsetDateTime;

use super::{
    documented::{AnswerKind, Kinds, kinds},
    error_body::ErrorBody,
    management::with_refusals_of_one,
};
use crate::{endpoint::connections::ConnectedApplication, oauth::grant::Grant};

/// A grant that a user has given to an application.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct GrantBody {
    /// The identifier.
    id: String,
    /// The client identifier.
    client_id: String,
    /// Granted scope.
    scope: String,
    /// Claims that were requested by name and that the user agreed to.
    claims: Option<Vec<String>>,
    /// Time at which the grant was given, in seconds since 1970.
    created_at: i64,
    /// Time from which the grant issues no more tokens, in seconds since 1970, if known.
    expires_at: Option<i64>,
    /// Time at which the grant ended, in seconds since 1970, if it has ended.
    ended_at: Option<i64>,
    /// Reason why the grant ended.
    ended_because: Option<String>,
}

/// A page of grants.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct GrantPageBody {
    /// The grants.
    pub(super) grants: Vec<GrantBody>,
    /// Token for the next page. Absent on the last page.
    pub(super) next_page_token: Option<String>,
}

/// An application that a user has given access.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ConnectedBody {
    /// The client identifier.
    client_id: String,
    /// Name of the application.
    client_name: Option<String>,
    /// Granted scope.
    scope: String,
    /// Claims that were requested by name and that the user agreed to.
    claims: Option<Vec<String>>,
    /// Time at which access was first given, in seconds since 1970.
    since: i64,
    /// Number of grants. 0 if only the user's consent is remembered.
    grants: u64,
    /// Time since which consent is remembered, in seconds since 1970. Absent if the user is asked every time.
    remembered_since: Option<i64>,
}

/// The applications that a user has given access.
#[derive(Object)]
pub(super) struct ConnectedListBody {
    /// The applications.
    pub(super) applications: Vec<ConnectedBody>,
}

impl From<&Grant> for GrantBody {
    fn from(grant: &Grant) -> Self {
        Self {
            id: grant.id.as_str().to_owned(),
            client_id: grant.client_id.as_str().to_owned(),
            scope: grant.scope.to_string(),
            claims: names(&grant.claims.names()),
            created_at: grant.created_at.unix_timestamp(),
            expires_at: grant.expires_at.map(OffsetDateTime::unix_timestamp),
            ended_at: grant.ended.as_ref().map(|ended| ended.at.unix_timestamp()),
            ended_because: grant.ended.as_ref().map(|ended| ended.cause.as_str().to_owned()),
        }
    }
}

impl From<&ConnectedApplication> for ConnectedBody {
    fn from(connected: &ConnectedApplication) -> Self {
        Self {
            client_id: connected.client_id.as_str().to_owned(),
            client_name: connected.client_name.clone(),
            scope: connected.scope.to_string(),
            claims: names(&connected.claims),
            since: connected.since.unix_timestamp(),
            grants: u64::try_from(connected.grants).unwrap_or(u64::MAX),
            remembered_since: connected.remembered_since.map(OffsetDateTime::unix_timestamp),
        }
    }
}

/// The names of the claims, if there are any.
fn names(claims: &BTreeSet<String>) -> Option<Vec<String>> {
    Some(claims.iter().cloned().collect()).filter(|names: &Vec<String>| !names.is_empty())
}

kinds!(GrantPageKinds registers GrantPageBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<GrantPageBody>(200, "The grants")]));
kinds!(ConnectedKinds registers ConnectedListBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<ConnectedListBody>(200, "The applications")]));
