//! Routes with a table of the methods of each path. A 405 response must list them (RFC 9110 §15.5.6), and poem does not
//! expose them.

use std::collections::{BTreeMap, BTreeSet};

use poem::{Endpoint, IntoEndpoint, IntoResponse, Request, Response, Route, RouteMethod};

/// The served path patterns, as normalized by [`template`].
pub(super) struct Patterns {
    /// All methods of each pattern, in the format of `Allow`.
    methods: BTreeMap<String, String>,
    /// The patterns of pages.
    pages: BTreeSet<String>,
}

/// The routes of pages, with the methods of each.
#[derive(Default)]
pub(super) struct Table {
    route: Route,
    /// The endpoints of `/`.
    home: RouteMethod,
    methods: BTreeMap<String, String>,
}

/// The endpoints of one path.
#[derive(Default)]
pub(super) struct Methods {
    route: RouteMethod,
    names: Vec<&'static str>,
}

/// Serves the requests that no other route matches: `home` at exactly `/`, since poem passes every path to an endpoint
/// nested there, and the API.
struct Root<R> {
    home: RouteMethod,
    rest: R,
}

impl Table {
    pub(super) fn at(mut self, path: &str, methods: Methods) -> Self {
        self.methods.insert(template(path), methods.names.join(", "));
        if path == "/" {
            return Self { home: methods.route, ..self };
        }
        Self { route: self.route.at(path, methods.route), ..self }
    }

    /// Returns all routes: the pages of this table and, behind them, `rest`, which serves the operations in the OpenAPI
    /// document `specification`.
    pub(super) fn before<E>(self, rest: E, specification: &str) -> (Route, Patterns)
    where
        E: IntoEndpoint<Endpoint: 'static>,
    {
        let pages: BTreeSet<String> = self.methods.keys().cloned().collect();
        let mut methods = methods_of(specification);
        methods.extend(self.methods);
        let root = Root { home: self.home, rest: rest.into_endpoint() };
        (self.route.nest("/", root), Patterns { methods, pages })
    }
}

pub(super) fn get<E: IntoEndpoint<Endpoint: 'static>>(endpoint: E) -> Methods {
    Methods::default().get(endpoint)
}

impl Methods {
    pub(super) fn get<E: IntoEndpoint<Endpoint: 'static>>(mut self, endpoint: E) -> Self {
        self.names.push(GET);
        Self { route: self.route.get(endpoint), ..self }
    }

    pub(super) fn post<E: IntoEndpoint<Endpoint: 'static>>(mut self, endpoint: E) -> Self {
        self.names.push("POST");
        Self { route: self.route.post(endpoint), ..self }
    }
}

impl<R: Endpoint> Endpoint for Root<R> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if request.uri().path() == "/" {
            self.home.call(request).await
        } else {
            self.rest.call(request).await.map(IntoResponse::into_response)
        }
    }
}

impl Patterns {
    /// Returns all methods of poem's path pattern `pattern`.
    pub(super) fn methods_at(&self, pattern: &str) -> Option<&str> {
        self.methods.get(&template(pattern)).map(String::as_str)
    }

    /// Whether `path` starts like a path of the API and not like a path of a page.
    pub(super) fn are_api_at(&self, path: &str) -> bool {
        let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
        let is_api = |pattern: &String| first(pattern) == first(path) && !self.pages.contains(pattern);
        self.methods.keys().any(is_api)
    }
}

/// A path pattern without its parameter names, which poem-openapi changes: `/users/:id` and `/users/{id}` become
/// `/users/:`.
fn template(pattern: &str) -> String {
    let segment = |segment: &'_ str| if segment.starts_with([':', '{']) { ":".to_owned() } else { segment.to_owned() };
    pattern.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// The methods of each path in the OpenAPI document. poem serves HEAD wherever it serves GET.
fn methods_of(specification: &str) -> BTreeMap<String, String> {
    let document: serde_json::Value = serde_json::from_str(specification).unwrap_or_default();
    let paths = document.get("paths").and_then(serde_json::Value::as_object).into_iter().flatten();
    paths
        .map(|(path, operations)| {
            let names = operations.as_object().into_iter().flat_map(|operations| operations.keys());
            let names = names.map(|name| if name == "get" { GET.to_owned() } else { name.to_ascii_uppercase() });
            (template(path), names.collect::<Vec<_>>().join(", "))
        })
        .collect()
}

/// HEAD is served wherever GET is.
const GET: &str = "GET, HEAD";
