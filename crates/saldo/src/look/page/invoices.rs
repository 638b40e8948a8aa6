//! `/invoices`: boletos, what became of them, and what the next invoice will collect.

use askama::Template;
use book::PaidBy;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::part::{Frame, OwnCredit, PaymentList, PixPanel, WaitingPurchase, paid_by_text};

use super::{MonthlyInvoice, OverdueNotice, TrustSeen};

/// The page. Its lists are live on the first page.
#[derive(Template)]
#[template(path = "page/invoices.html")]
pub struct Invoices {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// What is on it.
    pub invoiced: Invoiced,
    /// Whether this is the first page.
    pub is_first: bool,
    /// The token of the forms.
    pub csrf: String,
    /// Attempts to pay by card.
    pub payments: PaymentList,
    /// Whether these are the newest of them.
    pub is_newest: bool,
}

/// What changes while somebody looks.
#[derive(Template)]
#[template(path = "fragment/invoices.html")]
pub struct InvoicesFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is on it.
    pub invoiced: &'a Invoiced,
    /// The token of the forms.
    pub csrf: &'a str,
}

/// Boletos and purchases of a customer.
#[derive(Clone, Debug)]
pub struct Invoiced {
    /// Lines that are blocked because something is overdue, or work on trust.
    pub overdue: Vec<OverdueNotice>,
    /// Days for which a line works on trust.
    pub trust_days: u16,
    /// Until when it would, if it were asked for now.
    pub trust_until: Timestamp,
    /// Invoices of months, newest first.
    pub months: Vec<MonthlyInvoice>,
    /// When the next invoice will be due.
    pub next_due: Option<Timestamp>,
    /// Purchases that wait for a payment by card or Pix, newest first.
    pub unpaid: Vec<UnpaidPurchase>,
    /// Money that came in other ways than by card, newest first.
    pub received: Vec<Received>,
    /// What was paid beyond what was owed, if anything ever was.
    pub credit: Option<OwnCredit>,
    /// Boletos of purchases, newest first.
    pub boletos: Vec<Boleto>,
    /// Purchases that the next invoice collects, newest first.
    pub next: Vec<NextInvoiceLine>,
    /// The operator's name.
    pub brand: String,
    /// Where newer boletos are.
    pub newer_url: Option<String>,
    /// Where older boletos are.
    pub older_url: Option<String>,
}

/// Money that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// What for.
    pub what: String,
    /// How it was paid.
    pub by: PaidBy,
    /// What whoever told of it calls it; empty where it has no name.
    pub reference: String,
    /// How much.
    pub amount: Amount,
    /// When it was told.
    pub at: Timestamp,
    /// Whether it came beyond what was owed, and is the customer's credit.
    pub is_credit: bool,
}

impl Received {
    /// The id of the way it was paid.
    pub fn way_id(&self) -> &'static str {
        paid_by_text(self.by)
    }
}

/// A boleto as its payer sees it.
#[derive(Clone, Debug)]
pub struct Boleto {
    /// Its name.
    pub id: String,
    /// What it collects, as `10,0 GB`; empty if that is not known.
    pub quantity: String,
    /// How much.
    pub amount: Amount,
    /// What it comes to today, if that is more because it is overdue.
    pub owed_today: Option<Amount>,
    /// The begin of the day on which it is due.
    pub due: Option<Timestamp>,
    /// How it stands.
    pub standing: BoletoStanding,
    /// The digits to type, 47 with dots and blanks.
    pub linha_digitavel: String,
    /// Whether it can be paid by Pix instead.
    pub pix: BoletoPix,
    /// Whether it was paid more than once.
    pub is_paid_twice: bool,
}

/// A Pix in the place of a boleto.
#[derive(Clone, Debug)]
pub enum BoletoPix {
    /// Not possible.
    None,
    /// It may be asked for.
    Offered,
    /// It was asked for and can be paid.
    Open(PixPanel),
}

/// How a boleto stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoletoStanding {
    /// The bank has not registered it yet.
    Registering,
    /// The bank refused it.
    Rejected,
    /// It can be paid.
    Open,
    /// It can be paid, and should have been.
    Overdue,
    /// It was paid.
    Paid {
        /// When.
        at: Option<Timestamp>,
    },
    /// Its purchase was paid by Pix instead.
    PaidByPix {
        /// When.
        at: Timestamp,
    },
    /// Its purchase was paid in another way, as staff or a card's payment told.
    PaidOtherwise {
        /// When.
        at: Timestamp,
    },
    /// It cannot be paid any more; what it was to pay is owed all the same.
    StillOwed,
    /// It will not be paid any more.
    WrittenOff,
}

