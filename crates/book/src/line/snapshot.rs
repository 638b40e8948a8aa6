//! A line in a snapshot of the book.

use std::collections::BTreeMap;

use money::{LineId, PurchaseId};

use super::bill::Billed;
use super::codec::{
    at_place, place, read_awaiting, read_cycle, read_session, write_awaiting, write_cycle, write_session,
};
use super::plan::{PackNo, PlanNo};
use super::state::{CycleTerms, Forgone, Line, LineStatus, RestrictedSpan, Unpaid};
use super::zero_rated::{Shared, TrafficNo};
use crate::codec::{CodecError, Reader, Write};

pub(crate) fn write_line(out: &mut Vec<u8>, line: &Line) {
    out.u128(line.id.as_u128());
    out.unsigned(line.plan.0.into());
    out.byte(place(&LineStatus::ALL, &line.status));
    out.byte(line.anchor_day);
    write_cycle(out, &line.cycle);
    for term in terms_of(&line.terms) {
        out.signed(term);
    }
    out.count(line.released.len());
    for (pack, count) in &line.released {
        out.unsigned(pack.0.into());
        out.unsigned((*count).into());
    }
    out.unsigned(line.sequence.into());
    out.option(line.awaiting.as_ref(), write_awaiting);
    out.count(line.unpaid.len());
    for (purchase, unpaid) in &line.unpaid {
        out.u128(purchase.as_u128());
        out.amount(unpaid.price);
        out.unsigned(unpaid.grant_no.into());
    }
    out.count(line.forgone.len());
    for forgone in &line.forgone {
        out.u128(forgone.purchase.as_u128());
        out.amount(forgone.price);
        out.signed(forgone.taken);
    }
    out.option(line.billed, |out, billed| {
        out.amount(billed.owed);
        out.amount(billed.owed_back);
    });
    out.count(line.restricted.len());
    for span in &line.restricted {
        out.time(span.from);
        out.option(span.to, Write::time);
    }
    out.count(line.sessions.len());
    for (key, session) in &line.sessions {
        out.u128(*key);
        write_session(out, session);
    }
    out.time(line.sessions_known_from);
    let Shared { used, used_earlier, told, told_earlier, free, traffic } = line.shared;
    [used, used_earlier, told, told_earlier, free].into_iter().for_each(|bytes| out.signed(bytes));
    out.option(traffic, |out, TrafficNo(no)| out.unsigned(no.into()));
}

pub(crate) fn read_line(reader: &mut Reader<'_>) -> Result<Line, CodecError> {
    let id = LineId::from_u128(reader.u128()?);
    let plan = PlanNo(reader.u32()?);
    let status = at_place(reader, &LineStatus::ALL, "line status")?;
    let anchor_day = reader.byte()?;
    let mut line = Line::new(id, plan, anchor_day, read_cycle(reader)?);
    line.status = status;
    line.terms = CycleTerms {
        carried: reader.signed()?,
        allowance: reader.signed()?,
        bought: reader.signed()?,
        outside: reader.signed()?,
        total: reader.signed()?,
        adjustments: reader.signed()?,
    };
    line.released = pairs(reader, |reader| Ok((PackNo(reader.u32()?), reader.u32()?)))?;
    line.sequence = reader.u32()?;
    line.awaiting = reader.option(read_awaiting)?;
    line.unpaid = pairs(reader, |reader| {
        let purchase = PurchaseId::from_u128(reader.u128()?);
        Ok((purchase, Unpaid { price: reader.amount()?, grant_no: reader.u32()? }))
    })?;
    for _ in 0..reader.count()? {
        let purchase = PurchaseId::from_u128(reader.u128()?);
        line.forgone.push(Forgone { purchase, price: reader.amount()?, taken: reader.signed()? });
    }
    line.billed =
        reader.option(|reader| Ok(Billed { owed: reader.amount()?, owed_back: reader.amount()? }))?;
    for _ in 0..reader.count()? {
        line.restricted.push(RestrictedSpan { from: reader.time()?, to: reader.option(Reader::time)? });
    }
    line.sessions = pairs(reader, |reader| Ok((reader.u128()?, read_session(reader)?)))?;
    line.sessions_known_from = reader.time()?;
    line.shared = Shared {
        used: reader.signed()?,
        used_earlier: reader.signed()?,
        told: reader.signed()?,
        told_earlier: reader.signed()?,
        free: reader.signed()?,
        traffic: reader.option(Reader::u32)?.map(TrafficNo),
    };
    Ok(line)
}

fn terms_of(terms: &CycleTerms) -> [i64; 6] {
    [terms.carried, terms.allowance, terms.bought, terms.outside, terms.total, terms.adjustments]
}

fn pairs<K: Ord, V>(
    reader: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<(K, V), CodecError>,
) -> Result<BTreeMap<K, V>, CodecError> {
    let count = reader.count()?;
    (0..count).map(|_| read(reader)).collect()
}
