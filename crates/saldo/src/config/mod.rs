//! Settings: an embedded, commented default, then a file, then the environment. A key nobody knows is an error.

mod bank;
mod brand;
mod layers;
mod notices;
mod pix;
mod topup;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use money::{Amount, Timestamp, Unit};
use serde::Deserialize;
use store::{Place, PostgresServer};

use crate::mode::Mode;

pub use bank::Bank;
pub use brand::BrandSettings;
pub use notices::Notices;
pub use pix::{Pix, PixCallback};
pub use topup::AutomaticTopups;

/// The commented default, as `saldo config` prints it.
pub const DEFAULT: &str = include_str!("default.toml");

/// All settings, as read and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[database]`; `None` where journal and tables are files in `server.data`.
    pub database: Option<PostgresServer>,
    /// `[brand]` and `[legal]`
    pub brand: BrandSettings,
    /// `[credit]`
    pub credit: Credit,
    /// `[notices]`
    pub notices: Notices,
    /// `[topup.automatic]`
    pub automatic_topups: AutomaticTopups,
    /// `[console]`
    pub console: Console,
    /// `[sign_up]`
    pub sign_up: SignUp,
    /// `[stripe]`
    pub stripe: Stripe,
    /// `[bank]`; `None` where nothing is charged by boleto.
    pub bank: Option<Bank>,
    /// `[pix]`; `None` where nothing is charged by Pix.
    pub pix: Option<Pix>,
    /// `[billing]`
    pub billing: Billing,
    /// `[mail]`
    pub mail: Mail,
    /// `[webhooks]`
    pub webhooks: Webhooks,
    /// `[radius]`
    pub radius: Radius,
    /// Whether the API may move the book's clock.
    pub test_clock: bool,
}

/// Where the program listens and keeps things.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address of portal and API.
    pub listen: String,
    /// Beginning of every link, without a slash at its end.
    pub public_url: String,
    /// Folder of the databases.
    pub data: PathBuf,
    /// Proxies in front of us: their word on where a request comes from is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Connections of one address at the same time, trusted proxies excepted; 0 for no limit.
    pub connections_per_address_max: usize,
    /// Largest body of a request, in bytes.
    pub body_bytes_max: usize,
    /// Requests a second of one API key, on average.
    pub api_requests_per_second: u32,
    /// Requests of one API key at once.
    pub api_requests_burst: u32,
    /// Rows of the journal between two snapshots.
    pub snapshot_rows: u64,
    /// Minutes that the clock may jump before an operator must confirm it.
    pub clock_jump_max_minutes: u32,
    /// Hours between two verifications of the books while they are served; 0 for none.
    pub verify_hours: u32,
}

impl Server {
    /// How far the clock may jump before an operator must confirm it, in microseconds.
    pub fn clock_jump_max(&self) -> i64 {
        i64::from(self.clock_jump_max_minutes) * Timestamp::MINUTE
    }
}

/// What credit is and how it is sold.
#[derive(Clone, Debug)]
pub struct Credit {
    /// The currency of money wallets.
    pub unit: Unit,
    /// The welcome grant; zero gives none.
    pub welcome: Amount,
    /// How long the welcome grant lasts, in microseconds; `None` for ever.
    pub welcome_lasts: Option<i64>,
    /// The amounts offered for recharging, the first one chosen.
    pub suggested: Vec<Amount>,
    /// The least that may be added at once.
    pub topup_min: Amount,
    /// The most that may be added at once.
    pub topup_max: Amount,
    /// How late a usage event may arrive, in microseconds.
    pub lateness_max: i64,
}

/// What staff may do alone.
#[derive(Clone, Debug)]
pub struct Console {
    /// Credit above this is given or taken only with the yes of somebody else of staff.
    pub approval_above: Amount,
    /// What who may not approve may give back of payments alone, in one refund and within a day; of whatever currency.
    pub refund_above: Amount,
}

/// Whether people become customers by themselves.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// Whether they do.
    pub enabled: bool,
}

/// How to talk to Stripe.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stripe {
    /// The API's secret key; empty turns card payments off.
    pub secret_key: String,
    /// The webhook endpoint's signing secrets.
    pub webhook_secrets: Vec<String>,
    /// Where the API is.
    pub api_url: String,
    /// Whether cards are kept for the next payment without asking.
    pub save_cards: SaveCards,
    /// Minutes that a checkout stays open.
    pub checkout_minutes: u32,
    /// Minutes between two comparisons with the books; 0 for none but those that are asked for.
    pub reconcile_minutes: u32,
    /// Days that each day's first comparison looks back.
    pub reconcile_days: u32,
}

