//! How a password crosses the network: RFC 2865 §5.2. It is hidden from glances only; loopback or a tunnel must do the rest.

use md5::{Digest, Md5};

use crate::authenticator::{Authenticator, Secret};
use crate::error::Error;

/// Longest password, in bytes.
pub const PASSWORD_BYTES_MAX: usize = 128;
const BLOCK_BYTES: usize = 16;

/// The value of User-Password for `password`, under the authenticator of its request.
///
/// # Errors
/// [`Error::PasswordTooLong`].
pub fn hide(password: &[u8], authenticator: &Authenticator, secret: &Secret) -> Result<Vec<u8>, Error> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(Error::PasswordTooLong);
    }
    let mut hidden = password.to_vec();
    // An empty password too takes one block.
    hidden.resize(password.len().max(1).next_multiple_of(BLOCK_BYTES), 0);
    let mut previous = *authenticator;
    for block in hidden.chunks_exact_mut(BLOCK_BYTES) {
        cross(block, &previous, secret);
        previous.copy_from_slice(block);
    }
    Ok(hidden)
}

/// The password in a value of User-Password. Zeroes at its end are padding, so a password cannot end with one.
///
/// # Errors
/// [`Error::BadPassword`]: not 16 to 128 bytes in whole blocks. With a wrong secret the result is noise, not an error.
pub fn reveal(hidden: &[u8], authenticator: &Authenticator, secret: &Secret) -> Result<Vec<u8>, Error> {
    if hidden.is_empty() || hidden.len() > PASSWORD_BYTES_MAX || !hidden.len().is_multiple_of(BLOCK_BYTES) {
        return Err(Error::BadPassword);
    }
    let mut password = hidden.to_vec();
    let mut previous = *authenticator;
    for (block, original) in password.chunks_exact_mut(BLOCK_BYTES).zip(hidden.chunks_exact(BLOCK_BYTES)) {
        cross(block, &previous, secret);
        previous.copy_from_slice(original);
    }
    let end = password.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    password.truncate(end);
    Ok(password)
}

fn cross(block: &mut [u8], previous: &Authenticator, secret: &Secret) {
    let mask = Md5::new().chain_update(secret.bytes()).chain_update(previous).finalize();
    for (byte, mask) in block.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}
