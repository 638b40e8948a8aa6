//! A packet as it came: its header, and its attributes one after the other.
//!
//! Owns that whatever arrives is either taken apart wholly or refused, in time bounded by its length. Says nothing about who
//! sent it: that is `authenticator`'s.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::authenticator::Authenticator;
use crate::dictionary::{AttributeType, Vendor};
use crate::error::Error;
use crate::{ATTRIBUTES_MAX, PACKET_BYTES_MAX, PACKET_BYTES_MIN};

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// May this user come in? (RFC 2865)
    AccessRequest = 1,
    /// Yes.
    AccessAccept = 2,
    /// No.
    AccessReject = 3,
    /// What a session has used (RFC 2866).
    AccountingRequest = 4,
    /// It is recorded.
    AccountingResponse = 5,
    /// Say more first.
    AccessChallenge = 11,
    /// Are you alive? (RFC 5997)
    StatusServer = 12,
    /// End this session (RFC 5176).
    DisconnectRequest = 40,
    /// It is ended.
    DisconnectAck = 41,
    /// It is not.
    DisconnectNak = 42,
    /// Change this session.
    CoaRequest = 43,
    /// It is changed.
    CoaAck = 44,
    /// It is not.
    CoaNak = 45,
}

/// A packet whose length and attributes are whole. Its sender is not verified yet.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    code: Code,
    /// From the code to the last attribute, without what may follow in the datagram.
    bytes: &'a [u8],
}

/// One attribute of a packet, or of a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its number: in a vendor's attribute the vendor's own.
    pub kind: AttributeType,
    /// Its value, without the header.
    pub value: &'a [u8],
}

/// The attributes of a packet, in order.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    rest: &'a [u8],
}

/// The attributes of one vendor, in order.
#[derive(Debug, Clone)]
pub struct VendorAttributes<'a> {
    vendor: Vendor,
    inside: Attributes<'a>,
    outside: Attributes<'a>,
}

impl Code {
    /// The code of this number.
    ///
    /// # Errors
    /// [`Error::UnknownCode`].
    pub fn from_number(number: u8) -> Result<Self, Error> {
        Ok(match number {
            1 => Self::AccessRequest,
            2 => Self::AccessAccept,
            3 => Self::AccessReject,
            4 => Self::AccountingRequest,
            5 => Self::AccountingResponse,
            11 => Self::AccessChallenge,
            12 => Self::StatusServer,
            40 => Self::DisconnectRequest,
            41 => Self::DisconnectAck,
            42 => Self::DisconnectNak,
            43 => Self::CoaRequest,
            44 => Self::CoaAck,
            45 => Self::CoaNak,
            _ => return Err(Error::UnknownCode(number)),
        })
    }

    /// Its number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl<'a> Packet<'a> {
    /// Takes a datagram apart. What follows the packet's own length is padding and ignored (RFC 2865 §3).
    ///
    /// # Errors
    /// Too short, truncated, of an impossible length or unknown code; an attribute that does not fit; too many.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Error> {
        let [code, _, high, low, ..] = *datagram else { return Err(Error::TooShort) };
        if datagram.len() < PACKET_BYTES_MIN {
            return Err(Error::TooShort);
        }
        let said = u16::from_be_bytes([high, low]);
        let length = usize::from(said);
        if !(PACKET_BYTES_MIN..=PACKET_BYTES_MAX).contains(&length) {
            return Err(Error::LengthOutOfRange(said));
        }
        let bytes = datagram.get(..length).ok_or(Error::Truncated(datagram.len()))?;
        let code = Code::from_number(code)?;

