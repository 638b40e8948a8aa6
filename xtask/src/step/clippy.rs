//! No warning of the compiler or of clippy, in tests and examples neither.

use anyhow::Result;

use crate::run::Program;
use crate::tally::Tally;

pub(crate) fn run() -> Result<Tally> {
    Program::cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"])
        .run()
        .map(|()| Tally::default())
}
