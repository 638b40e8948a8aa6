//! What is owed for a line beside its purchases, as invoices say, and that nothing is paid that was not billed.

mod desk;

use book::{
    Account, Act, BillItem, Billed, Book, GrantTerms, KeySpace, LineAct, OverpaidTo, PaidBy, Source,
    TakenBackCause,
};
use desk::joao::{act, brl, joao, line, no, pack, plan, reads, yes};
use desk::{ANA, Desk, gift, key, open, total};
use money::Unit;

fn bill(amount: &str) -> LineAct {
    LineAct::Bill { item: BillItem::Fee, amount: brl(amount) }
}

fn adjust(amount: &str) -> LineAct {
    LineAct::Bill { item: BillItem::Adjustment, amount: brl(amount) }
}

fn pay(amount: &str) -> LineAct {
    LineAct::PayBill { amount: brl(amount), by: PaidBy::Boleto }
}

/// What an account comes to in reais: what it was credited is above zero.
fn booked(desk: &Desk, account: Account) -> i128 {
    let found = desk.book.accounts().find(|(known, unit, _)| (*known, *unit) == (account, Unit::BRL));
    found.map_or(0, |(.., sum)| sum) / 10_000
}

#[test]
fn a_fee_is_owed_then_paid_and_moves_no_byte() {
    let mut desk = joao([plan()], [pack()]);
    yes(&mut desk, bill("79.90"));
    assert_eq!((booked(&desk, Account::Receivable), booked(&desk, Account::RevenuePlan)), (-7_990, 7_990));
    yes(&mut desk, pay("79.90"));
    let owed = booked(&desk, Account::Receivable);
    assert_eq!((owed, booked(&desk, Account::ClearingBoleto)), (0, -7_990));
    assert_eq!(total(&desk.book, Unit::BRL), 0);
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
}

#[test]
fn only_what_is_owed_can_be_paid_or_written_off() {
    let mut desk = joao([plan()], [pack()]);
    assert_eq!(no(&mut desk, pay("1.00")), "not_billed");
    assert_eq!(no(&mut desk, bill("0.00")), "amount_not_positive");
    assert_eq!(no(&mut desk, bill("-1.00")), "amount_not_positive", "a fee is never below zero");
    yes(&mut desk, bill("10.00"));
    for wish in [pay("10.01"), pay("-1.00"), LineAct::WriteOffBill { amount: brl("11.00") }] {
        assert_eq!(no(&mut desk, wish), "not_billed");
    }
    assert_eq!(no(&mut desk, pay("0.00")), "amount_not_positive");
    let dollars = LineAct::PayBill { amount: desk::usd("1.00"), by: PaidBy::Hand };
    assert_eq!(no(&mut desk, dollars), "unit_mismatch");
    yes(&mut desk, pay("4.00"));
    yes(&mut desk, LineAct::WriteOffBill { amount: brl("6.00") });
    assert_eq!(no(&mut desk, pay("0.01")), "not_billed");
    assert_eq!((booked(&desk, Account::Receivable), booked(&desk, Account::WrittenOff)), (0, -600));
    assert_eq!(total(&desk.book, Unit::BRL), 0);
}

#[test]
fn a_correction_goes_in_either_direction() {
    let mut desk = joao([plan()], [pack()]);
    yes(&mut desk, adjust("-5.00"));
    assert_eq!((booked(&desk, Account::Receivable), booked(&desk, Account::Adjustment)), (500, -500));
    assert_eq!(no(&mut desk, pay("5.00")), "not_billed", "it is the customer to whom that is owed");
    yes(&mut desk, adjust("3.00"));
    assert_eq!(no(&mut desk, pay("-5.01")), "not_billed");
    // Both are open at the same time, and either can be settled first.
    yes(&mut desk, pay("3.00"));
    yes(&mut desk, pay("-5.00"));
    assert_eq!((booked(&desk, Account::Receivable), booked(&desk, Account::ClearingBoleto)), (0, 200));
    assert_eq!(total(&desk.book, Unit::BRL), 0);
}

#[test]
fn a_month_is_billed_once_and_a_snapshot_knows_what_is_owed() {
    let mut desk = joao([plan()], [pack()]);
    let month = key(KeySpace::Forever, 202_612, 1);
    desk.tell_keyed(month, act(bill("79.90"))).expect("the first time");
    assert!(desk.tell_keyed(month, act(bill("79.90"))).expect("the same again").is_empty(), "nothing new");
    assert_eq!(booked(&desk, Account::Receivable), -7_990);
    desk.book = Book::from_snapshot(&desk.book.to_snapshot()).expect("a snapshot that can be read");
    assert_eq!(line(&desk).billed, Some(Billed { owed: brl("79.90"), owed_back: brl("0.00") }));
}

