//! The journal in memory fails as it is told to, and never otherwise.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use book::{GENESIS, JournalRow, chain_hash};
use store::{AppendError, Appended, Fault, Journal, JournalReader, MemoryJournal};

fn row(epoch: u64) -> JournalRow {
    let hash = chain_hash(&GENESIS, 1, epoch, b"body");
    JournalRow { position: 1, epoch, hash, body: b"body".to_vec() }
}

#[test]
fn each_fault_once() {
    // (what goes wrong, what the append says, what the same append says after it)
    let cases = [
        (Fault::NotWritten, "the row was not written", Appended::Landed),
        (Fault::LandsUnanswered, "whether the row was written is unknown", Appended::AlreadyOurs),
        (Fault::LostUnanswered, "whether the row was written is unknown", Appended::Landed),
        (Fault::SyncFails, "the disk did not sync the row", Appended::Landed),
    ];
    for (fault, says, then) in cases {
        let mut journal = MemoryJournal::new();
        journal.inject(fault);
        assert_eq!(journal.append(&row(1)).unwrap_err().to_string(), says, "{fault:?}");
        assert_eq!(journal.append(&row(1)).unwrap(), then, "{fault:?}");
    }
}

#[test]
fn a_full_disk_keeps_reads() {
    let mut journal = MemoryJournal::new();
    journal.append(&row(1)).unwrap();
    journal.set_disk_full(true);
    let next = JournalRow { position: 2, ..row(1) };
    assert!(matches!(journal.append(&next), Err(AppendError::NotWritten(_))));
    assert_eq!(journal.last().unwrap(), Some((1, row(1).hash)));
    journal.set_disk_full(false);
    assert_eq!(journal.append(&next).unwrap(), Appended::Landed);
}

#[test]
fn who_hangs_while_a_successor_writes_finds_the_place_taken() {
    let journal = MemoryJournal::new();
    journal.inject(Fault::Hangs);
    let mut hung = journal.clone();
    let owner = std::thread::spawn(move || hung.append(&row(1)));
    while journal.hanging() == 0 {
        std::thread::yield_now();
    }
    let mut successor = journal.clone();
    assert_eq!(successor.append(&row(2)).unwrap(), Appended::Landed);
    journal.release();
    match owner.join().unwrap() {
        Err(AppendError::Taken { hash }) => assert_eq!(hash, row(2).hash),
        other => panic!("{other:?}"),
    }
}
