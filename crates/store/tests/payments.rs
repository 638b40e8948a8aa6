//! What is told of attempts to pay: twice, late, in bits, out of order.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod server;

use money::{Amount, CustomerId, EntryId, IntentId, PaymentId, Timestamp, Unit};
use proptest::prelude::*;
use store::tables::claims::{ClaimCause, ClaimState, PaymentClaim, TakenBackRow};
use store::tables::customers::Customer;
use store::tables::intents::Intent;
use store::tables::lines::OnWriteOff;
use store::tables::payments::{Payment, PaymentNews, PaymentStatus, RecordedPayment};
use store::{StoreError, Tables};

use PaymentNews::{Added, Changed, Unchanged};
use PaymentStatus::{Failed, Pending, Succeeded};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const CUSTOMER: CustomerId = CustomerId::from_u128(1);

fn tables() -> [Tables; 2] {
    server::ENGINES.map(tables_by)
}

fn tables_by(open: server::Open) -> Tables {
    let tables = open();
    let customer = Customer {
        id: CUSTOMER,
        name: "Ana".to_owned(),
        email: None,
        external_key: None,
        locale: "en".to_owned(),
        stripe_customer_id: None,
        created_at: NOW,
    };
    tables.write(|tx| tx.insert_customer(&customer)).unwrap();
    tables
}

fn report(id: u128, pi: &str, charge: Option<&str>, status: PaymentStatus) -> Payment {
    let declined = status == Failed;
    Payment {
        id: PaymentId::from_u128(id),
        customer: CUSTOMER,
        topup: None,
        provider: "stripe".to_owned(),
        provider_payment: pi.to_owned(),
        provider_charge: charge.map(str::to_owned),
        amount: Amount::new(10_000_000, Unit::USD),
        method: Some("card".to_owned()),
        card_brand: None,
        card_last4: None,
        card_exp_month: None,
        card_exp_year: None,
        status,
        reason_code: declined.then(|| "card_declined".to_owned()),
        reason: declined.then(|| "Your card was declined.".to_owned()),
        occurred_at: NOW,
        updated_at: NOW,
        credited_entry: None,
        refunded: 0,
        dispute_state: None,
        way_on: None,
        awaited_until: None,
    }
}

fn record(tables: &Tables, report: &Payment) -> RecordedPayment {
    tables.write(|tx| tx.record_payment(report)).unwrap()
}

fn all(tables: &Tables) -> Vec<Payment> {
    tables.read(|r| r.attempts_of("stripe", "pi_1")).unwrap()
}

