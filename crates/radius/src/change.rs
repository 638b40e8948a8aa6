//! What a router is told about a running session: change it (CoA) or end it (Disconnect), RFC 5176. Both sides of it.
//!
//! An acknowledgement says that the router has understood, not that the line runs at the new speed: what proves that is
//! a later accounting request. A request is repeated byte by byte (same identifier, authenticator, source port, and the
//! Event-Timestamp of the first time); another content takes a new identifier.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::authenticator::Secret;
use crate::dictionary::{AttributeType, Vendor};
use crate::draft::Draft;
use crate::error::Error;
use crate::mikrotik::{self, RateLimit};
use crate::packet::{Code, Packet};

/// Which session is meant. The more is said, the surer; what is said must all be true of the session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionIdentity<'a> {
    /// User-Name.
    pub user_name: Option<Cow<'a, str>>,
    /// Acct-Session-Id.
    pub session_id: Option<Cow<'a, str>>,
    /// NAS-IP-Address.
    pub nas_ip: Option<Ipv4Addr>,
    /// NAS-IPv6-Address.
    pub nas_ipv6: Option<Ipv6Addr>,
    /// NAS-Identifier.
    pub nas_identifier: Option<Cow<'a, str>>,
    /// Framed-IP-Address; MikroTik's hotspot finds sessions by it.
    pub framed_ip: Option<Ipv4Addr>,
    /// Calling-Station-Id.
    pub calling_station_id: Option<Cow<'a, str>>,
}

/// What is to be different in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<'a> {
    /// Its speed: Mikrotik-Rate-Limit.
    RateLimit(RateLimit),
    /// The router's list of addresses that it belongs to, such as that of a walled garden: Mikrotik-Address-List.
    AddressList(Cow<'a, str>),
    /// The Class that its accounting carries from now on.
    Class(Cow<'a, [u8]>),
    /// How often it is reported, in seconds: Acct-Interim-Interval.
    InterimInterval(u32),
}

/// A CoA- or Disconnect-Request, read as a router reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest<'a> {
    /// Which session.
    pub session: SessionIdentity<'a>,
    /// What is to change; nothing in a Disconnect-Request.
    pub changes: Vec<Change<'a>>,
    /// When it was first sent, in seconds since the epoch.
    pub event_timestamp: Option<u32>,
}

/// What the router answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeAnswer {
    /// Understood.
    Acknowledged,
    /// Not done, perhaps with the reason.
    Refused(Option<ErrorCause>),
}

macro_rules! error_causes {
    ($($cause:ident = $number:literal, $meaning:literal;)*) => {
        /// Why a router does not do it (RFC 5176 §3.5).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCause {
            $(#[doc = $meaning] $cause,)*
            /// Any other, by its number.
            Other(u32),
        }

        impl ErrorCause {
            /// The cause of this number.
            #[must_use]
            pub fn from_number(number: u32) -> Self {
                match number {
                    $($number => Self::$cause,)*
                    other => Self::Other(other),
                }
            }

            /// Its number.
            #[must_use]
            pub fn number(self) -> u32 {
                match self {
                    $(Self::$cause => $number,)*
                    Self::Other(number) => number,
                }
            }
        }
    };
}

error_causes! {
    ResidualSessionContextRemoved = 201, "What was left of the session is gone.";
    InvalidEapPacket = 202, "An EAP packet was ignored.";
    UnsupportedAttribute = 401, "An attribute that the router does not know.";
    MissingAttribute = 402, "Something that the router needs is not there.";
    NasIdentificationMismatch = 403, "It is another router that is meant.";
    InvalidRequest = 404, "The request makes no sense.";
    UnsupportedService = 405, "A Service-Type that is not supported.";
    UnsupportedExtension = 406, "The router does not do this at all.";
    InvalidAttributeValue = 407, "A value that is not possible.";
    AdministrativelyProhibited = 501, "The router may not do this for us.";
    RequestNotRoutable = 502, "A proxy does not know the way.";
    SessionContextNotFound = 503, "There is no such session: what we hold for open is not.";
    SessionContextNotRemovable = 504, "The session is there and cannot be ended.";
    OtherProxyProcessingError = 505, "A proxy failed.";
    ResourcesUnavailable = 506, "The router has not enough resources.";
    RequestInitiated = 507, "The session is being authorized again.";
    MultipleSessionSelectionUnsupported = 508, "More than one session fits.";
}

