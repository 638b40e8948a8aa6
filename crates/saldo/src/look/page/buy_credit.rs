//! `/buy-credit`, *Compra de Crédito*: a line's allowance and balance, what can be bought for it, and how that comes out.

use askama::Template;
use money::{Amount, Timestamp};

use super::purchase_progress::{Bill, Progress, Speed};
use crate::look::Reader;
use crate::look::part::{Frame, PaymentResult};

/// The page. Choosing is a form to itself (`line`, `credit`, `charging`); buying one to itself, too, with `line`, `sequence`, `pack`,
/// `charging`, `quantity` and `price` as the page showed them.
#[derive(Template)]
#[template(path = "page/buy_credit.html")]
pub struct BuyCredit {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The lines for which credit can be bought.
    pub lines: Vec<LineChoice>,
    /// All others, each with the reason.
    pub barred: Vec<BarredLine>,
    /// The chosen line; `None` until one is.
    pub seen: Option<LineSeen>,
    /// What was chosen just now, so that the reader goes on from there.
    pub chosen_now: Option<Choosing>,
    /// Why the purchase that was asked for did not happen.
    pub refused: Option<Barrier>,
    /// The purchase that was just made.
    pub bought: Option<Bought>,
    /// How the payment page ended that the reader comes from.
    pub result: Option<PaymentResult>,
    /// Whether the check panel is open without a script.
    pub is_check_open: bool,
}

/// Why something is not bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// The line was cancelled.
    LineCancelled,
    /// The line is blocked.
    LineBlocked,
    /// It is blocked because something is overdue.
    LineOverdue,
    /// The operator has blocked it.
    LineHeld,
    /// Staff have frozen the line's wallet.
    WalletFrozen,
    /// The plan does not support it.
    NotSupported,
    /// The line has no login at a router.
    NoAccessLogin,
    /// A purchase waits for its payment.
    Awaiting,
    /// The balance is too high.
    BalancePositive,
    /// The pack would not bring the balance above zero.
    PackTooSmall,
    /// It was bought as often as it may be.
    PackLimit,
    /// Too much is unpaid.
    UnpaidLimit,
    /// Somebody bought since the page was drawn.
    AlreadyBought,
    /// Price or quantity are others now.
    PackChanged,
    /// The pack is not sold so any more.
    PackGone,
    /// No pack was chosen.
    NothingChosen,
}

impl Barrier {
    /// The id of its text.
    pub fn text_id(&self) -> &'static str {
        match self {
            Barrier::LineCancelled => "line-is-cancelled",
            Barrier::LineBlocked => "line-is-blocked",
            Barrier::LineOverdue => "line-blocked-overdue",
            Barrier::LineHeld => "line-blocked-by-provider",
            Barrier::WalletFrozen => "line-is-frozen",
            Barrier::NotSupported => "plan-does-not-support",
            Barrier::NoAccessLogin => "line-has-no-login",
            Barrier::Awaiting => "purchase-is-awaiting",
            Barrier::BalancePositive => "balance-is-positive",
            Barrier::PackTooSmall => "pack-too-small",
            Barrier::PackLimit => "pack-limit",
            Barrier::UnpaidLimit => "unpaid-limit",
            Barrier::AlreadyBought => "refused-already-bought",
            Barrier::PackChanged => "refused-pack-changed",
            Barrier::PackGone => "refused-pack-gone",
            Barrier::NothingChosen => "choose-credit",
        }
    }
}

/// A line to choose.
#[derive(Clone, Debug)]
pub struct LineChoice {
    /// `line_…`.
    pub id: String,
    /// Plan and login.
    pub name: String,
    /// Whether it is the one.
    pub is_chosen: bool,
}

/// A line for which nothing can be bought.
#[derive(Clone, Debug)]
pub struct BarredLine {
    /// Plan and login.
    pub name: String,
    /// Why.
    pub reason: Barrier,
}

