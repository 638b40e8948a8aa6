//! Two months' past of a few customers that are plainly samples.
//!
//! The past is not invented in tables: the engine decides it, event by event, at the times at which it is said to have
//! happened, and the journal holds it like any other. Only the clock that goes with it is made up, which is why this runs
//! before the program starts and never on a journal that has rows.

use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use book::{Act, Book, Command, GENESIS, JournalRow, MeterNo, UseStage};
use engine::{AppendOutcome, Engine, Input, Limits, Outcome, Output, Projector, Request};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use money::{Amount, CustomerId, GrantId, IntentId, MeterId, Quantity, Timestamp, WalletId};
use store::tables::catalog::{Meter, MeterAggregation, PriceTerms, PriceVersion, WindowAnchor};
use store::tables::customers::{Customer, Subject, Wallet};
use store::tables::intents::Intent;
use store::{Journal, JournalReader, SqliteJournal, StoreError, Tables, Tx};

use super::past_lines;
use super::past_money::{self, Money};
use super::past_samples::{SAMPLES, Sample};
use crate::app::{self, JOURNAL_FILE, TABLES_FILE};
use crate::config::Config;
use crate::hashes::KeyedHashes;
use crate::ids;
use crate::intents::{self, Wish};
use crate::notices;
use crate::sold::Sold;

/// What the demo counts: hours of activity.
pub(crate) const METER: &str = "active_hour";
/// The price of an active hour in smallest steps: $0.25.
const HOUR_PRICE: i64 = 250_000;
/// Seconds of an active hour.
const HOUR_SECONDS: u32 = 3_600;
/// How far the past goes back: two days before the month before this one, and all of what has been of this one.
const DAYS: i64 = 65;
/// The past ends so much before now, that nothing in it lies ahead of the clock.
const ENDS_BEFORE_NOW: i64 = 2 * Timestamp::MINUTE;

/// Something that happened, and what it asked of the book.
pub(super) struct Happening {
    pub(super) at: Timestamp,
    pub(super) command: Command,
}

/// Writes the samples' past into the empty folder of `config`, ending a little before `now`.
pub(super) fn write(config: &Config, now: Timestamp) -> anyhow::Result<()> {
    let data = &config.server.data;
    let mut journal = SqliteJournal::open(&data.join(JOURNAL_FILE))?;
    ensure!(journal_is_empty(&mut journal)?, "the demo's journal is not empty");
    let tables = Tables::open(&data.join(TABLES_FILE))?;
    let hashes = KeyedHashes::new(&app::hash_key(&tables)?);
    let end = now.plus(-ENDS_BEFORE_NOW);
    let begin = end.plus(-DAYS * Timestamp::DAY);
    let meter = tables.write(|tx| sell(tx, begin))?;
    let (mut happenings, mut movements) = (Vec::new(), Vec::new());
    for (no, sample) in (1..).zip(SAMPLES) {
        let (told, money) = tell(&tables, config, &hashes, sample, no, meter, end)?;
        happenings.extend(told);
        movements.extend(money.movements);
    }
    let payouts = Money::pay_out(&hashes, &movements, config.credit.unit, end)?;
    tables.write(|tx| {
        payouts.insert(tx)?;
        past_money::compared(tx, end)
    })?;
    happenings.extend(happened(&hashes, &payouts.intents)?);
    happenings.extend(past_lines::tell(&tables, config, &hashes, (begin, end))?);
    happenings.sort_by_key(|happening| happening.at);
    let sold = Sold::read(&tables, begin, config.credit.lateness_max, &config.brand.time_zone)?;
    let engine = Engine::new(
        Book::new(),
        Arc::clone(&sold.catalog),
        Limits { clock_jump_max: i64::MAX, ..Limits::default() },
        0,
        GENESIS,
        begin,
    );
    live_through(engine, &mut journal, happenings, end)?;
    // Nobody is told today of what happened weeks ago.
    let rows = journal.read(1, usize::MAX, usize::MAX)?;
    let projection = Projector::default().project(&rows)?;
    tables.write(|tx| rows.last().map_or(Ok(()), |last| notices::pass_over(tx, &projection, last)))?;
    Ok(())
}

fn journal_is_empty(journal: &mut SqliteJournal) -> Result<bool, StoreError> {
    Ok(JournalReader::last(journal)?.is_none())
}

