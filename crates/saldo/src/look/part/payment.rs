//! Attempts to pay: the Credit details table, and the popup that tells how a checkout ended.

use askama::Template;
use money::{Amount, Timestamp};

use crate::look::Reader;
use crate::look::format::percent_encoded;
use crate::look::part::card::Method;
use crate::look::part::payment_reason::Reason;

/// One attempt to pay, a row of Credit details.
#[derive(Clone, Debug)]
pub struct Payment {
    /// When it was tried.
    pub at: Timestamp,
    /// The provider's id: `ch_…`, or `pi_…` where no charge exists.
    pub transaction_id: String,
    /// How much.
    pub amount: Amount,
    /// What with.
    pub method: Method,
    /// How it stands.
    pub status: PaymentStatus,
    /// Why it stands so; a success needs no reason.
    pub reason: Option<Reason>,
    /// Link to its receipt, for whoever paid.
    pub receipt_url: Option<String>,
    /// Link to the provider's page on which what is awaited can be paid, for whoever pays.
    pub way_on: Option<String>,
}

/// How an attempt to pay stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentStatus {
    /// Paid and credited.
    Success,
    /// Refused; nothing was credited.
    Failure,
    /// Neither yet.
    Pending,
    /// All of it was given back.
    Refunded,
    /// Some of it was given back.
    PartlyRefunded,
    /// The customer's bank holds it, or asks.
    Disputed,
    /// The customer's bank took it back for good.
    DisputeLost,
}

impl PaymentStatus {
    /// The id of the badge's text.
    pub fn text_id(self) -> &'static str {
        match self {
            PaymentStatus::Success => "status-success",
            PaymentStatus::Failure => "status-failure",
            PaymentStatus::Pending => "status-pending",
            PaymentStatus::Refunded => "status-refunded",
            PaymentStatus::PartlyRefunded => "status-partly-refunded",
            PaymentStatus::Disputed | PaymentStatus::DisputeLost => "status-disputed",
        }
    }

    /// The badge's sign and colour as a class of the style sheet.
    pub fn tone(self) -> &'static str {
        match self {
            PaymentStatus::Success => "good",
            PaymentStatus::Failure | PaymentStatus::DisputeLost => "bad",
            // What the bank decides is awaited, as a payment that is under way is.
            PaymentStatus::Pending | PaymentStatus::Disputed => "wait",
            PaymentStatus::Refunded | PaymentStatus::PartlyRefunded => "back",
        }
    }
}

/// One page of Credit details.
#[derive(Clone, Debug)]
pub struct PaymentList {
    /// The id of the table's name.
    pub caption_id: &'static str,
    /// Newest first.
    pub rows: Vec<Payment>,
    /// Link to the page of newer rows.
    pub newer_url: Option<String>,
    /// Link to the page of older rows.
    pub older_url: Option<String>,
    /// Where problems are reported; empty if they are not, as among staff.
    pub support_email: String,
    /// The id of the request that drew this list, which a report carries.
    pub request_id: String,
    /// Whether staff read it, who are not those whose bank it was.
    pub is_for_staff: bool,
}

impl PaymentList {
    /// Why a row stands as it does, in the words of those who read the list.
    pub fn why(&self, reader: &Reader, reason: &Reason) -> String {
        if self.is_for_staff { reason.words_for_staff(reader) } else { reason.words(reader) }
    }

    /// The `mailto:` link by which a problem with `row` is reported.
    pub fn report_url(&self, reader: &Reader, row: &Payment) -> String {
        report_url(reader, &self.support_email, &row.transaction_id, &self.request_id)
    }
}

/// A `mailto:` link to the operator's support with the transaction (empty if the report is about none) and the request filled in.
pub fn report_url(reader: &Reader, support_email: &str, transaction_id: &str, request_id: &str) -> String {
    let (subject, body) = if transaction_id.is_empty() {
        (reader.t("report-subject"), reader.t1("report-body", "request", request_id))
    } else {
        (
            reader.t1("report-subject-of", "transaction", transaction_id),
            reader.t2("report-body-of", "transaction", transaction_id, "request", request_id),
        )
    };
    let mut url = format!("mailto:{support_email}?subject=");
    url.push_str(&percent_encoded(&subject));
    url.push_str("&body=");
    url.push_str(&percent_encoded(&body.replace('\n', "\r\n")));
    url
}

