//! Routers and the program, over real sockets: what is reported, whatever happens to it on the way, counts once; what the book says
//! is done on the network and confirmed.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../house/mod.rs"]
mod house;

mod control;
mod doors;
mod freeradius;
mod provider;
mod reports;
