//! Whether a wallet is topped up now, and by how much; what follows from a decline. Pure: it knows no table and no clock.

use money::Timestamp;
use store::tables::automatic_topups::{AutomaticCap, AutomaticReason};

/// Decline codes after which the same card is declined again, whatever is done.
const HARD_DECLINES: [&str; 16] = [
    "card_not_supported",
    "expired_card",
    "fraudulent",
    "incorrect_cvc",
    "incorrect_number",
    "invalid_account",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "lost_card",
    "merchant_blacklist",
    "pickup_card",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "stolen_card",
    "stop_payment_order",
];
/// Codes by which a bank asks for the customer himself.
const WANTS_CUSTOMER: [&str; 3] =
    ["authentication_required", "authentication_not_handled", "online_or_offline_pin_required"];
/// Most times that a pause doubles.
const DOUBLINGS_MAX: u32 = 8;

/// Money and number: what may be charged in a span of time, or was. Money in steps of the wallet's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How much.
    pub money: i64,
    /// How often.
    pub count: u32,
}

/// What may be charged: the customer's word, within the operator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// Below how much is available there is a charge.
    pub threshold: i64,
    /// A charge is this, or a multiple of it. Above zero.
    pub amount: i64,
    /// The most that one charge may be.
    pub charge_max: i64,
    /// The most of a day.
    pub day: Sum,
    /// The most of a month.
    pub month: Sum,
}

/// What was charged, all counted of which it is not certain that it was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Past {
    /// Since midnight.
    pub day: Sum,
    /// Since the first of the month.
    pub month: Sum,
}

impl Past {
    /// Counts charges: when each was made, how much it was, and whether it is certain that the card was not charged. All since
    /// `month_from` count, also what lies ahead of the clock, which may have been set back.
    pub(super) fn count(
        charges: impl IntoIterator<Item = (Timestamp, i64, bool)>,
        day_from: Timestamp,
        month_from: Timestamp,
    ) -> Past {
        let mut past = Past::default();
        for (at, money, certainly_not) in charges {
            let money = if certainly_not { 0 } else { money };
            if at >= month_from {
                past.month = past.month.plus(money);
            }
            if at >= day_from {
                past.day = past.day.plus(money);
            }
        }
        past
    }
}

impl Sum {
    fn plus(self, money: i64) -> Sum {
        Sum { money: self.money.saturating_add(money), count: self.count.saturating_add(1) }
    }
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: there is enough.
    Enough,
    /// Charge this much.
    Charge(i64),
    /// There is too little, and this keeps the card from being charged.
    Capped(AutomaticCap),
}

/// Decides. One charge closes the whole gap: the least multiple of the amount that does, or the largest that the caps allow.
#[must_use]
pub(super) fn decide(terms: &Terms, past: &Past, available: i64) -> Verdict {
    let gap = i128::from(terms.threshold) - i128::from(available);
    if gap <= 0 {
        return Verdict::Enough;
    }
    if past.month.count >= terms.month.count {
        return Verdict::Capped(AutomaticCap::MonthCount);
    }
    if past.day.count >= terms.day.count {
        return Verdict::Capped(AutomaticCap::DayCount);
    }
    let rooms = [
        (terms.charge_max, AutomaticCap::OneCharge),
        (terms.month.money.saturating_sub(past.month.money), AutomaticCap::MonthMoney),
        (terms.day.money.saturating_sub(past.day.money), AutomaticCap::DayMoney),
    ];
    let amount = i128::from(terms.amount.max(1));
    let mut times = (gap + amount - 1) / amount;
    for (room, cap) in rooms {
        if i128::from(room) < amount {
            return Verdict::Capped(cap);
        }
        times = times.min(i128::from(room) / amount);
    }
    // At most a room's worth, which is an i64.
    i64::try_from(times * amount).map_or(Verdict::Capped(AutomaticCap::OneCharge), Verdict::Charge)
}

/// What a decline means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decline {
    /// Another day it may be paid.
    Soft,
    /// It never will be, with this card.
    Hard,
    /// The bank wants the customer himself.
    WantsCustomer,
}

