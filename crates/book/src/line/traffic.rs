//! Counters into bytes. A router reports what a session has counted since it began; what counts is by how much that has grown.
//!
//! Nothing here trusts a packet's name or order: a report adds what its counters are above the highest that are known, so one that
//! comes twice, late or by another way adds nothing. Where it cannot be told whether bytes were counted already, they are not
//! counted again. Bytes between two reports are taken to have flowed evenly: what of that time was free, restricted, or in the
//! cycle before, is told by its share of the time, rounded up in the subscriber's favour.

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use money::Timestamp;

use super::calendar::{Span, covered, free_spans};
use super::plan::Plan;
use super::record::{LineFact, Read, Taken, ZeroRated};
use super::state::{Line, Session, SessionState};
use super::zero_rated::{TrafficNo, take_again, take_apart, take_of_session};
use crate::decision::Balance;
use crate::refusal::Refusal;
use crate::wallet::Wallet;

/// Bytes a second that a session may move at most, both ways together: 20 Gbit. What is faster was not traffic.
pub const RATE_MAX: i64 = 2_500_000_000;
/// Bytes that are believed however short the time, as routers report in their own good time.
const RATE_SLACK: i64 = 1 << 32;
/// The most sessions of one line that are remembered.
pub const SESSIONS_MAX: usize = 32;
/// What a counter of 32 bits can hold, and one.
const WRAP: i64 = 1 << 32;
/// How far two beginnings of a session lie apart at most that are the same one, told in whole seconds: 2 s.
const BEGINNING_SLACK: i64 = 2 * Timestamp::SECOND;

/// How far a router's clock may run ahead and still tell when a report was: 1 min.
const AHEAD_MAX: i64 = Timestamp::MINUTE;

/// One counter as a packet carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Octets {
    /// The lower 32 bits.
    pub low: u32,
    /// The upper 32 bits, if they were sent. Not sent is not zero.
    pub high: Option<u32>,
}

impl Octets {
    /// All of the counter; where the upper half was not sent it is that of `known`. What is more than can be counted is the most.
    fn counter(self, known: i64) -> i64 {
        let high = self.high.map_or(known & !(WRAP - 1), |high| i64::from(high).saturating_mul(WRAP));
        high.saturating_add(i64::from(self.low))
    }
}

/// What a report says of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingKind {
    /// It begins.
    Start,
    /// It goes on.
    Interim,
    /// It ended.
    Stop,
}

/// A keyed hash of what a router calls itself that reports through another one, such as a proxy; zero for one that speaks for
/// itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind(pub u64);

/// A report of one session's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The router's number.
    pub nas: u32,
    /// Who reports through that router.
    pub behind: Behind,
    /// A hash of what names the session.
    pub session: u128,
    /// What it says.
    pub kind: ReadingKind,
    /// Bytes from the subscriber since the session began, if told.
    pub input: Option<Octets>,
    /// Bytes to the subscriber since the session began, if told.
    pub output: Option<Octets>,
    /// How long the session has lasted, in seconds, if told.
    pub session_seconds: Option<u32>,
    /// When it was so.
    pub at: Timestamp,
    /// Whether the router told that instant. If not, it is the one at which the report came, and a copy that comes later
    /// seems to be of later.
    pub is_dated: bool,
    /// Which traffic it is of, where the router tells one kind of a subscriber's apart.
    pub traffic: Option<TrafficNo>,
    /// Whether the router counts all traffic in sessions, also what it tells apart.
    pub counts_all: bool,
}

/// What was strange about a reading. Staff see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// The counters went back without having been full: the router began to count anew, and what it counts now is added.
    Reset,
    /// More than any line can carry in that time: nothing was added, and it is counted on from there.
    Jump,
    /// Right after a jump the counters went back: the router has put them right, and what it had told before was none.
    PutRight,
}

impl Anomaly {
    /// The code.
    pub const fn code(self) -> &'static str {
        match self {
            Anomaly::Reset => "counter_reset",
            Anomaly::Jump => "counter_jump",
            Anomaly::PutRight => "counter_put_right",
        }
    }
}

/// What a reading is judged with.
pub(super) struct Judged<'a> {
    pub(super) wallet: &'a Wallet,
    pub(super) line: &'a Line,
    pub(super) plan: Option<&'a Plan>,
    pub(super) zone: &'a TimeZone,
    pub(super) accepted_from: Timestamp,
    pub(super) at: Timestamp,
}