/// Whether cards are kept for the next payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SaveCards {
    /// Without asking; the page says so.
    Always,
    /// Only if the customer ticks a box.
    Ask,
}

/// How mails leave.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The server as host:port; empty sends nothing.
    pub smtp: String,
    /// Name to sign in with; empty for none.
    pub smtp_username: String,
    /// Password to sign in with.
    pub smtp_password: String,
    /// How the connection is protected.
    pub smtp_security: SmtpSecurity,
    /// The sender.
    pub from: String,
}

/// Where webhooks that we send may go.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Whether to addresses that not everybody can reach.
    pub allow_private: bool,
    /// Whether over http.
    pub allow_http: bool,
}

/// How routers are spoken with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Radius {
    /// UDP address where accounting is taken; empty for nowhere.
    pub accounting_listen: String,
}

/// When invoices are made and due, and for how long a subscriber is trusted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Billing {
    /// The day of the month of the monthly run.
    pub run_day: i8,
    /// The day of the month on which its invoices are due: the first such day after it.
    pub due_day: i8,
    /// Whether it begins by itself.
    pub automatic: bool,
    /// Days for which a blocked line works again on trust.
    pub trust_days: u16,
}

/// How a connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Plain first, then TLS.
    Starttls,
    /// TLS from the beginning.
    Tls,
    /// Never.
    None,
}

