//! The month-end report of the demo's past against sums over the journal's transfers, made here in another way.

use std::collections::BTreeMap;

use book::{Account, Decision, LineFact, Record, WalletNo, read_batch, transfers};
use engine::{Projector, month_end};
use jiff::tz::TimeZone;
use money::{Amount, Timestamp, Unit};
use store::{JournalReader as _, SqliteJournalReader, Tables};

use super::past;
use crate::app::JOURNAL_FILE;
use crate::config::Config;
use crate::month_end::{Cutoff, Flow, csv};

const ZONE: &str = "America/Sao_Paulo";

/// What a wallet counts, what it was given when, and what it used.
type Given = (Unit, Vec<(Timestamp, i128)>, i128);

/// What the journal says, decision by decision, of what was before an instant.
struct Told {
    decisions: Vec<(Decision, Unit)>,
}

impl Told {
    fn of(journal: &mut SqliteJournalReader) -> Told {
        let mut units: Vec<Unit> = Vec::new();
        let mut decisions = Vec::new();
        for row in journal.read(1, usize::MAX, usize::MAX).expect("a journal") {
            for decision in read_batch(&row) {
                let (_, decision) = decision.expect("a decision");
                if let Record::WalletOpened { unit, .. } = &decision.record {
                    units.push(*unit);
                }
                if let Some(WalletNo(no)) = decision.record.wallet() {
                    let unit = units[no as usize];
                    decisions.push((decision, unit));
                }
            }
        }
        Told { decisions }
    }

