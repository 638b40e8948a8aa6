//! `/console`, the staff's first page.

use askama::Template;
use money::{Amount, Timestamp};

use super::boletos::BoletoView;
use crate::look::Reader;
use crate::look::part::Frame;

/// The staff's first page.
#[derive(Template)]
#[template(path = "page/console.html")]
pub struct ConsoleHome {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// How many customers there are.
    pub customer_count: i64,
    /// What customers have paid for or been given and not used.
    pub liability: Amount,
    /// What was paid in today.
    pub sold_today: Amount,
    /// What was used up today.
    pub used_today: Amount,
    /// What the last verification of the books found.
    pub books: BooksLine,
    /// What needs a person.
    pub needs: Vec<Need>,
    /// Customers, newest first.
    pub customers: Vec<ConsoleCustomer>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// Something that waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub kind: NeedKind,
    /// How many, above zero.
    pub count: u32,
}

/// What can wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedKind {
    /// Payments that have credited nothing.
    Unmatched,
    /// Disputes that wait for an answer.
    Disputes,
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
        NeedKind::Unmatched,
        NeedKind::Unconfirmed,
        NeedKind::SilentRouters,
        NeedKind::Disputes,
        NeedKind::FailedWebhooks,
        NeedKind::Approvals,
        NeedKind::Findings,
        NeedKind::Drift,
        NeedKind::Endpoints,
        NeedKind::Remittance,
    ];

    /// The id of what is said.
    pub fn text_id(&self) -> &'static str {
        match self {
            NeedKind::Unmatched => "payments-unmatched-need",
            NeedKind::Disputes => "disputes-due",
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
            NeedKind::Approvals => "open-requests",
            NeedKind::FailedWebhooks => "open-inbox",
            NeedKind::Unconfirmed => "open-lines",
            NeedKind::SilentRouters => "open-routers",
            NeedKind::Findings => "open-findings",
            NeedKind::Drift => "open-reconciliation",
            NeedKind::Endpoints => "open-endpoints",
            NeedKind::Remittance => "open-files",
        }
    }

    /// Where its button leads.
    pub fn url(&self) -> &'static str {
        match self {
            NeedKind::Unmatched => "/console/payments?show=unmatched",
            NeedKind::Disputes => "/console/payments?show=disputed",
            NeedKind::Approvals => "/console/credit?show=waiting",
            NeedKind::FailedWebhooks => "/console/inbox?show=failed",
            NeedKind::Unconfirmed => "/console/lines",
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
    /// Posted balance.
    pub posted: Amount,
    /// Available balance.
    pub available: Amount,
    /// When the customer was made.
    pub created_at: Timestamp,
}
