//! The official Python library of Standard Webhooks verifies what a demo sends; the JavaScript one does in the browser stories.

use anyhow::Result;

use crate::run::{Program, root};
use crate::server::Demo;
use crate::step::program;
use crate::tally::Tally;
use crate::tools;

pub(crate) fn run() -> Result<Tally> {
    let python = tools::python_with("e2e/peers/requirements.txt")?;
    program::run()?;
    let demo = Demo::start()?;
    Program::new(&python, [root().join("e2e/peers/webhooks.py")])
        .with("API_URL", demo.text("/api_url")?)
        .with("API_KEY", demo.text("/api_key")?)
        .run()?;
    Ok(Tally::ONE)
}
