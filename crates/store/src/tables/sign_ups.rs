//! Who signed up and has not confirmed his e-mail yet. Several may wait for one e-mail: each has a link of his own, and whoever confirms
//! first takes the others' with him.

use money::Timestamp;

use super::customers::address;
use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{Hidden, SecretHash, row};

const INSERT: &str =
    "INSERT INTO sign_ups (page_hash, token_hash, email, name, password_hash, locale, terms_url,
    created_at, expires_at, mails) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const BY_TOKEN: &str = "SELECT page_hash, token_hash, email, name, password_hash, locale, terms_url,
    created_at, expires_at, mails FROM sign_ups WHERE token_hash = $1 AND expires_at > $2";
const BY_PAGE: &str = "SELECT page_hash, token_hash, email, name, password_hash, locale, terms_url,
    created_at, expires_at, mails FROM sign_ups WHERE page_hash = $1 AND expires_at > $2";
const SEND_AGAIN: &str = "UPDATE sign_ups SET token_hash = $1, mails = mails + 1
    WHERE page_hash = $2 AND expires_at > $3 AND mails < $4
    RETURNING page_hash, token_hash, email, name, password_hash, locale, terms_url, created_at, expires_at, mails";
const TAKE: &str = "DELETE FROM sign_ups WHERE token_hash = $1 AND expires_at > $2
    RETURNING page_hash, token_hash, email, name, password_hash, locale, terms_url, created_at, expires_at, mails";
const DELETE_OF: &str = "DELETE FROM sign_ups WHERE email = $1";
const DELETE_ENDED: &str = "DELETE FROM sign_ups WHERE expires_at <= $1";
const COUNT: &str = "SELECT count(*) FROM sign_ups";

row! {
    /// Somebody who signed up.
    pub struct SignUp {
        /// Hash of the secret of the page that may ask for the mail again.
        pub page_hash: SecretHash,
        /// Hash of the secret in the newest mail's link.
        pub token_hash: SecretHash,
        /// His e-mail, in lower case.
        pub email: String,
        /// His name.
        pub name: String,
        /// His password's hash as argon2id text.
        pub password_hash: Hidden<String>,
        /// The language of his pages and mails.
        pub locale: String,
        /// Where the terms stood that he agreed to.
        pub terms_url: Option<String>,
        /// When.
        pub created_at: Timestamp,
        /// When he is forgotten.
        pub expires_at: Timestamp,
        /// How many mails were written for him.
        pub mails: u32,
    }
}

impl Reader<'_> {
    /// Whoever has a link with this secret that still works at `now`.
    pub fn sign_up(&self, token_hash: &SecretHash, now: Timestamp) -> Result<Option<SignUp>, StoreError> {
        self.one(BY_TOKEN, &[token_hash, &now])
    }

    /// Whoever may ask for his mail again from a page with this secret, and can still confirm at `now`.
    pub fn sign_up_of_page(
        &self,
        page_hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<SignUp>, StoreError> {
        self.one(BY_PAGE, &[page_hash, &now])
    }

    /// How many wait.
    pub fn sign_up_count(&self) -> Result<u32, StoreError> {
        Ok(self.one(COUNT, &[])?.unwrap_or(0))
    }
}

impl Tx<'_> {
    /// Adds somebody.
    pub fn insert_sign_up(&self, sign_up: &SignUp) -> Result<(), StoreError> {
        self.run(INSERT, &[&SignUp { email: address(&sign_up.email), ..sign_up.clone() }]).map(|_| ())
    }

    /// Gives a new link to whoever's page has this secret, unless `mails_max` were written for him. The old link works no more.
    pub fn renew_sign_up(
        &self,
        page_hash: &SecretHash,
        token_hash: &SecretHash,
        now: Timestamp,
        mails_max: u32,
    ) -> Result<Option<SignUp>, StoreError> {
        self.one(SEND_AGAIN, &[token_hash, page_hash, &now, &mails_max])
    }

    /// Takes whoever has a link with this secret that still works at `now` out of those who wait.
    pub fn take_sign_up(
        &self,
        token_hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<SignUp>, StoreError> {
        self.one(TAKE, &[token_hash, &now])
    }

    /// Forgets all who wait for this e-mail.
    pub fn delete_sign_ups_of(&self, email: &str) -> Result<usize, StoreError> {
        self.run(DELETE_OF, &[&address(email)])
    }

    /// Forgets those whose time is over; how many.
    pub fn delete_ended_sign_ups(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(DELETE_ENDED, &[&now])
    }
}
