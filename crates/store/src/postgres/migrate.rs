//! Migrations on a server, each applied once in a transaction of its own and remembered with its checksum.

use super::connect::PostgresServer;
use super::session::{Link, Session};
use crate::error::StoreError;
use crate::migrations::{Database, Engine, MigrationFile};
use crate::statement::Connection;
use crate::tables::{Reader, Tx};

/// What is applied, of both databases, and the right to write the journal, which files have from the system.
const CREATE_TABLES: &str = "CREATE TABLE IF NOT EXISTS migrations (
    folder    TEXT   NOT NULL,
    number    BIGINT NOT NULL,
    file      TEXT   NOT NULL,
    checksum  BYTEA  NOT NULL,
    PRIMARY KEY (folder, number)
);
CREATE TABLE IF NOT EXISTS leases (
    book   BIGINT NOT NULL PRIMARY KEY,
    term   BIGINT NOT NULL,
    until  TIMESTAMPTZ NOT NULL
)";
/// How often the tables are asked for again: there are two of them that another process may be making.
const CREATE_AGAIN_MAX: u32 = 2;
const TABLE_EXISTS: &str = "SELECT count(*) FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_name = 'migrations'";
const SELECT_APPLIED: &str = "SELECT number, checksum FROM migrations WHERE folder = $1 ORDER BY number";
const INSERT: &str = "INSERT INTO migrations (folder, number, file, checksum) VALUES ($1, $2, $3, $4)";

/// The folder of the migrations, and what they are remembered under.
const fn folder(database: Database) -> &'static str {
    match database {
        Database::Journal => "journal",
        Database::Saldo => "saldo",
    }
}

impl PostgresServer {
    /// The migrations that this server's database still lacks. Refuses what a newer program has written, and what was applied
    /// with another text than ours.
    pub fn pending(&self, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
        pending_in(&mut Link::new(self), database)
    }

    /// Applies what is missing and says what that was.
    pub fn migrate(&self, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
        bring_up_to_date(self, database)
    }
}

pub(super) fn bring_up_to_date(
    server: &PostgresServer,
    database: Database,
) -> Result<Vec<MigrationFile>, StoreError> {
    let mut link = Link::new(server);
    let missing = pending_in(&mut link, database)?;
    if missing.is_empty() {
        return Ok(missing);
    }
    let session = link.session()?;
    // Another process may make them at the same time, which a server tells as one of several errors: then they are there.
    let mut made = session.run_script(CREATE_TABLES);
    for _ in 0..CREATE_AGAIN_MAX {
        if made.is_ok() {
            break;
        }
        made = session.run_script(CREATE_TABLES);
    }
    made?;
    for migration in &missing {
        match apply(session, database, migration) {
            // Another process was faster.
            Err(StoreError::Conflict { .. } | StoreError::Busy) => session.run_script("ROLLBACK")?,
            applied => applied?,
        }
    }
    server.forget_unique();
    database.require_all(&pending_in(&mut link, database)?)?;
    Ok(missing)
}

/// Refuses a database that is not exactly at our newest migration.
pub(super) fn require_up_to_date(link: &mut Link, database: Database) -> Result<(), StoreError> {
    database.require_all(&pending_in(link, database)?)
}

fn apply(session: &Session, database: Database, migration: &MigrationFile) -> Result<(), StoreError> {
    session.run_script("BEGIN")?;
    let tx = Tx::new(Connection::Postgres(session));
    let checksum = migration.checksum(Engine::Postgres);
    // First, so that of two processes one waits here until the other is done.
    tx.run(INSERT, &[&folder(database), &migration.number, &migration.file, &checksum])?;
    session.run_script(migration.sql(Engine::Postgres))?;
    session.run_script("COMMIT")
}

fn pending_in(link: &mut Link, database: Database) -> Result<Vec<MigrationFile>, StoreError> {
    let applied = link.look(|reader| applied(reader, database))?;
    database.missing(Engine::Postgres, &applied)
}

fn applied(reader: &Reader<'_>, database: Database) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
    if reader.one(TABLE_EXISTS, &[])? == Some(0_i64) {
        return Ok(Vec::new());
    }
    reader.all(SELECT_APPLIED, &[&folder(database)])
}
