//! First answers to requests that carried an idempotency key and changed tables only. The book remembers its own.

use money::{ApiKeyId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::row;

const INSERT: &str = "INSERT INTO answers (api_key, request_key, request_hash, status, body, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const SELECT: &str = "SELECT api_key, request_key, request_hash, status, body, created_at
    FROM answers WHERE api_key = $1 AND request_key = $2";
const DELETE_BEFORE: &str = "DELETE FROM answers WHERE created_at < $1";

row! {
    /// What a request with an idempotency key was answered.
    pub struct FirstAnswer {
        /// Who asked.
        pub api_key: ApiKeyId,
        /// His idempotency key; unique for the one who asks.
        pub request_key: String,
        /// Hash of what he asked: another one under the same key is refused.
        pub request_hash: [u8; 32],
        /// The answer's status.
        pub status: u16,
        /// The answer's body.
        pub body: Vec<u8>,
        /// When it was given.
        pub created_at: Timestamp,
    }
}

impl Reader<'_> {
    /// The first answer under this key, if it is remembered.
    pub fn first_answer(
        &self,
        api_key: ApiKeyId,
        request_key: &str,
    ) -> Result<Option<FirstAnswer>, StoreError> {
        self.one(SELECT, &[&api_key, &request_key])
    }
}

impl Tx<'_> {
    /// Remembers an answer, in the transaction of what it tells of. Conflicts over `answers.api_key, answers.request_key` if
    /// another request with this key was faster.
    pub fn insert_first_answer(&self, answer: &FirstAnswer) -> Result<(), StoreError> {
        self.run(INSERT, &[answer])?;
        Ok(())
    }

    /// Forgets the answers given before `at`; how many.
    pub fn delete_answers_before(&self, at: Timestamp) -> Result<usize, StoreError> {
        self.run(DELETE_BEFORE, &[&at])
    }
}
