//! Packs whose payment is refunded or disputed: what is taken of them, that nobody owes what he has used, and what setting them back gives.

mod desk;

use book::{
    Account, Act, Charging, LineAct, LineStatus, Pack, Plan, PurchaseRules, Refusal, Source, TakeBackTerms,
    TakenBackCause, Validity,
};
use desk::joao::{JOAO, brl, buys, joao, pack, plan, reads, uses, yes};
use desk::{ANA, Desk, open, time, total};
use money::{Amount, GrantId, PaymentId, Unit};

use TakenBackCause::{Dispute, Refund};

const PAYMENT: PaymentId = PaymentId::from_u128(0x70);
/// The grants of purchases 1 and 2, as [`buys`] names them.
const BOUGHT: GrantId = GrantId::from_u128(0xc01);
const OTHER: GrantId = GrantId::from_u128(0xc02);

fn terms(cause: TakenBackCause, bytes: i64) -> TakeBackTerms {
    let (amount, reinstated) = (Amount::new(bytes, Unit::BYTE), GrantId::from_u128(0xe00));
    TakeBackTerms { wallet: JOAO, payment: PAYMENT, grant: Some(BOUGHT), cause, amount, reinstated }
}

#[track_caller]
fn set(desk: &mut Desk, cause: TakenBackCause, bytes: i64) {
    desk.tell(Act::SetTakenBack(terms(cause, bytes))).expect("this is allowed");
    assert_eq!(total(&desk.book, Unit::BYTE), 0);
}

fn refused(desk: &mut Desk, terms: TakeBackTerms) -> Refusal {
    desk.tell(Act::SetTakenBack(terms)).expect_err("this is refused")
}

/// A line whose allowance has been used, with a pack of 100 bytes.
fn bought(pack: Pack) -> Desk {
    let rules = PurchaseRules { balance_max: 1_000, unpaid_max: None };
    let mut desk = joao([Plan { purchases: Some(rules), ..plan() }], [pack]);
    uses(&mut desk, 1_000);
    buys(&mut desk, 1, Charging::Boleto);
    desk
}

/// The cycle's terms when so much of the pack was used and so much adjusted.
#[track_caller]
fn adjusted(desk: &Desk, used: i64, adjustments: i64) {
    reads(desk, [0, 1_000, 100, 0, 1_000 + used, adjustments], 100 - used + adjustments);
}

fn sum(desk: &Desk, account: Account, unit: Unit) -> i128 {
    let found = desk.book.accounts().find(|(known, of, _)| (*known, *of) == (account, unit));
    found.map_or(0, |(.., sum)| sum)
}

fn left(desk: &Desk) -> Vec<i64> {
    desk.wallet(JOAO).grants.iter().skip(1).map(|grant| grant.remaining).collect()
}

#[test]
fn a_refund_takes_its_own_pack_in_steps_and_no_other() {
    let mut desk = bought(pack());
    buys(&mut desk, 2, Charging::Boleto);
    set(&mut desk, Refund, 40);
    assert_eq!(left(&desk), [60, 100]);
    set(&mut desk, Refund, 100);
    assert_eq!(left(&desk), [0, 100], "another pack is another payment's");
    reads(&desk, [0, 1_000, 200, 0, 1_000, -100], 100);
    assert_eq!(sum(&desk, Account::Sold, Unit::BYTE), -100);
    // Money is told by Stripe's own movements.
    assert_eq!(sum(&desk, Account::RevenuePack, Unit::BRL), 49_800_000);
    assert_eq!(refused(&mut desk, terms(Refund, 100)), Refusal::NothingChanges);
}

#[test]
fn what_was_used_stays_used_and_nobody_owes_it() {
    for (used, rest) in [(30, 70), (100, 0), (130, 0)] {
        let mut desk = bought(pack());
        uses(&mut desk, used);
        set(&mut desk, Refund, 100);
        adjusted(&desk, used, -rest);
        assert_eq!(desk.wallet(JOAO).debt, (used - 100).max(0), "overshoot, and nothing besides");
        set(&mut desk, Refund, 0);
        adjusted(&desk, used, 0);
        assert!(desk.wallet(JOAO).taken_back.is_empty());
    }
    // In part: the part that goes back is taken of what is left, as long as there is so much.
    let mut desk = bought(pack());
    uses(&mut desk, 30);
    set(&mut desk, Refund, 50);
    adjusted(&desk, 30, -50);
    set(&mut desk, Refund, 100);
    adjusted(&desk, 30, -70);
    set(&mut desk, Refund, 50);
    adjusted(&desk, 30, -50);
}

