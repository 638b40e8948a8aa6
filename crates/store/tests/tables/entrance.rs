//! How subscribers get in: codes that are read out, imports, and finding who calls.

use crate::{NOW, customer, on_both, read, with_customer_and_wallet, write};
use money::{CustomerId, IntentId, LineId, LoginId, Timestamp, WalletId};
use store::Hidden;
use store::tables::access_codes::AccessCode;
use store::tables::imports::{ImportKind, ImportRow};
use store::tables::intents::Intent;
use store::tables::lines::{LineEntry, Payer};
use store::tables::logins::Login;

fn login() -> Login {
    Login {
        id: LoginId::from_u128(1),
        customer: CustomerId::from_u128(1),
        email: "52998224725".to_owned(),
        password_hash: None,
        created_at: NOW,
        last_sign_in_at: None,
    }
}

#[test]
fn a_code_is_tried_a_few_times_and_used_once() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let code = |hash: &str| AccessCode {
            login: LoginId::from_u128(1),
            code_hash: Hidden(hash.to_owned()),
            created_at: NOW,
            expires_at: NOW.plus(Timestamp::HOUR),
            tries_left: 2,
        };
        write(tables, |tx| {
            tx.insert_login(&login())?;
            tx.put_access_code(&code("first"))
        });
        let id = login().id;
        assert_eq!(write(tables, |tx| tx.take_code_try(LoginId::from_u128(9), NOW)), None);
        assert_eq!(write(tables, |tx| tx.take_code_try(id, NOW.plus(Timestamp::HOUR))), None, "too late");
        let tried = write(tables, |tx| tx.take_code_try(id, NOW));
        assert_eq!(tried, Some(AccessCode { tries_left: 1, ..code("first") }));
        assert!(write(tables, |tx| tx.take_code_try(id, NOW)).is_some());
        assert_eq!(write(tables, |tx| tx.take_code_try(id, NOW)), None, "too often");

        write(tables, |tx| tx.put_access_code(&code("second")));
        assert!(!write(tables, |tx| tx.use_access_code(&code("first"))), "another has its place");
        assert_eq!(read(tables, |r| r.access_code(id)), Some(code("second")));
        assert!(write(tables, |tx| tx.use_access_code(&code("second"))));
        assert!(!write(tables, |tx| tx.use_access_code(&code("second"))), "once");

        write(tables, |tx| tx.put_access_code(&code("third")));
        assert_eq!(write(tables, |tx| tx.delete_ended_codes(NOW)), 0);
        assert_eq!(write(tables, |tx| tx.delete_ended_codes(NOW.plus(Timestamp::HOUR))), 1);
        assert!(!write(tables, |tx| tx.delete_access_code(id)));
        write(tables, |tx| tx.rename_login(id, "Ana@Example.com"));
        assert_eq!(read(tables, |r| r.login(id)).unwrap().email, "ana@example.com");
    });
}

#[test]
fn an_import_knows_how_far_the_book_is() {
    on_both(|tables| {
        let intent = |n: u128| Intent {
            id: IntentId::from_u128(n),
            kind: "open_line".to_owned(),
            payload: "{}".to_owned(),
            created_at: NOW,
            done_at: None,
            entry: None,
        };
        let import = ImportRow {
            import_no: 0,
            file_name: "clientes.csv".to_owned(),
            actor: "operator".to_owned(),
            created_at: NOW,
            customers: 2,
            lines: 3,
            known: 1,
            intents: 3,
            first_intent: IntentId::from_u128(2),
            last_intent: IntentId::from_u128(4),
            kind: ImportKind::Subscribers,
            bought: 0,
            promotional: 0,
        };
        let numbers = write(tables, |tx| {
            (1..=5).try_for_each(|n| tx.insert_intent(&intent(n)))?;
            Ok([tx.insert_import(&import)?, tx.insert_import(&import)?])
        });
        assert_eq!(numbers, [1, 2]);
        let import = read(tables, |r| r.import(ImportKind::Subscribers, 1)).unwrap();
        assert_eq!(read(tables, |r| r.open_intents_of(&import)), 3);
        let entry = money::EntryId::from_u128(1);
        assert!(write(tables, |tx| tx.intent_done(IntentId::from_u128(2), entry, NOW)));
        assert_eq!(read(tables, |r| r.open_intents_of(&import)), 2);
        let page = read(tables, |r| r.imports(ImportKind::Subscribers, None, 1));
        assert_eq!((page.rows[0].import_no, page.next), (2, Some(2)));
        assert_eq!(
            read(tables, |r| r.imports(ImportKind::Subscribers, Some(2), 1)).rows,
            std::slice::from_ref(&import)
        );
        assert_eq!(read(tables, |r| r.import(ImportKind::Subscribers, 3)), None);
        assert_eq!(read(tables, |r| r.import(ImportKind::Customers, 1)), None, "each kind has its own");
        let of_customers = ImportRow { kind: ImportKind::Customers, bought: 7, promotional: 9, ..import };
        assert_eq!(write(tables, |tx| tx.insert_import(&of_customers)), 3);
        let page = read(tables, |r| r.imports(ImportKind::Customers, None, 9));
        assert_eq!(page.rows, [ImportRow { import_no: 3, ..of_customers }]);
    });
}

