//! How the server looks beside its name: a logo and an accent, served from here under addresses that change with them.

use poem::{Response, http::header};

use crate::{
    account::logo::Logo,
    crypto::sha256,
    web::{Colour, ImageSource, Theme, accent_stylesheet},
};

/// What is served of a brand.
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
    /// The files of a brand, as far as it has them.
    #[must_use]
    pub fn new(logo: Option<Logo>, accent: Option<Colour>) -> Self {
        let stylesheet = accent.map(|accent| accent_stylesheet(accent).into_bytes());
        Self {
            logo: logo.map(|logo| BrandFile::new(logo.content_type, logo.bytes)),
            stylesheet: stylesheet.map(|bytes| BrandFile::new("text/css; charset=utf-8", bytes)),
        }
    }

    /// How pages refer to them.
    #[must_use]
    pub fn theme(&self) -> Theme {
        Theme {
            logo: self.logo.as_ref().and_then(|file| ImageSource::parse(&file.address(LOGO))),
            stylesheet: self.stylesheet.as_ref().map(|file| file.address(STYLESHEET)),
        }
    }

    /// The file at `path`, which was asked for with `query`.
    pub(super) fn answer(&self, path: &str, query: Option<&str>) -> poem::Result<Response> {
        let file = match path {
            LOGO => &self.logo,
            STYLESHEET => &self.stylesheet,
            _ => &None,
        };
        let file = file.as_ref().ok_or(poem::error::NotFoundError)?;
        // The address carries the version, so that what lies under it never changes.
        let is_versioned = query.is_some_and(|query| query == format!("v={}", file.version));
        let caching = if is_versioned { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
        let answer = Response::builder()
            .header(header::CACHE_CONTROL, caching)
            // An SVG that is opened on its own is a document, which runs nothing and loads nothing.
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
