//! A browser's request for a page, and the responses to it.

use std::{net::IpAddr, sync::Arc};

use maud::Markup;
use poem::{
    Body, FromRequest, Request, Response,
    http::{Method, StatusCode, header},
    web::Multipart,
};
use time::Duration;

use super::{
    edge::{AntiForgery, ClientIp, ContentSecurityPolicy, Cookie, FetchSite, RequestId, no_store},
    extract::{form, origin},
    fault,
    server::Server,
};
use crate::{
    endpoint::{
        interaction::Interaction,
        session::{self, Browser, CurrentSession},
        session_begin::SignedInBrowser,
    },
    oauth::parameters::{MOST_PARAMETERS, MalformedParameters, Parameters, encode},
    secret::Secret,
    web::{
        ErrorPage, PageContext, Remark, Restored, WayOn,
        i18n::{Texts, preferred},
    },
};

/// A request for a page.
#[derive(Clone)]
pub(super) struct PageRequest {
    pub(super) server: Arc<Server>,
    /// The query of a GET, or the form of a POST.
    pub(super) parameters: Result<Parameters, MalformedParameters>,
    /// The cookies of the browser.
    pub(super) browser: Browser,
    /// The session of the signed-in user. Set only by the `read` functions.
    pub(super) person: Option<CurrentSession>,
    /// The requested path.
    pub(super) path: String,
    /// The requested path with its query.
    pub(super) path_and_query: String,
    pub(super) is_post: bool,
    /// A message about the last submission, shown on the page.
    pub(super) remark: Option<Remark>,
    /// Form input restored from a draft.
    pub(super) restored: Option<Restored>,
    /// The client's IP address.
    pub(super) address: IpAddr,
    /// The `User-Agent` header.
    pub(super) user_agent: String,
    /// The parameters in the path, decoded. Set only for the routes of pages.
    pub(super) path_values: Vec<(&'static str, String)>,
    /// The file in a form. Empty if no file was chosen.
    pub(super) upload: Vec<u8>,
    /// Request identifier, which also appears in the log.
    pub(super) request_id: String,
    /// The texts in the language of the response.
    pub(super) texts: &'static Texts,
    pub(super) headers: poem::http::HeaderMap,
    /// Whether the request came with a cookie of this server.
    pub(super) has_cookies: bool,
}

impl PageRequest {
    pub(super) async fn read(server: &Arc<Server>, mut request: Request) -> poem::Result<Self> {
        let parameters = if request.method() == Method::POST {
            let body = request.take_body();
            form(&request, &mut poem::RequestBody::new(body)).await?
        } else {
            Parameters::parse(request.uri().query().unwrap_or_default())
        };
        Self::of(server, &request, parameters).recognised().await
    }

    /// Adds the signed-in user.
    async fn recognised(self) -> poem::Result<Self> {
        let signet = &self.server.signet;
        let person = session::current(signet, &self.browser, signet.clock.now()).await.map_err(fault)?;
        Ok(Self { person, ..self })
    }

    /// Reads a request with a file in the form field `upload`.
    pub(super) async fn read_upload(server: &Arc<Server>, mut request: Request) -> poem::Result<Self> {
        let mut body = poem::RequestBody::new(request.take_body());
        let mut multipart = Multipart::from_request(&request, &mut body).await?;
        let (mut upload, mut entered, mut fields) = (Vec::new(), Vec::new(), 0);
        while let Some(field) = multipart.next_field().await? {
            fields += 1;
            if fields > MOST_PARAMETERS {
                return Err(poem::Error::from_status(StatusCode::BAD_REQUEST));
            }
            let name = field.name().unwrap_or_default().to_owned();
            if name == "upload" {
                upload = field.bytes().await?;
            } else {
                entered.push((name, field.text().await?));
            }
        }
        let entered: Vec<(&str, &str)> = entered.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page_request = Self::of(server, &request, Parameters::parse(&encode(&entered)));
        Self { upload, ..page_request }.recognised().await
    }

