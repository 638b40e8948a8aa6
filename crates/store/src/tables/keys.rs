//! Keys of the API: the operator's, and each customer's own for the guard.

use money::{ApiKeyId, CustomerId, Timestamp};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{SecretHash, row};

const INSERT: &str = "INSERT INTO api_keys
    (id, customer, name, scopes, secret_hash, last_four, created_at, last_used_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const BY_ID: &str = "SELECT id, customer, name, scopes, secret_hash, last_four, created_at, last_used_at,
    revoked_at FROM api_keys WHERE id = $1";
const BY_SECRET: &str = "SELECT id, customer, name, scopes, secret_hash, last_four, created_at, last_used_at,
    revoked_at FROM api_keys WHERE secret_hash = $1";
const OF_CUSTOMER: &str =
    "SELECT id, customer, name, scopes, secret_hash, last_four, created_at, last_used_at,
    revoked_at FROM api_keys WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const OF_OPERATOR: &str =
    "SELECT id, customer, name, scopes, secret_hash, last_four, created_at, last_used_at,
    revoked_at FROM api_keys WHERE customer IS NULL AND id < $1 ORDER BY id DESC LIMIT $2";
const REVOKE: &str = "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
const TOUCH: &str = "UPDATE api_keys SET last_used_at = $1 WHERE id = $2";

row! {
    /// A key of the API. The secret is shown once, when the key is made.
    pub struct ApiKey {
        /// Its name.
        pub id: ApiKeyId,
        /// Whose it is; `None` for the operator's.
        pub customer: Option<CustomerId>,
        /// What its owner calls it.
        pub name: String,
        /// What it may do: words with one blank between them.
        pub scopes: String,
        /// SHA-256 of the secret.
        pub secret_hash: SecretHash,
        /// The secret's last four characters, by which its owner knows it again.
        pub last_four: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was last used, roughly.
        pub last_used_at: Option<Timestamp>,
        /// Since when it no longer works.
        pub revoked_at: Option<Timestamp>,
    }
}

impl Reader<'_> {
    /// The key of this name, revoked or not.
    pub fn api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        self.one(BY_ID, &[&id])
    }

    /// The key with this secret, revoked or not.
    pub fn api_key_by_secret(&self, secret_hash: &SecretHash) -> Result<Option<ApiKey>, StoreError> {
        self.one(BY_SECRET, &[secret_hash])
    }

    /// The keys of a customer, or of the operator, newest first, the revoked ones too.
    pub fn api_keys_of(
        &self,
        customer: Option<CustomerId>,
        before: Option<ApiKeyId>,
        limit: u32,
    ) -> Result<Page<ApiKey, ApiKeyId>, StoreError> {
        let before = before_bytes(before.map(ApiKeyId::as_u128));
        let rows = match customer {
            Some(customer) => self.all(OF_CUSTOMER, &[&customer, &&before[..], &rows_to_ask(limit)])?,
            None => self.all(OF_OPERATOR, &[&&before[..], &rows_to_ask(limit)])?,
        };
        Ok(page(rows, limit, |row: &ApiKey| row.id))
    }
}

impl Tx<'_> {
    /// Adds a key.
    pub fn insert_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        self.run(INSERT, &[key])?;
        Ok(())
    }

    /// Revokes a key; whether it was in force.
    pub fn revoke_api_key(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(REVOKE, &[&at, &id])? > 0)
    }

    /// Writes down that a key was used.
    pub fn touch_api_key(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.run_one(TOUCH, &[&at, &id], id.to_string())
    }
}
