//! The real program is killed (SIGKILL) again and again while clients charge and report use. Whatever was answered is there
//! afterwards, exactly once, and nothing else; every damage that `saldo verify` could find is looked for, too.
//!
//! So with callbacks of Pix that are being worked on (`callbacks`), with monthly runs (`months`), with webhooks that are being
//! sent (`webhooks`), with saved cards that are being charged while Stripe is compared with the books (`cards`), and with files of
//! customers that are being taken (`imports`).
//!
//! `KILL_SEED` plays the same moments and wishes again; `KILL_ROUNDS` changes how often the program is killed.

#![allow(clippy::expect_used, clippy::print_stderr, reason = "a test fails by panicking, and tells its seed")]

mod callbacks;
mod cards;
mod client;
mod imports;
mod months;
mod program;
mod provider;
#[path = "../receiver/mod.rs"]
mod receiver;
#[path = "../../../store/tests/server/mod.rs"]
mod server_for_tests;
mod truth;
mod webhooks;

use std::time::{Duration, Instant};

use client::Client;
use program::Program;
use tokio::sync::watch;
use truth::Truth;

/// How often the program is killed, unless `KILL_ROUNDS` says otherwise.
const ROUNDS: u64 = 200;
/// On a server each start waits until the lease of the one who was killed has ended.
const ROUNDS_ON_A_SERVER: u64 = 5;
/// After so many rounds the folder is verified while nobody serves it.
const VERIFY_EVERY: u64 = 50;
/// Clients that ask at the same time.
const CLIENTS: u64 = 6;
/// The program lives for a random time between these, in microseconds, after it has begun to serve.
const LIFE_MIN: u64 = 5_000;
const LIFE_MAX: u64 = 150_000;
/// It lives on until so many wishes were answered, so that a slow machine proves as much as a fast one.
const ANSWERS_MIN: u64 = 4;

/// Numbers that look drawn and come again with the same seed (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % end
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_is_lost_and_nothing_is_done_twice() {
    kill_again_and_again(number("KILL_ROUNDS").unwrap_or(ROUNDS), String::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_is_lost_on_a_server_either() {
    let database = tokio::task::spawn_blocking(server_for_tests::empty_url).await.expect("a schema");
    kill_again_and_again(number("KILL_ROUNDS").unwrap_or(ROUNDS_ON_A_SERVER), database).await;
}

async fn kill_again_and_again(rounds: u64, database: String) {
    let seed = told_seed();
    let begun = Instant::now();
    let mut random = Random(seed);
    let mut program = Program::prepare(database, &[]);
    program.start();
    let desk = client::open_desk(&program).await;

    let (up, is_up) = watch::channel(true);
    let (stop, is_stopped) = watch::channel(false);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|no| Client::new(&desk, no, Random(seed ^ (no + 1)), is_up.clone(), is_stopped.clone()))
        .map(|client| tokio::spawn(client.work()))
        .collect();
    let mut answered = desk.answered.subscribe();
    for round in 1..=rounds {
        let enough = *answered.borrow() + ANSWERS_MIN;
        let life = Duration::from_micros(LIFE_MIN + random.below(LIFE_MAX - LIFE_MIN));
        // The moment of the kill is what is random here; nothing is waited for.
        tokio::time::sleep(life).await;
        let enough = answered.wait_for(|answered| *answered >= enough);
        let enough = tokio::time::timeout(client::PATIENCE, enough).await.expect("answers within time");
        drop(enough.expect("the desk is there"));
        program.kill();
        up.send_replace(false);
        if round % VERIFY_EVERY == 0 {
            program.verify();
        }
        program.start();
        up.send_replace(true);
    }
    stop.send_replace(true);
    let mut truth = Truth::default();
    for client in clients {
        truth.join(client.await.expect("a client ends"));
    }
    truth.compare(&desk).await;
    program.kill();
    program.verify();
    eprintln!("{rounds} kills in {} s: {truth}", begun.elapsed().as_secs());
    assert!(truth.is_worth_something(rounds), "hardly anything was asked: {truth}");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// The seed that is asked for, or a drawn one; it is told.
pub(crate) fn told_seed() -> u64 {
    let seed = number("KILL_SEED").unwrap_or_else(drawn_seed);
    eprintln!("KILL_SEED={seed}");
    seed
}

fn drawn_seed() -> u64 {
    let bytes = saldo::ids::secret_bytes(8);
    u64::from_be_bytes(bytes.try_into().expect("eight bytes")) >> 1
}