        let mut rest = &bytes[PACKET_BYTES_MIN..];
        let mut count = 0;
        while let Some((_, after)) = split_attribute(rest)? {
            rest = after;
            count += 1;
            if count > ATTRIBUTES_MAX {
                return Err(Error::TooManyAttributes);
            }
        }
        Ok(Self { code, bytes })
    }

    /// What it is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Ties an answer to its request.
    #[must_use]
    pub fn identifier(&self) -> u8 {
        self.bytes[1]
    }

    /// The 16 bytes after the length.
    #[must_use]
    pub fn authenticator(&self) -> Authenticator {
        let mut authenticator = [0; 16];
        authenticator.copy_from_slice(&self.bytes[4..PACKET_BYTES_MIN]);
        authenticator
    }

    /// The packet without padding.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its attributes, in order.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: &self.bytes[PACKET_BYTES_MIN..] }
    }

    /// The attributes of this vendor. What the vendor has not laid out as RFC 2865 §5.26 recommends is passed over.
    #[must_use]
    pub fn vendor_attributes(&self, vendor: Vendor) -> VendorAttributes<'a> {
        VendorAttributes { vendor, inside: Attributes { rest: &[] }, outside: self.attributes() }
    }

    /// All attributes of one kind, in order.
    pub fn all(&self, kind: AttributeType) -> impl Iterator<Item = Attribute<'a>> {
        self.attributes().filter(move |attribute| attribute.kind == kind)
    }

    /// The attribute of this kind, where one at most makes sense.
    ///
    /// # Errors
    /// It is there with two values: [`Error::Contradiction`]. The same value twice says nothing else than once.
    pub fn single(&self, kind: AttributeType) -> Result<Option<Attribute<'a>>, Error> {
        let mut found = self.all(kind);
        let first = found.next();
        if found.any(|other| Some(other) != first) {
            return Err(Error::Contradiction(kind));
        }
        Ok(first)
    }

    /// The number in an attribute; none when it is not there.
    ///
    /// # Errors
    /// As [`Packet::single`] and [`Attribute::u32`].
    pub fn u32(&self, kind: AttributeType) -> Result<Option<u32>, Error> {
        self.single(kind)?.map(|attribute| attribute.u32()).transpose()
    }

    /// The text in an attribute; none when it is not there or empty, which RFC 2865 §5 does not let it be.
    ///
    /// # Errors
    /// As [`Packet::single`].
    pub fn text(&self, kind: AttributeType) -> Result<Option<Cow<'a, str>>, Error> {
        Ok(self
            .single(kind)?
            .filter(|attribute| !attribute.value.is_empty())
            .map(|attribute| attribute.text()))
    }

    /// The address in an attribute; none when it is not there.
    ///
    /// # Errors
    /// As [`Packet::single`] and [`Attribute::ipv4`].
    pub fn ipv4(&self, kind: AttributeType) -> Result<Option<Ipv4Addr>, Error> {
        self.single(kind)?.map(|attribute| attribute.ipv4()).transpose()
    }

    /// The address in an attribute; none when it is not there.
    ///
    /// # Errors
    /// As [`Packet::single`] and [`Attribute::ipv6`].
    pub fn ipv6(&self, kind: AttributeType) -> Result<Option<Ipv6Addr>, Error> {
        self.single(kind)?.map(|attribute| attribute.ipv6()).transpose()
    }
}

impl<'a> Attribute<'a> {
    /// A number, an enumeration, or seconds since the epoch.
    ///
    /// # Errors
    /// The value is not four bytes long.
    pub fn u32(&self) -> Result<u32, Error> {
        self.fixed().map(u32::from_be_bytes)
    }

    /// An IPv4 address.
    ///
    /// # Errors
    /// The value is not four bytes long.
    pub fn ipv4(&self) -> Result<Ipv4Addr, Error> {
        self.fixed::<4>().map(Ipv4Addr::from)
    }

    /// An IPv6 address.
    ///
    /// # Errors
    /// The value is not sixteen bytes long.
    pub fn ipv6(&self) -> Result<Ipv6Addr, Error> {
        self.fixed::<16>().map(Ipv6Addr::from)
    }

    /// An IPv6 prefix and its length in bits (RFC 3162 §2.3).
    ///
    /// # Errors
    /// The value is not 2 to 18 bytes long, or does not hold as many bits as it says.
    pub fn ipv6_prefix(&self) -> Result<(Ipv6Addr, u8), Error> {
        let [_reserved, bits, prefix @ ..] = self.value else { return Err(Error::WrongLength(self.kind)) };
        let mut octets = [0; 16];
        match octets.get_mut(..prefix.len()) {
            Some(place) if *bits <= 128 && usize::from(*bits).div_ceil(8) <= prefix.len() => {
                place.copy_from_slice(prefix);
            }
            _ => return Err(Error::WrongLength(self.kind)),
        }
        Ok((Ipv6Addr::from(octets), *bits))
    }

    /// Text in UTF-8 as the RFCs want it, or in Latin-1 as older routers send it: no packet is lost over an accent.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        match std::str::from_utf8(self.value) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.value.iter().copied().map(char::from).collect()),
        }
    }

    fn fixed<const BYTES: usize>(&self) -> Result<[u8; BYTES], Error> {
        self.value.try_into().map_err(|_| Error::WrongLength(self.kind))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        // A packet's attributes are whole; a vendor's may not be, and end where they stop making sense.
        let (attribute, rest) = split_attribute(self.rest).ok().flatten()?;
        self.rest = rest;
        Some(attribute)
    }
}

impl<'a> Iterator for VendorAttributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        loop {
            if let Some(attribute) = self.inside.next() {
                return Some(attribute);
            }
            let outer = self.outside.find(|attribute| attribute.kind == AttributeType::VENDOR_SPECIFIC)?;
            if let Some((vendor, rest)) = outer.value.split_first_chunk() {
                let rest = if u32::from_be_bytes(*vendor) == self.vendor.0 { rest } else { &[] };
                self.inside = Attributes { rest };
            }
        }
    }
}

/// The first attribute and what follows it; none at the end.
fn split_attribute(bytes: &[u8]) -> Result<Option<(Attribute<'_>, &[u8])>, Error> {
    let Some((&number, after)) = bytes.split_first() else { return Ok(None) };
    let kind = AttributeType(number);
    let length = usize::from(*after.first().ok_or(Error::AttributeOverrun(kind))?);
    if length < 2 {
        return Err(Error::AttributeTooShort(kind));
    }
    let (attribute, rest) = bytes.split_at_checked(length).ok_or(Error::AttributeOverrun(kind))?;
    Ok(Some((Attribute { kind, value: &attribute[2..] }, rest)))
}
