//! Each rule of buying a pack, of its payment, and of what becomes of it if nobody pays.

mod desk;

use book::{
    Account, Awaiting, Buying, Charging, KeySpace, LineAct, LineStatus, Pack, PackNo, PaidBy, Plan, PlanNo,
    PurchaseRules, Release, TakeBack, Validity,
};
use desk::joao::{
    JOAO, act, ask, brl, buying, buys, catalog, joao, kinds, line, no, pack, plan, purchase, reads, uses, yes,
};
use desk::{Desk, key, time, total};
use money::{GrantId, Unit};

fn status(status: LineStatus) -> LineAct {
    LineAct::SetStatus { status }
}

/// A payment of purchase `no`, with all that a webhook would bring.
fn pay(no: u128) -> LineAct {
    let purchase = Awaiting {
        purchase: purchase(no),
        pack: PackNo(1),
        charging: Charging::Pix,
        quantity: 100,
        price: brl("24.90"),
        validity: Validity::Cycle,
    };
    LineAct::Pay { purchase, grant: GrantId::from_u128(0xd00 + no), by: PaidBy::Pix }
}

/// A line whose allowance has been used, so that packs may be bought.
fn at_zero(pack: Pack) -> Desk {
    let mut desk = joao([plan()], [pack]);
    uses(&mut desk, 1_000);
    desk
}

/// What an account of the chart comes to in reais.
fn booked(desk: &Desk, account: Account) -> i128 {
    let found = desk.book.accounts().find(|(known, unit, _)| (*known, *unit) == (account, Unit::BRL));
    found.map_or(0, |(.., sum)| sum)
}

#[test]
fn of_several_reasons_not_to_sell_the_first_is_told() {
    let limits = PurchaseRules { balance_max: 0, unpaid_max: Some(brl("30.00")) };
    let plans =
        [Plan { purchases: Some(limits), ..plan() }, Plan { no: PlanNo(2), purchases: None, ..plan() }];
    let rare = Pack { per_cycle_max: Some(1), chargings: vec![Charging::Boleto, Charging::Pix], ..pack() };
    let other = Pack { no: PackNo(2), plan: PlanNo(2), ..pack() };
    let mut desk = joao(plans.clone(), [rare, other]);
    let mut wish = Buying { pack: PackNo(2), quantity: 99, sequence: 9, ..buying(&desk, 9, Charging::Card) };
    let buy = |desk: &mut Desk, wish: Buying| {
        ask(desk, LineAct::Buy(wish)).map_or_else(|refusal| refusal.code(), |_| "sold")
    };

    // Each line puts one thing right.
    yes(&mut desk, LineAct::ChangePlan { plan: PlanNo(2) });
    yes(&mut desk, status(LineStatus::Blocked));
    assert_eq!(buy(&mut desk, wish), "already_bought");
    wish.sequence = 0;
    assert_eq!(buy(&mut desk, wish), "line_blocked");
    yes(&mut desk, status(LineStatus::Enabled));
    assert_eq!(buy(&mut desk, wish), "purchases_not_supported");
    yes(&mut desk, LineAct::ChangePlan { plan: PlanNo(1) });
    assert_eq!(buy(&mut desk, wish), "balance_positive");
    uses(&mut desk, 1_000);
    assert_eq!(buy(&mut desk, wish), "pack_unknown", "a pack of another plan");
    assert_eq!(buy(&mut desk, Buying { pack: PackNo(3), ..wish }), "pack_unknown");
    wish.pack = PackNo(1);
    assert_eq!(buy(&mut desk, wish), "pack_changed", "its quantity");
    wish.quantity = 100;
    assert_eq!(buy(&mut desk, Buying { price: brl("24.89"), ..wish }), "pack_changed", "its price");
    assert_eq!(buy(&mut desk, Buying { price: desk::usd("24.90"), ..wish }), "pack_changed", "its currency");
    assert_eq!(buy(&mut desk, wish), "charging_not_offered");
    wish.charging = Charging::Boleto;
    assert_eq!(buy(&mut desk, wish), "sold");
    uses(&mut desk, 250);
    assert_eq!(buy(&mut desk, wish), "already_bought", "also where debt leaves the balance below zero");
    wish = Buying { sequence: 1, ..wish };
    assert_eq!(buy(&mut desk, wish), "already_bought", "a purchase that waits for its payment has this name");
    wish.purchase = purchase(10);
    assert_eq!(buy(&mut desk, wish), "pack_too_small");
    desk.at("2026-11-21T14:13:00-03:00");
    yes(&mut desk, pay(20));
    assert_eq!(buy(&mut desk, wish), "pack_limit");
    desk.catalog = catalog(plans, [pack()]);
    assert_eq!(buy(&mut desk, wish), "unpaid_limit");
    yes(&mut desk, pay(9));
    assert_eq!(buy(&mut desk, wish), "sold");
    yes(&mut desk, status(LineStatus::Cancelled));
    wish = Buying { sequence: 2, purchase: purchase(11), ..wish };
    assert_eq!(buy(&mut desk, wish), "line_cancelled");
}

