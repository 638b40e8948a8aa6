//! Every test written in Rust. One failure does not hide the next: all of them run.

use anyhow::Result;

use crate::run::{Program, Runner};
use crate::tally::Tally;
use crate::tools::{self, FREERADIUS, POPPLER, RADCLIENT, ZBAR};

pub(crate) fn run() -> Result<Tally> {
    // With these the bar code of a boleto is read as a bank's scanner reads it.
    tools::need(&[POPPLER, ZBAR])?;
    // Real peers of the port where routers report.
    tools::need(&[FREERADIUS, RADCLIENT])?;
    Program::cargo(["test", "--workspace", "--locked", "--no-fail-fast"]).count(Runner::Cargo)
}
