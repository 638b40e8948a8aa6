//! A packet that is being made.
//!
//! Owns lengths, the place of the Message-Authenticator (first, before anything an attacker may choose: CVE-2024-3596) and the
//! order of signing: Message-Authenticator, then authenticator.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::authenticator::{
    Authenticator, MESSAGE_AUTHENTICATOR_BYTES, Secret, digest, message_authenticator,
};
use crate::dictionary::{AttributeType, Vendor};
use crate::error::Error;
use crate::packet::{Code, Packet};
use crate::{PACKET_BYTES_MAX, PACKET_BYTES_MIN, VALUE_BYTES_MAX};

/// A packet without its signature yet.
#[derive(Debug, Clone)]
pub struct Draft {
    code: Code,
    /// Header and attributes; length and authenticator are entered at the end.
    bytes: Vec<u8>,
    protected: bool,
}

impl Draft {
    /// An empty packet.
    #[must_use]
    pub fn new(code: Code, identifier: u8) -> Self {
        let mut bytes = vec![0; PACKET_BYTES_MIN];
        bytes[0] = code.number();
        bytes[1] = identifier;
        Self { code, bytes, protected: false }
    }

    /// An empty packet that begins with a Message-Authenticator.
    #[must_use]
    pub fn protected(code: Code, identifier: u8) -> Self {
        let mut draft = Self::new(code, identifier);
        draft.bytes.extend([AttributeType::MESSAGE_AUTHENTICATOR.0, 18]);
        draft.bytes.extend([0; MESSAGE_AUTHENTICATOR_BYTES - 2]);
        draft.protected = true;
        draft
    }

    /// An answer to `request`: with its identifier and each Proxy-State, in order (RFC 2865 §5.33). Answers on the access side
    /// begin with a Message-Authenticator.
    ///
    /// # Errors
    /// [`Error::PacketTooLong`] cannot happen for a request that was parsed.
    pub fn answering(request: &Packet<'_>, code: Code) -> Result<Self, Error> {
        let mut draft = match code {
            Code::AccessAccept | Code::AccessReject | Code::AccessChallenge => {
                Self::protected(code, request.identifier())
            }
            _ => Self::new(code, request.identifier()),
        };
        for state in request.all(AttributeType::PROXY_STATE) {
            draft.push(AttributeType::PROXY_STATE, state.value)?;
        }
        Ok(draft)
    }

    /// The same packet under another identifier, as a report that was not answered is sent again.
    #[must_use]
    pub fn with_identifier(mut self, identifier: u8) -> Self {
        self.bytes[1] = identifier;
        self
    }

    /// Adds an attribute.
    ///
    /// # Errors
    /// [`Error::ValueTooLong`] above [`VALUE_BYTES_MAX`], [`Error::PacketTooLong`]; the draft is as before.
    pub fn push(&mut self, kind: AttributeType, value: &[u8]) -> Result<&mut Self, Error> {
        let length = u8::try_from(value.len() + 2).map_err(|_| Error::ValueTooLong(kind))?;
        if self.bytes.len() + usize::from(length) > PACKET_BYTES_MAX {
            return Err(Error::PacketTooLong);
        }
        self.bytes.extend([kind.0, length]);
        self.bytes.extend(value);
        Ok(self)
    }

    /// Adds text.
    ///
    /// # Errors
    /// As [`Draft::push`].
    pub fn push_text(&mut self, kind: AttributeType, text: &str) -> Result<&mut Self, Error> {
        self.push(kind, text.as_bytes())
    }

    /// Adds a number, an enumeration, or seconds since the epoch.
    ///
    /// # Errors
    /// As [`Draft::push`].
    pub fn push_u32(&mut self, kind: AttributeType, number: u32) -> Result<&mut Self, Error> {
        self.push(kind, &number.to_be_bytes())
    }

    /// Adds an IPv4 address.
    ///
    /// # Errors
    /// As [`Draft::push`].
    pub fn push_ipv4(&mut self, kind: AttributeType, address: Ipv4Addr) -> Result<&mut Self, Error> {
        self.push(kind, &address.octets())
    }

    /// Adds an IPv6 address.
    ///
    /// # Errors
    /// As [`Draft::push`].
    pub fn push_ipv6(&mut self, kind: AttributeType, address: Ipv6Addr) -> Result<&mut Self, Error> {
        self.push(kind, &address.octets())
    }

    /// Adds one attribute of a vendor, in a Vendor-Specific of its own as most devices expect it.
    ///
    /// # Errors
    /// As [`Draft::push`]; six bytes less fit.
    pub fn push_vendor(
        &mut self,
        vendor: Vendor,
        kind: AttributeType,
        value: &[u8],
    ) -> Result<&mut Self, Error> {
        let length = u8::try_from(value.len() + 2)
            .ok()
            .filter(|_| value.len() + 6 <= VALUE_BYTES_MAX)
            .ok_or(Error::ValueTooLong(AttributeType::VENDOR_SPECIFIC))?;
        let mut whole = vendor.0.to_be_bytes().to_vec();
        whole.extend([kind.0, length]);
        whole.extend(value);
        self.push(AttributeType::VENDOR_SPECIFIC, &whole)
    }

    /// Signs an accounting, CoA or Disconnect request.
    ///
    /// # Errors
    /// [`Error::UnexpectedCode`] for another.
    pub fn sign_request(self, secret: &Secret) -> Result<Vec<u8>, Error> {
        match self.code {
            Code::AccountingRequest | Code::DisconnectRequest | Code::CoaRequest => {
                Ok(self.signed(&[0; 16], secret))
            }
            other => Err(Error::UnexpectedCode(other.number())),
        }
    }

    /// Signs an Access-Request or Status-Server, whose authenticator is 16 random bytes that never come twice.
    ///
    /// # Errors
    /// [`Error::UnexpectedCode`] for another.
    pub fn sign_random_request(mut self, random: &Authenticator, secret: &Secret) -> Result<Vec<u8>, Error> {
        match self.code {
            Code::AccessRequest | Code::StatusServer => {
                self.enter_message_authenticator(random, secret);
                self.bytes[4..PACKET_BYTES_MIN].copy_from_slice(random);
                Ok(self.bytes)
            }
            other => Err(Error::UnexpectedCode(other.number())),
        }
    }

    /// Signs an answer to `request`.
    ///
    /// # Errors
    /// [`Error::UnexpectedCode`] for a request.
    pub fn sign_response(self, request: &Packet<'_>, secret: &Secret) -> Result<Vec<u8>, Error> {
        match self.code {
            Code::AccessRequest
            | Code::StatusServer
            | Code::AccountingRequest
            | Code::DisconnectRequest
            | Code::CoaRequest => Err(Error::UnexpectedCode(self.code.number())),
            _ => Ok(self.signed(&request.authenticator(), secret)),
        }
    }

    fn signed(mut self, over: &Authenticator, secret: &Secret) -> Vec<u8> {
        self.enter_message_authenticator(over, secret);
        let authenticator = digest(&self.bytes, over, secret);
        self.bytes[4..PACKET_BYTES_MIN].copy_from_slice(&authenticator);
        self.bytes
    }

    fn enter_message_authenticator(&mut self, over: &Authenticator, secret: &Secret) {
        let length = u16::try_from(self.bytes.len()).expect("push keeps a packet within 4096 bytes");
        self.bytes[2..4].copy_from_slice(&length.to_be_bytes());
        if self.protected {
            let place = PACKET_BYTES_MIN + 2;
            let mac = message_authenticator(&self.bytes, place, over, secret);
            self.bytes[place..place + mac.len()].copy_from_slice(&mac);
        }
    }
}
