//! One connection: statements that were prepared on it, the transaction that is open on it, and how long it is believed in.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, RowStream, Statement};

use super::connect::{PostgresServer, UniqueColumns, unreachable};
use crate::error::StoreError;
use crate::statement::Connection;
use crate::tables::{Reader, Tx};

/// A server that does not answer a statement for so long is lost.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// How often a transaction that is refused for its order is tried.
const TRIES_MAX: u32 = 20;
/// What it waits before its second try; before the third twice as long, and so on.
const PAUSE: Duration = Duration::from_millis(2);

/// For changes: as if each transaction ran alone. What a client that is gone has locked is let go after a minute.
const BEGIN_SERIALIZABLE: &str =
    "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL idle_in_transaction_session_timeout = '60s'";
/// As above; the commit does not wait for the disk.
const BEGIN_RIDING_ALONG: &str =
    "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL idle_in_transaction_session_timeout = '60s';
    SET LOCAL synchronous_commit = off";
/// For looking: one moment.
const BEGIN_READ_ONLY: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// One connection.
pub(crate) struct Session {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    client: Client,
    statements: RefCell<HashMap<String, Statement>>,
    unique: UniqueColumns,
    /// What has become of the statements since the transaction began.
    fate: Cell<Fate>,
    lost: Cell<bool>,
}

/// What has become of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Every statement did what it should.
    Whole,
    /// One failed: the server takes no more.
    Failed,
    /// Refused for its order beside others: it may succeed when tried again.
    Refused,
}

/// A connection that is made when it is needed, and made again when it was lost.
pub(super) struct Link {
    server: PostgresServer,
    session: Option<Session>,
}

/// How a transaction's commit is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Begin {
    Durable,
    RidingAlong,
}

/// An open transaction; dropped, it is rolled back.
struct Transaction<'s> {
    session: &'s Session,
    open: bool,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a connection to {}", self.server)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Its threads' ends are not waited for: what holds it may be dropped where nobody may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Session {
    pub(super) fn new(runtime: Runtime, client: Client, unique: UniqueColumns) -> Session {
        let (fate, lost) = (Cell::new(Fate::Whole), Cell::new(false));
        Session { runtime: Some(runtime), client, statements: RefCell::default(), unique, fate, lost }
    }

    /// The statement of this text, prepared once.
    pub(super) fn statement(&self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.wait(self.client.prepare(sql))?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) fn execute<P: ToSql + Sync>(
        &self,
        statement: &Statement,
        values: &[P],
    ) -> Result<usize, StoreError> {
        let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
        let changed = self.wait(self.client.execute_raw(statement, values))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(super) fn query<P: ToSql + Sync>(
        &self,
        statement: &Statement,
        values: &[P],
    ) -> Result<RowStream, StoreError> {
        let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
        self.wait(self.client.query_raw(statement, values))
    }

    /// Runs statements without values, however long they take.
    pub(super) fn run_script(&self, sql: &str) -> Result<(), StoreError> {
        match self.block_on(self.client.batch_execute(sql)) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failure(error)),
        }
    }

    pub(super) fn pause(&self, length: Duration) {
        self.block_on(async { tokio::time::sleep(length).await });
    }

    /// Waits for an answer, but not for ever.
    pub(super) fn wait<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        let limited = async { tokio::time::timeout(ANSWER_MAX, answer).await };
        match self.block_on(limited) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.failure(error)),
            Err(late) => {
                self.lost.set(true);
                Err(unreachable(late.into()))
            }
        }
    }

    #[allow(clippy::expect_used, reason = "it is taken by `drop` alone")]
    fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = self.runtime.as_ref().expect("a session that has not been dropped");
        // Whoever calls from a thread of the program's own runtime holds that thread up, as with a file.
        tokio::task::block_in_place(|| runtime.block_on(work))
    }

    /// What an error means, for the transaction too.
    fn failure(&self, error: Error) -> StoreError {
        let Some(told) = error.as_db_error() else {
            let is_of_the_wire =
                error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
            self.fate.set(Fate::Failed);
            if !is_of_the_wire {
                return StoreError::Database(error.into());
            }
            self.lost.set(true);
            return unreachable(error.into());
        };
        let is_of_order = *told.code() == SqlState::T_R_SERIALIZATION_FAILURE
            || *told.code() == SqlState::T_R_DEADLOCK_DETECTED;
        self.fate.set(if is_of_order { Fate::Refused } else { Fate::Failed });
        if is_of_order {
            return StoreError::Busy;
        }
        if is_loss(told) {
            self.lost.set(true);
            return unreachable(error.into());
        }
        match *told.code() {
            SqlState::UNIQUE_VIOLATION => {
                let name = told.constraint().unwrap_or_default();
                let what = self.unique.get(name).map_or(name, String::as_str);
                StoreError::Conflict { what: what.to_owned() }
            }
            SqlState::FOREIGN_KEY_VIOLATION => StoreError::Dangling,
            SqlState::CHARACTER_NOT_IN_REPERTOIRE => StoreError::ZeroInText,
            SqlState::DISK_FULL => StoreError::DiskFull,
            SqlState::LOCK_NOT_AVAILABLE => StoreError::Busy,
            _ => StoreError::Database(error.into()),
        }
    }

    fn begin(&self, sql: &str) -> Result<(), StoreError> {
        self.fate.set(Fate::Whole);
        self.wait(self.client.batch_execute(sql))
    }
}

