//! What becomes of a line: what is asked of it, and what falls due by itself when a cycle ends.

use money::{Timestamp, Unit};

use super::LineAct;
use super::bill::{decide_bill, decide_bill_paid, decide_bill_written_off};
use super::calendar::cycle_at;
use super::purchase::{
    allowance_made_up, decide_buying, decide_drop, decide_payment, decide_write_off, derived_grant, lot,
};
use super::record::{LineFact, LineRecord, Lot, Taken};
use super::state::{Cycle, Line, LineStatus, Session};
use super::traffic::{Judged, after_taken, decide_reading};
use crate::catalog::Catalog;
use crate::command::Source;
use crate::decide::{check_size, room};
use crate::decision::{Balance, Decision, Record, WalletNo};
use crate::refusal::Refusal;
use crate::wallet::{Grant, Wallet};

/// How far the clocks of two zones are apart at most, in microseconds: 26 h.
const ZONES_APART_MAX: i64 = 26 * Timestamp::HOUR;

/// What a wish for the line of wallet `no` leads to at `at`. Changes nothing.
pub(crate) fn decide_line(
    catalog: &Catalog,
    no: WalletNo,
    wallet: &Wallet,
    act: &LineAct,
    accepted_from: Timestamp,
    at: Timestamp,
) -> Result<Record, Refusal> {
    let (fact, balance) = match (&wallet.line, act) {
        (Some(_), LineAct::Open { .. }) => return Err(Refusal::LineExists),
        (None, LineAct::Open { .. }) => decide_opening(catalog, wallet, act, at)?,
        (None, _) => return Err(Refusal::LineUnknown),
        (Some(line), act) => decide_fact(catalog, wallet, line, act, accepted_from, at)?,
    };
    Ok(Record::Line(Box::new(LineRecord { wallet: no, fact, balance })))
}

fn decide_opening(
    catalog: &Catalog,
    wallet: &Wallet,
    act: &LineAct,
    at: Timestamp,
) -> Result<(LineFact, Balance), Refusal> {
    let LineAct::Open { line, plan, anchor_day } = act else { return Err(Refusal::LineUnknown) };
    if wallet.unit != Unit::BYTE {
        return Err(Refusal::UnitMismatch);
    }
    if !(1..=31).contains(anchor_day) {
        return Err(Refusal::AnchorDay);
    }
    let terms = catalog.plan(*plan).ok_or(Refusal::PlanUnknown)?;
    let (starts_at, ends_at) = cycle_at(catalog.zone(), *anchor_day, at);
    let cycle = Cycle { no: 1, starts_at, ends_at };
    let (allowance, balance) = allowance(wallet, *line, terms.allowance, ends_at)?;
    Ok((LineFact::Opened { line: *line, plan: *plan, anchor_day: *anchor_day, cycle, allowance }, balance))
}

fn decide_fact(
    catalog: &Catalog,
    wallet: &Wallet,
    line: &Line,
    act: &LineAct,
    accepted_from: Timestamp,
    at: Timestamp,
) -> Result<(LineFact, Balance), Refusal> {
    let unmoved = |fact| Ok((fact, wallet.balance));
    match act {
        LineAct::Open { .. } => Err(Refusal::LineExists),
        LineAct::ChangePlan { .. } | LineAct::SetStatus { .. } if line.status == LineStatus::Cancelled => {
            Err(Refusal::LineCancelled)
        }
        LineAct::ChangePlan { plan } => {
            let terms = catalog.plan(*plan).ok_or(Refusal::PlanUnknown)?;
            let (allowance, balance) = allowance_made_up(wallet, line, terms)?;
            Ok((LineFact::PlanChanged { plan: *plan, allowance }, balance))
        }
        LineAct::SetStatus { status } => unmoved(LineFact::StatusSet { status: *status }),
        LineAct::Buy(buying) => decide_buying(catalog, wallet, line, buying, at),
        LineAct::Pay { purchase, grant, by } => decide_payment(wallet, line, purchase, *grant, *by, at),
        LineAct::Drop { purchase } => decide_drop(line, wallet, *purchase),
        LineAct::WriteOff { purchase, take_back } => decide_write_off(wallet, line, *purchase, *take_back),
        LineAct::Bill { item, amount } => unmoved(decide_bill(line, *item, *amount)?),
        LineAct::PayBill { amount, by } => unmoved(decide_bill_paid(line, *amount, *by)?),
        LineAct::WriteOffBill { amount } => unmoved(decide_bill_written_off(line, *amount)?),
        LineAct::Read(reading) => {
            let (plan, zone) = (catalog.plan(line.plan), catalog.zone());
            decide_reading(&Judged { wallet, line, plan, zone, accepted_from, at }, reading)
        }
        LineAct::EndSessions { nas, behind, at: ended_at } => {
            let ended_at = (*ended_at).min(at);
            let is_over = |session: &Session| session.ends_with(*nas, *behind, ended_at);
            let over = line.sessions.iter().filter(|(_, session)| is_over(session));
            let over: Vec<u128> = over.map(|(name, _)| *name).collect();
            if over.is_empty() {
                return Err(Refusal::ReadingOld);
            }
            unmoved(LineFact::SessionsClosed { sessions: over })
        }
        LineAct::AddUse { total, outside } => {
            if *total <= 0 || *outside < 0 || outside > total {
                return Err(Refusal::AmountNotPositive);
            }
            check_size(*total)?;
            let (burns, debt) = wallet.plan_burn(total - outside);
            let taken = Taken { total: *total, outside: *outside, earlier: 0, burns, debt };
            let balance = after_taken(wallet, &taken)?;
            Ok((LineFact::Used(taken), balance))
        }
        LineAct::Restrict { .. } if line.is_restricted() => Err(Refusal::ReadingOld),
        LineAct::Restrict { at: since } => unmoved(LineFact::Restricted { at: (*since).min(at) }),
        LineAct::Restore { .. } if !line.is_restricted() => Err(Refusal::ReadingOld),
        LineAct::Restore { at: since } => {
            let from = line.restricted.last().map_or(*since, |span| span.from);
            unmoved(LineFact::Restored { at: (*since).min(at).max(from) })
        }
    }
}

