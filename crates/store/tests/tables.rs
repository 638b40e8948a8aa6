//! The reference tables: what is put in comes out, what must be unique is named when it is not, lists lose nothing, and what may
//! happen once happens once. In memory and in a file.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use money::{
    Amount, ApiKeyId, CustomerId, EntryId, IntentId, LoginId, MailId, MeterId, PaymentId, StaffId, Timestamp,
    TopupId, Unit, UnitPrice, WalletId,
};
use store::tables::answers::FirstAnswer;
use store::tables::audit::AuditRow;
use store::tables::catalog::{Meter, MeterAggregation, PriceTerms, PriceVersion, WindowAnchor};
use store::tables::customers::{Customer, Subject, Wallet};
use store::tables::inbox::InboxState;
use store::tables::intents::Intent;
use store::tables::keys::ApiKey;
use store::tables::logins::{Link, LinkPurpose, Login, Staff, StaffRole};
use store::tables::outbox::{Mail, Notice, NoticeId};
use store::tables::sessions::{Session, SessionOwner};
use store::tables::topups::{Topup, TopupState};
use store::{Hidden, Reader, StoreError, Tables, Tx};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// Runs a case on tables in memory and on tables in a file.
fn on_both(case: impl Fn(&Tables)) {
    case(&Tables::open_in_memory().unwrap());
    let folder = tempfile::tempdir().unwrap();
    case(&Tables::open(&folder.path().join("saldo.db")).unwrap());
}

fn write<T>(tables: &Tables, change: impl FnMut(&Tx<'_>) -> Result<T, StoreError>) -> T {
    tables.write(change).unwrap()
}

fn read<T>(tables: &Tables, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
    tables.read(look).unwrap()
}

fn customer(n: u128) -> Customer {
    Customer {
        id: CustomerId::from_u128(n),
        name: format!("Customer {n}"),
        email: Some(format!("c{n}@example.com")),
        external_key: Some(format!("key-{n}")),
        locale: "pt-BR".to_owned(),
        stripe_customer_id: None,
        created_at: NOW,
    }
}

fn wallet(n: u128) -> Wallet {
    Wallet {
        id: WalletId::from_u128(n),
        customer: CustomerId::from_u128(n),
        unit: Unit::USD,
        created_at: NOW,
    }
}

fn topup(n: u128) -> Topup {
    Topup {
        id: TopupId::from_u128(n),
        customer: CustomerId::from_u128(1),
        wallet: WalletId::from_u128(1),
        amount: Amount::new(10_000_000, Unit::USD),
        state: TopupState::Open,
        idempotency_key: format!("topup-{n}"),
        checkout_session: None,
        checkout_url: None,
        checkout_expires_at: None,
        outcome_payment: None,
        result_shown_at: None,
        created_at: NOW,
        expires_at: NOW.plus(Timestamp::DAY),
        updated_at: NOW,
    }
}

fn with_customer_and_wallet(tables: &Tables) {
    write(tables, |tx| {
        tx.insert_customer(&customer(1))?;
        tx.insert_wallet(&wallet(1))
    });
}

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
        assert_eq!(read(tables, |r| r.customer_by_stripe_id("cus_S")), Some(one.clone()));

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

#[test]
fn logins_links_and_staff() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let mut login = Login {
            id: LoginId::from_u128(1),
            customer: CustomerId::from_u128(1),
            email: "ana@example.com".to_owned(),
            password_hash: None,
            created_at: NOW,
            last_sign_in_at: None,
        };
        write(tables, |tx| tx.insert_login(&login));
        let same_address =
            Login { id: LoginId::from_u128(2), email: "ANA@example.com".to_owned(), ..login.clone() };
        let refused = tables.write(|tx| tx.insert_login(&same_address));
        assert!(refused.unwrap_err().is_conflict_over("logins.email"));
        login.password_hash = Some(Hidden("$argon2id$".to_owned()));
        login.last_sign_in_at = Some(NOW);
        write(tables, |tx| {
            tx.set_login_password(login.id, &Hidden("$argon2id$".to_owned()))?;
            tx.set_last_sign_in(login.id, NOW)
        });
        assert_eq!(read(tables, |r| r.login(login.id)), Some(login.clone()));
        assert_eq!(read(tables, |r| r.login_by_email("Ana@Example.com")), Some(login.clone()));
        assert_eq!(read(tables, |r| r.logins_of(login.customer, None, 10)).rows, [login.clone()]);
        assert!(!format!("{login:?}").contains("argon2id"));

        let staff = Staff {
            id: StaffId::from_u128(1),
            email: "op@example.com".to_owned(),
            name: "Op".to_owned(),
            password_hash: Hidden("$a".to_owned()),
            role: StaffRole::Administrator,
            created_at: NOW,
        };
        write(tables, |tx| tx.insert_staff(&staff));
        write(tables, |tx| tx.set_staff_password(staff.id, &Hidden("$b".to_owned())));
        let staff = Staff { password_hash: Hidden("$b".to_owned()), ..staff };
        assert_eq!(read(tables, |r| r.staff(staff.id)), Some(staff.clone()));
        assert_eq!(read(tables, |r| r.staff_by_email("OP@example.com")), Some(staff.clone()));
        assert_eq!(read(tables, |r| r.all_staff(None, 5)).rows, [staff]);
    });
}

