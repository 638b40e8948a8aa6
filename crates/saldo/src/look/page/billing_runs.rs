//! `/console/billing`: the monthly run, and the invoices it made. `/console/invoices/{id}`: one of them.

use askama::Template;
use money::{Amount, Timestamp};

use super::MonthlyInvoice;
use crate::look::Reader;
use crate::look::part::Frame;

/// The page.
#[derive(Template)]
#[template(path = "page/billing_runs.html")]
pub struct BillingRuns {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The month that is next.
    pub next: NextRun,
    /// Months before it of which nobody began a run.
    pub missed: Option<MissedRun>,
    /// The first month that is billed here, where staff said one.
    pub first_month: Option<String>,
    /// Runs, newest first.
    pub runs: Vec<RunSeen>,
    /// Invoices, newest first.
    pub invoices: Vec<InvoiceSeen>,
    /// Corrections that wait, newest first.
    pub waiting: Vec<WaitingAdjustment>,
    /// Whether the reader may change anything.
    pub may_change: bool,
    /// Where newer invoices are.
    pub newer_url: Option<String>,
    /// Where older invoices are.
    pub older_url: Option<String>,
}

/// The month that is to be run next.
#[derive(Clone, Debug)]
pub struct NextRun {
    /// `2026-12`.
    pub code: String,
    /// The month in words.
    pub month: String,
    /// When its invoices will be due.
    pub due: Option<Timestamp>,
    /// How many customers will be looked at.
    pub customers: u64,
    /// Whether it may be begun now.
    pub is_open: bool,
    /// The first day on which it may.
    pub from: Option<Timestamp>,
    /// Its own day, as long as that is to come.
    pub early_for: Option<Timestamp>,
    /// How many invoices it would make now, and what they come to; looked up where it is asked for.
    pub estimate: Option<(u64, Amount)>,
    /// Whether the reader has said that he wants it and is asked once more.
    pub is_asked: bool,
}

/// Months that nobody ran: their fees are on no invoice.
#[derive(Clone, Debug)]
pub struct MissedRun {
    /// The oldest of them, which may be run now.
    pub run: NextRun,
    /// All of them in words.
    pub months: String,
    /// How many they are.
    pub count: u32,
    /// Whether runs that begin by themselves wait until staff have decided about them.
    pub holds_others: bool,
}

/// A run.
#[derive(Clone, Debug)]
pub struct RunSeen {
    /// The month in words.
    pub month: String,
    /// When its invoices are due.
    pub due: Option<Timestamp>,
    /// Customers that were looked at, and all of them.
    pub progress: (u64, u64),
    /// Whether it is done.
    pub is_done: bool,
    /// How many invoices it made.
    pub invoices: u64,
    /// What its open invoices come to.
    pub open: Amount,
    /// What its paid invoices come to.
    pub paid: Amount,
}

/// An invoice in the list.
#[derive(Clone, Debug)]
pub struct InvoiceSeen {
    /// Who owes it.
    pub customer: String,
    /// The invoice.
    pub invoice: MonthlyInvoice,
}

/// A correction that waits for the next invoice.
#[derive(Clone, Debug)]
pub struct WaitingAdjustment {
    /// Its name.
    pub id: String,
    /// Whose.
    pub customer: String,
    /// Why.
    pub reason: String,
    /// How much.
    pub amount: Amount,
}

impl NextRun {
    /// How many will be looked at, when it will be due, and from when it may be begun.
    pub fn words(&self, reader: &Reader) -> String {
        let count = reader.number(i64::try_from(self.customers).unwrap_or(i64::MAX));
        let due = self.due.map(|due| reader.date(due)).unwrap_or_default();
        let words = reader.t2("next-run-text", "count", count, "due", due);
        match self.from.filter(|_| !self.is_open) {
            Some(from) => format!("{words} {}", reader.t1("next-run-from", "day", reader.date(from))),
            None => words,
        }
    }

    /// That it is early for the month, if it is.
    pub fn early_words(&self, reader: &Reader) -> Option<String> {
        let day = self.early_for.filter(|_| self.is_open)?;
        Some(reader.t2("run-is-early", "month", &self.month, "day", reader.date(day)))
    }

    /// What it would make now.
    pub fn estimate_words(&self, reader: &Reader) -> String {
        match self.estimate {
            Some((count, total)) => {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                reader.tn_with("run-estimate", count, [("total", reader.money(total))])
            }
            None => reader.t("run-estimate-many"),
        }
    }
}

impl MissedRun {
    /// Which months nobody ran.
    pub fn heading(&self, reader: &Reader) -> String {
        reader.tn_with("runs-missed", self.count, [("months", self.months.clone())])
    }
}

impl BillingRuns {
    /// What is said before the next month is begun while others were missed: that it passes them over.
    pub fn passes_over(&self) -> Option<String> {
        let missed = self.missed.as_ref()?;
        let values = [("months", missed.months.clone()), ("month", self.next.month.clone())];
        Some(self.reader.tn_with("run-passes-over", missed.count, values))
    }

    /// Whether it is asked beside the next month if another system billed before: as long as nothing was run here, or where it was said.
    pub fn may_say_first(&self) -> bool {
        self.may_change && self.missed.is_none() && (self.runs.is_empty() || self.first_month.is_some())
    }

    /// Whether a run goes on: the page looks again by itself.
    pub fn is_running(&self) -> bool {
        self.runs.iter().any(|run| !run.is_done)
    }
}

/// One invoice.
#[derive(Template)]
#[template(path = "page/console_invoice.html")]
pub struct ConsoleInvoice {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Who owes it, with his CPF or CNPJ.
    pub customer: (String, String),
    /// His page.
    pub customer_url: String,
    /// The invoice.
    pub invoice: MonthlyInvoice,
    /// Whether it may be settled by hand.
    pub may_settle: bool,
    /// What was wrong with what was sent, in words.
    pub problem: Option<String>,
}
