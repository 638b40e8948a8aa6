//! What a router reports of a session: RFC 2866 with the 64-bit counters and the event's time of RFC 2869.
//!
//! Reads what is there and says what is not: a counter that is missing is none, never zero, and one without its Gigawords is visibly
//! so. What counters mean (wraps, resets, repetitions) is decided where they are remembered.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::apart;
use crate::dictionary::{AttributeType, Vendor};
use crate::error::Error;
use crate::mikrotik;
use crate::nas::Nas;
use crate::packet::{Attribute, Code, Packet};

/// How far Event-Timestamp may lie ahead of the arrival and be believed, in seconds.
pub const EVENT_AHEAD_MAX_SECONDS: i64 = 300;
/// How far Event-Timestamp or Acct-Delay-Time may lead back and be believed, in seconds: routers and proxies keep what nobody
/// answered, and send it when somebody does.
pub const EVENT_BEHIND_MAX_SECONDS: i64 = 72 * 3_600;

/// What may not be in accounting (RFC 2866 §4.1).
const FORBIDDEN: [AttributeType; 4] = [
    AttributeType::USER_PASSWORD,
    AttributeType::CHAP_PASSWORD,
    AttributeType::REPLY_MESSAGE,
    AttributeType::STATE,
];

/// What an accounting request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountingStatus {
    /// A session begins.
    Start,
    /// It has ended, with its last counters.
    Stop,
    /// Its counters so far.
    InterimUpdate,
    /// The router has started: no session from before lives, and no Stop will come for it.
    AccountingOn,
    /// The router is about to stop, as above.
    AccountingOff,
    /// Tunnels (9 to 14), failures (15) and what is not known: to be answered, and nothing else.
    Other(u32),
}

/// A counter of bytes as it was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Octets {
    /// The lower 32 bits.
    pub low: u32,
    /// How often those have wrapped. None when it was not sent, which is not zero: some routers never send it, some only once it
    /// is above zero.
    pub gigawords: Option<u32>,
}

/// Why a session ended (RFC 2866 §5.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminateCause {
    /// The user hung up.
    UserRequest,
    /// The line dropped.
    LostCarrier,
    /// The service can no longer be given.
    LostService,
    /// Nothing happened for too long.
    IdleTimeout,
    /// The longest session is over.
    SessionTimeout,
    /// Somebody ended it by hand, or a Disconnect-Request did.
    AdminReset,
    /// The router is being restarted by hand.
    AdminReboot,
    /// The port failed.
    PortError,
    /// The router failed.
    NasError,
    /// The router ended it for another reason.
    NasRequest,
    /// The router restarted.
    NasReboot,
    /// Any other, by its number.
    Other(u32),
}

/// An accounting request, read. Texts are as the router sent them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountingRequest<'a> {
    /// What it is about.
    pub status: AccountingStatus,
    /// Who reports.
    pub nas: Nas<'a>,
    /// User-Name: the login of the line.
    pub user_name: Option<Cow<'a, str>>,
    /// Acct-Session-Id: always there for a session; unique for one router at most, and only until it restarts.
    pub session_id: Option<Cow<'a, str>>,
    /// Acct-Multi-Session-Id.
    pub multi_session_id: Option<Cow<'a, str>>,
    /// Each Class, as we gave them in the Access-Accept or a CoA: the surest link to a session.
    pub classes: Vec<&'a [u8]>,
    /// Framed-IP-Address.
    pub framed_ip: Option<Ipv4Addr>,
    /// The first Framed-IPv6-Address that can be read.
    pub framed_ipv6: Option<Ipv6Addr>,
    /// The first Framed-IPv6-Prefix that can be read, and its length in bits.
    pub framed_ipv6_prefix: Option<(Ipv6Addr, u8)>,
    /// The first Delegated-IPv6-Prefix that can be read, and its length in bits.
    pub delegated_ipv6_prefix: Option<(Ipv6Addr, u8)>,
    /// Calling-Station-Id: often the MAC address.
    pub calling_station_id: Option<Cow<'a, str>>,
    /// Called-Station-Id.
    pub called_station_id: Option<Cow<'a, str>>,
    /// Bytes *from* the subscriber: Acct-Input, the router's view.
    pub upload: Option<Octets>,
    /// Bytes *to* the subscriber: Acct-Output.
    pub download: Option<Octets>,
    /// Packets from the subscriber.
    pub upload_packets: Option<u32>,
    /// Packets to the subscriber.
    pub download_packets: Option<u32>,
    /// How long the session has lived, in seconds.
    pub session_seconds: Option<u32>,
    /// For how long the router has tried to report this, in seconds.
    pub delay_seconds: Option<u32>,
    /// When it happened by the router's clock, in seconds since the epoch.
    pub event_timestamp: Option<u32>,
    /// Why it ended.
    pub terminate_cause: Option<TerminateCause>,
    /// Mikrotik-Rate-Limit in force, from routers that tell.
    pub rate_limit: Option<Cow<'a, str>>,
    /// The service that it is of, from routers that report services apart.
    pub service: Option<String>,
    /// What of the session was in a walled garden, from and to the subscriber, from routers that count that.
    pub garden: [Option<Octets>; 2],
}