#[test]
fn a_link_works_once_and_in_time() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let login = LoginId::from_u128(1);
        let link = |n: u8| Link {
            token_hash: Hidden([n; 32]),
            login,
            purpose: LinkPurpose::Reset,
            created_at: NOW,
            expires_at: NOW.plus(Timestamp::HOUR),
            used_at: None,
        };
        write(tables, |tx| {
            tx.insert_login(&Login {
                id: login,
                customer: CustomerId::from_u128(1),
                email: "a@b".to_owned(),
                password_hash: None,
                created_at: NOW,
                last_sign_in_at: None,
            })?;
            (1..=3).try_for_each(|n| tx.insert_link(&link(n)))
        });
        let used = Link { used_at: Some(NOW), ..link(1) };
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([1; 32]), NOW)), Some(used.clone()));
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([1; 32]), NOW)), None);
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([2; 32]), NOW.plus(Timestamp::HOUR))), None);
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([9; 32]), NOW)), None);
        assert_eq!(write(tables, |tx| tx.delete_links_of(login)), 2);
        assert_eq!(read(tables, |r| r.link(&Hidden([1; 32]))), Some(used));
        assert_eq!(write(tables, |tx| tx.delete_links_before(NOW.plus(Timestamp::DAY))), 1);
    });
}

#[test]
fn sessions_end() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let (login, staff) = (LoginId::from_u128(1), StaffId::from_u128(1));
        write(tables, |tx| {
            tx.insert_login(&Login {
                id: login,
                customer: CustomerId::from_u128(1),
                email: "a@b".to_owned(),
                password_hash: None,
                created_at: NOW,
                last_sign_in_at: None,
            })?;
            tx.insert_staff(&Staff {
                id: staff,
                email: "s@b".to_owned(),
                name: "S".to_owned(),
                password_hash: Hidden("$".to_owned()),
                role: StaffRole::Viewer,
                created_at: NOW,
            })
        });
        let session = |n: u8, owner| Session {
            token_hash: Hidden([n; 32]),
            owner,
            csrf: Hidden("form secret".to_owned()),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW.plus(Timestamp::HOUR),
            user_agent: "Firefox".to_owned(),
            ip: "::1".to_owned(),
        };
        let (ours, theirs) = (session(1, SessionOwner::Login(login)), session(2, SessionOwner::Staff(staff)));
        write(tables, |tx| {
            tx.insert_session(&ours)?;
            tx.insert_session(&theirs)?;
            tx.insert_session(&session(3, SessionOwner::Login(login)))
        });
        assert_eq!(read(tables, |r| r.session(&ours.token_hash, NOW)), Some(ours.clone()));
        assert_eq!(read(tables, |r| r.session(&theirs.token_hash, NOW)), Some(theirs.clone()));
        assert_eq!(read(tables, |r| r.session(&ours.token_hash, ours.expires_at)), None);
        let later = NOW.plus(Timestamp::DAY);
        assert!(write(tables, |tx| tx.touch_session(&ours.token_hash, NOW, later)));
        assert!(read(tables, |r| r.session(&ours.token_hash, ours.expires_at)).is_some());
        assert_eq!(write(tables, |tx| tx.delete_ended_sessions(ours.expires_at)), 2);
        assert_eq!(write(tables, |tx| tx.delete_sessions_of(SessionOwner::Staff(staff))), 0);
        assert_eq!(write(tables, |tx| tx.delete_sessions_of(SessionOwner::Login(login))), 1);
        assert!(!write(tables, |tx| tx.delete_session(&ours.token_hash)));
    });
}

