//! A subscriber who has left and owes her last invoice: the run of the month before made it, and nobody paid.

use anyhow::Context as _;
use book::{Act, BillItem, Command, LineAct, LineStatus, LineWish};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use money::{CustomerId, InvoiceId, LineId, Timestamp};
use store::tables::invoices::{BillingRun, InvoiceLineKind, InvoiceLineRow, InvoiceRow, InvoiceState};
use store::{StoreError, Tables};

use super::past::{Happening, happened, id_drawn_at, intent_of};
use super::provider::{self, FORMER};
use crate::billing::Month;
use crate::config::Config;
use crate::hashes::KeyedHashes;
use crate::intents::{BillStep, Wish};
use crate::lines::{self, NewLine, PreparedLine};
use crate::portal::calendar::{day_bounds, day_of};

/// Days before the run that she came.
const CAME_BEFORE: i64 = 2;
/// Days after the run that she left; her first cycle runs then.
const LEFT_AFTER: i64 = 19;
/// So often she used something, every other day.
const TIMES: i64 = 8;

/// Her days, in the operator's zone.
struct Days {
    month: Month,
    run_on: Date,
    due_on: Date,
}

impl Days {
    /// Those of the month before the one of `end`.
    fn before(config: &Config, end: Timestamp) -> anyhow::Result<Days> {
        let this = Month::of(day_of(&config.brand.time_zone, end));
        let month = Month::of(this.first_day().yesterday()?);
        let run_on = month.run_on(&config.billing);
        Ok(Days { month, run_on, due_on: month.due_on(&config.billing, run_on) })
    }

    fn at(&self, zone: &TimeZone, days: i64, hour: i64) -> anyhow::Result<Timestamp> {
        let day = self.run_on.checked_add(days.days())?;
        let bounds = day_bounds(zone, day).context("a day of the calendar")?;
        Ok(bounds.from.plus(hour * Timestamp::HOUR))
    }
}

/// Writes her, her line, and the run with her invoice down, and says what happened.
pub(super) fn tell(
    tables: &Tables,
    config: &Config,
    hashes: &KeyedHashes,
    plan_no: u32,
    end: Timestamp,
) -> anyhow::Result<Vec<Happening>> {
    let (days, zone) = (Days::before(config, end)?, &config.brand.time_zone);
    let (came, billed, left) =
        (days.at(zone, -CAME_BEFORE, 10)?, days.at(zone, 0, 8)?, days.at(zone, LEFT_AFTER, 15)?);
    let customer = CustomerId::from_u128(id_drawn_at(came));
    let (customer, payer) = lines::rows(customer, FORMER.subscriber(), came);
    let new = NewLine {
        customer: customer.id,
        plan_no,
        anchor_day: u8::try_from(day_of(zone, came).day())?,
        access_login: Some(FORMER.access_login.to_owned()),
    };
    let line = PreparedLine::new(new, (0, 0), came);
    let run = run(&days, customer.id, billed);
    let (invoice, row) = invoice(&run, line.entry.id);
    let owed = Wish::Bill {
        wallet: line.entry.wallet,
        customer: customer.id,
        amount: invoice.total,
        step: BillStep::Owed(BillItem::Fee),
    };
    let owed = intent_of(&owed, billed);
    tables.write(|tx| {
        tx.insert_customer(&customer)?;
        tx.put_payer(&payer)?;
        line.insert(tx)?;
        tx.insert_billing_run(&run)?;
        tx.insert_invoice(&invoice)?;
        tx.insert_invoice_line(&row)?;
        tx.insert_intent(&owed)?;
        Ok::<_, StoreError>(())
    })?;
    let mut happenings = happened(hashes, line.intents.iter().chain([&owed]))?;
    let wallet = line.entry.wallet;
    let by_her_line = |at, act| {
        let act = Act::Line(Box::new(LineWish { wallet, act }));
        Happening { at, command: Command { key: None, act } }
    };
    for time in 0..TIMES {
        let use_of_a_day = LineAct::AddUse { total: FORMER.used / TIMES, outside: 0 };
        happenings.push(by_her_line(days.at(zone, 2 * time, 21)?, use_of_a_day));
    }
    happenings.push(by_her_line(left, LineAct::SetStatus { status: LineStatus::Cancelled }));
    Ok(happenings)
}

/// The run of that month: she was the only one to be billed.
fn run(days: &Days, customer: CustomerId, at: Timestamp) -> BillingRun {
    BillingRun {
        month: days.month.to_string(),
        due_on: days.due_on.to_string(),
        started_at: at,
        after: customer,
        customers: 1,
        done: 1,
        invoices: 1,
        finished_at: Some(at),
    }
}

fn invoice(run: &BillingRun, line: LineId) -> (InvoiceRow, InvoiceLineRow) {
    let [plan, ..] = provider::plans();
    let invoice = InvoiceRow {
        id: InvoiceId::from_u128(id_drawn_at(run.started_at)),
        number: 0,
        customer: run.after,
        month: run.month.clone(),
        total: plan.fee,
        due_on: run.due_on.clone(),
        state: InvoiceState::Open,
        created_at: run.started_at,
        paid_at: None,
        paid_by: None,
    };
    let row = InvoiceLineRow {
        invoice: invoice.id,
        ordinal: 1,
        kind: InvoiceLineKind::Fee,
        line,
        purchase: None,
        quantity: None,
        what: plan.name,
        amount: plan.fee,
    };
    (invoice, row)
}
