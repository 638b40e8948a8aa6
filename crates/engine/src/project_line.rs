//! What facts about lines mean for the views.

use std::borrow::Cow;

use crate::projector::BalanceCause;
use book::{LineFact, LineRecord, Lot, Record, Source, Taken};
use money::{Amount, Quantity, Timestamp};
use store::views::{
    CycleRow, GrantRow, GrantState, LineChange, LineRow, PurchaseRow, PurchaseState, SessionRow, TermsMoved,
    ViewChange, ViewChanges, ZeroRatedRow,
};

/// The priority that a line's grants have.
const PRIORITY: u8 = 100;

/// What `record`, which moved the wallet by `amount`, means for the line on it. On a wallet that is no line's, the store finds no
/// cycle to move.
pub(crate) fn project_line(record: &Record, at: Timestamp, amount: i64, out: &mut ViewChanges) {
    let Some(wallet) = record.wallet() else { return };
    let wallet_no = wallet.0;
    match record {
        Record::Line(record) => project_fact(record, at, out),
        _ if amount != 0 => {
            moved(wallet_no, 0, TermsMoved { adjustments: amount, ..TermsMoved::default() }, out);
        }
        _ => {}
    }
}

fn project_fact(record: &LineRecord, at: Timestamp, out: &mut ViewChanges) {
    let wallet_no = record.wallet.0;
    let nothing = TermsMoved::default();
    let mut change = |change| out.push(ViewChange::Line(change));
    match &record.fact {
        LineFact::Opened { line, plan, anchor_day, cycle, .. } => change(LineChange::Opened(
            LineRow {
                wallet_no,
                line: *line,
                plan_no: plan.0,
                status: book::LineStatus::Enabled.code().to_owned(),
                anchor_day: *anchor_day,
                cycle_no: cycle.no,
                sequence: 0,
                restricted_since: None,
                restored_at: None,
                opened_at: at,
            },
            cycle_row(record, cycle, lot_of(&record.fact).map_or(0, |(lot, _)| lot.amount)),
        )),
        LineFact::CycleBegan { cycle, forgiven, .. } => {
            if *forgiven > 0 {
                moved(wallet_no, 0, TermsMoved { outside: *forgiven, ..nothing }, out);
            }
            let allowance = lot_of(&record.fact).map_or(0, |(lot, _)| lot.amount);
            out.push(ViewChange::Line(LineChange::CycleBegan(cycle_row(record, cycle, allowance))));
        }
        LineFact::Carried { lost, .. } => {
            moved(wallet_no, 0, TermsMoved { adjustments: -lost, ..nothing }, out);
        }
        LineFact::PlanChanged { plan, allowance } => {
            change(LineChange::PlanSet { wallet_no, plan_no: plan.0 });
            let allowance = allowance.map_or(0, |lot| lot.amount);
            moved(wallet_no, 0, TermsMoved { allowance, ..nothing }, out);
        }
        LineFact::StatusSet { status } => {
            change(LineChange::StatusSet { wallet_no, status: status.code().to_owned() });
        }
        LineFact::Bought { .. } | LineFact::Awaits { .. } | LineFact::Released { .. } => {
            project_purchase(record, at, out);
        }
        LineFact::Paid { purchase, by, .. } => change(LineChange::PurchaseSet {
            purchase: *purchase,
            state: PurchaseState::Paid,
            paid_at: Some(at),
            paid_by: Some(by.code().to_owned()),
        }),
        LineFact::Dropped { purchase } => change(LineChange::PurchaseSet {
            purchase: *purchase,
            state: PurchaseState::Dropped,
            paid_at: None,
            paid_by: None,
        }),
        LineFact::WrittenOff { purchase, burns, .. } => {
            change(LineChange::PurchaseSet {
                purchase: *purchase,
                state: PurchaseState::WrittenOff,
                paid_at: None,
                paid_by: None,
            });
            moved(wallet_no, 0, TermsMoved { adjustments: -burns.total(), ..nothing }, out);
        }
        LineFact::Read(read) => {
            change(LineChange::SessionRead(SessionRow {
                wallet_no,
                session: read.session.to_be_bytes().to_vec(),
                nas_no: read.after.nas,
                state: session_state(read.after.state).to_owned(),
                started_at: read.after.started_at,
                read_at: read.after.read_at,
                input: read.after.input,
                output: read.after.output,
                anomaly: read.anomaly.map(|anomaly| anomaly.code().to_owned()),
                traffic_no: read.after.traffic.map(|traffic| traffic.0),
            }));
            project_taken(wallet_no, &read.taken, read.after.read_at, out);
            project_zero_rated(wallet_no, read, out);
        }
        LineFact::Used(taken) => project_taken(wallet_no, taken, at, out),
        LineFact::SessionsClosed { sessions } => {
            let closed = |session: &u128| session.to_be_bytes().to_vec();
            change(LineChange::SessionsClosed { wallet_no, sessions: sessions.iter().map(closed).collect() });
        }
        LineFact::SessionsEnded { nas, .. } => change(LineChange::SessionsEnded { wallet_no, nas_no: *nas }),
        LineFact::Recovered { purchase, by, lot, .. } => {
            change(LineChange::PurchaseSet {
                purchase: *purchase,
                state: PurchaseState::Paid,
                paid_at: Some(at),
                paid_by: Some(by.code().to_owned()),
            });
            let adjustments = lot.map_or(0, |lot| lot.amount);
            moved(wallet_no, 0, TermsMoved { adjustments, ..nothing }, out);
        }
        // What is owed is told by invoices; the accounts are the book's.
        LineFact::Billed { .. } | LineFact::BillPaid { .. } | LineFact::BillWrittenOff { .. } => {}
        LineFact::Restricted { at } => change(LineChange::Restricted { wallet_no, at: *at }),
        LineFact::Restored { at } => change(LineChange::Restored { wallet_no, at: *at }),
    }
}

