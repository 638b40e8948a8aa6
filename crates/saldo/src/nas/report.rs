//! What a router reports, apart from how it came: as a packet or as FreeRADIUS's JSON. Pure: what a report means for a line
//! follows from it alone.

use std::net::{IpAddr, Ipv4Addr};

use book::{Behind, Octets, Reading, ReadingKind, TrafficNo};
use money::Timestamp;
use radius::{AccountingRequest, AccountingStatus, Packet, SessionIdentity, lasting_attributes};

/// What a Class begins with that somebody gave a session as its name, as FreeRADIUS does.
const NAMING_CLASS: &[u8] = b"ai:";

/// Whom a report is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reporter {
    /// The number of the router that is known, or of the one through which it came.
    pub(super) nas_no: u32,
    /// Who is behind that one.
    pub(super) behind: Behind,
    /// Whether the router that is known speaks of itself.
    pub(super) reports_itself: bool,
    /// Whether it counts all traffic in sessions, also what it tells apart.
    pub(super) counts_all: bool,
}

/// One report. Texts are as the router sent them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// What it is about.
    pub(super) status: AccountingStatus,
    /// How the line authenticates.
    pub(super) login: Option<String>,
    /// The router's name for the session.
    pub(super) session_id: Option<String>,
    /// Where in the router.
    pub(super) port: Option<u32>,
    /// The same as text.
    pub(super) port_id: Option<String>,
    /// The router's address as it says itself.
    pub(super) nas_ip: Option<IpAddr>,
    /// The router's name as it says itself.
    pub(super) nas_identifier: Option<String>,
    /// What was given to the session to carry.
    pub(super) classes: Vec<Vec<u8>>,
    /// The subscriber's address.
    pub(super) framed_ip: Option<Ipv4Addr>,
    /// Bytes from the subscriber.
    pub(super) upload: Option<radius::Octets>,
    /// Bytes to the subscriber.
    pub(super) download: Option<radius::Octets>,
    /// How long the session has lasted.
    pub(super) session_seconds: Option<u32>,
    /// The speed in force, from routers that tell.
    pub(super) rate_limit: Option<String>,
    /// When it happened, in seconds since the epoch.
    pub(super) occurred_at: i64,
    /// Whether the router told that; else it is when the report came.
    pub(super) is_dated: bool,
    /// The service that it is of, where the router reports one apart.
    pub(super) service: Option<String>,
    /// What of the session was in a walled garden, from and to the subscriber.
    pub(super) garden: [Option<radius::Octets>; 2],
}

impl Report {
    /// The report of a packet that arrived at `arrival`, in seconds since the epoch.
    pub(super) fn of_packet(request: &AccountingRequest<'_>, arrival: i64) -> Report {
        let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let nas = &request.nas;
        Report {
            status: request.status,
            login: owned(&request.user_name),
            session_id: owned(&request.session_id),
            port: nas.port,
            port_id: owned(&nas.port_id),
            nas_ip: nas.ip.map(IpAddr::V4).or(nas.ipv6.map(IpAddr::V6)),
            nas_identifier: owned(&nas.identifier),
            classes: request.classes.iter().map(|class| class.to_vec()).collect(),
            framed_ip: request.framed_ip,
            upload: request.upload,
            download: request.download,
            session_seconds: request.session_seconds,
            rate_limit: owned(&request.rate_limit),
            occurred_at: request.occurred_at(arrival),
            is_dated: request.told_at(arrival).is_some(),
            service: request.service.clone(),
            garden: request.garden,
        }
    }

