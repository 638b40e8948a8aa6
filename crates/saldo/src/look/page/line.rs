//! `/console/lines/{id}`: one line as staff see it.

use askama::Template;
use money::{Amount, Timestamp};

use super::buy_credit::Check;
use crate::look::Reader;
use crate::look::part::{BlockedLine, Frame, GoneStep, PaymentList};

/// One line. Its buttons send `status` to `/console/lines/{id}/status`.
#[derive(Template)]
#[template(path = "page/line.html")]
pub struct LinePage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The token that its forms send back.
    pub csrf: String,
    /// Where the subscriber's page is.
    pub customer_url: String,
    /// CPF or CNPJ.
    pub document: String,
    /// How it authenticates.
    pub access_login: Option<String>,
    /// Where its access login is changed; `None` for those who may only look.
    pub change_login_url: Option<String>,
    /// Said once after a change.
    pub saved: bool,
    /// What of it is live.
    pub line: LineStands,
    /// The subscriber's newest attempts to pay by card.
    pub payments: PaymentList,
}

/// How a line stands: what of its page changes while it is open.
#[derive(Clone, Debug)]
pub struct LineStands {
    /// The line's id.
    pub id: String,
    /// The subscriber's name.
    pub name: String,
    /// The plan's name.
    pub plan: String,
    /// The status in words.
    pub status: String,
    /// Why it is blocked, if it is.
    pub blocked: Option<BlockedLine>,
    /// Until when it works on trust, if it does, and what is overdue meanwhile.
    pub trusted: Option<BlockedLine>,
    /// What is left.
    pub balance: String,
    /// The cycle that runs: first instant, first instant after it.
    pub cycle: (Timestamp, Timestamp),
    /// Since when its router has it slowed, walled or blocked.
    pub restricted_since: Option<Timestamp>,
    /// The id of the sentence that says so, by what the plan does when nothing is left.
    pub restricted_text_id: &'static str,
    /// Whether there is a button that blocks it.
    pub may_block: bool,
    /// Whether there is a button that enables it.
    pub may_enable: bool,
    /// Where the balance comes from: the panel that the subscriber has, too.
    pub check: Option<Check>,
    /// The newest purchases.
    pub purchases: Vec<LinePurchase>,
    /// The sessions that were read last.
    pub sessions: Vec<LineSession>,
}

impl LineStands {
    /// Whether a session goes on.
    pub fn is_connected(&self) -> bool {
        self.sessions.iter().any(|session| session.is_open)
    }
}

/// The inside of `data-live="line_acts"`.
#[derive(Template)]
#[template(path = "fragment/console_line_acts.html")]
pub struct LineActsFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// The token that its forms send back.
    pub csrf: &'a str,
    /// What is shown.
    pub line: &'a LineStands,
}

/// The inside of `data-live="line_state"`.
#[derive(Template)]
#[template(path = "fragment/console_line_state.html")]
pub struct LineStateFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub line: &'a LineStands,
}

/// The inside of `data-live="line_purchases"`.
#[derive(Template)]
#[template(path = "fragment/console_line_purchases.html")]
pub struct LinePurchasesFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// The token that its forms send back.
    pub csrf: &'a str,
    /// What is shown.
    pub line: &'a LineStands,
}

/// The inside of `data-live="line_sessions"`.
#[derive(Template)]
#[template(path = "fragment/console_line_sessions.html")]
pub struct LineSessionsFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub line: &'a LineStands,
}

/// A purchase.
#[derive(Clone, Debug)]
pub struct LinePurchase {
    /// Its name.
    pub id: String,
    /// The id of the text that says how it is charged.
    pub charging_id: &'static str,
    /// Whether staff may say that it was paid: `reason` to `/console/purchases/{id}/settlement`.
    pub may_settle: bool,
    /// Whether it was dropped before it was paid.
    pub is_dropped: bool,
    /// Whether it was written off: nobody is to pay it any more.
    pub is_written_off: bool,
    /// How much.
    pub size: String,
    /// What it costs.
    pub price: Amount,
    /// When it was bought.
    pub bought_at: Timestamp,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// When the router confirmed the speed after that.
    pub restored_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// What of it went back with its payment, step by step.
    pub gone: Vec<GoneStep>,
}

/// A session.
#[derive(Clone, Debug)]
pub struct LineSession {
    /// The router's name.
    pub router: String,
    /// The service that it is of, if it is not of all.
    pub service: Option<String>,
    /// Whether it goes on.
    pub is_open: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When its counters were read last.
    pub read_at: Timestamp,
    /// What came from the subscriber.
    pub sent: String,
    /// What went to him.
    pub received: String,
    /// The code of what was strange about it.
    pub anomaly: Option<String>,
}
