//! A browser's request for a page, and the page that it gets.

use std::{net::IpAddr, sync::Arc};

use maud::Markup;
use poem::{
    Body, FromRequest, Request, Response,
    http::{Method, StatusCode, header},
    web::Multipart,
};
use time::Duration;

use super::{
    draft::Draft,
    edge::{AntiForgery, ClientIp, ContentSecurityPolicy, Cookie, FetchSite, FormContext, RequestId, no_store},
    extract::{form, origin},
    fault,
    server::Server,
};
use crate::{
    endpoint::{
        interaction::Interaction,
        login::SignedInBrowser,
        session::{self, Browser, CurrentSession},
    },
    oauth::parameters::{MOST_PARAMETERS, MalformedParameters, Parameters, encode},
    secret::Secret,
    web::{
        ErrorPage, PageContext, Remark, Restored,
        i18n::{Texts, preferred},
    },
};

/// A request for a page.
#[derive(Clone)]
pub(super) struct PageRequest {
    /// The server.
    pub(super) server: Arc<Server>,
    /// The query of a GET, the form of a POST.
    pub(super) parameters: Result<Parameters, MalformedParameters>,
    /// What the browser shows of itself.
    pub(super) browser: Browser,
    /// Who is signed in on it. Known of a request that was read here.
    pub(super) person: Option<CurrentSession>,
    /// The path that was asked for.
    pub(super) path: String,
    /// Whether it is a POST.
    pub(super) is_post: bool,
    /// What the page says about what was just sent.
    pub(super) remark: Option<Remark>,
    /// What was entered into a form of the page before.
    pub(super) restored: Option<Restored>,
    /// Where from.
    pub(super) address: IpAddr,
    /// The header of this name.
    pub(super) user_agent: String,
    /// The segment `:id` of the path, decoded; empty where there is none.
    pub(super) id: String,
    /// What to look for in the log.
    pub(super) request_id: String,
    /// The language of the pages that answer it.
    pub(super) texts: &'static Texts,
    /// The header fields.
    pub(super) headers: poem::http::HeaderMap,
    /// Whether it came with a cookie of ours.
    pub(super) has_cookies: bool,
}

impl PageRequest {
    /// Reads a request.
    pub(super) async fn read(server: &Arc<Server>, mut request: Request) -> poem::Result<Self> {
        let parameters = if request.method() == Method::POST {
            let body = request.take_body();
            form(&request, &mut poem::RequestBody::new(body)).await?
        } else {
            Parameters::parse(request.uri().query().unwrap_or_default())
        };
        let page_request = Self::of(server, &request, parameters).recognised().await?;
        Ok(Draft::restore(page_request))
    }

    /// The same with the person who is signed in.
    async fn recognised(self) -> poem::Result<Self> {
        let signet = &self.server.signet;
        let person = session::current(signet, &self.browser, signet.clock.now()).await.map_err(fault)?;
        Ok(Self { person, ..self })
    }

    /// Reads a request whose form carries a file in the field `upload`, which is empty if none was chosen.
    pub(super) async fn read_upload(server: &Arc<Server>, mut request: Request) -> poem::Result<(Self, Vec<u8>)> {
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
        Ok((page_request.recognised().await?, upload))
    }

