//! The past of the provider's sample subscribers: the lines of those who are there stand in the middle of a cycle, and what they used lies spread over its
//! days as people use it, more in the evening and at weekends.

use book::{Act, Command, LineAct, LineStatus, LineWish};
use jiff::tz::TimeZone;
use money::{CustomerId, PlanId, Timestamp, WalletId};
use store::{StoreError, Tables};

use super::past::{Happening, happened, id_drawn_at, mix};
use super::past_unpaid;
use super::provider::{self, Sample};
use crate::config::Config;
use crate::hashes::KeyedHashes;
use crate::ids;
use crate::lines::offers::names_of;
use crate::lines::{self, NewLine, PreparedLine};

/// Days of the cycle that lie behind.
const CYCLE_DAYS: i64 = 20;
/// When people are online, in hours of the day, and how much each of these times weighs.
const TIMES: [(i64, u64); 5] = [(8, 10), (13, 15), (18, 25), (21, 45), (23, 20)];
/// Weekends weigh so much, in percent.
const WEEKEND: u64 = 160;

/// Writes down plans, subscribers and lines, and says what they did until `end`.
pub(super) fn tell(
    tables: &Tables,
    config: &Config,
    hashes: &KeyedHashes,
    (begin, end): (Timestamp, Timestamp),
) -> anyhow::Result<Vec<Happening>> {
    let zone = &config.brand.time_zone;
    let begins_at = cycle_begin(zone, end)?;
    let plan_no = tables.write(|tx| {
        let mut numbers = Vec::new();
        for plan in provider::plans() {
            let row = plan.row(0, PlanId::from_u128(ids::fresh()), begin);
            names_of(&row.zero_rated).try_for_each(|name| tx.name_traffic(name))?;
            numbers.push(tx.insert_plan(&row)?);
        }
        Ok::<_, StoreError>(numbers.first().copied().unwrap_or_default())
    })?;
    let mut happenings = past_unpaid::tell(tables, config, hashes, plan_no, end)?;
    for (no, sample) in (1..).zip(&provider::SAMPLES) {
        let customer = CustomerId::from_u128(id_drawn_at(begins_at));
        let (customer, payer) = lines::rows(customer, sample.subscriber(), begins_at);
        let new = NewLine {
            customer: customer.id,
            plan_no,
            anchor_day: anchor_day(zone, begins_at),
            access_login: Some(sample.access_login.to_owned()),
        };
        let line = PreparedLine::new(new, (0, 0), begins_at);
        tables.write(|tx| {
            tx.insert_customer(&customer)?;
            tx.put_payer(&payer)?;
            line.insert(tx)
        })?;
        happenings.extend(happened(hashes, &line.intents)?);
        happenings.extend(lived(sample, no, line.entry.wallet, begins_at, end));
    }
    Ok(happenings)
}

/// The first instant of the day on which the cycle that runs at `end` began.
fn cycle_begin(zone: &TimeZone, end: Timestamp) -> anyhow::Result<Timestamp> {
    let day = jiff::Timestamp::from_microsecond(end.plus(-CYCLE_DAYS * Timestamp::DAY).as_micros())?;
    let midnight = day.to_zoned(zone.clone()).start_of_day()?;
    Ok(Timestamp::from_micros(midnight.timestamp().as_microsecond()))
}

fn anchor_day(zone: &TimeZone, begins_at: Timestamp) -> u8 {
    let day = jiff::Timestamp::from_microsecond(begins_at.as_micros()).unwrap_or_default();
    u8::try_from(day.to_zoned(zone.clone()).day()).unwrap_or(1)
}

/// What a sample used from `begins_at` on, all of it some time before `end`, and what became of his line.
fn lived(sample: &Sample, no: u64, wallet: WalletId, begins_at: Timestamp, end: Timestamp) -> Vec<Happening> {
    let until = end.plus(-sample.quiet_days * Timestamp::DAY);
    let by_line = |at, act| {
        let act = Act::Line(Box::new(LineWish { wallet, act }));
        Happening { at, command: Command { key: None, act } }
    };
    let times: Vec<(Timestamp, u64)> = times(no, begins_at, until);
    let whole: u64 = times.iter().map(|(_, weight)| weight).sum();
    let (mut weighed, mut used, mut happenings) = (0, 0, Vec::new());
    for (at, weight) in times {
        weighed += weight;
        // Cut, not rounded, so that the last share makes up the sum.
        let until_now = i128::from(sample.used) * i128::from(weighed) / i128::from(whole.max(1));
        let until_now = i64::try_from(until_now).unwrap_or(sample.used);
        if until_now > used {
            happenings.push(by_line(at, LineAct::AddUse { total: until_now - used, outside: 0 }));
        }
        used = until_now;
    }
    if sample.status != LineStatus::Enabled {
        happenings.push(by_line(until, LineAct::SetStatus { status: sample.status }));
    }
    happenings
}

/// When something was used, and how much that weighs.
fn times(no: u64, begins_at: Timestamp, until: Timestamp) -> Vec<(Timestamp, u64)> {
    let mut times = Vec::new();
    for day in 0..=CYCLE_DAYS {
        let midnight = begins_at.plus(day * Timestamp::DAY);
        // The epoch began on a Thursday.
        let weekday = (midnight.hour().div_euclid(24) + 3).rem_euclid(7);
        let mood = if weekday < 5 { 100 } else { WEEKEND };
        for (hour, weight) in TIMES {
            let drawn = mix(no, midnight.hour() + hour);
            let minute = i64::try_from(drawn % 60).unwrap_or(0);
            let at = midnight.plus(hour * Timestamp::HOUR + minute * Timestamp::MINUTE);
            if at < until {
                times.push((at, weight * mood * (40 + drawn % 120)));
            }
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_lies_within_the_cycle_and_makes_up_the_sum() {
        let end = Timestamp::parse("2026-03-20T14:00:00Z").expect("a time");
        let begins_at = cycle_begin(&TimeZone::UTC, end).expect("a day");
        assert_eq!(begins_at, Timestamp::parse("2026-02-28T00:00:00Z").expect("a time"));
        assert_eq!(anchor_day(&TimeZone::UTC, begins_at), 28);
        for sample in &provider::SAMPLES {
            let wallet = WalletId::from_u128(1);
            let mut used = 0;
            for Happening { at, command } in lived(sample, 1, wallet, begins_at, end) {
                assert!((begins_at..=end).contains(&at), "{at:?}");
                let Act::Line(wish) = command.act else { panic!("{:?}", command.act) };
                if let LineAct::AddUse { total, .. } = wish.act {
                    used += total;
                }
            }
            assert_eq!(used, sample.used, "{}", sample.name);
        }
    }
}
