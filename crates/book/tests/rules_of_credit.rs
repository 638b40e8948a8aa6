//! Each rule of credit, one by one: what burns, ends, is owed, is given back, is remembered; and the order of time.

mod desk;

use book::{
    Act, ChargeTaken, GrantTerms, KeySpace, REQUEST_MEMORY, Reason, Record, Refusal, Source, UseStage,
};
use desk::ana::{ana, day, expiring, left, no, reads, yes};
use desk::{ANA, Desk, call, charge, gift, key, open, time, usd, use_of};
use money::{Amount, Timestamp, Unit};

const REPORTED: UseStage = UseStage::Reported;
const GUARDED: UseStage = UseStage::Guarded;

fn taken(desk: &mut Desk, act: Act) -> ChargeTaken {
    desk.seal();
    desk.tell(act).expect("a charge");
    let (entry, decision) = desk::decisions_of(desk.rows.last().expect("just written")).pop().expect("one");
    let Record::Charged { kind, burns, debt, .. } = decision.record else { panic!("{decision:?}") };
    ChargeTaken { entry, kind, burns: burns.iter().collect(), debt }
}

fn reverse(charge: &ChargeTaken) -> Act {
    Act::Reverse { wallet: ANA, charge: charge.clone() }
}

#[test]
fn credit_burns_by_priority_then_expiry_then_promotional_then_oldest() {
    let mut desk = ana("0");
    let bought = |terms: GrantTerms| GrantTerms { source: Source::Purchased, ..terms };
    let terms = [
        bought(gift("1")),                               // 0: sixth
        gift("1"),                                       // 1: fourth
        gift("1"),                                       // 2: fifth, younger
        bought(expiring("1", "20:00")),                  // 3: third
        expiring("1", "19:00"),                          // 4: second
        bought(GrantTerms { priority: 1, ..gift("1") }), // 5: first
    ];
    terms.into_iter().for_each(|terms| drop(yes(&mut desk, Act::Grant(terms))));
    let charge = taken(&mut desk, charge("5.50"));
    let order: Vec<u32> = charge.burns.iter().map(|(grant_no, _)| *grant_no).collect();
    assert_eq!(order, [5, 4, 3, 1, 2, 0]);
    assert_eq!(charge.burns.last(), Some(&(0, 500_000)));
}

#[test]
fn an_expiry_takes_only_what_is_not_reserved() {
    let mut desk = ana("0");
    yes(&mut desk, Act::Grant(expiring("1", "15:00")));
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    let records = desk.at(&day("15:00"));
    assert!(matches!(records[..], [Record::GrantExpired { amount: 750_000, .. }, ..]), "{records:?}");
    reads(&desk, "0.25", "0.25", "0.00");
    desk.at(&day("15:12"));
    reads(&desk, "0.00", "0.00", "0.00");
    assert_eq!(desk.wallet(ANA).debt, 0, "the hour was paid by what it had reserved");
}

#[test]
fn an_expiry_is_exact_and_must_be_ahead() {
    let mut desk = ana("0");
    assert_eq!(no(&mut desk, Act::Grant(expiring("1", "14:12"))), Refusal::ExpiryPast);
    assert_eq!(no(&mut desk, Act::Grant(expiring("1", "14:00"))), Refusal::ExpiryPast);
    yes(&mut desk, Act::Grant(expiring("1", "14:13")));
    desk.now = time("2026-11-21T14:12:59.999999Z");
    yes(&mut desk, charge("0.40"));
    desk.now = time(&day("14:13"));
    let refusal = no(&mut desk, charge("0.10"));
    assert_eq!(refusal, Refusal::InsufficientCredit { available: usd("0"), needed: usd("0.10") });
}

