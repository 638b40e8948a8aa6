//! A book at work without a store: commands go in, rows are sealed, and every decision can be looked at.
//!
//! Owns the clock of a test and the rows written so far; leaves what should be true to the test that uses it.

#![allow(dead_code, reason = "each test uses its own part of the desk")]

pub(crate) mod ana;
pub(crate) mod joao;
pub(crate) mod packet;

use book::{
    Account, Act, Anchor, Answer, BatchBuilder, Book, Catalog, Command, CommandKey, Decision, EntryRef,
    GENESIS, GrantTerms, Hash, JournalRow, KeySpace, LineFact, Meter, MeterNo, Price, Record, Refusal,
    Source, UseStage, Wallet, WalletNo, check_chain, read_batch, transfers,
};
use money::{Amount, CustomerId, GrantId, Quantity, Timestamp, Unit, WalletId};

/// A book, its catalog, its clock and its journal.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) book: Book,
    pub(crate) catalog: Catalog,
    pub(crate) now: Timestamp,
    pub(crate) rows: Vec<JournalRow>,
    pub(crate) batch: BatchBuilder,
}

impl Desk {
    pub(crate) fn new(catalog: Catalog, now: &str) -> Desk {
        let now = time(now);
        let batch = BatchBuilder::new(1, 1, GENESIS);
        Desk { book: Book::new(), catalog, now, rows: Vec::new(), batch }
    }

    /// One command now.
    pub(crate) fn run(&mut self, command: &Command) -> Answer {
        self.book.execute(&self.catalog, command, self.now, &mut self.batch)
    }

    /// Settles all that is due, at most `decisions_max` decisions.
    pub(crate) fn sweep(&mut self, decisions_max: u32) -> bool {
        self.book.sweep(&self.catalog, self.now, decisions_max, &mut self.batch)
    }

    /// Finishes the row and gives its decisions back, none if it is empty.
    pub(crate) fn seal(&mut self) -> Vec<(EntryRef, Decision)> {
        if self.batch.is_empty() {
            return Vec::new();
        }
        let position = self.batch.next_entry().position();
        let batch = std::mem::replace(&mut self.batch, BatchBuilder::new(position + 1, 1, GENESIS));
        let row = batch.seal();
        check_chain(&last_hash(&self.rows), &row).expect("a sealed row follows the one before");
        let decisions = decisions_of(&row);
        self.batch = BatchBuilder::new(position + 1, 1, row.hash);
        self.rows.push(row);
        decisions
    }

    /// One act without a key, now: the records it led to, those of what was due first included.
    pub(crate) fn tell(&mut self, act: Act) -> Result<Vec<Record>, Refusal> {
        self.tell_keyed(None, act)
    }

    /// As [`Desk::tell`], with a key.
    pub(crate) fn tell_keyed(&mut self, key: Option<CommandKey>, act: Act) -> Result<Vec<Record>, Refusal> {
        self.seal();
        match self.run(&Command { key, act }) {
            Answer::Decided(_) => Ok(self.seal().into_iter().map(|(_, decision)| decision.record).collect()),
            Answer::Repeated(_) => Ok(Vec::new()),
            Answer::Refused(refusal) => Err(refusal),
        }
    }

    /// Goes to a later instant and settles all that is due by then.
    pub(crate) fn at(&mut self, instant: &str) -> Vec<Record> {
        self.now = time(instant);
        self.settle()
    }

    /// Settles all that is due.
    pub(crate) fn settle(&mut self) -> Vec<Record> {
        self.seal();
        assert!(self.sweep(u32::MAX), "a sweep without a limit does all");
        self.seal().into_iter().map(|(_, decision)| decision.record).collect()
    }

    pub(crate) fn wallet(&self, id: WalletId) -> &Wallet {
        let no = self.book.wallet_no(id).expect("the wallet was opened");
        self.book.wallet(no).expect("its number is known")
    }

    /// `posted`, `pending` and `available` as decimal text.
    pub(crate) fn balance(&self, id: WalletId) -> [String; 3] {
        let wallet = self.wallet(id);
        let balance = wallet.balance;
        [balance.posted, balance.pending, balance.available()].map(|value| wallet.amount(value).to_decimal())
    }
}

/// The hash that the next row stands behind.
pub(crate) fn last_hash(rows: &[JournalRow]) -> Hash {
    rows.last().map_or(GENESIS, |row| row.hash)
}

pub(crate) fn decisions_of(row: &JournalRow) -> Vec<(EntryRef, Decision)> {
    read_batch(row).collect::<Result<_, _>>().expect("a row that was just written can be read")
}

/// A book made from a journal alone.
pub(crate) fn replay(mut book: Book, rows: &[JournalRow]) -> Book {
    for row in rows {
        for (entry, decision) in decisions_of(row) {
            book.replay(entry, &decision);
        }
    }
    book
}

