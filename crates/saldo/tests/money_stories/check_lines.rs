//! What lines have, held against what Stripe says of the packs that were bought for them, and against what a plain count of their data says.

use std::collections::{BTreeMap, BTreeSet};

use money::{Amount, Unit};
use reqwest::Method;
use serde_json::Value;
use store::Reader;
use store::tables::bank::FindingCode;

use crate::buying::{Bought, Line, PACKS};
use crate::check::{claimed, sum};
use crate::lots::{self, Lots};
use crate::story::{Game, text};

/// What Stripe has of payments.
struct AtStripe {
    /// By purchase, its payment.
    packs: BTreeMap<String, String>,
    intents: Vec<Value>,
    refunds: Vec<Value>,
    disputes: Vec<Value>,
}

/// What is claimed back of the payment of a pack, in cents.
#[derive(Debug)]
struct Claimed {
    /// What of its refunds takes data.
    refund: i64,
    /// What of its disputes does.
    dispute: i64,
    /// What of its disputes does not, and is owed all the same.
    owed: i64,
    /// What of both leaves the data with whoever has it.
    left: i64,
}

impl AtStripe {
    fn is_paid(&self, intent: &str) -> bool {
        self.intents.iter().any(|one| one["id"] == intent && one["status"] == "succeeded")
    }
}

impl Game {
    /// By purchase, its payment at Stripe, where anybody has tried to pay.
    pub(crate) async fn packs_at_stripe(&self) -> BTreeMap<String, String> {
        let sessions = self.world.sandbox.objects("checkout.session").await.expect("Stripe's own state");
        let lines = self.stories.iter().filter_map(|story| story.line.as_ref());
        let paid = lines.flat_map(|line| &line.bought).filter_map(|bought| {
            let session = sessions.iter().find(|one| one["id"] == bought.session.as_str())?;
            Some((bought.purchase.clone(), session["payment_intent"].as_str()?.to_owned()))
        });
        paid.collect()
    }

