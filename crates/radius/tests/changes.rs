//! What routers are told about running sessions, what they answer, and MikroTik's way of saying how fast and how much.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use radius::mikrotik::{self, Both, RateLimit};
use radius::{
    AttributeType, Change, ChangeAnswer, ChangeRequest, Code, Draft, ErrorCause, MessageAuthenticator,
    Packet, Secret, SessionIdentity, Vendor, answer, coa, disconnect, verify_request, verify_response,
};

fn secret() -> Secret {
    Secret::new("segredo").unwrap()
}

/// A signed request with these attributes, to be answered or read.
fn request_with(attributes: &[(AttributeType, &[u8])]) -> Vec<u8> {
    let mut draft = Draft::new(Code::AccountingRequest, 7);
    for (kind, value) in attributes {
        draft.push(*kind, value).unwrap();
    }
    draft.sign_request(&secret()).unwrap()
}

#[test]
fn a_change_arrives_as_it_was_meant() {
    let session = SessionIdentity {
        user_name: Some("joao".into()),
        session_id: Some("81a0001c".into()),
        nas_ip: Some("10.0.0.1".parse().unwrap()),
        nas_ipv6: Some("2001:db8::1".parse().unwrap()),
        nas_identifier: Some("torre-1".into()),
        framed_ip: Some("100.64.0.9".parse().unwrap()),
        calling_station_id: Some("AA:BB:CC:DD:EE:FF".into()),
    };
    let changes = [
        Change::Class(Cow::Borrowed(b"line-7")),
        Change::InterimInterval(60),
        Change::RateLimit(RateLimit::steady(64_000, 128_000)),
        Change::AddressList("jardim".into()),
    ];
    let datagram = coa(9, &session, &changes, 1_795_000_000).unwrap().sign_request(&secret()).unwrap();
    let request = Packet::parse(&datagram).unwrap();
    assert_eq!(request.attributes().next().unwrap().kind, AttributeType::MESSAGE_AUTHENTICATOR);
    assert_eq!(verify_request(&request, &secret()), Ok(MessageAuthenticator::Valid));
    let read = ChangeRequest::read(&request).unwrap();
    assert_eq!((&read.session, &read.changes[..]), (&session, &changes[..]));
    assert_eq!(read.event_timestamp, Some(1_795_000_000));

    // Sent again it is the same, byte by byte.
    let again = coa(9, &session, &changes, 1_795_000_000).unwrap().sign_request(&secret()).unwrap();
    assert_eq!(again, datagram);

    let datagram = disconnect(10, &session, 1_795_000_000).unwrap().sign_request(&secret()).unwrap();
    let request = Packet::parse(&datagram).unwrap();
    let read = ChangeRequest::read(&request).unwrap();
    assert_eq!((&read.session, read.changes.len()), (&session, 0));
}

#[test]
fn answers_to_changes() {
    let session = SessionIdentity { user_name: Some("joao".into()), ..SessionIdentity::default() };
    let to_change = coa(1, &session, &[], 5).unwrap().sign_request(&secret()).unwrap();
    let to_end = disconnect(2, &session, 5).unwrap().sign_request(&secret()).unwrap();
    for (request, said, code) in [
        (&to_change, ChangeAnswer::Acknowledged, Code::CoaAck),
        (&to_change, ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound)), Code::CoaNak),
        (&to_end, ChangeAnswer::Acknowledged, Code::DisconnectAck),
        (&to_end, ChangeAnswer::Refused(None), Code::DisconnectNak),
    ] {
        let request = Packet::parse(request).unwrap();
        let answer = answer(&request, said, &secret()).unwrap();
        let answer = Packet::parse(&answer).unwrap();
        assert_eq!(answer.code(), code);
        assert_eq!(verify_response(&answer, &request, &secret()), Ok(MessageAuthenticator::Absent));
        assert_eq!(ChangeAnswer::read(&answer), Ok(said));
    }
}

#[test]
fn a_router_refuses_what_it_does_not_know() {
    let datagram = |code, kind, value: &[u8]| {
        let mut draft = Draft::protected(code, 1);
        draft.push_text(AttributeType::USER_NAME, "joao").unwrap();
        draft.push(kind, value).unwrap();
        draft.sign_request(&secret()).unwrap()
    };
    let rate_limit =
        |text: &[u8]| [&[0, 0, 0x3a, 0x8c, 8, u8::try_from(text.len() + 2).unwrap()], text].concat();
    let vendor = AttributeType::VENDOR_SPECIFIC;
    let unsupported = Err(ErrorCause::UnsupportedAttribute);
    let invalid = Err(ErrorCause::InvalidAttributeValue);
    for (code, kind, value, expected) in [
        (Code::CoaRequest, AttributeType::REPLY_MESSAGE, b"oi".to_vec(), unsupported),
        (Code::CoaRequest, vendor, vec![0, 0, 0, 9, 1, 3, 0], unsupported),
        (Code::CoaRequest, vendor, vec![0, 0, 0x3a, 0x8c, 200, 3, 0], unsupported),
        (Code::CoaRequest, vendor, rate_limit(b"fast"), invalid),
        (Code::CoaRequest, AttributeType::FRAMED_IP_ADDRESS, vec![1], invalid),
        (Code::CoaRequest, vendor, rate_limit(b"1M/2M"), Ok(())),
        // A Disconnect-Request says which session, and nothing else.
        (Code::DisconnectRequest, vendor, rate_limit(b"1M/2M"), unsupported),
        (Code::DisconnectRequest, AttributeType::CLASS, b"x".to_vec(), unsupported),
        (Code::DisconnectRequest, AttributeType::PROXY_STATE, b"x".to_vec(), Ok(())),
    ] {
        let datagram = datagram(code, kind, &value);
        let read = ChangeRequest::read(&Packet::parse(&datagram).unwrap());
        assert_eq!(read.map(|_| ()), expected, "{kind} {value:?}");
    }
}

