//! `/v1/customers`: who pays.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::CustomerId;
use serde::{Deserialize, Serialize};
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, CustomersRead, CustomersWrite};
use super::once::{Answer, Wish};
use super::request::{Asked, Body, Id, IdempotencyKey, cursor, page_rows, said};
use super::wire::{List, time};
use crate::audit::Change;
use crate::customers::{self, NewCustomer};
use crate::logins;
use crate::problem::Problem;

/// Wallets shown with a customer.
const WALLETS_SHOWN_MAX: u32 = 100;

/// Who pays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Customer {
    /// `cus_…`
    id: String,
    /// What people call it.
    name: String,
    /// Where mail goes; unique.
    email: Option<String>,
    /// Your own name for it; unique.
    external_key: Option<String>,
    /// Language of its pages and mail: `en` or `pt-BR`.
    locale: String,
    /// Its wallets.
    wallets: Vec<WalletOfCustomer>,
    /// Since when, RFC 3339.
    created_at: String,
}

/// A customer's wallet, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WalletOfCustomer {
    /// `wal_…`
    id: String,
    /// What it counts.
    unit: String,
}

impl Customer {
    fn new(row: &store::tables::customers::Customer, wallets: Vec<WalletOfCustomer>) -> Customer {
        Customer {
            id: row.id.to_string(),
            name: row.name.clone(),
            email: row.email.clone(),
            external_key: row.external_key.clone(),
            locale: row.locale.clone(),
            wallets,
            created_at: time(row.created_at),
        }
    }

    fn read(reader: &Reader<'_>, row: &store::tables::customers::Customer) -> Result<Customer, StoreError> {
        let wallets = reader.wallets_of(row.id, None, WALLETS_SHOWN_MAX)?.rows;
        let wallets = wallets.into_iter().map(|wallet| WalletOfCustomer {
            id: wallet.id.to_string(),
            unit: wallet.unit.code().to_owned(),
        });
        Ok(Customer::new(row, wallets.collect()))
    }
}

/// Who is to become a customer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerWanted {
    /// 1 to 200 bytes.
    name: String,
    /// An address like `ana@example.com`, at most 200 bytes.
    email: Option<String>,
    /// Your own name for it, 1 to 200 bytes.
    external_key: Option<String>,
    /// `en` (if nothing is said) or `pt-BR`.
    locale: Option<String>,
    /// What usage events call it beside its id: at most 100, each 1 to 200 bytes, each known to one customer only.
    #[serde(default)]
    subjects: Vec<String>,
}

/// Make a customer with a wallet and the welcome credit that is configured.
#[utoipa::path(post, path = "/v1/customers", tag = "customers", request_body = CustomerWanted,
    responses((status = 201, description = "The customer is made.", body = Customer)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<CustomersWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<CustomerWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/customers", key, &wanted)?;
    let mut new = NewCustomer {
        name: wanted.name,
        email: wanted.email,
        external_key: wanted.external_key,
        subjects: wanted.subjects,
        ..NewCustomer::default()
    };
    let own = || api.app.config.brand().language.tag().to_owned();
    new.locale = wanted.locale.unwrap_or_else(own);
    let prepared = customers::prepare(&api.app, new)?;
    let unit = api.app.config.credit.unit;
    let row = prepared.clone();
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            row.insert(tx)?;
            let wallet =
                WalletOfCustomer { id: row.created.wallet.to_string(), unit: unit.code().to_owned() };
            let made = Customer::new(&row.created.customer, vec![wallet]);
            by.author.note(tx, &Change::new("customer.create", &made.id).after(&made)?)?;
            Ok(made)
        })
        .await?;
    if answer.first {
        prepared.send(&api.app).await?;
    }
    Ok(answer)
}

/// Which customers to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The one that you call so.
    external_key: Option<String>,
    /// The one with this address, in any case.
    email: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List customers, newest first, or find one by your own name for it or by its address.
#[utoipa::path(get, path = "/v1/customers", tag = "customers", params(Which),
    responses((status = 200, description = "A page of customers.", body = List<Customer>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<CustomersRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Customer>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse::<CustomerId>().ok())?;
    let look = move |reader: &Reader<'_>| {
        let (found, next) = match (&which.external_key, &which.email) {
            (Some(key), email) => {
                let found = reader.customer_by_external_key(key)?;
                let found = found.filter(|row| {
                    email.as_ref().is_none_or(|email| row.email.as_deref() == Some(&email.to_lowercase()))
                });
                (found.into_iter().collect(), None)
            }
            (None, Some(email)) => (reader.customer_by_email(email)?.into_iter().collect(), None),
            (None, None) => {
                let page = reader.customers(before, rows)?;
                (page.rows, page.next)
            }
        };
        let data = found.iter().map(|row| Customer::read(reader, row)).collect::<Result<_, _>>()?;
        Ok(List { data, next_cursor: next.map(|id| id.to_string()) })
    };
    Ok(Json(api.app.read(look).await?))
}

/// Read a customer.
#[utoipa::path(get, path = "/v1/customers/{id}", tag = "customers", params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "The customer.", body = Customer)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<CustomersRead>,
    Id(id): Id<CustomerId>,
) -> Result<Json<Customer>, Problem> {
    let look = move |reader: &Reader<'_>| {
        let row = reader.customer(id)?;
        row.map(|row| Customer::read(reader, &row)).transpose()
    };
    api.app.read(look).await?.map(Json).ok_or_else(|| Problem::not_found("customer"))
}

/// What is to change of a customer. What is not there stays; null clears where nothing is allowed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerChange {
    /// 1 to 200 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// An address, or null for none. Whoever signs in with the old one signs in with the new one.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    /// Your own name for it, or null for none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    external_key: Option<Option<String>>,
    /// `en` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
}

/// Change a customer.
#[utoipa::path(patch, path = "/v1/customers/{id}", tag = "customers", request_body = CustomerChange,
    params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "The customer as it is now.", body = Customer)))]
pub(super) async fn change(
    State(api): State<Arc<Api>>,
    by: By<CustomersWrite>,
    key: IdempotencyKey,
    Id(id): Id<CustomerId>,
    Body(change): Body<CustomerChange>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "PATCH /v1/customers/{id}", key, &(id.to_string(), &change))?;
    wish.write(&api, StatusCode::OK, move |tx| {
        let mut row = tx.customer(id)?.ok_or_else(|| Problem::not_found("customer"))?;
        let (before, was) = (Customer::read(tx, &row)?, row.email.clone());
        if let Some(name) = &change.name {
            row.name = name.trim().to_owned();
        }
        if let Some(email) = &change.email {
            row.email = email.as_ref().map(|email| email.trim().to_lowercase());
        }
        if let Some(key) = &change.external_key {
            row.external_key.clone_from(key);
        }
        if let Some(locale) = &change.locale {
            row.locale.clone_from(locale);
        }
        customers::check(&NewCustomer {
            name: row.name.clone(),
            email: row.email.clone(),
            external_key: row.external_key.clone(),
            locale: row.locale.clone(),
            ..NewCustomer::default()
        })?;
        tx.update_customer(&row)?;
        logins::follow_email(tx, id, (was.as_deref(), row.email.as_deref()))?;
        let after = Customer::read(tx, &row)?;
        by.author.note(tx, &Change::new("customer.change", id).before(&before)?.after(&after)?)?;
        Ok(after)
    })
    .await
}
