//! The operator's brand: what customers see of who runs Saldo, and who he is on paper.
//!
//! One rule says what is in force: what staff saved in the console; a text that they left empty is taken from the configuration file
//! (`[brand]`, `[legal]`), and who is paid at last from `[bank]` and the name. It is in force at once, everywhere: pages, mails and papers
//! ask [`BrandInForce`] each time. The operator's time zone is not part of it: it is the configuration's alone.

mod change;
mod colour;
mod logo;
mod texts;

use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest as _, Sha256};
use store::tables::brand::{BrandLogo, BrandVersion};
use store::{Reader as TablesReader, StoreError};

use crate::config::Config;
use crate::look::Locale;
use crate::look::assets::PREFIX;

pub use change::{remove_logo, save, save_logo};
pub use colour::{Colour, Palette, Shade};
pub(crate) use logo::pixels;
pub use logo::{
    FILE_BYTES_MAX as LOGO_BYTES_MAX, PIXELS_MAX as LOGO_PIXELS_MAX, PIXELS_MIN as LOGO_PIXELS_MIN,
};
pub use texts::{BrandField, BrandTexts};

/// Hexadecimal digits of a hash that stand in a file's name.
const HASH_DIGITS: usize = 16;

/// The brand, whole.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The version of what staff saved; 0 if they never have.
    pub version: u32,
    /// The operator's name.
    pub name: String,
    /// Where problems are reported.
    pub support_email: String,
    /// The number that customers call, as people write it; empty if there is none.
    pub support_phone: String,
    /// Where the terms stand; empty if nowhere.
    pub terms_url: String,
    /// The language of readers who wish for none that is spoken, and of new customers.
    pub language: Locale,
    /// Who is paid: name, tax id and address, a line each.
    pub legal_lines: Vec<String>,
    /// What each receipt says of taxes; empty if nothing.
    pub tax_line: String,
    /// What is made of the colour; `None` where the program's own is seen.
    pub palette: Option<Palette>,
    /// The style sheet of the colour.
    pub sheet: Option<Arc<BrandFile>>,
    /// The logo.
    pub logo: Option<Arc<Logo>>,
}

/// A file that browsers load and keep: its name changes with its bytes.
#[derive(Debug)]
pub struct BrandFile {
    /// Where it is served.
    pub path: String,
    /// Its media type.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The operator's logo.
#[derive(Debug)]
pub struct Logo {
    /// The picture as PNG.
    pub file: BrandFile,
    /// How wide it is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
}

/// The brand that is in force now, for all who hold it.
#[derive(Clone, Debug, Default)]
pub struct BrandInForce(Arc<RwLock<Option<Arc<Brand>>>>);

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Staff saved it.
    Console,
    /// The configuration file.
    File,
    /// The configuration's bank account.
    Bank,
    /// The operator's name.
    Name,
    /// Nobody says it.
    Nowhere,
}

impl BrandInForce {
    /// What is in force, if anything was read yet.
    pub fn get(&self) -> Option<Arc<Brand>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn begin(&self, brand: Brand) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(brand));
    }

    /// Puts this one in force, unless a later one is.
    fn put(&self, brand: Brand) {
        let mut in_force = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if in_force.as_ref().is_none_or(|known| known.version <= brand.version) {
            *in_force = Some(Arc::new(brand));
        }
    }
}

impl Brand {
    /// As the configuration alone has it.
    pub fn of_file(config: &Config) -> Brand {
        Brand::of(config, None, None)
    }

