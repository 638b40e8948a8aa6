//! Every way a payment can end, in random orders, with repeats, losses and faults; after each story the balance is what a plain
//! model says.
//!
//! Each story is a customer who pays, is refunded, disputes and spends, while webhooks are late, doubled, lost or out of order, calls
//! fail and answers are lost. The model knows only what Stripe did and which charges were accepted. `SALDO_STORIES` plays more of
//! them, `SALDO_STORY_SEED` another lot; a failing story names its seed, to be kept in [`KEPT`].

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use house::{House, fresh_key, together};
use money::{Amount, Unit};
use reqwest::Method;
use saldo::customers::CreatedCustomer;
use saldo::payments;
use sandbox::{Act, DisputeEnding, FaultSettings};
use serde_json::{Value, json};
use store::Reader;
use store::tables::topups::Topup;

/// Stories that failed once.
const KEPT: [u64; 0] = [];
/// Stories in one run of the suite.
const STORIES: u64 = 160;
/// Stories at the same moment.
const AT_ONCE: u64 = 8;
/// The most that happens in a story.
const STEPS_MAX: u64 = 12;
/// Tries of a call that a fault fails.
const TRIES_MAX: usize = 50;

/// Good cards, one whose refunds arrive late, and one that is declined.
const CARDS: [&str; 4] = ["4242424242424242", "5555555555554444", "4000000000007726", "4000000000000002"];

/// Numbers that follow from a seed alone (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let place = self.below(u64::try_from(of.len()).ok().filter(|len| *len > 0)?);
        of.get(usize::try_from(place).ok()?).copied()
    }
}

/// What Stripe did with one payment, in cents.
struct Paid {
    intent: String,
    amount: i64,
    /// By id, what was given back and has not failed.
    refunds: Vec<(String, i64)>,
    /// By id, what is disputed, and whether the bank has it.
    disputes: Vec<(String, i64, bool)>,
}

impl Paid {
    /// What of it is the customer's credit, used or not.
    fn kept(&self) -> i64 {
        let refunded: i64 = self.refunds.iter().map(|(_, amount)| amount).sum();
        let disputed: i64 = self.disputes.iter().filter(|dispute| dispute.2).map(|dispute| dispute.1).sum();
        self.amount - (refunded + disputed).min(self.amount)
    }
}

/// One story: a customer and what is true of him.
struct Story<'h> {
    house: &'h House,
    seed: u64,
    random: Random,
    customer: CreatedCustomer,
    payments: Vec<Paid>,
    charged: i64,
}

impl<'h> Story<'h> {
    async fn begin(house: &'h House, seed: u64) -> Story<'h> {
        let customer = house.customer(&format!("story{seed}")).await;
        Story { house, seed, random: Random(seed), customer, payments: Vec::new(), charged: 0 }
    }

    async fn play(mut self) -> Story<'h> {
        let steps = 3 + self.random.below(STEPS_MAX - 2);
        for _ in 0..steps {
            match self.random.below(16) {
                0..=4 => self.pay().await,
                5..=7 => self.refund().await,
                8 => self.refund_fails().await,
                9 | 10 => self.dispute().await,
                11 | 12 => self.decide().await,
                13 => self.charge().await,
                _ => self.trouble(),
            }
        }
        self
    }

    /// Writes until it is answered: the same key makes it the same wish.
    async fn write(&self, path: &str, body: &Value) -> (u16, Value) {
        let key = fresh_key();
        for _ in 0..TRIES_MAX {
            let answer = self.house.post_under(&key, path, body).await;
            let status = answer.status.as_u16();
            if status < 500 && status != 429 {
                return (status, answer.json());
            }
        }
        panic!("story {}: {path} is not answered", self.seed);
    }

    async fn pay(&mut self) {
        let dollars = self.random.pick(&[10_i64, 25, 50, 100]).unwrap_or(10);
        let card = self.random.pick(&CARDS).unwrap_or(CARDS[0]);
        let id = self.customer.customer.id.to_string();
        let wanted = json!({"customer": id, "amount": {"amount": format!("{dollars}.00"), "unit": "USD"}});
        let (status, topup) = self.write("/v1/topups", &wanted).await;
        assert_eq!(status, 201, "story {}: {topup}", self.seed);
        let session = session_of(&topup);
        self.house.pay(&topup, card).await;
        let session =
            self.house.stripe_until_told(Method::GET, &format!("/v1/checkout/sessions/{session}")).await;
        if session["payment_status"] == "paid" {
            let intent = session["payment_intent"].as_str().expect("an intent").to_owned();
            // A page that was open already may be paid only once.
            if self.payments.iter().all(|paid| paid.intent != intent) {
                let amount = session["amount_total"].as_i64().expect("an amount");
                self.payments.push(Paid { intent, amount, refunds: Vec::new(), disputes: Vec::new() });
            }
        }
    }

    fn any_paid(&mut self) -> Option<usize> {
        let places: Vec<usize> = (0..self.payments.len()).collect();
        self.random.pick(&places)
    }

    async fn refund(&mut self) {
        let Some(place) = self.any_paid() else { return };
        let part =
            self.random.pick(&[None, Some(1), Some(100), Some(399), Some(1_000), Some(2_500)]).flatten();
        let payment = self.payments[place].intent.clone();
        let Ok(refund) = self.house.sandbox.act(Act::Refund { payment, amount: part }).await else { return };
        let amount = refund["amount"].as_i64().expect("an amount");
        self.payments[place].refunds.push((text(&refund, "id"), amount));
    }

