//! The month-end report of the demo's past against sums over the journal's transfers, made here in another way.

use std::collections::{BTreeMap, BTreeSet};

use book::{
    Account, Balance, Decision, LineFact, Lot, MoneyMovement, Record, TakenBackCause, WalletNo, read_batch,
    transfers,
};
use engine::{Projector, month_end};
use jiff::tz::TimeZone;
use money::{Amount, PaymentId, Timestamp, Unit};
use store::{JournalReader as _, SqliteJournalReader, Tables};

use super::past;
use crate::app::JOURNAL_FILE;
use crate::config::Config;
use crate::month_end::{Cutoff, Flow, csv};

const ZONE: &str = "America/Sao_Paulo";

/// What a wallet was given at once, and what is left of it.
struct Given {
    at: Timestamp,
    expires_at: Timestamp,
    payment: Option<PaymentId>,
    left: i128,
    /// So much of that is kept for windows that are open.
    kept: i128,
}

/// What a wallet has: its balance, what it was given, and what of that each open window will take.
struct Had {
    unit: Unit,
    balance: Balance,
    given: Vec<Given>,
    windows: BTreeMap<u32, Vec<(usize, i128)>>,
}

impl Had {
    /// Where `amount` is taken: of what ends first, then of what was not bought, then of the oldest.
    fn taken(&self, amount: i128) -> Vec<(usize, i128)> {
        let mut order: Vec<usize> = (0..self.given.len()).collect();
        order.sort_by_key(|place| {
            let given = &self.given[*place];
            (given.expires_at, given.payment.is_some(), given.at)
        });
        let (mut wanted, mut taken) = (amount, Vec::new());
        for place in order {
            let some = wanted.min(self.given[place].left - self.given[place].kept);
            wanted -= some;
            taken.push((place, some));
        }
        assert_eq!(wanted, 0, "nobody in the demo's past owes anything");
        taken
    }

    /// What a decision does to what was given.
    fn moved(&mut self, decision: &Decision, balance: Balance) {
        let by = i128::from(balance.posted) - i128::from(self.balance.posted);
        let pending = i128::from(balance.pending) - i128::from(self.balance.pending);
        self.balance = balance;
        match &decision.record {
            Record::WindowOpened(opened) => {
                let kept = self.taken(pending);
                kept.iter().for_each(|(place, some)| self.given[*place].kept += some);
                self.windows.insert(opened.window_no, kept);
            }
            Record::UsagePosted(posted) => {
                let window = posted.window_no.expect("nothing of the demo's past was told late");
                let kept = self.windows.remove(&window).expect("a window that was open");
                assert_eq!(kept.iter().map(|(_, some)| some).sum::<i128>(), -by, "what was kept is used");
                for (place, some) in kept {
                    self.given[place].kept -= some;
                    self.given[place].left -= some;
                }
            }
            _ if by == 0 => {}
            Record::GrantExpired { .. } => {
                let is_it = |given: &&mut Given| given.expires_at == decision.at && given.left > given.kept;
                let ended = self.given.iter_mut().find(is_it).expect("what ends was given");
                ended.left += by;
                assert_eq!(ended.left, ended.kept, "all is lost that no window has kept");
            }
            Record::TakenBackSet(set) => {
                let bought = self.given.iter_mut().find(|given| given.payment == Some(set.payment));
                let bought = bought.expect("what goes back was bought");
                bought.left += by;
                assert!(bought.left >= bought.kept, "what goes back was left");
            }
            _ if by > 0 => self.given.push(Given::by(decision, by)),
            _ => self.taken(-by).into_iter().for_each(|(place, some)| self.given[place].left -= some),
        }
    }
}

