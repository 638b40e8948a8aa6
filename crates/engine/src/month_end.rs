//! The books of a period that is over, or of the one that runs, added up from the journal alone.
//!
//! Nothing is taken from views or snapshots: the rows are replayed from the first one, each decision counts at its own time, and what
//! the sums say is compared with the book that the replay leaves. A decision that was settled late stands further behind in the
//! journal than its time; so the whole journal is read until nothing more can come that belongs to the period.

use std::collections::{BTreeMap, HashSet};

use book::{
    Account, BatchError, Book, Decision, GENESIS, Hash, Record, WalletNo, check_chain, read_batch, transfers,
};
use money::{Timestamp, Unit};
use store::{JournalReader, StoreError};
use thiserror::Error;

use crate::projector::{kind_code, reason_code};

/// Rows read at once.
const ROWS_MAX: usize = 256;
/// Bytes of bodies read at once.
const BYTES_MAX: usize = 16 << 20;

/// From when (included) until when (excluded), and where its days begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its begin.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// The begin of each day in it but the first, in order.
    pub midnights: Vec<Timestamp>,
}

/// What the journal says of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthEnd {
    /// One for each unit that was ever moved, in the order of their codes, data last.
    pub units: Vec<UnitSums>,
    /// The row after which nothing more could change this; the newest one if something still can.
    pub position: u64,
    /// The hash of that row: it stands for all before it.
    pub hash: Hash,
    /// Whether nothing can be decided any more that belongs to the period.
    pub is_final: bool,
    /// When the newest decision was made of those that were read, by the book's clock.
    pub newest_at: Option<Timestamp>,
}

/// Sums of one unit, in its smallest steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitSums {
    /// What is counted.
    pub unit: Unit,
    /// All wallets together.
    pub wallets: AccountSums,
    /// What moved wallets, by kind and reason as statements have them.
    pub moved: BTreeMap<(&'static str, &'static str), i128>,
    /// What wallets held together at the end of each day; of a period that runs, up to the day of the newest decision.
    pub days: Vec<i128>,
    /// What was left of grants at the end, by how long ago each was given: the spans of [`AGES`].
    pub by_age: [i128; AGES.len()],
    /// What wallets had used beyond all grants at the end.
    pub debt: i128,
    /// The accounts that are not wallets and have ever moved, in the order of the chart.
    pub accounts: Vec<(Account, AccountSums)>,
}

/// How long ago a grant was given, in whole days: from, and until (both included).
pub const AGES: [(i64, Option<i64>); 4] = [(0, Some(30)), (31, Some(90)), (91, Some(365)), (366, None)];

/// An account over a period. Balances are what it was credited minus what it was debited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountSums {
    /// The balance before it.
    pub opening: i128,
    /// What it gave in it.
    pub debits: i128,
    /// What it took in it.
    pub credits: i128,
}

impl AccountSums {
    /// The balance at its end.
    pub const fn closing(&self) -> i128 {
        self.opening - self.debits + self.credits
    }

    fn moved(&mut self, delta: i128, is_before: bool) {
        match (is_before, delta < 0) {
            (true, _) => self.opening += delta,
            (false, true) => self.debits -= delta,
            (false, false) => self.credits += delta,
        }
    }
}

/// Why a period cannot be added up.
#[derive(Debug, Error)]
pub enum MonthEndError {
    /// The store failed.
    #[error("the journal cannot be read")]
    Store(#[from] StoreError),
    /// A row is damaged.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A row is missing.
    #[error("row {missing} of the journal is missing")]
    Gap {
        /// The position that should be there.
        missing: u64,
    },
    /// The sums of the transfers and the replayed book differ: one of them is wrong.
    #[error("the sums of {unit} do not add up ({what}); run saldo verify")]
    Differs {
        /// Of which unit.
        unit: Unit,
        /// What differs.
        what: &'static str,
    },
    /// A wallet's decisions do not stand in the order of their times.
    #[error("wallet {} has a decision behind a later one, in row {position}", wallet.0)]
    Unordered {
        /// Which wallet.
        wallet: WalletNo,
        /// Where.
        position: u64,
    },
}

/// Adds a period up. `tell` hears how many rows have been read.
///
/// # Errors
/// The journal cannot be read, is damaged, or does not add up.
pub fn month_end(
    journal: &mut dyn JournalReader,
    period: &Period,
    tell: &mut dyn FnMut(u64),
) -> Result<MonthEnd, MonthEndError> {
    let mut replay = Replay::new(period);
    loop {
        let rows = journal.read(replay.position + 1, ROWS_MAX, BYTES_MAX)?;
        if rows.is_empty() {
            return replay.finish(false);
        }
        for row in &rows {
            if row.position != replay.position + 1 {
                return Err(MonthEndError::Gap { missing: replay.position + 1 });
            }
            check_chain(&replay.hash, row)?;
            for decision in read_batch(row) {
                let (entry, decision) = decision?;
                replay.newest_at = replay.newest_at.max(Some(decision.at));
                if decision.at < period.until {
                    replay.decision(entry, &decision)?;
                } else {
                    replay.later(&decision);
                }
            }
            replay.position = row.position;
            replay.hash = row.hash;
            if replay.is_over() {
                return replay.finish(true);
            }
        }
        // Nobody is told of what a replay touches: it must not pile up.
        replay.book.take_touched();
        tell(replay.position);
    }
}

/// A period under way.
struct Replay<'p> {
    period: &'p Period,
    /// The book with all decisions before the end of the period, and no other.
    book: Book,
    units: BTreeMap<Unit, Running>,
    /// When each grant was given, by wallet and grant.
    given: Vec<Vec<Timestamp>>,
    /// Wallets of which a later decision has been seen.
    left: HashSet<WalletNo>,
    /// Whether the journal has come to a decision after the period.
    is_passed: bool,
    position: u64,
    hash: Hash,
    newest_at: Option<Timestamp>,
}

