//! A real nginx with the configuration of `docs/operate/nginx.conf` asks the guard before it lets a call through.

use anyhow::Result;

use crate::run::Runner;
use crate::step::{program, stories};
use crate::tally::Tally;
use crate::tools::{self, NGINX};

pub(crate) fn run() -> Result<Tally> {
    tools::need(&[NGINX])?;
    tools::npm_install("e2e")?;
    program::run()?;
    stories::node_test(tools::node()?).and("e2e/peers/guard.mjs").count(Runner::Node)
}
