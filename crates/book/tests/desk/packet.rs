//! Reports as routers send them, and what they should do.

use book::{Anomaly, Behind, LineAct, LineFact, Octets, Plan, Reading, ReadingKind, Record, TrafficNo};

use money::Timestamp;

use super::joao::{ask, joao, plan};
use super::{Desk, time};

/// What a counter of 32 bits can hold, and one.
pub(crate) const WRAP: u64 = 1 << 32;

/// A report of 21 November as a router would send it: session 1 of router 1, both halves of both counters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet(pub(crate) Reading);

pub(crate) fn packet(
    kind: ReadingKind,
    clock: &str,
    seconds: Option<u32>,
    octets: Option<(u64, u64)>,
) -> Packet {
    let [input, output] = [octets.map(|told| told.0), octets.map(|told| told.1)].map(|told| told.map(whole));
    let at = time(&format!("2026-11-21T{clock}-03:00"));
    Packet(Reading {
        nas: 1,
        behind: Behind::default(),
        session: 1,
        kind,
        input,
        output,
        session_seconds: seconds,
        at,
        is_dated: true,
        traffic: None,
        counts_all: false,
    })
}

#[allow(clippy::cast_possible_truncation, reason = "the two halves of a counter")]
pub(crate) fn whole(octets: u64) -> Octets {
    Octets { low: octets as u32, high: Some((octets >> 32) as u32) }
}

pub(crate) fn start(clock: &str) -> Packet {
    packet(ReadingKind::Start, clock, None, None)
}

pub(crate) fn interim(clock: &str, seconds: u32, input: u64, output: u64) -> Packet {
    packet(ReadingKind::Interim, clock, Some(seconds), Some((input, output)))
}

pub(crate) fn stop(clock: &str, seconds: u32, input: u64, output: u64) -> Packet {
    packet(ReadingKind::Stop, clock, Some(seconds), Some((input, output)))
}

impl Packet {
    pub(crate) fn session(self, session: u128) -> Packet {
        Packet(Reading { session, ..self.0 })
    }

    pub(crate) fn router(self, nas: u32) -> Packet {
        Packet(Reading { nas, ..self.0 })
    }

    /// Without Gigawords.
    pub(crate) fn low(self) -> Packet {
        let low = |octets: Option<Octets>| octets.map(|octets| Octets { high: None, ..octets });
        Packet(Reading { input: low(self.0.input), output: low(self.0.output), ..self.0 })
    }

    pub(crate) fn without_input(self) -> Packet {
        Packet(Reading { input: None, ..self.0 })
    }

    pub(crate) fn without_counters(self) -> Packet {
        Packet(Reading { input: None, output: None, ..self.0 })
    }

    /// By a router that tells no time: the report is of the moment at which it comes.
    pub(crate) fn undated(self) -> Packet {
        Packet(Reading { is_dated: false, ..self.0 })
    }

    /// By a router that reports through router 1.
    pub(crate) fn behind(self, name: u64) -> Packet {
        Packet(Reading { behind: Behind(name), ..self.0 })
    }

    /// Of one kind of traffic.
    pub(crate) fn traffic(self, traffic: TrafficNo) -> Packet {
        Packet(Reading { traffic: Some(traffic), ..self.0 })
    }

    /// By a router that counts all traffic in sessions, also what it tells apart.
    pub(crate) fn counts_all(self) -> Packet {
        Packet(Reading { counts_all: true, ..self.0 })
    }

    /// Of another instant.
    pub(crate) fn at(self, at: &str) -> Packet {
        self.at_time(time(at))
    }

    /// As [`Packet::at`].
    pub(crate) fn at_time(self, at: Timestamp) -> Packet {
        Packet(Reading { at, ..self.0 })
    }

    pub(crate) fn without_seconds(self) -> Packet {
        Packet(Reading { session_seconds: None, ..self.0 })
    }
}

/// What a report should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// It adds so many bytes.
    Adds(u64),
    /// It says nothing new.
    Old,
    /// It adds so many, and is strange.
    Odd(Anomaly, u64),
}

/// A line with more than it can use, on a day that is over.
pub(crate) fn after_the_day() -> Desk {
    let mut desk = joao([Plan { allowance: 1 << 52, ..plan() }], []);
    desk.now = time("2026-11-21T23:30:00-03:00");
    desk
}

pub(crate) fn hear(desk: &mut Desk, packet: Packet) -> Says {
    match ask(desk, LineAct::Read(packet.0)) {
        Err(refusal) => {
            assert_eq!(refusal.code(), "reading_old");
            Says::Old
        }
        Ok(records) => {
            let Some(Record::Line(record)) = records.last() else { panic!("{records:?}") };
            let LineFact::Read(read) = &record.fact else { panic!("{record:?}") };
            let bytes = read.taken.total + read.taken.earlier;
            let bytes = u64::try_from(bytes).expect("not below zero");
            read.anomaly.map_or(Says::Adds(bytes), |anomaly| Says::Odd(anomaly, bytes))
        }
    }
}

#[track_caller]
pub(crate) fn check(trap: &str, packets: &[(Packet, Says)]) {
    let mut desk = after_the_day();
    for (place, (packet, says)) in packets.iter().enumerate() {
        assert_eq!(hear(&mut desk, *packet), *says, "{trap}, packet {place}: {packet:?}");
    }
}