#[test]
fn overshoot_that_the_pack_paid_was_used() {
    let mut desk = joao([plan()], [pack()]);
    uses(&mut desk, 1_020);
    buys(&mut desk, 1, Charging::Boleto);
    set(&mut desk, Dispute, 100);
    reads(&desk, [0, 1_000, 100, 0, 1_020, -80], 0);
}

#[test]
fn a_refund_and_a_dispute_never_take_more_together_than_was_bought() {
    let mut desk = bought(pack());
    set(&mut desk, Refund, 60);
    set(&mut desk, Dispute, 100);
    adjusted(&desk, 0, -100);
    set(&mut desk, Refund, 0);
    adjusted(&desk, 0, -100);
    set(&mut desk, Dispute, 0);
    adjusted(&desk, 0, 0);
}

#[test]
fn what_ended_with_the_cycle_was_had_by_nobody() {
    let mut desk = bought(pack());
    uses(&mut desk, 30);
    desk.at("2026-12-01T00:00:00-03:00");
    assert_eq!(sum(&desk, Account::Breakage, Unit::BYTE), 70);
    set(&mut desk, Refund, 100);
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
    assert_eq!(sum(&desk, Account::Breakage, Unit::BYTE), 0);
    set(&mut desk, Refund, 0);
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
    assert_eq!(sum(&desk, Account::Breakage, Unit::BYTE), 70);
}

#[test]
fn what_is_set_back_after_its_pack_has_ended_lives_as_long_as_was_left_to_it() {
    let mut desk = bought(pack());
    desk.at("2026-11-26T00:00:00-03:00");
    set(&mut desk, Dispute, 100);
    adjusted(&desk, 0, -100);
    desk.at("2026-12-10T00:00:00-03:00");
    set(&mut desk, Dispute, 0);
    reads(&desk, [0, 1_000, 0, 0, 0, 100], 1_100);
    let last = desk.wallet(JOAO).grants.last().expect("a third grant").clone();
    assert_eq!((last.source, last.payment), (Source::Reinstated, Some(PAYMENT)));
    assert_eq!(last.expires_at, Some(time("2026-12-15T00:00:00-03:00")));
    // A refund afterwards takes it from there.
    set(&mut desk, Refund, 100);
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
}

#[test]
fn a_pack_of_days_is_taken_in_a_later_cycle() {
    let mut desk = bought(Pack { validity: Validity::Days(60), ..pack() });
    desk.at("2026-12-01T00:00:00-03:00");
    set(&mut desk, Refund, 25);
    reads(&desk, [100, 1_000, 0, 0, 0, -25], 1_075);
}

#[test]
fn what_is_set_back_pays_the_overshoot_of_by_then() {
    let mut desk = bought(pack());
    set(&mut desk, Refund, 100);
    uses(&mut desk, 20);
    assert_eq!(desk.wallet(JOAO).debt, 20);
    set(&mut desk, Refund, 0);
    adjusted(&desk, 20, 0);
    assert_eq!((left(&desk), desk.wallet(JOAO).debt), (vec![80], 0));
}

#[test]
fn a_line_that_is_no_more_loses_and_gets_it_as_any_other() {
    let mut desk = bought(pack());
    yes(&mut desk, LineAct::SetStatus { status: LineStatus::Cancelled });
    set(&mut desk, Dispute, 100);
    adjusted(&desk, 0, -100);
    set(&mut desk, Dispute, 0);
    adjusted(&desk, 0, 0);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut desk = bought(pack());
    desk.tell(open(ANA, Unit::BYTE, 0)).expect("another wallet");
    let allowance = desk.wallet(JOAO).grants[0].id;
    let reais = brl("1");
    let more = Refusal::MoreThanCredited { credited: Amount::new(100, Unit::BYTE) };
    let cases = [
        (TakeBackTerms { grant: None, ..terms(Refund, 1) }, Refusal::PaymentUnknown),
        (TakeBackTerms { grant: Some(OTHER), ..terms(Refund, 1) }, Refusal::PaymentUnknown),
        (TakeBackTerms { grant: Some(allowance), ..terms(Refund, 1) }, Refusal::PaymentUnknown),
        (TakeBackTerms { wallet: ANA, ..terms(Refund, 1) }, Refusal::PaymentUnknown),
        (TakeBackTerms { amount: reais, ..terms(Refund, 1) }, Refusal::UnitMismatch),
        (terms(Refund, 101), more),
        (terms(Refund, -1), Refusal::AmountNegative),
        (terms(Refund, 0), Refusal::NothingChanges),
    ];
    for (terms, refusal) in cases {
        assert_eq!(refused(&mut desk, terms), refusal);
    }
    adjusted(&desk, 0, 0);
}
