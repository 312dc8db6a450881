//! `[[resources]]`: the APIs that accept access tokens of this server.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::{
    keys,
    section::Section,
    value::{Written, instead_of, list},
};
use crate::{
    jose::Algorithm,
    oauth::{
        issuer::Issuer,
        resource::{IDENTITY_SCOPES, MANAGEMENT_SCOPES, Resource, ResourceId, ScopeEntry},
        scope::Scope,
    },
};

/// Reads the resources, without those that have errors.
pub(super) fn read(top: &mut Section<'_>, issuer: &Issuer) -> Vec<Resource> {
    let built_in = IDENTITY_SCOPES.iter().chain(MANAGEMENT_SCOPES).map(|(token, _)| (*token).to_owned());
    let mut tokens: BTreeSet<String> = built_in.collect();
    let mut ids = BTreeSet::from([ResourceId::from(issuer.as_str().to_owned())]);
    let mut resources = Vec::new();
    for mut section in top.sections(&keys::RESOURCES) {
        let resource = one(&mut section);
        if let Some(resource) = resource {
            if !ids.insert(resource.id.clone()) {
                section.record_error("resource", "is already used by another resource (the issuer is one)");
            }
            for entry in &resource.scopes {
                if !tokens.insert(entry.token.clone()) {
                    section
                        .record_error("scopes", format!("the scope \"{}\" belongs to another resource", entry.token));
                }
            }
            resources.push(resource);
        }
        section.close();
    }
    resources
}

fn one(section: &mut Section<'_>) -> Option<Resource> {
    let id = section
        .require("resource", |written| ResourceId::register(&written.text()?).map_err(|refusal| refusal.to_string()));
    let scopes = section.require("scopes", scopes);
    let name = section.read("name", |written| written.some_text());
    let access_token_lifetime = section.read("access_token_lifetime", |written| written.seconds());
    let access_token_signing_alg = section.value("access_token_signing_alg", |written| {
        let names = || format!("must be one of {}", Algorithm::ALL.map(Algorithm::as_str).join(", "));
        written.text()?.parse::<Algorithm>().map_err(|_| names())
    });
    let access_token_typ = section.choice("access_token_typ");
    let is_open = section.flag("open");
    let id = id?;
    Some(Resource {
        name: name.unwrap_or_else(|| id.as_str().to_owned()),
        id,
        scopes: scopes?,
        access_token_lifetime,
        access_token_signing_alg: access_token_signing_alg.unwrap_or(Algorithm::Es256),
        access_token_typ,
        is_open,
    })
}

/// `["orders:read"]`, or `{ "orders:read" = "See your orders" }` with the descriptions shown on the consent page.
fn scopes(written: Written<'_>) -> Result<Vec<ScopeEntry>, String> {
    let entry = |token: &str, description: &str| {
        let is_one = Scope::parse(token).is_ok_and(|scope| scope.contains(token));
        if is_one && !description.is_empty() {
            Ok(ScopeEntry { token: token.to_owned(), description: description.to_owned() })
        } else {
            Err(format!("{token:?} must be a scope token: visible ASCII without space, quotation mark and backslash"))
        }
    };
    match written {
        Written::File(DeValue::Table(table)) => table
            .iter()
            .map(|(token, description)| match description.get_ref() {
                DeValue::String(description) => entry(token.get_ref(), description),
                other => Err(instead_of(other, "a description for each scope")),
            })
            .collect(),
        Written::File(DeValue::Array(_)) | Written::Variable(_) => list(|token| entry(token, token))(written),
        Written::File(other) => {
            Err(instead_of(other, "a list of scope tokens, or a table of scope tokens with descriptions"))
        }
    }
}
