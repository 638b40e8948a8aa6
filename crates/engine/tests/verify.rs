//! Every kind of damage is found and named by its place; a sound journal has nothing to find.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use book::{
    Act, Aggregation, Anchor, BatchBuilder, Book, Catalog, Command, CommandKey, GENESIS, GrantTerms,
    KeySpace, Meter, MeterNo, Price, Source, UseStage,
};
use engine::{Finding, KEPT_HOURS, Projector, Verified, Views, make_snapshot, unseal_all, verify_journal};
use money::{Amount, CustomerId, GrantId, Quantity, Timestamp, Unit, WalletId};
use store::views::{ViewChange, ViewChanges};
use store::{Journal as _, JournalDerived as _, JournalReader as _, MemoryJournal, Tables};

const CURSOR: &str = "views";
const METER: MeterNo = MeterNo(1);
const WALLETS: u128 = 3;
const ROWS: u64 = 12;

fn usd(cents: i64) -> Amount {
    Amount::new(cents * 10_000, Unit::USD)
}

fn hour(n: i64) -> Timestamp {
    Timestamp::from_seconds(1_000_000_000 + n * 3_600)
}

/// What is asked in row `n`, an hour after the row before.
fn commands(n: u64) -> Vec<Command> {
    let wallet = |w: u128| WalletId::from_u128(w + 1);
    let plain = |act| Command { key: None, act };
    let mut commands = Vec::new();
    for w in 0..WALLETS {
        let step = i64::try_from(n).unwrap() * 10 + i64::try_from(w).unwrap();
        match n {
            1 => commands.push(plain(Act::OpenWallet {
                wallet: wallet(w),
                customer: CustomerId::from_u128(w),
                unit: Unit::USD,
                debt_limit: 0,
            })),
            2 | 7 => commands.push(plain(Act::Grant(GrantTerms {
                wallet: wallet(w),
                grant: GrantId::from_u128(u128::from(n) * 100 + w),
                amount: usd(2_500),
                source: Source::Promotional,
                priority: 50,
                effective_at: None,
                expires_at: (w == 0 && n == 2).then(|| hour(10)),
                cost: None,
                payment: None,
            }))),
            _ => {
                commands.push(plain(Act::Charge { wallet: wallet(w), amount: usd(step), kind: 1 }));
                let key = CommandKey { space: KeySpace::Event, key: step.unsigned_abs().into(), body: 1 };
                let act = Act::Use {
                    wallet: wallet(w),
                    meter: METER,
                    quantity: Quantity::ONE,
                    occurred_at: hour(i64::try_from(n).unwrap()),
                    stage: UseStage::Reported,
                };
                commands.push(Command { key: Some(key), act });
            }
        }
    }
    commands
}

/// A journal of [`ROWS`] rows, a snapshot of row `snapshot_at` (whose old keys lie in runs), and its views.
fn installation(snapshot_at: Option<u64>) -> (MemoryJournal, Tables) {
    let price =
        Price::PerActiveWindow { amount: usd(25), length: Timestamp::HOUR, anchor: Anchor::FirstEvent };
    let meter = Meter { no: METER, aggregation: Aggregation::ActiveTime, price };
    let catalog = Catalog::new([meter], Catalog::LATENESS_DEFAULT);
    let (mut book, mut journal) = (Book::new(), MemoryJournal::new());
    let mut builder = BatchBuilder::new(1, 1, GENESIS);
    book.open_epoch(1, hour(0), &mut builder);
    let (tables, mut projector) = (Tables::open_in_memory().unwrap(), Projector::default());
    for n in 1..=ROWS {
        let at = hour(i64::try_from(n).unwrap());
        for command in commands(n) {
            let answer = book.execute(&catalog, &command, at, &mut builder);
            assert!(matches!(answer, book::Answer::Decided(_)), "row {n}: {answer:?}");
        }
        let row = builder.seal_and_continue();
        journal.append(&row).unwrap();
        if snapshot_at == Some(n) {
            let made = make_snapshot(&mut journal, n, book.digest(), KEPT_HOURS).unwrap();
            journal.put_snapshot(n, made.digest, &mut std::iter::once(made.body)).unwrap();
        }
        let changes = projector.project([&row]).unwrap().changes;
        tables
            .write_views(|tx| {
                tx.apply_views(&changes)?;
                tx.move_cursor(CURSOR, n - 1, n, &row.hash)
            })
            .unwrap();
    }
    (journal, tables)
}

