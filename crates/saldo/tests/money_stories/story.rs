//! What happens in stories: one act after the other, drawn by a seed, while webhooks, automatic top-ups and whatever else the program does
//! go on beside them.

use std::collections::BTreeMap;

use money::{Amount, CustomerId, TopupId, WalletId};
use reqwest::Method;
use saldo::audit::Author;
use saldo::automatic_topups::{self, End};
use saldo::{clock, reconciliation};
use sandbox::{Act, DisputeEnding, FaultSettings, OffSessionDecline, Settlement};
use serde_json::{Value, json};

use crate::house::{fresh_key, together};
use crate::random::Random;
use crate::world::{Ending, World};
use crate::{AUTOMATIC_WORDS, ELSEWHERE};

/// Steps of an amount in a cent.
pub(crate) const CENT: i64 = 10_000;
/// What one reported call costs, in cents.
const CALL_CENTS: i64 = 37;
/// Most acts of a customer's.
const STEPS_MAX: u64 = 12;

/// Cards that pay at once; the second's refunds arrive late, the third's come back.
const GOOD: [&str; 4] = ["4242424242424242", "4000000000007726", "4000000000005126", "5555555555554444"];
/// Cards that are declined, or whose payer disputes or asks later.
const BAD: [&str; 5] =
    ["4000000000000002", "4000000000009995", "4000000000000259", "4000000000002685", "4000000000001976"];
/// Cards whose bank asks their owner: the last is declined all the same.
const ASKING: [&str; 4] = ["4000002500003155", "4000002760003184", "4000003800000446", "4000008400001629"];

/// What a customer lets his card be charged by itself. Money in cents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) threshold: i64,
    pub(crate) amount: i64,
    pub(crate) day: (i64, u32),
    pub(crate) month: (i64, u32),
}

/// A customer, and what only the test knows of him.
pub(crate) struct Story {
    pub(crate) customer: CustomerId,
    pub(crate) wallet: WalletId,
    subject: String,
    events: u64,
    /// Cents of charges and calls that were accepted.
    pub(crate) spent: i64,
    /// The same from the first time on.
    pub(crate) terms: Terms,
    topups: Vec<String>,
    /// Checkouts that were begun and left open.
    open: Vec<String>,
}

/// Some stories on one program.
pub(crate) struct Game {
    pub(crate) world: World,
    pub(crate) stories: Vec<Story>,
    pub(crate) told: BTreeMap<&'static str, u64>,
    random: Random,
}

impl Game {
    /// As many customers on a program of their own.
    pub(crate) async fn begin(seed: u64, customers: u64) -> Game {
        let mut random = Random(seed);
        let unit = if random.below(4) == 0 { money::Unit::BRL } else { money::Unit::USD };
        let world = World::open(unit).await;
        world.sandbox.faults().change(|faults| *faults = untroubled());
        let price =
            json!({"kind": "per_unit", "price": {"amount": decimal(CALL_CENTS), "unit": unit.code()}});
        let meter = json!({"slug": "calls", "aggregation": "count", "price": price});
        let (status, answer) = world.post("/v1/meters", &meter).await;
        assert_eq!(status, 201, "{answer}");
        let terms: Vec<Terms> = (0..customers).map(|_| Terms::drawn(&mut random)).collect();
        let begun = terms.into_iter().enumerate().map(|(no, terms)| Story::begin(&world, no, terms));
        let stories = together(begun).await;
        Game { world, stories, told: BTreeMap::new(), random }
    }

    /// Lets everything happen.
    pub(crate) async fn play(&mut self) {
        for place in 0..self.stories.len() {
            if self.random.below(2) == 0 {
                self.pay(place, &GOOD).await;
                self.turn_on(place).await;
            }
        }
        let acts: u64 = self.stories.iter().map(|_| 3 + self.random.below(STEPS_MAX - 2)).sum();
        for _ in 0..acts {
            let places: Vec<usize> = (0..self.stories.len()).collect();
            let Some(place) = self.random.pick(&places) else { return };
            self.act(place).await;
        }
    }

    pub(crate) fn tell(&mut self, what: &'static str) {
        *self.told.entry(what).or_default() += 1;
    }