impl AccountingStatus {
    /// The status of this number.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Start,
            2 => Self::Stop,
            3 => Self::InterimUpdate,
            7 => Self::AccountingOn,
            8 => Self::AccountingOff,
            other => Self::Other(other),
        }
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Start => 1,
            Self::Stop => 2,
            Self::InterimUpdate => 3,
            Self::AccountingOn => 7,
            Self::AccountingOff => 8,
            Self::Other(number) => number,
        }
    }

    /// Whether it is about one session, rather than the router or a tunnel.
    #[must_use]
    pub fn is_of_session(self) -> bool {
        matches!(self, Self::Start | Self::Stop | Self::InterimUpdate)
    }
}

impl Octets {
    /// The counter in full; none when only its lower half is known.
    #[must_use]
    pub fn full(self) -> Option<u64> {
        self.gigawords.map(|high| u64::from(high) << 32 | u64::from(self.low))
    }
}

impl TerminateCause {
    const NUMBERS: [(Self, u32); 11] = [
        (Self::UserRequest, 1),
        (Self::LostCarrier, 2),
        (Self::LostService, 3),
        (Self::IdleTimeout, 4),
        (Self::SessionTimeout, 5),
        (Self::AdminReset, 6),
        (Self::AdminReboot, 7),
        (Self::PortError, 8),
        (Self::NasError, 9),
        (Self::NasRequest, 10),
        (Self::NasReboot, 11),
    ];

    /// The cause of this number.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        let known = Self::NUMBERS.iter().find(|(_, known)| *known == number);
        known.map_or(Self::Other(number), |(cause, _)| *cause)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u32 {
        let known = Self::NUMBERS.iter().find(|(cause, _)| *cause == self);
        match (known, self) {
            (_, Self::Other(number)) => number,
            (known, _) => known.map_or(0, |(_, number)| *number),
        }
    }
}

