//! Whole or not at all, one moment for each reader, any number of threads.

use crate::{NOW, customer, on_both, read, write};
use money::CustomerId;
use store::{StoreError, Tables};

#[test]
fn a_transaction_that_fails_or_panics_changes_nothing() {
    on_both(|tables| {
        let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _: Result<(), StoreError> = tables.write(|tx| {
                tx.insert_customer(&customer(1))?;
                panic!("in the middle")
            });
        }));
        assert!(panics.is_err());
        assert_eq!(read(tables, |r| r.customer(CustomerId::from_u128(1))), None);
        write(tables, |tx| tx.insert_customer(&customer(1)));
    });
}

#[test]
fn readers_see_one_moment_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let tables = Tables::open(&folder.path().join("saldo.db")).unwrap();
    write(&tables, |tx| tx.insert_customer(&customer(1)));
    read(&tables, |reader| {
        assert_eq!(reader.customers(None, 10)?.rows.len(), 1);
        write(&tables, |tx| tx.insert_customer(&customer(2)));
        assert_eq!(reader.customers(None, 10)?.rows.len(), 1);
        Ok(())
    });
    assert_eq!(read(&tables, |r| r.customers(None, 10)).rows.len(), 2);
}

#[test]
fn many_threads_read_and_write() {
    let folder = tempfile::tempdir().unwrap();
    let tables = Tables::open(&folder.path().join("saldo.db")).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8_u128 {
            let tables = &tables;
            scope.spawn(move || {
                for n in 0..10 {
                    let id = thread * 100 + n + 1;
                    write(tables, |tx| tx.insert_customer(&customer(id)));
                    assert!(read(tables, |r| r.customer(CustomerId::from_u128(id))).is_some());
                }
            });
        }
    });
    assert_eq!(read(&tables, |r| r.customers(None, 1_000)).rows.len(), 80);
}

#[test]
fn a_zero_character_is_refused_by_every_engine() {
    on_both(|tables| {
        let looked = tables.read(|reader| reader.setting("a\0b"));
        assert!(matches!(looked, Err(StoreError::ZeroInText)), "{looked:?}");
        let kept = tables.write(|tx| tx.put_setting("a", "b\0c", NOW));
        assert!(matches!(kept, Err(StoreError::ZeroInText)), "{kept:?}");
        assert_eq!(tables.read(|reader| reader.setting("a")).unwrap(), None);
    });
}
