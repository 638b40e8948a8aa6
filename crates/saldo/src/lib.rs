//! The program: sockets, threads, the clock, randomness and the environment around the book.

pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod customers;
pub mod demo;
pub mod hashes;
pub mod ids;
pub mod intents;
pub mod jobs;
pub mod keys;
pub mod look;
pub mod notices;
pub mod passwords;
pub mod payments;
pub mod portal;
pub mod problem;
pub mod providers;
pub mod routes;
pub mod runtime;
pub mod server;
pub mod sold;
pub mod topups;
pub mod webhooks;
