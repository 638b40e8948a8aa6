//! What the book should say, written a second time and as plainly as can be: lists searched from end to end, numbers of 128 bits,
//! nothing kept that can be added up again. It shares no arithmetic with the book.

pub(crate) mod steps;

use std::collections::BTreeMap;

use book::{
    Act, Anchor, Catalog, ChargeTaken, Command, KeySpace, Price, Source, TakeBackTerms, TakenBackCause,
    UseStage,
};
use money::{Unit, WalletId};

const HOUR: i64 = 3_600_000_000;
const WEEK: i64 = 7 * 24 * HOUR;
const OWED_MAX: i128 = 1 << 53;
const AMOUNT_MAX: i128 = 1 << 52;

/// A lot of credit.
#[derive(Clone, Debug)]
pub(crate) struct Lot {
    pub(crate) whole: i128,
    pub(crate) left: i128,
    rank: (u8, i64, bool, usize),
    starts: Option<i64>,
    ends: Option<i64>,
    ended: bool,
    /// What its end took.
    lost: i128,
    payment: Option<u128>,
    overpaid: bool,
    /// True if it holds what was set back of a payment, instead of what the payment bought.
    second: bool,
}

/// What was taken back of a payment, each step as it went: a lot gave, an end had taken it, it became debt.
#[derive(Clone, Debug, Default)]
struct Back {
    refund: i128,
    dispute: i128,
    lots: Vec<(usize, i128)>,
    lost: i128,
    debt: i128,
    since: i64,
}

/// An open window with what it holds of which lot.
#[derive(Clone, Debug)]
struct Open {
    no: usize,
    meter: u32,
    from: i64,
    to: i64,
    price: Price,
    used: i128,
    pending: i128,
    holds: Vec<(usize, i128)>,
}

/// One wallet.
#[derive(Clone, Debug)]
pub(crate) struct Purse {
    place: usize,
    unit: Unit,
    limit: i128,
    pub(crate) debt: i128,
    pub(crate) lots: Vec<Lot>,
    open: Vec<Open>,
    opened: usize,
    paid: Vec<(u32, i64, i64)>,
    back: BTreeMap<u128, Back>,
    frozen: bool,
}

/// What the model expects to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Yes,
    /// The same as for the command of this place in the list of those accepted.
    SameAs(usize),
    No(&'static str),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) purses: BTreeMap<u128, Purse>,
    keys: Vec<(KeySpace, u128, u64, i64, usize)>,
    reversed: Vec<u64>,
    accepted: usize,
    pub(crate) last: Option<i64>,
    forgotten_events: Option<i64>,
    forgotten_requests: Option<i64>,
}

impl Purse {
    pub(crate) fn posted(&self) -> i128 {
        self.lots.iter().filter(|lot| lot.starts.is_none()).map(|lot| lot.left).sum::<i128>() - self.debt
    }

    pub(crate) fn pending(&self) -> i128 {
        self.open.iter().map(|open| open.pending).sum()
    }

    pub(crate) fn available(&self) -> i128 {
        self.posted() - self.pending()
    }

    fn held(&self, lot: usize) -> i128 {
        self.open.iter().flat_map(|open| &open.holds).filter(|hold| hold.0 == lot).map(|hold| hold.1).sum()
    }

    pub(crate) fn free(&self, lot: usize) -> i128 {
        let this = &self.lots[lot];
        if this.ended || this.starts.is_some() { 0 } else { this.left - self.held(lot) }
    }

    /// Which lots would give how much, in burn order, and what is missing.
    fn spread(&self, amount: i128) -> (Vec<(usize, i128)>, i128) {
        let mut order: Vec<usize> = (0..self.lots.len()).collect();
        order.sort_by_key(|lot| self.lots[*lot].rank);
        let (mut parts, mut missing) = (Vec::new(), amount);
        for lot in order {
            let part = self.free(lot).min(missing);
            if part > 0 {
                parts.push((lot, part));
                missing -= part;
            }
        }
        (parts, missing)
    }

    fn take(&mut self, amount: i128) {
        let (parts, missing) = self.spread(amount);
        for (lot, part) in parts {
            self.lots[lot].left -= part;
        }
        self.debt += missing;
    }

