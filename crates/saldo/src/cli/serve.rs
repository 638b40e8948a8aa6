//! `saldo serve`.

use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::app::Running;
use crate::config::Config;
use crate::{jobs, nas, routes, server};

pub(super) const HELP: &str = "\
Examples:
  saldo serve                                     as `saldo config` prints it: http://127.0.0.1:7070, folder saldo-data
  saldo --config /etc/saldo.toml serve            with your own configuration
  SALDO_SERVER__LISTEN=0.0.0.0:80 saldo serve     one setting from the environment

The folder is made if it is missing and brought up to this version. Logs go to standard error; RUST_LOG chooses what. SIGTERM or Ctrl-C
ends it in order: open requests finish, what was answered is kept.";

/// Serves until the program is told to end.
pub(super) fn run(config: Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listen = config.server.listen.clone();
        let running = Running::start(config).await?;
        let listener = TcpListener::bind(&listen).await.with_context(|| format!("listening on {listen}"))?;
        jobs::start(&running.app);
        nas::listen(&running.app).await?;
        let app = Arc::clone(&running.app);
        tokio::spawn(async move {
            until_told().await;
            app.announce_end();
        });
        let (app, mut landed) = (Arc::clone(&running.app), running.app.ledger.landed());
        tokio::spawn(async move {
            // Told no more once the ledger has ended: of a program without one only the next start can make something.
            while landed.changed().await.is_ok() {}
            app.announce_end();
        });
        tracing::info!(%listen, "Saldo serves");
        let app = &running.app;
        server::serve(listener, routes::router(app), &app.config.server, app.end_announced()).await;
        let has_lost_journal = app.has_lost_journal();
        tokio::task::spawn_blocking(move || running.end()).await.context("ending")?;
        anyhow::ensure!(
            !has_lost_journal,
            "the journal could not be written any more, for the reason in the log; the next start replays it"
        );
        Ok(())
    })
}

/// Waits for SIGTERM or Ctrl-C.
pub(crate) async fn until_told() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be listened for");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
