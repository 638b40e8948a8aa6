//! Random things that happen to a book: commands good and bad, again and late, clocks that jump, sweeps, changes of price.

use book::{KeySpace, MoneyMovement, PaidBy, Reason, Source, TakenBackCause, UseStage};
use money::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;

/// How many wallets there are.
const WALLETS: u128 = 3;
/// How many units they may count in.
pub(crate) const UNITS_LEN: usize = 2;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Command(Wish),
    /// A command of before comes again, perhaps with another body.
    Again {
        which: usize,
        other_body: bool,
    },
    /// A charge of before is reversed.
    Reverse {
        which: usize,
        key: Option<Key>,
    },
    /// The clock goes on (or back) by so many microseconds.
    Pass(i64),
    Sweep(u32),
    /// The row is finished.
    Seal,
    /// The prices change.
    Prices(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) space: KeySpace,
    pub(crate) name: u128,
    pub(crate) body: u64,
}

/// A command whose times are told from the instant it is sent.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Open {
        wallet: u128,
        unit: usize,
        debt_limit: i64,
    },
    Grant {
        wallet: u128,
        amount: i64,
        source: Source,
        priority: u8,
        starts: Option<i64>,
        ends: Option<i64>,
        key: Option<Key>,
    },
    Charge {
        wallet: u128,
        amount: i64,
        other_unit: bool,
        key: Option<Key>,
    },
    TakeOverpaid {
        wallet: u128,
        amount: i64,
    },
    Deduct {
        wallet: u128,
        amount: i64,
    },
    Use {
        wallet: u128,
        meter: u32,
        quantity: i64,
        ago: i64,
        stage: UseStage,
        name: Option<u128>,
    },
    /// So many sixteenths of a purchase of before are taken back, and so many steps.
    TakeBack {
        which: usize,
        cause: TakenBackCause,
        sixteenths: i64,
        steps: i64,
        other_wallet: bool,
    },
    Move {
        movement: MoneyMovement,
        amount: i64,
    },
    Freeze {
        wallet: u128,
        is_frozen: bool,
    },
    Advance(i64),
}

/// How large the numbers are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scale {
    Everyday,
    Extreme,
}

fn amount(scale: Scale) -> BoxedStrategy<i64> {
    match scale {
        Scale::Everyday => prop_oneof![
            8 => select(vec![250_000_i64, 240_000, 500_000, 1_000_000, 1, 750_001, 3_000_000, 25_000_000]),
            1 => -2_i64..=0,
        ]
        .boxed(),
        Scale::Extreme => select(vec![
            1_i64,
            250_000,
            1 << 40,
            (1 << 52) - 1,
            1 << 52,
            (1 << 52) + 1,
            1 << 53,
            i64::MAX,
            i64::MIN,
            0,
        ])
        .boxed(),
    }
}

fn quantity(scale: Scale) -> BoxedStrategy<i64> {
    match scale {
        Scale::Everyday => {
            prop_oneof![6 => Just(1_000_000_i64), 4 => 0_i64..5_000_000, 1 => Just(-1_i64)].boxed()
        }
        Scale::Extreme => {
            select(vec![0_i64, 1, 1_000_000, 1 << 40, i64::MAX / 2, i64::MAX, i64::MIN]).boxed()
        }
    }
}

fn key() -> impl Strategy<Value = Option<Key>> {
    let space = prop_oneof![3 => Just(KeySpace::Request), 2 => Just(KeySpace::Forever)];
    prop::option::of((space, 1_u128..6, 0_u64..2).prop_map(|(space, name, body)| Key { space, name, body }))
}

fn source() -> impl Strategy<Value = Source> {
    select(vec![
        Source::Promotional,
        Source::Purchased,
        Source::Adjustment(Reason::Goodwill),
        Source::Overpaid(PaidBy::Pix),
    ])
}

fn minutes(range: std::ops::Range<i64>) -> impl Strategy<Value = i64> {
    range.prop_map(|minutes| minutes * Timestamp::MINUTE)
}

