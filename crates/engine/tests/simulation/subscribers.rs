//! Random subscribers of an internet provider: their lines, what their routers count and report, what is bought for them.
//!
//! A session of the world counts here what it has moved. Its reports are wishes like any other: asked, lost, asked again, in another
//! order. The clock of routers is the time of the newest durable decision, so that none runs ahead.

use std::collections::{HashMap, HashSet};

use book::{
    Act, Awaiting, Behind, Book, Buying, Catalog, Charging, CommandKey, KeySpace, Line, LineAct, LineStatus,
    LineWish, Octets, Pack, PackNo, PaidBy, Plan, PlanNo, PurchaseRules, Reading, ReadingKind, Release,
    TakeBack, TrafficNo, Validity,
};
use money::{Amount, CustomerId, GrantId, LineId, PurchaseId, Timestamp, Unit, WalletId};

use crate::random::Random;

/// Lines; each wallet's name is its place and this.
const LINES: i64 = 4;
const WALLETS_FROM: u128 = 1_000;
/// Routers. The last one sends no Gigawords.
const ROUTERS: usize = 3;
/// Sessions of one line, fewer than the book forgets.
const SESSIONS_OF_LINE_MAX: usize = 24;
/// A counter is at most so far beyond what is known of it, so that one of 32 bits is full at most once in between.
const UNKNOWN_MAX: u64 = (1 << 31) - 1;
/// What a counter mostly grows by at most.
const GROWTH_MAX: u64 = 1 << 27;
/// Time between two reports of the router that sends no Gigawords, in microseconds.
const NARROW_PAUSE: i64 = 30 * Timestamp::SECOND;
const PRICE: i64 = 24_900_000;

/// One session as its router knows it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) line: WalletId,
    nas: u32,
    began_at: Timestamp,
    told_at: Timestamp,
    counters: [u64; 2],
    /// Which traffic it counts, where it counts but one kind. Only the first router counts that in its sessions as well.
    traffic: Option<TrafficNo>,
    /// What was reported last, and the wish that did.
    pub(crate) reported: u64,
    pub(crate) newest: usize,
    is_over: bool,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Subscribers {
    /// The name of a session is its place.
    pub(crate) sessions: Vec<Session>,
    purchases: Vec<(WalletId, Awaiting)>,
    paid: HashSet<PurchaseId>,
    /// Wishes of reports that were read, or that said nothing new.
    pub(crate) read: HashSet<usize>,
}

/// What the provider sells. The price of a pack changes now and then.
pub(crate) fn sold(random: &mut Random, catalog: Catalog) -> Catalog {
    let plan = Plan {
        no: PlanNo(1),
        allowance: 600_000_000,
        carried_max: None,
        purchases: Some(PurchaseRules { balance_max: 0, unpaid_max: None }),
        free: Vec::new(),
        zero_rated: vec![TrafficNo(1)],
    };
    let carries =
        Plan { no: PlanNo(2), allowance: 450_000_000, carried_max: Some(150_000_000), ..plan.clone() };
    let free = vec![book::FreeWindow { from_minute: 9 * 60, to_minute: 15 * 60 }];
    let nights = Plan { no: PlanNo(3), allowance: 300_000_000, free, ..plan.clone() };
    let price = Amount::new(if random.one_in(6) { PRICE + 1 } else { PRICE }, Unit::BRL);
    let pack = |no, plan, quantity, release, validity| Pack {
        no: PackNo(no),
        plan: PlanNo(plan),
        quantity,
        price,
        chargings: Charging::ALL.map(|(way, _)| way).to_vec(),
        release,
        validity,
        per_cycle_max: None,
    };
    let packs = [
        pack(1, 1, 1_000_000_000, Release::OnPurchase, Validity::Cycle),
        pack(2, 1, 3_000_000_000, Release::OnPayment, Validity::Days(2)),
        pack(3, 2, 1_000_000_000, Release::OnPurchase, Validity::Days(1)),
        pack(4, 3, 1_000_000_000, Release::OnPurchase, Validity::Cycle),
    ];
    let utc = catalog.zone().clone();
    catalog.with_plans(utc, [plan, carries, nights], packs)
}

/// True for what tells of the world and may be told any number of times.
pub(crate) fn is_statement(act: &Act) -> bool {
    let Act::Line(wish) = act else { return false };
    matches!(
        wish.act,
        LineAct::Read(_)
            | LineAct::EndSessions { .. }
            | LineAct::Restrict { .. }
            | LineAct::Restore { .. }
            | LineAct::SetStatus { .. }
            | LineAct::ChangePlan { .. }
    )
}

/// A payment's key is the purchase's.
pub(crate) fn key_of_payment(act: &Act, body: u64) -> Option<CommandKey> {
    let Act::Line(wish) = act else { return None };
    let LineAct::Pay { purchase, .. } = &wish.act else { return None };
    Some(CommandKey { space: KeySpace::Forever, key: !purchase.purchase.as_u128(), body })
}