#[test]
fn a_scheduled_grant_counts_from_its_time_and_pays_debt_then() {
    let mut desk = ana("0");
    yes(&mut desk, call(0, &day("14:12"), REPORTED));
    let later = GrantTerms { effective_at: Some(time(&day("16:00"))), ..expiring("1", "18:00") };
    let wrong = GrantTerms { expires_at: Some(time(&day("16:00"))), ..later.clone() };
    assert_eq!(no(&mut desk, Act::Grant(wrong)), Refusal::ExpiryPast);
    yes(&mut desk, Act::Grant(later));
    reads(&desk, "0.00", "0.25", "-0.25");
    desk.at(&day("15:59"));
    reads(&desk, "-0.25", "0.00", "-0.25");
    assert!(matches!(no(&mut desk, charge("0.01")), Refusal::InsufficientCredit { .. }));
    desk.at(&day("16:00"));
    reads(&desk, "0.75", "0.00", "0.75");
    desk.at(&day("18:00"));
    reads(&desk, "0.00", "0.00", "0.00");
}

#[test]
fn a_beginning_in_the_past_means_at_once() {
    let mut desk = ana("0");
    yes(&mut desk, Act::Grant(GrantTerms { effective_at: Some(time(&day("14:12"))), ..gift("1") }));
    reads(&desk, "1.00", "0.00", "1.00");
}

#[test]
fn debt_is_allowed_to_the_limit_and_paid_first() {
    let mut desk = ana("0");
    let bob = money::WalletId::from_u128(0xb);
    desk.tell(open(bob, Unit::USD, 2_000_000)).expect("a new wallet");
    let charge = |amount| Act::Charge { wallet: bob, amount: usd(amount), kind: 1 };
    desk.tell(Act::Grant(GrantTerms { wallet: bob, ..gift("1") })).expect("a grant");
    desk.tell(charge("3")).expect("within the limit");
    assert_eq!(desk.balance(bob), ["-2.00", "0.00", "-2.00"]);
    assert!(matches!(desk.tell(charge("0.000001")), Err(Refusal::InsufficientCredit { .. })));
    desk.tell(Act::Grant(GrantTerms { wallet: bob, ..gift("1.50") })).expect("a grant");
    assert_eq!(desk.balance(bob), ["-0.50", "0.00", "-0.50"]);
    desk.tell(Act::Grant(GrantTerms { wallet: bob, ..gift("1.50") })).expect("a grant");
    assert_eq!(desk.balance(bob), ["1.00", "0.00", "1.00"]);
}

#[test]
fn a_reversal_goes_back_into_the_same_grants_once() {
    let mut desk = ana("1");
    yes(&mut desk, Act::Grant(expiring("1", "20:00")));
    let charge = taken(&mut desk, charge("1.50"));
    assert_eq!(left(&desk), ["0.50", "0.00"]);
    yes(&mut desk, reverse(&charge));
    assert_eq!(left(&desk), ["1.00", "1.00"]);
    reads(&desk, "2.00", "0.00", "2.00");
    assert_eq!(no(&mut desk, reverse(&charge)), Refusal::AlreadyReversed);
    desk.at(&day("20:00"));
    reads(&desk, "1.00", "0.00", "1.00");
}

#[test]
fn what_would_go_back_into_an_expired_grant_is_lost_with_it() {
    // One that was used up and one that had something left when it expired.
    for spent in ["1", "0.60"] {
        let mut desk = ana("1");
        yes(&mut desk, Act::Grant(expiring("1", "15:00")));
        let charge = taken(&mut desk, charge(spent));
        desk.at(&day("15:00"));
        reads(&desk, "1.00", "0.00", "1.00");
        let records = yes(&mut desk, reverse(&charge));
        let [Record::Reversed { restored, expired, .. }] = &records[..] else { panic!("{records:?}") };
        assert_eq!((restored.total(), Amount::new(*expired, Unit::USD)), (0, usd(spent)));
        reads(&desk, "1.00", "0.00", "1.00");
    }
}

#[test]
fn a_reversal_pays_debt_first() {
    let mut desk = ana("1");
    let charge = taken(&mut desk, charge("1"));
    yes(&mut desk, use_of(2, "2000000", &day("13:00"), REPORTED));
    reads(&desk, "-0.60", "0.00", "-0.60");
    yes(&mut desk, reverse(&charge));
    reads(&desk, "0.40", "0.00", "0.40");
    assert_eq!(desk.wallet(ANA).debt, 0);
}

