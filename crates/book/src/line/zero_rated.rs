//! Traffic that costs nothing because of what it is, as routers tell it apart by a name: zero-rated by the plan.
//!
//! A router that counts such traffic apart from its sessions reports it as a session of its own, whose bytes are all outside. One that
//! counts it in its sessions' counters as well tells the same bytes twice. They are not counted twice: what sessions tell is all that
//! was used, and of it as much is free as was told apart, whichever of both comes first. What was told apart and not yet used is owed, and
//! taken off what is used next; what was charged before it was told apart is given back.
//!
//! Over a cycle, what is free is the lesser of both sums, whatever the order of reports. Doubts of rounding and of time are the
//! subscriber's gain; what was told apart before the cycle began and is not yet free is still owed in it.

use money::Timestamp;

use super::calendar::{Span, covered};
use super::record::{Read, Taken, ZeroRated};
use super::state::Line;
use super::traffic::{Judged, Split, free_within, taken_of};
use crate::decide::room;
use crate::decision::Burns;
use crate::wallet::Wallet;

/// The dense number of a kind of traffic that routers tell apart, given when its name was first listed in a plan and never used again. Zero
/// stands for all those that no plan ever listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrafficNo(pub u32);

/// What was told in the cycle by sessions that count all of their traffic, and of zero-rated traffic by the same routers. Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Used in sessions, but for what was outside anyway.
    pub used: i64,
    /// Used in sessions before the cycle began, and told in it.
    pub used_earlier: i64,
    /// Told apart, but for what was outside anyway.
    pub told: i64,
    /// Told apart of the time before the cycle began, and what was still owed when it did.
    pub told_earlier: i64,
    /// What of it was made free.
    pub free: i64,
    /// What was told apart last.
    pub traffic: Option<TrafficNo>,
}

impl Shared {
    /// What was told apart and belongs to this cycle. What sessions told of the time before it has cost nothing here.
    fn own(&self) -> i64 {
        self.told + (self.told_earlier - self.used_earlier).max(0)
    }

    /// What is to be made free now.
    fn due(&self) -> i64 {
        (self.own().min(self.used) - self.free).max(0)
    }

    /// As the next cycle begins.
    pub(super) fn of_next_cycle(&self) -> Shared {
        let owed = (self.own() - self.free).max(0);
        Shared { told_earlier: owed, traffic: self.traffic, ..Shared::default() }
    }
}

/// What a session adds that counts all of its traffic.
pub(super) fn take_of_session(judged: &Judged<'_>, split: Split) -> (Taken, Option<ZeroRated>) {
    let Judged { wallet, line, .. } = judged;
    let charged = split.total - split.outside;
    let shared = Shared {
        used: line.shared.used + charged,
        used_earlier: line.shared.used_earlier + split.earlier,
        ..line.shared
    };
    let free = shared.due().min(charged);
    let taken = taken_of(wallet, Split { outside: split.outside + free, ..split });
    let traffic = line.shared.traffic.unwrap_or_default();
    let zero_rated = ZeroRated { free, ..ZeroRated::nothing(traffic) };
    (taken, (free > 0).then_some(zero_rated))
}

/// What traffic adds that a router counts nowhere else.
pub(super) fn take_apart(
    judged: &Judged<'_>,
    traffic: TrafficNo,
    split: Split,
) -> (Taken, Option<ZeroRated>) {
    if !is_zero_rated(judged, traffic) {
        return (taken_of(judged.wallet, split), None);
    }
    let taken = taken_of(judged.wallet, Split { outside: split.total, ..split });
    let zero_rated = ZeroRated { free: split.total, ..ZeroRated::nothing(traffic) };
    (taken, (split.total + split.earlier > 0).then_some(zero_rated))
}

