//! `/automatic-topup`, and what other pages say of it.

use askama::Template;
use money::{Amount, Timestamp};
use store::tables::automatic_topups::{
    AutomaticCap, AutomaticReason, AutomaticState, AutomaticTopup, ChargeOutcome,
};

use crate::look::Reader;
use crate::look::part::{Card, Frame, Reason, SavedCard};

/// The text of the card and the numbers that a customer agrees to; it is kept as he read it.
pub const AGREED_NUMBERS_TEXT: &str = "automatic-agreed-numbers";

/// Where a customer lets a saved card be charged by itself. Its form sends the fields of [`AutomaticFields`] and `agree` to
/// `/automatic-topup`; the buttons are forms without fields to `/automatic-topup/pause`, `…/resumption`, `…/cancellation` and
/// `…/payment`.
#[derive(Template)]
#[template(path = "page/automatic_topup.html")]
pub struct AutomaticTopupPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// How it stands.
    pub now: AutomaticNow,
    /// The cards to choose from; `None` if the provider did not tell.
    pub cards: Option<Vec<SavedCard>>,
    /// What stands in the form.
    pub fields: AutomaticFields,
    /// What is wrong with it.
    pub problem: Option<AutomaticProblem>,
    /// What the operator allows at most.
    pub limits: AutomaticLimits,
    /// Whether it was changed just now, to say so.
    pub saved: bool,
}

/// What of the page changes while it is open.
#[derive(Clone, Debug)]
pub struct AutomaticNow {
    /// How it stands.
    pub seen: AutomaticSeen,
    /// Whether the operator offers it.
    pub is_offered: bool,
    /// Whether one press is enough to go on.
    pub may_resume: bool,
    /// Whether the bank wants the customer to pay himself.
    pub wants_payment: bool,
    /// Whether he has done so: he only needs to turn it on again.
    pub has_paid: bool,
    /// When the customer last agreed.
    pub agreed_at: Option<Timestamp>,
    /// The newest charges, newest first.
    pub charges: Vec<ChargeSeen>,
}

/// The inside of `data-live="automatic"`: how it stands, and what the customer may do about it.
#[derive(Template)]
#[template(path = "fragment/automatic_state.html")]
pub struct AutomaticStateFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// The token that its forms send back.
    pub csrf: &'a str,
    /// What is shown.
    pub now: &'a AutomaticNow,
}

/// The inside of `data-live="automatic-charges"`.
#[derive(Template)]
#[template(path = "fragment/automatic_charges.html")]
pub struct AutomaticChargesFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub now: &'a AutomaticNow,
}

/// The inside of `data-live="automatic-card"`: how it stands, on other pages.
#[derive(Template)]
#[template(path = "fragment/automatic_card.html")]
pub struct AutomaticCardFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// How it stands; `None` if there is nothing to say.
    pub automatic: Option<AutomaticSeen>,
}

/// How automatic top-up stands, as the cards of other pages say it, too.
#[derive(Clone, Debug)]
pub struct AutomaticSeen {
    /// How.
    pub standing: AutomaticStanding,
    /// The card.
    pub card: Option<Card>,
    /// Below how much, and by how much.
    pub terms: Option<(Amount, Amount)>,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutomaticStanding {
    /// It is not, or not any more.
    Off,
    /// The operator turned it off.
    OffByOperator,
    /// It is.
    On,
    /// It is, and a cap is reached.
    Capped {
        /// Which.
        cap: AutomaticCap,
        /// Until when it holds.
        until: Timestamp,
    },
    /// Not until then, after a decline.
    Paused {
        /// When it goes on.
        until: Timestamp,
    },
    /// Not while staff keep the wallet frozen.
    Frozen,
    /// Not until the customer says so.
    Stopped {
        /// Why.
        reason: AutomaticReason,
    },
}

/// What stands in the form, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutomaticFields {
    /// The payment method of the card.
    pub card: String,
    /// Below how much.
    pub threshold: String,
    /// By how much.
    pub amount: String,
    /// The most money of a day.
    pub day_money: String,
    /// The most charges of a day.
    pub day_count: String,
    /// The most money of a month.
    pub month_money: String,
    /// The most charges of a month.
    pub month_count: String,
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutomaticField {
    /// The card.
    Card,
    /// Below how much.
    Threshold,
    /// By how much.
    Amount,
    /// The most money of a day.
    DayMoney,
    /// The most charges of a day.
    DayCount,
    /// The most money of a month.
    MonthMoney,
    /// The most charges of a month.
    MonthCount,
}

/// What is wrong with the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AutomaticProblem {
    /// Nobody agreed.
    NotAgreed,
    /// No card, or one that is not kept.
    NoCard,
    /// Not an amount of money.
    NotMoney(AutomaticField),
    /// Not a number.
    NotCount(AutomaticField),
    /// Not within these amounts.
    MoneyRange(AutomaticField, Amount, Amount),
    /// Not within 1 and this.
    CountRange(AutomaticField, u32),
}

