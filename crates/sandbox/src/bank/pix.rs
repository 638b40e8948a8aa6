//! Pix at the bank: whoever has a code pays it, and the bank tells the company by callback, again and again until it is heard.

use std::sync::Arc;
use std::time::Duration;

use brazil::pix::BrCode;
use rusqlite::{OptionalExtension as _, params};
use serde_json::json;
use tokio::sync::watch;

use super::page::in_reais;
use super::{BankError, Desk};
use crate::ids::new_id;

pub(super) const TABLE: &str = "
CREATE TABLE IF NOT EXISTS pix (
    seq INTEGER PRIMARY KEY, end_to_end_id TEXT NOT NULL UNIQUE, txid TEXT NOT NULL, amount TEXT NOT NULL,
    body TEXT NOT NULL, told INTEGER NOT NULL
) STRICT;
";
const INSERT: &str = "INSERT INTO pix (end_to_end_id, txid, amount, body, told) VALUES (?1, ?2, ?3, ?4, 0)";
const UNTOLD: &str = "SELECT seq, body FROM pix WHERE told = 0 ORDER BY seq LIMIT 1";
const TOLD: &str = "UPDATE pix SET told = 1 WHERE seq = ?1";
const PAID: &str = "SELECT end_to_end_id, txid, amount, told FROM pix ORDER BY seq DESC LIMIT 20";

/// Pause after a callback that was not heard.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a callback may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most that one code is paid at once.
pub(super) const TIMES_MAX: u32 = 5;
/// Random letters and digits at the end of a payment's id.
const RANDOM_CHARS: usize = 11;

/// A payment, for the page.
pub(super) struct PaidPix {
    pub(super) end_to_end_id: String,
    pub(super) txid: String,
    pub(super) amount: String,
    pub(super) is_told: bool,
}

impl Desk {
    /// Pays a code so many times, each payment with an id of its own.
    pub(super) fn pay_pix(&self, br_code: &str, times: u32) -> Result<(), BankError> {
        let BrCode::Static(code) = BrCode::parse(br_code)? else {
            return Err(BankError::NotPayable("a charge of another bank"));
        };
        let amount = code.amount.ok_or(BankError::NotPayable("without an amount"))?.to_string();
        let txid = code.txid.as_ref().map_or("", |txid| txid.as_str());
        let mut books = self.books();
        let transaction = books.connection.transaction()?;
        for _ in 0..times.clamp(1, TIMES_MAX) {
            let id = new_id(&format!("E00000000{}", self.now().strftime("%Y%m%d%H%M")), RANDOM_CHARS);
            let at = format!("{}.000-03:00", self.now().strftime("%Y-%m-%dT%H:%M:%S"));
            let payment = json!({"endToEndId": id, "txid": txid, "chave": code.key.as_str(), "valor": amount, "horario": at});
            transaction.execute(INSERT, params![id, txid, amount, json!({"pix": [payment]}).to_string()])?;
        }
        transaction.commit()?;
        self.pix_news.notify_one();
        Ok(())
    }

    /// The newest payments, newest first.
    pub(super) fn paid_pix(&self) -> Result<Vec<PaidPix>, BankError> {
        let books = self.books();
        let mut statement = books.connection.prepare(PAID)?;
        let rows = statement.query_map([], |row| {
            Ok(PaidPix {
                end_to_end_id: row.get(0)?,
                txid: row.get(1)?,
                amount: in_reais(&row.get::<_, String>(2)?),
                is_told: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn untold(&self) -> Result<Option<(i64, String)>, BankError> {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(self.books().connection.query_row(UNTOLD, [], row).optional()?)
    }

    fn mark_told(&self, seq: i64) -> Result<(), BankError> {
        self.books().connection.execute(TOLD, [seq])?;
        Ok(())
    }
}

/// Tells the company of each payment, first to last, until the bank stops.
pub(super) async fn tell(
    desk: Arc<Desk>,
    client: reqwest::Client,
    callback: String,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            () = tell_next(&desk, &client, &callback) => {}
            // An error means that the bank itself is gone.
            _ = stop.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// Tells of the oldest payment that was not heard, or waits for one.
async fn tell_next(desk: &Desk, client: &reqwest::Client, callback: &str) {
    let (seq, body) = match desk.untold() {
        Ok(Some(untold)) => untold,
        Ok(None) => return desk.pix_news.notified().await,
        Err(error) => {
            tracing::error!(%error, "the bank's Pix cannot be read");
            return tokio::time::sleep(PAUSE).await;
        }
    };
    let request =
        client.post(callback).header("content-type", "application/json").timeout(PATIENCE).body(body);
    let heard = request.send().await.and_then(reqwest::Response::error_for_status);
    let done = heard.map_err(|error| error.without_url().to_string());
    let done = done.and_then(|_| desk.mark_told(seq).map_err(|error| error.to_string()));
    if let Err(error) = done {
        tracing::warn!(error, "a callback of Pix was not heard");
        tokio::time::sleep(PAUSE).await;
    }
}
