//! Who changed what. Only grows; what a line says stays as it was written.

use money::{CustomerId, Timestamp};

use super::{Page, Reader, Tx, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{Bind, row};

const INSERT: &str =
    "INSERT INTO audit (audit_no, at, actor, action, object, before, after, ip, request_id, customer)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const NEXT_NO: &str = "SELECT coalesce(max(audit_no), 0) + 1 FROM audit";
const SELECT: &str = "SELECT audit_no, at, actor, action, object, before, after, ip, request_id, customer
    FROM audit WHERE audit_no < $1 ORDER BY audit_no DESC LIMIT $2";
// Each is found by one index, in $1 and $2; what else is asked is looked at line by line.
const FOUND: &str =
    "SELECT audit_no, at, actor, action, object, before, after, ip, request_id, customer FROM audit WHERE
    audit_no <> $1 AND audit_no <> $2 AND audit_no < $3 AND at >= $4 AND at < $5 AND ($6 = '' OR actor =
    $7) AND ($8 = '' OR substr(action, 1, $9) = $10) AND ($11 = '' OR object = $12) ORDER BY audit_no
    DESC LIMIT $13";
// A line from before customers were written down is found where it is of the customer himself.
const FOUND_OF_CUSTOMER: &str =
    "SELECT audit_no, at, actor, action, object, before, after, ip, request_id, customer FROM audit WHERE
    (customer = $1 OR object = $2) AND audit_no < $3 AND at >= $4 AND at < $5 AND ($6 = '' OR actor =
    $7) AND ($8 = '' OR substr(action, 1, $9) = $10) AND ($11 = '' OR object = $12) ORDER BY audit_no
    DESC LIMIT $13";
const FOUND_BY_ACTOR: &str =
    "SELECT audit_no, at, actor, action, object, before, after, ip, request_id, customer FROM audit WHERE
    (actor = $1 OR actor = $2) AND audit_no < $3 AND at >= $4 AND at < $5 AND ($6 = '' OR actor = $7)
    AND ($8 = '' OR substr(action, 1, $9) = $10) AND ($11 = '' OR object = $12) ORDER BY audit_no DESC
    LIMIT $13";
const FOUND_OF_OBJECT: &str =
    "SELECT audit_no, at, actor, action, object, before, after, ip, request_id, customer FROM audit WHERE
    (object = $1 OR object = $2) AND audit_no < $3 AND at >= $4 AND at < $5 AND ($6 = '' OR actor = $7)
    AND ($8 = '' OR substr(action, 1, $9) = $10) AND ($11 = '' OR object = $12) ORDER BY audit_no DESC
    LIMIT $13";
const CHANGES: &str =
    "SELECT audit_no, at, actor, action, object, before, after, ip, request_id, customer FROM audit
    WHERE object = $1 AND action = $2 ORDER BY audit_no DESC LIMIT $3";

const UNNAMED: &str =
    "SELECT audit_no, at, actor, action, object, before, after, ip, request_id, customer FROM audit
    WHERE audit_no > $1 AND customer IS NULL ORDER BY audit_no LIMIT $2";
const NAME: &str = "UPDATE audit SET customer = $1 WHERE audit_no = $2 AND customer IS NULL";

row! {
    /// One change, by whom and of what.
    pub struct AuditRow {
        /// Its number, from 1 without gaps.
        pub audit_no: u64,
        /// When.
        pub at: Timestamp,
        /// Who: an id, or a word such as `operator`.
        pub actor: String,
        /// What was done, as `api_key.revoke`.
        pub action: String,
        /// On what: an id or a name.
        pub object: String,
        /// How it was before, as JSON.
        pub before: Option<String>,
        /// How it is after, as JSON.
        pub after: Option<String>,
        /// From where.
        pub ip: Option<String>,
        /// In which request.
        pub request_id: Option<String>,
        /// Whom it concerns.
        pub customer: Option<CustomerId>,
    }
}

/// Which changes are asked for. An empty text asks for all.
#[derive(Clone, Debug)]
pub struct AuditFilter {
    /// Whom it concerns.
    pub customer: Option<CustomerId>,
    /// By whom, exactly.
    pub actor: String,
    /// How what was done begins.
    pub action: String,
    /// On what, exactly.
    pub object: String,
    /// From this instant on.
    pub from: Timestamp,
    /// Before this instant.
    pub until: Timestamp,
}

impl Reader<'_> {
    /// All changes, newest first; the cursor is the number of the last one seen.
    pub fn audit(&self, before: Option<u64>, limit: u32) -> Result<Page<AuditRow, u64>, StoreError> {
        let before = before.unwrap_or(i64::MAX.unsigned_abs());
        let rows = self.all(SELECT, &[&before, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &AuditRow| row.audit_no))
    }

    /// The changes that are asked for, newest first; the cursor as above.
    pub fn audit_found(
        &self,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<AuditRow, u64>, StoreError> {
        let before = before.unwrap_or(i64::MAX.unsigned_abs());
        let AuditFilter { customer, actor, action, object, from, until } = filter;
        let length = u32::try_from(action.chars().count()).unwrap_or(u32::MAX);
        let (limited, of_customer) = (rows_to_ask(limit), customer.map(|id| id.to_string()));
        let (sql, first, second): (&str, &dyn Bind, &dyn Bind) = match (customer, &of_customer) {
            (Some(id), Some(text)) => (FOUND_OF_CUSTOMER, id, text),
            _ if !object.is_empty() => (FOUND_OF_OBJECT, object, object),
            _ if !actor.is_empty() => (FOUND_BY_ACTOR, actor, actor),
            _ => (FOUND, &0_u64, &0_u64),
        };
        let values: [&dyn Bind; 13] = [
            first, second, &before, from, until, actor, actor, action, &length, action, object, object,
            &limited,
        ];
        let rows = self.all(sql, &values)?;
        Ok(page(rows, limit, |row: &AuditRow| row.audit_no))
    }

    /// The newest change of this kind of this thing.
    pub fn last_change(&self, object: &str, action: &str) -> Result<Option<AuditRow>, StoreError> {
        Ok(self.changes(object, action, 1)?.pop())
    }

    /// The newest `limit` changes of this kind of this thing, newest first.
    pub fn changes(&self, object: &str, action: &str, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.all(CHANGES, &[&object, &action, &limit])
    }
}

impl Tx<'_> {
    /// Lines after this number that name no customer, the oldest `limit` of them.
    pub fn audit_unnamed(&self, after: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.all(UNNAMED, &[&after, &limit])
    }

    /// Names whom a line concerns that names nobody.
    pub fn name_audited(&self, audit_no: u64, customer: CustomerId) -> Result<(), StoreError> {
        self.run(NAME, &[&customer, &audit_no])?;
        Ok(())
    }

    /// Writes down a change under the next number, whatever number it carries, and returns that. In the transaction of the
    /// change itself.
    pub fn insert_audit(&self, row: &AuditRow) -> Result<u64, StoreError> {
        let audit_no = self.one(NEXT_NO, &[])?.unwrap_or(1);
        self.run(INSERT, &[&AuditRow { audit_no, ..row.clone() }])?;
        Ok(audit_no)
    }
}
