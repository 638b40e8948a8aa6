//! Random customers: what they want, what they repeat, and what they were told.

use std::collections::HashMap;

use book::{
    Act, Aggregation, Anchor, Catalog, ChargeTaken, Command, CommandKey, GrantTerms, KeySpace, LineAct,
    Meter, MeterNo, Price, Reason, Refusal, Source, UseStage,
};
use engine::Outcome;
use money::{
    Amount, CustomerId, GrantId, LineId, PurchaseId, Quantity, Timestamp, Unit, UnitPrice, WalletId,
};

use crate::random::Random;
use crate::subscribers::{Subscribers, is_statement, key_of_payment, sold};
use crate::truth::Truth;

/// Wallets that customers know of; some are never opened.
const WALLETS: i64 = 10;
/// A wish with a request key is not repeated after this time: the key may be forgotten soon.
const REPEATED_FOR: i64 = 4 * Timestamp::DAY;

/// What happened to one try of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Nothing yet.
    Waiting,
    /// An answer.
    Answered,
    /// That nothing was tried.
    NotAttempted,
    /// That nobody knows, or nothing because the owner fell.
    Unknown,
}

/// One command that a customer wants to take effect once. Its number is found again in what the book decides.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) command: Command,
    pub(crate) tries: Vec<usize>,
    asked_at: Timestamp,
}

/// One request: some wishes, sent together.
#[derive(Debug)]
pub(crate) struct Try {
    pub(crate) wishes: Vec<usize>,
    pub(crate) told: Told,
}

/// All customers.
pub(crate) struct Customers {
    pub(crate) wishes: Vec<Wish>,
    pub(crate) tries: Vec<Try>,
    /// Charges that were decided, to be reversed.
    pub(crate) charges: Vec<(WalletId, ChargeTaken)>,
    pub(crate) subscribers: Subscribers,
    by_content: HashMap<Content, Vec<usize>>,
}

/// What tells wishes apart in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Wallet(WalletId),
    Grant(GrantId),
    Charge(u32),
    Deduction(i64),
    Reversal(u64),
    Use(i64),
    Clock(i64),
    Line(LineId),
    Purchase(PurchaseId),
    Payment(PurchaseId),
    Drop(PurchaseId),
    WriteOff(PurchaseId),
    Added(i64),
    Moved(i64),
}

impl Content {
    /// None for what tells of the world: it may take effect any number of times.
    fn of(act: &Act) -> Option<Content> {
        Some(match act {
            Act::OpenWallet { wallet, .. } => Content::Wallet(*wallet),
            Act::Grant(terms) => Content::Grant(terms.grant),
            Act::Charge { kind, .. } => Content::Charge(*kind),
            Act::Reverse { charge, .. } => Content::Reversal(charge.entry.as_u64()),
            Act::Deduct { amount, .. } | Act::TakeOverpaid { amount, .. } => {
                Content::Deduction(amount.value())
            }
            Act::Use { quantity, .. } => Content::Use(quantity.millionths()),
            Act::Line(wish) => match &wish.act {
                LineAct::Open { line, .. } => Content::Line(*line),
                LineAct::Buy(buying) => Content::Purchase(buying.purchase),
                LineAct::Pay { purchase, .. } => Content::Payment(purchase.purchase),
                LineAct::Drop { purchase } => Content::Drop(*purchase),
                LineAct::WriteOff { purchase, .. } => Content::WriteOff(*purchase),
                LineAct::AddUse { total, .. } => Content::Added(*total),
                _ => return None,
            },
            Act::MoveMoney { amount, .. } => Content::Moved(amount.value()),
            // What is wanted is absolute: said again, it is refused for changing nothing.
            Act::SetTakenBack(_) | Act::SetFrozen { .. } => return None,
            Act::AdvanceClock { by } => Content::Clock(*by),
        })
    }
}

fn usd(value: i64) -> Amount {
    Amount::new(value, Unit::USD)
}

