//! What the router has reported and nobody has answered: sent again and again, each time under a new identifier and with the time
//! that has passed, as RFC 2866 §4.1 wants it; and the trouble on its way.

use radius::{AttributeType, Code, Draft, Packet, Secret, verify_response};

use super::RouterFaults;

/// How long an answer is waited for, in milliseconds.
const PATIENCE_MS: i64 = 3_000;
/// How often a report is sent before the router gives it up.
const TRIES_MAX: u32 = 20;
/// Most reports under way: each needs an identifier of its own. The oldest is given up for a new one.
const REPORTS_MAX: usize = 250;

#[derive(Default)]
pub(super) struct Reports {
    waiting: Vec<Report>,
    /// Waits for the next one to overtake it.
    held: Option<Report>,
    next_identifier: u8,
    /// Whether the next datagram is the second of two.
    is_second: bool,
}

struct Report {
    draft: Draft,
    session: String,
    order: Order,
    made_ms: i64,
    tries: u32,
    next_try_ms: i64,
    /// The datagram whose answer is awaited; empty before the first.
    sent: Vec<u8>,
}

/// How a report stands to those of the same session that are made after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// They need not wait for it.
    Free,
    /// It tells a part of what was used at one moment: they wait until it is answered, for whoever hears of the last part first takes
    /// it for a jump.
    Step,
}

impl Reports {
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.held.is_some())
    }

    /// Whether a report of this session is under way.
    pub(super) fn has_any_of(&self, session: &str) -> bool {
        self.waiting.iter().chain(&self.held).any(|report| report.session == session)
    }

    /// Takes up a report of `session` made at `now`; the router's own are of no session.
    pub(super) fn add(
        &mut self,
        (draft, session, order): (Draft, &str, Order),
        now: i64,
        faults: &mut RouterFaults,
    ) {
        if faults.drop_next > 0 {
            faults.drop_next -= 1;
            return;
        }
        let session = session.to_owned();
        let report =
            Report { draft, session, order, made_ms: now, tries: 0, next_try_ms: now, sent: Vec::new() };
        if faults.reorder && self.held.is_none() {
            self.held = Some(report);
            return;
        }
        if self.waiting.len() >= REPORTS_MAX {
            self.waiting.remove(0);
        }
        self.waiting.push(report);
        self.waiting.extend(self.held.take());
    }

    /// Everything is forgotten.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
        self.held = None;
    }

    /// The datagrams that are to be sent at `now`.
    pub(super) fn due(&mut self, now: i64, secret: &Secret, faults: &mut RouterFaults) -> Vec<Vec<u8>> {
        if !faults.reorder {
            self.waiting.extend(self.held.take());
        }
        self.waiting.retain(|report| report.next_try_ms > now || report.tries < TRIES_MAX);
        let mut datagrams = Vec::new();
        for place in 0..self.waiting.len() {
            if self.waiting[place].next_try_ms > now || self.waits_for_another(place) {
                continue;
            }
            let identifier = self.free_identifier();
            let datagram = self.waiting[place].next_try(identifier, now, secret);
            if faults.lose_next > 0 {
                faults.lose_next -= 1;
                continue;
            }
            self.is_second = faults.lose_half && !self.is_second;
            if faults.lose_half && !self.is_second {
                continue;
            }
            if faults.duplicate {
                datagrams.push(datagram.clone());
            }
            datagrams.push(datagram);
        }
        datagrams
    }

    /// When the next report is sent again, in milliseconds since the epoch.
    pub(super) fn next_try_ms(&self) -> Option<i64> {
        let sendable = (0..self.waiting.len()).filter(|place| !self.waits_for_another(*place));
        sendable.map(|place| self.waiting[place].next_try_ms).min()
    }

    /// Whether an earlier part of what its session used is not answered yet.
    fn waits_for_another(&self, place: usize) -> bool {
        let (earlier, session) = (&self.waiting[..place], &self.waiting[place].session);
        earlier.iter().any(|report| report.order == Order::Step && report.session == *session)
    }

    /// An answer: the report it belongs to is done. What does not verify is nobody's.
    pub(super) fn answered(&mut self, datagram: &[u8], secret: &Secret) {
        let Ok(answer) = Packet::parse(datagram) else { return };
        if answer.code() == Code::AccountingResponse {
            self.waiting.retain(|report| {
                let answers = |request: Packet<'_>| verify_response(&answer, &request, secret).is_ok();
                !Packet::parse(&report.sent).is_ok_and(answers)
            });
        }
    }

    /// An identifier under which nothing is under way: there are more of them than reports.
    fn free_identifier(&mut self) -> u8 {
        while self.waiting.iter().any(|report| report.sent.get(1) == Some(&self.next_identifier)) {
            self.next_identifier = self.next_identifier.wrapping_add(1);
        }
        let identifier = self.next_identifier;
        self.next_identifier = identifier.wrapping_add(1);
        identifier
    }
}

impl Report {
    fn next_try(&mut self, identifier: u8, now: i64, secret: &Secret) -> Vec<u8> {
        self.tries += 1;
        self.next_try_ms = now + PATIENCE_MS;
        let delay_seconds = u32::try_from((now - self.made_ms) / 1_000).unwrap_or(0);
        let mut draft = self.draft.clone().with_identifier(identifier);
        draft.push_u32(AttributeType::ACCT_DELAY_TIME, delay_seconds).expect("a report fits into a packet");
        self.sent = draft.sign_request(secret).expect("a report is an accounting request");
        self.sent.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_second_datagram_is_lost_and_repeated() {
        let secret = Secret::new("s3cr3t".to_owned()).unwrap();
        let mut faults = RouterFaults { lose_half: true, ..RouterFaults::default() };
        let mut reports = Reports::default();
        let mut sent = |now: i64, adds: bool| {
            if adds {
                let draft = Draft::new(Code::AccountingRequest, 0);
                reports.add((draft, "81000001", Order::Free), now, &mut faults);
            }
            let datagrams = reports.due(now, &secret, &mut faults);
            reports.waiting.retain(|report| !datagrams.contains(&report.sent)); // what arrives is answered
            datagrams.len()
        };
        let later = PATIENCE_MS;
        let seen = [
            sent(0, true),
            sent(1, true),
            sent(later + 1, false),
            sent(later + 2, true),
            sent(3 * later, false),
        ];
        assert_eq!(seen, [1, 0, 1, 0, 1]);
        assert_eq!(reports.len(), 0, "nothing is lost for good");
    }
    #[test]
    fn what_was_used_at_one_moment_is_told_part_by_part() {
        let secret = Secret::new("s3cr3t".to_owned()).unwrap();
        let mut faults = RouterFaults::default();
        let mut reports = Reports::default();
        for (session, order) in [
            ("a", Order::Step),
            ("a", Order::Step),
            ("a", Order::Free),
            ("b", Order::Free),
            ("b", Order::Free),
        ] {
            reports.add((Draft::new(Code::AccountingRequest, 0), session, order), 0, &mut faults);
        }
        let mut sent = |now: i64| {
            let datagrams = reports.due(now, &secret, &mut faults);
            reports.waiting.retain(|report| !datagrams.contains(&report.sent)); // what arrives is answered
            (datagrams.len(), reports.next_try_ms())
        };
        assert_eq!(sent(0), (3, Some(0)), "the first part, and what is of another session");
        assert_eq!(sent(1), (1, Some(0)));
        assert_eq!(sent(2), (1, None), "what came after the parts");
    }
}