/// Everything about the chosen line that may change while somebody looks.
#[derive(Clone, Debug)]
pub struct LineSeen {
    /// The line's figures.
    pub figures: LineFigures,
    /// What can be bought.
    pub form: CreditForm,
    /// How the newest purchase came out.
    pub progress: Option<Progress>,
    /// The check panel.
    pub check: Check,
}

/// A line's figures, all in bytes.
#[derive(Clone, Debug)]
pub struct LineFigures {
    /// The plan's monthly allowance.
    pub allowance: i64,
    /// Packs released in this cycle.
    pub bought: i64,
    /// How many packs.
    pub bought_count: u32,
    /// Bought and waiting for payment.
    pub awaiting: i64,
    /// What was given, taken, or went with the money of a pack.
    pub adjustments: i64,
    /// The balance; below zero it is overshoot.
    pub balance: i64,
    /// Whether the balance is too high to buy.
    pub is_positive: bool,
    /// What its router does to the line now that nothing is left; `None` while it does nothing.
    pub restricted: Option<Restricted>,
    /// Used in this cycle at the cost of the balance.
    pub used: i64,
    /// All there was to use in this cycle.
    pub whole: i64,
    /// When the cycle began.
    pub starts_at: Timestamp,
    /// When the next one begins.
    pub ends_at: Timestamp,
    /// Days until then, begun ones counted.
    pub days_left: u32,
    /// What the subscriber was told last of his use.
    pub told: Option<Told>,
}

/// What a router does to a line on which nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restricted {
    /// It is slow.
    Slowed,
    /// Only the provider's own pages open.
    Walled,
    /// Nothing goes through.
    Blocked,
}

impl Restricted {
    /// The id of its sentence.
    pub fn text_id(self) -> &'static str {
        match self {
            Restricted::Slowed => "line-is-slowed",
            Restricted::Walled => "line-is-walled",
            Restricted::Blocked => "line-is-cut",
        }
    }
}

/// What a subscriber was told of his use.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// The share that was used, in percent.
    pub percent: u8,
    /// Whether it is a pack's, and not the allowance's.
    pub of_pack: bool,
    /// When it was reached.
    pub at: Timestamp,
}

impl Told {
    /// The same in a sentence.
    pub fn words(&self, reader: &Reader) -> String {
        let id = match (self.of_pack, self.percent >= 100) {
            (false, false) => "usage-told",
            (false, true) => "usage-told-over",
            (true, false) => "usage-told-pack",
            (true, true) => "usage-told-pack-over",
        };
        reader.with(id, [("percent", self.percent.to_string()), ("time", reader.date_time(self.at))])
    }
}

impl LineFigures {
    /// What is left, never below zero.
    pub fn left(&self) -> i64 {
        self.balance.max(0)
    }

    /// What was used beyond zero.
    pub fn overshoot(&self) -> Option<i64> {
        (self.balance < 0).then_some(-self.balance)
    }

    /// The last instant of the cycle, for its dates.
    pub fn last_instant(&self) -> Timestamp {
        self.ends_at.plus(-1)
    }

    /// How far the gauge is filled, of 1000.
    pub fn used_share(&self) -> i64 {
        share(self.used, self.whole)
    }

    /// Where on the gauge the packs begin, of 1000.
    pub fn allowance_share(&self) -> i64 {
        1000 - share(self.bought, self.whole)
    }
}

/// `part` of `whole` in thousandths.
fn share(part: i64, whole: i64) -> i64 {
    let wide = i128::from(part.max(0)) * 1000 / i128::from(whole.max(1));
    i64::try_from(wide).unwrap_or(1000).clamp(0, 1000)
}

/// What can be bought for a line.
#[derive(Clone, Debug)]
pub struct CreditForm {
    /// The token of the form.
    pub csrf: String,
    /// The line.
    pub line: String,
    /// The line's purchase number that this page knows.
    pub sequence: u32,
    /// Whether anything can be bought now.
    pub is_open: bool,
    /// Why not; that the balance is positive is said beside it.
    pub closed_because: Option<Barrier>,
    /// The packs.
    pub packs: Vec<PackChoice>,
    /// The chosen pack.
    pub chosen: Option<ChosenPack>,
    /// What was chosen just now.
    pub chosen_now: Option<Choosing>,
}

