//! `/console`, the staff's first page.

use askama::Template;
use money::{Amount, Timestamp};

use super::boletos::BoletoView;
use super::go_live::Step;
use crate::look::Reader;
use crate::look::chart::Chart;
use crate::look::part::Frame;
use crate::permissions::Permission;

/// The staff's first page.
#[derive(Template)]
#[template(path = "page/console.html")]
pub struct ConsoleHome {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// What the last verification of the books found.
    pub books: BooksLine,
    /// What the last comparison with Stripe found.
    pub drift: DriftLine,
    /// What needs a person.
    pub needs: Vec<Need>,
    /// What was sold, used and is held, by unit, for those who see money; and how many customers are near zero.
    pub figures: Vec<FigureGroup>,
    /// How lines, bills and debts stand, in a line each.
    pub glances: Vec<Glance>,
    /// Who of them fell below last.
    pub lately_low: Vec<LowListed>,
    /// What is left before customers pay real money, for those who can do it.
    pub left: Vec<Step>,
    /// Customers, newest first.
    pub customers: Vec<ConsoleCustomer>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// The figures of one unit.
#[derive(Clone, Debug)]
pub struct FigureGroup {
    /// What the unit is called; `None` where there is one alone.
    pub heading: Option<String>,
    /// The same in ids.
    pub name: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// How something stands, with the page behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The id of its name.
    pub text_id: &'static str,
    /// How it stands.
    pub value: String,
    /// Where that is listed.
    pub url: &'static str,
}

/// A figure of today with its last thirty days.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// How much.
    pub value: String,
    /// What stands beside it; `None` if it says all.
    pub note: Option<String>,
    /// The days.
    pub chart: Chart,
}

/// A customer who is near zero.
#[derive(Clone, Debug)]
pub struct LowListed {
    /// `cus_…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The login.
    pub login: String,
    /// What is available.
    pub available: Amount,
    /// Since when; `None` if nobody knows.
    pub since: Option<Timestamp>,
}

/// What is known of Stripe beside the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriftLine {
    /// There is nothing to compare, or it is not for this reader.
    Untold,
    /// It was not compared yet.
    NotYet,
    /// It cannot be compared.
    Failing {
        /// Since when.
        since: Timestamp,
    },
    /// Compared within the hour.
    Lately {
        /// The difference in each currency, in words.
        amounts: String,
    },
    /// Compared longer ago.
    Once {
        /// As above.
        amounts: String,
        /// When.
        at: Timestamp,
    },
}

impl ConsoleHome {
    /// How the books stand and what Stripe says, while they are sound, in sentences.
    pub fn standing(&self) -> String {
        let reader = &self.reader;
        let books = match (&self.books, &self.drift) {
            (BooksLine::Verified { minutes, .. }, DriftLine::Lately { amounts }) if *minutes < 60 => {
                reader.tn_with("books-verified-drift", *minutes, [("drift", amounts.clone())])
            }
            (BooksLine::Verified { minutes, .. }, _) if *minutes < 60 => {
                reader.tn("books-verified-lately", *minutes)
            }
            (BooksLine::Verified { at, .. }, _) => reader.t1("books-verified", "time", reader.date_time(*at)),
            (BooksLine::NotYet, _) => reader.t("books-not-verified"),
            (BooksLine::Damaged { .. }, _) => String::new(),
        };
        let is_said = matches!(&self.books, BooksLine::Verified { minutes, .. } if *minutes < 60);
        let drift = match &self.drift {
            DriftLine::Lately { .. } if is_said => String::new(),
            DriftLine::NotYet => reader.t("drift-unknown"),
            DriftLine::Failing { since } => reader.t1("drift-failing", "time", reader.date_time(*since)),
            DriftLine::Lately { amounts } => reader.t1("drift-lately", "drift", amounts),
            DriftLine::Untold => String::new(),
            DriftLine::Once { amounts, at } => {
                reader.t2("drift-compared", "drift", amounts, "time", reader.date_time(*at))
            }
        };
        let clear = if self.is_clear() { reader.t("all-clear") } else { String::new() };
        let said = [clear, books, drift];
        said.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// What is left, each in a few words.
    pub fn left_words(&self) -> String {
        self.left.iter().map(|step| self.reader.t(step.text)).collect::<Vec<_>>().join(" · ")
    }

    /// Whether nobody has to do anything, as far as is known.
    fn is_clear(&self) -> bool {
        let is_verified = matches!(&self.books, BooksLine::Verified { minutes, .. } if *minutes < 60);
        self.needs.is_empty() && is_verified && !matches!(self.drift, DriftLine::Failing { .. })
    }
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub kind: NeedKind,
    /// How many, above zero.
    pub count: u32,
    /// What they come to, which they are, or by when something is to be done, in words; empty where there is nothing to tell.
    pub sum: String,
}

impl Need {
    /// What is said of it.
    pub fn words(&self, reader: &Reader) -> String {
        let words = reader.tn_with(self.kind.text_id(), self.count, [("sum", self.sum.clone())]);
        words.trim_end().to_owned()
    }
}

/// What can wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedKind {
    /// Refunds whose money came back: somebody was promised it.
    FailedRefunds,
    /// Payments that have credited nothing.
    Unmatched,
    /// Disputes that wait for an answer.
    Disputes,
    /// Months that nobody ran: their fees are on no invoice.
    MissedRuns,
    /// Boletos that were not paid in time.
    Overdue,
    /// Invoices without a boleto that were not paid in time.
    OverdueInvoices,
    /// Credit that waits for a second pair of eyes.
    Approvals,
    /// Webhooks that could not be worked on.
    FailedWebhooks,
    /// Lines whose router has not confirmed a change for longer than is promised.
    Unconfirmed,
    /// Routers that have sessions and say nothing.
    SilentRouters,
    /// What the bank's files brought.
    Findings,
    /// Currencies in which Stripe and the books differ.
    Drift,
    /// Endpoints of webhooks that were turned off because they took nothing.
    Endpoints,
    /// Titles that the bank is to be told of.
    Remittance,
}

