//! The steps of `cargo xtask test`, in order, and the counts at the end.

mod clippy;
mod format;
mod guard;
mod program;
mod readme;
mod rust;
mod sdks;
pub(crate) mod stories;
mod webhooks;

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::run::Lost;
use crate::tally::Tally;

/// One step.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    name: &'static str,
    what: &'static str,
    /// A step that takes longer ends the run, so that a hanging test is named instead of hanging the machine.
    minutes_max: u64,
    run: fn() -> Result<Tally>,
}

impl Step {
    /// All steps; what is quick to fail comes first.
    pub(crate) const ALL: &[Self] = &[
        Self { name: "format", what: "the code is formatted", minutes_max: 2, run: format::run },
        Self {
            name: "clippy",
            what: "no warning of the compiler or of clippy",
            minutes_max: 20,
            run: clippy::run,
        },
        Self {
            name: "rust",
            what: "unit, property, scenario, conformance, simulation and kill tests",
            minutes_max: 45,
            run: rust::run,
        },
        Self { name: "program", what: "the release build", minutes_max: 25, run: program::run },
        Self { name: "stories", what: "a browser on the demo", minutes_max: 25, run: stories::run },
        Self {
            name: "sdks",
            what: "Stripe's own libraries and the sandbox",
            minutes_max: 10,
            run: sdks::run,
        },
        Self {
            name: "webhooks",
            what: "Standard Webhooks' own library and what Saldo sends",
            minutes_max: 10,
            run: webhooks::run,
        },
        Self { name: "guard", what: "a real nginx that asks the guard", minutes_max: 5, run: guard::run },
        Self { name: "readme", what: "the README's own commands", minutes_max: 5, run: readme::run },
    ];

    pub(crate) fn from_name(name: &str) -> Result<Self> {
        let known = Self::ALL.iter().find(|step| step.name == name);
        known.copied().ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|step| step.name).collect();
            anyhow!("no step is called {name}; there are: {}", names.join(", "))
        })
    }
}

/// Names and meanings, for people.
pub(crate) fn print_list() {
    for step in Step::ALL {
        println!("{:<9} {}", step.name, step.what);
    }
}

/// Runs `steps` until one fails, and prints what each counted.
pub(crate) fn run_all(steps: &[Step]) -> Result<()> {
    let mut done: Vec<(&str, Tally, Duration)> = Vec::new();
    let mut outcome = Ok(());
    for (index, step) in steps.iter().enumerate() {
        println!("\n== {} of {}: {} ({})", index + 1, steps.len(), step.name, step.what);
        let start = Instant::now();
        let result = run_within_limit(step);
        let took = start.elapsed();
        match result {
            Ok(tally) => {
                println!("== {}: done in {}", step.name, shown(took));
                done.push((step.name, tally, took));
            }
            Err(error) => {
                done.push((step.name, tally_of(&error), took));
                outcome = Err(error).with_context(|| format!("step {} failed", step.name));
                break;
            }
        }
    }
    // Last, for that is where a person looks, and all that some machines keep.
    if let Some(lost) = outcome.as_ref().err().and_then(|error| error.downcast_ref::<Lost>()) {
        print!("\n{}", lost.failures);
    }
    print_counts(&done);
    outcome
}

/// What a failed step counted; a step that counts no tests has failed as one.
fn tally_of(error: &anyhow::Error) -> Tally {
    let counted = error.downcast_ref::<Lost>().map(|lost| lost.tally).unwrap_or_default();
    Tally { failed: counted.failed.max(1), ..counted }
}

fn print_counts(done: &[(&str, Tally, Duration)]) {
    let mut sum = Tally::default();
    println!();
    for (name, tally, took) in done {
        println!("{name:<9} {:>8}   {tally}", shown(*took));
        sum += *tally;
    }
    sum.print();
}

fn run_within_limit(step: &Step) -> Result<Tally> {
    let (finished, waits) = mpsc::channel::<()>();
    let (name, minutes_max) = (step.name, step.minutes_max);
    thread::spawn(move || {
        if waits.recv_timeout(Duration::from_secs(minutes_max * 60)) == Err(mpsc::RecvTimeoutError::Timeout) {
            eprintln!("\nxtask: step {name} took longer than {minutes_max} minutes");
            std::process::exit(1);
        }
    });
    let result = (step.run)();
    drop(finished);
    result
}

fn shown(took: Duration) -> String {
    let seconds = took.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
