//! The program is killed while it charges saved cards by itself and while it compares Stripe with the books, at moments of a seed; half of
//! the webhooks never come. Afterwards no card was charged twice for one decision, none beyond its caps, and nothing differs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use money::Timestamp;
use saldo::audit::Author;
use saldo::{clock, reconciliation};
use sandbox::{Act, Sandbox, SandboxConfig, WebhookEndpoint, real_time};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Random;
use crate::client::{Desk, PATIENCE, look_again};
use crate::program::Program;
use crate::provider::text;
use crate::server_for_tests;

const STRIPE_KEY: &str = "sk_test_cards";
const WEBHOOK_SECRET: &str = "whsec_cards";
/// Customers with a saved card each.
const CUSTOMERS: usize = 6;
/// How often the program is killed.
const ROUNDS: u64 = 24;
/// On a server each start waits until the lease of the one who was killed has ended.
const ROUNDS_ON_A_SERVER: u64 = 2;
/// The program lives for a random time between these, in microseconds, after it has begun to serve.
const LIFE_MIN: u64 = 2_000;
const LIFE_MAX: u64 = 120_000;
/// Comparisons until books and Stripe must be in step.
const COMPARISONS_MAX: usize = 6;
/// What a customer allows in a day, in cents and in charges; a month is never reached before.
const DAY_CENTS: i64 = 20_000;
const DAY_COUNT: usize = 7;
/// Charges of a card that are looked at, far more than its days allow.
const CHARGES_MAX: u32 = 1_000;
/// Steps of an amount in a cent.
const CENT: i64 = 10_000;

/// A customer, and what was taken of his credit, in cents.
struct Payer {
    customer: String,
    wallet: String,
    spent: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_charged_once_and_nothing_differs_after_kills() {
    play(String::new(), ROUNDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_too_a_card_is_charged_once() {
    let database = tokio::task::spawn_blocking(server_for_tests::empty_url).await.expect("a schema");
    play(database, ROUNDS_ON_A_SERVER).await;
}

async fn play(database: String, rounds: u64) {
    let mut random = Random(crate::told_seed());
    let (mut program, sandbox) = open(database).await;
    let desk = Desk::new(&program);
    let mut payers = Vec::new();
    for number in 0..CUSTOMERS {
        payers.push(enrol(&desk, &sandbox, number).await);
    }
    for round in 0..rounds {
        trouble(&sandbox, &mut random).await;
        for (number, payer) in payers.iter_mut().enumerate() {
            spend(&desk, payer, &format!("spend-{round}-{number}"), random.below(2_000)).await;
        }
        // A comparison is what a start begins with.
        let ask = |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), None, clock::now());
        program.tables().write(ask).expect("a run");
        program.kill();
        program.start();
        // The moment of the kill is what is random here; nothing is waited for.
        tokio::time::sleep(Duration::from_micros(LIFE_MIN + random.below(LIFE_MAX - LIFE_MIN))).await;
        program.kill();
        program.start();
    }
    sandbox.faults().change(|faults| *faults = sandbox::FaultSettings::default());
    program.kill();
    program.start();
    let mut said = String::new();
    for _ in 0..COMPARISONS_MAX {
        settled(&program, &payers).await;
        let (code, printed) = program.reconcile();
        let difference = difference(&desk, &sandbox, &payers).await;
        said = format!("{code:?} {printed} {difference:?}");
        if code == Some(0) && difference.is_none() {
            check_charges(&program, &sandbox, &payers).await;
            program.kill();
            program.verify();
            return;
        }
    }
    panic!("not in step: {said}");
}

/// A program and what stands for Stripe, each at an address that the other knows.
async fn open(database: String) -> (Program, Sandbox) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let public_url = format!("http://{}", listener.local_addr().expect("an address"));
    // A test's settings live as long as the test does.
    let api_url: &'static str = Box::leak(public_url.clone().into_boxed_str());
    let settings: &'static [(&str, &str)] = Box::leak(Box::new([
        ("SALDO_STRIPE__API_URL", api_url),
        ("SALDO_STRIPE__SECRET_KEY", STRIPE_KEY),
        ("SALDO_STRIPE__WEBHOOK_SECRETS", WEBHOOK_SECRET),
        ("SALDO_STRIPE__RECONCILE_MINUTES", "0"),
    ]));
    let mut program = Program::prepare(database, settings);
    let url = format!("{}{}", program.url(), saldo::webhooks::WEBHOOK_PATH);
    let webhook = Some(WebhookEndpoint { url, secret: WEBHOOK_SECRET.to_owned() });
    let secret_key = STRIPE_KEY.to_owned();
    let config = SandboxConfig { listener, public_url, secret_key, webhook, state: None, clock: real_time() };
    let sandbox = Sandbox::start(config).await.expect("a sandbox");
    program.start();
    (program, sandbox)
}

