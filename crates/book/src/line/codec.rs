//! Facts about lines as bytes. Each kind of fact has a tag of its own in the journal's record format, after the wallet's number and
//! before the balance.

use money::{GrantId, LineId, PurchaseId};

use super::bill::BillItem;
use super::plan::{Charging, PackNo, PlanNo, Validity};
use super::record::{LineFact, Lot, Read, Taken, ZeroRated};
use super::state::{Awaiting, Cycle, LineStatus, PaidBy, Session, SessionState};
use super::traffic::{Anomaly, Behind};
use super::zero_rated::TrafficNo;
use crate::codec::{CodecError, Reader, Write};
use crate::record::{read_burns, write_burns};

/// True of the tags of facts about lines, in the journal's numbering.
pub(crate) fn is_line_tag(tag: u8) -> bool {
    matches!(tag, OPENED..=RECOVERED | READ_ZERO_RATED)
}

const OPENED: u8 = 15;
const CYCLE_BEGAN: u8 = 16;
const CARRIED: u8 = 17;
const PLAN_CHANGED: u8 = 18;
const STATUS_SET: u8 = 19;
const BOUGHT: u8 = 20;
const AWAITS: u8 = 21;
const RELEASED: u8 = 22;
const PAID: u8 = 23;
const DROPPED: u8 = 24;
const WRITTEN_OFF: u8 = 25;
const READ: u8 = 26;
const SESSIONS_ENDED: u8 = 27;
const USED: u8 = 28;
const RESTRICTED: u8 = 29;
const RESTORED: u8 = 30;
const BILLED: u8 = 31;
const BILL_PAID: u8 = 32;
const BILL_WRITTEN_OFF: u8 = 33;
const SESSIONS_CLOSED: u8 = 34;
const RECOVERED: u8 = 35;
/// A [`READ`] of which something is free because of what it is.
const READ_ZERO_RATED: u8 = 41;

/// The tag of a fact.
pub(crate) fn tag_of(fact: &LineFact) -> u8 {
    match fact {
        LineFact::Opened { .. } => OPENED,
        LineFact::CycleBegan { .. } => CYCLE_BEGAN,
        LineFact::Carried { .. } => CARRIED,
        LineFact::PlanChanged { .. } => PLAN_CHANGED,
        LineFact::StatusSet { .. } => STATUS_SET,
        LineFact::Bought { .. } => BOUGHT,
        LineFact::Awaits { .. } => AWAITS,
        LineFact::Released { .. } => RELEASED,
        LineFact::Paid { .. } => PAID,
        LineFact::Dropped { .. } => DROPPED,
        LineFact::WrittenOff { .. } => WRITTEN_OFF,
        LineFact::Read(Read { zero_rated: None, .. }) => READ,
        LineFact::Read(Read { zero_rated: Some(_), .. }) => READ_ZERO_RATED,
        LineFact::SessionsEnded { .. } => SESSIONS_ENDED,
        LineFact::SessionsClosed { .. } => SESSIONS_CLOSED,
        LineFact::Used(_) => USED,
        LineFact::Restricted { .. } => RESTRICTED,
        LineFact::Restored { .. } => RESTORED,
        LineFact::Recovered { .. } => RECOVERED,
        LineFact::Billed { .. } => BILLED,
        LineFact::BillPaid { .. } => BILL_PAID,
        LineFact::BillWrittenOff { .. } => BILL_WRITTEN_OFF,
    }
}

