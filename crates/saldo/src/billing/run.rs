//! The monthly run: customer by customer, some at a time, each time in one transaction that also says how far it has come. Stopped anywhere, it
//! goes on where it was; nobody gets two invoices for a month.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use money::{Amount, CustomerId, Unit};
use serde_json::json;
use store::tables::invoices::BillingRun;
use store::{Reader, StoreError};

use super::calendar::{Month, missed_months, next_month};
use super::first_month::first_month;
use super::invoice::{make, would_come_to};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::intents;
use crate::portal::calendar::day_of;
use crate::problem::Problem;

/// Customers that are looked at in one transaction.
const CUSTOMERS_AT_A_TIME: u32 = 50;
/// Customers of whom it is looked up what their invoices would come to.
const ESTIMATED_MAX: u64 = 5_000;
/// Runs that are gone on with.
const RUNS_OPEN_MAX: u32 = 12;
/// How many days before its day a run may be begun.
pub const DAYS_EARLY_MAX: i64 = 20;
/// Months that were missed and that a run by itself makes up for; more wait for a person, who may know why nobody ran them.
const MADE_UP_MAX: usize = 2;
/// Pause between two looks at what is to be run.
const PAUSE: Duration = Duration::from_secs(30);
/// How long a run waits to see all that was bought.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a run waits until what was bought is written down as owed.
const OWED_PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks at that.
const OWED_PAUSE: Duration = Duration::from_millis(100);

/// The month that is to be run next, when its invoices will be due, and of how many customers.
pub async fn preview(app: &Arc<App>) -> Result<(Month, Date, u64), Problem> {
    let (asked, now) = (Arc::clone(app), app.ledger.now());
    app.read(move |tables| {
        let (month, due) = next_month(tables, &asked.config.billing, &asked.config.brand.time_zone, now)?;
        Ok((month, due, tables.payer_count()?))
    })
    .await
}

/// The months that nobody ran, the oldest first, and when the oldest one's invoices would be due.
pub async fn missed(app: &Arc<App>) -> Result<(Vec<Month>, Option<Date>), Problem> {
    let (sold, zone, now) = (app.sold(), app.config.brand.time_zone.clone(), app.ledger.now());
    let today = day_of(&zone, now);
    let months = app.read(move |tables| missed_months(tables, &sold, &zone, now)).await?;
    let due = months.first().map(|month| month.due_on(&app.config.billing, today));
    Ok((months, due))
}

/// What the run of a month would make if it were begun now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// How many invoices.
    pub invoices: u64,
    /// What they come to, in steps of the currency that plans have.
    pub total: Amount,
}

/// What the run of a month would make if it were begun now; `None` where there are too many customers to look at
/// them all for a page, or their plans are not all in one currency.
pub async fn estimate(app: &Arc<App>, month: Month) -> Result<Option<Estimate>, Problem> {
    let opened_before = month.ends_at(&app.config.brand.time_zone);
    let (sold, month) = (app.sold(), month.to_string());
    app.read(move |tables| {
        if tables.payer_count()? > ESTIMATED_MAX {
            return Ok(None);
        }
        let (mut invoices, mut total, mut after) = (0, Amount::zero(Unit::BRL), CustomerId::from_u128(0));
        loop {
            let customers = tables.payers_after(after, CUSTOMERS_AT_A_TIME)?;
            let Some(last) = customers.last() else { break };
            after = *last;
            for customer in customers {
                if tables.invoice_of_month(customer, &month)?.is_some() {
                    continue;
                }
                if let Some(sum) = would_come_to(tables, &sold, customer, opened_before)? {
                    let Ok(more) = total.checked_add(sum) else { return Ok(None) };
                    (invoices, total) = (invoices + 1, more);
                }
            }
        }
        Ok(Some(Estimate { invoices, total }))
    })
    .await
}

/// Begins the run of a month: the next one, not more than some weeks before its day, or the oldest one that was missed. It goes on by
/// itself.
pub async fn begin(app: &Arc<App>, author: Author, month: Month) -> Result<BillingRun, Problem> {
    let (next, next_due, customers) = preview(app).await?;
    let (missed, missed_due) = missed(app).await?;
    let due = match missed_due.filter(|_| missed.first() == Some(&month)) {
        Some(due) => due,
        None => {
            check_is_next(app, month, next).await?;
            next_due
        }
    };
    let now = app.ledger.now();
    let run = BillingRun {
        month: month.to_string(),
        due_on: due.to_string(),
        started_at: now,
        after: CustomerId::from_u128(0),
        customers,
        done: 0,
        invoices: 0,
        finished_at: None,
    };
    let without = missed.iter().filter(|missed| **missed < month);
    let without: Vec<String> = without.map(Month::to_string).collect();
    if !without.is_empty() {
        tracing::error!(%month, ?without, "months before it had no run: their fees are on no invoice");
    }
    let told = json!({"due_on": run.due_on, "months_without_run": without});
    let change = Change::new("billing.run", month).after(&told)?;
    let row = run.clone();
    app.write(move |tx| {
        tx.insert_billing_run(&row)?;
        author.note(tx, &change)
    })
    .await?;
    app.billing_news.notify_one();
    Ok(run)
}

