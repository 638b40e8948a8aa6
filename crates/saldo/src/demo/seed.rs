//! What a demo begins with now: keys, logins, and a new customer with his welcome credit.

use std::sync::Arc;

use money::{CustomerId, LoginId, StaffId};
use store::tables::logins::Login;
use store::tables::staff::{Staff, StaffRole};

use super::folder::Secrets;
use crate::app::App;
use crate::audit::Author;
use crate::customers::{self, NewCustomer};
use crate::keys::NewKey;
use crate::problem::Problem;
use crate::{ids, keys, passwords};

/// The sample customer's login.
pub(crate) const CUSTOMER_EMAIL: &str = "sample@example.com";
/// The staff's login.
pub(crate) const STAFF_EMAIL: &str = "staff@example.com";
/// Every scope of the API.
const ALL_SCOPES: &str = "*";

/// Makes what the demo's visitor uses himself, with the ids and secrets that were drawn for it.
pub(super) async fn present(app: &Arc<App>, secrets: &Secrets) -> anyhow::Result<()> {
    let known = &secrets.known;
    let new = NewCustomer {
        name: "Sample Customer".to_owned(),
        email: Some(CUSTOMER_EMAIL.to_owned()),
        external_key: Some("sample".to_owned()),
        locale: "en".to_owned(),
        ..NewCustomer::default()
    };
    let customer: CustomerId = known.customer_id.parse()?;
    customers::create_as(app, customer, new).await.map_err(failure)?;
    let now = app.ledger.now();
    let operator = NewKey::of(known.api_key.clone(), None, "Demo", ALL_SCOPES, now);
    keys::create_by(app, Author::operator(), operator).await.map_err(failure)?;
    let own =
        NewKey::of(known.customer_api_key.clone(), Some(customer), "Example API", keys::GUARD_SCOPE, now);
    keys::create_by(app, Author::operator(), own).await.map_err(failure)?;
    let login = Login {
        id: LoginId::from_u128(ids::fresh()),
        customer,
        email: CUSTOMER_EMAIL.to_owned(),
        password_hash: Some(passwords::hash(&secrets.customer_password).await.map_err(failure)?),
        created_at: now,
        last_sign_in_at: None,
    };
    let staff = Staff {
        id: StaffId::from_u128(ids::fresh()),
        email: STAFF_EMAIL.to_owned(),
        name: "Sample Staff".to_owned(),
        password_hash: passwords::hash(&secrets.staff_password).await.map_err(failure)?,
        role: StaffRole::Admin,
        created_at: now,
        disabled_at: None,
    };
    app.write(move |tx| {
        tx.insert_login(&login)?;
        tx.insert_staff(&staff)
    })
    .await
    .map_err(failure)
}

fn failure(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!("preparing the demo: {}", problem.detail)
}
