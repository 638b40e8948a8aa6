//! `/console/boletos` and what stands under it: boletos as staff look for them, the bank's files, and what a person must look at.

use askama::Template;
use book::PaidBy;
use money::{Amount, Timestamp};
use store::tables::bank::FindingCode;
use store::tables::boletos::BoletoState;

use crate::findings::Found;
use crate::look::Reader;
use crate::look::part::Frame;

/// One of the pages under *Boletos*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoletoView {
    /// The boletos.
    List,
    /// Files for the bank and from it.
    Files,
    /// What a person must look at.
    Findings,
}

impl BoletoView {
    /// All of them, in the menu's order.
    pub const ALL: &'static [BoletoView] = &[BoletoView::List, BoletoView::Files, BoletoView::Findings];

    /// Where it is.
    pub const fn url(&self) -> &'static str {
        match self {
            BoletoView::List => "/console/boletos",
            BoletoView::Files => "/console/boletos/files",
            BoletoView::Findings => "/console/boletos/findings",
        }
    }

    /// The id of its name.
    pub fn text_id(&self) -> &'static str {
        match self {
            BoletoView::List => "boletos",
            BoletoView::Files => "bank-files",
            BoletoView::Findings => "findings",
        }
    }
}

/// The boletos that were looked for. Its form asks `state` and `q`.
#[derive(Template)]
#[template(path = "page/boletos.html")]
pub struct BoletoList {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Which page this is.
    pub view: BoletoView,
    /// What was looked for.
    pub words: String,
    /// States to choose from: value, words, whether it is chosen.
    pub states: Vec<(&'static str, String, bool)>,
    /// Whether anything was asked for.
    pub is_search: bool,
    /// What was found.
    pub rows: Vec<BoletoListed>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// A boleto in the list.
#[derive(Clone, Debug)]
pub struct BoletoListed {
    /// Its own page.
    pub url: String,
    /// As the bank prints it.
    pub nosso_numero: String,
    /// Its number here.
    pub our_number: u64,
    /// Who owes it.
    pub customer: String,
    /// His page.
    pub customer_url: String,
    /// CPF or CNPJ.
    pub document: String,
    /// What is owed.
    pub amount: Amount,
    /// The due day.
    pub due: Option<Timestamp>,
    /// What became of it.
    pub standing: Standing,
}

/// What became of a boleto, as staff read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: BoletoState,
    /// Whether its due day is over.
    pub is_overdue: bool,
    /// Whether it is written off and what it was to pay is owed all the same.
    pub is_still_owed: bool,
    /// How that was paid which it was to collect, if not by itself.
    pub paid_otherwise: Option<PaidBy>,
}

impl Standing {
    /// The chip's colour.
    pub fn tone(&self) -> &'static str {
        match self.state {
            _ if self.paid_otherwise.is_some() => "good",
            BoletoState::Rejected => "bad",
            BoletoState::Open if self.is_overdue => "bad",
            _ if self.is_still_owed => "bad",
            BoletoState::Written | BoletoState::Sent | BoletoState::Open | BoletoState::ToWriteOff => "wait",
            BoletoState::Paid => "good",
            BoletoState::WrittenOff => "plain",
        }
    }

    /// The id of its words.
    pub fn text_id(&self) -> &'static str {
        match self.paid_otherwise {
            Some(PaidBy::Pix) => return "boleto-paid-by-pix",
            Some(_) => return "boleto-paid-otherwise",
            None => {}
        }
        if self.state == BoletoState::Open && self.is_overdue {
            return "boleto-overdue";
        }
        if self.is_still_owed { STILL_OWED } else { state_text(self.state) }
    }
}

/// The id of the words for a boleto that is written off while its debt was kept.
pub const STILL_OWED: &str = "boleto-still-owed-staff";

/// The id of a state's words.
pub fn state_text(state: BoletoState) -> &'static str {
    match state {
        BoletoState::Written => "boleto-written",
        BoletoState::Sent => "boleto-sent",
        BoletoState::Rejected => "boleto-rejected",
        BoletoState::Open => "boleto-open",
        BoletoState::Paid => "boleto-paid",
        BoletoState::ToWriteOff => "boleto-to-write-off",
        BoletoState::WrittenOff => "boleto-written-off",
    }
}

