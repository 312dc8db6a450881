//! The routes of pages and forms as the server declares them, so that tests include new ones.

#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

/// The paths of all routes that accept a form. `None` stands for a variable segment.
pub(crate) fn form_routes() -> Vec<Vec<Option<String>>> {
    let segment = |text: &str| (!text.starts_with(':')).then(|| text.to_owned());
    let parts = |path: &str| path.trim_matches('/').split('/').map(segment).collect();
    signet::http::form_paths().into_iter().map(parts).collect()
}

/// Whether a form with `action` is handled by the route.
pub(crate) fn leads_to(action: &str, route: &[Option<String>]) -> bool {
    let path = action.split('?').next().unwrap().trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    parts.len() == route.len()
        && route.iter().zip(parts).all(|(known, part)| known.as_deref().is_none_or(|known| known == part))
}

/// The paths of the pages that stand at one address each, without the administration.
pub(crate) fn page_paths() -> Vec<&'static str> {
    let pages = signet::http::page_paths().into_iter();
    pages.filter(|path| !path.contains([':', '*']) && !path.starts_with("/admin")).collect()
}
