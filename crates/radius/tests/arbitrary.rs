//! Whatever arrives: no panic, no endless loop, and nothing that is believed without the secret.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::collection::vec;
use proptest::prelude::*;
use radius::mikrotik::RateLimit;
use radius::{
    ATTRIBUTES_MAX, AccessRequest, AccountingRequest, AttributeType, ChangeAnswer, ChangeRequest, Code,
    Draft, Error, Packet, Secret, StatusPort, Vendor, answer_status_server, hide, reveal, verify_request,
    verify_response,
};

fn secret() -> Secret {
    Secret::new("segredo").unwrap()
}

/// Reads `datagram` in every way there is.
fn read_everything(datagram: &[u8]) -> Result<(), Error> {
    let packet = Packet::parse(datagram)?;
    assert!(packet.attributes().count() <= ATTRIBUTES_MAX);
    let inside: usize = packet.attributes().map(|attribute| attribute.value.len() + 2).sum();
    assert_eq!(inside + 20, packet.bytes().len(), "every byte belongs to one attribute");
    assert!(packet.vendor_attributes(Vendor::MIKROTIK).count() <= packet.bytes().len());
    for attribute in packet.attributes() {
        let _ =
            (attribute.text(), attribute.u32(), attribute.ipv4(), attribute.ipv6(), attribute.ipv6_prefix());
    }
    let _ = (verify_request(&packet, &secret()), verify_response(&packet, &packet, &secret()));
    let _ = (AccountingRequest::read(&packet), AccessRequest::read(&packet, &secret()));
    let _ = (ChangeRequest::read(&packet), ChangeAnswer::read(&packet));
    let _ = answer_status_server(&packet, StatusPort::Access, &secret());
    Ok(())
}

/// Attributes as they may stand in a packet, whatever they say.
fn attributes() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    let kind = prop_oneof![1u8..=60, Just(80), Just(26), Just(97), Just(101), any::<u8>()];
    let value = prop_oneof![vec(any::<u8>(), 0..20), vec(any::<u8>(), 4..=4), vec(any::<u8>(), 16..=16)];
    vec((kind, value), 0..30)
}

fn draft(code: Code, attributes: &[(u8, Vec<u8>)]) -> Draft {
    let mut draft = Draft::new(code, 1);
    for (kind, value) in attributes {
        draft.push(AttributeType(*kind), value).unwrap();
    }
    draft
}

proptest! {
    #[test]
    fn random_bytes(datagram in vec(any::<u8>(), 0..600)) {
        let _ = read_everything(&datagram);
    }

    #[test]
    fn random_attributes_behind_a_good_header(
        code in prop_oneof![Just(1u8), Just(4), Just(12), Just(40), Just(43), Just(45), any::<u8>()],
        mut tail in vec(any::<u8>(), 0..300),
    ) {
        let length = u16::try_from(20 + tail.len()).unwrap().to_be_bytes();
        let mut datagram = vec![code, 1, length[0], length[1]];
        datagram.extend([0; 16]);
        datagram.append(&mut tail);
        let _ = read_everything(&datagram);
    }

    #[test]
    fn what_is_made_is_taken_apart_again(mut attributes in attributes()) {
        attributes.retain(|(kind, _)| *kind != AttributeType::MESSAGE_AUTHENTICATOR.0);
        let datagram = draft(Code::AccountingRequest, &attributes).sign_request(&secret()).unwrap();
        let packet = Packet::parse(&datagram).unwrap();
        prop_assert!(verify_request(&packet, &secret()).is_ok());
        let read: Vec<_> = packet.attributes().map(|it| (it.kind.0, it.value.to_vec())).collect();
        prop_assert_eq!(read, attributes);
        prop_assert_eq!(read_everything(&datagram), Ok(()));
    }

    #[test]
    fn a_changed_packet_is_never_believed(
        attributes in attributes(),
        place in any::<prop::sample::Index>(),
        change in 1u8..,
    ) {
        for code in [Code::AccountingRequest, Code::CoaRequest, Code::DisconnectRequest] {
            let mut datagram = draft(code, &attributes).sign_request(&secret()).unwrap();
            let place = place.index(datagram.len());
            datagram[place] ^= change;
            let _ = read_everything(&datagram);
            let believed = Packet::parse(&datagram).and_then(|packet| {
                // Another code may be one whose authenticator proves nothing by itself.
                if packet.code() == Code::AccessRequest { return Err(Error::UnexpectedCode(1)) }
                verify_request(&packet, &secret())
            });
            prop_assert!(believed.is_err());
        }
    }

    #[test]
    fn passwords(password in vec(any::<u8>(), 0..=128), random in any::<[u8; 16]>()) {
        prop_assume!(password.last() != Some(&0));
        let hidden = hide(&password, &random, &secret()).unwrap();
        prop_assert_eq!(reveal(&hidden, &random, &secret()).unwrap(), password);
    }

    #[test]
    fn rate_limits_that_are_read_are_printed_the_same(text in "[0-9kMG/ ]{0,40}") {
        if let Ok(limit) = text.parse::<RateLimit>() {
            prop_assert_eq!(limit.to_string().parse(), Ok(limit));
        }
    }
}
