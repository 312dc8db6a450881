//! Reads from the source which routes accept a form, so that tests include new ones.

#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

/// The paths of all routes in the source that accept a form. `None` stands for a variable segment.
pub(crate) fn form_routes() -> Vec<Vec<Option<String>>> {
    let segment = |text: &str| (!text.starts_with(':')).then(|| text.to_owned());
    let parts = |path: &str| path.trim_matches('/').split('/').map(segment).collect::<Vec<_>>();
    let routes = include_str!("../../src/http/routes.rs").split(".at(\"").skip(1);
    let routes = routes.filter_map(|route| {
        let (path, rest) = route.split_once('"')?;
        rest.contains("post(page(").then(|| parts(path))
    });
    let (_, administration) = include_str!("../../src/http/pages/admin/mod.rs").split_once("async fn submit(").unwrap();
    let (administration, _) = administration.split_once("\n}\n").unwrap();
    let administration = administration.lines().filter_map(|line| {
        let (path, _) = line.trim().strip_prefix('[')?.split_once("] =>")?;
        let named = |part: &str| part.trim().strip_prefix('"').map(|name| name.trim_end_matches('"').to_owned());
        Some(std::iter::once(Some("admin".to_owned())).chain(path.split(',').map(named)).collect())
    });
    routes.chain(administration).collect()
}

/// Whether a form with `action` is handled by the route.
pub(crate) fn leads_to(action: &str, route: &[Option<String>]) -> bool {
    let path = action.split('?').next().unwrap().trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    parts.len() == route.len()
        && route.iter().zip(parts).all(|(known, part)| known.as_deref().is_none_or(|known| known == part))
}

/// The paths of the pages that stand at one address each.
pub(crate) fn page_paths() -> Vec<&'static str> {
    let routes = include_str!("../../src/http/routes.rs").split(".at(\"").skip(1);
    let pages = routes.filter_map(|route| {
        let (path, rest) = route.split_once('"')?;
        (rest.starts_with(", get(page(") && !path.contains(':')).then_some(path)
    });
    pages.collect()
}
