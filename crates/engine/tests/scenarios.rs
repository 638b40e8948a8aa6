//! Plays the stories of `scenarios/` on engine, journal and views together, on every store. What a story expects of a balance is
//! read where a page would read it: from what was published and from the views.

#![allow(
    clippy::disallowed_methods,
    reason = "a test reads its stories from the repository and makes folders"
)]

#[path = "../../book/tests/scenario/mod.rs"]
mod scenario;
#[path = "../../store/tests/server/mod.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use book::{Answer, Balance, Catalog, Command, CycleTerms, EntryRef, LineStatus, Record, read_batch};
use engine::{
    AppendOutcome, Engine, Input, Limits, Outcome, Output, Projector, PublishedBalances, Request, open_book,
};
use money::{Timestamp, WalletId};
use scenario::{LineSeen, Player, play, read};
use store::views::PurchaseState;
use store::{Journal, MemoryJournal, SqliteJournal, Tables};

/// How many stories there are at least: a folder that was not found is not a success.
const STORIES_MIN: usize = 12;
/// Grants of one wallet in a story.
const GRANTS_MAX: u32 = 100;
/// Purchases of one line in a story.
const PURCHASES_MAX: u32 = 100;

/// An engine with a journal and views, driven by hand.
struct House {
    journal: Box<dyn Journal>,
    tables: Tables,
    projector: Projector,
    engine: Engine<()>,
    published: PublishedBalances,
    now: Timestamp,
    position: u64,
}

impl House {
    fn new(mut journal: Box<dyn Journal>, tables: Tables) -> House {
        let opened = open_book(&mut *journal).expect("an empty journal opens");
        let now = Timestamp::EPOCH;
        let catalog = Arc::new(Catalog::new([], Catalog::LATENESS_DEFAULT));
        // A story goes from one day to the next in one step.
        let limits = Limits { clock_jump_max: i64::MAX, ..Limits::default() };
        let engine = Engine::new(opened.book, catalog, limits, opened.position, opened.hash, now);
        let projector = Projector::default();
        let published = PublishedBalances::default();
        House { journal, tables, projector, engine, published, now, position: 0 }
    }

    /// Steps until nothing is to be done, writing every row into the views. Answers what was answered.
    fn run(&mut self, input: Option<Input<()>>) -> Vec<Outcome> {
        let mut inputs: Vec<_> = input.into_iter().collect();
        let mut answers = Vec::new();
        loop {
            let mut outputs = Vec::new();
            self.engine.step(self.now, inputs.drain(..), &mut outputs);
            for output in outputs {
                match output {
                    Output::Append(row) => {
                        self.journal.append(&row).expect("the journal takes the row");
                        inputs.push(Input::Appended(AppendOutcome::Landed));
                    }
                    Output::Landed { row, wallets, .. } => {
                        self.published.publish(wallets);
                        self.project(&row);
                    }
                    Output::Answer((), outcomes) => answers.extend(outcomes),
                    Output::LookUp(needed) => {
                        let found =
                            engine::look_up(&mut *self.journal, &needed).expect("the run can be read");
                        inputs.push(Input::LookedUp(Some(found)));
                    }
                    Output::Unavailable(..) | Output::Stop(_) => panic!("nothing fails here"),
                }
            }
            let due = self.engine.wake_at().is_some_and(|at| at <= self.now);
            if inputs.is_empty() && !due {
                return answers;
            }
        }
    }

    fn project(&mut self, row: &book::JournalRow) {
        let projection = self.projector.project([row]).expect("the row can be read");
        let write = self.tables.write_views(|tx| {
            tx.apply_views(&projection.changes)?;
            tx.move_cursor("views", self.position, row.position, &row.hash)
        });
        write.expect("the views take the row");
        self.position = row.position;
    }

    /// Views that were made again from the journal alone are the same.
    fn check_rebuilt(&mut self) -> Result<(), String> {
        let rebuilt = Tables::open_in_memory().expect("tables in memory");
        let mut projector = Projector::default();
        let mut position = 0;
        while let Some(row) = self.journal.read(position + 1, 1, usize::MAX).expect("rows").pop() {
            let projection = projector.project([&row]).expect("the row can be read");
            rebuilt.write_views(|tx| tx.apply_views(&projection.changes)).expect("views");
            position = row.position;
        }
        let difference = self.tables.read(|mine| rebuilt.read(|other| mine.first_difference(other)));
        match difference.expect("both can be read") {
            None => Ok(()),
            Some(difference) => Err(format!("rebuilt views differ: {difference:?}")),
        }
    }
}

impl Player for House {
    fn go_to(&mut self, now: Timestamp) {
        self.now = now.plus(-self.engine.book().clock_offset());
        self.run(None);
    }

    fn set_prices(&mut self, catalog: Catalog) {
        self.run(Some(Input::Catalog(Arc::new(catalog))));
    }

