//! When a call to Stripe is repeated, and after how long; the rule of Stripe's own clients.
//!
//! Pure: the caller sleeps, counts attempts and draws the jitter. A repeated POST must carry the same idempotency key.

/// Attempts in all, the first included; after these the call has failed.
pub const ATTEMPTS_MAX: u32 = 4;
/// Pause before the first repetition, in milliseconds; doubled each time.
pub const PAUSE_FIRST_MS: u64 = 500;
/// Longest pause of our own choosing, in milliseconds.
pub const PAUSE_MAX_MS: u64 = 5_000;
/// Longest `Retry-After` that is obeyed, in seconds; a longer one is left to a later run.
pub const RETRY_AFTER_MAX_SECONDS: u64 = 60;

/// Longest time that all pauses of one call take together, in seconds.
pub const PAUSES_SECONDS_MAX: u64 = {
    let own = PAUSE_MAX_MS.div_ceil(1_000);
    let longest = if own > RETRY_AFTER_MAX_SECONDS { own } else { RETRY_AFTER_MAX_SECONDS };
    longest * (ATTEMPTS_MAX as u64 - 1)
};

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// No answer: connection refused, reset, or timed out.
    NoAnswer,
    /// An answer that is not a success.
    Answer {
        /// HTTP status.
        status: u16,
        /// The header `Stripe-Should-Retry`.
        should_retry: Option<&'a str>,
        /// The header `Retry-After`, in seconds.
        retry_after: Option<&'a str>,
    },
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Repeat the same call after this pause.
    Retry {
        /// Milliseconds to wait.
        after_ms: u64,
    },
    /// Hand the outcome to whoever asked.
    GiveUp,
}

/// Decides after attempt number `attempt` (the first is 1). `jitter_permille` (0 to 1,000) shortens the pause by up to
/// half, so that many callers do not come back in step.
#[must_use]
pub fn after(outcome: Outcome<'_>, attempt: u32, jitter_permille: u16) -> Verdict {
    if attempt >= ATTEMPTS_MAX || !may_succeed_later(outcome) {
        return Verdict::GiveUp;
    }
    let doublings = attempt.saturating_sub(1).min(16);
    let whole = (PAUSE_FIRST_MS << doublings).min(PAUSE_MAX_MS);
    let pause = whole - whole * u64::from(jitter_permille.min(1_000)) / 2_000;
    let asked_ms = match outcome {
        Outcome::Answer { retry_after: Some(text), .. } => {
            text.trim().parse::<u64>().unwrap_or(0).saturating_mul(1_000)
        }
        _ => 0,
    };
    if asked_ms > RETRY_AFTER_MAX_SECONDS * 1_000 {
        return Verdict::GiveUp;
    }
    Verdict::Retry { after_ms: pause.max(asked_ms) }
}

fn may_succeed_later(outcome: Outcome<'_>) -> bool {
    match outcome {
        Outcome::NoAnswer => true,
        // The same request can never get another answer, whatever a header says.
        Outcome::Answer { status: 400 | 402 | 404, .. } => false,
        Outcome::Answer { should_retry: Some("true"), .. } => true,
        Outcome::Answer { should_retry: Some("false"), .. } => false,
        Outcome::Answer { status, .. } => status == 409 || status == 429 || status >= 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        status: u16,
        should_retry: Option<&str>,
        retry_after: Option<&str>,
        attempt: u32,
        expected: Option<u64>,
    ) {
        let verdict = after(Outcome::Answer { status, should_retry, retry_after }, attempt, 0);
        let expected = expected.map_or(Verdict::GiveUp, |after_ms| Verdict::Retry { after_ms });
        assert_eq!(verdict, expected, "{status} {should_retry:?} {retry_after:?} attempt {attempt}");
    }

    #[test]
    fn answers() {
        for status in [400, 401, 402, 403, 404, 422] {
            check(status, None, None, 1, None);
        }
        for status in [409, 429, 500, 502, 503, 504] {
            check(status, None, None, 1, Some(500));
        }
        check(500, Some("false"), None, 1, None);
        check(401, Some("true"), None, 1, Some(500));
        check(400, Some("true"), None, 1, None);
        check(402, Some("true"), None, 1, None);
        check(404, Some("true"), None, 1, None);
        check(503, None, None, 2, Some(1_000));
        check(503, None, None, 3, Some(2_000));
        check(503, None, None, 4, None);
        check(429, None, Some("7"), 1, Some(7_000));
        check(429, None, Some("0"), 2, Some(1_000));
        check(429, None, Some("soon"), 1, Some(500));
        check(429, None, Some("61"), 1, None);
        check(429, None, Some("99999999999999999999"), 1, Some(500));
    }

    #[test]
    fn silence_is_repeated_and_jitter_only_shortens() {
        assert_eq!(after(Outcome::NoAnswer, 1, 0), Verdict::Retry { after_ms: 500 });
        assert_eq!(after(Outcome::NoAnswer, 1, 500), Verdict::Retry { after_ms: 375 });
        assert_eq!(after(Outcome::NoAnswer, 1, 60_000), Verdict::Retry { after_ms: 250 });
        assert_eq!(after(Outcome::NoAnswer, ATTEMPTS_MAX, 0), Verdict::GiveUp);
    }

    #[test]
    fn no_call_pauses_longer_than_is_said() {
        let slowest = Outcome::Answer { status: 503, should_retry: None, retry_after: Some("60") };
        for outcome in [slowest, Outcome::NoAnswer] {
            let pauses = (1..=ATTEMPTS_MAX + 1).filter_map(|attempt| match after(outcome, attempt, 0) {
                Verdict::Retry { after_ms } => Some(after_ms),
                Verdict::GiveUp => None,
            });
            assert!(pauses.sum::<u64>() <= PAUSES_SECONDS_MAX * 1_000, "{outcome:?}");
        }
    }
}
