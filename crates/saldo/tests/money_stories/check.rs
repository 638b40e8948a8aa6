//! The end of stories: trouble ends, the program starts once more and is left to heal; then what it says is held against what Stripe says
//! by a model that knows nothing of the program's tables.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use book::{Record, read_batch};
use engine::{Views, verify_journal};
use money::{CustomerId, PaymentId, TopupId};
use reqwest::Method;
use saldo::audit::Author;
use saldo::payments::STRIPE;
use saldo::reconciliation::{self, Found};
use saldo::{app::App, clock, runtime};
use sandbox::Act;
use serde_json::Value;
use store::tables::automatic_topups::AutomaticState;
use store::tables::claims::ClaimCause;
use store::{JournalReader as _, Reader};

use crate::ELSEWHERE;
use crate::house::PATIENCE;
use crate::story::{CENT, Game, Story, text, untroubled};
use crate::world::Ending;

/// What every customer is given, in cents.
const WELCOME: i64 = 2_500;
/// How often it is looked whether something has come about.
const LOOK_PACE: Duration = Duration::from_millis(5);
/// Comparisons until books and Stripe must be in step.
const COMPARISONS_MAX: usize = 6;

/// One payment that went through at Stripe, in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Paid {
    intent: String,
    amount: i64,
    /// What of it is the customer's credit, used or not.
    kept: i64,
    /// The top-up that it names, if it was charged by itself.
    automatic: Option<TopupId>,
}

/// What Stripe knows of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct AtStripe {
    paid: Vec<Paid>,
    /// Charges without him that were tried: the top-up that each names, and cents that were taken.
    tried: Vec<(TopupId, i64)>,
}

impl Game {
    /// Heals, and compares everything.
    pub(crate) async fn check(&mut self) {
        self.world.sandbox.faults().change(|faults| *faults = untroubled());
        self.world.sandbox.act(Act::Later).await.expect("it fits");
        self.give_back_what_was_withheld().await;
        // What nobody knows the end of is asked about at a start.
        self.world.restart(Ending::CutOff).await;
        let mut said = String::new();
        for _ in 0..COMPARISONS_MAX {
            self.let_automatic_topups_end().await;
            let before = self.at_stripe().await;
            let found = self.reconcile().await;
            let difference = self.difference(&before, &found).await;
            let (findings, credited) = self.books().await;
            said = match difference {
                Err(difference) => difference,
                // What was taken back may have had a card charged again by now: then all of it is looked at anew.
                Ok(_) if self.at_stripe().await != before => "Stripe has done something meanwhile".to_owned(),
                Ok(met) => {
                    met.into_iter().for_each(|what| self.tell(what));
                    assert_eq!(findings, [] as [String; 0]);
                    self.check_caps(&before).await;
                    self.check_credited(&before, credited).await;
                    self.check_attempts().await;
                    self.check_findings().await;
                    for (_, taken) in before.values().flat_map(|known| &known.tried) {
                        self.tell(if *taken > 0 {
                            "automatic charge paid"
                        } else {
                            "automatic charge not paid"
                        });
                    }
                    return;
                }
            };
        }
        panic!("not in step: {said}");
    }