/// How a checkout ended, told by the popup after the return from the payment page.
#[derive(Clone, Debug)]
pub struct PaymentResult {
    /// How it ended, or that it has not.
    pub outcome: Outcome,
    /// How much was to be added.
    pub amount: Amount,
    /// What it was paid with, where known.
    pub method: Option<Method>,
    /// What it was for.
    pub gained: Gained,
    /// Where *OK* leads, and what the address reads once the popup was seen.
    pub close_url: String,
    /// Where the popup asks again while it is pending: answers a [`ResultFragment`].
    pub poll_url: String,
}

/// What a checkout was for, as its end tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gained {
    /// Credit in money.
    Credit {
        /// The posted balance now.
        balance: Amount,
    },
    /// A pack of a line.
    Pack {
        /// Bytes.
        quantity: i64,
        /// The line's balance now, in bytes.
        balance: i64,
    },
    /// A pack that had been paid already, or whose line is no more: what was paid became credit.
    Overpaid,
}

/// How a checkout ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid and credited.
    Successful,
    /// Declined, with the reason.
    Failed(Reason),
    /// Left without an attempt.
    Cancelled,
    /// Nothing was asked for on the payment page: a coupon took all of it.
    Free,
    /// So much came, and it is not what was asked: nothing was credited, and a person decides.
    Withheld(Amount),
    /// Not yet confirmed.
    Pending,
}

impl PaymentResult {
    /// The id of the heading's text.
    pub fn heading_id(&self) -> &'static str {
        match self.outcome {
            Outcome::Successful => "result-successful",
            Outcome::Failed(_) => "result-failed",
            Outcome::Cancelled | Outcome::Free => "result-cancelled",
            Outcome::Pending | Outcome::Withheld(_) => "result-pending",
        }
    }

    /// Sign and colour as a class of the style sheet.
    pub fn tone(&self) -> &'static str {
        match self.outcome {
            Outcome::Successful => "good",
            Outcome::Failed(_) => "bad",
            Outcome::Cancelled | Outcome::Free => "plain",
            Outcome::Pending | Outcome::Withheld(_) => "wait",
        }
    }

    /// Whether the popup has to ask again.
    pub fn is_pending(&self) -> bool {
        self.outcome == Outcome::Pending
    }

    /// The sentence that says what happened to the money.
    pub fn words(&self, reader: &Reader) -> String {
        let amount = reader.money(self.amount);
        match (self.outcome, self.gained) {
            (Outcome::Successful, Gained::Credit { balance }) => {
                reader.t2("result-successful-text", "amount", amount, "balance", reader.money(balance))
            }
            (Outcome::Successful, Gained::Pack { quantity, balance }) => reader.t2(
                "purchase-released",
                "quantity",
                reader.volume(quantity),
                "balance",
                reader.volume(balance),
            ),
            (Outcome::Successful, Gained::Overpaid) => reader.t1("result-overpaid-text", "amount", amount),
            (Outcome::Failed(_), Gained::Credit { .. }) => reader.t("result-failed-text"),
            (Outcome::Failed(_), _) => reader.t("result-failed-purchase-text"),
            (Outcome::Cancelled, Gained::Credit { .. }) => reader.t("result-cancelled-text"),
            (Outcome::Cancelled, _) => reader.t("result-cancelled-purchase-text"),
            (Outcome::Free, Gained::Credit { .. }) => reader.t("result-free-text"),
            (Outcome::Free, _) => reader.t("result-free-purchase-text"),
            (Outcome::Withheld(came), Gained::Credit { .. }) => {
                reader.t2("result-withheld-text", "came", reader.money(came), "amount", amount)
            }
            (Outcome::Withheld(came), _) => {
                reader.t2("result-withheld-purchase-text", "came", reader.money(came), "amount", amount)
            }
            (Outcome::Pending, _) => reader.t("result-pending-text"),
        }
    }

    /// The balance of money credit, where it is about that.
    pub fn credit_balance(&self) -> Option<Amount> {
        match self.gained {
            Gained::Credit { balance } => Some(balance),
            Gained::Pack { .. } | Gained::Overpaid => None,
        }
    }

    /// What to do next, where there is something to do.
    pub fn advice(&self, reader: &Reader) -> Option<String> {
        match self.outcome {
            // The sentence before has said that it was declined.
            Outcome::Failed(Reason::Declined) => Some(reader.t("result-declined-advice")),
            Outcome::Failed(reason) => Some(reason.words(reader)),
            _ => None,
        }
    }
}

