//! Packets that the RFCs print, byte by byte, and packets that other programs made.

#![allow(clippy::unwrap_used, reason = "tests")]

use radius::{
    AccessRequest, AttributeType, Code, Credentials, Draft, Error, MessageAuthenticator, Packet, Secret,
    StatusPort, answer_status_server, hide, status_server, verify_request, verify_response,
};

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.replace(char::is_whitespace, "")).unwrap()
}

/// The secret of all examples in RFC 2865 and RFC 5997.
fn secret() -> Secret {
    Secret::new("xyzzy5461").unwrap()
}

/// RFC 2865 §7.1.
const ACCESS_REQUEST: &str = "01000038 0f403f9473978057bd83d5cb98f4227a 01066e656d6f
    02120dbe708d93d413ce3196e43f782a0aee 0406c0a80110 050600000003";
const ACCESS_ACCEPT: &str =
    "02000026 86fe220e7624ba2a1005f6bf9b55e0b2 060600000001 0f0600000000 0e06c0a80103";
/// RFC 5997 §6.1 and §6.2.
const STATUS_OF_ACCESS: &str =
    "0cda0026 8a54f4686fb394c52866e302185d0623 5012 5a665e2e1e8411f3e243822097c84fa3";
const STATUS_OF_ACCESS_ANSWER: &str = "02da0014 ef0d552a4bf2d693ec2b6fe8b5411d66";
const STATUS_OF_ACCOUNTING: &str =
    "0cb30026 925f6b66dd5fed571fcb1db7ad388260 5012 e8d6eabda910875cd91fdade26367858";
const STATUS_OF_ACCOUNTING_ANSWER: &str = "05b30014 0f6f92145f107e2f504e860a4860669c";
/// RFC 5176 §7, which does not tell the secret.
const DISCONNECTS: [(&str, AttributeType, &[u8]); 3] = [
    ("2801001c 1b23624c3543ceba55f1be55a714ca5e 01086d6368696261", AttributeType::USER_NAME, b"mchiba"),
    (
        "2801001e ad0d8e5355b6bd02a0cbace64e3877bd 2c0a3930323334353637",
        AttributeType::ACCT_SESSION_ID,
        b"90234567",
    ),
    (
        "2801001a 0bda33fe765b05f0fd9cc32a2f6b5182 08060a000203",
        AttributeType::FRAMED_IP_ADDRESS,
        &[10, 0, 2, 3],
    ),
];

#[test]
fn access_of_rfc_2865() {
    let request_bytes = bytes(ACCESS_REQUEST);
    let request = Packet::parse(&request_bytes).unwrap();
    assert_eq!((request.code(), request.identifier()), (Code::AccessRequest, 0));
    assert_eq!(verify_request(&request, &secret()), Ok(MessageAuthenticator::Absent));
    let read = AccessRequest::read(&request, &secret()).unwrap();
    assert_eq!(read.user_name, "nemo");
    assert_eq!(read.credentials, Credentials::Password(b"arctangent".to_vec()));
    assert_eq!((read.nas.ip, read.nas.port), (Some("192.168.1.16".parse().unwrap()), Some(3)));
    let hidden = request.single(AttributeType::USER_PASSWORD).unwrap().unwrap();
    assert_eq!(hide(b"arctangent", &request.authenticator(), &secret()).unwrap(), hidden.value);

    let accept_bytes = bytes(ACCESS_ACCEPT);
    let accept = Packet::parse(&accept_bytes).unwrap();
    assert_eq!(verify_response(&accept, &request, &secret()), Ok(MessageAuthenticator::Absent));

    // The same answer, made here.
    let mut draft = Draft::new(Code::AccessAccept, 0);
    for attribute in accept.attributes() {
        draft.push(attribute.kind, attribute.value).unwrap();
    }
    assert_eq!(draft.sign_response(&request, &secret()).unwrap(), accept_bytes);
}

#[test]
fn chap_of_rfc_2865() {
    // §7.2 prints the packet for user flopsy; its challenge is the authenticator.
    let request_bytes = bytes(
        "01010047 2aee86f08d0d55969ca5978e0d3367a2 0108666c6f707379
         0313 16e97557c316185895f293ff6344077275 0406c0a80110 050600000014 060600000002 070600000001",
    );
    let request = Packet::parse(&request_bytes).unwrap();
    let read = AccessRequest::read(&request, &secret()).unwrap();
    assert_eq!((read.user_name.as_ref(), read.nas.port), ("flopsy", Some(20)));
    let Credentials::Chap(chap) = read.credentials else { panic!("{:?}", read.credentials) };
    assert!(chap.is_made_with(b"arctangent"));
    assert!(!chap.is_made_with(b"arctangens"));
}

#[test]
fn status_of_rfc_5997() {
    for (question, answer, port) in [
        (STATUS_OF_ACCESS, STATUS_OF_ACCESS_ANSWER, StatusPort::Access),
        // §6.2 prints the answer with code 2; its digest is right with 5 only, which is what the text demands.
        (STATUS_OF_ACCOUNTING, STATUS_OF_ACCOUNTING_ANSWER, StatusPort::Accounting),
    ] {
        let (question_bytes, answer_bytes) = (bytes(question), bytes(answer));
        let question = Packet::parse(&question_bytes).unwrap();
        assert_eq!(verify_request(&question, &secret()), Ok(MessageAuthenticator::Valid));
        let made = status_server(question.identifier(), &question.authenticator(), &secret()).unwrap();
        assert_eq!(made, question_bytes);

        let printed = Packet::parse(&answer_bytes).unwrap();
        assert_eq!(verify_response(&printed, &question, &secret()), Ok(MessageAuthenticator::Absent));
        let made = answer_status_server(&question, port, &secret()).unwrap();
        let made = Packet::parse(&made).unwrap();
        assert_eq!(made.code(), printed.code());
        let expected = match port {
            StatusPort::Access => MessageAuthenticator::Valid, // since CVE-2024-3596
            StatusPort::Accounting => MessageAuthenticator::Absent,
        };
        assert_eq!(verify_response(&made, &question, &secret()), Ok(expected));
    }
    let mut erratum = bytes(STATUS_OF_ACCOUNTING_ANSWER);
    erratum[0] = 2;
    let question = bytes(STATUS_OF_ACCOUNTING);
    let verified =
        verify_response(&Packet::parse(&erratum).unwrap(), &Packet::parse(&question).unwrap(), &secret());
    assert_eq!(verified, Err(Error::BadAuthenticator));
}

#[test]
fn disconnects_of_rfc_5176() {
    for (text, kind, value) in DISCONNECTS {
        let datagram = bytes(text);
        let packet = Packet::parse(&datagram).unwrap();
        assert_eq!((packet.code(), packet.identifier()), (Code::DisconnectRequest, 1));
        assert_eq!(packet.single(kind).unwrap().unwrap().value, value);
        assert_eq!(packet.attributes().count(), 1);
        assert_eq!(verify_request(&packet, &secret()), Err(Error::BadAuthenticator));
    }
}
