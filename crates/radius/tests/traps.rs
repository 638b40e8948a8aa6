//! Each way in which routers and strangers are known to lead a server astray, by name.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use radius::mikrotik;
use radius::{
    ATTRIBUTES_MAX, AccessRequest, AccountingRequest, AccountingStatus, AttributeType, Code, Draft, Error,
    ErrorCause, MessageAuthenticator, Octets, Packet, Protection, Secret, TerminateCause, Vendor, hide,
    lasting_attributes, reveal, verify_request, verify_response,
};

const ARRIVAL: i64 = 1_795_000_000;

fn secret() -> Secret {
    Secret::new("segredo").unwrap()
}

/// An interim report, to which `more` is added, as it travels.
fn report(more: &[(AttributeType, &[u8])]) -> Vec<u8> {
    let mut draft = Draft::new(Code::AccountingRequest, 7);
    draft.push_u32(AttributeType::ACCT_STATUS_TYPE, AccountingStatus::InterimUpdate.number()).unwrap();
    draft.push_text(AttributeType::ACCT_SESSION_ID, "81a0001c").unwrap();
    draft.push_text(AttributeType::NAS_IDENTIFIER, "torre-1").unwrap();
    for (kind, value) in more {
        draft.push(*kind, value).unwrap();
    }
    draft.sign_request(&secret()).unwrap()
}

/// What reading the report with `more` gives.
fn read_with(more: &[(AttributeType, &[u8])]) -> Result<Reading, Error> {
    let datagram = report(more);
    let packet = Packet::parse(&datagram)?;
    verify_request(&packet, &secret())?;
    let read = AccountingRequest::read(&packet)?;
    Ok(Reading { upload: read.upload, download: read.download, occurred_at: read.occurred_at(ARRIVAL) })
}

#[derive(Debug, PartialEq)]
struct Reading {
    upload: Option<Octets>,
    download: Option<Octets>,
    occurred_at: i64,
}

#[test]
fn what_is_not_whole_is_refused() {
    let whole = report(&[]);
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut datagram = whole.clone();
        change(&mut datagram);
        datagram
    };
    let tail = |attributes: &[u8]| {
        let mut datagram = whole[..20].to_vec();
        datagram.extend(attributes);
        let length = u16::try_from(datagram.len()).unwrap().to_be_bytes();
        datagram[2..4].copy_from_slice(&length);
        datagram
    };
    for (name, datagram, expected) in [
        ("nothing", vec![], Error::TooShort),
        ("half a header", whole[..19].to_vec(), Error::TooShort),
        ("a length below the header", with(&|it| it[3] = 19), Error::LengthOutOfRange(19)),
        ("a length of nothing", with(&|it| it[2..4].fill(0)), Error::LengthOutOfRange(0)),
        (
            "a length above 4096",
            with(&|it| it[2..4].copy_from_slice(&[16, 1])),
            Error::LengthOutOfRange(4_097),
        ),
        ("the end is missing", whole[..whole.len() - 1].to_vec(), Error::Truncated(whole.len() - 1)),
        ("no such code", with(&|it| it[0] = 0), Error::UnknownCode(0)),
        ("a code of others", with(&|it| it[0] = 255), Error::UnknownCode(255)),
        ("looping attribute", tail(&[1, 0, 1, 0]), Error::AttributeTooShort(AttributeType::USER_NAME)),
        ("attribute of one byte", tail(&[44, 1]), Error::AttributeTooShort(AttributeType::ACCT_SESSION_ID)),
        ("half an attribute's header", tail(&[25]), Error::AttributeOverrun(AttributeType::CLASS)),
        ("overrun", tail(&[25, 4, 0]), Error::AttributeOverrun(AttributeType::CLASS)),
        ("too many", tail(&[25, 2].repeat(ATTRIBUTES_MAX + 1)), Error::TooManyAttributes),
    ] {
        assert_eq!(Packet::parse(&datagram).err(), Some(expected), "{name}");
    }
    assert!(Packet::parse(&tail(&[25, 2].repeat(ATTRIBUTES_MAX))).is_ok());
    // Not ours, but nothing is wrong with it: an attribute of RFC 6929, an unknown one, a vendor's own layout.
    assert!(Packet::parse(&tail(&[241, 4, 1, 1, 200, 2, 26, 3, 9])).is_ok());
}

