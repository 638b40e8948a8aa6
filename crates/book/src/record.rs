//! The journal's record format: one decision as bytes.
//!
//! A decision is a tag byte, the time since the decision before it in its batch, its key if it has one, and the fields of its
//! record. The tag's low six bits name the kind of record *and the version of its layout*: a layout that changes gets a new tag,
//! and the old one is read for ever. The two high bits say in which space the key is.

use money::{CustomerId, GrantId, PaymentId, Quantity, Timestamp, UnitPrice, WalletId};

use crate::catalog::{Anchor, MeterNo, Price};
use crate::clearing::MoneyMovement;
use crate::codec::{CodecError, Reader, Write};
use crate::command::{CommandKey, KeySpace, OverpaidTo, Reason, Source};
use crate::decision::{
    Balance, Burns, Decision, EntryRef, GrantAdded, Record, UsagePosted, WalletNo, WindowOpened,
};
use crate::line::{LineRecord, PaidBy, is_line_tag, place, read_line_fact, tag_of, write_line_fact};
use crate::taken_back::{TakenBackCause, read_taken_back, write_taken_back};

const OPENED: u8 = 1;
const WALLET_OPENED: u8 = 2;
const GRANT_ADDED: u8 = 3;
const GRANT_EFFECTIVE: u8 = 4;
const GRANT_EXPIRED: u8 = 5;
const CHARGED: u8 = 6;
const REVERSED: u8 = 7;
const DEDUCTED: u8 = 8;
const WINDOW_OPENED: u8 = 9;
const WINDOW_ACCRUED: u8 = 10;
const USAGE_COVERED: u8 = 11;
const USAGE_POSTED: u8 = 12;
const CLOCK_ADVANCED: u8 = 13;
const FORGOT: u8 = 14;

/// As [`REVERSED`], and which grants lost how much of it.
const REVERSED_TO_LOST: u8 = 36;
const TAKEN_BACK_SET: u8 = 37;
const MONEY_MOVED: u8 = 38;
const FROZEN_SET: u8 = 39;
const OVERPAID_TAKEN: u8 = 40;

const SPACE_SHIFT: u8 = 6;
const KIND_MASK: u8 = 0x3f;

/// Appends `decision` to `out`; `previous` is the time of the decision before it in the batch.
pub(crate) fn write_decision(out: &mut Vec<u8>, decision: &Decision, previous: Timestamp) {
    let space = match decision.key.map(|key| key.space) {
        None => 0,
        Some(KeySpace::Forever) => 1,
        Some(KeySpace::Request) => 2,
        Some(KeySpace::Event) => 3,
    };
    out.byte(kind_of(&decision.record) | (space << SPACE_SHIFT));
    out.signed(decision.at.since(previous));
    if let Some(key) = decision.key {
        out.u128(key.key);
        out.u64(key.body);
    }
    write_record(out, &decision.record);
}

/// Takes one decision off `reader`; `previous` as in [`write_decision`].
pub(crate) fn read_decision(reader: &mut Reader<'_>, previous: Timestamp) -> Result<Decision, CodecError> {
    let tag = reader.byte()?;
    let at = previous.plus(reader.signed()?);
    let space = match tag >> SPACE_SHIFT {
        0 => None,
        1 => Some(KeySpace::Forever),
        2 => Some(KeySpace::Request),
        _ => Some(KeySpace::Event),
    };
    let key = match space {
        None => None,
        Some(space) => Some(CommandKey { space, key: reader.u128()?, body: reader.u64()? }),
    };
    let record = read_record(reader, tag & KIND_MASK)?;
    Ok(Decision { at, key, record })
}

fn kind_of(record: &Record) -> u8 {
    match record {
        Record::Opened { .. } => OPENED,
        Record::WalletOpened { .. } => WALLET_OPENED,
        Record::GrantAdded(_) => GRANT_ADDED,
        Record::GrantEffective { .. } => GRANT_EFFECTIVE,
        Record::GrantExpired { .. } => GRANT_EXPIRED,
        Record::Charged { .. } => CHARGED,
        Record::Reversed { lost, .. } if lost.is_empty() => REVERSED,
        Record::Reversed { .. } => REVERSED_TO_LOST,
        Record::TakenBackSet(_) => TAKEN_BACK_SET,
        Record::MoneyMoved { .. } => MONEY_MOVED,
        Record::FrozenSet { .. } => FROZEN_SET,
        Record::Deducted { .. } => DEDUCTED,
        Record::OverpaidTaken { .. } => OVERPAID_TAKEN,
        Record::WindowOpened(_) => WINDOW_OPENED,
        Record::WindowAccrued { .. } => WINDOW_ACCRUED,
        Record::UsageCovered { .. } => USAGE_COVERED,
        Record::UsagePosted(_) => USAGE_POSTED,
        Record::Line(record) => tag_of(&record.fact),
        Record::ClockAdvanced { .. } => CLOCK_ADVANCED,
        Record::Forgot { .. } => FORGOT,
    }
}

