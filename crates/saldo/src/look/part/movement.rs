//! Movements of a wallet in plain words: "1 active hour, 14:00–15:00".

use askama::Template;
use money::{Amount, Quantity, Timestamp, Unit};

use crate::look::Reader;
use crate::look::part::balance::GrantSource;
use crate::look::part::card::Method;

/// One movement of a wallet.
#[derive(Clone, Debug)]
pub struct Movement {
    /// The entry's id, `ent_…`.
    pub id: String,
    /// When it happened in the world.
    pub at: Timestamp,
    /// What it was.
    pub kind: MovementKind,
    /// By how much the balance moved, with its sign.
    pub amount: Amount,
    /// The balance after it.
    pub balance: Amount,
}

/// What a movement was.
#[derive(Clone, Debug)]
pub enum MovementKind {
    /// Credit was given.
    Granted(GrantSource),
    /// Credit was bought.
    ToppedUp {
        /// What it was paid with.
        method: Option<Method>,
        /// Whether a saved card was charged by itself.
        is_automatic: bool,
    },
    /// A window of activity closed.
    ActiveTime {
        /// When the window opened.
        from: Timestamp,
        /// When it closed.
        until: Timestamp,
    },
    /// A meter's use was posted.
    Used {
        /// The meter's name.
        meter: String,
        /// How much of it.
        quantity: Quantity,
    },
    /// Something named was charged.
    Charged {
        /// What for, in the operator's words; empty if nothing was said.
        what: String,
    },
    /// A charge was taken back.
    Reversed {
        /// What had been charged for, in the operator's words; empty if nothing was said.
        what: String,
    },
    /// Money went back, and the credit that it had bought with it; or that was undone.
    TakenBack {
        /// Whether the bank took it, instead of the operator giving it.
        disputed: bool,
        /// What the payment was made with.
        method: Option<Method>,
    },
    /// An invoice took credit off that was paid beyond what was owed.
    Invoiced,
    /// Credit that was paid beyond what was owed was given back.
    GivenBack,
    /// What was left of a grant lapsed.
    Expired(GrantSource),
    /// Something of a line.
    Line(LineMovement),
    /// Staff corrected the balance.
    Adjusted {
        /// The reason's code, as `goodwill`; empty if none.
        reason: String,
    },
}

/// What moved a line's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineMovement {
    /// The cycle's allowance.
    Allowance,
    /// A pack was released.
    Pack,
    /// Data was used.
    Traffic,
    /// Data that had been counted was free because of what it is.
    ZeroRated,
    /// Overshoot ended with its cycle.
    Forgiven,
    /// A purchase was written off.
    WrittenOff,
}

impl LineMovement {
    /// The id of its text.
    pub fn text_id(self) -> &'static str {
        match self {
            LineMovement::Allowance => "movement-allowance",
            LineMovement::Pack => "movement-pack",
            LineMovement::Traffic => "movement-traffic",
            LineMovement::ZeroRated => "movement-zero-rated",
            LineMovement::Forgiven => "movement-forgiven",
            LineMovement::WrittenOff => "movement-write-off",
        }
    }
}

impl Movement {
    /// The movement in the reader's words for a narrow column: a card's digits stay beside its brand.
    pub fn words_on_page(&self, reader: &Reader) -> String {
        self.words(reader).replace(" •••• ", "\u{a0}••••\u{a0}")
    }

    /// The movement in the reader's words.
    pub fn words(&self, reader: &Reader) -> String {
        match &self.kind {
            MovementKind::Granted(source) => reader.t(match source {
                GrantSource::Promotional => "movement-granted-promotional",
                GrantSource::Purchased => "movement-granted-purchased",
                GrantSource::Adjustment => "movement-granted-adjustment",
                GrantSource::Overpaid => "movement-granted-overpaid",
                GrantSource::Reinstated => "movement-granted-reinstated",
            }),
            MovementKind::ToppedUp { method: Some(method), is_automatic } => {
                let by_itself = "movement-topped-up-automatic";
                reader.t1(if *is_automatic { by_itself } else { "movement-topped-up-with" }, "method", method)
            }
            MovementKind::ToppedUp { method: None, .. } => reader.t("movement-topped-up"),
            MovementKind::ActiveTime { from, until } => active_time(reader, *from, *until),
            MovementKind::Used { meter, quantity } => {
                reader.t2("movement-used", "quantity", reader.quantity(quantity), "meter", meter)
            }
            MovementKind::Charged { what } if what.is_empty() => reader.t("movement-charged"),
            MovementKind::Charged { what } => reader.t1("movement-charged-for", "what", what),
            MovementKind::Reversed { what } if what.is_empty() => reader.t("movement-reversed"),
            MovementKind::Reversed { what } => reader.t1("movement-reversed-for", "what", what),
            MovementKind::TakenBack { disputed, method } => {
                let is_data = self.amount.unit() == Unit::BYTE;
                let id = match (disputed, self.is_out()) {
                    (false, true) if is_data => "movement-data-refunded",
                    (false, false) if is_data => "movement-data-refund-returned",
                    (true, true) if is_data => "movement-data-disputed",
                    (true, false) if is_data => "movement-data-dispute-returned",
                    (false, true) => "movement-refunded",
                    (false, false) => "movement-refund-returned",
                    (true, true) => "movement-disputed",
                    (true, false) => "movement-dispute-returned",
                };
                let method = method.as_ref().map_or_else(String::new, |method| format!(", {method}"));
                format!("{}{method}", reader.t(id))
            }
            MovementKind::Line(movement) => reader.t(movement.text_id()),
            MovementKind::Invoiced => reader.t("movement-invoiced"),
            MovementKind::GivenBack => reader.t("movement-given-back"),
            MovementKind::Expired(source) => {
                reader.t1("movement-expired", "source", reader.t(source.text_id()))
            }
            MovementKind::Adjusted { reason } => reader.t(match reason.as_str() {
                "goodwill" => "movement-adjusted-goodwill",
                "opening_balance" => "movement-adjusted-opening-balance",
                "misuse" => "movement-adjusted-misuse",
                _ => "movement-adjusted",
            }),
        }
    }

    /// Whether the movement takes credit away.
    pub fn is_out(&self) -> bool {
        self.amount.value() < 0
    }
}

/// "1 active hour, 14:00–15:00"; windows that are no whole hours are told in minutes.
fn active_time(reader: &Reader, from: Timestamp, until: Timestamp) -> String {
    let span = until.since(from).max(0);
    let (id, length) = if span > 0 && span % Timestamp::HOUR == 0 {
        ("movement-active-hours", Timestamp::HOUR)
    } else {
        ("movement-active-minutes", Timestamp::MINUTE)
    };
    let count = u32::try_from(span / length).unwrap_or(u32::MAX);
    reader.tn_with(id, count, [("hours", reader.hours(from, until))])
}

/// The inside of `data-live="movements"`: the last movements on Billing.
#[derive(Template)]
#[template(path = "fragment/movements.html")]
pub struct MovementsFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// Newest first.
    pub movements: &'a [Movement],
}