pub(crate) fn write_line_fact(out: &mut Vec<u8>, fact: &LineFact) {
    match fact {
        LineFact::Opened { line, plan, anchor_day, cycle, allowance } => {
            out.u128(line.as_u128());
            out.unsigned(plan.0.into());
            out.byte(*anchor_day);
            write_cycle(out, cycle);
            out.option(allowance.as_ref(), write_lot);
        }
        LineFact::CycleBegan { cycle, forgiven, allowance } => {
            write_cycle(out, cycle);
            out.signed(*forgiven);
            out.option(allowance.as_ref(), write_lot);
        }
        LineFact::Carried { grant_no, lost, lot } => {
            out.unsigned((*grant_no).into());
            out.signed(*lost);
            write_lot(out, lot);
        }
        LineFact::PlanChanged { plan, allowance } => {
            out.unsigned(plan.0.into());
            out.option(allowance.as_ref(), write_lot);
        }
        LineFact::StatusSet { status } => out.byte(place(&LineStatus::ALL, status)),
        LineFact::Bought { purchase, lot } => {
            write_awaiting(out, purchase);
            write_lot(out, lot);
        }
        LineFact::Awaits { purchase } => write_awaiting(out, purchase),
        LineFact::Released { purchase, by, lot } => {
            write_awaiting(out, purchase);
            out.byte(place(&PaidBy::ALL, by));
            write_lot(out, lot);
        }
        LineFact::Paid { purchase, price, by } => {
            out.u128(purchase.as_u128());
            out.amount(*price);
            out.byte(place(&PaidBy::ALL, by));
        }
        LineFact::Dropped { purchase } => out.u128(purchase.as_u128()),
        LineFact::WrittenOff { purchase, price, burns } => {
            out.u128(purchase.as_u128());
            out.amount(*price);
            write_burns(out, burns);
        }
        LineFact::Read(read) => {
            out.u128(read.session);
            write_session(out, &read.after);
            out.byte(match read.anomaly {
                None => 0,
                Some(Anomaly::Reset) => 1,
                Some(Anomaly::Jump) => 2,
                Some(Anomaly::PutRight) => 3,
            });
            write_taken(out, &read.taken);
            if let Some(zero_rated) = &read.zero_rated {
                write_zero_rated(out, zero_rated);
            }
        }
        LineFact::SessionsEnded { nas, at } => {
            out.unsigned((*nas).into());
            out.time(*at);
        }
        LineFact::SessionsClosed { sessions } => {
            out.count(sessions.len());
            sessions.iter().for_each(|session| out.u128(*session));
        }
        LineFact::Used(taken) => write_taken(out, taken),
        LineFact::Restricted { at } | LineFact::Restored { at } => out.time(*at),
        LineFact::Recovered { purchase, price, by, lot } => {
            out.u128(purchase.as_u128());
            out.amount(*price);
            out.byte(place(&PaidBy::ALL, by));
            out.option(lot.as_ref(), write_lot);
        }
        LineFact::Billed { item, amount } => {
            out.byte(place(&BillItem::ALL, item));
            out.amount(*amount);
        }
        LineFact::BillPaid { amount, by } => {
            out.amount(*amount);
            out.byte(place(&PaidBy::ALL, by));
        }
        LineFact::BillWrittenOff { amount } => out.amount(*amount),
    }
}

