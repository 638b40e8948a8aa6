//! `saldo listen`: prints what endpoints are told while it happens, and hands it on to a program that is being developed.

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;

use super::screen::Screen;
use crate::clock;
use crate::endpoints::{KINDS, TEST_KIND, draw_secret, sign};

/// How long the server is asked to wait for a message, in seconds.
const WAIT_SECONDS: u32 = 30;
/// How long an answer may take beyond that.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long the program that is developed may take.
const FORWARD_PATIENCE: Duration = Duration::from_secs(15);
/// Pause before a server that went away is asked again.
const AWAY: Duration = Duration::from_secs(2);

pub(super) const HELP: &str = "\
Examples:
  saldo listen --key sk_saldo_…                                      print messages as they come
  saldo listen --key sk_saldo_… --forward http://localhost:3000/saldo   and post each there, signed
  SALDO_API_KEY=sk_saldo_… saldo listen --kind credit.added          only those

The key needs the scope webhooks:read. Ends with Ctrl-C. What is posted is told at most once: an endpoint is told until it answers.";

#[derive(Args)]
pub(super) struct Arguments {
    /// Where Saldo is.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7070")]
    url: Url,
    /// A key of the API.
    #[arg(long, value_name = "KEY", env = "SALDO_API_KEY", hide_env_values = true)]
    key: String,
    /// Post each message there.
    #[arg(long, value_name = "URL")]
    forward: Option<Url>,
    /// Sign with this secret instead of one that is drawn.
    #[arg(long, value_name = "SECRET", requires = "forward")]
    secret: Option<String>,
    /// Only messages of this kind; may be given several times.
    #[arg(long = "kind", value_name = "KIND", value_parser = kind)]
    kinds: Vec<String>,
}

/// A kind of message that there is. Whoever mistypes one would wait for ever.
fn kind(text: &str) -> Result<String, String> {
    let mut known = KINDS.iter().map(|(kind, _)| *kind).chain([TEST_KIND]);
    if known.any(|kind| kind == text) {
        return Ok(text.to_owned());
    }
    let all: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    Err(format!("there are: {}", all.join(", ")))
}

#[derive(Deserialize)]
struct Followed {
    data: Vec<Message>,
    next_cursor: String,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
    data: Value,
    body: String,
}

/// Listens until it is ended.
pub(super) fn run(arguments: Arguments, screen: &Screen) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(listen(arguments, screen))
}

async fn listen(arguments: Arguments, screen: &Screen) -> anyhow::Result<()> {
    let Arguments { url, key, forward, secret, kinds } = arguments;
    let client = Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
    let list = url.join("/v1/webhook-messages").context("--url")?;
    let secret = secret.unwrap_or_else(draw_secret);
    if sign(&[&secret], "", 0, "").is_empty() {
        bail!("--secret must be whsec_ and base 64");
    }
    let mut next = ask(&client, &list, &key, None).await?.next_cursor;
    screen.good(&format!("Listening to {url}"));
    if let Some(forward) = &forward {
        screen.pair("forwards to", forward);
        screen.pair("secret", &secret);
    }
    loop {
        match ask(&client, &list, &key, Some(&next)).await {
            Ok(followed) => {
                next = followed.next_cursor;
                for message in followed.data.iter().filter(|it| kinds.is_empty() || kinds.contains(&it.kind))
                {
                    show(message, screen);
                    if let Some(forward) = &forward {
                        hand_on(&client, forward, &secret, message, screen).await;
                    }
                }
            }
            Err(error) if error.is::<Refused>() => return Err(error),
            Err(error) => {
                screen.failure(&format!("{error:#}; asked again in {} s", AWAY.as_secs()));
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

/// The server does not let us listen: asking again changes nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

/// The messages behind a cursor, waited for; without a cursor none, and where the next ones will be.
async fn ask(client: &Client, list: &Url, key: &str, cursor: Option<&str>) -> anyhow::Result<Followed> {
    let wait = WAIT_SECONDS.to_string();
    let query = match cursor {
        Some(cursor) => [("cursor", cursor), ("wait_seconds", &wait)],
        None => [("from", "now"), ("wait_seconds", "0")],
    };
    let mut url = list.clone();
    url.query_pairs_mut().extend_pairs(query);
    let answer = client.get(url).bearer_auth(key).send().await.context("Saldo does not answer")?;
    let status = answer.status();
    let text = answer.text().await.context("Saldo does not answer")?;
    if status.is_success() {
        return serde_json::from_str(&text).context("Saldo's answer cannot be read");
    }
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    let words = problem["detail"].as_str().map_or_else(|| status.to_string(), str::to_owned);
    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
        return Err(Refused(words).into());
    }
    bail!("{words}")
}

fn show(message: &Message, screen: &Screen) {
    let Message { id, kind, timestamp, data, .. } = message;
    screen.line(format_args!("{timestamp}  {kind}  {id}"));
    for line in format!("{data:#}").lines() {
        screen.line(format_args!("  {line}"));
    }
}

async fn hand_on(client: &Client, to: &Url, secret: &str, message: &Message, screen: &Screen) {
    let seconds = clock::now().as_seconds();
    let request = client
        .post(to.clone())
        .timeout(FORWARD_PATIENCE)
        .header("content-type", "application/json")
        .header("webhook-id", &message.id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", sign(&[secret], &message.id, seconds, &message.body))
        .body(message.body.clone());
    match request.send().await {
        Ok(answer) if answer.status().is_success() => screen.good(&format!("  answered {}", answer.status())),
        Ok(answer) => screen.bad(&format!("  answered {}", answer.status())),
        Err(error) => screen.bad(&format!("  no answer: {error}")),
    }
}
