//! `/v1/subscribers`: customers to whom documents can be written, with CPF or CNPJ and address. The same checks as those of staff's form
//! and file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::CustomerId;
use serde::{Deserialize, Serialize};
use store::tables::customers::Customer;
use store::tables::lines::Payer;
use store::{Page, Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, CustomersRead, CustomersWrite};
use super::lines::read_document;
use super::once::{Answer, Wish};
use super::request::{Asked, Body, Id, IdempotencyKey, cursor, page_rows, said};
use super::wire::{List, time};
use crate::problem::Problem;
use crate::sheets::{SheetColumn as _, Why};
use crate::subscribers::{Column, Draft, Newcomer, Person, Wrong, change_person, check_person, enrol};
use crate::{clock, ids};

/// Longest text that is looked for, in bytes.
const SEARCH_BYTES_MAX: usize = 200;

/// A Brazilian address as documents need it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    /// Street and number.
    #[schema(example = "Rua São João, 12")]
    street: String,
    /// *Bairro*.
    district: String,
    /// City.
    city: String,
    /// *UF*, two letters.
    #[schema(example = "SP")]
    state: String,
    /// *CEP*, eight digits.
    #[schema(example = "01310-100")]
    postcode: String,
}

/// A customer to whom documents can be written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Subscriber {
    /// `cus_…`: the customer of the other resources.
    id: String,
    /// The name.
    name: String,
    /// CPF or CNPJ, digits and letters only; unique.
    document: String,
    /// The e-mail, if there is one; unique.
    email: Option<String>,
    /// Your own name for it; set by `PATCH /v1/customers/{id}`.
    external_key: Option<String>,
    /// Language of its pages and mail: `en` or `pt-BR`.
    locale: String,
    /// Where documents say that it lives.
    address: Address,
    /// Since when, RFC 3339.
    created_at: String,
}

impl Subscriber {
    fn new(row: Customer, payer: Payer) -> Subscriber {
        let Payer { document, street, district, city, state, postcode, .. } = payer;
        Subscriber {
            id: row.id.to_string(),
            name: row.name,
            document,
            email: row.email,
            external_key: row.external_key,
            locale: row.locale,
            address: Address { street, district, city, state, postcode },
            created_at: time(row.created_at),
        }
    }

    fn read(reader: &Reader<'_>, id: CustomerId) -> Result<Option<Subscriber>, StoreError> {
        let known = reader.customer(id)?.zip(reader.payer(id)?);
        Ok(known.map(|(row, payer)| Subscriber::new(row, payer)))
    }
}

/// Who is to become a subscriber.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriberWanted {
    /// 1 to 200 bytes.
    name: String,
    /// CPF or CNPJ, with or without dots; unique.
    #[schema(example = "529.982.247-25")]
    document: String,
    /// An address like `ana@example.com`; unique.
    email: Option<String>,
    /// `pt-BR` (if nothing is said) or `en`.
    locale: Option<String>,
    /// Where documents say that it lives.
    address: Address,
}

impl SubscriberWanted {
    fn draft(&self) -> Draft {
        let mut draft = Draft::default();
        let Address { street, district, city, state, postcode } = &self.address;
        let texts = [
            (Column::Name, &self.name),
            (Column::Document, &self.document),
            (Column::Street, street),
            (Column::District, district),
            (Column::City, city),
            (Column::State, state),
            (Column::Postcode, postcode),
        ];
        for (column, text) in texts {
            draft[column].clone_from(text);
        }
        draft[Column::Email] = self.email.clone().unwrap_or_default();
        draft[Column::Language] = self.locale.clone().unwrap_or_default();
        draft
    }

    /// The person, checked beside what the tables hold; all that is wrong otherwise.
    fn check(&self, reader: &Reader<'_>, customer: CustomerId) -> Result<Person, Problem> {
        check_person(reader, customer, &self.draft())?.map_err(|wrong| {
            let refused = Problem::refuse_all(wrong.iter().map(refused).collect());
            refused.err().unwrap_or_else(|| Problem::not_found("subscriber"))
        })
    }
}

/// What is wrong as a problem that names the field.
fn refused(wrong: &Wrong) -> Problem {
    let field = match wrong.column {
        Some(
            column @ (Column::Street | Column::District | Column::City | Column::State | Column::Postcode),
        ) => {
            format!("address.{}", column.name())
        }
        Some(Column::Language) => "locale".to_owned(),
        Some(column) => column.name().to_owned(),
        None => "body".to_owned(),
    };
    let (code, what) = match &wrong.why {
        Why::Empty => ("missing_field", "is missing".to_owned()),
        Why::TooLong(bytes) => ("text_too_long", format!("must have at most {bytes} bytes")),
        Why::LineBreak | Why::Unprintable => {
            ("text_unprintable", "must be one line of plain text".to_owned())
        }
        Why::Document(error) => ("invalid_document", format!("is no CPF or CNPJ: {error}")),
        Why::Email => ("invalid_email", "must be an address like ana@example.com".to_owned()),
        Why::State => ("invalid_state", "must be one of Brazil's states, as SP".to_owned()),
        Why::Postcode => ("invalid_postcode", "must be a CEP of eight digits".to_owned()),
        Why::Language => ("invalid_locale", "must be en or pt-BR".to_owned()),
        Why::AlreadyCustomer | Why::EmailTaken => {
            let detail = format!("{field} is already taken.");
            let mut problem = Problem::new(StatusCode::CONFLICT, "already_exists", detail);
            problem.field = Some(field);
            return problem;
        }
        Why::AccessLogin
        | Why::PlanUnknown
        | Why::Day
        | Why::Size
        | Why::NoUnit
        | Why::Negative
        | Why::OutsideMore
        | Why::LoginTaken
        | Why::Unmarked
        | Why::Money
        | Why::MoneyAmbiguous
        | Why::MoneyTooFine
        | Why::MoneyTooMuch
        | Why::BalanceKind
        | Why::Date
        | Why::DateOver
        | Why::Twice(_)
        | Why::Differs(_)
        | Why::Columns { .. } => ("invalid_field", "cannot be taken".to_owned()),
    };
    Problem::invalid(&field, code, format!("{field} {what}."))
}