fn usd(cents: i64) -> Value {
    json!({"amount": money::Amount::new(cents * CENT, money::Unit::USD).to_decimal(), "unit": "USD"})
}

/// A customer who has paid $50.00 with a card that is kept and may be charged from then on.
async fn enrol(desk: &Desk, sandbox: &Sandbox, number: usize) -> Payer {
    let name = format!("payer-{number}");
    let made = desk.post("/v1/customers", &name, &json!({"name": name})).await;
    let (customer, wallet) = (text(&made["id"]), text(&made["wallets"][0]["id"]));
    let wanted = json!({"customer": customer, "amount": usd(5_000)});
    let topup = desk.post("/v1/topups", &format!("topup-{number}"), &wanted).await;
    let form = stripe::form::Form::new()
        .with("attempt", &name)
        .with("payment_method", "new")
        .with("number", "4242424242424242")
        .with("expiry", "12 / 34")
        .with("cvc", "123");
    let no_further = reqwest::redirect::Policy::none();
    let browser = reqwest::Client::builder().redirect(no_further).build().expect("a client");
    let request = browser.post(text(&topup["checkout_url"])).body(form.encode());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.send().await.expect("an answer");
    let at_stripe = at_stripe(sandbox, &customer).await;
    let methods = sandbox.objects("payment_method").await.expect("Stripe's own state");
    let card = methods.iter().find(|one| one["customer"] == at_stripe.as_str()).expect("a saved card");
    let cap = |cents: i64, count: usize| json!({"amount": usd(cents), "count": count});
    let wanted = json!({"payment_method": card["id"], "threshold": usd(3_000), "amount": usd(2_000),
        "day": cap(DAY_CENTS, DAY_COUNT), "month": cap(4 * DAY_CENTS, 4 * DAY_COUNT),
        "consent": {"version": "1", "language": "en", "words": "It may be charged.", "given_by": name}});
    let path = format!("{}/v1/wallets/{wallet}/automatic-topup", desk.url());
    let request = reqwest::Client::new().put(path).bearer_auth(desk.key()).json(&wanted);
    let answer = request.header("idempotency-key", format!("on-{number}")).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{:?}", answer.text().await);
    Payer { customer, wallet, spent: 0 }
}

async fn at_stripe(sandbox: &Sandbox, customer: &str) -> String {
    let all = sandbox.objects("customer").await.expect("Stripe's own state");
    let found = all.iter().find(|one| one["metadata"]["customer_id"] == customer);
    text(&found.expect("a customer at Stripe")["id"])
}

/// Stripe fails for a moment, loses answers or webhooks; somebody is given money back, or disputes.
async fn trouble(sandbox: &Sandbox, random: &mut Random) {
    let count = u32::try_from(random.below(4)).unwrap_or_default();
    match random.below(4) {
        0 => sandbox.faults().change(|faults| faults.calls_fail_next = count),
        1 => sandbox.faults().change(|faults| faults.answers_lost_next = count),
        _ => sandbox.faults().change(|faults| faults.webhook_drop_next = 5 * count),
    }
    let intents = sandbox.objects("payment_intent").await.expect("Stripe's own state");
    let paid: Vec<&Value> = intents.iter().filter(|intent| intent["status"] == "succeeded").collect();
    let place = usize::try_from(random.below(paid.len().max(1) as u64)).unwrap_or_default();
    let Some(payment) = paid.get(place).map(|intent| text(&intent["id"])) else { return };
    let act = match random.below(3) {
        0 => Act::Dispute { payment, amount: None },
        _ => Act::Refund { payment, amount: Some(150) },
    };
    // It may not fit any more.
    let _ = sandbox.act(act).await;
}

/// Spends until it is answered whether that was possible.
async fn spend(desk: &Desk, payer: &mut Payer, key: &str, cents: u64) {
    let cents = 1 + i64::try_from(cents).unwrap_or_default();
    let body = json!({"wallet": payer.wallet, "kind": "call", "amount": usd(cents)});
    let asking = async {
        loop {
            if let Some((status, _)) = desk.try_post("/v1/charges", Some(key), &body).await {
                return status;
            }
            look_again().await;
        }
    };
    let status = tokio::time::timeout(PATIENCE, asking).await.expect("an answer within time");
    match status.as_u16() {
        201 => payer.spent += cents,
        402 => {}
        other => panic!("{other}"),
    }
}

