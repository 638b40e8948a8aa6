//! What happens in stories: one act after the other, drawn by a seed, while webhooks, automatic top-ups and whatever else the program does
//! go on beside them.

use std::collections::{BTreeMap, BTreeSet};

use money::{Amount, CustomerId, WalletId};
use sandbox::FaultSettings;
use serde_json::{Value, json};

use crate::automatic::Terms;
use crate::buying::{Line, Shop};
use crate::house::together;
use crate::money_back::Of;
use crate::paying::{BAD, GOOD};
use crate::random::Random;
use crate::world::World;

/// Steps of an amount in a cent.
pub(crate) const CENT: i64 = 10_000;
/// What one reported call costs, in cents.
pub(crate) const CALL_CENTS: i64 = 37;
/// Most acts of a customer's.
const STEPS_MAX: u64 = 12;

/// A customer, and what only the test knows of him.
pub(crate) struct Story {
    pub(crate) customer: CustomerId,
    pub(crate) wallet: WalletId,
    pub(crate) subject: String,
    pub(crate) events: u64,
    /// Cents of charges and calls that were accepted.
    pub(crate) spent: i64,
    /// The same from the first time on.
    pub(crate) terms: Terms,
    /// Top-ups that were begun, with their cents.
    pub(crate) topups: Vec<(String, i64)>,
    /// Checkouts that were begun and left open.
    pub(crate) open: Vec<String>,
    /// Some have a line, too.
    pub(crate) line: Option<Line>,
    /// Names that he had at Stripe and under which he was deleted there.
    pub(crate) former: Vec<String>,
}

/// What is sold in a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sold {
    /// Credit in money.
    Credit,
    /// That, and data for lines.
    CreditAndData,
}

/// Some stories on one program.
pub(crate) struct Game {
    pub(crate) world: World,
    pub(crate) stories: Vec<Story>,
    pub(crate) told: BTreeMap<&'static str, u64>,
    /// Refund orders that leave the data that was bought.
    pub(crate) leaving: BTreeSet<String>,
    pub(crate) shop: Option<Shop>,
    pub(crate) random: Random,
    /// What happens to lines is drawn from here, so that all else happens with them as without.
    pub(crate) beside: Random,
}

impl Game {
    /// As many customers on a program of their own.
    pub(crate) async fn begin(seed: u64, customers: u64, sold: Sold) -> Game {
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
        let mut stories = together(begun).await;
        let mut beside = Random(!seed);
        let mut shop = None;
        if sold == Sold::CreditAndData {
            let opened = Shop::open(&world).await;
            for (no, story) in stories.iter_mut().enumerate() {
                story.line = opened.line(&world, (no, story.customer), 1 + beside.below(31)).await;
            }
            shop = Some(opened);
        }
        let (told, leaving) = (BTreeMap::new(), BTreeSet::new());
        Game { world, stories, told, leaving, shop, random, beside }
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
            if self.beside.below(2) == 0 {
                self.act_on_a_line().await;
            }
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
            35..=42 => self.refund(place, Of::All).await,
            43..=45 => self.refund_by_staff(place, Of::All).await,
            46..=48 => self.refund_goes_on().await,
            49..=52 => self.dispute(place, Of::All).await,
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
}

impl Story {
    async fn begin(world: &World, no: usize, terms: Terms) -> Story {
        let subject = format!("device-{no}");
        let wanted = json!({"name": format!("Customer {no}"), "email": format!("{no}@example.com"), "subjects": [subject]});
        let (status, made) = world.post("/v1/customers", &wanted).await;
        assert_eq!(status, 201, "{made}");
        let customer = text(&made, "id").parse().expect("an id");
        let wallet = text(&made["wallets"][0], "id").parse().expect("an id");
        let (topups, open, former) = (Vec::new(), Vec::new(), Vec::new());
        Story { customer, wallet, subject, events: 0, spent: 0, terms, topups, open, line: None, former }
    }
}

impl World {
    /// So many cents as the API takes them.
    pub(crate) fn amount(&self, cents: i64) -> Value {
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
