//! Where webhooks may go. Whoever may write an endpoint down must not reach by us what he cannot reach himself: this machine, its
//! network, its cloud's metadata.
//!
//! A name is resolved for each connection, by a resolver that lets only public addresses through; the connection is made to one of
//! exactly those, so that a name which means something else a moment later gains nothing. Redirects are not followed, and no proxy
//! from the environment is asked.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url};

use crate::config::Webhooks;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long all of a try may take.
pub(super) const TIMEOUT: Duration = Duration::from_secs(15);
/// What names us.
const USER_AGENT: &str = concat!("Saldo/", env!("CARGO_PKG_VERSION"));

/// Networks of IPv4 that are not everybody's: address and length of the prefix (IANA's special-purpose registry, and the address by
/// which Azure's machines reach their host).
const CLOSED_V4: [([u8; 4], u32); 17] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Networks within 2000::/3 that are not everybody's: the protocols' own (Teredo among them), two for documents.
const CLOSED_V6: [([u16; 2], u32); 3] = [([0x2001, 0], 23), ([0x2001, 0xdb8], 32), ([0x3fff, 0], 20)];

/// Whether everybody may be reached there: no address of this machine, of a private or a provider's inner network, of metadata.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|(network, length)| {
        let mask = u32::MAX << (32 - length);
        u32::from_be_bytes(*network) == u32::from(address) & mask
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match [a, b, c, d, e, f] {
        // An address of IPv4, as it is; translated (RFC 6052); within 6to4.
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => v4(g, h),
        [0x2002, high, low, ..] => v4(high, low),
        _ => {
            let is_global = a & 0xe000 == 0x2000;
            let closed = CLOSED_V6.iter().any(|([first, second], length)| {
                let mask = u32::MAX << (32 - length);
                let beginning = (u32::from(*first) << 16) | u32::from(*second);
                beginning == ((u32::from(a) << 16) | u32::from(b)) & mask
            });
            is_global && !closed
        }
    }
}

/// Why nothing is sent to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PrivateAddress {
    /// The name, or the address as the URL has it.
    host: String,
    address: IpAddr,
}

impl fmt::Display for PrivateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PrivateAddress { host, address } = self;
        write!(
            f,
            "{host} is {address}, a private address: nothing is sent there unless webhooks.allow_private is set"
        )
    }
}

impl Error for PrivateAddress {}

/// Resolves names to addresses that everybody may be reached at.
struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let closed = found.iter().find(|address| !is_public(address.ip())).map(SocketAddr::ip);
            let open: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
            match closed {
                Some(address) if open.is_empty() => {
                    let refused: Box<dyn Error + Send + Sync> = Box::new(PrivateAddress { host, address });
                    Err(refused)
                }
                _ => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}

/// A client that reaches what these settings allow.
pub(super) fn client(settings: &Webhooks) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .https_only(!settings.allow_http)
        .pool_max_idle_per_host(1)
        .user_agent(USER_AGENT);
    if settings.allow_private { builder.build() } else { builder.dns_resolver(Arc::new(PublicNames)).build() }
}

/// Refuses a URL that names a private address itself: no name of it is resolved.
pub(super) fn check_literal(url: &Url, settings: &Webhooks) -> Result<(), PrivateAddress> {
    if settings.allow_private {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) if !is_public(address) => Err(PrivateAddress { host: host.to_owned(), address }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::config::Config;

    #[test]
    fn what_is_everybodys() {
        let cases = [
            ("1.1.1.1", true),
            ("93.184.216.34", true),
            ("100.63.255.255", true),
            ("100.128.0.0", true),
            ("172.15.0.1", true),
            ("172.32.0.1", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("100.100.100.200", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("168.63.129.16", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.192", false),
            ("192.168.1.1", false),
            ("198.19.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700::1111", true),
            ("2a00:1450:4001::1", true),
            ("2001:4860:4860::8888", true),
            ("::", false),
            ("::1", false),
            ("::7f00:1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:1.1.1.1", true),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::101:101", true),
            ("64:ff9b:1::101:101", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::1", false),
            ("2002:101:101::1", true),
            ("3fff::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_public(text.parse().expect("an address")), expected, "{text}");
        }
    }

    #[test]
    fn a_literal_is_seen_however_it_is_written() {
        let settings = Config::embedded().expect("settings").webhooks;
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest",
        ] {
            let url = Url::parse(url).expect("a URL");
            assert!(check_literal(&url, &settings).is_err(), "{url}");
        }
        let url = Url::parse("https://hooks.example.com/").expect("a URL");
        assert_eq!(check_literal(&url, &settings), Ok(()));
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_refused_when_it_is_resolved() {
        let names = PublicNames;
        let refused = names.resolve("localhost".parse().expect("a name")).await.map(|_| ());
        let error = refused.expect_err("localhost is private");
        assert!(error.downcast_ref::<PrivateAddress>().is_some(), "{error}");
    }
}
