//! Compares query and path parameters with their documented types before the operation reads them. The response names
//! all that do not match, while the framework stops at the first.

use std::collections::HashMap;

use poem::{
    Endpoint, EndpointExt, Request, Response, Result,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode},
};
use poem_openapi::{
    OpenApi,
    registry::{MetaApi, MetaOperationParam, MetaParamIn, MetaSchemaRef, Registry},
};

use super::{body_schema::range, documented::bad_request};
use crate::endpoint::request_errors::RequestErrors;

/// The operations of `A` with a check of their parameters.
pub(super) struct CheckedParameters<A>(pub(super) A);

impl<A: OpenApi> OpenApi for CheckedParameters<A> {
    fn meta() -> Vec<MetaApi> {
        A::meta()
    }

    fn register(registry: &mut Registry) {
        A::register(registry);
    }

    fn add_routes(self, route_table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let mut parameters = typed_parameters(A::meta());
        let mut routes = HashMap::new();
        self.0.add_routes(&mut routes);
        for (route, endpoints) in routes {
            let checked = route_table.entry(route.clone()).or_default();
            for (method, endpoint) in endpoints {
                let endpoint = match parameters.remove(&(route.clone(), method.clone())) {
                    Some(parameters) => CheckedEndpoint { parameters, endpoint }.boxed(),
                    None => endpoint,
                };
                checked.insert(method, endpoint);
            }
        }
    }
}

/// The parameters of each operation that have a type other than text, by route and method.
fn typed_parameters(apis: Vec<MetaApi>) -> HashMap<(String, Method), Vec<Parameter>> {
    let mut all = HashMap::new();
    for path in apis.into_iter().flat_map(|api| api.paths) {
        let (route, names) = route_of(&path.path);
        for operation in path.operations {
            let parameters = operation.params.into_iter().filter_map(|param| Parameter::of(param, &names));
            let parameters: Vec<Parameter> = parameters.collect();
            if !parameters.is_empty() {
                all.insert((route.clone(), operation.method), parameters);
            }
        }
    }
    all
}

/// Returns the route of a documented path and the names of its parameters: the framework numbers them, so that
/// `/clients/{id}` is `/clients/:param0`.
fn route_of(path: &str) -> (String, Vec<String>) {
    let (mut route, mut names) = (Vec::new(), Vec::new());
    for segment in path.split('/') {
        match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                route.push(format!(":{}", numbered(names.len())));
                names.push(name.to_owned());
            }
            None => route.push(segment.to_owned()),
        }
    }
    (route.join("/"), names)
}

fn numbered(at: usize) -> String {
    format!("param{at}")
}

/// A parameter that is not text.
#[derive(Debug)]
struct Parameter {
    name: String,
    /// The number among the path parameters. `None` for a query parameter.
    at: Option<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Boolean,
    Integer { lowest: i128, highest: i128 },
}

impl Parameter {
    fn of(param: MetaOperationParam, path_names: &[String]) -> Option<Self> {
        let at = match param.in_type {
            MetaParamIn::Path => Some(path_names.iter().position(|name| *name == param.name)?),
            MetaParamIn::Query => None,
            _ => return None,
        };
        let MetaSchemaRef::Inline(schema) = param.schema else { return None };
        let kind = match schema.ty {
            "boolean" => Kind::Boolean,
            "integer" => {
                let (lowest, highest) = schema.format.and_then(range)?;
                Kind::Integer { lowest, highest }
            }
            _ => return None,
        };
        Some(Self { name: param.name, at, kind })
    }

    /// Says what the parameter must be if the request has it with another value.
    fn mismatch(&self, request: &Request, query: &[(String, String)]) -> Option<String> {
        let value = match self.at {
            Some(at) => request.raw_path_param(&numbered(at)),
            None => query.iter().find(|(name, _)| *name == self.name).map(|(_, value)| value.as_str()),
        };
        self.kind.mismatch(value?)
    }
}

impl Kind {
    fn mismatch(self, value: &str) -> Option<String> {
        match self {
            Self::Boolean => value.parse::<bool>().is_err().then(|| "must be true or false".to_owned()),
            Self::Integer { lowest, highest } => match value.parse::<i128>() {
                Ok(number) if (lowest..=highest).contains(&number) => None,
                Ok(_) => Some(format!("must be a whole number from {lowest} to {highest}")),
                Err(_) => Some("must be a whole number".to_owned()),
            },
        }
    }
}

struct CheckedEndpoint {
    parameters: Vec<Parameter>,
    endpoint: BoxEndpoint<'static>,
}

impl Endpoint for CheckedEndpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        // If the query cannot be decoded, the framework treats it as empty.
        let query: Vec<(String, String)> = request.params().unwrap_or_default();
        let mut errors = RequestErrors::default();
        for parameter in &self.parameters {
            if let Some(expected) = parameter.mismatch(&request, &query) {
                errors.add(parameter.name.as_str(), expected);
            }
        }
        if errors.is_empty() {
            self.endpoint.call(request).await
        } else {
            Ok(bad_request(StatusCode::BAD_REQUEST, &errors))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_of_a_path_numbers_its_parameters() {
        let (route, names) = route_of("/clients/{id}/secrets/{number}");
        assert_eq!(route, "/clients/:param0/secrets/:param1");
        assert_eq!(names, ["id", "number"]);
        assert_eq!(route_of("/clients").0, "/clients");
    }

    #[test]
    fn a_value_of_another_type_is_rejected_without_being_quoted() {
        let number = Kind::Integer { lowest: 0, highest: u32::MAX.into() };
        for (kind, value, expected) in [
            (Kind::Boolean, "true", None),
            (Kind::Boolean, "false", None),
            (Kind::Boolean, "1", Some("must be true or false")),
            (Kind::Boolean, "", Some("must be true or false")),
            (number, "0", None),
            (number, "+7", None),
            (number, "4294967295", None),
            (number, "4294967296", Some("must be a whole number from 0 to 4294967295")),
            (number, "-1", Some("must be a whole number from 0 to 4294967295")),
            (number, "1.0", Some("must be a whole number")),
            (number, "canary", Some("must be a whole number")),
        ] {
            assert_eq!(kind.mismatch(value).as_deref(), expected, "{kind:?} {value}");
        }
    }
}
