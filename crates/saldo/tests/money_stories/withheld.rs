//! Money that comes for something that was asked here and is not what was asked: in another currency, another amount, or of another customer.
//! Nothing is credited for it. Some of it goes back in the end; the rest stands, and is all that differs.

use std::collections::BTreeMap;

use money::PaymentId;
use saldo::findings::Found as FoundOut;
use saldo::payments::STRIPE;
use saldo::reconciliation::Found;
use sandbox::Act;
use serde_json::Value;
use store::Reader;
use store::tables::bank::Finding;
use store::tables::claims::ClaimState;

use crate::ELSEWHERE;
use crate::buying::PACKS;
use crate::check::{claimed, number, sum};
use crate::story::{CENT, Game, text};

/// What it may be, with the cause by which a comparison calls it.
const KINDS: [(&str, &str); 3] = [
    ("another currency", "other_currency"),
    ("another amount", "other_amount"),
    ("another customer", "other_customer"),
];
/// Says of such a payment that nobody gives it back.
const STANDS: &str = "stands";
/// Cents that nobody asked for.
const CENTS_NOT_ASKED: &str = "1701";

/// A payment that was withheld and has not gone back as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Withheld {
    currency: String,
    /// In steps.
    left: i64,
    cause: &'static str,
}

impl Game {
    /// Somebody pays what was not asked, naming a top-up of this customer's, or the payment page of a pack.
    pub(crate) async fn pay_what_was_not_asked(&mut self, place: usize) {
        let named = match self.random.below(2) {
            0 => self.stories[place].topups.last().cloned(),
            _ => self.topup_of_newest_pack(place).await,
        };
        let (Some((topup, cents)), Some(customer)) = (named, self.name_at_stripe(place).await) else {
            return;
        };
        let (ours, other) = if self.world.unit == money::Unit::BRL { ("brl", "usd") } else { ("usd", "brl") };
        let drawn = self.random.pick(&[0, 1, 2]).unwrap_or_default();
        let (what, _) = KINDS[drawn];
        let stands = self.random.below(2) == 0;
        let marks = vec![
            ("topup_id", topup),
            (ELSEWHERE, what.to_owned()),
            (STANDS, if stands { "yes" } else { "no" }.to_owned()),
        ];
        let asked = cents.to_string();
        let (customer, currency, cents) = match drawn {
            0 => (Some(customer), other, CENTS_NOT_ASKED),
            1 => (Some(customer), ours, CENTS_NOT_ASKED),
            // Another one of ours, or nobody whom Stripe knows.
            _ => (self.name_at_stripe((place + 1) % self.stories.len()).await, ours, asked.as_str()),
        };
        if self.pay_at_stripe(customer, (currency, cents), marks).await {
            self.tell(["paid in another currency", "paid another amount", "paid by another customer"][drawn]);
        }
    }

    /// The top-up of the page on which the newest pack is paid, with its cents.
    async fn topup_of_newest_pack(&self, place: usize) -> Option<(String, i64)> {
        let newest = self.stories[place].line.as_ref()?.bought.last()?;
        let sessions = self.world.sandbox.objects("checkout.session").await.expect("Stripe's own state");
        let session = sessions.iter().find(|one| one["id"] == newest.session.as_str())?;
        Some((text(&session["metadata"], "topup_id"), PACKS[newest.pack].cents))
    }

    /// What is not to stand goes back, as its operator would see to it.
    pub(crate) async fn give_back_what_was_withheld(&mut self) {
        let intents = self.world.sandbox.objects("payment_intent").await.expect("Stripe's own state");
        let is_one = |intent: &&serde_json::Value| {
            KINDS.iter().any(|(what, _)| intent["metadata"][ELSEWHERE] == *what)
        };
        for intent in intents.iter().filter(is_one) {
            if intent["status"] == "succeeded" && intent["metadata"][STANDS] == "yes" {
                self.tell("withheld payment that stands");
                continue;
            }
            let back = Act::Refund { payment: text(intent, "id"), amount: None };
            // It may not have been paid.
            if self.world.sandbox.act(back).await.is_ok() {
                self.tell("withheld payment given back");
            }
        }
    }

