//! Every test written in Rust. One failure does not hide the next: all of them run.

use anyhow::Result;

use crate::run::{Program, Runner};
use crate::tally::Tally;

pub(crate) fn run() -> Result<Tally> {
    Program::cargo(["test", "--workspace", "--locked", "--no-fail-fast"]).count(Runner::Cargo)
}