    /// Credit that has come: debt first, the rest stays in the lot.
    fn pay_debt_from(&mut self, lot: usize) {
        let paid = self.debt.min(self.lots[lot].left);
        self.lots[lot].left -= paid;
        self.debt -= paid;
    }

    /// The next thing that happens by itself: instant, 0 for windows and 1 for lots, number.
    pub(crate) fn next(&self) -> Option<(i64, u8, usize)> {
        let windows = self.open.iter().map(|open| (open.to, 0, open.no));
        let lots = self.lots.iter().enumerate().filter(|(_, lot)| !lot.ended && lot.left > 0);
        let lots = lots.filter_map(|(no, lot)| Some((lot.starts.or(lot.ends)?, 1, no)));
        windows.chain(lots).min()
    }

    fn happen(&mut self, (_, kind, no): (i64, u8, usize)) {
        if kind == 1 {
            if self.lots[no].starts.take().is_some() {
                self.pay_debt_from(no);
            } else {
                let lost = self.free(no);
                self.lots[no].left -= lost;
                self.lots[no].lost += lost;
                self.lots[no].ended = true;
            }
            return;
        }
        let place = self.open.iter().position(|open| open.no == no).expect("it was found just now");
        let open = self.open.remove(place);
        let held: i128 = open.holds.iter().map(|hold| hold.1).sum();
        for (lot, part) in &open.holds {
            self.lots[*lot].left -= part;
        }
        self.take(open.pending - held);
        if let Price::PerActiveWindow { .. } = open.price {
            self.paid.push((open.meter, open.from, open.to));
        }
    }
}

fn cost(price: Price, used: i128) -> i128 {
    match price {
        Price::PerActiveWindow { amount, .. } => i128::from(amount.value()),
        Price::PerUnit(price) => {
            let step = 10_i128.pow(18 - u32::from(price.unit().decimals()));
            let exact = i128::from(price.e12()) * used;
            let below = exact.div_euclid(step);
            match (exact.rem_euclid(step) * 2).cmp(&step) {
                std::cmp::Ordering::Less => below,
                std::cmp::Ordering::Equal => below + below % 2,
                std::cmp::Ordering::Greater => below + 1,
            }
        }
    }
}

impl Model {
    pub(crate) fn now(&self, at: i64) -> i64 {
        self.last.map_or(at, |last| last.max(at))
    }

    fn pass(&mut self, id: u128, at: i64) {
        while let Some(next) = self.purses.get(&id).and_then(Purse::next).filter(|next| next.0 <= at) {
            if let Some(purse) = self.purses.get_mut(&id) {
                purse.happen(next);
            }
            self.last = Some(self.now(next.0));
        }
    }

    /// Everything due in all wallets, or as much as `limit` allows; true if all was done.
    pub(crate) fn sweep(&mut self, catalog: &Catalog, at: i64, limit: u32) -> bool {
        let at = self.now(at);
        let mut done = 0;
        while let Some((next, id)) = self.first_due().filter(|(next, _)| next.0 <= at) {
            if done == limit {
                return false;
            }
            if let Some(purse) = self.purses.get_mut(&id) {
                purse.happen(next);
            }
            self.last = Some(self.now(next.0));
            done += 1;
        }
        let events = (at - catalog.lateness_max()).div_euclid(HOUR);
        let requests = (at - WEEK).div_euclid(HOUR);
        let newer = |new: i64, old: Option<i64>| old.is_none_or(|old| old < new);
        if newer(events, self.forgotten_events) || newer(requests, self.forgotten_requests) {
            self.last = Some(self.now(at));
        }
        self.forgotten_events = self.forgotten_events.max(Some(events));
        self.forgotten_requests = self.forgotten_requests.max(Some(requests));
        let (events, requests) = (self.forgotten_events, self.forgotten_requests);
        self.keys.retain(|(space, _, _, hour, _)| match space {
            KeySpace::Forever => true,
            KeySpace::Request => Some(*hour) >= requests,
            KeySpace::Event => Some(*hour) >= events,
        });
        true
    }

