//! João, his line, and the words in which the rules of lines are tested on it. Plans are of a size that one can add up in one's head.

use book::{
    Act, Buying, Catalog, Charging, FreeWindow, Line, LineAct, LineWish, Pack, PackNo, Plan, PlanNo,
    PurchaseRules, Record, Refusal, Release, Validity,
};
use money::{Amount, GrantId, LineId, PurchaseId, Timestamp, Unit, WalletId};

use super::{Desk, kind, open};

pub(crate) const JOAO: WalletId = WalletId::from_u128(0x10a0);
pub(crate) const LINE: LineId = LineId::from_u128(0x0197_0000_0000_7000_8000_0000_0000_1000);
/// From 23:00 to 06:00.
pub(crate) const NIGHT: FreeWindow = FreeWindow { from_minute: 23 * 60, to_minute: 6 * 60 };

/// 1,000 bytes a month that end with it, packs from zero down.
pub(crate) fn plan() -> Plan {
    Plan {
        no: PlanNo(1),
        allowance: 1_000,
        carried_max: None,
        purchases: Some(PurchaseRules { balance_max: 0, unpaid_max: None }),
        free: Vec::new(),
        zero_rated: Vec::new(),
    }
}

/// 100 bytes for R$ 24.90, charged in any way, released at once, until the cycle ends.
pub(crate) fn pack() -> Pack {
    Pack {
        no: PackNo(1),
        plan: PlanNo(1),
        quantity: 100,
        price: brl("24.90"),
        chargings: Charging::ALL.map(|(way, _)| way).to_vec(),
        release: Release::OnPurchase,
        validity: Validity::Cycle,
        per_cycle_max: None,
    }
}

pub(crate) fn catalog(
    plans: impl IntoIterator<Item = Plan>,
    packs: impl IntoIterator<Item = Pack>,
) -> Catalog {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").expect("a zone");
    Catalog::new([], 72 * Timestamp::HOUR).with_plans(zone, plans, packs)
}

/// João's line with plan 1 of these since 21 November, 14:12; its cycles begin on the first of the month.
pub(crate) fn joao(plans: impl IntoIterator<Item = Plan>, packs: impl IntoIterator<Item = Pack>) -> Desk {
    let mut desk = Desk::new(catalog(plans, packs), "2026-11-21T14:12:00-03:00");
    desk.tell(open(JOAO, Unit::BYTE, 0)).expect("a new wallet");
    yes(&mut desk, opening(1));
    desk
}

pub(crate) fn opening(anchor_day: u8) -> LineAct {
    LineAct::Open { line: LINE, plan: PlanNo(1), anchor_day }
}

pub(crate) fn act(act: LineAct) -> Act {
    Act::Line(Box::new(LineWish { wallet: JOAO, act }))
}

pub(crate) fn ask(desk: &mut Desk, wish: LineAct) -> Result<Vec<Record>, Refusal> {
    desk.tell(act(wish))
}

#[track_caller]
pub(crate) fn yes(desk: &mut Desk, wish: LineAct) -> Vec<Record> {
    ask(desk, wish).expect("this is allowed")
}

#[track_caller]
pub(crate) fn no(desk: &mut Desk, wish: LineAct) -> &'static str {
    ask(desk, wish).expect_err("this is refused").code()
}

pub(crate) fn line(desk: &Desk) -> &Line {
    desk.wallet(JOAO).line.as_deref().expect("João's line")
}

#[track_caller]
pub(crate) fn uses(desk: &mut Desk, total: i64) {
    yes(desk, LineAct::AddUse { total, outside: 0 });
}

/// Carried, allowance, bought, outside, total, adjustments; that they come to the balance; and that balance.
#[track_caller]
pub(crate) fn reads(desk: &Desk, terms: [i64; 6], balance: i64) {
    let is = line(desk).terms;
    let read = [is.carried, is.allowance, is.bought, is.outside, is.total, is.adjustments];
    let [carried, allowance, bought, outside, total, adjustments] = terms;
    assert_eq!((read, desk.wallet(JOAO).balance.posted), (terms, balance));
    assert_eq!(carried + allowance + bought + outside - total + adjustments, balance, "the terms add up");
    let no = desk.book.wallet_no(JOAO).expect("João's wallet");
    assert!(desk.book.wallet_adds_up(no));
}

/// Goes to a later instant; what became of the line by itself until then.
pub(crate) fn turns(desk: &mut Desk, instant: &str) -> Vec<Record> {
    let mut records = desk.at(instant);
    records.retain(|record| record.wallet().is_some());
    records
}

pub(crate) fn kinds(records: &[Record]) -> Vec<&'static str> {
    records.iter().map(kind).collect()
}

pub(crate) fn brl(text: &str) -> Amount {
    Amount::parse(text, Unit::BRL).expect("a test's amount is well formed")
}

pub(crate) fn purchase(no: u128) -> PurchaseId {
    PurchaseId::from_u128(0xb00 + no)
}

/// Purchase `no` of [`pack`] by `charging`, from a page that shows the line as it is.
pub(crate) fn buying(desk: &Desk, no: u128, charging: Charging) -> Buying {
    Buying {
        purchase: purchase(no),
        grant: GrantId::from_u128(0xc00 + no),
        pack: PackNo(1),
        quantity: 100,
        price: brl("24.90"),
        charging,
        sequence: line(desk).sequence,
    }
}

#[track_caller]
pub(crate) fn buys(desk: &mut Desk, no: u128, charging: Charging) -> Vec<Record> {
    let buying = buying(desk, no, charging);
    yes(desk, LineAct::Buy(buying))
}