fn wish(scale: Scale) -> BoxedStrategy<Wish> {
    let wallet = || 0..WALLETS;
    let limit = match scale {
        Scale::Everyday => select(vec![0_i64, 0, 500_000, 2_000_000]),
        Scale::Extreme => select(vec![0_i64, 1 << 53, i64::MAX, i64::MIN]),
    };
    let ago = prop_oneof![
        6 => minutes(-6..90),
        3 => minutes(60..400),
        1 => minutes(4_000..5_000),
        1 => select(vec![i64::MIN, i64::MAX, 0, 72 * Timestamp::HOUR, 72 * Timestamp::HOUR + 1]),
    ];
    let starts = prop::option::weighted(0.3, minutes(-20..200));
    let ends = prop::option::weighted(0.5, minutes(-2..300));
    let grant = (wallet(), amount(scale), source(), 0_u8..3, starts, ends, key());
    let used =
        (wallet(), 0_u32..6, quantity(scale), ago, select(vec![UseStage::Reported, UseStage::Guarded]));
    prop_oneof![
        2 => (wallet(), 0..UNITS_LEN, limit)
            .prop_map(|(wallet, unit, debt_limit)| Wish::Open { wallet, unit, debt_limit }),
        5 => grant.prop_map(|(wallet, amount, source, priority, starts, ends, key)| {
            Wish::Grant { wallet, amount, source, priority, starts, ends, key }
        }),
        4 => (wallet(), amount(scale), prop::bool::weighted(0.05), key())
            .prop_map(|(wallet, amount, other_unit, key)| Wish::Charge { wallet, amount, other_unit, key }),
        1 => (wallet(), amount(scale)).prop_map(|(wallet, amount)| Wish::Deduct { wallet, amount }),
        1 => (wallet(), amount(scale)).prop_map(|(wallet, amount)| Wish::TakeOverpaid { wallet, amount }),
        12 => (used, prop::option::of(1_u128..9)).prop_map(|((wallet, meter, quantity, ago, stage), name)| {
            Wish::Use { wallet, meter, quantity, ago, stage, name }
        }),
        4 => taken_back(),
        1 => (wallet(), prop::bool::weighted(0.3))
            .prop_map(|(wallet, is_frozen)| Wish::Freeze { wallet, is_frozen }),
        1 => (select(MoneyMovement::ALL.map(|(movement, _)| movement).to_vec()), amount(scale))
            .prop_map(|(movement, amount)| Wish::Move { movement, amount }),
        1 => select(vec![0, 1, Timestamp::HOUR, 3 * Timestamp::DAY, 400 * Timestamp::DAY]).prop_map(Wish::Advance),
    ]
    .boxed()
}

fn taken_back() -> impl Strategy<Value = Wish> {
    let cause = select(TakenBackCause::ALL.map(|(cause, _)| cause).to_vec());
    let sixteenths = prop_oneof![2 => Just(16_i64), 2 => Just(0_i64), 3 => 0_i64..17];
    let parts =
        (0..usize::MAX, cause, sixteenths, select(vec![0_i64, 0, 0, 1, -1]), prop::bool::weighted(0.05));
    parts.prop_map(|(which, cause, sixteenths, steps, other_wallet)| Wish::TakeBack {
        which,
        cause,
        sixteenths,
        steps,
        other_wallet,
    })
}

fn step(scale: Scale) -> impl Strategy<Value = Step> {
    let again = (0..usize::MAX, prop::bool::weighted(0.3));
    prop_oneof![
        20 => wish(scale).prop_map(Step::Command),
        4 => again.prop_map(|(which, other_body)| Step::Again { which, other_body }),
        3 => (0..usize::MAX, key()).prop_map(|(which, key)| Step::Reverse { which, key }),
        6 => prop_oneof![
            6 => minutes(0..100),
            2 => 0..Timestamp::MINUTE,
            1 => minutes(-30..0),
            1 => select(vec![Timestamp::DAY, 4 * Timestamp::DAY, 8 * Timestamp::DAY]),
        ].prop_map(Step::Pass),
        3 => select(vec![0_u32, 1, 2, 5, u32::MAX]).prop_map(Step::Sweep),
        3 => Just(Step::Seal),
        1 => (0_usize..3).prop_map(Step::Prices),
    ]
}

pub(crate) fn steps(scale: Scale, len: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(scale), 1..len)
}
