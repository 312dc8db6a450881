//! What the OpenAPI document says of grants and of the applications that hold them, and how they are written as JSON.

use std::collections::BTreeSet;

use poem_openapi::{Object, registry::Registry, types::Type};
use serde_json::{Map, Value, json};

use super::{
    documented::{AnswerKind, Kinds, kinds},
    management::with_refusals_of_one,
    oauth_schema::ErrorBody,
};
use crate::{endpoint::connections::ConnectedApplication, oauth::grant::Grant};

/// What a person has let an application do.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct GrantBody {
    /// The identifier.
    id: String,
    /// The application.
    client_id: String,
    /// What it may do.
    scope: String,
    /// The claims that it asked for by name and that the person agreed to.
    claims: Option<Vec<String>>,
    /// When it was granted, in seconds since 1970.
    created_at: i64,
    /// From when on it issues nothing more, if that is known.
    expires_at: Option<i64>,
    /// When it was ended, if it was.
    ended_at: Option<i64>,
    /// Why.
    ended_because: Option<String>,
}

/// A page of grants.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct GrantPageBody {
    /// The grants.
    grants: Vec<GrantBody>,
    /// With what the next page is asked for; absent at the end.
    next_page_token: Option<String>,
}

/// An application that a person has let in.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ConnectedBody {
    /// The application.
    client_id: String,
    /// Its name.
    client_name: Option<String>,
    /// What it may do.
    scope: String,
    /// The claims that it asked for by name and that the person agreed to.
    claims: Option<Vec<String>>,
    /// Since when, in seconds since 1970.
    since: i64,
    /// How many grants it holds; none if only the person's answer is remembered.
    grants: u64,
    /// Since when the person is not asked again for what they have agreed to, in seconds since 1970; absent if they are.
    remembered_since: Option<i64>,
}

/// The applications that a person has let in.
#[derive(Object)]
pub(super) struct ConnectedListBody {
    /// The applications.
    applications: Vec<ConnectedBody>,
}

/// A grant as JSON.
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

/// A connected application as JSON.
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
