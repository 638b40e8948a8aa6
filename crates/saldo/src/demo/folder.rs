//! The demo's folder: what is in it, whose it is, and how it is emptied.
//!
//! `demo.json` marks a folder as a demo's own and holds its secrets, readable for its owner alone. A folder without it that
//! holds an installation is left alone: *Reset* must never empty anything but a demo.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use money::CustomerId;
use serde::{Deserialize, Serialize};

use crate::app::{JOURNAL_FILE, TABLES_FILE};
use crate::{ids, keys, private};

const SECRETS_FILE: &str = "demo.json";
const LOCK_FILE: &str = "demo.lock";
const SANDBOX_FILE: &str = "sandbox.db";
/// The bank's database.
const BANK_FILE: &str = "bank.db";
/// What SQLite and our locks put beside a database.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", ".lock"];
/// The folder's name among the user's data.
const FOLDER_NAME: &str = "saldo-demo";
/// Bytes of randomness behind a key.
const KEY_BYTES: usize = 24;

/// What a demo draws once and keeps.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// The key by which the sandbox is called.
    pub(crate) stripe_key: String,
    /// What the sandbox signs webhooks with.
    pub(crate) webhook_secret: String,
    /// The sample customer's password.
    pub(crate) customer_password: String,
    /// The staff's password.
    pub(crate) staff_password: String,
    /// The password of the provider's sample subscribers. Demos from before there were any draw one when they are opened.
    #[serde(default = "password")]
    pub(crate) subscriber_password: String,
    /// Ids and keys that people copy out of the demo.
    #[serde(alias = "seeded")]
    pub(crate) known: Known,
    /// The port on which it was opened last.
    #[serde(default)]
    pub(crate) port: Option<u16>,
    /// Whether the first start was finished, so that what is in the folder can be gone on with.
    #[serde(default)]
    pub(crate) is_ready: bool,
}

/// What people copy into their shells and programs. Like the passwords it outlives *Reset*, so that a line copied before works
/// after.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The operator's key, with every scope.
    pub(crate) api_key: String,
    /// The sample customer.
    pub(crate) customer_id: String,
    /// His own key, for the guard.
    pub(crate) customer_api_key: String,
}

/// A demo's folder, held by this process alone.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// `$XDG_DATA_HOME/saldo-demo`, else `~/.local/share/saldo-demo`, else a folder among the temporary files.
pub(crate) fn default_path() -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local").join("share")))
        .unwrap_or_else(std::env::temp_dir)
        .join(FOLDER_NAME)
}

/// The secrets of the demo in this folder; `None` if it is no demo's.
pub(crate) fn secrets_in(folder: &Path) -> anyhow::Result<Option<Secrets>> {
    let path = folder.join(SECRETS_FILE);
    let read = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(anyhow::Error::new),
    };
    let secrets = read.and_then(|text| Ok(serde_json::from_str(&text)?));
    secrets.map(Some).with_context(|| format!("reading {}", path.display()))
}

