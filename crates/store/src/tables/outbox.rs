//! What goes out after a decision: notices, derived from the journal and delivered at least once, and mails.

use money::{CustomerId, MailId, Timestamp, WalletId};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::row;

const INSERT_NOTICE: &str =
    "INSERT INTO notices (position, ordinal, kind, customer, wallet, payload, created_at,
    delivered_at, attempts, next_attempt_at, last_error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (position, ordinal, kind) DO NOTHING";
const NOTICES_FIRST: &str =
    "SELECT position, ordinal, kind, customer, wallet, payload, created_at, delivered_at,
    attempts, next_attempt_at, last_error FROM notices
    WHERE delivered_at IS NULL AND kind = $1 AND next_attempt_at <= $2
    ORDER BY next_attempt_at, position, ordinal LIMIT $3";
const NOTICES_DUE: &str =
    "SELECT position, ordinal, kind, customer, wallet, payload, created_at, delivered_at,
    attempts, next_attempt_at, last_error FROM notices
    WHERE delivered_at IS NULL AND kind <> $1 AND next_attempt_at <= $2
    ORDER BY next_attempt_at, position, ordinal, kind LIMIT $3";
const NOTICES: &str =
    "SELECT position, ordinal, kind, customer, wallet, payload, created_at, delivered_at, attempts,
    next_attempt_at, last_error FROM notices WHERE (position, ordinal, kind) < ($1, $2, $3)
    ORDER BY position DESC, ordinal DESC, kind DESC LIMIT $4";
const NOTICE_COUNT: &str = "SELECT count(*) FROM notices WHERE position = $1 AND ordinal = $2 AND kind = $3";
const CLAIM_NOTICE: &str = "UPDATE notices SET attempts = attempts + 1, next_attempt_at = $1
    WHERE position = $2 AND ordinal = $3 AND kind = $4";
const RELEASE_NOTICES: &str =
    "UPDATE notices SET next_attempt_at = $1 WHERE delivered_at IS NULL AND next_attempt_at > $2";
const NOTICE_DELIVERED: &str =
    "UPDATE notices SET delivered_at = $1, next_attempt_at = NULL, last_error = NULL
    WHERE position = $2 AND ordinal = $3 AND kind = $4";
const NOTICE_RETRY: &str = "UPDATE notices SET next_attempt_at = $1, last_error = $2
    WHERE position = $3 AND ordinal = $4 AND kind = $5";

const USAGE_TOLD: &str =
    "SELECT wallet_no, of_pack, whole, percent, told_at FROM usage_told WHERE wallet_no = $1";
const PUT_USAGE_TOLD: &str =
    "INSERT INTO usage_told (wallet_no, of_pack, whole, percent, told_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (wallet_no) DO UPDATE SET of_pack = excluded.of_pack, whole = excluded.whole,
    percent = excluded.percent, told_at = excluded.told_at";

const INSERT_MAIL: &str =
    "INSERT INTO mails (id, kind, recipient, subject, body, locale, created_at, sent_at,
    attempts, next_attempt_at, last_error, customer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const MAIL: &str = "SELECT id, kind, recipient, subject, body, locale, created_at, sent_at, attempts,
    next_attempt_at, last_error, customer FROM mails WHERE id = $1";
const MAILS_FIRST: &str = "SELECT id, kind, recipient, subject, body, locale, created_at, sent_at, attempts,
    next_attempt_at, last_error, customer FROM mails WHERE sent_at IS NULL AND kind = $1 AND next_attempt_at <= $2
    ORDER BY next_attempt_at, id LIMIT $3";
const MAILS_DUE: &str = "SELECT id, kind, recipient, subject, body, locale, created_at, sent_at, attempts,
    next_attempt_at, last_error, customer FROM mails WHERE sent_at IS NULL AND next_attempt_at <= $1
    ORDER BY next_attempt_at, id LIMIT $2";
const MAILS: &str = "SELECT id, kind, recipient, subject, body, locale, created_at, sent_at, attempts,
    next_attempt_at, last_error, customer FROM mails WHERE id < $1 ORDER BY id DESC LIMIT $2";
const MAILS_OF: &str = "SELECT id, kind, recipient, subject, body, locale, created_at, sent_at, attempts,
    next_attempt_at, last_error, customer FROM mails WHERE customer = $1 AND created_at < $2
    ORDER BY created_at DESC, id DESC LIMIT $3";
// What was written to an address before it was a customer's is not his by name.
const MAILS_TO_NOBODY: &str =
    "SELECT id, kind, recipient, subject, body, locale, created_at, sent_at, attempts,
    next_attempt_at, last_error, customer FROM mails
    WHERE recipient = $1 AND customer IS NULL AND created_at < $2
    ORDER BY created_at DESC, id DESC LIMIT $3";
