//! Tells subscribers how much of their allowance they have used: at 50, 80 and 100 %, each once per cycle.
//!
//! What is watched is the allowance with all else that was there when the cycle began; a pack that is released is watched anew, by
//! itself, because whoever buys wants to know when that runs out. What a correction or another plan adds or takes moves the whole and
//! tells nothing. Use that crosses several thresholds at once tells the highest of them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use engine::{BalanceCause, LineBalance};
use money::Timestamp;
use serde::{Deserialize, Serialize};
use store::tables::customers::Customer;
use store::tables::lines::{LineEntry, PlanRow};
use store::tables::outbox::{Notice as Stored, NoticeId, UsageTold};
use store::views::CycleRow;
use store::{Reader as TablesReader, StoreError, Tx};

use super::letters;
use crate::config::Config;
use crate::look::mail::{UsageMail, usage_told};
use crate::sold::Sold;

/// The kind of these notices.
pub(super) const USAGE: &str = "usage";
/// Shares of what there was to use that subscribers are told of, in percent, the highest first.
const THRESHOLDS: [u8; 3] = [100, 80, 50];

/// What is stored of such a notice.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payload {
    wallet_no: u32,
    pub(super) percent: u8,
    pub(super) of_pack: bool,
    /// Bytes.
    pub(super) left: i64,
}

/// Hears how balances of lines moved, all of them after what has been heard before, and writes down what is to be told; how many
/// notices that are.
pub(super) fn write_down<'b>(
    tx: &Tx<'_>,
    moved: impl Iterator<Item = &'b LineBalance>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut written = 0;
    hear_all(tx, moved, |line, percent, of_pack| {
        written += 1;
        tx.insert_notice(&notice(line, percent, of_pack, now)).map(|_| ())
    })?;
    Ok(written)
}

/// As [`write_down`], with `tell` for each threshold that was crossed: the movement, the percentage, whether it is a pack's.
pub(super) fn hear_all<'b>(
    tx: &Tx<'_>,
    moved: impl Iterator<Item = &'b LineBalance>,
    mut tell: impl FnMut(&LineBalance, u8, bool) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut watched: BTreeMap<u32, [Option<UsageTold>; 2]> = BTreeMap::new();
    for line in moved {
        let [_, told] = match watched.entry(line.wallet_no) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let told = tx.usage_told(line.wallet_no)?;
                new.insert([told.clone(), told])
            }
        };
        let (next, crossed) = hear(told.take(), line);
        *told = next;
        if let Some(percent) = crossed {
            let of_pack = told.as_ref().is_some_and(|told| told.of_pack > 0);
            tell(line, percent, of_pack)?;
        }
    }
    for [before, after] in watched.into_values() {
        if let Some(after) = after.filter(|after| Some(after) != before.as_ref()) {
            tx.put_usage_told(&after)?;
        }
    }
    Ok(())
}

/// What is known after `line` moved, and the threshold that it crossed.
fn hear(told: Option<UsageTold>, line: &LineBalance) -> (Option<UsageTold>, Option<u8>) {
    let anew = |of_pack| UsageTold {
        wallet_no: line.wallet_no,
        of_pack,
        whole: line.left,
        percent: 0,
        told_at: None,
    };
    match (line.cause, told) {
        (BalanceCause::CycleBegan, _) => (Some(anew(0)), None),
        (BalanceCause::PackReleased, _) => (Some(anew(1)), None),
        (BalanceCause::Used, Some(told)) => match reached(told.whole, line.left) {
            percent if percent > told.percent => {
                (Some(UsageTold { percent, told_at: Some(line.at), ..told }), Some(percent))
            }
            _ => (Some(told), None),
        },
        (BalanceCause::Corrected(by), Some(told)) => {
            let whole = told.whole.saturating_add(by);
            let percent = told.percent.min(reached(whole, line.left));
            let told_at = told.told_at.filter(|_| percent > 0);
            (Some(UsageTold { whole, percent, told_at, ..told }), None)
        }
        // A line that nobody has watched since its cycle began is watched from the next one on.
        (_, None) => (None, None),
    }
}

/// The highest threshold that is reached when `left` of `whole` is left; 0 if none is, or if there was nothing to use.
fn reached(whole: i64, left: i64) -> u8 {
    if whole <= 0 {
        return 0;
    }
    let is_reached = |percent: u8| i128::from(left) * 100 <= i128::from(whole) * i128::from(100 - percent);
    THRESHOLDS.into_iter().find(|percent| is_reached(*percent)).unwrap_or(0)
}

fn notice(line: &LineBalance, percent: u8, of_pack: bool, now: Timestamp) -> Stored {
    let payload = Payload { wallet_no: line.wallet_no, percent, of_pack, left: line.left };
    Stored {
        id: NoticeId {
            position: line.entry.position(),
            ordinal: line.entry.ordinal(),
            kind: USAGE.to_owned(),
        },
        customer: Some(line.customer),
        wallet: Some(line.wallet),
        // Numbers only: writing JSON cannot fail.
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        created_at: line.at,
        delivered_at: None,
        attempts: 0,
        next_attempt_at: Some(now),
        last_error: None,
    }
}

/// What a mail of a line's use needs from the tables.
struct Subject {
    customer: Customer,
    line: LineEntry,
    plan: PlanRow,
    cycle: CycleRow,
    recipients: Vec<String>,
}