impl Folder {
    /// Makes the folder if it is missing and takes it. An error if another demo has it, or if it is no demo's.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Folder> {
        let shown = path.display();
        private::make_folder(path)?;
        if path.join(JOURNAL_FILE).exists() && !path.join(SECRETS_FILE).exists() {
            bail!("{shown} holds an installation that is not a demo; choose another folder with --data");
        }
        let lock_path = path.join(LOCK_FILE);
        let lock = private::file()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .with_context(|| format!("opening {}", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another demo runs on {shown}; end it, or choose another folder with --data")
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("locking {}", lock_path.display()));
            }
        }
        let folder = Folder { path: path.to_owned(), _lock: lock };
        // A first start that was interrupted has made a part of what it should: it begins again.
        if !folder.secrets()?.is_ready {
            folder.clear()?;
        }
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The sandbox's database, made empty if it is missing: SQLite gives the files beside it the same rights.
    pub(crate) fn sandbox_file(&self) -> anyhow::Result<PathBuf> {
        self.private_file(SANDBOX_FILE)
    }

    /// The bank's database, as [`Folder::sandbox_file`].
    pub(crate) fn bank_file(&self) -> anyhow::Result<PathBuf> {
        self.private_file(BANK_FILE)
    }

    fn private_file(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        let made = private::file().write(true).create(true).truncate(false).open(&path);
        made.with_context(|| format!("making {}", path.display()))?;
        Ok(path)
    }

    /// The demo's secrets; drawn and written down if there are none.
    pub(crate) fn secrets(&self) -> anyhow::Result<Secrets> {
        if let Some(known) = secrets_in(&self.path)? {
            return Ok(known);
        }
        let drawn = Secrets::draw();
        self.write_secrets(&drawn)?;
        Ok(drawn)
    }

    /// Writes the secrets down, wholly or not at all.
    pub(crate) fn write_secrets(&self, secrets: &Secrets) -> anyhow::Result<()> {
        let path = self.path.join(SECRETS_FILE);
        let aside = self.path.join(format!("{SECRETS_FILE}.part"));
        let mut options = private::file();
        options.write(true).create(true).truncate(true);
        let mut file = options.open(&aside).with_context(|| format!("writing {}", aside.display()))?;
        file.write_all(serde_json::to_string_pretty(secrets)?.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&aside, &path).with_context(|| format!("writing {}", path.display()))
    }

    /// Removes the demo's databases. Its secrets stay.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        // First: should this be interrupted, what is left is known to be unfinished.
        self.write_secrets(&Secrets { is_ready: false, ..self.secrets()? })?;
        for file in [JOURNAL_FILE, TABLES_FILE, SANDBOX_FILE, BANK_FILE] {
            for suffix in SUFFIXES {
                let path = self.path.join(format!("{file}{suffix}"));
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(error).with_context(|| format!("removing {}", path.display()));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl Secrets {
    fn draw() -> Secrets {
        Secrets {
            stripe_key: format!("sk_test_{}", hex::encode(ids::secret_bytes(KEY_BYTES))),
            webhook_secret: format!("whsec_{}", hex::encode(ids::secret_bytes(KEY_BYTES))),
            customer_password: password(),
            staff_password: password(),
            subscriber_password: password(),
            known: Known {
                api_key: keys::draw_secret(keys::OPERATOR_PREFIX),
                customer_id: CustomerId::from_u128(ids::fresh()).to_string(),
                customer_api_key: keys::draw_secret(keys::CUSTOMER_PREFIX),
            },
            port: None,
            is_ready: false,
        }
    }
}

/// Three groups of five, easy to type from a screen: 60 bits.
fn password() -> String {
    let text = hex::encode(ids::secret_bytes(8));
    format!("{}-{}-{}", &text[..5], &text[5..10], &text[10..15])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_installation_is_left_alone() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(JOURNAL_FILE), "a journal")?;
        let refused = Folder::open(folder.path()).map(|_| ()).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|text| text.contains("not a demo")));
        assert_eq!(std::fs::read_to_string(folder.path().join(JOURNAL_FILE))?, "a journal");
        Ok(())
    }

    #[test]
    fn secrets_outlive_a_reset_and_one_demo_has_the_folder() -> anyhow::Result<()> {
        let place = tempfile::tempdir()?;
        let folder = Folder::open(place.path())?;
        let first = folder.secrets()?;
        assert_eq!(folder.secrets()?.stripe_key, first.stripe_key);
        let second = Folder::open(place.path()).map(|_| ()).map_err(|error| error.to_string());
        assert!(second.is_err_and(|text| text.contains("another demo runs")));
        folder.write_secrets(&Secrets { is_ready: true, ..first.clone() })?;
        folder.clear()?;
        let after = folder.secrets()?;
        assert_eq!(after.customer_password, first.customer_password);
        assert_eq!(after.known.customer_api_key, first.known.customer_api_key);
        assert!(!after.is_ready, "what is left is unfinished");
        Ok(())
    }

    #[test]
    fn a_first_start_that_was_interrupted_begins_again() -> anyhow::Result<()> {
        let place = tempfile::tempdir()?;
        Folder::open(place.path())?.secrets()?;
        std::fs::write(place.path().join(JOURNAL_FILE), "half a journal")?;
        let folder = Folder::open(place.path())?;
        assert!(!place.path().join(JOURNAL_FILE).exists());
        assert!(!folder.secrets()?.is_ready);
        Ok(())
    }
}