#[test]
fn reversed_debt_that_a_later_grant_paid_goes_to_a_grant_with_room() {
    let mut desk = ana("0");
    let bob = money::WalletId::from_u128(0xb);
    desk.tell(open(bob, Unit::USD, 5_000_000)).expect("a new wallet");
    let charge = taken(&mut desk, Act::Charge { wallet: bob, amount: usd("5"), kind: 1 });
    assert_eq!(charge.debt, 5_000_000);
    let grant = |amount| GrantTerms { wallet: bob, ..gift(amount) };
    desk.tell(Act::Grant(grant("10"))).expect("it pays the debt");
    desk.tell(Act::Grant(grant("10"))).expect("it is whole");
    let later = GrantTerms { effective_at: Some(time(&day("18:00"))), ..grant("10") };
    desk.tell(Act::Grant(later)).expect("it has not begun");
    desk.tell(Act::Reverse { wallet: bob, charge }).expect("a reversal");
    let remaining: Vec<i64> = desk.wallet(bob).grants.iter().map(|grant| grant.remaining).collect();
    assert_eq!(remaining, [10_000_000; 3]);
    assert_eq!(desk.balance(bob), ["20.00", "0.00", "20.00"]);
}

#[test]
fn a_payment_is_credited_once_for_ever() {
    let mut desk = ana("0");
    let payment = key(KeySpace::Forever, 7, 1);
    let terms = Act::Grant(GrantTerms { source: Source::Purchased, ..gift("10") });
    assert_eq!(desk.tell_keyed(payment, terms.clone()).map(|records| records.len()), Ok(1));
    for later in ["2026-11-21T14:12:00Z", "2027-11-21T00:00:00Z", "2040-01-01T00:00:00Z"] {
        desk.at(later);
        assert_eq!(desk.tell_keyed(payment, terms.clone()), Ok(Vec::new()), "{later}");
    }
    let other = Act::Grant(GrantTerms { source: Source::Purchased, ..gift("20") });
    assert_eq!(desk.tell_keyed(key(KeySpace::Forever, 7, 2), other), Err(Refusal::KeyReused));
    reads(&desk, "10.00", "0.00", "10.00");
}

#[test]
fn a_request_key_is_known_for_seven_days() {
    let mut desk = ana("10");
    let request = key(KeySpace::Request, 7, 1);
    assert_eq!(desk.tell_keyed(request, charge("1")).map(|records| records.len()), Ok(1));
    desk.now = desk.now.plus(REQUEST_MEMORY);
    desk.settle();
    assert_eq!(desk.tell_keyed(request, charge("1")), Ok(Vec::new()));
    assert_eq!(desk.tell_keyed(key(KeySpace::Request, 7, 2), charge("2")), Err(Refusal::KeyReused));
    desk.now = desk.now.plus(Timestamp::HOUR);
    desk.settle();
    assert_eq!(desk.tell_keyed(request, charge("1")).map(|records| records.len()), Ok(1));
    reads(&desk, "8.00", "0.00", "8.00");
}

#[test]
fn a_refusal_is_not_remembered() {
    let mut desk = ana("0");
    let request = key(KeySpace::Request, 7, 1);
    assert!(matches!(desk.tell_keyed(request, charge("1")), Err(Refusal::InsufficientCredit { .. })));
    yes(&mut desk, Act::Grant(gift("1")));
    assert_eq!(desk.tell_keyed(request, charge("1")).map(|records| records.len()), Ok(1));
}

#[test]
fn at_equal_instants_windows_come_before_grants_and_smaller_numbers_first() {
    let mut desk = ana("1");
    // All at 15:00: the window of meter 1, the window of meter 2, the end of grant 1, the beginning of grant 2.
    yes(&mut desk, Act::Grant(expiring("0.30", "15:00")));
    yes(&mut desk, Act::Grant(GrantTerms { effective_at: Some(time(&day("15:00"))), ..gift("1") }));
    yes(&mut desk, use_of(2, "1000000", &day("14:12"), REPORTED));
    yes(&mut desk, call(1, &day("14:12"), REPORTED));
    desk.now = time(&day("16:00"));
    desk.seal();
    desk.sweep(u32::MAX);
    let decisions = desk.seal();
    let order: Vec<(&str, Timestamp)> =
        decisions.iter().map(|(_, decision)| (desk::kind(&decision.record), decision.at)).collect();
    let three = time(&day("15:00"));
    let expected = [
        ("usage_posted", three),
        ("usage_posted", three),
        ("grant_effective", three),
        ("forgot", time(&day("16:00"))),
    ];
    // Grant 1 was used up by the first window: nothing is left that could expire.
    assert_eq!(order, expected);
    assert_eq!(desk.book.last_at(), Some(time(&day("16:00"))));
    reads(&desk, "1.75", "0.00", "1.75");
}

