//! The routes of the server.

use std::sync::Arc;

use poem::{
    Endpoint, EndpointExt, Request, Response, Route, endpoint,
    http::{StatusCode, header},
};
use poem_openapi::{LicenseObject, OpenApiService};

use super::{
    authorize_parameters::WithAuthorizeParameters,
    brand,
    clients_api::ClientsApi,
    connections_api::ConnectionsApi,
    discovery_api::DiscoveryApi,
    docs,
    edge::{Edge, Limits, PublicPaths, TrustedProxies},
    events_api::EventsApi,
    oauth_api::OAuthApi,
    page_endpoint::mount,
    page_route::Routes,
    pages,
    parameter_check::CheckedParameters,
    pictures_api::PicturesApi,
    presentation::Pages,
    presets_api::PresetsApi,
    route_table::{Patterns, Table, get},
    schedules_api::SchedulesApi,
    server::Server,
    sessions_api::SessionsApi,
    status_lists_api::StatusListsApi,
    users_api::UsersApi,
    webfinger_api::WebfingerApi,
};
use crate::{
    account::picture::Picture,
    web::{self, WebLink},
};

/// The configuration of the middlewares around the application.
#[derive(Clone, Default)]
pub struct Wrapping {
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: TrustedProxies,
    /// Limits on the size and duration of requests.
    pub limits: Limits,
}

/// Returns the whole server as one endpoint.
pub fn application(server: &Arc<Server>, wrapping: Wrapping) -> impl Endpoint<Output = Response> + use<> {
    let issuer = WebLink::parse(server.signet.issuer.as_str());
    let (routes, patterns) = routes(server);
    let (brand, theme) = (server.brand.clone(), server.theme.clone());
    let limits = wrapping.limits.with_body_at("/users/*/picture", Picture::MAXIMUM_UPLOAD);
    let limits = pages().0.iter().fold(limits, |limits, page| match page.most_bytes {
        Some(most_bytes) => limits.with_body_at(page.path, most_bytes),
        None => limits,
    });
    let presentation = issuer.map(|issuer| Pages { patterns, brand, theme, issuer });
    let edge = presentation.map(|presentation| Edge {
        issuer: server.origin.clone(),
        trusted_proxies: wrapping.trusted_proxies,
        limits,
        public_paths: public_paths(),
        presentation: Arc::new(presentation),
        clock: server.signet.clock.clone(),
        entropy: server.signet.entropy,
    });
    // An issuer is always a web URL, so there is always an edge.
    match edge {
        Some(edge) => edge.wrap(routes).boxed(),
        None => Route::new().boxed(),
    }
    .map_to_response()
}

/// Returns the OpenAPI document.
#[must_use]
pub fn specification(server: &Arc<Server>) -> String {
    service(server).spec()
}

type Apis = (
    WithAuthorizeParameters<OAuthApi>,
    DiscoveryApi,
    StatusListsApi,
    WebfingerApi,
    ClientsApi,
    PresetsApi,
    UsersApi,
    PicturesApi,
    ConnectionsApi,
    SchedulesApi,
    SessionsApi,
    EventsApi,
);

fn service(server: &Arc<Server>) -> OpenApiService<CheckedParameters<Apis>, ()> {
    let apis = (
        WithAuthorizeParameters(OAuthApi(Arc::clone(server))),
        DiscoveryApi(Arc::clone(server)),
        StatusListsApi(Arc::clone(server)),
        WebfingerApi(Arc::clone(server)),
        ClientsApi(Arc::clone(server)),
        PresetsApi(Arc::clone(server)),
        UsersApi(Arc::clone(server)),
        PicturesApi(Arc::clone(server)),
        ConnectionsApi(Arc::clone(server)),
        SchedulesApi(Arc::clone(server)),
        SessionsApi(Arc::clone(server)),
        EventsApi(Arc::clone(server)),
    );
    OpenApiService::new(CheckedParameters(apis), "Signet", env!("CARGO_PKG_VERSION"))
        .description(
            "An OAuth 2.0 and OpenID Connect authorization server. Select Authorize to sign in and try the endpoints.",
        )
        .license(LicenseObject::new("MIT"))
        .url_prefix("")
}

fn routes(server: &Arc<Server>) -> (Route, Patterns) {
    let service = service(server);
    let specification = service.spec();
    let document = specification.clone();
    let brand_file = || {
        let server = Arc::clone(server);
        get(endpoint::make(move |request| brand_file(Arc::clone(&server), request)))
    };
    let table = mount(Table::default(), &pages(), server)
        .at(brand::LOGO, brand_file())
        .at(brand::STYLESHEET, brand_file())
        .at("/assets/:name", get(endpoint::make(asset)))
        .at("/openapi.json", get(endpoint::make(move |_| json(document.clone()))));
    let swagger_ui = service.swagger_ui_html();
    with_docs(table, &swagger_ui).before(service, &specification)
}