#[test]
fn padding_after_the_length_is_no_part_of_the_packet() {
    let mut datagram = report(&[]);
    datagram.extend([0xaa; 30]);
    let packet = Packet::parse(&datagram).unwrap();
    assert_eq!(verify_request(&packet, &secret()), Ok(MessageAuthenticator::Absent));
    assert_eq!(packet.bytes().len(), datagram.len() - 30);
}

#[test]
fn only_the_secret_signs() {
    let datagram = report(&[]);
    let packet = Packet::parse(&datagram).unwrap();
    let other = Secret::new("segredo ").unwrap();
    assert_eq!(verify_request(&packet, &other), Err(Error::BadAuthenticator));
    assert_eq!(Secret::new(""), Err(Error::EmptySecret));
    assert_eq!(format!("{:?}", secret()), "Secret(…)");
    for place in 0..datagram.len() {
        let mut changed = datagram.clone();
        changed[place] ^= 1;
        let verified = Packet::parse(&changed).and_then(|packet| verify_request(&packet, &secret()));
        assert!(verified.is_err(), "a changed byte at {place}");
    }
}

#[test]
fn a_missing_counter_is_not_zero() {
    let low = |bytes: &'static [u8; 4]| (AttributeType::ACCT_INPUT_OCTETS, bytes.as_slice());
    let high = |bytes: &'static [u8; 4]| (AttributeType::ACCT_INPUT_GIGAWORDS, bytes.as_slice());
    for (name, more, upload, full) in [
        ("none", vec![], None, None),
        ("zero", vec![low(&[0; 4])], Some(Octets { low: 0, gigawords: None }), None),
        (
            "zero in full",
            vec![low(&[0; 4]), high(&[0; 4])],
            Some(Octets { low: 0, gigawords: Some(0) }),
            Some(0),
        ),
        (
            "4 GB and more",
            vec![high(&[0, 0, 0, 1]), low(&[0xee, 0x6b, 0x28, 0])],
            Some(Octets { low: 4_000_000_000, gigawords: Some(1) }),
            Some(8_294_967_296),
        ),
        (
            "all there is",
            vec![high(&[255; 4]), low(&[255; 4])],
            Some(Octets { low: u32::MAX, gigawords: Some(u32::MAX) }),
            Some(u64::MAX),
        ),
        ("gigawords alone", vec![high(&[0, 0, 0, 3])], None, None),
    ] {
        let reading = read_with(&more).unwrap();
        assert_eq!(reading.upload, upload, "{name}");
        assert_eq!(reading.upload.and_then(Octets::full), full, "{name}");
        assert_eq!(reading.download, None, "{name}");
    }
}

#[test]
fn input_is_the_upload() {
    let reading = read_with(&[
        (AttributeType::ACCT_INPUT_OCTETS, &[0, 0, 0, 5]),
        (AttributeType::ACCT_OUTPUT_OCTETS, &[0, 0, 0, 9]),
    ])
    .unwrap();
    assert_eq!(reading.upload.unwrap().low, 5);
    assert_eq!(reading.download.unwrap().low, 9);
}

#[test]
fn accounting_that_cannot_be_believed() {
    const OCTETS: AttributeType = AttributeType::ACCT_INPUT_OCTETS;
    for (more, expected) in [
        (vec![(OCTETS, &[0, 0, 1][..])], Error::WrongLength(OCTETS)),
        (vec![(OCTETS, &[0, 0, 0, 0, 1])], Error::WrongLength(OCTETS)),
        (vec![(OCTETS, &[0; 4]), (OCTETS, &[0, 0, 0, 1])], Error::Contradiction(OCTETS)),
        (vec![(AttributeType::ACCT_SESSION_ID, b"x")], Error::Contradiction(AttributeType::ACCT_SESSION_ID)),
        (vec![(AttributeType::USER_PASSWORD, &[0; 16])], Error::Forbidden(AttributeType::USER_PASSWORD)),
        (vec![(AttributeType::CHAP_PASSWORD, &[0; 17])], Error::Forbidden(AttributeType::CHAP_PASSWORD)),
        (vec![(AttributeType::REPLY_MESSAGE, b"oi")], Error::Forbidden(AttributeType::REPLY_MESSAGE)),
        (vec![(AttributeType::STATE, b"1")], Error::Forbidden(AttributeType::STATE)),
        (
            vec![(AttributeType::NAS_IP_ADDRESS, &[10, 0, 0])],
            Error::WrongLength(AttributeType::NAS_IP_ADDRESS),
        ),
        (vec![(AttributeType::MESSAGE_AUTHENTICATOR, &[0; 16])], Error::BadMessageAuthenticator),
        (vec![(AttributeType::MESSAGE_AUTHENTICATOR, &[0; 15])], Error::BadMessageAuthenticator),
    ] {
        assert_eq!(read_with(&more), Err(expected), "{more:?}");
    }
    // The same thing said twice is said.
    assert!(read_with(&[(OCTETS, &[0; 4]), (OCTETS, &[0; 4])]).is_ok());
}

