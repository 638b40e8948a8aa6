//! `/console/brand`: what customers see of the operator. What staff leave empty is taken from the configuration file.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::tables::brand::BrandVersion;

use crate::app::App;
use crate::brand::{
    self, BrandField, BrandTexts, Colour, LOGO_BYTES_MAX, LOGO_PIXELS_MAX, LOGO_PIXELS_MIN, Palette, Shade,
    Source,
};
use crate::look::page::FieldProblem;
use crate::look::page::brand::{
    BrandLine, BrandPage, PaletteFragment, PaletteSeen, ShadeSeen, contrast_words,
};
use crate::look::part::Place;
use crate::look::{Locale, Reader};
use crate::permissions::Permission;
use crate::portal::sign_in::Nothing;
use crate::portal::{Asked, Fault, Posted, PostedFile, StaffIn, draw};
use crate::problem::Problem;

/// The most that is read of what a browser sends with a logo. One that is too long is told so on the page, up to here.
pub(super) const BODY_BYTES_MAX: usize = 4 * LOGO_BYTES_MAX;
/// What stands behind links in the samples, as in `saldo.css`.
const LIGHT_GROUND: &str = "#ffffff";
const DARK_GROUND: &str = "#171a21";

#[derive(Deserialize)]
pub(super) struct Shown {
    done: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    colour: String,
}

/// The texts as the form sends them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    name: String,
    support_email: String,
    support_phone: String,
    terms_url: String,
    colour: String,
    language: String,
    legal_name: String,
    tax_id: String,
    address: String,
    tax_line: String,
    /// Only to see what is made of the colour.
    check: Option<String>,
}

impl Sent {
    fn texts(self) -> BrandTexts {
        let texts = BrandTexts {
            name: self.name,
            support_email: self.support_email,
            support_phone: self.support_phone,
            terms_url: self.terms_url,
            colour: self.colour,
            language: self.language,
            legal_name: self.legal_name,
            tax_id: self.tax_id,
            address: self.address,
            tax_line: self.tax_line,
        };
        texts.trimmed()
    }
}

/// What the page says beside the texts themselves.
#[derive(Default)]
struct Told {
    saved: Option<String>,
    problems: Vec<FieldProblem>,
    logo_problem: Option<String>,
}

/// `GET /console/brand`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { done }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let words = [("saved", "brand-saved"), ("logo", "brand-logo-saved"), ("removed", "brand-logo-removed")];
    let said = done.and_then(|done| words.iter().find(|(word, _)| *word == done));
    let saved = said.map(|(_, text)| staff.visit.reader().t(text));
    show(&app, &staff, None, Told { saved, ..Told::default() }).await
}

/// `GET /console/brand/colour`: what is made of a colour while it is typed.
pub(super) async fn colour(staff: StaffIn, Asked(Typed { colour }): Asked<Typed>) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let reader = staff.visit.reader().clone();
    let palette = Colour::parse(colour.trim()).map(|colour| seen(&reader, &Palette::of(colour)));
    draw(StatusCode::OK, &PaletteFragment { reader, palette })
}

/// `POST /console/brand`
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeSettings)?;
    let is_check = sent.check.is_some();
    let texts = sent.texts();
    if is_check {
        return show(&app, &staff, Some(texts), Told::default()).await;
    }
    let author = staff.visit.author(&staff.who.session);
    match brand::save(&app, author, texts.clone()).await {
        Ok(()) => Ok(back("saved")),
        Err(problem) => {
            let reader = staff.visit.reader();
            let one = |problem: &Problem| {
                let words = reader.t(text_of(problem.code)?);
                Some(FieldProblem::new(problem.field.clone().unwrap_or_default(), words))
            };
            let problems = problem.each().map(one).collect::<Option<Vec<_>>>();
            let problems = problems.ok_or(problem)?;
            show(&app, &staff, Some(texts), Told { problems, ..Told::default() }).await
        }
    }
}

/// `POST /console/brand/logo`
pub(super) async fn set_logo(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    sent: Result<PostedFile, Fault>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeSettings)?;
    let author = staff.visit.author(&staff.who.session);
    let saved = match sent {
        Ok(PostedFile { bytes, .. }) => brand::save_logo(&app, author, bytes).await,
        Err(Fault(problem)) => Err(problem),
    };
    let Err(problem) = saved else { return Ok(back("logo")) };
    let reader = staff.visit.reader();
    let words = match problem.code {
        "logo_too_long" | "too_large" => reader.t1("brand-logo-too-long", "kib", LOGO_BYTES_MAX / 1_024),
        "logo_not_png" => reader.t("brand-logo-not-png"),
        "logo_damaged" => reader.t("brand-logo-damaged"),
        "logo_bad_size" => reader.t2("brand-logo-bad-size", "min", LOGO_PIXELS_MIN, "max", LOGO_PIXELS_MAX),
        _ => return Err(problem.into()),
    };
    show(&app, &staff, None, Told { logo_problem: Some(words), ..Told::default() }).await
}

/// `POST /console/brand/logo/removal`
pub(super) async fn remove_logo(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeSettings)?;
    brand::remove_logo(&app, staff.visit.author(&staff.who.session)).await?;
    Ok(back("removed"))
}

fn back(done: &str) -> Response {
    Redirect::to(&format!("{}?done={done}", Place::ConsoleBrand.url())).into_response()
}