fn write_record(out: &mut Vec<u8>, record: &Record) {
    if let Some(WalletNo(no)) = record.wallet() {
        out.unsigned(no.into());
    }
    match record {
        Record::Opened { epoch } => out.unsigned(*epoch),
        Record::WalletOpened { id, customer, unit, debt_limit, .. } => {
            out.u128(id.as_u128());
            out.u128(customer.as_u128());
            out.unit(*unit);
            out.signed(*debt_limit);
        }
        Record::GrantAdded(added) => write_grant_added(out, added),
        Record::GrantEffective { grant_no, amount, source, debt_paid, .. } => {
            out.unsigned((*grant_no).into());
            out.signed(*amount);
            out.byte(source_byte(*source));
            out.signed(*debt_paid);
        }
        Record::GrantExpired { grant_no, amount, .. } => {
            out.unsigned((*grant_no).into());
            out.signed(*amount);
        }
        Record::Charged { kind, amount, burns, debt, .. } => {
            out.unsigned((*kind).into());
            write_taken(out, *amount, burns, *debt);
        }
        Record::Reversed { charge, kind, restored, expired, lost, debt_paid, .. } => {
            out.unsigned(charge.as_u64());
            out.unsigned((*kind).into());
            write_burns(out, restored);
            out.signed(*expired);
            out.signed(*debt_paid);
            if !lost.is_empty() {
                write_burns(out, lost);
            }
        }
        Record::Deducted { reason, amount, burns, debt, .. } => {
            out.byte(reason_byte(*reason));
            write_taken(out, *amount, burns, *debt);
        }
        Record::OverpaidTaken { to, amount, burns, .. } => {
            out.byte(overpaid_byte(*to));
            write_taken(out, *amount, burns, 0);
        }
        Record::WindowOpened(opened) => write_window_opened(out, opened),
        Record::WindowAccrued { window_no, occurred_at, quantity, pending, reserved, .. } => {
            out.unsigned((*window_no).into());
            out.time(*occurred_at);
            out.signed(quantity.millionths());
            out.signed(*pending);
            write_burns(out, reserved);
        }
        Record::UsageCovered { meter, occurred_at, quantity, .. } => {
            out.unsigned(meter.0.into());
            out.time(*occurred_at);
            out.signed(quantity.millionths());
        }
        Record::UsagePosted(posted) => write_usage_posted(out, posted),
        Record::TakenBackSet(set) => write_taken_back(out, set),
        Record::MoneyMoved { movement, amount } => {
            out.byte(place(&MoneyMovement::ALL, movement));
            out.amount(*amount);
        }
        Record::FrozenSet { is_frozen, .. } => out.byte(u8::from(*is_frozen)),
        Record::Line(record) => write_line_fact(out, &record.fact),
        Record::ClockAdvanced { by } => out.signed(*by),
        Record::Forgot { events_before, requests_before } => {
            out.signed(*events_before);
            out.signed(*requests_before);
        }
    }
    // A new wallet's balance is zero: its record does not carry one.
    if let (Some(balance), false) = (record.balance(), matches!(record, Record::WalletOpened { .. })) {
        write_balance(out, balance);
    }
}