/// Whether the server said that it is of no use now: it ends, it is full, it only reads.
fn is_loss(told: &DbError) -> bool {
    let code = told.code().code();
    // 08 connection exception, 57P operator intervention, 40003 the outcome of the statement is unknown.
    code.starts_with("08")
        || code.starts_with("57P")
        || [SqlState::TOO_MANY_CONNECTIONS, SqlState::READ_ONLY_SQL_TRANSACTION].contains(told.code())
        || *told.code() == SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
}

impl Transaction<'_> {
    fn commit(mut self) -> Result<(), StoreError> {
        self.open = false;
        self.session.wait(self.session.client.batch_execute("COMMIT"))
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open && !self.session.lost.get() {
            let rolled_back = self.session.wait(self.session.client.batch_execute("ROLLBACK"));
            self.session.lost.set(rolled_back.is_err());
        }
    }
}

impl Link {
    pub(super) fn new(server: &PostgresServer) -> Link {
        Link { server: server.clone(), session: None }
    }

    /// Where it leads, in words.
    pub(super) fn place(&self) -> String {
        self.server.to_string()
    }

    /// The connection, made if there is none.
    pub(super) fn session(&mut self) -> Result<&Session, StoreError> {
        let kept = self.session.take().filter(|session| !session.lost.get() && !session.client.is_closed());
        let session = match kept {
            Some(session) => session,
            None => self.server.connect()?,
        };
        Ok(self.session.insert(session))
    }

    /// An open transaction. A connection that was lost while nobody used it is made again.
    fn begin(&mut self, sql: &str) -> Result<Transaction<'_>, StoreError> {
        match self.session()?.begin(sql) {
            Err(StoreError::Unreachable(_)) => self.session()?.begin(sql)?,
            begun => begun?,
        }
        match &self.session {
            Some(session) => Ok(Transaction { session, open: true }),
            None => Err(unreachable("the connection is gone".into())),
        }
    }

    /// Changes what `change` does in one transaction, as if it ran alone; again from the beginning if it is refused for its order.
    pub(super) fn write<T, E: From<StoreError>>(
        &mut self,
        begin: Begin,
        mut change: impl FnMut(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let sql = match begin {
            Begin::Durable => BEGIN_SERIALIZABLE,
            Begin::RidingAlong => BEGIN_RIDING_ALONG,
        };
        for tried in 0..TRIES_MAX {
            let transaction = self.begin(sql)?;
            let session = transaction.session;
            let changed = change(&Tx::new(Connection::Postgres(session)));
            match (session.fate.get(), changed) {
                (Fate::Refused, _) => drop(transaction),
                (_, Err(error)) => return Err(error),
                (Fate::Failed, Ok(_)) => {
                    return Err(
                        StoreError::Database("a statement failed and the change went on".into()).into()
                    );
                }
                (Fate::Whole, Ok(value)) => match transaction.commit() {
                    Ok(()) => return Ok(value),
                    Err(_) if session.fate.get() == Fate::Refused => {}
                    Err(StoreError::Unreachable(error)) => {
                        return Err(StoreError::OutcomeUnknown(error).into());
                    }
                    Err(error) => return Err(error.into()),
                },
            }
            // Another was first: it gets out of the way of the next one, too.
            session.pause(PAUSE * (tried + 1));
        }
        Err(StoreError::Busy.into())
    }

    /// Looks at what is there at one moment.
    pub(super) fn read<T, E: From<StoreError>>(
        &mut self,
        look: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.begin(BEGIN_READ_ONLY)?;
        look(&Reader::new(Connection::Postgres(transaction.session)))
    }

    /// Looks at what is there, each statement at a moment of its own.
    pub(super) fn look<T>(
        &mut self,
        look: impl Fn(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match look(&Reader::new(Connection::Postgres(self.session()?))) {
            // Lost while nobody used it, perhaps: once more.
            Err(StoreError::Unreachable(_)) => look(&Reader::new(Connection::Postgres(self.session()?))),
            seen => seen,
        }
    }
}
