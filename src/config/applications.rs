//! `[applications]`: who registers applications, and what happens to those removed from the configuration.

use super::{keys, section::Section, settings::ApplicationSettings};
use crate::oauth::{issuer::Issuer, registration_policy::ApplicationRegistration};

/// Reads the section. Without it, the defaults depend on `issuer`.
pub(super) fn read(top: &mut Section<'_>, issuer: &Issuer) -> ApplicationSettings {
    let mut section = top.section(&keys::APPLICATIONS);
    let registration = section.read("registration", |written| {
        let refusal = || "must be \"administrators\", \"everybody\" or \"group:NAME\"".to_owned();
        ApplicationRegistration::parse(&written.text()?).ok_or_else(refusal)
    });
    let applications = ApplicationSettings {
        prune: section.flag("prune"),
        is_default: registration.is_none(),
        registration: section.or("registration", registration, ApplicationRegistration::for_issuer(issuer)),
    };
    section.close();
    applications
}
