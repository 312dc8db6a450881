//! Pages as poem endpoints: selects the handler, and the page to show again after a form was rejected.

use std::sync::Arc;

use poem::{Endpoint, Request, Response};

use super::{
    draft::Draft,
    page_request::PageRequest,
    pages::{
        self,
        again::{self, PageOf},
        compatibility::Part,
    },
    server::Server,
};

/// The pages and forms.
#[derive(Clone, Copy)]
pub(super) enum H {
    Home,
    Login,
    SubmitLogin,
    Consent,
    SubmitConsent,
    SignUp,
    SubmitSignUp,
    Setup,
    SubmitSetup,
    Reset,
    SubmitReset,
    ResetDone,
    Logout,
    SubmitLogout,
    LoggedOut,
    Account,
    Profile,
    SubmitProfile,
    SubmitPicture,
    Password,
    SubmitPassword,
    Applications,
    SubmitApplications,
    Sessions,
    SubmitSessions,
    Security,
    Schedule,
    SubmitSchedule,
    OwnData,
    CopyOwnData,
    SubmitOwnData,
    Developer,
    SubmitDeveloper,
    Presets,
    Preset,
    SubmitPreset,
    OwnClient,
    SubmitOwnClient,
    SubmitSecret,
    SubmitSettings(Part),
    Remedy,
    SubmitRemedy,
    ClientDeletion,
    SubmitClientDeletion,
    Errors,
    Device,
    SubmitDevice,
    DeviceQr,
    BrandFile,
}

impl H {
    /// The page that contains the form of this handler.
    fn page(self) -> Self {
        match self {
            Self::SubmitLogin => Self::Login,
            Self::SubmitConsent => Self::Consent,
            Self::SubmitSignUp => Self::SignUp,
            Self::SubmitSetup => Self::Setup,
            Self::SubmitReset => Self::Reset,
            Self::SubmitLogout => Self::Logout,
            Self::SubmitProfile | Self::SubmitPicture => Self::Profile,
            Self::SubmitPassword => Self::Password,
            Self::SubmitApplications => Self::Applications,
            Self::SubmitSessions => Self::Sessions,
            Self::SubmitSchedule => Self::Schedule,
            Self::SubmitOwnData => Self::OwnData,
            Self::SubmitDeveloper => Self::Developer,
            Self::SubmitPreset => Self::Preset,
            Self::SubmitOwnClient | Self::SubmitSecret | Self::SubmitSettings(_) => Self::OwnClient,
            Self::SubmitRemedy => Self::Remedy,
            Self::SubmitClientDeletion => Self::ClientDeletion,
            Self::SubmitDevice => Self::Device,
            page => page,
        }
    }

    /// The path of that page, for a form submitted to `path`.
    fn page_path(self, path: &str) -> &str {
        match self {
            Self::SubmitPicture => "/account/profile",
            Self::SubmitSecret | Self::SubmitSettings(_) => path.rsplit_once('/').map_or(path, |(page, _)| page),
            _ => path,
        }
    }

    /// The list page that contains the subject of this page.
    fn list(self) -> Self {
        match self {
            Self::Remedy => Self::OwnClient,
            Self::OwnClient | Self::ClientDeletion => Self::Developer,
            Self::Preset => Self::Presets,
            Self::Schedule => Self::Applications,
            page => page,
        }
    }
}

/// A page as a poem endpoint.
pub(super) struct PageEndpoint {
    pub(super) server: Arc<Server>,
    pub(super) handler: H,
}

impl Endpoint for PageEndpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if let H::BrandFile = self.handler {
            return self.server.brand_files.answer(request.uri().path(), request.uri().query());
        }
        let (page_request, upload) = match self.handler {
            H::SubmitPicture => PageRequest::read_upload(&self.server, request).await?,
            _ => (Draft::restore(PageRequest::read(&self.server, request).await?), Vec::new()),
        };
        let sent = page_request.is_post.then(|| page_request.clone());
        let answer = match self.handler {
            H::SubmitPicture => pages::picture::submit(page_request, upload).await,
            handler => show(handler, page_request).await,
        };
        let Some(sent) = sent else { return answer };
        let (path, page) = (sent.path.clone(), self.handler.page());
        let shown = |page_request, which| match which {
            PageOf::Form => show(page, page_request),
            PageOf::List => show(page.list(), page_request),
        };
        again::unless_taken(answer, (sent, self.handler.page_path(&path)), shown).await
    }
}

async fn show(handler: H, page_request: PageRequest) -> poem::Result<Response> {
    match handler {
        H::Home => pages::home::show(page_request).await,
        H::Login => pages::login::show(page_request).await,
        H::SubmitLogin => pages::login::submit(page_request).await,
        H::Consent => pages::consent::show(page_request).await,
        H::SubmitConsent => pages::consent::submit(page_request).await,
        H::SignUp => pages::signup::show(page_request).await,
        H::SubmitSignUp => pages::signup::submit(page_request).await,
        H::Setup => pages::setup::show(page_request).await,
        H::SubmitSetup => pages::setup::submit(page_request).await,
        H::Reset => pages::reset::show(page_request).await,
        H::SubmitReset => pages::reset::submit(page_request).await,
        H::ResetDone => pages::reset::done(page_request).await,
        H::Logout => pages::logout::show(page_request).await,
        H::SubmitLogout => pages::logout::submit(page_request).await,
        H::LoggedOut => pages::logout::done(page_request).await,
        H::Account => pages::account::show(page_request).await,
        H::Profile => pages::profile::show(page_request).await,
        H::SubmitProfile => pages::profile::submit(page_request).await,
        // These read the request themselves, above.
        H::BrandFile | H::SubmitPicture => Err(poem::error::NotFoundError.into()),
        H::Password => pages::password::show(page_request).await,
        H::SubmitPassword => pages::password::submit(page_request).await,
        H::Applications => pages::applications::show(page_request).await,
        H::SubmitApplications => pages::applications::submit(page_request).await,
        H::Sessions => pages::sessions::show(page_request).await,
        H::SubmitSessions => pages::sessions::submit(page_request).await,
        H::Security => pages::security::show(page_request).await,
        H::Schedule => pages::schedule::show(page_request).await,
        H::SubmitSchedule => pages::schedule::submit(page_request).await,
        H::OwnData => pages::own_data::show(page_request).await,
        H::CopyOwnData => pages::own_data::copy(page_request).await,
        H::SubmitOwnData => pages::own_data::submit(page_request).await,
        H::Developer => pages::developer::show(page_request).await,
        H::SubmitDeveloper => pages::developer::submit(page_request).await,
        H::Presets => pages::presets::show(page_request).await,
        H::Preset => pages::presets::show_one(page_request).await,
        H::SubmitPreset => pages::presets::submit(page_request).await,
        H::OwnClient => pages::own_client::show(page_request).await,
        H::SubmitOwnClient => pages::own_client::submit(page_request).await,
        H::SubmitSecret => pages::own_client::submit_secret(page_request).await,
        H::SubmitSettings(part) => pages::compatibility::submit(page_request, part).await,
        H::Remedy => pages::remedy::show(page_request).await,
        H::SubmitRemedy => pages::remedy::submit(page_request).await,
        H::ClientDeletion => pages::own_client::show_deletion(page_request).await,
        H::SubmitClientDeletion => pages::own_client::submit_deletion(page_request).await,
        H::Errors => pages::errors::show(page_request).await,
        H::Device => pages::device::show(page_request).await,
        H::SubmitDevice => pages::device::submit(page_request).await,
        H::DeviceQr => pages::device::qr(page_request).await,
    }
}
