//! Data: some customers have a line, too, and buy packs for it by card, use them, give them up, and get their money back.

use money::{Amount, CustomerId, PurchaseId, Unit, WalletId};
use reqwest::Method;
use saldo::purchases;
use sandbox::Act;
use serde_json::{Value, json};
use store::tables::lines::Payer;

use crate::house::fresh_key;
use crate::money_back::Of;
use crate::paying::{ASKING, BAD, GOOD};
use crate::story::{Game, text};
use crate::world::World;

/// One line for so many customers.
const LINE_OF: usize = 3;
/// Bytes of each cycle.
const ALLOWANCE: i64 = 1_500_000_000;
/// With more than this left nobody buys: so that a line may have several packs at once.
const BALANCE_MAX: i64 = 12_000_000_000;

/// The code of the refusal of a pack for a line for which another one waits.
const AWAITING: &str = "purchase_awaiting";

/// What is sold for lines.
pub(crate) struct Pack {
    /// Bytes.
    pub(crate) quantity: i64,
    /// What it costs, in cents.
    pub(crate) cents: i64,
    /// How many days it lives, if it outlives its cycle.
    days: Option<u16>,
    /// What becomes of it when its payment is disputed.
    pub(crate) rule: &'static str,
}

/// The packs: none divides evenly, and each thing that a pack may say of what will not be paid is said.
pub(crate) const PACKS: [Pack; 4] = [
    Pack { quantity: 10_000_000_000, cents: 2_490, days: None, rule: "take_back" },
    Pack { quantity: 3_000_000_007, cents: 999, days: Some(400), rule: "take_back" },
    Pack { quantity: 7_000_000_001, cents: 1_333, days: Some(30), rule: "leave" },
    Pack { quantity: 5_000_000_000, cents: 1_700, days: Some(60), rule: "keep_debt" },
];

/// A customer's line, and what only the test knows of it.
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) wallet: WalletId,
    pub(crate) bought: Vec<Bought>,
    /// Bytes that were reported and lower the balance.
    pub(crate) used: i64,
}

/// A pack that somebody wanted.
pub(crate) struct Bought {
    pub(crate) purchase: String,
    /// The checkout at which it is paid; empty if there is none.
    pub(crate) session: String,
    /// Which of [`PACKS`].
    pub(crate) pack: usize,
}

/// What is sold, by the names that the program gave.
pub(crate) struct Shop {
    plan: String,
    packs: Vec<String>,
}

impl Shop {
    /// A plan with its packs.
    pub(crate) async fn open(world: &World) -> Shop {
        let plan = json!({"name": "Fibra", "fee": world.amount(0), "allowance": bytes(ALLOWANCE), "supports_purchase": true,
            "balance_max": bytes(BALANCE_MAX), "speed": "10M/50M", "slow_speed": "512k/1M"});
        let plan = made(world, "/v1/plans", &plan).await;
        let mut packs = Vec::new();
        for Pack { quantity, cents, days, rule } in &PACKS {
            let pack = json!({"plan": plan, "quantity": bytes(*quantity), "price": world.amount(*cents), "chargings": ["card"],
                "release": "payment", "validity_days": days, "on_write_off": rule});
            packs.push(made(world, "/v1/packs", &pack).await);
        }
        Shop { plan, packs }
    }

    /// The line of the customer with this number; not everybody has one.
    pub(crate) async fn line(
        &self,
        world: &World,
        (no, customer): (usize, CustomerId),
        anchor_day: u64,
    ) -> Option<Line> {
        if no % LINE_OF != 0 {
            return None;
        }
        let [street, district, city] = ["Rua São João, 12", "Centro", "São Paulo"].map(str::to_owned);
        let (state, postcode, document) = ("SP".to_owned(), "01310100".to_owned(), format!("{no:011}"));
        let payer = Payer { customer, document, street, district, city, state, postcode };
        world.app().await.write(move |tx| tx.put_payer(&payer)).await.expect("a subscriber");
        let wanted = json!({"customer": customer.to_string(), "plan": self.plan, "anchor_day": anchor_day});
        let (status, made) = world.post("/v1/lines", &wanted).await;
        assert_eq!(status, 201, "{made}");
        let wallet = text(&made, "wallet").parse().expect("an id");
        Some(Line { id: text(&made, "id"), wallet, bought: Vec::new(), used: 0 })
    }
}