    /// The parts that name the session at router `nas_no`: the same by whatever way its reports come. A Class that was given as a
    /// name says it best. A router that reports through one that is not itself is told from others that do by its own names.
    pub(super) fn session_name(&self, nas_no: u32, reports_itself: bool) -> Vec<Vec<u8>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
        // A service's session is another one, also at routers that give it no other id.
        let service = self.service.clone().map(String::into_bytes);
        if let Some(class) = self.naming_class() {
            return [class.to_vec(), text(&self.session_id)].into_iter().chain(service).collect();
        }
        let mut parts = vec![
            nas_no.to_be_bytes().to_vec(),
            text(&self.login),
            text(&self.session_id),
            self.port.map(|port| port.to_be_bytes().to_vec()).unwrap_or_default(),
            text(&self.port_id),
        ];
        if !reports_itself {
            parts.push(self.nas_ip.map(|ip| ip.to_string().into_bytes()).unwrap_or_default());
            parts.push(text(&self.nas_identifier));
        }
        parts.extend(service);
        parts
    }

    /// The Class that names the session, if it was given one.
    pub(super) fn naming_class(&self) -> Option<&[u8]> {
        self.classes.iter().map(Vec::as_slice).find(|class| class.starts_with(NAMING_CLASS))
    }

    /// What the book is told of a session, or of the service that the report is of; none of what is about no session.
    pub(super) fn reading(
        &self,
        reporter: Reporter,
        session: u128,
        traffic: impl Fn(&str) -> TrafficNo,
    ) -> Option<Reading> {
        let kind = match self.status {
            AccountingStatus::Start => ReadingKind::Start,
            AccountingStatus::InterimUpdate => ReadingKind::Interim,
            AccountingStatus::Stop => ReadingKind::Stop,
            AccountingStatus::AccountingOn | AccountingStatus::AccountingOff | AccountingStatus::Other(_) => {
                return None;
            }
        };
        let octets = |octets: radius::Octets| Octets { low: octets.low, high: octets.gigawords };
        Some(Reading {
            nas: reporter.nas_no,
            behind: reporter.behind,
            session,
            kind,
            // The router's view: what comes in there comes from the subscriber.
            input: self.upload.map(octets),
            output: self.download.map(octets),
            session_seconds: self.session_seconds,
            at: Timestamp::from_seconds(self.occurred_at),
            is_dated: self.is_dated,
            traffic: self.service.as_deref().map(traffic),
            counts_all: reporter.counts_all,
        })
    }

    /// The same of what was in a walled garden, under a name of its own; none if nothing is told of that.
    pub(super) fn garden_reading(
        &self,
        reading: &Reading,
        session: u128,
        traffic: TrafficNo,
    ) -> Option<Reading> {
        let octets = |octets: radius::Octets| Octets { low: octets.low, high: octets.gigawords };
        let [input, output] = self.garden.map(|told| told.map(octets));
        let is_told = input.is_some() || output.is_some();
        is_told.then_some(Reading { session, input, output, traffic: Some(traffic), ..*reading })
    }

    /// How a change names this session to its router.
    pub(super) fn identity(&self) -> SessionIdentity<'static> {
        SessionIdentity {
            user_name: self.login.clone().map(Into::into),
            session_id: self.session_id.clone().map(Into::into),
            nas_ip: self.nas_ip.and_then(|ip| match ip {
                IpAddr::V4(ip) => Some(ip),
                IpAddr::V6(_) => None,
            }),
            nas_ipv6: self.nas_ip.and_then(|ip| match ip {
                IpAddr::V4(_) => None,
                IpAddr::V6(ip) => Some(ip),
            }),
            nas_identifier: self.nas_identifier.clone().map(Into::into),
            framed_ip: self.framed_ip,
            calling_station_id: None,
        }
    }
}