    fn within(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = &(Decision, Unit)> {
        self.decisions.iter().filter(move |(decision, _)| (from..until).contains(&decision.at))
    }

    /// What moved on each account within a span: debits and credits; wallets together under an empty name.
    fn moved(&self, from: Timestamp, until: Timestamp) -> BTreeMap<(Unit, String), (i128, i128)> {
        let mut sums: BTreeMap<(Unit, String), (i128, i128)> = BTreeMap::new();
        for (decision, unit) in self.within(from, until) {
            for transfer in transfers(&decision.record, *unit) {
                let name = |account| match account {
                    Account::Wallet(_) => String::new(),
                    other => other.to_string(),
                };
                sums.entry((transfer.unit, name(transfer.debit))).or_default().0 +=
                    i128::from(transfer.amount);
                sums.entry((transfer.unit, name(transfer.credit))).or_default().1 +=
                    i128::from(transfer.amount);
            }
        }
        sums
    }

    /// How much of each kind moved wallets, seen at the balances that decisions leave, not at transfers.
    fn flows(&self, from: Timestamp, until: Timestamp) -> BTreeMap<(Unit, &'static str), i128> {
        let mut posted: BTreeMap<WalletNo, i64> = BTreeMap::new();
        let mut flows: BTreeMap<(Unit, &'static str), i128> = BTreeMap::new();
        for (decision, unit) in &self.decisions {
            let (Some(wallet), Some(balance)) = (decision.record.wallet(), decision.record.balance()) else {
                continue;
            };
            let before = posted.insert(wallet, balance.posted).unwrap_or_default();
            if (from..until).contains(&decision.at) && balance.posted != before {
                let flow = match &decision.record {
                    Record::GrantAdded(added) if added.payment.is_some() => Flow::Sold,
                    Record::GrantAdded(_) => Flow::Promotional,
                    Record::UsagePosted(_) => Flow::Used,
                    Record::Line(record) => match &record.fact {
                        LineFact::Used(_) | LineFact::Read(_) => Flow::Used,
                        _ => Flow::Allowance,
                    },
                    other => panic!("the demo's past has something new: {other:?}"),
                };
                *flows.entry((*unit, flow.word())).or_default() +=
                    i128::from(balance.posted) - i128::from(before);
            }
        }
        flows
    }

    /// What was left of each grant at an instant, by when it was given: of each wallet what it was given, in order, minus what
    /// it used, the oldest first. Nothing of the demo's past expires, and all of it burns in the order in which it came.
    fn left(&self, until: Timestamp) -> Vec<(Unit, Timestamp, i128)> {
        let mut wallets: BTreeMap<WalletNo, Given> = BTreeMap::new();
        let mut posted: BTreeMap<WalletNo, i64> = BTreeMap::new();
        for (decision, unit) in self.within(Timestamp::EPOCH, until) {
            let (Some(wallet), Some(balance)) = (decision.record.wallet(), decision.record.balance()) else {
                continue;
            };
            let before = posted.insert(wallet, balance.posted).unwrap_or_default();
            let by = i128::from(balance.posted) - i128::from(before);
            let (_, given, used) = wallets.entry(wallet).or_insert((*unit, Vec::new(), 0));
            if by > 0 { given.push((decision.at, by)) } else { *used -= by }
        }
        let mut left = Vec::new();
        for (unit, given, mut used) in wallets.into_values() {
            for (at, amount) in given {
                let burned = used.min(amount);
                used -= burned;
                left.push((unit, at, amount - burned));
            }
            assert_eq!(used, 0, "nobody in the demo's past owes anything");
        }
        left
    }
}

/// Every line that the file must have, its unit, section and item before its amount.
fn expected(told: &Told, cutoff: Cutoff, until: Timestamp, from: Timestamp) -> BTreeMap<String, i128> {
    let (before, within) = (told.moved(Timestamp::EPOCH, from), told.moved(from, until));
    let mut lines = BTreeMap::new();
    let keys: std::collections::BTreeSet<_> = before.keys().chain(within.keys()).cloned().collect();
    for (unit, name) in keys {
        let key = (unit, name.clone());
        let (old_debits, old_credits) = before.get(&key).copied().unwrap_or_default();
        let (debits, credits) = within.get(&key).copied().unwrap_or_default();
        let opening = old_credits - old_debits;
        let mut line = |section: &str, item: &str, amount| {
            lines.insert(format!("{},{section},{item}", unit.code()), amount);
        };
        if name.is_empty() {
            line("liability", "opening", opening);
            line("liability", "closing", opening - debits + credits);
        } else {
            line("opening", &name, opening);
            line("debits", &name, debits);
            line("credits", &name, credits);
            line("closing", &name, opening - debits + credits);
        }
    }
    for ((unit, flow), amount) in told.flows(from, until) {
        lines.insert(format!("{},liability,{flow}", unit.code()), amount);
    }
    let units: std::collections::BTreeSet<Unit> =
        told.within(Timestamp::EPOCH, until).map(|(_, unit)| *unit).collect();
    for unit in units {
        for (from, to, span) in
            [(0, 31, "0-30"), (31, 91, "31-90"), (91, 366, "91-365"), (366, 9_999, "366+")]
        {
            let is_old = |at: Timestamp| (from..to).contains(&(until.since(at) / Timestamp::DAY));
            let left = told.left(until).into_iter().filter(|(of, at, _)| *of == unit && is_old(*at));
            lines.insert(format!("{},age_days,{span}", unit.code()), left.map(|(_, _, left)| left).sum());
        }
        lines.insert(format!("{},age_days,debt", unit.code()), 0);
        let zone = TimeZone::get(ZONE).expect("a zone");
        for (day, date) in (1..).zip(cutoff.days()) {
            let end = crate::portal::calendar::day_bounds(&zone, date).expect("a day").until;
            let (debits, credits) = told
                .moved(Timestamp::EPOCH, end.min(until))
                .remove(&(unit, String::new()))
                .unwrap_or_default();
            lines.insert(format!("{},day,{day:02}", unit.code()), credits - debits);
        }
    }
    lines
}

#[test]
fn the_report_of_the_past_is_what_the_journal_sums_to() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut config = Config::embedded()?;
    config.server.data = folder.path().to_owned();
    config.brand.time_zone = TimeZone::get(ZONE)?;
    // The past goes back thirty days: part of it lies in October, part in November, which is over when the report is made.
    past::write(&config, Timestamp::parse("2026-12-01T14:00:00Z")?)?;
    let open = || SqliteJournalReader::open(&folder.path().join(JOURNAL_FILE));
    let told = Told::of(&mut open()?);
    let tables = Tables::open_in_memory()?;
    let rows = open()?.read(1, usize::MAX, usize::MAX)?;
    let changes = Projector::default().project(&rows)?.changes;
    tables.write_views(|tx| tx.apply_views(&changes))?;
    let whole = |text| crate::portal::calendar::parse_month(text).map(Cutoff::from);
    let cutoffs = [
        ("2026-11", whole("2026-11"), true),
        ("2026-12", whole("2026-12"), false),
        // At any past day as at the end of a month.
        ("2026-11-01", Cutoff::parse_day("2026-11-01"), true),
        ("2026-11-17", Cutoff::parse_day("2026-11-17"), true),
        ("2026-11-30", Cutoff::parse_day("2026-11-30"), true),
        ("2026-12-01", Cutoff::parse_day("2026-12-01"), false),
    ];
    for (text, cutoff, is_final) in cutoffs {
        let cutoff = cutoff.expect("a month or a day");
        let period = cutoff.period(&config.brand.time_zone).expect("a period");
        let report = month_end(&mut open()?, &period, &mut |_| {})?;
        assert_eq!(report.is_final, is_final, "{text}");
        let file = csv(&report, cutoff, ZONE)?;
        let again = csv(&month_end(&mut open()?, &period, &mut |_| {})?, cutoff, ZONE)?;
        assert_eq!(file, again, "a second run gives the same bytes");
        let mut lines = expected(&told, cutoff, period.until, period.from);
        for line in file.trim_end().split("\r\n").skip(1).filter(|line| !line.contains(",journal,")) {
            let cells: Vec<&str> = line.split(',').collect();
            let [_, _, unit, section, item, amount] = cells[..] else { panic!("{line}") };
            if section == "movement" {
                continue;
            }
            let amount = Amount::parse(amount, Unit::known(unit).expect("a unit"))?.value();
            let key = format!("{unit},{section},{item}");
            assert_eq!(lines.remove(&key), Some(i128::from(amount)), "{text}: {key}");
        }
        // Of a month that runs, the days that have not begun are not there.
        lines.retain(|key, _| is_final || !key.contains(",day,"));
        assert!(lines.is_empty(), "{text}: not in the report: {lines:?}");
        // The views add the same movements up by the quarter of an hour.
        let before = tables.read(|reader| reader.moved_since(period.until))?;
        for moved in tables.read(|reader| reader.moved_since(period.from))? {
            let same = |other: &&store::views::Moved| {
                (&other.kind, &other.reason, other.amount.unit())
                    == (&moved.kind, &moved.reason, moved.amount.unit())
            };
            let later = before.iter().find(same).map_or(0, |later| later.amount.value());
            // A unit that moves later only is not in the report yet.
            let sums = report.units.iter().find(|sums| sums.unit == moved.amount.unit());
            let key = (moved.kind.as_str(), moved.reason.as_deref().unwrap_or_default());
            let mut all = sums.into_iter().flat_map(|sums| &sums.moved);
            let known = all.find(|((kind, reason), _)| (*kind, *reason) == key);
            let known = known.map_or(0, |(_, amount)| *amount);
            assert_eq!(known, i128::from(moved.amount.value() - later), "{text}: {key:?}");
        }
    }
    Ok(())
}