// Secrets never show in logs: these two say only that they are there.
impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("smtp", &self.smtp).field("from", &self.from).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    server: Server,
    database: WrittenDatabase,
    brand: brand::WrittenBrand,
    legal: brand::WrittenLegal,
    notices: notices::WrittenNotices,
    credit: WrittenCredit,
    topup: topup::WrittenTopup,
    console: WrittenConsole,
    sign_up: SignUp,
    stripe: Stripe,
    bank: bank::WrittenBank,
    pix: pix::WrittenPix,
    billing: Billing,
    mail: Mail,
    webhooks: Webhooks,
    radius: Radius,
    test_clock: WrittenTestClock,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDatabase {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCredit {
    unit: String,
    welcome_amount: String,
    welcome_days: u32,
    suggested_amounts: Vec<String>,
    topup_min: String,
    topup_max: String,
    lateness_max_hours: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenConsole {
    approval_above: String,
    refund_above: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTestClock {
    enabled: bool,
}

impl Config {
    /// The default, overridden by the file (if one is given) and by `environment` (pairs of name and value; other names than ours
    /// are passed over). An error names the key and what is wrong with it.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> anyhow::Result<Config> {
        let mut table: toml::Table = DEFAULT.parse().context("the embedded default")?;
        if let Some(path) = file {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            let over: toml::Table = text.parse().with_context(|| format!("reading {}", path.display()))?;
            layers::merge(&mut table, over, "").with_context(|| format!("in {}", path.display()))?;
        }
        for (name, value) in environment {
            layers::set_from_environment(&mut table, &name, value)?;
        }
        check(table.try_into().context("the configuration")?)
    }

    /// Where journal and tables are.
    pub fn place(&self) -> Place {
        match &self.database {
            Some(server) => Place::Server(server.clone()),
            None => Place::Folder(self.server.data.clone()),
        }
    }

    /// The default alone.
    pub fn embedded() -> anyhow::Result<Config> {
        Config::load(None, [])
    }
}

fn check(written: Written) -> anyhow::Result<Config> {
    let Written { mut server, database, brand, legal, credit, notices, console, topup, .. } = written;
    let Written { stripe, bank, pix, billing, .. } = written;
    let (mail, webhooks, radius, test_clock) =
        (written.mail, written.webhooks, written.radius, written.test_clock);
    check_billing(&billing)?;
    server.public_url = server.public_url.trim_end_matches('/').to_owned();
    if !server.public_url.starts_with("http://") && !server.public_url.starts_with("https://") {
        bail!("server.public_url must begin with http:// or https://");
    }
    if server.snapshot_rows == 0 || server.api_requests_per_second == 0 || server.api_requests_burst == 0 {
        bail!("server.snapshot_rows, api_requests_per_second and api_requests_burst must be above zero");
    }
    if !stripe.secret_key.is_empty() && Mode::of_key(&stripe.secret_key).is_none() {
        bail!(
            "stripe.secret_key must be a secret key of Stripe's: sk_test_…, rk_test_…, sk_live_… or rk_live_…"
        );
    }
    if !(30..=1_440).contains(&stripe.checkout_minutes) {
        bail!("stripe.checkout_minutes must be from 30 to 1440");
    }
    if stripe.reconcile_minutes > 1_440 || !(1..=30).contains(&stripe.reconcile_days) {
        bail!("stripe.reconcile_minutes must be from 0 to 1440 and stripe.reconcile_days from 1 to 30");
    }
    let server_of = |url: &str| PostgresServer::parse(url).context("database.url");
    let database = (!database.url.is_empty()).then(|| server_of(&database.url)).transpose()?;
    let (bank, credit) = (bank::check(&bank)?, check_credit(&credit)?);
    Ok(Config {
        server,
        database,
        brand: brand::check(brand, legal)?,
        notices: notices::check(&notices, credit.unit)?,
        automatic_topups: topup::check(&topup, credit.unit)?,
        console: check_console(&console, credit.unit)?,
        sign_up: written.sign_up,
        credit,
        stripe,
        bank,
        pix: pix::check(&pix)?,
        billing,
        mail,
        webhooks,
        radius,
        test_clock: test_clock.enabled,
    })
}

fn check_billing(billing: &Billing) -> anyhow::Result<()> {
    for (name, day) in [("run_day", billing.run_day), ("due_day", billing.due_day)] {
        if !(1..=28).contains(&day) {
            bail!("billing.{name} must be from 1 to 28");
        }
    }
    if !(1..=30).contains(&billing.trust_days) {
        bail!("billing.trust_days must be from 1 to 30");
    }
    Ok(())
}

fn check_console(written: &WrittenConsole, unit: Unit) -> anyhow::Result<Console> {
    let limit = |name: &str, text: &str| -> anyhow::Result<Amount> {
        let limit = Amount::parse(text, unit).with_context(|| format!("console.{name}: {text}"))?;
        if limit.value() < 0 {
            bail!("console.{name}: {text} must be zero or more");
        }
        Ok(limit)
    };
    Ok(Console {
        approval_above: limit("approval_above", &written.approval_above)?,
        refund_above: limit("refund_above", &written.refund_above)?,
    })
}

fn check_credit(written: &WrittenCredit) -> anyhow::Result<Credit> {
    let unit = match written.unit.as_str() {
        "USD" => Unit::USD,
        "BRL" => Unit::BRL,
        other => bail!("credit.unit must be USD or BRL, not {other}"),
    };
    let amount = |name: &str, text: &str| -> anyhow::Result<Amount> {
        let amount = Amount::parse(text, unit).with_context(|| format!("credit.{name}: {text}"))?;
        if amount.value() < 0 || amount.value() % (unit.steps_per_one() / 100) != 0 {
            bail!("credit.{name}: {text} must be zero or more and in whole cents");
        }
        Ok(amount)
    };
    let suggested = written.suggested_amounts.iter().map(|text| amount("suggested_amounts", text));
    let suggested = suggested.collect::<anyhow::Result<Vec<_>>>()?;
    let (topup_min, topup_max) =
        (amount("topup_min", &written.topup_min)?, amount("topup_max", &written.topup_max)?);
    if suggested.is_empty() || topup_min.value() <= 0 || topup_min.value() > topup_max.value() {
        bail!("credit: suggested_amounts must not be empty, and 0 < topup_min <= topup_max");
    }
    if suggested.iter().any(|a| a.value() < topup_min.value() || a.value() > topup_max.value()) {
        bail!("credit.suggested_amounts must lie between topup_min and topup_max");
    }
    let welcome_days = i64::from(written.welcome_days);
    Ok(Credit {
        unit,
        welcome: amount("welcome_amount", &written.welcome_amount)?,
        welcome_lasts: (welcome_days > 0).then_some(welcome_days * Timestamp::DAY),
        suggested,
        topup_min,
        topup_max,
        lateness_max: i64::from(written.lateness_max_hours.max(1)) * Timestamp::HOUR,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_said_runs() -> anyhow::Result<()> {
        let config = Config::embedded()?;
        assert_eq!(config.credit.welcome.to_decimal(), "25.00");
        assert_eq!(config.credit.welcome_lasts, None);
        Ok(())
    }

    #[test]
    fn the_environment_overrides() -> anyhow::Result<()> {
        let config = Config::load(
            None,
            pairs(&[
                ("SALDO_SERVER__LISTEN", "0.0.0.0:80"),
                ("SALDO_STRIPE__WEBHOOK_SECRETS", "whsec_a, whsec_b"),
                ("SALDO_TEST_CLOCK__ENABLED", "true"),
                ("SALDO_TOPUP__AUTOMATIC__ENABLED", "false"),
                ("HOME", "/nowhere"),
            ]),
        )?;
        assert_eq!(config.server.listen, "0.0.0.0:80");
        assert_eq!(config.stripe.webhook_secrets, ["whsec_a", "whsec_b"]);
        assert!(config.test_clock);
        assert!(!config.automatic_topups.enabled);
        Ok(())
    }

    #[test]
    fn a_secret_may_come_from_a_file() -> anyhow::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), "sk_test_1\n")?;
        let path = file.path().display().to_string();
        let config = Config::load(None, pairs(&[("SALDO_STRIPE__SECRET_KEY_FILE", &path)]))?;
        assert_eq!(config.stripe.secret_key, "sk_test_1");
        assert!(!format!("{config:?}").contains("sk_test_1"), "secrets do not show");
        Ok(())
    }

    #[test]
    fn a_database_is_named_without_its_password() -> anyhow::Result<()> {
        let url = "postgres://saldo:hidden_secret@db.example.com/books";
        let config = Config::load(None, pairs(&[("SALDO_DATABASE__URL", url)]))?;
        assert_eq!(config.place().to_string(), "the PostgreSQL database books at db.example.com");
        assert!(!format!("{config:?} {}", config.place()).contains("hidden_secret"));
        Ok(())
    }

    #[test]
    fn mistakes_are_named() -> anyhow::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        let cases = [
            ("[server]\nlissten = \"x\"", "server.lissten"),
            ("[server]\nsnapshot_rows = \"many\"", "server.snapshot_rows must be a integer"),
            ("[credit]\nunit = \"EUR\"", "credit.unit must be USD or BRL"),
            ("[credit]\nwelcome_amount = \"0.001\"", "whole cents"),
            ("[brand]\ntime_zone = \"Mars/Olympus\"", "brand.time_zone"),
            ("[brand]\nsupport_phone = \"call us\"", "brand.support_phone"),
            ("[brand]\nname = \" \"", "brand.name"),
            ("[brand]\nterms_url = \"javascript:alert(1)\"", "brand.terms_url"),
            ("[brand]\ncolour = \"green\"", "brand.colour"),
            ("[brand]\nlanguage = \"de\"", "brand.language"),
            ("[legal]\ntax_id = \"11.222.333/0001-82\"", "legal.tax_id"),
            ("[console]\napproval_above = \"-1\"", "console.approval_above"),
            ("[console]\nrefund_above = \"-1\"", "console.refund_above"),
            ("[stripe]\ncheckout_minutes = 5", "checkout_minutes"),
            ("[stripe]\nsecret_key = \"pk_live_1\"", "stripe.secret_key"),
            ("[topup.automatic]\ncharge_max = \"0\"", "topup.automatic.charge_max"),
            ("[topup.automatic]\nday_count_max = 0", "topup.automatic.day_count_max"),
            ("[topup.automatic]\nmonth_count_max = 1001", "topup.automatic.month_count_max"),
            ("[topup.automatic]\nlimit = 1", "topup.automatic.limit"),
            ("[stripe]\nreconcile_days = 31", "reconcile_days"),
            ("[database]\nurl = \"mysql://here\"", "database.url"),
            ("[database]\nurl = \"postgres://a@b/c?sslmode=maybe\"", "sslmode"),
            ("[bank]\ncode = \"341\"", "bank 341"),
            ("[billing]\nrun_day = 29", "billing.run_day"),
            ("[billing]\ntrust_days = 0", "billing.trust_days"),
            ("[legal]\naddress = \"one\\ntwo\"", "legal.address"),
            ("[notices]\nlow_balance = \"-1\"", "notices.low_balance"),
            ("[notices]\nexpiry_days = 91", "notices.expiry_days"),
            ("[bank]\ncode = \"001\"", "bank"),
            ("[pix]\nkey = \"someone\"\nname = \"A\"\ncity = \"B\"", "pix.key"),
            ("[pix]\nkey = \"a@b.br\"", "pix.name"),
            ("[pix]\nkey = \"a@b.br\"\nminutes = 1", "pix.minutes"),
            ("[pix]\nkey = \"a@b.br\"\ncallback_secret = \"short\"", "pix.callback_secret"),
            (
                "[pix]\nkey = \"a@b.br\"\ncallback_secret = \"long enough but with blanks\"",
                "pix.callback_secret",
            ),
            (
                "[pix]\nkey = \"a@b.br\"\ncallback_proof = \"none\"\ncallback_secret = \"0123456789abcdef\"",
                "callback_proof",
            ),
        ];
        for (text, expected) in cases {
            std::fs::write(file.path(), text)?;
            let error = Config::load(Some(file.path()), []).map(|_| ()).map_err(|e| format!("{e:#}"));
            assert!(error.clone().is_err_and(|e| e.contains(expected)), "{text}: {error:?}");
        }
        let unknown = Config::load(None, pairs(&[("SALDO_SERVER__NOPE", "1")]));
        assert!(unknown.is_err_and(|e| format!("{e:#}").contains("server.nope")));
        Ok(())
    }
}
