//! Stories as text files: what an operator can read, and a test plays. Their language is told in `scenarios/README.md`.
//!
//! Owns the language ([`read`]) and the playing ([`play`]). Leaves to a [`Player`] what the story is played on: the book alone here, a
//! book behind an engine and a store in another crate's test, which includes this file by its path.

mod lines;
mod read;
mod run;

use book::{
    Act, Answer, Balance, Catalog, Command, CycleTerms, EntryRef, KeySpace, Line, LineStatus, Record,
};
use money::{Amount, Timestamp, WalletId};

pub(crate) use read::read;
pub(crate) use run::play;

/// What a story is played on.
pub(crate) trait Player {
    /// The clock shows `now`; all that is due by then is settled.
    fn go_to(&mut self, now: Timestamp);
    /// These prices are in force from now on.
    fn set_prices(&mut self, catalog: Catalog);
    /// Sends one command now and waits for its answer.
    fn send(&mut self, command: &Command) -> Answer;
    /// The record at a place in the journal.
    fn record(&mut self, entry: EntryRef) -> Record;
    /// What the wallet holds.
    fn balance(&mut self, wallet: WalletId) -> Balance;
    /// What is left of each grant of the wallet, oldest first.
    fn left(&mut self, wallet: WalletId) -> Vec<i64>;
    /// What there is to see of the wallet's line.
    fn line(&mut self, wallet: WalletId) -> LineSeen;
}

/// A line as its subscriber sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineSeen {
    /// Whether it is in service.
    pub(crate) status: LineStatus,
    /// Whether its router has confirmed that it is slowed, walled or blocked.
    pub(crate) is_restricted: bool,
    /// How many purchases there were.
    pub(crate) purchases: u32,
    /// The number of its cycle, and where the balance comes from.
    pub(crate) cycle_no: u32,
    pub(crate) terms: CycleTerms,
    /// What was released and is not paid, in the smallest steps of its money.
    pub(crate) unpaid: i64,
}

impl LineSeen {
    /// The line as the book has it.
    pub(crate) fn of_book(line: &Line) -> LineSeen {
        LineSeen {
            status: line.status,
            is_restricted: line.is_restricted(),
            purchases: line.sequence,
            cycle_no: line.cycle.no,
            terms: line.terms,
            unpaid: line.unpaid.values().map(|unpaid| unpaid.price.value()).sum(),
        }
    }
}

/// A story, read and understood.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    /// Its file, for messages.
    pub(crate) name: String,
    /// Each step with the number of its line.
    pub(crate) steps: Vec<(usize, Step)>,
}

/// One line of a story.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    At(Timestamp),
    Prices(Catalog),
    Send {
        act: Act,
        key: Option<Name>,
    },
    /// The last accepted charge of this wallet is given back.
    ReverseLast {
        wallet: WalletId,
        key: Option<Name>,
    },
    /// The command before was refused with this code.
    Refused(String),
    /// The command before had been answered already, and was answered the same.
    Repeated,
    Balance {
        wallet: WalletId,
        expected: Balance,
    },
    Left {
        wallet: WalletId,
        expected: Vec<i64>,
    },
    /// The line's cycle has this number and these terms, and they come to the balance.
    Cycle {
        wallet: WalletId,
        no: u32,
        terms: CycleTerms,
    },
    /// The line has this status, and is slowed or not.
    Line {
        wallet: WalletId,
        status: LineStatus,
        is_restricted: bool,
    },
    /// So much was bought and is not paid.
    Unpaid {
        wallet: WalletId,
        amount: Amount,
    },
}

/// What makes a command happen once: the name in the text, and a hash of the rest of the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    pub(crate) space: KeySpace,
    pub(crate) name: u128,
    pub(crate) body: u64,
}
