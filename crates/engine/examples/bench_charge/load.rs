//! Who asks: charges of random wallets, each with an idempotency key of its own.

use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Duration;

use book::{
    Act, Aggregation, Anchor, Catalog, Command, CommandKey, GrantTerms, KeySpace, Meter, MeterNo, Price,
    Source,
};
use engine::{Input, Outcome, Request};
use money::{Amount, CustomerId, GrantId, Timestamp, Unit, WalletId};

use crate::ledger::Message;

/// Threads that ask.
pub(crate) const ASKERS: usize = 4;
/// Commands that each asker keeps under way, if a request is not longer.
const COMMANDS_UNDER_WAY: usize = 8_000;
/// Requests that each asker keeps under way at most.
const REQUESTS_UNDER_WAY_MAX: usize = 2_000;
/// What each wallet is given: more than a run can take.
const GRANTED: i64 = 1_000_000_000_000;

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) request_length: usize,
    pub(crate) wallets: u32,
    pub(crate) time: Duration,
}

impl Load {
    /// Requests that an asker keeps under way.
    pub(crate) fn requests_under_way(&self) -> usize {
        (COMMANDS_UNDER_WAY / self.request_length).clamp(2, REQUESTS_UNDER_WAY_MAX)
    }
}

/// SplitMix64: see the simulation.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mix = self.0;
        mix = (mix ^ (mix >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mix = (mix ^ (mix >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mix ^ (mix >> 31)
    }
}

/// Ids as the program draws them: time in the high bits, the rest random.
fn wallet(no: u32) -> WalletId {
    let random = Random(u64::from(no)).next();
    WalletId::from_u128((0x0193_0000_0000_7000_u128 << 64) | u128::from(random))
}

pub(crate) fn catalog() -> Catalog {
    let amount = Amount::new(250_000, Unit::USD);
    let price = Price::PerActiveWindow { amount, length: Timestamp::HOUR, anchor: Anchor::FirstEvent };
    let meter = Meter { no: MeterNo(0), aggregation: Aggregation::ActiveTime, price };
    Catalog::new([meter], Catalog::LATENESS_DEFAULT)
}

/// The commands that open a wallet and fill it.
pub(crate) fn opening(no: u32) -> [Command; 2] {
    let (wallet, customer) = (wallet(no), CustomerId::from_u128(wallet(no).as_u128() + 1));
    let open = Act::OpenWallet { wallet, customer, unit: Unit::USD, debt_limit: 0 };
    let grant = Act::Grant(GrantTerms {
        wallet,
        grant: GrantId::from_u128(wallet.as_u128() + 2),
        amount: Amount::new(GRANTED, Unit::USD),
        source: Source::Purchased,
        priority: 0,
        effective_at: None,
        expires_at: None,
        cost: None,
        payment: None,
    });
    [open, grant].map(|act| Command { key: None, act })
}

/// One charge of a random wallet.
pub(crate) fn charge(random: &mut Random, wallets: u32) -> Command {
    let drawn = (random.next() % u64::from(wallets)).try_into().expect("below the number of wallets");
    let key = (u128::from(random.next()) << 64) | u128::from(random.next());
    Command {
        key: Some(CommandKey { space: KeySpace::Request, key, body: random.next() }),
        act: Act::Charge { wallet: wallet(drawn), amount: Amount::new(2_500, Unit::USD), kind: 3 },
    }
}

/// Asks until the ledger goes away or the time is over, and then waits for what is under way.
pub(crate) fn ask(
    place: usize,
    load: Load,
    ledger: &SyncSender<Message>,
    answers: &Receiver<Vec<Outcome>>,
    until: &dyn Fn() -> bool,
) {
    // Another run asks for other things.
    let mut random = Random(((load.request_length as u64) << 32) + place as u64);
    let mut under_way = 0;
    loop {
        while under_way < load.requests_under_way() && !until() {
            let commands = (0..load.request_length).map(|_| charge(&mut random, load.wallets)).collect();
            ledger
                .send(Message::Engine(Input::Request(Request { asker: place, commands })))
                .expect("the ledger runs");
            under_way += 1;
        }
        if under_way == 0 {
            return;
        }
        let outcomes = answers.recv().expect("the ledger answers");
        assert!(
            outcomes.iter().all(|outcome| matches!(outcome, Outcome::Decided { .. })),
            "a charge is taken"
        );
        under_way -= 1;
    }
}
