//! Customers, which wallets are theirs, and what usage events call them.

use money::{CustomerId, Timestamp, Unit, WalletId};

use super::{Page, Reader, Tx, before_bytes, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::row;

const INSERT_CUSTOMER: &str = "INSERT INTO customers
    (id, name, email, external_key, locale, stripe_customer_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const UPDATE_CUSTOMER: &str = "UPDATE customers SET name = $1, email = $2, external_key = $3, locale = $4
    WHERE id = $5";
const SET_STRIPE_CUSTOMER: &str = "UPDATE customers SET stripe_customer_id = $1 WHERE id = $2";
const CUSTOMER: &str = "SELECT id, name, email, external_key, locale, stripe_customer_id, created_at
    FROM customers WHERE id = $1";
const CUSTOMER_BY_EMAIL: &str = "SELECT id, name, email, external_key, locale, stripe_customer_id, created_at
    FROM customers WHERE email = $1";
const CUSTOMER_BY_KEY: &str = "SELECT id, name, email, external_key, locale, stripe_customer_id, created_at
    FROM customers WHERE external_key = $1";
const CUSTOMER_BY_STRIPE: &str =
    "SELECT id, name, email, external_key, locale, stripe_customer_id, created_at
    FROM customers WHERE stripe_customer_id = $1";
const CUSTOMERS: &str = "SELECT id, name, email, external_key, locale, stripe_customer_id, created_at
    FROM customers WHERE id < $1 ORDER BY id DESC LIMIT $2";

const COUNT: &str = "SELECT count(*) FROM customers";

const INSERT_WALLET: &str = "INSERT INTO wallets (id, customer, unit, created_at) VALUES ($1, $2, $3, $4)";
const WALLET: &str = "SELECT id, customer, unit, created_at FROM wallets WHERE id = $1";
const WALLETS_OF: &str = "SELECT id, customer, unit, created_at FROM wallets
    WHERE customer = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

const INSERT_SUBJECT: &str = "INSERT INTO subjects (subject, wallet, created_at) VALUES ($1, $2, $3)";
const DELETE_SUBJECT: &str = "DELETE FROM subjects WHERE subject = $1";
const SUBJECT: &str = "SELECT subject, wallet, created_at FROM subjects WHERE subject = $1";
const SUBJECTS_OF: &str = "SELECT subject, wallet, created_at FROM subjects
    WHERE wallet = $1 AND subject > $2 ORDER BY subject LIMIT $3";
const SUBJECTS: &str = "SELECT subject, wallet, created_at FROM subjects
    WHERE subject > $1 ORDER BY subject LIMIT $2";

row! {
    /// Who pays.
    pub struct Customer {
        /// Its name here.
        pub id: CustomerId,
        /// What people call it.
        pub name: String,
        /// Where mail goes; unique, kept in lower case.
        pub email: Option<String>,
        /// The operator's own name for it; unique.
        pub external_key: Option<String>,
        /// Language of pages and mail, as `pt-BR`.
        pub locale: String,
        /// Stripe's name for it, `cus_…`; unique.
        pub stripe_customer_id: Option<String>,
        /// Since when.
        pub created_at: Timestamp,
    }
}

row! {
    /// Whose a wallet is.
    pub struct Wallet {
        /// Its name.
        pub id: WalletId,
        /// Whose it is.
        pub customer: CustomerId,
        /// What it counts.
        pub unit: Unit,
        /// Since when.
        pub created_at: Timestamp,
    }
}

row! {
    /// The wallet that pays for what a subject of usage events uses.
    pub struct Subject {
        /// As it stands in the events; unique.
        pub subject: String,
        /// Who pays.
        pub wallet: WalletId,
        /// Since when.
        pub created_at: Timestamp,
    }
}

/// Addresses are compared without regard to case.
pub(super) fn address(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Reader<'_> {
    /// The customer of this name.
    pub fn customer(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.one(CUSTOMER, &[&id])
    }

    /// The customer with this address, in any case.
    pub fn customer_by_email(&self, email: &str) -> Result<Option<Customer>, StoreError> {
        self.one(CUSTOMER_BY_EMAIL, &[&address(email)])
    }

    /// The customer that the operator calls so.
    pub fn customer_by_external_key(&self, key: &str) -> Result<Option<Customer>, StoreError> {
        self.one(CUSTOMER_BY_KEY, &[&key])
    }

    /// The customer that Stripe calls so.
    pub fn customer_by_stripe(&self, stripe_customer_id: &str) -> Result<Option<Customer>, StoreError> {
        self.one(CUSTOMER_BY_STRIPE, &[&stripe_customer_id])
    }

    /// All customers, newest first.
    pub fn customers(
        &self,
        before: Option<CustomerId>,
        limit: u32,
    ) -> Result<Page<Customer, CustomerId>, StoreError> {
        let before = before_bytes(before.map(CustomerId::as_u128));
        let rows = self.all(CUSTOMERS, &[&&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Customer| row.id))
    }

    /// How many customers there are.
    pub fn customer_count(&self) -> Result<i64, StoreError> {
        Ok(self.one(COUNT, &[])?.unwrap_or(0))
    }

    /// The wallet of this name.
    pub fn wallet(&self, id: WalletId) -> Result<Option<Wallet>, StoreError> {
        self.one(WALLET, &[&id])
    }

    /// A customer's wallets, newest first.
    pub fn wallets_of(
        &self,
        customer: CustomerId,
        before: Option<WalletId>,
        limit: u32,
    ) -> Result<Page<Wallet, WalletId>, StoreError> {
        let before = before_bytes(before.map(WalletId::as_u128));
        let rows = self.all(WALLETS_OF, &[&customer, &&before[..], &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Wallet| row.id))
    }

    /// Who pays for this subject.
    pub fn subject(&self, subject: &str) -> Result<Option<Subject>, StoreError> {
        self.one(SUBJECT, &[&subject])
    }

    /// The subjects that a wallet pays for, by name; the cursor is the last one seen.
    pub fn subjects_of(
        &self,
        wallet: WalletId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Subject, String>, StoreError> {
        let rows = self.all(SUBJECTS_OF, &[&wallet, &after.unwrap_or(""), &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Subject| row.subject.clone()))
    }

    /// All subjects, by name; the cursor is the last one seen.
    pub fn subjects(&self, after: Option<&str>, limit: u32) -> Result<Page<Subject, String>, StoreError> {
        let rows = self.all(SUBJECTS, &[&after.unwrap_or(""), &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Subject| row.subject.clone()))
    }
}

impl Tx<'_> {
    /// Adds a customer. Conflicts over `customers.id`, `customers.email`, `customers.external_key` and
    /// `customers.stripe_customer_id`.
    pub fn insert_customer(&self, customer: &Customer) -> Result<(), StoreError> {
        let email = customer.email.as_deref().map(address);
        let customer = Customer { email, ..customer.clone() };
        self.run(INSERT_CUSTOMER, &[&customer])?;
        self.begin_search(&customer)
    }

    /// Changes name, address, external key and language. Conflicts as [`Tx::insert_customer`].
    pub fn update_customer(&self, customer: &Customer) -> Result<(), StoreError> {
        let Customer { id, name, external_key, locale, .. } = customer;
        let email = customer.email.as_deref().map(address);
        self.run_one(UPDATE_CUSTOMER, &[name, &email, external_key, locale, id], id.to_string())?;
        self.write_search(*id)
    }

    /// Writes down what Stripe calls a customer. Conflicts over `customers.stripe_customer_id`.
    pub fn set_stripe_customer(&self, id: CustomerId, stripe_customer_id: &str) -> Result<(), StoreError> {
        self.run_one(SET_STRIPE_CUSTOMER, &[&stripe_customer_id, &id], id.to_string())
    }

    /// Adds a wallet of a customer that exists.
    pub fn insert_wallet(&self, wallet: &Wallet) -> Result<(), StoreError> {
        self.run(INSERT_WALLET, &[wallet])?;
        Ok(())
    }

    /// Lets a wallet that exists pay for a subject. Conflicts over `subjects.subject`.
    pub fn insert_subject(&self, subject: &Subject) -> Result<(), StoreError> {
        self.run(INSERT_SUBJECT, &[subject])?;
        Ok(())
    }

    /// Forgets a subject; whether it was known.
    pub fn delete_subject(&self, subject: &str) -> Result<bool, StoreError> {
        Ok(self.run(DELETE_SUBJECT, &[&subject])? > 0)
    }
}
