//! `/console/mail`: how mails leave, every mail as it would be written, and a test to oneself. Settings are the configuration file's.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use money::Timestamp;
use serde::Deserialize;

use crate::app::App;
use crate::audit::Change;
use crate::config::SmtpSecurity;
use crate::look::mail::samples::{self, Sampled};
use crate::look::page::mail_settings::{MailSettings, TestTold};
use crate::look::part::Place;
use crate::look::{Locale, Reader};
use crate::mails::{self, TestEnd};
use crate::permissions::Permission;
use crate::portal::sign_in::Nothing;
use crate::portal::{Asked, Fault, Posted, StaffIn, draw};
use crate::problem::Problem;

/// The setting that holds when a server last took a test, in microseconds.
pub(super) const TESTED_SETTING: &str = "mail_tested_at";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    language: String,
}

/// `GET /console/mail`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Asked(Shown { language }): Asked<Shown>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    show(&app, &staff, Locale::from_tag(&language), None).await
}

/// `POST /console/mail/test`
pub(super) async fn test(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Fault> {
    staff.must(Permission::ChangeSettings)?;
    let reader = staff.visit.reader();
    let to = staff.who.staff.email.clone();
    let brand = app.config.brand();
    let subject = reader.t1("mail-test-subject-line", "brand", &brand.name);
    let body = reader.t1("mail-test-body-text", "brand", &brand.name);
    let end = mails::send_test(&app.config.mail, &to, &subject, &body).await;
    let is_good = matches!(end, TestEnd::Taken(_));
    let (author, outcome) = (staff.visit.author(&staff.who.session), end.word());
    app.write_or_refuse(move |tx| {
        if is_good {
            let now = crate::clock::now();
            tx.put_setting(TESTED_SETTING, &now.as_micros().to_string(), now)?;
        }
        author.note(tx, &Change::new("mail.test", outcome))?;
        Ok(())
    })
    .await?;
    let told = told(reader, &app.config.mail.smtp, &to, end);
    show(&app, &staff, None, Some(told)).await
}

/// When a server last took a test.
pub(super) async fn tested_at(app: &Arc<App>) -> Result<Option<Timestamp>, Problem> {
    let text = app.read(|tables| tables.setting(TESTED_SETTING)).await?;
    Ok(text.and_then(|micros| micros.parse().ok()).map(Timestamp::from_micros))
}

async fn show(
    app: &Arc<App>,
    staff: &StaffIn,
    language: Option<Locale>,
    test: Option<TestTold>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let language = language.unwrap_or(reader.locale);
    let (config, brand) = (&app.config, app.config.brand());
    let eyes = Reader::new(language, config.brand.time_zone.clone()).counting_in(config.brand.data_unit);
    let sampled = Sampled {
        brand: &brand.name,
        public_url: &config.server.public_url,
        unit: config.credit.unit,
        now: app.ledger.now(),
    };
    let page = MailSettings {
        frame: staff.visit.frame(app, Some(Place::ConsoleMailSettings)),
        server: Some(config.mail.smtp.clone()).filter(|server| !server.is_empty()),
        security: match config.mail.smtp_security {
            SmtpSecurity::Starttls => "mail-security-starttls",
            SmtpSecurity::Tls => "mail-security-tls",
            SmtpSecurity::None => "mail-security-none",
        },
        username: config.mail.smtp_username.clone(),
        from: config.mail.from.clone(),
        tested_at: tested_at(app).await?,
        test_to: staff.may(Permission::ChangeSettings).then(|| staff.who.staff.email.clone()),
        test,
        language,
        samples: samples::all(&eyes, sampled),
        reader,
    };
    // What was asked for was done, whatever the mail server said: proxies keep our page.
    draw(StatusCode::OK, &page)
}

fn told(reader: &Reader, server: &str, to: &str, end: TestEnd) -> TestTold {
    let is_good = matches!(end, TestEnd::Taken(_));
    let words = match &end {
        TestEnd::Taken(_) => reader.t1("mail-test-taken", "to", to),
        TestEnd::NoServer => reader.t("mail-test-no-server"),
        TestEnd::Settings(_) => reader.t("mail-test-settings"),
        TestEnd::Timeout(_) => reader.t1("mail-test-timeout", "server", server),
        TestEnd::Tls(_) => reader.t1("mail-test-tls", "server", server),
        TestEnd::SignIn(_) => reader.t1("mail-test-sign-in", "server", server),
        TestEnd::Refused(_) => reader.t1("mail-test-refused", "server", server),
        TestEnd::PutOff(_) => reader.t1("mail-test-put-off", "server", server),
        TestEnd::Unreachable(_) => reader.t1("mail-test-unreachable", "server", server),
    };
    TestTold { is_good, words, answer: end.answer() }
}
