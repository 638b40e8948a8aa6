//! Somebody who is told by webhooks: he keeps what comes, and answers as a test wants him to.

#![allow(
    dead_code,
    clippy::expect_used,
    reason = "a receiver for several tests, each of which uses some of him"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// One message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// `webhook-id`
    pub(crate) id: String,
    /// `webhook-timestamp`
    pub(crate) at: i64,
    /// `webhook-signature`
    pub(crate) signature: String,
    /// The body.
    pub(crate) text: String,
    /// The body, read.
    pub(crate) body: Value,
}

impl Told {
    /// Whether these secrets signed it, each once and in this order, as the Standard Webhooks specification says.
    pub(crate) fn is_signed_by(&self, secrets: &[&str]) -> bool {
        let signed = format!("{}.{}.{}", self.id, self.at, self.text);
        let signatures = secrets.iter().map(|secret| {
            let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base 64");
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).expect("a key");
            mac.update(signed.as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        });
        signatures.collect::<Vec<_>>().join(" ") == self.signature
    }
}

/// How he answers.
#[derive(Clone)]
enum Manner {
    /// With this status and body.
    Answer(u16, String),
    /// He sends elsewhere.
    Redirect(String),
    /// Never.
    Silent,
}

struct Kept {
    told: Vec<Told>,
    /// How many of them a test has seen.
    seen: usize,
    manner: Manner,
}

/// Who is told.
pub(crate) struct Receiver {
    url: String,
    kept: Arc<Mutex<Kept>>,
    news: Arc<Notify>,
}

type Shared = (Arc<Mutex<Kept>>, Arc<Notify>);

impl Receiver {
    /// One who takes everything.
    pub(crate) async fn open() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let manner = Manner::Answer(200, "taken".to_owned());
        let kept = Arc::new(Mutex::new(Kept { told: Vec::new(), seen: 0, manner }));
        let news = Arc::new(Notify::new());
        let routes = Router::new().fallback(any(take)).with_state((Arc::clone(&kept), Arc::clone(&news)));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Receiver { url, kept, news }
    }

    /// Where he is.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// From now on he answers so.
    pub(crate) fn answer(&self, status: u16, body: &str) {
        self.kept.lock().expect("nobody panics").manner = Manner::Answer(status, body.to_owned());
    }

    /// From now on he sends elsewhere.
    pub(crate) fn answer_redirect(&self, url: &str) {
        self.kept.lock().expect("nobody panics").manner = Manner::Redirect(url.to_owned());
    }

    /// From now on he never answers.
    pub(crate) fn fall_silent(&self) {
        self.kept.lock().expect("nobody panics").manner = Manner::Silent;
    }

    /// How many messages have come.
    pub(crate) fn count(&self) -> usize {
        self.kept.lock().expect("nobody panics").told.len()
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Told> {
        self.kept.lock().expect("nobody panics").told.clone()
    }

    /// The last of them.
    pub(crate) fn last(&self) -> Option<Told> {
        self.kept.lock().expect("nobody panics").told.last().cloned()
    }

    /// The next message of this kind, passing over others.
    pub(crate) async fn next(&self, kind: &str) -> Told {
        let waiting = async {
            loop {
                let told = self.news.notified();
                if let Some(found) = self.unseen(kind) {
                    return found;
                }
                told.await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, waiting).await;
        found.unwrap_or_else(|_| panic!("no {kind} came; the last was {:?}", self.last()))
    }

    fn unseen(&self, kind: &str) -> Option<Told> {
        let mut kept = self.kept.lock().expect("nobody panics");
        while let Some(told) = kept.told.get(kept.seen).cloned() {
            kept.seen += 1;
            if told.body["type"] == kind {
                return Some(told);
            }
        }
        None
    }
}

async fn take(State((kept, news)): State<Shared>, headers: HeaderMap, text: String) -> Response {
    let header_text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let manner = {
        let mut kept = kept.lock().expect("nobody panics");
        kept.told.push(Told {
            id: header_text("webhook-id"),
            at: header_text("webhook-timestamp").parse().expect("seconds"),
            signature: header_text("webhook-signature"),
            body: serde_json::from_str(&text).expect("JSON"),
            text,
        });
        kept.manner.clone()
    };
    news.notify_one();
    match manner {
        Manner::Answer(status, body) => {
            (StatusCode::from_u16(status).expect("a status"), body).into_response()
        }
        Manner::Redirect(url) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, url)]).into_response(),
        Manner::Silent => std::future::pending().await,
    }
}
