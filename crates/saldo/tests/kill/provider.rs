//! An internet provider on the program under test: what it sells, and to whom.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::Desk;
use crate::program::Program;

/// Bytes of a gigabyte.
const GB: u64 = 1_000_000_000;
/// What a cycle gives, and what a pack gives, in bytes.
pub(crate) const ALLOWANCE: u64 = 20 * GB;
pub(crate) const PACK: u64 = 10 * GB;
/// Subscribers that are enrolled at the same time.
const AT_ONCE: usize = 8;

/// The provider.
pub(crate) struct Provider {
    pub(crate) desk: Arc<Desk>,
    /// Its subscribers' lines.
    pub(crate) lines: Vec<String>,
    pack: String,
}

pub(crate) fn bytes(count: u64) -> Value {
    json!({"amount": count.to_string(), "unit": "BYTE"})
}

fn reais(amount: &str) -> Value {
    json!({"amount": amount, "unit": "BRL"})
}

/// The CPF that begins with this number.
fn cpf(number: u32) -> String {
    let mut digits: Vec<u32> =
        format!("{number:09}").chars().filter_map(|digit| digit.to_digit(10)).collect();
    for _ in 0..2 {
        let weighted = digits.iter().rev().zip(2..).map(|(digit, weight)| digit * weight).sum::<u32>();
        let rest = weighted * 10 % 11;
        digits.push(if rest == 10 { 0 } else { rest });
    }
    digits.iter().map(u32::to_string).collect()
}

impl Provider {
    /// A provider with so many subscribers of one line each, whose packs are charged so.
    pub(crate) async fn open(program: &Program, subscribers: u32, charging: &'static str) -> Provider {
        let desk = Arc::new(Desk::new(program));
        let plan = json!({"name": "Fibra 20 GB", "fee": reais("79.90"), "allowance": bytes(ALLOWANCE),
            "supports_purchase": true, "speed": "10M/50M", "slow_speed": "512k/1M"});
        let plan = text(&desk.post("/v1/plans", "plan", &plan).await["id"]);
        let pack = json!({"plan": plan, "quantity": bytes(PACK), "price": reais("24.90"), "chargings": [charging],
            "release": if charging == "pix" { "payment" } else { "purchase" }});
        let pack = text(&desk.post("/v1/packs", "pack", &pack).await["id"]);
        let mut lines = Vec::new();
        let mut enrolling = JoinSet::new();
        for number in 1..=subscribers {
            if enrolling.len() == AT_ONCE {
                lines.extend(enrolling.join_next().await.map(|line| line.expect("a line")));
            }
            enrolling.spawn(enrol(Arc::clone(&desk), plan.clone(), number));
        }
        lines.extend(enrolling.join_all().await);
        Provider { desk, lines, pack }
    }

    /// Uses all that is left on a line.
    pub(crate) async fn use_up(&self, line: &str) {
        let found = self.desk.get(&format!("/v1/lines/{line}")).await;
        let left = text(&found["cycle"]["balance"]["amount"]);
        let key = format!("use-{line}-{}", found["sequence"]);
        let body = json!({"total": {"amount": left, "unit": "BYTE"}});
        self.desk.post(&format!("/v1/lines/{line}/use"), &key, &body).await;
    }

    /// Buys a pack for a line; its purchase.
    pub(crate) async fn buy(&self, line: &str, charging: &str) -> String {
        let sequence = self.desk.get(&format!("/v1/lines/{line}")).await["sequence"].clone();
        let order = json!({"pack": self.pack, "charging": charging, "sequence": sequence});
        let key = format!("buy-{line}-{sequence}");
        let bought = self.desk.post(&format!("/v1/lines/{line}/purchases"), &key, &order).await;
        text(&bought["id"])
    }

    /// What is left on a line, in bytes.
    pub(crate) async fn left(&self, line: &str) -> Value {
        self.desk.get(&format!("/v1/lines/{line}")).await["cycle"]["balance"].clone()
    }
}

async fn enrol(desk: Arc<Desk>, plan: String, number: u32) -> String {
    let subscriber = json!({"name": format!("Assinante {number}"), "document": cpf(number),
        "address": {"street": "Rua São João, 12", "district": "Centro", "city": "São Paulo", "state": "SP",
            "postcode": "01310-100"}});
    let customer = desk.post("/v1/subscribers", &format!("subscriber-{number}"), &subscriber).await;
    let line = json!({"customer": customer["id"], "plan": plan, "anchor_day": 1});
    text(&desk.post("/v1/lines", &format!("line-{number}"), &line).await["id"])
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
