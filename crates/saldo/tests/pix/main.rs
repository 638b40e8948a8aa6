//! Purchases charged by Pix, from the click to the callback that says it was paid, and every callback that may come instead.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../browser/mod.rs"]
mod browser;
#[path = "../house/mod.rs"]
mod house;
#[path = "../subscriber/mod.rs"]
mod subscriber;

mod boletos;
mod callbacks;
mod purchases;

use book::Charging;
use house::Answer;
use house::provider::Provider;
use reqwest::Method;
use serde_json::{Value, json};
use store::tables::inbox::InboxState;
use store::tables::pix::PixCharge;
use subscriber::CALLBACK;

/// The id of a payment: 32 letters and digits.
fn end_to_end(no: u32) -> String {
    format!("E00000000202611221430{no:0>11}")
}

/// A payment as the provider tells of it.
fn told(charge: &PixCharge, no: u32) -> Value {
    json!({"endToEndId": end_to_end(no), "txid": charge.txid, "chave": charge.pix_key,
        "valor": charge.amount.to_decimal(), "horario": "2026-11-22T14:30:00.000Z"})
}

impl Provider {
    async fn call(&self, path: &str, body: &Value) -> Answer {
        self.house.send(self.house.request(Method::POST, path).json(body)).await
    }

    async fn tell(&self, payments: &[Value]) {
        self.call(CALLBACK, &json!({ "pix": payments })).await.expect(200);
    }

    /// Buys by Pix in a browser and waits for the charge.
    async fn buy_by_pix(&self) -> PixCharge {
        let mut browser = self.signed_in().await;
        let told = self.buy_in(&mut browser, Charging::Pix).await;
        let page = format!("{}#progress-heading", self.page());
        assert_eq!(told.header("location"), Some(page.as_str()), "{}", told.text);
        self.pix_of(self.newest_purchase().await.purchase).await
    }

    /// How many events of Pix are in this state, once none waits.
    async fn events(&self, state: InboxState) -> usize {
        self.house.until(|reader| reader.inbox_count(InboxState::Received), |count| *count == 0).await;
        let rows = self.app().read(move |reader| reader.inbox(state, None, 50)).await.expect("a look");
        rows.rows.len()
    }
}