    /// By payment intent, what was withheld and still lies at Stripe.
    async fn withheld(&self) -> BTreeMap<String, Withheld> {
        let all = async |kind| self.world.sandbox.objects(kind).await.expect("Stripe's own state");
        let (intents, refunds) = (all("payment_intent").await, all("refund").await);
        let paid = intents.iter().filter(|intent| intent["status"] == "succeeded");
        let withheld = paid.filter_map(|intent| {
            let what = intent["metadata"].get(ELSEWHERE)?;
            let (_, cause) = KINDS.into_iter().find(|(known, _)| what == known)?;
            let id = text(intent, "id");
            let [back, _] = claimed(&refunds, &[], &id).map(|claims| sum(&claims));
            let currency = text(intent, "currency").to_uppercase();
            Some((id, Withheld { currency, left: (number(intent, "amount") - back) * CENT, cause }))
        });
        withheld.filter(|(_, withheld)| withheld.left > 0).collect()
    }

    /// Whether a comparison found anything but what was withheld and stands, and all of that.
    pub(crate) async fn difference_of_withheld(&self, found: &Found) -> Option<String> {
        let expected = self.withheld().await;
        let mut named: BTreeMap<String, Withheld> = BTreeMap::new();
        for one in &found.differences {
            let id: Option<PaymentId> = one.payment.as_ref().and_then(|payment| payment.parse().ok());
            let Some(id) = id else { return Some(format!("{one:?} is of no payment")) };
            let look = move |reader: &Reader<'_>| reader.payment(id);
            let payment = self.world.app().await.read(look).await.expect("a look").expect("a payment");
            let cause = KINDS.iter().find(|(_, cause)| *cause == one.cause).map_or("", |(_, cause)| *cause);
            let (currency, name) = (one.currency.clone(), payment.provider_payment);
            let told = named.entry(name).or_insert(Withheld { currency, left: 0, cause });
            told.left += one.amount;
            if told.cause != cause || told.currency != one.currency {
                return Some(format!("{told:?} is told as {one:?}, too"));
            }
        }
        let mut drift: BTreeMap<&str, i64> = BTreeMap::new();
        for one in expected.values() {
            *drift.entry(&one.currency).or_default() += one.left;
        }
        let drifts = |of: &saldo::reconciliation::CurrencyDrift| {
            drift.get(of.currency.as_str()).copied().unwrap_or_default() == of.drift
        };
        let are_equal = named == expected && found.currencies.iter().all(drifts);
        (!are_equal).then(|| format!("{expected:?} was withheld and stands, {named:?} is told"))
    }

    /// Of each payment that was withheld a person is told, and of each refund that was made at Stripe and did not arrive.
    pub(crate) async fn check_findings(&self) {
        let look = |reader: &Reader<'_>| reader.findings(10_000);
        let findings = self.world.app().await.read(look).await.expect("findings");
        let came_back =
            |finding: &&Finding| matches!(FoundOut::read(finding), Some(FoundOut::RefundCameBack { .. }));
        for intent in self.withheld().await.keys() {
            let of_it = findings.iter().filter(|it| it.detail.contains(intent) && !came_back(it));
            assert_eq!(of_it.count(), 1, "{intent} was withheld, and a person is told of it once");
        }
        let refunds = self.world.sandbox.objects("refund").await.expect("Stripe's own state");
        let is_ordered = |refund: &Value| !text(&refund["metadata"], "refund_id").is_empty();
        for refund in refunds.iter().filter(|refund| refund["status"] == "failed" && !is_ordered(refund)) {
            let (id, name) = (text(refund, "id"), text(refund, "id"));
            let known = self.world.app().await.read(move |reader| reader.claim(STRIPE, &name)).await;
            let is_known = known.expect("a look").is_some_and(|claim| claim.state == ClaimState::Failed);
            let times = findings.iter().filter(|finding| came_back(finding) && finding.about == id).count();
            assert_eq!(times, usize::from(is_known), "{id} did not arrive, and a person is told of it once");
        }
    }
}