#[test]
fn prefixes_cost_no_report_however_many_there_are_and_however_they_are_written() {
    const PREFIX: AttributeType = AttributeType::FRAMED_IPV6_PREFIX;
    let [first, second] = [[0, 56, 0x20, 1, 0x0d, 0xb8, 0, 1, 2], [0, 56, 0x20, 1, 0x0d, 0xb8, 0, 1, 3]];
    let read = Some(("2001:db8:1:200::".parse().unwrap(), 56));
    for (values, expected) in [
        (vec![&first[..], &second], read),
        (vec![&[0, 129][..], &first], read),
        (vec![&[0, 64, 1, 2][..]], None),
        (vec![&[0][..]], None),
    ] {
        for kind in [PREFIX, AttributeType::DELEGATED_IPV6_PREFIX] {
            let more: Vec<_> = values.iter().map(|value| (kind, *value)).collect();
            let datagram = report(&more);
            let packet = Packet::parse(&datagram).unwrap();
            let report = AccountingRequest::read(&packet).unwrap();
            let found = if kind == PREFIX { report.framed_ipv6_prefix } else { report.delegated_ipv6_prefix };
            assert_eq!(found, expected, "{more:?}");
        }
    }
    for value in [&[0, 129][..], &[0, 64, 1, 2], &[0]] {
        let datagram = report(&[(PREFIX, value)]);
        let packet = Packet::parse(&datagram).unwrap();
        assert_eq!(packet.all(PREFIX).next().unwrap().ipv6_prefix(), Err(Error::WrongLength(PREFIX)));
    }
    let address = AttributeType::FRAMED_IPV6_ADDRESS;
    let datagram = report(&[(address, &[1]), (address, &[0; 15])]);
    let packet = Packet::parse(&datagram).unwrap();
    assert_eq!(AccountingRequest::read(&packet).unwrap().framed_ipv6, None);
}