#[test]
fn what_is_settled_late_stands_at_its_own_time_and_the_book_does_not_go_back() {
    let mut desk = ana("25");
    yes(&mut desk, call(0, &day("14:12"), GUARDED));
    let bob = money::WalletId::from_u128(0xb);
    desk.now = time(&day("16:00"));
    yes(&mut desk, open(bob, Unit::USD, 0));
    // The clock jumps back; the book's time does not.
    desk.now = time(&day("14:20"));
    yes(&mut desk, charge("1"));
    let decisions = desk::decisions_of(desk.rows.last().expect("just written"));
    let times: Vec<Timestamp> = decisions.iter().map(|(_, decision)| decision.at).collect();
    assert_eq!(times, [time(&day("15:12")), time(&day("16:00"))]);
    assert_eq!(desk.book.last_at(), Some(time(&day("16:00"))));
}

#[test]
fn a_sweep_does_a_bounded_part_and_says_whether_more_is_left() {
    let mut desk = ana("25");
    for minute in 0..10 {
        let terms = expiring("1", &format!("15:0{minute}"));
        yes(&mut desk, Act::Grant(terms));
    }
    desk.now = time("2027-11-21T00:00:00Z");
    desk.seal();
    for _ in 0..3 {
        assert!(!desk.sweep(3));
        assert_eq!(desk.seal().len(), 3);
    }
    assert!(desk.sweep(3));
    assert_eq!(desk.seal().len(), 2, "the last one, and the keys forgotten");
    assert!(desk.sweep(3));
    assert!(desk.seal().is_empty(), "nothing is due, nothing is written");
}

#[test]
fn the_test_clock_moves_ahead_only_and_not_beyond_the_calendar() {
    let mut desk = ana("25");
    for by in [0, -1, 1, Timestamp::SECOND - 1, 366 * Timestamp::DAY + 1, i64::MAX, i64::MIN] {
        assert_eq!(no(&mut desk, Act::AdvanceClock { by }), Refusal::ClockAdvance, "{by}");
    }
    yes(&mut desk, Act::AdvanceClock { by: Timestamp::HOUR });
    yes(&mut desk, Act::AdvanceClock { by: 366 * Timestamp::DAY });
    assert_eq!(desk.book.clock_offset(), 367 * Timestamp::DAY - 23 * Timestamp::HOUR);
    desk.now = time("9998-12-31T23:00:00Z");
    assert_eq!(no(&mut desk, Act::AdvanceClock { by: 2 * Timestamp::HOUR }), Refusal::ClockAdvance);
    yes(&mut desk, Act::AdvanceClock { by: Timestamp::HOUR });
}

