//! The syntax and the comparison of URIs, [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986).
//!
//! [`is_literal`] is the rule for every registered URI: all parsers read it the same way. [`normalized`] is the form in
//! which identifiers of resources are compared.

use url::{Position, Url};

/// Returns whether `text` is an absolute URI that no lenient parser changes: a scheme in lower case, followed by `//`
/// and a host for `https` and `http`, and only characters of RFC 3986 §2. `https:login` is rejected because a browser
/// resolves it against the current page.
///
/// An upper-case host, an explicit default port and an empty path are accepted.
#[must_use]
pub fn is_literal(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let Ok(url) = Url::parse(text) else { return false };
    if !has_uri_characters(text) || scheme != url.scheme() {
        return false;
    }
    if !is_of_the_web(scheme) {
        return url.as_str().split_once(':').is_some_and(|(_, read)| read == rest);
    }
    let Some(rest) = rest.strip_prefix("//") else { return false };
    let (authority, path) = split_authority(rest);
    let read = &url[Position::BeforeUsername..Position::AfterPort];
    let typed = authority.to_ascii_lowercase();
    let without_port = typed.strip_suffix(default_port(scheme)).unwrap_or(&typed);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // A parser only adds the slash of an empty path.
    let is_path_kept = path == url.path() || (path.is_empty() && url.path() == "/");
    !authority.is_empty() && without_port == read && is_path_kept
}

/// Returns whether `text` has the syntax of an absolute URI without a fragment.
#[must_use]
pub fn has_absolute_form(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme && !rest.is_empty() && has_uri_characters(text) && !text.contains('#')
}

/// Returns the normal form of an absolute URI, which is equal for equivalent URIs, by syntax
/// ([§6.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2): case, percent-encoding, dot segments) and by scheme
/// ([§6.2.3](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.3): an empty path after an authority, a default port).
/// Other differences, such as a trailing slash on a longer path, distinguish two identifiers.
#[must_use]
pub fn normalized(uri: &str) -> String {
    let (uri, query) = uri.split_once('?').map_or((uri, None), |(uri, query)| (uri, Some(query)));
    let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
    let scheme = scheme.to_ascii_lowercase();
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = split_authority(rest);
            (Some(normalized_authority(&scheme, authority)), if path.is_empty() { "/" } else { path })
        }
        None => (None, rest),
    };
    let path = percent_normalized(path);
    let path = if path.starts_with('/') { without_dot_segments(&path) } else { path };
    let authority = authority.map_or_else(String::new, |authority| format!("//{authority}"));
    let query = query.map_or_else(String::new, |query| format!("?{}", percent_normalized(query)));
    format!("{scheme}:{authority}{path}{query}")
}

/// Returns whether `text` contains only characters of RFC 3986 §2, and each percent sign has two digits.
fn has_uri_characters(text: &str) -> bool {
    let is_escaped = |(at, _): (usize, &str)| {
        text.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    text.bytes().all(is_known) && text.match_indices('%').all(is_escaped)
}

fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

fn normalized_authority(scheme: &str, authority: &str) -> String {
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{}@", percent_normalized(user)), host),
        None => (String::new(), authority),
    };
    let host = percent_normalized(host).to_ascii_lowercase();
    // Remaining escapes are in upper case.
    let host = percent_normalized(&host);
    let host = host.strip_suffix(default_port(scheme)).or_else(|| host.strip_suffix(':')).unwrap_or(&host);
    format!("{user}{host}")
}

/// Normalizes percent-encoding (§6.2.2.1, §6.2.2.2): upper-case escapes, and none for unreserved characters.
fn percent_normalized(text: &str) -> String {
    let mut normalized = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        normalized.push_str(before);
        let escaped = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let Some((escaped, digits)) = escaped.zip(after.get(..2)) else {
            normalized.push('%');
            rest = after;
            continue;
        };
        if escaped.is_ascii_alphanumeric() || b"-._~".contains(&escaped) {
            normalized.push(char::from(escaped));
        } else {
            normalized.push('%');
            normalized.push_str(&digits.to_ascii_uppercase());
        }
        rest = after.get(2..).unwrap_or_default();
    }
    normalized.push_str(rest);
    normalized
}

/// Removes dot segments (§5.2.4) from a path that begins with a slash.
fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for segment in path.split('/').skip(1) {
        ends_in_folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let end = if ends_in_folder && !kept.is_empty() { "/" } else { "" };
    format!("/{}{end}", kept.join("/"))
}

fn is_of_the_web(scheme: &str) -> bool {
    matches!(scheme, "https" | "http")
}