fn read_record(reader: &mut Reader<'_>, kind: u8) -> Result<Record, CodecError> {
    match kind {
        OPENED => return Ok(Record::Opened { epoch: reader.unsigned()? }),
        CLOCK_ADVANCED => return Ok(Record::ClockAdvanced { by: reader.signed()? }),
        FORGOT => {
            let events_before = reader.signed()?;
            return Ok(Record::Forgot { events_before, requests_before: reader.signed()? });
        }
        MONEY_MOVED => {
            let movement = MoneyMovement::ALL.get(usize::from(reader.byte()?));
            let movement = movement.ok_or(CodecError::Range("movement of money"))?.0;
            return Ok(Record::MoneyMoved { movement, amount: reader.amount()? });
        }
        WALLET_OPENED..=USAGE_POSTED | REVERSED_TO_LOST | TAKEN_BACK_SET | FROZEN_SET | OVERPAID_TAKEN => {}
        tag if is_line_tag(tag) => {
            let wallet = WalletNo(reader.u32()?);
            let fact = read_line_fact(reader, tag)?;
            let balance = read_balance(reader)?;
            return Ok(Record::Line(Box::new(LineRecord { wallet, fact, balance })));
        }
        other => return Err(CodecError::Tag(other)),
    }
    let wallet = WalletNo(reader.u32()?);
    Ok(match kind {
        WALLET_OPENED => Record::WalletOpened {
            wallet,
            id: WalletId::from_u128(reader.u128()?),
            customer: CustomerId::from_u128(reader.u128()?),
            unit: reader.unit()?,
            debt_limit: reader.signed()?,
        },
        GRANT_ADDED => Record::GrantAdded(read_grant_added(reader, wallet)?),
        GRANT_EFFECTIVE => Record::GrantEffective {
            wallet,
            grant_no: reader.u32()?,
            amount: reader.signed()?,
            source: read_source(reader)?,
            debt_paid: reader.signed()?,
            balance: read_balance(reader)?,
        },
        GRANT_EXPIRED => Record::GrantExpired {
            wallet,
            grant_no: reader.u32()?,
            amount: reader.signed()?,
            balance: read_balance(reader)?,
        },
        CHARGED => {
            let kind = reader.u32()?;
            let (amount, burns, debt) = read_taken(reader)?;
            Record::Charged { wallet, kind, amount, burns, debt, balance: read_balance(reader)? }
        }
        REVERSED | REVERSED_TO_LOST => Record::Reversed {
            wallet,
            charge: EntryRef::from_u64(reader.unsigned()?),
            kind: reader.u32()?,
            restored: read_burns(reader)?,
            expired: reader.signed()?,
            debt_paid: reader.signed()?,
            lost: if kind == REVERSED_TO_LOST { read_burns(reader)? } else { Burns::default() },
            balance: read_balance(reader)?,
        },
        FROZEN_SET => Record::FrozenSet { wallet, is_frozen: reader.flag()? },
        TAKEN_BACK_SET => Record::TakenBackSet(Box::new(read_taken_back(reader, wallet)?)),
        DEDUCTED => {
            let reason = read_reason(reader.byte()?)?;
            let (amount, burns, debt) = read_taken(reader)?;
            Record::Deducted { wallet, reason, amount, burns, debt, balance: read_balance(reader)? }
        }
        OVERPAID_TAKEN => {
            let to = read_overpaid_to(reader.byte()?)?;
            let (amount, burns, _) = read_taken(reader)?;
            Record::OverpaidTaken { wallet, to, amount, burns, balance: read_balance(reader)? }
        }
        WINDOW_OPENED => Record::WindowOpened(read_window_opened(reader, wallet)?),
        WINDOW_ACCRUED => Record::WindowAccrued {
            wallet,
            window_no: reader.u32()?,
            occurred_at: reader.time()?,
            quantity: Quantity::from_millionths(reader.signed()?),
            pending: reader.signed()?,
            reserved: read_burns(reader)?,
            balance: read_balance(reader)?,
        },
        USAGE_COVERED => Record::UsageCovered {
            wallet,
            meter: MeterNo(reader.u32()?),
            occurred_at: reader.time()?,
            quantity: Quantity::from_millionths(reader.signed()?),
        },
        _ => Record::UsagePosted(read_usage_posted(reader, wallet)?),
    })
}

fn write_grant_added(out: &mut Vec<u8>, added: &GrantAdded) {
    out.unsigned(added.grant_no.into());
    out.u128(added.grant.as_u128());
    out.signed(added.amount);
    out.byte(source_byte(added.source));
    out.byte(added.priority);
    out.option(added.effective_at, Write::time);
    out.option(added.expires_at, Write::time);
    out.option(added.cost, Write::amount);
    out.option(added.payment, |out, payment: PaymentId| out.u128(payment.as_u128()));
    out.signed(added.debt_paid);
}

fn read_grant_added(reader: &mut Reader<'_>, wallet: WalletNo) -> Result<GrantAdded, CodecError> {
    Ok(GrantAdded {
        wallet,
        grant_no: reader.u32()?,
        grant: GrantId::from_u128(reader.u128()?),
        amount: reader.signed()?,
        source: read_source(reader)?,
        priority: reader.byte()?,
        effective_at: reader.option(Reader::time)?,
        expires_at: reader.option(Reader::time)?,
        cost: reader.option(Reader::amount)?,
        payment: reader.option(Reader::u128)?.map(PaymentId::from_u128),
        debt_paid: reader.signed()?,
        balance: read_balance(reader)?,
    })
}