#[test]
fn api_keys_and_first_answers() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let key = |n: u8, customer| ApiKey {
            id: ApiKeyId::from_u128(u128::from(n)),
            customer,
            name: "CI".to_owned(),
            scopes: "guard events.write".to_owned(),
            secret_hash: Hidden([n; 32]),
            last_four: "wxyz".to_owned(),
            created_at: NOW,
            last_used_at: None,
            revoked_at: None,
        };
        let (own, theirs) = (key(1, None), key(2, Some(CustomerId::from_u128(1))));
        write(tables, |tx| {
            tx.insert_api_key(&own)?;
            tx.insert_api_key(&theirs)
        });
        assert_eq!(read(tables, |r| r.api_keys_of(None, None, 5)).rows, std::slice::from_ref(&own));
        assert_eq!(
            read(tables, |r| r.api_keys_of(theirs.customer, None, 5)).rows,
            std::slice::from_ref(&theirs)
        );
        assert_eq!(read(tables, |r| r.api_keys_in_force(None, 5)).rows, [theirs.clone(), own.clone()]);
        let used = NOW.plus(1);
        write(tables, |tx| tx.touch_api_key(own.id, used));
        assert!(write(tables, |tx| tx.revoke_api_key(own.id, NOW)));
        assert!(!write(tables, |tx| tx.revoke_api_key(own.id, used)));
        let revoked = ApiKey { revoked_at: Some(NOW), last_used_at: Some(used), ..own.clone() };
        assert_eq!(read(tables, |r| r.api_key(own.id)), Some(revoked.clone()));
        assert_eq!(read(tables, |r| r.api_key_by_secret(&own.secret_hash)), Some(revoked));
        assert_eq!(read(tables, |r| r.api_keys_in_force(None, 5)).rows, [theirs]);

        let answer = FirstAnswer {
            api_key: own.id,
            request_key: "k1".to_owned(),
            request_hash: [7; 32],
            status: 201,
            body: b"{}".to_vec(),
            created_at: NOW,
        };
        write(tables, |tx| tx.insert_first_answer(&answer));
        assert_eq!(read(tables, |r| r.first_answer(own.id, "k1")), Some(answer.clone()));
        let again = tables.write(|tx| tx.insert_first_answer(&answer)).unwrap_err();
        assert!(again.is_conflict_over("answers.api_key, answers.request_key"), "{again}");
        assert_eq!(write(tables, |tx| tx.delete_answers_before(used)), 1);
    });
}

