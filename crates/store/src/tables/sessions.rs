//! Who is signed in, with which browser.

use money::{LoginId, StaffId, Timestamp};

use super::{Reader, Tx};
use crate::error::StoreError;
use crate::statement::{Binder, Columns};
use crate::stored::{Bind, Hidden, SecretHash, Stored, row};

const INSERT: &str = "INSERT INTO sessions
    (token_hash, login, staff, csrf, created_at, last_seen_at, expires_at, user_agent, ip)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const SELECT: &str =
    "SELECT token_hash, login, staff, csrf, created_at, last_seen_at, expires_at, user_agent, ip
    FROM sessions WHERE token_hash = $1 AND expires_at > $2";
const TOUCH: &str = "UPDATE sessions SET last_seen_at = $1, expires_at = $2 WHERE token_hash = $3";
const DELETE: &str = "DELETE FROM sessions WHERE token_hash = $1";
const DELETE_OF_LOGIN: &str = "DELETE FROM sessions WHERE login = $1";
const DELETE_OF_STAFF: &str = "DELETE FROM sessions WHERE staff = $1";
const DELETE_BEFORE: &str = "DELETE FROM sessions WHERE expires_at <= $1";

/// Who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionOwner {
    /// A customer's login, in the portal.
    Login(LoginId),
    /// A member of staff, in the console.
    Staff(StaffId),
}

row! {
    /// A browser that is signed in.
    pub struct Session {
        /// Hash of the secret in its cookie.
        pub token_hash: SecretHash,
        /// Who.
        pub owner: SessionOwner,
        /// What its forms must carry.
        pub csrf: Hidden<String>,
        /// When it signed in.
        pub created_at: Timestamp,
        /// When it was last seen, roughly.
        pub last_seen_at: Timestamp,
        /// When it is signed out by itself.
        pub expires_at: Timestamp,
        /// What the browser calls itself.
        pub user_agent: String,
        /// From where it signed in.
        pub ip: String,
    }
}

impl Bind for SessionOwner {
    fn bind(&self, to: &mut Binder<'_, '_>) -> Result<(), StoreError> {
        match self {
            SessionOwner::Login(id) => (Some(*id), None::<StaffId>).bind(to),
            SessionOwner::Staff(id) => (None::<LoginId>, Some(*id)).bind(to),
        }
    }
}

impl Stored for SessionOwner {
    const WIDTH: usize = 2;

    fn read_from(from: &mut Columns<'_>) -> Result<Self, StoreError> {
        match Stored::read_from(from)? {
            (Some(id), None) => Ok(SessionOwner::Login(id)),
            (None, Some(id)) => Ok(SessionOwner::Staff(id)),
            (Some(_), Some(_)) | (None, None) => Err(from.damaged("owner of a session")),
        }
    }
}

impl Reader<'_> {
    /// The session with this secret, if it has not ended at `now`.
    pub fn session(&self, token_hash: &SecretHash, now: Timestamp) -> Result<Option<Session>, StoreError> {
        self.one(SELECT, &[token_hash, &now])
    }
}

impl Tx<'_> {
    /// Adds a session.
    pub fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        self.run(INSERT, &[session])?;
        Ok(())
    }

    /// Writes down that a session was seen and how long it lasts now; whether it is still there.
    pub fn touch_session(
        &self,
        token_hash: &SecretHash,
        seen_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.run(TOUCH, &[&seen_at, &expires_at, token_hash])? > 0)
    }

    /// Ends a session; whether it was there.
    pub fn delete_session(&self, token_hash: &SecretHash) -> Result<bool, StoreError> {
        Ok(self.run(DELETE, &[token_hash])? > 0)
    }

    /// Ends all sessions of one who signs in, as after a new password; how many.
    pub fn delete_sessions_of(&self, owner: SessionOwner) -> Result<usize, StoreError> {
        match owner {
            SessionOwner::Login(id) => self.run(DELETE_OF_LOGIN, &[&id]),
            SessionOwner::Staff(id) => self.run(DELETE_OF_STAFF, &[&id]),
        }
    }

    /// Forgets the sessions that have ended at `now`; how many.
    pub fn delete_ended_sessions(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(DELETE_BEFORE, &[&now])
    }
}