/// What the operator allows at most.
#[derive(Clone, Copy, Debug)]
pub struct AutomaticLimits {
    /// The least of one charge.
    pub charge_min: Amount,
    /// The most of one charge.
    pub charge_max: Amount,
    /// The most of a day.
    pub day_money: Amount,
    /// The most charges of a day.
    pub day_count: u32,
    /// The most of a month.
    pub month_money: Amount,
    /// The most charges of a month.
    pub month_count: u32,
}

/// One charge.
#[derive(Clone, Debug)]
pub struct ChargeSeen {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub amount: Amount,
    /// The card.
    pub card: Card,
    /// What became of it.
    pub outcome: ChargeOutcome,
    /// Whether its credit is there.
    pub is_credited: bool,
    /// Why it was declined.
    pub why: Option<Reason>,
}

impl AutomaticSeen {
    /// The same of a wallet that staff have frozen, if it is.
    #[must_use]
    pub fn in_wallet(self, is_frozen: bool) -> AutomaticSeen {
        let standing = if is_frozen && self.runs() { AutomaticStanding::Frozen } else { self.standing };
        AutomaticSeen { standing, ..self }
    }

    /// Reads what is kept of a wallet, `now` by the book's clock.
    pub fn of(row: Option<&AutomaticTopup>, now: Timestamp) -> AutomaticSeen {
        let Some(row) = row else {
            return AutomaticSeen { standing: AutomaticStanding::Off, card: None, terms: None };
        };
        let standing = match (row.state, row.reason) {
            (AutomaticState::On, _) => match (row.cap, row.capped_until) {
                (Some(cap), Some(until)) if until > now => AutomaticStanding::Capped { cap, until },
                _ => AutomaticStanding::On,
            },
            (AutomaticState::Paused, _) => match row.paused_until {
                Some(until) if until > now => AutomaticStanding::Paused { until },
                _ => AutomaticStanding::On,
            },
            (AutomaticState::Stopped, reason) => {
                AutomaticStanding::Stopped { reason: reason.unwrap_or(AutomaticReason::ByCustomer) }
            }
            (AutomaticState::Off, Some(AutomaticReason::ByOperator)) => AutomaticStanding::OffByOperator,
            (AutomaticState::Off, _) => AutomaticStanding::Off,
        };
        AutomaticSeen {
            standing,
            card: Some(Card { brand: row.card_brand.clone(), last4: row.card_last4.clone() }),
            terms: Some((row.amount_of(row.threshold), row.amount_of(row.amount))),
        }
    }

    /// Whether it may be paused.
    pub fn runs(&self) -> bool {
        use AutomaticStanding::{Capped, Frozen, On, Paused};
        matches!(self.standing, On | Capped { .. } | Paused { .. } | Frozen)
    }

    /// Whether there is something to turn off.
    pub fn is_off(&self) -> bool {
        matches!(self.standing, AutomaticStanding::Off | AutomaticStanding::OffByOperator)
    }

    /// The badge: how it looks and what it says.
    pub fn badge(&self) -> (&'static str, &'static str) {
        match self.standing {
            AutomaticStanding::Off | AutomaticStanding::OffByOperator => ("plain", "automatic-off"),
            AutomaticStanding::On => ("good", "automatic-on"),
            AutomaticStanding::Capped { .. } => ("wait", "automatic-capped"),
            AutomaticStanding::Paused { .. } => ("wait", "automatic-paused"),
            AutomaticStanding::Stopped { reason: AutomaticReason::ByCustomer } => {
                ("wait", "automatic-paused")
            }
            AutomaticStanding::Frozen => ("wait", "automatic-frozen"),
            AutomaticStanding::Stopped { .. } => ("bad", "automatic-stopped"),
        }
    }

