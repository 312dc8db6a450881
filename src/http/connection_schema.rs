//! OpenAPI schemas of grants and connected applications, and their JSON representations.

use std::collections::BTreeSet;

use poem_openapi::{Object, registry::Registry, types::Type};
use serde_json::{Map, Value, json};

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
    grants: Vec<GrantBody>,
    /// Token for the next page. Absent on the last page.
    next_page_token: Option<String>,
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
    applications: Vec<ConnectedBody>,
}

pub(super) fn grant_json(grant: &Grant) -> Value {
    let mut body = json!({
        "id": grant.id.as_str(),
        "client_id": grant.client_id.as_str(),
        "scope": grant.scope.to_string(),
        "created_at": grant.created_at.unix_timestamp(),
    });
    if let Some(members) = body.as_object_mut() {
        insert_claims(members, &grant.claims.names());
        if let Some(at) = grant.expires_at {
            members.insert("expires_at".to_owned(), at.unix_timestamp().into());
        }
        if let Some(ended) = &grant.ended {
            members.insert("ended_at".to_owned(), ended.at.unix_timestamp().into());
            let because = serde_json::to_value(ended.cause).unwrap_or_default();
            members.insert("ended_because".to_owned(), because);
        }
    }
    body
}

pub(super) fn connected_json(connected: &ConnectedApplication) -> Value {
    let mut body = json!({
        "client_id": connected.client_id.as_str(),
        "scope": connected.scope.to_string(),
        "since": connected.since.unix_timestamp(),
        "grants": connected.grants,
    });
    if let Some(members) = body.as_object_mut() {
        insert_claims(members, &connected.claims);
        if let Some(at) = connected.remembered_since {
            members.insert("remembered_since".to_owned(), at.unix_timestamp().into());
        }
        if let Some(name) = &connected.client_name {
            members.insert("client_name".to_owned(), name.as_str().into());
        }
    }
    body
}

fn insert_claims(members: &mut Map<String, Value>, claims: &BTreeSet<String>) {
    if !claims.is_empty() {
        members.insert("claims".to_owned(), json!(claims));
    }
}

kinds!(GrantPageKinds registers GrantPageBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<GrantPageBody>(200, "The grants")]));
kinds!(ConnectedKinds registers ConnectedListBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<ConnectedListBody>(200, "The applications")]));
