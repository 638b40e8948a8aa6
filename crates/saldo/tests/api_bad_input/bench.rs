//! What bad input is tried on, and the check that it was refused in words and changed nothing.

use reqwest::Method;
use saldo::customers::CreatedCustomer;
use serde_json::{Value, json};
use store::tables::inbox::InboxState;

use crate::house::{Answer, House, fresh_key};

/// A house with a customer and meters, of which it is known that nothing changes.
pub(crate) struct Bench {
    pub(crate) house: House,
    pub(crate) ana: CreatedCustomer,
    /// A charge that would be taken.
    pub(crate) charge: Value,
}

impl Bench {
    pub(crate) async fn open() -> Bench {
        let house = House::open().await;
        house.meter_of_hours().await;
        let price = json!({"kind": "per_unit", "price": {"amount": "0.01", "unit": "USD"}});
        let meter = json!({"slug": "tokens", "aggregation": "sum", "sum_field": "n", "price": price});
        house.post("/v1/meters", &meter).await.expect(201);
        let ana = house.customer("ana").await;
        let charge = json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "1.00", "unit": "USD"}, "kind": "sms"});
        // The kind is known from now on: naming a new one is a change of its own.
        house.post("/v1/charges", &charge).await.expect(201);
        Bench { house, ana, charge }
    }

    /// Sends and checks status, code, field and a word of the sentence, and that nothing changed.
    pub(crate) async fn refuses(&self, what: &str, answer: impl Future<Output = Answer>, expected: Expected) {
        let before = (self.house.seen(), self.house.figures(self.ana.wallet).await, self.counts().await);
        let answer = answer.await;
        let Expected { status, code, field, says } = expected;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
        let problem = answer.json();
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["code"], code, "{what}: {problem}");
        let found = problem["field"].as_str().unwrap_or_default();
        assert_eq!(found, field, "{what}: {problem}");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(says) && detail.ends_with('.'), "{what}: {detail}");
        assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"), "{what}");
        let after = (self.house.seen(), self.house.figures(self.ana.wallet).await, self.counts().await);
        assert_eq!(before, after, "{what}: something changed");
    }

    /// How much there is of what requests could have made.
    async fn counts(&self) -> [usize; 4] {
        let customer = self.ana.customer.id;
        let look = move |reader: &store::Reader<'_>| {
            let received = InboxState::ALL.iter().map(|state| reader.inbox_count(*state));
            let received = received.sum::<Result<u64, _>>()?;
            Ok([
                reader.customers(None, 1_000)?.rows.len(),
                reader.meters()?.len(),
                reader.topups_of(customer, None, 1_000)?.rows.len(),
                usize::try_from(received).unwrap_or(usize::MAX),
            ])
        };
        self.house.running.app.read(look).await.expect("counts")
    }

    /// That charge with another value in one field.
    pub(crate) fn charge_with(&self, field: &str, value: Value) -> Value {
        let mut charge = self.charge.clone();
        charge[field] = value;
        charge
    }

    /// Writes bytes as they are given, with the operator's key.
    pub(crate) fn post_raw(
        &self,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> impl Future<Output = Answer> {
        let request = self.house.request(Method::POST, path).bearer_auth(&self.house.operator);
        let request = request.header("idempotency-key", fresh_key()).header("content-type", content_type);
        self.house.send(request.body(body))
    }
}

/// How a request is refused.
#[derive(Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) field: &'static str,
    pub(crate) says: &'static str,
}

/// Status, code, field (empty for none) and a word of the sentence.
pub(crate) fn expect(status: u16, code: &'static str, field: &'static str, says: &'static str) -> Expected {
    Expected { status, code, field, says }
}

/// An amount of dollars.
pub(crate) fn usd(amount: &str) -> Value {
    json!({"amount": amount, "unit": "USD"})
}
