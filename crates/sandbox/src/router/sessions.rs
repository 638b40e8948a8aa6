//! One session: how its counters grow, and what a report of it says.

use std::net::Ipv4Addr;

use radius::mikrotik::{self, Both, RateLimit};
use radius::{AccountingStatus, AttributeType, Code, Draft, TerminateCause, Vendor, apart};

use super::reports::Order;
use super::{Plant, RunningSession, Subscriber};

/// Bits per second times milliseconds that make one byte.
const BIT_MS_PER_BYTE: u128 = 8 * 1_000;
/// Texts longer than an attribute holds are cut off at this many bytes.
const TEXT_BYTES_MAX: usize = 240;

pub(super) struct Session {
    pub(super) id: String,
    pub(super) login: String,
    pub(super) ip: Ipv4Addr,
    pub(super) used: Both,
    pub(super) rate_limit: RateLimit,
    pub(super) demand: Both,
    pub(super) class: Option<Vec<u8>>,
    pub(super) address_list: Option<String>,
    pub(super) interim_seconds: u32,
    pub(super) ended: Option<TerminateCause>,
    services: Vec<Part>,
    started_ms: i64,
    /// Until when `used` is counted.
    accrued_ms: i64,
    reported_ms: i64,
    /// What is less than a byte yet, in bits per second times milliseconds.
    rest: [u128; 2],
}

/// What a session has used of one service.
struct Part {
    name: String,
    used: Both,
    started_ms: i64,
}

impl Session {
    pub(super) fn new(id: String, subscriber: Subscriber, interim_seconds: u32, now: i64) -> Self {
        let nothing = Both { upload: 0, download: 0 };
        Self {
            id,
            login: subscriber.login,
            ip: subscriber.ip,
            used: nothing,
            rate_limit: subscriber.rate_limit,
            demand: nothing,
            class: None,
            address_list: None,
            interim_seconds,
            ended: None,
            services: Vec::new(),
            started_ms: now,
            accrued_ms: now,
            reported_ms: now,
            rest: [0; 2],
        }
    }

    /// Counts what was used up to `now`. A clock that goes back counts nothing.
    pub(super) fn accrue(&mut self, now: i64) {
        let elapsed_ms = u128::try_from(now - self.accrued_ms).unwrap_or(0);
        self.accrued_ms = now;
        let speeds = [
            speed(self.demand.upload, self.rate_limit.rates.upload),
            speed(self.demand.download, self.rate_limit.rates.download),
        ];
        let mut bytes = [0; 2];
        for ((speed, rest), bytes) in speeds.into_iter().zip(&mut self.rest).zip(&mut bytes) {
            let total = u128::from(speed) * elapsed_ms + *rest;
            *rest = total % BIT_MS_PER_BYTE;
            *bytes = u64::try_from(total / BIT_MS_PER_BYTE).unwrap_or(u64::MAX);
        }
        self.spend(Both { upload: bytes[0], download: bytes[1] });
    }

    pub(super) fn spend(&mut self, bytes: Both) {
        self.used.upload = self.used.upload.saturating_add(bytes.upload);
        self.used.download = self.used.download.saturating_add(bytes.download);
    }

    /// Uses bytes of a service; true if it is the first time.
    pub(super) fn spend_on(&mut self, service: &str, bytes: Both, now: i64) -> bool {
        self.spend(bytes);
        let place = self.services.iter().position(|part| part.name == service);
        let used = Both { upload: 0, download: 0 };
        let place = place.unwrap_or_else(|| {
            self.services.push(Part { name: service.to_owned(), used, started_ms: now });
            self.services.len() - 1
        });
        let used = &mut self.services[place].used;
        let is_new = *used == Both { upload: 0, download: 0 };
        used.upload = used.upload.saturating_add(bytes.upload);
        used.download = used.download.saturating_add(bytes.download);
        is_new
    }

    pub(super) fn reported(&mut self, now: i64) {
        self.reported_ms = now;
    }

    pub(super) fn interim_due_ms(&self) -> i64 {
        self.reported_ms + i64::from(self.interim_seconds) * 1_000
    }

    pub(super) fn running(&mut self, now: i64) -> RunningSession {
        self.accrue(now);
        RunningSession {
            session_id: self.id.clone(),
            login: self.login.clone(),
            ip: self.ip,
            used: self.used,
            rate_limit: self.rate_limit,
            demand: self.demand,
            address_list: self.address_list.clone(),
            seconds: (now - self.started_ms).max(0) / 1_000,
        }
    }

