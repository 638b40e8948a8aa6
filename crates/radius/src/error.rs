//! Why bytes are not taken for what they claim to be, or cannot be made.

use crate::dictionary::AttributeType;

/// Why a packet is refused. Exhaustive, so that each is counted under its [`Error::code`]; a refused packet is dropped in
/// silence (RFC 2865 §3), never answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Fewer bytes than a header.
    #[error("the packet is shorter than its header of 20 bytes")]
    TooShort,
    /// Its own length is below 20 or above 4096.
    #[error("the packet says it is {0} bytes long; 20 to 4096 are possible")]
    LengthOutOfRange(u16),
    /// Its own length is more than what has arrived.
    #[error("the packet says it is longer than the {0} bytes that arrived")]
    Truncated(usize),
    /// No code that is spoken here.
    #[error("{0} is no code of a packet that is spoken here")]
    UnknownCode(u8),
    /// A code that is spoken here, but does not belong in this place.
    #[error("a packet of code {0} does not belong here")]
    UnexpectedCode(u8),
    /// An attribute's length is below 2: whoever followed it would never come to an end.
    #[error("attribute {0} says it is shorter than its own header")]
    AttributeTooShort(AttributeType),
    /// An attribute goes on past the packet's end, or only half a header is left there.
    #[error("attribute {0} goes past the end of the packet")]
    AttributeOverrun(AttributeType),
    /// More attributes than [`crate::ATTRIBUTES_MAX`].
    #[error("more than 200 attributes")]
    TooManyAttributes,
    /// Made with another secret, or changed on its way.
    #[error("the authenticator does not match the secret")]
    BadAuthenticator,
    /// A response to another request.
    #[error("the answer's identifier is not the request's")]
    IdentifierMismatch,
    /// Message-Authenticator is required here.
    #[error("Message-Authenticator is missing")]
    MessageAuthenticatorMissing,
    /// Message-Authenticator is of the wrong length, there twice, or wrong.
    #[error("Message-Authenticator does not match the secret")]
    BadMessageAuthenticator,
    /// An attribute whose value has another length than its type has.
    #[error("the value of {0} has the wrong length")]
    WrongLength(AttributeType),
    /// An attribute that may be there once is there with two values.
    #[error("{0} is there with two values")]
    Contradiction(AttributeType),
    /// What is needed is not there.
    #[error("{0} is missing")]
    Missing(AttributeType),
    /// What may not be in a packet of this code.
    #[error("{0} may not be in this packet")]
    Forbidden(AttributeType),
    /// None of NAS-IP-Address, NAS-IPv6-Address, NAS-Identifier.
    #[error("the packet names no NAS")]
    NasUnnamed,
    /// A hidden password that is not 16 to 128 bytes in whole blocks.
    #[error("the hidden password is not 16 to 128 bytes in blocks of 16")]
    BadPassword,
    /// A password longer than [`crate::PASSWORD_BYTES_MAX`].
    #[error("the password is longer than 128 bytes")]
    PasswordTooLong,
    /// A value that does not fit into an attribute.
    #[error("the value of {0} is longer than an attribute can hold")]
    ValueTooLong(AttributeType),
    /// A packet that would be longer than [`crate::PACKET_BYTES_MAX`].
    #[error("the packet would be longer than 4096 bytes")]
    PacketTooLong,
    /// A secret of no bytes signs nothing.
    #[error("the secret is empty")]
    EmptySecret,
}

impl Error {
    /// Every code there is, so that each can be counted from zero.
    pub const CODES: [&'static str; 22] = [
        "too_short",
        "length_out_of_range",
        "truncated",
        "unknown_code",
        "unexpected_code",
        "attribute_too_short",
        "attribute_overrun",
        "too_many_attributes",
        "bad_authenticator",
        "identifier_mismatch",
        "message_authenticator_missing",
        "bad_message_authenticator",
        "wrong_length",
        "contradiction",
        "missing",
        "forbidden",
        "nas_unnamed",
        "bad_password",
        "password_too_long",
        "value_too_long",
        "packet_too_long",
        "empty_secret",
    ];

    /// A stable name, for metrics and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::LengthOutOfRange(_) => "length_out_of_range",
            Self::Truncated(_) => "truncated",
            Self::UnknownCode(_) => "unknown_code",
            Self::UnexpectedCode(_) => "unexpected_code",
            Self::AttributeTooShort(_) => "attribute_too_short",
            Self::AttributeOverrun(_) => "attribute_overrun",
            Self::TooManyAttributes => "too_many_attributes",
            Self::BadAuthenticator => "bad_authenticator",
            Self::IdentifierMismatch => "identifier_mismatch",
            Self::MessageAuthenticatorMissing => "message_authenticator_missing",
            Self::BadMessageAuthenticator => "bad_message_authenticator",
            Self::WrongLength(_) => "wrong_length",
            Self::Contradiction(_) => "contradiction",
            Self::Missing(_) => "missing",
            Self::Forbidden(_) => "forbidden",
            Self::NasUnnamed => "nas_unnamed",
            Self::BadPassword => "bad_password",
            Self::PasswordTooLong => "password_too_long",
            Self::ValueTooLong(_) => "value_too_long",
            Self::PacketTooLong => "packet_too_long",
            Self::EmptySecret => "empty_secret",
        }
    }
}
