//! Files exchanged with the bank about boletos, and what a person must look at of them and of Pix.

use money::{BoletoId, CustomerId, Timestamp};

use super::{Page, Reader, Tx, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const NEXT_FILE_NUMBER: &str = "SELECT coalesce(max(file_number), 0) + 1 FROM remittances";
const INSERT_REMITTANCE: &str =
    "INSERT INTO remittances (file_number, created_at, titles, body) VALUES ($1, $2, $3, $4)";
const REMITTANCE: &str =
    "SELECT file_number, created_at, titles, body FROM remittances WHERE file_number = $1";
const NEXT_RETURN_NO: &str = "SELECT coalesce(max(return_no), 0) + 1 FROM bank_returns";
const INSERT_RETURN: &str = "INSERT INTO bank_returns (return_no, file_number, file_hash, loaded_at, entries)
    VALUES ($1, $2, $3, $4, $5)";
const RETURN_BY_HASH: &str = "SELECT return_no, file_number, file_hash, loaded_at, entries FROM bank_returns
    WHERE file_hash = $1";
const RETURN_BY_NUMBER: &str =
    "SELECT return_no, file_number, file_hash, loaded_at, entries FROM bank_returns
    WHERE file_number = $1 ORDER BY return_no DESC LIMIT 1";
const RETURN: &str =
    "SELECT return_no, file_number, file_hash, loaded_at, entries FROM bank_returns WHERE return_no = $1";
const LAST_RETURN_NUMBER: &str = "SELECT coalesce(max(file_number), 0) FROM bank_returns";
const NEXT_FINDING_NO: &str = "SELECT coalesce(max(finding_no), 0) + 1 FROM bank_findings";
const INSERT_FINDING: &str =
    "INSERT INTO bank_findings (finding_no, code, boleto, return_no, file_line, detail, found_at, facts, customer,
    about) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const FINDINGS_OF: &str = "SELECT finding_no, code, boleto, return_no, file_line, detail, found_at, facts,
    customer, about FROM bank_findings WHERE boleto = $1 ORDER BY finding_no";
const FINDINGS: &str = "SELECT finding_no, code, boleto, return_no, file_line, detail, found_at, facts,
    customer, about FROM bank_findings ORDER BY finding_no DESC LIMIT $1";
const OPEN_FINDINGS: &str = "SELECT finding_no, code, boleto, return_no, file_line, detail, found_at, facts,
    customer, about FROM bank_findings WHERE resolved_at IS NULL AND finding_no < $1 ORDER BY finding_no DESC LIMIT $2";
const RESOLVED_FINDINGS: &str = "SELECT finding_no, code, boleto, return_no, file_line, detail, found_at, facts,
    customer, about FROM bank_findings WHERE resolved_at IS NOT NULL AND finding_no < $1 ORDER BY finding_no DESC LIMIT $2";
const OPEN_FINDINGS_COUNT: &str = "SELECT count(*) FROM bank_findings WHERE resolved_at IS NULL";
const FINDING: &str = "SELECT finding_no, code, boleto, return_no, file_line, detail, found_at, facts,
    customer, about FROM bank_findings WHERE finding_no = $1";
const FINDING_RESOLVED: &str = "SELECT resolved_at FROM bank_findings WHERE finding_no = $1";
const RESOLVED_FINDING_ABOUT: &str =
    "SELECT finding_no, code, boleto, return_no, file_line, detail, found_at, facts,
    customer, about FROM bank_findings WHERE code = $1 AND about = $2 AND resolved_at IS NOT NULL
    ORDER BY finding_no DESC LIMIT 1";
const SAME_FINDINGS: &str = "SELECT count(*) FROM bank_findings WHERE code = $1 AND detail = $2";
const RESOLVE_FINDING: &str =
    "UPDATE bank_findings SET resolved_at = $1 WHERE finding_no = $2 AND resolved_at IS NULL";
const OPEN_FINDING_ABOUT: &str =
    "SELECT finding_no, code, boleto, return_no, file_line, detail, found_at, facts,
    customer, about FROM bank_findings WHERE code = $1 AND about = $2 AND resolved_at IS NULL
    ORDER BY finding_no DESC LIMIT 1";
const CHANGE_FINDING: &str =
    "UPDATE bank_findings SET detail = $1, found_at = $2, facts = $3 WHERE finding_no = $4";
const REMITTANCES: &str =
    "SELECT file_number, created_at, titles FROM remittances ORDER BY file_number DESC LIMIT $1";
const RETURNS: &str = "SELECT return_no, file_number, file_hash, loaded_at, entries FROM bank_returns
    ORDER BY return_no DESC LIMIT $1";

row! {
    /// A file of titles for the bank.
    pub struct RemittanceRow {
        /// Its sequence number (NSA), from 1 without gaps.
        pub file_number: u32,
        /// When it was made.
        pub created_at: Timestamp,
        /// How many titles it tells of.
        pub titles: u32,
        /// The file.
        pub body: String,
    }
}