/// What a packet says, without what changes when it is sent again: type and value of each attribute, with their lengths.
pub(super) fn content(packet: &Packet<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(packet.bytes().len());
    for attribute in lasting_attributes(packet) {
        bytes.push(attribute.kind.0);
        bytes.extend_from_slice(&attribute.value.len().to_be_bytes());
        bytes.extend_from_slice(attribute.value);
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use radius::{AttributeType as A, Code, Draft, Secret};

    use super::*;

    /// The clock when packets arrive, in seconds since the epoch.
    const ARRIVAL: i64 = 1_795_000_000;

    /// The third router, of itself.
    const THIRD: Reporter = Reporter { nas_no: 3, behind: Behind(0), reports_itself: true, counts_all: true };

    /// WhatsApp is the first that was listed.
    fn traffic(name: &str) -> TrafficNo {
        TrafficNo(u32::from(name == "WhatsApp"))
    }

    fn report(attributes: &[(A, &[u8])]) -> (Report, Vec<u8>) {
        let mut draft = Draft::new(Code::AccountingRequest, 7);
        for (kind, value) in attributes {
            draft.push(*kind, value).expect("it fits");
        }
        let secret = Secret::new("segredo").expect("a secret");
        let datagram = draft.sign_request(&secret).expect("a request");
        let packet = Packet::parse(&datagram).expect("a packet");
        let request = AccountingRequest::read(&packet).expect("a report");
        (Report::of_packet(&request, ARRIVAL), content(&packet))
    }

    fn with<'a>(more: &[(A, &'a [u8])]) -> Vec<(A, &'a [u8])> {
        let mut attributes: Vec<(A, &[u8])> = vec![
            (A::ACCT_STATUS_TYPE, &[0, 0, 0, 3]),
            (A::NAS_IP_ADDRESS, &[10, 0, 0, 1]),
            (A::USER_NAME, b"joao"),
            (A::ACCT_SESSION_ID, b"81000001"),
        ];
        attributes.extend(more);
        attributes
    }

    #[test]
    fn each_trap_reads_as_it_should() {
        let at = |seconds: i64| u32::try_from(ARRIVAL + seconds).expect("a time").to_be_bytes();
        let (sane, ahead, ancient) = (at(-40), at(3_600), at(-100 * 3_600));
        let octets = |low, high| Some(Octets { low, high });
        // What is in the packet; then input and output, and the seconds from its arrival.
        type Case<'a> = (&'a str, &'a [(A, &'a [u8])], [Option<Octets>; 2], i64);
        let cases: [Case<'_>; 8] = [
            ("no counter is not zero", &[], [None, None], 0),
            (
                "without Gigawords the upper half is unknown",
                &[(A::ACCT_INPUT_OCTETS, &[0, 0, 0, 5])],
                [octets(5, None), None],
                0,
            ),
            (
                "input is upload, output download",
                &[
                    (A::ACCT_INPUT_OCTETS, &[0, 0, 0, 5]),
                    (A::ACCT_OUTPUT_OCTETS, &[0, 0, 0, 9]),
                    (A::ACCT_OUTPUT_GIGAWORDS, &[0, 0, 0, 2]),
                ],
                [octets(5, None), octets(9, Some(2))],
                0,
            ),
            ("Gigawords alone tell no counter", &[(A::ACCT_INPUT_GIGAWORDS, &[0, 0, 0, 1])], [None, None], 0),
            ("the router's own time", &[(A::EVENT_TIMESTAMP, &sane)], [None, None], -40),
            ("a clock that runs ahead is not believed", &[(A::EVENT_TIMESTAMP, &ahead)], [None, None], 0),
            (
                "without a time that is believed, the delay",
                &[(A::EVENT_TIMESTAMP, &ancient), (A::ACCT_DELAY_TIME, &[0, 0, 0, 30])],
                [None, None],
                -30,
            ),
            (
                "the router's time is of the event, not of the sending",
                &[(A::EVENT_TIMESTAMP, &sane), (A::ACCT_DELAY_TIME, &[0, 0, 0, 30])],
                [None, None],
                -40,
            ),
        ];
        for (name, more, [input, output], seconds) in cases {
            let (report, _) = report(&with(more));
            let reading = report.reading(THIRD, 1, traffic).expect("a reading");
            assert_eq!((reading.input, reading.output), (input, output), "{name}");
            assert_eq!(reading.at, Timestamp::from_seconds(ARRIVAL + seconds), "{name}");
            assert_eq!((reading.kind, reading.nas, reading.session), (ReadingKind::Interim, 3, 1), "{name}");
        }
    }

    #[test]
    fn what_is_no_session_gives_no_reading() {
        for status in [7_u8, 8, 9, 15] {
            let attributes: [(A, &[u8]); 2] =
                [(A::ACCT_STATUS_TYPE, &[0, 0, 0, status]), (A::NAS_IDENTIFIER, b"torre-1")];
            assert_eq!(report(&attributes).0.reading(THIRD, 1, traffic), None, "status {status}");
        }
    }

    #[test]
    fn a_report_sent_again_says_the_same() {
        let (first, said) = report(&with(&[]));
        let (again, said_again) =
            report(&with(&[(A::ACCT_DELAY_TIME, &[0, 0, 0, 9]), (A::PROXY_STATE, b"x")]));
        assert_eq!(said, said_again);
        assert_eq!(first.session_name(1, true), again.session_name(1, true));
        let (other, said_other) = report(&with(&[(A::ACCT_SESSION_TIME, &[0, 0, 0, 9])]));
        assert_ne!(said, said_other);
        assert_eq!(first.session_name(1, true), other.session_name(1, true));
    }

    #[test]
    fn sessions_are_told_apart() {
        let (plain, _) = report(&with(&[]));
        let (port, _) = report(&with(&[(A::NAS_PORT, &[0, 0, 0, 1])]));
        let (named, _) = report(&with(&[(A::CLASS, b"ai:1234")]));
        let (carried, _) = report(&with(&[(A::CLASS, b"sd:f")]));
        assert_ne!(plain.session_name(1, true), port.session_name(1, true), "another port");
        assert_ne!(plain.session_name(1, true), plain.session_name(2, true), "another router");
        assert_eq!(named.session_name(1, true), named.session_name(2, false), "by whatever way");
        assert_eq!(plain.session_name(1, true), carried.session_name(1, true), "a Class that names nothing");
        let elsewhere = Report { nas_ip: Some([10, 0, 0, 2].into()), ..plain.clone() };
        assert_ne!(plain.session_name(1, false), elsewhere.session_name(1, false), "two behind one proxy");
    }
}