    /// At equal instants the wallet that was opened first comes first.
    fn first_due(&self) -> Option<((i64, u8, usize), u128)> {
        let due = self.purses.iter().filter_map(|(id, purse)| Some((purse.next()?, purse.place, *id)));
        due.min_by_key(|((at, ..), place, _)| (*at, *place)).map(|(next, _, id)| (next, id))
    }

    pub(crate) fn hear(&mut self, catalog: &Catalog, command: &Command, at: i64) -> Expected {
        let hour = match (&command.act, command.key.map(|key| key.space)) {
            (Act::Use { occurred_at, .. }, Some(KeySpace::Event)) => occurred_at.as_micros(),
            _ => self.now(at),
        };
        let hour = hour.div_euclid(HOUR);
        if let Some(key) = command.key {
            let known = self.keys.iter().find(|known| {
                known.0 == key.space
                    && known.1 == key.key
                    && (key.space != KeySpace::Event || known.3 == hour)
            });
            match known {
                Some((_, _, body, _, place)) if *body == key.body => return Expected::SameAs(*place),
                Some(_) => return Expected::No("idempotency_key_reused"),
                None => {}
            }
        }
        let at = self.now(at);
        if let Err(code) = self.decide(catalog, &command.act, at) {
            return Expected::No(code);
        }
        self.last = Some(at);
        if let Some(key) = command.key {
            self.keys.push((key.space, key.key, key.body, hour, self.accepted));
        }
        self.accepted += 1;
        Expected::Yes
    }