fn verify(journal: &MemoryJournal, tables: Option<&Tables>) -> Verified {
    let mut journal = journal.clone();
    match tables {
        None => verify_journal(&mut journal, None, &mut |_| {}).unwrap(),
        Some(tables) => {
            let views = Views { tables, cursor: CURSOR };
            verify_journal(&mut journal, Some(views), &mut |_| {}).unwrap()
        }
    }
}

#[test]
fn a_sound_installation_has_nothing_to_find() {
    let (journal, tables) = installation(Some(9));
    let seen = verify(&journal, Some(&tables));
    assert_eq!(seen.findings, []);
    assert_eq!((seen.rows, seen.last_position, seen.wallets), (ROWS, ROWS, u64::try_from(WALLETS).unwrap()));
    assert_eq!((seen.snapshot, seen.views), (Some(9), Some(ROWS)));
    assert!(!journal.clone().runs().unwrap().is_empty(), "the snapshot left its old keys on disk");
    assert_eq!(verify(&MemoryJournal::new(), None).findings, []);
}

#[test]
fn each_flipped_byte_of_each_row_is_found_in_that_row() {
    let (journal, _) = installation(None);
    let mut named_decision = 0;
    for position in 1..=ROWS {
        let body = journal.clone().read(position, 1, usize::MAX).unwrap().remove(0).body;
        for place in 0..body.len() {
            journal.damage(position, |row| row.body[place] ^= 0x20);
            let findings = verify(&journal, None).findings;
            match findings.as_slice() {
                [Finding::RowChanged { position: found, ordinal, .. }] => {
                    assert_eq!(*found, position, "byte {place}");
                    named_decision += usize::from(ordinal.is_some());
                }
                other => panic!("row {position}, byte {place}: {other:?}"),
            }
            journal.damage(position, |row| row.body[place] ^= 0x20);
        }
    }
    assert!(named_decision > 0, "some damage can be told by the decision");
}

#[test]
fn a_changed_amount_is_told_by_its_decision() {
    let (journal, _) = installation(None);
    let body = journal.clone().read(5, 1, usize::MAX).unwrap().remove(0).body;
    let ordinals: std::collections::BTreeSet<u32> = (0..body.len())
        .filter_map(|place| {
            journal.damage(5, |row| row.body[place] ^= 1);
            let findings = verify(&journal, None).findings;
            journal.damage(5, |row| row.body[place] ^= 1);
            match findings.first() {
                Some(Finding::RowChanged { ordinal, .. }) => *ordinal,
                _ => None,
            }
        })
        .collect();
    assert!(ordinals.len() > 3, "damage is told apart by decision: {ordinals:?}");
}

#[test]
fn a_changed_hash_is_told_from_changed_contents() {
    let (journal, tables) = installation(Some(9));
    journal.damage(4, |row| row.hash[7] ^= 1);
    let seen = verify(&journal, Some(&tables));
    assert_eq!(seen.findings, [Finding::HashChanged { position: 4 }]);
    assert_eq!((seen.snapshot, seen.views), (Some(9), Some(ROWS)), "the rest is judged all the same");
}

#[test]
fn a_changed_epoch_and_a_missing_row_are_found() {
    let (journal, _) = installation(None);
    journal.damage(6, |row| row.epoch += 1);
    assert!(matches!(
        verify(&journal, None).findings.as_slice(),
        [Finding::RowChanged { position: 6, ordinal: None, .. }]
    ));
    journal.damage(6, |row| row.epoch -= 1);
    for position in 3..=ROWS {
        journal.damage(position, |row| row.position += 1);
    }
    let findings = verify(&journal, None).findings;
    assert_eq!(findings.first(), Some(&Finding::Missing { from: 3, until: 3 }));
}

