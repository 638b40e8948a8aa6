//! How another program is run: from the root of the tree, shown before it starts, its lines passed on and counted.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, ensure};

use crate::failures::Failures;
use crate::tally::Tally;

/// The root of the tree.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root of the tree")
}

/// Where cargo builds, in this run and in what it starts.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder), // an absolute path replaces the root
        None => root().join("target"),
    }
}

/// The release build of the program.
pub(crate) fn saldo() -> PathBuf {
    target().join("release").join("saldo")
}

/// Whose closing lines are read.
#[derive(Clone, Copy)]
pub(crate) enum Runner {
    /// `cargo test`.
    Cargo,
    /// `node --test` with the reporter `spec`.
    Node,
}

/// A program about to be run.
pub(crate) struct Program {
    command: Command,
    shown: String,
}

impl Program {
    pub(crate) fn new<A: AsRef<OsStr>>(
        name: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let arguments: Vec<OsString> =
            arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        let shown = std::iter::once(name.as_ref())
            .chain(arguments.iter().map(OsString::as_os_str))
            .map(|word| word.to_string_lossy().into_owned())
            .collect::<Vec<_>>()
            .join(" ");
        let mut command = Command::new(name.as_ref());
        command.args(&arguments).current_dir(root()).stdin(Stdio::null());
        Self { command, shown }
    }

    /// The cargo that runs us.
    pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Self {
        let mut program = Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments);
        program.shown = format!("cargo {}", arguments.join(" "));
        program
    }

    pub(crate) fn and(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.shown = format!("{} {}", self.shown, argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    pub(crate) fn and_all<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::and)
    }

    pub(crate) fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it with its output passed on as it is.
    pub(crate) fn run(mut self) -> Result<()> {
        println!("$ {}", self.shown);
        let status = self.command.status().with_context(|| format!("cannot start `{}`", self.shown))?;
        ensure!(status.success(), "`{}` ended with {status}", self.shown);
        Ok(())
    }

    /// Runs it unseen; what it printed is shown only if it fails.
    pub(crate) fn run_quietly(mut self) -> Result<()> {
        println!("$ {}", self.shown);
        let output = self.command.output().with_context(|| format!("cannot start `{}`", self.shown))?;
        if !output.status.success() {
            println!("{}", String::from_utf8_lossy(&output.stdout));
            println!("{}", String::from_utf8_lossy(&output.stderr));
        }
        ensure!(output.status.success(), "`{}` ended with {}", self.shown, output.status);
        Ok(())
    }

    /// Runs it, passes its lines on, and counts the tests. It fails if the program does, and if no test ran.
    pub(crate) fn count(mut self, runner: Runner) -> Result<Tally> {
        println!("$ {}", self.shown);
        self.command.stdout(Stdio::piped());
        let mut child = self.command.spawn().with_context(|| format!("cannot start `{}`", self.shown))?;
        let output = child.stdout.take().context("a piped output is there")?;
        let (mut tally, mut failures) = (Tally::default(), Failures::default());
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            match runner {
                Runner::Cargo => {
                    tally.read_cargo(&line);
                    failures.read_cargo(&line);
                }
                Runner::Node => {
                    tally.read_node(&line);
                    failures.read_node(&line);
                }
            }
        }
        let status = child.wait()?;
        if !status.success() || tally.failed > 0 {
            return Err(
                anyhow!(Lost { tally, failures }).context(format!("`{}` ended with {status}", self.shown))
            );
        }
        ensure!(tally.passed > 0, "`{}` ran no test", self.shown);
        Ok(tally)
    }

    /// Runs it unseen and answers what it printed; `None` if it cannot be run or fails.
    pub(crate) fn ask(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Tests failed; what is known of them goes into the closing lines.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) tally: Tally,
    pub(crate) failures: Failures,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.tally.fmt(f)
    }
}

impl std::error::Error for Lost {}