    async fn refund_fails(&mut self) {
        let Some(place) = self.any_paid() else { return };
        let Some((refund, _)) = self.payments[place].refunds.last().cloned() else { return };
        if self.house.sandbox.act(Act::RefundFails { refund: refund.clone() }).await.is_ok() {
            self.payments[place].refunds.retain(|(known, _)| *known != refund);
        }
    }

    async fn dispute(&mut self) {
        let Some(place) = self.any_paid() else { return };
        let payment = self.payments[place].intent.clone();
        let is_inquiry = self.random.below(4) == 0;
        let act = if is_inquiry { Act::Inquire { payment } } else { Act::Dispute { payment, amount: None } };
        let Ok(dispute) = self.house.sandbox.act(act).await else { return };
        let amount = dispute["amount"].as_i64().expect("an amount");
        self.payments[place].disputes.push((text(&dispute, "id"), amount, !is_inquiry));
    }

    async fn decide(&mut self) {
        let Some(place) = self.any_paid() else { return };
        let Some(dispute) = self.payments[place].disputes.last_mut() else { return };
        let ending = self.random.pick(&[
            DisputeEnding::Won,
            DisputeEnding::Lost,
            DisputeEnding::WarningClosed,
            DisputeEnding::Prevented,
        ]);
        let Some(ending) = ending else { return };
        let id = dispute.0.clone();
        if self.house.sandbox.act(Act::Close { dispute: id, ending }).await.is_ok() {
            dispute.2 = ending == DisputeEnding::Lost;
        }
    }

    async fn charge(&mut self) {
        let cents = self.random.pick(&[1_i64, 250, 999, 2_000]).unwrap_or(1);
        let amount = Amount::new(cents * 10_000, Unit::USD).to_decimal();
        let wallet = self.customer.wallet.to_string();
        let charge = json!({"wallet": wallet, "amount": {"amount": amount, "unit": "USD"}, "kind": "report"});
        match self.write("/v1/charges", &charge).await {
            (201, _) => self.charged += cents,
            (402, _) => {}
            (status, answer) => panic!("story {}: {status} {answer}", self.seed),
        }
    }

    /// Trouble is everybody's: other stories feel it, too.
    fn trouble(&mut self) {
        let (which, count) = (self.random.below(8), u32::try_from(self.random.below(3)).unwrap_or_default());
        self.house.sandbox.faults().change(|faults| match which {
            0 => faults.webhook_duplicate = !faults.webhook_duplicate,
            1 => faults.webhook_reorder = !faults.webhook_reorder,
            2 | 3 => faults.webhook_drop_next = count,
            4 => faults.webhook_hold = !faults.webhook_hold,
            5 => faults.calls_fail_next = count,
            6 => faults.answers_lost_next = count,
            _ => *faults = untroubled(),
        });
    }

    /// What the books must say, in steps of a dollar.
    fn expected(&self) -> i64 {
        let kept: i64 = self.payments.iter().map(Paid::kept).sum();
        (2_500 + kept - self.charged) * 10_000
    }

    /// Reads every payment again, as whoever finds that webhooks were lost does, and compares.
    async fn check(&self) {
        let app = &self.house.running.app;
        let customer = self.customer.customer.id;
        let topups: Vec<Topup> =
            app.read(move |reader| Ok(reader.topups_of(customer, None, 200)?.rows)).await.expect("top-ups");
        for session in topups.iter().filter_map(|topup| topup.checkout_session.clone()) {
            payments::sync_session(app, &session).await.expect("Stripe answers again");
        }
        let wallet = self.customer.wallet;
        let look = move |reader: &Reader<'_>| reader.wallet_view(wallet);
        let posted = app.read(look).await.expect("a look").expect("a wallet").posted;
        assert_eq!(posted, self.expected(), "story {}", self.seed);
    }
}

/// Things come when asked for, not by themselves.
fn untroubled() -> FaultSettings {
    FaultSettings { later_on_demand: true, ..FaultSettings::default() }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().expect("a text").to_owned()
}

/// The session behind a page to pay.
fn session_of(topup: &Value) -> String {
    let url = topup["checkout_url"].as_str().expect("a page to pay");
    url.rsplit('/').next().expect("a name").to_owned()
}

async fn play(seeds: impl Iterator<Item = u64>) {
    let house = House::open_with(|config| {
        config.server.api_requests_per_second = 1_000_000;
        config.server.api_requests_burst = 1_000_000;
    })
    .await;
    house.sandbox.faults().change(|faults| *faults = untroubled());
    let mut seeds = seeds.peekable();
    while seeds.peek().is_some() {
        let some: Vec<u64> = seeds.by_ref().take(usize::try_from(AT_ONCE).unwrap_or(1)).collect();
        let begun = together(some.into_iter().map(|seed| Story::begin(&house, seed))).await;
        let played = together(begun.into_iter().map(Story::play)).await;
        house.sandbox.faults().change(|faults| *faults = untroubled());
        together(played.iter().map(Story::check)).await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_payments_the_balance_is_what_a_plain_model_says() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let first = number("SALDO_STORY_SEED").unwrap_or(1);
    let count = number("SALDO_STORIES").unwrap_or(STORIES);
    play(KEPT.into_iter().chain(first..first + count)).await;
}