    async fn act(&mut self, place: usize) {
        match self.random.below(100) {
            0..=13 => self.pay(place, &GOOD).await,
            14..=16 => self.pay(place, &BAD).await,
            17..=19 => self.pay_asked(place).await,
            20..=23 => self.pay_later(place).await,
            24..=27 => self.settle_awaited().await,
            28..=31 => self.leave(place).await,
            32..=34 => self.end_open(place).await,
            35..=42 => self.refund(place).await,
            43..=45 => self.refund_by_staff(place).await,
            46..=48 => self.refund_goes_on().await,
            49..=52 => self.dispute(place).await,
            53..=56 => self.dispute_goes_on().await,
            57..=68 => self.charge(place).await,
            69..=78 => self.report(place).await,
            79..=82 => self.turn_on(place).await,
            83..=85 => self.change_automatic(place).await,
            86..=87 => self.pay_elsewhere(place).await,
            88..=91 => self.advance().await,
            92 => self.restart(place).await,
            93..=94 => self.look_over().await,
            _ => self.trouble(),
        }
    }

    /// Begins a top-up; its checkout session.
    async fn checkout(&mut self, place: usize) -> String {
        let cents = self.random.pick(&[1_000_i64, 2_500, 5_000, 10_000]).unwrap_or(1_000);
        let story = &self.stories[place];
        let wanted = json!({"customer": story.customer.to_string(), "amount": self.world.amount(cents)});
        let (status, topup) = self.world.post("/v1/topups", &wanted).await;
        assert_eq!(status, 201, "{topup}");
        let url = text(&topup, "checkout_url");
        self.stories[place].topups.push(text(&topup, "id"));
        url.rsplit('/').next().unwrap_or_default().to_owned()
    }

    fn page(&self, session: &str) -> String {
        format!("{}/pay/{session}", self.world.sandbox.url())
    }