/// Prices of the day: meter 0 by the unit, 1 and 2 by the active window.
pub(crate) fn catalog(random: &mut Random) -> Catalog {
    let active = |anchor, length| Price::PerActiveWindow { amount: usd(250_000), length, anchor };
    let per_unit = UnitPrice::from_e12(random.between(0, 2_000_000_000_000), Unit::USD);
    let prices = [
        Price::PerUnit(per_unit),
        active(Anchor::FirstEvent, Timestamp::HOUR),
        active(Anchor::Clock, 5 * Timestamp::MINUTE),
    ];
    let meters = (0..).map(MeterNo).zip(prices).map(|(no, price)| {
        let aggregation = if no.0 == 0 { Aggregation::Sum } else { Aggregation::ActiveTime };
        Meter { no, aggregation, price }
    });
    let catalog = Catalog::new(meters, random.between(24, 72) * Timestamp::HOUR);
    sold(random, catalog)
}

impl Customers {
    pub(crate) fn new() -> Customers {
        let (wishes, tries, charges) = (Vec::new(), Vec::new(), Vec::new());
        Customers { wishes, tries, charges, subscribers: Subscribers::default(), by_content: HashMap::new() }
    }

    /// The wish of which this came.
    pub(crate) fn wish_of(&self, content: Content, key: Option<CommandKey>) -> Option<usize> {
        let alike = self.by_content.get(&content)?;
        alike.iter().copied().find(|wish| self.wishes[*wish].command.key == key)
    }

    /// A request of a few wishes, new ones and ones that were not answered. `now` is the book's time as customers know it, `truth` what
    /// is durable.
    pub(crate) fn ask(
        &mut self,
        random: &mut Random,
        now: Timestamp,
        truth: &Truth,
    ) -> (usize, Vec<Command>) {
        let len = 1 + random.below(4);
        let mut wishes = Vec::with_capacity(len);
        for _ in 0..len {
            let again = self.unanswered(random, now).filter(|_| random.one_in(2));
            // Without a key, twice in one request means twice.
            let again =
                again.filter(|wish| self.wishes[*wish].command.key.is_some() || !wishes.contains(wish));
            wishes.push(again.unwrap_or_else(|| self.wish(random, now, truth)));
        }
        self.send(wishes)
    }

    /// A request of exactly these wishes.
    pub(crate) fn send(&mut self, wishes: Vec<usize>) -> (usize, Vec<Command>) {
        let number = self.tries.len();
        wishes.iter().for_each(|wish| self.wishes[*wish].tries.push(number));
        let commands = wishes.iter().map(|wish| self.wishes[*wish].command.clone()).collect();
        self.tries.push(Try { wishes, told: Told::Waiting });
        (number, commands)
    }

    /// Ends a try. Each is told one thing once.
    pub(crate) fn tell(&mut self, number: usize, told: Told) {
        assert_eq!(self.tries[number].told, Told::Waiting, "try {number} was told before");
        self.tries[number].told = told;
    }

    /// Remembers that a report was read, or said nothing new.
    pub(crate) fn note_reading(&mut self, wish: usize, outcome: &Outcome) {
        if matches!(outcome, Outcome::Decided { .. } | Outcome::Refused(Refusal::ReadingOld)) {
            self.subscribers.read.insert(wish);
        }
    }

    /// Remembers a charge so that it may be reversed.
    pub(crate) fn note_charge(&mut self, wish: usize, charge: Option<ChargeTaken>) {
        if let (Act::Charge { wallet, .. }, Some(charge)) = (&self.wishes[wish].command.act, charge) {
            self.charges.push((*wallet, charge));
        }
    }

    /// True if it may be sent again and means the same.
    pub(crate) fn may_repeat(&self, wish: usize, now: Timestamp) -> bool {
        let wish = &self.wishes[wish];
        match wish.command.key.map(|key| key.space) {
            None if is_statement(&wish.command.act) => true,
            None => wish.tries.iter().all(|number| self.tries[*number].told == Told::NotAttempted),
            Some(KeySpace::Request) => now.since(wish.asked_at) < REPEATED_FOR,
            Some(KeySpace::Forever | KeySpace::Event) => true,
        }
    }

    fn unanswered(&self, random: &mut Random, now: Timestamp) -> Option<usize> {
        // Mostly the newest, and answered ones too: a duplicate may come at any time.
        let oldest = self.wishes.len().saturating_sub(30);
        let drawn = (oldest..self.wishes.len()).nth(random.below(30))?;
        self.may_repeat(drawn, now).then_some(drawn)
    }

    fn wish(&mut self, random: &mut Random, now: Timestamp, truth: &Truth) -> usize {
        let number = self.wishes.len();
        let act = if random.one_in(2) {
            self.subscribers.act(random, number, truth.at, &truth.book)
        } else {
            self.act(random, number, now)
        };
        let key = self.key(random, number, &act);
        self.add(act, key, now)
    }

