//! The code is formatted as `rustfmt.toml` says.

use anyhow::Result;

use crate::run::Program;
use crate::tally::Tally;

pub(crate) fn run() -> Result<Tally> {
    Program::cargo(["fmt", "--all", "--check"]).run().map(|()| Tally::default())
}
