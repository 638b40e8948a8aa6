//! Plays the stories of `scenarios/` on the book alone, and each book again from its journal.

#![allow(
    clippy::disallowed_methods,
    reason = "a test reads its stories from the repository; the book does not"
)]

mod desk;
mod scenario;

use std::path::Path;

use book::{Answer, Balance, Book, Catalog, Command, EntryRef, Record};
use desk::{Desk, decisions_of, replay, total};
use money::{Timestamp, Unit, WalletId};
use scenario::{LineSeen, Player, play, read};

/// How many stories there are at least: a folder that was not found is not a success.
const STORIES_MIN: usize = 12;

impl Player for Desk {
    fn go_to(&mut self, now: Timestamp) {
        self.now = now;
        self.settle();
    }

    fn set_prices(&mut self, catalog: Catalog) {
        self.catalog = catalog;
    }

    fn send(&mut self, command: &Command) -> Answer {
        let answer = self.run(command);
        self.seal();
        answer
    }

    fn record(&mut self, entry: EntryRef) -> Record {
        let row =
            self.rows.iter().find(|row| row.position == entry.position()).expect("a row that was written");
        let found = decisions_of(row).into_iter().find(|(place, _)| *place == entry);
        found.expect("a decision that was answered").1.record
    }

    fn balance(&mut self, wallet: WalletId) -> Balance {
        self.wallet(wallet).balance
    }

    fn left(&mut self, wallet: WalletId) -> Vec<i64> {
        self.wallet(wallet).grants.iter().map(|grant| grant.remaining).collect()
    }

    fn line(&mut self, wallet: WalletId) -> LineSeen {
        LineSeen::of_book(self.wallet(wallet).line.as_deref().expect("the story has opened a line"))
    }
}

fn desk() -> Desk {
    Desk::new(Catalog::new([], Catalog::LATENESS_DEFAULT), "1970-01-01T00:00:00Z")
}

#[test]
fn every_story_comes_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let entries = std::fs::read_dir(&folder).expect("the folder of the stories");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry of the folder").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    assert!(files.len() >= STORIES_MIN, "only {} stories in {}", files.len(), folder.display());
    let mut failures = Vec::new();
    for file in files {
        let name = format!("scenarios/{}", file.file_name().expect("a file").to_string_lossy());
        let text = std::fs::read_to_string(&file).expect("a story can be read");
        let mut desk = desk();
        let result = read(&name, &text).and_then(|story| play(&story, &mut desk));
        failures.extend(result.err());
        desk.seal();
        let again = replay(Book::new(), &desk.rows);
        assert_eq!(again.to_snapshot(), desk.book.to_snapshot(), "{name}: replayed from its journal");
        for unit in [Unit::USD, Unit::BRL, Unit::BYTE] {
            assert_eq!(total(&again, unit), 0, "{name}: all accounts of {unit} sum to zero");
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn what_is_wrong_with_a_line_is_told_with_its_place() {
    let head = "at 2026-11-21 14:12\nmeter calls costs 0.25 USD per active hour by the clock\n\
                customer ana opens a wallet in USD\n";
    let cases = [
        ("dance", "story:4: `dance` is no word that a line begins with\n  dance"),
        ("grant", "story:4: an amount is missing\n  grant"),
        (
            "grant ten promotional",
            "story:4: `ten` is not a decimal number like 24.75\n  grant ten promotional",
        ),
        ("grant 1 stolen", "story:4: `stolen` is not promotional, purchased, or a reason\n  grant 1 stolen"),
        ("grant 1 promotional today", "story:4: `today` is not understood here\n  grant 1 promotional today"),
        ("call texts", "story:4: no meter is called `texts`\n  call texts"),
        (
            "expect line asleep and slowed",
            "story:4: `asleep` is not enabled, blocked or cancelled\n  expect line asleep and slowed",
        ),
        ("expect line enabled", "story:4: expected `and slowed`, found ``\n  expect line enabled"),
        ("grant 1 overpaid by gold", "story:4: nothing is paid by `gold`\n  grant 1 overpaid by gold"),
        ("customer bob", "story:4: bob has no wallet yet\n  customer bob"),
        (
            "call calls at noon sharp",
            "story:4: `noon sharp` is no time like `2026-11-21 14:12`\n  call calls at noon sharp",
        ),
        (
            "expect balance 1 pending 0.25 available 1",
            "story:4: 1.00 USD is not the balance less what is pending\n  expect balance 1 pending 0.25 available 1",
        ),
        (
            "meter m costs 1 USD a month",
            "story:4: expected `per active hour`, found `a month`\n  meter m costs 1 USD a month",
        ),
    ];
    for (line, expected) in cases {
        let error = read("story", &format!("{head}{line}\n")).expect_err(line);
        assert_eq!(error, expected);
    }
    let error = read("story", "customer ana opens a wallet in USD").expect_err("no time");
    assert!(error.starts_with("story:1: a story begins with `at`"), "{error}");
}

#[test]
fn a_story_that_does_not_come_true_says_where_and_how() {
    let head = "at 2026-11-21 14:12\ncustomer ana opens a wallet in USD\ngrant 1.00 promotional\n";
    let cases = [
        (
            "charge 2.00",
            "story:4: this was refused as insufficient_credit: 2.00 USD is needed and 1.00 USD is available",
        ),
        (
            "charge 0.50\nrefused insufficient_credit",
            "story:5: the command before was accepted, not refused as insufficient_credit",
        ),
        (
            "charge 2.00\nrefused unit_mismatch",
            "story:5: the command before was refused as insufficient_credit: 2.00 USD is needed and 1.00 USD is \
             available, not refused as unit_mismatch",
        ),
        ("charge 0.50\nrepeated", "story:5: the command before was accepted, not repeated"),
        (
            "refused unit_mismatch\nrefused unit_mismatch",
            "story:4: the command before was accepted, not refused as unit_mismatch",
        ),
        (
            "expect balance 2.00 pending 0.00 available 2.00",
            "story:4: the balance is 1.00 pending 0.00 available 1.00",
        ),
        ("expect left 0.50", "story:4: left is 1.00"),
        ("at 2026-11-21 14:11", "story:4: time does not go back"),
        ("reverse the last charge", "story:4: there was no charge yet"),
    ];
    for (line, expected) in cases {
        let story = read("story", &format!("{head}{line}\n")).expect("it can be read");
        assert_eq!(play(&story, &mut desk()).expect_err(line), expected);
    }
}
