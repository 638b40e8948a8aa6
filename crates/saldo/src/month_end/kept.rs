//! Reports that were asked for: made one after the other on a thread that stands back, and kept in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use engine::{MonthEnd, month_end};
use money::Timestamp;
use tokio::sync::watch;

use super::cutoff::Cutoff;
use crate::app::App;
use crate::runtime;

/// How old a report of what still runs may be when it is shown; it says as of when it is.
const FRESH_FOR: Duration = Duration::from_secs(60);
/// Reports that are kept in memory; beyond that those that are made are forgotten, and made again when they are asked for.
const KEPT_MAX: usize = 200;
/// Reports that wait for their turn or are being made; more are not begun.
const MAKING_MAX: usize = 20;

/// How a report stands.
#[derive(Clone, Debug)]
pub enum Progress {
    /// So many rows of so many have been read.
    Rows(u64, u64),
    /// It is made.
    Made {
        /// The report.
        report: Arc<MonthEnd>,
        /// By the book's clock, when it was begun.
        as_of: Timestamp,
        /// When it was done.
        done: Instant,
    },
    /// It could not be made, for this reason.
    Failed(String),
}

/// Year, month, and the day where it is told up to one.
type Key = (i16, i8, Option<i8>);

/// What was asked for, by year, month and day.
#[derive(Debug, Default)]
pub struct MonthEnds {
    known: Mutex<BTreeMap<Key, watch::Receiver<Progress>>>,
    /// Held by the one that is being made.
    turn: Arc<Mutex<()>>,
}

impl MonthEnds {
    /// The report up to then, being made from now on if there is none that still holds. `None` if the calendar has no such month, or if too
    /// many are being made.
    pub fn ask(&self, app: &Arc<App>, cutoff: Cutoff) -> Option<watch::Receiver<Progress>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = cutoff.key();
        let landed = app.ledger.landed().borrow().position;
        if let Some(asked) = known.get(&key).filter(|asked| still_holds(asked, landed)) {
            return Some(asked.clone());
        }
        let period = cutoff.period(&app.config.brand.time_zone)?;
        if known.values().filter(|asked| is_being_made(asked)).count() >= MAKING_MAX {
            return None;
        }
        if known.len() >= KEPT_MAX {
            known.retain(|_, asked| is_being_made(asked));
        }
        let (sender, asked) = watch::channel(Progress::Rows(0, landed));
        known.insert(key, asked.clone());
        let (app, turn) = (Arc::clone(app), Arc::clone(&self.turn));
        let made = std::thread::Builder::new().name("month end".to_owned()).spawn(move || {
            runtime::stand_back();
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let as_of = app.ledger.now();
            let report = app.journal_reader().map_err(anyhow::Error::from).and_then(|mut journal| {
                let mut tell = |rows| {
                    sender.send_replace(Progress::Rows(rows, landed));
                };
                Ok(month_end(&mut *journal, &period, &mut tell)?)
            });
            sender.send_replace(match report {
                Ok(report) => Progress::Made { report: Arc::new(report), as_of, done: Instant::now() },
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "a month's report could not be made");
                    Progress::Failed(format!("{error:#}"))
                }
            });
        });
        if let Err(error) = made {
            tracing::error!(%error, "no thread for a month's report");
            known.remove(&key);
            return None;
        }
        Some(asked)
    }
}

/// Whether somebody makes it still. Whoever has stopped in the midst of it, without a last word, has failed.
fn is_being_made(asked: &watch::Receiver<Progress>) -> bool {
    matches!(*asked.borrow(), Progress::Rows(..)) && asked.has_changed().is_ok()
}

/// Whether it is the answer still: of what is over for ever, of what runs as long as it is fresh.
fn still_holds(asked: &watch::Receiver<Progress>, landed: u64) -> bool {
    match &*asked.borrow() {
        Progress::Rows(..) => asked.has_changed().is_ok(),
        Progress::Made { report, done, .. } => {
            report.is_final || report.position >= landed || done.elapsed() < FRESH_FOR
        }
        Progress::Failed(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stopped_without_a_last_word_is_made_again_and_takes_no_place() {
        let (sender, asked) = watch::channel(Progress::Rows(3, 10));
        assert!(is_being_made(&asked) && still_holds(&asked, 10));
        drop(sender);
        assert!(!is_being_made(&asked) && !still_holds(&asked, 10));
        let (sender, failed) = watch::channel(Progress::Rows(3, 10));
        sender.send_replace(Progress::Failed("no room".to_owned()));
        assert!(!is_being_made(&failed) && !still_holds(&failed, 10));
    }
}