fn write_window_opened(out: &mut Vec<u8>, opened: &WindowOpened) {
    out.unsigned(opened.window_no.into());
    out.unsigned(opened.meter.0.into());
    out.time(opened.opened_at);
    out.signed(opened.closes_at.since(opened.opened_at));
    write_price(out, opened.price);
    out.time(opened.occurred_at);
    out.signed(opened.quantity.millionths());
    out.signed(opened.pending);
    write_burns(out, &opened.reserved);
}

fn read_window_opened(reader: &mut Reader<'_>, wallet: WalletNo) -> Result<WindowOpened, CodecError> {
    let window_no = reader.u32()?;
    let meter = MeterNo(reader.u32()?);
    let opened_at = reader.time()?;
    Ok(WindowOpened {
        wallet,
        window_no,
        meter,
        opened_at,
        closes_at: opened_at.plus(reader.signed()?),
        price: read_price(reader)?,
        occurred_at: reader.time()?,
        quantity: Quantity::from_millionths(reader.signed()?),
        pending: reader.signed()?,
        reserved: read_burns(reader)?,
        balance: read_balance(reader)?,
    })
}

fn write_usage_posted(out: &mut Vec<u8>, posted: &UsagePosted) {
    out.option(posted.window_no, |out, no: u32| out.unsigned(no.into()));
    out.unsigned(posted.meter.0.into());
    out.time(posted.opened_at);
    out.signed(posted.closes_at.since(posted.opened_at));
    out.option(posted.occurred_at, Write::time);
    out.signed(posted.quantity.millionths());
    out.byte(u8::from(posted.covers));
    write_taken(out, posted.amount, &posted.burns, posted.debt);
}

fn read_usage_posted(reader: &mut Reader<'_>, wallet: WalletNo) -> Result<UsagePosted, CodecError> {
    let window_no = reader.option(Reader::u32)?;
    let meter = MeterNo(reader.u32()?);
    let opened_at = reader.time()?;
    let closes_at = opened_at.plus(reader.signed()?);
    let occurred_at = reader.option(Reader::time)?;
    let quantity = Quantity::from_millionths(reader.signed()?);
    let covers = reader.flag()?;
    let (amount, burns, debt) = read_taken(reader)?;
    let balance = read_balance(reader)?;
    Ok(UsagePosted {
        wallet,
        window_no,
        meter,
        opened_at,
        closes_at,
        occurred_at,
        quantity,
        covers,
        amount,
        burns,
        debt,
        balance,
    })
}

/// Amount, what the grants gave of it, and the debt. In the commonest case, one grant gave all, its amount is not repeated.
fn write_taken(out: &mut Vec<u8>, amount: i64, burns: &Burns, debt: i64) {
    out.signed(amount);
    let whole = burns.len() == 1 && debt == 0;
    if whole {
        out.byte(0);
        out.unsigned(burns.iter().next().map_or(0, |(grant_no, _)| grant_no).into());
    } else {
        out.byte(1);
        write_burns(out, burns);
        out.signed(debt);
    }
}

fn read_taken(reader: &mut Reader<'_>) -> Result<(i64, Burns, i64), CodecError> {
    let amount = reader.signed()?;
    match reader.byte()? {
        0 => Ok((amount, Burns::from_iter([(reader.u32()?, amount)]), 0)),
        1 => Ok((amount, read_burns(reader)?, reader.signed()?)),
        _ => Err(CodecError::Range("form of what was taken")),
    }
}

pub(crate) fn write_burns(out: &mut Vec<u8>, burns: &Burns) {
    out.count(burns.len());
    for (grant_no, amount) in burns.iter() {
        out.unsigned(grant_no.into());
        out.signed(amount);
    }
}

pub(crate) fn read_burns(reader: &mut Reader<'_>) -> Result<Burns, CodecError> {
    let len = reader.count()?;
    (0..len).map(|_| Ok((reader.u32()?, reader.signed()?))).collect()
}

fn write_balance(out: &mut Vec<u8>, balance: Balance) {
    out.signed(balance.posted);
    out.signed(balance.pending);
    out.signed(balance.held);
}

pub(crate) fn read_balance(reader: &mut Reader<'_>) -> Result<Balance, CodecError> {
    Ok(Balance { posted: reader.signed()?, pending: reader.signed()?, held: reader.signed()? })
}

