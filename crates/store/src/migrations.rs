//! Numbered migrations, embedded: for each engine the same numbers, the same files' names and, at the end, the same tables.

use sha2::{Digest, Sha256};

use crate::error::StoreError;

/// One of the two databases of an installation. In PostgreSQL both stand in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// The journal, snapshots, runs of seen keys.
    Journal,
    /// Views and reference tables.
    Saldo,
}

/// Who keeps an installation's databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Files of SQLite.
    Sqlite,
    /// A server of PostgreSQL, or one that speaks its language.
    Postgres,
}

/// A migration that this program carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationFile {
    /// Its number, from 1 without gaps.
    pub number: u32,
    /// Its file, as `0001_journal.sql`.
    pub file: &'static str,
    /// Its text for SQLite.
    sqlite: &'static str,
    /// Its twin.
    postgres: &'static str,
}

// Without its twin under migrations/postgres a migration does not compile. The twin has the same tables and columns: BIGINT where
// SQLite has INTEGER, BYTEA for BLOB, and neither STRICT nor WITHOUT ROWID. tests/schemas.rs compares what comes of both.
macro_rules! migrations {
    ($folder:literal: $($number:literal $file:literal),+ $(,)?) => {
        &[$(MigrationFile {
            number: $number,
            file: $file,
            sqlite: include_str!(concat!("../migrations/sqlite/", $folder, "/", $file)),
            postgres: include_str!(concat!("../migrations/postgres/", $folder, "/", $file)),
        }),+]
    };
}

const JOURNAL: &[MigrationFile] = migrations!("journal": 1 "0001_journal.sql");
const SALDO: &[MigrationFile] = migrations!("saldo":
    1 "0001_views.sql",
    2 "0002_reference.sql",
    3 "0003_entries_in_journal_order.sql",
    4 "0004_lines.sql",
    5 "0005_bank_files.sql",
    6 "0006_first_access.sql",
    7 "0007_settlements.sql",
    8 "0008_invoices.sql",
    9 "0009_usage_notices.sql",
    10 "0010_ways_to_pay.sql",
    11 "0011_findings_resolved.sql",
    12 "0012_packs_on_write_off.sql",
    13 "0013_logins_and_routers_of_old.sql",
    14 "0014_subscriber_search.sql",
    15 "0015_payment_claims.sql",
    16 "0016_webhook_endpoints.sql",
    17 "0017_staff.sql",
    18 "0018_reconciliation.sql",
    19 "0019_support.sql",
    20 "0020_automatic_topups.sql",
    21 "0021_receipts.sql",
    22 "0022_payments_awaited.sql",
    23 "0023_findings.sql",
    24 "0024_brand.sql",
    25 "0025_customers_by_file.sql",
    26 "0026_low_balances.sql",
    27 "0027_overpaid.sql",
    28 "0028_credit_given_alone.sql",
    29 "0029_zero_rated.sql",
    30 "0030_deposits_of_old.sql",
    31 "0031_audit_by_customer.sql",
    32 "0032_staff_links.sql",
    33 "0033_refund_requests.sql",
    34 "0034_data_taken_back.sql",
    35 "0035_charged_by_hour.sql",
    36 "0036_services_seen.sql",
    37 "0037_home.sql",
    38 "0038_refunds_by_time.sql",
    39 "0039_mails_and_marks.sql",
    40 "0040_line_enabled_at.sql",
    41 "0041_charged_customer.sql",
    42 "0042_credit_for_payment.sql",
    43 "0043_mails_of_customers.sql",
    44 "0044_fees_and_refusals.sql",
    45 "0045_credit_beside_what_went.sql",
);

impl Database {
    /// The usual name of its file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Database::Journal => "journal.db",
            Database::Saldo => "saldo.db",
        }
    }

    /// All migrations of this database in order.
    pub const fn migrations(self) -> &'static [MigrationFile] {
        match self {
            Database::Journal => JOURNAL,
            Database::Saldo => SALDO,
        }
    }

    /// The migrations that are not among `applied`, which are numbers and checksums in order. Refuses what a newer program has
    /// applied, and what was applied with another text than ours.
    pub(crate) fn missing(
        self,
        engine: Engine,
        applied: &[(u32, Vec<u8>)],
    ) -> Result<Vec<MigrationFile>, StoreError> {
        let known = self.migrations();
        let newest_known = known.last().map_or(0, |migration| migration.number);
        if let Some((found, _)) = applied.last().filter(|(number, _)| *number > newest_known) {
            let found = *found;
            return Err(StoreError::NewerSchema { database: self.file_name(), found, known: newest_known });
        }
        let mut missing = Vec::new();
        for migration in known {
            match applied.iter().find(|(number, _)| *number == migration.number) {
                None => missing.push(*migration),
                Some((_, sum)) if *sum == migration.checksum(engine) => {}
                Some(_) => {
                    let file = migration.file.to_owned();
                    return Err(StoreError::ChangedMigration { database: self.file_name(), file });
                }
            }
        }
        Ok(missing)
    }

    /// Refuses a database that lacks one of our migrations.
    pub(crate) fn require_all(self, missing: &[MigrationFile]) -> Result<(), StoreError> {
        match missing.len() {
            0 => Ok(()),
            pending => Err(StoreError::NotMigrated { database: self.file_name(), pending }),
        }
    }
}

impl MigrationFile {
    /// What is run on this engine.
    pub const fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    pub(crate) fn checksum(&self, engine: Engine) -> Vec<u8> {
        Sha256::digest(self.sql(engine).as_bytes()).to_vec()
    }
}