/// What a report adds, or that it adds nothing.
pub(super) fn decide_reading(judged: &Judged<'_>, reading: &Reading) -> Result<(LineFact, Balance), Refusal> {
    let Judged { wallet, line, accepted_from, at, .. } = judged;
    // A router whose clock runs ahead means now; one that runs far ahead tells as little as one that tells nothing.
    let moment = reading.at.min(*at);
    let is_dated = reading.is_dated && reading.at.since(*at) <= AHEAD_MAX;
    let reading = &Reading { is_dated, ..*reading };
    if moment < *accepted_from {
        return Err(Refusal::EventTooLate { accepted_from: *accepted_from });
    }
    let base = match line.sessions.get(&reading.session) {
        Some(known) => base_of_known(known, reading, moment)?,
        None => base_of_new(line, reading, moment, *accepted_from)?,
    };
    let grown = grow(&base, reading, moment);
    let mut after = grown.after;
    if reading.kind == ReadingKind::Stop {
        after.state = SessionState::Closed;
    }
    let known = line.sessions.get(&reading.session);
    if grown.bytes == 0 && grown.anomaly.is_none() && known.is_some_and(|known| is_same(known, &after)) {
        return Err(Refusal::ReadingOld);
    }
    let (taken, zero_rated) = take(judged, reading, grown.bytes, (base.read_at.min(moment), moment));
    let balance = after_taken(wallet, &taken)?;
    let read = Read { session: reading.session, after, anomaly: grown.anomaly, taken, zero_rated };
    Ok((LineFact::Read(read), balance))
}

/// The wallet's balance when this has been taken.
pub(super) fn after_taken(wallet: &Wallet, taken: &Taken) -> Result<Balance, Refusal> {
    let net = taken.total - taken.outside;
    crate::usage::check_owed(wallet, net)?;
    Ok(Balance { posted: wallet.balance.posted - net, ..wallet.balance })
}

/// What the bytes by which a session's counters have grown take, and what of them is free because of what it is.
fn take(judged: &Judged<'_>, reading: &Reading, bytes: i64, within: Span) -> (Taken, Option<ZeroRated>) {
    match (reading.traffic, reading.counts_all) {
        (None, false) => (taken_of(judged.wallet, split(judged, bytes, within)), None),
        (None, true) => take_of_session(judged, split(judged, bytes, within)),
        (Some(traffic), false) => take_apart(judged, traffic, split(judged, bytes, within)),
        (Some(traffic), true) => take_again(judged, traffic, bytes, within),
    }
}

/// Bytes by where in time they flowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    /// In the cycle that runs.
    pub(super) total: i64,
    /// Such while all was outside.
    pub(super) outside: i64,
    /// Before it.
    pub(super) earlier: i64,
}

/// What the grants give for bytes that were split.
pub(super) fn taken_of(wallet: &Wallet, split: Split) -> Taken {
    let Split { total, outside, earlier } = split;
    let (burns, debt) = wallet.plan_burn(total - outside);
    Taken { total, outside, earlier, burns, debt }
}

fn split(judged: &Judged<'_>, bytes: i64, within: Span) -> Split {
    let starts_at = judged.line.cycle.starts_at;
    let earlier = if within.1 <= starts_at {
        bytes
    } else {
        share_up(bytes, starts_at.since(within.0).max(0), within.1.since(within.0))
    };
    let total = bytes - earlier;
    let rest = (within.0.max(starts_at), within.1.max(starts_at));
    // An instant has no length: it is free if it lies in what is free.
    let seen = if rest.0 == rest.1 { (rest.0, rest.1.plus(1)) } else { rest };
    let outside = share_up(total, covered(free_within(judged, seen), seen), seen.1.since(seen.0));
    Split { total, outside, earlier }
}

/// When between two instants nothing lowered the balance: free hours, and while the line was slowed, walled or blocked. They may overlap.
pub(super) fn free_within(judged: &Judged<'_>, within: Span) -> Vec<Span> {
    let Judged { line, plan, zone, .. } = judged;
    let mut spans: Vec<Span> = line
        .restricted
        .iter()
        .map(|span| (span.from, span.to.unwrap_or(Timestamp::MAX)))
        .filter(|(from, to)| *from <= within.1 && *to >= within.0)
        .collect();
    spans.extend(plan.iter().flat_map(|plan| free_spans(zone, &plan.free, within)));
    spans
}

/// `bytes` × `part` / `whole`, rounded up.
fn share_up(bytes: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 || part <= 0 {
        return 0;
    }
    let (bytes, part, whole) = (i128::from(bytes), i128::from(part.min(whole)), i128::from(whole));
    i64::try_from((bytes * part + whole - 1) / whole).unwrap_or(i64::MAX)
}

