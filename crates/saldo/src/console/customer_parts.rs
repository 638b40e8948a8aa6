//! What a customer's page tells beside his figures: his ids, of which lots his credit is left and which payment bought each, checkouts that
//! he left open, and the names of his keys.

use money::{Amount, CustomerId, Unit};
use store::tables::customers::Customer;
use store::tables::topups::{Topup, TopupState};
use store::views::{GrantRow, WalletRow};
use store::{Reader as TablesReader, StoreError};

use super::{payments, topups};
use crate::clock;
use crate::look::Reader;
use crate::look::page::{CustomerParts, Lot, NamedId, NamedKey, OpenCheckout};
use crate::portal::figures;

/// Top-ups that are looked through for open ones, newest first.
const TOPUPS_MAX: u32 = 20;
/// Keys that are shown.
const KEYS_MAX: u32 = 20;

/// All of it, read at once.
pub(super) fn read(
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: &Customer,
    (wallets, grants): (&[WalletRow], &[GrantRow]),
) -> Result<CustomerParts, StoreError> {
    let units: Vec<Unit> = wallets.iter().map(|wallet| wallet.unit).collect();
    let lots = grants.iter().map(|grant| {
        let wallet = wallets.iter().position(|wallet| wallet.wallet_no == grant.wallet_no);
        let unit = wallet.and_then(|place| units.get(place)).copied().unwrap_or(Unit::USD);
        lot(tables, grant, unit)
    });
    Ok(CustomerParts {
        ids: ids(reader, customer.id, wallets),
        lots: lots.collect::<Result<_, _>>()?,
        checkouts: checkouts(tables, customer.id)?,
        keys: keys(tables, customer.id)?,
    })
}

fn ids(reader: &Reader, customer: CustomerId, wallets: &[WalletRow]) -> Vec<NamedId> {
    let wallet = |wallet: &WalletRow| NamedId {
        name: if wallet.unit == Unit::BYTE {
            reader.t("wallet-id-of-data")
        } else {
            reader.t1("wallet-id-of", "unit", wallet.unit.code())
        },
        id: wallet.wallet.to_string(),
    };
    let own = NamedId { name: reader.t("customer-id"), id: customer.to_string() };
    std::iter::once(own).chain(wallets.iter().map(wallet)).collect()
}

fn lot(tables: &TablesReader<'_>, grant: &GrantRow, unit: Unit) -> Result<Lot, StoreError> {
    let payment = grant.payment.map(|id| tables.payment(id)).transpose()?.flatten();
    Ok(Lot {
        text_id: figures::source(grant).text_id(),
        added_at: grant.added_at,
        amount: Amount::new(grant.amount, unit),
        remaining: Amount::new(grant.remaining, unit),
        expires_at: grant.expires_at,
        payment: payment.map(|payment| {
            let name = payment.provider_charge.unwrap_or(payment.provider_payment);
            (payments::url(payment.id), name)
        }),
    })
}

/// Payment pages that were begun and neither paid nor left; pages close by the machine's clock.
fn checkouts(tables: &TablesReader<'_>, customer: CustomerId) -> Result<Vec<OpenCheckout>, StoreError> {
    let now = clock::now();
    let open = |topup: &Topup| {
        topup.state == TopupState::Open && topup.checkout_expires_at.is_some_and(|closes_at| closes_at > now)
    };
    let rows = tables.topups_of(customer, None, TOPUPS_MAX)?.rows;
    let told = |topup: Topup| OpenCheckout {
        url: topups::url(topup.id),
        amount: topup.amount,
        began_at: topup.created_at,
    };
    Ok(rows.into_iter().filter(open).map(told).collect())
}

fn keys(tables: &TablesReader<'_>, customer: CustomerId) -> Result<Vec<NamedKey>, StoreError> {
    let rows = tables.api_keys_of(Some(customer), None, KEYS_MAX)?.rows;
    let key = |key: store::tables::keys::ApiKey| NamedKey {
        name: key.name,
        last_four: key.last_four,
        is_revoked: key.revoked_at.is_some(),
        last_used_at: key.last_used_at,
    };
    Ok(rows.into_iter().map(key).collect())
}
