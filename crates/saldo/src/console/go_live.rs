//! `/console/go-live`: what is left before customers pay real money. Each step is looked up; only backups are staff's word, for they are
//! taken elsewhere.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use money::Timestamp;
use store::tables::staff::StaffRole;
use store::{Reader as TablesReader, StoreError};

use super::mail_settings::TESTED_SETTING;
use crate::app::App;
use crate::audit::Change;
use crate::clock;
use crate::look::page::go_live::{GoLive, Step};
use crate::look::part::Place;
use crate::mode::Mode;
use crate::payments::STRIPE;
use crate::permissions::Permission;
use crate::portal::sign_in::Nothing;
use crate::portal::{Fault, Posted, StaffIn, draw};

/// The setting that holds when staff said that backups are taken, in microseconds.
const BACKUP_SETTING: &str = "backup_confirmed_at";
/// Staff that are looked through for admins.
const STAFF_MAX: u32 = 1_000;
/// Events of the inbox that are looked through for one of Stripe's.
const INBOX_ROWS: u32 = 200;
/// Admins that there should be: one may lose his password.
const ADMINS_MIN: usize = 2;
/// The name, and the end of the support address, that nobody chose.
const UNCHOSEN: (&str, &str) = ("Saldo", "@example.com");

/// What the tables say of the steps.
struct Seen {
    admins: usize,
    has_events: bool,
    is_mail_tested: bool,
    backup_at: Option<Timestamp>,
}

/// `GET /console/go-live`
pub(super) async fn page(State(app): State<Arc<App>>, staff: StaffIn) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let seen = app.read(look).await?;
    let page = GoLive {
        reader: staff.visit.reader().clone(),
        frame: staff.visit.frame(&app, Some(Place::ConsoleGoLive)),
        steps: steps(&app, &seen),
        backup_at: seen.backup_at,
        may_change: staff.may(Permission::ChangeSettings),
    };
    draw(StatusCode::OK, &page)
}

/// `POST /console/go-live/backup`: staff say that backups are taken and one was restored.
pub(super) async fn backup(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeSettings)?;
    let author = staff.visit.author(&staff.who.session);
    app.write(move |tx| {
        let now = clock::now();
        tx.put_setting(BACKUP_SETTING, &now.as_micros().to_string(), now)?;
        author.note(tx, &Change::new("backup.confirm", "backup"))
    })
    .await?;
    Ok(Redirect::to(Place::ConsoleGoLive.url()).into_response())
}

/// The steps that are left.
pub(super) fn left(app: &App, tables: &TablesReader<'_>) -> Result<Vec<Step>, StoreError> {
    let mut left = steps(app, &look(tables)?);
    left.retain(|step| !step.is_done);
    Ok(left)
}

fn look(tables: &TablesReader<'_>) -> Result<Seen, StoreError> {
    let all = tables.all_staff(STAFF_MAX)?;
    let admins = all.iter().filter(|one| one.role == StaffRole::Admin && one.disabled_at.is_none());
    let events = tables.inbox_events(None, INBOX_ROWS)?.rows;
    let confirmed = tables.setting(BACKUP_SETTING)?.and_then(|micros| micros.parse().ok());
    Ok(Seen {
        admins: admins.count(),
        has_events: events.iter().any(|event| event.provider == STRIPE),
        is_mail_tested: tables.setting(TESTED_SETTING)?.is_some(),
        backup_at: confirmed.map(Timestamp::from_micros),
    })
}

fn steps(app: &App, seen: &Seen) -> Vec<Step> {
    let (brand, config) = (app.config.brand(), &app.config);
    let is_named = brand.name != UNCHOSEN.0 && !brand.support_email.ends_with(UNCHOSEN.1);
    let by_bank = app.mode.is_none() && (config.bank.is_some() || config.pix.is_some());
    let step = |is_done, text, hint, url| Step { is_done, text, hint, url };
    let (brand_url, stripe_url) = (Some(Place::ConsoleBrand.url()), Some(Place::ConsoleStripe.url()));
    vec![
        step(app.mode == Some(Mode::Live) || by_bank, "go-live-keys", "go-live-keys-hint", stripe_url),
        step(seen.has_events || by_bank, "go-live-webhook", "go-live-webhook-hint", stripe_url),
        step(
            config.server.public_url.starts_with("https://"),
            "go-live-https",
            "go-live-https-hint",
            stripe_url,
        ),
        step(is_named, "go-live-brand", "go-live-brand-hint", brand_url),
        step(brand.legal_lines.len() >= 3, "go-live-legal", "go-live-legal-hint", brand_url),
        step(!brand.terms_url.is_empty(), "go-live-terms", "go-live-terms-hint", brand_url),
        step(
            seen.is_mail_tested,
            "go-live-mail",
            "go-live-mail-hint",
            Some(Place::ConsoleMailSettings.url()),
        ),
        step(
            seen.admins >= ADMINS_MIN,
            "go-live-admin",
            "go-live-admin-hint",
            Some(Place::ConsoleStaff.url()),
        ),
        step(seen.backup_at.is_some(), "go-live-backup", "go-live-backup-hint", None),
        step(!config.test_clock, "go-live-clock", "go-live-clock-hint", None),
    ]
}