#[test]
fn a_catalog_grows_by_versions() {
    on_both(|tables| {
        let meter = |slug: &str| Meter {
            meter_no: 0,
            id: MeterId::from_u128(slug.len() as u128),
            slug: slug.to_owned(),
            aggregation: MeterAggregation::Sum,
            sum_field: Some("tokens".to_owned()),
            created_at: NOW,
        };
        assert_eq!(write(tables, |tx| tx.insert_meter(&meter("calls"))), 1);
        assert_eq!(write(tables, |tx| tx.insert_meter(&meter("tokens"))), 2);
        let taken =
            tables.write(|tx| tx.insert_meter(&Meter { id: MeterId::from_u128(99), ..meter("calls") }));
        assert!(taken.unwrap_err().is_conflict_over("meters.slug"));
        let calls = Meter { meter_no: 1, ..meter("calls") };
        assert_eq!(read(tables, |r| r.meter_by_slug("calls")), Some(calls.clone()));
        assert_eq!(read(tables, |r| r.meter(calls.id)), Some(calls));
        assert_eq!(read(tables, |r| r.meters()).len(), 2);

        let price = |version, terms, valid_from| PriceVersion {
            meter_no: 1,
            version,
            terms,
            valid_from,
            created_at: NOW,
        };
        let hour = PriceTerms::PerActiveWindow {
            amount: Amount::new(250_000, Unit::USD),
            window_seconds: 3_600,
            anchor: WindowAnchor::FirstEvent,
        };
        let each = PriceTerms::PerUnit(UnitPrice::from_e12(2_500_000, Unit::BRL));
        let later = NOW.plus(Timestamp::DAY);
        assert_eq!(write(tables, |tx| tx.insert_price(&price(0, hour, NOW))), 1);
        assert_eq!(write(tables, |tx| tx.insert_price(&price(0, each, later))), 2);
        let orphan = tables.write(|tx| tx.insert_price(&PriceVersion { meter_no: 9, ..price(0, each, NOW) }));
        assert!(matches!(orphan, Err(StoreError::Dangling)));
        assert_eq!(read(tables, |r| r.prices_in_force(NOW.plus(-1))), []);
        assert_eq!(read(tables, |r| r.prices_in_force(NOW)), [price(1, hour, NOW)]);
        assert_eq!(read(tables, |r| r.prices_in_force(later)), [price(2, each, later)]);
        assert_eq!(read(tables, |r| r.next_price_change(NOW)), Some(later));
        assert_eq!(read(tables, |r| r.next_price_change(later)), None);
        assert_eq!(read(tables, |r| r.prices_of(1, 10)), [price(2, each, later), price(1, hour, NOW)]);

        assert_eq!(write(tables, |tx| tx.insert_charge_kind("seat", NOW)), 1);
        assert_eq!(write(tables, |tx| tx.insert_charge_kind("report", NOW)), 2);
        let taken = tables.write(|tx| tx.insert_charge_kind("seat", NOW));
        assert!(taken.unwrap_err().is_conflict_over("charge_kinds.slug"));
        assert_eq!(read(tables, |r| r.charge_kind_by_slug("report")).unwrap().charge_kind_no, 2);
        assert_eq!(read(tables, |r| r.charge_kinds()).len(), 2);

        assert_eq!(read(tables, |r| r.setting("welcome")), None);
        write(tables, |tx| tx.put_setting("welcome", "1", NOW));
        write(tables, |tx| tx.put_setting("welcome", "2", NOW));
        assert_eq!(read(tables, |r| r.setting("welcome")).as_deref(), Some("2"));
        assert_eq!(read(tables, |r| r.settings()), [("welcome".to_owned(), "2".to_owned())]);
    });
}

#[test]
fn topups_move_from_the_state_they_are_in() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let id = topup(1).id;
        write(tables, |tx| (1..=3).try_for_each(|n| tx.insert_topup(&topup(n))));
        let same_key = Topup { idempotency_key: "topup-1".to_owned(), ..topup(9) };
        let refused = tables.write(|tx| tx.insert_topup(&same_key));
        assert!(refused.unwrap_err().is_conflict_over("topups.idempotency_key"));
        let expires = NOW.plus(Timestamp::HOUR);
        write(tables, |tx| tx.set_topup_checkout(id, "cs_1", "https://pay", expires, NOW));
        let (payment, later) = (PaymentId::from_u128(5), NOW.plus(5));
        let move_it = |from, to, payment| write(tables, |tx| tx.move_topup(id, from, to, payment, later));
        assert!(move_it(TopupState::Open, TopupState::Paid, Some(payment)));
        assert!(!move_it(TopupState::Open, TopupState::Expired, None));
        assert!(move_it(TopupState::Paid, TopupState::Credited, None));
        assert!(write(tables, |tx| tx.show_topup_result(id, later)));
        assert!(!write(tables, |tx| tx.show_topup_result(id, later)));
        let expected = Topup {
            state: TopupState::Credited,
            checkout_session: Some("cs_1".to_owned()),
            checkout_url: Some("https://pay".to_owned()),
            checkout_expires_at: Some(expires),
            outcome_payment: Some(payment),
            result_shown_at: Some(later),
            updated_at: later,
            ..topup(1)
        };
        assert_eq!(read(tables, |r| r.topup(id)), Some(expected.clone()));
        assert_eq!(read(tables, |r| r.topup_by_session("cs_1")), Some(expected.clone()));
        let open = read(tables, |r| r.topups_in(TopupState::Open, None, 1));
        assert_eq!((open.rows, open.next), (vec![topup(2)], Some(topup(2).id)));
        assert_eq!(read(tables, |r| r.topups_in(TopupState::Open, open.next, 5)).rows, [topup(3)]);
        let newest_first = [topup(3), topup(2), expected];
        assert_eq!(read(tables, |r| r.topups_of(topup(1).customer, None, 5)).rows, newest_first);
        assert_eq!(read(tables, |r| r.topups(None, 5)).rows, newest_first);
    });
}

