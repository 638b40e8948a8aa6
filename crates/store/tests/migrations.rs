//! Files of other versions are refused, and what is missing is applied once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use rusqlite::Connection;
use store::{Database, SqliteJournal, SqliteJournalReader, StoreError, migrate, pending};

const ALL: [Database; 2] = [Database::Journal, Database::Saldo];

#[test]
fn numbers_have_no_gaps_and_files_carry_them() {
    for database in ALL {
        for (number, migration) in (1..).zip(database.migrations()) {
            assert_eq!(migration.number, number);
            assert!(migration.file.starts_with(&format!("{number:04}_")), "{}", migration.file);
        }
    }
}

#[test]
fn what_is_missing_is_applied_once() {
    for database in ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(database.file_name());
        assert_eq!(pending(&path, database).unwrap(), database.migrations());
        assert_eq!(migrate(&path, database).unwrap(), database.migrations());
        assert_eq!(pending(&path, database).unwrap(), []);
        assert_eq!(migrate(&path, database).unwrap(), []);
    }
}

#[test]
fn a_newer_schema_is_refused() {
    for database in ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(database.file_name());
        migrate(&path, database).unwrap();
        Connection::open(&path)
            .unwrap()
            .execute(
                "INSERT INTO migrations (number, file, checksum) VALUES (9000, '9000_later.sql', x'00')",
                [],
            )
            .unwrap();
        for refused in [migrate(&path, database), pending(&path, database)] {
            assert!(matches!(refused, Err(StoreError::NewerSchema { found: 9000, .. })), "{refused:?}");
        }
    }
}

#[test]
fn a_changed_migration_is_refused_and_named() {
    for database in ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(database.file_name());
        migrate(&path, database).unwrap();
        Connection::open(&path)
            .unwrap()
            .execute("UPDATE migrations SET checksum = x'00' WHERE number = 1", [])
            .unwrap();
        for refused in [migrate(&path, database), pending(&path, database)] {
            match refused {
                Err(StoreError::ChangedMigration { file, .. }) => {
                    assert_eq!(file, database.migrations()[0].file);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn handles_refuse_what_migrate_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    Connection::open(&path).unwrap().execute_batch("PRAGMA journal_mode = WAL").unwrap();
    assert!(matches!(SqliteJournalReader::open(&path), Err(StoreError::NotMigrated { pending: 1, .. })));
    drop(SqliteJournal::open(&path).unwrap());
    SqliteJournalReader::open(&path).unwrap();
    Connection::open(&path).unwrap().execute("UPDATE migrations SET checksum = x'00'", []).unwrap();
    assert!(matches!(SqliteJournal::open(&path), Err(StoreError::ChangedMigration { .. })));
    assert!(matches!(SqliteJournalReader::open(&path), Err(StoreError::ChangedMigration { .. })));
}

#[test]
fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    std::fs::write(&path, "not a database, but long enough to have been one by its size").unwrap();
    assert!(matches!(SqliteJournal::open(&path), Err(StoreError::Damaged { .. })));
}
