//! `saldo serve`.

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::Running;
use crate::config::Config;
use crate::{jobs, routes, server};

/// Serves until the program is told to end.
pub(super) fn run(config: Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listen = config.server.listen.clone();
        let running = Running::start(config).await?;
        let listener = TcpListener::bind(&listen).await.with_context(|| format!("listening on {listen}"))?;
        jobs::start(&running.app);
        let (ending, end) = watch::channel(false);
        tokio::spawn(async move {
            until_told().await;
            ending.send_replace(true);
        });
        tracing::info!(%listen, "Saldo serves");
        server::serve(listener, routes::router(&running.app), end).await;
        tokio::task::spawn_blocking(move || running.end()).await.context("ending")
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
