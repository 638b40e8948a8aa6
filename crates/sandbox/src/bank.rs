//! A bank that registers boletos and takes their payment: it reads remittances and writes return files. It takes Pix, too, and tells of
//! it by callback.
//!
//! Owns what a bank decides: which title is registered, refused, paid, paid twice; and keeps it in a file, if it has one. The
//! layout of both files is `brazil`'s. Whose program sends it remittances, and fetches returns, calls it directly or over HTTP.

mod page;
mod pix;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use brazil::Centavos;
use brazil::boleto::BankCode;
use brazil::cnab::bank::{Holder, News, ReceivedTitle, read_remittance, write_return};
use brazil::cnab::{CnabError, Order};
use brazil::pix::PixError;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::provider::Clock;
use crate::{STOP_PATIENCE, StartError, serve};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS remittance (file_number INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS news (
    seq INTEGER PRIMARY KEY, nosso_numero TEXT NOT NULL, code TEXT NOT NULL, file_number INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS return (file_number INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
";
const REMITTANCES: &str = "SELECT body FROM remittance ORDER BY file_number";
const REMITTANCE: &str = "SELECT body FROM remittance WHERE file_number = ?1";
const LAST_REMITTANCE: &str = "SELECT coalesce(max(file_number), 0) FROM remittance";
const INSERT_REMITTANCE: &str = "INSERT INTO remittance (file_number, body) VALUES (?1, ?2)";
const NEWS: &str = "SELECT nosso_numero, code FROM news ORDER BY seq";
const INSERT_NEWS: &str = "INSERT INTO news (nosso_numero, code, file_number) VALUES (?1, ?2, ?3)";
const NEXT_RETURN: &str = "SELECT coalesce(max(file_number), 0) + 1 FROM return";
const INSERT_RETURN: &str = "INSERT INTO return (file_number, body) VALUES (?1, ?2)";
const RETURN_AFTER: &str =
    "SELECT file_number, body FROM return WHERE file_number > ?1 ORDER BY file_number LIMIT 1";

/// What the bank takes for a payment.
const FEE_CENTAVOS: u64 = 199;
/// Brasília.
const OFFSET_HOURS: i8 = -3;

/// FEBRABAN's codes of what becomes of a title.
const REGISTERED: &str = "02";
const REFUSED: &str = "03";
const SETTLED: &str = "06";
const WRITTEN_OFF: &str = "09";
const ORDER_REFUSED: &str = "26";
/// Why it is refused: payer's address incomplete.
const MOTIVE: [char; 2] = ['4', '8'];
/// Why an order about a title is refused: the title is paid.
const MOTIVE_PAID: [char; 2] = ['0', '7'];

/// How a bank is set up.
pub struct BankConfig {
    /// Where its page listens.
    pub listener: TcpListener,
    /// Which bank it is.
    pub bank: BankCode,
    /// Whether it registers titles as they come; otherwise somebody presses *Register*.
    pub registers_at_once: bool,
    /// The file in which everything is kept; none keeps it in memory.
    pub state: Option<PathBuf>,
    /// Tells the time.
    pub clock: Clock,
    /// Where it tells of Pix; without it nobody is told.
    pub pix_callback: Option<String>,
}

/// A running bank. Dropping it stops it without patience; [`Bank::stop`] lets open requests end.
pub struct Bank {
    desk: Arc<Desk>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// A file of the bank for the company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnFile {
    /// Its sequence number, from 1.
    pub number: u32,
    /// The file.
    pub body: String,
}

/// Why the bank did not do something. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// The remittance is none of this bank's, or not whole.
    #[error(transparent)]
    File(#[from] CnabError),
    /// Another file had this number.
    #[error("another remittance has the number {0}")]
    NumberKnown(u32),
    /// There is no title there.
    #[error("there is no such title")]
    UnknownTitle,
    /// A title is registered or refused once, and paid only after that.
    #[error("the title is {0}")]
    NotNow(&'static str),
    /// The code is none of Pix's.
    #[error(transparent)]
    Code(#[from] PixError),
    /// The code cannot be paid here.
    #[error("the code is {0}: it cannot be paid here")]
    NotPayable(&'static str),
    /// Its file failed.
    #[error("the bank's state failed")]
    State(#[from] rusqlite::Error),
}

/// A title as the bank holds it.
#[derive(Clone, Debug)]
struct HeldTitle {
    title: ReceivedTitle,
    holder: Holder,
    is_registered: bool,
    is_refused: bool,
    is_written_off: bool,
    times_paid: u32,
}

impl HeldTitle {
    fn state(&self) -> &'static str {
        match (self.times_paid, self.is_refused, self.is_registered) {
            (1, _, _) => "paid",
            (2.., _, _) => "paid more than once",
            (0, ..) if self.is_written_off => "written off",
            (0, true, _) => "refused",
            (0, _, true) => "registered",
            (0, _, false) => "received",
        }
    }

    fn is_new(&self) -> bool {
        !self.is_registered && !self.is_refused && !self.is_written_off
    }

    fn is_payable(&self) -> bool {
        self.is_registered && !self.is_written_off && self.times_paid == 0
    }

    fn hear(&mut self, code: &str) {
        match code {
            REGISTERED => self.is_registered = true,
            REFUSED => self.is_refused = true,
            SETTLED => self.times_paid += 1,
            WRITTEN_OFF => self.is_written_off = true,
            _ => {}
        }
    }
}

/// What the page and the handle share.
struct Desk {
    bank: BankCode,
    clock: Clock,
    books: Mutex<Books>,
    /// The number of the newest return.
    newest: watch::Sender<u32>,
    /// Told when a Pix was paid.
    pix_news: Notify,
    /// Whether people carry the files, and not the program around the bank.
    by_hand: watch::Sender<bool>,
}

struct Books {
    connection: Connection,
    titles: Vec<HeldTitle>,
    registers_at_once: bool,
}

/// What its page serves, as it is registered: to be read off, not to be served.
#[must_use]
pub fn doors() -> impl fmt::Debug {
    page::registered()
}

impl Bank {
    /// Opens what it knows and starts to listen.
    ///
    /// # Errors
    /// The state cannot be opened.
    pub async fn start(config: BankConfig) -> Result<Bank, StartError> {
        let BankConfig { listener, bank, registers_at_once, state, clock, pix_callback } = config;
        let open = move || Books::open(state, bank, registers_at_once);
        let books = tokio::task::spawn_blocking(open).await.unwrap_or(Err(rusqlite::Error::InvalidQuery))?;
        let newest = books.next_return()?.saturating_sub(1);
        let newest = watch::Sender::new(newest);
        let by_hand = watch::Sender::new(false);
        let desk = Arc::new(Desk {
            bank,
            clock,
            books: Mutex::new(books),
            newest,
            by_hand,
            pix_news: Notify::new(),
        });
        let (stop, stopped) = watch::channel(false);
        let mut tasks = Vec::new();
        if let Some(callback) = pix_callback {
            let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
            tasks.push(tokio::spawn(pix::tell(Arc::clone(&desk), client, callback, stopped.clone())));
        }
        tasks.push(tokio::spawn(serve(listener, page::routes(Arc::clone(&desk)), stopped)));
        Ok(Bank { desk, stop, tasks })
    }

    /// Takes a remittance. The same file again changes nothing.
    ///
    /// # Errors
    /// It is not whole or not for this bank, or its number is another file's.
    pub fn receive(&self, body: &str) -> Result<(), BankError> {
        self.desk.receive(body)
    }

    /// The number of the newest remittance that was taken; 0 before the first.
    ///
    /// # Errors
    /// The state failed.
    pub fn last_received(&self) -> Result<u32, BankError> {
        Ok(self.desk.books().connection.query_row(LAST_REMITTANCE, [], |row| row.get(0))?)
    }

    /// The first return with a number above `number`: waits until there is one.
    ///
    /// # Errors
    /// The state failed.
    pub async fn return_after(&self, number: u32) -> Result<ReturnFile, BankError> {
        let mut newest = self.desk.newest.subscribe();
        loop {
            // Marked as seen before looking: what comes meanwhile wakes us.
            newest.borrow_and_update();
            if let Some(file) = self.desk.return_after(number)? {
                return Ok(file);
            }
            // The sender is ours: it does not go away before us.
            let _ = newest.changed().await;
        }
    }

    /// Whether people carry the files, as its page was told. Who carries them otherwise leaves them alone then.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        *self.desk.by_hand.borrow()
    }

    /// Waits until people do not carry the files.
    pub async fn until_carried(&self) {
        // The sender is ours: it does not go away before us.
        let _ = self.desk.by_hand.subscribe().wait_for(|by_hand| !by_hand).await;
    }

    /// Whether titles are registered as they come.
    #[must_use]
    pub fn registers_at_once(&self) -> bool {
        self.desk.books().registers_at_once
    }

    /// Registers titles as they come from now on, and those that wait; or lets all that come wait until somebody presses *Register*.
    ///
    /// # Errors
    /// The state failed.
    pub fn register_at_once(&self, at_once: bool) -> Result<(), BankError> {
        self.desk.books().registers_at_once = at_once;
        let waits = |held: &HeldTitle| at_once && held.is_new();
        self.desk.tell_of(waits, &[REGISTERED]).map(|_| ())
    }

    /// Each title that is open is paid so many times, all in one return; how many titles that are.
    ///
    /// # Errors
    /// The state failed.
    pub fn pay_open(&self, times: usize) -> Result<usize, BankError> {
        self.desk.tell_of(HeldTitle::is_payable, &vec![SETTLED; times])
    }

    /// Pays a code of Pix so many times, at most five, and tells of each payment.
    ///
    /// # Errors
    /// It is no code that can be paid here, or the state failed.
    pub fn pay_pix(&self, br_code: &str, times: u32) -> Result<(), BankError> {
        self.desk.pay_pix(br_code, times)
    }

    /// Stops listening, and waits until open requests have ended or lost their time.
    pub async fn stop(mut self) {
        // Nobody listening any more is as good as stopped.
        let _ = self.stop.send(true);
        for task in &mut self.tasks {
            if tokio::time::timeout(STOP_PATIENCE, &mut *task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Desk {
    fn books(&self) -> MutexGuard<'_, Books> {
        // A panic inside a transaction rolls it back, and titles change after their transaction.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime {
        let instant = jiff::Timestamp::from_millisecond((self.clock)()).unwrap_or(jiff::Timestamp::MAX);
        let zone = Offset::from_hours(OFFSET_HOURS).map_or(TimeZone::UTC, TimeZone::fixed);
        instant.to_zoned(zone).datetime()
    }

    fn receive(&self, body: &str) -> Result<(), BankError> {
        let received = read_remittance(body.as_bytes(), self.bank)?;
        let number = received.file_number;
        let mut books = self.books();
        let known: Option<String> =
            books.connection.query_row(REMITTANCE, [number], |row| row.get(0)).optional()?;
        match known {
            Some(known) if known == body => return Ok(()),
            Some(_) => return Err(BankError::NumberKnown(number)),
            None => {}
        }
        books.connection.execute(INSERT_REMITTANCE, params![number, body])?;
        let to_write_off = write_offs(&books.titles, &received.titles);
        let new = hold(&mut books.titles, received.holder, received.titles);
        if books.registers_at_once {
            self.tell(&mut books, &new, &[REGISTERED])?;
        }
        for index in to_write_off {
            let is_paid = books.titles[index].times_paid > 0;
            self.tell(&mut books, &[index], &[if is_paid { ORDER_REFUSED } else { WRITTEN_OFF }])?;
        }
        Ok(())
    }

    /// Registers, refuses or pays the title at `index`: `codes` one after the other.
    fn act(&self, index: usize, codes: &[&str]) -> Result<(), BankError> {
        let mut books = self.books();
        let held = books.titles.get(index).ok_or(BankError::UnknownTitle)?;
        let is_payment = codes.contains(&SETTLED);
        let may = if is_payment { held.is_payable() || held.times_paid > 0 } else { held.is_new() };
        if !may {
            return Err(BankError::NotNow(held.state()));
        }
        self.tell(&mut books, &[index], codes)
    }

    /// Tells `codes` of all titles that are so, and how many those are.
    fn tell_of(&self, is_so: impl Fn(&HeldTitle) -> bool, codes: &[&str]) -> Result<usize, BankError> {
        let mut books = self.books();
        let titles = books.titles.iter().enumerate().filter(|(_, held)| is_so(held));
        let titles: Vec<usize> = titles.map(|(index, _)| index).collect();
        self.tell(&mut books, &titles, codes)?;
        Ok(titles.len())
    }

    /// Writes a return that says `codes` of each of these titles. They are one holder's: there is one company.
    fn tell(&self, books: &mut Books, titles: &[usize], codes: &[&str]) -> Result<(), BankError> {
        let Some(holder) = titles.first().map(|index| books.titles[*index].holder.clone()) else {
            return Ok(());
        };
        let (number, now) = (books.next_return()?, self.now());
        let told = titles.iter().flat_map(|index| codes.iter().map(move |code| (*index, *code)));
        let told: Vec<(usize, &str)> = told.collect();
        let news: Vec<News> =
            told.iter().map(|(index, code)| news(&books.titles[*index].title, code, now)).collect();
        let body = write_return(&holder, number, now, &news)?;
        let transaction = books.connection.transaction()?;
        transaction.execute(INSERT_RETURN, params![number, body])?;
        for (index, code) in &told {
            let nosso_numero = &books.titles[*index].title.nosso_numero;
            transaction.execute(INSERT_NEWS, params![nosso_numero, code, number])?;
        }
        transaction.commit()?;
        told.iter().for_each(|(index, code)| books.titles[*index].hear(code));
        self.newest.send_replace(number);
        Ok(())
    }

    fn return_after(&self, number: u32) -> Result<Option<ReturnFile>, BankError> {
        let file = |row: &rusqlite::Row<'_>| Ok(ReturnFile { number: row.get(0)?, body: row.get(1)? });
        Ok(self.books().connection.query_row(RETURN_AFTER, [number], file).optional()?)
    }
}

impl Books {
    fn open(state: Option<PathBuf>, bank: BankCode, registers_at_once: bool) -> rusqlite::Result<Books> {
        let connection = match state {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        // Lost power may cost the last moments of a game, never the file.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch(pix::TABLE)?;
        let mut books = Books { connection, titles: Vec::new(), registers_at_once };
        let files: Vec<String> = books
            .connection
            .prepare(REMITTANCES)?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for body in files {
            // It was read before it was kept.
            if let Ok(received) = read_remittance(body.as_bytes(), bank) {
                hold(&mut books.titles, received.holder, received.titles);
            }
        }
        let told: Vec<(String, String)> = books
            .connection
            .prepare(NEWS)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (nosso_numero, code) in told {
            if let Some(held) = books.titles.iter_mut().find(|held| held.title.nosso_numero == nosso_numero) {
                held.hear(&code);
            }
        }
        Ok(books)
    }

    fn next_return(&self) -> rusqlite::Result<u32> {
        self.connection.query_row(NEXT_RETURN, [], |row| row.get(0))
    }
}

/// Adds the titles that are to be registered and not held yet, and says where they stand.
fn hold(held: &mut Vec<HeldTitle>, holder: Holder, titles: Vec<ReceivedTitle>) -> Vec<usize> {
    let mut new = Vec::new();
    for title in titles {
        let is_known = held.iter().any(|known| known.title.nosso_numero == title.nosso_numero);
        if title.order == Order::Register && !is_known {
            new.push(held.len());
            let holder = holder.clone();
            held.push(HeldTitle {
                title,
                holder,
                is_registered: false,
                is_refused: false,
                is_written_off: false,
                times_paid: 0,
            });
        }
    }
    new
}

/// Where the titles stand that these orders write off. A title that comes in the same file was not held, and is not owed.
fn write_offs(held: &[HeldTitle], orders: &[ReceivedTitle]) -> Vec<usize> {
    let orders = orders.iter().filter(|title| title.order == Order::WriteOff);
    let place = |order: &ReceivedTitle| {
        held.iter().position(|known| known.title.nosso_numero == order.nosso_numero && !known.is_written_off)
    };
    orders.filter_map(place).collect()
}

fn news(title: &ReceivedTitle, code: &str, now: DateTime) -> News {
    let mut letters = code.chars();
    let code = [letters.next().unwrap_or('0'), letters.next().unwrap_or('0')];
    let is_payment = code.iter().collect::<String>() == SETTLED;
    News {
        title: title.clone(),
        code,
        motives: match code {
            ['0', '3'] => vec![MOTIVE],
            ['2', '6'] => vec![MOTIVE_PAID],
            _ => Vec::new(),
        },
        fee: if is_payment { Centavos::new(FEE_CENTAVOS).unwrap_or_default() } else { Centavos::ZERO },
        interest: Centavos::ZERO,
        paid: if is_payment { title.amount } else { Centavos::ZERO },
        occurred_on: now.date(),
        credited_on: if is_payment { now.date().tomorrow().ok() } else { None },
    }
}
