//! The store, the disk, the public address, the mail server.

use std::time::Duration;

use store::Tables;

use super::{Check, Verdict};
use crate::config::Config;
use crate::mails::{self, TestEnd};
use crate::mode::Mode;

/// Less room than this is an emergency, and less than that is told, in bytes.
const ROOM_BAD: u64 = 200 << 20;
const ROOM_LOW: u64 = 2 << 30;
const MEBIBYTE: u64 = 1 << 20;
/// How long our own address may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Characters that are shown of an error.
const ERROR_CHARS_MAX: usize = 300;

pub(super) fn store(tables: &Tables) -> Check {
    match tables.read(|reader| reader.customer_count()) {
        Ok(count) => Check::new("store", Verdict::Good, "doctor-store-good").with("count", count),
        Err(error) => Check::new("store", Verdict::Bad, "doctor-store-bad").with("error", shortened(&error)),
    }
}

pub(super) fn disk(config: &Config) -> Check {
    let name = "disk";
    if config.database.is_some() {
        return Check::new(name, Verdict::Skipped, "doctor-disk-server");
    }
    let folder = config.server.data.display();
    let found = match rustix::fs::statvfs(&config.server.data) {
        Ok(found) => found,
        Err(error) => {
            return Check::new(name, Verdict::Bad, "doctor-disk-bad")
                .with("folder", folder)
                .with("error", error);
        }
    };
    let room = found.f_bavail.saturating_mul(found.f_frsize);
    let (verdict, text) = match room {
        room if room < ROOM_BAD => (Verdict::Bad, "doctor-disk-full"),
        room if room < ROOM_LOW => (Verdict::Warning, "doctor-disk-low"),
        _ => (Verdict::Good, "doctor-disk-good"),
    };
    Check::new(name, verdict, text).with("folder", folder).with("mib", room / MEBIBYTE)
}

/// Whether we answer at the address that customers and Stripe use.
pub(super) async fn public_url(config: &Config, mode: Option<Mode>) -> Check {
    let (name, url) = ("public_url", &config.server.public_url);
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("Saldo doctor")
        .build();
    let asked = async {
        let answer = client?.get(format!("{url}/healthz")).send().await?;
        Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
    };
    let bad = |text| Check::new(name, Verdict::Bad, text).with("url", url);
    match asked.await {
        Err(error) => return bad("doctor-url-unreachable").with("error", shortened(&error.without_url())),
        Ok((200, body)) if body.contains("\"status\":\"ok\"") => {}
        Ok((status, _)) => return bad("doctor-url-stranger").with("status", status),
    }
    let is_safe = url.starts_with("https://");
    match (is_safe, mode) {
        (true, _) => Check::new(name, Verdict::Good, "doctor-url-good").with("url", url),
        (false, Some(Mode::Live)) => bad("doctor-url-plain"),
        (false, _) => Check::new(name, Verdict::Warning, "doctor-url-plain-test").with("url", url),
    }
}

pub(super) async fn mail(config: &Config) -> Check {
    let server = &config.mail.smtp;
    let bad = |text, said: String| {
        Check::new("mail", Verdict::Bad, text).with("server", server).with("error", said)
    };
    match mails::greet(&config.mail).await {
        TestEnd::Taken(_) => Check::new("mail", Verdict::Good, "doctor-mail-good").with("server", server),
        TestEnd::NoServer => Check::new("mail", Verdict::Warning, "doctor-mail-none"),
        TestEnd::SignIn(said) => bad("doctor-mail-sign-in", said),
        TestEnd::Tls(said) => bad("doctor-mail-tls", said),
        TestEnd::Settings(said) => bad("doctor-mail-settings", said),
        TestEnd::Timeout(said) | TestEnd::Unreachable(said) => bad("doctor-mail-unreachable", said),
        TestEnd::Refused(said) | TestEnd::PutOff(said) => bad("doctor-mail-refused", said),
    }
}

/// An error with what lies behind it, as long as a line.
pub(super) fn shortened(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said.chars().take(ERROR_CHARS_MAX).collect()
}
