//! What a line may do on the network, how a router is told, and how it is told apart from what the router says. Pure.

use std::borrow::Cow;

use book::LineStatus;
use radius::Change;
use radius::mikrotik::RateLimit;
use store::tables::lines::{AtZero, PlanRow};

use super::network::Profile;

/// How a router is brought to what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// The session goes on with this changed.
    Change(Vec<Change<'static>>),
    /// The session ends.
    Disconnect,
}

/// What a line may do that has this status and `posted` bytes.
pub(super) fn wanted(status: LineStatus, posted: i64) -> Profile {
    if status == LineStatus::Enabled && posted > 0 { Profile::Full } else { Profile::Restricted }
}

/// How a session is brought to `profile`. None if the plan's speed is none that routers understand.
pub(super) fn means(plan: &PlanRow, status: LineStatus, profile: Profile) -> Option<Means> {
    if status == LineStatus::Cancelled {
        return Some(Means::Disconnect);
    }
    let rate = |text: &str| text.parse::<RateLimit>().ok().map(Change::RateLimit);
    let list = |name: &str| Change::AddressList(Cow::Owned(name.to_owned()));
    Some(match (profile, plan.at_zero) {
        (Profile::Full, AtZero::Slow | AtZero::Block) => Means::Change(vec![rate(&plan.speed)?]),
        // An empty name takes the line out of the list.
        (Profile::Full, AtZero::Walled) => Means::Change(vec![rate(&plan.speed)?, list("")]),
        (Profile::Restricted, AtZero::Slow) => Means::Change(vec![rate(&plan.slow_speed)?]),
        (Profile::Restricted, AtZero::Walled) => Means::Change(vec![list(&plan.walled_list)]),
        (Profile::Restricted, AtZero::Block) => Means::Disconnect,
    })
}

/// What a report shows of a line: by the Class that we gave (`carried`), and by the speed that the router says is in force. None if it
/// tells neither. The speed is believed before the Class where the plan slows: it is what the subscriber feels.
pub(super) fn shown(plan: &PlanRow, carried: Option<Profile>, rate_limit: Option<&str>) -> Option<Profile> {
    let told: Option<RateLimit> = rate_limit.and_then(|text| text.parse().ok());
    let is = |text: &str| told.is_some() && text.parse().ok() == told;
    match plan.at_zero {
        AtZero::Slow if is(&plan.slow_speed) => Some(Profile::Restricted),
        AtZero::Slow if is(&plan.speed) => Some(Profile::Full),
        AtZero::Slow => carried,
        AtZero::Walled | AtZero::Block => carried.or(is(&plan.speed).then_some(Profile::Full)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use money::{Amount, PlanId, Timestamp, Unit};

    use super::*;

    fn plan(at_zero: AtZero) -> PlanRow {
        PlanRow {
            plan_no: 1,
            id: PlanId::from_u128(1),
            name: "Fibra 50".to_owned(),
            fee: Amount::new(99_900_000, Unit::BRL),
            allowance: 50_000_000_000,
            carried_max: None,
            supports_purchase: 1,
            balance_max: 0,
            unpaid_max: None,
            at_zero,
            speed: "10M/50M".to_owned(),
            slow_speed: "256k/1M".to_owned(),
            walled_list: "sem-saldo".to_owned(),
            created_at: Timestamp::EPOCH,
            block_after_days: None,
        }
    }

    #[test]
    fn what_a_line_may_do() {
        use LineStatus::{Blocked, Cancelled, Enabled};
        for (status, posted, expected) in [
            (Enabled, 1, Profile::Full),
            (Enabled, 0, Profile::Restricted),
            (Enabled, -1, Profile::Restricted),
            (Blocked, 1, Profile::Restricted),
            (Cancelled, 1, Profile::Restricted),
        ] {
            assert_eq!(wanted(status, posted), expected, "{status:?} with {posted}");
        }
    }

    #[test]
    fn how_a_router_is_told() {
        let rate = |text: &str| Change::RateLimit(text.parse().expect("a rate"));
        let list = |text: &'static str| Change::AddressList(text.into());
        let (full, restricted) = (Profile::Full, Profile::Restricted);
        for (at_zero, profile, expected) in [
            (AtZero::Slow, restricted, Means::Change(vec![rate("256k/1M")])),
            (AtZero::Slow, full, Means::Change(vec![rate("10M/50M")])),
            (AtZero::Walled, restricted, Means::Change(vec![list("sem-saldo")])),
            (AtZero::Walled, full, Means::Change(vec![rate("10M/50M"), list("")])),
            (AtZero::Block, restricted, Means::Disconnect),
            (AtZero::Block, full, Means::Change(vec![rate("10M/50M")])),
        ] {
            let means = means(&plan(at_zero), LineStatus::Enabled, profile);
            assert_eq!(means, Some(expected), "{at_zero:?} {profile:?}");
        }
        let odd = PlanRow { slow_speed: "slow".to_owned(), ..plan(AtZero::Slow) };
        assert_eq!(means(&odd, LineStatus::Enabled, restricted), None);
        assert_eq!(means(&odd, LineStatus::Cancelled, restricted), Some(Means::Disconnect));
    }

    #[test]
    fn what_a_report_shows() {
        use Profile::{Full, Restricted};
        for (at_zero, carried, rate, expected) in [
            (AtZero::Slow, None, Some("256k/1M"), Some(Restricted)),
            (AtZero::Slow, None, Some("10000k/50M"), Some(Full)),
            (AtZero::Slow, Some(Restricted), Some("10M/50M"), Some(Full)),
            (AtZero::Slow, Some(Restricted), None, Some(Restricted)),
            (AtZero::Slow, None, Some("1M/1M"), None),
            (AtZero::Slow, None, None, None),
            (AtZero::Walled, Some(Restricted), Some("10M/50M"), Some(Restricted)),
            (AtZero::Walled, None, Some("10M/50M"), Some(Full)),
            (AtZero::Walled, None, None, None),
            (AtZero::Block, None, Some("10M/50M"), Some(Full)),
        ] {
            assert_eq!(shown(&plan(at_zero), carried, rate), expected, "{at_zero:?} {carried:?} {rate:?}");
        }
    }
}
