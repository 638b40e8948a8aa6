//! Who pays for lines, listed and found: by name, CPF or CNPJ, e-mail, or how a line authenticates.

use money::CustomerId;

use super::{Page, Reader, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::row;

const ALL: &str = "SELECT c.id, c.name, c.email, p.document, p.city FROM payers p
    JOIN customers c ON c.id = p.customer WHERE c.id < $1 ORDER BY c.id DESC LIMIT $2";
// Small letters are the database's, which may know none but ASCII's: a name in capitals is looked for in capitals, too.
const FOUND: &str = "SELECT c.id, c.name, c.email, p.document, p.city FROM payers p
    JOIN customers c ON c.id = p.customer
    WHERE c.id < $1 AND (p.document = $2 OR c.email = $3 OR lower(c.name) LIKE $4 ESCAPE '!'
        OR c.name LIKE $5 ESCAPE '!'
        OR EXISTS (SELECT l.id FROM lines l WHERE l.customer = c.id AND l.access_login = $6))
    ORDER BY c.id DESC LIMIT $7";

row! {
    /// A customer to whom documents can be written.
    pub struct SubscriberRow {
        /// The customer.
        pub customer: CustomerId,
        /// The name.
        pub name: String,
        /// The e-mail.
        pub email: Option<String>,
        /// CPF or CNPJ, digits and letters only.
        pub document: String,
        /// The city.
        pub city: String,
    }
}

impl Reader<'_> {
    /// All of them, newest first.
    pub fn subscribers(
        &self,
        before: Option<CustomerId>,
        limit: u32,
    ) -> Result<Page<SubscriberRow, CustomerId>, StoreError> {
        let before = before_bytes(before.map(CustomerId::as_u128));
        let rows = self.all(ALL, &[&&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &SubscriberRow| row.customer))
    }

    /// Those whose name holds `text`, or whose document, e-mail or access login is `text`, newest first. `document` is the text as
    /// documents are stored.
    pub fn subscribers_like(
        &self,
        text: &str,
        document: &str,
        before: Option<CustomerId>,
        limit: u32,
    ) -> Result<Page<SubscriberRow, CustomerId>, StoreError> {
        let before = before_bytes(before.map(CustomerId::as_u128));
        let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let (small, capital) =
            (format!("%{}%", escaped.to_lowercase()), format!("%{}%", escaped.to_uppercase()));
        let email = text.to_lowercase();
        let rows = self.all(
            FOUND,
            &[
                &&before[..],
                &document,
                &email.as_str(),
                &small.as_str(),
                &capital.as_str(),
                &text,
                &rows_to_ask(limit),
            ],
        )?;
        Ok(page(rows, limit, |row: &SubscriberRow| row.customer))
    }
}