#[test]
fn rows_that_were_forged_with_their_hashes_are_told_by_the_views() {
    let (journal, tables) = installation(None);
    // Row 5 is written anew with one byte changed at a time, and everything behind it is chained to that.
    let genuine = journal.clone().read(5, 100, usize::MAX).unwrap();
    let before = journal.clone().read(4, 1, usize::MAX).unwrap().remove(0).hash;
    let mut do_not_add_up = 0;
    for place in 0..genuine[0].body.len() {
        let mut previous = before;
        for row in &genuine {
            let mut forged = row.clone();
            if row.position == 5 {
                forged.body[place] ^= 1;
            }
            forged.hash = book::chain_hash(&previous, forged.position, forged.epoch, &forged.body);
            previous = forged.hash;
            journal.damage(row.position, |stored| *stored = forged);
        }
        let findings = verify(&journal, Some(&tables)).findings;
        assert!(findings.contains(&Finding::ViewsOfAnotherRow { position: ROWS }), "byte {place}");
        do_not_add_up += usize::from(findings.iter().any(|finding| {
            matches!(finding, Finding::Unreadable { position: 5, .. } | Finding::Balance { position: 5, .. })
        }));
    }
    assert!(do_not_add_up > 0, "a forged amount does not add up by itself");
}

#[test]
fn a_journal_that_lost_its_end_is_told_by_what_was_made_of_it() {
    let (journal, tables) = installation(Some(ROWS));
    let mut short = MemoryJournal::new();
    for row in journal.clone().read(1, usize::try_from(ROWS).unwrap() - 1, usize::MAX).unwrap() {
        short.append(&row).unwrap();
    }
    let snapshot = journal.clone().newest_snapshot().unwrap().unwrap();
    short.put_snapshot(snapshot.position, snapshot.digest, &mut std::iter::once(snapshot.body)).unwrap();
    let (last, behind) = (ROWS - 1, ROWS);
    assert_eq!(
        verify(&short, Some(&tables)).findings,
        [
            Finding::EndsEarly { last, behind, what: "a snapshot" },
            Finding::EndsEarly { last, behind, what: "the views" }
        ]
    );
}

#[test]
fn a_snapshot_of_another_book_is_found() {
    let (mut journal, _) = installation(Some(9));
    let good = journal.newest_snapshot().unwrap().unwrap();
    let mut damaged = good.body.clone();
    damaged[40] ^= 1;
    journal.put_snapshot(9, good.digest, &mut std::iter::once(damaged)).unwrap();
    assert!(matches!(verify(&journal, None).findings.as_slice(), [Finding::Snapshot { position: 9, .. }]));
    // One that is whole and of another row.
    let mut other = Book::from_snapshot(&good.body).unwrap();
    unseal_all(&mut journal, &mut other).unwrap();
    journal.put_snapshot(10, good.digest, &mut std::iter::once(other.to_snapshot())).unwrap();
    assert!(matches!(verify(&journal, None).findings.as_slice(), [Finding::Snapshot { position: 10, .. }]));
}

#[test]
fn a_changed_view_is_found_in_its_table() {
    let (journal, tables) = installation(None);
    let change = ViewChange::BalanceSet { wallet_no: 1, posted: 1, pending: 0, held: 0 };
    let change = ViewChanges::from_iter([change]);
    tables.write_views(|tx| tx.apply_views(&change)).unwrap();
    match verify(&journal, Some(&tables)).findings.as_slice() {
        [Finding::View(difference)] => {
            assert_eq!(difference.table, "wallet_view");
            assert!(difference.found.as_ref().is_some_and(|row| row.contains("posted: 1,")));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn views_of_another_journal_are_found() {
    let (journal, tables) = installation(None);
    tables
        .write_views(|tx| {
            tx.clear_views(CURSOR)?;
            tx.move_cursor(CURSOR, 0, 3, &[9; 32])
        })
        .unwrap();
    let findings = verify(&journal, Some(&tables)).findings;
    assert_eq!(findings.first(), Some(&Finding::ViewsOfAnotherRow { position: 3 }));
}