impl<'a> AccountingRequest<'a> {
    /// Reads a request that is verified.
    ///
    /// # Errors
    /// [`Error::UnexpectedCode`]; no status, or a session without Acct-Session-Id: [`Error::Missing`]; [`Error::NasUnnamed`];
    /// [`Error::Forbidden`]; an attribute of a wrong length or with two values.
    pub fn read(packet: &Packet<'a>) -> Result<Self, Error> {
        if packet.code() != Code::AccountingRequest {
            return Err(Error::UnexpectedCode(packet.code().number()));
        }
        if let Some(attribute) = packet.attributes().find(|attribute| FORBIDDEN.contains(&attribute.kind)) {
            return Err(Error::Forbidden(attribute.kind));
        }
        let status = packet
            .u32(AttributeType::ACCT_STATUS_TYPE)?
            .map(AccountingStatus::from_number)
            .ok_or(Error::Missing(AttributeType::ACCT_STATUS_TYPE))?;
        let session_id = packet.text(AttributeType::ACCT_SESSION_ID)?;
        if status.is_of_session() && session_id.is_none() {
            return Err(Error::Missing(AttributeType::ACCT_SESSION_ID));
        }
        let rate_limit =
            packet.vendor_attributes(Vendor::MIKROTIK).find(|it| it.kind == mikrotik::RATE_LIMIT);
        // There may be several, and routers write prefixes in ways of their own: the report is worth more.
        let prefix = |kind| packet.all(kind).find_map(|attribute| attribute.ipv6_prefix().ok());
        Ok(Self {
            status,
            nas: Nas::read(packet)?,
            user_name: packet.text(AttributeType::USER_NAME)?,
            session_id,
            multi_session_id: packet.text(AttributeType::ACCT_MULTI_SESSION_ID)?,
            classes: packet.all(AttributeType::CLASS).map(|class| class.value).collect(),
            framed_ip: packet.ipv4(AttributeType::FRAMED_IP_ADDRESS)?,
            framed_ipv6: packet.all(AttributeType::FRAMED_IPV6_ADDRESS).find_map(|it| it.ipv6().ok()),
            framed_ipv6_prefix: prefix(AttributeType::FRAMED_IPV6_PREFIX),
            delegated_ipv6_prefix: prefix(AttributeType::DELEGATED_IPV6_PREFIX),
            calling_station_id: packet.text(AttributeType::CALLING_STATION_ID)?,
            called_station_id: packet.text(AttributeType::CALLED_STATION_ID)?,
            upload: octets(packet, AttributeType::ACCT_INPUT_OCTETS, AttributeType::ACCT_INPUT_GIGAWORDS)?,
            download: octets(
                packet,
                AttributeType::ACCT_OUTPUT_OCTETS,
                AttributeType::ACCT_OUTPUT_GIGAWORDS,
            )?,
            upload_packets: packet.u32(AttributeType::ACCT_INPUT_PACKETS)?,
            download_packets: packet.u32(AttributeType::ACCT_OUTPUT_PACKETS)?,
            session_seconds: packet.u32(AttributeType::ACCT_SESSION_TIME)?,
            delay_seconds: packet.u32(AttributeType::ACCT_DELAY_TIME)?,
            event_timestamp: packet.u32(AttributeType::EVENT_TIMESTAMP)?,
            terminate_cause: packet
                .u32(AttributeType::ACCT_TERMINATE_CAUSE)?
                .map(TerminateCause::from_number),
            rate_limit: rate_limit.map(|attribute| attribute.text()),
            service: apart::name(packet),
            garden: apart::garden(packet),
        })
    }

    /// When it happened, in seconds since the epoch, for a request that arrived at `arrival`: by the router's clock where that
    /// can be believed, otherwise the arrival less the time for which the router has tried.
    #[must_use]
    pub fn occurred_at(&self, arrival: i64) -> i64 {
        self.told_at(arrival).unwrap_or(arrival)
    }

    /// The same; none if the router tells no time that can be believed.
    #[must_use]
    pub fn told_at(&self, arrival: i64) -> Option<i64> {
        let believed = arrival - EVENT_BEHIND_MAX_SECONDS..=arrival + EVENT_AHEAD_MAX_SECONDS;
        let delayed = || self.delay_seconds.map(|delay| arrival - i64::from(delay));
        let told = self.event_timestamp.map(i64::from).filter(|event| believed.contains(event));
        told.or_else(|| delayed().filter(|event| believed.contains(event)))
    }
}

/// The attributes that stay when a router sends the same report again under a new identifier, in order: all but
/// Acct-Delay-Time, Message-Authenticator and Proxy-State. Two requests with equal ones say the same.
pub fn lasting_attributes<'a>(packet: &Packet<'a>) -> impl Iterator<Item = Attribute<'a>> {
    packet.attributes().filter(|attribute| {
        !matches!(
            attribute.kind,
            AttributeType::ACCT_DELAY_TIME
                | AttributeType::MESSAGE_AUTHENTICATOR
                | AttributeType::PROXY_STATE
        )
    })
}

/// Gigawords alone say nothing of the counter, which is then missing.
fn octets(packet: &Packet<'_>, low: AttributeType, high: AttributeType) -> Result<Option<Octets>, Error> {
    let gigawords = packet.u32(high)?;
    Ok(packet.u32(low)?.map(|low| Octets { low, gigawords }))
}
