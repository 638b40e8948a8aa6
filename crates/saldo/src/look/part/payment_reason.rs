//! Why an attempt to pay failed, is not decided, or went back: in words that a customer can act on, and in those of staff, who read of his
//! bank and not of theirs.

use money::{Amount, Timestamp};

use crate::look::Reader;

/// Why an attempt failed or is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The bank said no and not why.
    Declined,
    /// Not enough money behind the card.
    InsufficientFunds,
    /// The card is out of date.
    ExpiredCard,
    /// The security code is wrong.
    IncorrectCvc,
    /// The number is wrong.
    IncorrectNumber,
    /// The bank or the provider could not process it just then.
    ProcessingError,
    /// The bank wanted its customer to confirm, and that did not happen.
    AuthenticationFailed,
    /// The bank's limit on how often or how much was reached.
    LimitReached,
    /// What was to be paid elsewhere was not, in the time there was.
    NotPaidInTime,
    /// It was given up before its money came.
    GivenUp,
    /// Paid; the credit is on its way.
    BeingCredited,
    /// It came, and is not what was asked: a person decides.
    Withheld,
    /// It came, was not what was asked, and staff gave credit for it.
    CreditedByHand,
    /// The same, and then it went back or is contested: its credit is for staff to decide.
    WentBackFromHand,
    /// The provider has not confirmed yet.
    AwaitingConfirmation,
    /// A method that takes days waits for the bank until then.
    WaitingUntil(Timestamp),
    /// So much went back to where it came from, with the credit it had bought.
    GivenBack(Amount),
    /// So much was to be given back and came back to us: it stands as before.
    RefundFailed(Amount),
    /// The bank took the money back for now.
    DisputeOpen,
    /// The bank asks; nothing has moved.
    DisputeAsked,
    /// The bank decided for its customer.
    DisputeLost,
    /// The bank decided for the operator: the credit is there again.
    DisputeWon,
    /// One of those of a payment that bought data, of which so many bytes are taken back.
    OfData(DataReason, i64),
}

/// What went back of a payment that bought data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataReason {
    /// So much of its money.
    GivenBack(Amount),
    /// The bank took the money back for now.
    DisputeOpen,
    /// The bank asks; nothing has moved.
    DisputeAsked,
    /// The bank decided for its customer.
    DisputeLost,
    /// The bank decided for the operator.
    DisputeWon,
}

/// Who reads it.
#[derive(Clone, Copy)]
enum To {
    Customer,
    Staff,
}

impl Reason {
    /// The reason behind a decline code of Stripe's, see <https://docs.stripe.com/declines/codes>. Codes that accuse a customer
    /// (stolen, fraudulent) are told as a plain decline, as that page asks.
    pub fn from_decline_code(code: &str) -> Reason {
        match code {
            "insufficient_funds" => Reason::InsufficientFunds,
            "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => Reason::ExpiredCard,
            "incorrect_cvc" | "invalid_cvc" => Reason::IncorrectCvc,
            "incorrect_number" | "invalid_number" => Reason::IncorrectNumber,
            "processing_error" | "issuer_not_available" | "reenter_transaction" | "try_again_later" => {
                Reason::ProcessingError
            }
            "authentication_required"
            | "authentication_not_handled"
            | "payment_intent_authentication_failure" => Reason::AuthenticationFailed,
            "payment_intent_payment_attempt_expired" => Reason::NotPaidInTime,
            "canceled" => Reason::GivenUp,
            "card_velocity_exceeded" | "withdrawal_count_limit_exceeded" => Reason::LimitReached,
            _ => Reason::Declined,
        }
    }

    /// The same of a payment that bought data, of which so many bytes are taken back.
    pub fn of_data(self, taken: i64) -> Reason {
        let of = match self {
            Reason::GivenBack(amount) => DataReason::GivenBack(amount),
            Reason::DisputeOpen => DataReason::DisputeOpen,
            Reason::DisputeAsked => DataReason::DisputeAsked,
            Reason::DisputeLost => DataReason::DisputeLost,
            Reason::DisputeWon => DataReason::DisputeWon,
            other => return other,
        };
        Reason::OfData(of, taken)
    }

    /// The reason as its customer reads it.
    pub fn words(&self, reader: &Reader) -> String {
        self.words_to(reader, To::Customer)
    }

    /// The reason as staff read it of a customer.
    pub fn words_for_staff(&self, reader: &Reader) -> String {
        self.words_to(reader, To::Staff)
    }

    fn words_to(&self, reader: &Reader, to: To) -> String {
        match self {
            Reason::GivenBack(amount) => reader.t1("reason-given-back", "amount", reader.money(amount)),
            Reason::RefundFailed(amount) => {
                let id = match to {
                    To::Customer => "reason-refund-failed",
                    To::Staff => "staff-reason-refund-failed",
                };
                reader.t1(id, "amount", reader.money(amount))
            }
            Reason::WaitingUntil(at) => reader.t1("reason-waiting-until", "day", reader.day(at)),
            Reason::OfData(of, taken) => of.words_to(reader, to, *taken),
            _ => reader.t(self.text_id(to)),
        }
    }

