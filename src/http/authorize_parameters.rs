//! The documented query parameters of an authorization request. The endpoint reads the raw query, because a parameter
//! that occurs twice is an error (RFC 6749 §3.1).

use std::collections::HashMap;

use poem::{endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    OpenApi,
    registry::{MetaApi, MetaOperationParam, MetaParamIn, Registry},
    types::Type,
};

/// The operations of `A`, with the query parameters of `GET /authorize` added to their documentation.
pub(super) struct WithAuthorizeParameters<A>(pub(super) A);

impl<A: OpenApi> OpenApi for WithAuthorizeParameters<A> {
    fn meta() -> Vec<MetaApi> {
        let mut apis = A::meta();
        let paths = apis.iter_mut().flat_map(|api| &mut api.paths).filter(|path| path.path == "/authorize");
        let operations = paths.flat_map(|path| &mut path.operations);
        for operation in operations.filter(|operation| operation.method == Method::GET) {
            operation.params.extend(PARAMETERS.iter().map(|(name, description)| parameter(name, description)));
        }
        apis
    }

    fn register(registry: &mut Registry) {
        A::register(registry);
    }

    fn add_routes(self, route_table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        self.0.add_routes(route_table);
    }
}

fn parameter(name: &str, description: &str) -> MetaOperationParam {
    MetaOperationParam {
        name: name.to_owned(),
        schema: String::schema_ref(),
        in_type: MetaParamIn::Query,
        description: Some(description.to_owned()),
        // The page for a request without them explains more than the error of the framework.
        required: false,
        deprecated: false,
        explode: true,
        style: None,
    }
}

/// Name and description.
const PARAMETERS: [(&str, &str); 17] = [
    ("response_type", "`code`; also `token`, `id_token` and their combinations if the server enables them."),
    ("client_id", "The client identifier."),
    ("redirect_uri", "A registered redirect URI. It is compared character by character."),
    ("scope", "Requested scope."),
    ("state", "Random value that is returned unchanged."),
    ("code_challenge", "PKCE code challenge."),
    ("response_mode", "`query`, `fragment` or `form_post`."),
    ("code_challenge_method", "`S256`."),
    ("nonce", "Random value that the ID token contains."),
    ("prompt", "`none`, `login`, `consent` or `select_account`."),
    ("max_age", "Maximum age of the login, in seconds."),
    ("login_hint", "Username that the login page fills in."),
    ("id_token_hint", "A previously issued ID token. Only its subject may sign in."),
    ("claims", "Requested claims as JSON (OpenID Connect Core §5.5)."),
    ("resource", "The API that the token is for (RFC 8707)."),
    (
        "request",
        "Request object: a JWT signed by the application that replaces all parameters except `client_id` (RFC 9101).",
    ),
    ("request_uri", "Registered URL of the request object, if the server allows fetching it."),
];