/// The page with what is saved, or with what was typed.
async fn show(
    app: &Arc<App>,
    staff: &StaffIn,
    typed: Option<BrandTexts>,
    told: Told,
) -> Result<Response, Fault> {
    let saved = app.read(|tables| tables.brand()).await?;
    let reader = staff.visit.reader().clone();
    let texts = typed.unwrap_or_else(|| saved.as_ref().map(BrandTexts::of).unwrap_or_default());
    let shown = |field| match texts.get(field) {
        "" => brand::without_console(&app.config, saved.as_ref(), field).0,
        text => text.to_owned(),
    };
    let palette = Colour::parse(&shown(BrandField::Colour)).map(Palette::of);
    let frame = staff.visit.frame(app, Some(Place::ConsoleBrand));
    let is_wrong = !told.problems.is_empty() || told.logo_problem.is_some();
    let page = BrandPage {
        may_change: staff.may(Permission::ChangeSettings),
        saved: told.saved,
        fields: BrandField::ALL.map(|field| line(app, &reader, field, saved.as_ref(), &texts)).into(),
        palette: palette.map(|palette| seen(&reader, &palette)),
        logo: frame.logo.clone(),
        logo_problem: told.logo_problem,
        time_zone: app.config.brand.time_zone.iana_name().unwrap_or("UTC").to_owned(),
        problems: told.problems,
        frame,
        reader,
    };
    draw(if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn line(
    app: &App,
    reader: &Reader,
    field: BrandField,
    saved: Option<&BrandVersion>,
    texts: &BrandTexts,
) -> BrandLine {
    let value = texts.get(field).to_owned();
    let (otherwise, source) = brand::without_console(&app.config, saved, field);
    let shown = match (field, Locale::from_tag(&otherwise)) {
        (BrandField::Language, Some(locale)) => locale.endonym().to_owned(),
        _ => otherwise.clone(),
    };
    let t = |id, value: &str| reader.t2(id, "value", value, "setting", field.setting());
    let source = match (value.is_empty(), source) {
        (false, Source::Nowhere) => reader.t("brand-source-here"),
        (false, _) => t("brand-source-instead", &shown),
        (true, Source::Bank) => t("brand-source-bank", &shown),
        (true, Source::Name) => t("brand-source-name", &shown),
        (true, Source::Nowhere) => t("brand-source-nowhere", ""),
        (true, Source::File | Source::Console) => t("brand-source-file", &shown),
    };
    let options = if field == BrandField::Language {
        let of_file = ("", reader.t1("brand-language-of-file", "language", &shown), value.is_empty());
        let locales =
            Locale::ALL.map(|locale| (locale.tag(), locale.endonym().to_owned(), value == locale.tag()));
        std::iter::once(of_file).chain(locales).collect()
    } else {
        Vec::new()
    };
    BrandLine {
        name: field.name(),
        label: reader.t(label(field)),
        source,
        value,
        otherwise,
        options,
        begins_legal: field == BrandField::LegalName,
    }
}

fn label(field: BrandField) -> &'static str {
    match field {
        BrandField::Name => "brand-name",
        BrandField::SupportEmail => "brand-support-email",
        BrandField::SupportPhone => "brand-support-phone",
        BrandField::TermsUrl => "brand-terms-url",
        BrandField::Colour => "brand-colour",
        BrandField::Language => "brand-language",
        BrandField::LegalName => "brand-legal-name",
        BrandField::TaxId => "brand-tax-id",
        BrandField::Address => "brand-address",
        BrandField::TaxLine => "brand-tax-line",
    }
}

fn text_of(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_line" => "brand-bad-line",
        "invalid_email" => "brand-bad-email",
        "invalid_phone" => "brand-bad-phone",
        "invalid_url" => "brand-bad-url",
        "invalid_colour" => "brand-bad-colour",
        "invalid_language" => "brand-bad-language",
        "invalid_tax_id" => "brand-bad-tax-id",
        _ => return None,
    })
}

fn seen(reader: &Reader, palette: &Palette) -> PaletteSeen {
    let ratio = |contrast| contrast_words(reader.locale, contrast);
    let letters = if palette.is_on_white() { "brand-letters-white" } else { "brand-letters-black" };
    let letters =
        reader.with(letters, [("colour", palette.own.to_string()), ("contrast", ratio(palette.contrast))]);
    let shade = |shade: &Shade, ground, own: &str, adjusted: &str| ShadeSeen {
        ground,
        colour: shade.colour.to_string(),
        words: reader.with(
            if shade.is_own() { own } else { adjusted },
            [
                ("own", palette.own.to_string()),
                ("colour", shade.colour.to_string()),
                ("contrast", ratio(shade.contrast)),
                ("before", ratio(shade.contrast_of_own)),
            ],
        ),
        is_own: shade.is_own(),
    };
    PaletteSeen {
        own: palette.own.to_string(),
        on_own: if palette.is_on_white() { "#ffffff" } else { "#000000" }.to_owned(),
        letters,
        shades: [
            shade(&palette.light, LIGHT_GROUND, "brand-light-own", "brand-light-adjusted"),
            shade(&palette.dark, DARK_GROUND, "brand-dark-own", "brand-dark-adjusted"),
        ],
    }
}
