//! The pages as endpoints: which handler answers, and which page a form comes back to that was not taken.

use std::sync::Arc;

use poem::{Endpoint, Request, Response};

use super::{
    pages::{self, again, compatibility::Part},
    server::Server,
    visit::Visit,
};

/// Which page.
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
    /// The page on which the form stands that leads here.
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

    /// The path of that page, for a form that leads to `path`.
    fn page_path(self, path: &str) -> &str {
        match self {
            Self::SubmitPicture => "/account/profile",
            Self::SubmitSecret | Self::SubmitSettings(_) => path.rsplit_once('/').map_or(path, |(page, _)| page),
            _ => path,
        }
    }
}

/// A page as an endpoint of poem.
pub(super) struct Page {
    pub(super) server: Arc<Server>,
    pub(super) handler: H,
}

impl Endpoint for Page {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if let H::BrandFile = self.handler {
            return self.server.brand_files.answer(request.uri().path(), request.uri().query());
        }
        let (visit, upload) = match self.handler {
            H::SubmitPicture => Visit::read_upload(&self.server, request).await?,
            _ => (Visit::read(&self.server, request).await?, Vec::new()),
        };
        let sent = visit.is_post.then(|| visit.clone());
        let answer = match self.handler {
            H::SubmitPicture => pages::picture::submit(visit, upload).await,
            handler => show(handler, visit).await,
        };
        let Some(sent) = sent else { return answer };
        let (path, page) = (sent.path.clone(), self.handler.page());
        again::unless_taken(answer, (sent, self.handler.page_path(&path)), |visit| show(page, visit)).await
    }
}

async fn show(handler: H, visit: Visit) -> poem::Result<Response> {
    match handler {
        H::Home => pages::home::show(visit).await,
        H::Login => pages::login::show(visit).await,
        H::SubmitLogin => pages::login::submit(visit).await,
        H::Consent => pages::consent::show(visit).await,
        H::SubmitConsent => pages::consent::submit(visit).await,
        H::SignUp => pages::signup::show(visit).await,
        H::SubmitSignUp => pages::signup::submit(visit).await,
        H::Setup => pages::setup::show(visit).await,
        H::SubmitSetup => pages::setup::submit(visit).await,
        H::Reset => pages::reset::show(visit).await,
        H::SubmitReset => pages::reset::submit(visit).await,
        H::ResetDone => pages::reset::done(visit).await,
        H::Logout => pages::logout::show(visit).await,
        H::SubmitLogout => pages::logout::submit(visit).await,
        H::LoggedOut => pages::logout::done(visit).await,
        H::Account => pages::account::show(visit).await,
        H::Profile => pages::profile::show(visit).await,
        H::SubmitProfile => pages::profile::submit(visit).await,
        // Read otherwise, above.
        H::BrandFile | H::SubmitPicture => Err(poem::error::NotFoundError.into()),
        H::Password => pages::password::show(visit).await,
        H::SubmitPassword => pages::password::submit(visit).await,
        H::Applications => pages::applications::show(visit).await,
        H::SubmitApplications => pages::applications::submit(visit).await,
        H::Sessions => pages::sessions::show(visit).await,
        H::SubmitSessions => pages::sessions::submit(visit).await,
        H::Security => pages::security::show(visit).await,
        H::Schedule => pages::schedule::show(visit).await,
        H::SubmitSchedule => pages::schedule::submit(visit).await,
        H::OwnData => pages::own_data::show(visit).await,
        H::CopyOwnData => pages::own_data::copy(visit).await,
        H::SubmitOwnData => pages::own_data::submit(visit).await,
        H::Developer => pages::developer::show(visit).await,
        H::SubmitDeveloper => pages::developer::submit(visit).await,
        H::Presets => pages::presets::show(visit).await,
        H::Preset => pages::presets::show_one(visit).await,
        H::SubmitPreset => pages::presets::submit(visit).await,
        H::OwnClient => pages::own_client::show(visit).await,
        H::SubmitOwnClient => pages::own_client::submit(visit).await,
        H::SubmitSecret => pages::own_client::submit_secret(visit).await,
        H::SubmitSettings(part) => pages::compatibility::submit(visit, part).await,
        H::Remedy => pages::remedy::show(visit).await,
        H::SubmitRemedy => pages::remedy::submit(visit).await,
        H::ClientDeletion => pages::own_client::show_deletion(visit).await,
        H::SubmitClientDeletion => pages::own_client::submit_deletion(visit).await,
        H::Errors => pages::errors::show(visit).await,
        H::Device => pages::device::show(visit).await,
        H::SubmitDevice => pages::device::submit(visit).await,
        H::DeviceQr => pages::device::qr(visit).await,
    }
}
