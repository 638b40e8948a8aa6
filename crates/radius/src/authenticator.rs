//! Who sent a packet: the authenticators of RFC 2865 and 2866 and the Message-Authenticator of RFC 3579, made and verified.
//!
//! All of them prove knowledge of a secret that both sides share. Which secret that is follows from the address a datagram came
//! from, never from what it says; finding it is the caller's. Comparisons take the same time whatever differs.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use crate::PACKET_BYTES_MIN;
use crate::dictionary::AttributeType;
use crate::error::Error;
use crate::packet::{Code, Packet};

/// The 16 bytes that stand in every header.
pub type Authenticator = [u8; 16];

/// What takes the authenticator's place while that of an accounting, CoA or Disconnect request is computed.
const ZEROES: Authenticator = [0; 16];
/// Type, length and digest of a Message-Authenticator, in bytes.
pub(crate) const MESSAGE_AUTHENTICATOR_BYTES: usize = 18;

/// What a router and we both know. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Whether a packet that is verified had a Message-Authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageAuthenticator {
    /// There, and right.
    Valid,
    /// Not there.
    Absent,
}

impl Secret {
    /// A secret of these bytes.
    ///
    /// # Errors
    /// [`Error::EmptySecret`]: anybody could sign with it.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let bytes = bytes.into();
        if bytes.is_empty() { Err(Error::EmptySecret) } else { Ok(Self(bytes)) }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Verifies a request, and tells whether it had a Message-Authenticator.
///
/// An accounting, CoA or Disconnect request is signed by its authenticator. An Access-Request is signed by its
/// Message-Authenticator alone: without one nothing is proven, see [`crate::Protection`]. Status-Server must have one.
///
/// # Errors
/// [`Error::BadAuthenticator`], [`Error::BadMessageAuthenticator`], [`Error::MessageAuthenticatorMissing`];
/// [`Error::UnexpectedCode`] for what is no request.
pub fn verify_request(packet: &Packet<'_>, secret: &Secret) -> Result<MessageAuthenticator, Error> {
    match packet.code() {
        Code::AccountingRequest | Code::DisconnectRequest | Code::CoaRequest => {
            let expected = digest(packet.bytes(), &ZEROES, secret);
            if !bool::from(expected.ct_eq(&packet.authenticator())) {
                return Err(Error::BadAuthenticator);
            }
            verify_message_authenticator(packet, &ZEROES, secret)
        }
        Code::AccessRequest => verify_message_authenticator(packet, &packet.authenticator(), secret),
        Code::StatusServer => match verify_message_authenticator(packet, &packet.authenticator(), secret)? {
            MessageAuthenticator::Absent => Err(Error::MessageAuthenticatorMissing),
            MessageAuthenticator::Valid => Ok(MessageAuthenticator::Valid),
        },
        other => Err(Error::UnexpectedCode(other.number())),
    }
}

/// Verifies an answer to `request`, and tells whether it had a Message-Authenticator.
///
/// # Errors
/// [`Error::UnexpectedCode`] when it does not answer such a request, [`Error::IdentifierMismatch`],
/// [`Error::BadAuthenticator`], [`Error::BadMessageAuthenticator`].
pub fn verify_response(
    response: &Packet<'_>,
    request: &Packet<'_>,
    secret: &Secret,
) -> Result<MessageAuthenticator, Error> {
    if !answers(response.code(), request.code()) {
        return Err(Error::UnexpectedCode(response.code().number()));
    }
    if response.identifier() != request.identifier() {
        return Err(Error::IdentifierMismatch);
    }
    let expected = digest(response.bytes(), &request.authenticator(), secret);
    if !bool::from(expected.ct_eq(&response.authenticator())) {
        return Err(Error::BadAuthenticator);
    }
    // RFC 5176 §3.4: the answers to CoA and Disconnect too are computed over the request's authenticator.
    verify_message_authenticator(response, &request.authenticator(), secret)
}

/// MD5 over the packet with `authenticator` in its place, then the secret. `bytes` begin with a whole header.
pub(crate) fn digest(bytes: &[u8], authenticator: &Authenticator, secret: &Secret) -> Authenticator {
    let hash = Md5::new()
        .chain_update(&bytes[..4])
        .chain_update(authenticator)
        .chain_update(&bytes[PACKET_BYTES_MIN..])
        .chain_update(secret.bytes());
    hash.finalize().into()
}

/// HMAC-MD5 over the packet with `authenticator` in its place and zeroes for the 16 bytes of the Message-Authenticator,
/// which begin at `place`.
pub(crate) fn message_authenticator(
    bytes: &[u8],
    place: usize,
    authenticator: &Authenticator,
    secret: &Secret,
) -> Authenticator {
    let mut mac = Hmac::<Md5>::new_from_slice(secret.bytes()).expect("HMAC takes a key of any length");
    mac.update(&bytes[..4]);
    mac.update(authenticator);
    mac.update(&bytes[PACKET_BYTES_MIN..place]);
    mac.update(&ZEROES);
    mac.update(&bytes[place + ZEROES.len()..]);
    mac.finalize().into_bytes().into()
}

fn verify_message_authenticator(
    packet: &Packet<'_>,
    authenticator: &Authenticator,
    secret: &Secret,
) -> Result<MessageAuthenticator, Error> {
    let mut place = PACKET_BYTES_MIN;
    let mut found = None;
    for attribute in packet.attributes() {
        if attribute.kind == AttributeType::MESSAGE_AUTHENTICATOR {
            let value =
                Authenticator::try_from(attribute.value).map_err(|_| Error::BadMessageAuthenticator)?;
            if found.replace((place + 2, value)).is_some() {
                return Err(Error::BadMessageAuthenticator); // with two, each would be computed without the other
            }
        }
        place += 2 + attribute.value.len();
    }
    let Some((place, value)) = found else { return Ok(MessageAuthenticator::Absent) };
    let expected = message_authenticator(packet.bytes(), place, authenticator, secret);
    if bool::from(expected.ct_eq(&value)) {
        Ok(MessageAuthenticator::Valid)
    } else {
        Err(Error::BadMessageAuthenticator)
    }
}

/// Whether a packet of code `response` answers one of code `request`.
fn answers(response: Code, request: Code) -> bool {
    match request {
        Code::AccessRequest => {
            matches!(response, Code::AccessAccept | Code::AccessReject | Code::AccessChallenge)
        }
        Code::AccountingRequest => response == Code::AccountingResponse,
        Code::StatusServer => matches!(response, Code::AccessAccept | Code::AccountingResponse),
        Code::DisconnectRequest => matches!(response, Code::DisconnectAck | Code::DisconnectNak),
        Code::CoaRequest => matches!(response, Code::CoaAck | Code::CoaNak),
        _ => false,
    }
}
