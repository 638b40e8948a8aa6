//! Every test written in Rust. One failure does not hide the next: all of them run.

use anyhow::Result;

use crate::run::{Program, Runner};
use crate::server::Postgres;
use crate::tally::Tally;
use crate::tools::{self, FREERADIUS, POPPLER, POSTGRES, RADCLIENT, ZBAR};

pub(crate) fn run() -> Result<Tally> {
    // With these the bar code of a boleto is read as a bank's scanner reads it.
    tools::need(&[POPPLER, ZBAR])?;
    // Real peers of the port where routers report.
    tools::need(&[FREERADIUS, RADCLIENT])?;
    // The second store. One server for all tests, each of which has its own schema in it.
    tools::need(&[POSTGRES])?;
    let postgres = Postgres::start()?;
    println!("== rust: the store is tested on {}", postgres.version()?);
    Program::cargo(["test", "--workspace", "--locked", "--no-fail-fast"])
        .with("SALDO_TEST_POSTGRES", postgres.url())
        .count(Runner::Cargo)
}
