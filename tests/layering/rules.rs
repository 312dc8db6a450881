//! The allowed dependencies between modules: `app → http → endpoint → oidc → oauth`.

/// Modules that every module may use: characters, the catalogue of claims, time, randomness, hashing, private folders,
/// secrets, spelling and names.
const FOUNDATION: [&str; 10] =
    ["characters", "claims", "clock", "clock_trust", "crypto", "entropy", "folder", "secret", "spelling", "wire_names"];

/// Each part of the crate with the parts that it may use in addition to itself and the foundation.
const ARROWS: [(&str, &[&str]); 14] = [
    ("account", &[]),
    ("audit", &["oauth", "account"]),
    ("config", &["oauth", "account", "jose"]),
    ("endpoint", &["oauth", "oidc", "jose", "account", "audit", "fetch", "presets", "store"]),
    ("fetch", &[]),
    ("http", &["http::edge", "endpoint", "web", "oauth", "oidc", "jose", "account", "audit", "presets"]),
    ("http::edge", &[]),
    ("jose", &[]),
    ("oauth", &[]),
    ("oidc", &["oauth"]),
    ("presets", &["oauth"]),
    ("store", &["oauth", "oidc", "account", "audit"]),
    ("verify", &["jose", "oauth"]),
    ("web", &[]),
];

/// Modules that assemble the parts and may use all of them.
const TOP: [&str; 4] = ["", "app", "command", "main"];

/// Packages that only the listed parts may use.
const PACKAGES: [(&str, &[&str]); 15] = [
    ("croner", &["account"]),
    ("flate2", &["endpoint", "oauth", "verify"]),
    ("icu_properties", &["characters"]),
    ("image", &["account"]),
    ("jiff", &["account"]),
    ("josekit", &["jose"]),
    ("maud", &["web", "http"]),
    ("poem", &["http", "verify", "app"]),
    ("poem_openapi", &["http", "verify", "app"]),
    ("qrcode", &["web"]),
    ("reqwest", &["fetch", "verify"]),
    ("sled", &["store"]),
    ("tower_layer", &["verify"]),
    ("tower_service", &["verify"]),
    ("unicode_security", &["account"]),
];

/// Returns why `module` must not use this absolute path. The path starts with `crate` or a package.
pub(crate) fn violation(module: &[String], path: &[String]) -> Option<String> {
    let from = part(module);
    match path.split_first() {
        Some((first, rest)) if first == "crate" && is_vocabulary(&from, rest) => None,
        Some((first, rest)) if first == "crate" => arrow(&from, &part(rest)),
        Some((package, _)) => package_outside(&from, package),
        None => None,
    }
}

/// Metadata of clients and resources contains algorithm names (RFC 7591, RFC 8414), and the rules evaluate claims that
/// another module has verified. They may use these names, but nothing else from the signing modules.
fn is_vocabulary(from: &str, path: &[String]) -> bool {
    let known = |name: &str| matches!(name, "Algorithm" | "Claims" | "JwtRefusal" | "TokenType");
    matches!(path, [jose, name, ..] if jose == "jose" && known(name)) && matches!(from, "oauth" | "oidc")
}

fn arrow(from: &str, to: &str) -> Option<String> {
    // A path to the crate root names no part.
    if from == to || to.is_empty() || TOP.contains(&from) {
        return None;
    }
    let allowed: &[&str] = if FOUNDATION.contains(&from) {
        &[]
    } else if let Some((_, allowed)) = ARROWS.iter().find(|(part, _)| *part == from) {
        allowed
    } else {
        return Some(format!("no rule for {from}; add one to tests/layering/rules.rs"));
    };
    let is_inward = FOUNDATION.contains(&to) || allowed.contains(&to);
    (!is_inward).then(|| format!("outward arrow {from} → {to}"))
}

fn package_outside(from: &str, package: &str) -> Option<String> {
    let (_, places) = PACKAGES.iter().find(|(name, _)| *name == package)?;
    let folder = from.split("::").next().unwrap_or_default();
    (!places.contains(&folder)).then(|| format!("{package} is named outside of {}", places.join(", ")))
}

/// The part that a module belongs to: its first segment, except that the edge is a separate part.
fn part(module: &[String]) -> String {
    match module {
        [http, edge, ..] if http == "http" && edge == "edge" => "http::edge".to_owned(),
        [first, ..] => first.clone(),
        [] => String::new(),
    }
}
