//! What routers are known to do for each line: its sessions, the speed that was seen of each, and what was asked of it. In memory
//! alone: what is lost at the end of the program comes back with the next reports.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use money::{Timestamp, WalletId};
use radius::SessionIdentity;

use super::profile::{Terms, Wall};

/// Sessions of one line that are known at a time: as many as the book remembers.
const SESSIONS_MAX: usize = book::SESSIONS_MAX;
/// Contents of a session's reports that are remembered, to tell a repetition from news.
const CONTENTS_MAX: usize = 8;
/// Sessions of one line that are remembered as denied.
const DENIED_MAX: usize = 32;
/// How often a router is believed that it does not have a session of which it reports.
const DENIALS_BELIEVED: usize = 2;
/// How long a change may go without being confirmed before staff are told, in microseconds: a minute sooner than the subscriber is.
const CONFIRMED_WITHIN: i64 = 120 * Timestamp::SECOND;

/// What a line may do on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Profile {
    /// All that its plan gives.
    Full,
    /// Slowed, walled, or nothing, as its plan says.
    Restricted,
}

/// A change that a router was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) terms: Terms,
    /// When it was first asked for, by the book's clock.
    pub(super) first_at: Timestamp,
    /// Not before this is it asked for again.
    pub(super) again_at: Timestamp,
    /// The router's first acknowledgement. It stands when the change is asked for again, which makes no report older.
    pub(super) acknowledged: Option<Acknowledged>,
    /// How often a later report has shown that nothing had changed, or nobody answered.
    pub(super) failures: u32,
    /// Whether staff have been told.
    pub(super) is_told: bool,
}

/// What a router promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Acknowledged {
    /// When, by the book's clock in seconds.
    pub(super) at: i64,
    /// How many reports had come until then.
    pub(super) arrivals: u64,
    /// Whether the session is to end: one that goes on has not been changed.
    pub(super) is_end: bool,
}

/// That a session's router is being asked.
#[derive(Debug)]
pub(super) struct Asking;

/// One session as it is known.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) hash: u128,
    pub(super) nas_no: u32,
    pub(super) identity: SessionIdentity<'static>,
    /// Whether a Class names it: then it is not given another one.
    pub(super) has_name: bool,
    /// Whether its router refuses to give it another Class: the one that it carries proves nothing of what was asked for since.
    pub(super) keeps_class: bool,
    /// Whether it was taken from the views and its router has not reported of it since: only its login names it, and it may have
    /// another name that is not known.
    pub(super) is_recalled: bool,
    /// What was seen to be in force, if that could be told.
    pub(super) seen: Option<Terms>,
    /// Whether its router has reported of it after it had said, more than once, that it has no such session.
    pub(super) is_denied: bool,
    /// Where it may be, as it was seen last or asked since.
    pub(super) wall: Wall,
    /// Whether its first report is still to be looked at: until then nothing is asked of it.
    pub(super) is_to_be_looked_at: bool,
    pub(super) asked: Option<Asked>,
    /// What whoever asks its router now holds on to.
    asking: Weak<Asking>,
    /// By how many seconds its reports seem older than they are: the least that was seen. A router's clock may be wrong by hours.
    lag: Option<i64>,
    last: (i64, u64),
    contents: VecDeque<u128>,
}

/// A line on the network.
#[derive(Clone, Debug)]
pub(super) struct LineOnNetwork {
    /// Whether it was confirmed to be restricted.
    pub(super) confirmed: Profile,
    pub(super) sessions: Vec<Session>,
    /// Sessions that a router said it does not have, each as often as it said so; the latest last.
    denied: Vec<u128>,
}

/// All lines that were looked at.
#[derive(Debug, Default)]
pub(crate) struct Network {
    lines: Mutex<HashMap<WalletId, LineOnNetwork>>,
    /// How often sessions ended of lines that had not been looked at yet. Locked after `lines`.
    ends: Mutex<HashMap<WalletId, u64>>,
}