/// Refuses a month that was run, and any but the next.
async fn check_is_next(app: &Arc<App>, month: Month, next: Month) -> Result<(), Problem> {
    let name = month.to_string();
    if app.read(move |tables| tables.billing_run(&name)).await?.is_some() {
        let detail = format!("The run of {month} was begun before: its invoices are there.");
        return Err(Problem::invalid("month", "month_was_run", detail));
    }
    let earliest = next.run_on(&app.config.billing).saturating_sub(jiff::Span::new().days(DAYS_EARLY_MAX));
    if month != next || day_of(&app.config.brand.time_zone, app.ledger.now()) < earliest {
        let detail = format!("The next run is that of {next}, from {earliest} on.");
        return Err(Problem::invalid("month", "month_not_next", detail));
    }
    Ok(())
}

/// Goes on with runs until the program ends, and begins them where the operator wants that.
pub async fn keep_running(app: Arc<App>) {
    let mut is_held = false;
    while !app.is_ending() {
        if let Err(problem) = go_on(&app, &mut is_held).await {
            tracing::error!(code = problem.code, detail = problem.detail, "the monthly run does not go on");
        }
        let _ = tokio::time::timeout(PAUSE, app.billing_news.notified()).await;
    }
}

async fn go_on(app: &Arc<App>, is_held: &mut bool) -> Result<(), Problem> {
    if app.config.billing.automatic {
        let was_held = std::mem::replace(is_held, !begin_if_due(app).await?);
        if *is_held && !was_held {
            tracing::error!(
                "no monthly run begins by itself: months without one wait for a person, who runs them or says that they were billed elsewhere"
            );
        }
    }
    for run in app.read(|tables| tables.billing_runs_open(RUNS_OPEN_MAX)).await? {
        // What was bought before the run was begun is on it.
        let position = app.ledger.landed().borrow().position;
        if !app.wait_projected(position, PATIENCE).await {
            return Ok(());
        }
        wait_owed(app).await?;
        while !app.is_ending() && !step(app, &run.month).await? {}
    }
    Ok(())
}

/// Waits until what was bought is written down as owed, too. What is not after [`OWED_PATIENCE`] waits for the next run: nobody is
/// to wait for it with all others.
async fn wait_owed(app: &Arc<App>) -> Result<(), Problem> {
    let written = async {
        while !app.read(|tables| tables.are_purchases_owed()).await? {
            tokio::time::sleep(OWED_PAUSE).await;
        }
        Ok(())
    };
    match tokio::time::timeout(OWED_PATIENCE, written).await {
        Ok(written) => written,
        Err(_) => {
            tracing::warn!(
                "a purchase is not written down as owed yet; it stands on the invoice after this one"
            );
            Ok(())
        }
    }
}

/// Begins the oldest month that was missed, or today's if it is its day. Whether nothing that was missed waits for a person.
async fn begin_if_due(app: &Arc<App>) -> Result<bool, Problem> {
    let (missed, _) = missed(app).await?;
    let month = match missed.first() {
        Some(oldest) => {
            let (oldest, count) = (*oldest, missed.len());
            if !app.read(move |tables| is_made_up(tables, count)).await? {
                return Ok(false);
            }
            oldest
        }
        None => {
            let (next, ..) = preview(app).await?;
            let today = day_of(&app.config.brand.time_zone, app.ledger.now());
            if next != Month::of(today) || today < next.run_on(&app.config.billing) {
                return Ok(true);
            }
            next
        }
    };
    let schedule = Author::in_request("schedule".to_owned(), None, None);
    begin(app, schedule, month).await?;
    Ok(true)
}

/// Whether a run by itself makes up for so many missed months: few, and it is known that they were to be billed here, because a month before them
/// was, or because staff said which is the first.
pub fn is_made_up(tables: &Reader<'_>, missed: usize) -> Result<bool, StoreError> {
    let is_ours = !tables.billing_runs(1)?.is_empty() || first_month(tables)?.is_some();
    Ok(is_ours && missed <= MADE_UP_MAX)
}

/// The next customers of a run; whether it is done.
async fn step(app: &Arc<App>, month: &str) -> Result<bool, Problem> {
    let (asked, month, now) = (Arc::clone(app), month.to_owned(), app.ledger.now());
    let sold = app.sold();
    let (intents, customers, is_done) = app
        .write(move |tx| {
            let Some(run) = tx.billing_run(&month)?.filter(|run| run.finished_at.is_none()) else {
                return Ok((Vec::new(), Vec::new(), true));
            };
            let opened_before =
                Month::parse(&run.month).map_or(now, |month| month.ends_at(&asked.config.brand.time_zone));
            let customers = tx.payers_after(run.after, CUSTOMERS_AT_A_TIME)?;
            let mut intents = Vec::new();
            let mut invoices = 0;
            for customer in &customers {
                let made =
                    make(tx, &sold, asked.config.bank.as_ref(), (*customer, &run, opened_before), now)?;
                intents.extend(made.intents);
                invoices += u64::from(made.is_made);
            }
            let after = customers.last().copied().unwrap_or(run.after);
            let finished_at = customers.is_empty().then_some(now);
            let done = u64::try_from(customers.len()).unwrap_or(u64::MAX);
            tx.move_billing_run(&run.month, after, (done, invoices), finished_at)?;
            Ok::<_, StoreError>((intents, customers, finished_at.is_some()))
        })
        .await?;
    intents::send(app, &intents).await?;
    customers.iter().for_each(|customer| app.live.notify(*customer));
    app.boleto_news.notify_one();
    app.notice_news.notify_one();
    Ok(is_done)
}
