//! What fails, or is slow, fails alone: nothing else waits for it or is undone by it.

use std::sync::Arc;

use money::{CustomerId, IntentId, Unit, WalletId};
use saldo::clock;
use saldo::intents::Wish;
use serde_json::json;
use store::tables::intents::Intent;
use store::tables::outbox::{Notice, NoticeId};

use crate::house::{House, together};

/// A notice of nobody's that is due now.
fn notice(position: u64, kind: &str, payload: &str) -> Notice {
    let now = clock::now();
    Notice {
        id: NoticeId { position, ordinal: 0, kind: kind.to_owned() },
        customer: Some(CustomerId::from_u128(7)),
        wallet: None,
        payload: payload.to_owned(),
        created_at: now,
        delivered_at: None,
        attempts: 0,
        next_attempt_at: Some(now),
        last_error: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_cannot_be_delivered_keeps_no_other_from_it() {
    let house = House::open().await;
    // It would write down what somebody owes who is not there, which the tables refuse each time.
    let payload = json!({"wallet": WalletId::from_u128(1).to_string(), "purchase": money::PurchaseId::from_u128(2).to_string(),
        "pack_no": 1, "charging": "next_invoice", "quantity": 1_000, "price": "24.90", "unit": "BRL", "validity_days": null});
    let stuck = notice(1, "purchased", &payload.to_string());
    let other = notice(2, "line_status", "{}");
    let written = [stuck.clone(), other.clone()];
    let write = move |tx: &store::Tx<'_>| written.iter().try_for_each(|it| tx.insert_notice(it).map(|_| ()));
    house.running.app.write(write).await.expect("two notices");
    let notices = |reader: &store::Reader<'_>| Ok(reader.notices(None, 10)?.rows);
    let is = |rows: &[Notice], id: &NoticeId, wanted: fn(&Notice) -> bool| {
        rows.iter().any(|it| it.id == *id && wanted(it))
    };
    house
        .until(notices, |rows| {
            is(rows, &other.id, |it| it.delivered_at.is_some())
                && is(rows, &stuck.id, |it| it.delivered_at.is_none() && it.last_error.is_some())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_intent_that_cannot_be_read_keeps_neither_the_start_nor_the_others_waiting() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let wallet = WalletId::from_u128(saldo::ids::fresh());
    let wish = Wish::OpenWallet { wallet, customer: ana.customer.id, unit: Unit::BRL };
    let now = clock::now();
    let unread = Intent {
        id: IntentId::from_u128(saldo::ids::fresh()),
        kind: "of_tomorrow".to_owned(),
        payload: json!({"kind": "of_tomorrow"}).to_string(),
        created_at: now,
        done_at: None,
        entry: None,
    };
    let open = wish.intent(IntentId::from_u128(saldo::ids::fresh()), now);
    let (first, second) = (unread.clone(), open.clone());
    let write = move |tx: &store::Tx<'_>| {
        tx.insert_intent(&first)?;
        tx.insert_intent(&second)
    };
    house.running.app.write(write).await.expect("two intents");
    let house = house.restart().await;
    let (unread, open) = (unread.id, open.id);
    house
        .until(move |reader| reader.intent(open), |it| it.as_ref().is_some_and(|it| it.done_at.is_some()))
        .await;
    let left = house.running.app.read(move |reader| reader.intent(unread)).await.expect("a look");
    assert!(left.is_some_and(|it| it.done_at.is_none()), "it waits for a version that reads it");
    assert!(house.running.app.ledger.wallet(wallet).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_is_known_when_it_is_loaded_however_many_change_it() {
    const AT_ONCE: usize = 12;
    const ROUNDS: usize = 8;
    // So many that reading them takes a while.
    const KNOWN: usize = 5_000;
    let house = House::open().await;
    let app = &house.running.app;
    let add = |slugs: Vec<String>| {
        app.write(move |tx| {
            slugs.iter().try_for_each(|slug| tx.insert_charge_kind(slug, clock::now()).map(|_| ()))
        })
    };
    add((0..KNOWN).map(|n| format!("known.{n}")).collect()).await.expect("kinds");
    for round in 1..=ROUNDS {
        let changes = (0..AT_ONCE).map(|n| {
            let (app, slug) = (Arc::clone(app), format!("kind.{round}.{n}"));
            tokio::spawn(async move {
                let write = app.write(move |tx| tx.insert_charge_kind(&slug, clock::now()));
                write.await.expect("a kind");
                app.reload_sold().await.expect("what is sold");
            })
        });
        together(changes).await.into_iter().for_each(|done| done.expect("a change"));
        assert_eq!(app.sold().charge_kinds_len(), KNOWN + round * AT_ONCE, "round {round}");
    }
}