const CLAIM_MAIL: &str = "UPDATE mails SET attempts = attempts + 1, next_attempt_at = $1 WHERE id = $2";
const RELEASE_MAILS: &str =
    "UPDATE mails SET next_attempt_at = $1 WHERE sent_at IS NULL AND next_attempt_at > $2";
const MAIL_SENT: &str =
    "UPDATE mails SET sent_at = $1, next_attempt_at = NULL, last_error = NULL WHERE id = $2";
const MAIL_REFUSED: &str = "UPDATE mails SET refusals = refusals + 1 WHERE id = $1";
const REFUSALS: &str = "SELECT refusals FROM mails WHERE id = $1";
const MAIL_RETRY: &str = "UPDATE mails SET next_attempt_at = $1, last_error = $2 WHERE id = $3";

row! {
    /// What a notice tells of, and as what. Its name for ever. Most tell of an entry of the journal; what happens in tables alone is
    /// named after itself: a document by its number, a line that is blocked by since when, in microseconds, and its wallet's number.
    pub struct NoticeId {
        /// Position of the journal row, or what stands in its place.
        pub position: u64,
        /// Place in that row.
        pub ordinal: u32,
        /// What it tells, as a short word.
        pub kind: String,
    }
}

row! {
    /// What others are told after a decision.
    pub struct Notice {
        /// Its name.
        pub id: NoticeId,
        /// Of which customer it tells.
        pub customer: Option<CustomerId>,
        /// Of which wallet it tells.
        pub wallet: Option<WalletId>,
        /// What is told, as JSON.
        pub payload: String,
        /// When it was derived.
        pub created_at: Timestamp,
        /// When it was delivered.
        pub delivered_at: Option<Timestamp>,
        /// How often delivery has begun.
        pub attempts: u32,
        /// When delivery may begin again; `None` if it may not.
        pub next_attempt_at: Option<Timestamp>,
        /// What went wrong the last time.
        pub last_error: Option<String>,
    }
}

row! {
    /// How far a line's subscriber has been told of his use.
    pub struct UsageTold {
        /// The line's wallet.
        pub wallet_no: u32,
        /// 1 if a pack is watched, 0 if the cycle's allowance is.
        pub of_pack: u8,
        /// What there was to use when that began, in bytes.
        pub whole: i64,
        /// The share of it that he was told he had used, in percent; 0 if nothing.
        pub percent: u8,
        /// When he reached it.
        pub told_at: Option<Timestamp>,
    }
}

row! {
    /// A mail.
    pub struct Mail {
        /// Its name.
        pub id: MailId,
        /// What it is, as a short word.
        pub kind: String,
        /// To whom.
        pub recipient: String,
        /// Its subject line.
        pub subject: String,
        /// Its text.
        pub body: String,
        /// The language it is written in.
        pub locale: String,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it was sent.
        pub sent_at: Option<Timestamp>,
        /// How often sending has begun.
        pub attempts: u32,
        /// When sending may begin again; `None` if it may not.
        pub next_attempt_at: Option<Timestamp>,
        /// What went wrong the last time.
        pub last_error: Option<String>,
        /// To which customer it is written, at whatever address; `None` if to somebody else.
        pub customer: Option<CustomerId>,
    }
}

