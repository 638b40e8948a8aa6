//! The program as people run it, built once; the steps after this one use it.

use anyhow::Result;

use crate::run::Program;
use crate::tally::Tally;

pub(crate) fn run() -> Result<Tally> {
    Program::cargo(["build", "--release", "--package", "saldo", "--locked"]).run().map(|()| Tally::default())
}