/// A session of which nothing is known before this report.
fn fresh(reading: &Reading, moment: Timestamp) -> Session {
    let lasted = i64::from(reading.session_seconds.unwrap_or(0)) * Timestamp::SECOND;
    let started_at = moment.plus(-lasted);
    Session {
        nas: reading.nas,
        behind: reading.behind,
        state: SessionState::Open,
        started_at,
        read_at: started_at,
        seconds: 0,
        input: 0,
        output: 0,
        jumped: false,
        traffic: reading.traffic,
        counts_all: reading.counts_all,
    }
}

/// What a session is counted from whose name is not known: from zero, unless it may have been known once.
fn base_of_new(
    line: &Line,
    reading: &Reading,
    moment: Timestamp,
    accepted_from: Timestamp,
) -> Result<Session, Refusal> {
    if moment <= line.sessions_known_from {
        return Err(Refusal::ReadingOld);
    }
    let fresh = fresh(reading, moment);
    // It may have been forgotten while it went on. Where no time is told it may be a copy of anything that is not too late, too.
    let forgotten_since = if reading.is_dated { fresh.started_at } else { accepted_from };
    if forgotten_since > line.sessions_known_from {
        return Ok(fresh);
    }
    // What it has counted so far is not counted again.
    let counted = |octets: Option<Octets>| octets.map_or(0, |octets| octets.counter(0));
    Ok(Session { input: counted(reading.input), output: counted(reading.output), ..fresh })
}

/// What was known of the session before this report; a fresh one if its name is used again.
fn base_of_known(known: &Session, reading: &Reading, moment: Timestamp) -> Result<Session, Refusal> {
    let is_open = known.state == SessionState::Open;
    if reading.kind == ReadingKind::Start {
        // Its name is used again. A Start that comes again tells of the same beginning or an earlier one; if it tells of none, it is
        // taken for a copy while the session goes on.
        let is_another = if reading.is_dated { moment > known.read_at } else { !is_open };
        return if is_another { Ok(fresh(reading, moment)) } else { Err(Refusal::ReadingOld) };
    }
    if repeats(known, reading) {
        let ends = reading.kind == ReadingKind::Stop && is_open;
        return if ends || goes_on_within(known, reading, moment) {
            Ok(*known)
        } else {
            Err(Refusal::ReadingOld)
        };
    }
    // Told of who had the name before.
    if moment.plus(BEGINNING_SLACK) < known.started_at {
        return Err(Refusal::ReadingOld);
    }
    // Its name is used again, and the Start was lost.
    if began_since(known, reading, moment) {
        return Ok(fresh(reading, moment));
    }
    let is_earlier = if reading.is_dated {
        moment < known.read_at && reading.kind == ReadingKind::Interim
    } else {
        reading.session_seconds.is_some_and(|seconds| seconds < known.seconds)
    };
    if is_earlier { Err(Refusal::ReadingOld) } else { Ok(*known) }
}

/// True if the report is of another session than the one that has its name. One that was late on its way, from a router that tells
/// no time, seems to have begun later too; but it goes on counting.
fn began_since(known: &Session, reading: &Reading, moment: Timestamp) -> bool {
    let Some(seconds) = reading.session_seconds else { return false };
    if fresh(reading, moment).started_at <= known.read_at.plus(BEGINNING_SLACK) {
        return false;
    }
    let went_back = went_back(known.input, reading.input) || went_back(known.output, reading.output);
    let is_younger = seconds <= known.seconds;
    if reading.is_dated {
        return known.state == SessionState::Closed || is_younger || went_back;
    }
    // Any copy of what the known one said is younger and has counted less. What its own clock and its counters disagree about is
    // another's.
    if is_younger {
        went_on(known.input, reading.input) || went_on(known.output, reading.output)
    } else {
        went_back
    }
}

/// True if it is word for word what was said last, whenever that comes.
fn repeats(known: &Session, reading: &Reading) -> bool {
    let same = |known: i64, told: Option<Octets>| told.is_some_and(|told| told.counter(known) == known);
    reading.session_seconds == Some(known.seconds)
        && same(known.input, reading.input)
        && same(known.output, reading.output)
}

/// True of what is said again in the next second of the router's clock, within the same second of the session's: both are told in
/// whole ones. That nothing flowed until then is news, for a line that is slowed at just that instant.
fn goes_on_within(known: &Session, reading: &Reading, moment: Timestamp) -> bool {
    let later = moment.since(known.read_at);
    reading.is_dated && known.state == SessionState::Open && later > 0 && later <= Timestamp::SECOND
}