fn default_port(scheme: &str) -> &'static str {
    match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => ":",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A lenient parser makes each of these absolute or changes it.
    const REPAIRED: &[&str] = &[
        "https:login",
        "https:e.example/",
        "https:/e.example/",
        "https:///e.example/",
        "https:////e.example/",
        "https:",
        "https://",
        "https:///",
        "HTTPS://e.example/",
        "Https://e.example/",
        "http:127.0.0.1/cb",
        "http:/127.0.0.1/cb",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://0x7f.0.0.1/cb",
        "http://0177.0.0.1/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "https:\\\\e.example\\",
        "https://e.example\\cb",
        "https://e.example:/cb",
        "https://e.example:0443/cb",
        "https://e.example:00/cb",
        "https://e%2Eexample/cb",
        "https://e.example/a/../cb",
        "https://e.example/./cb",
        "https://e.example/.",
        "https://e.example/cb/..",
        "https://e.example/%2e%2e/cb",
        "https://e.example/c b",
        "https://e.example/cb\n",
        " https://e.example/cb",
        "https://e.example/cb%",
        "https://e.example/cb%zz",
        "https://e.example/<cb>",
        "https://e.example/|",
        "https://äpp.example/cb",
        "//e.example/cb",
        "/cb",
        "e.example/cb",
        "",
        "Org.Example.App:/cb",
        "org.example.app:/a/../cb",
        "org.example.app:c b",
    ];

    #[test]
    fn what_a_lenient_parser_would_repair_is_no_absolute_uri() {
        for text in REPAIRED {
            assert!(!is_literal(text), "{text:?}");
        }
        for text in [
            "https://e.example",
            "https://e.example/",
            "https://e.example/cb?a=b%2Fc&d='e'",
            "https://e.example?x=1",
            "https://E.example/CB",
            "https://e.example:443/cb",
            "https://e.example:8443/cb",
            "https://e.example./cb",
            "https://e.example//cb",
            "https://xn--pp-7kc.example/cb",
            "https://me:pw@e.example/cb",
            "http://127.0.0.1:8080/cb",
            "http://[::1]/cb",
            "http://localhost/cb",
            "org.example.app:/cb",
            "org.example.app:/cb?a=b",
            "app.immich:///oauth-callback",
            "org.example.app://cb",
            "myapp:cb",
            "urn:example:orders",
            "api://orders",
        ] {
            assert!(is_literal(text), "{text:?}");
        }
    }

    // RFC 3986 §3 and §4.3
    #[test]
    fn an_absolute_uri_has_a_scheme_something_after_it_and_no_fragment() {
        for text in ["https://a.example", "urn:a", "a+b-c.1:x", "X:%41", "https:a"] {
            assert!(has_absolute_form(text), "{text:?}");
        }
        for text in
            ["", "a", ":a", "a:", "1a:b", "+a:b", "a_b:c", "a b:c", "a:b c", "a:ä", "a:%4", "a:%zz", "a:b#", "a:#b"]
        {
            assert!(!has_absolute_form(text), "{text:?}");
        }
    }

    #[test]
    fn equivalent_uris_have_one_form() {
        for (one, other) in [
            ("https://a.example", "https://a.example/"),
            ("https://a.example?q", "https://a.example/?q"),
            ("HTTPS://A.Example/x", "https://a.example/x"),
            ("https://a.example:443/x", "https://a.example/x"),
            ("https://a.example:/x", "https://a.example/x"),
            ("http://a.example:80", "http://a.example/"),
            ("https://a.example/%7euser", "https://a.example/~user"),
            ("https://a.example/%41%2d", "https://a.example/A-"),
            ("https://a.example/a%2fb", "https://a.example/a%2Fb"),
            ("https://a.example/a/./b/../c", "https://a.example/a/c"),
            ("https://a.example/a/%2E%2E/c", "https://a.example/c"),
            ("https://a.example/a/..", "https://a.example"),
            ("https://%61.example/", "https://a.example/"),
            ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
            ("https://a.example/?a=%7e", "https://a.example/?a=~"),
            ("URN:example:a%2d", "urn:example:a-"),
            ("api://orders", "api://orders/"),
        ] {
            assert_eq!(normalized(one), normalized(other), "{one} {other}");
        }
    }

    #[test]
    fn uris_that_may_name_different_things_stay_apart() {
        for (one, other) in [
            ("https://a.example/x", "https://a.example/x/"),
            ("https://a.example/x", "https://a.example/X"),
            ("https://a.example/x", "http://a.example/x"),
            ("https://a.example/x", "https://a.example:444/x"),
            ("https://a.example:80/", "https://a.example/"),
            ("https://a.example/a%2Fb", "https://a.example/a/b"),
            ("https://a.example/a%252Fb", "https://a.example/a%2Fb"),
            ("https://a.example/x?", "https://a.example/x"),
            ("https://a.example/x?b&a", "https://a.example/x?a&b"),
            ("https://a.example//x", "https://a.example/x"),
            ("https://a.example./", "https://a.example/"),
            ("urn:example:a", "urn:example:A"),
            ("https://a.example/x/.", "https://a.example/x"),
        ] {
            assert_ne!(normalized(one), normalized(other), "{one} {other}");
        }
    }
}
