//! Any attributes, rightly signed: what a router that has the secret may send.

#![no_main]

use libfuzzer_sys::fuzz_target;
use radius::{
    AccountingRequest, AttributeType, ChangeRequest, Code, Draft, Packet, Secret, lasting_attributes,
    verify_request,
};

fuzz_target!(|input: (bool, Vec<(u8, Vec<u8>)>)| {
    let (is_change, attributes) = input;
    let secret = Secret::new("segredo").expect("a secret of some bytes");
    let mut draft =
        Draft::protected(if is_change { Code::CoaRequest } else { Code::AccountingRequest }, 1);
    for (kind, value) in attributes.iter().take(radius::ATTRIBUTES_MAX - 1) {
        if AttributeType(*kind) != AttributeType::MESSAGE_AUTHENTICATOR {
            let _ = draft.push(AttributeType(*kind), value);
        }
    }
    let datagram = draft.sign_request(&secret).expect("a request");
    let packet = Packet::parse(&datagram).expect("what was made is whole");
    verify_request(&packet, &secret).expect("what was signed is believed");
    if let Ok(read) = AccountingRequest::read(&packet) {
        let _ = read.occurred_at(1_795_000_000);
    }
    if let Ok(read) = ChangeRequest::read(&packet) {
        // Latin-1 takes more room in UTF-8, so saying it again may be refused, but never panics.
        let _ = radius::coa(1, &read.session, &read.changes, read.event_timestamp.unwrap_or(0));
    }
    assert!(lasting_attributes(&packet).count() <= packet.attributes().count());
});