    fn decide(&mut self, catalog: &Catalog, act: &Act, at: i64) -> Result<(), &'static str> {
        match act {
            Act::OpenWallet { wallet, unit, debt_limit, .. } => {
                if self.purses.contains_key(&wallet.as_u128()) {
                    return Err("wallet_exists");
                }
                let limit = i128::from(*debt_limit).clamp(0, OWED_MAX);
                let (lots, open, paid) = (Vec::new(), Vec::new(), Vec::new());
                let place = self.purses.len();
                let back = BTreeMap::new();
                let (unit, frozen) = (*unit, false);
                let purse = Purse { place, unit, limit, debt: 0, lots, open, opened: 0, paid, back, frozen };
                self.purses.insert(wallet.as_u128(), purse);
                Ok(())
            }
            Act::AdvanceClock { by } => {
                if (1_000_000..=366 * 24 * HOUR).contains(by) {
                    Ok(())
                } else {
                    Err("clock_advance")
                }
            }
            Act::Grant(terms) => {
                let purse = self.purse(terms.wallet, at)?;
                whole(terms.amount, purse.unit)?;
                let amount = i128::from(terms.amount.value());
                let starts = terms.effective_at.map(|t| t.as_micros()).filter(|starts| *starts > at);
                let ends = terms.expires_at.map(|t| t.as_micros());
                if ends.is_some_and(|ends| ends <= starts.unwrap_or(at)) {
                    return Err("expiry_past");
                }
                let coming: i128 = purse.lots.iter().filter(|l| l.starts.is_some()).map(|l| l.left).sum();
                if amount > AMOUNT_MAX || purse.posted() + coming + amount > OWED_MAX {
                    return Err("amount_too_large");
                }
                let no = purse.lots.len();
                let bought = matches!(terms.source, Source::Purchased | Source::Overpaid(_));
                let rank = (terms.priority, ends.unwrap_or(i64::MAX), bought, no);
                let payment = terms.payment.map(|payment| payment.as_u128());
                let (left, second) = (amount, false);
                let ended = false;
                purse.lots.push(Lot {
                    whole: amount,
                    left,
                    rank,
                    starts,
                    ends,
                    ended,
                    lost: 0,
                    payment,
                    overpaid: matches!(terms.source, Source::Overpaid(_)),
                    second,
                });
                if starts.is_none() {
                    purse.pay_debt_from(no);
                }
                Ok(())
            }
            Act::Charge { wallet, amount, .. } | Act::Deduct { wallet, amount, .. } => {
                let purse = self.purse(*wallet, at)?;
                whole(*amount, purse.unit)?;
                let amount = i128::from(amount.value());
                if amount > AMOUNT_MAX {
                    return Err("amount_too_large");
                }
                if purse.frozen && matches!(act, Act::Charge { .. }) {
                    return Err("wallet_frozen");
                }
                if purse.available() - amount < -purse.limit {
                    return Err("insufficient_credit");
                }
                purse.take(amount);
                Ok(())
            }
            Act::TakeOverpaid { wallet, amount, .. } => {
                let purse = self.purse(*wallet, at)?;
                whole(*amount, purse.unit)?;
                let amount = i128::from(amount.value());
                if amount > AMOUNT_MAX {
                    return Err("amount_too_large");
                }
                let mut lots: Vec<usize> =
                    (0..purse.lots.len()).filter(|lot| purse.lots[*lot].overpaid).collect();
                lots.sort_by_key(|lot| purse.lots[*lot].rank);
                let there: i128 = lots.iter().map(|lot| purse.free(*lot)).sum();
                if there < amount || purse.available() - amount < -purse.limit {
                    return Err("insufficient_credit");
                }
                let mut wanted = amount;
                for lot in lots {
                    let part = purse.free(lot).min(wanted);
                    purse.lots[lot].left -= part;
                    wanted -= part;
                }
                Ok(())
            }
            Act::Reverse { wallet, charge } => {
                self.purse(*wallet, at)?;
                if self.reversed.contains(&charge.entry.as_u64()) {
                    return Err("already_reversed");
                }
                give_back(self.purse(*wallet, at)?, charge, at)?;
                self.reversed.push(charge.entry.as_u64());
                Ok(())
            }
            Act::SetTakenBack(terms) => set_taken_back(self.purse(terms.wallet, at)?, terms, at),
            Act::MoveMoney { amount, .. } => match i128::from(amount.value()).abs() {
                0 => Err("amount_not_positive"),
                size if size > AMOUNT_MAX => Err("amount_too_large"),
                _ => Ok(()),
            },
            Act::SetFrozen { wallet, is_frozen } => {
                let purse = self.purse(*wallet, at)?;
                if purse.frozen == *is_frozen {
                    return Err("nothing_changes");
                }
                purse.frozen = *is_frozen;
                Ok(())
            }
            Act::Use { .. } => self.used(catalog, act, at),
            // No wallet of this model has a line: they have laws of their own.
            Act::Line(wish) => self.purse(wish.wallet, at).and(Err("line_unknown")),
        }
    }

    fn purse(&mut self, wallet: WalletId, at: i64) -> Result<&mut Purse, &'static str> {
        self.pass(wallet.as_u128(), at);
        self.purses.get_mut(&wallet.as_u128()).ok_or("wallet_unknown")
    }

    fn used(&mut self, catalog: &Catalog, act: &Act, at: i64) -> Result<(), &'static str> {
        let Act::Use { wallet, meter: meter_no, quantity, occurred_at, stage } = act else { return Ok(()) };
        let forgotten = self.forgotten_events;
        let purse = self.purse(*wallet, at)?;
        let meter = catalog.meter(*meter_no).ok_or("meter_unknown")?;
        if meter.price.unit() != purse.unit {
            return Err("unit_mismatch");
        }
        let (used, happened) = (i128::from(quantity.millionths()), occurred_at.as_micros());
        if used < 0 {
            return Err("quantity_negative");
        }
        if happened > at.saturating_add(5 * 60_000_000) {
            return Err("event_in_future");
        }
        if happened < at - catalog.lateness_max() || forgotten.is_some_and(|hour| happened < hour * HOUR) {
            return Err("event_too_late");
        }
        if purse.frozen && *stage == UseStage::Guarded {
            return Err("wallet_frozen");
        }
        let (no, moment) = (meter_no.0, happened.min(at));
        if purse.paid.iter().any(|(paid, from, to)| *paid == no && *from <= moment && moment < *to) {
            return Ok(());
        }
        let inside = |open: &Open| open.meter == no && open.from <= moment && moment < open.to;
        let place = purse.open.iter().position(inside);
        let (price, before, pending) = match place {
            Some(place) => (purse.open[place].price, purse.open[place].used, purse.open[place].pending),
            None => (meter.price, 0, 0),
        };
        if before + used > i128::from(i64::MAX) || cost(price, before + used) > OWED_MAX {
            return Err("amount_too_large");
        }
        let more = cost(price, before + used) - pending;
        if purse.available() - more < -OWED_MAX {
            return Err("amount_too_large");
        }
        let asks = *stage == UseStage::Guarded && (place.is_none() || more > 0);
        if asks && purse.available() - more < -purse.limit {
            return Err("insufficient_credit");
        }
        let (holds, _) = purse.spread(more);
        if let Some(place) = place {
            let open = &mut purse.open[place];
            open.used += used;
            open.pending += more;
            open.holds.extend(holds);
            return Ok(());
        }
        let (from, to) = purse.span(no, meter.price, moment);
        if to <= at {
            purse.take(more);
            if let Price::PerActiveWindow { .. } = meter.price {
                purse.paid.push((no, from, to));
            }
            return Ok(());
        }
        let open =
            Open { no: purse.opened, meter: no, from, to, price: meter.price, used, pending: more, holds };
        purse.opened += 1;
        purse.open.push(open);
        Ok(())
    }
}