/// One boleto. Its form sends `on_write_off` (`take_back`, `keep_debt`, `leave`) to `/console/boletos/{id}/write-off`.
#[derive(Template)]
#[template(path = "page/boleto.html")]
pub struct BoletoPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Its id.
    pub id: String,
    /// As the list shows it.
    pub row: BoletoListed,
    /// 47 digits with dots and blanks.
    pub linha_digitavel: String,
    /// What it collects, if that is data.
    pub quantity: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the bank registered it.
    pub registered_at: Option<Timestamp>,
    /// What it collects, and what became of that.
    pub collected: Collected,
    /// What was found about it.
    pub findings: Vec<FindingListed>,
    /// Whether the debt was kept and can be told by hand: `reason` to the address.
    pub settle_url: Option<String>,
    /// What a write-off would do; `None` if there is none, or the reader may only look.
    pub write_off: Option<WriteOff>,
    /// Said once after a write-off.
    pub was_written_off: bool,
    /// Whether it was sent without the choice.
    pub is_choice_missing: bool,
    /// Whether the reader may give credit back.
    pub may_give_back: bool,
}

/// What a boleto collects, and what became of that.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The purchase: where its line shows it, and its words.
    pub purchase: Option<(String, String)>,
    /// The invoice: its page, and its words.
    pub invoice: Option<(String, String)>,
    /// The money that came for it, first to last, in whatever way.
    pub payments: Vec<Told>,
    /// What was decided when it was written off, first to last.
    pub decisions: Vec<Told>,
}

/// Something that happened, in words.
#[derive(Clone, Debug)]
pub struct Told {
    /// What.
    pub words: String,
    /// By whom, why, under which name; may be empty.
    pub under: String,
}

/// What a write-off of a boleto would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOff {
    /// Whether the bank is to be told.
    pub tells_bank: bool,
    /// Whether the boleto is written off already, and only what is owed for it is left.
    pub is_closed: bool,
    /// What may become of credit that was released; empty where there is none.
    pub choices: Vec<Choosable>,
    /// Whether what is chosen is what the pack says.
    pub follows_pack: bool,
    /// What is booked where nothing is to be chosen.
    pub books: Option<String>,
    /// Whether credit waits for the payment, and is not released any more.
    pub waits: bool,
}

/// What may become of credit that was released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosable {
    /// What is sent.
    pub word: &'static str,
    /// What it is called.
    pub label: String,
    /// What is booked then.
    pub books: String,
    /// Whether it is chosen already.
    pub is_chosen: bool,
}

/// Something that a person must look at.
#[derive(Clone, Debug)]
pub struct FindingListed {
    /// Its number.
    pub no: u32,
    /// What it is.
    pub code: FindingCode,
    /// The boleto's page and its number, if it is about one of ours.
    pub boleto: Option<(String, String)>,
    /// Whom it is about: his page and his name.
    pub customer: Option<(String, String)>,
    /// The bank's number of the file and the line in it.
    pub place: Option<(u32, u32)>,
    /// What was told; `None` for what was found before that was kept.
    pub found: Option<Found>,
    /// The same as a sentence in English, as it was written down.
    pub detail: String,
    /// When it was found.
    pub found_at: Timestamp,
    /// Where the credit that came of it is given back, as long as some is left.
    pub give_back_url: Option<String>,
    /// Where the use that it tells of is counted, as long as nobody has dealt with it.
    pub count_url: Option<String>,
    /// The credit that came of it, once it was given back.
    pub credit: Option<Amount>,
    /// Who has dealt with it, when and how; `None` while nobody has.
    pub resolved: Option<String>,
}

