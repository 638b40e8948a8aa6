//! One list of what a journal does, run on every store, as its users see it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use std::panic::{AssertUnwindSafe, catch_unwind};

use book::{GENESIS, JournalRow, chain_hash};
use store::{AppendError, Appended, Journal, MemoryJournal, PostgresServer, SeenRow, SqliteJournal};

/// Contents that owners come and go on.
enum Shelf {
    Memory(MemoryJournal),
    Sqlite(tempfile::TempDir),
    Postgres(PostgresServer),
}

impl Shelf {
    /// A new owner, once the one before is gone.
    fn open(&self) -> Box<dyn Journal> {
        match self {
            Shelf::Memory(journal) => Box::new(journal.clone()),
            Shelf::Sqlite(folder) => {
                Box::new(SqliteJournal::open(&folder.path().join("journal.db")).unwrap())
            }
            Shelf::Postgres(server) => Box::new(server.open_journal().unwrap()),
        }
    }
}

/// Rows 1 to `count` of one chain, with bodies of growing length.
fn chain(count: u64, epoch: u64) -> Vec<JournalRow> {
    let mut hash = GENESIS;
    (1..=count)
        .map(|position| {
            let body = vec![u8::try_from(position % 251).unwrap(); usize::try_from(position).unwrap() * 100];
            hash = chain_hash(&hash, position, epoch, &body);
            JournalRow { position, epoch, hash, body }
        })
        .collect()
}

fn append_all(journal: &mut dyn Journal, rows: &[JournalRow]) {
    for row in rows {
        assert_eq!(journal.append(row).unwrap(), Appended::Landed);
    }
}