impl Subscribers {
    /// What somebody wants of a line. `book` is what is durable, `now` the time of its newest decision.
    pub(crate) fn act(&mut self, random: &mut Random, number: usize, now: Timestamp, book: &Book) -> Act {
        let wallet = WalletId::from_u128(WALLETS_FROM + u128::from(random.between(1, LINES).cast_unsigned()));
        let known =
            book.wallet_no(wallet).and_then(|no| book.wallet(no)).and_then(|known| known.line.as_deref());
        let Some(known) = known else { return opening(random, wallet, book) };
        let line = |act| Act::Line(Box::new(LineWish { wallet, act }));
        line(match random.below(100) {
            0..60 => return self.report(random, number, wallet, now, book),
            60..74 => self.buying(random, number, wallet, known),
            74..84 => self.payment(random, number, known).unwrap_or(LineAct::Restrict { at: now }),
            84..88 => match self.of_line(random, wallet) {
                Some(Awaiting { purchase, .. }) if random.one_in(2) => LineAct::Drop { purchase },
                Some(Awaiting { purchase, .. }) => {
                    let take_back = *random.pick(&[TakeBack::Rest, TakeBack::Nothing]);
                    LineAct::WriteOff { purchase, take_back }
                }
                None => LineAct::Restore { at: now },
            },
            88..90 => {
                LineAct::ChangePlan { plan: PlanNo(u32::try_from(1 + random.below(3)).expect("three")) }
            }
            90..92 => {
                let status = if random.one_in(3) { LineStatus::Blocked } else { LineStatus::Enabled };
                LineAct::SetStatus { status }
            }
            92..95 => LineAct::Restrict { at: now },
            95..98 => LineAct::Restore { at: now },
            98 => self.restart(random, now),
            _ => {
                let unique = i64::try_from(number).expect("few wishes");
                LineAct::AddUse { total: 1_000_000 + unique, outside: random.between(0, 1_000) }
            }
        })
    }

    /// The last report of every session that has not ended.
    pub(crate) fn last_reports(&mut self, number: usize, now: Timestamp) -> Vec<Act> {
        let mut acts = Vec::new();
        for place in 0..self.sessions.len() {
            if !self.sessions[place].is_over {
                acts.push(self.tell(place, number + acts.len(), ReadingKind::Stop, now));
            }
        }
        acts
    }

    /// A session goes on, begins or ends, and perhaps a report of it comes. One that is lost leaves its bytes to the next.
    fn report(
        &mut self,
        random: &mut Random,
        number: usize,
        wallet: WalletId,
        now: Timestamp,
        book: &Book,
    ) -> Act {
        let of_line = |(_, session): &(usize, &Session)| session.line == wallet;
        let known: Vec<usize> =
            self.sessions.iter().enumerate().filter(of_line).map(|(place, _)| place).collect();
        let going: Vec<usize> =
            known.iter().copied().filter(|place| !self.sessions[*place].is_over).collect();
        if going.is_empty() || (known.len() < SESSIONS_OF_LINE_MAX && random.one_in(6)) {
            let nas = u32::try_from(random.below(ROUTERS)).expect("few routers");
            self.sessions.push(Session {
                line: wallet,
                nas,
                began_at: now,
                told_at: now,
                counters: [0; 2],
                traffic: random.one_in(4).then(|| TrafficNo(1 + u32::from(random.one_in(3)))),
                reported: 0,
                newest: number,
                is_over: false,
            });
            return self.tell(self.sessions.len() - 1, number, ReadingKind::Start, now);
        }
        let place = *random.pick(&going);
        let session = &mut self.sessions[place];
        if is_narrow(session.nas) && now.since(session.told_at) < NARROW_PAUSE {
            return Act::Line(Box::new(LineWish { wallet, act: LineAct::Restrict { at: now } }));
        }
        let told = book
            .wallet_no(wallet)
            .and_then(|no| book.wallet(no)?.line.as_deref()?.sessions.get(&(place as u128)))
            .map_or([0; 2], |known| [known.input, known.output].map(i64::cast_unsigned));
        for (counter, told) in session.counters.iter_mut().zip(told) {
            let most = UNKNOWN_MAX.saturating_sub(counter.saturating_sub(told));
            let grows_fast = is_narrow(session.nas) && random.one_in(2);
            let most = if grows_fast { most } else { most.min(GROWTH_MAX) };
            *counter += random.next() % (most + 1);
        }
        let kind = if random.one_in(8) { ReadingKind::Stop } else { ReadingKind::Interim };
        self.tell(place, number, kind, now)
    }

    fn tell(&mut self, place: usize, number: usize, kind: ReadingKind, now: Timestamp) -> Act {
        let session = &mut self.sessions[place];
        session.told_at = session.told_at.max(now);
        session.is_over = kind == ReadingKind::Stop;
        session.reported = session.counters.iter().sum();
        session.newest = number;
        let seconds = session.told_at.since(session.began_at) / Timestamp::SECOND;
        let wide = !is_narrow(session.nas);
        #[allow(clippy::cast_possible_truncation, reason = "the two halves of a counter")]
        let octets =
            |counter: u64| Some(Octets { low: counter as u32, high: wide.then_some((counter >> 32) as u32) });
        let reading = Reading {
            nas: session.nas,
            behind: Behind::default(),
            session: place as u128,
            kind,
            input: octets(session.counters[0]),
            output: octets(session.counters[1]),
            session_seconds: u32::try_from(seconds).ok(),
            at: session.told_at,
            is_dated: true,
            traffic: session.traffic,
            counts_all: session.nas == 0,
        };
        Act::Line(Box::new(LineWish { wallet: session.line, act: LineAct::Read(reading) }))
    }

