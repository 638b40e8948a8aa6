//! What only a server can do to us: be lost between any two words, hold another's row that is not committed yet, be asked by two
//! programs at once, be set up so that it must not be used.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use std::time::{Duration, Instant};

use book::{GENESIS, Hash, JournalRow, chain_hash};
use money::{ApiKeyId, Timestamp};
use store::tables::answers::FirstAnswer;
use store::tables::audit::AuditRow;
use store::{
    AppendError, Appended, Database, Journal, JournalReader, LEASE_SECONDS, PostgresLease, PostgresServer,
    StoreError, Tables, Tx,
};

fn row_after(last: u64, hash: &Hash, epoch: u64) -> JournalRow {
    let (position, body) = (last + 1, vec![7; 100]);
    JournalRow { position, epoch, hash: chain_hash(hash, position, epoch, &body), body }
}

fn first_row(epoch: u64) -> JournalRow {
    row_after(0, &GENESIS, epoch)
}

/// An append whose answer is lost is repeated until it is known what became of it, as the engine does.
fn append_at_last(journal: &mut dyn Journal, row: &JournalRow) -> Appended {
    loop {
        match journal.append(row) {
            Ok(appended) => return appended,
            Err(AppendError::Unknown(_) | AppendError::NotWritten(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn audit(tx: &Tx<'_>) -> Result<u64, StoreError> {
    let at = Timestamp::EPOCH;
    let [actor, action, object] = ["operator", "test", "it"].map(str::to_owned);
    let (before, after, ip, request_id, customer) = (None, None, None, None, None);
    tx.insert_audit(&AuditRow {
        audit_no: 0,
        at,
        actor,
        action,
        object,
        before,
        after,
        ip,
        request_id,
        customer,
    })
}

#[test]
fn a_second_writer_is_refused_until_the_first_is_gone() {
    let server = server::empty();
    let first = server.open_journal().unwrap();
    assert_held(&server, &mut first.lease());
    drop(first);
    server.open_journal().unwrap();
}

/// Nobody gets the journal while its holder renews his lease.
fn assert_held(server: &PostgresServer, lease: &mut PostgresLease) {
    std::thread::scope(|scope| {
        let other = scope.spawn(|| server.open_journal());
        while !other.is_finished() {
            assert!(lease.renew().unwrap());
        }
        let refused = other.join().unwrap();
        assert!(matches!(refused, Err(StoreError::Held { .. })), "{refused:?}");
    });
}

#[test]
fn one_who_was_killed_is_waited_out() {
    let server = server::empty();
    let killed = server.open_journal().unwrap();
    // It gives nothing back.
    std::mem::forget(killed);
    let begun = Instant::now();
    let mut next = server.open_journal().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(u64::from(LEASE_SECONDS) + 5));
    assert_eq!(next.append(&first_row(1)).unwrap(), Appended::Landed);
}

#[test]
fn who_was_away_too_long_learns_it_and_writes_nothing() {
    let url = server::empty_url();
    let server = PostgresServer::parse(&url).unwrap();
    let mut late = server.open_journal().unwrap();
    server::run(&url, "UPDATE leases SET until = now() - INTERVAL '1 second'");
    let mut next = server.open_journal().unwrap();
    assert_eq!(next.append(&first_row(2)).unwrap(), Appended::Landed);
    match late.append(&first_row(1)) {
        Err(AppendError::Taken { hash }) => assert_eq!(hash, first_row(2).hash),
        other => panic!("{other:?}"),
    }
    assert!(!late.lease().renew().unwrap());
    // What it gives back is not the other's.
    drop(late);
    assert_held(&server, &mut next.lease());
}

#[test]
fn a_row_that_another_has_not_committed_yet_is_waited_for() {
    for (epoch_of_other, end, expected) in
        [(1, "COMMIT", "Ok(AlreadyOurs)"), (2, "COMMIT", "Err(Taken"), (2, "ROLLBACK", "Ok(Landed)")]
    {
        let url = server::empty_url();
        let server = PostgresServer::parse(&url).unwrap();
        let mut journal = server.open_journal().unwrap();
        let other = first_row(epoch_of_other);
        let appended = server::with_client(&url, async |client| {
            client.batch_execute("BEGIN").await.unwrap();
            let insert = "INSERT INTO journal (book, position, epoch, hash, body) VALUES (1, 1, $1, $2, $3)";
            let epoch = i64::try_from(other.epoch).unwrap();
            client.execute(insert, &[&epoch, &&other.hash[..], &other.body]).await.unwrap();
            let appending = std::thread::spawn(move || journal.append(&first_row(1)));
            // Until it waits for us.
            let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN
                (SELECT pid FROM pg_stat_activity WHERE application_name = current_setting('application_name'))";
            while client.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
            client.batch_execute(end).await.unwrap();
            appending.join().unwrap()
        });
        assert!(format!("{appended:?}").starts_with(expected), "{appended:?} after {end}");
    }
}

#[test]
fn lost_connections_are_made_again_and_nothing_is_lost_or_doubled() {
    let url = server::empty_url();
    let server = PostgresServer::parse(&url).unwrap();
    let mut journal = server.open_journal().unwrap();
    let mut reader = server.open_journal_reader().unwrap();
    let tables = Tables::open_postgres(&server).unwrap();
    let (mut last, mut hash) = (0, GENESIS);
    for round in 1..=5_u64 {
        server::disconnect(&url);
        let row = row_after(last, &hash, 1);
        append_at_last(&mut journal, &row);
        (last, hash) = (row.position, row.hash);
        server::disconnect(&url);
        assert_eq!(reader.last().unwrap(), Some((last, hash)));
        assert_eq!(tables.write(audit).unwrap(), round);
        server::disconnect(&url);
        assert_eq!(tables.read(|reader| reader.audit(None, 100)).unwrap().rows[0].audit_no, round);
    }
    assert_eq!(reader.read(1, 100, usize::MAX).unwrap().len(), 5);
}

#[test]
fn a_change_that_loses_its_connection_half_way_is_no_change() {
    let url = server::empty_url();
    let tables = Tables::open_postgres(&PostgresServer::parse(&url).unwrap()).unwrap();
    let lost = tables.write(|tx| {
        audit(tx)?;
        server::disconnect(&url);
        audit(tx)
    });
    assert!(matches!(lost, Err(StoreError::Unreachable(_))), "{lost:?}");
    assert_eq!(tables.write(audit).unwrap(), 1);
}

#[test]
fn who_goes_on_after_a_failed_statement_changes_nothing() {
    let tables = Tables::open_postgres(&server::empty()).unwrap();
    let answer = FirstAnswer {
        api_key: ApiKeyId::from_u128(1),
        request_key: "key".to_owned(),
        request_hash: [1; 32],
        status: 201,
        body: Vec::new(),
        created_at: Timestamp::EPOCH,
    };
    let passed_over = tables.write(|tx| {
        tx.insert_first_answer(&answer)?;
        match tx.insert_first_answer(&answer) {
            Err(StoreError::Conflict { what }) => assert_eq!(what, "answers.api_key, answers.request_key"),
            other => panic!("{other:?}"),
        }
        Ok::<_, StoreError>(())
    });
    assert!(matches!(passed_over, Err(StoreError::Database(_))), "{passed_over:?}");
    let there = tables.read(|reader| reader.first_answer(answer.api_key, &answer.request_key));
    assert_eq!(there.unwrap(), None);
}

#[test]
fn two_programs_write_as_if_each_were_alone() {
    let server = server::empty();
    let programs = [(); 2].map(|()| Tables::open_postgres(&server).unwrap());
    std::thread::scope(|scope| {
        for tables in &programs {
            scope.spawn(|| (0..50).for_each(|_| assert!(tables.write(audit).unwrap() > 0)));
        }
    });
    let rows = programs[0].read(|reader| reader.audit(None, 1_000)).unwrap().rows;
    let numbers: Vec<u64> = rows.iter().rev().map(|row| row.audit_no).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>(), "each number once, without gaps");
}

#[test]
fn a_newer_or_changed_schema_is_refused_and_a_missing_one_is_made_once() {
    for (folder, database) in [("journal", Database::Journal), ("saldo", Database::Saldo)] {
        let url = server::empty_url();
        let server = PostgresServer::parse(&url).unwrap();
        assert_eq!(server.pending(database).unwrap(), database.migrations());
        let both = std::thread::scope(|scope| {
            [(); 2].map(|()| scope.spawn(|| server.migrate(database))).map(|one| one.join().unwrap())
        });
        assert!(both.iter().all(Result::is_ok), "{both:?}");
        assert_eq!(server.pending(database).unwrap(), []);
        server::run(&url, &format!("INSERT INTO migrations VALUES ('{folder}', 9000, '9000_later.sql', '')"));
        let refused = server.pending(database);
        assert!(matches!(refused, Err(StoreError::NewerSchema { found: 9000, .. })), "{refused:?}");
        server::run(&url, "DELETE FROM migrations WHERE number = 9000; UPDATE migrations SET checksum = ''");
        let refused = server.migrate(database);
        assert!(matches!(refused, Err(StoreError::ChangedMigration { .. })), "{refused:?}");
    }
}

#[test]
fn what_must_not_be_used_is_refused_with_the_reason() {
    let unfit =
        |url: &str| match PostgresServer::parse(url).and_then(|server| server.pending(Database::Saldo)) {
            Err(StoreError::Unfit { reason }) => reason,
            other => panic!("{other:?}"),
        };
    assert!(unfit("postgres://saldo@host/db?sslmode=maybe").contains("sslmode"));
    assert!(unfit("postgres:///db").contains("no host"));
    let url = server::empty_url();
    server::run(&url, "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
    assert!(unfit(&url.replace("/postgres?", "/ascii?")).contains("ENCODING 'UTF8'"));
    let nowhere = PostgresServer::parse("postgres://saldo@127.0.0.1:1/saldo").unwrap();
    assert!(matches!(nowhere.pending(Database::Saldo), Err(StoreError::Unreachable(_))));
    let shown = format!("{nowhere} {:?}", PostgresServer::parse("postgres://a:secret@127.0.0.1/b").unwrap());
    assert!(!shown.contains("secret"), "{shown}");
}