/// The inside of `data-live="payments"`: the table, its reasons, and the links to further pages.
#[derive(Template)]
#[template(path = "fragment/payments.html")]
pub struct PaymentsFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub payments: &'a PaymentList,
}

/// The inside of the popup, fetched again while the payment is pending.
#[derive(Template)]
#[template(path = "fragment/result.html")]
pub struct ResultFragment<'a> {
    /// Through whose eyes.
    pub reader: &'a Reader,
    /// What is shown.
    pub result: &'a PaymentResult,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Locale;
    use jiff::tz::TimeZone;
    use money::Unit;

    fn result(outcome: Outcome) -> PaymentResult {
        PaymentResult {
            outcome,
            amount: Amount::new(10_000_000, Unit::USD),
            method: None,
            gained: Gained::Credit { balance: Amount::new(34_750_000, Unit::USD) },
            close_url: String::new(),
            poll_url: String::new(),
        }
    }

    #[test]
    fn results_in_words() {
        let declined = Outcome::Failed(Reason::Declined);
        let cases = [
            (Locale::En, Outcome::Successful, "$10.00 was added. Your credit balance is $34.75."),
            (Locale::En, declined, "Your card was declined. Your credit balance has not changed."),
            (
                Locale::PtBr,
                Outcome::Successful,
                "US$\u{a0}10,00 adicionados. Seu saldo de crédito é US$\u{a0}34,75.",
            ),
            (Locale::PtBr, declined, "Seu cartão foi recusado. Seu saldo de crédito não mudou."),
        ];
        for (locale, outcome, expected) in cases {
            assert_eq!(result(outcome).words(&Reader::new(locale, TimeZone::UTC)), expected);
        }
    }

    #[test]
    fn a_badge_is_its_word_alone() {
        let reader = Reader::new(Locale::En, TimeZone::UTC);
        let row = Payment {
            receipt_url: None,
            way_on: None,
            at: Timestamp::EPOCH,
            transaction_id: "ch_3SVk9QKq81Fx0aB2x81F".to_owned(),
            amount: Amount::new(10_000_000, Unit::USD),
            method: Method::Named("Pix".to_owned()),
            status: PaymentStatus::Failure,
            reason: Some(Reason::from_decline_code("stolen_card")),
        };
        let payments = PaymentList {
            caption_id: "credit-details",
            rows: vec![row],
            newer_url: None,
            older_url: None,
            support_email: "help@example.com".to_owned(),
            request_id: "r1".to_owned(),
            is_for_staff: false,
        };
        let html = PaymentsFragment { reader: &reader, payments: &payments }.render().expect("a fragment");
        assert!(html.contains("</svg>Failure</span>"), "{html}");
        assert!(html.contains("<span>ch_3SVk9QKq81Fx0aB2x81F</span>"), "{html}");
        assert!(html.contains("The bank declined the card."), "{html}");
    }

    #[test]
    fn a_report_is_a_whole_mail() {
        let reader = Reader::new(Locale::PtBr, TimeZone::UTC);
        let url = report_url(&reader, "help@example.com", "ch_1", "r 1&2");
        assert!(
            url.starts_with("mailto:help@example.com?subject=Problema%20com%20o%20pagamento%20ch_1&body="),
            "{url}"
        );
        assert!(url.contains("Transa%C3%A7%C3%A3o%3A%20ch_1%0D%0A") && url.ends_with("r%201%262"), "{url}");
    }
}
