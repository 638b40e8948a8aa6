//! Top-ups and the intents behind them: what may happen once happens once.

use crate::{NOW, on_both, read, topup, with_customer_and_wallet, write};
use money::{EntryId, IntentId, PaymentId, Timestamp};
use store::tables::intents::Intent;
use store::tables::topups::{Topup, TopupState};

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
        let newest_first = [topup(3), topup(2), expected];
        assert_eq!(read(tables, |r| r.topups_of(topup(1).customer, None, 5)).rows, newest_first);
        assert_eq!(read(tables, |r| r.topups(None, 5)).rows, newest_first);
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