impl Given {
    /// What is given by a decision, if anything is, in a wallet that has `by` more after it.
    fn by(decision: &Decision, by: i128) -> Given {
        let (expires_at, payment) = match &decision.record {
            Record::GrantAdded(added) => (added.expires_at, added.payment),
            Record::Line(record) => match &record.fact {
                LineFact::Opened { allowance: Some(Lot { expires_at, .. }), .. }
                | LineFact::CycleBegan { allowance: Some(Lot { expires_at, .. }), .. } => {
                    (Some(*expires_at), None)
                }
                other => panic!("the demo's past has something new: {other:?}"),
            },
            other => panic!("the demo's past has something new: {other:?}"),
        };
        Given {
            at: decision.at,
            expires_at: expires_at.unwrap_or(Timestamp::MAX),
            payment,
            left: by,
            kept: 0,
        }
    }
}

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
                let unit = match (&decision.record, decision.record.wallet()) {
                    (Record::MoneyMoved { amount, .. }, _) => Some(amount.unit()),
                    (_, Some(WalletNo(no))) => Some(units[no as usize]),
                    (_, None) => None,
                };
                decisions.extend(unit.map(|unit| (decision, unit)));
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
                    Record::GrantExpired { .. } => Flow::Expired,
                    Record::TakenBackSet(set) => match set.cause {
                        TakenBackCause::Refund => Flow::Refunded,
                        TakenBackCause::Dispute => Flow::Disputed,
                    },
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

    /// What Stripe paid out within a span and what of payouts came back, as it was told to the book.
    fn payouts(&self, from: Timestamp, until: Timestamp) -> BTreeMap<(Unit, &'static str), i128> {
        let mut sums = BTreeMap::new();
        for (decision, unit) in self.within(from, until) {
            if let Record::MoneyMoved { movement: MoneyMovement::Payout, amount } = &decision.record {
                let item = if amount.value() > 0 { "made" } else { "came_back" };
                *sums.entry((*unit, item)).or_default() += i128::from(amount.value()).abs();
            }
        }
        sums
    }

    /// What of the operator's money left Stripe so within a span. The views sum it beside what wallets moved.
    fn money(&self, wanted: MoneyMovement, (from, until): (Timestamp, Timestamp)) -> i128 {
        let of_it = |(decision, _): &(Decision, Unit)| match &decision.record {
            Record::MoneyMoved { movement, amount } if *movement == wanted => i128::from(amount.value()),
            _ => 0,
        };
        self.within(from, until).map(of_it).sum()
    }

    /// What was left of each grant at an instant, by when it was given.
    fn left(&self, until: Timestamp) -> Vec<(Unit, Timestamp, i128)> {
        let mut wallets: BTreeMap<WalletNo, Had> = BTreeMap::new();
        for (decision, unit) in self.within(Timestamp::EPOCH, until) {
            let (Some(wallet), Some(balance)) = (decision.record.wallet(), decision.record.balance()) else {
                continue;
            };
            let nothing = || Had {
                unit: *unit,
                balance: Balance::default(),
                given: Vec::new(),
                windows: BTreeMap::new(),
            };
            wallets.entry(wallet).or_insert_with(nothing).moved(decision, balance);
        }
        let left = |had: Had| had.given.into_iter().map(move |given| (had.unit, given.at, given.left));
        wallets.into_values().flat_map(left).collect()
    }
}

