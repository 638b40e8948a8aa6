//! Where a server is, how a connection to it is protected, and what must hold before it is used.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::session::Session;
use crate::error::StoreError;

/// How long a server may take to accept a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// A server that does not acknowledge what was sent for so long is lost.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(15);
/// A connection on which nothing is said is looked at so often.
const KEEPALIVE: Duration = Duration::from_secs(10);
const KEEPALIVE_TRIES: u32 = 3;
/// So long after a server was not reached nobody tries again: those who wait would stand in line for the same disappointment.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What we wait for a lock.
const SETTINGS: &str = "SET lock_timeout = '10s'";
const WAIT_FOR_THE_DISK: &str = "SET synchronous_commit = on";
/// `'a' < 'B'` is true where text is sorted by a language and not by its bytes.
const FITNESS: &str = "SELECT current_setting('fsync', true), current_setting('synchronous_commit', true),
    current_setting('server_encoding', true), 'a' < 'B'";
/// Constraints whose violation names columns.
const UNIQUE_COLUMNS: &str = "SELECT i.relname::text, t.relname::text, a.attname::text
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = i.oid
    WHERE x.indisunique AND n.nspname = current_schema() ORDER BY i.relname, a.attnum";

/// A database on a server, with what is needed to enter it. `Debug` and `Display` show no password.
#[derive(Clone)]
pub struct PostgresServer {
    config: Arc<Config>,
    tls: Option<MakeRustlsConnect>,
    not_reached: Arc<Mutex<Option<Instant>>>,
    /// What each unique index is over, as the first connection found it: it takes the server longer than all else of a new one.
    unique: Arc<Mutex<Option<UniqueColumns>>>,
}

/// What each unique index is over, as `customers.email`.
pub(super) type UniqueColumns = Arc<HashMap<String, String>>;

impl PostgresServer {
    /// Reads a URL, `postgres://user:password@host:port/database?options`. Where it does not say `sslmode`, another machine is
    /// spoken with over TLS and its certificate must be one that this machine trusts; this machine is spoken with as it is.
    pub fn parse(url: &str) -> Result<PostgresServer, StoreError> {
        let unfit = |reason: String| StoreError::Unfit { reason };
        let mut config: Config = url.parse().map_err(|error| unfit(sentence(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(unfit("its address names no host".to_owned()));
        }
        if !url.contains("sslmode=") {
            let is_here = config.get_hosts().iter().all(is_this_machine);
            config.ssl_mode(if is_here { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_MAX);
        }
        config.tcp_user_timeout(UNACKNOWLEDGED_MAX).keepalives_idle(KEEPALIVE);
        config.keepalives_interval(KEEPALIVE).keepalives_retries(KEEPALIVE_TRIES);
        if config.get_application_name().is_none() {
            config.application_name("saldo");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(MakeRustlsConnect::new(trust().map_err(|error| unfit(sentence(&error)))?)),
        };
        Ok(PostgresServer {
            config: Arc::new(config),
            tls,
            not_reached: Arc::default(),
            unique: Arc::default(),
        })
    }

    /// A new connection, set up as the store needs it.
    pub(super) fn connect(&self) -> Result<Session, StoreError> {
        let not_reached = || self.not_reached.lock().unwrap_or_else(PoisonError::into_inner);
        if not_reached().is_some_and(|at| at.elapsed() < RETRY_AFTER) {
            return Err(unreachable("it could not be reached a moment ago".into()));
        }
        let connected = tokio::task::block_in_place(|| self.try_to_connect());
        *not_reached() = matches!(connected, Err(StoreError::Unreachable(_))).then(Instant::now);
        connected
    }

    fn try_to_connect(&self) -> Result<Session, StoreError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| unreachable(error.into()))?;
        let client = runtime.block_on(self.enter(&runtime))?;
        let set_up = async {
            let fitness = client.query_one(FITNESS, &[]).await.map_err(|error| unreachable(error.into()))?;
            check_fitness(&fitness)?;
            let mut settings = SETTINGS.to_owned();
            if matches!(text(&fitness, 1), Some("off" | "local")) {
                settings = format!("{settings}; {WAIT_FOR_THE_DISK}");
            }
            client.batch_execute(&settings).await.map_err(|error| unreachable(error.into()))?;
            let known = self.known_unique().clone();
            match known {
                Some(known) => Ok(known),
                None => unique_columns(&client).await.map(Arc::new),
            }
        };
        let limited = async { tokio::time::timeout(CONNECT_MAX, set_up).await };
        let unique = match runtime.block_on(limited) {
            Ok(unique) => self.known_unique().insert(unique?).clone(),
            Err(late) => return Err(unreachable(late.into())),
        };
        Ok(Session::new(runtime, client, unique))
    }

    /// Has the next connection find out anew what unique indices are over, once migrations have changed them.
    pub(super) fn forget_unique(&self) {
        *self.known_unique() = None;
    }

    fn known_unique(&self) -> MutexGuard<'_, Option<UniqueColumns>> {
        self.unique.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn enter(&self, runtime: &Runtime) -> Result<Client, StoreError> {
        let refused = |error: tokio_postgres::Error| unreachable(error.into());
        // The connection's own half runs whenever somebody waits for an answer. What ends it, its user is told.
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(refused)?;
                drop(runtime.spawn(connection));
                Ok(client)
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(refused)?;
                drop(runtime.spawn(connection));
                Ok(client)
            }
        }
    }
}

impl fmt::Display for PostgresServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.config.get_dbname().or(self.config.get_user()).unwrap_or_default();
        write!(f, "the PostgreSQL database {name} at ")?;
        for (nth, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if nth > 0 { ", " } else { "" };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PostgresServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(super) fn unreachable(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Unreachable(error)
}

/// An error with what is behind it.
fn sentence(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// The certificates that this machine trusts.
fn trust() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_platform_verifier()?.with_no_client_auth())
}

fn text(row: &Row, column: usize) -> Option<&str> {
    row.try_get(column).unwrap_or(None)
}

fn check_fitness(row: &Row) -> Result<(), StoreError> {
    let reason = if text(row, 0) == Some("off") {
        "its setting fsync is off, so that what was answered could be lost; switch it on"
    } else if text(row, 2).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf8")) {
        "its encoding is not UTF8; make it with ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"
    } else if row.try_get(3).unwrap_or(true) {
        "it sorts text by a language; make it with ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0"
    } else {
        return Ok(());
    };
    Err(StoreError::Unfit { reason: reason.to_owned() })
}

/// What each unique index is over, as `customers.email`.
async fn unique_columns(client: &Client) -> Result<HashMap<String, String>, StoreError> {
    let rows = client.query(UNIQUE_COLUMNS, &[]).await.map_err(|error| unreachable(error.into()))?;
    let mut unique: HashMap<String, String> = HashMap::new();
    for row in &rows {
        let (Some(index), Some(table), Some(column)) = (text(row, 0), text(row, 1), text(row, 2)) else {
            continue;
        };
        let columns = unique.entry(index.to_owned()).or_default();
        let comma = if columns.is_empty() { "" } else { ", " };
        *columns += &format!("{comma}{table}.{column}");
    }
    Ok(unique)
}
