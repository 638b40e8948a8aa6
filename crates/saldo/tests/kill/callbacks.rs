//! The program is killed while it works on ten callbacks of Pix, at moments that are drawn. Started again it applies each of them once,
//! and at once: what the dead one had taken for itself is waited for by nobody.

use std::sync::Arc;
use std::time::Duration;

use brazil::pix::BrCode;
use serde_json::{Value, json};
use store::tables::inbox::InboxState;

use crate::client::{PATIENCE, look_again};
use crate::program::Program;
use crate::provider::{PACK, Provider, bytes, text};
use crate::{Random, server_for_tests, told_seed};

const SETTINGS: &[(&str, &str)] = &[
    ("SALDO_PIX__KEY", "7f9c24e8-3b12-4fef-91e0-56a2d5a1c0de"),
    ("SALDO_PIX__NAME", "Conexao Provedor"),
    ("SALDO_PIX__CITY", "Sorocaba"),
    ("SALDO_PIX__CALLBACK_PROOF", "path"),
    ("SALDO_PIX__CALLBACK_SECRET", "a-secret-of-the-house"),
];
const CALLBACK: &str = "/webhooks/pix/a-secret-of-the-house";
/// Subscribers, each of whom pays one Pix in each round.
const PAYERS: u32 = 10;
/// Rounds, at least. On a server each start waits until the lease of the one who was killed has ended.
const ROUNDS: u32 = 6;
const ROUNDS_ON_A_SERVER: u32 = 2;
/// Rounds, at most: until enough callbacks were found to be taken by a program that was dead.
const ROUNDS_MAX: u32 = 40;
const TAKEN_MIN: usize = 5;
/// The longest that the program lives after the callbacks were sent, in microseconds.
const LIFE_MAX: u64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_that_a_dead_program_had_taken_are_applied_at_once_and_once() {
    in_rounds(ROUNDS, String::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_they_are_too() {
    let database = tokio::task::spawn_blocking(server_for_tests::empty_url).await.expect("a schema");
    in_rounds(ROUNDS_ON_A_SERVER, database).await;
}

async fn in_rounds(rounds: u32, database: String) {
    let mut random = Random(told_seed());
    let mut program = Program::prepare(database, SETTINGS);
    program.start();
    let provider = Provider::open(&program, PAYERS, "pix").await;
    let (mut round, mut taken) = (0, 0);
    while round < rounds || taken < TAKEN_MIN {
        round += 1;
        assert!(round <= ROUNDS_MAX, "only {taken} callbacks were taken when the program was killed");
        taken += play(&mut program, &provider, &mut random, round).await;
    }
    program.kill();
    program.verify();
    assert_eq!(
        program.tables().read(|reader| reader.findings(20)).expect("a look"),
        [],
        "nothing is left over"
    );
    eprintln!("{round} kills; {taken} callbacks were taken by a program that was dead");
}

/// Buys, pays, kills, starts again; how many callbacks the dead program had taken and not done.
async fn play(program: &mut Program, provider: &Provider, random: &mut Random, round: u32) -> usize {
    let mut told = Vec::new();
    for (payer, line) in (0_u32..).zip(&provider.lines) {
        provider.use_up(line).await;
        let purchase = provider.buy(line, "pix").await;
        let br_code =
            text(&until(provider, &purchase, |purchase| !purchase["pix"].is_null()).await["pix"]["br_code"]);
        told.push((purchase, callback(&br_code, round * PAYERS + payer)));
    }
    let desk = &provider.desk;
    let mut telling = tokio::task::JoinSet::new();
    for (_, callback) in &told {
        let (desk, callback) = (Arc::clone(desk), callback.clone());
        telling.spawn(async move { desk.tell(CALLBACK, &callback).await });
    }
    // The moment of the kill is what is random here; nothing is waited for.
    tokio::time::sleep(Duration::from_micros(random.below(LIFE_MAX))).await;
    program.kill();
    let were_answered = telling.join_all().await.into_iter().filter(Option::is_some).count();
    let received =
        program.tables().read(|reader| reader.inbox(InboxState::Received, None, PAYERS)).expect("a look");
    let taken = received.rows.iter().filter(|event| event.attempts > 0).count();
    let processed =
        program.tables().read(|reader| reader.inbox_count(InboxState::Processed)).expect("a look");
    let before = u64::from((round - 1) * PAYERS);
    let stored = processed - before + received.rows.len() as u64;
    assert!(stored >= were_answered as u64, "{were_answered} were answered, {stored} are stored");
    program.start();
    // What was not answered is told again, and the rest, too: providers do.
    for (_, callback) in &told {
        assert_eq!(desk.tell(CALLBACK, callback).await.map(|status| status.as_u16()), Some(200));
    }
    for (line, (purchase, _)) in provider.lines.iter().zip(&told) {
        let paid = until(provider, purchase, |purchase| purchase["state"] == "paid").await;
        assert_eq!(paid["paid_by"], "pix");
        assert_eq!(provider.left(line).await, bytes(PACK), "released once");
    }
    taken
}

/// Looks again until a purchase stands so; that takes less than the two minutes for which an event is taken.
async fn until(provider: &Provider, purchase: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/v1/purchases/{purchase}");
    let looking = async {
        loop {
            let found = provider.desk.get(&path).await;
            if is_so(&found) {
                return found;
            }
            look_again().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("it stands so in time")
}

/// A payment as the provider of Pix tells of it.
fn callback(br_code: &str, number: u32) -> Value {
    let BrCode::Static(code) = BrCode::parse(br_code).expect("a code") else { panic!("static") };
    let (txid, amount) = (code.txid.expect("a txid"), code.amount.expect("an amount"));
    json!({"pix": [{"endToEndId": format!("E00000000202611221430{number:0>11}"), "txid": txid.as_str(),
        "chave": code.key.as_str(), "valor": amount.to_string(), "horario": "2026-11-22T14:30:00.000Z"}]})
}
