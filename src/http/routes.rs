//! The routes of the server.

use std::sync::Arc;

use poem::{
    Endpoint, EndpointExt, IntoEndpoint, IntoResponse, Request, Response, Route, endpoint,
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
    page_endpoint::{H, PageEndpoint},
    pages::{admin::AdminPages, compatibility::Part},
    parameter_check::CheckedParameters,
    pictures_api::PicturesApi,
    presentation::Pages,
    presets_api::PresetsApi,
    route_table::{Patterns, Table, get, post},
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
    let presentation = issuer.map(|issuer| Pages { patterns, brand, theme, issuer });
    let edge = presentation.map(|presentation| Edge {
        issuer: server.origin.clone(),
        trusted_proxies: wrapping.trusted_proxies,
        limits: wrapping
            .limits
            .with_body_at("/users/*/picture", Picture::MAXIMUM_UPLOAD)
            .with_body_at("/account/picture", Picture::MAXIMUM_UPLOAD + FORM_AROUND_PICTURE)
            .with_body_at("/login", LOGIN_WITH_DRAFT),
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
    let page = |handler| PageEndpoint { server: Arc::clone(server), handler };
    let document = specification.clone();
    let table = Table::default()
        .at("/login", get(page(H::Login)).post(page(H::SubmitLogin)))
        .at("/consent", get(page(H::Consent)).post(page(H::SubmitConsent)))
        .at("/signup", get(page(H::SignUp)).post(page(H::SubmitSignUp)))
        .at("/setup", get(page(H::Setup)).post(page(H::SubmitSetup)))
        .at("/reset", get(page(H::Reset)).post(page(H::SubmitReset)))
        .at("/reset/done", get(page(H::ResetDone)))
        .at("/logout", get(page(H::Logout)).post(page(H::SubmitLogout)))
        .at("/logout/done", get(page(H::LoggedOut)))
        .at("/account", get(page(H::Account)))
        .at("/account/profile", get(page(H::Profile)).post(page(H::SubmitProfile)))
        .at("/account/picture", post(page(H::SubmitPicture)))
        .at("/account/password", get(page(H::Password)).post(page(H::SubmitPassword)))
        .at("/account/applications", get(page(H::Applications)).post(page(H::SubmitApplications)))
        .at("/account/sessions", get(page(H::Sessions)).post(page(H::SubmitSessions)))
        .at("/account/security", get(page(H::Security)))
        .at("/account/schedule", get(page(H::Schedule)).post(page(H::SubmitSchedule)))
        .at("/account/data", get(page(H::OwnData)).post(page(H::SubmitOwnData)))
        .at("/account/data/copy", get(page(H::CopyOwnData)))
        .at("/docs/errors", get(page(H::Errors)))
        .at("/device", get(page(H::Device)).post(page(H::SubmitDevice)))
        .at("/device/qr", get(page(H::DeviceQr)))
        .at("/developer", get(page(H::Developer)).post(page(H::SubmitDeveloper)))
        .at("/developer/presets", get(page(H::Presets)))
        .at("/developer/presets/:id", get(page(H::Preset)).post(page(H::SubmitPreset)))
        .at("/developer/:id", get(page(H::OwnClient)).post(page(H::SubmitOwnClient)))
        .at("/developer/:id/secrets", post(page(H::SubmitSecret)))
        .at("/developer/:id/compatibility", post(page(H::SubmitSettings(Part::Compatibility))))
        .at("/developer/:id/groups", post(page(H::SubmitSettings(Part::Groups))))
        .at("/developer/:id/remedy", get(page(H::Remedy)).post(page(H::SubmitRemedy)))
        .at("/developer/:id/delete", get(page(H::ClientDeletion)).post(page(H::SubmitClientDeletion)))
        .at(brand::LOGO, get(page(H::BrandFile)))
        .at(brand::STYLESHEET, get(page(H::BrandFile)))
        .at("/assets/:name", get(endpoint::make(asset)))
        .at("/openapi.json", get(endpoint::make(move |_| json(document.clone()))));
    let admin = || get(AdminPages(Arc::clone(server))).post(AdminPages(Arc::clone(server)));
    let table = table.at("/admin", admin()).at("/admin/*rest", admin());
    let swagger_ui = service.swagger_ui_html();
    let rest = Root { home: poem::get(page(H::Home)), rest: service.into_endpoint() };
    with_docs(table, &swagger_ui).before(rest, &specification)
}

/// Serves the requests that no other route matches: the home page at exactly `/`, since poem passes every path to an
/// endpoint nested there, and the API.
struct Root<R> {
    home: poem::RouteMethod,
    rest: R,
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

/// Additional size of a form with a file: multipart headers and other fields, in bytes.
const FORM_AROUND_PICTURE: usize = 16 * 1024;

/// Maximum size of a login form that carries an encrypted draft of a form of the usual size.
const LOGIN_WITH_DRAFT: usize = 160 * 1024;
