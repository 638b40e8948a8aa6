//! Every test written in Rust. One failure does not hide the next: all of them run.

use anyhow::Result;

use crate::run::{Program, Runner};
use crate::server::Postgres;
use crate::tally::Tally;
use crate::tools::{self, FREERADIUS, OPENSSL, POPPLER, POSTGRES, RADCLIENT, ZBAR};

/// Tests of the whole program that run a second time with PostgreSQL under it.
const ON_BOTH_STORES: [&str; 12] = [
    "api_bad_input",
    "api_edges",
    "api_payments",
    "api_story",
    "boletos",
    "console",
    "nas",
    "portal_credit",
    "portal_doors",
    "portal_lines",
    "portal_mails",
    "reconciliation",
];

pub(crate) fn run() -> Result<Tally> {
    // With these the bar code of a boleto is read as a bank's scanner reads it.
    tools::need(&[POPPLER, ZBAR])?;
    // Real peers of the port where routers report.
    tools::need(&[FREERADIUS, RADCLIENT])?;
    // The second store. One server for all tests, each of which has a schema or a database of its own there, and one that speaks TLS.
    tools::need(&[POSTGRES, OPENSSL])?;
    let postgres = Postgres::start()?;
    println!("== rust: the store is tested on {}", postgres.version()?);
    let mut tally = Program::cargo(["test", "--workspace", "--locked", "--no-fail-fast"])
        .with("SALDO_TEST_POSTGRES", postgres.url())
        .count(Runner::Cargo)?;
    // The whole workspace, so that what was just built is found.
    tally += Program::cargo(["test", "--workspace", "--locked", "--no-fail-fast"])
        .and_all(ON_BOTH_STORES.iter().flat_map(|name| ["--test", name]))
        .with("SALDO_TEST_POSTGRES", postgres.url())
        .with("SALDO_TEST_STORE", "postgres")
        .count(Runner::Cargo)?;
    Ok(tally)
}
