//! New ids: UUIDv7, drawn here and nowhere else.

/// 128 bits that no other id has, larger for later ones.
pub fn fresh() -> u128 {
    uuid::Uuid::now_v7().as_u128()
}

/// A random text of `bytes` bytes of entropy, in the alphabet of URLs.
pub fn secret_text(bytes: usize) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret_bytes(bytes))
}

/// Random bytes that nobody can guess.
pub fn secret_bytes(len: usize) -> Vec<u8> {
    use rand::RngExt as _;
    let mut bytes = vec![0; len];
    rand::rng().fill(bytes.as_mut_slice());
    bytes
}
