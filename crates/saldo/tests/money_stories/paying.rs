//! Paying: cards that pay, are declined, are asked about or only seem to pay, money that comes later, checkouts that are left open, and payments
//! that nobody here asked for.

use money::{CustomerId, TopupId};
use sandbox::{Act, Settlement};
use serde_json::json;

use crate::ELSEWHERE;
use crate::house::fresh_key;
use crate::story::{Game, text};

/// Cards that pay at once; the second's refunds arrive late, the third's come back.
pub(crate) const GOOD: [&str; 4] =
    ["4242424242424242", "4000000000007726", "4000000000005126", "5555555555554444"];
/// Cards that are declined, or whose payer disputes or asks later.
pub(crate) const BAD: [&str; 5] =
    ["4000000000000002", "4000000000009995", "4000000000000259", "4000000000002685", "4000000000001976"];
/// Cards whose bank asks their owner: the last is declined all the same.
pub(crate) const ASKING: [&str; 4] =
    ["4000002500003155", "4000002760003184", "4000003800000446", "4000008400001629"];

impl Game {
    /// Begins a top-up; its checkout session.
    pub(crate) async fn checkout(&mut self, place: usize) -> String {
        let cents = self.random.pick(&[1_000_i64, 2_500, 5_000, 10_000]).unwrap_or(1_000);
        let story = &self.stories[place];
        let wanted = json!({"customer": story.customer.to_string(), "amount": self.world.amount(cents)});
        let (status, topup) = self.world.post("/v1/topups", &wanted).await;
        assert_eq!(status, 201, "{topup}");
        let url = text(&topup, "checkout_url");
        self.stories[place].topups.push((text(&topup, "id"), cents));
        url.rsplit('/').next().unwrap_or_default().to_owned()
    }

    pub(crate) fn page(&self, session: &str) -> String {
        format!("{}/pay/{session}", self.world.sandbox.url())
    }

