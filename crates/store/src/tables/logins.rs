//! Who signs in to the portal: a customer's logins with their one-time links.

use money::{CustomerId, LoginId, Timestamp};

use super::customers::address;
use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{Hidden, SecretHash, row, words};

const INSERT_LOGIN: &str = "INSERT INTO logins
    (id, customer, email, password_hash, created_at, last_sign_in_at) VALUES ($1, $2, $3, $4, $5, $6)";
const SET_LOGIN_PASSWORD: &str = "UPDATE logins SET password_hash = $1 WHERE id = $2";
const RENAME_LOGIN: &str = "UPDATE logins SET email = $1 WHERE id = $2";
const SET_LAST_SIGN_IN: &str = "UPDATE logins SET last_sign_in_at = $1 WHERE id = $2";
const LOGIN: &str = "SELECT id, customer, email, password_hash, created_at, last_sign_in_at
    FROM logins WHERE id = $1";
const LOGIN_BY_EMAIL: &str = "SELECT id, customer, email, password_hash, created_at, last_sign_in_at
    FROM logins WHERE email = $1";
const LOGINS_OF: &str = "SELECT id, customer, email, password_hash, created_at, last_sign_in_at
    FROM logins WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

const INSERT_LINK: &str = "INSERT INTO links (token_hash, login, purpose, created_at, expires_at, used_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const LINK: &str = "SELECT token_hash, login, purpose, created_at, expires_at, used_at
    FROM links WHERE token_hash = $1";
const USE_LINK: &str = "UPDATE links SET used_at = $1
    WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $3
    RETURNING token_hash, login, purpose, created_at, expires_at, used_at";
const DELETE_LINKS_OF: &str = "DELETE FROM links WHERE login = $1 AND used_at IS NULL";
const DELETE_LINKS_BEFORE: &str = "DELETE FROM links WHERE expires_at < $1";

row! {
    /// Who signs in to the portal.
    pub struct Login {
        /// Its name.
        pub id: LoginId,
        /// For which customer.
        pub customer: CustomerId,
        /// What is typed to sign in: an e-mail, or the CPF or CNPJ of who has none; unique, kept in lower case.
        pub email: String,
        /// The password's hash as argon2id text; `None` until the first one is chosen.
        pub password_hash: Option<Hidden<String>>,
        /// Since when.
        pub created_at: Timestamp,
        /// The last time it signed in.
        pub last_sign_in_at: Option<Timestamp>,
    }
}

words! {
    /// What a one-time link is for.
    pub enum LinkPurpose {
        /// Setting the first password.
        Invitation = "invitation",
        /// Setting a new password instead of a forgotten one.
        Reset = "reset",
    }
}

row! {
    /// A link sent by mail that works once.
    pub struct Link {
        /// Hash of the secret in it.
        pub token_hash: SecretHash,
        /// Whose it is.
        pub login: LoginId,
        /// What it is for.
        pub purpose: LinkPurpose,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it stops working.
        pub expires_at: Timestamp,
        /// When it was used.
        pub used_at: Option<Timestamp>,
    }
}

impl Reader<'_> {
    /// The login of this name.
    pub fn login(&self, id: LoginId) -> Result<Option<Login>, StoreError> {
        self.one(LOGIN, &[&id])
    }

    /// The login with this address, in any case.
    pub fn login_by_email(&self, email: &str) -> Result<Option<Login>, StoreError> {
        self.one(LOGIN_BY_EMAIL, &[&address(email)])
    }

    /// A customer's logins, newest first.
    pub fn logins_of(
        &self,
        customer: CustomerId,
        before: Option<LoginId>,
        limit: u32,
    ) -> Result<Page<Login, LoginId>, StoreError> {
        let before = before_bytes(before.map(LoginId::as_u128));
        let rows = self.all(LOGINS_OF, &[&customer, &&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Login| row.id))
    }

    /// The link with this secret, whether or not it still works.
    pub fn link(&self, token_hash: &SecretHash) -> Result<Option<Link>, StoreError> {
        self.one(LINK, &[token_hash])
    }
}

impl Tx<'_> {
    /// Adds a login. Conflicts over `logins.email`.
    pub fn insert_login(&self, login: &Login) -> Result<(), StoreError> {
        self.run(INSERT_LOGIN, &[&Login { email: address(&login.email), ..login.clone() }])?;
        Ok(())
    }

    /// Sets a login's password.
    pub fn set_login_password(&self, id: LoginId, password_hash: &Hidden<String>) -> Result<(), StoreError> {
        self.run_one(SET_LOGIN_PASSWORD, &[password_hash, &id], id.to_string())
    }

    /// Changes what is typed to sign in. Conflicts over `logins.email`.
    pub fn rename_login(&self, id: LoginId, email: &str) -> Result<(), StoreError> {
        self.run_one(RENAME_LOGIN, &[&address(email), &id], id.to_string())
    }

    /// Writes down that a login signed in.
    pub fn set_last_sign_in(&self, id: LoginId, at: Timestamp) -> Result<(), StoreError> {
        self.run_one(SET_LAST_SIGN_IN, &[&at, &id], id.to_string())
    }

    /// Adds a one-time link.
    pub fn insert_link(&self, link: &Link) -> Result<(), StoreError> {
        self.run(INSERT_LINK, &[link])?;
        Ok(())
    }

    /// Uses a link up. `None` if there is none with this secret, or it was used, or its time is over at `now`.
    pub fn use_link(&self, token_hash: &SecretHash, now: Timestamp) -> Result<Option<Link>, StoreError> {
        self.one(USE_LINK, &[&now, token_hash, &now])
    }

    /// Takes back all unused links of a login.
    pub fn delete_links_of(&self, login: LoginId) -> Result<usize, StoreError> {
        self.run(DELETE_LINKS_OF, &[&login])
    }

    /// Forgets links that ended before `at`; how many.
    pub fn delete_links_before(&self, at: Timestamp) -> Result<usize, StoreError> {
        self.run(DELETE_LINKS_BEFORE, &[&at])
    }
}