/// Every line that the file must have, its unit, section and item before its amount.
fn expected(told: &Told, cutoff: Cutoff, until: Timestamp, from: Timestamp) -> BTreeMap<String, i128> {
    let (before, within) = (told.moved(Timestamp::EPOCH, from), told.moved(from, until));
    let mut lines = BTreeMap::new();
    let keys: BTreeSet<_> = before.keys().chain(within.keys()).cloned().collect();
    let units: BTreeSet<Unit> = keys.iter().map(|(unit, _)| *unit).collect();
    // Of a unit that no wallet counts, wallets hold nothing.
    for unit in &units {
        lines.insert(format!("{},liability,opening", unit.code()), 0);
        lines.insert(format!("{},liability,closing", unit.code()), 0);
    }
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
    // Who was ever paid out reads what was in this period, be it nothing.
    let payouts = told.payouts(from, until);
    for ((unit, _), _) in told.payouts(Timestamp::EPOCH, until) {
        for item in ["made", "came_back"] {
            let sum = payouts.get(&(unit, item)).copied().unwrap_or_default();
            lines.insert(format!("{},payouts,{item}", unit.code()), sum);
        }
    }
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
    // The past goes back two months: to the end of September, through October and November, which are over when the report is made.
    past::write(&config, Timestamp::parse("2026-12-01T14:00:00Z")?)?;
    let open = || SqliteJournalReader::open(&folder.path().join(JOURNAL_FILE));
    let told = Told::of(&mut open()?);
    let tables = Tables::open_in_memory()?;
    let rows = open()?.read(1, usize::MAX, usize::MAX)?;
    let changes = Projector::default().project(&rows)?.changes;
    tables.write_views(|tx| tx.apply_views(&changes))?;
    let whole = |text| crate::portal::calendar::parse_month(text).map(Cutoff::from);
    let cutoffs = [
        ("2026-09", whole("2026-09"), true),
        ("2026-10", whole("2026-10"), true),
        ("2026-11", whole("2026-11"), true),
        ("2026-12", whole("2026-12"), false),
        // At any past day as at the end of a month.
        ("2026-10-19", Cutoff::parse_day("2026-10-19"), true),
        ("2026-11-01", Cutoff::parse_day("2026-11-01"), true),
        ("2026-11-17", Cutoff::parse_day("2026-11-17"), true),
        ("2026-11-30", Cutoff::parse_day("2026-11-30"), true),
        ("2026-12-01", Cutoff::parse_day("2026-12-01"), false),
    ];
    let mut all_told = String::new();
    for (text, cutoff, is_final) in cutoffs {
        let cutoff = cutoff.expect("a month or a day");
        let period = cutoff.period(&config.brand.time_zone).expect("a period");
        let report = month_end(&mut open()?, &period, &mut |_| {})?;
        assert_eq!(report.is_final, is_final, "{text}");
        let file = csv(&report, cutoff, ZONE)?;
        let again = csv(&month_end(&mut open()?, &period, &mut |_| {})?, cutoff, ZONE)?;
        assert_eq!(file, again, "a second run gives the same bytes");
        all_told.push_str(&file);
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
            let known = match MoneyMovement::from_code(&moved.kind) {
                Some(movement) => told.money(movement, (period.from, period.until)),
                None => known.map_or(0, |(_, amount)| *amount),
            };
            assert_eq!(known, i128::from(moved.amount.value() - later), "{text}: {key:?}");
        }
    }
    // Nothing of what can become of a payment or of credit is missing.
    for told in [
        "2026-11,America/Sao_Paulo,USD,liability,sold,200.00\r\n",
        "2026-11,America/Sao_Paulo,USD,liability,refunded,-10.00\r\n",
        "2026-10,America/Sao_Paulo,USD,liability,disputed,-40.00\r\n",
        "2026-10,America/Sao_Paulo,USD,debits,fees:stripe,17.49\r\n",
        "2026-11,America/Sao_Paulo,BRL,opening,receivable,0.00\r\n",
        "2026-11,America/Sao_Paulo,BRL,closing,receivable,-99.90\r\n",
        "2026-11,America/Sao_Paulo,USD,payouts,came_back,31.48\r\n",
        "2026-11,America/Sao_Paulo,USD,payouts,made,135.18\r\n",
    ] {
        assert!(all_told.contains(told), "{told}: {all_told}");
    }
    for told in
        ["2026-11,America/Sao_Paulo,USD,liability,expired,-", "2026-11,America/Sao_Paulo,USD,age_days,31-90,"]
    {
        let (_, behind) = all_told.split_once(told).unwrap_or_else(|| panic!("{told}: {all_told}"));
        assert!(!behind.starts_with("0.00\r"), "{told}");
    }
    Ok(())
}