/// What the end of the cycle does to a wallet at its own due time, after all else that was due then: overshoot ends with the
/// cycle, and the next one begins with its allowance.
pub(crate) fn due_on_line(
    catalog: &Catalog,
    no: WalletNo,
    wallet: &Wallet,
    at: Timestamp,
) -> Option<Decision> {
    let line = wallet.line.as_ref()?;
    let starts_at = line.turns_at().filter(|turns_at| *turns_at <= at)?;
    let cycle = Cycle { no: line.cycle.no + 1, starts_at, ends_at: next_end(catalog, line) };
    let forgiven = wallet.debt;
    let mut without_debt = Balance { posted: wallet.balance.posted + forgiven, ..wallet.balance };
    let granted = catalog.plan(line.plan).map_or(line.terms.allowance, |plan| plan.allowance);
    // Nobody could be told of a refusal here: a plan that gives more than can be held gives what can be.
    let granted = granted.min(room(wallet, without_debt.posted));
    let allowance = (granted > 0).then(|| {
        without_debt.posted += granted;
        Lot {
            grant_no: wallet.next_grant_no(),
            grant: derived_grant(wallet, line.id),
            amount: granted,
            expires_at: cycle.ends_at,
            debt_paid: 0,
        }
    });
    let fact = LineFact::CycleBegan { cycle, forgiven, allowance };
    let record = Record::Line(Box::new(LineRecord { wallet: no, fact, balance: without_debt }));
    Some(Decision { at: starts_at, key: None, record })
}

/// What becomes of an allowance that ends with its cycle, where the plan lets some of it live on.
pub(crate) fn carry(
    catalog: &Catalog,
    no: WalletNo,
    wallet: &Wallet,
    grant_no: u32,
    grant: &Grant,
) -> Option<Record> {
    let line = wallet.line.as_ref().filter(|line| line.status != LineStatus::Cancelled)?;
    let carried_max = catalog.plan(line.plan)?.carried_max?;
    let ends_at = line.cycle.ends_at;
    if grant.source != Source::Allowance || grant.expires_at != Some(ends_at) {
        return None;
    }
    // One cycle may have several allowances, after a change of plan: the limit holds for all of them together.
    let next_end = next_end(catalog, line);
    let carried: i64 = wallet
        .live_grants()
        .filter(|(_, other)| other.source == Source::Carried && other.expires_at == Some(next_end))
        .map(|(_, other)| other.remaining)
        .sum();
    let amount = grant.free().min((carried_max - carried).max(0));
    if amount == 0 {
        return None;
    }
    let lost = grant.free() - amount;
    let lot = Lot {
        grant_no: wallet.next_grant_no(),
        grant: derived_grant(wallet, line.id),
        amount,
        expires_at: next_end,
        debt_paid: 0,
    };
    let balance = Balance { posted: wallet.balance.posted - lost, ..wallet.balance };
    let fact = LineFact::Carried { grant_no, lost, lot };
    Some(Record::Line(Box::new(LineRecord { wallet: no, fact, balance })))
}

/// When the cycle after the one that runs will end. It begins where that one ends, by the clocks of the zone in which that was said: where
/// the operator has moved to another zone since, the anchor day may begin there some hours later, which makes no cycle of its own.
fn next_end(catalog: &Catalog, line: &Line) -> Timestamp {
    let starts_at = line.cycle.ends_at;
    let end_after = |at| cycle_at(catalog.zone(), line.anchor_day, at).1;
    let ends_at = end_after(starts_at);
    if ends_at.since(starts_at) > ZONES_APART_MAX { ends_at } else { end_after(ends_at) }
}

fn allowance(
    wallet: &Wallet,
    line: money::LineId,
    amount: i64,
    ends_at: Timestamp,
) -> Result<(Option<Lot>, Balance), Refusal> {
    if amount <= 0 {
        return Ok((None, wallet.balance));
    }
    check_size(amount)?;
    let (lot, balance) = lot(wallet, derived_grant(wallet, line), amount, ends_at)?;
    Ok((Some(lot), balance))
}
