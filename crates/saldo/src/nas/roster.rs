//! Routers as staff write them down and look after them: name, address, secret, port of changes; who of them is silent.
//!
//! A router that is added or changed is heard by that with its next packet. Secrets go in here and come out nowhere: not on a page,
//! not in the audit log.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::StatusCode;
use money::{RouterId, Timestamp};
use serde_json::{Value, json};
use store::tables::lines::RouterRow;
use store::{Hidden, Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::ids;
use crate::problem::Problem;

/// How long a router with open sessions may say nothing, in microseconds: three of the longest intervals that routers commonly
/// report at.
pub const SILENT_AFTER: i64 = 15 * Timestamp::MINUTE;
/// Longest name of a router, in characters.
const NAME_CHARS_MAX: usize = 80;
/// Shortest secret, in characters.
const SECRET_CHARS_MIN: usize = 8;
/// Longest secret, in characters: what MikroTik's routers take.
const SECRET_CHARS_MAX: usize = 128;
/// Where routers take changes unless told otherwise (RFC 5176).
pub const COA_PORT: u16 = 3_799;

/// A router as it is to be.
#[derive(Clone, Debug)]
pub struct RouterDraft {
    /// What people call it.
    pub name: String,
    /// The IP address that its packets come from.
    pub address: String,
    /// The secret shared with it; `None` leaves it as it is.
    pub secret: Option<Hidden<String>>,
    /// Where it takes CoA and Disconnect.
    pub coa_port: u16,
    /// Whether it counts all traffic in sessions, also what it tells apart.
    pub counts_all: bool,
}

/// A router as staff see it.
#[derive(Clone, Debug)]
pub struct RouterSeen {
    /// The router.
    pub row: RouterRow,
    /// Sessions that are open at it.
    pub open: u32,
    /// Sessions for which it was asked for a change that it has not confirmed.
    pub unconfirmed: u32,
    /// Since when it has said nothing although it has sessions, if that is too long.
    pub silent_since: Option<Timestamp>,
}

/// All routers by number, as they are now.
pub async fn roster(app: &Arc<App>) -> Result<Vec<RouterSeen>, Problem> {
    let now = app.ledger.now();
    let unconfirmed = app.nas.network.unconfirmed_sessions();
    app.read(move |tables| seen(tables, &unconfirmed, now)).await
}

/// How many routers are silent.
pub fn silent_count(tables: &TablesReader<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let routers = seen(tables, &HashMap::new(), now)?;
    Ok(routers.iter().filter(|router| router.silent_since.is_some()).count())
}

fn seen(
    tables: &TablesReader<'_>,
    unconfirmed: &HashMap<u32, u32>,
    now: Timestamp,
) -> Result<Vec<RouterSeen>, StoreError> {
    let open: HashMap<u32, u32> = tables.open_sessions()?.into_iter().collect();
    let seen = tables.routers()?.into_iter().map(|row| {
        let open = open.get(&row.nas_no).copied().unwrap_or_default();
        let since = row.last_seen_at.unwrap_or(row.created_at);
        RouterSeen {
            open,
            unconfirmed: unconfirmed.get(&row.nas_no).copied().unwrap_or_default(),
            silent_since: (open > 0 && now.since(since) > SILENT_AFTER).then_some(since),
            row,
        }
    });
    Ok(seen.collect())
}

/// Writes a router down: a new one, or in the place of the one with this number. Its number.
pub async fn put_router(
    app: &Arc<App>,
    author: Author,
    nas_no: Option<u32>,
    draft: RouterDraft,
) -> Result<u32, Problem> {
    let now = app.ledger.now();
    let row = app
        .write_or_refuse(move |tx| {
            let known = nas_no.map(|no| find(tx, |router| router.nas_no == no)).transpose()?;
            write_router(tx, &author, known, &draft, now)
        })
        .await?;
    app.nas.routers_changed();
    Ok(row.nas_no)
}

/// Takes a router away, with what is known of it: it is not heard any more.
pub async fn remove_router(app: &Arc<App>, author: Author, nas_no: u32) -> Result<(), Problem> {
    let now = app.ledger.now();
    app.write_or_refuse(move |tx| {
        let known = find(tx, |router| router.nas_no == nas_no)?;
        delete_router(tx, &author, &known, now)
    })
    .await?;
    app.nas.routers_changed();
    Ok(())
}

fn find(tx: &Tx<'_>, is_meant: impl Fn(&RouterRow) -> bool) -> Result<RouterRow, Problem> {
    tx.routers()?.into_iter().find(is_meant).ok_or_else(|| Problem::not_found("router"))
}

/// Writes a router down in a transaction, in the place of `known` if there is one. The list of routers is to be read again then.
pub(crate) fn write_router(
    tx: &Tx<'_>,
    author: &Author,
    known: Option<RouterRow>,
    draft: &RouterDraft,
    now: Timestamp,
) -> Result<RouterRow, Problem> {
    let kept = known.as_ref().map(|known| known.secret.clone());
    let secret = draft.secret.clone().or(kept);
    let mut wrong = wrong_with(draft);
    if secret.is_none() {
        wrong.push(Problem::invalid("secret", "secret_missing", "A new router needs its secret."));
    }
    Problem::refuse_all(wrong)?;
    let (Some(secret), Some(address)) = (secret, address_of(draft)) else {
        return Err(Problem::not_found("router"));
    };
    let new = || RouterRow {
        nas_no: 0,
        id: RouterId::from_u128(ids::fresh()),
        name: String::new(),
        address: String::new(),
        secret: secret.clone(),
        coa_port: draft.coa_port,
        last_seen_at: None,
        created_at: now,
        counts_all: u8::from(draft.counts_all),
    };
    let mut row = RouterRow {
        name: draft.name.trim().to_owned(),
        address: address.to_string(),
        secret: secret.clone(),
        coa_port: draft.coa_port,
        counts_all: u8::from(draft.counts_all),
        ..known.clone().unwrap_or_else(new)
    };
    let has_new_secret = draft.secret.is_some();
    let change = match &known {
        Some(known) => {
            tx.update_router(&row)?;
            Change::new("router.change", row.id).before(&json(known, false))?
        }
        None => {
            row.nas_no = tx.insert_router(&row)?;
            Change::new("router.create", row.id)
        }
    };
    author.note(tx, &change.after(&json(&row, has_new_secret))?)?;
    Ok(row)
}

/// Takes a router away in a transaction. One that holds sessions and reports is not taken away: what it counts would be lost. The list
/// of routers is to be read again then.
pub(crate) fn delete_router(
    tx: &Tx<'_>,
    author: &Author,
    router: &RouterRow,
    now: Timestamp,
) -> Result<(), Problem> {
    let open =
        tx.open_sessions()?.into_iter().find(|(no, _)| *no == router.nas_no).map_or(0, |(_, open)| open);
    let since = router.last_seen_at.unwrap_or(router.created_at);
    if open > 0 && now.since(since) <= SILENT_AFTER {
        let detail =
            format!("The router reports, and {open} sessions are open at it: they would not be counted.");
        return Err(Problem::new(StatusCode::CONFLICT, "router_in_use", detail));
    }
    tx.remove_router(router, now)?;
    author.note(tx, &Change::new("router.remove", router.id).before(&json(router, false))?)?;
    Ok(())
}

/// The address that packets may come from.
fn address_of(draft: &RouterDraft) -> Option<IpAddr> {
    let address = draft.address.trim().parse::<IpAddr>().map(|address| address.to_canonical()).ok()?;
    (!address.is_unspecified() && !address.is_multicast()).then_some(address)
}

/// All that is wrong with what is said of a router.
pub fn wrong_with(draft: &RouterDraft) -> Vec<Problem> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, code, detail: String| wrong.push(Problem::invalid(field, code, detail));
    let name = draft.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains(char::is_control) {
        refuse("name", "invalid_name", format!("name must have 1 to {NAME_CHARS_MAX} characters."));
    }
    if address_of(draft).is_none() {
        let detail = "address must be the IP address that the router's packets come from.";
        refuse("address", "invalid_address", detail.to_owned());
    }
    if let Some(Hidden(secret)) = &draft.secret {
        let is_long_enough = (SECRET_CHARS_MIN..=SECRET_CHARS_MAX).contains(&secret.len());
        if !is_long_enough || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            let detail = format!(
                "secret must have {SECRET_CHARS_MIN} to {SECRET_CHARS_MAX} letters, digits and signs, without blanks."
            );
            refuse("secret", "invalid_secret", detail);
        }
    }
    if draft.coa_port == 0 {
        refuse("coa_port", "invalid_port", "coa_port must be 1 to 65535.".to_owned());
    }
    wrong
}

