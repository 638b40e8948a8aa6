//! Bad input by name: each gets its status, its code and a sentence that names the field, and changes nothing.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod bench;
mod charges;
mod events;
#[path = "../house/mod.rs"]
mod house;
mod keys;
mod requests;
mod resources;
mod webhooks;
mod zeros;
