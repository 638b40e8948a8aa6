//! One row of the journal: a batch of decisions, chained to the one before.

use sha2::{Digest, Sha256};

/// SHA-256 over the hash before, the row's place and its body.
pub type Hash = [u8; 32];

/// The hash that stands before the first row.
pub const GENESIS: Hash = [0; 32];

/// A batch as the journal stores it: one row of (position, epoch, hash, body), the hash covering all before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// Place in the journal, from 1, without gaps.
    pub position: u64,
    /// Which ownership of the book wrote it.
    pub epoch: u64,
    /// [`chain_hash`] of the row before and of this one.
    pub hash: Hash,
    /// The encoded decisions.
    pub body: Vec<u8>,
}

/// The hash of a row: SHA-256 of `previous`, position and epoch (eight bytes each, big-endian) and body.
pub fn chain_hash(previous: &Hash, position: u64, epoch: u64, body: &[u8]) -> Hash {
    let mut digest = Sha256::new();
    digest.update(previous);
    digest.update(position.to_be_bytes());
    digest.update(epoch.to_be_bytes());
    digest.update(body);
    digest.finalize().into()
}
