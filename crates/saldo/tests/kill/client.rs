//! A client that never gives up: what was not answered is asked again under the same key until it is.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::Random;
use crate::program::Program;
use crate::truth::{ChargeAnswered, EventAnswered, Truth};

/// Wallets that all clients draw from.
const WALLETS: usize = 3;
/// How long an answer is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at what is awaited. Looking without a pause takes the time of what is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// What is put into each wallet, in whole dollars.
const DOLLARS: u64 = 1_000_000;
/// Most events of one report.
const EVENTS_MAX: u64 = 8;
/// The meter, and what one event costs in millionths of a dollar.
pub(crate) const METER: &str = "calls";
pub(crate) const EVENT_PRICE: u64 = 7;
/// What is in each wallet before anything is asked, in millionths of a dollar.
pub(crate) const FILLED: u64 = DOLLARS * 1_000_000;

/// The pause between two looks.
pub(crate) async fn look_again() {
    tokio::time::sleep(LOOK_AGAIN).await;
}

/// Where everybody asks.
pub(crate) struct Desk {
    http: reqwest::Client,
    url: String,
    key: String,
    /// The wallets.
    pub(crate) wallets: Vec<Account>,
    /// How many wishes of the clients have been answered.
    pub(crate) answered: watch::Sender<u64>,
}

/// A wallet and what events call its owner.
pub(crate) struct Account {
    pub(crate) wallet: String,
    subject: String,
}

impl Desk {
    /// Nobody is known yet.
    pub(crate) fn new(program: &Program) -> Desk {
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().expect("a client");
        let (url, key, answered) = (program.url(), program.key.clone(), watch::Sender::new(0));
        Desk { http, url, key, wallets: Vec::new(), answered }
    }

    /// Where the program serves.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The operator's key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// One call; `None` if there was no answer that can be believed.
    pub(crate) async fn try_post(
        &self,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Option<(StatusCode, Value)> {
        let mut call = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.key).json(body);
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        let answer = call.send().await.ok()?;
        let status = answer.status();
        let body = answer.json().await.ok()?;
        (status != StatusCode::SERVICE_UNAVAILABLE).then_some((status, body))
    }

    /// Tells something that nobody answers in words; the status, if there was an answer.
    pub(crate) async fn tell(&self, path: &str, body: &Value) -> Option<StatusCode> {
        let call = self.http.post(format!("{}{path}", self.url)).json(body);
        Some(call.send().await.ok()?.status())
    }

    /// Asks for what must be done.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Value {
        let (status, body) = self.try_post(path, Some(key), body).await.expect("an answer");
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    /// Reads what must be there.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let call = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.key);
        let answer = call.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("JSON")
    }

    /// Sends an event again; what became of it.
    pub(crate) async fn report_again(&self, events: &[&EventAnswered]) -> Vec<Value> {
        let events: Vec<&Value> = events.iter().map(|event| &event.event).collect();
        let (status, answer) = self.try_post("/v1/events", None, &json!(events)).await.expect("an answer");
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["data"].as_array().expect("outcomes").clone()
    }
}

/// Makes the meter, and customers with credit.
pub(crate) async fn open_desk(program: &Program) -> Arc<Desk> {
    let mut desk = Desk::new(program);
    let price =
        json!({"kind": "per_unit", "price": {"amount": format!("0.{EVENT_PRICE:06}"), "unit": "USD"}});
    let meter = json!({"slug": METER, "aggregation": "count", "price": price});
    desk.post("/v1/meters", "meter", &meter).await;
    for no in 0..WALLETS {
        let subject = format!("device-{no}");
        let customer = json!({"name": format!("Customer {no}"), "subjects": [subject]});
        let customer = desk.post("/v1/customers", &format!("customer-{no}"), &customer).await;
        let wallet = customer["wallets"][0]["id"].as_str().expect("a wallet").to_owned();
        let grant =
            json!({"amount": {"amount": DOLLARS.to_string(), "unit": "USD"}, "source": "promotional"});
        desk.post(&format!("/v1/wallets/{wallet}/grants"), &format!("grant-{no}"), &grant).await;
        desk.wallets.push(Account { wallet, subject });
    }
    Arc::new(desk)
}