    /// A request whose parameters were read already.
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
            id: request.raw_path_param("id").unwrap_or_default().to_owned(),
            request_id: request.data::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default(),
            headers: headers.clone(),
            has_cookies,
            person: None,
            path: request.uri().path().to_owned(),
            is_post: request.method() == Method::POST,
            remark: None,
            restored: None,
        }
    }

    /// The value of a parameter; one that is repeated or unreadable is as good as none on a page of ours.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.parameters.as_ref().ok()?.one(name).ok().flatten()
    }

    /// The value of a parameter, or nothing.
    pub(super) fn text(&self, name: &str) -> String {
        self.value(name).unwrap_or_default().to_owned()
    }

    /// As whom, and in which language, pages answer.
    pub(super) fn context(&self) -> PageContext<'_> {
        PageContext {
            brand: &self.server.brand,
            theme: &self.server.theme,
            texts: self.texts,
            remark: self.remark.as_ref(),
            restored: self.restored.as_ref(),
        }
    }

    /// The anti-forgery token of a form that does `action`, for the login `interaction` if there is one.
    pub(super) fn anti_forgery(&self, action: &str, interaction: Option<&str>) -> String {
        self.server.anti_forgery.issue(self.form_context(action, interaction), self.server.signet.clock.now())
    }

    /// Makes sure that the form was sent from a page of ours, by this person in this browser.
    pub(super) fn admit(&self, action: &str) -> poem::Result<()> {
        let presented = self.text("anti_forgery");
        let context = self.form_context(action, self.value("interaction"));
        let now = self.server.signet.clock.now();
        let _proof = self.server.anti_forgery.admit(&self.headers, &presented, context, now)?;
        Ok(())
    }

    /// What the browser says about where the form was sent from.
    pub(super) fn provenance(&self) -> FetchSite {
        self.server.anti_forgery.provenance(&self.headers)
    }

    /// Whether the page was opened by `http` although this server has `https`.
    pub(super) fn is_insecure(&self) -> bool {
        self.server.anti_forgery.is_insecure(&self.headers)
    }

    /// Whether the browser keeps our cookies to itself: it had the page of this form not long ago, with a cookie.
    pub(super) fn lacks_cookies(&self) -> bool {
        let token = self.text("anti_forgery");
        let is_old = !token.is_empty() && AntiForgery::is_expired(&token, self.server.signet.clock.now());
        !self.has_cookies && !is_old
    }

    /// Whether the form belongs to another person than the one who is signed in.
    pub(super) fn is_of_another_person(&self) -> bool {
        let token = self.text("anti_forgery");
        let is_theirs = |person: &CurrentSession| {
            self.server.anti_forgery.is_of_person(&token, person.account.id.as_str())
                || self.server.anti_forgery.is_of_person(&token, "")
        };
        AntiForgery::is_whole(&token) && self.person.as_ref().is_some_and(|person| !is_theirs(person))
    }

    /// Whether the page is for a person who is signed in.
    pub(super) fn needs_person(&self) -> bool {
        self.is_own_page() || self.path == "/device"
    }

    /// Whether the page belongs to a person's own account, applications or administration.
    fn is_own_page(&self) -> bool {
        let first = self.path.split('/').nth(1).unwrap_or_default();
        matches!(first, "account" | "developer" | "admin")
    }

    fn form_context<'a>(&'a self, action: &'a str, interaction: Option<&'a str>) -> FormContext<'a> {
        // Before the login there is no person, or another one: such a form belongs to the browser alone.
        let is_before_login = matches!(action, "login" | "signup" | "setup" | "reset");
        let person = self.person.as_ref().filter(|_| !is_before_login);
        FormContext {
            binding: &self.browser.binding,
            person: person.map_or("", |person| person.account.id.as_str()),
            transaction: interaction.unwrap_or_default(),
            action,
        }
    }

    /// A page.
    pub(super) fn page(&self, status: StatusCode, markup: Markup) -> Response {
        self.page_showing(status, markup, None)
    }

    /// The same for a page that shows the picture at `logo_uri`, if there is one.
    pub(super) fn page_showing(&self, status: StatusCode, markup: Markup, logo_uri: Option<&str>) -> Response {
        let policy = self.policy();
        let policy = match logo_uri.map(|uri| policy.clone().with_image(uri)) {
            Some(Ok(policy)) => policy,
            _ => policy,
        };
        self.html(status, markup, &policy)
    }

    /// A page that shows the addresses of `frames`, unseen.
    pub(super) fn page_with_frames(&self, markup: Markup, frames: &[String]) -> Response {
        let policy = frames.iter().fold(self.policy(), |policy, uri| policy.with_frame(uri));
        self.html(StatusCode::OK, markup, &policy)
    }

    /// The page whose one form sends itself to the application, by the script of `nonce`.
    pub(super) fn form_post_page(&self, markup: Markup, nonce: &str) -> Response {
        let policy = self.policy();
        let policy = policy.clone().with_script_nonce(nonce).unwrap_or(policy);
        self.html(StatusCode::OK, markup, &policy)
    }

    /// The forms of a person's own pages lead to this server alone. Every other page can end at an application.
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

    /// The browser goes to `location`, by GET: 303, never 307, which would send a password on.
    pub(super) fn redirect(&self, location: &str) -> Response {
        let answer = Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish();
        self.remembered(no_store(answer))
    }

    /// The browser goes to `location` and is signed in.
    pub(super) fn redirect_signed_in(&self, location: &str, signed_in: &SignedInBrowser) -> Response {
        let mut answer = self.redirect(location);
        self.set(&mut answer, Cookie::Session, signed_in.session.secret(), Some(signed_in.lifetime));
        self.set(&mut answer, Cookie::Device, &signed_in.device, Some(DEVICE_REMEMBERED));
        answer
    }

    /// The browser goes to `location` and is a known device of an account, by the cookie `device`.
    pub(super) fn redirect_known(&self, location: &str, device: &Secret) -> Response {
        let mut answer = self.redirect(location);
        self.set(&mut answer, Cookie::Device, device, Some(DEVICE_REMEMBERED));
        answer
    }

    /// The answer after which the browser is signed out.
    pub(super) fn signed_out(&self, mut answer: Response) -> Response {
        answer.headers_mut().append(header::SET_COOKIE, self.server.cookies.clear(Cookie::Session));
        answer
    }

    /// A page that says what went wrong and stays put.
    pub(super) fn error(&self, status: StatusCode, page: ErrorPage) -> Response {
        self.page(status, page.with_reference(&self.request_id).render(self.context()))
    }

    /// The browser gets the cookie that binds logins and forms to it, or keeps it for as long as either can go on.
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
            // Our own values are base64url and dots, which every cookie can carry.
            Err(refusal) => tracing::error!(%refusal, "a cookie could not be set"),
        }
    }
}

/// The `ui_locales` of a request of an application, or of the login that it began.
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

/// How long a browser keeps the cookie of a device that has signed in.
const DEVICE_REMEMBERED: Duration = crate::account::device::LIFETIME;