/// Waits until no card is being charged and nobody is short of credit who may be topped up.
async fn settled(program: &Program, payers: &[Payer]) {
    let tables = program.tables();
    let wallets: Vec<money::WalletId> =
        payers.iter().map(|payer| payer.wallet.parse().expect("an id")).collect();
    let is_settled = || {
        let look = |reader: &store::Reader<'_>| -> Result<bool, store::StoreError> {
            for wallet in &wallets {
                let row = reader.automatic_topup(*wallet)?.filter(|row| row.capped_until.is_none());
                let posted = reader.wallet_view(*wallet)?.map_or(0, |view| view.posted);
                if reader.automatic_charge_in_flight(*wallet)?.is_some()
                    || row.is_some_and(|row| posted < row.threshold)
                {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        tables.read(look).expect("a look")
    };
    let waiting = async {
        while !is_settled() {
            look_again().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("cards come to rest within time");
}

/// What a payer has against what Stripe and his charges say.
async fn difference(desk: &Desk, sandbox: &Sandbox, payers: &[Payer]) -> Option<String> {
    let all = async |kind| sandbox.objects(kind).await.expect("Stripe's own state");
    let (intents, refunds, disputes) =
        (all("payment_intent").await, all("refund").await, all("dispute").await);
    for payer in payers {
        let at_stripe = at_stripe(sandbox, &payer.customer).await;
        let paid = intents
            .iter()
            .filter(|intent| intent["customer"] == at_stripe.as_str() && intent["status"] == "succeeded");
        let kept: i64 = paid
            .map(|intent| {
                let of = |one: &&Value| one["payment_intent"] == intent["id"] && one["status"] != "failed";
                let gone =
                    refunds.iter().chain(&disputes).filter(of).filter_map(|one| one["amount"].as_i64());
                let amount = intent["amount"].as_i64().unwrap_or_default();
                amount - gone.sum::<i64>().min(amount)
            })
            .sum();
        let wallet = desk.get(&format!("/v1/wallets/{}", payer.wallet)).await;
        let expected = money::Amount::new((kept - payer.spent) * CENT, money::Unit::USD);
        let posted = text(&wallet["balance"]["posted"]["amount"]);
        if money::Amount::parse(&posted, money::Unit::USD) != Ok(expected) {
            return Some(format!("{} has {posted}, not {expected}", payer.customer));
        }
    }
    None
}

/// Each decision charged a card once at most, and no card was charged more, or more often, than each of its days allows: by the book's
/// clock, at which it was decided.
async fn check_charges(program: &Program, sandbox: &Sandbox, payers: &[Payer]) {
    let mut days: BTreeMap<String, i64> = BTreeMap::new();
    let tables = program.tables();
    for payer in payers {
        let wallet: money::WalletId = payer.wallet.parse().expect("an id");
        let since = move |reader: &store::Reader<'_>| {
            reader.automatic_charges_since(wallet, Timestamp::EPOCH, CHARGES_MAX)
        };
        for charge in tables.read(since).expect("a look") {
            days.insert(charge.topup.to_string(), charge.charged_at.as_micros().div_euclid(Timestamp::DAY));
        }
    }
    let intents = sandbox.objects("payment_intent").await.expect("Stripe's own state");
    let mut charged: BTreeMap<(String, i64), (i64, usize)> = BTreeMap::new();
    let (mut named, mut cards) = (BTreeSet::new(), BTreeSet::new());
    for intent in intents.iter().filter(|intent| intent["metadata"]["automatic"] == "true") {
        let topup = text(&intent["metadata"]["topup_id"]);
        let day = *days.get(&topup).expect("what was charged was decided");
        assert!(named.insert(topup), "charged twice: {intent}");
        cards.insert(text(&intent["customer"]));
        let sum = charged.entry((text(&intent["customer"]), day)).or_default();
        let amount =
            if intent["status"] == "succeeded" { intent["amount"].as_i64().unwrap_or_default() } else { 0 };
        *sum = (sum.0 + amount, sum.1 + 1);
    }
    assert!(cards.len() > 1, "hardly a card was charged: {charged:?}");
    for ((customer, day), (cents, times)) in charged {
        assert!(cents <= DAY_CENTS && times <= DAY_COUNT, "{customer}, day {day}: {cents} in {times}");
    }
}
