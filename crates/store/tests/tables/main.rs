//! The reference tables: what is put in comes out, what must be unique is named when it is not, lists lose nothing, and what may
//! happen once happens once. In memory, in a file, and on a server.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod boletos;
mod brand;
mod catalog;
mod customers;
mod entrance;
mod keys;
mod offers;
mod owed;
mod people;
mod post;
mod provider;
mod receipts;
#[path = "../server/mod.rs"]
mod server;
mod topups;
mod transactions;

use money::{Amount, CustomerId, Timestamp, TopupId, Unit, WalletId};
use store::tables::customers::{Customer, Wallet};
use store::tables::topups::{Topup, TopupState};
use store::{Reader, StoreError, Tables, Tx};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// Runs a case on tables in memory, in a file, and on a PostgreSQL server.
pub(crate) fn on_both(case: impl Fn(&Tables)) {
    case(&Tables::open_postgres(&server::empty()).unwrap());
    case(&Tables::open_in_memory().unwrap());
    let folder = tempfile::tempdir().unwrap();
    case(&Tables::open(&folder.path().join("saldo.db")).unwrap());
}

pub(crate) fn write<T>(tables: &Tables, change: impl FnMut(&Tx<'_>) -> Result<T, StoreError>) -> T {
    tables.write(change).unwrap()
}

pub(crate) fn read<T>(tables: &Tables, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
    tables.read(look).unwrap()
}

pub(crate) fn customer(n: u128) -> Customer {
    Customer {
        id: CustomerId::from_u128(n),
        name: format!("Customer {n}"),
        email: Some(format!("c{n}@example.com")),
        external_key: Some(format!("key-{n}")),
        locale: "pt-BR".to_owned(),
        stripe_customer_id: None,
        created_at: NOW,
    }
}

pub(crate) fn wallet(n: u128) -> Wallet {
    Wallet {
        id: WalletId::from_u128(n),
        customer: CustomerId::from_u128(n),
        unit: Unit::USD,
        created_at: NOW,
    }
}

pub(crate) fn topup(n: u128) -> Topup {
    Topup {
        id: TopupId::from_u128(n),
        customer: CustomerId::from_u128(1),
        wallet: WalletId::from_u128(1),
        amount: Amount::new(10_000_000, Unit::USD),
        state: TopupState::Open,
        idempotency_key: format!("topup-{n}"),
        checkout_session: None,
        checkout_url: None,
        checkout_expires_at: None,
        outcome_payment: None,
        result_shown_at: None,
        created_at: NOW,
        expires_at: NOW.plus(Timestamp::DAY),
        updated_at: NOW,
        purchase: None,
        intent: None,
    }
}

pub(crate) fn with_customer_and_wallet(tables: &Tables) {
    write(tables, |tx| {
        tx.insert_customer(&customer(1))?;
        tx.insert_wallet(&wallet(1))
    });
}
