//! The files a browser loads: compiled in, and named by what is in them, so that they may be kept for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// Under which path all assets are served.
pub const PREFIX: &str = "/assets/";
/// `Cache-Control` of every asset: its name changes whenever its bytes do.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";
/// Hexadecimal digits of the SHA-256 that stand in an asset's name.
const HASH_DIGITS: usize = 16;

/// One file that a browser may load.
#[derive(Debug)]
pub struct Asset {
    /// The plain name, e.g. `saldo.css`.
    pub name: &'static str,
    /// The path it is served at, e.g. `/assets/saldo.0123456789abcdef.css`.
    pub path: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
}

/// The path at which the asset `name` is served. A name that is none is a bug of a template; a test asks for each of them.
pub fn url(name: &str) -> &'static str {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    asset.map_or("", |asset| asset.path.as_str())
}

/// The asset served at `path` (`/assets/…`), if there is one.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// All assets.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let font = asset(
        "inter.woff2",
        "font/woff2",
        Cow::Borrowed(include_bytes!("../../assets/inter.woff2").as_slice()),
    );
    // The style sheet names the font, so the font's own name goes in before the sheet is hashed.
    let css = include_str!("../../assets/saldo.css").replace("/assets/inter.woff2", &font.path);
    vec![
        asset("saldo.css", "text/css; charset=utf-8", Cow::Owned(css.into_bytes())),
        asset(
            "saldo.js",
            "text/javascript; charset=utf-8",
            Cow::Borrowed(include_bytes!("../../assets/saldo.js").as_slice()),
        ),
        asset("mark.svg", "image/svg+xml", Cow::Borrowed(include_bytes!("../../assets/mark.svg").as_slice())),
        font,
    ]
});

fn asset(name: &'static str, content_type: &'static str, bytes: Cow<'static, [u8]>) -> Asset {
    let hash = hex::encode(Sha256::digest(&bytes));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let path = format!("{PREFIX}{stem}.{}.{extension}", &hash[..HASH_DIGITS]);
    Asset { name, path, content_type, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_own_url_only() {
        for asset in all() {
            assert_eq!(find(url(asset.name)).map(|a| a.name), Some(asset.name));
            assert!(find(&format!("/assets/{}", asset.name)).is_none());
        }
        assert!(find("/assets/../Cargo.toml").is_none());
        assert_eq!(url("nothing"), "");
    }

    #[test]
    fn the_sheet_names_the_font_that_is_served() {
        let sheet = find(url("saldo.css")).map(|a| String::from_utf8_lossy(&a.bytes).into_owned());
        assert!(sheet.is_some_and(|text| text.contains(url("inter.woff2"))));
    }
}