    /// Creates a request from parameters that have already been read.
    pub(super) fn of(
        server: &Arc<Server>,
        request: &Request,
        parameters: Result<Parameters, MalformedParameters>,
    ) -> Self {
        let headers = request.headers();
        let cookie = |cookie| server.cookies.read(cookie, headers);
        let known = cookie(Cookie::PreLogin);
        let (session, device) = (cookie(Cookie::Session), cookie(Cookie::Device));
        let has_cookies = known.is_some() || session.is_some() || device.is_some();
        let browser = Browser {
            binding: known.unwrap_or_else(|| server.signet.entropy.secret()),
            session,
            device,
            origin: origin(request),
        };
        let ui_locales = parameters.as_ref().map_or(String::new(), |parameters| locales(server, parameters, &browser));
        Self {
            texts: preferred(&ui_locales, request.header(header::ACCEPT_LANGUAGE).unwrap_or_default()),
            server: Arc::clone(server),
            parameters,
            browser,
            address: ClientIp::of(request).0,
            user_agent: request.header(header::USER_AGENT).unwrap_or_default().to_owned(),
            path_values: Vec::new(),
            upload: Vec::new(),
            request_id: request.data::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default(),
            headers: headers.clone(),
            has_cookies,
            person: None,
            path: request.uri().path().to_owned(),
            path_and_query: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            is_post: request.method() == Method::POST,
            remark: None,
            restored: None,
        }
    }

    /// Returns the value of a parameter. A repeated or unreadable parameter counts as absent on this server's pages.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.parameters.as_ref().ok()?.one(name).ok().flatten()
    }

    /// Returns the value of a parameter, or an empty string.
    pub(super) fn text(&self, name: &str) -> String {
        self.value(name).unwrap_or_default().to_owned()
    }

    /// Returns the value of a parameter in the path, or an empty string.
    pub(super) fn path_value(&self, name: &str) -> &str {
        self.path_values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The user and language for rendering pages.
    pub(super) fn context(&self) -> PageContext<'_> {
        PageContext {
            brand: &self.server.brand,
            theme: &self.server.theme,
            texts: self.texts,
            remark: self.remark.as_ref(),
            restored: self.restored.as_ref(),
        }
    }

    /// The origin of the form as reported by the browser.
    pub(super) fn provenance(&self) -> FetchSite {
        self.server.anti_forgery.provenance(&self.headers)
    }

    /// Whether the page was opened over `http` although this server uses `https`.
    pub(super) fn is_insecure(&self) -> bool {
        self.server.anti_forgery.is_insecure(&self.headers)
    }

    /// Whether the browser does not send this server's cookies: it recently received the page of this form, with a
    /// cookie.
    pub(super) fn lacks_cookies(&self) -> bool {
        let token = self.text("anti_forgery");
        let is_old = !token.is_empty() && AntiForgery::is_expired(&token, self.server.signet.clock.now());
        !self.has_cookies && !is_old
    }

    /// Whether the form was issued to a different user than the one who is signed in.
    pub(super) fn is_of_another_person(&self) -> bool {
        let token = self.text("anti_forgery");
        let is_theirs = |person: &CurrentSession| {
            self.server.anti_forgery.is_of_person(&token, person.account.id.as_str())
                || self.server.anti_forgery.is_of_person(&token, "")
        };
        AntiForgery::is_whole(&token) && self.person.as_ref().is_some_and(|person| !is_theirs(person))
    }

    /// Whether the page requires a signed-in user.
    pub(super) fn needs_person(&self) -> bool {
        self.is_own_page() || self.path == "/device"
    }

    /// Whether the page is part of the account, developer or administration pages.
    fn is_own_page(&self) -> bool {
        let first = self.path.split('/').nth(1).unwrap_or_default();
        matches!(first, "account" | "developer" | "admin")
    }

    pub(super) fn page(&self, status: StatusCode, markup: Markup) -> Response {
        self.page_showing(status, markup, None)
    }

    /// A page that shows the image at `logo_uri`, if there is one.
    pub(super) fn page_showing(&self, status: StatusCode, markup: Markup, logo_uri: Option<&str>) -> Response {
        let policy = self.policy();
        let policy = match logo_uri.map(|uri| policy.clone().with_image(uri)) {
            Some(Ok(policy)) => policy,
            _ => policy,
        };
        self.html(status, markup, &policy)
    }

    /// A page with hidden frames that load the URLs in `frames`.
    pub(super) fn page_with_frames(&self, markup: Markup, frames: &[String]) -> Response {
        let policy = frames.iter().fold(self.policy(), |policy, uri| policy.with_frame(uri));
        self.html(StatusCode::OK, markup, &policy)
    }