    /// A router begins to count anew: what its sessions have not reported is lost.
    fn restart(&mut self, random: &mut Random, now: Timestamp) -> LineAct {
        let nas = u32::try_from(random.below(ROUTERS)).expect("few routers");
        self.sessions
            .iter_mut()
            .filter(|session| session.nas == nas)
            .for_each(|session| session.is_over = true);
        LineAct::EndSessions { nas, behind: Behind::default(), at: now }
    }

    /// Mostly from a page that shows the line as it is.
    fn buying(&mut self, random: &mut Random, number: usize, wallet: WalletId, known: &Line) -> LineAct {
        let of_plan = [1, 1, 3, 4][known.plan.0 as usize % 4];
        let no = if random.one_in(3) { u32::try_from(1 + random.below(4)).expect("four") } else { of_plan };
        let (quantity, validity) = match no {
            2 => (3_000_000_000, Validity::Days(2)),
            3 => (1_000_000_000, Validity::Days(1)),
            _ => (1_000_000_000, Validity::Cycle),
        };
        let purchase = PurchaseId::from_u128(number as u128 + 1);
        let grant = GrantId::from_u128((1 << 64) + number as u128);
        let charging = *random.pick(&Charging::ALL.map(|(way, _)| way));
        let price = Amount::new(PRICE, Unit::BRL);
        let pack = PackNo(no);
        self.purchases.push((wallet, Awaiting { purchase, pack, charging, quantity, price, validity }));
        let sequence = known.sequence.wrapping_sub(u32::from(random.one_in(5)));
        LineAct::Buy(Buying { purchase, grant, pack, quantity, price, charging, sequence })
    }

    /// What was bought for the line is paid once, in one way; a bank may tell of it any number of times, also when it was given up
    /// meanwhile.
    fn payment(&mut self, random: &mut Random, number: usize, known: &Line) -> Option<LineAct> {
        let is_open = |(_, purchase): &&(WalletId, Awaiting)| {
            let name = purchase.purchase;
            let awaits = known.awaiting.is_some_and(|awaiting| awaiting.purchase == name);
            (awaits || known.unpaid.contains_key(&name)) && !self.paid.contains(&name)
        };
        let open: Vec<Awaiting> =
            self.purchases.iter().filter(is_open).map(|(_, purchase)| *purchase).collect();
        let purchase = *open.get(random.below(open.len().max(1)))?;
        self.paid.insert(purchase.purchase);
        let grant = GrantId::from_u128((1 << 65) + number as u128);
        let by = *random.pick(&[PaidBy::Boleto, PaidBy::Pix, PaidBy::Card]);
        Some(LineAct::Pay { purchase, grant, by })
    }

    fn of_line(&self, random: &mut Random, wallet: WalletId) -> Option<Awaiting> {
        let of_line: Vec<&Awaiting> =
            self.purchases.iter().filter(|(of, _)| *of == wallet).map(|(_, purchase)| purchase).collect();
        (!of_line.is_empty()).then(|| **random.pick(&of_line))
    }

    /// Bytes of each session may be counted once. Those of whose newest report somebody heard that it was read are counted all.
    pub(crate) fn check(&self, counted: &HashMap<u128, i128>) {
        for (place, session) in self.sessions.iter().enumerate() {
            let counted = counted.get(&(place as u128)).copied().unwrap_or_default();
            let is_told_again = session.nas == 0 && session.traffic.is_some();
            let used = if is_told_again { 0 } else { i128::from(session.reported) };
            assert!(counted <= used, "session {place} moved {used} and {counted} were counted: {session:?}");
            let is_read = self.read.contains(&session.newest);
            assert!(
                !is_read || is_narrow(session.nas) || counted == used,
                "{counted} of {used}: {session:?}"
            );
        }
    }
}

fn is_narrow(nas: u32) -> bool {
    nas as usize + 1 == ROUTERS
}

/// The wallet, and then the line on it.
fn opening(random: &mut Random, wallet: WalletId, book: &Book) -> Act {
    if book.wallet_no(wallet).is_none() {
        let customer = CustomerId::from_u128(wallet.as_u128());
        return Act::OpenWallet { wallet, customer, unit: Unit::BYTE, debt_limit: 0 };
    }
    let anchor_day = u8::try_from(random.between(15, 18)).expect("a day");
    let plan = PlanNo(u32::try_from(1 + random.below(3)).expect("three"));
    let line = LineId::from_u128(wallet.as_u128());
    Act::Line(Box::new(LineWish { wallet, act: LineAct::Open { line, plan, anchor_day } }))
}
