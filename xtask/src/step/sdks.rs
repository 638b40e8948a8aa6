//! Stripe's own libraries, for JavaScript and Python, drive the sandbox: what they send and expect is what Stripe speaks.
//!
//! Each script of `crates/sandbox/tests/sdk` is one test. It gets the path of the sandbox's server in `SANDBOX_SERVER`, starts
//! it itself, and ends with success or not.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::run::{Program, root, target};
use crate::tally::Tally;
use crate::tools;

const FOLDER: &str = "crates/sandbox/tests/sdk";

pub(crate) fn run() -> Result<Tally> {
    tools::npm_install(FOLDER)?;
    let node = tools::node()?;
    let python = tools::python_with(&format!("{FOLDER}/requirements.txt"))?;
    // The whole workspace, so that what `cargo test --workspace` built is found and not built again with other features.
    Program::cargo(["build", "--workspace", "--examples", "--locked"]).run()?;
    let server = target().join("debug").join("examples").join("sandbox_server");
    let mut tally = Tally::default();
    for script in scripts()? {
        let language = if script.extension().is_some_and(|ending| ending == "py") { &python } else { &node };
        Program::new(language, [&script]).with("SANDBOX_SERVER", &server).run()?;
        tally += Tally::ONE;
    }
    ensure!(tally.passed > 0, "{FOLDER} holds no script");
    Ok(tally)
}

fn scripts() -> Result<Vec<PathBuf>> {
    let folder = root().join(FOLDER);
    let mut scripts: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if is_script(&path) {
            scripts.push(path);
        }
    }
    scripts.sort();
    Ok(scripts)
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "mjs" || ending == "py")
}