    /// The id of one that is told without any value.
    fn text_id(&self, to: To) -> &'static str {
        let (customer, staff) = match self {
            Reason::InsufficientFunds => ("reason-insufficient-funds", "staff-reason-insufficient-funds"),
            Reason::ExpiredCard => ("reason-expired-card", "staff-reason-expired-card"),
            Reason::IncorrectCvc => ("reason-incorrect-cvc", "staff-reason-incorrect-cvc"),
            Reason::IncorrectNumber => ("reason-incorrect-number", "staff-reason-incorrect-number"),
            Reason::ProcessingError => ("reason-processing-error", "staff-reason-processing-error"),
            Reason::AuthenticationFailed => {
                ("reason-authentication-failed", "staff-reason-authentication-failed")
            }
            Reason::LimitReached => ("reason-limit-reached", "staff-reason-limit-reached"),
            Reason::NotPaidInTime => ("reason-not-paid-in-time", "reason-not-paid-in-time"),
            Reason::GivenUp => ("reason-given-up", "reason-given-up"),
            Reason::BeingCredited => ("reason-being-credited", "reason-being-credited"),
            Reason::Withheld => ("reason-withheld", "staff-reason-withheld"),
            Reason::CreditedByHand => ("reason-credited-by-hand", "staff-reason-credited-by-hand"),
            Reason::WentBackFromHand => ("reason-went-back-from-hand", "staff-reason-went-back-from-hand"),
            Reason::AwaitingConfirmation => ("reason-awaiting-confirmation", "reason-awaiting-confirmation"),
            Reason::DisputeOpen => ("reason-dispute-open", "staff-reason-dispute-open"),
            Reason::DisputeAsked => ("reason-dispute-asked", "staff-reason-dispute-asked"),
            Reason::DisputeLost => ("reason-dispute-lost", "staff-reason-dispute-lost"),
            Reason::DisputeWon => ("reason-dispute-won", "staff-reason-dispute-won"),
            // Those with values are told before.
            Reason::Declined
            | Reason::GivenBack(_)
            | Reason::RefundFailed(_)
            | Reason::WaitingUntil(_)
            | Reason::OfData(..) => ("reason-declined", "staff-reason-declined"),
        };
        match to {
            To::Customer => customer,
            To::Staff => staff,
        }
    }
}

impl DataReason {
    fn words_to(self, reader: &Reader, to: To, taken: i64) -> String {
        let quantity = reader.volume(taken);
        let takes = taken > 0;
        if let DataReason::GivenBack(amount) = self {
            let amount = reader.money(amount);
            return if takes {
                reader.t2("reason-data-given-back", "amount", amount, "quantity", quantity)
            } else {
                reader.t1("reason-data-stays-given-back", "amount", amount)
            };
        }
        let (customer, staff) = match self {
            DataReason::DisputeLost if takes => {
                ("reason-data-dispute-lost", "staff-reason-data-dispute-lost")
            }
            DataReason::DisputeLost => {
                ("reason-data-stays-dispute-lost", "staff-reason-data-stays-dispute-lost")
            }
            DataReason::DisputeWon => ("reason-data-dispute-won", "staff-reason-data-dispute-won"),
            DataReason::DisputeAsked => ("reason-data-dispute-asked", "staff-reason-data-dispute-asked"),
            _ if takes => ("reason-data-dispute-open", "staff-reason-data-dispute-open"),
            _ => ("reason-data-stays-dispute-open", "staff-reason-data-stays-dispute-open"),
        };
        let id = match to {
            To::Customer => customer,
            To::Staff => staff,
        };
        if takes { reader.t1(id, "quantity", quantity) } else { reader.t(id) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::look::Locale;

    #[test]
    fn staff_read_of_the_customers_bank_and_not_of_theirs() {
        let all = [
            Reason::Declined,
            Reason::InsufficientFunds,
            Reason::ExpiredCard,
            Reason::IncorrectCvc,
            Reason::IncorrectNumber,
            Reason::ProcessingError,
            Reason::AuthenticationFailed,
            Reason::LimitReached,
            Reason::NotPaidInTime,
            Reason::GivenUp,
            Reason::BeingCredited,
            Reason::Withheld,
            Reason::CreditedByHand,
            Reason::WentBackFromHand,
            Reason::AwaitingConfirmation,
            Reason::DisputeOpen,
            Reason::DisputeAsked,
            Reason::DisputeLost,
            Reason::DisputeWon,
            Reason::RefundFailed(Amount::new(10_000_000, money::Unit::USD)),
        ];
        let of_data = all.into_iter().flat_map(|reason| [reason.of_data(0), reason.of_data(5_000_000_000)]);
        for locale in [Locale::En, Locale::PtBr] {
            let reader = Reader::new(locale, TimeZone::UTC);
            for reason in all.into_iter().chain(of_data.clone()) {
                let words = reason.words_for_staff(&reader);
                let heard = format!(" {} ", words.to_lowercase().replace(['.', ',', ';'], " "));
                for theirs in [" your ", " yours ", " try ", " seu banco ", " seus ", " tente ", " fale "] {
                    assert!(!heard.contains(theirs), "{reason:?} in {locale:?}: {words}");
                }
            }
            let open = Reason::DisputeOpen.of_data(5_000_000_000);
            assert_ne!(open.words(&reader), open.words_for_staff(&reader));
        }
    }

    #[test]
    fn what_is_contested_is_not_given_back() {
        let open = Reason::DisputeOpen.of_data(21_000_000_000);
        for (locale, customer, staff) in [
            (
                Locale::En,
                "Contested at your bank, which keeps the payment until it decides. 21.0\u{a0}GB of its data is taken until then.",
                "Contested at the customer's bank, which keeps the payment until it decides. 21.0\u{a0}GB of its data is taken until then.",
            ),
            (
                Locale::PtBr,
                "Contestado no seu banco, que fica com o pagamento até decidir. Até lá, 21,0\u{a0}GB dos dados comprados estão retirados.",
                "Contestado no banco do cliente, que fica com o pagamento até decidir. Até lá, 21,0\u{a0}GB dos dados comprados estão retirados.",
            ),
        ] {
            let reader = Reader::new(locale, TimeZone::UTC);
            assert_eq!(open.words(&reader), customer);
            assert_eq!(open.words_for_staff(&reader), staff);
        }
    }
}