impl Network {
    pub(super) fn lines(&self) -> MutexGuard<'_, HashMap<WalletId, LineOnNetwork>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often sessions of a line ended before it was looked at.
    pub(super) fn ends(&self, wallet: WalletId) -> u64 {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).get(&wallet).copied().unwrap_or(0)
    }

    /// Takes up a line as the views had it when its [`Network::ends`] were so many; false if others have ended since, so that the views
    /// are to be asked again. A line that is known already stays as it is.
    pub(super) fn take_up(&self, wallet: WalletId, ends: u64, line: LineOnNetwork) -> bool {
        if let Entry::Vacant(place) = self.lines().entry(wallet) {
            if self.ends(wallet) != ends {
                return false;
            }
            place.insert(line);
        }
        true
    }

    /// On which wallets lines live that wait for a confirmation longer than they should.
    pub(crate) fn unconfirmed(&self, now: Timestamp) -> Vec<WalletId> {
        let is_late = |session: &Session| session.asked.as_ref().is_some_and(|asked| asked.is_late(now));
        let lines = self.lines();
        lines
            .iter()
            .filter(|(_, line)| line.sessions.iter().any(is_late))
            .map(|(wallet, _)| *wallet)
            .collect()
    }

    /// For how many sessions each router was asked for a change that it has not confirmed.
    pub(super) fn unconfirmed_sessions(&self) -> HashMap<u32, u32> {
        let mut unconfirmed = HashMap::new();
        let lines = self.lines();
        for session in lines.values().flat_map(|line| &line.sessions).filter(|it| it.asked.is_some()) {
            *unconfirmed.entry(session.nas_no).or_default() += 1;
        }
        unconfirmed
    }

    /// A session is there, whatever it may show. A line that was not looked at yet gets its sessions from the views.
    pub(super) fn note(&self, wallet: WalletId, session: Session) {
        if let Some(line) = self.lines().get_mut(&wallet)
            && line.sessions.iter().all(|known| known.hash != session.hash)
        {
            line.session(session).is_to_be_looked_at = true;
        }
    }

    /// All sessions that a line had at a router are over but these.
    pub(super) fn keep_sessions(&self, wallet: WalletId, nas_no: u32, open: &[u128]) {
        let mut lines = self.lines();
        if let Some(line) = lines.get_mut(&wallet) {
            line.sessions.retain(|session| session.nas_no != nas_no || open.contains(&session.hash));
        } else {
            *self.ends.lock().unwrap_or_else(PoisonError::into_inner).entry(wallet).or_default() += 1;
        }
    }
}

impl Asked {
    pub(super) fn new(terms: Terms, first_at: Timestamp, again_at: Timestamp) -> Asked {
        Asked { terms, first_at, again_at, acknowledged: None, failures: 0, is_told: false }
    }

    /// The router promised it. A promise to end the session is the stronger one.
    pub(super) fn acknowledge(&mut self, acknowledged: Acknowledged) {
        let is_first = self.acknowledged.is_none_or(|known| acknowledged.is_end && !known.is_end);
        if is_first {
            self.acknowledged = Some(acknowledged);
        }
    }

    /// True if staff should know of it by now.
    pub(super) fn is_late(&self, now: Timestamp) -> bool {
        now.since(self.first_at) >= CONFIRMED_WITHIN
    }
}

impl Session {
    pub(super) fn new(hash: u128, nas_no: u32, identity: SessionIdentity<'static>) -> Session {
        Session {
            hash,
            nas_no,
            identity,
            has_name: false,
            keeps_class: false,
            is_recalled: false,
            seen: None,
            is_denied: false,
            wall: Wall::Outside,
            is_to_be_looked_at: false,
            asked: None,
            asking: Weak::new(),
            lag: None,
            last: (i64::MIN, 0),
            contents: VecDeque::new(),
        }
    }

    /// True while its router is being asked: one change of a session is on its way at a time, so that none overtakes another.
    pub(super) fn is_being_asked(&self) -> bool {
        self.asking.strong_count() > 0
    }

    /// Its router is being asked until what this gives is dropped, in whatever way that ends.
    pub(super) fn begin_asking(&mut self) -> Arc<Asking> {
        let asking = Arc::new(Asking);
        self.asking = Arc::downgrade(&asking);
        asking
    }