pub(crate) fn read_line_fact(reader: &mut Reader<'_>, tag: u8) -> Result<LineFact, CodecError> {
    Ok(match tag {
        OPENED => LineFact::Opened {
            line: LineId::from_u128(reader.u128()?),
            plan: PlanNo(reader.u32()?),
            anchor_day: reader.byte()?,
            cycle: read_cycle(reader)?,
            allowance: reader.option(read_lot)?,
        },
        CYCLE_BEGAN => LineFact::CycleBegan {
            cycle: read_cycle(reader)?,
            forgiven: reader.signed()?,
            allowance: reader.option(read_lot)?,
        },
        CARRIED => {
            LineFact::Carried { grant_no: reader.u32()?, lost: reader.signed()?, lot: read_lot(reader)? }
        }
        PLAN_CHANGED => {
            LineFact::PlanChanged { plan: PlanNo(reader.u32()?), allowance: reader.option(read_lot)? }
        }
        STATUS_SET => LineFact::StatusSet { status: at_place(reader, &LineStatus::ALL, "line status")? },
        BOUGHT => LineFact::Bought { purchase: read_awaiting(reader)?, lot: read_lot(reader)? },
        AWAITS => LineFact::Awaits { purchase: read_awaiting(reader)? },
        RELEASED => LineFact::Released {
            purchase: read_awaiting(reader)?,
            by: at_place(reader, &PaidBy::ALL, "way of paying")?,
            lot: read_lot(reader)?,
        },
        PAID => LineFact::Paid {
            purchase: PurchaseId::from_u128(reader.u128()?),
            price: reader.amount()?,
            by: at_place(reader, &PaidBy::ALL, "way of paying")?,
        },
        DROPPED => LineFact::Dropped { purchase: PurchaseId::from_u128(reader.u128()?) },
        WRITTEN_OFF => LineFact::WrittenOff {
            purchase: PurchaseId::from_u128(reader.u128()?),
            price: reader.amount()?,
            burns: read_burns(reader)?,
        },
        READ | READ_ZERO_RATED => LineFact::Read(Read {
            session: reader.u128()?,
            after: read_session(reader)?,
            anomaly: match reader.byte()? {
                0 => None,
                1 => Some(Anomaly::Reset),
                2 => Some(Anomaly::Jump),
                3 => Some(Anomaly::PutRight),
                _ => return Err(CodecError::Range("anomaly")),
            },
            taken: read_taken(reader)?,
            zero_rated: (tag == READ_ZERO_RATED).then(|| read_zero_rated(reader)).transpose()?,
        }),
        SESSIONS_ENDED => LineFact::SessionsEnded { nas: reader.u32()?, at: reader.time()? },
        SESSIONS_CLOSED => {
            let count = reader.count()?;
            LineFact::SessionsClosed {
                sessions: (0..count).map(|_| reader.u128()).collect::<Result<_, _>>()?,
            }
        }
        USED => LineFact::Used(read_taken(reader)?),
        RESTRICTED => LineFact::Restricted { at: reader.time()? },
        RESTORED => LineFact::Restored { at: reader.time()? },
        RECOVERED => LineFact::Recovered {
            purchase: PurchaseId::from_u128(reader.u128()?),
            price: reader.amount()?,
            by: at_place(reader, &PaidBy::ALL, "way of paying")?,
            lot: reader.option(read_lot)?,
        },
        BILLED => LineFact::Billed {
            item: at_place(reader, &BillItem::ALL, "item of a bill")?,
            amount: reader.amount()?,
        },
        BILL_PAID => LineFact::BillPaid {
            amount: reader.amount()?,
            by: at_place(reader, &PaidBy::ALL, "way of paying")?,
        },
        BILL_WRITTEN_OFF => LineFact::BillWrittenOff { amount: reader.amount()? },
        other => return Err(CodecError::Tag(other)),
    })
}

pub(super) fn write_cycle(out: &mut Vec<u8>, cycle: &Cycle) {
    out.unsigned(cycle.no.into());
    out.time(cycle.starts_at);
    out.time(cycle.ends_at);
}

pub(super) fn read_cycle(reader: &mut Reader<'_>) -> Result<Cycle, CodecError> {
    Ok(Cycle { no: reader.u32()?, starts_at: reader.time()?, ends_at: reader.time()? })
}

fn write_lot(out: &mut Vec<u8>, lot: &Lot) {
    out.unsigned(lot.grant_no.into());
    out.u128(lot.grant.as_u128());
    out.signed(lot.amount);
    out.time(lot.expires_at);
    out.signed(lot.debt_paid);
}

fn read_lot(reader: &mut Reader<'_>) -> Result<Lot, CodecError> {
    Ok(Lot {
        grant_no: reader.u32()?,
        grant: GrantId::from_u128(reader.u128()?),
        amount: reader.signed()?,
        expires_at: reader.time()?,
        debt_paid: reader.signed()?,
    })
}

pub(super) fn write_awaiting(out: &mut Vec<u8>, purchase: &Awaiting) {
    out.u128(purchase.purchase.as_u128());
    out.unsigned(purchase.pack.0.into());
    out.byte(place(&Charging::ALL, &purchase.charging));
    out.signed(purchase.quantity);
    out.amount(purchase.price);
    match purchase.validity {
        Validity::Cycle => out.unsigned(0),
        Validity::Days(days) => out.unsigned(u64::from(days) + 1),
    }
}