row! {
    /// A file of titles for the bank, without the file.
    pub struct RemittanceListed {
        /// Its sequence number (NSA).
        pub file_number: u32,
        /// When it was made.
        pub created_at: Timestamp,
        /// How many titles it tells of.
        pub titles: u32,
    }
}

row! {
    /// A file of the bank that was loaded.
    pub struct ReturnRow {
        /// Its number here, from 1.
        pub return_no: u32,
        /// Its sequence number (NSA) as the bank gave it; 0 where the bank gives none.
        pub file_number: u32,
        /// SHA-256 of the file.
        pub file_hash: [u8; 32],
        /// When it was loaded.
        pub loaded_at: Timestamp,
        /// How many titles it tells of.
        pub entries: u32,
    }
}

words! {
    /// What a person must look at.
    pub enum FindingCode {
        /// The bank tells of a title that is none of ours.
        UnknownTitle = "unknown_title",
        /// The bank has another value for the title.
        OtherValue = "other_value",
        /// Less was paid than is owed.
        PaidLess = "paid_less",
        /// It was paid a second time: that became credit, unless it looks like the same payment told again.
        PaidTwice = "paid_twice",
        /// It was paid after it had been written off here, or without having been registered.
        PaidLate = "paid_late",
        /// The bank did not register the title.
        Rejected = "rejected",
        /// The bank wrote the title off without having been told.
        WrittenOff = "written_off",
        /// The bank did not do what it was told about the title.
        OrderRejected = "order_rejected",
        /// The book did not take the payment.
        PaymentRefused = "payment_refused",
        /// A Pix came for which nothing was asked.
        UnknownTxid = "unknown_txid",
        /// A Pix came on another key than was asked for.
        OtherKey = "other_key",
        /// Of a Pix something was given back.
        GivenBack = "given_back",
        /// A card payment of another amount or currency than was asked for: it was not credited.
        CardOtherAmount = "card_other_amount",
        /// A card payment of another customer than was asked, or of one who is no more: it was not credited.
        CardOtherCustomer = "card_other_customer",
        /// A card payment that bought data was given back or is disputed: nobody has taken the data back.
        CardGivenBack = "card_given_back",
        /// A router's counters grew faster than any line can: what they grew by was not counted.
        UsageJump = "usage_jump",
        /// The book refuses what was written down for it, and goes on to.
        IntentRefused = "intent_refused",
    }
}

row! {
    /// Something that a person must look at.
    pub struct Finding {
        /// Its number, from 1.
        pub finding_no: u32,
        /// What it is.
        pub code: FindingCode,
        /// About which boleto.
        pub boleto: Option<BoletoId>,
        /// In which file of the bank.
        pub return_no: Option<u32>,
        /// In which line of it, from 1.
        pub file_line: Option<u32>,
        /// A sentence in English with what was told.
        pub detail: String,
        /// When it was found.
        pub found_at: Timestamp,
        /// What was told, as JSON from which the sentence is made in a reader's language; empty where it was found before there was any.
        pub facts: String,
        /// Whom it is about.
        pub customer: Option<CustomerId>,
        /// What it is about where that is found again and again; one of it is open at a time. Else empty.
        pub about: String,
    }
}

