//! Signatures as the Standard Webhooks specification has them: `v1,` and the base 64 of an HMAC-SHA256 over id, time and body, one for
//! each secret that is in force.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use crate::ids;

/// What a secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";
/// Random bytes of a secret; the specification wants 24 to 64.
const SECRET_BYTES: usize = 32;

/// A new secret.
pub fn draw_secret() -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(ids::secret_bytes(SECRET_BYTES)))
}

/// The value of `webhook-signature` for a message that is sent at `seconds` since the epoch; one signature for each secret.
pub fn sign(secrets: &[&str], id: &str, seconds: i64, body: &str) -> String {
    let signatures = secrets.iter().filter_map(|secret| sign_by(secret, id, seconds, body));
    signatures.collect::<Vec<_>>().join(" ")
}

/// `None` for what is no secret.
fn sign_by(secret: &str, id: &str, seconds: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_specifications_own_example() {
        // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
        let (id, seconds) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
        let signature =
            sign(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], id, seconds, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs() {
        let (first, second) = (draw_secret(), draw_secret());
        let both = sign(&[&first, &second], "msg_1", 1, "{}");
        let each = [&first, &second].map(|secret| sign(&[secret], "msg_1", 1, "{}"));
        assert_eq!(both, each.join(" "));
        assert_ne!(each[0], each[1]);
        let bytes = STANDARD.decode(first.strip_prefix(SECRET_PREFIX).expect("its beginning"));
        assert_eq!(bytes.map(|bytes| bytes.len()), Ok(SECRET_BYTES));
    }
}
