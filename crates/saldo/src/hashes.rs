//! Keyed hashes: what the journal holds instead of names.
//!
//! The key is drawn once per installation. Parts are written with their length before them, so that no two lists of parts are
//! the same bytes.

use book::{CommandKey, KeySpace};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Hashes under one installation's key.
#[derive(Clone)]
pub struct KeyedHashes {
    mac: Hmac<Sha256>,
}

impl KeyedHashes {
    /// Bytes of a key.
    pub const KEY_LEN: usize = 32;

    /// Hashes under `key`.
    pub fn new(key: &[u8; Self::KEY_LEN]) -> KeyedHashes {
        // A key shorter than the hash's block is padded with zeros: so says RFC 2104.
        let mut block = [0; 64];
        block[..Self::KEY_LEN].copy_from_slice(key);
        KeyedHashes { mac: <Hmac<Sha256> as KeyInit>::new(&block.into()) }
    }

    /// 128 bits that stand for these parts within `domain`.
    pub fn hash128(&self, domain: &str, parts: &[&[u8]]) -> u128 {
        let bytes = self.digest(domain, parts);
        let (first, _) = bytes.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        u128::from_be_bytes(*first)
    }

    /// 64 bits that stand for these parts within `domain`.
    pub fn hash64(&self, domain: &str, parts: &[&[u8]]) -> u64 {
        let bytes = self.digest(domain, parts);
        let (first, _) = bytes.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        u64::from_be_bytes(*first)
    }

    /// The key of a command named by `name` within `domain`, saying `body`.
    pub fn command_key(&self, space: KeySpace, domain: &str, name: &[&[u8]], body: &[u8]) -> CommandKey {
        CommandKey { space, key: self.hash128(domain, name), body: self.hash64(domain, &[body]) }
    }

    fn digest(&self, domain: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for part in [domain.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let hashes = KeyedHashes::new(&[7; 32]);
        assert_ne!(hashes.hash128("a", &[b"bc", b"d"]), hashes.hash128("a", &[b"b", b"cd"]));
        assert_ne!(hashes.hash128("ab", &[b"c"]), hashes.hash128("a", &[b"bc"]));
        assert_eq!(hashes.hash128("a", &[b"b"]), hashes.hash128("a", &[b"b"]));
        assert_ne!(hashes.hash128("a", &[b"b"]), KeyedHashes::new(&[8; 32]).hash128("a", &[b"b"]));
    }
}