impl Reader<'_> {
    /// The remittance of this number.
    pub fn remittance(&self, file_number: u32) -> Result<Option<RemittanceRow>, StoreError> {
        self.one(REMITTANCE, &[&file_number])
    }

    /// The return of this number here.
    pub fn bank_return(&self, return_no: u32) -> Result<Option<ReturnRow>, StoreError> {
        self.one(RETURN, &[&return_no])
    }

    /// The return that consists of these bytes.
    pub fn bank_return_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ReturnRow>, StoreError> {
        self.one(RETURN_BY_HASH, &[hash])
    }

    /// The return that the bank numbered so, the newest if there are several.
    pub fn bank_return_by_number(&self, file_number: u32) -> Result<Option<ReturnRow>, StoreError> {
        self.one(RETURN_BY_NUMBER, &[&file_number])
    }

    /// The highest number that a loaded return has; 0 if none was loaded.
    pub fn last_return_number(&self) -> Result<u32, StoreError> {
        self.number(LAST_RETURN_NUMBER)
    }

    /// What was found about this boleto, oldest first.
    pub fn findings_of(&self, boleto: BoletoId) -> Result<Vec<Finding>, StoreError> {
        self.all(FINDINGS_OF, &[&boleto])
    }

    /// The newest `limit` findings, newest first.
    pub fn findings(&self, limit: u32) -> Result<Vec<Finding>, StoreError> {
        self.all(FINDINGS, &[&limit])
    }

    /// Findings that nobody has dealt with, newest first; the cursor is the number of the last one seen.
    pub fn open_findings(&self, before: Option<u32>, limit: u32) -> Result<Page<Finding, u32>, StoreError> {
        self.finding_page(OPEN_FINDINGS, before, limit)
    }

    /// Findings that somebody has dealt with, newest first; the cursor is the number of the last one seen.
    pub fn resolved_findings(
        &self,
        before: Option<u32>,
        limit: u32,
    ) -> Result<Page<Finding, u32>, StoreError> {
        self.finding_page(RESOLVED_FINDINGS, before, limit)
    }

    fn finding_page(
        &self,
        sql: &str,
        before: Option<u32>,
        limit: u32,
    ) -> Result<Page<Finding, u32>, StoreError> {
        let rows = self.all(sql, &[&before.unwrap_or(u32::MAX), &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Finding| row.finding_no))
    }

    /// The finding of this code about this that nobody has dealt with.
    pub fn open_finding_about(&self, code: FindingCode, about: &str) -> Result<Option<Finding>, StoreError> {
        self.one(OPEN_FINDING_ABOUT, &[&code, &about])
    }

    /// The newest finding of this code about this that somebody has dealt with.
    pub fn resolved_finding_about(
        &self,
        code: FindingCode,
        about: &str,
    ) -> Result<Option<Finding>, StoreError> {
        self.one(RESOLVED_FINDING_ABOUT, &[&code, &about])
    }

    /// The finding of this number.
    pub fn finding(&self, finding_no: u32) -> Result<Option<Finding>, StoreError> {
        self.one(FINDING, &[&finding_no])
    }

    /// When somebody dealt with the finding of this number; `None` if nobody did.
    pub fn finding_resolved_at(&self, finding_no: u32) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.one::<Option<Timestamp>>(FINDING_RESOLVED, &[&finding_no])?.flatten())
    }

    /// How many findings nobody has dealt with.
    pub fn open_finding_count(&self) -> Result<u32, StoreError> {
        self.number(OPEN_FINDINGS_COUNT)
    }

    /// The newest `limit` remittances, newest first.
    pub fn remittances(&self, limit: u32) -> Result<Vec<RemittanceListed>, StoreError> {
        self.all(REMITTANCES, &[&limit])
    }

    /// The newest `limit` returns, newest first.
    pub fn bank_returns(&self, limit: u32) -> Result<Vec<ReturnRow>, StoreError> {
        self.all(RETURNS, &[&limit])
    }

    fn number(&self, sql: &str) -> Result<u32, StoreError> {
        self.one(sql, &[])?.ok_or_else(|| StoreError::Missing { what: "the next number".to_owned() })
    }
}

impl Tx<'_> {
    /// The number of the next remittance.
    pub fn next_remittance_number(&self) -> Result<u32, StoreError> {
        self.number(NEXT_FILE_NUMBER)
    }

    /// Adds a remittance.
    pub fn insert_remittance(&self, remittance: &RemittanceRow) -> Result<(), StoreError> {
        self.run(INSERT_REMITTANCE, &[remittance]).map(|_| ())
    }

    /// Adds a return under the next free number, whatever number it carries, and returns that. Conflicts over
    /// `bank_returns.file_hash`.
    pub fn insert_bank_return(&self, row: &ReturnRow) -> Result<u32, StoreError> {
        let return_no = self.number(NEXT_RETURN_NO)?;
        self.run(INSERT_RETURN, &[&ReturnRow { return_no, ..row.clone() }])?;
        Ok(return_no)
    }

    /// Adds a finding under the next free number, whatever number it carries.
    pub fn insert_finding(&self, finding: &Finding) -> Result<(), StoreError> {
        let finding_no = self.number(NEXT_FINDING_NO)?;
        self.run(INSERT_FINDING, &[&Finding { finding_no, ..finding.clone() }]).map(|_| ())
    }

    /// Adds a finding unless one says the same already, dealt with or not.
    pub fn insert_finding_once(&self, finding: &Finding) -> Result<(), StoreError> {
        let same: u32 = self.one(SAME_FINDINGS, &[&finding.code, &finding.detail])?.unwrap_or(0);
        if same == 0 { self.insert_finding(finding) } else { Ok(()) }
    }

    /// Has an open finding say something else: what was found again. Its code, and what it is about, stay.
    pub fn change_finding(&self, finding: &Finding) -> Result<(), StoreError> {
        let values: [&dyn crate::stored::Bind; 4] =
            [&finding.detail, &finding.found_at, &finding.facts, &finding.finding_no];
        self.run_one(CHANGE_FINDING, &values, format!("finding {}", finding.finding_no))
    }

    /// Says that somebody has dealt with a finding; false if that was said before, or there is none.
    pub fn resolve_finding(&self, finding_no: u32, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(RESOLVE_FINDING, &[&at, &finding_no])? > 0)
    }
}
