//! Any datagram, read in every way there is: no panic, no endless loop, every byte in one attribute.

#![no_main]

use libfuzzer_sys::fuzz_target;
use radius::{
    AccessRequest, AccountingRequest, ChangeAnswer, ChangeRequest, Packet, Secret, Vendor, verify_request,
    verify_response,
};

fuzz_target!(|datagram: &[u8]| {
    let Ok(packet) = Packet::parse(datagram) else { return };
    let secret = Secret::new("segredo").expect("a secret of some bytes");
    let inside: usize = packet.attributes().map(|attribute| attribute.value.len() + 2).sum();
    assert_eq!(inside + 20, packet.bytes().len());
    for attribute in packet.attributes().chain(packet.vendor_attributes(Vendor::MIKROTIK)) {
        let _ = (attribute.text(), attribute.u32(), attribute.ipv4(), attribute.ipv6(), attribute.ipv6_prefix());
    }
    let _ = (verify_request(&packet, &secret), verify_response(&packet, &packet, &secret));
    let _ = (AccountingRequest::read(&packet), AccessRequest::read(&packet, &secret));
    let _ = (ChangeRequest::read(&packet), ChangeAnswer::read(&packet));
});