    /// Waits until no card is being charged, and whoever may be topped up has enough, or has reached a cap.
    async fn let_automatic_topups_end(&self) {
        let app = self.world.app().await;
        let wallets: Vec<_> = self.stories.iter().map(|story| story.wallet).collect();
        let mut said = String::new();
        let waiting = async {
            let mut pace = tokio::time::interval(LOOK_PACE);
            loop {
                pace.tick().await;
                let (wallets, now) = (wallets.clone(), app.ledger.now());
                let look = move |reader: &Reader<'_>| {
                    let mut low = Vec::new();
                    for wallet in wallets {
                        let in_flight = reader.automatic_charge_in_flight(wallet)?;
                        let row = reader.automatic_topup(wallet)?;
                        let threshold = row
                            .filter(|row| {
                                let runs = matches!(row.state, AutomaticState::On | AutomaticState::Paused);
                                runs && row
                                    .paused_until
                                    .max(row.capped_until)
                                    .is_none_or(|until| until <= now)
                            })
                            .map(|row| row.threshold);
                        if in_flight.is_some() || threshold.is_some() {
                            low.push((wallet, in_flight, threshold.unwrap_or(i64::MIN)));
                        }
                    }
                    Ok(low)
                };
                let watched = app.read(look).await.expect("a look");
                let waited_for = watched.into_iter().find(|(wallet, in_flight, threshold)| {
                    let available = app.ledger.wallet(*wallet).map_or(0, |known| known.balance.available());
                    in_flight.is_some() || available < *threshold
                });
                match waited_for {
                    Some(one) => said = format!("{one:?}"),
                    None => return,
                }
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, waiting).await;
        if in_time.is_err() {
            let customers: Vec<_> = self.stories.iter().map(|story| (story.wallet, story.customer)).collect();
            let look = move |reader: &Reader<'_>| {
                let all = customers.into_iter().map(|(wallet, customer)| {
                    let topups = reader.topups_of(customer, None, 20)?.rows;
                    Ok((wallet, reader.automatic_topup(wallet)?, topups))
                });
                all.collect::<Result<Vec<_>, store::StoreError>>()
            };
            let known = app.read(look).await.expect("a look");
            let known = known.iter().find(|(wallet, ..)| said.contains(&wallet.to_string()));
            panic!("automatic top-ups do not come to an end: {said}, {known:?}");
        }
    }

    /// Asks for a comparison and waits for its end.
    async fn reconcile(&self) -> Found {
        let app = self.world.app().await;
        let ask = |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), None, clock::now());
        let run_no = app.write(ask).await.expect("a run");
        let waiting = async {
            let mut pace = tokio::time::interval(LOOK_PACE);
            loop {
                app.reconciliation_news.notify_one();
                pace.tick().await;
                let last = app.read(|reader| reader.last_reconciliation()).await.expect("a look");
                if let Some(run) = last.filter(|run| run.run_no >= run_no) {
                    return run.result.expect("a result");
                }
            }
        };
        let result = tokio::time::timeout(PATIENCE, waiting).await.expect("a comparison within time");
        serde_json::from_str(&result).expect("what it found")
    }

    /// What Stripe knows of each customer of ours.
    async fn at_stripe(&self) -> BTreeMap<CustomerId, AtStripe> {
        let sandbox = &self.world.sandbox;
        let all = async |kind| sandbox.objects(kind).await.expect("Stripe's own state");
        let (customers, intents) = (all("customer").await, all("payment_intent").await);
        let (refunds, disputes) = (all("refund").await, all("dispute").await);
        let packs = self.packs_at_stripe().await;
        let mut known: BTreeMap<CustomerId, AtStripe> = BTreeMap::new();
        let is_ours = |intent: &&Value| intent["metadata"].get(ELSEWHERE).is_none();
        let is_pack = |intent: &Value| packs.values().any(|pack| intent["id"] == pack.as_str());
        for intent in intents.iter().filter(is_ours).filter(|intent| !is_pack(intent)) {
            let owner = self.owner(&customers, &text(intent, "customer"));
            let (id, amount) = (text(intent, "id"), number(intent, "amount"));
            let named: TopupId = text(&intent["metadata"], "topup_id").parse().expect("one of ours");
            let automatic = (intent["metadata"]["automatic"] == "true").then_some(named);
            let is_paid = intent["status"] == "succeeded";
            let [back, held] = claimed(&refunds, &disputes, &id).map(|claims| sum(&claims));
            let gone = back + held;
            let at_stripe = known.entry(owner).or_default();
            at_stripe.tried.extend(automatic.map(|topup| (topup, if is_paid { amount } else { 0 })));
            if is_paid {
                let kept = amount - gone.min(amount);
                at_stripe.paid.push(Paid { intent: id, amount, kept, automatic });
            }
        }
        known
    }

    /// Who has or had this name at Stripe.
    fn owner(&self, customers: &[Value], name: &str) -> CustomerId {
        if let Some(story) = self.stories.iter().find(|story| story.former.iter().any(|had| had == name)) {
            return story.customer;
        }
        let known = customers.iter().find(|one| one["id"] == name).expect("a customer");
        text(&known["metadata"], "customer_id").parse().expect("one of ours")
    }

    /// The first thing that differs between what must be and what is; else what was met on the way.
    async fn difference(
        &self,
        stripe: &BTreeMap<CustomerId, AtStripe>,
        found: &Found,
    ) -> Result<BTreeSet<&'static str>, String> {
        if let Some(difference) = self.difference_of_withheld(found).await {
            let named = found.differences.iter().filter_map(|one| one.payment.as_ref()?.parse().ok());
            return Err(format!("{difference}, {found:?}: {}", self.known_of(named.collect()).await));
        }
        for (no, story) in self.stories.iter().enumerate() {
            let paid = stripe.get(&story.customer).map(|known| known.paid.as_slice()).unwrap_or_default();
            let expected = (WELCOME + paid.iter().map(|one| one.kept).sum::<i64>() - story.spent) * CENT;
            let path = format!("/v1/wallets/{}", story.wallet);
            let (status, wallet) = self.world.ask(Method::GET, &path, None).await;
            assert_eq!(status, 200, "{wallet}");
            // What was used in the hour that runs is not posted yet; nothing is held.
            let left = text(&wallet["balance"]["available"], "amount");
            let left = money::Amount::parse(&left, self.world.unit).expect("an amount").value();
            if left != expected {
                let customer = story.customer;
                let look = move |reader: &Reader<'_>| reader.payments_of(customer, None, 200);
                let known = self.world.app().await.read(look).await.expect("payments").rows;
                let known = self.known_of(known.iter().map(|payment| payment.id).collect()).await;
                return Err(format!(
                    "customer {no} has {left}, not {expected}: {paid:?}, {} spent; {known}",
                    story.spent
                ));
            }
        }
        self.difference_of_lines().await
    }

    /// What the tables have of the payments that differ, for whoever reads why a lot has failed.
    async fn known_of(&self, payments: BTreeSet<PaymentId>) -> String {
        let look = move |reader: &Reader<'_>| {
            let mut known = String::new();
            for id in payments {
                let taken_back =
                    [ClaimCause::Refund, ClaimCause::Dispute].map(|cause| reader.taken_back(id, cause));
                let (payment, claims) = (reader.payment(id)?, reader.claims_of(id)?);
                known += &format!("{payment:?}, {claims:?}, {taken_back:?}; ");
            }
            Ok(known)
        };
        self.world.app().await.read(look).await.expect("a look")
    }

    /// No day and no month took more of a card, or tried it more often, than its customer allows.
    async fn check_caps(&self, stripe: &BTreeMap<CustomerId, AtStripe>) {
        let zone = self.world.app().await.config.brand.time_zone.clone();
        for story in &self.stories {
            let Some(known) = stripe.get(&story.customer) else { continue };
            let mut spans: BTreeMap<String, (i64, u32)> = BTreeMap::new();
            for (topup, taken) in &known.tried {
                // A name tells when it was given; whether that was before or after a move of the clock, nobody knows at that moment.
                let given_ms = i64::try_from(topup.as_u128() >> 80).expect("a time");
                let Some(at) = self.world.book_time(given_ms) else { continue };
                let at = jiff::Timestamp::from_microsecond(at.as_micros()).expect("a time");
                let day = at.to_zoned(zone.clone()).date();
                for span in [day.strftime("%Y-%m-%d").to_string(), day.strftime("%Y-%m").to_string()] {
                    let sum = spans.entry(span).or_default();
                    *sum = (sum.0 + taken, sum.1 + 1);
                }
            }
            let decided: BTreeSet<TopupId> = known.tried.iter().map(|(topup, _)| *topup).collect();
            assert_eq!(decided.len(), known.tried.len(), "{}: two charges for one decision", story.customer);
            let Story { terms, customer, .. } = story;
            for (span, (taken, times)) in spans {
                let most = if span.len() > "2026-01".len() { terms.day } else { terms.month };
                assert!(
                    taken <= most.0 && times <= most.1,
                    "{customer}, {span}: {taken} in {times}, {terms:?}"
                );
            }
            let paid = known.paid.iter().filter(|one| one.automatic.is_some());
            for one in paid {
                assert!(one.amount % terms.amount == 0 && one.amount > 0, "{customer}: {one:?}, {terms:?}");
            }
        }
    }

    /// Each attempt that Stripe knows of is written down here, the declined ones, too: events that never came were taken from its list.
    async fn check_attempts(&self) {
        let charges = self.world.sandbox.objects("charge").await.expect("Stripe's own state");
        let ours = charges.iter().filter(|charge| charge["metadata"].get(ELSEWHERE).is_none());
        let mut missing: Vec<(String, String)> =
            ours.map(|charge| (text(charge, "payment_intent"), text(charge, "id"))).collect();
        let app = self.world.app().await;
        let waiting = async {
            let mut pace = tokio::time::interval(LOOK_PACE);
            while !missing.is_empty() {
                pace.tick().await;
                let wanted = missing.clone();
                let look = move |reader: &Reader<'_>| {
                    let mut left = Vec::new();
                    for (intent, charge) in wanted {
                        let attempts = reader.attempts_of(STRIPE, &intent)?;
                        if !attempts.iter().any(|one| one.provider_charge.as_deref() == Some(charge.as_str()))
                        {
                            left.push((intent, charge));
                        }
                    }
                    Ok(left)
                };
                missing = app.read(look).await.expect("a look");
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(in_time.is_ok(), "attempts that nobody has written down: {missing:?}");
    }

    /// What is wrong with the books, and what they credited for each payment.
    async fn books(&self) -> (Vec<String>, BTreeMap<PaymentId, Vec<i64>>) {
        let app = self.world.app().await;
        let look = move || (findings(&app), credited(&app));
        tokio::task::spawn_blocking(look).await.expect("a look")
    }

    /// The books hold each payment exactly once, and no other.
    async fn check_credited(
        &self,
        stripe: &BTreeMap<CustomerId, AtStripe>,
        credited: BTreeMap<PaymentId, Vec<i64>>,
    ) {
        let app = self.world.app().await;
        let mut left = credited;
        for paid in stripe.values().flat_map(|known| &known.paid) {
            let intent = paid.intent.clone();
            let attempts =
                app.read(move |reader| reader.attempts_of(STRIPE, &intent)).await.expect("attempts");
            let ids: BTreeSet<PaymentId> = attempts.iter().map(|attempt| attempt.id).collect();
            let here: Vec<i64> = ids.iter().filter_map(|id| left.remove(id)).flatten().collect();
            assert_eq!(here, [paid.amount * CENT], "{} is credited once", paid.intent);
        }
        assert_eq!(left, BTreeMap::new(), "credit that nobody paid");
    }
}

