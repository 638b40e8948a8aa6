//! `saldo reconcile`: has Stripe compared with the books and prints what was found. Beside a running server that one does it; where none
//! runs, this command does.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use money::Timestamp;
use store::tables::reconciliation::ReconciliationRun;
use store::{StoreError, Tables};

use super::customer::failure;
use super::screen::Screen;
use super::{Outcome, folder};
use crate::audit::Author;
use crate::clock;
use crate::config::Config;
use crate::reconciliation::{self, CurrencyDrift, Difference, Found};

/// Pause between two looks at how far the server is.
const LOOK_PAUSE: Duration = Duration::from_millis(250);
/// How long a server may take to begin.
const BEGIN_PATIENCE: Duration = Duration::from_secs(60);

pub(super) const HELP: &str = "\
Fetches what Stripe says of payments, refunds, disputes, fees and payouts, credits and takes back what was missed, books fees and
payouts, and prints what Stripe and the books say beside each other. Exit code 5 says that they differ; each difference is named.

Examples:
  saldo reconcile                         what is new since the last time
  saldo reconcile --since 2026-11-01      everything that Stripe did since that day, looked at again
  saldo reconcile || mail -s 'Saldo and Stripe differ' you@example.com < /dev/null";

#[derive(clap::Args)]
pub(super) struct Options {
    /// Look at everything again that Stripe did since this day, in brand.time_zone.
    #[arg(long, value_name = "DAY")]
    since: Option<jiff::civil::Date>,
}

/// Has the comparison made and prints it.
pub(super) fn run(options: &Options, config: Config, screen: &Screen) -> anyhow::Result<Outcome> {
    folder::must_exist(&config.place())?;
    let since = options.since.map(|day| begin_of(&config, day)).transpose()?;
    let run = match here(config.clone(), since) {
        Err(error) if is_served(&error) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(beside_server(&config, since, screen))?
        }
        run => run?,
    };
    tell(&run, screen)
}

fn begin_of(config: &Config, day: jiff::civil::Date) -> anyhow::Result<Timestamp> {
    let begin = day.to_zoned(config.brand.time_zone.clone()).context("that day")?;
    Ok(Timestamp::from_seconds(begin.timestamp().as_second()))
}

/// Whether a running server holds the books.
fn is_served(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let store = cause.downcast_ref::<StoreError>();
        matches!(store, Some(StoreError::InUse { .. } | StoreError::Held { .. }))
    })
}

fn here(config: Config, since: Option<Timestamp>) -> anyhow::Result<ReconciliationRun> {
    folder::with_program(config, async |running| {
        let app = &running.app;
        if !app.stripe.is_configured() {
            bail!("Stripe is not set up: stripe.secret_key is empty");
        }
        let ask = move |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), since, clock::now());
        let asked = app.write(ask).await.map_err(failure)?;
        // What was begun before ends first.
        loop {
            let open = app.read(|reader| reader.open_reconciliation_run()).await.map_err(failure)?;
            let run = reconciliation::go_on(app, open.context("the run")?).await.map_err(failure)?;
            if run.run_no == asked {
                return Ok(run);
            }
        }
    })
}

/// Asks the server, and looks again and again how far it is.
async fn beside_server(
    config: &Config,
    since: Option<Timestamp>,
    screen: &Screen,
) -> anyhow::Result<ReconciliationRun> {
    let tables = folder::open_tables(config)?;
    let author = Author::operator();
    let asked = tables.write(|tx| reconciliation::ask(tx, &author, since, clock::now()))?;
    let begun = Instant::now();
    loop {
        let run = look(&tables, asked)?;
        match &run.problem {
            _ if run.finished_at.is_some() => break Ok(run),
            Some(problem) => {
                bail!("Stripe does not answer: {problem} The server goes on trying; see Reconciliation in the console.")
            }
            None if run.started_at.is_none() && begun.elapsed() > BEGIN_PATIENCE => {
                bail!("the server has not begun: another comparison goes on, or it cannot reach Stripe; it will do this one afterwards")
            }
            None => {}
        }
        screen.progress(format_args!("{} movements", run.movements));
        tokio::time::sleep(LOOK_PAUSE).await;
    }
    .inspect(|_| screen.progress_ends())
}

fn look(tables: &Tables, run_no: u32) -> anyhow::Result<ReconciliationRun> {
    tables.read(|reader| reader.reconciliation_run(run_no))?.context("the run is not there any more")
}

fn tell(run: &ReconciliationRun, screen: &Screen) -> anyhow::Result<Outcome> {
    let found: Found =
        serde_json::from_str(run.result.as_deref().unwrap_or("{}")).context("what was found")?;
    screen.pair("asked about", format_args!("{} open top-ups", run.topups));
    screen.pair("came late", format_args!("{} events that had never come", run.events));
    screen.pair("new", format_args!("{} movements of Stripe's balance", run.movements));
    for drift in &found.currencies {
        table(drift, screen);
    }
    for difference in &found.differences {
        match difference.is_settled {
            true => screen.line(format_args!("Settled; Stripe kept {}", in_words(difference))),
            false => screen.bad(&in_words(difference)),
        }
    }
    if run.drifting == 0 {
        screen.good("Stripe and the books agree.");
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Drift)
}

fn table(drift: &CurrencyDrift, screen: &Screen) {
    let sum =
        |steps: i64| drift.amount(steps).map_or_else(|| steps.to_string(), |amount| amount.to_decimal());
    let row = |name: &str, stripe: i64, books: i64| {
        [name.to_owned(), sum(stripe), sum(books), sum(stripe.saturating_sub(books))]
    };
    let mut rows: Vec<_> = drift.lines.iter().map(|line| row(&line.sort, line.stripe, line.books)).collect();
    let books = drift.in_books.saturating_sub(drift.under_way);
    rows.push(row("at Stripe", drift.at_stripe, books));
    screen.table([&drift.currency, "Stripe", "books", "drift"], &rows);
    if drift.under_way != 0 {
        screen.line(format_args!(
            "{} was credited just now; Stripe's balance does not show it yet.",
            sum(drift.under_way)
        ));
    }
    if drift.foreign_count > 0 {
        let (count, net) = (drift.foreign_count, sum(drift.foreign));
        screen.line(format_args!(
            "{count} movements ({net}) are another system's on the same account: left alone."
        ));
    }
}

fn in_words(difference: &Difference) -> String {
    let amount = difference.sum().map_or_else(
        || format!("{} minor units of {}", difference.amount, difference.currency),
        |amount| amount.to_string(),
    );
    let names = [&difference.kind, &difference.source, &difference.payment];
    let names: Vec<_> = names.into_iter().flatten().map(String::as_str).collect();
    format!("{amount}  {}  {}", difference.cause, names.join(" ")).trim_end().to_owned()
}
