//! What refunds and disputes mean for the views: the grants that they take from and give back to.

use std::borrow::Cow;

use book::{BackMove, Reinstated, Source, TakenBackSet};
use money::Timestamp;
use store::views::{GrantRow, GrantState, ViewChange, ViewChanges};

use crate::projector::source_code;

pub(crate) fn taken_back_grants(set: &TakenBackSet, at: Timestamp, out: &mut ViewChanges) {
    let wallet_no = set.wallet.0;
    let changed = |grant_no, remaining_delta| ViewChange::GrantChanged {
        wallet_no,
        grant_no,
        remaining_delta,
        state: None,
    };
    match &set.moved {
        BackMove::Taken { burns, .. } => out.extend(burns.iter().map(|(no, amount)| changed(no, -amount))),
        BackMove::Returned { restored, paid, reinstated, .. } => {
            out.extend(restored.iter().map(|(no, amount)| changed(no, amount)));
            out.extend(paid.iter().map(|(no, amount)| changed(no, -amount)));
            if let Some(reinstated) = reinstated {
                out.push(ViewChange::GrantAdded(reinstated_row(set, reinstated, at)));
            }
        }
    }
}

fn reinstated_row(set: &TakenBackSet, reinstated: &Reinstated, at: Timestamp) -> GrantRow {
    GrantRow {
        wallet_no: set.wallet.0,
        grant_no: reinstated.grant_no,
        id: reinstated.grant,
        source: Cow::Borrowed(source_code(Source::Reinstated)),
        reason: None,
        priority: reinstated.priority,
        amount: reinstated.amount,
        remaining: reinstated.amount - reinstated.debt_paid,
        effective_at: None,
        expires_at: reinstated.expires_at,
        cost: None,
        payment: Some(set.payment),
        added_at: at,
        state: GrantState::Active,
    }
}
