//! The sandbox from outside: its API by HTTP, its page by its forms, its webhooks by a listener of ours.
#![allow(clippy::unwrap_used)] // A test that cannot go on should stop where it stands.

mod api;
mod checkout;
mod delayed;
mod money_back;
mod off_session;
mod on_demand;
mod saved_cards;
mod secure;
mod stage;
mod webhooks;
