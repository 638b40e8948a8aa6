//! A second, plain model of where a line's balance comes from: what its records say, added up. Another crate's test includes this file by
//! its path.

use book::{BackMove, LineFact, Lot, Record};

/// The terms of the running cycle, and what was ever counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineTerms {
    /// Carried, allowance, bought, outside, total, adjustments.
    pub(crate) terms: [i128; 6],
    /// Bytes that were read from counters, of whatever cycle.
    pub(crate) counted: i128,
}

impl LineTerms {
    /// Takes what a record of the line's wallet says, which had `posted` and owed `debt` before.
    pub(crate) fn follow(&mut self, record: &Record, posted: i64, debt: i64) {
        let [_, allowance, bought, outside, all, adjustments] = &mut self.terms;
        let amount = |lot: &Option<Lot>| lot.map_or(0, |lot| i128::from(lot.amount));
        match record {
            Record::GrantAdded(added) => *adjustments += i128::from(added.amount),
            Record::GrantExpired { amount, .. } | Record::Deducted { amount, .. } => {
                *adjustments -= i128::from(*amount);
            }
            Record::TakenBackSet(set) => {
                *adjustments += match &set.moved {
                    BackMove::Taken { burns, .. } => -i128::from(burns.total()),
                    BackMove::Returned { restored, reinstated, .. } => {
                        i128::from(restored.total() + reinstated.map_or(0, |grant| grant.amount))
                    }
                }
            }
            Record::Line(record) => match &record.fact {
                LineFact::Opened { allowance: lot, .. } => *allowance = amount(lot),
                LineFact::CycleBegan { forgiven, allowance: lot, .. } => {
                    assert_eq!(*forgiven, debt, "all overshoot ends, and nothing else");
                    self.terms = [i128::from(posted + debt), amount(lot), 0, 0, 0, 0];
                }
                LineFact::Carried { lost, .. } => *adjustments -= i128::from(*lost),
                LineFact::PlanChanged { allowance: lot, .. } => *allowance += amount(lot),
                LineFact::Bought { lot, .. } | LineFact::Released { lot, .. } => {
                    *bought += i128::from(lot.amount);
                }
                LineFact::Recovered { lot, .. } => *adjustments += amount(lot),
                LineFact::WrittenOff { burns, .. } => *adjustments -= i128::from(burns.total()),
                LineFact::Read(read) => {
                    assert_eq!(read.anomaly, None, "nothing strange was sent");
                    let taken = &read.taken;
                    let is_told_again = read.after.counts_all && read.after.traffic.is_some();
                    assert!(taken.earlier >= 0 && taken.outside >= 0 && taken.total >= 0);
                    assert!(!is_told_again || taken.total + taken.earlier == 0, "it is no use of its own");
                    assert!(is_told_again || taken.outside <= taken.total);
                    let free = read.zero_rated.as_ref().map_or(0, |zero_rated| zero_rated.free);
                    assert!((0..=taken.outside).contains(&free));
                    *outside += i128::from(taken.outside);
                    *all += i128::from(taken.total);
                    assert!(*outside <= *all, "no more is free than was used");
                    self.counted += i128::from(taken.total) + i128::from(taken.earlier);
                }
                LineFact::Used(taken) => {
                    *outside += i128::from(taken.outside);
                    *all += i128::from(taken.total);
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// What the terms come to.
    pub(crate) fn balance(&self) -> i128 {
        let [carried, allowance, bought, outside, total, adjustments] = self.terms;
        carried + allowance + bought + outside - total + adjustments
    }
}