#[test]
fn amounts_that_cannot_be_are_refused() {
    let mut desk = ana("25");
    let cases = [
        (charge("0"), Refusal::AmountNotPositive),
        (charge("-1"), Refusal::AmountNotPositive),
        (charge("9223372036854.775807"), Refusal::AmountTooLarge),
        (Act::Charge { wallet: ANA, amount: Amount::new(1, Unit::BRL), kind: 1 }, Refusal::UnitMismatch),
        (
            Act::Charge { wallet: money::WalletId::from_u128(1), amount: usd("1"), kind: 1 },
            Refusal::WalletUnknown,
        ),
        (Act::Grant(gift("0")), Refusal::AmountNotPositive),
        (Act::Grant(gift("9223372036854")), Refusal::AmountTooLarge),
        (Act::Deduct { wallet: ANA, amount: usd("-1"), reason: Reason::Misuse }, Refusal::AmountNotPositive),
        (open(ANA, Unit::USD, 0), Refusal::WalletExists),
        (call(77, &day("14:12"), REPORTED), Refusal::MeterUnknown),
        (use_of(0, "-1", &day("14:12"), REPORTED), Refusal::QuantityNegative),
        (
            use_of(2, "9223372036854.775807", &day("14:12"), GUARDED),
            Refusal::InsufficientCredit { available: usd("25"), needed: usd("2767011.611056") },
        ),
    ];
    for (act, expected) in cases {
        let before = desk.book.to_snapshot();
        assert_eq!(no(&mut desk, act.clone()), expected, "{act:?}");
        assert_eq!(before, desk.book.to_snapshot(), "{act:?}");
    }
}

#[test]
fn of_several_reasons_the_first_in_the_list_is_the_answer() {
    let mut desk = ana("1");
    let foreign = Act::Charge { wallet: ANA, amount: Amount::new(-1, Unit::BRL), kind: 1 };
    assert_eq!(no(&mut desk, foreign), Refusal::UnitMismatch);
    assert_eq!(no(&mut desk, Act::Grant(expiring("9223372036854", "14:00"))), Refusal::ExpiryPast);
    assert_eq!(no(&mut desk, use_of(0, "-1", "2027-01-01T00:00:00Z", GUARDED)), Refusal::QuantityNegative);
    let request = key(KeySpace::Request, 1, 1);
    desk.tell_keyed(request, charge("1")).expect("the first");
    let other = key(KeySpace::Request, 1, 2);
    let unknown = Act::Charge { wallet: money::WalletId::from_u128(1), amount: usd("1"), kind: 1 };
    assert_eq!(desk.tell_keyed(other, unknown), Err(Refusal::KeyReused));
}

#[test]
fn a_wallet_never_holds_more_than_can_be_counted() {
    let mut desk = ana("0");
    let largest = "4503599627.370496"; // 2^52 steps; a wallet holds two of them.
    let half = || Act::Grant(gift(largest));
    yes(&mut desk, half());
    yes(&mut desk, half());
    assert_eq!(no(&mut desk, Act::Grant(gift("0.000001"))), Refusal::AmountTooLarge);
    let later = GrantTerms { effective_at: Some(time(&day("18:00"))), ..gift("0.000001") };
    assert_eq!(no(&mut desk, Act::Grant(later.clone())), Refusal::AmountTooLarge);
    let charge = taken(&mut desk, charge(largest));
    yes(&mut desk, half());
    assert_eq!(no(&mut desk, reverse(&charge)), Refusal::AmountTooLarge);
    // It can be given back once there is room, with what is scheduled.
    yes(&mut desk, desk::charge(largest));
    yes(&mut desk, Act::Grant(later));
    assert_eq!(no(&mut desk, reverse(&charge)), Refusal::AmountTooLarge);
    yes(&mut desk, desk::charge("0.000001"));
    yes(&mut desk, reverse(&charge));
    desk.at(&day("18:00"));
    reads(&desk, "9007199254.740992", "0.00", "9007199254.740992");
}

#[test]
fn an_account_never_comes_to_more_than_can_be_counted() {
    let mut desk = ana("0");
    let largest = |wallet| Act::Grant(GrantTerms { wallet, ..gift("4503599627.370496") });
    // 512 full wallets are 2^62 steps of credit given away.
    for no in 0..512 {
        let wallet = money::WalletId::from_u128(1_000 + no);
        let customer = money::CustomerId::from_u128(1_000 + no);
        yes(&mut desk, Act::OpenWallet { wallet, customer, unit: Unit::USD, debt_limit: 0 });
        yes(&mut desk, largest(wallet));
        yes(&mut desk, largest(wallet));
    }
    assert_eq!(no(&mut desk, Act::Grant(gift("0.000001"))), Refusal::AmountTooLarge);
    // Another account has room.
    yes(&mut desk, Act::Grant(GrantTerms { source: Source::Purchased, ..gift("0.000001") }));
}