#[test]
fn an_event_is_received_once_and_worked_on_until_it_is_settled() {
    on_both(|tables| {
        let receive = |id: &str, body: &[u8], at| {
            write(tables, |tx| tx.receive("stripe", id, "charge.failed", Some("v"), body, at))
        };
        assert!(receive("evt_1", b"first", NOW));
        assert!(!receive("evt_1", b"second", NOW.plus(9)));
        assert!(receive("evt_2", b"", NOW.plus(1)));
        assert_eq!(read(tables, |r| r.inbox_next_due()), Some(NOW));

        let lease = NOW.plus(Timestamp::MINUTE);
        let claim = |now, lease| write(tables, |tx| tx.claim_inbox(now, lease, 10));
        let claimed = claim(NOW.plus(5), lease);
        assert_eq!(
            claimed.iter().map(|e| (e.event_id.as_str(), e.attempts)).collect::<Vec<_>>(),
            [("evt_1", 1), ("evt_2", 1)]
        );
        assert_eq!(claimed[0].body, b"first");
        assert_eq!(read(tables, |r| r.inbox_event("stripe", "evt_1")), Some(claimed[0].clone()));
        // Nobody else gets them before the lease ends; then, if they were not settled, somebody does.
        assert_eq!(claim(NOW.plus(6), lease), []);
        write(tables, |tx| tx.inbox_processed("stripe", "evt_1"));
        let again = claim(lease, lease.plus(9));
        assert_eq!(
            again.iter().map(|e| (e.event_id.as_str(), e.attempts)).collect::<Vec<_>>(),
            [("evt_2", 2)]
        );

        write(tables, |tx| tx.inbox_retry("stripe", "evt_2", lease.plus(20), "no answer"));
        assert_eq!(claim(lease.plus(19), lease), []);
        assert_eq!(claim(lease.plus(20), lease.plus(30))[0].last_error.as_deref(), Some("no answer"));
        write(tables, |tx| tx.inbox_failed("stripe", "evt_2", "too often"));
        assert_eq!(claim(Timestamp::MAX, Timestamp::MAX), []);
        let failed = read(tables, |r| r.inbox(InboxState::Failed, None, 10));
        assert_eq!(failed.rows[0].last_error.as_deref(), Some("too often"));
        assert_eq!(read(tables, |r| r.inbox_count(InboxState::Failed)), 1);
        assert_eq!(read(tables, |r| r.inbox_next_due()), None);
        // A person tries it once more.
        write(tables, |tx| tx.inbox_retry("stripe", "evt_2", NOW, "asked again"));
        assert_eq!(claim(NOW, lease).len(), 1);
        write(tables, |tx| tx.inbox_ignored("stripe", "evt_2", "not ours"));
        let unknown = tables.write(|tx| tx.inbox_processed("stripe", "evt_9"));
        assert!(matches!(unknown, Err(StoreError::Missing { .. })));
        let cursor = read(tables, |r| r.inbox(InboxState::Ignored, None, 1)).next;
        assert_eq!(cursor, None);
    });
}

#[test]
fn intents_are_done_once() {
    on_both(|tables| {
        let intent = |n| Intent {
            id: IntentId::from_u128(n),
            kind: "topup.credit".to_owned(),
            payload: "{}".to_owned(),
            created_at: NOW,
            done_at: None,
            entry: None,
        };
        write(tables, |tx| (1..=3).try_for_each(|n| tx.insert_intent(&intent(n))));
        let entry = EntryId::at(7, 3);
        assert!(write(tables, |tx| tx.intent_done(intent(2).id, entry, NOW)));
        assert!(!write(tables, |tx| tx.intent_done(intent(2).id, EntryId::at(8, 0), NOW)));
        let done = Intent { done_at: Some(NOW), entry: Some(entry), ..intent(2) };
        assert_eq!(read(tables, |r| r.intent(done.id)), Some(done.clone()));
        let open = read(tables, |r| r.open_intents(None, 1));
        assert_eq!((open.rows, open.next), (vec![intent(1)], Some(intent(1).id)));
        assert_eq!(read(tables, |r| r.open_intents(open.next, 1)).rows, [intent(3)]);
    });
}

