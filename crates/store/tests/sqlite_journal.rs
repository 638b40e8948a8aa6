//! What only a journal in a file must do: keep a second writer out, let readers in, survive a killed process, and refuse a
//! file that another version has written.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use book::{GENESIS, JournalRow, chain_hash};
use store::{
    Appended, Database, Journal, JournalDerived, JournalReader, SqliteJournal, SqliteJournalReader,
    StoreError, pending,
};

const CHILD_PATH: &str = "STORE_TEST_CHILD_JOURNAL";

fn next_row(journal: &mut dyn JournalReader, body: &[u8]) -> JournalRow {
    let (last, hash) = journal.last().unwrap().unwrap_or((0, GENESIS));
    let position = last + 1;
    JournalRow { position, epoch: 1, hash: chain_hash(&hash, position, 1, body), body: body.to_vec() }
}

/// Not a test by itself: the body of the child process that the tests below start and kill.
#[test]
fn child_process() {
    let Ok(path) = std::env::var(CHILD_PATH) else { return };
    let mut journal = SqliteJournal::open(Path::new(&path)).unwrap();
    let mut answers = std::io::stdout();
    loop {
        let row = next_row(&mut journal, &[7; 3_000]);
        assert_eq!(journal.append(&row).unwrap(), Appended::Landed);
        writeln!(answers, "answered {}", row.position).unwrap();
        answers.flush().unwrap();
    }
}

fn start_child(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_process", "--nocapture"])
        .env(CHILD_PATH, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The position in a line of the child, if it answers one. The harness prints its own words around the first.
fn answered(line: &str) -> Option<u64> {
    line.rsplit_once("answered ")?.1.parse().ok()
}

#[test]
fn another_process_writes_alone_and_loses_nothing_it_answered_when_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut answered_last = 0;
    for round in 0..5_u64 {
        let mut child = start_child(&path);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for _ in 0..=round * 20 {
            answered_last =
                lines.by_ref().map(|line| line.unwrap()).find_map(|line| answered(&line)).unwrap();
        }
        assert!(matches!(SqliteJournal::open(&path), Err(StoreError::InUse { .. })));
        assert!(SqliteJournalReader::open(&path).unwrap().last().unwrap().is_some());
        child.kill().unwrap();
        child.wait().unwrap();
        answered_last =
            lines.map_while(Result::ok).filter_map(|line| answered(&line)).fold(answered_last, u64::max);

        let mut journal = SqliteJournal::open(&path).unwrap();
        let last = journal.last().unwrap().unwrap().0;
        assert!(last == answered_last || last == answered_last + 1, "{last} after {answered_last} answered");
        let mut hash = GENESIS;
        for row in journal.read(1, usize::MAX, usize::MAX).unwrap() {
            assert_eq!(row.hash, chain_hash(&hash, row.position, row.epoch, &row.body));
            hash = row.hash;
        }
    }
}

#[test]
fn a_second_handle_is_refused_until_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let first = SqliteJournal::open(&path).unwrap();
    let refused = SqliteJournal::open(&path).unwrap_err();
    assert!(refused.to_string().ends_with("is already open for writing, by another process or by this one"));
    drop(first);
    SqliteJournal::open(&path).unwrap();
}

#[test]
fn snapshots_are_made_beside_a_writer_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    let mut derived = journal.open_derived().unwrap();
    let mut reader = journal.open_reader().unwrap();
    // Between any two pieces the writer appends and a reader sees it at once.
    let mut pieces = (0..20_u8).map(|piece| {
        let row = next_row(&mut journal, &[piece; 100]);
        assert_eq!(journal.append(&row).unwrap(), Appended::Landed);
        assert_eq!(reader.last().unwrap(), Some((row.position, row.hash)));
        assert_eq!(reader.newest_snapshot().unwrap(), None);
        vec![piece; 50_000]
    });
    derived.put_snapshot(1, 2, &mut pieces).unwrap();
    assert_eq!(reader.newest_snapshot().unwrap().unwrap().body.len(), 1_000_000);
    assert_eq!(journal.last().unwrap().unwrap().0, 20);
}

#[test]
fn a_reader_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    assert!(SqliteJournalReader::open(&path).is_err());
    assert!(!path.exists());
    assert_eq!(pending(&path, Database::Journal).unwrap().len(), Database::Journal.migrations().len());
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = SqliteJournal::open(&path).unwrap();
    let row = next_row(&mut journal, b"1");
    journal.append(&row).unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
