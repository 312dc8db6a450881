//! `[fetch]`: what the server itself may call.

use super::section::Section;

/// `[fetch]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FetchSettings {
    /// Whether addresses that applications have registered may lead to this machine and to private networks, and be plain
    /// `http`. Default false.
    pub allow_private_addresses: bool,
}

pub(super) fn read(top: &mut Section<'_>) -> FetchSettings {
    let mut section = top.section("fetch");
    let allow_private_addresses = section.read("allow_private_addresses", |written| written.flag()).unwrap_or_default();
    section.close();
    FetchSettings { allow_private_addresses }
}
