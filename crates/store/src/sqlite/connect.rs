//! Opening files: the pragmas that make an answered write durable, and the lock that keeps a second writer out.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;

/// How long a connection waits for another one to finish writing.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Prepared statements each connection keeps.
const STATEMENTS_KEPT: usize = 256;

/// The write-ahead log is cut back to this many bytes once its contents are in the main file.
const LOG_BYTES_KEPT: i64 = 64 << 20;

/// KiB of a temporary database that stay in memory.
const TEMPORARY_KIB: i64 = 64 << 10;

/// Whether a connection may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Reads and writes; the file is made if it is missing.
    Write,
    /// Reads only; the file must be there.
    Read,
}

/// What differs between our two files.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tuning {
    /// Bytes of a page; counts only when the file is made.
    pub(super) page_bytes: i64,
    /// Pages in the write-ahead log after which a commit moves them into the main file.
    pub(super) checkpoint_pages: i64,
    /// KiB of pages that each connection keeps in memory.
    pub(super) cache_kib: i64,
}

/// Opens a file. WAL with synchronous=FULL: a commit that returns has been synced.
pub(super) fn open_file(path: &Path, access: Access, tuning: Tuning) -> Result<Connection, StoreError> {
    if access == Access::Write {
        create_private(path)?;
    }
    // A reader opens for writing too: SQLite may have to rebuild the index of the write-ahead log. `query_only` keeps it
    // from changing anything else.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT)?;
    if access == Access::Write {
        connection.pragma_update(None, "page_size", tuning.page_bytes)?;
        let mode: String =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::Database(format!("no write-ahead log here, but {mode}").into()));
        }
        connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES_KEPT, |_| Ok(()))?;
        connection.pragma_update_and_check(
            None,
            "wal_autocheckpoint",
            tuning.checkpoint_pages,
            |_| Ok(()),
        )?;
    }
    connection.pragma_update(None, "cache_size", -tuning.cache_kib)?;
    if access == Access::Read {
        connection.pragma_update(None, "query_only", true)?;
    }
    configure(&connection)?;
    Ok(connection)
}

/// Opens a database that lives as long as its connection.
pub(super) fn open_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    configure(&connection)?;
    Ok(connection)
}

/// Opens a database in a temporary file that nobody else sees; it is gone with its connection. Only `TEMPORARY_KIB` of it stay in
/// memory.
pub(super) fn open_temporary() -> Result<Connection, StoreError> {
    let connection = Connection::open("")?;
    connection.pragma_update(None, "cache_size", -TEMPORARY_KIB)?;
    connection.pragma_update(None, "cache_spill", true)?;
    configure(&connection)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(())
}

/// Makes the file, if it is missing, readable for its owner alone: it holds personal data and hashes of secrets.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(StoreError::File { path: path.to_owned(), source }),
    }
}

/// Holds the only right to write the database at `path`, until dropped or until the process ends in whatever way.
///
/// The lock is on a file beside it: closing any descriptor of the database itself would drop SQLite's own locks.
pub(super) fn lock_for_writing(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let as_store_error = |source| StoreError::File { path: lock_path.clone(), source };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&lock_path).map_err(as_store_error)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(as_store_error(source)),
    }
}
