//! The signature of Stripe's webhooks: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]`.
//!
//! Each `v1` is HMAC-SHA256 over `{t}.{raw body}`. While an endpoint's secret is rolled there are several, and several secrets
//! of ours may be valid, so every pair is compared. Source: docs.stripe.com/webhooks/signature.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How far a signature's time may lie from ours, in seconds, either way.
pub const TOLERANCE_SECONDS: i64 = 300;
/// Most `v1` signatures looked at in one header.
pub const SIGNATURES_MAX: usize = 16;

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No header.
    #[error("the Stripe-Signature header is missing")]
    Missing,
    /// Not `t=…,v1=…`.
    #[error("the Stripe-Signature header is malformed")]
    Malformed,
    /// None of the signatures was made with any of the secrets over this body.
    #[error("no signature in Stripe-Signature matches the body")]
    NoMatch,
    /// Truly signed, but more than [`TOLERANCE_SECONDS`] ago: possibly a replay.
    #[error("the signature is older than {TOLERANCE_SECONDS} seconds")]
    Stale,
    /// Truly signed, but more than [`TOLERANCE_SECONDS`] ahead: one of the clocks is wrong.
    #[error("the signature is more than {TOLERANCE_SECONDS} seconds in the future")]
    FromTheFuture,
}

/// Checks a header against the raw body and returns the time of signing, in seconds since the epoch. `now` is in seconds
/// since the epoch too.
///
/// # Errors
/// See [`SignatureError`]; time is judged only of a signature that matches.
pub fn verify<S: AsRef<str>>(
    header: Option<&str>,
    body: &[u8],
    secrets: &[S],
    now: i64,
) -> Result<i64, SignatureError> {
    let (time_text, signatures) = parse(header.ok_or(SignatureError::Missing)?)?;
    let time: i64 = time_text.parse().map_err(|_| SignatureError::Malformed)?;

    let mut matched = false;
    for secret in secrets {
        let expected = digest(secret.as_ref(), time_text, body);
        for signature in &signatures {
            matched |= bool::from(expected.as_slice().ct_eq(signature));
        }
    }
    if !matched {
        return Err(SignatureError::NoMatch);
    }
    match now.saturating_sub(time) {
        age if age > TOLERANCE_SECONDS => Err(SignatureError::Stale),
        age if age < -TOLERANCE_SECONDS => Err(SignatureError::FromTheFuture),
        _ => Ok(time),
    }
}

/// The header that Stripe would send for `body` at `time` (seconds since the epoch); for the sandbox and for tests.
#[must_use]
pub fn sign(secret: &str, time: i64, body: &[u8]) -> String {
    format!("t={time},v1={}", hex::encode(digest(secret, &time.to_string(), body)))
}

fn parse(header: &str) -> Result<(&str, Vec<Vec<u8>>), SignatureError> {
    let mut time = None;
    let mut signatures = Vec::new();
    for item in header.split(',') {
        match item.trim().split_once('=') {
            Some(("t", text)) if time.is_none() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                time = Some(text);
            }
            Some(("t", _)) | None => return Err(SignatureError::Malformed),
            // A v1 that is not hexadecimal can match nothing; the others still may.
            Some(("v1", text)) => signatures.extend(hex::decode(text)),
            Some(_) => {}
        }
    }
    match time {
        Some(time) if !signatures.is_empty() && signatures.len() <= SIGNATURES_MAX => Ok((time, signatures)),
        _ => Err(SignatureError::Malformed),
    }
}

fn digest(secret: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn check(header: Option<&str>, expected: Result<i64, SignatureError>) {
        assert_eq!(verify(header, BODY, &["whsec_old", "whsec_new"], NOW), expected, "{header:?}");
    }

    #[test]
    fn a_digest_computed_elsewhere_is_the_same() {
        // printf '1800000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_new
        assert_eq!(
            sign("whsec_new", NOW, BODY),
            "t=1800000000,v1=bcd5b8f84c1762e896c564b29f53d2d26064aba6607250fa924f75df06e0f8a4"
        );
    }

    #[test]
    fn headers() {
        let good = sign("whsec_new", NOW, BODY);
        let hex = good.rsplit('=').next().expect("a digest");
        check(Some(&good), Ok(NOW));
        check(Some(&sign("whsec_old", NOW, BODY)), Ok(NOW));
        check(Some(&format!("t={NOW},v0=aa,v1={},v1={hex}", "00".repeat(32))), Ok(NOW));
        check(Some(&format!("t={NOW},v1=zz,v1={hex}")), Ok(NOW));
        check(Some(&format!("v1={hex}, t={NOW}")), Ok(NOW));
        check(None, Err(SignatureError::Missing));
        check(Some(&sign("whsec_other", NOW, BODY)), Err(SignatureError::NoMatch));
        check(Some(&sign("whsec_new", NOW, b"{}")), Err(SignatureError::NoMatch));
        check(Some(&format!("t={NOW},v1={}", &hex[..32])), Err(SignatureError::NoMatch));
        check(Some(&format!("t={},v1={hex}", NOW + 1)), Err(SignatureError::NoMatch));
        for malformed in [
            String::new(),
            "v1=00".into(),
            format!("t={NOW}"),
            format!("t={NOW},v0={hex}"),
            format!("t=x,v1={hex}"),
            format!("t=-5,v1={hex}"),
            format!("t=,v1={hex}"),
            format!("t=1,t=2,v1={hex}"),
            format!("t=99999999999999999999,v1={hex}"),
            "nonsense".into(),
        ] {
            check(Some(&malformed), Err(SignatureError::Malformed));
        }
        assert_eq!(verify(Some(&good), BODY, &[] as &[&str], NOW), Err(SignatureError::NoMatch));
    }

    #[test]
    fn time_is_judged_to_the_second() {
        for (time, expected) in [
            (NOW - 300, Ok(NOW - 300)),
            (NOW - 301, Err(SignatureError::Stale)),
            (NOW + 300, Ok(NOW + 300)),
            (NOW + 301, Err(SignatureError::FromTheFuture)),
        ] {
            check(Some(&sign("whsec_new", time, BODY)), expected);
        }
    }
}