/// Make a subscriber: a customer with document and address, who signs in to the portal by either of document and e-mail once a password
/// is chosen.
#[utoipa::path(post, path = "/v1/subscribers", tag = "subscribers", request_body = SubscriberWanted,
    responses((status = 201, description = "The subscriber is made.", body = Subscriber)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<CustomersWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<SubscriberWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/subscribers", key, &wanted)?;
    wish.write(&api, StatusCode::CREATED, move |tx| {
        // Nobody has this name yet, so whatever is somebody's is somebody else's.
        let person = wanted.check(tx, CustomerId::from_u128(ids::fresh()))?;
        let newcomer = Newcomer { person, subscriptions: Vec::new() };
        let enrolled = enrol(tx, &newcomer, &by.author, clock::now())?;
        Subscriber::read(tx, enrolled.customer)?.ok_or_else(|| Problem::not_found("subscriber"))
    })
    .await
}

/// Which subscribers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The one with this CPF or CNPJ.
    document: Option<String>,
    /// Those whose name holds this, or whose document, e-mail or access login it is.
    search: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List subscribers, newest first, or find them.
#[utoipa::path(get, path = "/v1/subscribers", tag = "subscribers", params(Which),
    responses((status = 200, description = "A page of subscribers.", body = List<Subscriber>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<CustomersRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Subscriber>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse::<CustomerId>().ok())?;
    let document = which.document.as_deref().map(|text| read_document("document", text)).transpose()?;
    let search = which.search;
    if search.as_ref().is_some_and(|text| text.trim().is_empty() || text.len() > SEARCH_BYTES_MAX) {
        let detail = format!("search must have 1 to {SEARCH_BYTES_MAX} bytes.");
        return Err(Problem::invalid("search", "invalid_search", detail));
    }
    if document.is_some() && search.is_some() {
        let detail = "search does not go with document; say one of them.";
        return Err(Problem::invalid("search", "invalid_search", detail));
    }
    let look = move |reader: &Reader<'_>| {
        let page = match (&document, &search) {
            (Some(document), _) => {
                let rows = reader.payer_by_document(document)?.into_iter().map(|payer| payer.customer);
                Page { rows: rows.collect(), next: None }
            }
            (None, Some(text)) => names(reader.subscribers_like(text, before, rows)?),
            (None, None) => names(reader.subscribers(before, rows)?),
        };
        let read = page.rows.iter().map(|id| Subscriber::read(reader, *id)).collect::<Result<Vec<_>, _>>()?;
        let next_cursor = page.next.map(|id: CustomerId| id.to_string());
        Ok(List { data: read.into_iter().flatten().collect(), next_cursor })
    };
    Ok(Json(api.app.read(look).await?))
}

fn names(page: Page<store::tables::subscribers::SubscriberRow, CustomerId>) -> Page<CustomerId, CustomerId> {
    Page { rows: page.rows.into_iter().map(|row| row.customer).collect(), next: page.next }
}

/// Read a subscriber.
#[utoipa::path(get, path = "/v1/subscribers/{id}", tag = "subscribers", params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "The subscriber.", body = Subscriber)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<CustomersRead>,
    Id(id): Id<CustomerId>,
) -> Result<Json<Subscriber>, Problem> {
    let found = api.app.read(move |reader| Subscriber::read(reader, id)).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("subscriber"))
}

/// What is to change of a subscriber. What is not there stays; null clears where nothing is allowed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriberChange {
    /// 1 to 200 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// CPF or CNPJ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// An address, or null for none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    /// `en` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// The whole address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
}

impl SubscriberChange {
    fn over(&self, known: Subscriber) -> SubscriberWanted {
        SubscriberWanted {
            name: self.name.clone().unwrap_or(known.name),
            document: self.document.clone().unwrap_or(known.document),
            email: self.email.clone().unwrap_or(known.email),
            locale: Some(self.locale.clone().unwrap_or(known.locale)),
            address: self.address.clone().unwrap_or(known.address),
        }
    }
}

/// Change a subscriber. Whoever signs in by the old document or e-mail signs in by the new one.
#[utoipa::path(patch, path = "/v1/subscribers/{id}", tag = "subscribers", request_body = SubscriberChange,
    params(("id" = String, Path, description = "`cus_…`")),
    responses((status = 200, description = "The subscriber as it is now.", body = Subscriber)))]
pub(super) async fn change(
    State(api): State<Arc<Api>>,
    by: By<CustomersWrite>,
    key: IdempotencyKey,
    Id(id): Id<CustomerId>,
    Body(change): Body<SubscriberChange>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "PATCH /v1/subscribers/{id}", key, &(id.to_string(), &change))?;
    wish.write(&api, StatusCode::OK, move |tx| {
        let missing = || Problem::not_found("subscriber");
        let known = Subscriber::read(tx, id)?.ok_or_else(missing)?;
        let person = change.over(known).check(tx, id)?;
        change_person(tx, id, &person, &by.author)?;
        Subscriber::read(tx, id)?.ok_or_else(missing)
    })
    .await
}