/// Reads what the provider said of a decline: the advice stands before the code.
#[must_use]
pub(super) fn read_decline(code: Option<&str>, decline_code: Option<&str>, advice: Option<&str>) -> Decline {
    let said = |known: &[&str]| [code, decline_code].into_iter().flatten().any(|said| known.contains(&said));
    if said(&WANTS_CUSTOMER) {
        return Decline::WantsCustomer;
    }
    match advice {
        Some("do_not_try_again" | "confirm_card_data") => Decline::Hard,
        Some("try_again_later") => Decline::Soft,
        _ if said(&HARD_DECLINES) => Decline::Hard,
        _ => Decline::Soft,
    }
}

/// What follows from a decline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// A pause of so many minutes.
    Pause {
        /// How long.
        minutes: u32,
    },
    /// No further charge until the customer says so.
    Stop(AutomaticReason),
}

/// What follows from the decline that is the `declines`th in a row.
#[must_use]
pub(super) fn after(decline: Decline, declines: u32, declines_max: u32, first_pause_minutes: u32) -> After {
    match decline {
        Decline::WantsCustomer => After::Stop(AutomaticReason::AuthenticationRequired),
        Decline::Hard => After::Stop(AutomaticReason::HardDecline),
        Decline::Soft if declines >= declines_max => After::Stop(AutomaticReason::TooManyDeclines),
        Decline::Soft => {
            let doublings = declines.saturating_sub(1).saturating_mul(2).min(DOUBLINGS_MAX);
            After::Pause { minutes: first_pause_minutes.saturating_mul(1 << doublings) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AutomaticCap::{DayCount, DayMoney, MonthCount, MonthMoney, OneCharge};

    fn sum(money: i64, count: u32) -> Sum {
        Sum { money, count }
    }

    #[test]
    fn what_is_charged() {
        let terms = Terms { threshold: 10, amount: 20, charge_max: 100, day: sum(60, 3), month: sum(200, 9) };
        let nothing = Past::default();
        let of = |day, month| Past { day, month };
        let cases = [
            ("enough", nothing, 10, Verdict::Enough),
            ("more than enough", nothing, 11, Verdict::Enough),
            ("just below", nothing, 9, Verdict::Charge(20)),
            ("the whole gap at once", nothing, -11, Verdict::Charge(40)),
            ("the gap exactly", nothing, -10, Verdict::Charge(20)),
            ("as much as the day allows", nothing, -1_000, Verdict::Charge(60)),
            ("what of the day is left", of(sum(30, 1), sum(30, 1)), -1_000, Verdict::Charge(20)),
            ("nothing of the day is left", of(sum(41, 1), sum(41, 1)), 0, Verdict::Capped(DayMoney)),
            ("often enough today", of(sum(20, 3), sum(20, 3)), 0, Verdict::Capped(DayCount)),
            ("nothing of the month is left", of(sum(0, 0), sum(181, 4)), 0, Verdict::Capped(MonthMoney)),
            ("often enough this month", of(sum(0, 0), sum(20, 9)), 0, Verdict::Capped(MonthCount)),
            ("far below anything", nothing, i64::MIN, Verdict::Charge(60)),
        ];
        for (name, past, available, expected) in cases {
            assert_eq!(decide(&terms, &past, available), expected, "{name}");
        }
        let lowered = Terms { charge_max: 19, ..terms };
        assert_eq!(decide(&lowered, &nothing, 0), Verdict::Capped(OneCharge));
    }

    /// A small generator: the same seed tells the same story.
    struct Dice(u64);

    impl Dice {
        fn throw(&mut self, sides: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % sides
        }

        fn money(&mut self, most: u64) -> i64 {
            i64::try_from(self.throw(most)).expect("small")
        }
    }

    /// What a card was told, and what it comes to.
    #[derive(Clone, Copy, PartialEq)]
    enum Fate {
        Unknown { charged: bool },
        Paid,
        Declined,
    }

    /// 20,000 stories of use, charges whose answer comes late, never or after a restart, declines, and terms that change. After every step
    /// the money that cards were really charged is within the caps in force when it was charged, for each day and each month.
    #[test]
    fn no_cap_is_ever_passed() {
        for seed in 1..=20_000_u64 {
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let amount = 1 + dice.money(30);
            let day = sum(amount + dice.money(100), 1 + u32::try_from(dice.throw(4)).expect("small"));
            let month = sum(day.money + dice.money(300), 1 + u32::try_from(dice.throw(12)).expect("small"));
            let charge_max = amount + dice.money(200);
            let terms = Terms { threshold: 1 + dice.money(50), amount, charge_max, day, month };
            let (mut available, mut now) = (100_i64, 0_i64);
            let mut charges: Vec<(i64, i64, Fate)> = Vec::new();
            for step in 0..60 {
                now += dice.money(9);
                available -= dice.money(40);
                // The answer of the one in flight: heard, or heard again, or not at all.
                let last = charges.len().saturating_sub(1);
                if let Some((_, money, fate)) = charges.last_mut() {
                    match (*fate, dice.throw(3)) {
                        (Fate::Unknown { charged: true }, 0) => {
                            *fate = Fate::Paid;
                            available += *money;
                        }
                        (Fate::Unknown { charged: false }, 0) => *fate = Fate::Declined,
                        _ => {}
                    }
                }
                let in_flight = charges.get(last).is_some_and(|c| matches!(c.2, Fate::Unknown { .. }));
                // Days of ten hours, months of ten days.
                let (day_from, month_from) = (now / 10 * 10, now / 100 * 100);
                let at = Timestamp::from_micros;
                let counted =
                    charges.iter().map(|(when, money, fate)| (at(*when), *money, *fate == Fate::Declined));
                let past = Past::count(counted, at(day_from), at(month_from));
                if !in_flight && let Verdict::Charge(money) = decide(&terms, &past, available) {
                    assert!(
                        money > 0 && money % amount == 0 && money <= charge_max,
                        "seed {seed}, step {step}"
                    );
                    charges.push((now, money, Fate::Unknown { charged: dice.throw(3) > 0 }));
                }
                let within = |from: i64, most: Sum| {
                    let made = charges.iter().filter(|(when, ..)| *when >= from);
                    let (count, taken) = made.fold((0, 0), |(count, taken), (_, money, fate)| {
                        let is_taken = matches!(fate, Fate::Paid | Fate::Unknown { charged: true });
                        (count + 1, taken + if is_taken { *money } else { 0 })
                    });
                    count <= most.count && taken <= most.money
                };
                assert!(within(day_from, day) && within(month_from, month), "seed {seed}, step {step}");
            }
        }
    }

    #[test]
    fn what_a_decline_means() {
        let cases = [
            (Some("card_declined"), Some("insufficient_funds"), None, Decline::Soft),
            (Some("card_declined"), Some("insufficient_funds"), Some("try_again_later"), Decline::Soft),
            (Some("card_declined"), Some("do_not_honor"), Some("do_not_try_again"), Decline::Hard),
            (Some("card_declined"), Some("generic_decline"), Some("confirm_card_data"), Decline::Hard),
            (Some("card_declined"), Some("lost_card"), None, Decline::Hard),
            (Some("card_declined"), Some("lost_card"), Some("try_again_later"), Decline::Soft),
            (Some("expired_card"), None, None, Decline::Hard),
            (Some("processing_error"), None, None, Decline::Soft),
            (Some("authentication_required"), Some("authentication_required"), None, Decline::WantsCustomer),
            (Some("card_declined"), Some("authentication_required"), None, Decline::WantsCustomer),
            (Some("a_word_of_tomorrow"), None, Some("another"), Decline::Soft),
            (None, None, None, Decline::Soft),
        ];
        for (code, decline_code, advice, expected) in cases {
            assert_eq!(read_decline(code, decline_code, advice), expected, "{code:?} {decline_code:?}");
        }
    }

    #[test]
    fn pauses_grow_and_end_in_a_stop() {
        let step = |declines| after(Decline::Soft, declines, 4, 60);
        assert_eq!(step(1), After::Pause { minutes: 60 });
        assert_eq!(step(2), After::Pause { minutes: 240 });
        assert_eq!(step(3), After::Pause { minutes: 960 });
        assert_eq!(step(4), After::Stop(AutomaticReason::TooManyDeclines));
        assert_eq!(after(Decline::Soft, 90, 99, 60), After::Pause { minutes: 60 * 256 });
        assert_eq!(after(Decline::Hard, 1, 4, 60), After::Stop(AutomaticReason::HardDecline));
        let wanted = after(Decline::WantsCustomer, 1, 4, 60);
        assert_eq!(wanted, After::Stop(AutomaticReason::AuthenticationRequired));
    }
}