fn json(router: &RouterRow, has_new_secret: bool) -> Value {
    json!({
        "name": router.name, "address": router.address, "coa_port": router.coa_port, "has_new_secret": has_new_secret,
        "services_included": router.counts_all == 1,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;

    fn draft() -> RouterDraft {
        RouterDraft {
            name: "Torre norte".to_owned(),
            address: "::ffff:192.0.2.7".to_owned(),
            secret: Some(Hidden("twelve-signs".to_owned())),
            coa_port: COA_PORT,
            counts_all: true,
        }
    }

    #[test]
    fn what_a_router_may_not_be_is_named() {
        assert_eq!(address_of(&draft()).expect("an address").to_string(), "192.0.2.7");
        assert!(wrong_with(&draft()).is_empty());
        assert!(wrong_with(&RouterDraft { secret: None, ..draft() }).is_empty());
        let blank = RouterDraft {
            name: String::new(),
            address: String::new(),
            secret: Some(Hidden(String::new())),
            coa_port: 0,
            counts_all: true,
        };
        assert_eq!(wrong_with(&blank).len(), 4, "all of it is told at once");
        let address = |text: &str| RouterDraft { address: text.to_owned(), ..draft() };
        let secret = |text: &str| RouterDraft { secret: Some(Hidden(text.to_owned())), ..draft() };
        let cases = [
            (RouterDraft { name: "\u{7}".to_owned(), ..draft() }, "invalid_name"),
            (RouterDraft { name: "x".repeat(81), ..draft() }, "invalid_name"),
            (address("router.example"), "invalid_address"),
            (address("192.0.2.7/24"), "invalid_address"),
            (address("0.0.0.0"), "invalid_address"),
            (address("ff02::1"), "invalid_address"),
            (address(""), "invalid_address"),
            (secret("seven77"), "invalid_secret"),
            (secret(&"x".repeat(129)), "invalid_secret"),
            (secret("two words here"), "invalid_secret"),
            (secret("coração-aberto"), "invalid_secret"),
            (RouterDraft { coa_port: 0, ..draft() }, "invalid_port"),
        ];
        for (draft, code) in cases {
            let codes: Vec<_> = wrong_with(&draft).iter().map(|wrong| wrong.code).collect();
            assert_eq!(codes, [code], "{draft:?}");
        }
    }
}