#[test]
fn the_limit_of_what_is_unpaid_bars_only_what_would_be_owed() {
    use Charging::{Boleto, Card, NextInvoice, Pix};
    use Release::{OnPayment, OnPurchase};
    for (release, charging, code) in [
        (OnPurchase, Boleto, "unpaid_limit"),
        (OnPurchase, NextInvoice, "unpaid_limit"),
        (OnPurchase, Card, "sold"),
        (OnPurchase, Pix, "sold"),
        (OnPayment, Boleto, "sold"),
        (OnPayment, NextInvoice, "sold"),
        (OnPayment, Pix, "sold"),
    ] {
        let limits = PurchaseRules { balance_max: 10_000, unpaid_max: Some(brl("30.00")) };
        let mut desk = joao(
            [Plan { purchases: Some(limits), ..plan() }],
            [pack(), Pack { no: PackNo(2), release, ..pack() }],
        );
        let first = buying(&desk, 1, Boleto);
        yes(&mut desk, LineAct::Buy(first));
        let wish = Buying { pack: PackNo(2), ..buying(&desk, 2, charging) };
        let told = ask(&mut desk, LineAct::Buy(wish)).map_or_else(|refusal| refusal.code(), |_| "sold");
        assert_eq!(told, code, "{release:?} {charging:?}");
    }
}

#[test]
fn somebody_who_bought_since_the_page_was_drawn_is_told_before_what_it_did_to_the_balance() {
    let mut desk = at_zero(pack());
    let (first, second) = (buying(&desk, 1, Charging::Boleto), buying(&desk, 2, Charging::Boleto));
    yes(&mut desk, LineAct::Buy(first));
    assert_eq!(desk.wallet(JOAO).balance.posted, 100);
    assert_eq!(no(&mut desk, LineAct::Buy(second)), "already_bought");
    let fresh = buying(&desk, 2, Charging::Boleto);
    assert_eq!(no(&mut desk, LineAct::Buy(fresh)), "balance_positive");
}

#[test]
fn a_pack_must_bring_the_balance_above_zero() {
    for (used, code) in [(1_099, None), (1_100, Some("pack_too_small")), (1_101, Some("pack_too_small"))] {
        let mut desk = joao([plan()], [pack()]);
        uses(&mut desk, used);
        let buying = buying(&desk, 1, Charging::Boleto);
        assert_eq!(ask(&mut desk, LineAct::Buy(buying)).err().map(|refusal| refusal.code()), code, "{used}");
    }
}

#[test]
fn a_pack_without_bytes_or_price_is_not_sold() {
    let [none, below] = [0, -5].map(|quantity| Pack { quantity, ..pack() });
    for pack in [none, below, Pack { price: brl("0"), ..pack() }] {
        let rules = PurchaseRules { balance_max: 2_000, unpaid_max: None };
        let (quantity, price) = (pack.quantity, pack.price);
        let mut desk = joao([Plan { purchases: Some(rules), ..plan() }], [pack]);
        let buying = Buying { quantity, price, ..buying(&desk, 1, Charging::Boleto) };
        assert_eq!(no(&mut desk, LineAct::Buy(buying)), "amount_not_positive");
    }
}

#[test]
fn a_pack_is_released_at_once_or_when_it_is_paid() {
    use Charging::{Boleto, Card, NextInvoice, Pix};
    use Release::{OnPayment, OnPurchase};
    for (release, charging, kind, balance) in [
        (OnPurchase, Boleto, "bought", 100),
        (OnPurchase, NextInvoice, "bought", 100),
        (OnPurchase, Card, "awaits", 0),
        (OnPurchase, Pix, "awaits", 0),
        (OnPayment, Boleto, "awaits", 0),
        (OnPayment, NextInvoice, "awaits", 0),
        (OnPayment, Card, "awaits", 0),
        (OnPayment, Pix, "awaits", 0),
    ] {
        let mut desk = at_zero(Pack { release, ..pack() });
        assert_eq!(kinds(&buys(&mut desk, 1, charging)), [kind], "{release:?} {charging:?}");
        assert_eq!(desk.wallet(JOAO).balance.posted, balance);
        assert_eq!(line(&desk).awaiting.is_some(), kind == "awaits");
        assert_eq!(line(&desk).unpaid.len(), usize::from(kind == "bought"));
        assert_eq!(line(&desk).sequence, 1);
    }
}

#[test]
fn one_purchase_of_a_line_waits_for_its_payment() {
    let mut desk = at_zero(pack());
    buys(&mut desk, 1, Charging::Pix);
    let second = buying(&desk, 2, Charging::Boleto);
    assert_eq!(no(&mut desk, LineAct::Buy(second)), "purchase_awaiting");
    assert_eq!(no(&mut desk, LineAct::Drop { purchase: purchase(2) }), "purchase_unknown");
    yes(&mut desk, LineAct::Drop { purchase: purchase(1) });
    assert_eq!(no(&mut desk, LineAct::Drop { purchase: purchase(1) }), "purchase_unknown");
    yes(&mut desk, LineAct::Buy(second));
    // The one that was dropped was paid after all: that always releases, and leaves the other as it is.
    assert_eq!(kinds(&yes(&mut desk, pay(1))), ["released"]);
    reads(&desk, [0, 1_000, 200, 0, 1_000, 0], 200);
    assert_eq!(line(&desk).unpaid.len(), 1);
    assert_eq!(line(&desk).released_count(), 2);
}