    fn of(config: &Config, saved: Option<&BrandVersion>, logo: Option<BrandLogo>) -> Brand {
        let text = |field| in_force(config, saved, field).0;
        let palette = Colour::parse(&text(BrandField::Colour)).map(Palette::of);
        let sheet = palette.map(|palette| {
            let css = palette.sheet().into_bytes();
            Arc::new(BrandFile::new("brand", "css", "text/css; charset=utf-8", css))
        });
        let logo = logo.map(|logo| {
            let file = BrandFile::new("logo", "png", "image/png", logo.png);
            Arc::new(Logo { file, width: logo.width, height: logo.height })
        });
        let legal = [BrandField::LegalName, BrandField::TaxId, BrandField::Address].map(text);
        Brand {
            version: saved.map_or(0, |saved| saved.version),
            name: text(BrandField::Name),
            support_email: text(BrandField::SupportEmail),
            support_phone: text(BrandField::SupportPhone),
            terms_url: text(BrandField::TermsUrl),
            language: Locale::from_tag(&text(BrandField::Language)).unwrap_or(Locale::En),
            legal_lines: legal.into_iter().filter(|line| !line.is_empty()).collect(),
            tax_line: text(BrandField::TaxLine),
            palette,
            sheet,
            logo,
        }
    }

    /// The file of the brand that is served at `path`.
    pub fn file(&self, path: &str) -> Option<(&'static str, &[u8])> {
        let files = self.sheet.as_deref().into_iter().chain(self.logo.as_deref().map(|logo| &logo.file));
        let mut files = files.filter(|file| file.path == path);
        files.next().map(|file| (file.content_type, file.bytes.as_slice()))
    }
}

impl BrandFile {
    fn new(stem: &str, extension: &str, content_type: &'static str, bytes: Vec<u8>) -> BrandFile {
        let hash = hex::encode(Sha256::digest(&bytes));
        let path = format!("{PREFIX}{stem}.{}.{extension}", &hash[..HASH_DIGITS]);
        BrandFile { path, content_type, bytes }
    }
}

impl Brand {
    /// The logo as PNG, for papers.
    pub fn logo_png(&self) -> Option<Vec<u8>> {
        self.logo.as_ref().map(|logo| logo.file.bytes.clone())
    }
}

impl Logo {
    /// Whether it is so wide that it must be the name, written: then the name does not stand beside it.
    pub fn is_word(&self) -> bool {
        self.width >= 2 * self.height
    }
}

/// Reads what staff saved and puts it in force, when the program begins.
pub(crate) fn begin(tables: &TablesReader<'_>, config: &Config) -> Result<(), StoreError> {
    config.brand.in_force.begin(saved(tables, config)?);
    Ok(())
}

/// Reads what staff saved and puts it in force.
pub(crate) fn read(tables: &TablesReader<'_>, config: &Config) -> Result<(), StoreError> {
    config.brand.in_force.put(saved(tables, config)?);
    Ok(())
}

fn saved(tables: &TablesReader<'_>, config: &Config) -> Result<Brand, StoreError> {
    let saved = tables.brand()?;
    let hash = saved.as_ref().and_then(|saved| saved.logo.clone());
    let logo = hash.map(|hash| tables.brand_logo(&hash)).transpose()?.flatten();
    Ok(Brand::of(config, saved.as_ref(), logo))
}

/// What this text is, and where it comes from.
pub(crate) fn in_force(config: &Config, saved: Option<&BrandVersion>, field: BrandField) -> (String, Source) {
    let known = saved.map(BrandTexts::of).map(|texts| texts.get(field).to_owned()).unwrap_or_default();
    if known.is_empty() { without_console(config, saved, field) } else { (known, Source::Console) }
}

/// What this text is if staff leave it empty.
pub(crate) fn without_console(
    config: &Config,
    saved: Option<&BrandVersion>,
    field: BrandField,
) -> (String, Source) {
    let written = config.brand.written.get(field).to_owned();
    if !written.is_empty() {
        return (written, Source::File);
    }
    let of_bank = config.bank.as_ref().and_then(|bank| match field {
        BrandField::LegalName => Some(bank.company_name.clone()),
        BrandField::TaxId => Some(bank.document.to_string()),
        BrandField::Address => Some(bank.address.clone()),
        _ => None,
    });
    match (of_bank, field) {
        (Some(text), _) if !text.is_empty() => (text, Source::Bank),
        (_, BrandField::LegalName) => (in_force(config, saved, BrandField::Name).0, Source::Name),
        _ => (String::new(), Source::Nowhere),
    }
}
