//! Logins: who is meant by what was typed at the door, and to which address a link may go.

use brazil::document::TaxId;
use money::CustomerId;
use store::tables::customers::Customer;
use store::tables::logins::Login;
use store::{Reader, StoreError, Tx};

use crate::customers::looks_like_email;

/// Logins of one customer that are looked through for his first.
const LOGINS_MAX: u32 = 50;

/// The login meant by an e-mail, or by a CPF or CNPJ however it was written.
pub fn by_what_is_typed(reader: &Reader<'_>, typed: &str) -> Result<Option<Login>, StoreError> {
    match (reader.login_by_email(typed)?, TaxId::parse(typed)) {
        (None, Ok(document)) => by_document(reader, document.bare()),
        (found, _) => Ok(found),
    }
}

/// Whether what was typed is written like a CPF or CNPJ in digits and is none.
pub fn is_mistyped_document(typed: &str) -> bool {
    let is_written_so = |c: char| c.is_ascii_digit() || " .-/".contains(c);
    typed.chars().all(is_written_so)
        && typed.contains(|c: char| c.is_ascii_digit())
        && TaxId::parse(typed).is_err()
}

/// The first login of who pays under this document. Whoever has several signs in to the others by e-mail.
pub fn by_document(reader: &Reader<'_>, document: &str) -> Result<Option<Login>, StoreError> {
    if let Some(login) = reader.login_by_email(document)? {
        return Ok(Some(login));
    }
    let Some(payer) = reader.payer_by_document(document)? else { return Ok(None) };
    Ok(reader.logins_of(payer.customer, None, LOGINS_MAX)?.rows.pop())
}

/// Where a link for this login may be sent: to itself, or to the customer's e-mail if it is a document. `None` if there is neither.
pub fn address<'a>(login: &'a Login, customer: &'a Customer) -> Option<&'a str> {
    if looks_like_email(&login.email) { Some(&login.email) } else { customer.email.as_deref() }
}

/// What the owner of a login is known by, none of which may be his password: the login itself, his e-mail, his CPF or CNPJ.
pub fn names_of(reader: &Reader<'_>, login: &Login) -> Result<Vec<String>, StoreError> {
    let email = reader.customer(login.customer)?.and_then(|customer| customer.email);
    let document = reader.payer(login.customer)?.map(|payer| payer.document);
    Ok([Some(login.email.clone()), email, document].into_iter().flatten().collect())
}

/// A customer's e-mail is another one now: whoever signs in with the old one signs in with the new one, and links that went to the old
/// one, which may be a stranger's, open nothing any more. Conflicts over `logins.email`.
pub fn follow_email(
    tx: &Tx<'_>,
    customer: CustomerId,
    (was, now): (Option<&str>, Option<&str>),
) -> Result<(), StoreError> {
    if was == now {
        return Ok(());
    }
    for login in tx.logins_of(customer, None, LOGINS_MAX)?.rows {
        tx.delete_links_of(login.id)?;
        if let (Some(was), Some(now)) = (was, now)
            && login.email.eq_ignore_ascii_case(was)
        {
            tx.rename_login(login.id, now)?;
        }
    }
    Ok(())
}

/// What was typed as tries are counted: a document is the same however it was written.
pub fn counted_as(typed: &str) -> String {
    TaxId::parse(typed).map_or_else(|_| typed.to_owned(), |document| document.bare().to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_written_like_a_document_and_is_none() {
        for typed in ["529.982.247-26", "5299822472", "11.222.333/0001-80", "111.111.111-11", "1"] {
            assert!(super::is_mistyped_document(typed), "{typed}");
        }
        for typed in
            ["529.982.247-25", "52998224725", "12.ABC.345/01DE-35", "ana@example.com", "ana", "-", ""]
        {
            assert!(!super::is_mistyped_document(typed), "{typed}");
        }
    }
}