fn project_purchase(record: &LineRecord, at: Timestamp, out: &mut ViewChanges) {
    let wallet_no = record.wallet.0;
    let (purchase, state, released, paid_by) = match &record.fact {
        LineFact::Bought { purchase, .. } => (purchase, PurchaseState::Released, true, None),
        LineFact::Awaits { purchase } => (purchase, PurchaseState::Awaiting, false, None),
        LineFact::Released { purchase, by, .. } => {
            (purchase, PurchaseState::Paid, true, Some(by.code().to_owned()))
        }
        _ => return,
    };
    out.push(ViewChange::Line(LineChange::Purchased(PurchaseRow {
        purchase: purchase.purchase,
        wallet_no,
        pack_no: purchase.pack.0,
        charging: purchase.charging.code().to_owned(),
        quantity: purchase.quantity,
        price: Amount::new(purchase.price.value(), purchase.price.unit()),
        state,
        bought_at: at,
        released_at: released.then_some(at),
        restored_at: None,
        paid_at: paid_by.is_some().then_some(at),
        paid_by,
    })));
    if !matches!(record.fact, LineFact::Released { .. }) {
        out.push(ViewChange::Line(LineChange::SequenceMoved { wallet_no }));
    }
    if released {
        let by = TermsMoved { bought: purchase.quantity, released: 1, ..TermsMoved::default() };
        moved(wallet_no, 0, by, out);
    }
}

fn project_taken(wallet_no: u32, taken: &Taken, at: Timestamp, out: &mut ViewChanges) {
    let Taken { total, outside, earlier, .. } = *taken;
    if total > 0 || outside > 0 {
        moved(wallet_no, 0, TermsMoved { total, outside, ..TermsMoved::default() }, out);
    }
    if earlier > 0 {
        moved(wallet_no, 1, TermsMoved { total: earlier, outside: earlier, ..TermsMoved::default() }, out);
    }
    if total + outside + earlier > 0 {
        let (total, outside) = (total + earlier, outside + earlier);
        out.push(ViewChange::Line(LineChange::TrafficAdded { wallet_no, hour: at.hour(), total, outside }));
    }
}

/// What a reading makes free because of what it is, in the hour in which the traffic itself is told.
fn project_zero_rated(wallet_no: u32, read: &book::Read, out: &mut ViewChanges) {
    let Some(zero_rated) = &read.zero_rated else { return };
    // Counted nowhere else, it was outside in the cycle before, too.
    let earlier = if read.after.counts_all { 0 } else { read.taken.earlier };
    let (hour, traffic_no) = (read.after.read_at.hour(), zero_rated.traffic.0);
    let bytes = zero_rated.free + earlier;
    if bytes > 0 {
        let row = ZeroRatedRow { wallet_no, hour, traffic_no, bytes };
        out.push(ViewChange::Line(LineChange::ZeroRatedAdded(row)));
    }
}

fn moved(wallet_no: u32, back: u32, by: TermsMoved, out: &mut ViewChanges) {
    out.push(ViewChange::Line(LineChange::CycleMoved { wallet_no, back, by }));
}

fn cycle_row(record: &LineRecord, cycle: &book::Cycle, allowance: i64) -> CycleRow {
    CycleRow {
        wallet_no: record.wallet.0,
        cycle_no: cycle.no,
        starts_at: cycle.starts_at,
        ends_at: cycle.ends_at,
        carried: record.balance.posted - allowance,
        allowance,
        bought: 0,
        released: 0,
        outside: 0,
        total: 0,
        adjustments: 0,
    }
}

fn session_state(state: book::SessionState) -> &'static str {
    match state {
        book::SessionState::Open => "open",
        book::SessionState::Closed => "closed",
    }
}