    /// True if a report of this content, that happened at `occurred_at` and came as the `arrival`th, is newer than all that are known.
    pub(super) fn is_news(&mut self, content: u128, occurred_at: i64, arrival: u64) -> bool {
        let is_known = self.contents.contains(&content);
        let is_news = !is_known && (occurred_at, arrival) > self.last;
        if is_news {
            self.last = (occurred_at, arrival);
        }
        if !is_known {
            if self.contents.len() >= CONTENTS_MAX {
                self.contents.pop_front();
            }
            self.contents.push_back(content);
        }
        is_news
    }

    /// A report that came at `now`, in seconds by the book's clock, tells of `occurred_at`.
    pub(super) fn hear(&mut self, occurred_at: i64, now: i64) {
        let lag = now.saturating_sub(occurred_at);
        self.lag = Some(self.lag.map_or(lag, |least| least.min(lag)));
    }

    /// Takes what a report showed to be in force, or what follows from its silence about it, and says whether that was another than
    /// what was asked for and acknowledged before.
    pub(super) fn look(&mut self, shown: Option<Terms>, occurred_at: i64, arrival: u64) -> bool {
        let occurred_at = self.by_our_clock(occurred_at);
        let after = self.acknowledged_before(occurred_at, arrival);
        // A router that does not tell speeds has at least gone on after it had acknowledged to change them.
        let gone_on = after.filter(|acknowledged| !acknowledged.is_end);
        let told = shown.or_else(|| gone_on.and(self.asked.as_ref()).map(|asked| asked.terms.clone()));
        let is_told = told.is_some();
        let before = self.seen.clone();
        if let Some(seen) = told {
            self.wall = seen.wall;
            self.seen = Some(seen);
        }
        let Some(asked) = &mut self.asked else { return false };
        let is_as_asked = is_told && self.seen.as_ref() == Some(&asked.terms);
        // What was seen before something else was asked for in between proves nothing, unless it is seen again since.
        let is_news = before.as_ref() != Some(&asked.terms);
        if is_as_asked && (is_news || after.is_some() || occurred_at > asked.first_at.as_seconds()) {
            self.asked = None;
            return false;
        }
        let is_contradicted = !is_as_asked && (is_told || after.is_some_and(|it| it.is_end));
        if after.is_some() && is_contradicted {
            asked.acknowledged = None;
            asked.failures += 1;
            // At once.
            asked.again_at = asked.first_at;
            return true;
        }
        false
    }

    /// Whether it has gone on at the speed that was asked for and acknowledged, until it ended as the `arrival`th report says.
    pub(super) fn has_gone_on(&self, occurred_at: i64, arrival: u64) -> bool {
        self.acknowledged_before(self.by_our_clock(occurred_at), arrival).is_some_and(|it| !it.is_end)
    }

    fn by_our_clock(&self, occurred_at: i64) -> i64 {
        occurred_at.saturating_add(self.lag.unwrap_or(0))
    }

    fn acknowledged_before(&self, occurred_at: i64, arrival: u64) -> Option<Acknowledged> {
        let acknowledged = self.asked.as_ref()?.acknowledged?;
        (occurred_at >= acknowledged.at && arrival > acknowledged.arrivals).then_some(acknowledged)
    }
}

impl LineOnNetwork {
    pub(super) fn new(confirmed: Profile, sessions: Vec<Session>) -> LineOnNetwork {
        LineOnNetwork { confirmed, sessions, denied: Vec::new() }
    }

    /// A router said that it has no such session.
    pub(super) fn deny(&mut self, session: u128) {
        if self.denied.len() >= DENIED_MAX {
            self.denied.remove(0);
        }
        self.denied.push(session);
    }

    /// The session of this name, made if it is new. The one that has not reported for longest gives way.
    pub(super) fn session(&mut self, new: Session) -> &mut Session {
        if let Some(place) = self.sessions.iter().position(|session| session.hash == new.hash) {
            return &mut self.sessions[place];
        }
        if self.sessions.len() >= SESSIONS_MAX
            && let Some(oldest) = (0..self.sessions.len()).min_by_key(|place| self.sessions[*place].last)
        {
            self.sessions.swap_remove(oldest);
        }
        // One report may have been late on its way; a session of which more come is there.
        let times = self.denied.iter().filter(|denied| **denied == new.hash).count();
        self.sessions.push(Session { is_denied: times >= DENIALS_BELIEVED, ..new });
        let last = self.sessions.len() - 1;
        &mut self.sessions[last]
    }

