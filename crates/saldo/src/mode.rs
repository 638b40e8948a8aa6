//! Test or live: with which of Stripe's two sides an installation keeps its books. Both sides never share books.
//!
//! The first start with a key binds the books to that key's mode, for ever and durably; a start with a key of the other mode is refused
//! before anything is done. An event of the other mode is stored and nothing is done with it.

use std::fmt;

use store::Tables;

use crate::clock;

/// The setting that holds the mode.
const SETTING: &str = "stripe_mode";
/// What is written beside an event of the other mode.
pub const OTHER_MODE_REASON: &str =
    "it is of Stripe's other mode (test or live) than these books; nothing was done with it";

/// One of Stripe's two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody pays real money.
    Test,
    /// Real money.
    Live,
}

impl Mode {
    /// The mode of a key: `sk_test_…`, `rk_live_…`. `None` if it is no secret key of Stripe's.
    pub fn of_key(key: &str) -> Option<Mode> {
        let rest = key.strip_prefix("sk_").or_else(|| key.strip_prefix("rk_"))?;
        match rest.split_once('_')?.0 {
            "test" => Some(Mode::Test),
            "live" => Some(Mode::Live),
            _ => None,
        }
    }

    /// The mode of an event or object.
    pub fn of_livemode(livemode: bool) -> Mode {
        if livemode { Mode::Live } else { Mode::Test }
    }

    fn word(self) -> &'static str {
        match self {
            Mode::Test => "test",
            Mode::Live => "live",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The mode of these books, bound to the key's if they have none yet; `None` for books that never saw a key.
///
/// # Errors
/// The key is of the other mode than the books.
pub(crate) fn bind(tables: &Tables, key: &str) -> anyhow::Result<Option<Mode>> {
    let of_key = Mode::of_key(key);
    let known = tables.write(|tx| -> anyhow::Result<Option<Mode>> {
        if let Some(known) = tx.setting(SETTING)? {
            return read(&known).map(Some);
        }
        if let Some(mode) = of_key {
            tx.put_setting(SETTING, &serde_json::to_string(mode.word())?, clock::now())?;
        }
        Ok(of_key)
    })?;
    match (known, of_key) {
        (Some(books), Some(key)) if books != key => anyhow::bail!(
            "stripe.secret_key is a {key} key, and these books were begun with a {books} key. Test and live never share books: start with \
             a {books} key here, or keep {key} books in a place of their own (another server.data, or another database.url); see docs/operate/live.md"
        ),
        (known, _) => Ok(known),
    }
}

/// The mode of these books; `None` if they never saw a key.
pub(crate) fn known(tables: &Tables) -> anyhow::Result<Option<Mode>> {
    tables.read(|reader| reader.setting(SETTING))?.as_deref().map(read).transpose()
}

fn read(known: &str) -> anyhow::Result<Mode> {
    let word: String = serde_json::from_str(known)?;
    let mode = [Mode::Test, Mode::Live].into_iter().find(|mode| mode.word() == word);
    mode.ok_or_else(|| anyhow::anyhow!("the setting {SETTING} is {word}"))
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn a_key_says_its_mode() {
        for (key, mode) in [
            ("sk_test_1", Some(Mode::Test)),
            ("rk_test_1", Some(Mode::Test)),
            ("sk_live_1", Some(Mode::Live)),
            ("rk_live_1", Some(Mode::Live)),
            ("pk_live_1", None),
            ("whsec_1", None),
            ("sk_", None),
            ("sk_other_1", None),
            ("", None),
        ] {
            assert_eq!(Mode::of_key(key), mode, "{key}");
        }
    }
}