/// What the program made of it; its name.
async fn made(world: &World, path: &str, wanted: &Value) -> String {
    let (status, made) = world.post(path, wanted).await;
    assert_eq!(status, 201, "{made}");
    text(&made, "id")
}

impl Game {
    /// Something happens to a line, drawn apart from all else: what happens to money is the same with lines and without.
    pub(crate) async fn act_on_a_line(&mut self) {
        let lines: Vec<usize> =
            (0..self.stories.len()).filter(|place| self.stories[*place].line.is_some()).collect();
        if lines.is_empty() {
            return;
        }
        std::mem::swap(&mut self.random, &mut self.beside);
        if let Some(place) = self.random.pick(&lines) {
            match self.random.below(103) {
                0..=33 => self.buy(place).await,
                34..=53 => self.use_line(place).await,
                54..=60 => self.end_open_pack(place).await,
                61..=70 => self.refund(place, Of::Data).await,
                71..=77 => self.refund_by_staff(place, Of::Data).await,
                78..=80 => self.refund_goes_on().await,
                81..=87 => self.dispute(place, Of::Data).await,
                88..=91 => self.dispute_goes_on().await,
                92..=94 => self.give_up(place).await,
                95..=99 => self.pay_what_was_not_asked(place).await,
                100..=101 => self.delete_at_stripe(place).await,
                _ => self.fail_payout().await,
            }
        }
        std::mem::swap(&mut self.random, &mut self.beside);
    }

    fn line(&mut self, place: usize) -> &mut Line {
        self.stories[place].line.as_mut().expect("a line")
    }

    /// A pack is bought, and its page is dealt with in some way.
    pub(crate) async fn buy(&mut self, place: usize) {
        let line = self.line(place).id.clone();
        let (status, known) = self.world.ask(Method::GET, &format!("/v1/lines/{line}"), None).await;
        assert_eq!(status, 200, "{known}");
        let pack = usize::try_from(self.random.below(PACKS.len() as u64)).unwrap_or_default();
        let shop = self.shop.as_ref().expect("a shop");
        let wanted = json!({"pack": shop.packs[pack], "charging": "card", "sequence": known["sequence"]});
        let (status, made) = self.world.post(&format!("/v1/lines/{line}/purchases"), &wanted).await;
        let code = text(&made, "code");
        let refused = match (status, code.as_str()) {
            (201, _) => None,
            (_, AWAITING) => Some("pack refused: another awaits its payment"),
            (_, "balance_positive") => Some("pack refused: enough is left"),
            (_, "pack_too_small") => Some("pack refused: too much was used"),
            (_, "checkout_over") => Some("pack whose page did not open"),
            _ => panic!("{status} {made}"),
        };
        if let Some(what) = refused {
            self.tell(what);
            if code == AWAITING {
                self.end_open_pack(place).await;
            }
            return;
        }
        let (purchase, url) = (text(&made, "id"), text(&made, "checkout_url"));
        let session = url.rsplit('/').next().unwrap_or_default().to_owned();
        self.line(place).bought.push(Bought { purchase, session: session.clone(), pack });
        if session.is_empty() {
            return self.tell("pack whose page did not open");
        }
        self.pay_for_pack(place, &session).await;
    }

