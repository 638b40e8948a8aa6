//! Bytes from a disk are input: damaged ones are an error, never a panic and never another book.

mod desk;

use book::{Anchor, Book, Catalog, JournalRow, KeySpace, UseStage, check_chain, read_batch};
use desk::{Desk, charge, gift, key, last_hash, open, per_unit, per_window};
use money::{PaymentId, Timestamp, Unit};
use proptest::prelude::*;

/// A book with something of everything, and its journal in three rows.
fn lived() -> Desk {
    let meters = [per_window(0, "0.25", Anchor::FirstEvent), per_unit(1, "0.0000025")];
    let mut desk = Desk::new(Catalog::new(meters, 72 * Timestamp::HOUR), "2026-11-21T14:12:00Z");
    let told = [
        (None, open(desk::ANA, Unit::USD, 0)),
        (None, book::Act::Grant(gift("25"))),
        (
            key(KeySpace::Forever, 1, 2),
            book::Act::Grant(book::GrantTerms {
                cost: Some(desk::usd("10")),
                payment: Some(PaymentId::from_u128(9)),
                expires_at: Some(desk::time("2026-12-21T00:00:00Z")),
                ..gift("10")
            }),
        ),
        (key(KeySpace::Event, 1, 1), desk::call(0, "2026-11-21T14:12:00Z", UseStage::Guarded)),
        (None, desk::use_of(1, "123456", "2026-11-21T13:12:00Z", UseStage::Reported)),
        (key(KeySpace::Request, 5, 1), charge("1.50")),
    ];
    for (key, act) in told {
        let answer = desk.run(&book::Command { key, act });
        assert!(matches!(answer, book::Answer::Decided(_)), "{answer:?}");
        if desk.batch.len() == 2 {
            desk.seal();
        }
    }
    desk.at("2026-11-21T15:30:00Z");
    desk
}

fn read(row: &JournalRow) -> usize {
    // All of it, also behind an error, must come to an end.
    read_batch(row).take(10_000).filter(Result::is_ok).count()
}

proptest! {
    #[test]
    fn a_row_with_one_other_byte_is_found_by_the_chain(place: prop::sample::Index, flip in 1_u8..) {
        let desk = lived();
        for (no, row) in desk.rows.iter().enumerate() {
            let mut row = row.clone();
            let place = place.index(row.body.len());
            row.body[place] ^= flip;
            read(&row);
            prop_assert!(check_chain(&last_hash(&desk.rows[..no]), &row).is_err());
        }
    }

    #[test]
    fn a_shortened_row_is_found_by_the_chain(place: prop::sample::Index) {
        let desk = lived();
        for (no, row) in desk.rows.iter().enumerate() {
            let whole = read(row);
            let mut row = row.clone();
            row.body.truncate(place.index(row.body.len()));
            prop_assert!(read(&row) < whole);
            prop_assert!(check_chain(&last_hash(&desk.rows[..no]), &row).is_err());
        }
    }

    #[test]
    fn any_bytes_may_stand_in_a_row(body: Vec<u8>) {
        read(&JournalRow { position: 1, epoch: 1, hash: [0; 32], body: body.clone() });
        // Behind a valid head, which random bytes seldom have.
        let head = [&[1_u8, 0][..], &body].concat();
        read(&JournalRow { position: u64::MAX, epoch: 1, hash: [0; 32], body: head });
    }

    #[test]
    fn a_damaged_snapshot_is_not_read(place: prop::sample::Index, flip in 1_u8.., other: Vec<u8>) {
        let bytes = lived().book.to_snapshot();
        let place = place.index(bytes.len());
        let mut flipped = bytes.clone();
        flipped[place] ^= flip;
        prop_assert!(Book::from_snapshot(&flipped).is_err());
        prop_assert!(Book::from_snapshot(&bytes[..place]).is_err());
        prop_assert!(Book::from_snapshot(&[&bytes[..], &[flip]].concat()).is_err());
        prop_assert!(Book::from_snapshot(&other).is_err());
    }
}

#[test]
fn rows_out_of_place_are_found() {
    let desk = lived();
    let [first, second, ..] = &desk.rows[..] else { panic!("several rows were written") };
    assert!(check_chain(&last_hash(&[]), first).is_ok());
    assert!(check_chain(&first.hash, second).is_ok());
    assert!(check_chain(&last_hash(&[]), second).is_err(), "the first is missing");
    let moved = JournalRow { position: 9, ..second.clone() };
    assert!(check_chain(&first.hash, &moved).is_err(), "the position belongs to the hash");
    let foreign = JournalRow { epoch: 2, ..second.clone() };
    assert!(check_chain(&first.hash, &foreign).is_err(), "the epoch belongs to the hash");
}

#[test]
fn a_row_of_a_newer_version_says_so() {
    let row = JournalRow { position: 7, epoch: 1, hash: [0; 32], body: vec![2, 0] };
    let error = read_batch(&row).next().expect("one item").expect_err("an unknown version");
    assert_eq!(error.to_string(), "row 7, decision 0: unknown tag 2");
    let row = JournalRow { body: vec![1, 0, 63, 0], ..row };
    let error = read_batch(&row).next().expect("one item").expect_err("an unknown record");
    assert_eq!(error.to_string(), "row 7, decision 0: unknown tag 63");
}
