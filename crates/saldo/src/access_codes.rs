//! Codes that staff read out on the phone: with his document and a code a subscriber chooses a password, the first or a new one.
//!
//! A code is short, so it has few tries, lasts hours, and is kept as a slow hash. Whether a document is unknown, has no code, or another
//! one, all of it is answered alike and costs the same slow hash.

use std::sync::Arc;

use money::{CustomerId, LoginId, Timestamp};
use serde_json::json;
use store::tables::access_codes::AccessCode;
use store::tables::logins::Login;
use store::tables::sessions::SessionOwner;
use store::{StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::problem::Problem;
use crate::{clock, ids, logins, passwords};

/// How long a code works, in hours.
pub const LASTS_HOURS: u32 = 24;
/// How often a code may be tried.
pub const TRIES_MAX: u32 = 5;
/// Letters and digits that nobody takes for one another, on paper or on the phone.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Characters of a code: 39 bits.
const LEN: usize = 8;
/// Characters that are written together.
const GROUP_LEN: usize = 4;

/// What came of a code that was tried.
pub enum Redeemed {
    /// The password was set, and whose it is.
    Set(Login),
    /// Document and code do not belong together, or the code does not work any more.
    Refused,
    /// They do, and the password is a name of its owner. The code still works, with a try less.
    PasswordIsName,
}

/// A code that was just made. It is shown this once.
#[derive(Clone)]
pub struct GivenCode {
    /// As it is read out: `7KPM-3WXY`.
    pub text: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Gives a customer a code, in the place of the one he had. `not_found` if nobody pays under his name.
pub async fn give(app: &Arc<App>, author: Author, customer: CustomerId) -> Result<GivenCode, Problem> {
    let text = draw();
    let code_hash = passwords::hash(&bare(&text)).await?;
    let now = clock::now();
    let expires_at = now.plus(i64::from(LASTS_HOURS) * Timestamp::HOUR);
    app.write_or_refuse(move |tx| {
        let payer = tx.payer(customer)?.ok_or_else(|| Problem::not_found("subscriber"))?;
        let login = match logins::by_document(tx, &payer.document)? {
            Some(login) => login.id,
            None => open_login(tx, customer, &payer.document, now)?,
        };
        tx.delete_ended_codes(now)?;
        let code_hash = code_hash.clone();
        tx.put_access_code(&AccessCode {
            login,
            code_hash,
            created_at: now,
            expires_at,
            tries_left: TRIES_MAX,
        })?;
        let change = Change::new("login.give_code", login)
            .after(&json!({"customer": customer.to_string(), "expires_at": expires_at.to_string()}))?;
        Ok::<_, Problem>(author.note(tx, &change)?)
    })
    .await?;
    Ok(GivenCode { text, expires_at })
}

/// Sets the password of who has this document and this code, ends his other sessions and uses the code up. Nobody learns by a password
/// which e-mail belongs to a document: it is compared only once the code is known to be right.
pub async fn redeem(
    app: &Arc<App>,
    document: &str,
    code: &str,
    password: &str,
    author: impl Fn(LoginId) -> Author + Send + 'static,
) -> Result<Redeemed, Problem> {
    let (asked, now) = (document.to_owned(), clock::now());
    let tried = app
        .write(move |tx| {
            let Some(login) = logins::by_document(tx, &asked)? else { return Ok(None) };
            let Some(code) = tx.take_code_try(login.id, now)? else { return Ok(None) };
            let names = logins::names_of(tx, &login)?;
            Ok(Some((login, names, code)))
        })
        .await?;
    let hash = tried.as_ref().map(|(_, _, code)| code.code_hash.clone());
    let is_right = passwords::is_right(&bare(code), hash).await?;
    let Some((login, names, code)) = tried.filter(|_| is_right) else { return Ok(Redeemed::Refused) };
    if passwords::is_name(password, &names) {
        return Ok(Redeemed::PasswordIsName);
    }
    let password_hash = passwords::hash(password).await?;
    let id = login.id;
    let was_there = app
        .write(move |tx| {
            let was_there = tx.use_access_code(&code)?;
            if was_there {
                set_password(tx, id, &password_hash, &author(id))?;
            }
            Ok(was_there)
        })
        .await?;
    Ok(if was_there { Redeemed::Set(login) } else { Redeemed::Refused })
}

/// Sets a login's password in the transaction of whatever proved that he may: other sessions end, links and codes stop working.
pub fn set_password(
    tx: &Tx<'_>,
    login: LoginId,
    password_hash: &store::Hidden<String>,
    author: &Author,
) -> Result<(), StoreError> {
    tx.set_login_password(login, password_hash)?;
    tx.delete_links_of(login)?;
    tx.delete_access_code(login)?;
    tx.delete_sessions_of(SessionOwner::Login(login))?;
    author.note(tx, &Change::new("login.set_password", login))
}

/// A login for somebody who has none yet: under his document, because mail reaches him in no other way either.
fn open_login(
    tx: &Tx<'_>,
    customer: CustomerId,
    document: &str,
    now: Timestamp,
) -> Result<LoginId, StoreError> {
    let id = LoginId::from_u128(ids::fresh());
    let email = document.to_owned();
    tx.insert_login(&Login {
        id,
        customer,
        email,
        password_hash: None,
        created_at: now,
        last_sign_in_at: None,
    })?;
    Ok(id)
}

fn draw() -> String {
    let most = u8::try_from(256 / ALPHABET.len() * ALPHABET.len() - 1).unwrap_or(u8::MAX);
    let mut letters = Vec::with_capacity(LEN);
    while letters.len() < LEN {
        // What lies above the last whole round of the alphabet is drawn again: each letter is as likely as the others.
        let drawn = ids::secret_bytes(LEN).into_iter().filter(|byte| *byte <= most);
        letters.extend(drawn.map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()])));
    }
    letters.truncate(LEN);
    let groups: Vec<String> = letters.chunks(GROUP_LEN).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// A code without what people write between its groups, in capitals.
fn bare(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .take(LEN + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_be_read_out_and_typed_in_any_way() {
        let code = draw();
        assert_eq!(code.len(), LEN + 1);
        assert!(code.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)), "{code}");
        assert_ne!(code, draw());
        for typed in ["7KPM-3WXY", " 7kpm 3wxy ", "7kpm3wxy", "7-K-P-M-3-W-X-Y"] {
            assert_eq!(bare(typed), "7KPM3WXY", "{typed}");
        }
        assert_ne!(bare("7KPM3WXYZ"), "7KPM3WXY");
    }
}
