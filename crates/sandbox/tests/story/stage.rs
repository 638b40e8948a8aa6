//! A sandbox on a free port, a shop that listens for its webhooks, and a browser without JavaScript.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use reqwest::redirect::Policy;
use sandbox::{Clock, Sandbox, SandboxConfig, WebhookEndpoint, real_time};
use serde_json::Value;
use stripe::checkout::{CardSaving, CheckoutSessionParams};
use stripe::minor_units::{Currency, MinorAmount};
use stripe::{IdempotencyKey, Method, Request, signature};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub(crate) const KEY: &str = "sk_test_stage";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_stage";
const LOOK_AGAIN: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// A sandbox and those around it.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: reqwest::Client,
    /// Added to the real time, in milliseconds.
    pub(crate) shift_ms: Arc<AtomicI64>,
    /// What the shop answers to webhooks.
    pub(crate) shop_status: Arc<AtomicU16>,
    webhooks: mpsc::UnboundedReceiver<Value>,
}

/// How something is done on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Form,
    Json,
}

/// An answer of the API or the page.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with_state(None).await
    }

    pub(crate) async fn with_state(state: Option<PathBuf>) -> Self {
        let shift_ms = Arc::new(AtomicI64::new(0));
        let shop_status = Arc::new(AtomicU16::new(200));
        let (real, shift) = (real_time(), Arc::clone(&shift_ms));
        let clock: Clock = Arc::new(move || real() + shift.load(Ordering::SeqCst));

        let (sent, webhooks) = mpsc::unbounded_channel();
        let shop = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", shop.local_addr().unwrap());
        let router = Router::new().route("/hook", post(hear)).with_state((Arc::clone(&shop_status), sent));
        tokio::spawn(async move { axum::serve(shop, router).await });

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let public_url = format!("http://{}", listener.local_addr().unwrap());
        let webhook = Some(WebhookEndpoint { url, secret: WEBHOOK_SECRET.into() });
        let config = SandboxConfig { listener, public_url, secret_key: KEY.into(), webhook, state, clock };
        let sandbox = Sandbox::start(config).await.unwrap();
        let client = reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE).build().unwrap();
        Self { sandbox, client, shift_ms, shop_status, webhooks }
    }

    /// A key that no call has had.
    pub(crate) fn key(&self) -> IdempotencyKey {
        static KEYS: AtomicU32 = AtomicU32::new(1);
        IdempotencyKey::new(format!("key-{}", KEYS.fetch_add(1, Ordering::SeqCst))).unwrap()
    }

    pub(crate) fn now(&self) -> i64 {
        (real_time()() + self.shift_ms.load(Ordering::SeqCst)) / 1_000
    }

    /// Sends one of our own requests, as the program does.
    pub(crate) async fn send(&self, request: &Request) -> Answer {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let key = request.idempotency_key.as_ref().map(IdempotencyKey::as_str);
        self.raw(method, &request.path_and_query(), request.body(), key).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.raw(reqwest::Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.raw(reqwest::Method::POST, path, Some(body.to_owned()), None).await
    }

    pub(crate) async fn raw(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<String>,
        key: Option<&str>,
    ) -> Answer {
        let mut request =
            self.client.request(method, format!("{}{path}", self.sandbox.url())).bearer_auth(KEY);
        if let Some(body) = body {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        answered(request).await
    }

    /// Presses a button of the payments page, or does by JSON what it does.
    pub(crate) async fn on_demand(&self, path: &str, fields: &Value, by: By) -> Answer {
        let request = self.client.post(format!("{}{path}", self.sandbox.url()));
        answered(match by {
            By::Json => request.header("accept", "application/json").json(fields),
            By::Form => {
                let fields = fields.as_object().unwrap().iter();
                let form = fields.fold(stripe::form::Form::new(), |form, (name, value)| {
                    form.with(name, value.as_str().unwrap())
                });
                request.header("content-type", "application/x-www-form-urlencoded").body(form.encode())
            }
        })
        .await
    }

    pub(crate) async fn customer(&mut self) -> String {
        let key = self.key();
        let answer = self.send(&Request::create_customer(Some("ana@example.com"), None, &[], key)).await;
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// A session over $10.00.
    pub(crate) async fn session(&mut self, customer: &str, saving: CardSaving) -> Value {
        self.session_in(customer, saving, Currency::Usd).await
    }

    /// A session over 10.00 of a currency.
    pub(crate) async fn session_in(
        &mut self,
        customer: &str,
        saving: CardSaving,
        currency: Currency,
    ) -> Value {
        let params = CheckoutSessionParams {
            customer,
            client_reference_id: "account-1",
            metadata: &[("topup", "top_1")],
            product_name: "Credit",
            amount: MinorAmount::new(1_000, currency).unwrap(),
            saving,
            expires_at: self.now() + 3_600,
            success_url: "https://shop.example/back?session={CHECKOUT_SESSION_ID}",
            cancel_url: "https://shop.example/recharge?left=1",
            locale: None,
        };
        let key = self.key();
        let answer = self.send(&params.request(key)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Opens the page of a session.
    pub(crate) async fn open(&self, session: &Value) -> Answer {
        answered(self.client.get(session["url"].as_str().unwrap())).await
    }

    /// Fills the form that stands on `page` and presses a button of the form at `action` (empty: *Pay*).
    pub(crate) async fn press(
        &self,
        session: &Value,
        page: &Answer,
        fields: &[(&str, &str)],
        action: &str,
    ) -> Answer {
        let mut form: BTreeMap<&str, String> = BTreeMap::new();
        form.insert("attempt", value_of(&page.text, "attempt"));
        form.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let form = form
            .iter()
            .fold(stripe::form::Form::new(), |form, (name, value)| form.with(*name, value.as_str()));
        let url = format!("{}/pay/{}{action}", self.sandbox.url(), session["id"].as_str().unwrap());
        let request = self.client.post(url).header("content-type", "application/x-www-form-urlencoded");
        answered(request.body(form.encode())).await
    }

    /// Posts fields to a page that has no form of a card.
    pub(crate) async fn press_plain(&self, session: &Value, fields: &[(&str, &str)], action: &str) -> Answer {
        let form =
            fields.iter().fold(stripe::form::Form::new(), |form, (name, value)| form.with(*name, *value));
        let url = format!("{}/pay/{}{action}", self.sandbox.url(), session["id"].as_str().unwrap());
        let request = self.client.post(url).header("content-type", "application/x-www-form-urlencoded");
        answered(request.body(form.encode())).await
    }

    /// Opens the page and pays with a new card.
    pub(crate) async fn pay_new(&self, session: &Value, number: &str) -> Answer {
        let page = self.open(session).await;
        self.press(session, &page, &card(number), "").await
    }

    /// Pays $10.00 with a new card on the page; the payment intent.
    pub(crate) async fn paid(&mut self, number: &str) -> String {
        let customer = self.customer().await;
        let session = self.session(&customer, CardSaving::Always).await;
        assert_eq!(self.pay_new(&session, number).await.status, 303);
        let path = format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap());
        self.get(&path).await.json()["payment_intent"].as_str().unwrap().to_owned()
    }

    /// The payment intent of a session, as it is now.
    pub(crate) async fn intent_of(&self, session: &Value) -> Value {
        let path =
            format!("/v1/checkout/sessions/{}?expand[]=payment_intent", session["id"].as_str().unwrap());
        self.get(&path).await.json()["payment_intent"].clone()
    }

    /// The newest charge.
    pub(crate) async fn charge(&self) -> Value {
        self.get("/v1/charges?limit=1").await.json()["data"][0].clone()
    }

    /// Types of all events that came after the newest `known`, oldest first, without those of customers.
    pub(crate) async fn event_types_after(&self, known: usize) -> Vec<String> {
        let mut types = self.event_types().await;
        types.reverse();
        types.split_off(known)
    }

    /// The next webhook, its signature checked.
    pub(crate) async fn webhook(&mut self) -> Value {
        tokio::time::timeout(PATIENCE, self.webhooks.recv()).await.expect("a webhook within time").unwrap()
    }

    /// The next `count` webhooks, sorted by type.
    pub(crate) async fn webhook_types(&mut self, count: usize) -> Vec<String> {
        let mut types = Vec::new();
        for _ in 0..count {
            types.push(self.webhook().await["type"].as_str().unwrap().to_owned());
        }
        types.sort();
        types
    }

    /// True if no webhook has come so far.
    pub(crate) fn is_quiet(&self) -> bool {
        self.webhooks.is_empty()
    }

    /// Types of all events, newest first.
    pub(crate) async fn event_types(&self) -> Vec<String> {
        let events = self.get("/v1/events?limit=100").await.json();
        let data = events["data"].as_array().unwrap();
        data.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    /// Asks until `path` answers as wanted; every question is a round trip, so this waits without sleeping.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let answer = self.get(path).await.json();
                if wanted(&answer) {
                    return answer;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("the wanted answer within time")
    }
}

/// A form filled with a new card.
pub(crate) fn card(number: &str) -> [(&str, &str); 5] {
    let cvc = if number.starts_with('3') { "1234" } else { "123" };
    [("payment_method", "new"), ("number", number), ("expiry", "12 / 34"), ("cvc", cvc), ("name", "Ana Lima")]
}

/// The value of the first input of this name in a page.
pub(crate) fn value_of(page: &str, name: &str) -> String {
    let input =
        page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("the input stands on the page");
    input.split('"').next().unwrap().to_owned()
}

async fn answered(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

async fn hear(
    State((status, sent)): State<(Arc<AtomicU16>, mpsc::UnboundedSender<Value>)>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let header = headers.get("stripe-signature").map(|value| value.to_str().unwrap());
    // Tests that shift the clock shift the time of signing with it: it is judged at its own time.
    let signed_at = header.and_then(|header| header.split(['=', ',']).nth(1)).unwrap().parse().unwrap();
    signature::verify(header, body.as_bytes(), &[WEBHOOK_SECRET], signed_at).unwrap();
    // A test that has ended hears nothing any more.
    let _ = sent.send(serde_json::from_str(&body).unwrap());
    StatusCode::from_u16(status.load(Ordering::SeqCst)).unwrap()
}
