//! Routers and the program, over real sockets: what is reported, whatever happens to it on the way, counts once; what the book says
//! is done on the network and confirmed.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../browser/mod.rs"]
mod browser;
#[path = "../house/mod.rs"]
mod house;

mod alarm;
mod control;
mod doors;
mod freeradius;
mod freeradius_router;
mod logins;
mod provider;
mod reports;
mod silent_router;
mod traps;
mod two_routers;
mod zero_rated;