#[test]
fn what_accounting_must_hold() {
    type Attributes<'a> = &'a [(AttributeType, &'a [u8])];
    let cases: [(Attributes<'_>, Error); 4] = [
        (&[], Error::Missing(AttributeType::ACCT_STATUS_TYPE)),
        (&[(AttributeType::ACCT_STATUS_TYPE, &[0, 0, 0, 1])], Error::Missing(AttributeType::ACCT_SESSION_ID)),
        (
            &[(AttributeType::ACCT_STATUS_TYPE, &[0, 0, 0, 2]), (AttributeType::ACCT_SESSION_ID, b"")],
            Error::Missing(AttributeType::ACCT_SESSION_ID),
        ),
        (
            &[(AttributeType::ACCT_STATUS_TYPE, &[0, 0, 0, 3]), (AttributeType::ACCT_SESSION_ID, b"1")],
            Error::NasUnnamed,
        ),
    ];
    for (attributes, expected) in cases {
        let mut draft = Draft::new(Code::AccountingRequest, 1);
        for (kind, value) in attributes {
            draft.push(*kind, value).unwrap();
        }
        let datagram = draft.sign_request(&secret()).unwrap();
        assert_eq!(AccountingRequest::read(&Packet::parse(&datagram).unwrap()), Err(expected));
    }
}

#[test]
fn a_router_that_restarts_names_no_session() {
    for (number, status) in [
        (7, AccountingStatus::AccountingOn),
        (8, AccountingStatus::AccountingOff),
        (9, AccountingStatus::Other(9)),
        (15, AccountingStatus::Other(15)),
    ] {
        let mut draft = Draft::new(Code::AccountingRequest, 1);
        draft.push_u32(AttributeType::ACCT_STATUS_TYPE, number).unwrap();
        draft.push_ipv6(AttributeType::NAS_IPV6_ADDRESS, "2001:db8::1".parse().unwrap()).unwrap();
        let datagram = draft.sign_request(&secret()).unwrap();
        let read = AccountingRequest::read(&Packet::parse(&datagram).unwrap()).unwrap().status;
        assert_eq!((read, read.number(), read.is_of_session()), (status, number, false));
    }
}

#[test]
fn when_it_happened() {
    let at = |seconds: i64| u32::try_from(seconds).unwrap().to_be_bytes();
    let (event, delay) = (AttributeType::EVENT_TIMESTAMP, AttributeType::ACCT_DELAY_TIME);
    for (name, more, expected) in [
        ("nothing said", vec![], ARRIVAL),
        ("by the router's clock", vec![(event, at(ARRIVAL - 90))], ARRIVAL - 90),
        ("by its patience", vec![(delay, at(45))], ARRIVAL - 45),
        ("the clock before the patience", vec![(event, at(ARRIVAL - 90)), (delay, at(45))], ARRIVAL - 90),
        ("a clock that was never set", vec![(event, at(86_400)), (delay, at(45))], ARRIVAL - 45),
        ("a clock a little ahead", vec![(event, at(ARRIVAL + 300))], ARRIVAL + 300),
        ("a clock too far ahead", vec![(event, at(ARRIVAL + 301))], ARRIVAL),
        ("hours in a queue", vec![(event, at(ARRIVAL - 72 * 3_600))], ARRIVAL - 72 * 3_600),
        ("older than is believed", vec![(event, at(ARRIVAL - 72 * 3_600 - 1))], ARRIVAL),
        ("a patience of years", vec![(delay, [255; 4])], ARRIVAL),
    ] {
        let more: Vec<_> = more.iter().map(|(kind, value)| (*kind, value.as_slice())).collect();
        assert_eq!(read_with(&more).unwrap().occurred_at, expected, "{name}");
    }
}

#[test]
fn the_same_report_under_a_new_identifier_is_the_same() {
    let first = report(&[]);
    let mut later = Draft::protected(Code::AccountingRequest, 8);
    let packet = Packet::parse(&first).unwrap();
    for attribute in packet.attributes() {
        later.push(attribute.kind, attribute.value).unwrap();
    }
    later.push_u32(AttributeType::ACCT_DELAY_TIME, 5).unwrap();
    later.push(AttributeType::PROXY_STATE, b"by way of another").unwrap();
    let later = later.sign_request(&secret()).unwrap();
    let later = Packet::parse(&later).unwrap();
    assert_eq!(verify_request(&later, &secret()), Ok(MessageAuthenticator::Valid));
    assert!(lasting_attributes(&packet).eq(lasting_attributes(&later)));
    let other = report(&[(AttributeType::ACCT_INPUT_OCTETS, &[0; 4])]);
    assert!(!lasting_attributes(&packet).eq(lasting_attributes(&Packet::parse(&other).unwrap())));
}

#[test]
fn texts_are_utf_8_or_latin_1() {
    for (value, text) in [
        (&b"joao@exemplo.net.br"[..], "joao@exemplo.net.br"),
        ("joão".as_bytes(), "joão"),
        (b"jo\xe3o", "joão"),
        (b"a\0b", "a\0b"),
    ] {
        let datagram = report(&[(AttributeType::USER_NAME, value)]);
        let packet = Packet::parse(&datagram).unwrap();
        assert_eq!(AccountingRequest::read(&packet).unwrap().user_name.as_deref(), Some(text));
    }
}

#[test]
fn a_session_in_full() {
    let mut draft = Draft::protected(Code::AccountingRequest, 200);
    draft.push_u32(AttributeType::ACCT_STATUS_TYPE, 2).unwrap();
    for (kind, text) in [
        (AttributeType::USER_NAME, "joao"),
        (AttributeType::ACCT_SESSION_ID, "81a0001c"),
        (AttributeType::ACCT_MULTI_SESSION_ID, "m1"),
        (AttributeType::NAS_PORT_ID, "vlan-100"),
        (AttributeType::CALLING_STATION_ID, "AA:BB:CC:DD:EE:FF"),
        (AttributeType::CALLED_STATION_ID, "pppoe-1"),
        (AttributeType::CLASS, "line-7"),
        (AttributeType::CLASS, "second"),
    ] {
        draft.push_text(kind, text).unwrap();
    }
    draft.push_ipv4(AttributeType::NAS_IP_ADDRESS, "10.0.0.1".parse().unwrap()).unwrap();
    draft.push_ipv4(AttributeType::FRAMED_IP_ADDRESS, "100.64.0.9".parse().unwrap()).unwrap();
    draft.push(AttributeType::DELEGATED_IPV6_PREFIX, &[0, 56, 0x20, 1, 0x0d, 0xb8, 0, 1, 2]).unwrap();
    for (kind, number) in [
        (AttributeType::NAS_PORT, 15),
        (AttributeType::ACCT_SESSION_TIME, 3_600),
        (AttributeType::ACCT_INPUT_PACKETS, 10),
        (AttributeType::ACCT_OUTPUT_PACKETS, 20),
        (AttributeType::ACCT_TERMINATE_CAUSE, 6),
        (AttributeType::ACCT_DELAY_TIME, 0),
    ] {
        draft.push_u32(kind, number).unwrap();
    }
    draft.push_vendor(Vendor::MIKROTIK, mikrotik::RATE_LIMIT, b"10M/20M").unwrap();
    let datagram = draft.sign_request(&secret()).unwrap();
    let packet = Packet::parse(&datagram).unwrap();
    let first = packet.attributes().next().unwrap();
    assert_eq!(first.kind, AttributeType::MESSAGE_AUTHENTICATOR);
    assert_eq!(verify_request(&packet, &secret()), Ok(MessageAuthenticator::Valid));

    let read = AccountingRequest::read(&packet).unwrap();
    assert_eq!(read.status, AccountingStatus::Stop);
    assert_eq!((read.nas.port, read.nas.port_id.as_deref()), (Some(15), Some("vlan-100")));
    assert_eq!(read.classes, [&b"line-7"[..], b"second"]);
    assert_eq!(read.framed_ip, Some("100.64.0.9".parse().unwrap()));
    assert_eq!(read.delegated_ipv6_prefix, Some(("2001:db8:1:200::".parse().unwrap(), 56)));
    assert_eq!(read.multi_session_id.as_deref(), Some("m1"));
    assert_eq!(read.calling_station_id.as_deref(), Some("AA:BB:CC:DD:EE:FF"));
    assert_eq!(read.called_station_id.as_deref(), Some("pppoe-1"));
    assert_eq!((read.session_seconds, read.delay_seconds), (Some(3_600), Some(0)));
    assert_eq!((read.upload_packets, read.download_packets), (Some(10), Some(20)));
    assert_eq!(read.terminate_cause, Some(TerminateCause::AdminReset));
    assert_eq!(read.rate_limit, Some(Cow::Borrowed("10M/20M")));
}

#[test]
fn every_number_of_an_enumeration_comes_back() {
    for number in 0..600 {
        assert_eq!(TerminateCause::from_number(number).number(), number);
        assert_eq!(ErrorCause::from_number(number).number(), number);
        assert_eq!(AccountingStatus::from_number(number).number(), number);
    }
    for number in 0..=255 {
        assert!(Code::from_number(number).map_or(true, |code| code.number() == number));
    }
}

#[test]
fn an_answer_belongs_to_one_request() {
    let request_bytes = report(&[(AttributeType::PROXY_STATE, b"one"), (AttributeType::PROXY_STATE, b"two")]);
    let request = Packet::parse(&request_bytes).unwrap();
    let response_bytes = Draft::answering(&request, Code::AccountingResponse)
        .unwrap()
        .sign_response(&request, &secret())
        .unwrap();
    let response = Packet::parse(&response_bytes).unwrap();
    assert_eq!(verify_response(&response, &request, &secret()), Ok(MessageAuthenticator::Absent));
    let states: Vec<_> = response.attributes().map(|state| (state.kind, state.value)).collect();
    let (one, two) = (&b"one"[..], &b"two"[..]);
    assert_eq!(states, [(AttributeType::PROXY_STATE, one), (AttributeType::PROXY_STATE, two)]);

    let other_bytes = report(&[]);
    let other = Packet::parse(&other_bytes).unwrap();
    assert_eq!(verify_response(&response, &other, &secret()), Err(Error::BadAuthenticator));
    let mut elsewhere = response_bytes.clone();
    elsewhere[1] ^= 1;
    let elsewhere = Packet::parse(&elsewhere).unwrap();
    assert_eq!(verify_response(&elsewhere, &request, &secret()), Err(Error::IdentifierMismatch));
    assert_eq!(verify_response(&request, &request, &secret()), Err(Error::UnexpectedCode(4)));
    assert_eq!(verify_request(&response, &secret()), Err(Error::UnexpectedCode(5)));
}

#[test]
fn access_is_protected_against_blast_radius() {
    let random = [3; 16];
    let signed = |draft: Draft| draft.sign_random_request(&random, &secret()).unwrap();
    let mut plain = Draft::new(Code::AccessRequest, 1);
    let mut proxied = Draft::new(Code::AccessRequest, 1);
    let mut eap = Draft::new(Code::AccessRequest, 1);
    let mut good = Draft::protected(Code::AccessRequest, 1);
    for draft in [&mut plain, &mut proxied, &mut eap, &mut good] {
        draft.push_text(AttributeType::USER_NAME, "joao").unwrap();
        draft.push_text(AttributeType::NAS_IDENTIFIER, "torre-1").unwrap();
    }
    proxied.push(AttributeType::PROXY_STATE, b"collision").unwrap();
    good.push(AttributeType::PROXY_STATE, b"honest").unwrap();
    eap.push(AttributeType::EAP_MESSAGE, &[2, 0, 0, 4]).unwrap();
    let missing = Err(Error::MessageAuthenticatorMissing);
    for (name, datagram, required, with_proxy_state) in [
        ("plain", signed(plain), missing, Ok(())),
        ("through a proxy", signed(proxied), missing, missing),
        ("EAP", signed(eap), missing, missing),
        ("protected", signed(good), Ok(()), Ok(())),
    ] {
        let packet = Packet::parse(&datagram).unwrap();
        let found = verify_request(&packet, &secret()).unwrap();
        assert_eq!(Protection::Required.check(&packet, found), required, "{name}");
        assert_eq!(Protection::RequiredWithProxyState.check(&packet, found), with_proxy_state, "{name}");

        for code in [Code::AccessAccept, Code::AccessReject, Code::AccessChallenge] {
            let mut draft = Draft::answering(&packet, code).unwrap();
            draft.push_text(AttributeType::REPLY_MESSAGE, "olá").unwrap();
            let answer = draft.sign_response(&packet, &secret()).unwrap();
            let answer = Packet::parse(&answer).unwrap();
            assert_eq!(answer.attributes().next().unwrap().kind, AttributeType::MESSAGE_AUTHENTICATOR);
            assert_eq!(verify_response(&answer, &packet, &secret()), Ok(MessageAuthenticator::Valid));
        }
    }
}

#[test]
fn two_message_authenticators_are_none() {
    let mut draft = Draft::protected(Code::AccessRequest, 1);
    draft.push(AttributeType::MESSAGE_AUTHENTICATOR, &[0; 16]).unwrap();
    let datagram = draft.sign_random_request(&[1; 16], &secret()).unwrap();
    let packet = Packet::parse(&datagram).unwrap();
    assert_eq!(verify_request(&packet, &secret()), Err(Error::BadMessageAuthenticator));
}

#[test]
fn status_server_must_be_signed() {
    let datagram = Draft::new(Code::StatusServer, 1).sign_random_request(&[1; 16], &secret()).unwrap();
    let packet = Packet::parse(&datagram).unwrap();
    assert_eq!(verify_request(&packet, &secret()), Err(Error::MessageAuthenticatorMissing));
}

#[test]
fn passwords_of_every_length() {
    let random = [9; 16];
    for length in 0..=128 {
        let password = vec![b'x'; length];
        let hidden = hide(&password, &random, &secret()).unwrap();
        assert_eq!(hidden.len(), length.max(1).next_multiple_of(16));
        assert_eq!(reveal(&hidden, &random, &secret()).unwrap(), password);
    }
    assert_eq!(hide(&[b'x'; 129], &random, &secret()), Err(Error::PasswordTooLong));
    for length in [0, 1, 15, 17, 129, 144] {
        assert_eq!(reveal(&vec![0; length], &random, &secret()), Err(Error::BadPassword), "{length}");
    }
}

#[test]
fn credentials_are_not_printed_and_not_doubled() {
    let datagram = |kinds: &[(AttributeType, &[u8])]| {
        let mut draft = Draft::new(Code::AccessRequest, 1);
        draft.push_text(AttributeType::USER_NAME, "joao").unwrap();
        draft.push_text(AttributeType::NAS_IDENTIFIER, "torre-1").unwrap();
        for (kind, value) in kinds {
            draft.push(*kind, value).unwrap();
        }
        draft.sign_random_request(&[1; 16], &secret()).unwrap()
    };
    let hidden = hide(b"senha", &[1; 16], &secret()).unwrap();
    for (kinds, expected) in [
        (vec![], Ok("Other")),
        (vec![(AttributeType::USER_PASSWORD, hidden.as_slice())], Ok("Password(…)")),
        (vec![(AttributeType::CHAP_PASSWORD, &[0; 17])], Ok("Chap(…)")),
        (vec![(AttributeType::USER_PASSWORD, &[0; 3])], Err(Error::BadPassword)),
        (
            vec![(AttributeType::CHAP_PASSWORD, &[0; 9])],
            Err(Error::WrongLength(AttributeType::CHAP_PASSWORD)),
        ),
        (vec![(AttributeType::CHAP_PASSWORD, &[])], Err(Error::WrongLength(AttributeType::CHAP_PASSWORD))),
        (
            vec![(AttributeType::USER_PASSWORD, &hidden), (AttributeType::CHAP_PASSWORD, &[0; 17])],
            Err(Error::Contradiction(AttributeType::USER_PASSWORD)),
        ),
    ] {
        let datagram = datagram(&kinds);
        let read = AccessRequest::read(&Packet::parse(&datagram).unwrap(), &secret());
        let printed = read.map(|read| format!("{:?}", read.credentials));
        assert_eq!(printed.as_deref(), expected.as_ref().map(|text| *text), "{kinds:?}");
    }
}

#[test]
fn nothing_too_long_is_sent() {
    let mut draft = Draft::new(Code::AccessAccept, 1);
    let kind = AttributeType::REPLY_MESSAGE;
    assert_eq!(draft.push(kind, &[b'x'; 254]).err(), Some(Error::ValueTooLong(kind)));
    let vendor = draft.push_vendor(Vendor::MIKROTIK, mikrotik::ADDRESS_LIST, &[b'x'; 248]);
    assert_eq!(vendor.err(), Some(Error::ValueTooLong(AttributeType::VENDOR_SPECIFIC)));
    draft.push_vendor(Vendor::MIKROTIK, mikrotik::ADDRESS_LIST, &[b'x'; 247]).unwrap();
    while draft.push(kind, &[b'x'; 253]).is_ok() {}
    assert_eq!(draft.push(kind, &[b'x'; 253]).err(), Some(Error::PacketTooLong));
    let request = report(&[]);
    let datagram = draft.sign_response(&Packet::parse(&request).unwrap(), &secret()).unwrap();
    assert!(datagram.len() <= 4_096 && Packet::parse(&datagram).is_ok());
}

#[test]
fn drafts_are_signed_as_what_they_are() {
    let request_bytes = report(&[]);
    let request = Packet::parse(&request_bytes).unwrap();
    for number in 0..=255 {
        let Ok(code) = Code::from_number(number) else { continue };
        let random = matches!(code, Code::AccessRequest | Code::StatusServer);
        let keyed = matches!(code, Code::AccountingRequest | Code::CoaRequest | Code::DisconnectRequest);
        let draft = || Draft::new(code, 1);
        assert_eq!(draft().sign_random_request(&[1; 16], &secret()).is_ok(), random, "{code:?}");
        assert_eq!(draft().sign_request(&secret()).is_ok(), keyed, "{code:?}");
        assert_eq!(draft().sign_response(&request, &secret()).is_ok(), !random && !keyed, "{code:?}");
    }
}

#[test]
fn every_error_is_counted_under_a_name_of_its_own() {
    let kind = AttributeType::CLASS;
    let errors = [
        Error::TooShort,
        Error::LengthOutOfRange(1),
        Error::Truncated(1),
        Error::UnknownCode(1),
        Error::UnexpectedCode(1),
        Error::AttributeTooShort(kind),
        Error::AttributeOverrun(kind),
        Error::TooManyAttributes,
        Error::BadAuthenticator,
        Error::IdentifierMismatch,
        Error::MessageAuthenticatorMissing,
        Error::BadMessageAuthenticator,
        Error::WrongLength(kind),
        Error::Contradiction(kind),
        Error::Missing(kind),
        Error::Forbidden(kind),
        Error::NasUnnamed,
        Error::BadPassword,
        Error::PasswordTooLong,
        Error::ValueTooLong(kind),
        Error::PacketTooLong,
        Error::EmptySecret,
    ];
    assert_eq!(errors.map(|error| error.code()), Error::CODES);
}
