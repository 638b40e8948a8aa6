//! The edge to routers: what they report by RADIUS is read into the book, and what the book says is asked of them.
//!
//! Owns the UDP port of accounting (`listener`), FreeRADIUS's way in (`rest`), and CoA and Disconnect (`control`, `change`). A report is
//! answered only after what it says is durable, so a router that gets no answer sends it again. Leaves to others: the bytes of
//! RADIUS (crate `radius`), what counters mean (`book::line`), the rows of routers (`store`).

mod change;
mod control;
mod counters;
mod fading;
mod listener;
mod names;
mod network;
mod profile;
mod record;
mod report;
mod rest;
mod roster;
mod services;

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use money::{Timestamp, WalletId};

pub use control::control;
pub use listener::listen;
pub(crate) use rest::Described;
pub use rest::{SCOPE, routes};
pub use roster::{
    COA_PORT, RouterDraft, RouterSeen, SILENT_AFTER, put_router, remove_router, roster, silent_count,
    wrong_with,
};
pub(crate) use roster::{delete_router, write_router};

use change::Asker;
use control::Places;
use counters::Counters;
use names::Names;
use network::Network;

/// How many locks lines share whose network state is being brought up to date.
const LINE_LOCKS: usize = 64;

/// What this edge keeps in memory.
#[derive(Debug)]
pub struct Nas {
    /// What is counted.
    pub(crate) counters: Counters,
    /// What routers are known to do.
    pub(crate) network: Network,
    /// Routers and logins.
    pub(crate) names: Names,
    /// Who asks routers.
    asker: Asker,
    /// How many sessions of each router may be asked for at a time.
    places: Places,
    /// Where reports are taken, once that is so.
    address: OnceLock<SocketAddr>,
    /// How many reports have come.
    arrivals: AtomicU64,
    /// Services that were told of lately.
    services: services::Services,
    line_locks: Vec<tokio::sync::Mutex<()>>,
}

impl Default for Nas {
    fn default() -> Self {
        Nas {
            counters: Counters::default(),
            network: Network::default(),
            names: Names::default(),
            asker: Asker::default(),
            places: Places::default(),
            address: OnceLock::new(),
            arrivals: AtomicU64::new(0),
            services: services::Services::default(),
            line_locks: (0..LINE_LOCKS).map(|_| tokio::sync::Mutex::default()).collect(),
        }
    }
}

impl Nas {
    /// Where reports are taken; nowhere unless `radius.accounting_listen` is set and [`listen`] was called.
    pub fn accounting_address(&self) -> Option<SocketAddr> {
        self.address.get().copied()
    }

    /// Routers were added or changed: the next report is judged by what they are now.
    pub fn routers_changed(&self) {
        self.names.forget_routers();
    }

    /// Lines authenticate otherwise: the next request is judged by what is true now.
    pub(crate) fn logins_changed(&self, changed: &[&str]) {
        self.names.forget_logins(changed);
    }

    /// New lines were written down: the next request is judged by them, too.
    pub(crate) fn lines_added(&self) {
        self.names.forget_all_logins();
    }

    /// How many lines wait longer than they should for a router to confirm what it was asked for. `now` is the book's time.
    pub fn unconfirmed(&self, now: Timestamp) -> usize {
        self.network.unconfirmed(now).len()
    }

    /// The wallets of those lines.
    pub fn unconfirmed_wallets(&self, now: Timestamp) -> Vec<WalletId> {
        self.network.unconfirmed(now)
    }

    /// The number of a report that has just come: what comes later has a higher one, however long each takes.
    fn arrived(&self) -> u64 {
        self.arrivals.fetch_add(1, Ordering::Relaxed) + 1
    }

    #[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
    fn line_lock(&self, wallet: WalletId) -> &tokio::sync::Mutex<()> {
        &self.line_locks[(wallet.as_u128() as usize) % LINE_LOCKS]
    }
}