    /// A page whose only form is submitted to the application by the script with `nonce`.
    pub(super) fn form_post_page(&self, markup: Markup, nonce: &str) -> Response {
        let policy = self.policy();
        let policy = policy.clone().with_script_nonce(nonce).unwrap_or(policy);
        self.html(StatusCode::OK, markup, &policy)
    }

    /// Forms on account, developer and administration pages lead only to this server. Forms on all other pages can lead
    /// to an application.
    fn policy(&self) -> ContentSecurityPolicy {
        let policy = ContentSecurityPolicy::page();
        if self.is_own_page() { policy.with_own_forms_only() } else { policy }
    }

    fn html(&self, status: StatusCode, markup: Markup, policy: &ContentSecurityPolicy) -> Response {
        let answer = Response::builder()
            .status(status)
            .header(header::CONTENT_SECURITY_POLICY, policy.header_value())
            .header(header::CONTENT_LANGUAGE, self.texts.tag)
            .content_type("text/html; charset=utf-8")
            .body(Body::from_string(markup.into_string()));
        self.remembered(no_store(answer))
    }

    /// Redirects to `location` with GET: 303, never 307, which would resend a password.
    pub(super) fn redirect(&self, location: &str) -> Response {
        let answer = Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish();
        self.remembered(no_store(answer))
    }

    /// Redirects to `location` and sets the session cookie.
    pub(super) fn redirect_signed_in(&self, location: &str, signed_in: &SignedInBrowser) -> Response {
        let mut answer = self.redirect(location);
        self.set(&mut answer, Cookie::Session, signed_in.session.secret(), Some(signed_in.lifetime));
        self.set(&mut answer, Cookie::Device, &signed_in.device, Some(DEVICE_REMEMBERED));
        answer
    }

    /// Redirects to `location` and sets the cookie `device`, which marks a known device of an account.
    pub(super) fn redirect_known(&self, location: &str, device: &Secret) -> Response {
        let mut answer = self.redirect(location);
        self.set(&mut answer, Cookie::Device, device, Some(DEVICE_REMEMBERED));
        answer
    }

    /// Deletes the session cookie.
    pub(super) fn signed_out(&self, mut answer: Response) -> Response {
        answer.headers_mut().append(header::SET_COOKIE, self.server.cookies.clear(Cookie::Session));
        answer
    }

    /// An error page without a redirect. For a user who is signed in, it links to their account.
    pub(super) fn error(&self, status: StatusCode, page: ErrorPage) -> Response {
        let page = if self.person.is_some() { page.leading_to(WayOn::Account) } else { page };
        self.page(status, page.with_reference(&self.request_id).render(self.context()))
    }

    /// Where an error page leads a user who followed a link or sent a form of this server.
    pub(super) fn way_on(&self) -> WayOn {
        if self.person.is_some() { WayOn::Account } else { WayOn::SignIn }
    }

    /// Sets or renews the cookie that binds logins and forms to the browser, for as long as either can continue.
    fn remembered(&self, mut answer: Response) -> Response {
        let lifetime = self.server.signet.lifetimes.interaction.max(AntiForgery::LIFETIME);
        self.set(&mut answer, Cookie::PreLogin, &self.browser.binding, Some(lifetime));
        answer
    }

    fn set(&self, answer: &mut Response, cookie: Cookie, value: &Secret, max_age: Option<Duration>) {
        match self.server.cookies.set(cookie, value, max_age) {
            Ok(value) => {
                answer.headers_mut().append(header::SET_COOKIE, value);
            }
            // The server's own values consist of base64url and dots, which are valid in every cookie.
            Err(refusal) => tracing::error!(%refusal, "a cookie could not be set"),
        }
    }
}

/// The `ui_locales` of an authorization request, or of the request that the interaction continues.
fn locales(server: &Server, parameters: &Parameters, browser: &Browser) -> String {
    let one = |name| parameters.one(name).ok().flatten();
    if let Some(locales) = one("ui_locales") {
        return locales.to_owned();
    }
    let signet = &server.signet;
    let begun =
        one("interaction").map(|sealed| Interaction::open(sealed, &browser.binding, signet, signet.clock.now()));
    begun.and_then(Result::ok).and_then(|begun| begun.request.ui_locales).unwrap_or_default()
}

/// Lifetime of the cookie that marks a known device.
const DEVICE_REMEMBERED: Duration = crate::account::device::LIFETIME;
