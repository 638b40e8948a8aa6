//! `[brand]` and `[legal]`: what the file says of the operator. What staff save in the console stands before it (`crate::brand`).

use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::Config;
use crate::brand::{Brand, BrandField, BrandInForce, BrandTexts};
use crate::look::DataUnit;

/// What is said of the operator, and how he counts.
#[derive(Clone, Debug)]
pub struct BrandSettings {
    /// What the file says.
    pub written: BrandTexts,
    /// Zone of dates, months and cycles.
    pub time_zone: jiff::tz::TimeZone,
    /// In which thousands data is counted.
    pub data_unit: DataUnit,
    /// What is in force, once the program runs.
    pub in_force: BrandInForce,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenBrand {
    name: String,
    support_email: String,
    support_phone: String,
    terms_url: String,
    colour: String,
    language: String,
    time_zone: String,
    data_unit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLegal {
    name: String,
    tax_id: String,
    address: String,
    tax_line: String,
}

impl Config {
    /// The brand that is in force; before the program runs, as the file has it.
    pub fn brand(&self) -> Arc<Brand> {
        self.brand.in_force.get().unwrap_or_else(|| Arc::new(Brand::of_file(self)))
    }
}

pub(super) fn check(brand: WrittenBrand, legal: WrittenLegal) -> anyhow::Result<BrandSettings> {
    let time_zone = jiff::tz::TimeZone::get(&brand.time_zone)
        .with_context(|| format!("brand.time_zone: {} is not a zone", brand.time_zone))?;
    let data_unit = DataUnit::from_name(&brand.data_unit)
        .with_context(|| format!("brand.data_unit must be GB or GiB, not {}", brand.data_unit))?;
    let written = BrandTexts {
        name: brand.name,
        support_email: brand.support_email,
        support_phone: brand.support_phone,
        terms_url: brand.terms_url,
        colour: brand.colour,
        language: brand.language,
        legal_name: legal.name,
        tax_id: legal.tax_id,
        address: legal.address,
        tax_line: legal.tax_line,
    };
    let written = written.trimmed();
    for field in BrandField::ALL {
        let text = written.get(field);
        if let Some((_, detail)) = field.wrong(text) {
            bail!("{} {detail}, not {text:?}", field.setting());
        }
    }
    if written.name.is_empty() {
        bail!("brand.name must not be empty");
    }
    Ok(BrandSettings { written, time_zone, data_unit, in_force: BrandInForce::default() })
}