    /// The first thing about lines that differs between what must be and what is; else what was met on the way.
    pub(crate) async fn difference_of_lines(&self) -> Result<BTreeSet<&'static str>, String> {
        let mut met = BTreeSet::new();
        if self.shop.is_none() {
            return Ok(met);
        }
        let all = async |kind| self.world.sandbox.objects(kind).await.expect("Stripe's own state");
        let (intents, refunds) = (all("payment_intent").await, all("refund").await);
        let (disputes, packs) = (all("dispute").await, self.packs_at_stripe().await);
        let stripe = AtStripe { packs, intents, refunds, disputes };
        let app = self.world.app().await;
        let mut counted = tokio::task::spawn_blocking(move || lots::of_lines(&app)).await.expect("a count");
        for (no, story) in self.stories.iter().enumerate() {
            let Some(line) = &story.line else { continue };
            let mut lots = counted.remove(&line.id).unwrap_or_default();
            if let Some(difference) = self.difference_of_line(line, &mut lots, &stripe).await {
                return Err(format!("line {no}, {}: {difference}; {lots:?}", line.id));
            }
            met.append(&mut lots.met);
        }
        if counted.is_empty() { Ok(met) } else { Err(format!("lines that nobody has: {counted:?}")) }
    }

    async fn difference_of_line(&self, line: &Line, lots: &mut Lots, stripe: &AtStripe) -> Option<String> {
        if lots.used != line.used {
            return Some(format!("{} bytes were used, not {}", lots.used, line.used));
        }
        let mut released = lots.released.clone();
        for bought in &line.bought {
            let given = released.remove(&bought.purchase).unwrap_or_default();
            if let Some(difference) = self.difference_of_pack(bought, &given, (lots, stripe)).await {
                return Some(format!("{}: {difference}", bought.purchase));
            }
        }
        if !released.is_empty() {
            return Some(format!("packs that nobody bought: {released:?}"));
        }
        let app = self.world.app().await;
        let wallet = app.ledger.settled_wallet(line.wallet).await.expect("a look").expect("a wallet");
        let (is, expected) = (wallet.balance.available(), lots.balance(app.ledger.now()));
        let (status, known) = self.world.ask(Method::GET, &format!("/v1/lines/{}", line.id), None).await;
        assert_eq!(status, 200, "{known}");
        let told = bytes(&known["cycle"]["balance"]);
        ((is, told) != (expected, expected))
            .then(|| format!("{is} is left and {told} is told, not {expected}"))
    }

    /// What differs of one pack: it is released once if it was paid, and of it is taken back what belongs to the money that went back.
    async fn difference_of_pack(
        &self,
        bought: &Bought,
        given: &[usize],
        (lots, stripe): (&mut Lots, &AtStripe),
    ) -> Option<String> {
        let intent = stripe.packs.get(&bought.purchase).filter(|intent| stripe.is_paid(intent));
        if given.len() != usize::from(intent.is_some()) {
            return Some(format!("paid with {intent:?}, and released as {given:?}"));
        }
        let (Some(intent), Some(lot)) = (intent, given.first()) else { return None };
        let (pack, claimed) = (&PACKS[bought.pack], self.claimed_of(bought, intent, stripe));
        let acts = [
            (claimed.owed, "disputed data stays and is owed"),
            (claimed.left, "data stays though its money went"),
        ];
        lots.met.extend(acts.iter().filter(|(cents, _)| *cents > 0).map(|(_, what)| *what));
        // What does not divide stays the subscriber's.
        let part = |cents: i64| i128::from(pack.quantity) * i128::from(cents) / i128::from(pack.cents);
        let wanted = [claimed.refund, claimed.dispute].map(part);
        let back = lots.back(*lot);
        let is = back.map_or([0, 0], |back| [back.refund, back.dispute].map(i128::from));
        if is != wanted {
            return Some(format!("{wanted:?} is to be taken back for {claimed:?}, and {is:?} is"));
        }
        let path = format!("/v1/purchases/{}", bought.purchase);
        let (status, known) = self.world.ask(Method::GET, &path, None).await;
        assert_eq!(status, 200, "{known}");
        let (told, taken) =
            (bytes(&known["taken_back"]), back.map_or(0, |back| back.from.values().sum::<i64>()));
        if told != taken || known["state"] != "paid" {
            return Some(format!("{taken} is taken back, and told is {known}"));
        }
        if claimed.owed > 0 && !self.is_told_as_owed(bought, intent).await {
            return Some(format!("{claimed:?} and nobody is told that it is owed"));
        }
        None
    }

    /// Whoever orders a refund says what becomes of the data, and one that is made at Stripe takes it; of a dispute the pack says it. All of it
    /// together is at most what was paid.
    fn claimed_of(&self, bought: &Bought, intent: &str, stripe: &AtStripe) -> Claimed {
        let [mut back, held] = claimed(&stripe.refunds, &stripe.disputes, intent);
        let pack = &PACKS[bought.pack];
        let refunded = sum(&back).min(pack.cents);
        back.retain(|one| !self.leaving.contains(&text(&one["metadata"], "refund_id")));
        let disputed = sum(&held).min(pack.cents - refunded);
        let refund = sum(&back).min(refunded);
        let of_rule = |rule| if pack.rule == rule { disputed } else { 0 };
        let [dispute, owed] = ["take_back", "keep_debt"].map(of_rule);
        Claimed { refund, dispute, owed, left: refunded - refund + of_rule("leave") }
    }

    async fn is_told_as_owed(&self, bought: &Bought, intent: &str) -> bool {
        let findings = self.world.app().await.read(|reader: &Reader<'_>| reader.findings(10_000)).await;
        findings.expect("findings").iter().any(|finding| {
            finding.code == FindingCode::CardGivenBack
                && finding.detail.contains(intent)
                && finding.detail.contains(&bought.purchase)
        })
    }
}

fn bytes(amount: &Value) -> i64 {
    Amount::parse(&text(amount, "amount"), Unit::BYTE).expect("an amount").value()
}
