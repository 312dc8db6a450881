//! `WebFinger` ([RFC 7033](https://www.rfc-editor.org/rfc/rfc7033)): the issuer of a person, as
//! [OpenID Connect Discovery §2](https://openid.net/specs/openid-connect-discovery-1_0.html#IssuerDiscovery) requests
//! it.

use serde_json::{Value, json};

use crate::oauth::{
    issuer::Issuer,
    parameters::{MalformedParameters, Parameters},
};

/// Why a `WebFinger` query is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebfingerRefusal {
    /// "If the "resource" parameter is absent or malformed, the `WebFinger` resource MUST indicate that the request is
    /// bad" (RFC 7033 §4.2).
    Malformed(MalformedParameters),
    /// This server is not the issuer for the resource.
    UnknownResource,
}

/// Returns the document about the `resource` of a query. The server is the issuer for its own host and for `domains`.
///
/// Whether the person exists is not checked: every name of a domain has the same response.
///
/// # Errors
///
/// Returns [`WebfingerRefusal`] if the query is malformed or the server is not the issuer.
pub fn answer(parameters: &Parameters, issuer: &Issuer, domains: &[String]) -> Result<Value, WebfingerRefusal> {
    let resource = parameters.required("resource").map_err(WebfingerRefusal::Malformed)?;
    if !is_known(resource, issuer, domains) {
        return Err(WebfingerRefusal::UnknownResource);
    }
    // §4.3: only the links with a requested relation, or all links if none is requested.
    let mut relations = parameters.many("rel").peekable();
    let is_asked = relations.peek().is_none() || relations.any(|relation| relation == RELATION);
    let links = if is_asked { json!([{ "rel": RELATION, "href": issuer.as_str() }]) } else { json!([]) };
    Ok(json!({ "subject": resource, "links": links }))
}

fn is_known(resource: &str, issuer: &Issuer, domains: &[String]) -> bool {
    let Some(account) = resource.strip_prefix("acct:") else {
        return resource.trim_end_matches('/') == issuer.as_str();
    };
    let Some((user, host)) = account.rsplit_once('@') else { return false };
    let is_own = issuer.url().host_str().is_some_and(|own| own.eq_ignore_ascii_case(host));
    !user.is_empty() && (is_own || domains.iter().any(|domain| domain.eq_ignore_ascii_case(host)))
}

/// The relation type of an issuer.
const RELATION: &str = "http://openid.net/specs/connect/1.0/issuer";

#[cfg(test)]
mod tests {
    use super::*;

    fn links(encoded: &str) -> Result<usize, WebfingerRefusal> {
        let issuer = Issuer::parse("https://login.example.org").unwrap();
        let answer = answer(&Parameters::parse(encoded).unwrap(), &issuer, &["example.org".to_owned()])?;
        Ok(answer.get("links").and_then(Value::as_array).map_or(0, Vec::len))
    }

    // RFC 7033 §4.2 and §4.3
    #[test]
    fn the_people_of_the_configured_domains_are_sent_to_the_issuer() {
        for known in [
            "resource=acct%3Aada%40example.org",
            "resource=acct%3Aada%40EXAMPLE.org",
            "resource=acct%3Aa%2540b%40login.example.org",
            "resource=https%3A%2F%2Flogin.example.org",
            "resource=https%3A%2F%2Flogin.example.org%2F",
            "resource=acct%3Aada%40example.org&rel=x&rel=http%3A%2F%2Fopenid.net%2Fspecs%2Fconnect%2F1.0%2Fissuer",
        ] {
            assert_eq!(links(known), Ok(1), "{known}");
        }
        assert_eq!(links("resource=acct%3Aada%40example.org&rel=http%3A%2F%2Fwebfinger.net%2Frel%2Favatar"), Ok(0));
        for unknown in ["acct%3Aada%40example.com", "acct%3A%40example.org", "acct%3Aada", "https%3A%2F%2Fexample.org"]
        {
            assert_eq!(links(&format!("resource={unknown}")), Err(WebfingerRefusal::UnknownResource), "{unknown}");
        }
        assert!(matches!(links("rel=x"), Err(WebfingerRefusal::Malformed(_))));
        assert!(matches!(links("resource=a&resource=b"), Err(WebfingerRefusal::Malformed(_))));
    }
}
