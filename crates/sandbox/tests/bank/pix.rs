//! Pix: paid by code, told by callback, again and again until it is heard, also after a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use brazil::Centavos;
use brazil::pix::{BrCode, PixKey, Receiver, StaticCode, StaticTxid};
use sandbox::bank::{Bank, BankConfig, BankError};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::account;

/// A company that hears nothing the first time.
#[derive(Clone)]
struct Company {
    calls: Arc<AtomicUsize>,
    heard: mpsc::UnboundedSender<Value>,
}

async fn hear(State(company): State<Company>, Json(told): Json<Value>) -> StatusCode {
    if company.calls.fetch_add(1, Ordering::SeqCst) == 0 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    company.heard.send(told).expect("somebody listens");
    StatusCode::OK
}

fn code(amount: Option<u64>) -> String {
    BrCode::Static(StaticCode {
        key: PixKey::parse("arya@stark.com").expect("a key"),
        receiver: Receiver::new("Conexão", "Sorocaba").expect("a receiver"),
        amount: amount.map(|centavos| Centavos::new(centavos).expect("an amount")),
        txid: Some(StaticTxid::parse("ABC123").expect("a txid")),
        message: None,
    })
    .write()
    .expect("a code")
}

async fn bank(callback: Option<String>, state: std::path::PathBuf) -> (Bank, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    // 2026-11-23 12:00 in Brasília.
    let clock = Arc::new(|| 1_795_446_000_000);
    let (bank, state) = (account().bank(), Some(state));
    let config = BankConfig { listener, bank, registers_at_once: true, state, clock, pix_callback: callback };
    (Bank::start(config).await.expect("a bank"), url)
}

#[tokio::test]
async fn a_pix_is_told_until_it_is_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bank.db");
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let client = client.build().expect("a client");
    let (deaf, url) = bank(None, file.clone()).await;
    let form = |fields: &[(&str, &str)]| {
        let mut form = stripe::form::Form::new();
        for (name, value) in fields {
            form = form.with(*name, *value);
        }
        let request =
            client.post(format!("{url}/pix")).header("content-type", "application/x-www-form-urlencoded");
        request.body(form.encode()).send()
    };
    let paid = form(&[("br_code", &code(Some(2_490))), ("times", "2")]).await.expect("an answer");
    assert_eq!(paid.status(), 303);
    for (wrong, times) in [(code(None), "1"), ("000201".to_owned(), "1"), (code(Some(1)), "9")] {
        let refused = form(&[("br_code", &wrong), ("times", times)]).await.expect("an answer");
        assert_eq!(refused.status(), 422, "{wrong}");
    }
    assert!(matches!(deaf.pay_pix("x", 1), Err(BankError::Code(_))));
    let page = client.get(&url).send().await.expect("an answer").text().await.expect("a page");
    assert!(page.contains("ABC123") && page.contains("R$ 24,90") && page.contains("waits"), "{page}");
    deaf.stop().await;

    let (heard, mut hearing) = mpsc::unbounded_channel();
    let company = Company { calls: Arc::default(), heard };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let callback = format!("http://{}/pix", listener.local_addr().expect("an address"));
    let routes = Router::new().route("/pix", post(hear)).with_state(company);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let (bank, _) = bank(Some(callback), file).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let told = hearing.recv().await.expect("a callback");
        let payment = &told["pix"][0];
        assert_eq!(
            (&payment["txid"], &payment["valor"], &payment["chave"]),
            (&"ABC123".into(), &"24.90".into(), &"arya@stark.com".into())
        );
        ids.push(payment["endToEndId"].as_str().expect("an id").to_owned());
    }
    assert!(
        ids[0] != ids[1] && ids.iter().all(|id| id.len() == 32 && id.starts_with("E00000000202611231200")),
        "{ids:?}"
    );
    bank.stop().await;
}