type Case = (&'static str, fn(&Shelf));

const CASES: &[Case] = &[
    ("an empty journal says so", |shelf| {
        let mut journal = shelf.open();
        assert_eq!(journal.last().unwrap(), None);
        assert!(journal.read(1, 10, 1_000).unwrap().is_empty());
        assert_eq!(journal.newest_snapshot().unwrap(), None);
        assert!(journal.runs().unwrap().is_empty());
        assert!(journal.run(1).unwrap().is_empty());
    }),
    ("rows come back as they were, for the next owner too", |shelf| {
        let rows = chain(5, 7);
        append_all(&mut *shelf.open(), &rows);
        let mut journal = shelf.open();
        assert_eq!(journal.last().unwrap(), Some((5, rows[4].hash)));
        assert_eq!(journal.read(1, 10, usize::MAX).unwrap(), rows);
        assert_eq!(journal.read(0, 10, usize::MAX).unwrap(), rows);
        assert_eq!(journal.read(3, 2, usize::MAX).unwrap(), rows[2..4]);
        assert!(journal.read(6, 10, usize::MAX).unwrap().is_empty());
    }),
    ("reading ends before too many bytes, after at least one row", |shelf| {
        let rows = chain(5, 1);
        let mut journal = shelf.open();
        append_all(&mut *journal, &rows);
        for (bytes_max, expected) in [(0, 1), (100, 1), (299, 1), (300, 2), (600, 3), (1_500, 5)] {
            assert_eq!(journal.read(1, 10, bytes_max).unwrap().len(), expected, "{bytes_max} bytes");
        }
        assert!(journal.read(1, 0, 1_000).unwrap().is_empty());
    }),
    ("bodies may be empty or of a megabyte", |shelf| {
        let mut journal = shelf.open();
        let mut hash = GENESIS;
        for (position, bytes) in [(1, 0), (2, 1 << 20), (3, 1)] {
            let body = vec![0xa5; bytes];
            hash = chain_hash(&hash, position, 1, &body);
            let row = JournalRow { position, epoch: 1, hash, body };
            assert_eq!(journal.append(&row).unwrap(), Appended::Landed);
            assert_eq!(journal.read(position, 1, usize::MAX).unwrap(), [row]);
        }
    }),
    ("the same row again is ours, whoever asks", |shelf| {
        let rows = chain(3, 1);
        append_all(&mut *shelf.open(), &rows);
        let mut journal = shelf.open();
        for row in rows.iter().rev() {
            assert_eq!(journal.append(row).unwrap(), Appended::AlreadyOurs);
        }
        assert_eq!(journal.last().unwrap(), Some((3, rows[2].hash)));
    }),
    ("another row at a taken place is refused and changes nothing", |shelf| {
        let (ours, theirs) = (chain(3, 1), chain(4, 2));
        let mut journal = shelf.open();
        append_all(&mut *journal, &ours);
        for place in 0..3 {
            match journal.append(&theirs[place]) {
                Err(AppendError::Taken { hash }) => assert_eq!(hash, ours[place].hash),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(journal.read(1, 10, usize::MAX).unwrap(), ours);
    }),
    ("a gap is refused", |shelf| {
        let rows = chain(3, 1);
        let mut journal = shelf.open();
        assert!(matches!(journal.append(&rows[1]), Err(AppendError::Gap { last: 0 })));
        append_all(&mut *journal, &rows[..1]);
        assert!(matches!(journal.append(&rows[2]), Err(AppendError::Gap { last: 1 })));
        let nowhere = JournalRow { position: 0, ..rows[0].clone() };
        assert!(matches!(journal.append(&nowhere), Err(AppendError::Gap { last: 1 })));
        assert_eq!(journal.last().unwrap(), Some((1, rows[0].hash)));
    }),
    ("the newest two snapshots are kept", |shelf| {
        let mut journal = shelf.open();
        for position in [10, 20, 30] {
            let pieces = [vec![1; 10], vec![], vec![2; 5]];
            journal.put_snapshot(position, u64::MAX - position, &mut pieces.into_iter()).unwrap();
        }
        let newest = shelf_newest(&mut *journal);
        assert_eq!(newest, (30, u64::MAX - 30, [vec![1; 10], vec![2; 5]].concat()));
    }),
    ("a snapshot of the same position replaces the one before", |shelf| {
        let mut journal = shelf.open();
        journal.put_snapshot(10, 1, &mut [vec![1]].into_iter()).unwrap();
        journal.put_snapshot(10, 2, &mut [vec![2]].into_iter()).unwrap();
        assert_eq!(shelf_newest(&mut *journal), (10, 2, vec![2]));
    }),
    ("a snapshot whose maker dies half-way is not there", |shelf| {
        {
            let mut journal = shelf.open();
            journal.put_snapshot(10, 1, &mut [vec![1]].into_iter()).unwrap();
            let mut dies = (0..20).map(|piece| {
                assert!(piece < 12, "the maker dies");
                vec![piece; 1_000]
            });
            let died = catch_unwind(AssertUnwindSafe(|| journal.put_snapshot(20, 2, &mut dies)));
            assert!(died.is_err());
            assert_eq!(shelf_newest(&mut *journal), (10, 1, vec![1]));
        }
        let mut journal = shelf.open();
        assert_eq!(shelf_newest(&mut *journal), (10, 1, vec![1]));
        journal.put_snapshot(20, 3, &mut [vec![3]].into_iter()).unwrap();
        assert_eq!(shelf_newest(&mut *journal), (20, 3, vec![3]));
    }),
    ("runs come back whole, are replaced whole, and are forgotten", |shelf| {
        let seen = |count: u64| -> Vec<SeenRow> {
            let key = |n| u128::from(n) << 64 | 0xff;
            (0..count).map(|n| SeenRow { key: key(n), body: u64::MAX - n, entry: n << 20 }).collect()
        };
        let mut journal = shelf.open();
        // 40,000 keys take more than one piece.
        for (hour, count) in [(-1, 3), (5, 40_000), (6, 1), (7, 2)] {
            journal.put_run(hour, &seen(count)).unwrap();
        }
        journal.put_run(6, &seen(4)).unwrap();
        drop(journal);
        let mut journal = shelf.open();
        assert_eq!(journal.runs().unwrap(), [-1, 5, 6, 7]);
        assert_eq!(journal.run(5).unwrap(), seen(40_000));
        assert_eq!(journal.run(6).unwrap(), seen(4));
        journal.drop_runs_before(6).unwrap();
        assert_eq!(journal.runs().unwrap(), [6, 7]);
        assert!(journal.run(5).unwrap().is_empty());
    }),
    ("snapshots and runs do not disturb the rows", |shelf| {
        let rows = chain(20, 1);
        let mut journal = shelf.open();
        for row in &rows {
            journal.append(row).unwrap();
            journal.put_snapshot(row.position, 0, &mut [row.body.clone()].into_iter()).unwrap();
            journal.put_run(i64::try_from(row.position).unwrap(), &[]).unwrap();
        }
        assert_eq!(journal.read(1, 100, usize::MAX).unwrap(), rows);
        assert_eq!(shelf_newest(&mut *journal), (20, 0, rows[19].body.clone()));
    }),
];

fn shelf_newest(journal: &mut dyn Journal) -> (u64, u64, Vec<u8>) {
    let snapshot = journal.newest_snapshot().unwrap().unwrap();
    (snapshot.position, snapshot.digest, snapshot.body)
}

fn run_all(shelf: impl Fn() -> Shelf) {
    for (name, case) in CASES {
        let shelf = shelf();
        let outcome = catch_unwind(AssertUnwindSafe(|| case(&shelf)));
        assert!(outcome.is_ok(), "{name}");
    }
}

#[test]
fn memory() {
    run_all(|| Shelf::Memory(MemoryJournal::new()));
}

#[test]
fn sqlite() {
    run_all(|| Shelf::Sqlite(tempfile::tempdir().unwrap()));
}

#[test]
fn postgres() {
    run_all(|| Shelf::Postgres(server::empty()));
}
