//! MikroTik's attributes: the speed of a line, lists of addresses, limits of bytes.
//!
//! Their numbers are from FreeRADIUS's dictionary.mikrotik, the meaning of a rate limit from RouterOS's manual.

use std::fmt;
use std::str::FromStr;

use crate::dictionary::{AttributeType, Vendor};
use crate::draft::Draft;
use crate::error::Error;

/// Mikrotik-Recv-Limit: bytes that a session may receive *from* the client, lower 32 bits.
pub const RECV_LIMIT: AttributeType = AttributeType(1);
/// Mikrotik-Xmit-Limit: bytes that a session may send *to* the client, lower 32 bits.
pub const XMIT_LIMIT: AttributeType = AttributeType(2);
/// Mikrotik-Group.
pub const GROUP: AttributeType = AttributeType(3);
/// Mikrotik-Rate-Limit: see [`RateLimit`].
pub const RATE_LIMIT: AttributeType = AttributeType(8);
/// Mikrotik-Realm.
pub const REALM: AttributeType = AttributeType(9);
/// Mikrotik-Host-IP.
pub const HOST_IP: AttributeType = AttributeType(10);
/// Mikrotik-Recv-Limit-Gigawords.
pub const RECV_LIMIT_GIGAWORDS: AttributeType = AttributeType(14);
/// Mikrotik-Xmit-Limit-Gigawords.
pub const XMIT_LIMIT_GIGAWORDS: AttributeType = AttributeType(15);
/// Mikrotik-Total-Limit: bytes both ways, lower 32 bits.
pub const TOTAL_LIMIT: AttributeType = AttributeType(17);
/// Mikrotik-Total-Limit-Gigawords.
pub const TOTAL_LIMIT_GIGAWORDS: AttributeType = AttributeType(18);
/// Mikrotik-Address-List.
pub const ADDRESS_LIST: AttributeType = AttributeType(19);
/// Mikrotik-Delegated-IPv6-Pool.
pub const DELEGATED_IPV6_POOL: AttributeType = AttributeType(22);

/// Longest text of a rate limit that is read, in bytes.
pub const RATE_LIMIT_BYTES_MAX: usize = 200;
/// What RouterOS takes when no burst time is given, in seconds.
const BURST_SECONDS: u64 = 1;
/// What RouterOS takes when no priority is given: the lowest.
const PRIORITY: u8 = 8;

/// Upwards and downwards, seen from the subscriber. The router's *rx* is his upload, its *tx* his download.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Both {
    /// From the subscriber.
    pub upload: u64,
    /// To the subscriber.
    pub download: u64,
}

/// The speed of a line, as `rx[/tx] [burst [threshold [time [priority [least]]]]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RateLimit {
    /// In bits per second; zero is no limit.
    pub rates: Both,
    /// Faster for a moment.
    pub burst: Option<Burst>,
    /// 1 (highest) to 8.
    pub priority: Option<u8>,
    /// What is kept for the line when others want more, in bits per second.
    pub least: Option<Both>,
}

/// How long and how much faster a line may be that was idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Burst {
    /// In bits per second.
    pub rates: Both,
    /// The average above which no burst is given, in bits per second.
    pub threshold: Both,
    /// Over which the average is taken, in seconds.
    pub seconds: Both,
}

/// A text is no rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate limit is written like 10M/20M, or 10M/20M 15M/30M 8M/16M 10/10 8 1M/2M")]
pub struct NotARateLimit;

impl RateLimit {
    /// A steady speed, in bits per second.
    #[must_use]
    pub fn steady(upload: u64, download: u64) -> Self {
        Self { rates: Both { upload, download }, burst: None, priority: None, least: None }
    }
}

/// Adds the limit of bytes both ways. Its upper half is always said, because a limit of 4 GiB without it is one of zero.
///
/// # Errors
/// As [`Draft::push`].
pub fn push_total_limit(draft: &mut Draft, bytes: u64) -> Result<(), Error> {
    let [low, high] = [bytes & 0xffff_ffff, bytes >> 32];
    for (kind, half) in [(TOTAL_LIMIT, low), (TOTAL_LIMIT_GIGAWORDS, high)] {
        draft.push_vendor(Vendor::MIKROTIK, kind, &half.to_be_bytes()[4..])?;
    }
    Ok(())
}