impl Purse {
    /// How much of a lot the customer has had: what is neither left nor ended nor taken back.
    fn gave(&self, no: usize, lot: &Lot) -> i128 {
        let back = self.back.values().flat_map(|back| &back.lots).filter(|part| part.0 == no);
        lot.whole - lot.left - lot.lost - back.map(|part| part.1).sum::<i128>()
    }

    fn span(&self, meter: u32, price: Price, moment: i64) -> (i64, i64) {
        let (from, to) = match price {
            Price::PerUnit(_) => {
                return (moment - moment.rem_euclid(HOUR), moment - moment.rem_euclid(HOUR) + HOUR);
            }
            Price::PerActiveWindow { length, anchor: Anchor::FirstEvent, .. } => (moment, moment + length),
            Price::PerActiveWindow { length, anchor: Anchor::Clock, .. } => {
                (moment - moment.rem_euclid(length), moment - moment.rem_euclid(length) + length)
            }
        };
        let open = self.open.iter().filter(|open| open.meter == meter).map(|open| open.from);
        let paid = self.paid.iter().filter(|paid| paid.0 == meter).map(|paid| paid.1);
        let next = open.chain(paid).filter(|begins| *begins > moment).min();
        (from, next.map_or(to, |next| next.min(to)))
    }
}

fn whole(amount: money::Amount, unit: Unit) -> Result<(), &'static str> {
    if amount.unit() != unit {
        Err("unit_mismatch")
    } else if amount.value() <= 0 {
        Err("amount_not_positive")
    } else {
        Ok(())
    }
}

/// Debt first; then each lot gets back what it gave, unless it has ended; what is left (it paid debt that another lot paid since)
/// goes to the newest lots that have room and is lost if none has.
fn give_back(purse: &mut Purse, charge: &ChargeTaken, at: i64) -> Result<(), &'static str> {
    let total =
        charge.burns.iter().map(|(_, part)| i128::from(*part)).sum::<i128>() + i128::from(charge.debt);
    let mut after = purse.clone();
    let to_debt = after.debt.min(total);
    after.debt -= to_debt;
    let mut left = total - to_debt;
    let lives = |lot: &Lot| !lot.ended && lot.ends.is_none_or(|ends| ends > at);
    let mut homeless = 0;
    for (lot, part) in &charge.burns {
        let no = usize::try_from(*lot).expect("few lots");
        let lot = &mut after.lots[no];
        let back = i128::from(*part).min(left);
        left -= back;
        if lives(lot) {
            let fits = back.min(purse.gave(no, lot));
            lot.left += fits;
            homeless += back - fits;
        } else {
            lot.lost += back;
        }
    }
    homeless += left;
    for (no, lot) in after.lots.iter_mut().enumerate().rev().filter(|(_, lot)| lives(lot)) {
        let fits = homeless.min(purse.gave(no, lot));
        lot.left += fits;
        homeless -= fits;
    }
    let coming: i128 = after.lots.iter().filter(|lot| lot.starts.is_some()).map(|lot| lot.left).sum();
    if after.posted() + coming > OWED_MAX {
        return Err("amount_too_large");
    }
    *purse = after;
    Ok(())
}

