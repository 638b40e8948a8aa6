//! Refunds and disputes, one by one: what they take, what they leave owed, and what setting them back gives.

mod desk;

use book::{
    Account, Act, GrantTerms, MoneyMovement, Refusal, Source, TakeBackTerms, TakenBackCause, UseStage,
};
use desk::ana::{ana, day, left, no, reads, yes};
use desk::{ANA, Desk, call, charge, gift, time, usd};
use money::{Amount, GrantId, PaymentId, Timestamp, Unit, WalletId};

const PAYMENT: PaymentId = PaymentId::from_u128(0x70);
use TakenBackCause::{Dispute, Refund};

fn bought(amount: &str) -> GrantTerms {
    GrantTerms {
        grant: GrantId::from_u128(7),
        source: Source::Purchased,
        cost: Some(usd(amount)),
        payment: Some(PAYMENT),
        ..gift(amount)
    }
}

fn back(cause: TakenBackCause, amount: &str) -> Act {
    let (amount, reinstated) = (usd(amount), GrantId::from_u128(99));
    Act::SetTakenBack(TakeBackTerms { wallet: ANA, payment: PAYMENT, grant: None, cause, amount, reinstated })
}

/// Ana with a gift and a payment.
fn paid(gift: &str, payment: &str) -> Desk {
    let mut desk = ana(gift);
    yes(&mut desk, Act::Grant(bought(payment)));
    desk
}

fn account(desk: &Desk, wanted: Account) -> String {
    let found = desk.book.accounts().find(|(account, unit, _)| *account == wanted && *unit == Unit::USD);
    let total = found.map_or(0, |(_, _, total)| total);
    Amount::new(i64::try_from(total).expect("small"), Unit::USD).to_decimal()
}

#[test]
fn a_refund_takes_the_rest_of_its_own_grant_and_no_other() {
    let mut desk = paid("25", "10");
    yes(&mut desk, back(Refund, "4"));
    assert_eq!(left(&desk), ["25.00", "6.00"]);
    yes(&mut desk, back(Refund, "10"));
    assert_eq!(left(&desk), ["25.00", "0.00"]);
    reads(&desk, "25.00", "0.00", "25.00");
    assert_eq!(account(&desk, Account::ClearingStripe), "0.00");
}

#[test]
fn what_was_used_of_it_is_owed_and_the_next_payment_pays_it_first() {
    let mut desk = paid("0", "10");
    yes(&mut desk, charge("7"));
    yes(&mut desk, back(Refund, "10"));
    reads(&desk, "-7.00", "0.00", "-7.00");
    yes(&mut desk, Act::Grant(GrantTerms { grant: GrantId::from_u128(8), payment: None, ..bought("20") }));
    reads(&desk, "13.00", "0.00", "13.00");
    assert_eq!(desk.wallet(ANA).debt, 0);
}

#[test]
fn debt_stands_beside_credit_of_another_payment_and_counts_against_it() {
    let mut desk = ana("0");
    yes(&mut desk, Act::Grant(bought("10")));
    yes(&mut desk, charge("8"));
    yes(&mut desk, Act::Grant(gift("5")));
    yes(&mut desk, back(Refund, "10"));
    assert_eq!((left(&desk), desk.wallet(ANA).debt), (vec!["0.00".into(), "5.00".into()], 8_000_000));
    reads(&desk, "-3.00", "0.00", "-3.00");
    assert!(matches!(no(&mut desk, charge("0.01")), Refusal::InsufficientCredit { .. }));
}

#[test]
fn an_open_hour_keeps_what_it_has_reserved() {
    let mut desk = paid("0", "1");
    yes(&mut desk, call(0, &day("14:12"), UseStage::Guarded));
    yes(&mut desk, back(Refund, "1"));
    assert_eq!(left(&desk), ["0.25"]);
    reads(&desk, "0.00", "0.25", "-0.25");
    desk.at(&day("15:12"));
    reads(&desk, "-0.25", "0.00", "-0.25");
}

#[test]
fn what_had_expired_is_taken_before_anything_is_owed() {
    let mut desk = ana("0");
    yes(&mut desk, Act::Grant(GrantTerms { expires_at: Some(time(&day("15:00"))), ..bought("10") }));
    yes(&mut desk, charge("3"));
    desk.at(&day("15:00"));
    assert_eq!(account(&desk, Account::Breakage), "7.00");
    yes(&mut desk, back(Refund, "9"));
    reads(&desk, "-2.00", "0.00", "-2.00");
    assert_eq!(account(&desk, Account::Breakage), "0.00");
    yes(&mut desk, back(Refund, "8"));
    reads(&desk, "-1.00", "0.00", "-1.00");
    yes(&mut desk, back(Refund, "0"));
    reads(&desk, "0.00", "0.00", "0.00");
    assert_eq!(account(&desk, Account::Breakage), "7.00");
    assert_eq!(account(&desk, Account::ClearingStripe), "-10.00");
}

#[test]
fn set_back_it_is_as_if_it_had_never_been() {
    for used in ["0.01", "4", "9.99", "10"] {
        let mut desk = paid("25", "10");
        yes(&mut desk, charge(used));
        let before = (left(&desk), desk.wallet(ANA).debt, desk.balance(ANA));
        for (cause, amount) in [(Refund, "2.50"), (Dispute, "7"), (Refund, "0"), (Dispute, "0")] {
            yes(&mut desk, back(cause, amount));
        }
        assert_eq!((left(&desk), desk.wallet(ANA).debt, desk.balance(ANA)), before, "{used} used");
        assert!(desk.wallet(ANA).taken_back.is_empty());
        assert_eq!(account(&desk, Account::Disputed), "0.00");
    }
}

