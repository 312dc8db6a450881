//! `[applications]`: who registers applications, and what happens to those removed from the configuration.

use super::{section::Section, settings::ApplicationSettings};
use crate::oauth::{issuer::Issuer, registration_policy::ApplicationRegistration};

/// Reads the section. Without it, the defaults depend on `issuer`.
pub(super) fn read(top: &mut Section<'_>, issuer: &Issuer) -> ApplicationSettings {
    let mut section = top.section("applications");
    let registration = section.read("registration", |written| {
        let refusal = || "must be \"administrators\", \"everybody\" or \"group:NAME\"".to_owned();
        ApplicationRegistration::parse(&written.text()?).ok_or_else(refusal)
    });
    let prune = section.read("prune", |written| written.flag()).unwrap_or_default();
    section.close();
    ApplicationSettings {
        prune,
        is_default: registration.is_none(),
        registration: registration.unwrap_or_else(|| ApplicationRegistration::for_issuer(issuer)),
    }
}
