//! Branding: the logo and the accent colour, served under URLs that change with their content.

use poem::{Response, http::header};

use crate::{
    account::logo::Logo,
    crypto::sha256,
    web::{Colour, ImageSource, Theme, accent_stylesheet},
};

/// The branding files that the server serves.
#[derive(Clone, Debug, Default)]
pub struct BrandFiles {
    logo: Option<BrandFile>,
    stylesheet: Option<BrandFile>,
}

#[derive(Clone, Debug)]
struct BrandFile {
    content_type: &'static str,
    bytes: Vec<u8>,
    version: String,
}

impl BrandFiles {
    /// Creates the files for the parts of the brand that are configured.
    #[must_use]
    pub fn new(logo: Option<Logo>, accent: Option<Colour>) -> Self {
        let stylesheet = accent.map(|accent| accent_stylesheet(accent).into_bytes());
        Self {
            logo: logo.map(|logo| BrandFile::new(logo.content_type, logo.bytes)),
            stylesheet: stylesheet.map(|bytes| BrandFile::new("text/css; charset=utf-8", bytes)),
        }
    }

    /// The references to these files for use in pages.
    #[must_use]
    pub fn theme(&self) -> Theme {
        Theme {
            logo: self.logo.as_ref().and_then(|file| ImageSource::parse(&file.address(LOGO))),
            stylesheet: self.stylesheet.as_ref().map(|file| file.address(STYLESHEET)),
        }
    }

    /// Returns the file at `path`. `query` decides how long the response may be cached.
    pub(super) fn answer(&self, path: &str, query: Option<&str>) -> poem::Result<Response> {
        let file = match path {
            LOGO => &self.logo,
            STYLESHEET => &self.stylesheet,
            _ => &None,
        };
        let file = file.as_ref().ok_or(poem::error::NotFoundError)?;
        // The URL contains the version, so its content never changes.
        let is_versioned = query.is_some_and(|query| query == format!("v={}", file.version));
        let caching = if is_versioned { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
        let answer = Response::builder()
            .header(header::CACHE_CONTROL, caching)
            // An SVG opened in a tab is a document. This policy stops it from running scripts and loading resources.
            .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        Ok(answer.content_type(file.content_type).body(file.bytes.clone()))
    }
}

impl BrandFile {
    fn new(content_type: &'static str, bytes: Vec<u8>) -> Self {
        let version = sha256(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { content_type, bytes, version }
    }

    fn address(&self, path: &str) -> String {
        format!("{path}?v={}", self.version)
    }
}

pub(super) const LOGO: &str = "/assets/logo";
pub(super) const STYLESHEET: &str = "/assets/brand.css";