#[test]
fn rate_limits() {
    let steady = |upload, download| RateLimit::steady(upload, download);
    for (text, expected, printed) in [
        ("64k/128M", steady(64_000, 128_000_000), "64k/128M"),
        ("10M", steady(10_000_000, 10_000_000), "10M/10M"),
        ("1500/2500", steady(1_500, 2_500), "1500/2500"),
        ("1G/2500k", steady(1_000_000_000, 2_500_000), "1000M/2500k"),
        ("0/0", steady(0, 0), "0/0"),
        ("  1M/2M  ", steady(1_000_000, 2_000_000), "1M/2M"),
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
        assert_eq!(expected.to_string(), printed);
    }
    for (text, printed) in [
        ("64k/64k 256k/256k 128k/128k 10/10", "64k/64k 256k/256k 128k/128k 10/10"),
        ("64k 256k", "64k/64k 256k/256k 64k/64k 1/1"),
        ("64k 256k 128k", "64k/64k 256k/256k 128k/128k 1/1"),
        ("1M/2M 0/0 0/0 0/0 5", "1M/2M 0/0 0/0 0/0 5"),
        ("1M/2M 3M/4M 1M/1M 8/8 1 500k/600k", "1M/2M 3M/4M 1M/1M 8/8 1 500k/600k"),
    ] {
        let limit: RateLimit = text.parse().unwrap();
        assert_eq!(limit.to_string(), printed);
        assert_eq!(printed.parse(), Ok(limit));
    }
    for text in [
        "",
        " ",
        "/",
        "1M/",
        "/1M",
        "fast",
        "-1M",
        "+1",
        "1.5M",
        "1M/2M/3M",
        "k",
        "1T",
        "10M/20M x",
        "1M 1M 1M 1 9",
        "1M 1M 1M 1 0",
        "1M 1M 1M 1 1 1M 1M",
        "99999999999999999999",
        "18446744073709551615k",
    ] {
        assert!(text.parse::<RateLimit>().is_err(), "{text}");
    }
    assert!("1".repeat(300).parse::<RateLimit>().is_err());
    // The router's rx is the subscriber's upload.
    let Both { upload, download } = "64k/128M".parse::<RateLimit>().unwrap().rates;
    assert_eq!((upload, download), (64_000, 128_000_000));
}

#[test]
fn a_limit_of_bytes_always_says_its_upper_half() {
    for (bytes, low, high) in [
        (0, 0, 0),
        (4_294_967_295, u32::MAX, 0),
        (4_294_967_296, 0, 1),
        (10_000_000_000, 1_410_065_408, 2),
        (u64::MAX, u32::MAX, u32::MAX),
    ] {
        let mut draft = Draft::new(Code::AccessAccept, 1);
        mikrotik::push_total_limit(&mut draft, bytes).unwrap();
        let request = request_with(&[]);
        let datagram = draft.sign_response(&Packet::parse(&request).unwrap(), &secret()).unwrap();
        let packet = Packet::parse(&datagram).unwrap();
        let said: Vec<_> = packet
            .vendor_attributes(Vendor::MIKROTIK)
            .map(|limit| (limit.kind, limit.u32().unwrap()))
            .collect();
        assert_eq!(said, [(mikrotik::TOTAL_LIMIT, low), (mikrotik::TOTAL_LIMIT_GIGAWORDS, high)]);
    }
}

#[test]
fn several_of_a_vendors_attributes_in_one() {
    let inside = [&[0, 0, 0x3a, 0x8c][..], &[8, 5], b"1M/", &[19, 3], b"x", &[7, 0]].concat();
    let datagram = request_with(&[
        (AttributeType::VENDOR_SPECIFIC, &[0, 0, 0, 9, 8, 3, 1]),
        (AttributeType::VENDOR_SPECIFIC, &[0, 0]),
        (AttributeType::VENDOR_SPECIFIC, &inside),
        (AttributeType::VENDOR_SPECIFIC, &[0, 0, 0x3a, 0x8c, 3, 3, b'g']),
    ]);
    let packet = Packet::parse(&datagram).unwrap();
    let said: Vec<_> = packet.vendor_attributes(Vendor::MIKROTIK).map(|it| (it.kind.0, it.value)).collect();
    assert_eq!(said, [(8, &b"1M/"[..]), (19, b"x"), (3, b"g")]);
}
