//! What staff said of the operator's brand: each time they saved it is a version, and the newest is in force.

use money::Timestamp;

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::row;

const NEWEST: &str = "SELECT version, name, support_email, support_phone, terms_url, colour, language,
    legal_name, tax_id, address, tax_line, logo, saved_at
    FROM brand_versions ORDER BY version DESC LIMIT 1";
const INSERT: &str =
    "INSERT INTO brand_versions (version, name, support_email, support_phone, terms_url, colour,
    language, legal_name, tax_id, address, tax_line, logo, saved_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const LOGO: &str = "SELECT hash, width, height, png, saved_at FROM brand_logos WHERE hash = $1";
const PUT_LOGO: &str =
    "INSERT INTO brand_logos (hash, width, height, png, saved_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (hash) DO NOTHING";
const FORGET_LOGOS: &str = "DELETE FROM brand_logos WHERE hash <> $1";

row! {
    /// The brand as staff saved it once. A text that is empty is taken from the configuration file.
    pub struct BrandVersion {
        /// Its number, from 1.
        pub version: u32,
        /// The operator's name.
        pub name: String,
        /// Where problems are reported.
        pub support_email: String,
        /// The number that customers call.
        pub support_phone: String,
        /// Where the terms stand.
        pub terms_url: String,
        /// The brand's colour, as `#0b6e4f`.
        pub colour: String,
        /// The language of those who wish for none that is spoken, as `pt-BR`.
        pub language: String,
        /// Who is paid.
        pub legal_name: String,
        /// His tax id.
        pub tax_id: String,
        /// His address in one line.
        pub address: String,
        /// What each receipt says of taxes.
        pub tax_line: String,
        /// The SHA-256 of the logo in hex; `None` if there is none.
        pub logo: Option<String>,
        /// When it was saved.
        pub saved_at: Timestamp,
    }
}

row! {
    /// A logo.
    pub struct BrandLogo {
        /// The SHA-256 of its bytes in hex.
        pub hash: String,
        /// How wide it is, in pixels.
        pub width: u32,
        /// How high it is, in pixels.
        pub height: u32,
        /// The picture as PNG.
        pub png: Vec<u8>,
        /// When it was saved.
        pub saved_at: Timestamp,
    }
}

impl Reader<'_> {
    /// The brand as staff saved it last; `None` if they never have.
    pub fn brand(&self) -> Result<Option<BrandVersion>, StoreError> {
        self.one(NEWEST, &[])
    }

    /// The logo with this hash.
    pub fn brand_logo(&self, hash: &str) -> Result<Option<BrandLogo>, StoreError> {
        self.one(LOGO, &[&hash])
    }
}

impl Tx<'_> {
    /// Saves the brand as its next version, whatever version it carries, and returns that. Other logos than its own are forgotten.
    pub fn save_brand(&self, brand: &BrandVersion) -> Result<u32, StoreError> {
        let version = self.brand()?.map_or(0, |newest| newest.version) + 1;
        self.run(INSERT, &[&BrandVersion { version, ..brand.clone() }])?;
        self.run(FORGET_LOGOS, &[&brand.logo.as_deref().unwrap_or_default()])?;
        Ok(version)
    }

    /// Keeps a logo until another is saved.
    pub fn put_brand_logo(&self, logo: &BrandLogo) -> Result<(), StoreError> {
        self.run(PUT_LOGO, &[logo]).map(|_| ())
    }
}
