//! What holds around every operation of the API: each write is done once and written into the audit log, and no caller takes the
//! connections of the others.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod alone;
mod audit;
mod books;
#[path = "../browser/mod.rs"]
mod browser;
mod connections;
#[path = "../house/mod.rs"]
mod house;
mod once;