    /// What is true of the whole line: restricted when every session is, full as soon as one is.
    pub(super) fn shown(&self) -> Option<Profile> {
        let has =
            |session: &Session, profile| session.seen.as_ref().is_some_and(|seen| seen.profile == profile);
        if self.sessions.iter().any(|session| has(session, Profile::Full)) {
            return Some(Profile::Full);
        }
        let all = self.sessions.iter().all(|session| has(session, Profile::Restricted));
        (all && !self.sessions.is_empty()).then_some(Profile::Restricted)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;

    fn terms(profile: Profile) -> Terms {
        Terms::of(&crate::nas::profile::tests::plan(store::tables::lines::AtZero::Slow), profile)
    }

    fn asked(profile: Profile, acknowledged: Option<(i64, u64)>) -> Asked {
        let acknowledged = acknowledged.map(|(at, arrivals)| Acknowledged { at, arrivals, is_end: false });
        Asked { acknowledged, ..Asked::new(terms(profile), Timestamp::EPOCH, Timestamp::EPOCH) }
    }

    #[test]
    fn what_a_report_shows() {
        use Profile::{Full, Restricted};
        // What was seen; asked and acknowledged (time, arrivals); shown, at, arrival; then: seen, asked still, contradicted.
        type Case =
            (Option<Profile>, Option<(i64, u64)>, (Option<Profile>, i64, u64), Option<Profile>, bool, bool);
        let cases: [(&str, Case); 6] = [
            ("shown as asked", (Some(Full), None, (Some(Restricted), 10, 1), Some(Restricted), false, false)),
            (
                "silent after the acknowledgement",
                (Some(Full), Some((10, 4)), (None, 10, 5), Some(Restricted), false, false),
            ),
            ("silent, from before it", (Some(Full), Some((10, 4)), (None, 9, 5), Some(Full), true, false)),
            ("silent and not acknowledged", (None, None, (None, 10, 5), None, true, false)),
            (
                "acknowledged and not done",
                (Some(Full), Some((10, 4)), (Some(Full), 11, 5), Some(Full), true, true),
            ),
            (
                "under way when it was acknowledged",
                (Some(Full), Some((10, 4)), (Some(Full), 10, 4), Some(Full), true, false),
            ),
        ];
        for (name, (seen, acknowledged, (shown, at, arrival), expected, still, contradicted)) in cases {
            let mut session = Session::new(1, 1, SessionIdentity::default());
            session.seen = seen.map(terms);
            session.asked = Some(asked(Restricted, acknowledged));
            assert_eq!(session.look(shown.map(terms), at, arrival), contradicted, "{name}");
            assert_eq!((session.seen, session.asked.is_some()), (expected.map(terms), still), "{name}");
        }
    }

    #[test]
    fn what_was_seen_before_something_else_was_asked_for_proves_nothing() {
        let full = || terms(Profile::Full);
        let begun = Timestamp::from_seconds(20);
        for (name, shown, at, still) in [
            ("from before it was asked for again", Some(full()), 19, true),
            ("in the second in which it was", Some(full()), 20, true),
            ("silent", None, 30, true),
            ("from after it was", Some(full()), 21, false),
        ] {
            let mut session = Session::new(1, 1, SessionIdentity::default());
            session.seen = Some(full());
            session.asked = Some(Asked::new(full(), begun, begun));
            assert!(!session.look(shown, at, 1), "{name}");
            assert_eq!(session.asked.is_some(), still, "{name}");
        }
    }

    #[test]
    fn a_session_that_was_to_end_and_goes_on_was_not_changed() {
        let mut session = Session::new(1, 1, SessionIdentity::default());
        let mut ended = asked(Profile::Restricted, None);
        for is_end in [false, true, false] {
            ended.acknowledge(Acknowledged { at: if is_end { 10 } else { 5 }, arrivals: 4, is_end });
        }
        session.asked = Some(ended);
        assert!(!session.look(None, 9, 5), "from before the promise to end it");
        assert!(!session.has_gone_on(10, 5));
        assert!(session.look(None, 10, 5));
        let asked = session.asked.as_ref().expect("it is asked for still");
        assert_eq!((asked.failures, asked.acknowledged, session.seen.clone()), (1, None, None));
    }

    #[test]
    fn times_are_judged_by_the_least_by_which_a_router_was_behind() {
        let mut session = Session::new(1, 1, SessionIdentity::default());
        session.asked = Some(asked(Profile::Full, Some((1_000, 4))));
        assert!(!session.has_gone_on(400, 5), "nothing is known of its clock");
        session.hear(100, 800);
        assert!(session.has_gone_on(400, 5), "it was 700 s behind");
        session.hear(200, 700);
        session.hear(200, 900);
        assert!(!session.has_gone_on(400, 5), "of which 200 were on the way");
        assert!(session.has_gone_on(500, 5));
    }

    #[test]
    fn a_session_that_ended_while_its_line_was_looked_up_is_not_taken_up() {
        let (network, wallet) = (Network::default(), WalletId::from_u128(1));
        let line = |hashes: &[u128]| {
            let sessions = hashes.iter().map(|hash| Session::new(*hash, 1, SessionIdentity::default()));
            LineOnNetwork::new(Profile::Full, sessions.collect())
        };
        let before = network.ends(wallet);
        network.keep_sessions(wallet, 1, &[]);
        assert!(!network.take_up(wallet, before, line(&[7])), "it was looked up before");
        assert!(network.take_up(wallet, network.ends(wallet), line(&[])));
        assert!(network.take_up(wallet, before, line(&[7])), "it is known");
        assert!(network.lines()[&wallet].sessions.is_empty());
    }

    #[test]
    fn a_router_that_denies_a_session_and_reports_of_it_is_believed_twice() {
        let mut line = LineOnNetwork::new(Profile::Full, Vec::new());
        for (denied, expected) in [(false, false), (true, false), (true, true), (true, true)] {
            if denied {
                line.sessions.clear();
                line.deny(1);
                line.deny(2 + line.denied.len() as u128);
            }
            let known = line.session(Session::new(1, 1, SessionIdentity::default()));
            assert_eq!(known.is_denied, expected);
        }
        for other in 0..200 {
            line.deny(100 + other);
        }
        assert_eq!(line.denied.len(), DENIED_MAX);
    }

    #[test]
    fn a_session_may_be_asked_again_whatever_became_of_who_asked() {
        let mut session = Session::new(1, 1, SessionIdentity::default());
        assert!(!session.is_being_asked());
        let asking = session.begin_asking();
        assert!(session.is_being_asked() && session.clone().is_being_asked());
        let asked = std::thread::spawn(move || {
            let _asking = asking;
            panic!("it breaks");
        });
        asked.join().expect_err("it broke");
        assert!(!session.is_being_asked());
        drop(session.begin_asking());
        assert!(!session.is_being_asked());
    }

    #[test]
    fn repetitions_and_what_comes_late_are_no_news() {
        let mut session = Session::new(1, 1, SessionIdentity::default());
        let steps =
            [(1, 10, 1, true), (1, 10, 2, false), (2, 10, 3, true), (3, 9, 4, false), (4, 10, 2, false)];
        for (content, at, arrival, expected) in steps {
            assert_eq!(session.is_news(content, at, arrival), expected, "content {content}");
        }
    }

    #[test]
    fn a_line_is_restricted_when_all_its_sessions_are() {
        let mut line = LineOnNetwork::new(Profile::Full, Vec::new());
        assert_eq!(line.shown(), None);
        for hash in 1..=2 {
            line.session(Session::new(hash, 1, SessionIdentity::default()));
        }
        line.sessions[0].seen = Some(terms(Profile::Restricted));
        assert_eq!(line.shown(), None);
        line.sessions[1].seen = Some(terms(Profile::Restricted));
        assert_eq!(line.shown(), Some(Profile::Restricted));
        line.sessions[0].seen = Some(terms(Profile::Full));
        assert_eq!(line.shown(), Some(Profile::Full));
        for hash in 3..60 {
            line.session(Session::new(hash, 1, SessionIdentity::default()));
        }
        assert_eq!(line.sessions.len(), SESSIONS_MAX);
    }
}