    /// A card is typed at a checkout's page.
    pub(crate) async fn type_card(&self, session: &str, number: &str) {
        let fields = [("attempt", fresh_key()), ("payment_method", "new".to_owned())];
        let mut fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend([("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("name", "Ana Lima")]);
        self.world.press(&self.page(session), &fields).await;
    }

    pub(crate) async fn pay(&mut self, place: usize, cards: &[&str]) {
        let card = self.random.pick(cards).unwrap_or(GOOD[0]);
        let session = self.checkout(place).await;
        self.type_card(&session, card).await;
        self.tell(if cards.len() == BAD.len() { "card declined or disputed later" } else { "card paid" });
    }

    /// 3-D Secure: passed, failed, or left alone.
    pub(crate) async fn pay_asked(&mut self, place: usize) {
        let card = self.random.pick(&ASKING).unwrap_or(ASKING[0]);
        let session = self.checkout(place).await;
        self.type_card(&session, card).await;
        let page = format!("{}/authentication", self.page(&session));
        match self.random.below(3) {
            0 => {
                self.world.press(&page, &[("outcome", "fail")]).await;
                self.tell("3-D Secure failed");
            }
            1 => self.tell("3-D Secure abandoned"),
            _ => {
                self.world.press(&page, &[("outcome", "complete")]).await;
                self.tell("3-D Secure passed");
            }
        }
    }

    /// A boleto or a Pix through Stripe where reais are paid, else a card that only seems to pay.
    pub(crate) async fn pay_later(&mut self, place: usize) {
        let session = self.checkout(place).await;
        if self.world.unit == money::Unit::BRL {
            let method = self.random.pick(&["boleto", "pix"]).unwrap_or("pix");
            let token = fresh_key();
            let fields = [("attempt", token.as_str()), ("payment_method", method), ("name", "Ana Lima")];
            self.world.press(&self.page(&session), &fields).await;
            return self.tell("boleto or Pix begun");
        }
        self.world.sandbox.faults().change(|faults| faults.late_decline = true);
        self.type_card(&session, GOOD[0]).await;
        self.world.sandbox.faults().change(|faults| faults.late_decline = false);
        self.tell("card that seems to pay");
    }

    /// Any of all payments whose money may be awaited.
    pub(crate) async fn settle_awaited(&mut self) {
        let Some(payment) = self.any("payment_intent", |_| true).await else { return };
        let outcome = self.random.pick(&[Settlement::Succeeded, Settlement::Succeeded, Settlement::Failed]);
        let act =
            Act::Settle { payment: text(&payment, "id"), outcome: outcome.unwrap_or(Settlement::Failed) };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell("awaited money came or failed");
        }
    }

    /// A checkout that nobody pays, at least not now.
    pub(crate) async fn leave(&mut self, place: usize) {
        let session = self.checkout(place).await;
        let (topup, _) = self.stories[place].topups.last().cloned().unwrap_or_default();
        match self.random.below(3) {
            0 => {
                let path = format!("/v1/topups/{topup}/cancellation");
                let (status, answer) = self.world.post(&path, &json!({})).await;
                assert!((200..500).contains(&status), "{status} {answer}");
                self.tell("checkout cancelled");
            }
            1 => {
                self.world.press(&format!("{}/cancellation", self.page(&session)), &[]).await;
                self.stories[place].open.push(session);
                self.tell("checkout left");
            }
            _ => {
                self.stories[place].open.push(session);
                self.tell("checkout abandoned");
            }
        }
    }

    /// What becomes of a checkout that stood open: paid after all, over, or free.
    pub(crate) async fn end_open(&mut self, place: usize) {
        let Some(session) = self.stories[place].open.pop() else { return };
        match self.random.below(3) {
            0 => {
                self.type_card(&session, GOOD[0]).await;
                self.tell("abandoned checkout paid");
            }
            1 => {
                let path = format!("/v1/checkout/sessions/{session}/expire");
                self.world.post_to_stripe(&path, &[]).await;
                self.tell("checkout expired");
            }
            _ => {
                if self.world.sandbox.act(Act::MakeFree { session }).await.is_ok() {
                    self.tell("coupon made it free");
                }
            }
        }
    }

    /// A payment at Stripe that is not what was asked here: in another currency, of another system, or of another installation on the account.
    pub(crate) async fn pay_elsewhere(&mut self, place: usize) {
        let topup = self.stories[place].topups.last().map(|(topup, _)| topup.clone());
        let customer = self.name_at_stripe(place).await;
        let kind = self.random.below(3);
        let other = if self.world.unit == money::Unit::BRL { "usd" } else { "brl" };
        let gone = TopupId::from_u128(saldo::ids::fresh()).to_string();
        let gone_customer = CustomerId::from_u128(saldo::ids::fresh()).to_string();
        let (customer, currency, named, what) = match (kind, customer, topup) {
            (0, Some(customer), Some(topup)) => {
                (Some(customer), other, vec![("topup_id", topup)], "another currency")
            }
            (1, ..) => {
                let books = ("saldo_books", "another".to_owned());
                let named = vec![("topup_id", gone), ("customer_id", gone_customer), books];
                (None, "usd", named, "another installation's payment")
            }
            _ => (None, "usd", Vec::new(), "another system's payment"),
        };
        let named = named.into_iter().chain([(ELSEWHERE, what.to_owned())]).collect();
        if self.pay_at_stripe(customer, (currency, "1700"), named).await {
            self.tell(what);
        }
    }

    /// Somebody pays at Stripe on a page that another program has opened, with these marks on the payment.
    pub(crate) async fn pay_at_stripe(
        &mut self,
        customer: Option<String>,
        (currency, cents): (&str, &str),
        marks: Vec<(&str, String)>,
    ) -> bool {
        let mut fields: Vec<(String, String)> = [
            ("mode", "payment"),
            ("line_items[0][price_data][currency]", currency),
            ("line_items[0][price_data][unit_amount]", cents),
            ("line_items[0][price_data][product_data][name]", "A chair"),
            ("line_items[0][quantity]", "1"),
            ("success_url", "https://shop.example.com/thanks"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        fields.extend(customer.map(|customer| ("customer".to_owned(), customer)));
        fields.extend(
            marks.into_iter().map(|(name, value)| (format!("payment_intent_data[metadata][{name}]"), value)),
        );
        let Some(session) = self.world.post_to_stripe("/v1/checkout/sessions", &fields).await else {
            return false;
        };
        self.type_card(&text(&session, "id"), GOOD[0]).await;
        true
    }
}
