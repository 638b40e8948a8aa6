//! Who pays for lines, listed and found: by name, CPF or CNPJ, e-mail, or how a line authenticates.
//!
//! What somebody is found by stands in one column in small letters without accents, which is written with each of its parts: so every
//! engine finds the same.

use money::{CustomerId, LineId};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::customers::Customer;
use super::lines::LineEntry;
use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::row;

/// Words that are looked for; what is behind them is left out.
pub const WORDS_MAX: usize = 4;
/// Lines of one customer by which he is found.
const LINES_MAX: u32 = 500;

const ALL: &str = "SELECT c.id, c.name, c.email, p.document, p.city FROM payers p
    JOIN customers c ON c.id = p.customer WHERE c.id < $1 ORDER BY c.id DESC LIMIT $2";
// Two patterns for each of WORDS_MAX words: as it was typed, and without the marks that documents are written with.
const FOUND: &str = "SELECT c.id, c.name, c.email, p.document, p.city FROM payers p
    JOIN customers c ON c.id = p.customer
    WHERE c.id < $1 AND (c.search LIKE $2 ESCAPE '!' OR c.search LIKE $3 ESCAPE '!')
        AND (c.search LIKE $4 ESCAPE '!' OR c.search LIKE $5 ESCAPE '!')
        AND (c.search LIKE $6 ESCAPE '!' OR c.search LIKE $7 ESCAPE '!')
        AND (c.search LIKE $8 ESCAPE '!' OR c.search LIKE $9 ESCAPE '!')
    ORDER BY c.id DESC LIMIT $10";
const CUSTOMERS_FOUND: &str = "SELECT c.id FROM customers c
    WHERE c.id < $1 AND (c.search LIKE $2 ESCAPE '!' OR c.search LIKE $3 ESCAPE '!')
        AND (c.search LIKE $4 ESCAPE '!' OR c.search LIKE $5 ESCAPE '!')
        AND (c.search LIKE $6 ESCAPE '!' OR c.search LIKE $7 ESCAPE '!')
        AND (c.search LIKE $8 ESCAPE '!' OR c.search LIKE $9 ESCAPE '!')
    ORDER BY c.id DESC LIMIT $10";
// With no status any will do.
const LINES_FOUND: &str = "SELECT l.id, l.customer, l.wallet, l.access_login, l.created_at FROM lines l
    JOIN customers c ON c.id = l.customer JOIN line_view v ON v.line = l.id
    WHERE l.id < $1 AND v.status LIKE $2 ESCAPE '!'
        AND (c.search LIKE $3 ESCAPE '!' OR c.search LIKE $4 ESCAPE '!')
        AND (c.search LIKE $5 ESCAPE '!' OR c.search LIKE $6 ESCAPE '!')
        AND (c.search LIKE $7 ESCAPE '!' OR c.search LIKE $8 ESCAPE '!')
        AND (c.search LIKE $9 ESCAPE '!' OR c.search LIKE $10 ESCAPE '!')
    ORDER BY l.id DESC LIMIT $11";
const WITHOUT_SEARCH: &str = "SELECT id FROM customers WHERE search IS NULL ORDER BY id LIMIT $1";
const SET_SEARCH: &str = "UPDATE customers SET search = $1 WHERE id = $2";
const ADD_SEARCH: &str = "UPDATE customers SET search = search || $1 WHERE id = $2";

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

/// Small letters without accents, so that *joao* finds *João* on every engine, however he was typed.
pub fn folded(text: &str) -> String {
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// By what somebody is found, each to a line: a word that is looked for never goes over the end of one.
fn parts<'a>(parts: impl Iterator<Item = &'a String>) -> String {
    parts.map(|part| folded(part)).collect::<Vec<_>>().join("\n")
}

