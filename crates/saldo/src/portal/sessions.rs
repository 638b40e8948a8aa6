//! Sessions: begun with a new secret at every sign-in, kept alive while they are used, ended by signing out or by idleness.

use std::sync::Arc;

use axum::http::HeaderValue;
use money::Timestamp;
use sha2::{Digest, Sha256};
use store::tables::audit::AuditRow;
use store::tables::sessions::{Session, SessionOwner};
use store::{Hidden, SecretHash, StoreError, Tx};

use super::cookies::Jar;
use super::viewing;
use super::visit::Visit;
use crate::app::App;
use crate::audited::customer_of;
use crate::problem::Problem;
use crate::{clock, ids, staff};

/// How long an idle session lasts, in microseconds.
pub const IDLE_MAX: i64 = 14 * Timestamp::DAY;
/// How often it is written down that a session is in use, in microseconds.
const KEPT_EVERY: i64 = Timestamp::HOUR;
/// Bytes of randomness in a session's secret and in the token of its forms.
const SECRET_BYTES: usize = 32;

/// Begins a session of `owner` in the browser of `visit`, ends the one it had, and writes the sign-in into the audit log. The
/// answer goes into the response as `Set-Cookie`.
pub async fn begin(app: &Arc<App>, visit: &Visit, owner: SessionOwner) -> Result<HeaderValue, Problem> {
    let now = clock::now();
    let secret = ids::secret_text(SECRET_BYTES);
    let session = Session {
        token_hash: hash(&secret),
        owner,
        csrf: Hidden(ids::secret_text(SECRET_BYTES)),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(IDLE_MAX),
        user_agent: visit.user_agent().to_owned(),
        ip: visit.ip().to_owned(),
    };
    let (jar, before) = match owner {
        SessionOwner::Login(_) => (Jar::Customer, visit.customer().map(|it| it.session.token_hash.clone())),
        SessionOwner::Staff(_) => (Jar::Staff, visit.staff().map(|it| it.session.token_hash.clone())),
    };
    let audit = audit_row(visit, owner, "sign_in", now);
    // Somebody else of staff may sign in where one was: what that one viewed is over.
    let leaving =
        visit.staff().filter(|_| jar == Jar::Staff).map(|it| (visit.author(&it.session), it.staff.id));
    let seen = app.write(move |tx| {
        if let Some(before) = &before {
            tx.delete_session(before)?;
        }
        let seen = match &leaving {
            Some((author, staff)) => viewing::end_all(tx, author, *staff, now)?,
            None => Vec::new(),
        };
        tx.delete_ended_sessions(now)?;
        tx.insert_session(&session)?;
        if let SessionOwner::Login(login) = owner {
            tx.set_last_sign_in(login, now)?;
        }
        note(tx, &audit)?;
        Ok(seen)
    });
    staff::look_again(app, &seen.await?);
    Ok(jar.set(&app.config, &secret))
}

/// Ends a session, and with one of staff what is viewed in it. The answer has the browser forget its secret.
pub(crate) async fn end(app: &Arc<App>, visit: &Visit, session: &Session) -> Result<HeaderValue, Problem> {
    let (hash, owner) = (session.token_hash.clone(), session.owner);
    let (now, author) = (clock::now(), visit.author(session));
    let audit = audit_row(visit, owner, "sign_out", now);
    let seen = app.write(move |tx| {
        tx.delete_session(&hash)?;
        let seen = match owner {
            SessionOwner::Staff(staff) => viewing::end_all(tx, &author, staff, now)?,
            SessionOwner::Login(_) => Vec::new(),
        };
        note(tx, &audit)?;
        Ok(seen)
    });
    staff::look_again(app, &seen.await?);
    let jar = if matches!(owner, SessionOwner::Staff(_)) { Jar::Staff } else { Jar::Customer };
    Ok(jar.clear(&app.config))
}

/// Writes down, now and then, that a session is in use.
pub(super) async fn keep(app: &Arc<App>, session: &Session, now: Timestamp) -> Result<(), Problem> {
    if now.since(session.last_seen_at) < KEPT_EVERY {
        return Ok(());
    }
    let hash = session.token_hash.clone();
    app.write(move |tx| tx.touch_session(&hash, now, now.plus(IDLE_MAX)).map(|_| ())).await
}

/// What the tables know a secret by. It is 256 random bits: nothing slower is needed.
pub(crate) fn hash(secret: &str) -> SecretHash {
    Hidden(Sha256::digest(secret.as_bytes()).into())
}

fn note(tx: &Tx<'_>, row: &AuditRow) -> Result<(), StoreError> {
    let customer = customer_of(tx, &row.object)?;
    tx.insert_audit(&AuditRow { customer, ..row.clone() }).map(|_| ())
}

fn audit_row(visit: &Visit, owner: SessionOwner, what: &str, at: Timestamp) -> AuditRow {
    let (kind, actor) = match owner {
        SessionOwner::Login(id) => ("login", id.to_string()),
        SessionOwner::Staff(id) => ("staff", id.to_string()),
    };
    AuditRow {
        audit_no: 0,
        at,
        object: actor.clone(),
        actor,
        action: format!("{kind}.{what}"),
        before: None,
        after: None,
        ip: Some(visit.ip().to_owned()).filter(|ip| !ip.is_empty()),
        request_id: Some(visit.request_id().to_owned()),
        customer: None,
    }
}
