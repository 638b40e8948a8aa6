//! `[pix]`: the key that Pix pays into, and how its provider proves that a callback is its own.

use anyhow::{Context as _, bail};
use axum::http::HeaderName;
use brazil::pix::{PixKey, Receiver};
use money::Timestamp;
use serde::Deserialize;

/// The shortest and the longest time in minutes for which a Pix may be offered.
const MINUTES: core::ops::RangeInclusive<u32> = 5..=1_440;
/// The least characters of a secret: fewer could be guessed.
const SECRET_LEN_MIN: usize = 16;

/// Who receives Pix, and how its payment is told.
#[derive(Clone, Debug)]
pub struct Pix {
    /// The receiver's key.
    pub key: PixKey,
    /// Name and city, as payers see them.
    pub receiver: Receiver,
    /// How long a Pix is offered, in microseconds.
    pub lasts: i64,
    /// How callbacks prove themselves; `None` takes none: staff settles by hand.
    pub callback: Option<PixCallback>,
}

/// How the payment provider's callbacks prove themselves.
#[derive(Clone)]
pub enum PixCallback {
    /// The secret stands in the address.
    Path(String),
    /// A header holds the HMAC-SHA256 of the body, in hex.
    Hmac {
        /// Which header.
        header: HeaderName,
        /// The key of the HMAC.
        secret: String,
    },
}

// A secret never shows in logs.
impl std::fmt::Debug for PixCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PixCallback::Path(_) => "Path",
            PixCallback::Hmac { .. } => "Hmac",
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPix {
    key: String,
    name: String,
    city: String,
    minutes: u32,
    callback_proof: String,
    callback_secret: String,
    hmac_header: String,
}

impl Pix {
    /// A key with which the demo and tests play. No account has it.
    pub fn sample(callback_secret: &str) -> anyhow::Result<Pix> {
        Ok(Pix {
            key: PixKey::parse("7f9c24e8-3b12-4fef-91e0-56a2d5a1c0de")?,
            receiver: Receiver::new("Aurora Digital Ltda.", "Sorocaba")?,
            lasts: 30 * Timestamp::MINUTE,
            callback: Some(PixCallback::Path(callback_secret.to_owned())),
        })
    }
}

/// The receiver, if one is set up. An error names the setting.
pub(super) fn check(written: &WrittenPix) -> anyhow::Result<Option<Pix>> {
    let WrittenPix { key, name, city, minutes, callback_proof, callback_secret, hmac_header } = written;
    if key.is_empty() {
        return Ok(None);
    }
    if !MINUTES.contains(minutes) {
        bail!("pix.minutes must be from {} to {}", MINUTES.start(), MINUTES.end());
    }
    let is_plain = |secret: &str| secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let callback = match (callback_proof.as_str(), callback_secret.as_str()) {
        ("path" | "hmac", "") => None,
        (_, short) if short.len() < SECRET_LEN_MIN => {
            bail!("pix.callback_secret must have at least {SECRET_LEN_MIN} characters")
        }
        ("path", secret) if !is_plain(secret) => {
            bail!("pix.callback_secret stands in an address: letters, digits, - and _ only")
        }
        ("path", secret) => Some(PixCallback::Path(secret.to_owned())),
        ("hmac", secret) => Some(PixCallback::Hmac {
            header: hmac_header.parse().with_context(|| format!("pix.hmac_header: {hmac_header}"))?,
            secret: secret.to_owned(),
        }),
        (other, _) => bail!("pix.callback_proof must be path or hmac, not {other}"),
    };
    Ok(Some(Pix {
        key: PixKey::parse(key).with_context(|| format!("pix.key: {key}"))?,
        receiver: Receiver::new(name, city).context("pix.name and pix.city")?,
        lasts: i64::from(*minutes) * Timestamp::MINUTE,
        callback,
    }))
}
