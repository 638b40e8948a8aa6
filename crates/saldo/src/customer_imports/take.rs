//! Writing down who was found new: all of them in one transaction, with what the book is asked for them.

use serde_json::json;
use store::Tx;
use store::tables::imports::{ImportKind, ImportRow};
use store::tables::intents::Intent;
use store::tables::origins::Origin;

use super::check::{Checked, Newcomer};
use crate::app::App;
use crate::audit::{Author, Change};
use crate::clock;
use crate::customers::{self, Beginning, FirstLogin, NewCustomer, Prepared};
use crate::problem::Problem;

/// A file that was checked and is ready to be written down.
pub struct Taken {
    prepared: Vec<Prepared>,
    /// By what the rows are known again.
    marks: Vec<u128>,
    row: ImportRow,
    is_welcomed: bool,
}

/// Draws the ids of all newcomers of a file. Nothing is written yet.
pub fn take(
    app: &App,
    checked: &Checked,
    file_name: &str,
    is_welcomed: bool,
    author: &Author,
) -> Result<Taken, Problem> {
    let prepared = checked.newcomers.iter().map(|newcomer| prepare(app, newcomer, is_welcomed));
    let prepared = prepared.collect::<Result<Vec<_>, _>>()?;
    let ids = || prepared.iter().flat_map(Prepared::intents).map(|intent| intent.id);
    let (Some(first_intent), Some(last_intent)) = (ids().min(), ids().max()) else {
        let detail = "The file has nobody who is not here already.";
        return Err(Problem::invalid("file", "nothing_new", detail));
    };
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let row = ImportRow {
        import_no: 0,
        file_name: file_name.to_owned(),
        actor: author.actor().to_owned(),
        created_at: clock::now(),
        customers: count(prepared.len()),
        lines: 0,
        known: checked.known,
        intents: count(ids().count()),
        first_intent,
        last_intent,
        kind: ImportKind::Customers,
        bought: checked.sums.bought.value(),
        promotional: checked.sums.promotional.value(),
    };
    let marks = checked.newcomers.iter().flat_map(|newcomer| newcomer.marks(&app.hashes)).collect();
    Ok(Taken { prepared, marks, row, is_welcomed })
}

fn prepare(app: &App, newcomer: &Newcomer, is_welcomed: bool) -> Result<Prepared, Problem> {
    let Newcomer { name, email, external_id, locale, opening } = newcomer.clone();
    let beginning = Beginning {
        origin: Origin::Import,
        is_welcomed,
        opening,
        login: FirstLogin::Invited,
        ..Beginning::default()
    };
    let new = NewCustomer {
        name,
        email,
        external_key: external_id,
        locale: locale.tag().to_owned(),
        beginning,
        ..NewCustomer::default()
    };
    customers::prepare(app, new)
}

impl Taken {
    /// Writes all of them down with one line in the audit log; the file's number.
    pub fn write(&self, tx: &Tx<'_>, author: &Author) -> Result<u32, Problem> {
        let Taken { prepared, marks, row, is_welcomed } = self;
        let import_no = tx.insert_import(row)?;
        for customer in prepared {
            customer.insert_from(tx, import_no)?;
        }
        for mark in marks {
            tx.insert_import_mark(*mark, import_no)?;
        }
        let change = Change::new("customers.import", import_no).after(&json!({
            "file": row.file_name, "customers": row.customers, "known": row.known, "bought": row.bought,
            "promotional": row.promotional, "welcome": is_welcomed,
        }))?;
        author.note(tx, &change)?;
        Ok(import_no)
    }

    /// What the book is asked, in order.
    pub fn intents(&self) -> Vec<Intent> {
        self.prepared.iter().flat_map(Prepared::intents).cloned().collect()
    }
}
