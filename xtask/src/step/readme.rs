//! The README's own commands do what it says they do.

use anyhow::Result;

use crate::readme;
use crate::step::program;
use crate::tally::Tally;
use crate::tools::{self, CURL};

pub(crate) fn run() -> Result<Tally> {
    tools::need(&[CURL])?;
    program::run()?;
    readme::check()
}
