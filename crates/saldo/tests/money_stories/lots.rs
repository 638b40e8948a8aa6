//! What is left of a line's data, by a plain reading of the rules: what is used comes of what ends first; of what a payment bought, as much is
//! taken back as is left, then as had ended unused, and what was used stays used; set back, it goes the other way round.
//!
//! It is told what happened in which order, since that decides what was used before it was taken back. What comes of it, it counts by itself.

use std::collections::{BTreeMap, BTreeSet};

use book::{LineFact, Record, TakenBackCause, read_batch};
use money::Timestamp;
use saldo::app::App;
use store::JournalReader as _;

/// So many bytes that were given at once.
#[derive(Debug)]
struct Lot {
    amount: i64,
    left: i64,
    /// What had not been used when it ended.
    lost: i64,
    ends: Option<Timestamp>,
    is_bought: bool,
    /// The lot that was bought, of which this holds what found no place when it was set back.
    instead_of: Option<usize>,
}

/// What is taken back of a lot.
#[derive(Debug)]
pub(crate) struct Back {
    pub(crate) refund: i64,
    pub(crate) dispute: i64,
    /// From which lots.
    pub(crate) from: BTreeMap<usize, i64>,
    lost: i64,
    used: i64,
    since: Timestamp,
}

/// All that a line was given.
#[derive(Debug, Default)]
pub(crate) struct Lots {
    lots: Vec<Lot>,
    back: BTreeMap<usize, Back>,
    /// Used beyond all of them in this cycle.
    beyond: i64,
    /// By purchase, the lots that were released for it.
    pub(crate) released: BTreeMap<String, Vec<usize>>,
    /// Bytes that were used and lower the balance.
    pub(crate) used: i64,
    /// What of all that can happen did.
    pub(crate) met: BTreeSet<&'static str>,
}

/// What every line was given, by the line's name.
pub(crate) fn of_lines(app: &App) -> BTreeMap<String, Lots> {
    let mut journal = app.journal_reader().expect("a reader of the journal");
    let rows = journal.read(1, usize::MAX, usize::MAX).expect("rows");
    let (mut names, mut lines) = (BTreeMap::new(), BTreeMap::<String, Lots>::new());
    for decision in rows.iter().flat_map(read_batch) {
        let (_, decision) = decision.expect("a decision");
        if let Record::Line(record) = &decision.record
            && let LineFact::Opened { line, .. } = &record.fact
        {
            names.insert(record.wallet, line.to_string());
        }
        let Some(name) = decision.record.wallet().and_then(|wallet| names.get(&wallet)) else { continue };
        lines.entry(name.clone()).or_default().hear(&decision.record, decision.at);
    }
    lines
}

impl Lots {
    fn hear(&mut self, record: &Record, at: Timestamp) {
        self.end_by(at);
        match record {
            Record::Line(record) => match &record.fact {
                LineFact::Opened { allowance, .. } | LineFact::CycleBegan { allowance, .. } => {
                    // Use beyond all that was there ends with its cycle.
                    self.beyond = 0;
                    if let Some(lot) = allowance {
                        self.give((lot.amount, Some(lot.expires_at)), false, None);
                    }
                }
                LineFact::Released { purchase, lot, .. } => {
                    let no = self.give((purchase.quantity, Some(lot.expires_at)), true, None);
                    self.released.entry(purchase.purchase.to_string()).or_default().push(no);
                }
                LineFact::Used(taken) => self.use_up(taken.total - taken.outside),
                _ => {}
            },
            Record::TakenBackSet(set) => {
                let bought = usize::try_from(set.grant_no).expect("a number");
                self.set_back(bought, (set.cause, set.amount), at);
            }
            _ => {}
        }
    }

    /// What was used and not covered is paid by what is given next.
    fn give(
        &mut self,
        (amount, ends): (i64, Option<Timestamp>),
        is_bought: bool,
        instead_of: Option<usize>,
    ) -> usize {
        let left = amount - self.pay(amount);
        self.lots.push(Lot { amount, left, lost: 0, ends, is_bought, instead_of });
        self.lots.len() - 1
    }

    fn pay(&mut self, at_most: i64) -> i64 {
        let paid = self.beyond.min(at_most);
        self.beyond -= paid;
        self.meet(paid, "data beyond all was paid by what came next");
        paid
    }

