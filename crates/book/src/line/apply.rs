//! A fact about a line becomes true. Nothing here asks whether it should.

use money::Timestamp;

use super::bill::Billed;
use super::record::{LineFact, LineRecord, Lot, Taken};
use super::state::{Awaiting, CycleTerms, Forgone, Line, RestrictedSpan, Session, SessionState, Unpaid};
use super::traffic::{Behind, SESSIONS_MAX};
use super::zero_rated;
use crate::book::Book;
use crate::command::Source;
use crate::wallet::{Grant, Wallet};

/// Intervals of slowness that are remembered: readings older than them count as paid.
const RESTRICTED_MAX: usize = 64;
/// Purchases written off that are remembered: one that is older and paid all the same is released anew.
const FORGONE_MAX: usize = 64;
/// The priority of what a line is given and buys.
const PRIORITY: u8 = 100;

impl Book {
    /// Makes a fact about a line true.
    pub(crate) fn apply_line(&mut self, record: &LineRecord) {
        self.change_wallet(record.wallet, |wallet| {
            if let LineFact::Opened { line, plan, anchor_day, cycle, .. } = &record.fact {
                wallet.line = Some(Box::new(Line::new(*line, *plan, *anchor_day, *cycle)));
            }
            let Some(mut line) = wallet.line.take() else { return };
            wallet.balance = record.balance;
            apply_fact(wallet, &mut line, &record.fact);
            wallet.line = Some(line);
        });
        self.note_due(record.wallet);
    }
}

fn apply_fact(wallet: &mut Wallet, line: &mut Line, fact: &LineFact) {
    match fact {
        LineFact::Opened { allowance, .. } => give(wallet, line, allowance.as_ref()),
        LineFact::CycleBegan { cycle, forgiven, allowance } => {
            wallet.debt -= forgiven;
            line.cycle = *cycle;
            line.released.clear();
            line.shared = line.shared.of_next_cycle();
            line.terms = CycleTerms {
                carried: wallet.balance.posted - allowance.map_or(0, |lot| lot.amount),
                ..CycleTerms::default()
            };
            give(wallet, line, allowance.as_ref());
        }
        LineFact::Carried { grant_no, lost, lot } => {
            let grant = &mut wallet.grants[*grant_no as usize];
            grant.remaining -= lost + lot.amount;
            grant.lost += lost;
            grant.expired = true;
            wallet.drop_dead();
            wallet.push_grant(grant_of(lot, Source::Carried, None));
        }
        LineFact::PlanChanged { plan, allowance } => {
            line.plan = *plan;
            give(wallet, line, allowance.as_ref());
        }
        LineFact::StatusSet { status } => line.status = *status,
        LineFact::Bought { purchase, lot } => {
            line.sequence += 1;
            release(wallet, line, purchase, lot);
            line.unpaid.insert(purchase.purchase, Unpaid { price: purchase.price, grant_no: lot.grant_no });
        }
        LineFact::Awaits { purchase } => {
            line.sequence += 1;
            line.awaiting = Some(*purchase);
        }
        LineFact::Released { purchase, lot, .. } => {
            if line.awaiting.is_some_and(|awaiting| awaiting.purchase == purchase.purchase) {
                line.awaiting = None;
            }
            release(wallet, line, purchase, lot);
        }
        LineFact::Paid { purchase, .. } => drop(line.unpaid.remove(purchase)),
        LineFact::Dropped { .. } => line.awaiting = None,
        LineFact::WrittenOff { purchase, burns, .. } => {
            if let Some(unpaid) = line.unpaid.remove(purchase) {
                let forgone = Forgone { purchase: *purchase, price: unpaid.price, taken: burns.total() };
                line.forgone.push(forgone);
                if line.forgone.len() > FORGONE_MAX {
                    line.forgone.remove(0);
                }
            }
            wallet.burn(burns, 0);
        }
        LineFact::Recovered { purchase, price, lot, .. } => {
            line.forgone.retain(|forgone| forgone.purchase != *purchase);
            if let Some(lot) = lot {
                line.terms.adjustments += lot.amount;
                wallet.debt -= lot.debt_paid;
                wallet.push_grant(grant_of(lot, Source::Purchased, Some(*price)));
            }
        }
        LineFact::Billed { amount, .. } => {
            let billed = line.billed.unwrap_or(Billed::nothing(amount.unit()));
            line.billed = Some(billed.plus(*amount));
        }
        LineFact::BillPaid { amount, .. } | LineFact::BillWrittenOff { amount } => {
            line.billed = line.billed.map(|billed| billed.minus(*amount));
        }
        LineFact::Read(read) => {
            take(wallet, line, &read.taken);
            zero_rated::apply(wallet, line, read);
            line.sessions.insert(read.session, read.after);
            forget_sessions(line);
        }
        LineFact::SessionsClosed { sessions } => {
            let over = |(name, _): &(&u128, &mut Session)| sessions.contains(name);
            let over = line.sessions.iter_mut().filter(over);
            over.for_each(|(_, session)| session.state = SessionState::Closed);
        }
        LineFact::SessionsEnded { nas, at } => {
            let over = |session: &&mut Session| session.ends_with(*nas, Behind::default(), *at);
            line.sessions.values_mut().filter(over).for_each(|session| session.state = SessionState::Closed);
        }
        LineFact::Used(taken) => take(wallet, line, taken),
        LineFact::Restricted { at } => {
            line.restricted.push(RestrictedSpan { from: *at, to: None });
            if line.restricted.len() > RESTRICTED_MAX {
                line.restricted.remove(0);
            }
        }
        LineFact::Restored { at } => {
            if let Some(span) = line.restricted.last_mut() {
                span.to = Some(*at);
            }
        }
    }
}

fn give(wallet: &mut Wallet, line: &mut Line, allowance: Option<&Lot>) {
    let Some(lot) = allowance else { return };
    line.terms.allowance += lot.amount;
    wallet.debt -= lot.debt_paid;
    wallet.push_grant(grant_of(lot, Source::Allowance, None));
}

fn release(wallet: &mut Wallet, line: &mut Line, purchase: &Awaiting, lot: &Lot) {
    line.terms.bought += lot.amount;
    *line.released.entry(purchase.pack).or_default() += 1;
    wallet.debt -= lot.debt_paid;
    wallet.push_grant(grant_of(lot, Source::Purchased, Some(purchase.price)));
}

fn take(wallet: &mut Wallet, line: &mut Line, taken: &Taken) {
    line.terms.total += taken.total;
    line.terms.outside += taken.outside;
    wallet.burn(&taken.burns, taken.debt);
}

/// Beyond the limit the session that ended first is forgotten, or if none ended the one that was silent longest.
fn forget_sessions(line: &mut Line) {
    while line.sessions.len() > SESSIONS_MAX {
        let rank = |session: &Session| (session.state == SessionState::Open, session.read_at);
        let oldest = line.sessions.iter().min_by_key(|(_, session)| rank(session)).map(|(key, _)| *key);
        let Some(gone) = oldest.and_then(|key| line.sessions.remove(&key)) else { return };
        line.sessions_known_from = line.sessions_known_from.max(gone.read_at);
    }
}

fn grant_of(lot: &Lot, source: Source, cost: Option<money::Amount>) -> Grant {
    Grant {
        id: lot.grant,
        amount: lot.amount,
        remaining: lot.amount - lot.debt_paid,
        reserved: 0,
        source,
        priority: PRIORITY,
        scheduled_at: None,
        expires_at: Some(lot.expires_at).filter(|expires_at| *expires_at < Timestamp::MAX),
        expired: false,
        lost: 0,
        cost,
        payment: None,
    }
}
