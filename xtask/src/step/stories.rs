//! The browser stories of `e2e/stories` on the release build, and the pictures of its pages.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::run::{Program, Runner, root, saldo};
use crate::step::program;
use crate::tally::Tally;
use crate::tools::{self, CHROMIUM, CURL};

pub(crate) fn run() -> Result<Tally> {
    play(None, Window::Hidden)
}

/// Whether the browser shows its window.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    Shown,
    Hidden,
}

/// Plays all stories, or the files whose name contains `part`.
pub(crate) fn play(part: Option<&str>, window: Window) -> Result<Tally> {
    let node = prepare()?;
    let files = story_files(part.unwrap_or_default())?;
    let mut program = node_test(node).and_all(files);
    if window == Window::Shown {
        program = program.with("E2E_HEADED", "1");
    }
    program.count(Runner::Node)
}

/// Pictures of every page into `target/shots`.
pub(crate) fn take_shots() -> Result<()> {
    let node = prepare()?;
    Program::new(node, ["e2e/shots.mjs"]).with("SALDO_BIN", saldo()).run()
}

/// Node's test runner on the release build; two files at a time, for each starts a browser and a demo, and waits for both.
pub(crate) fn node_test(node: PathBuf) -> Program {
    Program::new(node, ["--test", "--test-reporter=spec", "--test-concurrency=2"]).with("SALDO_BIN", saldo())
}

fn prepare() -> Result<PathBuf> {
    tools::need(&[CHROMIUM, CURL])?;
    tools::npm_install("e2e")?;
    program::run()?;
    tools::node()
}

fn story_files(part: &str) -> Result<Vec<PathBuf>> {
    let folder = root().join("e2e").join("stories");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".mjs") && name.contains(part) {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "no file of e2e/stories has “{part}” in its name");
    files.sort();
    Ok(files)
}
