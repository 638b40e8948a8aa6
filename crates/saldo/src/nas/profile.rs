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

/// The list for lines that are let out of a walled garden, which no rule of a router should name. A text without length would do for
/// routers that take it, but must not be sent (RFC 2865 §5), and FreeRADIUS passes none on.
const FREE_LIST: &str = "saldo-livre";

/// Whether a session is in a walled garden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wall {
    Inside,
    Outside,
}

/// What is in force on a session: the profile, and by which rule of its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) profile: Profile,
    pub(super) wall: Wall,
    /// The speed or the list; none if it is of a plan as it is no more.
    rule: Option<String>,
}

impl Terms {
    /// What a plan wants for this profile.
    pub(super) fn of(plan: &PlanRow, profile: Profile) -> Terms {
        let (wall, rule) = match (profile, plan.at_zero) {
            (Profile::Full, _) => (Wall::Outside, plan.speed.as_str()),
            (Profile::Restricted, AtZero::Slow) => (Wall::Outside, plan.slow_speed.as_str()),
            (Profile::Restricted, AtZero::Walled) => (Wall::Inside, plan.walled_list.as_str()),
            (Profile::Restricted, AtZero::Block) => (Wall::Outside, ""),
        };
        Terms { profile, wall, rule: Some(rule.to_owned()) }
    }

    /// The beginning of the Class that a session carries under these terms.
    fn mark(&self) -> &'static str {
        match (self.profile, self.wall) {
            (Profile::Full, _) => "sd:f",
            (Profile::Restricted, Wall::Outside) => "sd:r",
            (Profile::Restricted, Wall::Inside) => "sd:w",
        }
    }

    /// The Class that a session carries under these terms, once the router has taken them over. `proof` makes a number of texts that
    /// nobody else can make.
    pub(super) fn class(&self, proof: impl FnOnce(&[&[u8]]) -> u64) -> Vec<u8> {
        let (mark, rule) = (self.mark(), self.rule.as_deref().unwrap_or_default());
        format!("{mark}{:016x}", proof(&[mark.as_bytes(), rule.as_bytes()])).into_bytes()
    }

    /// The terms that a Class of ours tells of which none of the plan's is.
    fn of_another_plan(class: &[u8]) -> Option<Terms> {
        let known = [
            (Profile::Full, Wall::Outside),
            (Profile::Restricted, Wall::Outside),
            (Profile::Restricted, Wall::Inside),
        ];
        let terms = known.map(|(profile, wall)| Terms { profile, wall, rule: None });
        terms.into_iter().find(|terms| class.starts_with(terms.mark().as_bytes()))
    }
}

/// The terms that the Class of a report tells, if it is one that we gave.
pub(super) fn carried(
    plan: &PlanRow,
    classes: &[Vec<u8>],
    class: impl Fn(&Terms) -> Vec<u8>,
) -> Option<Terms> {
    let current = [Profile::Full, Profile::Restricted].map(|profile| Terms::of(plan, profile));
    let is_carried = |terms: &Terms| classes.contains(&class(terms));
    let found = current.into_iter().find(is_carried);
    found.or_else(|| classes.iter().find_map(|class| Terms::of_another_plan(class)))
}

/// What a line may do that has this status and `posted` bytes.
pub(super) fn wanted(status: LineStatus, posted: i64) -> Profile {
    if status == LineStatus::Enabled && posted > 0 { Profile::Full } else { Profile::Restricted }
}

/// How a session is brought to `profile` from where it may be. None if the plan's speed is none that routers understand.
pub(super) fn means(plan: &PlanRow, status: LineStatus, profile: Profile, wall: Wall) -> Option<Means> {
    if status == LineStatus::Cancelled {
        return Some(Means::Disconnect);
    }
    let rate = |text: &str| text.parse::<RateLimit>().ok().map(Change::RateLimit);
    let list = |name: &str| Change::AddressList(Cow::Owned(name.to_owned()));
    let let_out = || (wall == Wall::Inside).then(|| list(FREE_LIST));
    Some(match (profile, plan.at_zero) {
        (Profile::Full, AtZero::Slow | AtZero::Block) => {
            Means::Change([rate(&plan.speed)?].into_iter().chain(let_out()).collect())
        }
        (Profile::Full, AtZero::Walled) => Means::Change(vec![rate(&plan.speed)?, list(FREE_LIST)]),
        (Profile::Restricted, AtZero::Slow) => {
            Means::Change([rate(&plan.slow_speed)?].into_iter().chain(let_out()).collect())
        }
        (Profile::Restricted, AtZero::Walled) => Means::Change(vec![list(&plan.walled_list)]),
        (Profile::Restricted, AtZero::Block) => Means::Disconnect,
    })
}

