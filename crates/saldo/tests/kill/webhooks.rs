//! The program is killed while a receiver of its webhooks keeps it waiting. Started again it tells him what he never answered, with the
//! same id and bytes, and nothing twice that he has taken.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::tables::endpoints::DeliveryState;

use crate::client::{PATIENCE, look_again};
use crate::program::Program;
use crate::receiver::Receiver;
use crate::server_for_tests;

const SETTINGS: &[(&str, &str)] =
    &[("SALDO_WEBHOOKS__ALLOW_PRIVATE", "true"), ("SALDO_WEBHOOKS__ALLOW_HTTP", "true")];
/// Wallets that run dry, each of which is one message.
const WALLETS: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_answered_is_told_again_after_a_kill() {
    play(String::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_it_is_too() {
    play(tokio::task::spawn_blocking(server_for_tests::empty_url).await.expect("a schema")).await;
}

async fn play(database: String) {
    let mut program = Program::prepare(database, SETTINGS);
    program.start();
    let receiver = Receiver::open().await;
    write(&program, "/v1/webhook-endpoints", "endpoint", &json!({"url": receiver.url()})).await;
    receiver.fall_silent();
    for number in 0..WALLETS {
        run_dry(&program, number).await;
    }
    // Some are on their way, the rest waits for a place, when the program dies.
    let told = receiver.next("balance.exhausted").await;
    program.kill();
    let waiting = program.tables().read(|reader| reader.deliveries(None, None, 50)).expect("a look").rows;
    assert!(waiting.iter().any(|delivery| delivery.state == DeliveryState::Sending), "{waiting:?}");
    assert!(waiting.iter().all(|delivery| delivery.delivered_at.is_none()), "{waiting:?}");

    let before = receiver.count();
    receiver.answer(200, "");
    program.start();
    let tables = program.tables();
    let all_taken = || {
        let rows = tables.read(|reader| reader.deliveries(None, None, 50)).expect("a look").rows;
        rows.len() == WALLETS && rows.iter().all(|row| row.state == DeliveryState::Delivered)
    };
    let waited = tokio::time::timeout(PATIENCE, async {
        while !all_taken() {
            look_again().await;
        }
    });
    waited.await.expect("all is told");
    let after = receiver.all().split_off(before);
    assert!(after.iter().any(|again| (&again.id, &again.text) == (&told.id, &told.text)), "{after:?}");
    let ids: BTreeSet<_> = after.iter().map(|told| &told.id).collect();
    assert_eq!((after.len(), ids.len()), (WALLETS, WALLETS), "each once");
    program.kill();
    program.verify();
}

/// A customer whose credit is given and used up.
async fn run_dry(program: &Program, number: usize) {
    let name = format!("dry-{number}");
    let customer = write(program, "/v1/customers", &name, &json!({"name": name})).await;
    let wallet = customer["wallets"][0]["id"].as_str().expect("a wallet").to_owned();
    let amount = json!({"amount": "1.00", "unit": "USD"});
    let grant = json!({"amount": amount, "source": "promotional"});
    write(program, &format!("/v1/wallets/{wallet}/grants"), &format!("grant-{number}"), &grant).await;
    let charge = json!({"wallet": wallet, "kind": "api", "amount": amount});
    write(program, "/v1/charges", &format!("charge-{number}"), &charge).await;
}

async fn write(program: &Program, path: &str, key: &str, body: &Value) -> Value {
    let request = reqwest::Client::new().post(format!("{}{path}", program.url())).bearer_auth(&program.key);
    let answer = request.header("idempotency-key", key).json(body).send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).expect("JSON")
}