/// What is asked of a payment is counted anew each time: what both causes want, at most the payment, against what is taken already.
/// Taking goes lot, ended, debt; giving goes the other way round.
fn set_taken_back(purse: &mut Purse, terms: &TakeBackTerms, at: i64) -> Result<(), &'static str> {
    if terms.amount.unit() != purse.unit {
        return Err("unit_mismatch");
    }
    let wanted = i128::from(terms.amount.value());
    if wanted < 0 {
        return Err("amount_negative");
    }
    let payment = terms.payment.as_u128();
    let theirs = |lot: &Lot| lot.payment == Some(payment) && lot.starts.is_none();
    let own = purse.lots.iter().position(|lot| theirs(lot) && !lot.second).ok_or("payment_unknown")?;
    let credited = purse.lots[own].whole;
    if wanted > credited {
        return Err("more_than_credited");
    }
    let mut after = purse.clone();
    let mut back = after.back.remove(&payment).unwrap_or(Back { since: at, ..Back::default() });
    let of_cause = match terms.cause {
        TakenBackCause::Refund => &mut back.refund,
        TakenBackCause::Dispute => &mut back.dispute,
    };
    if *of_cause == wanted {
        return Err("nothing_changes");
    }
    *of_cause = wanted;
    let taken = back.lots.iter().map(|part| part.1).sum::<i128>() + back.lost + back.debt;
    let target = (back.refund + back.dispute).min(credited);
    // One step at a time would be plainest; whole parts are the same and quicker.
    let mut more = target - taken;
    if more > 0 {
        for no in 0..after.lots.len() {
            if theirs(&after.lots[no]) {
                let part = after.free(no).min(more);
                after.lots[no].left -= part;
                back.lots.push((no, part));
                more -= part;
            }
        }
        let ended: i128 = after.lots.iter().filter(|lot| theirs(lot)).map(|lot| lot.lost).sum();
        let part = (ended - back.lost).clamp(0, more);
        back.lost += part;
        back.debt += more - part;
        after.debt += more - part;
    } else {
        let mut less = -more;
        let mut homeless = 0;
        let from_debt = back.debt.min(less);
        back.debt -= from_debt;
        less -= from_debt;
        let owed = from_debt.min(after.debt);
        after.debt -= owed;
        homeless += from_debt - owed;
        let from_ended = back.lost.min(less);
        back.lost -= from_ended;
        less -= from_ended;
        // The book keeps one number per lot, in the order in which lots first gave.
        let mut order: Vec<usize> = Vec::new();
        back.lots.iter().filter(|part| part.1 > 0).for_each(|part| {
            if !order.contains(&part.0) {
                order.push(part.0);
            }
        });
        for no in order {
            let gave: i128 = back.lots.iter().filter(|part| part.0 == no).map(|part| part.1).sum();
            let part = gave.min(less);
            less -= part;
            back.lots.retain(|part| part.0 != no);
            if gave > part {
                back.lots.push((no, gave - part));
            }
            let lot = &mut after.lots[no];
            if !lot.ended && lot.ends.is_none_or(|ends| ends > at) {
                lot.left += part;
                let paid = after.debt.min(part);
                lot.left -= paid;
                after.debt -= paid;
            } else {
                homeless += part;
            }
        }
        if homeless > 0 {
            let left = after.lots[own].ends.map(|ends| ends - back.since).filter(|left| *left > 0);
            let ends = left.map(|left| at + left);
            let rank = (after.lots[own].rank.0, ends.unwrap_or(i64::MAX), true, after.lots.len());
            let (payment, second) = (Some(payment), true);
            let (whole, starts, ended, lost) = (homeless, None, false, 0);
            let (left, overpaid) = (whole, false);
            after.lots.push(Lot { whole, left, rank, starts, ends, ended, lost, payment, overpaid, second });
            after.pay_debt_from(after.lots.len() - 1);
        }
    }
    if back.refund > 0 || back.dispute > 0 {
        after.back.insert(payment, back);
    }
    let coming: i128 = after.lots.iter().filter(|lot| lot.starts.is_some()).map(|lot| lot.left).sum();
    if after.posted() + coming > OWED_MAX {
        return Err("amount_too_large");
    }
    *purse = after;
    Ok(())
}
