//! `cargo xtask`: one command for everything that must hold before a change lands, and its parts one by one.
//!
//! Owns the order of the steps, what they need installed, and the count at the end. What is tested lives in the crates
//! and in `e2e/`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person at the terminal"
)]

mod failures;
mod readme;
mod run;
mod server;
mod step;
mod tally;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::run::Program;
use crate::step::Step;
use crate::step::stories::Window;
use crate::tally::Tally;

#[derive(Parser)]
#[command(about = "Checks and measures Saldo", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs every step in order and stops at the first that fails
    Test {
        /// Only this step, by its name in --list
        #[arg(long, value_name = "STEP", conflicts_with = "list")]
        only: Option<String>,
        /// Names the steps and does nothing
        #[arg(long)]
        list: bool,
    },
    /// Plays the browser stories on a release build
    E2e {
        /// Shows the browser's window
        #[arg(long)]
        headed: bool,
        /// Only the files of e2e/stories whose name contains this
        story: Option<String>,
    },
    /// Takes pictures of every page, light, dark and on a phone, into target/shots
    Shots,
    /// Measures
    Bench {
        /// What to measure
        #[command(subcommand)]
        what: Bench,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// Durable charges per second in process, beside the bare append of the same bytes
    Charge,
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    match task {
        Task::Test { list: true, .. } => {
            step::print_list();
            Ok(())
        }
        Task::Test { only: None, .. } => step::run_all(Step::ALL),
        Task::Test { only: Some(name), .. } => step::run_all(&[Step::from_name(&name)?]),
        Task::E2e { headed, story } => {
            let window = if headed { Window::Shown } else { Window::Hidden };
            step::stories::play(story.as_deref(), window).map(Tally::print)
        }
        Task::Shots => step::stories::take_shots(),
        Task::Bench { what: Bench::Charge } => {
            Program::cargo(["run", "--release", "--package", "engine", "--example", "bench_charge"]).run()
        }
    }
}