    /// What it says, in a sentence.
    pub fn words(&self, reader: &Reader) -> String {
        match self.standing {
            AutomaticStanding::Off => reader.t("automatic-off-text"),
            AutomaticStanding::OffByOperator => reader.t("automatic-off-operator"),
            AutomaticStanding::On => self.terms_words(reader),
            AutomaticStanding::Capped { cap, until } => reader.t1(
                match cap {
                    AutomaticCap::DayMoney => "automatic-cap-day-money",
                    AutomaticCap::DayCount => "automatic-cap-day-count",
                    AutomaticCap::MonthMoney => "automatic-cap-month-money",
                    AutomaticCap::MonthCount => "automatic-cap-month-count",
                    AutomaticCap::OneCharge => "automatic-cap-one-charge",
                },
                "until",
                reader.date_time(until),
            ),
            AutomaticStanding::Paused { until } => {
                reader.t1("automatic-paused-text", "until", reader.date_time(until))
            }
            AutomaticStanding::Frozen => reader.t("automatic-frozen-text"),
            AutomaticStanding::Stopped { reason } => reader.t(match reason {
                AutomaticReason::AuthenticationRequired => "automatic-stop-authentication",
                AutomaticReason::CardRemoved => "automatic-stop-card-removed",
                AutomaticReason::TooManyDeclines => "automatic-stop-too-many",
                AutomaticReason::ByCustomer | AutomaticReason::ByOperator => "automatic-stop-by-you",
                AutomaticReason::HardDecline | AutomaticReason::Declined => "automatic-stop-hard",
            }),
        }
    }

    /// What is charged when, with which card.
    pub fn terms_words(&self, reader: &Reader) -> String {
        let (Some((threshold, amount)), Some(card)) = (self.terms, &self.card) else { return String::new() };
        let values = [
            ("threshold", reader.money(threshold)),
            ("amount", reader.money(amount)),
            ("card", card.to_string()),
        ];
        reader.with("automatic-terms", values)
    }
}

impl AutomaticTopupPage {
    /// Whether this card is chosen.
    pub fn is_chosen(&self, card: &SavedCard) -> bool {
        self.fields.card == card.id
    }

    /// Whether something can be chosen.
    pub fn has_cards(&self) -> bool {
        self.cards.as_ref().is_some_and(|cards| !cards.is_empty())
    }

    /// The words to which a customer agrees.
    pub fn consent(&self) -> String {
        self.reader.t1("automatic-consent", "brand", &self.frame.brand)
    }

    /// The problem in the reader's words.
    pub fn problem_words(&self) -> Option<String> {
        let reader = &self.reader;
        let name = |field: &AutomaticField| reader.t(field.text_id());
        Some(match self.problem.as_ref()? {
            AutomaticProblem::NotAgreed => reader.t("automatic-not-agreed"),
            AutomaticProblem::NoCard => reader.t("automatic-no-card"),
            AutomaticProblem::NotMoney(field) => reader.t1("automatic-not-money", "field", name(field)),
            AutomaticProblem::NotCount(field) => reader.t1("automatic-not-count", "field", name(field)),
            AutomaticProblem::MoneyRange(field, least, most) => {
                let values =
                    [("field", name(field)), ("least", reader.money(*least)), ("most", reader.money(*most))];
                reader.with("automatic-money-range", values)
            }
            AutomaticProblem::CountRange(field, most) => {
                reader.t2("automatic-count-range", "field", name(field), "most", most)
            }
        })
    }
}

impl AutomaticField {
    /// The id of its label's text.
    pub fn text_id(self) -> &'static str {
        match self {
            AutomaticField::Card => "automatic-card",
            AutomaticField::Threshold => "automatic-threshold",
            AutomaticField::Amount => "automatic-amount",
            AutomaticField::DayMoney => "automatic-day-money",
            AutomaticField::DayCount => "automatic-day-count",
            AutomaticField::MonthMoney => "automatic-month-money",
            AutomaticField::MonthCount => "automatic-month-count",
        }
    }
}

impl ChargeSeen {
    /// The badge: how it looks and what it says.
    pub fn badge(&self) -> (&'static str, &'static str) {
        match self.outcome {
            ChargeOutcome::Paid if self.is_credited => ("good", "status-success"),
            ChargeOutcome::Paid | ChargeOutcome::Unknown => ("wait", "status-pending"),
            ChargeOutcome::Declined => ("bad", "status-failure"),
            ChargeOutcome::Abandoned => ("plain", "automatic-not-made"),
        }
    }
}