    fn meet(&mut self, bytes: i64, what: &'static str) {
        if bytes > 0 {
            self.met.insert(what);
        }
    }

    fn end_by(&mut self, at: Timestamp) {
        for lot in self.lots.iter_mut().filter(|lot| lot.ends.is_some_and(|ends| ends <= at)) {
            lot.lost += std::mem::take(&mut lot.left);
        }
    }

    /// Of what ends first; of two that end together what was not bought, then the older.
    fn use_up(&mut self, bytes: i64) {
        self.used += bytes;
        let mut order: Vec<usize> = (0..self.lots.len()).collect();
        order
            .sort_by_key(|no| (self.lots[*no].ends.unwrap_or(Timestamp::MAX), self.lots[*no].is_bought, *no));
        let mut wanted = bytes;
        for no in order {
            let part = self.lots[no].left.min(wanted);
            self.lots[no].left -= part;
            wanted -= part;
        }
        self.beyond += wanted;
    }

    /// From now on so much of what was bought is taken back for this cause.
    fn set_back(&mut self, bought: usize, (cause, amount): (TakenBackCause, i64), at: Timestamp) {
        let nothing = Back { refund: 0, dispute: 0, from: BTreeMap::new(), lost: 0, used: 0, since: at };
        let mut back = self.back.remove(&bought).unwrap_or(nothing);
        match cause {
            TakenBackCause::Refund => back.refund = amount,
            TakenBackCause::Dispute => back.dispute = amount,
        }
        let wanted = (back.refund + back.dispute).min(self.lots[bought].amount);
        let had = back.from.values().sum::<i64>() + back.lost + back.used;
        if wanted > had {
            self.take(bought, &mut back, wanted - had);
        } else {
            self.put_back(bought, &mut back, had - wanted, at);
        }
        if back.refund + back.dispute > 0 {
            self.back.insert(bought, back);
        }
    }

    fn take(&mut self, bought: usize, back: &mut Back, more: i64) {
        let mut wanted = more;
        let mut lost = -back.lost;
        for (no, lot) in self.lots.iter_mut().enumerate() {
            if no != bought && lot.instead_of != Some(bought) {
                continue;
            }
            let part = lot.left.min(wanted);
            lot.left -= part;
            wanted -= part;
            *back.from.entry(no).or_default() += part;
            lost += lot.lost;
        }
        let part = lost.clamp(0, wanted);
        back.lost += part;
        back.used += wanted - part;
        self.meet(more - wanted, "data that was left taken back");
        self.meet(part, "data that had ended taken back");
        self.meet(wanted - part, "data that was used stays used");
    }

    fn put_back(&mut self, bought: usize, back: &mut Back, less: i64, at: Timestamp) {
        let mut rest = less;
        for place in [&mut back.used, &mut back.lost] {
            let part = (*place).min(rest);
            *place -= part;
            rest -= part;
        }
        let mut homeless = 0;
        for (no, taken) in &mut back.from {
            let part = (*taken).min(rest);
            *taken -= part;
            rest -= part;
            if self.lots[*no].ends.is_some_and(|ends| ends <= at) {
                homeless += part;
            } else {
                let paid = self.beyond.min(part);
                self.beyond -= paid;
                self.lots[*no].left += part - paid;
            }
        }
        self.meet(less, "data set back");
        self.meet(homeless, "data set back after its pack had ended");
        if homeless > 0 {
            // It lives as long as was left to it when it was taken; what had ended by then, for ever.
            let left = self.lots[bought].ends.map(|ends| ends.since(back.since)).filter(|left| *left > 0);
            self.give((homeless, left.map(|left| at.plus(left))), true, Some(bought));
        }
    }

    /// What is there at this time; below zero it was used beyond all.
    pub(crate) fn balance(&mut self, now: Timestamp) -> i64 {
        self.end_by(now);
        self.lots.iter().map(|lot| lot.left).sum::<i64>() - self.beyond
    }

    /// What is taken back of the lot with this number, if anything.
    pub(crate) fn back(&self, bought: usize) -> Option<&Back> {
        self.back.get(&bought)
    }
}