/// The patterns of one word: as it was typed; and, of what holds a digit, without the marks of a document.
fn patterns(word: &str) -> [String; 2] {
    let like = |text: &str| format!("%{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    let bare = word.replace(['.', '-', '/'], "");
    let is_document = bare.contains(|letter: char| letter.is_ascii_digit());
    [like(word), like(if is_document { &bare } else { word })]
}

/// The patterns of the first words of a text. A word that was not typed is in everything.
fn all_patterns(text: &str) -> [[String; 2]; WORDS_MAX] {
    let folded = folded(text);
    let mut words = folded.split_whitespace().map(patterns);
    [(); WORDS_MAX].map(|()| words.next().unwrap_or_else(|| patterns("")))
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

    /// Lines in this status, or in any, whose subscriber is found by `text` as [`Reader::subscribers_like`] finds him, newest first.
    pub fn lines_like(
        &self,
        text: &str,
        status: Option<&str>,
        before: Option<LineId>,
        limit: u32,
    ) -> Result<Page<LineEntry, LineId>, StoreError> {
        let before = before_bytes(before.map(LineId::as_u128));
        let [a, b, c, d] = all_patterns(text);
        let status = status.unwrap_or("%");
        let limit_asked = rows_to_ask(limit);
        let rows = self.all(
            LINES_FOUND,
            &[&&before[..], &status, &a[0], &a[1], &b[0], &b[1], &c[0], &c[1], &d[0], &d[1], &limit_asked],
        )?;
        Ok(page(rows, limit, |row: &LineEntry| row.id))
    }

    /// Those of whose name, document, e-mail or access logins each of the first [`WORDS_MAX`] words of `text` is a part, newest first.
    pub fn subscribers_like(
        &self,
        text: &str,
        before: Option<CustomerId>,
        limit: u32,
    ) -> Result<Page<SubscriberRow, CustomerId>, StoreError> {
        let before = before_bytes(before.map(CustomerId::as_u128));
        let [a, b, c, d] = all_patterns(text);
        let rows = self.all(
            FOUND,
            &[&&before[..], &a[0], &a[1], &b[0], &b[1], &c[0], &c[1], &d[0], &d[1], &rows_to_ask(limit)],
        )?;
        Ok(page(rows, limit, |row: &SubscriberRow| row.customer))
    }

    /// As [`Reader::subscribers_like`], of all customers: those to whom no documents are written, too.
    pub fn customers_like(
        &self,
        text: &str,
        before: Option<CustomerId>,
        limit: u32,
    ) -> Result<Page<CustomerId, CustomerId>, StoreError> {
        let before = before_bytes(before.map(CustomerId::as_u128));
        let [a, b, c, d] = all_patterns(text);
        let rows = self.all(
            CUSTOMERS_FOUND,
            &[&&before[..], &a[0], &a[1], &b[0], &b[1], &c[0], &c[1], &d[0], &d[1], &rows_to_ask(limit)],
        )?;
        Ok(page(rows, limit, |row: &CustomerId| *row))
    }
}

impl Tx<'_> {
    /// Writes down by what a new customer is found.
    pub(super) fn begin_search(&self, customer: &Customer) -> Result<(), StoreError> {
        let search = parts([Some(&customer.name), customer.email.as_ref()].into_iter().flatten());
        self.run_one(SET_SEARCH, &[&search, &customer.id], customer.id.to_string())
    }

    /// Writes down that a customer is found by this, too. Who was not looked at yet stays so.
    pub(super) fn add_search(&self, id: CustomerId, part: &str) -> Result<(), StoreError> {
        self.run(ADD_SEARCH, &[&format!("\n{}", folded(part)), &id]).map(|_| ())
    }

    /// Writes down by what a customer is found, from what is known of him now.
    pub(super) fn write_search(&self, id: CustomerId) -> Result<(), StoreError> {
        let Some(customer) = self.customer(id)? else { return Ok(()) };
        let (payer, lines) = (self.payer(id)?, self.lines_of(id, LINES_MAX)?);
        let document = payer.as_ref().map(|payer| &payer.document);
        let logins = lines.iter().filter_map(|line| line.access_login.as_ref());
        let person = [Some(&customer.name), customer.email.as_ref(), document];
        let search = parts(person.into_iter().flatten().chain(logins));
        self.run_one(SET_SEARCH, &[&search, &id], id.to_string())
    }

    /// Writes it down for the first `limit` of those who were here before it was kept; how many there were.
    pub fn write_missing_searches(&self, limit: u32) -> Result<usize, StoreError> {
        let missing: Vec<CustomerId> = self.all(WITHOUT_SEARCH, &[&i64::from(limit)])?;
        missing.iter().try_for_each(|id| self.write_search(*id))?;
        Ok(missing.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_their_accents_however_they_were_typed() {
        for (text, plain) in [
            ("João", "joao"),
            ("JOA\u{303}O", "joao"),
            ("Conceição Ürsula", "conceicao ursula"),
            ("ﬁbra", "fibra"),
            ("12.ABC.345/01DE-35", "12.abc.345/01de-35"),
            ("Ø", "ø"),
        ] {
            assert_eq!(folded(text), plain, "{text}");
        }
    }

    #[test]
    fn marks_of_a_document_are_left_out_and_marks_of_patterns_are_no_patterns() {
        assert_eq!(patterns("529.982"), ["%529.982%", "%529982%"]);
        assert_eq!(patterns("ana.lima"), ["%ana.lima%", "%ana.lima%"]);
        assert_eq!(patterns("100%_!"), ["%100!%!_!!%", "%100!%!_!!%"]);
        assert_eq!(patterns(""), ["%%", "%%"]);
    }
}