/// One of the clients.
pub(crate) struct Client {
    desk: Arc<Desk>,
    no: u64,
    random: Random,
    is_up: watch::Receiver<bool>,
    is_stopped: watch::Receiver<bool>,
    truth: Truth,
}

impl Client {
    pub(crate) fn new(
        desk: &Arc<Desk>,
        no: u64,
        random: Random,
        is_up: watch::Receiver<bool>,
        is_stopped: watch::Receiver<bool>,
    ) -> Client {
        Client { desk: Arc::clone(desk), no, random, is_up, is_stopped, truth: Truth::default() }
    }

    /// Asks one thing after the other until it is stopped, and then tells what was answered.
    pub(crate) async fn work(mut self) -> Truth {
        let mut n = 0;
        while !*self.is_stopped.borrow() {
            n += 1;
            let account = usize::try_from(self.random.below(WALLETS as u64)).expect("a small number");
            if self.random.below(3) == 0 {
                self.report(n, account).await;
            } else {
                self.charge(n, account).await;
            }
        }
        self.truth
    }

    async fn charge(&mut self, n: u64, account: usize) {
        let key = format!("charge-{}-{n}", self.no);
        let millionths = 1 + self.random.below(900);
        let wallet = self.desk.wallets[account].wallet.clone();
        let body = json!({
            "wallet": wallet, "kind": "call",
            "amount": {"amount": format!("0.{millionths:06}"), "unit": "USD"},
        });
        let first = self.insist("/v1/charges", Some(&key), &body).await;
        let entry = first["id"].as_str().expect("an entry").to_owned();
        if self.random.below(8) == 0 {
            let again = self.insist("/v1/charges", Some(&key), &body).await;
            assert_eq!(again, first, "the first answer is given again");
        }
        self.truth.charges.push(ChargeAnswered { wallet, entry, millionths });
    }

    async fn report(&mut self, n: u64, account: usize) {
        let events: Vec<Value> = (0..=self.random.below(EVENTS_MAX))
            .map(|place| {
                let mut event = json!({
                    "specversion": "1.0", "id": format!("{n}-{place}"), "source": format!("client-{}", self.no),
                    "type": METER, "subject": self.desk.wallets[account].subject,
                });
                if self.random.below(2) == 0 {
                    event["time"] = json!(saldo::clock::now().to_string());
                }
                event
            })
            .collect();
        let answer = self.insist("/v1/events", None, &json!(events)).await;
        let outcomes = answer["data"].as_array().expect("outcomes").clone();
        assert_eq!(outcomes.len(), events.len());
        let wallet = &self.desk.wallets[account].wallet;
        for (event, outcome) in events.into_iter().zip(outcomes) {
            let fate = outcome["outcome"].as_str().expect("an outcome");
            assert!(fate == "accepted" || fate == "duplicate", "{outcome}");
            let entry = outcome["entry"].as_str().expect("an entry").to_owned();
            self.truth.events.push(EventAnswered { wallet: wallet.clone(), entry, event });
        }
    }

    /// Asks until there is an answer; it must be a yes.
    async fn insist(&mut self, path: &str, key: Option<&str>, body: &Value) -> Value {
        let mut was_cut_off = false;
        loop {
            self.is_up.wait_for(|up| *up).await.expect("the test goes on");
            match self.desk.try_post(path, key, body).await {
                Some((status, answer)) => {
                    assert!(status.is_success(), "{path}: {status} {answer}");
                    self.truth.cut_off += u64::from(was_cut_off);
                    self.desk.answered.send_modify(|answered| *answered += 1);
                    return answer;
                }
                None => was_cut_off = true,
            }
            tokio::task::yield_now().await;
        }
    }
}
