//! Static files that pages refer to, embedded in the binary. Each URL contains a hash of the content, so that browsers
//! can cache a file indefinitely and still load a new version after an update.

/// A public static file.
#[derive(Debug)]
pub struct Asset {
    /// Path on the server, without the version.
    pub path: &'static str,
    /// Media type.
    pub content_type: &'static str,
    pub bytes: &'static [u8],
    version: u64,
}

impl Asset {
    const fn new(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { path, content_type, bytes, version: fingerprint(bytes) }
    }

    /// A hash of the content: the value of `v` in [`Asset::address`], also usable as a strong `ETag`.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{:016x}", self.version)
    }

    /// The path with the version, as used in pages. The response may be cached as immutable.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}?v={:016x}", self.path, self.version)
    }
}

/// Returns the asset at `path` (without query).
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.into_iter().find(|asset| asset.path == path)
}

/// All assets.
pub static ASSETS: [&Asset; 2] = [&STYLESHEET, &ICON];

/// The common stylesheet.
pub static STYLESHEET: Asset =
    Asset::new("/assets/signet.css", "text/css; charset=utf-8", include_bytes!("signet.css"));

/// The icon of the browser tab.
pub static ICON: Asset = Asset::new("/assets/favicon.svg", "image/svg+xml", include_bytes!("favicon.svg"));

/// FNV-1a, 64 bits. It identifies versions and is not used for security. It is computed at compile time.
const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
        rest = tail;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    // Vectors of the FNV authors: draft-eastlake-fnv, appendix C.
    #[test]
    fn the_version_is_a_hash_of_the_content() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fingerprint(b"foobar"), 0x8594_4171_f739_67e8);
        assert_ne!(STYLESHEET.version(), ICON.version());
    }

    #[test]
    fn an_asset_is_found_by_its_path_and_nothing_else_is() {
        for known in ASSETS {
            assert_eq!(asset(known.path).map(Asset::address), Some(known.address()));
            assert!(known.address().starts_with(known.path), "{}", known.path);
        }
        for unknown in ["", "/assets/", "/assets/signet.css?v=1", "/assets/../Cargo.toml"] {
            assert!(asset(unknown).is_none(), "{unknown:?}");
        }
    }

    #[test]
    fn the_stylesheet_is_small_and_refers_to_nothing() {
        let css = std::str::from_utf8(STYLESHEET.bytes).unwrap();
        assert!(css.len() < 12 * 1024, "{} bytes", css.len());
        for outside in ["url(", "@import", "@font-face", "expression"] {
            assert!(!css.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_icon_carries_no_script_and_no_link() {
        let icon = std::str::from_utf8(ICON.bytes).unwrap();
        for active in ["<script", "<foreignObject", "href", "style", " on"] {
            assert!(!icon.contains(active), "{active}");
        }
    }
}
