//! Why a payment is disputed, refunded, or a refund did not arrive, as Stripe says it by its codes, in words for staff. A code that is new to
//! us is told as the code.

use store::tables::claims::{ClaimCause, ClaimState, PaymentClaim};

use crate::look::Reader;

/// The words, as they stand in a line; `None` where nothing is known.
pub fn claim_reason(reader: &Reader, claim: &PaymentClaim) -> Option<String> {
    let code = claim.reason.as_deref()?;
    let known = match (claim.cause, claim.state) {
        (ClaimCause::Dispute, _) => of_dispute(code),
        (ClaimCause::Refund, ClaimState::Failed) => of_failure(code).or_else(|| of_refund(code)),
        (ClaimCause::Refund, _) => of_refund(code),
    };
    Some(known.map_or_else(|| reader.t1("claim-reason-other", "code", code), |id| reader.t(id)))
}

/// Why a refund did not arrive, as it stands in a line.
pub fn failure_reason(reader: &Reader, code: &str) -> String {
    let known = of_failure(code).or_else(|| of_refund(code));
    known.map_or_else(|| reader.t1("claim-reason-other", "code", code), |id| reader.t(id))
}

/// `reason` of a dispute, see <https://docs.stripe.com/api/disputes/object#dispute_object-reason>.
fn of_dispute(code: &str) -> Option<&'static str> {
    Some(match code {
        "bank_cannot_process" => "claim-reason-bank-cannot-process",
        "check_returned" => "claim-reason-check-returned",
        "credit_not_processed" => "claim-reason-credit-not-processed",
        "customer_initiated" => "claim-reason-customer-initiated",
        "debit_not_authorized" => "claim-reason-debit-not-authorized",
        "duplicate" => "claim-reason-duplicate",
        "fraudulent" => "claim-reason-fraudulent",
        "general" => "claim-reason-general",
        "incorrect_account_details" => "claim-reason-incorrect-account-details",
        "insufficient_funds" => "claim-reason-insufficient-funds",
        "noncompliant" => "claim-reason-noncompliant",
        "product_not_received" => "claim-reason-product-not-received",
        "product_unacceptable" => "claim-reason-product-unacceptable",
        "subscription_canceled" => "claim-reason-subscription-canceled",
        "unrecognized" => "claim-reason-unrecognized",
        _ => return None,
    })
}

/// `reason` of a refund, see <https://docs.stripe.com/api/refunds/object#refund_object-reason>.
fn of_refund(code: &str) -> Option<&'static str> {
    Some(match code {
        "requested_by_customer" => "refund-reason-requested",
        "duplicate" => "refund-reason-duplicate",
        "fraudulent" => "refund-reason-fraudulent",
        "expired_uncaptured_charge" => "refund-reason-never-collected",
        _ => return None,
    })
}

/// `failure_reason` of a refund, see <https://docs.stripe.com/api/refunds/object#refund_object-failure_reason>.
fn of_failure(code: &str) -> Option<&'static str> {
    Some(match code {
        "charge_for_pending_refund_disputed" => "refund-reason-disputed",
        "declined" => "refund-reason-declined",
        "expired_or_canceled_card" => "refund-reason-card-over",
        "insufficient_funds" => "claim-reason-insufficient-funds",
        "lost_or_stolen_card" => "refund-reason-card-gone",
        "merchant_request" => "refund-reason-taken-back",
        "unknown" => "refund-reason-unknown",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use money::{Amount, PaymentId, Timestamp, Unit};
    use store::tables::lines::OnWriteOff;

    use super::*;
    use crate::look::Locale;

    #[test]
    fn stripes_codes_in_words() {
        use ClaimCause::{Dispute, Refund};
        let claim = |cause, state, reason: Option<&str>| PaymentClaim {
            provider: "stripe".to_owned(),
            provider_id: "du_1".to_owned(),
            payment: PaymentId::from_u128(1),
            cause,
            amount: Amount::new(10_000_000, Unit::USD),
            state,
            reason: reason.map(str::to_owned),
            due_at: None,
            occurred_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
            on_data: OnWriteOff::TakeBack,
        };
        for (cause, state, code, english, portuguese) in [
            (
                Dispute,
                ClaimState::Open,
                Some("fraudulent"),
                Some("the cardholder says that he did not pay"),
                Some("o titular do cartão diz que não pagou"),
            ),
            (Dispute, ClaimState::Lost, Some("duplicate"), Some("charged twice"), Some("cobrado duas vezes")),
            (
                Refund,
                ClaimState::Succeeded,
                Some("fraudulent"),
                Some("somebody else’s card"),
                Some("cartão de outra pessoa"),
            ),
            (
                Refund,
                ClaimState::Failed,
                Some("lost_or_stolen_card"),
                Some("the card was lost or stolen"),
                Some("o cartão foi perdido ou roubado"),
            ),
            (Refund, ClaimState::Failed, Some("duplicate"), Some("paid twice"), Some("pago duas vezes")),
            (
                Dispute,
                ClaimState::Open,
                Some("new_word"),
                Some("reason at Stripe: new_word"),
                Some("motivo na Stripe: new_word"),
            ),
            (Dispute, ClaimState::Open, None, None, None),
        ] {
            for (locale, expected) in [(Locale::En, english), (Locale::PtBr, portuguese)] {
                let words = claim_reason(&Reader::new(locale, TimeZone::UTC), &claim(cause, state, code));
                assert_eq!(words.as_deref(), expected, "{code:?}");
            }
        }
    }
}
