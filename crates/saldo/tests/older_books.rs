//! Books that an older version of the program kept, opened by this one: what it knew in another form is known all the same.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use std::path::Path;

use book::PaidBy;
use house::House;
use house::provider::{PRICE_CENTAVOS, Provider, bank, reais, return_file};
use money::{Amount, IntentId, Timestamp, Unit};
use rusqlite::Connection;
use saldo::audit::Author;
use saldo::config::Config;
use saldo::overpaid::{self, GivingBack};
use store::tables::lines::PackRelease;
use store::tables::overpaid::OverpaidKind;

/// The last migration of the version that did not list what was paid too much.
const LAST_OF_OLD: u32 = 26;

/// The files of SQLite, whatever store the other tests are on: this is about one of their older states.
fn in_files(config: &mut Config) {
    config.bank = Some(bank());
    config.database = None;
}

/// The tables in this folder as an older version would have left them: its schema, and of each table what it knew.
fn make_old(folder: &Path) {
    let (path, newer) = (folder.join("saldo.db"), folder.join("newer.db"));
    let known = Connection::open(&path).expect("the tables");
    known.execute("VACUUM INTO ?1", [newer.to_str().expect("a path")]).expect("a copy beside it");
    drop(known);
    for ending in ["", "-wal", "-shm"] {
        let file = folder.join(format!("saldo.db{ending}"));
        if file.exists() {
            std::fs::remove_file(file).expect("gone");
        }
    }
    let old = Connection::open(&path).expect("a new file");
    old.execute_batch("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF;").expect("settings");
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/migrations/sqlite/saldo");
    let mut files: Vec<_> =
        std::fs::read_dir(files).expect("migrations").map(|file| file.expect("a file").path()).collect();
    files.sort();
    for file in files.iter().take(usize::try_from(LAST_OF_OLD).expect("few")) {
        old.execute_batch(&std::fs::read_to_string(file).expect("text")).expect("a migration");
    }
    old.execute("ATTACH DATABASE ?1 AS newer", [newer.to_str().expect("a path")]).expect("beside it");
    let made: String = old
        .query_row("SELECT sql FROM newer.sqlite_master WHERE name = 'migrations'", [], |row| row.get(0))
        .expect("how migrations are remembered");
    old.execute_batch(&made).expect("a table");
    for table in
        names(&old, "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    {
        let columns =
            names(&old, &format!("SELECT name FROM pragma_table_info('{table}', 'main')")).join(", ");
        let only =
            if table == "migrations" { format!("WHERE number <= {LAST_OF_OLD}") } else { String::new() };
        old.execute_batch(&format!(
            "DELETE FROM main.{table}; INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table} {only}"
        ))
        .expect("what it knew");
    }
    assert!(names(&old, "SELECT name FROM main.sqlite_master WHERE name = 'overpaid'").is_empty());
    old.execute_batch("DETACH DATABASE newer").expect("let go");
    drop(old);
    std::fs::remove_file(newer).expect("gone");
}

fn names(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|name| name.expect("a name")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_too_much_before_it_was_listed_is_listed_and_can_be_given_back() {
    let provider = Provider::open_with(PackRelease::Purchase, in_files, |_| {}).await;
    let bought = provider.buy().await;
    let received = provider.remit().await;
    // R$ 10,00 too much, and then all of it once more.
    let told = [("02", 0), ("06", PRICE_CENTAVOS + 1_000), ("06", PRICE_CENTAVOS)];
    provider.load(&return_file(&received, 1, &told)).await;
    let all = reais(PRICE_CENTAVOS + 1_000);
    assert_eq!(provider.credit().await, all);
    let customer = provider.line.customer;
    let data = provider.house.close().await;
    make_old(data.path());

    let mut house = House::open_in(data, in_files).await;
    let mut listed = Vec::new();
    // A second start finds nothing more to do.
    for _ in 0..2 {
        let look = move |reader: &store::Reader<'_>| {
            Ok((
                reader.overpaid_of(customer, Timestamp::MAX, 10)?,
                overpaid::left(reader, customer, Unit::BRL)?,
            ))
        };
        let (moves, left) = house.running.app.read(look).await.expect("a look");
        assert_eq!(left, all);
        let sums: Vec<_> = moves.iter().map(|moved| moved.amount).collect();
        assert!(moves.len() == 2 && sums.contains(&reais(1_000)), "{moves:?}");
        for moved in &moves {
            assert_eq!((moved.kind, moved.paid_by.as_str()), (OverpaidKind::Came, "boleto"));
            assert_eq!((moved.purchase, moved.boleto), (Some(bought.purchase), Some(bought.boleto.id)));
        }
        listed.push(moves);
        let data = house.close().await;
        house = House::open_in(data, in_files).await;
    }
    assert_eq!(listed[0], listed[1]);
    let giving = GivingBack {
        id: IntentId::from_u128(7),
        customer,
        amount: all,
        by: PaidBy::Pix,
        reason: "devolvido".to_owned(),
        finding: None,
    };
    overpaid::give_back(&house.running.app, Author::operator(), giving).await.expect("given back");
    let look = move |reader: &store::Reader<'_>| overpaid::left(reader, customer, Unit::BRL);
    assert_eq!(house.running.app.read(look).await.expect("a look"), Amount::zero(Unit::BRL));
}
