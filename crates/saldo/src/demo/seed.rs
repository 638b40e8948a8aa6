//! What a demo begins with now: keys, logins, and a new customer with his welcome credit.

use std::sync::Arc;

use money::{LoginId, StaffId};
use store::tables::logins::{Login, Staff, StaffRole};

use super::folder::{Secrets, Seeded};
use crate::app::App;
use crate::customers::{self, NewCustomer};
use crate::problem::Problem;
use crate::{clock, ids, keys, passwords};

/// The sample customer's login.
pub(crate) const CUSTOMER_EMAIL: &str = "sample@example.com";
/// The staff's login.
pub(crate) const STAFF_EMAIL: &str = "staff@example.com";
/// Every scope of the API.
const ALL_SCOPES: &str = "*";

/// Makes what the demo's visitor uses himself.
pub(super) async fn present(app: &Arc<App>, secrets: &Secrets) -> anyhow::Result<Seeded> {
    let operator = keys::create(app, None, "Demo", ALL_SCOPES).await.map_err(failure)?;
    let new = NewCustomer {
        name: "Sample Customer".to_owned(),
        email: Some(CUSTOMER_EMAIL.to_owned()),
        external_key: Some("sample".to_owned()),
        locale: "en".to_owned(),
        subjects: Vec::new(),
    };
    let created = customers::create(app, new).await.map_err(failure)?;
    let customer = created.customer.id;
    let own = keys::create(app, Some(customer), "Example API", keys::GUARD_SCOPE).await.map_err(failure)?;
    let now = clock::now();
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
        role: StaffRole::Administrator,
        created_at: now,
    };
    app.write(move |tx| {
        tx.insert_login(&login)?;
        tx.insert_staff(&staff)
    })
    .await
    .map_err(failure)?;
    Ok(Seeded { api_key: operator.secret, customer_id: customer.to_string(), customer_api_key: own.secret })
}

fn failure(problem: Problem) -> anyhow::Error {
    anyhow::anyhow!("preparing the demo: {}", problem.detail)
}