    /// The last reports of all sessions.
    pub(crate) fn last_reports(&mut self, truth: &Truth) {
        for act in self.subscribers.last_reports(self.wishes.len(), truth.at) {
            self.add(act, None, truth.at);
        }
    }

    fn add(&mut self, act: Act, key: Option<CommandKey>, now: Timestamp) -> usize {
        let number = self.wishes.len();
        if let Some(content) = Content::of(&act) {
            self.by_content.entry(content).or_default().push(number);
        }
        self.wishes.push(Wish { command: Command { key, act }, tries: Vec::new(), asked_at: now });
        number
    }

    fn key(&self, random: &mut Random, number: usize, act: &Act) -> Option<CommandKey> {
        if is_statement(act) {
            return None;
        }
        if let Some(key) = key_of_payment(act, number as u64) {
            return Some(key);
        }
        let space = match (act, random.below(5)) {
            (Act::Use { .. }, 0..=3) => KeySpace::Event,
            // Two wishes may be about one wallet or one charge: their keys tell them apart.
            (Act::Grant(_) | Act::Charge { .. } | Act::Deduct { .. }, 0) => {
                return None;
            }
            (_, 1 | 2) => KeySpace::Forever,
            _ => KeySpace::Request,
        };
        let body = number as u64;
        if space != KeySpace::Event && random.one_in(20) && number > 0 {
            // Somebody else's key, with another body.
            let other = self.wishes[random.below(number)].command.key;
            if let Some(other) = other.filter(|key| key.space == space) {
                return Some(CommandKey { body, ..other });
            }
        }
        let mut name = Random::new(body);
        let key = (u128::from(name.next()) << 64) | u128::from(name.next());
        Some(CommandKey { space, key, body })
    }

    fn act(&mut self, random: &mut Random, number: usize, now: Timestamp) -> Act {
        let unique = i64::try_from(number).expect("few wishes");
        let wallet = WalletId::from_u128(u128::from(random.between(1, WALLETS).cast_unsigned()));
        match random.below(100) {
            0..10 => opening(random, wallet),
            10..30 => Act::Grant(grant_terms(random, wallet, number, now)),
            30..60 => Act::Charge {
                wallet,
                amount: usd(random.between(1, 3_000_000)),
                kind: u32::try_from(number).expect("few wishes"),
            },
            60..65 => Act::Deduct { wallet, amount: usd(500_000 + unique), reason: Reason::Correction },
            65..73 if !self.charges.is_empty() => {
                let (wallet, charge) = random.pick(&self.charges).clone();
                Act::Reverse { wallet, charge }
            }
            73..75 => Act::AdvanceClock { by: random.between(1, 20) * Timestamp::HOUR + unique },
            _ => Act::Use {
                wallet,
                meter: MeterNo(u32::try_from(random.below(4)).expect("four")),
                quantity: Quantity::from_millionths(random.between(0, 4) * 1_000_000_000 + 1 + unique),
                occurred_at: now
                    .plus(-random.between(-60, 7_200) * Timestamp::SECOND * random.between(1, 20)),
                stage: if random.one_in(2) { UseStage::Guarded } else { UseStage::Reported },
            },
        }
    }
}

fn opening(random: &mut Random, wallet: WalletId) -> Act {
    let debt_limit = if random.one_in(4) { 2_000_000 } else { 0 };
    let customer = CustomerId::from_u128(wallet.as_u128());
    Act::OpenWallet { wallet, customer, unit: Unit::USD, debt_limit }
}

fn grant_terms(random: &mut Random, wallet: WalletId, number: usize, now: Timestamp) -> GrantTerms {
    let soon = |random: &mut Random| now.plus(random.between(1, 400) * Timestamp::MINUTE);
    GrantTerms {
        wallet,
        grant: GrantId::from_u128(number as u128),
        amount: usd(random.between(1, 9_000_000)),
        source: *random.pick(&[Source::Promotional, Source::Purchased, Source::Adjustment(Reason::Goodwill)]),
        priority: u8::try_from(random.below(3)).expect("three"),
        effective_at: random.one_in(5).then(|| soon(random)),
        expires_at: random.one_in(3).then(|| soon(random)),
        cost: None,
        payment: None,
    }
}
