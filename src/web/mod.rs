//! The pages: pure functions from views to maud markup. This module depends on views only.
//!
//! Each page is a struct of plain values with `render(&self, context)`, where the context contains the brand and the
//! language. All texts are in `i18n`, which describes how to add a text or a language. Shared parts are in `layout`
//! (the frame), `component` and `field`; the styles are in `signet.css`. maud escapes every text, without exception.
//! Scripts and external tests rely on element ids, field names and heading texts.

mod accent;
mod account;
mod address;
pub mod admin;
mod applications;
mod asset;
mod client;
mod client_error_line;
mod client_errors;
mod compatibility;
mod component;
mod consent;
mod developer;
mod device;
mod error;
mod errors;
mod event_line;
mod field;
mod form_post;
mod home;
pub(crate) mod i18n;
mod layout;
mod login;
mod logout;
mod not_admitted;
mod own_client;
mod own_client_path;
mod own_data;
mod password;
mod presets;
mod profile;
mod qr;
mod registered;
mod remedy;
mod remedy_line;
mod reset;
mod rewrite;
mod schedule;
mod security;
mod sessions;
mod setup;
mod signup;
mod snippet;
mod withheld;
mod wrong_host;

#[cfg(test)]
mod tests;

pub use accent::{Accent, Colour, NotAColour, accent_stylesheet};
pub use account::AccountPage;
pub use address::{ClientLink, ImageSource, WebLink};
pub use applications::{ApplicationCard, ApplicationsPage};
pub use asset::{ASSETS, Asset, ICON, STYLESHEET, asset};
pub use client::{ClientCard, ClientType};
pub use client_error_line::{ClientErrorLine, SentUri};
pub use client_errors::{ClientErrorsCard, DeliveryLine, UndeliveredReason};
pub use compatibility::{Choice, CompatibilityForm, Control, RestrictionForm, Setting};
pub use component::Fact;
pub use consent::{ConsentPage, Person, Registrant, Remember, ReturnsTo, ScopeLine};
pub use developer::{DeveloperPage, OwnClient, Purpose, RegistrationForm};
pub use device::{DeviceAnsweredPage, DeviceCodePage, DeviceConfirmPage};
pub use error::{ErrorPage, WayOn};
pub use errors::ErrorsPage;
pub use event_line::{Doer, EventLine};
pub use field::FieldState;
pub use form_post::FormPostPage;
pub use home::HomePage;
pub use layout::{Brand, PageContext, Remark, Theme};
pub use login::{LoginPage, LoginRemark};
pub use logout::{LoggedOutPage, LogoutPage, ReturnLink};
pub use not_admitted::NotAdmittedPage;
pub use own_client::{ClientDeletionPage, ClientForm, OwnClientPage, SecretLine};
pub use own_client_path::own_client_path;
pub use own_data::OwnDataPage;
pub use password::PasswordPage;
pub use presets::{Credentials, PRESETS, PresetLine, PresetPage, PresetResultPage, PresetsPage};
pub use profile::ProfilePage;
pub use qr::qr_code;
pub use registered::RegisteredPage;
pub use remedy::RemedyPage;
pub use remedy_line::{RemedyKind, RemedyLine};
pub use reset::{ResetDonePage, ResetPage};
pub use rewrite::{Restored, is_secret};
pub use schedule::{SchedulePage, ScheduleTexts, ScheduledApplication};
pub use security::SecurityPage;
pub use sessions::{SessionLine, SessionsPage};
pub use setup::SetupPage;
pub use signup::SignupPage;
pub use snippet::Snippets;
pub use withheld::{Onward, WithheldErrorPage};
pub use wrong_host::WrongHostPage;
