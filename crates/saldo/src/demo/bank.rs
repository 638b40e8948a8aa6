//! The demo's bank: it gets each boleto as soon as it is written, and what it says is taken at once, unless its page was told that
//! people carry the files. Outside of a demo people do, or their bank's program.

use std::sync::Arc;
use std::time::Duration;

use sandbox::bank::Bank;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::audit::Author;
use crate::documents;
use crate::problem::Problem;

/// Pause after something failed, and between two looks while nothing is told.
const PAUSE: Duration = Duration::from_secs(5);

/// The two that carry files, until they are dropped.
pub(super) struct Messengers([JoinHandle<()>; 2]);

impl Drop for Messengers {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Carries files between the program and its bank.
pub(super) fn exchange(app: &Arc<App>, bank: &Arc<Bank>) -> Messengers {
    let outgoing = tokio::spawn(send(Arc::clone(app), Arc::clone(bank)));
    Messengers([outgoing, tokio::spawn(fetch(Arc::clone(app), Arc::clone(bank)))])
}

async fn send(app: Arc<App>, bank: Arc<Bank>) {
    loop {
        if !bank.is_by_hand()
            && let Err(error) = send_all(&app, &bank).await
        {
            tracing::warn!(error = format!("{error:#}"), "the bank was not told of new boletos");
        }
        // Whether told or not, it is time to look.
        let _ = tokio::time::timeout(PAUSE, app.boleto_news.notified()).await;
    }
}

/// Makes a remittance of what is new, and hands over all that the bank has not taken yet.
async fn send_all(app: &Arc<App>, bank: &Bank) -> anyhow::Result<()> {
    documents::send_remittance(app, messenger()).await.map_err(|problem| anyhow::anyhow!(problem.detail))?;
    loop {
        let number = bank.last_received()? + 1;
        let file = app.read(move |reader| reader.remittance(number)).await;
        match file.map_err(|problem| anyhow::anyhow!(problem.detail))? {
            Some(file) => bank.receive(&file.body)?,
            None => return Ok(()),
        }
    }
}

async fn fetch(app: Arc<App>, bank: Arc<Bank>) {
    let mut after = loop {
        match app.read(|reader| reader.last_return_number()).await {
            Ok(number) => break number,
            Err(problem) => wait(&problem).await,
        }
    };
    loop {
        let file = match bank.return_after(after).await {
            Ok(file) => file,
            Err(error) => {
                tracing::warn!(%error, "the bank has no returns");
                return;
            }
        };
        if bank.is_by_hand() {
            bank.until_carried().await;
        }
        match documents::load(&app, messenger(), file.body.into_bytes()).await {
            Ok(Ok(_)) => after = file.number,
            // It was refused, and will be.
            Ok(Err(error)) => {
                tracing::warn!(number = file.number, %error, "a return was refused");
                after = file.number;
            }
            Err(problem) => wait(&problem).await,
        }
    }
}

/// Who carries files in a demo, as the audit log names him.
fn messenger() -> Author {
    Author::named("demo bank")
}

async fn wait(problem: &Problem) {
    tracing::warn!(code = problem.code, detail = problem.detail, "a return was not taken yet");
    tokio::time::sleep(PAUSE).await;
}