#[test]
fn a_refund_and_a_dispute_never_take_more_together_than_was_credited() {
    let mut desk = paid("25", "10");
    yes(&mut desk, back(Refund, "6"));
    yes(&mut desk, back(Dispute, "10"));
    reads(&desk, "25.00", "0.00", "25.00");
    yes(&mut desk, back(Refund, "0"));
    reads(&desk, "25.00", "0.00", "25.00");
    yes(&mut desk, back(Dispute, "0"));
    reads(&desk, "35.00", "0.00", "35.00");
}

#[test]
fn debt_that_another_payment_has_paid_comes_back_as_a_grant_of_its_own() {
    let mut desk = paid("0", "10");
    yes(&mut desk, charge("10"));
    yes(&mut desk, back(Dispute, "10"));
    yes(&mut desk, Act::Grant(gift("12")));
    reads(&desk, "2.00", "0.00", "2.00");
    yes(&mut desk, back(Dispute, "0"));
    reads(&desk, "12.00", "0.00", "12.00");
    let wallet = desk.wallet(ANA);
    let last = wallet.grants.last().expect("three grants");
    assert_eq!((last.source, last.remaining, last.payment), (Source::Reinstated, 10_000_000, Some(PAYMENT)));
    // A refund afterwards takes it from there.
    yes(&mut desk, back(Refund, "10"));
    assert_eq!(left(&desk).last().map(String::as_str), Some("0.00"));
    reads(&desk, "2.00", "0.00", "2.00");
}

#[test]
fn what_comes_back_after_its_end_lives_as_long_as_was_left_to_it() {
    let mut desk = ana("0");
    let ends = time(&day("18:12"));
    yes(&mut desk, Act::Grant(GrantTerms { expires_at: Some(ends), ..bought("10") }));
    desk.at(&day("16:12"));
    yes(&mut desk, back(Dispute, "10"));
    desk.at("2026-12-21T14:12:00Z");
    yes(&mut desk, back(Dispute, "0"));
    reads(&desk, "10.00", "0.00", "10.00");
    let last = desk.wallet(ANA).grants.last().expect("two grants").clone();
    assert_eq!(last.expires_at, Some(time("2026-12-21T14:12:00Z").plus(2 * Timestamp::HOUR)));
    desk.at("2026-12-21T16:12:00Z");
    reads(&desk, "0.00", "0.00", "0.00");
}

#[test]
fn what_is_set_back_pays_what_is_owed_by_then() {
    let mut desk = paid("0", "10");
    yes(&mut desk, back(Refund, "10"));
    yes(&mut desk, call(0, &day("14:12"), UseStage::Reported));
    desk.at(&day("15:12"));
    reads(&desk, "-0.25", "0.00", "-0.25");
    yes(&mut desk, back(Refund, "0"));
    assert_eq!((left(&desk), desk.wallet(ANA).debt), (vec!["9.75".to_owned()], 0));
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut desk = paid("25", "10");
    let stranger = PaymentId::from_u128(0x71);
    let terms = |payment, amount: Amount| TakeBackTerms {
        wallet: ANA,
        payment,
        grant: None,
        cause: Refund,
        amount,
        reinstated: GrantId::from_u128(99),
    };
    let reais = Amount::new(1_000_000, Unit::BRL);
    let nobody = TakeBackTerms { wallet: WalletId::from_u128(0xdead), ..terms(PAYMENT, usd("1")) };
    let cases = [
        (terms(stranger, usd("1")), Refusal::PaymentUnknown),
        (terms(PAYMENT, usd("10.000001")), Refusal::MoreThanCredited { credited: usd("10") }),
        (terms(PAYMENT, usd("-0.01")), Refusal::AmountNegative),
        (terms(PAYMENT, usd("0")), Refusal::NothingChanges),
        (terms(PAYMENT, reais), Refusal::UnitMismatch),
        (nobody, Refusal::WalletUnknown),
    ];
    for (terms, refusal) in cases {
        assert_eq!(no(&mut desk, Act::SetTakenBack(terms)), refusal);
    }
    reads(&desk, "35.00", "0.00", "35.00");
}

#[test]
fn money_at_the_provider_is_what_came_less_fees_payouts_and_disputes() {
    let mut desk = paid("0", "10");
    let moved = |movement, amount| Act::MoveMoney { movement, amount: usd(amount) };
    yes(&mut desk, moved(MoneyMovement::Fee, "0.59"));
    yes(&mut desk, back(Dispute, "10"));
    yes(&mut desk, moved(MoneyMovement::Dispute, "10"));
    assert_eq!(account(&desk, Account::Disputed), "0.00");
    assert_eq!(account(&desk, Account::ClearingStripe), "0.59", "Stripe wants its fee back");
    yes(&mut desk, moved(MoneyMovement::Dispute, "-10"));
    yes(&mut desk, back(Dispute, "0"));
    yes(&mut desk, moved(MoneyMovement::Payout, "9.41"));
    assert_eq!(account(&desk, Account::ClearingStripe), "0.00");
    assert_eq!(account(&desk, Account::PayoutsStripe), "-9.41");
    assert_eq!(no(&mut desk, moved(MoneyMovement::Payout, "0")), Refusal::AmountNotPositive);
}