/// One of the boxes by which something is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choosing {
    /// *Plano*.
    Line,
    /// *Crédito*, also when nothing is chosen any more.
    Credit,
    /// *Forma de cobrança*.
    Charging,
}

impl CreditForm {
    /// What is chosen, for the form to say what it was before.
    pub fn chosen_id(&self) -> &str {
        self.chosen.as_ref().map_or("", |chosen| chosen.id.as_str())
    }
}

/// A pack to choose.
#[derive(Clone, Debug)]
pub struct PackChoice {
    /// `pack_…`.
    pub id: String,
    /// Bytes.
    pub quantity: i64,
    /// What it costs.
    pub price: Amount,
    /// Why it cannot be bought.
    pub barred: Option<Barrier>,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// The chosen pack.
#[derive(Clone, Debug)]
pub struct ChosenPack {
    /// `pack_…`.
    pub id: String,
    /// Bytes.
    pub quantity: i64,
    /// What it costs.
    pub price: Amount,
    /// The ways to charge it; the first is chosen unless another is.
    pub ways: Vec<Way>,
    /// The balance with it, in bytes.
    pub balance_after: i64,
}

/// A way to charge a pack.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its code.
    pub code: &'static str,
    /// Whether it is chosen.
    pub is_chosen: bool,
    /// The day on which it is due; `None` if it is paid at once.
    pub due: Option<Timestamp>,
    /// For how many minutes it can be paid, if so.
    pub minutes: Option<i64>,
    /// Whether the credit waits for the payment.
    pub on_payment: bool,
    /// Why the pack cannot be charged so now.
    pub barred: Option<Barrier>,
}

impl Way {
    /// The id of its name.
    pub fn text_id(&self) -> &'static str {
        match self.code {
            "boleto" => "by-boleto",
            "pix" => "by-pix",
            "card" => "by-card",
            _ => "by-next-invoice",
        }
    }
}

impl ChosenPack {
    /// The way that is chosen.
    pub fn way(&self) -> Option<&Way> {
        self.ways.iter().find(|way| way.is_chosen)
    }

    /// Whether some ways are barred, for too much is unpaid.
    pub fn is_limited(&self) -> bool {
        self.ways.iter().any(|way| way.barred == Some(Barrier::UnpaidLimit))
    }

    /// What it costs, how it will be charged, and when it is released.
    pub fn words(&self, reader: &Reader) -> String {
        let Some(way) = self.way() else { return String::new() };
        let id = match way.code {
            "boleto" => "charge-by-boleto",
            "pix" => "charge-by-pix",
            "card" => "charge-by-card",
            _ => "charge-by-next-invoice",
        };
        let values = [
            ("quantity", reader.volume(self.quantity)),
            ("price", reader.money(self.price)),
            ("due", way.due.map(|due| reader.numeric_date(due)).unwrap_or_default()),
            ("minutes", way.minutes.map(|minutes| minutes.to_string()).unwrap_or_default()),
        ];
        let charged = reader.with(id, values);
        let released = if way.on_payment { "released-on-payment" } else { "released-at-once" };
        format!("{charged} {}", reader.t(released))
    }
}

/// The purchase that was just made.
#[derive(Clone, Debug)]
pub struct Bought {
    /// Bytes.
    pub quantity: i64,
    /// What it costs.
    pub price: Amount,
    /// The balance now, in bytes.
    pub balance: i64,
    /// Whether its credit waits for the payment.
    pub is_awaiting: bool,
    /// By what it is paid later.
    pub bill: Option<Bill>,
    /// Where the page is without this.
    pub close_url: String,
}

/// The check panel: where the balance comes from.
#[derive(Clone, Debug)]
pub struct Check {
    /// The plan's name.
    pub plan: String,
    /// The figures in their order.
    pub figures: Vec<CheckFigure>,
    /// The formula's terms with their signs.
    pub terms: Vec<CheckTerm>,
    /// What they come to.
    pub balance: i64,
}