#[test]
fn a_purchase_is_released_once_by_its_payments_key() {
    let mut desk = at_zero(pack());
    buys(&mut desk, 1, Charging::Pix);
    let keyed = |desk: &mut Desk| {
        kinds(&desk.tell_keyed(key(KeySpace::Forever, 1, 0), act(pay(1))).expect("a payment"))
    };
    assert_eq!(keyed(&mut desk), ["released"]);
    assert_eq!(line(&desk).awaiting, None);
    assert!(keyed(&mut desk).is_empty(), "the second payment of the same purchase releases nothing");
    reads(&desk, [0, 1_000, 100, 0, 1_000, 0], 100);
    assert_eq!(booked(&desk, Account::ClearingPix), -24_900_000);
    assert_eq!(booked(&desk, Account::RevenuePack), 24_900_000);
}

#[test]
fn what_was_released_before_is_only_settled() {
    let mut desk = at_zero(pack());
    buys(&mut desk, 1, Charging::Boleto);
    assert_eq!(booked(&desk, Account::Receivable), -24_900_000);
    assert_eq!(kinds(&yes(&mut desk, pay(1))), ["paid"]);
    reads(&desk, [0, 1_000, 100, 0, 1_000, 0], 100);
    assert!(line(&desk).unpaid.is_empty());
    assert_eq!(booked(&desk, Account::Receivable), 0);
    assert_eq!([Unit::BRL, Unit::BYTE].map(|unit| total(&desk.book, unit)), [0, 0]);
}

#[test]
fn a_cancelled_line_releases_nothing_and_settles_what_it_owes() {
    let mut desk = at_zero(pack());
    buys(&mut desk, 1, Charging::Boleto);
    yes(&mut desk, status(LineStatus::Cancelled));
    assert_eq!(no(&mut desk, pay(2)), "line_cancelled");
    assert_eq!(kinds(&yes(&mut desk, pay(1))), ["paid"]);
}

#[test]
fn a_blocked_line_releases_what_is_paid() {
    let mut desk = at_zero(pack());
    buys(&mut desk, 1, Charging::Pix);
    yes(&mut desk, status(LineStatus::Blocked));
    assert_eq!(kinds(&yes(&mut desk, pay(1))), ["released"]);
}

#[test]
fn a_pack_lives_until_the_cycle_ends_or_so_many_days() {
    for (validity, ends) in [
        (Validity::Cycle, "2026-12-01T00:00:00-03:00"),
        (Validity::Days(30), "2026-12-21T14:12:00-03:00"),
        (Validity::Days(0), "2026-11-22T14:12:00-03:00"),
    ] {
        let mut desk = at_zero(Pack { validity, ..pack() });
        buys(&mut desk, 1, Charging::Boleto);
        assert_eq!(desk.wallet(JOAO).grants[1].expires_at, Some(time(ends)), "{validity:?}");
    }
    let mut desk = at_zero(Pack { validity: Validity::Days(30), ..pack() });
    buys(&mut desk, 1, Charging::Boleto);
    desk.at("2026-12-01T00:00:00-03:00");
    reads(&desk, [100, 1_000, 0, 0, 0, 0], 1_100);
    desk.at("2026-12-21T14:12:00-03:00");
    reads(&desk, [100, 1_000, 0, 0, 0, -100], 1_000);
}

#[test]
fn a_purchase_is_written_off_with_or_without_taking_back_its_rest() {
    for (take_back, balance, adjusted) in [(TakeBack::Rest, 0, -70), (TakeBack::Nothing, 70, 0)] {
        let mut desk = at_zero(pack());
        buys(&mut desk, 1, Charging::Boleto);
        uses(&mut desk, 30);
        let write_off = LineAct::WriteOff { purchase: purchase(1), take_back };
        yes(&mut desk, write_off.clone());
        reads(&desk, [0, 1_000, 100, 0, 1_030, adjusted], balance);
        assert_eq!(booked(&desk, Account::Receivable), 0);
        assert_eq!(booked(&desk, Account::WrittenOff), -24_900_000);
        assert_eq!(no(&mut desk, write_off), "purchase_unknown");
        assert_eq!(kinds(&yes(&mut desk, pay(1))), ["recovered"], "paid after all");
        // What was taken back is given again, and no byte more than was bought.
        reads(&desk, [0, 1_000, 100, 0, 1_030, 0], 70);
        assert_eq!((booked(&desk, Account::WrittenOff), total(&desk.book, Unit::BRL)), (0, 0));
    }
}

#[test]
fn what_has_ended_with_the_cycle_is_not_taken_back() {
    let mut desk = at_zero(pack());
    buys(&mut desk, 1, Charging::Boleto);
    desk.at("2026-12-01T00:00:00-03:00");
    yes(&mut desk, LineAct::WriteOff { purchase: purchase(1), take_back: TakeBack::Rest });
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
}