    fn send(&mut self, command: &Command) -> Answer {
        let request = Request { asker: (), commands: vec![command.clone()] };
        match self.run(Some(Input::Request(request))).pop().expect("one answer") {
            Outcome::Decided { entry, .. } => Answer::Decided(entry),
            Outcome::Repeated { entry } => Answer::Repeated(entry),
            Outcome::Refused(refusal) => Answer::Refused(refusal),
        }
    }

    fn record(&mut self, entry: EntryRef) -> Record {
        let row =
            self.journal.read(entry.position(), 1, usize::MAX).expect("the row").pop().expect("is there");
        let found = read_batch(&row).map(|one| one.expect("readable")).find(|(place, _)| *place == entry);
        found.expect("a decision that was answered").1.record
    }

    fn balance(&mut self, wallet: WalletId) -> Balance {
        let shown = self.published.get(wallet).expect("a published wallet");
        let viewed = self.tables.read(|reader| reader.wallet_view(wallet)).expect("views").expect("a wallet");
        let Balance { posted, pending, held } = shown.balance;
        assert_eq!(
            (posted, pending, held),
            (viewed.posted, viewed.pending, viewed.held),
            "published and viewed"
        );
        shown.balance
    }

    fn left(&mut self, wallet: WalletId) -> Vec<i64> {
        let no = self.published.get(wallet).expect("a published wallet").no.0;
        let page = self.tables.read(|reader| reader.grants(no, None, GRANTS_MAX)).expect("views");
        page.rows.iter().rev().map(|grant| grant.remaining).collect()
    }

    fn line(&mut self, wallet: WalletId) -> LineSeen {
        let book = self.engine.book();
        let no = book.wallet_no(wallet).expect("a wallet");
        let known = book.wallet(no).and_then(|wallet| wallet.line.as_deref());
        let known = LineSeen::of_book(known.expect("the story has opened a line"));
        let seen = self.tables.read(|reader| line_seen(reader, no.0)).expect("views").expect("a line");
        assert_eq!(seen, known, "what pages show and what the book decides by");
        seen
    }
}

/// The line as pages read it.
fn line_seen(reader: &store::Reader<'_>, wallet_no: u32) -> Result<Option<LineSeen>, store::StoreError> {
    let Some(row) = reader.line_view_by_wallet(wallet_no)? else { return Ok(None) };
    let Some(cycle) = reader.cycles(wallet_no, None, 1)?.rows.pop() else { return Ok(None) };
    assert_eq!(cycle.cycle_no, row.cycle_no, "the newest cycle is the line's");
    let purchases = reader.purchases(wallet_no, PURCHASES_MAX)?;
    let unpaid = purchases.iter().filter(|purchase| purchase.state == PurchaseState::Released);
    Ok(Some(LineSeen {
        status: LineStatus::from_code(&row.status).expect("a status"),
        is_restricted: row.restricted_since.is_some(),
        purchases: row.sequence,
        cycle_no: row.cycle_no,
        terms: CycleTerms {
            carried: cycle.carried,
            allowance: cycle.allowance,
            bought: cycle.bought,
            outside: cycle.outside,
            total: cycle.total,
            adjustments: cycle.adjustments,
        },
        unpaid: unpaid.map(|purchase| purchase.price.value()).sum(),
    }))
}

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let entries = std::fs::read_dir(&folder).expect("the folder of the stories");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry of the folder").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    assert!(files.len() >= STORIES_MIN, "only {} stories in {}", files.len(), folder.display());
    files
}

fn check(mut house: impl FnMut() -> House) {
    let mut failures = Vec::new();
    for file in stories() {
        let name = format!("scenarios/{}", file.file_name().expect("a file").to_string_lossy());
        let text = std::fs::read_to_string(&file).expect("a story can be read");
        let mut house = house();
        let played = read(&name, &text).and_then(|story| play(&story, &mut house));
        failures.extend(played.err());
        failures.extend(house.check_rebuilt().map_err(|error| format!("{name}: {error}")).err());
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_story_comes_true_in_memory() {
    check(|| House::new(Box::new(MemoryJournal::new()), Tables::open_in_memory().expect("tables")));
}

#[test]
fn every_story_comes_true_in_postgres() {
    check(|| {
        let server = server::empty();
        let journal = server.open_journal().expect("a journal");
        House::new(Box::new(journal), Tables::open_postgres(&server).expect("tables"))
    });
}

#[test]
fn every_story_comes_true_in_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut number = 0;
    check(|| {
        number += 1;
        let journal =
            SqliteJournal::open(&folder.path().join(format!("journal{number}.db"))).expect("a journal");
        let tables = Tables::open(&folder.path().join(format!("saldo{number}.db"))).expect("tables");
        House::new(Box::new(journal), tables)
    });
}