impl BoletoStanding {
    /// The id of the badge's text.
    pub fn text_id(&self) -> &'static str {
        match self {
            BoletoStanding::Registering => "boleto-registering",
            BoletoStanding::Rejected => "boleto-rejected",
            BoletoStanding::Open => "boleto-open",
            BoletoStanding::Overdue => "boleto-overdue",
            BoletoStanding::Paid { .. } | BoletoStanding::PaidOtherwise { .. } => "boleto-paid",
            BoletoStanding::PaidByPix { .. } => "boleto-paid-by-pix",
            BoletoStanding::StillOwed => "boleto-still-owed",
            BoletoStanding::WrittenOff => "boleto-written-off",
        }
    }

    /// The badge's sign and colour as a class of the style sheet.
    pub fn tone(&self) -> &'static str {
        match self {
            BoletoStanding::Paid { .. }
            | BoletoStanding::PaidByPix { .. }
            | BoletoStanding::PaidOtherwise { .. } => "good",
            BoletoStanding::Rejected | BoletoStanding::Overdue | BoletoStanding::StillOwed => "bad",
            BoletoStanding::Registering | BoletoStanding::Open => "wait",
            BoletoStanding::WrittenOff => "",
        }
    }
}

/// A purchase that the next invoice collects.
#[derive(Clone, Debug)]
pub struct NextInvoiceLine {
    /// What was bought, as `10,0 GB`.
    pub quantity: String,
    /// What it costs.
    pub amount: Amount,
    /// When it was bought.
    pub bought_at: Timestamp,
}

/// A purchase whose credit waits for its payment by card or Pix.
#[derive(Clone, Debug)]
pub struct UnpaidPurchase {
    /// What was bought, as `10,0 GB`.
    pub quantity: String,
    /// For which line: its plan and login.
    pub line: String,
    /// What it costs.
    pub amount: Amount,
    /// When it was bought.
    pub bought_at: Timestamp,
    /// What it waits for.
    pub waiting: WaitingPurchase,
}

impl Boleto {
    /// Where it stands.
    pub fn url(&self) -> String {
        format!("/invoices#{}", self.id)
    }

    /// Whether its money is still to come.
    pub fn is_to_be_paid(&self) -> bool {
        let is_waiting = matches!(
            self.standing,
            BoletoStanding::Registering | BoletoStanding::Rejected | BoletoStanding::StillOwed
        );
        self.is_payable() || is_waiting
    }

    /// Whether a bank takes its payment.
    pub fn is_payable(&self) -> bool {
        matches!(self.standing, BoletoStanding::Open | BoletoStanding::Overdue)
    }

    /// The id of what its PDF is called: a second copy, once it is overdue.
    pub fn pdf_text_id(&self) -> &'static str {
        if self.standing == BoletoStanding::Overdue { "boleto-second-copy" } else { "boleto-pdf" }
    }

    /// Whether a Pix may be asked for instead.
    pub fn offers_pix(&self) -> bool {
        matches!(self.pix, BoletoPix::Offered)
    }

    /// The Pix that can be paid instead.
    pub fn open_pix(&self) -> Option<&PixPanel> {
        match &self.pix {
            BoletoPix::Open(panel) => Some(panel),
            BoletoPix::None | BoletoPix::Offered => None,
        }
    }

    /// What it collects.
    pub fn title(&self, reader: &Reader) -> String {
        match self.quantity.as_str() {
            "" => reader.t("boleto"),
            quantity => reader.t1("data-credit", "quantity", quantity),
        }
    }

    /// What its payer should know or do, and what it comes to today.
    pub fn words(&self, reader: &Reader, invoiced: &Invoiced) -> String {
        let words = self.standing_words(reader, invoiced);
        let is_owed = matches!(self.standing, BoletoStanding::Overdue | BoletoStanding::StillOwed);
        match self.owed_today.filter(|_| is_owed) {
            Some(today) => format!("{words} {}", reader.t1("boleto-today", "amount", reader.money(today))),
            None => words,
        }
    }

    fn standing_words(&self, reader: &Reader, invoiced: &Invoiced) -> String {
        match self.standing {
            BoletoStanding::Registering => reader.t("boleto-registering-text"),
            BoletoStanding::Rejected => reader.t1("boleto-rejected-text", "brand", &invoiced.brand),
            BoletoStanding::Open => reader.t("boleto-open-text"),
            BoletoStanding::Overdue if matches!(self.pix, BoletoPix::None) => reader.t("boleto-overdue-text"),
            BoletoStanding::Overdue => reader.t("boleto-overdue-pix-text"),
            BoletoStanding::Paid { at: Some(at) } => reader.t1("boleto-paid-text", "day", reader.date(at)),
            BoletoStanding::Paid { at: None } => String::new(),
            BoletoStanding::PaidOtherwise { at } => {
                reader.t1("boleto-paid-by-hand-text", "day", reader.date(at))
            }
            BoletoStanding::PaidByPix { at } => reader.t1("boleto-paid-by-pix-text", "day", reader.date(at)),
            BoletoStanding::StillOwed => {
                let has_pix = !matches!(self.pix, BoletoPix::None);
                let id = if has_pix { "boleto-still-owed-pix-text" } else { "boleto-still-owed-text" };
                reader.t1(id, "brand", &invoiced.brand)
            }
            BoletoStanding::WrittenOff => reader.t("boleto-written-off-text"),
        }
    }
}