pub(crate) fn write_price(out: &mut Vec<u8>, price: Price) {
    match price {
        Price::PerUnit(price) => {
            out.byte(0);
            out.unit(price.unit());
            out.signed(price.e12());
        }
        Price::PerActiveWindow { amount, length, anchor } => {
            out.byte(if anchor == Anchor::FirstEvent { 1 } else { 2 });
            out.amount(amount);
            out.signed(length);
        }
    }
}

pub(crate) fn read_price(reader: &mut Reader<'_>) -> Result<Price, CodecError> {
    let anchor = match reader.byte()? {
        0 => {
            let unit = reader.unit()?;
            return Ok(Price::PerUnit(UnitPrice::from_e12(reader.signed()?, unit)));
        }
        1 => Anchor::FirstEvent,
        2 => Anchor::Clock,
        _ => return Err(CodecError::Range("price")),
    };
    Ok(Price::PerActiveWindow { amount: reader.amount()?, length: reader.signed()?, anchor })
}

fn reason_byte(reason: Reason) -> u8 {
    match reason {
        Reason::Correction => 0,
        Reason::Goodwill => 1,
        Reason::OpeningBalance => 2,
        Reason::Misuse => 3,
    }
}

fn read_reason(byte: u8) -> Result<Reason, CodecError> {
    match byte {
        0 => Ok(Reason::Correction),
        1 => Ok(Reason::Goodwill),
        2 => Ok(Reason::OpeningBalance),
        3 => Ok(Reason::Misuse),
        _ => Err(CodecError::Range("reason")),
    }
}

/// What was taken back carries its cause in the same byte, behind all ways of giving back.
const OVERPAID_TAKEN_BACK: u8 = 16;

/// What was given back carries the way in the same byte, behind what went to an invoice.
fn overpaid_byte(to: OverpaidTo) -> u8 {
    match to {
        OverpaidTo::Invoice => 0,
        OverpaidTo::GivenBack(by) => 1 + place(&PaidBy::ALL, &by),
        OverpaidTo::TakenBack(cause) => OVERPAID_TAKEN_BACK + place(&TakenBackCause::ALL, &cause),
    }
}

fn read_overpaid_to(byte: u8) -> Result<OverpaidTo, CodecError> {
    if let Some(place) = byte.checked_sub(OVERPAID_TAKEN_BACK) {
        let cause = TakenBackCause::ALL.get(usize::from(place));
        return Ok(OverpaidTo::TakenBack(cause.ok_or(CodecError::Range("what became of credit"))?.0));
    }
    let Some(place) = byte.checked_sub(1) else { return Ok(OverpaidTo::Invoice) };
    let by = PaidBy::ALL.get(usize::from(place)).ok_or(CodecError::Range("what became of credit"))?;
    Ok(OverpaidTo::GivenBack(by.0))
}

/// What was paid beyond what was owed carries the way it was paid in the same byte, behind the sources that are just themselves.
const SOURCE_OVERPAID: u8 = 4;
/// What was set back of what was taken back.
const SOURCE_REINSTATED: u8 = 15;
/// Adjustments carry their reason in the same byte, behind the other sources.
const SOURCE_ADJUSTMENT: u8 = 16;

pub(crate) fn source_byte(source: Source) -> u8 {
    match source {
        Source::Promotional => 0,
        Source::Purchased => 1,
        Source::Allowance => 2,
        Source::Carried => 3,
        Source::Reinstated => SOURCE_REINSTATED,
        Source::Overpaid(by) => SOURCE_OVERPAID + place(&PaidBy::ALL, &by),
        Source::Adjustment(reason) => SOURCE_ADJUSTMENT + reason_byte(reason),
    }
}

pub(crate) fn read_source(reader: &mut Reader<'_>) -> Result<Source, CodecError> {
    match reader.byte()? {
        0 => Ok(Source::Promotional),
        1 => Ok(Source::Purchased),
        2 => Ok(Source::Allowance),
        3 => Ok(Source::Carried),
        SOURCE_REINSTATED => Ok(Source::Reinstated),
        byte @ SOURCE_OVERPAID..SOURCE_ADJUSTMENT => {
            let by = PaidBy::ALL.get(usize::from(byte - SOURCE_OVERPAID));
            by.map(|(by, _)| Source::Overpaid(*by)).ok_or(CodecError::Range("source"))
        }
        byte => {
            let reason = byte.checked_sub(SOURCE_ADJUSTMENT).ok_or(CodecError::Range("source"))?;
            read_reason(reason).map(Source::Adjustment)
        }
    }
}
