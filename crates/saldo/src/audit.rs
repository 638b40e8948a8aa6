//! The audit log: who changed what, when, from where, in which request. A line is written in the transaction of the change itself, or
//! with the first answer to it, and never holds a secret.
//!
//! Charges and usage events are not changes of this kind: the journal holds each of them, and no line more is written.

use money::{CustomerId, Timestamp};
use serde::Serialize;
use store::tables::audit::AuditRow;
use store::{StoreError, Tx};

use crate::audited::customer_of;
use crate::clock;
use crate::problem::Problem;

/// Whoever changes something.
#[derive(Clone, Debug)]
pub struct Author {
    actor: String,
    ip: Option<String>,
    request_id: Option<String>,
}

/// One change, as it is written down.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    action: &'static str,
    object: String,
    /// The id that tells whom it concerns, where that is not the object's own.
    about: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

impl Author {
    /// The operator at the command line of the machine: who he is, the machine knows.
    pub fn operator() -> Author {
        Author::named("operator")
    }

    /// A part of the program that acts by itself.
    pub(crate) fn named(actor: &str) -> Author {
        Author { actor: actor.to_owned(), ip: None, request_id: None }
    }

    /// Somebody whom we know by an id, in a request.
    pub(crate) fn in_request(actor: String, ip: Option<String>, request_id: Option<String>) -> Author {
        Author { actor, ip: ip.filter(|ip| !ip.is_empty()), request_id }
    }

    /// Who he is: an id, or a word such as `operator`.
    pub(crate) fn actor(&self) -> &str {
        &self.actor
    }

    /// Writes down that he did this.
    pub(crate) fn note(&self, tx: &Tx<'_>, change: &Change) -> Result<(), StoreError> {
        let customer = customer_of(tx, change.about.as_ref().unwrap_or(&change.object))?;
        tx.insert_audit(&self.row(change, customer, clock::now())).map(|_| ())
    }

    fn row(&self, change: &Change, customer: Option<CustomerId>, at: Timestamp) -> AuditRow {
        let Change { action, object, before, after, .. } = change.clone();
        let Author { actor, ip, request_id } = self.clone();
        let action = action.to_owned();
        AuditRow { audit_no: 0, at, actor, action, object, before, after, ip, request_id, customer }
    }
}

impl Change {
    /// `action`, as `api_key.revoke`, on `object`, an id or a name.
    pub(crate) fn new(action: &'static str, object: impl ToString) -> Change {
        Change { action, object: object.to_string(), about: None, before: None, after: None }
    }

    /// The id of what tells whom it concerns, where the object's does not: it is no more, or no table knows it yet.
    pub(crate) fn about(self, id: impl ToString) -> Change {
        Change { about: Some(id.to_string()), ..self }
    }

    /// How it was before.
    pub(crate) fn before(self, value: &impl Serialize) -> Result<Change, Problem> {
        Ok(Change { before: Some(json(value)?), ..self })
    }

    /// How it is after, where that is JSON already.
    pub(crate) fn after_json(self, value: &serde_json::Value) -> Change {
        Change { after: Some(value.to_string()), ..self }
    }

    /// How it is after, or what was asked.
    pub(crate) fn after(self, value: &impl Serialize) -> Result<Change, Problem> {
        Ok(Change { after: Some(json(value)?), ..self })
    }
}

fn json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::internal(&anyhow::Error::new(error)))
}