impl FromStr for RateLimit {
    type Err = NotARateLimit;

    fn from_str(text: &str) -> Result<Self, NotARateLimit> {
        if text.len() > RATE_LIMIT_BYTES_MAX {
            return Err(NotARateLimit);
        }
        let mut parts = text.split_ascii_whitespace();
        let rates = both(parts.next().ok_or(NotARateLimit)?, rate)?;
        let burst_rates = parts.next().map(|part| both(part, rate)).transpose()?;
        let threshold = parts.next().map(|part| both(part, rate)).transpose()?;
        let seconds = parts.next().map(|part| both(part, whole)).transpose()?;
        let priority = parts.next().map(priority).transpose()?;
        let least = parts.next().map(|part| both(part, rate)).transpose()?;
        if parts.next().is_some() {
            return Err(NotARateLimit);
        }
        // A burst of nothing only keeps the place for what follows it.
        let burst = burst_rates.filter(|burst| burst.upload != 0 || burst.download != 0).map(|burst| Burst {
            rates: burst,
            threshold: threshold.unwrap_or(rates),
            seconds: seconds.unwrap_or(Both { upload: BURST_SECONDS, download: BURST_SECONDS }),
        });
        Ok(Self { rates, burst, priority, least })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_rates(formatter, self.rates)?;
        if let Some(Burst { rates, threshold, seconds }) = self.burst {
            for rates in [rates, threshold] {
                formatter.write_str(" ")?;
                write_rates(formatter, rates)?;
            }
            write!(formatter, " {}/{}", seconds.upload, seconds.download)?;
        } else if self.priority.is_some() || self.least.is_some() {
            formatter.write_str(" 0/0 0/0 0/0")?;
        }
        if self.priority.is_some() || self.least.is_some() {
            write!(formatter, " {}", self.priority.unwrap_or(PRIORITY))?;
        }
        if let Some(least) = self.least {
            formatter.write_str(" ")?;
            write_rates(formatter, least)?;
        }
        Ok(())
    }
}

/// `rx/tx`, or one for both.
fn both(text: &str, read: fn(&str) -> Result<u64, NotARateLimit>) -> Result<Both, NotARateLimit> {
    let (rx, tx) = text.split_once('/').unwrap_or((text, text));
    Ok(Both { upload: read(rx)?, download: read(tx)? })
}

/// `64k`, `10M`, `1G` or bits per second.
fn rate(text: &str) -> Result<u64, NotARateLimit> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1_000),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 1_000_000),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    whole(digits)?.checked_mul(unit).ok_or(NotARateLimit)
}

fn priority(text: &str) -> Result<u8, NotARateLimit> {
    u8::try_from(whole(text)?).ok().filter(|priority| (1..=8).contains(priority)).ok_or(NotARateLimit)
}

/// Digits alone: no sign.
fn whole(text: &str) -> Result<u64, NotARateLimit> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits { text.parse().map_err(|_| NotARateLimit) } else { Err(NotARateLimit) }
}

fn write_rates(formatter: &mut fmt::Formatter<'_>, rates: Both) -> fmt::Result {
    write_rate(formatter, rates.upload)?;
    formatter.write_str("/")?;
    write_rate(formatter, rates.download)
}

/// In the largest unit that says it exactly.
fn write_rate(formatter: &mut fmt::Formatter<'_>, bits: u64) -> fmt::Result {
    match bits {
        0 => formatter.write_str("0"),
        bits if bits.is_multiple_of(1_000_000) => write!(formatter, "{}M", bits / 1_000_000),
        bits if bits.is_multiple_of(1_000) => write!(formatter, "{}k", bits / 1_000),
        bits => write!(formatter, "{bits}"),
    }
}
