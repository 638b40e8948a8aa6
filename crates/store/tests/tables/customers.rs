//! Customers, their wallets, and the subjects that pay from them.

use crate::{NOW, customer, on_both, read, wallet, with_customer_and_wallet, write};
use money::{CustomerId, WalletId};
use store::StoreError;
use store::tables::customers::{Customer, Subject};

#[test]
fn customers() {
    on_both(|tables| {
        let mut one = customer(1);
        one.email = Some("Ana@Example.com ".to_owned());
        write(tables, |tx| tx.insert_customer(&one));
        one.email = Some("ana@example.com".to_owned());
        assert_eq!(read(tables, |r| r.customer(one.id)), Some(one.clone()));
        assert_eq!(read(tables, |r| r.customer_by_email("ANA@example.com")), Some(one.clone()));
        assert_eq!(read(tables, |r| r.customer_by_external_key("key-1")), Some(one.clone()));
        assert_eq!(read(tables, |r| r.customer(CustomerId::from_u128(2))), None);

        one.name = "Ana Lima".to_owned();
        one.external_key = None;
        write(tables, |tx| tx.update_customer(&one));
        write(tables, |tx| tx.set_stripe_customer(one.id, "cus_S"));
        one.stripe_customer_id = Some("cus_S".to_owned());
        assert_eq!(read(tables, |r| r.customer(one.id)), Some(one));

        let nobody = tables.write(|tx| tx.update_customer(&customer(9)));
        assert!(matches!(nobody, Err(StoreError::Missing { .. })));
    });
}

#[test]
fn what_is_taken_is_named_and_nothing_is_changed() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let mut other = Customer { email: customer(1).email, ..customer(2) };
        let cases = [
            ("customers.email", other.clone()),
            ("customers.external_key", {
                other.email = None;
                Customer { external_key: customer(1).external_key, ..other.clone() }
            }),
            ("customers.id", Customer { id: customer(1).id, ..other.clone() }),
        ];
        for (what, row) in cases {
            let refused = tables.write(|tx| {
                tx.insert_customer(&customer(3))?;
                tx.insert_customer(&row)
            });
            assert!(refused.unwrap_err().is_conflict_over(what), "{what}");
        }
        assert_eq!(read(tables, |r| r.customer(CustomerId::from_u128(3))), None);
        let orphan = tables.write(|tx| tx.insert_wallet(&wallet(7)));
        assert!(matches!(orphan, Err(StoreError::Dangling)));
    });
}

#[test]
fn subjects() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let subject = |name: &str| Subject {
            subject: name.to_owned(),
            wallet: WalletId::from_u128(1),
            created_at: NOW,
        };
        for name in ["acme", "b", "ç"] {
            write(tables, |tx| tx.insert_subject(&subject(name)));
        }
        let twice = tables.write(|tx| tx.insert_subject(&subject("acme")));
        assert!(twice.unwrap_err().is_conflict_over("subjects.subject"));
        assert_eq!(read(tables, |r| r.subject("ç")), Some(subject("ç")));
        let page = read(tables, |r| r.subjects_of(WalletId::from_u128(1), None, 2));
        assert_eq!((page.rows.len(), page.next.as_deref()), (2, Some("b")));
        assert_eq!(read(tables, |r| r.subjects(Some("b"), 2)).rows, [subject("ç")]);
        assert!(write(tables, |tx| tx.delete_subject("b")));
        assert!(!write(tables, |tx| tx.delete_subject("b")));
    });
}

#[test]
fn lists_lose_nothing_while_rows_are_added() {
    on_both(|tables| {
        write(tables, |tx| (1..=25).try_for_each(|n| tx.insert_customer(&customer(n))));
        let mut seen = Vec::new();
        let mut before = None;
        let mut newer = 100;
        loop {
            let page = read(tables, |r| r.customers(before, 10));
            seen.extend(page.rows.iter().map(|row| row.id.as_u128()));
            before = page.next;
            if before.is_none() {
                break;
            }
            newer += 1;
            write(tables, |tx| tx.insert_customer(&customer(newer)));
        }
        assert_eq!(seen, (1..=25).rev().collect::<Vec<u128>>());
        assert_eq!(read(tables, |r| r.customers(None, 25)).rows.len(), 25);
        assert_eq!(read(tables, |r| r.customers(None, 0)).rows.len(), 1);
    });
}