impl FindingListed {
    /// The id of what its button says that deals with it and does nothing else.
    pub fn resolve_text_id(&self) -> &'static str {
        if self.count_url.is_some() { "finding-leave-uncounted" } else { "finding-resolve" }
    }

    /// The id of what it is, in words.
    pub fn text_id(&self) -> &'static str {
        match self.code {
            _ if self.is_free() => "finding-card-free",
            _ if self.is_of_other_currency() => "finding-card-other-currency",
            FindingCode::UnknownTitle => "finding-unknown-title",
            FindingCode::OtherValue => "finding-other-value",
            FindingCode::PaidLess => "finding-paid-less",
            FindingCode::PaidTwice => "finding-paid-twice",
            FindingCode::PaidLate => "finding-paid-late",
            FindingCode::Rejected => "finding-rejected",
            FindingCode::WrittenOff => "finding-written-off",
            FindingCode::OrderRejected => "finding-order-rejected",
            FindingCode::PaymentRefused => "finding-payment-refused",
            FindingCode::UnknownTxid => "finding-unknown-txid",
            FindingCode::OtherKey => "finding-other-key",
            FindingCode::GivenBack => "finding-given-back",
            FindingCode::CardOtherAmount => "finding-card-other-amount",
            FindingCode::CardOtherCustomer => "finding-card-other-customer",
            FindingCode::CardGivenBack if self.came_back() || self.came_back_late() => {
                "finding-card-came-back"
            }
            FindingCode::CardGivenBack if self.is_refund_that_failed() => "finding-refund-came-back",
            FindingCode::CardGivenBack if self.was_credit() => "finding-card-credit-given-back",
            FindingCode::CardGivenBack => "finding-card-given-back",
            FindingCode::UsageJump => "finding-usage-jump",
            FindingCode::IntentRefused => "finding-intent-refused",
        }
    }

    /// Whether it is about a checkout that a coupon made free.
    fn is_free(&self) -> bool {
        matches!(self.found, Some(Found::CardFree { .. }))
    }

    /// Whether a card paid in another currency than was asked for.
    fn is_of_other_currency(&self) -> bool {
        matches!(self.found, Some(Found::CardOtherCurrency { .. }))
    }

    /// The page of the recharge that it is about.
    pub fn topup_url(&self) -> Option<String> {
        self.found.as_ref().and_then(Found::topup).map(|topup| format!("/console/topups/{topup}"))
    }

    /// Whether what it told of was undone.
    fn came_back(&self) -> bool {
        matches!(self.found, Some(Found::CardCameBack { .. }))
    }

    /// The same, after somebody had dealt with it.
    fn came_back_late(&self) -> bool {
        matches!(self.found, Some(Found::CardCameBackLate { .. }))
    }

    /// Whether somebody was promised money that did not arrive.
    fn is_refund_that_failed(&self) -> bool {
        matches!(self.found, Some(Found::RefundCameBack { .. }))
    }

    fn was_credit(&self) -> bool {
        use Found::{CreditByHandStays, CreditNotReturned, CreditUsedBefore};
        matches!(
            self.found,
            Some(CreditUsedBefore { .. } | CreditNotReturned { .. } | CreditByHandStays { .. })
        )
    }

    /// The page of the line that it is about.
    pub fn line_url(&self) -> Option<String> {
        self.found.as_ref().and_then(Found::line).map(|line| format!("/console/lines/{line}"))
    }

    /// The id of what to do about it.
    pub fn advice_id(&self) -> &'static str {
        match self.code {
            _ if self.is_free() => "finding-card-free-do",
            _ if self.is_of_other_currency() => "finding-card-other-currency-do",
            FindingCode::PaidTwice if matches!(self.found, Some(Found::ToldAgain { .. })) => {
                "finding-told-again-do"
            }
            FindingCode::UnknownTitle => "finding-unknown-title-do",
            FindingCode::OtherValue => "finding-other-value-do",
            FindingCode::PaidLess => "finding-paid-less-do",
            FindingCode::PaidTwice => "finding-paid-twice-do",
            FindingCode::PaidLate => "finding-paid-late-do",
            FindingCode::Rejected => "finding-rejected-do",
            FindingCode::WrittenOff => "finding-written-off-do",
            FindingCode::OrderRejected => "finding-order-rejected-do",
            FindingCode::PaymentRefused => "finding-payment-refused-do",
            FindingCode::UnknownTxid => "finding-unknown-txid-do",
            FindingCode::OtherKey => "finding-other-key-do",
            FindingCode::GivenBack => "finding-given-back-do",
            FindingCode::CardOtherAmount => "finding-card-other-amount-do",
            FindingCode::CardOtherCustomer => "finding-card-other-customer-do",
            FindingCode::CardGivenBack if matches!(self.found, Some(Found::CreditNotReturned { .. })) => {
                "finding-credit-not-returned-do"
            }
            FindingCode::CardGivenBack if matches!(self.found, Some(Found::CreditByHandStays { .. })) => {
                "finding-credit-by-hand-stays-do"
            }
            FindingCode::CardGivenBack if self.is_refund_that_failed() => "finding-refund-came-back-do",
            FindingCode::CardGivenBack if self.came_back() => "finding-card-came-back-do",
            FindingCode::CardGivenBack if self.came_back_late() => "finding-card-came-back-late-do",
            FindingCode::CardGivenBack if self.was_credit() => "finding-credit-used-before-do",
            FindingCode::CardGivenBack => "finding-card-given-back-do",
            FindingCode::UsageJump => "finding-usage-jump-do",
            FindingCode::IntentRefused => "finding-intent-refused-do",
        }
    }
}

