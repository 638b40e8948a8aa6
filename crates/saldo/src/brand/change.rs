//! What staff change of the brand: each change is a new version, stands in the audit log, and is in force when it is answered.

use std::sync::Arc;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Tx;
use store::tables::brand::{BrandLogo, BrandVersion};

use super::{BrandField, BrandTexts, logo, read};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::clock;
use crate::problem::Problem;

/// What the audit log calls it.
const OBJECT: &str = "brand";

/// Saves the texts, or refuses them with all that is wrong.
pub async fn save(app: &Arc<App>, author: Author, texts: BrandTexts) -> Result<(), Problem> {
    let texts = texts.trimmed();
    let wrong = BrandField::ALL.into_iter().filter_map(|field| {
        let (code, detail) = field.wrong(texts.get(field))?;
        Some(Problem::invalid(field.name(), code, format!("{} {detail}.", field.name())))
    });
    Problem::refuse_all(wrong.collect())?;
    change(app, move |tx, known| {
        let was = BrandTexts::of(known);
        if was == texts {
            return Ok(None);
        }
        author.note(tx, &Change::new("brand.change", OBJECT).before(&was)?.after(&texts)?)?;
        Ok(Some(with_texts(known, &texts)))
    })
    .await
}

/// Takes the logo in this file.
pub async fn save_logo(app: &Arc<App>, author: Author, sent: Vec<u8>) -> Result<(), Problem> {
    let (pixels, png) = crate::app::blocking(move || logo::taken(&sent)).await?;
    let hash = hex::encode(Sha256::digest(&png));
    change(app, move |tx, known| {
        let logo = BrandLogo {
            hash: hash.clone(),
            width: pixels.width,
            height: pixels.height,
            png: png.clone(),
            saved_at: clock::now(),
        };
        tx.put_brand_logo(&logo)?;
        let seen = json!({"sha256": hash, "width": logo.width, "height": logo.height});
        author.note(tx, &Change::new("brand.set_logo", OBJECT).before(&known.logo)?.after_json(&seen))?;
        Ok(Some(BrandVersion { logo: Some(hash.clone()), ..known.clone() }))
    })
    .await
}

/// Takes the logo away.
pub async fn remove_logo(app: &Arc<App>, author: Author) -> Result<(), Problem> {
    change(app, move |tx, known| {
        if known.logo.is_none() {
            return Ok(None);
        }
        author.note(tx, &Change::new("brand.remove_logo", OBJECT).before(&known.logo)?)?;
        Ok(Some(BrandVersion { logo: None, ..known.clone() }))
    })
    .await
}

/// Makes the next version of the one in force, unless there is none to be made, and puts it in force.
async fn change(
    app: &Arc<App>,
    next: impl Fn(&Tx<'_>, &BrandVersion) -> Result<Option<BrandVersion>, Problem> + Send + Sync + 'static,
) -> Result<(), Problem> {
    app.write_or_refuse(move |tx| {
        let known = tx.brand()?.unwrap_or_else(nothing_said);
        if let Some(next) = next(tx, &known)? {
            tx.save_brand(&BrandVersion { saved_at: clock::now(), ..next })?;
        }
        Ok(())
    })
    .await?;
    let asked = Arc::clone(app);
    app.read(move |tables| read(tables, &asked.config)).await
}

fn nothing_said() -> BrandVersion {
    let empty = String::new;
    BrandVersion {
        version: 0,
        name: empty(),
        support_email: empty(),
        support_phone: empty(),
        terms_url: empty(),
        colour: empty(),
        language: empty(),
        legal_name: empty(),
        tax_id: empty(),
        address: empty(),
        tax_line: empty(),
        logo: None,
        saved_at: clock::now(),
    }
}

fn with_texts(known: &BrandVersion, texts: &BrandTexts) -> BrandVersion {
    let texts = texts.clone();
    BrandVersion {
        name: texts.name,
        support_email: texts.support_email,
        support_phone: texts.support_phone,
        terms_url: texts.terms_url,
        colour: texts.colour,
        language: texts.language,
        legal_name: texts.legal_name,
        tax_id: texts.tax_id,
        address: texts.address,
        tax_line: texts.tax_line,
        ..known.clone()
    }
}
