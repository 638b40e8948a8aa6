//! Traffic that routers tell apart, in the ways of three vendors: a session of its own that names the service (Juniper's
//! ERX-Service-Session, also of JunosE and MX; Nokia's Alc-Sub-Serv-Activate), or a second pair of counters in the session's own report
//! (CoovaChilli's walled garden, with `uamgardendata`).
//!
//! Numbers are from FreeRADIUS's dictionary.erx, Nokia's RADIUS attributes reference guide, and CoovaChilli's radius_chillispot.h. What
//! cannot be read of them is passed over: the report of the session itself is worth more.

use crate::accounting::Octets;
use crate::dictionary::{AttributeType, Vendor};
use crate::packet::{Attribute, Packet};

/// ERX-Service-Session: the service as it was activated, with its parameters.
pub const ERX_SERVICE_SESSION: AttributeType = AttributeType(83);
/// Alc-Sub-Serv-Activate: the name of the service; several are pieces of one name.
pub const ALC_SUB_SERV_ACTIVATE: AttributeType = AttributeType(151);
/// ChilliSpot-Garden-Input-Octets.
pub const GARDEN_INPUT_OCTETS: AttributeType = AttributeType(80);
/// ChilliSpot-Garden-Output-Octets.
pub const GARDEN_OUTPUT_OCTETS: AttributeType = AttributeType(81);
/// ChilliSpot-Garden-Input-Gigawords.
pub const GARDEN_INPUT_GIGAWORDS: AttributeType = AttributeType(82);
/// ChilliSpot-Garden-Output-Gigawords.
pub const GARDEN_OUTPUT_GIGAWORDS: AttributeType = AttributeType(83);

/// The service that a report is of, as its router names it; none of what is of all of a session.
pub(crate) fn name(packet: &Packet<'_>) -> Option<String> {
    let text = |vendor, kind| {
        let pieces = packet.vendor_attributes(vendor).filter(|attribute| attribute.kind == kind);
        let name: Vec<u8> = pieces.flat_map(|attribute| attribute.value.to_vec()).collect();
        let name = String::from_utf8_lossy(&name).trim().to_owned();
        (!name.is_empty()).then_some(name)
    };
    text(Vendor::JUNIPER_ERX, ERX_SERVICE_SESSION).or_else(|| text(Vendor::NOKIA, ALC_SUB_SERV_ACTIVATE))
}

/// What of the session was in the walled garden: bytes from the subscriber and to him, each as far as it is told.
pub(crate) fn garden(packet: &Packet<'_>) -> [Option<Octets>; 2] {
    let number = |kind| {
        let mut found = packet.vendor_attributes(Vendor::CHILLISPOT).filter(|it| it.kind == kind);
        found.find_map(|attribute: Attribute<'_>| attribute.u32().ok())
    };
    let octets = |low, high| Some(Octets { low: number(low)?, gigawords: number(high) });
    [
        octets(GARDEN_INPUT_OCTETS, GARDEN_INPUT_GIGAWORDS),
        octets(GARDEN_OUTPUT_OCTETS, GARDEN_OUTPUT_GIGAWORDS),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{Code, Draft, Secret};

    type Attribute<'a> = (Vendor, AttributeType, &'a [u8]);

    fn read<T>(attributes: &[Attribute<'_>], read: impl Fn(&Packet<'_>) -> T) -> T {
        let mut draft = Draft::new(Code::AccountingRequest, 1);
        for (vendor, kind, value) in attributes {
            draft.push_vendor(*vendor, *kind, value).unwrap();
        }
        let datagram = draft.sign_request(&Secret::new("segredo").unwrap()).unwrap();
        read(&Packet::parse(&datagram).unwrap())
    }

    #[test]
    fn services_are_named_as_their_routers_name_them() {
        let (erx, nokia) = (Vendor::JUNIPER_ERX, Vendor::NOKIA);
        let long = "x".repeat(240);
        let cases: [(&[Attribute<'_>], Option<&str>); 7] = [
            (&[], None),
            (&[(erx, ERX_SERVICE_SESSION, b"WhatsApp")], Some("WhatsApp")),
            (&[(erx, ERX_SERVICE_SESSION, b"chat(1280000, 5120000)")], Some("chat(1280000, 5120000)")),
            (
                &[(nokia, ALC_SUB_SERV_ACTIVATE, b"Whats"), (nokia, ALC_SUB_SERV_ACTIVATE, b"App")],
                Some("WhatsApp"),
            ),
            (&[(erx, ERX_SERVICE_SESSION, long.as_bytes())], Some(&long)),
            (&[(erx, ERX_SERVICE_SESSION, b" \0\xff ")], Some("\0\u{fffd}")),
            (&[(erx, ALC_SUB_SERV_ACTIVATE, b"x"), (nokia, ERX_SERVICE_SESSION, b"y")], None),
        ];
        for (attributes, expected) in cases {
            assert_eq!(read(attributes, name).as_deref(), expected, "{attributes:?}");
        }
    }

    #[test]
    fn what_is_missing_or_malformed_of_a_garden_is_passed_over() {
        let chilli = Vendor::CHILLISPOT;
        let four: &[u8] = &[0, 0, 0, 4];
        let told = |low, gigawords| Some(Octets { low, gigawords });
        let cases: [(&[Attribute<'_>], [Option<Octets>; 2]); 4] = [
            (&[], [None, None]),
            (&[(chilli, GARDEN_INPUT_OCTETS, four)], [told(4, None), None]),
            (
                &[(chilli, GARDEN_OUTPUT_OCTETS, four), (chilli, GARDEN_OUTPUT_GIGAWORDS, four)],
                [None, told(4, Some(4))],
            ),
            (
                &[(chilli, GARDEN_INPUT_OCTETS, b"x"), (chilli, GARDEN_OUTPUT_GIGAWORDS, b"many")],
                [None, None],
            ),
        ];
        for (attributes, expected) in cases {
            assert_eq!(read(attributes, garden), expected, "{attributes:?}");
        }
    }
}