impl Check {
    /// The formula without any rounding.
    pub fn in_bytes(&self, reader: &Reader) -> String {
        let mut formula = String::new();
        for term in &self.terms {
            if !term.sign.is_empty() {
                formula.push_str(&format!(" {} ", term.sign));
            }
            formula.push_str(&reader.number(term.bytes));
        }
        format!("{formula} = {}", reader.number(self.balance))
    }
}

/// The figures of the check panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureName {
    /// The cycle's allowance.
    Allowance,
    /// Packs released in the cycle.
    Bought,
    /// Used without lowering the balance.
    Outside,
    /// Used at its cost.
    Inside,
    /// All that was used.
    Total,
    /// What was there when the cycle began.
    Carried,
    /// Expiry and corrections.
    Adjustments,
    /// What they come to.
    Balance,
}

impl FigureName {
    /// The id of its name in the list.
    pub fn text_id(&self) -> &'static str {
        match self {
            FigureName::Allowance => "check-allowance",
            FigureName::Bought => "check-bought",
            FigureName::Outside => "check-outside",
            FigureName::Inside => "check-inside",
            FigureName::Total => "check-total",
            FigureName::Carried => "check-carried",
            FigureName::Adjustments => "check-adjustments",
            FigureName::Balance => "check-balance",
        }
    }

    /// The id of its shorter name in the formula.
    pub fn term_id(&self) -> &'static str {
        match self {
            FigureName::Allowance => "term-allowance",
            FigureName::Bought => "term-bought",
            FigureName::Outside => "term-outside",
            FigureName::Total => "term-total",
            FigureName::Balance => "term-balance",
            FigureName::Inside | FigureName::Carried | FigureName::Adjustments => self.text_id(),
        }
    }
}

/// A figure and what it is made of.
#[derive(Clone, Debug)]
pub struct CheckFigure {
    /// Which.
    pub name: FigureName,
    /// Bytes.
    pub bytes: i64,
    /// What it is made of.
    pub entries: Vec<CheckEntry>,
}

/// Something that a figure is made of.
#[derive(Clone, Debug)]
pub struct CheckEntry {
    /// In words: a time, a day, a kind of entry.
    pub words: String,
    /// Bytes, signed.
    pub bytes: i64,
}

/// A term of the formula.
#[derive(Clone, Debug)]
pub struct CheckTerm {
    /// The sign before it; empty for the first.
    pub sign: &'static str,
    /// Which.
    pub name: FigureName,
    /// Bytes.
    pub bytes: i64,
}

impl CheckTerm {
    /// The sign before its name: what may be below zero is added as it is.
    pub fn word_sign(&self) -> &'static str {
        match self.name {
            FigureName::Carried | FigureName::Adjustments => "+",
            _ => self.sign,
        }
    }
}

/// The inside of `data-live="line-figures"`.
#[derive(Template)]
#[template(path = "fragment/line_figures.html")]
pub struct LineFiguresFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub figures: &'a LineFigures,
}

/// The inside of `data-live="line-balance"`.
#[derive(Template)]
#[template(path = "fragment/line_balance.html")]
pub struct LineBalanceFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub figures: &'a LineFigures,
}

/// The inside of `data-live="line-alert"`: apart, so that it is read out when it comes and not whenever a figure moves.
#[derive(Template)]
#[template(path = "fragment/line_alert.html")]
pub struct LineAlertFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub figures: &'a LineFigures,
}

/// The inside of `data-live="line-gauge"`.
#[derive(Template)]
#[template(path = "fragment/line_gauge.html")]
pub struct LineGaugeFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub figures: &'a LineFigures,
}

/// The inside of `data-live="line-form"`.
#[derive(Template)]
#[template(path = "fragment/line_form.html")]
pub struct LineFormFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub form: &'a CreditForm,
}

/// The inside of `data-live="line-check"`.
#[derive(Template)]
#[template(path = "fragment/line_check.html")]
pub struct LineCheckFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub check: &'a Check,
}