/// Writes the mails that tell of `notice`, to whoever can be told; an error says why it cannot be read.
pub(super) fn mail(
    tx: &Tx<'_>,
    config: &Config,
    sold: &Sold,
    notice: &Stored,
) -> Result<Result<(), String>, StoreError> {
    let payload: Payload = match serde_json::from_str(&notice.payload) {
        Ok(payload) => payload,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let Some(subject) = subject(tx, sold, notice, payload.wallet_no)? else { return Ok(Ok(())) };
    let Subject { customer, line, plan, cycle, recipients } = subject;
    let reader = letters::reader(config, &customer);
    let can_buy = plan.supports_purchase > 0 && line.access_login.is_some();
    let page = if can_buy { "buy-credit" } else { "consumption" };
    let url = format!("{}/{page}?line={}", config.server.public_url, line.id);
    let letter = usage_told(
        &reader,
        &UsageMail {
            brand: &config.brand().name,
            name: &customer.name,
            line: line.access_login.as_deref().unwrap_or(&plan.name),
            percent: payload.percent,
            of_pack: payload.of_pack,
            left: payload.left,
            cycle_ends_at: cycle.ends_at,
            can_buy,
            url: &url,
        },
    );
    letters::post(tx, notice, &customer, &recipients, &letter)?;
    Ok(Ok(()))
}

/// `None` if nobody can be told, or the cycle of which is told is long over.
fn subject(
    tables: &TablesReader<'_>,
    sold: &Sold,
    notice: &Stored,
    wallet_no: u32,
) -> Result<Option<Subject>, StoreError> {
    let (Some(id), Some(wallet)) = (notice.customer, notice.wallet) else { return Ok(None) };
    let Some(customer) = tables.customer(id)? else { return Ok(None) };
    let recipients = letters::recipients(tables, &customer)?;
    if recipients.is_empty() {
        return Ok(None);
    }
    let Some(line) = tables.line_of_wallet(wallet)? else { return Ok(None) };
    let Some(row) = tables.line_view(line.id)? else { return Ok(None) };
    let Some(plan) = sold.plan(row.plan_no).cloned() else { return Ok(None) };
    let cycles = tables.cycles(wallet_no, None, 2)?.rows;
    let ran = cycles.into_iter().find(|cycle| (cycle.starts_at..cycle.ends_at).contains(&notice.created_at));
    Ok(ran.map(|cycle| Subject { customer, line, plan, cycle, recipients }))
}

#[cfg(test)]
mod tests {
    use book::EntryRef;
    use money::{CustomerId, WalletId};

    use super::*;

    fn moved(cause: BalanceCause, left: i64) -> LineBalance {
        LineBalance {
            entry: EntryRef::new(1, 1),
            at: Timestamp::EPOCH,
            customer: CustomerId::from_u128(1),
            wallet: WalletId::from_u128(1),
            wallet_no: 1,
            cause,
            left,
        }
    }

    /// What a subscriber is told by these movements.
    fn told(movements: &[(BalanceCause, i64)]) -> Vec<u8> {
        let mut known = None;
        let mut told = Vec::new();
        for (cause, left) in movements {
            let (next, crossed) = hear(known, &moved(*cause, *left));
            known = next;
            told.extend(crossed);
        }
        told
    }

    /// What happens, and what the subscriber is told.
    type Case = (&'static str, &'static [(BalanceCause, i64)], &'static [u8]);

    #[test]
    fn each_threshold_is_told_once_for_what_is_watched() {
        use BalanceCause::{Corrected, CycleBegan, PackReleased, Used};
        const BEGAN: (BalanceCause, i64) = (CycleBegan, 50);
        let cases: [Case; 13] = [
            ("nothing before one half", &[BEGAN, (Used, 26)], &[]),
            ("one half exactly", &[BEGAN, (Used, 25)], &[50]),
            ("once each", &[BEGAN, (Used, 20), (Used, 10), (Used, 5), (Used, 0), (Used, -3)], &[50, 80, 100]),
            ("the highest of several at once", &[BEGAN, (Used, -1)], &[100]),
            ("what is free moves nothing", &[BEGAN, (Used, 10), (Used, 10)], &[80]),
            ("a new cycle", &[BEGAN, (Used, 0), (CycleBegan, 50), (Used, 25)], &[100, 50]),
            ("a pack is watched by itself", &[BEGAN, (Used, 0), (PackReleased, 10), (Used, 4)], &[100, 50]),
            ("and begins at nothing", &[BEGAN, (Used, 0), (PackReleased, 10), (Used, 9), (Used, 8)], &[100]),
            ("each pack", &[BEGAN, (PackReleased, 9), (Used, 0), (PackReleased, 9), (Used, 0)], &[100, 100]),
            (
                "a pack below zero tells nothing",
                &[BEGAN, (Used, -12), (PackReleased, -2), (Used, -3)],
                &[100],
            ),
            ("a present moves the whole", &[BEGAN, (Used, 0), (Corrected(50), 50), (Used, 20)], &[100, 80]),
            ("what expires is no use", &[BEGAN, (Used, 30), (Corrected(-30), 0), (CycleBegan, 50)], &[]),
            ("nobody has watched", &[(Used, 0), (Corrected(5), 5)], &[]),
        ];
        for (name, movements, expected) in cases {
            assert_eq!(told(movements), expected, "{name}");
        }
    }
}