/// The kind of a record, by name.
pub(crate) fn kind(record: &Record) -> &'static str {
    match record {
        Record::Opened { .. } => "opened",
        Record::WalletOpened { .. } => "wallet_opened",
        Record::GrantAdded(_) => "grant_added",
        Record::GrantEffective { .. } => "grant_effective",
        Record::GrantExpired { .. } => "grant_expired",
        Record::Charged { .. } => "charged",
        Record::Reversed { .. } => "reversed",
        Record::Deducted { .. } => "deducted",
        Record::OverpaidTaken { .. } => "overpaid_taken",
        Record::WindowOpened(_) => "window_opened",
        Record::WindowAccrued { .. } => "window_accrued",
        Record::UsageCovered { .. } => "usage_covered",
        Record::UsagePosted(_) => "usage_posted",
        Record::TakenBackSet(_) => "taken_back_set",
        Record::MoneyMoved { .. } => "money_moved",
        Record::FrozenSet { .. } => "frozen_set",
        Record::Line(record) => line_kind(&record.fact),
        Record::ClockAdvanced { .. } => "clock_advanced",
        Record::Forgot { .. } => "forgot",
    }
}

fn line_kind(fact: &LineFact) -> &'static str {
    match fact {
        LineFact::Opened { .. } => "line_opened",
        LineFact::CycleBegan { .. } => "cycle_began",
        LineFact::Carried { .. } => "carried",
        LineFact::PlanChanged { .. } => "plan_changed",
        LineFact::StatusSet { .. } => "status_set",
        LineFact::Bought { .. } => "bought",
        LineFact::Awaits { .. } => "awaits",
        LineFact::Released { .. } => "released",
        LineFact::Paid { .. } => "paid",
        LineFact::Dropped { .. } => "dropped",
        LineFact::WrittenOff { .. } => "written_off",
        LineFact::Read(_) => "read",
        LineFact::SessionsEnded { .. } => "sessions_ended",
        LineFact::SessionsClosed { .. } => "sessions_closed",
        LineFact::Used(_) => "used",
        LineFact::Restricted { .. } => "restricted",
        LineFact::Restored { .. } => "restored",
        LineFact::Recovered { .. } => "recovered",
        LineFact::Billed { .. } => "billed",
        LineFact::BillPaid { .. } => "bill_paid",
        LineFact::BillWrittenOff { .. } => "bill_written_off",
    }
}

/// What `record` moves into (above zero) or out of its wallet.
pub(crate) fn moved_into_wallet(record: &Record, unit: Unit) -> i128 {
    let wallet = record.wallet().map(Account::Wallet);
    transfers(record, unit)
        .map(|transfer| {
            assert!(transfer.amount > 0, "a transfer moves more than nothing");
            let amount = i128::from(transfer.amount);
            i128::from(Some(transfer.credit) == wallet) * amount
                - i128::from(Some(transfer.debit) == wallet) * amount
        })
        .sum()
}

/// The sum over all accounts and wallets of `unit`: zero at all times.
pub(crate) fn total(book: &Book, unit: Unit) -> i128 {
    let wallets = book.wallets().filter(|(_, wallet)| wallet.unit == unit);
    let wallets: i128 = wallets.map(|(_, wallet)| i128::from(wallet.balance.posted)).sum();
    let shared = book.accounts().filter(|(_, counted, _)| *counted == unit);
    wallets + shared.map(|(_, _, total)| total).sum::<i128>()
}

pub(crate) fn all_wallets(book: &Book) -> Vec<WalletNo> {
    book.wallets().map(|(no, _)| no).collect()
}

pub(crate) fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a test's instant is well formed")
}

pub(crate) fn usd(text: &str) -> Amount {
    Amount::parse(text, Unit::USD).expect("a test's amount is well formed")
}

pub(crate) const ANA: WalletId = WalletId::from_u128(0xa);

pub(crate) fn open(wallet: WalletId, unit: Unit, debt_limit: i64) -> Act {
    Act::OpenWallet { wallet, customer: CustomerId::from_u128(wallet.as_u128() + 1_000), unit, debt_limit }
}

/// A grant of `amount` dollars to Ana: promotional, at once, without an end.
pub(crate) fn gift(amount: &str) -> GrantTerms {
    GrantTerms {
        wallet: ANA,
        grant: GrantId::from_u128(1),
        amount: usd(amount),
        source: Source::Promotional,
        priority: 100,
        effective_at: None,
        expires_at: None,
        cost: None,
        payment: None,
    }
}

pub(crate) fn charge(amount: &str) -> Act {
    Act::Charge { wallet: ANA, amount: usd(amount), kind: 1 }
}

/// One call of meter `no` by Ana at `occurred_at`.
pub(crate) fn call(no: u32, occurred_at: &str, stage: UseStage) -> Act {
    use_of(no, "1", occurred_at, stage)
}

pub(crate) fn use_of(no: u32, quantity: &str, occurred_at: &str, stage: UseStage) -> Act {
    let quantity = Quantity::parse(quantity).expect("a test's quantity is well formed");
    Act::Use { wallet: ANA, meter: MeterNo(no), quantity, occurred_at: time(occurred_at), stage }
}

pub(crate) fn key(space: KeySpace, name: u128, body: u64) -> Option<CommandKey> {
    // Spread over all bits, as a keyed hash would be.
    Some(CommandKey { space, key: name.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835), body })
}

pub(crate) fn per_window(no: u32, amount: &str, anchor: Anchor) -> Meter {
    let price = Price::PerActiveWindow { amount: usd(amount), length: Timestamp::HOUR, anchor };
    Meter { no: MeterNo(no), aggregation: book::Aggregation::ActiveTime, price }
}

pub(crate) fn per_unit(no: u32, price: &str) -> Meter {
    let price = money::UnitPrice::parse(price, Unit::USD).expect("a test's price is well formed");
    Meter { no: MeterNo(no), aggregation: book::Aggregation::Sum, price: Price::PerUnit(price) }
}