/// The routes of all pages. Each module declares its own.
fn pages() -> Routes {
    Routes::join([
        pages::home::routes(),
        pages::login::routes(),
        pages::consent::routes(),
        pages::signup::routes(),
        pages::setup::routes(),
        pages::reset::routes(),
        pages::logout::routes(),
        pages::device::routes(),
        pages::account::routes(),
        pages::profile::routes(),
        pages::picture::routes(),
        pages::password::routes(),
        pages::applications::routes(),
        pages::sessions::routes(),
        pages::security::routes(),
        pages::schedule::routes(),
        pages::own_data::routes(),
        pages::developer::routes(),
        pages::presets::routes(),
        pages::own_client::routes(),
        pages::compatibility::routes(),
        pages::remedy::routes(),
        pages::errors::routes(),
        pages::admin::routes(),
    ])
}

/// Returns the path patterns of all pages that are shown.
#[must_use]
pub fn page_paths() -> Vec<&'static str> {
    pages().0.iter().filter(|route| route.show.is_some()).map(|route| route.path).collect()
}

/// Returns the path patterns of all pages that accept a form. A segment that begins with a colon is a parameter.
#[must_use]
pub fn form_paths() -> Vec<&'static str> {
    pages().form_paths()
}

/// Adds Swagger UI and the page that receives its authorization response.
fn with_docs(table: Table, swagger_ui: &str) -> Table {
    let Some(docs) = docs::docs(swagger_ui) else { return table };
    let docs = Arc::new(docs);
    let receiver_policy = docs::receiver_policy();
    table.at("/docs", get(endpoint::make(move |_| html(docs.html.clone(), docs.policy.clone())))).at(
        "/docs/oauth-receiver.html",
        get(endpoint::make(move |_| html(docs::RECEIVER.to_owned(), receiver_policy.clone()))),
    )
}

async fn json(body: String) -> poem::Result<Response> {
    let answer = Response::builder().header(header::CACHE_CONTROL, "public, max-age=300");
    Ok(answer.content_type("application/json").body(body))
}

async fn html(body: String, policy: String) -> poem::Result<Response> {
    let answer = Response::builder()
        .header(header::CONTENT_SECURITY_POLICY, policy)
        .header(header::CACHE_CONTROL, "public, max-age=300");
    Ok(answer.content_type("text/html; charset=utf-8").body(body))
}

async fn brand_file(server: Arc<Server>, request: Request) -> poem::Result<Response> {
    server.brand_files.answer(request.uri().path(), request.uri().query())
}

async fn asset(request: Request) -> poem::Result<Response> {
    let asset = web::asset(request.uri().path()).ok_or(poem::error::NotFoundError)?;
    // The URL contains the version, so its content never changes.
    let is_versioned = request.uri().query() == Some(format!("v={}", asset.version()).as_str());
    let caching = if is_versioned { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let answer = Response::builder().status(StatusCode::OK).header(header::CACHE_CONTROL, caching);
    Ok(answer.content_type(asset.content_type).body(asset.bytes))
}

/// The paths that scripts of any origin may call: those that use no cookie. Never a page.
fn public_paths() -> PublicPaths {
    PublicPaths::new()
        .with("/.well-known/", "GET")
        .with("/jwks.json", "GET")
        .with("/openapi.json", "GET")
        .with("/token", "POST")
        .with("/api/oauth2/token", "POST")
        .with("/device_authorization", "POST")
        .with("/register", "POST")
        .with("/revoke", "POST")
        .with("/status", "GET")
        .with("/status/", "GET")
        .with("/userinfo", "GET, POST")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::page_route::path_of_page;

    #[test]
    fn every_route_of_a_page_has_its_own_path_and_responds() {
        let routes = pages().0;
        let paths: BTreeSet<&str> = routes.iter().map(|route| route.path).collect();
        assert_eq!(paths.len(), routes.len());
        for route in &routes {
            assert!(route.show.is_some() || route.form.is_some() || route.otherwise.is_some(), "{}", route.path);
        }
        assert!(form_paths().len() > 35 && form_paths().contains(&"/developer/:id/secrets"), "{:?}", form_paths());
    }

    #[test]
    fn every_form_is_on_a_page_that_is_shown_about_the_same_record() {
        let routes = pages().0;
        for route in &routes {
            let Some(form) = &route.form else { continue };
            assert!(routes.iter().any(|page| page.path == form.page && page.show.is_some()), "{}", route.path);
            let path = path_of_page(form.page, (route.path, &route.path.replace(':', "")));
            assert!(!path.contains(':'), "{}: the form does not name the record of {}", route.path, form.page);
        }
    }

    // A page's own POST without a token could be sent by another site.
    #[test]
    fn only_the_logout_accepts_a_post_without_a_token() {
        let routes = pages().0;
        let unchecked =
            routes.iter().filter(|route| route.form.as_ref().is_some_and(|form| form.without_check.is_some()));
        assert_eq!(unchecked.map(|route| route.path).collect::<Vec<_>>(), ["/logout"]);
    }

    #[test]
    fn every_page_of_the_administration_requires_an_administrator_even_if_it_does_not_exist() {
        for route in pages().0.iter().filter(|route| route.path.starts_with("/admin")) {
            assert!(route.otherwise.is_some(), "{}", route.path);
        }
    }
}