/// Findings, newest first. Each one's button is sent to `/console/boletos/findings/{no}/resolution`.
#[derive(Template)]
#[template(path = "page/findings.html")]
pub struct Findings {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Which page this is.
    pub view: BoletoView,
    /// Whether those are shown that somebody has dealt with.
    pub are_done: bool,
    /// Whether the reader may say that one is dealt with.
    pub may_resolve: bool,
    /// Whether the reader may give credit back.
    pub may_give_back: bool,
    /// What there is.
    pub rows: Vec<FindingListed>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// Files for the bank and from it. Its forms are sent to `/console/boletos/remittances` and, with `file`, to
/// `/console/boletos/returns`.
#[derive(Template)]
#[template(path = "page/bank_files.html")]
pub struct BankFiles {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Which page this is.
    pub view: BoletoView,
    /// Whether the configuration names a bank.
    pub has_bank: bool,
    /// Whether the reader may make and load files.
    pub may_change: bool,
    /// Titles that wait for the next remittance.
    pub waiting: u32,
    /// The remittance that was just made: what is said of it, and where it is.
    pub made: Option<(String, String)>,
    /// Titles that were left out of it: the boleto's number and why.
    pub left_out: Vec<(u64, String)>,
    /// Earlier remittances, newest first.
    pub remittances: Vec<RemittanceFile>,
    /// Returns that were loaded, newest first.
    pub returns: Vec<ReturnLoaded>,
    /// Why a return was refused, in words.
    pub problem: Option<String>,
}

/// A remittance that was made.
#[derive(Clone, Debug)]
pub struct RemittanceFile {
    /// Its number.
    pub number: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its titles.
    pub titles: u32,
    /// Where it is.
    pub url: String,
}

/// A return that was loaded.
#[derive(Clone, Debug)]
pub struct ReturnLoaded {
    /// The bank's number of it; 0 where the bank gives none.
    pub number: u32,
    /// When it was loaded.
    pub loaded_at: Timestamp,
    /// Titles that it tells of.
    pub titles: u32,
}

/// What a return file led to.
#[derive(Template)]
#[template(path = "page/return_taken.html")]
pub struct ReturnTaken {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Which page this is.
    pub view: BoletoView,
    /// What the browser called the file.
    pub file_name: String,
    /// The bank's number of it; 0 where the bank gives none.
    pub number: u32,
    /// When the very same file was loaded before; nothing was changed then.
    pub loaded_before: Option<Timestamp>,
    /// Figures: the id of the name, how many.
    pub figures: Vec<(&'static str, i64)>,
    /// What a person must look at, in the file's order.
    pub findings: Vec<FindingListed>,
}