    async fn pay_for_pack(&mut self, place: usize, session: &str) {
        let what = match self.random.below(20) {
            0..=8 => self.type_drawn_card(session, &GOOD, "pack paid by card").await,
            9..=11 => self.type_drawn_card(session, &BAD, "pack's card declined or disputed later").await,
            12..=14 => {
                self.type_drawn_card(session, &ASKING, "").await;
                let page = format!("{}/authentication", self.page(session));
                match self.random.below(3) {
                    0 => {
                        self.world.press(&page, &[("outcome", "fail")]).await;
                        "pack's 3-D Secure failed"
                    }
                    1 => "pack's 3-D Secure abandoned",
                    _ => {
                        self.world.press(&page, &[("outcome", "complete")]).await;
                        "pack's 3-D Secure passed"
                    }
                }
            }
            15..=16 if self.world.unit == Unit::BRL => {
                let method = self.random.pick(&["boleto", "pix"]).unwrap_or("pix");
                let token = fresh_key();
                let fields = [("attempt", token.as_str()), ("payment_method", method), ("name", "Ana Lima")];
                self.world.press(&self.page(session), &fields).await;
                "pack's boleto or Pix begun"
            }
            15..=16 => {
                self.world.sandbox.faults().change(|faults| faults.late_decline = true);
                self.type_card(session, GOOD[0]).await;
                self.world.sandbox.faults().change(|faults| faults.late_decline = false);
                "pack's card that seems to pay"
            }
            17 => {
                // Whatever drops it, its page may still be paid.
                let purchase = self.line(place).bought.last().map(|bought| bought.purchase.clone());
                let purchase: PurchaseId = purchase.and_then(|name| name.parse().ok()).expect("a purchase");
                purchases::drop_waiting(&self.world.app().await, purchase).await.expect("it is dropped");
                "pack dropped while its page is open"
            }
            _ => "pack's checkout abandoned",
        };
        self.tell(what);
    }

    async fn type_drawn_card(&mut self, session: &str, cards: &[&str], what: &'static str) -> &'static str {
        let card = self.random.pick(cards).unwrap_or(GOOD[0]);
        self.type_card(session, card).await;
        what
    }

    /// What becomes of a pack's checkout that is open, or of one that is over.
    async fn end_open_pack(&mut self, place: usize) {
        let all = self.world.sandbox.objects("checkout.session").await.expect("Stripe's own state");
        let bought = &self.line(place).bought;
        let (mut open, mut over) = (Vec::new(), Vec::new());
        for session in bought.iter().map(|bought| &bought.session).filter(|session| !session.is_empty()) {
            let is_open = |one: &Value| one["id"] == session.as_str() && one["status"] == "open";
            if all.iter().any(is_open) { &mut open } else { &mut over }.push(session.clone());
        }
        let is_open = !open.is_empty();
        let sessions: Vec<&String> = if is_open { &open } else { &over }.iter().collect();
        let Some(session) = self.random.pick(&sessions).cloned() else { return };
        match self.random.below(8) {
            0..=3 => {
                self.type_card(&session, GOOD[0]).await;
                self.tell(if is_open { "pack paid late" } else { "pack paid late, its page was over" });
            }
            4..=5 => {
                self.world.post_to_stripe(&format!("/v1/checkout/sessions/{session}/expire"), &[]).await;
                if is_open {
                    self.tell("pack's checkout expired");
                }
            }
            6 => self.give_up(place).await,
            _ => {
                if self.world.sandbox.act(Act::MakeFree { session }).await.is_ok() {
                    self.tell("coupon made a pack free");
                }
            }
        }
    }

    /// The newest purchase is not wanted any more.
    async fn give_up(&mut self, place: usize) {
        let Some(purchase) = self.line(place).bought.last().map(|bought| bought.purchase.clone()) else {
            return;
        };
        let path = format!("/v1/purchases/{purchase}/cancellation");
        let (status, answer) = self.world.post(&path, &json!({})).await;
        assert!(status == 200 || text(&answer, "code") == "purchase_not_awaiting", "{status} {answer}");
        self.tell(if status == 200 { "pack given up" } else { "pack that awaits nothing given up" });
    }

    /// Data is used, some of it where it costs nothing.
    async fn use_line(&mut self, place: usize) {
        let drawn = [1, 999_999_999, 2_000_000_007, 4_000_000_000, 12_000_000_000];
        let total = self.random.pick(&drawn).unwrap_or(1);
        let outside = if self.random.below(4) == 0 { total / 3 } else { 0 };
        let line = self.line(place);
        line.used += total - outside;
        let path = format!("/v1/lines/{}/use", line.id);
        let wanted = json!({"total": bytes(total), "outside": bytes(outside)});
        let (status, answer) = self.world.post(&path, &wanted).await;
        assert_eq!(status, 200, "{answer}");
        self.tell("data used");
    }
}

fn bytes(count: i64) -> Value {
    json!({"amount": Amount::new(count, Unit::BYTE).to_decimal(), "unit": "BYTE"})
}