impl Reader<'_> {
    /// All notices, newest first.
    pub fn notices(
        &self,
        before: Option<&NoticeId>,
        limit: u32,
    ) -> Result<Page<Notice, NoticeId>, StoreError> {
        let newest = NoticeId { position: i64::MAX.unsigned_abs(), ordinal: 0, kind: String::new() };
        let rows = self.all(NOTICES, &[before.unwrap_or(&newest), &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Notice| row.id.clone()))
    }

    /// Whether there is a notice of this name.
    pub fn notice_exists(&self, id: &NoticeId) -> Result<bool, StoreError> {
        Ok(self.one::<u32>(NOTICE_COUNT, &[id])?.is_some_and(|count| count > 0))
    }

    /// How far the subscriber of the line on this wallet has been told of his use.
    pub fn usage_told(&self, wallet_no: u32) -> Result<Option<UsageTold>, StoreError> {
        self.one(USAGE_TOLD, &[&wallet_no])
    }

    /// The mail of this name.
    pub fn mail(&self, id: MailId) -> Result<Option<Mail>, StoreError> {
        self.one(MAIL, &[&id])
    }

    /// The newest `limit` mails to this customer that were written before this moment, newest first, whatever address they went to.
    pub fn mails_of(
        &self,
        customer: CustomerId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Mail>, StoreError> {
        self.all(MAILS_OF, &[&customer, &before, &limit])
    }

    /// The newest `limit` mails to this address, as no customer's, that were written before this moment, newest first.
    pub fn mails_to_nobody(
        &self,
        recipient: &str,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Mail>, StoreError> {
        self.all(MAILS_TO_NOBODY, &[&recipient, &before, &limit])
    }

    /// All mails, newest first.
    pub fn mails(&self, before: Option<MailId>, limit: u32) -> Result<Page<Mail, MailId>, StoreError> {
        let before = before_bytes(before.map(MailId::as_u128));
        let rows = self.all(MAILS, &[&&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Mail| row.id))
    }
}

impl Tx<'_> {
    /// Adds a notice; whether it is the first time. A notice that is there stays as it is, delivered or not.
    pub fn insert_notice(&self, notice: &Notice) -> Result<bool, StoreError> {
        Ok(self.run(INSERT_NOTICE, &[notice])? > 0)
    }

    /// Writes down how far a line's subscriber has been told of his use.
    pub fn put_usage_told(&self, told: &UsageTold) -> Result<(), StoreError> {
        self.run(PUT_USAGE_TOLD, &[told])?;
        Ok(())
    }

    /// Takes at most `limit` notices that are due at `now`: those of kind `first` before the others, the longest due first. They are
    /// due again at `lease_until` unless they are delivered or put off before.
    pub fn claim_notices(
        &self,
        first: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        let mut due: Vec<Notice> = self.all(NOTICES_FIRST, &[&first, &now, &limit])?;
        let left = limit.saturating_sub(u32::try_from(due.len()).unwrap_or(limit));
        due.extend(self.all::<Notice>(NOTICES_DUE, &[&first, &now, &left])?);
        let mut claim = self.prepare(CLAIM_NOTICE)?;
        for notice in &mut due {
            claim.run(&[&lease_until, &notice.id])?;
            notice.attempts += 1;
            notice.next_attempt_at = Some(lease_until);
        }
        Ok(due)
    }

    /// Makes every notice that is to be delivered due `now`: of those who took one before, nobody lives any more.
    pub fn release_notices(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(RELEASE_NOTICES, &[&now, &now])
    }

    /// The notice was delivered.
    pub fn notice_delivered(&self, id: &NoticeId, at: Timestamp) -> Result<(), StoreError> {
        self.run_one(NOTICE_DELIVERED, &[&at, id], format!("{id:?}"))
    }

    /// Delivery went wrong; it begins again at `next_attempt_at`, or not at all.
    pub fn notice_retry(
        &self,
        id: &NoticeId,
        next_attempt_at: Option<Timestamp>,
        error: &str,
    ) -> Result<(), StoreError> {
        self.run_one(NOTICE_RETRY, &[&next_attempt_at, &error, id], format!("{id:?}"))
    }

    /// Adds a mail.
    pub fn insert_mail(&self, mail: &Mail) -> Result<(), StoreError> {
        self.run(INSERT_MAIL, &[mail])?;
        Ok(())
    }

    /// Takes at most `limit` mails that are due at `now`: those of the kinds `first`, kind by kind, before all others, the longest due
    /// first. They are due again at `lease_until` unless they are sent or put off before.
    pub fn claim_mails(
        &self,
        first: &[&str],
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Mail>, StoreError> {
        let mut claimed = Vec::new();
        let left = |claimed: &Vec<Mail>| limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(limit));
        for kind in first {
            let due = self.all(MAILS_FIRST, &[kind, &now, &left(&claimed)])?;
            claimed.extend(self.take_mails(due, lease_until)?);
        }
        // What was taken just now is not due any more.
        let due = self.all(MAILS_DUE, &[&now, &left(&claimed)])?;
        claimed.extend(self.take_mails(due, lease_until)?);
        Ok(claimed)
    }

    fn take_mails(&self, mut due: Vec<Mail>, lease_until: Timestamp) -> Result<Vec<Mail>, StoreError> {
        let mut claim = self.prepare(CLAIM_MAIL)?;
        for mail in &mut due {
            claim.run(&[&lease_until, &mail.id])?;
            mail.attempts += 1;
            mail.next_attempt_at = Some(lease_until);
        }
        Ok(due)
    }

    /// Makes every mail that is to be sent due `now`, as [`Tx::release_notices`] does.
    pub fn release_mails(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(RELEASE_MAILS, &[&now, &now])
    }

    /// The mail was sent.
    pub fn mail_sent(&self, id: MailId, at: Timestamp) -> Result<(), StoreError> {
        self.run_one(MAIL_SENT, &[&at, &id], id.to_string())
    }

    /// The server refused the mail for good; how often it has by now.
    pub fn mail_refused(&self, id: MailId) -> Result<u32, StoreError> {
        self.run_one(MAIL_REFUSED, &[&id], id.to_string())?;
        self.one(REFUSALS, &[&id])?.ok_or_else(|| StoreError::Missing { what: id.to_string() })
    }

    /// Sending went wrong; it begins again at `next_attempt_at`, or not at all.
    pub fn mail_retry(
        &self,
        id: MailId,
        next_attempt_at: Option<Timestamp>,
        error: &str,
    ) -> Result<(), StoreError> {
        self.run_one(MAIL_RETRY, &[&next_attempt_at, &error, &id], id.to_string())
    }
}
