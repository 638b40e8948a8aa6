//! The mail to admins that an endpoint was turned off: who takes care of the receiver learns of it before somebody misses messages.

use money::{MailId, Timestamp};
use store::tables::endpoints::Endpoint;
use store::tables::outbox::Mail;
use store::tables::staff::StaffRole;
use store::{StoreError, Tx};

use crate::config::Config;
use crate::look::Reader;
use crate::look::mail::endpoint_off;
use crate::{clock, ids};

/// The kind of such a mail.
const KIND: &str = "endpoint_off";
/// Staff among whom the admins are looked for.
const STAFF_MAX: u32 = 500;

/// Writes to every admin that this endpoint is told nothing more, in the transaction that makes it so.
pub(super) fn write(
    tx: &Tx<'_>,
    config: &Config,
    endpoint: &Endpoint,
    at: Timestamp,
) -> Result<(), StoreError> {
    let url = format!("{}/console/webhooks/{}", config.server.public_url, endpoint.id);
    // Nobody of staff has told in which language he is written to: it is the operator's.
    let brand = config.brand();
    let reader = Reader::new(brand.language, config.brand.time_zone.clone());
    let letter = endpoint_off(&reader, &brand.name, &endpoint.url, endpoint.state, &url);
    let staff = tx.all_staff(STAFF_MAX)?;
    let admins = staff.iter().filter(|one| one.role == StaffRole::Admin && one.disabled_at.is_none());
    for admin in admins {
        tx.insert_mail(&Mail {
            id: MailId::from_u128(ids::fresh()),
            kind: KIND.to_owned(),
            recipient: admin.email.clone(),
            subject: letter.subject.clone(),
            body: letter.body.clone(),
            locale: brand.language.tag().to_owned(),
            created_at: at,
            sent_at: None,
            attempts: 0,
            next_attempt_at: Some(clock::now()),
            last_error: None,
            customer: None,
        })?;
    }
    Ok(())
}