/// What a report shows of a line: by the Class that we gave (`carried`), and by the speed that the router says is in force. None if it
/// tells neither. The speed is believed before the Class where the plan slows: it is what the subscriber feels. But not of a session
/// that carries what another plan wanted: it may be walled at whatever speed.
pub(super) fn shown(plan: &PlanRow, carried: Option<Terms>, rate_limit: Option<&str>) -> Option<Terms> {
    let told: Option<RateLimit> = rate_limit.and_then(|text| text.parse().ok());
    let is = |text: &str| told.is_some() && text.parse().ok() == told;
    if carried.as_ref().is_some_and(|terms| terms.rule.is_none()) {
        return carried;
    }
    let of = |profile| Some(Terms::of(plan, profile));
    match plan.at_zero {
        AtZero::Slow if is(&plan.slow_speed) => of(Profile::Restricted),
        AtZero::Slow if is(&plan.speed) => of(Profile::Full),
        AtZero::Slow => carried,
        AtZero::Walled | AtZero::Block if carried.is_some() => carried,
        AtZero::Walled | AtZero::Block => is(&plan.speed).then(|| Terms::of(plan, Profile::Full)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use money::{Amount, PlanId, Timestamp, Unit};

    use super::*;

    pub(crate) fn plan(at_zero: AtZero) -> PlanRow {
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
            zero_rated: String::new(),
            fee_since: None,
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
        let free = || list("saldo-livre");
        let (full, restricted) = (Profile::Full, Profile::Restricted);
        let (inside, outside) = (Wall::Inside, Wall::Outside);
        for (at_zero, profile, wall, expected) in [
            (AtZero::Slow, restricted, outside, Means::Change(vec![rate("256k/1M")])),
            (AtZero::Slow, restricted, inside, Means::Change(vec![rate("256k/1M"), free()])),
            (AtZero::Slow, full, outside, Means::Change(vec![rate("10M/50M")])),
            (AtZero::Slow, full, inside, Means::Change(vec![rate("10M/50M"), free()])),
            (AtZero::Walled, restricted, outside, Means::Change(vec![list("sem-saldo")])),
            (AtZero::Walled, restricted, inside, Means::Change(vec![list("sem-saldo")])),
            (AtZero::Walled, full, outside, Means::Change(vec![rate("10M/50M"), free()])),
            (AtZero::Block, restricted, inside, Means::Disconnect),
            (AtZero::Block, full, outside, Means::Change(vec![rate("10M/50M")])),
            (AtZero::Block, full, inside, Means::Change(vec![rate("10M/50M"), free()])),
        ] {
            let means = means(&plan(at_zero), LineStatus::Enabled, profile, wall);
            assert_eq!(means, Some(expected), "{at_zero:?} {profile:?} {wall:?}");
        }
        let odd = PlanRow { slow_speed: "slow".to_owned(), ..plan(AtZero::Slow) };
        assert_eq!(means(&odd, LineStatus::Enabled, restricted, outside), None);
        assert_eq!(means(&odd, LineStatus::Cancelled, restricted, outside), Some(Means::Disconnect));
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
            let plan = plan(at_zero);
            let terms = |profile| Terms::of(&plan, profile);
            let found = shown(&plan, carried.map(terms), rate);
            assert_eq!(found, expected.map(terms), "{at_zero:?} {carried:?} {rate:?}");
        }
    }

    #[test]
    fn what_another_plan_wanted_is_told_from_what_this_one_wants() {
        let class =
            |terms: &Terms| terms.class(|parts| parts.concat().iter().map(|byte| u64::from(*byte)).sum());
        let walled = plan(AtZero::Walled);
        let slow = plan(AtZero::Slow);
        let faster = PlanRow { speed: "20M/100M".to_owned(), ..plan(AtZero::Slow) };
        let (full, restricted) = (Profile::Full, Profile::Restricted);
        for (name, given, now, rate, expected) in [
            ("as it is", (&slow, restricted), &slow, None, (restricted, Wall::Outside, true)),
            (
                "walled before",
                (&walled, restricted),
                &slow,
                Some("10M/50M"),
                (restricted, Wall::Inside, false),
            ),
            (
                "slow before",
                (&slow, restricted),
                &walled,
                Some("256k/1M"),
                (restricted, Wall::Outside, false),
            ),
            (
                "full, and only what is done at zero differs",
                (&walled, full),
                &slow,
                None,
                (full, Wall::Outside, true),
            ),
            ("full, and faster now", (&slow, full), &faster, None, (full, Wall::Outside, false)),
        ] {
            let given = class(&Terms::of(given.0, given.1));
            let classes = [b"somebody's".to_vec(), given];
            let found = shown(now, carried(now, &classes, class), rate).expect("it shows something");
            let is_wanted = found == Terms::of(now, found.profile);
            assert_eq!((found.profile, found.wall, is_wanted), expected, "{name}");
        }
        assert_eq!(carried(&slow, &[b"ai:1234".to_vec(), b"sd:x".to_vec()], class), None);
    }
}
