//! Stripe's own libraries, for JavaScript and Python, drive the sandbox: what they send and expect is what Stripe speaks.
//!
//! Each script of `crates/sandbox/tests/sdk` is one test, with a sandbox of its own, and ends with success or not.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::run::{Program, root, target};
use crate::server::Server;
use crate::tally::Tally;
use crate::tools;

const FOLDER: &str = "crates/sandbox/tests/sdk";

pub(crate) fn run() -> Result<Tally> {
    tools::npm_install(FOLDER)?;
    let node = tools::node()?;
    let python = tools::python_with(&format!("{FOLDER}/requirements.txt"))?;
    // The whole workspace, so that what `cargo test --workspace` built is found and not built again with other features.
    Program::cargo(["build", "--workspace", "--examples", "--locked"]).run()?;
    let mut tally = Tally::default();
    for script in scripts()? {
        let is_python = script.extension().is_some_and(|ending| ending == "py");
        drive(if is_python { &python } else { &node }, &script)?;
        tally += Tally::ONE;
    }
    ensure!(tally.passed > 0, "{FOLDER} holds no script");
    Ok(tally)
}

/// Runs one script by its `language` against a sandbox that leaves the webhook of the paid checkout in a file.
fn drive(language: &Path, script: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let webhook = folder.path().join("webhook.json");
    let program = target().join("debug").join("examples").join("sandbox_server");
    let sandbox = Server::start(Command::new(program).env("SANDBOX_WEBHOOK_FILE", &webhook))?;
    Program::new(language, [script])
        .with("SANDBOX_URL", sandbox.text("/url")?)
        .with("SANDBOX_SECRET_KEY", sandbox.text("/secret_key")?)
        .with("SANDBOX_WEBHOOK_SECRET", sandbox.text("/webhook_secret")?)
        .with("SANDBOX_WEBHOOK_FILE", &webhook)
        .run()
}

fn scripts() -> Result<Vec<PathBuf>> {
    let folder = root().join(FOLDER);
    let mut scripts: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "mjs" || ending == "py") {
            scripts.push(path);
        }
    }
    scripts.sort();
    Ok(scripts)
}