    /// A card is typed at a checkout's page.
    async fn type_card(&self, session: &str, number: &str) {
        let fields = [("attempt", fresh_key()), ("payment_method", "new".to_owned())];
        let mut fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend([("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("name", "Ana Lima")]);
        self.world.press(&self.page(session), &fields).await;
    }

    async fn pay(&mut self, place: usize, cards: &[&str]) {
        let card = self.random.pick(cards).unwrap_or(GOOD[0]);
        let session = self.checkout(place).await;
        self.type_card(&session, card).await;
        self.tell(if cards.len() == BAD.len() { "card declined or disputed later" } else { "card paid" });
    }

    /// 3-D Secure: passed, failed, or left alone.
    async fn pay_asked(&mut self, place: usize) {
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
    async fn pay_later(&mut self, place: usize) {
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
    async fn settle_awaited(&mut self) {
        let Some(payment) = self.any("payment_intent", |_| true).await else { return };
        let outcome = self.random.pick(&[Settlement::Succeeded, Settlement::Succeeded, Settlement::Failed]);
        let act =
            Act::Settle { payment: text(&payment, "id"), outcome: outcome.unwrap_or(Settlement::Failed) };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell("awaited money came or failed");
        }
    }

    /// A checkout that nobody pays, at least not now.
    async fn leave(&mut self, place: usize) {
        let session = self.checkout(place).await;
        let topup = self.stories[place].topups.last().cloned().unwrap_or_default();
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
    async fn end_open(&mut self, place: usize) {
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

    /// Something of a kind that Stripe has, drawn.
    async fn any(&mut self, kind: &'static str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let all = self.world.sandbox.objects(kind).await.expect("Stripe's own state");
        let fitting: Vec<&Value> = all.iter().rev().filter(|one| fits(one)).collect();
        self.random.pick(&fitting).cloned()
    }

    /// A payment of a customer's that went through, by hand or by itself.
    async fn any_paid(&mut self, place: usize) -> Option<String> {
        let customer = self.name_at_stripe(place).await?;
        let paid = self.any("payment_intent", |intent| {
            let is_theirs = intent["customer"] == customer.as_str();
            // What was never credited stays a difference until all of it has gone back: that is for the end.
            intent["status"] == "succeeded" && is_theirs && intent["metadata"].get(ELSEWHERE).is_none()
        });
        paid.await.map(|intent| text(&intent, "id"))
    }

    async fn name_at_stripe(&self, place: usize) -> Option<String> {
        let id = self.stories[place].customer.to_string();
        let all = self.world.sandbox.objects("customer").await.expect("Stripe's own state");
        all.iter().find(|one| one["metadata"]["customer_id"] == id.as_str()).map(|one| text(one, "id"))
    }

    async fn refund(&mut self, place: usize) {
        let Some(payment) = self.any_paid(place).await else { return };
        let part = [None, Some(1), Some(100), Some(399), Some(1_000), Some(2_500)];
        let amount = self.random.pick(&part).flatten();
        let act = match self.random.below(4) {
            0 => Act::RefundSentBackLater { payment, amount },
            _ => Act::Refund { payment, amount },
        };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(if amount.is_none() { "refund of the rest" } else { "refund in part" });
        }
    }

    async fn refund_by_staff(&mut self, place: usize) {
        let customer = self.stories[place].customer;
        let look = move |reader: &store::Reader<'_>| reader.payments_of(customer, None, 50);
        let payments = self.world.app().await.read(look).await.expect("payments").rows;
        let ids: Vec<_> = payments.iter().map(|payment| payment.id).collect();
        let Some(id) = self.random.pick(&ids) else { return };
        let wanted = match self.random.below(3) {
            0 => json!({"note": "all of it"}),
            _ => json!({"amount": self.world.amount(300)}),
        };
        let (status, answer) = self.world.post(&format!("/v1/payments/{id}/refunds"), &wanted).await;
        assert!(status == 201 || (400..500).contains(&status), "{status} {answer}");
        if status == 201 {
            self.tell("refund by staff");
        }
    }

    async fn refund_goes_on(&mut self) {
        let Some(refund) = self.any("refund", |_| true).await else { return };
        let refund = text(&refund, "id");
        let fails = self.random.below(2) == 0;
        let act = if fails { Act::RefundFails { refund } } else { Act::RefundArrives { refund } };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(if fails { "refund failed later" } else { "refund arrived" });
        }
    }

    async fn dispute(&mut self, place: usize) {
        let Some(payment) = self.any_paid(place).await else { return };
        let (act, what) = match self.random.below(4) {
            0 => (Act::Inquire { payment }, "dispute warned"),
            1 => (Act::Dispute { payment, amount: Some(700) }, "dispute of a part"),
            _ => (Act::Dispute { payment, amount: None }, "dispute opened"),
        };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(what);
        }
    }

    async fn dispute_goes_on(&mut self) {
        let Some(dispute) = self.any("dispute", |_| true).await else { return };
        let dispute = text(&dispute, "id");
        let close = |ending| Act::Close { dispute: dispute.clone(), ending };
        let (act, what) = match self.random.below(6) {
            0 => (close(DisputeEnding::Won), "dispute won"),
            1 => (close(DisputeEnding::Lost), "dispute lost"),
            2 => (close(DisputeEnding::WarningClosed), "warning closed"),
            3 => (close(DisputeEnding::Prevented), "dispute prevented"),
            4 => (Act::Escalate { dispute: dispute.clone() }, "warning escalated"),
            _ => (Act::Review { dispute: dispute.clone() }, "dispute under review"),
        };
        if self.world.sandbox.act(act).await.is_ok() {
            self.tell(what);
        }
    }

    /// Use that is refused if there is too little.
    async fn charge(&mut self, place: usize) {
        let cents = self.random.pick(&[1_i64, 999, 2_000, 3_500, 6_000]).unwrap_or(1);
        let wallet = self.stories[place].wallet.to_string();
        let charge = json!({"wallet": wallet, "amount": self.world.amount(cents), "kind": "report"});
        match self.world.post("/v1/charges", &charge).await {
            (201, _) => self.stories[place].spent += cents,
            (402, _) => {}
            (status, answer) => panic!("{status} {answer}"),
        }
        self.tell("charge");
    }

    /// Use that has happened, told once or twice.
    async fn report(&mut self, place: usize) {
        let calls = 1 + self.random.below(40);
        let is_told_twice = self.random.below(2) == 0;
        let at = self.world.book_now().to_string();
        let story = &mut self.stories[place];
        let events: Vec<Value> = (0..calls)
            .map(|_| {
                story.events += 1;
                json!({"specversion": "1.0", "id": story.events.to_string(), "source": "stories", "type": "calls",
                    "subject": story.subject, "time": at})
            })
            .collect();
        story.spent += CALL_CENTS * i64::try_from(calls).unwrap_or_default();
        for _ in 0..=u8::from(is_told_twice) {
            let (status, answer) = self.world.post("/v1/events", &json!(events)).await;
            assert_eq!(status, 200, "{answer}");
            let outcomes = answer["data"].as_array().cloned().unwrap_or_default();
            let is_known = |one: &Value| one["outcome"] == "accepted" || one["outcome"] == "duplicate";
            assert!(outcomes.len() == events.len() && outcomes.iter().all(is_known), "{answer}");
        }
        self.tell("use reported");
    }

    /// Turns automatic top-up on with the newest saved card, if there is one.
    async fn turn_on(&mut self, place: usize) {
        let Some(customer) = self.name_at_stripe(place).await else { return };
        let all = self.world.sandbox.objects("payment_method").await.expect("Stripe's own state");
        let newest = all.iter().find(|one| one["customer"] == customer.as_str() && one["type"] == "card");
        let Some(method) = newest.map(|one| text(one, "id")) else { return };
        let Story { wallet, terms, .. } = &self.stories[place];
        let money = |cents| self.world.amount(cents);
        let wanted = json!({"payment_method": method, "threshold": money(terms.threshold), "amount": money(terms.amount),
            "day": {"amount": money(terms.day.0), "count": terms.day.1},
            "month": {"amount": money(terms.month.0), "count": terms.month.1},
            "consent": {"version": automatic_topups::CONSENT_VERSION, "language": "en", "words": AUTOMATIC_WORDS,
                "given_by": "the story"}});
        let path = format!("/v1/wallets/{wallet}/automatic-topup");
        let (status, answer) = self.world.ask(Method::PUT, &path, Some(&wanted)).await;
        assert!(status == 200 || answer["code"] == "card_unknown", "{status} {answer}");
        if status == 200 {
            self.tell("automatic top-up on");
        }
    }

    async fn change_automatic(&mut self, place: usize) {
        let (app, wallet) = (self.world.app().await, self.stories[place].wallet);
        let what = match self.random.below(6) {
            0 => automatic_topups::end(&app, wallet, End::Paused, Author::operator()).await.is_ok(),
            1 => automatic_topups::resume(&app, wallet, Author::operator()).await.is_ok(),
            2 => return self.detach_card(place).await,
            _ => {
                let moods = [
                    None,
                    None,
                    None,
                    None,
                    Some(OffSessionDecline::Generic),
                    Some(OffSessionDecline::InsufficientFunds),
                    Some(OffSessionDecline::LostCard),
                    Some(OffSessionDecline::AuthenticationRequired),
                ];
                let mood = self.random.pick(&moods).flatten();
                self.world.sandbox.faults().change(|faults| faults.off_session_decline = mood);
                return self.tell("saved cards' banks change their mind");
            }
        };
        if what {
            self.tell("automatic top-up paused or resumed");
        }
    }

    /// The customer removes a card at Stripe; nobody tells us.
    async fn detach_card(&mut self, place: usize) {
        let Some(customer) = self.name_at_stripe(place).await else { return };
        let Some(card) = self.any("payment_method", |one| one["customer"] == customer.as_str()).await else {
            return;
        };
        let path = format!("/v1/payment_methods/{}/detach", text(&card, "id"));
        if self.world.post_to_stripe(&path, &[]).await.is_some() {
            self.tell("card removed at Stripe");
        }
    }

    /// A payment at Stripe that is not what was asked here: in another currency, of another system, or of a customer who is no more.
    async fn pay_elsewhere(&mut self, place: usize) {
        let topup = self.stories[place].topups.last().cloned();
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
                let named = vec![("topup_id", gone), ("customer_id", gone_customer)];
                (None, "usd", named, "customer who is no more")
            }
            _ => (None, "usd", Vec::new(), "another system's payment"),
        };
        let mut fields: Vec<(String, String)> = [
            ("mode", "payment"),
            ("line_items[0][price_data][currency]", currency),
            ("line_items[0][price_data][unit_amount]", "1700"),
            ("line_items[0][price_data][product_data][name]", "A chair"),
            ("line_items[0][quantity]", "1"),
            ("success_url", "https://shop.example.com/thanks"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        fields.extend(customer.map(|customer| ("customer".to_owned(), customer)));
        let marks = named.into_iter().chain([(ELSEWHERE, what.to_owned())]);
        fields.extend(marks.map(|(name, value)| (format!("payment_intent_data[metadata][{name}]"), value)));
        let Some(session) = self.world.post_to_stripe("/v1/checkout/sessions", &fields).await else { return };
        self.type_card(&text(&session, "id"), GOOD[0]).await;
        self.tell(what);
    }

    async fn advance(&mut self) {
        let hours = self.random.pick(&[1_u32, 7, 24, 24, 50, 31 * 24]).unwrap_or(1);
        self.world.advance(hours * 3_600).await;
        self.tell("clock moved");
    }

    /// The program ends or is cut off, at rest or while something is asked.
    async fn restart(&mut self, place: usize) {
        let ending = self.random.pick(&[Ending::InOrder, Ending::CutOff, Ending::CutOff]);
        let ending = ending.unwrap_or(Ending::CutOff);
        let story = &self.stories[place];
        if self.random.below(2) == 0 {
            let wallet = story.wallet.to_string();
            let charge = json!({"wallet": wallet, "amount": self.world.amount(1), "kind": "report"});
            let wish = self.world.post("/v1/charges", &charge);
            let ((status, answer), ()) = tokio::join!(wish, self.world.restart(ending));
            assert!(status == 201 || status == 402, "{status} {answer}");
            self.stories[place].spent += i64::from(status == 201);
        } else {
            self.world.restart(ending).await;
        }
        self.tell(match ending {
            Ending::InOrder => "program ended and started",
            Ending::CutOff => "program cut off and started",
        });
    }

    /// Somebody compares with Stripe, or Stripe pays out, or what is to happen later happens.
    async fn look_over(&mut self) {
        match self.random.below(3) {
            0 => {
                let app = self.world.app().await;
                let ask = |tx: &store::Tx<'_>| {
                    reconciliation::ask(tx, &Author::operator(), None, clock::now()).map(|_| ())
                };
                app.write(ask).await.expect("a run");
                app.reconciliation_news.notify_one();
                self.tell("compared with Stripe meanwhile");
            }
            1 => {
                let currency = self.world.unit.code().to_lowercase();
                if self.world.sandbox.act(Act::PayOut { currency }).await.is_ok() {
                    self.tell("payout");
                }
            }
            _ => {
                self.world.sandbox.act(Act::Later).await.expect("it fits");
                self.tell("what was to come later came");
            }
        }
    }

    /// Trouble is everybody's.
    fn trouble(&mut self) {
        let (which, count) = (self.random.below(8), u32::try_from(self.random.below(3)).unwrap_or_default());
        self.world.sandbox.faults().change(|faults| match which {
            0 => faults.webhook_duplicate = !faults.webhook_duplicate,
            1 => faults.webhook_reorder = !faults.webhook_reorder,
            2 | 3 => faults.webhook_drop_next = 3 * count,
            4 => faults.webhook_hold = !faults.webhook_hold,
            5 => faults.calls_fail_next = 2 * count,
            6 => faults.answers_lost_next = count,
            _ => *faults = untroubled(),
        });
        self.tell("faults changed");
    }
}

impl Story {
    async fn begin(world: &World, no: usize, terms: Terms) -> Story {
        let subject = format!("device-{no}");
        let wanted = json!({"name": format!("Customer {no}"), "email": format!("{no}@example.com"), "subjects": [subject]});
        let (status, made) = world.post("/v1/customers", &wanted).await;
        assert_eq!(status, 201, "{made}");
        let customer = text(&made, "id").parse().expect("an id");
        let wallet = text(&made["wallets"][0], "id").parse().expect("an id");
        let (topups, open) = (Vec::new(), Vec::new());
        Story { customer, wallet, subject, events: 0, spent: 0, terms, topups, open }
    }
}

impl Terms {
    fn drawn(random: &mut Random) -> Terms {
        let threshold = random.pick(&[500, 1_500, 3_000]).unwrap_or(500);
        let amount = random.pick(&[1_000, 2_000, 5_000]).unwrap_or(1_000);
        let day_money = amount * random.pick(&[1, 2, 5]).unwrap_or(1);
        let month_money = day_money * random.pick(&[1, 2, 4]).unwrap_or(1);
        let (day_count, month_count) = (random.pick(&[1, 2, 4]), random.pick(&[1, 3, 8]));
        Terms {
            threshold,
            amount,
            day: (day_money, day_count.unwrap_or(1)),
            month: (month_money, month_count.unwrap_or(1)),
        }
    }
}

impl World {
    /// So many cents as the API takes them.
    fn amount(&self, cents: i64) -> Value {
        json!({"amount": Amount::new(cents * CENT, self.unit).to_decimal(), "unit": self.unit.code()})
    }
}

/// Things come when asked for, not by themselves.
pub(crate) fn untroubled() -> FaultSettings {
    FaultSettings { later_on_demand: true, ..FaultSettings::default() }
}

fn decimal(cents: i64) -> String {
    Amount::new(cents * CENT, money::Unit::USD).to_decimal()
}

pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