impl NeedKind {
    /// All of them, the most urgent first.
    pub const ALL: &'static [NeedKind] = &[
        NeedKind::FailedRefunds,
        NeedKind::Unmatched,
        NeedKind::Unconfirmed,
        NeedKind::SilentRouters,
        NeedKind::Disputes,
        NeedKind::FailedWebhooks,
        NeedKind::Approvals,
        NeedKind::Findings,
        NeedKind::MissedRuns,
        NeedKind::Overdue,
        NeedKind::OverdueInvoices,
        NeedKind::Drift,
        NeedKind::Endpoints,
        NeedKind::Remittance,
    ];

    /// The id of what is said.
    pub fn text_id(&self) -> &'static str {
        match self {
            NeedKind::FailedRefunds => "refunds-failed",
            NeedKind::Unmatched => "payments-unmatched-need",
            NeedKind::Disputes => "disputes-due",
            NeedKind::MissedRuns => "months-not-run",
            NeedKind::Overdue => "boletos-overdue",
            NeedKind::OverdueInvoices => "invoices-overdue",
            NeedKind::Approvals => "approvals-waiting",
            NeedKind::FailedWebhooks => "webhooks-failed",
            NeedKind::Unconfirmed => "lines-unconfirmed",
            NeedKind::SilentRouters => "routers-silent",
            NeedKind::Findings => "findings-waiting",
            NeedKind::Drift => "drift-waiting",
            NeedKind::Endpoints => "endpoints-off",
            NeedKind::Remittance => "titles-waiting",
        }
    }

    /// The id of its button's words.
    pub fn button_id(&self) -> &'static str {
        match self {
            NeedKind::Unmatched | NeedKind::Disputes => "open-payments",
            NeedKind::FailedRefunds | NeedKind::Approvals => "open-requests",
            NeedKind::MissedRuns => "open-runs",
            NeedKind::Overdue => "open-boletos",
            NeedKind::OverdueInvoices => "open-invoices",
            NeedKind::FailedWebhooks => "open-inbox",
            NeedKind::Unconfirmed => "open-lines",
            NeedKind::SilentRouters => "open-routers",
            NeedKind::Findings => "open-findings",
            NeedKind::Drift => "open-reconciliation",
            NeedKind::Endpoints => "open-endpoints",
            NeedKind::Remittance => "open-files",
        }
    }

    /// What it takes to see that page.
    pub fn to_see(&self) -> Permission {
        match self {
            NeedKind::Findings
            | NeedKind::MissedRuns
            | NeedKind::Overdue
            | NeedKind::OverdueInvoices
            | NeedKind::Drift
            | NeedKind::Remittance => Permission::SeeFinance,
            NeedKind::Approvals => Permission::ApproveCredit,
            NeedKind::FailedRefunds => Permission::RefundPayments,
            _ => Permission::SeeCustomers,
        }
    }

    /// Where its button leads.
    pub fn url(&self) -> &'static str {
        match self {
            NeedKind::Unmatched => "/console/payments?show=unmatched",
            NeedKind::Disputes => "/console/payments?show=disputed",
            NeedKind::FailedRefunds => "/console/credit?show=failed",
            NeedKind::Approvals => "/console/credit?show=waiting",
            NeedKind::Overdue => "/console/boletos?state=overdue",
            NeedKind::MissedRuns | NeedKind::OverdueInvoices => "/console/billing",
            NeedKind::FailedWebhooks => "/console/inbox?show=failed",
            NeedKind::Unconfirmed => "/console/lines?status=waiting",
            NeedKind::SilentRouters => "/console/routers",
            NeedKind::Findings => BoletoView::Findings.url(),
            NeedKind::Drift => "/console/reconciliation",
            NeedKind::Endpoints => "/console/webhooks",
            NeedKind::Remittance => BoletoView::Files.url(),
        }
    }
}

/// What is known of the books.
#[derive(Clone, Debug)]
pub enum BooksLine {
    /// Nothing since the start.
    NotYet,
    /// They are sound.
    Verified {
        /// When that was seen.
        at: Timestamp,
        /// How many minutes ago that is.
        minutes: u32,
    },
    /// A person must look.
    Damaged {
        /// When that was seen.
        at: Timestamp,
        /// The first of what was found, as `saldo verify` says it.
        first: String,
    },
}

/// One customer of the console's list.
#[derive(Clone, Debug)]
pub struct ConsoleCustomer {
    /// `cus_…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The login.
    pub login: String,
    /// Posted and available balance; `None` if there is no credit in money.
    pub balance: Option<(Amount, Amount)>,
    /// When the customer was made.
    pub created_at: Timestamp,
}