#[test]
fn stories() {
    type Told = (Option<&'static str>, PaymentStatus, PaymentNews);
    type Attempt = (Option<&'static str>, PaymentStatus);
    // (story, what is told in order and whether it is news, the attempts in the end)
    let cases: &[(&str, &[Told], &[Attempt])] = &[
        (
            "told twice",
            &[(Some("ch_1"), Succeeded, Added), (Some("ch_1"), Succeeded, Unchanged)],
            &[(Some("ch_1"), Succeeded)],
        ),
        (
            "several declines and a success on one page",
            &[
                (Some("ch_1"), Failed, Added),
                (Some("ch_2"), Failed, Added),
                (Some("ch_3"), Succeeded, Added),
                (Some("ch_1"), Failed, Unchanged),
            ],
            &[(Some("ch_1"), Failed), (Some("ch_2"), Failed), (Some("ch_3"), Succeeded)],
        ),
        (
            "the bank's question is not answered, then a boleto is chosen and expires",
            &[
                (None, Failed, Added),
                (None, Pending, Added),
                (None, Pending, Unchanged),
                (None, Failed, Changed),
                (None, Failed, Unchanged),
            ],
            &[(None, Failed), (None, Failed)],
        ),
        (
            "a boleto is awaited after a decline, and paid",
            &[
                (Some("ch_1"), Failed, Added),
                (None, Pending, Added),
                (Some("ch_1"), Failed, Unchanged),
                (Some("py_2"), Succeeded, Changed),
            ],
            &[(Some("ch_1"), Failed), (Some("py_2"), Succeeded)],
        ),
        (
            "paid stays paid",
            &[
                (Some("ch_1"), Succeeded, Added),
                (Some("ch_1"), Pending, Unchanged),
                (Some("ch_1"), Failed, Unchanged),
                (None, Pending, Unchanged),
                (None, Succeeded, Unchanged),
            ],
            &[(Some("ch_1"), Succeeded)],
        ),
        (
            "a pending attempt gets its charge",
            &[(None, Pending, Added), (Some("ch_1"), Pending, Changed), (Some("ch_1"), Succeeded, Changed)],
            &[(Some("ch_1"), Succeeded)],
        ),
        (
            "an attempt that failed without a charge stays beside the next one",
            &[(None, Failed, Added), (None, Failed, Unchanged), (Some("ch_1"), Succeeded, Added)],
            &[(None, Failed), (Some("ch_1"), Succeeded)],
        ),
        (
            "paid without a charge, which is told later",
            &[(None, Succeeded, Added), (Some("ch_1"), Succeeded, Changed), (None, Succeeded, Unchanged)],
            &[(Some("ch_1"), Succeeded)],
        ),
    ];
    for (story, told, expected) in cases {
        for tables in tables() {
            for (n, (charge, status, news)) in (1..).zip(*told) {
                let recorded = record(&tables, &report(n, "pi_1", *charge, *status));
                assert_eq!(recorded.news, *news, "{story}: {charge:?} {status:?}");
                let there = tables.read(|r| r.payment(recorded.payment.id)).unwrap();
                assert_eq!(there, Some(recorded.payment), "{story}");
            }
            let attempts = all(&tables);
            let attempts: Vec<_> =
                attempts.iter().map(|p| (p.provider_charge.as_deref(), p.status)).collect();
            assert_eq!(attempts, *expected, "{story}");
        }
    }
}

#[test]
fn what_is_known_is_not_forgotten() {
    for tables in tables() {
        let card = Payment {
            card_brand: Some("visa".to_owned()),
            card_last4: Some("4242".to_owned()),
            card_exp_month: Some(12),
            card_exp_year: Some(2030),
            updated_at: NOW.plus(5),
            ..report(1, "pi_1", Some("ch_1"), Failed)
        };
        record(&tables, &card);
        let bare = Payment { method: None, ..report(2, "pi_1", Some("ch_1"), Succeeded) };
        let expected = Payment { status: Succeeded, reason_code: None, reason: None, ..card };
        assert_eq!(record(&tables, &bare).payment, expected);
        assert_eq!(all(&tables), [expected]);
    }
}

#[test]
fn credited_once() {
    for tables in tables() {
        let id = record(&tables, &report(1, "pi_1", Some("ch_1"), Succeeded)).payment.id;
        record(&tables, &report(2, "pi_1", Some("ch_2"), Failed));
        let credit = |entry| tables.write(|tx| tx.set_payment_credited(id, entry)).unwrap();
        assert!(credit(EntryId::at(1, 2)));
        assert!(!credit(EntryId::at(1, 3)));
        let told_again = record(&tables, &report(3, "pi_1", Some("ch_1"), Succeeded));
        assert_eq!(told_again.payment.credited_entry, Some(EntryId::at(1, 2)));
        assert_eq!(tables.read(|r| r.payment(id)).unwrap(), Some(told_again.payment));
    }
}

#[test]
fn newest_first_by_the_time_it_was_tried_with_ties() {
    for tables in tables() {
        for (id, minute) in [(1, 5), (2, 1), (3, 5), (4, 9), (5, 5), (6, 0)] {
            let charge = format!("ch_{id}");
            let at = NOW.plus(minute * Timestamp::MINUTE);
            record(&tables, &Payment { occurred_at: at, ..report(id, "pi_1", Some(&charge), Failed) });
        }
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = tables.read(|r| r.payments_of(CUSTOMER, before, 2)).unwrap();
            seen.extend(page.rows.iter().map(|p| p.id.as_u128()));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, [4, 5, 3, 1, 2, 6]);
    }
}

fn any_report() -> impl Strategy<Value = (u8, PaymentStatus, bool)> {
    let status = prop_oneof![Just(Pending), Just(Failed), Just(Succeeded)];
    (0_u8..4, status, any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is told in whatever order: one row per charge, at most one without that has not failed; no status moves back; no row vanishes;
    /// and telling the whole story once more is no news about any charge.
    #[test]
    fn attempts_only_move_on(told in prop::collection::vec(any_report(), 1..12)) {
        // One engine: what merges is the same for all, and hundreds of new schemas take their time.
        let tables = tables_by(server::ENGINES[0]);
        let reports: Vec<Payment> = told
            .iter()
            .zip(1..)
            .map(|((charge, status, with_card), id)| {
                let name = format!("ch_{charge}");
                let charge = (*charge > 0).then_some(name.as_str());
                let card_last4 = with_card.then(|| "4242".to_owned());
                Payment { card_last4, ..report(id, "pi_1", charge, *status) }
            })
            .collect();
        let mut before: Vec<Payment> = Vec::new();
        for report in &reports {
            record(&tables, report);
            let after = all(&tables);
            for old in &before {
                let new = after.iter().find(|p| p.id == old.id).expect("an attempt vanished");
                prop_assert!(new.status >= old.status);
                prop_assert!(old.provider_charge.is_none() || new.provider_charge == old.provider_charge);
                prop_assert!(old.card_last4.is_none() || new.card_last4 == old.card_last4);
            }
            let under_way = after.iter().filter(|p| p.provider_charge.is_none() && p.status != Failed);
            prop_assert!(under_way.count() <= 1);
            let charged = after.iter().filter(|p| p.provider_charge.is_some());
            let mut charges: Vec<_> = charged.clone().map(|p| p.provider_charge.clone()).collect();
            charges.sort();
            charges.dedup();
            prop_assert_eq!(charges.len(), charged.count());
            before = after;
        }
        for report in reports.iter().filter(|r| r.provider_charge.is_some()) {
            prop_assert_eq!(record(&tables, report).news, Unchanged);
        }
    }
}

#[test]
fn an_attempt_of_nobody_is_refused() {
    for tables in tables() {
        let stranger = Payment { customer: CustomerId::from_u128(9), ..report(1, "pi_1", None, Failed) };
        let refused = tables.write(|tx| tx.record_payment(&stranger));
        assert!(matches!(refused, Err(StoreError::Dangling)));
    }
}

fn claim(id: &str, cause: ClaimCause, amount: i64, state: ClaimState) -> PaymentClaim {
    PaymentClaim {
        provider: "stripe".to_owned(),
        provider_id: id.to_owned(),
        payment: PaymentId::from_u128(1),
        cause,
        amount: Amount::new(amount, Unit::USD),
        state,
        reason: None,
        due_at: None,
        occurred_at: NOW,
        updated_at: NOW,
        on_data: OnWriteOff::TakeBack,
    }
}

#[test]
fn a_claim_is_news_once_and_again_when_it_stands_otherwise() {
    for tables in tables() {
        record(&tables, &report(1, "pi_1", Some("ch_1"), Succeeded));
        let put = |claim: &PaymentClaim| tables.write(|tx| tx.put_claim(claim)).unwrap();
        let refund = claim("re_1", ClaimCause::Refund, 4_000_000, ClaimState::Pending);
        assert!(put(&refund));
        assert!(!put(&PaymentClaim { updated_at: NOW.plus(1), occurred_at: NOW.plus(1), ..refund.clone() }));
        let failed = PaymentClaim {
            state: ClaimState::Failed,
            reason: Some("lost_card".to_owned()),
            ..refund.clone()
        };
        assert!(put(&failed));
        let decided = PaymentClaim { on_data: OnWriteOff::Leave, ..failed.clone() };
        assert!(!put(&decided), "what becomes of data was decided with the first telling");
        let due = Some(NOW.plus(Timestamp::DAY));
        let dispute = claim("du_1", ClaimCause::Dispute, 10_000_000, ClaimState::Open);
        assert!(put(&PaymentClaim { due_at: due, ..dispute.clone() }));
        assert!(put(&PaymentClaim { provider_id: "du_2".to_owned(), due_at: Some(NOW), ..dispute }));
        let known = tables.read(|r| r.claims_of(PaymentId::from_u128(1))).unwrap();
        assert_eq!(known.iter().find(|claim| claim.provider_id == "re_1"), Some(&failed));
        let urgent = tables.read(|r| r.claims_in(ClaimState::Open, 5)).unwrap();
        let urgent: Vec<&str> = urgent.iter().map(|claim| claim.provider_id.as_str()).collect();
        assert_eq!(urgent, ["du_2", "du_1"], "what is due first comes first");
        tables.write(|tx| tx.set_payment_claims(PaymentId::from_u128(1), 7, Some(ClaimState::Open))).unwrap();
        let told = record(&tables, &report(1, "pi_1", Some("ch_1"), Succeeded)).payment;
        assert_eq!(
            (told.refunded, told.dispute_state),
            (7, Some(ClaimState::Open)),
            "a report does not undo it"
        );
    }
}

#[test]
fn what_is_to_be_followed_is_found_while_nothing_is_under_way() {
    for tables in tables() {
        record(&tables, &report(1, "pi_1", Some("ch_1"), Succeeded));
        let payment = PaymentId::from_u128(1);
        let intent = Intent {
            id: IntentId::from_u128(5),
            kind: "set_taken_back".to_owned(),
            payload: "{}".to_owned(),
            created_at: NOW,
            done_at: None,
            entry: None,
        };
        tables.write(|tx| tx.insert_intent(&intent)).unwrap();
        let row = TakenBackRow { wanted: 4, ..TakenBackRow::nothing(payment, ClaimCause::Refund) };
        let to_follow = || tables.read(|r| r.taken_back_to_follow(5)).unwrap();
        tables.write(|tx| tx.put_taken_back(&row)).unwrap();
        assert_eq!(to_follow(), [], "what was never credited cannot be taken back");
        tables.write(|tx| tx.set_payment_credited(payment, EntryId::at(1, 0))).unwrap();
        assert_eq!(to_follow(), std::slice::from_ref(&row));
        let under_way = TakenBackRow { intent: Some(intent.id), ..row.clone() };
        tables.write(|tx| tx.put_taken_back(&under_way)).unwrap();
        assert_eq!(to_follow(), []);
        assert_eq!(tables.read(|r| r.taken_back_by(intent.id)).unwrap(), Some(under_way));
        let data = TakenBackRow { booked: 4, data_wanted: 3, ..row };
        tables.write(|tx| tx.put_taken_back(&data)).unwrap();
        assert_eq!(to_follow(), std::slice::from_ref(&data), "its data is still to be taken");
        let booked = TakenBackRow { data_booked: 3, ..data };
        tables.write(|tx| tx.put_taken_back(&booked)).unwrap();
        assert_eq!(to_follow(), []);
        assert_eq!(tables.read(|r| r.taken_back(payment, ClaimCause::Refund)).unwrap(), Some(booked));
        assert_eq!(tables.read(|r| r.taken_back(payment, ClaimCause::Dispute)).unwrap(), None);
    }
}
