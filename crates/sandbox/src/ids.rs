//! Ids that look like Stripe's: a prefix that shows the kind, then random letters and digits.

use rand::RngExt;
use rand::distr::Alphanumeric;

/// A new id: `prefix` and `random_chars` letters and digits.
pub(crate) fn new_id(prefix: &str, random_chars: usize) -> String {
    let random = rand::rng().sample_iter(Alphanumeric).take(random_chars).map(char::from);
    prefix.chars().chain(random).collect()
}
