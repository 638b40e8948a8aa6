//! The program: sockets, threads, the clock, randomness and the environment around the book.

pub mod app;
pub mod clock;
pub mod config;
pub mod customers;
pub mod hashes;
pub mod ids;
pub mod intents;
pub mod look;
pub mod payments;
pub mod problem;
pub mod providers;
pub mod runtime;
pub mod sold;
pub mod topups;
pub mod webhooks;
