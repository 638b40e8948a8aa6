//! A sandbox to try clients against: prints one line of JSON with its address and secrets, then runs until it is killed.
//!
//! `SANDBOX_WEBHOOK_FILE`: each webhook of a paid checkout is written there, as `{"signature": …, "body": …}`.

use std::io::Write;
use std::path::PathBuf;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sandbox::{Sandbox, SandboxConfig, WebhookEndpoint, real_time};
use tokio::net::TcpListener;

const SECRET_KEY: &str = "sk_test_sandbox";
const WEBHOOK_SECRET: &str = "whsec_sandbox";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let webhook = match std::env::var_os("SANDBOX_WEBHOOK_FILE") {
        Some(file) => {
            Some(WebhookEndpoint { url: receive_into(file.into()).await?, secret: WEBHOOK_SECRET.into() })
        }
        None => None,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let public_url = format!("http://{}", listener.local_addr()?);
    let config = SandboxConfig {
        listener,
        public_url,
        secret_key: SECRET_KEY.into(),
        webhook,
        state: None,
        clock: real_time(),
    };
    let sandbox = Sandbox::start(config).await?;
    let line = serde_json::json!({
        "url": sandbox.url(), "secret_key": SECRET_KEY, "webhook_secret": WEBHOOK_SECRET,
    });
    writeln!(std::io::stdout(), "{line}")?;
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}

/// Listens for webhooks and keeps the newest of a paid checkout in `file`; returns where.
async fn receive_into(file: PathBuf) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let router = Router::new().route("/webhooks", post(receive)).with_state(file);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

async fn receive(State(file): State<PathBuf>, headers: HeaderMap, body: String) -> StatusCode {
    if !body.contains("\"checkout.session.completed\"") {
        return StatusCode::OK;
    }
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let kept = serde_json::json!({ "signature": signature, "body": body }).to_string();
    // Written aside first, so that a reader never sees half of it.
    let aside = file.with_extension("part");
    match std::fs::write(&aside, kept).and_then(|()| std::fs::rename(&aside, &file)) {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