struct Grown {
    after: Session,
    bytes: i64,
    anomaly: Option<Anomaly>,
}

fn grow(base: &Session, reading: &Reading, moment: Timestamp) -> Grown {
    if reading.input.is_none() && reading.output.is_none() {
        return Grown { after: *base, bytes: 0, anomaly: None };
    }
    let back = back_of(base, reading, moment);
    let (input, output) = (step(base.input, reading.input, back), step(base.output, reading.output, back));
    let told = input.added.saturating_add(output.added);
    let is_jump = told > believed_bytes(moment.since(base.read_at).max(0));
    let (read_at, seconds) = match back {
        Back::Late if told == 0 => (base.read_at, base.seconds),
        _ => (base.read_at.max(moment), reading.session_seconds.unwrap_or(0).max(base.seconds)),
    };
    let after = Session {
        read_at,
        seconds,
        input: input.counter,
        output: output.counter,
        // What says the same again takes no doubt away.
        jumped: is_jump || (base.jumped && told == 0),
        traffic: reading.traffic,
        counts_all: reading.counts_all,
        ..*base
    };
    if is_jump {
        return Grown { after, bytes: 0, anomaly: Some(Anomaly::Jump) };
    }
    let anomaly = if back == Back::Right { Anomaly::PutRight } else { Anomaly::Reset };
    Grown { after, bytes: told, anomaly: (input.is_reset || output.is_reset).then_some(anomaly) }
}

/// The most bytes that are believed of so many microseconds.
fn believed_bytes(elapsed: i64) -> i64 {
    let flowed = i128::from(RATE_MAX) * i128::from(elapsed) / i128::from(Timestamp::SECOND);
    i64::try_from(flowed).unwrap_or(i64::MAX).saturating_add(RATE_SLACK)
}

/// How a counter that went back is understood.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Back {
    /// As told late.
    Late,
    /// As full, if it is one of 32 bits; else as begun anew.
    Full,
    /// As begun anew.
    Anew,
    /// As put right, after a reading that was not believed.
    Right,
}

fn back_of(base: &Session, reading: &Reading, moment: Timestamp) -> Back {
    // A report from before the last one can only repeat; a session that ended does not begin to count anew. Its own clock says it
    // better than the time of a packet.
    let is_earlier = match reading.session_seconds.map(|seconds| seconds.cmp(&base.seconds)) {
        Some(Ordering::Less) => true,
        Some(Ordering::Greater) => false,
        Some(Ordering::Equal) if !reading.is_dated => true,
        Some(Ordering::Equal) | None => moment <= base.read_at,
    };
    if is_earlier || base.state == SessionState::Closed {
        return Back::Late;
    }
    if base.jumped {
        return Back::Right;
    }
    // A session whose own clock goes on counts on.
    if reading.session_seconds.is_some() {
        return Back::Full;
    }
    // Where none is told, two counters are hardly full at the same time. Where no time is told either, a report whose counters did
    // nothing but go back may be a copy.
    let both = went_back(base.input, reading.input) && went_back(base.output, reading.output);
    let either = went_on(base.input, reading.input) || went_on(base.output, reading.output);
    match (reading.is_dated, both, either) {
        (true, true, _) => Back::Anew,
        (false, _, false) => Back::Late,
        _ => Back::Full,
    }
}

struct Step {
    counter: i64,
    added: i64,
    is_reset: bool,
}

/// One counter's way from `known` to what was told.
fn step(known: i64, told: Option<Octets>, back: Back) -> Step {
    let grown = |counter| Step { counter, added: counter - known, is_reset: false };
    let Some(told) = told else { return grown(known) };
    let value = told.counter(known);
    if value >= known {
        return grown(value);
    }
    match back {
        Back::Late => grown(known),
        Back::Full if told.high.is_none() => grown(value.saturating_add(WRAP)),
        Back::Full | Back::Anew => {
            let counter = told.counter(0);
            Step { counter, added: counter, is_reset: true }
        }
        Back::Right => Step { counter: told.counter(0), added: 0, is_reset: true },
    }
}

fn went_back(known: i64, told: Option<Octets>) -> bool {
    told.is_some_and(|told| told.counter(known) < known)
}

/// True if it is higher for sure: half a counter that had been full may only seem so.
fn went_on(known: i64, told: Option<Octets>) -> bool {
    told.is_some_and(|told| (told.high.is_some() || known < WRAP) && told.counter(known) > known)
}

fn is_same(known: &Session, after: &Session) -> bool {
    let said = |session: &Session| (session.state, session.read_at, session.input, session.output);
    said(known) == said(after)
}