#[test]
fn money_that_came_twice_is_credit_from_where_it_came() {
    let from =
        [Account::ClearingBoleto, Account::ClearingPix, Account::ClearingStripe, Account::ClearingHand];
    for (account, (by, _)) in from.into_iter().zip(PaidBy::ALL) {
        let mut desk = joao([plan()], [pack()]);
        desk.tell(open(ANA, Unit::BRL, 0)).expect("a wallet for money");
        let terms = GrantTerms { amount: brl("24.90"), source: Source::Overpaid(by), ..gift("1.00") };
        desk.tell(Act::Grant(terms)).expect("credit");
        assert_eq!(desk.balance(ANA)[0], "24.90");
        assert_eq!(booked(&desk, account), -2_490);
        assert_eq!(total(&desk.book, Unit::BRL), 0);
    }
}

fn overpay(desk: &mut Desk, amount: &str) {
    let source = Source::Overpaid(PaidBy::Pix);
    desk.tell(Act::Grant(GrantTerms { amount: brl(amount), source, ..gift("1.00") })).expect("credit");
}

fn take(amount: &str, to: OverpaidTo) -> Act {
    Act::TakeOverpaid { wallet: ANA, amount: brl(amount), to }
}

#[test]
fn credit_taken_off_an_invoice_leaves_nothing_in_between() {
    let mut desk = joao([plan()], [pack()]);
    desk.tell(open(ANA, Unit::BRL, 0)).expect("a wallet for money");
    overpay(&mut desk, "24.90");
    yes(&mut desk, bill("79.90"));
    desk.tell(take("20.00", OverpaidTo::Invoice)).expect("it is there");
    assert_eq!(booked(&desk, Account::ClearingCredit), 2_000, "on its way");
    yes(&mut desk, LineAct::Bill { item: BillItem::Credit, amount: brl("-20.00") });
    assert_eq!((booked(&desk, Account::ClearingCredit), booked(&desk, Account::Receivable)), (0, -5_990));
    yes(&mut desk, pay("79.90"));
    yes(&mut desk, pay("-20.00"));
    assert_eq!((booked(&desk, Account::Receivable), booked(&desk, Account::ClearingBoleto)), (0, -5_990));
    assert_eq!((booked(&desk, Account::RevenuePlan), desk.balance(ANA)[0].as_str()), (7_990, "4.90"));
    assert_eq!(total(&desk.book, Unit::BRL), 0);
}

#[test]
fn only_credit_that_was_overpaid_is_taken_and_no_more_than_is_left() {
    let mut desk = joao([plan()], [pack()]);
    desk.tell(open(ANA, Unit::BRL, 0)).expect("a wallet for money");
    desk.tell(Act::Grant(GrantTerms { amount: brl("50.00"), ..gift("1.00") })).expect("a gift");
    overpay(&mut desk, "25.00");
    overpay(&mut desk, "5.00");
    for (amount, code) in
        [("30.01", "insufficient_credit"), ("0.00", "amount_not_positive"), ("-1.00", "amount_not_positive")]
    {
        let refused = desk.tell(take(amount, OverpaidTo::Invoice)).expect_err("that is not there");
        assert_eq!(refused.code(), code, "{amount}");
    }
    for (to, account) in [
        (OverpaidTo::GivenBack(PaidBy::Pix), Account::ClearingPix),
        (OverpaidTo::GivenBack(PaidBy::Hand), Account::ClearingHand),
        (OverpaidTo::TakenBack(TakenBackCause::Refund), Account::Adjustment),
        (OverpaidTo::TakenBack(TakenBackCause::Dispute), Account::Disputed),
    ] {
        let before = booked(&desk, account);
        desk.tell(take("7.50", to)).expect("it is there");
        assert_eq!(booked(&desk, account) - before, 750);
    }
    assert_eq!(desk.balance(ANA)[0], "50.00", "what was given is as it was");
    assert!(desk.tell(take("0.01", OverpaidTo::Invoice)).is_err(), "nothing is left");
    assert_eq!(total(&desk.book, Unit::BRL), 0);
}
