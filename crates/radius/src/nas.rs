//! Which router a packet says it is about, and where in it.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::dictionary::AttributeType;
use crate::error::Error;
use crate::packet::Packet;

/// The NAS (the router that holds sessions) as it names itself. A claim inside the packet: behind proxies and NAT it need not be the
/// address the datagram came from, and it never chooses the secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nas<'a> {
    /// NAS-IP-Address.
    pub ip: Option<Ipv4Addr>,
    /// NAS-IPv6-Address.
    pub ipv6: Option<Ipv6Addr>,
    /// NAS-Identifier.
    pub identifier: Option<Cow<'a, str>>,
    /// NAS-Port.
    pub port: Option<u32>,
    /// NAS-Port-Id.
    pub port_id: Option<Cow<'a, str>>,
}

impl<'a> Nas<'a> {
    /// # Errors
    /// An attribute of a wrong length or with two values; [`Error::NasUnnamed`] when no address and no identifier is there.
    pub(crate) fn read(packet: &Packet<'a>) -> Result<Self, Error> {
        let nas = Self {
            ip: packet.ipv4(AttributeType::NAS_IP_ADDRESS)?,
            ipv6: packet.ipv6(AttributeType::NAS_IPV6_ADDRESS)?,
            identifier: packet.text(AttributeType::NAS_IDENTIFIER)?,
            port: packet.u32(AttributeType::NAS_PORT)?,
            port_id: packet.text(AttributeType::NAS_PORT_ID)?,
        };
        if nas.ip.is_none() && nas.ipv6.is_none() && nas.identifier.is_none() {
            return Err(Error::NasUnnamed);
        }
        Ok(nas)
    }
}