/// What is wrong with the books, in words.
fn findings(app: &App) -> Vec<String> {
    let mut journal = app.journal_reader().expect("a reader of the journal");
    let views = Views { tables: &app.tables, cursor: runtime::CURSOR };
    let seen = verify_journal(&mut *journal, Some(views), &mut |_| {}).expect("books that can be read");
    seen.findings.iter().map(ToString::to_string).collect()
}

/// By payment, every amount that was credited for it.
fn credited(app: &App) -> BTreeMap<PaymentId, Vec<i64>> {
    let mut journal = app.journal_reader().expect("a reader of the journal");
    let rows = journal.read(1, usize::MAX, usize::MAX).expect("rows");
    let mut credited: BTreeMap<PaymentId, Vec<i64>> = BTreeMap::new();
    for decision in rows.iter().flat_map(read_batch) {
        let (_, decision) = decision.expect("a decision");
        if let Record::GrantAdded(added) = decision.record
            && let Some(payment) = added.payment
        {
            credited.entry(payment).or_default().push(added.amount);
        }
    }
    credited
}

/// What is claimed back of a payment at Stripe: refunds that have not failed, and disputes for which the bank holds the money or has kept it.
pub(crate) fn claimed<'a>(refunds: &'a [Value], disputes: &'a [Value], intent: &str) -> [Vec<&'a Value>; 2] {
    let of = |one: &&Value| one["payment_intent"] == intent;
    let back = refunds.iter().filter(of).filter(|one| one["status"] != "failed");
    let holds =
        |one: &&Value| ["needs_response", "under_review", "lost"].contains(&text(one, "status").as_str());
    [back.collect(), disputes.iter().filter(of).filter(holds).collect()]
}

/// What these come to, in cents.
pub(crate) fn sum(of: &[&Value]) -> i64 {
    of.iter().map(|one| number(one, "amount")).sum()
}

pub(crate) fn number(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or_default()
}
