//! Who wants to come in: the Access-Request, its credentials, and how far it must be protected.
//!
//! The answer is a [`crate::Draft::answering`] with what the line may do; whether it may come in is decided elsewhere.

use std::borrow::Cow;
use std::fmt;

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use crate::authenticator::{MessageAuthenticator, Secret};
use crate::dictionary::AttributeType;
use crate::error::Error;
use crate::nas::Nas;
use crate::packet::{Code, Packet};
use crate::password;

/// An Access-Request, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRequest<'a> {
    /// Who asks.
    pub nas: Nas<'a>,
    /// User-Name: the login of the line.
    pub user_name: Cow<'a, str>,
    /// How the user proves who he is.
    pub credentials: Credentials,
    /// Acct-Session-Id, from routers that know it already.
    pub session_id: Option<Cow<'a, str>>,
    /// Calling-Station-Id: often the MAC address.
    pub calling_station_id: Option<Cow<'a, str>>,
    /// Called-Station-Id.
    pub called_station_id: Option<Cow<'a, str>>,
}

/// How a user proves who he is. Passwords are never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// PAP: the password, in clear.
    Password(Vec<u8>),
    /// CHAP.
    Chap(Chap),
    /// Nothing that is understood here: EAP, MS-CHAP, or no credentials at all.
    Other,
}

/// A CHAP response (RFC 1994): it can be compared with a password that is known in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Chap {
    identifier: u8,
    response: [u8; 16],
    challenge: Vec<u8>,
}

/// What an Access-Request must have so that nobody between can turn the answer over (CVE-2024-3596).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// A Message-Authenticator. For every router that sends one.
    Required,
    /// A Message-Authenticator where there is a Proxy-State, which is what the attack needs. For routers that never send one.
    RequiredWithProxyState,
}

impl<'a> AccessRequest<'a> {
    /// Reads a request that is verified; the secret uncovers its password.
    ///
    /// # Errors
    /// [`Error::UnexpectedCode`], [`Error::NasUnnamed`]; no User-Name: [`Error::Missing`]; a password and a CHAP response at once;
    /// [`Error::BadPassword`]; an attribute of a wrong length or with two values.
    pub fn read(packet: &Packet<'a>, secret: &Secret) -> Result<Self, Error> {
        if packet.code() != Code::AccessRequest {
            return Err(Error::UnexpectedCode(packet.code().number()));
        }
        Ok(Self {
            nas: Nas::read(packet)?,
            user_name: packet
                .text(AttributeType::USER_NAME)?
                .ok_or(Error::Missing(AttributeType::USER_NAME))?,
            credentials: Credentials::read(packet, secret)?,
            session_id: packet.text(AttributeType::ACCT_SESSION_ID)?,
            calling_station_id: packet.text(AttributeType::CALLING_STATION_ID)?,
            called_station_id: packet.text(AttributeType::CALLED_STATION_ID)?,
        })
    }
}

impl Credentials {
    fn read(packet: &Packet<'_>, secret: &Secret) -> Result<Self, Error> {
        let hidden = packet.single(AttributeType::USER_PASSWORD)?;
        let chap = packet.single(AttributeType::CHAP_PASSWORD)?;
        match (hidden, chap) {
            (Some(_), Some(_)) => Err(Error::Contradiction(AttributeType::USER_PASSWORD)),
            (Some(hidden), None) => {
                password::reveal(hidden.value, &packet.authenticator(), secret).map(Self::Password)
            }
            (None, Some(chap)) => {
                let (identifier, response) =
                    chap.value.split_first().ok_or(Error::WrongLength(AttributeType::CHAP_PASSWORD))?;
                let response =
                    response.try_into().map_err(|_| Error::WrongLength(AttributeType::CHAP_PASSWORD))?;
                // Without a challenge of its own the authenticator is it (RFC 2865 §2.2).
                let challenge = packet.single(AttributeType::CHAP_CHALLENGE)?;
                let challenge = challenge.map_or(packet.authenticator().to_vec(), |it| it.value.to_vec());
                Ok(Self::Chap(Chap { identifier: *identifier, response, challenge }))
            }
            (None, None) => Ok(Self::Other),
        }
    }
}

impl Chap {
    /// Whether it was made with `password`.
    #[must_use]
    pub fn is_made_with(&self, password: &[u8]) -> bool {
        let expected =
            Md5::new().chain_update([self.identifier]).chain_update(password).chain_update(&self.challenge);
        expected.finalize().as_slice().ct_eq(&self.response).into()
    }
}

impl Protection {
    /// Whether `packet`, in which verification has `found` a Message-Authenticator or not, is protected enough. One with an
    /// EAP-Message always needs it (RFC 3579 §3.1).
    ///
    /// # Errors
    /// [`Error::MessageAuthenticatorMissing`].
    pub fn check(self, packet: &Packet<'_>, found: MessageAuthenticator) -> Result<(), Error> {
        let has = |kind| packet.all(kind).next().is_some();
        let needed = match self {
            Self::Required => true,
            Self::RequiredWithProxyState => {
                has(AttributeType::PROXY_STATE) || has(AttributeType::EAP_MESSAGE)
            }
        };
        match found {
            MessageAuthenticator::Absent if needed => Err(Error::MessageAuthenticatorMissing),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::Chap(_) => "Chap(…)",
            Self::Other => "Other",
        })
    }
}

impl fmt::Debug for Chap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Chap(…)")
    }
}
