//! RADIUS as bytes and values: packets, attributes, authenticators, and what routers say and are told with them.
//!
//! Owns the formats of RFC 2865, 2866, 2869, 3162, 5176 and 5997 as far as they are used here, and MikroTik's attributes. It opens
//! no socket, reads no clock and draws no randomness: an identifier, a random authenticator, an instant come in as arguments.
//! It knows nothing of credit: which secret belongs to which address, what is a repetition, what a counter means for
//! somebody's balance, is decided elsewhere.
//!
//! Bytes from the network go through [`Packet::parse`], then [`verify_request`] or [`verify_response`], and only then are read:
//! [`AccountingRequest`], [`AccessRequest`], [`ChangeRequest`], [`ChangeAnswer`]. What is to be sent is made of a [`Draft`].

mod access;
mod accounting;
pub mod apart;
mod authenticator;
mod change;
mod dictionary;
mod draft;
mod error;
pub mod mikrotik;
mod nas;
mod packet;
mod password;
mod status;

pub use access::{AccessRequest, Chap, Credentials, Protection};
pub use accounting::{
    AccountingRequest, AccountingStatus, EVENT_AHEAD_MAX_SECONDS, EVENT_BEHIND_MAX_SECONDS, Octets,
    TerminateCause, lasting_attributes,
};
pub use authenticator::{Authenticator, MessageAuthenticator, Secret, verify_request, verify_response};
pub use change::{Change, ChangeAnswer, ChangeRequest, ErrorCause, SessionIdentity, answer, coa, disconnect};
pub use dictionary::{AttributeType, Vendor};
pub use draft::Draft;
pub use error::Error;
pub use nas::Nas;
pub use packet::{Attribute, Attributes, Code, Packet, VendorAttributes};
pub use password::{PASSWORD_BYTES_MAX, hide, reveal};
pub use status::{StatusPort, answer_status_server, status_server};

/// The port of authentication and authorization.
pub const ACCESS_PORT: u16 = 1812;
/// The port of accounting.
pub const ACCOUNTING_PORT: u16 = 1813;
/// The port on which routers take CoA and Disconnect, unless set otherwise there.
pub const CHANGE_PORT: u16 = 3799;
/// Shortest packet, in bytes: its header.
pub const PACKET_BYTES_MIN: usize = 20;
/// Longest packet, in bytes (RFC 2865 §3).
pub const PACKET_BYTES_MAX: usize = 4_096;
/// Most attributes in one packet. RFC 2865 sets no limit; FreeRADIUS ships with the same one.
pub const ATTRIBUTES_MAX: usize = 200;
/// Longest value of an attribute, in bytes.
pub const VALUE_BYTES_MAX: usize = 253;