/// A request to change a session, to be signed by [`Draft::sign_request`]. `event_timestamp` is the time of the first sending, in
/// seconds since the epoch.
///
/// # Errors
/// A text that is too long for an attribute.
pub fn coa(
    identifier: u8,
    session: &SessionIdentity<'_>,
    changes: &[Change<'_>],
    event_timestamp: u32,
) -> Result<Draft, Error> {
    let mut draft = begin(Code::CoaRequest, identifier, session, event_timestamp)?;
    for change in changes {
        match change {
            Change::RateLimit(limit) => {
                let text = limit.to_string();
                draft.push_vendor(Vendor::MIKROTIK, mikrotik::RATE_LIMIT, text.as_bytes())?
            }
            Change::AddressList(name) => {
                draft.push_vendor(Vendor::MIKROTIK, mikrotik::ADDRESS_LIST, name.as_bytes())?
            }
            Change::Class(class) => draft.push(AttributeType::CLASS, class)?,
            Change::InterimInterval(seconds) => {
                draft.push_u32(AttributeType::ACCT_INTERIM_INTERVAL, *seconds)?
            }
        };
    }
    Ok(draft)
}

/// A request to end a session, to be signed by [`Draft::sign_request`]. It says which session and nothing else, because a router must
/// refuse what else it finds.
///
/// # Errors
/// A text that is too long for an attribute.
pub fn disconnect(
    identifier: u8,
    session: &SessionIdentity<'_>,
    event_timestamp: u32,
) -> Result<Draft, Error> {
    begin(Code::DisconnectRequest, identifier, session, event_timestamp)
}

/// The router's answer to a verified request.
///
/// # Errors
/// [`Error::UnexpectedCode`] when `request` is neither CoA nor Disconnect.
pub fn answer(request: &Packet<'_>, answer: ChangeAnswer, secret: &Secret) -> Result<Vec<u8>, Error> {
    let code = match (request.code(), answer) {
        (Code::CoaRequest, ChangeAnswer::Acknowledged) => Code::CoaAck,
        (Code::CoaRequest, ChangeAnswer::Refused(_)) => Code::CoaNak,
        (Code::DisconnectRequest, ChangeAnswer::Acknowledged) => Code::DisconnectAck,
        (Code::DisconnectRequest, ChangeAnswer::Refused(_)) => Code::DisconnectNak,
        (other, _) => return Err(Error::UnexpectedCode(other.number())),
    };
    let mut draft = Draft::answering(request, code)?;
    if let ChangeAnswer::Refused(Some(cause)) = answer {
        draft.push_u32(AttributeType::ERROR_CAUSE, cause.number())?;
    }
    draft.sign_response(request, secret)
}

impl ChangeAnswer {
    /// Reads an answer that is verified.
    ///
    /// # Errors
    /// [`Error::UnexpectedCode`]; an Error-Cause of a wrong length or with two values.
    pub fn read(packet: &Packet<'_>) -> Result<Self, Error> {
        match packet.code() {
            Code::CoaAck | Code::DisconnectAck => Ok(Self::Acknowledged),
            Code::CoaNak | Code::DisconnectNak => {
                let cause = packet.u32(AttributeType::ERROR_CAUSE)?;
                Ok(Self::Refused(cause.map(ErrorCause::from_number)))
            }
            other => Err(Error::UnexpectedCode(other.number())),
        }
    }
}

impl<'a> ChangeRequest<'a> {
    /// Reads a request that is verified; the error is the cause that the router answers. What is not understood is refused as a whole:
    /// half a change would be none that anybody asked for.
    ///
    /// # Errors
    /// [`ErrorCause::UnsupportedAttribute`], also for any change in a Disconnect-Request; [`ErrorCause::InvalidAttributeValue`];
    /// [`ErrorCause::InvalidRequest`] for another packet.
    pub fn read(packet: &Packet<'a>) -> Result<Self, ErrorCause> {
        let may_change = match packet.code() {
            Code::CoaRequest => true,
            Code::DisconnectRequest => false,
            _ => return Err(ErrorCause::InvalidRequest),
        };
        let mut session = SessionIdentity::default();
        let mut changes = Vec::new();
        let mut event_timestamp = None;
        for attribute in packet.attributes() {
            let invalid = |_| ErrorCause::InvalidAttributeValue;
            match attribute.kind {
                AttributeType::USER_NAME => session.user_name = Some(attribute.text()),
                AttributeType::ACCT_SESSION_ID => session.session_id = Some(attribute.text()),
                AttributeType::NAS_IP_ADDRESS => session.nas_ip = Some(attribute.ipv4().map_err(invalid)?),
                AttributeType::NAS_IPV6_ADDRESS => {
                    session.nas_ipv6 = Some(attribute.ipv6().map_err(invalid)?);
                }
                AttributeType::NAS_IDENTIFIER => session.nas_identifier = Some(attribute.text()),
                AttributeType::FRAMED_IP_ADDRESS => {
                    session.framed_ip = Some(attribute.ipv4().map_err(invalid)?);
                }
                AttributeType::CALLING_STATION_ID => session.calling_station_id = Some(attribute.text()),
                AttributeType::EVENT_TIMESTAMP => {
                    event_timestamp = Some(attribute.u32().map_err(invalid)?);
                }
                AttributeType::MESSAGE_AUTHENTICATOR | AttributeType::PROXY_STATE => {}
                AttributeType::CLASS if may_change => {
                    changes.push(Change::Class(Cow::Borrowed(attribute.value)));
                }
                AttributeType::ACCT_INTERIM_INTERVAL if may_change => {
                    changes.push(Change::InterimInterval(attribute.u32().map_err(invalid)?));
                }
                // Read below: one attribute may hold several of the vendor's.
                AttributeType::VENDOR_SPECIFIC
                    if may_change && attribute.value.starts_with(&Vendor::MIKROTIK.0.to_be_bytes()) => {}
                _ => return Err(ErrorCause::UnsupportedAttribute),
            }
        }
        for attribute in packet.vendor_attributes(Vendor::MIKROTIK) {
            changes.push(match attribute.kind {
                mikrotik::RATE_LIMIT => Change::RateLimit(
                    attribute.text().parse().map_err(|_| ErrorCause::InvalidAttributeValue)?,
                ),
                mikrotik::ADDRESS_LIST => Change::AddressList(attribute.text()),
                _ => return Err(ErrorCause::UnsupportedAttribute),
            });
        }
        Ok(Self { session, changes, event_timestamp })
    }
}

/// A request that names its session. It begins with a Message-Authenticator: RFC 5176 leaves that open, strict routers
/// want it.
fn begin(
    code: Code,
    identifier: u8,
    session: &SessionIdentity<'_>,
    event_timestamp: u32,
) -> Result<Draft, Error> {
    let mut draft = Draft::protected(code, identifier);
    for (kind, text) in [
        (AttributeType::USER_NAME, &session.user_name),
        (AttributeType::ACCT_SESSION_ID, &session.session_id),
        (AttributeType::NAS_IDENTIFIER, &session.nas_identifier),
        (AttributeType::CALLING_STATION_ID, &session.calling_station_id),
    ] {
        if let Some(text) = text {
            draft.push_text(kind, text)?;
        }
    }
    if let Some(address) = session.nas_ip {
        draft.push_ipv4(AttributeType::NAS_IP_ADDRESS, address)?;
    }
    if let Some(address) = session.nas_ipv6 {
        draft.push_ipv6(AttributeType::NAS_IPV6_ADDRESS, address)?;
    }
    if let Some(address) = session.framed_ip {
        draft.push_ipv4(AttributeType::FRAMED_IP_ADDRESS, address)?;
    }
    draft.push_u32(AttributeType::EVENT_TIMESTAMP, event_timestamp)?;
    Ok(draft)
}
