//! `/recharge`.

use askama::Template;
use money::Amount;

use crate::look::Reader;
use crate::look::page::AutomaticSeen;
use crate::look::part::{Balance, Checkout, Frame, PaymentList, PaymentResult, SavedCard};

/// Where credit is bought. Its form sends `suggested` (decimal text such as `10.00`), `amount` (what was typed, possibly empty; if
/// not it stands before `suggested`; read it through [`crate::look::format::plain_decimal`]) to `/topups`.
#[derive(Template)]
#[template(path = "page/recharge.html")]
pub struct Recharge {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The balance card; live as `balance`.
    pub balance: Balance,
    /// The amounts to choose from, in order.
    pub suggested: Vec<Amount>,
    /// Which of them is chosen already.
    pub chosen: Amount,
    /// What was typed as another amount before, to be corrected.
    pub typed: String,
    /// What is wrong with it.
    pub problem: Option<AmountProblem>,
    /// The least that may be added.
    pub least: Amount,
    /// The most that may be added at once.
    pub most: Amount,
    /// Credit details; live as `payments`.
    pub payments: PaymentList,
    /// Checkouts that were not finished; live as `checkouts`.
    pub checkouts: Vec<Checkout>,
    /// Whether the card of a payment is kept without asking: then the page says so.
    pub keeps_cards: bool,
    /// Cards kept for the next payment; `None` if the provider did not tell.
    pub cards: Option<Vec<SavedCard>>,
    /// What is owed, where the amount chosen before anybody chooses covers it.
    pub covers: Option<Amount>,
    /// How automatic top-up stands; `None` if the operator does not offer it and nothing is left of it.
    pub automatic: Option<AutomaticSeen>,
    /// The popup, if a checkout came back and has not been told yet.
    pub result: Option<PaymentResult>,
}

/// What is wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountProblem {
    /// Not a number.
    NotANumber,
    /// More decimals than the currency has.
    TooPrecise,
    /// Less than the least.
    TooSmall,
    /// More than the most.
    TooLarge,
}

impl Recharge {
    /// Whether `amount` is the one chosen already.
    pub fn is_chosen(&self, amount: &Amount) -> bool {
        self.typed.is_empty() && *amount == self.chosen
    }

    /// The problem in the reader's words.
    pub fn problem_words(&self) -> Option<String> {
        let reader = &self.reader;
        Some(match self.problem? {
            AmountProblem::NotANumber => {
                reader.t1("amount-not-a-number", "example", reader.money(self.chosen))
            }
            AmountProblem::TooPrecise => reader.t("amount-too-precise"),
            AmountProblem::TooSmall => reader.t1("amount-too-small", "least", reader.money(self.least)),
            AmountProblem::TooLarge => reader.t1("amount-too-large", "most", reader.money(self.most)),
        })
    }
}