#[test]
fn who_calls_is_found() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        write(tables, |tx| {
            for (n, name, document) in
                [(2, "JOÃO 100% DA SILVA", "52998224725"), (3, "Maria de Souza", "12ABC34501DE35")]
            {
                tx.insert_customer(&store::tables::customers::Customer {
                    name: name.to_owned(),
                    ..customer(n)
                })?;
                tx.put_payer(&Payer {
                    customer: CustomerId::from_u128(n),
                    document: document.to_owned(),
                    street: "Rua A, 1".to_owned(),
                    district: "Centro".to_owned(),
                    city: "Sorocaba".to_owned(),
                    state: "SP".to_owned(),
                    postcode: "18010000".to_owned(),
                })?;
            }
            tx.insert_line(&LineEntry {
                id: LineId::from_u128(1),
                customer: CustomerId::from_u128(3),
                wallet: WalletId::from_u128(1),
                access_login: Some("maria@fibra".to_owned()),
                created_at: NOW,
            })
        });
        let found = |text: &str| {
            let page = read(tables, |r| r.subscribers_like(text, None, 10));
            page.rows.into_iter().map(|row| row.customer.as_u128()).collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("silva", vec![2]),
            ("joão", vec![2]),
            ("joao", vec![2]),
            ("silva joao", vec![2]),
            ("joao souza", vec![]),
            ("JOA\u{303}O", vec![2]),
            ("100%", vec![2]),
            ("%", vec![2]),
            ("_", vec![]),
            ("DE SOU", vec![3]),
            ("maria@fibra", vec![3]),
            ("@FIBRA", vec![3]),
            ("C3@Example.com", vec![3]),
            ("52998224725", vec![2]),
            ("529.982", vec![2]),
            ("247-25", vec![2]),
            ("12.abc.345/01", vec![3]),
            ("customer 1", vec![]),
            ("a", vec![3, 2]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        // All that somebody is found by follows when it changes.
        write(tables, |tx| {
            tx.set_access_login(LineId::from_u128(1), Some("maria.nova"), NOW)?;
            let maria = tx.customer(CustomerId::from_u128(3))?.expect("she is there");
            tx.update_customer(&store::tables::customers::Customer {
                name: "Mária Reis".to_owned(),
                ..maria
            })?;
            let joao = tx.payer(CustomerId::from_u128(2))?.expect("he pays");
            tx.put_payer(&Payer { document: "39053344705".to_owned(), ..joao })
        });
        for (text, expected) in [
            ("maria@fibra", vec![]),
            ("maria.nova reis", vec![3]),
            ("souza", vec![]),
            ("529982", vec![]),
            ("390.533", vec![2]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        let former = read(tables, |r| r.former_logins("maria@fibra"));
        assert_eq!(former.iter().map(|it| (it.line.as_u128(), it.until)).collect::<Vec<_>>(), [(1, NOW)]);
        assert_eq!(read(tables, |r| r.former_logins_of(LineId::from_u128(1))), former);
        let page = read(tables, |r| r.subscribers(None, 1));
        assert_eq!((page.rows[0].name.as_str(), page.rows.len()), ("Mária Reis", 1));
        assert_eq!(read(tables, |r| r.subscribers(page.next, 1)).rows[0].document, "39053344705");
    });
}
