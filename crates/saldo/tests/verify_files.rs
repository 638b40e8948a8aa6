//! `saldo verify` on files of which a byte was flipped: it ends with 3 and names the very place.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use store::{
    JournalReader as _, SqliteJournalReader, Tables,
    views::{ViewChange, ViewChanges},
};

/// Runs `verify`: the exit code and what it prints.
fn verify(data: &Path) -> (Option<i32>, String) {
    let (code, printed) = run(data, &["verify"]);
    (code, printed)
}

fn run(data: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
    let done = command.env_clear().args(arguments).arg("--data").arg(data).output().expect("it runs");
    (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
}

/// A folder with some customers in it, each made by a program of its own.
fn installation() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["Ana", "Bia", "Caio"] {
        assert_eq!(run(folder.path(), &["customer", "create", "--name", name]).0, Some(0));
    }
    let (code, printed) = verify(folder.path());
    assert_eq!(code, Some(0), "{printed}");
    folder
}

#[test]
fn a_flipped_byte_in_the_journals_file_is_named_by_its_row() {
    let folder = installation();
    let path = folder.path().join("journal.db");
    let rows = SqliteJournalReader::open(&path).and_then(|mut it| it.read(1, 100, usize::MAX)).expect("rows");
    assert!(rows.len() > 5);
    let genuine = std::fs::read(&path).expect("the file");
    for row in &rows {
        let found = genuine.windows(row.body.len()).position(|bytes| bytes == row.body);
        let begin = found.expect("short rows lie in one piece");
        let mut damaged = genuine.clone();
        damaged[begin + row.body.len() / 2] ^= 0x04;
        std::fs::write(&path, damaged).expect("written");
        let (code, printed) = verify(folder.path());
        assert_eq!(code, Some(3), "{printed}");
        assert!(printed.contains(&format!("journal row {} was changed", row.position)), "{printed}");
    }
    std::fs::write(&path, genuine).expect("written");
    assert_eq!(verify(folder.path()).0, Some(0));
}

#[test]
fn a_changed_view_is_named_by_its_table_and_made_again() {
    let folder = installation();
    let tables = Tables::open(&folder.path().join("saldo.db")).expect("the tables");
    let change = ViewChange::BalanceSet { wallet_no: 1, posted: 99_000_000, pending: 0, held: 0 };
    let change = ViewChanges::from_iter([change]);
    tables.write_views(|tx| tx.apply_views(&change)).expect("written");
    drop(tables);
    let (code, printed) = verify(folder.path());
    assert_eq!(code, Some(3), "{printed}");
    assert!(printed.contains("table wallet_view") && printed.contains("99000000"), "{printed}");
    assert_eq!(run(folder.path(), &["rebuild-views"]).0, Some(0));
    assert_eq!(verify(folder.path()).0, Some(0));
}