/// What a fact means for the grants of its wallet.
pub(crate) fn line_grants(record: &LineRecord, at: Timestamp, out: &mut ViewChanges) {
    let wallet_no = record.wallet.0;
    let mut changed = |grant_no, remaining_delta, state| {
        out.push(ViewChange::GrantChanged { wallet_no, grant_no, remaining_delta, state });
    };
    match &record.fact {
        LineFact::Carried { grant_no, lost, lot } => {
            changed(*grant_no, -(lost + lot.amount), Some(GrantState::Expired));
        }
        LineFact::WrittenOff { burns, .. } => {
            burns.iter().for_each(|(grant_no, amount)| changed(grant_no, -amount, None));
        }
        LineFact::Read(book::Read { taken, zero_rated, .. }) => {
            taken.burns.iter().for_each(|(grant_no, amount)| changed(grant_no, -amount, None));
            let restored = zero_rated.iter().flat_map(|zero_rated| zero_rated.restored.iter());
            restored.for_each(|(grant_no, amount)| changed(grant_no, amount, None));
        }
        LineFact::Used(taken) => {
            taken.burns.iter().for_each(|(grant_no, amount)| changed(grant_no, -amount, None));
        }
        _ => {}
    }
    if let Some((lot, source)) = lot_of(&record.fact) {
        let cost = match &record.fact {
            LineFact::Bought { purchase, .. } | LineFact::Released { purchase, .. } => Some(purchase.price),
            LineFact::Recovered { price, .. } => Some(*price),
            _ => None,
        };
        out.push(ViewChange::GrantAdded(GrantRow {
            wallet_no,
            grant_no: lot.grant_no,
            id: lot.grant,
            source: Cow::Borrowed(super::projector::source_code(source)),
            reason: None,
            priority: PRIORITY,
            amount: lot.amount,
            remaining: lot.amount - lot.debt_paid,
            effective_at: None,
            expires_at: Some(lot.expires_at).filter(|expires_at| *expires_at < Timestamp::MAX),
            cost,
            payment: None,
            added_at: at,
            state: GrantState::Active,
        }));
    }
}

/// The grant that a fact added, and where it comes from.
pub(crate) fn lot_of(fact: &LineFact) -> Option<(&Lot, Source)> {
    match fact {
        LineFact::Opened { allowance, .. }
        | LineFact::CycleBegan { allowance, .. }
        | LineFact::PlanChanged { allowance, .. } => allowance.as_ref().map(|lot| (lot, Source::Allowance)),
        LineFact::Carried { lot, .. } => Some((lot, Source::Carried)),
        LineFact::Bought { lot, .. } | LineFact::Released { lot, .. } => Some((lot, Source::Purchased)),
        LineFact::Recovered { lot, .. } => lot.as_ref().map(|lot| (lot, Source::Purchased)),
        _ => None,
    }
}

/// All bytes that a fact tells were used in the cycle that runs.
pub(crate) fn used_bytes(fact: &LineFact) -> Option<Quantity> {
    let (LineFact::Read(book::Read { taken, .. }) | LineFact::Used(taken)) = fact else { return None };
    Some(Quantity::from_millionths(taken.total.saturating_mul(Quantity::ONE.millionths())))
}

/// Why `record` moved a line's balance by `amount`; `None` if it did not.
pub(crate) fn balance_cause(record: &Record, amount: i64) -> Option<BalanceCause> {
    let fact = match record {
        Record::Line(record) => Some(&record.fact),
        _ => None,
    };
    match fact {
        Some(LineFact::Opened { .. } | LineFact::CycleBegan { .. }) => Some(BalanceCause::CycleBegan),
        Some(LineFact::Bought { .. } | LineFact::Released { .. }) => Some(BalanceCause::PackReleased),
        Some(LineFact::Read(_) | LineFact::Used(_)) => (amount != 0).then_some(BalanceCause::Used),
        _ => (amount != 0).then_some(BalanceCause::Corrected(amount)),
    }
}

/// The code of a movement in statements.
pub(crate) fn line_kind(fact: &LineFact) -> Option<&'static str> {
    match fact {
        LineFact::Opened { .. } | LineFact::PlanChanged { .. } => Some("allowance"),
        LineFact::CycleBegan { allowance: Some(_), .. } => Some("allowance"),
        LineFact::CycleBegan { allowance: None, .. } => Some("forgiven"),
        LineFact::Carried { .. } => Some("expiry"),
        LineFact::Bought { .. } | LineFact::Released { .. } | LineFact::Recovered { lot: Some(_), .. } => {
            Some("pack")
        }
        LineFact::WrittenOff { .. } => Some("write_off"),
        LineFact::Read(_) | LineFact::Used(_) => Some("traffic"),
        _ => None,
    }
}