#[test]
fn notices_and_mails_go_out_until_they_have_arrived() {
    on_both(|tables| {
        let id = NoticeId { position: 5, ordinal: 1, kind: "balance.low".to_owned() };
        let notice = Notice {
            id: id.clone(),
            customer: Some(CustomerId::from_u128(1)),
            wallet: None,
            payload: "{}".to_owned(),
            created_at: NOW,
            delivered_at: None,
            attempts: 0,
            next_attempt_at: Some(NOW),
            last_error: None,
        };
        assert!(write(tables, |tx| tx.insert_notice(&notice)));
        assert!(!write(tables, |tx| tx.insert_notice(&notice)));
        let claim = |now, lease| write(tables, |tx| tx.claim_notices(now, lease, 10));
        assert_eq!(claim(NOW, NOW.plus(10))[0].attempts, 1);
        assert_eq!(claim(NOW.plus(9), NOW.plus(20)), []);
        write(tables, |tx| tx.notice_retry(&id, Some(NOW.plus(15)), "503"));
        assert_eq!(claim(NOW.plus(15), NOW.plus(30))[0].last_error.as_deref(), Some("503"));
        write(tables, |tx| tx.notice_delivered(&id, NOW));
        assert!(!write(tables, |tx| tx.insert_notice(&notice)));
        assert_eq!(claim(Timestamp::MAX, Timestamp::MAX), []);
        let listed = read(tables, |r| r.notices(None, 5)).rows;
        assert_eq!((listed.len(), listed[0].delivered_at), (1, Some(NOW)));
        assert_eq!(read(tables, |r| r.notices(Some(&id), 5)).rows, []);

        let mail = |n| Mail {
            id: MailId::from_u128(n),
            kind: "invitation".to_owned(),
            recipient: "a@b".to_owned(),
            subject: "Olá".to_owned(),
            body: "…".to_owned(),
            locale: "pt-BR".to_owned(),
            created_at: NOW,
            sent_at: None,
            attempts: 0,
            next_attempt_at: Some(NOW),
            last_error: None,
        };
        write(tables, |tx| (1..=2).try_for_each(|n| tx.insert_mail(&mail(n))));
        let claimed = write(tables, |tx| tx.claim_mails(NOW, NOW.plus(10), 10));
        assert_eq!(claimed.len(), 2);
        write(tables, |tx| {
            tx.mail_sent(mail(1).id, NOW)?;
            tx.mail_retry(mail(2).id, None, "no such mailbox")
        });
        assert_eq!(write(tables, |tx| tx.claim_mails(Timestamp::MAX, Timestamp::MAX, 10)), []);
        assert_eq!(read(tables, |r| r.mail(mail(1).id)).unwrap().sent_at, Some(NOW));
        let listed = read(tables, |r| r.mails(None, 5)).rows;
        assert_eq!(listed[0].last_error.as_deref(), Some("no such mailbox"));
    });
}

#[test]
fn the_audit_log_grows() {
    on_both(|tables| {
        let row = |n| AuditRow {
            audit_no: n,
            at: NOW,
            actor: "stf_1".to_owned(),
            action: "api_key.revoke".to_owned(),
            object: "key_1".to_owned(),
            before: Some("{}".to_owned()),
            after: None,
            ip: Some("::1".to_owned()),
            request_id: Some("req".to_owned()),
        };
        for n in 1..=3 {
            assert_eq!(write(tables, |tx| tx.insert_audit(&row(0))), n);
        }
        let page = read(tables, |r| r.audit(None, 2));
        assert_eq!((page.rows, page.next), (vec![row(3), row(2)], Some(2)));
        assert_eq!(read(tables, |r| r.audit(page.next, 2)).rows, [row(1)]);
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