/// Sums of one unit under way.
#[derive(Default)]
struct Running {
    wallets: AccountSums,
    accounts: BTreeMap<Account, AccountSums>,
    moved: BTreeMap<(&'static str, &'static str), i128>,
    by_day: BTreeMap<usize, i128>,
}

impl<'p> Replay<'p> {
    fn new(period: &'p Period) -> Replay<'p> {
        Replay {
            period,
            book: Book::new(),
            units: BTreeMap::new(),
            given: Vec::new(),
            left: HashSet::new(),
            is_passed: false,
            position: 0,
            hash: GENESIS,
            newest_at: None,
        }
    }

    fn decision(&mut self, entry: book::EntryRef, decision: &Decision) -> Result<(), MonthEndError> {
        let record = &decision.record;
        let wallet = record.wallet();
        if let Some(wallet) = wallet.filter(|wallet| self.left.contains(wallet)) {
            return Err(MonthEndError::Unordered { wallet, position: entry.position() });
        }
        self.book.replay(entry, decision);
        if let Some(no) = wallet {
            self.note_grants(no, decision);
        }
        let unit = match record {
            Record::MoneyMoved { amount, .. } => Some(amount.unit()),
            _ => wallet.and_then(|no| self.book.wallet(no)).map(|wallet| wallet.unit),
        };
        let Some(unit) = unit else { return Ok(()) };
        let is_before = decision.at < self.period.from;
        let mut in_wallets = 0;
        for transfer in transfers(record, unit) {
            let amount = i128::from(transfer.amount);
            for (account, delta) in [(transfer.debit, -amount), (transfer.credit, amount)] {
                let sums = self.units.entry(transfer.unit).or_default();
                if let Account::Wallet(_) = account {
                    in_wallets += delta;
                } else {
                    sums.accounts.entry(account).or_default().moved(delta, is_before);
                }
            }
        }
        // A movement of a wallet in two transfers is one: its sum is what a statement shows.
        if in_wallets != 0 {
            let sums = self.units.entry(unit).or_default();
            sums.wallets.moved(in_wallets, is_before);
            if !is_before {
                let kind = (kind_code(record).unwrap_or_default(), reason_code(record));
                *sums.moved.entry(kind).or_default() += in_wallets;
                let day = self.period.midnights.partition_point(|midnight| *midnight <= decision.at);
                *sums.by_day.entry(day).or_default() += in_wallets;
            }
        }
        Ok(())
    }

    /// A decision after the period counts for nothing; from then on its wallet has none in the period any more.
    fn later(&mut self, decision: &Decision) {
        self.is_passed = true;
        self.left.extend(decision.record.wallet());
    }

    fn note_grants(&mut self, no: WalletNo, decision: &Decision) {
        let count = self.book.wallet(no).map_or(0, |wallet| wallet.grants.len());
        let place = no.0 as usize;
        if self.given.len() <= place {
            self.given.resize(place + 1, Vec::new());
        }
        let given = &mut self.given[place];
        given.resize(count.max(given.len()), decision.at);
        if let Record::GrantEffective { grant_no, .. } = &decision.record
            && let Some(at) = given.get_mut(*grant_no as usize)
        {
            *at = decision.at;
        }
    }

    /// Whether nothing can come any more that belongs to the period: a later decision is there, so the book's time has passed it, and
    /// nothing is due in it.
    fn is_over(&self) -> bool {
        self.is_passed && self.book.next_due().is_none_or(|due| due >= self.period.until)
    }

    fn finish(self, is_final: bool) -> Result<MonthEnd, MonthEndError> {
        let seen_until = self.book.last_at().filter(|_| !is_final).unwrap_or(self.period.until);
        let days = self.period.midnights.partition_point(|midnight| *midnight <= seen_until) + 1;
        let units = self.units.iter().map(|(unit, running)| {
            let (by_age, debt) = self.by_age(*unit);
            let sums = UnitSums {
                unit: *unit,
                wallets: running.wallets,
                moved: running.moved.clone(),
                days: closings(running.wallets.opening, &running.by_day, days),
                by_age,
                debt,
                accounts: running.accounts.iter().map(|(account, sums)| (*account, *sums)).collect(),
            };
            self.check(&sums)?;
            Ok(sums)
        });
        let mut units = units.collect::<Result<Vec<_>, MonthEndError>>()?;
        units.sort_by_key(|sums| sums.unit == Unit::BYTE);
        let Replay { position, hash, newest_at, .. } = self;
        Ok(MonthEnd { units, position, hash, is_final, newest_at })
    }

    /// What is left of the grants of one unit by how long ago they were given, and the debt.
    fn by_age(&self, unit: Unit) -> ([i128; AGES.len()], i128) {
        let (mut by_age, mut debt) = ([0; AGES.len()], 0);
        let wallets = self.book.wallets().filter(|(_, wallet)| wallet.unit == unit);
        for (no, wallet) in wallets {
            debt += i128::from(wallet.debt);
            let given = self.given.get(no.0 as usize).map(Vec::as_slice).unwrap_or_default();
            for (grant, at) in wallet.grants.iter().zip(given) {
                if grant.scheduled_at.is_none() {
                    by_age[age_of(self.period.until.since(*at))] += i128::from(grant.remaining);
                }
            }
        }
        (by_age, debt)
    }

    /// Compares the sums with each other and with the book.
    fn check(&self, sums: &UnitSums) -> Result<(), MonthEndError> {
        let closing = sums.wallets.closing();
        let wallets = self.book.wallets().filter(|(_, wallet)| wallet.unit == sums.unit);
        let posted: i128 = wallets.map(|(_, wallet)| i128::from(wallet.balance.posted)).sum();
        let of_unit = self.book.accounts().filter(|(_, unit, _)| *unit == sums.unit);
        let in_book: BTreeMap<Account, i128> = of_unit.map(|(account, _, total)| (account, total)).collect();
        let in_sums: BTreeMap<Account, i128> =
            sums.accounts.iter().map(|(account, sums)| (*account, sums.closing())).collect();
        let checks = [
            ("wallets", closing == posted),
            ("movements", sums.wallets.opening + sums.moved.values().sum::<i128>() == closing),
            ("days", sums.days.last() == Some(&closing)),
            ("ages", sums.by_age.iter().sum::<i128>() - sums.debt == closing),
            ("accounts", in_book == in_sums),
            ("all accounts", in_sums.values().sum::<i128>() + closing == 0),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            None => Ok(()),
            Some((what, _)) => Err(MonthEndError::Differs { unit: sums.unit, what }),
        }
    }
}

/// The place in [`AGES`] of something that happened so many microseconds ago.
fn age_of(micros: i64) -> usize {
    let days = micros.div_euclid(Timestamp::DAY);
    AGES.iter().rposition(|(from, _)| days >= *from).unwrap_or(0)
}

/// What was there at the end of each day.
fn closings(opening: i128, by_day: &BTreeMap<usize, i128>, days: usize) -> Vec<i128> {
    let moved = (0..days).map(|day| by_day.get(&day).copied().unwrap_or_default());
    moved
        .scan(opening, |held, moved| {
            *held += moved;
            Some(*held)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_begin_and_end_with_whole_days() {
        let cases = [(0, 0), (30, 0), (31, 1), (90, 1), (91, 2), (365, 2), (366, 3), (9_999, 3)];
        for (days, place) in cases {
            assert_eq!(age_of(days * Timestamp::DAY), place, "{days}");
            assert_eq!(age_of(days * Timestamp::DAY + Timestamp::DAY - 1), place, "{days}");
        }
    }

    #[test]
    fn a_day_without_a_movement_ends_as_it_began() {
        let by_day = BTreeMap::from([(0, 5), (2, -3)]);
        assert_eq!(closings(10, &by_day, 4), [15, 15, 12, 12]);
    }
}
