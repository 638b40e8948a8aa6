//! `/billing`.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::chart::Chart;
use crate::look::page::AutomaticSeen;
use crate::look::part::payment::report_url;
use crate::look::part::{Balance, Checkout, Frame, GrantSource, Movement, SavedCard};

/// The portal's first page: the balance, what took it, how long it will last.
#[derive(Template)]
#[template(path = "page/billing.html")]
pub struct Billing {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The balance card; live as `balance`.
    pub balance: Balance,
    /// Today by hour ([`Chart::by_hour`], half a card); live as `usage`.
    pub chart: Chart,
    /// How many days the available credit lasts at the pace of late; `None` if nothing was used; live
    /// as `pace`.
    pub days_left: Option<u32>,
    /// The last movements, newest first; live as `movements`.
    pub movements: Vec<Movement>,
    /// Checkouts that were not finished; live as `checkouts`.
    pub checkouts: Vec<Checkout>,
    /// What lapses next; `None` if nothing ever does; live as `expiry`.
    pub next_expiry: Option<NextExpiry>,
    /// The cards kept, newest first, of which the first is shown; `None` if the provider did not tell.
    pub cards: Option<Vec<SavedCard>>,
    /// How automatic top-up stands; `None` if the operator does not offer it and nothing is left of it.
    pub automatic: Option<AutomaticSeen>,
}

/// What lapses next.
#[derive(Clone, Debug)]
pub struct NextExpiry {
    /// Where it came from.
    pub source: GrantSource,
    /// How much would lapse today.
    pub remaining: Amount,
    /// When it lapses.
    pub at: Timestamp,
}

/// The inside of `data-live="pace"`; empty if nothing was used.
#[derive(Template)]
#[template(path = "fragment/pace.html")]
pub struct PaceFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// How many days the available credit lasts.
    pub days_left: Option<u32>,
}

/// The inside of `data-live="expiry"`.
#[derive(Template)]
#[template(path = "fragment/expiry.html")]
pub struct ExpiryFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What lapses next.
    pub next_expiry: Option<NextExpiry>,
}

impl Billing {
    /// The card kept last: `Some(None)` if none is kept, `None` if the provider did not tell.
    pub fn newest_card(&self) -> Option<Option<&SavedCard>> {
        self.cards.as_ref().map(|cards| cards.first())
    }

    /// The link by which a problem is reported.
    pub fn report_url(&self) -> String {
        report_url(&self.reader, &self.frame.support_email, "", &self.frame.request_id)
    }
}