/// What the demo sells: $0.25 for each hour in which the API was called, from the first call on.
fn sell(tx: &Tx<'_>, begin: Timestamp) -> Result<MeterNo, StoreError> {
    let meter = Meter {
        meter_no: 0,
        id: MeterId::from_u128(ids::fresh()),
        slug: METER.to_owned(),
        aggregation: MeterAggregation::ActiveTime,
        sum_field: None,
        created_at: begin,
    };
    let meter_no = tx.insert_meter(&meter)?;
    let terms = PriceTerms::PerActiveWindow {
        amount: Amount::new(HOUR_PRICE, money::Unit::USD),
        window_seconds: HOUR_SECONDS,
        anchor: WindowAnchor::FirstEvent,
    };
    tx.insert_price(&PriceVersion { meter_no, version: 0, terms, valid_from: begin, created_at: begin })?;
    Ok(MeterNo(meter_no))
}

/// Writes one sample's rows and says what he did, and what his money did.
fn tell(
    tables: &Tables,
    config: &Config,
    hashes: &KeyedHashes,
    sample: &Sample,
    no: u64,
    meter: MeterNo,
    end: Timestamp,
) -> anyhow::Result<(Vec<Happening>, Money)> {
    let came = end.plus(-sample.came * Timestamp::DAY);
    let customer = Customer {
        id: CustomerId::from_u128(id_drawn_at(came)),
        name: sample.name.to_owned(),
        email: Some(format!("{}@example.com", sample.key)),
        external_key: Some(sample.key.to_owned()),
        locale: sample.locale.to_owned(),
        stripe_customer_id: None,
        created_at: came,
    };
    let wallet = Wallet {
        id: WalletId::from_u128(ids::fresh()),
        customer: customer.id,
        unit: config.credit.unit,
        created_at: came,
    };
    let intents = given(config, sample, &wallet, end);
    let mut money = Money::default();
    for (place, recharge) in (0..).zip(sample.recharges) {
        money.attempt(hashes, &wallet, (recharge, place), end)?;
    }
    tables.write(|tx| {
        tx.insert_customer(&customer)?;
        tx.insert_wallet(&wallet)?;
        let subject =
            Subject { subject: customer.id.to_string(), wallet: wallet.id, created_at: wallet.created_at };
        tx.insert_subject(&subject)?;
        intents.iter().try_for_each(|intent| tx.insert_intent(intent))?;
        money.insert(tx)
    })?;
    let mut happenings = happened(hashes, intents.iter().chain(&money.intents))?;
    happenings.extend(uses(sample, no, wallet.id, meter, (came, end), &config.brand.time_zone));
    Ok((happenings, money))
}

/// The sample's wallet, his welcome credit, and what he was given beside it.
fn given(config: &Config, sample: &Sample, wallet: &Wallet, end: Timestamp) -> Vec<Intent> {
    let Wallet { id: wallet, customer, unit, created_at: came } = *wallet;
    let grant = |amount, expires_at| Wish::Grant {
        wallet,
        customer,
        grant: GrantId::from_u128(ids::fresh()),
        amount,
        reason: None,
        expires_at,
    };
    let open = Wish::OpenWallet { wallet, customer, unit };
    let mut intents = vec![intent_of(&open, came), intent_of(&grant(config.credit.welcome, None), came)];
    if let Some(gift) = &sample.gift {
        let amount = Amount::new(gift.dollars * unit.steps_per_one(), unit);
        let expires_at = end.plus(-gift.expired_ago * Timestamp::DAY);
        intents.push(intent_of(&grant(amount, Some(expires_at)), end.plus(-gift.ago * Timestamp::DAY)));
    }
    intents
}

/// What the book was asked by these intents, each when it was written down.
pub(super) fn happened<'a>(
    hashes: &KeyedHashes,
    intents: impl IntoIterator<Item = &'a Intent>,
) -> anyhow::Result<Vec<Happening>> {
    let happened =
        |intent: &Intent| Ok(Happening { at: intent.created_at, command: intents::command(hashes, intent)? });
    intents.into_iter().map(happened).collect()
}

/// An id as it would have been drawn then: milliseconds above, randomness below (UUIDv7). Lists stand in the order of ids.
pub(super) fn id_drawn_at(at: Timestamp) -> u128 {
    const BELOW: u32 = 80;
    let milliseconds = u128::from((at.as_micros() / 1_000).unsigned_abs());
    milliseconds << BELOW | ids::fresh() & ((1 << BELOW) - 1)
}