    /// A report of the session as it stands, to be sent by `plant`. A part of what was used at one moment does not tell the speed: it waits
    /// for others, and another speed may be true when it is heard.
    pub(super) fn report(
        &self,
        (status, order): (AccountingStatus, Order),
        plant: &Plant,
        now: i64,
    ) -> Draft {
        let mut draft = router_report(status, plant, now);
        push_text(&mut draft, AttributeType::USER_NAME, &self.login);
        push_text(&mut draft, AttributeType::ACCT_SESSION_ID, &self.id);
        push(&mut draft, AttributeType::FRAMED_IP_ADDRESS, &self.ip.octets());
        if let Some(class) = &self.class {
            push(&mut draft, AttributeType::CLASS, class);
        }
        if order == Order::Free {
            let rate_limit = self.rate_limit.to_string();
            let pushed = draft.push_vendor(Vendor::MIKROTIK, mikrotik::RATE_LIMIT, rate_limit.as_bytes());
            pushed.expect("a rate limit fits into an attribute");
        }
        if status != AccountingStatus::Start {
            push_counters(&mut draft, self.used, plant.faults.omit_gigawords, now - self.started_ms);
        }
        if let Some(cause) = self.ended {
            push(&mut draft, AttributeType::ACCT_TERMINATE_CAUSE, &cause.number().to_be_bytes());
        }
        draft
    }

    /// Reports of its services as they stand: each is a session of its own that names it.
    pub(super) fn service_reports(&self, status: AccountingStatus, plant: &Plant, now: i64) -> Vec<Draft> {
        let report = |(no, part): (usize, &Part)| {
            let mut draft = router_report(status, plant, now);
            push_text(&mut draft, AttributeType::USER_NAME, &self.login);
            push_text(&mut draft, AttributeType::ACCT_SESSION_ID, &format!("{}:{no:06}", self.id));
            push(&mut draft, AttributeType::FRAMED_IP_ADDRESS, &self.ip.octets());
            let end = part.name.floor_char_boundary(TEXT_BYTES_MAX);
            let name = &part.name.as_bytes()[..end];
            let pushed = draft.push_vendor(Vendor::JUNIPER_ERX, apart::ERX_SERVICE_SESSION, name);
            pushed.expect("a name fits into an attribute");
            if status != AccountingStatus::Start {
                let lasted = now - part.started_ms;
                push_counters(&mut draft, part.used, plant.faults.omit_gigawords, lasted);
            }
            draft
        };
        (1..).zip(&self.services).map(report).collect()
    }
}

fn push_counters(draft: &mut Draft, used: Both, omit_gigawords: bool, lasted_ms: i64) {
    let seconds = u32::try_from(lasted_ms / 1_000).unwrap_or(0);
    push(draft, AttributeType::ACCT_SESSION_TIME, &seconds.to_be_bytes());
    for (low, high, bytes) in [
        (AttributeType::ACCT_INPUT_OCTETS, AttributeType::ACCT_INPUT_GIGAWORDS, used.upload),
        (AttributeType::ACCT_OUTPUT_OCTETS, AttributeType::ACCT_OUTPUT_GIGAWORDS, used.download),
    ] {
        let bytes = bytes.to_be_bytes();
        push(draft, low, &bytes[4..]);
        if !omit_gigawords {
            push(draft, high, &bytes[..4]);
        }
    }
}

/// What every report says: what it is about, who reports, when it happened.
pub(super) fn router_report(status: AccountingStatus, plant: &Plant, now: i64) -> Draft {
    let mut draft = Draft::new(Code::AccountingRequest, 0);
    push(&mut draft, AttributeType::ACCT_STATUS_TYPE, &status.number().to_be_bytes());
    push_text(&mut draft, AttributeType::NAS_IDENTIFIER, &plant.identifier);
    push(&mut draft, AttributeType::NAS_IP_ADDRESS, &plant.ip.octets());
    // A clock that stands outside of what 32 bits hold tells nothing.
    if let Ok(seconds) = u32::try_from(now.div_euclid(1_000)) {
        push(&mut draft, AttributeType::EVENT_TIMESTAMP, &seconds.to_be_bytes());
    }
    draft
}

/// The lower of both; a limit of zero is none.
fn speed(demand: u64, limit: u64) -> u64 {
    if limit == 0 { demand } else { demand.min(limit) }
}

fn push_text(draft: &mut Draft, kind: AttributeType, text: &str) {
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    push(draft, kind, &text.as_bytes()[..end]);
}

/// Reports hold some dozen short values: they fit.
fn push(draft: &mut Draft, kind: AttributeType, value: &[u8]) {
    draft.push(kind, value).expect("a report fits into a packet");
}
