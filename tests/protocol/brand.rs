//! `[brand]`: a logo and an accent colour.

use crate::{
    support::RunningServer,
    visitor::{Visitor, config},
};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><circle r=\"4\"/></svg>";

/// The URL in `html` that follows `beginning`.
fn address(html: &str, beginning: &str) -> String {
    let (_, rest) = html.split_once(beginning).unwrap_or_else(|| panic!("{beginning}: {html}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_logo_and_an_accent_are_served_from_here_under_addresses_that_never_change() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    std::fs::write(&logo, SVG).unwrap();
    let brand = format!("\n[brand]\nname = \"Acme\"\nlogo = {logo:?}\naccent = \"#ffd500\"\n");
    let server = RunningServer::start(&format!("{}{brand}", config()));
    let mut visitor = Visitor::new(&server.issuer);
    for path in ["/", "/login", "/nowhere"] {
        let page = visitor.get(path).await;
        assert!(page.html.contains("class=\"logo\"") && !page.html.contains("style="), "{path}: {}", page.html);
        assert!(page.header("content-security-policy").contains("style-src 'self'"), "{path}");
        let picture = visitor.get(&address(&page.html, "class=\"logo\" src=\"")).await;
        assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"), "{path}");
        assert_eq!(picture.html, SVG);
        assert!(picture.header("content-security-policy").contains("sandbox"));
        assert_eq!(picture.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
        let sheet = visitor.get(&format!("/assets/brand.css{}", address(&page.html, "href=\"/assets/brand.css"))).await;
        assert!(sheet.header("content-type").starts_with("text/css"));
        assert_eq!(sheet.header("cache-control"), "public, max-age=31536000, immutable");
        // Yellow is unreadable on white.
        assert!(sheet.html.contains(":root{--accent:#") && !sheet.html.starts_with(":root{--accent:#ffd500"));
        assert!(sheet.html.contains("prefers-color-scheme:dark){:root{--accent:#ffd500"), "{}", sheet.html);
    }
    assert_eq!(visitor.get("/assets/logo").await.header("cache-control"), "public, max-age=300");
}

#[tokio::test]
async fn without_a_brand_there_is_nothing_of_it() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    let page = visitor.get("/").await;
    assert!(!page.html.contains("class=\"logo\"") && !page.html.contains("brand.css"), "{}", page.html);
    for path in ["/assets/logo", "/assets/brand.css"] {
        assert_eq!(visitor.get(path).await.status, 404, "{path}");
    }
}