/// What traffic makes free that a router counts in the session's counters as well: nothing is used by it.
pub(super) fn take_again(
    judged: &Judged<'_>,
    traffic: TrafficNo,
    bytes: i64,
    within: Span,
) -> (Taken, Option<ZeroRated>) {
    let Judged { wallet, line, at, .. } = judged;
    if bytes == 0 || !is_zero_rated(judged, traffic) {
        return (Taken::default(), None);
    }
    let [outside, told_earlier] = parts(judged, bytes, within);
    let told = bytes - outside - told_earlier;
    let shared = Shared {
        told: line.shared.told + told,
        told_earlier: line.shared.told_earlier + told_earlier,
        ..line.shared
    };
    let most = shared.due().min(room(wallet, wallet.balance.posted));
    let (debt_paid, restored) = wallet.plan_return(most, *at);
    let free = debt_paid + restored.total();
    let taken = Taken { outside: free, ..Taken::default() };
    let zero_rated = ZeroRated { traffic, told, told_earlier, free, restored, debt_paid };
    (taken, (told + told_earlier + free > 0).then_some(zero_rated))
}

fn is_zero_rated(judged: &Judged<'_>, traffic: TrafficNo) -> bool {
    judged.plan.is_some_and(|plan| plan.zero_rated.contains(&traffic))
}

/// How much flowed while all was outside anyway, and how much before the cycle at other times: by their shares of the time, rounded
/// down, since what is left is free.
fn parts(judged: &Judged<'_>, bytes: i64, within: Span) -> [i64; 2] {
    let Judged { line, .. } = judged;
    // An instant has no length: it lies in what is free, or before the cycle, or not.
    let within = if within.0 == within.1 { (within.0, within.1.plus(1)) } else { within };
    let before = (within.0, within.1.min(line.cycle.starts_at));
    let whole = within.1.since(within.0);
    let outside = covered(free_within(judged, within), within);
    let earlier = if before.1 > before.0 {
        before.1.since(before.0) - covered(free_within(judged, before), before)
    } else {
        0
    };
    [outside, earlier].map(|part| share_down(bytes, part, whole))
}

/// `bytes` × `part` / `whole`, rounded down.
fn share_down(bytes: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 || part <= 0 {
        return 0;
    }
    let share = i128::from(bytes) * i128::from(part.min(whole)) / i128::from(whole);
    i64::try_from(share).unwrap_or(bytes)
}

/// Makes true what a reading says of traffic told apart, beside what it takes.
pub(super) fn apply(wallet: &mut Wallet, line: &mut Line, read: &Read) {
    let free = read.zero_rated.as_ref().map_or(0, |zero_rated| zero_rated.free);
    if read.after.counts_all {
        let (shared, taken) = (&mut line.shared, &read.taken);
        shared.free += free;
        if read.after.traffic.is_none() {
            shared.used += taken.total - (taken.outside - free);
            shared.used_earlier += taken.earlier;
        }
        if let Some(zero_rated) = &read.zero_rated {
            shared.told += zero_rated.told;
            shared.told_earlier += zero_rated.told_earlier;
            shared.traffic = Some(zero_rated.traffic);
        }
    }
    if let Some(zero_rated) = &read.zero_rated {
        wallet.give_back(&zero_rated.restored, zero_rated.debt_paid);
    }
}

impl ZeroRated {
    fn nothing(traffic: TrafficNo) -> ZeroRated {
        ZeroRated { traffic, told: 0, told_earlier: 0, free: 0, restored: Burns::default(), debt_paid: 0 }
    }
}

impl Wallet {
    /// What `amount` that was taken and should not have been pays of the debt, and puts back into grants that live: those that burn
    /// last first. What finds no place is in neither.
    fn plan_return(&self, amount: i64, at: Timestamp) -> (i64, Burns) {
        let debt_paid = self.debt.min(amount);
        let mut left = amount - debt_paid;
        let grants = (0..).zip(&self.grants);
        let mut places: Vec<u32> = grants
            .filter(|(_, grant)| grant.lives_at(at) && grant.scheduled_at.is_none())
            .map(|(no, _)| no)
            .collect();
        places.sort_by_key(|no| core::cmp::Reverse(self.grants[*no as usize].burn_rank(*no)));
        let mut restored = Burns::default();
        for no in places {
            let part = self.room_of(no).min(left).max(0);
            restored.add(no, part);
            left -= part;
        }
        (debt_paid, restored)
    }

    fn give_back(&mut self, restored: &Burns, debt_paid: i64) {
        self.debt -= debt_paid;
        for (no, amount) in restored.iter() {
            self.grants[no as usize].remaining += amount;
            self.enliven(no);
        }
    }
}