pub(super) fn intent_of(wish: &Wish, at: Timestamp) -> Intent {
    wish.intent(IntentId::from_u128(ids::fresh()), at)
}

/// The calls of a sample, hour by hour.
fn uses(
    sample: &Sample,
    no: u64,
    wallet: WalletId,
    meter: MeterNo,
    (came, end): (Timestamp, Timestamp),
    zone: &TimeZone,
) -> Vec<Happening> {
    let mut uses = Vec::new();
    for hour in came.hour() + 1..=end.hour() {
        let drawn = mix(no, hour);
        if drawn % 100 >= activity(sample.busy, zone, hour) {
            continue;
        }
        for call in 0..=drawn / 100 % 3 {
            let minute = i64::try_from(mix(drawn, i64::try_from(call).unwrap_or(0)) % 60).unwrap_or(0);
            let at = Timestamp::from_micros(hour * Timestamp::HOUR + minute * Timestamp::MINUTE);
            if at < end {
                uses.push(Happening { at, command: use_at(wallet, meter, at) });
            }
        }
    }
    uses
}

fn use_at(wallet: WalletId, meter: MeterNo, at: Timestamp) -> Command {
    let act = Act::Use { wallet, meter, quantity: Quantity::ONE, occurred_at: at, stage: UseStage::Reported };
    Command { key: None, act }
}

/// Of a hundred such hours so many are active: working hours of a working week, and a little at night.
fn activity(busy: u64, zone: &TimeZone, hour: i64) -> u64 {
    let begin = jiff::Timestamp::from_microsecond(hour * Timestamp::HOUR).unwrap_or_default();
    let local = begin.to_zoned(zone.clone());
    let is_weekend = matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
    if (8..20).contains(&local.hour()) && !is_weekend { busy } else { busy / 8 }
}

/// A number that looks drawn and is the same in every demo.
pub(super) fn mix(seed: u64, n: i64) -> u64 {
    let mut bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ n.cast_unsigned();
    for _ in 0..2 {
        bits = (bits ^ (bits >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    bits >> 20
}

/// Lets the engine decide everything at its time. The disk takes what has gathered once a day, so that two months are some
/// hundred and thirty rows.
fn live_through(
    mut engine: Engine<()>,
    journal: &mut SqliteJournal,
    happenings: Vec<Happening>,
    end: Timestamp,
) -> anyhow::Result<()> {
    let mut outputs = Vec::new();
    let mut day = None;
    for Happening { at, command } in happenings {
        let today = at.hour().div_euclid(24);
        if day.is_some_and(|day| day != today) {
            land(&mut engine, journal, at, &mut outputs)?;
        }
        day = Some(today);
        let request = Request { asker: (), commands: vec![command] };
        engine.step(at, [Input::Request(request)], &mut outputs);
    }
    land(&mut engine, journal, end, &mut outputs)
}

/// Appends until nothing is left to append.
fn land(
    engine: &mut Engine<()>,
    journal: &mut SqliteJournal,
    at: Timestamp,
    outputs: &mut Vec<Output<()>>,
) -> anyhow::Result<()> {
    engine.step(at, [], outputs);
    loop {
        let row = written(outputs.drain(..))?;
        let Some(row) = row else { return Ok(()) };
        journal.append(&row).context("writing the samples' past")?;
        engine.step(at, [Input::Appended(AppendOutcome::Landed)], outputs);
    }
}

/// The row to append, if there is one; an error if the book refused something.
fn written(outputs: impl Iterator<Item = Output<()>>) -> anyhow::Result<Option<Arc<JournalRow>>> {
    let mut row = None;
    for output in outputs {
        match output {
            Output::Append(next) => row = Some(next),
            Output::Answer((), outcomes) => {
                if let Some(Outcome::Refused(refusal)) =
                    outcomes.iter().find(|outcome| matches!(outcome, Outcome::Refused(_)))
                {
                    bail!("the book refuses a part of the samples' past: {refusal}");
                }
            }
            Output::Unavailable(..) | Output::LookUp(_) | Output::Stop(_) => {
                bail!("the samples' past was not written")
            }
            Output::Landed { .. } => {}
        }
    }
    Ok(row)
}
