//! Codes that staff read out on the phone, with which a login chooses its password. At most one per login.

use money::{LoginId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{Hidden, row};

const PUT: &str = "INSERT INTO access_codes (login, code_hash, created_at, expires_at, tries_left)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (login) DO UPDATE SET code_hash = excluded.code_hash,
    created_at = excluded.created_at, expires_at = excluded.expires_at, tries_left = excluded.tries_left";
const SELECT: &str =
    "SELECT login, code_hash, created_at, expires_at, tries_left FROM access_codes WHERE login = $1";
const TAKE_TRY: &str = "UPDATE access_codes SET tries_left = tries_left - 1
    WHERE login = $1 AND tries_left > 0 AND expires_at > $2
    RETURNING login, code_hash, created_at, expires_at, tries_left";
const USE: &str = "DELETE FROM access_codes WHERE login = $1 AND code_hash = $2";
const DELETE: &str = "DELETE FROM access_codes WHERE login = $1";
const DELETE_BEFORE: &str = "DELETE FROM access_codes WHERE expires_at <= $1";

row! {
    /// A code that was read out.
    pub struct AccessCode {
        /// Whose it is.
        pub login: LoginId,
        /// Its hash as argon2id text.
        pub code_hash: Hidden<String>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it stops working.
        pub expires_at: Timestamp,
        /// How often it may still be tried.
        pub tries_left: u32,
    }
}

impl Reader<'_> {
    /// The code of a login, whether or not it still works.
    pub fn access_code(&self, login: LoginId) -> Result<Option<AccessCode>, StoreError> {
        self.one(SELECT, &[&login])
    }
}

impl Tx<'_> {
    /// Gives a login a code, in the place of the one it had.
    pub fn put_access_code(&self, code: &AccessCode) -> Result<(), StoreError> {
        self.run(PUT, &[code]).map(|_| ())
    }

    /// Takes one of the tries of a login's code before it is compared. `None` if there is none, or its time or its tries are over.
    pub fn take_code_try(&self, login: LoginId, now: Timestamp) -> Result<Option<AccessCode>, StoreError> {
        self.one(TAKE_TRY, &[&login, &now])
    }

    /// Uses up the very code that was compared; whether it was still there.
    pub fn use_access_code(&self, code: &AccessCode) -> Result<bool, StoreError> {
        Ok(self.run(USE, &[&code.login, &code.code_hash])? > 0)
    }

    /// Takes a login's code back; whether it had one.
    pub fn delete_access_code(&self, login: LoginId) -> Result<bool, StoreError> {
        Ok(self.run(DELETE, &[&login])? > 0)
    }

    /// Forgets codes that have ended at `now`; how many.
    pub fn delete_ended_codes(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(DELETE_BEFORE, &[&now])
    }
}