pub(super) fn read_awaiting(reader: &mut Reader<'_>) -> Result<Awaiting, CodecError> {
    Ok(Awaiting {
        purchase: PurchaseId::from_u128(reader.u128()?),
        pack: PackNo(reader.u32()?),
        charging: at_place(reader, &Charging::ALL, "way of charging")?,
        quantity: reader.signed()?,
        price: reader.amount()?,
        validity: match reader.u32()?.checked_sub(1) {
            None => Validity::Cycle,
            Some(days) => Validity::Days(u16::try_from(days).map_err(|_| CodecError::Range("validity"))?),
        },
    })
}

pub(super) fn write_session(out: &mut Vec<u8>, session: &Session) {
    let flags = [
        session.state == SessionState::Closed,
        session.jumped,
        session.behind != Behind::default(),
        session.counts_all,
        session.traffic.is_some(),
    ];
    out.byte(flags.iter().rev().fold(0, |flags, flag| flags << 1 | u8::from(*flag)));
    out.unsigned(session.nas.into());
    if session.behind != Behind::default() {
        out.u64(session.behind.0);
    }
    if let Some(TrafficNo(no)) = session.traffic {
        out.unsigned(no.into());
    }
    out.time(session.started_at);
    out.time(session.read_at);
    out.unsigned(session.seconds.into());
    out.signed(session.input);
    out.signed(session.output);
}

pub(super) fn read_session(reader: &mut Reader<'_>) -> Result<Session, CodecError> {
    let flags = reader.byte()?;
    if flags > 31 {
        return Err(CodecError::Range("session"));
    }
    Ok(Session {
        state: if flags & 1 == 1 { SessionState::Closed } else { SessionState::Open },
        jumped: flags & 2 == 2,
        nas: reader.u32()?,
        behind: if flags & 4 == 4 { Behind(reader.u64()?) } else { Behind::default() },
        counts_all: flags & 8 == 8,
        traffic: if flags & 16 == 16 { Some(TrafficNo(reader.u32()?)) } else { None },
        started_at: reader.time()?,
        read_at: reader.time()?,
        seconds: reader.u32()?,
        input: reader.signed()?,
        output: reader.signed()?,
    })
}

fn write_zero_rated(out: &mut Vec<u8>, zero_rated: &ZeroRated) {
    out.unsigned(zero_rated.traffic.0.into());
    out.signed(zero_rated.told);
    out.signed(zero_rated.told_earlier);
    out.signed(zero_rated.free);
    write_burns(out, &zero_rated.restored);
    out.signed(zero_rated.debt_paid);
}

fn read_zero_rated(reader: &mut Reader<'_>) -> Result<ZeroRated, CodecError> {
    Ok(ZeroRated {
        traffic: TrafficNo(reader.u32()?),
        told: reader.signed()?,
        told_earlier: reader.signed()?,
        free: reader.signed()?,
        restored: read_burns(reader)?,
        debt_paid: reader.signed()?,
    })
}

fn write_taken(out: &mut Vec<u8>, taken: &Taken) {
    out.signed(taken.total);
    out.signed(taken.outside);
    out.signed(taken.earlier);
    write_burns(out, &taken.burns);
    out.signed(taken.debt);
}

fn read_taken(reader: &mut Reader<'_>) -> Result<Taken, CodecError> {
    Ok(Taken {
        total: reader.signed()?,
        outside: reader.signed()?,
        earlier: reader.signed()?,
        burns: read_burns(reader)?,
        debt: reader.signed()?,
    })
}

/// The place of a value in the list of all that there are: such lists only grow at their end.
#[allow(clippy::cast_possible_truncation, reason = "lists of less than ten")]
pub(crate) fn place<T: PartialEq>(all: &[(T, &str)], value: &T) -> u8 {
    all.iter().position(|(known, _)| known == value).unwrap_or_default() as u8
}

pub(super) fn at_place<T: Copy>(
    reader: &mut Reader<'_>,
    all: &[(T, &str)],
    what: &'static str,
) -> Result<T, CodecError> {
    all.get(usize::from(reader.byte()?)).map(|(value, _)| *value).ok_or(CodecError::Range(what))
}
