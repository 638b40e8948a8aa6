//! Traffic that routers tell apart and that the plan does not count: told apart only, or told once more of what sessions count; before
//! and after them, twice, late, over the edge of a cycle and in free hours.

mod desk;

use book::{Charging, CycleTerms, LineAct, LineFact, Plan, ReadingKind, Record, TrafficNo};
use desk::joao::{JOAO, NIGHT, ask, buying, buys, joao, line, no, pack, plan, yes};
use desk::packet::{Packet, interim, start, stop};
use desk::{Desk, time};
use money::Timestamp;
use proptest::prelude::*;

const CHAT: TrafficNo = TrafficNo(1);
const NOBODYS: TrafficNo = TrafficNo(0);

/// 1,000 bytes a month, and one kind of traffic that is not counted.
fn zero_rating() -> Plan {
    Plan { zero_rated: vec![CHAT], ..plan() }
}

/// João's line on a day that is nearly over.
fn line_of(plan: Plan) -> Desk {
    let mut desk = joao([plan], [pack()]);
    desk.now = time("2026-11-21T22:30:00-03:00");
    desk
}

/// A session at a router that counts all of its traffic.
fn all(packet: Packet) -> Packet {
    packet.counts_all()
}

/// The same traffic told again under another name.
fn again(packet: Packet, traffic: TrafficNo) -> Packet {
    packet.counts_all().session(9).traffic(traffic)
}

/// Traffic that is counted nowhere else.
fn apart(packet: Packet, traffic: TrafficNo) -> Packet {
    packet.session(9).traffic(traffic)
}

fn tell(desk: &mut Desk, packet: Packet) {
    match ask(desk, LineAct::Read(packet.0)) {
        Ok(_) => {}
        Err(refusal) => assert_eq!(refusal.code(), "reading_old"),
    }
    let CycleTerms { outside, total, .. } = line(desk).terms;
    assert!((0..=total).contains(&outside), "{outside} of {total} are free after {packet:?}");
    assert_eq!(line(desk).terms.balance(), desk.wallet(JOAO).balance.posted);
}

/// Outside, total, balance.
fn figures(desk: &Desk) -> [i64; 3] {
    let terms = line(desk).terms;
    [terms.outside, terms.total, terms.balance()]
}

#[track_caller]
fn check(what: &str, plan: Plan, packets: &[Packet], expected: [i64; 3]) {
    let mut desk = line_of(plan);
    packets.iter().for_each(|packet| tell(&mut desk, *packet));
    assert_eq!(figures(&desk), expected, "{what}");
}

#[test]
fn what_is_counted_nowhere_else_is_used_and_outside() {
    let chat = |clock, seconds, bytes| apart(interim(clock, seconds, 0, bytes), CHAT);
    let own = interim("10:05:00", 300, 10, 90);
    check("both", zero_rating(), &[own, chat("10:05:00", 300, 400)], [400, 500, 900]);
    check(
        "twice",
        zero_rating(),
        &[chat("10:05:00", 300, 400), chat("10:05:00", 300, 400)],
        [400, 400, 1_000],
    );
    check("nobody's", plan(), &[own, apart(interim("10:05:00", 300, 0, 400), NOBODYS)], [0, 500, 500]);
    check("another plan's", plan(), &[own, chat("10:05:00", 300, 400)], [0, 500, 500]);
}

#[test]
fn what_sessions_count_too_is_used_once_in_whatever_order_it_is_told() {
    let own = [all(interim("10:05:00", 300, 0, 300)), all(interim("10:10:00", 600, 0, 700))];
    let chat = [again(interim("10:05:00", 300, 0, 250), CHAT), again(interim("10:10:00", 600, 0, 400), CHAT)];
    let expected = [400, 700, 700];
    let (rated, plain) = (zero_rating, plan);
    check("the session first", rated(), &[own[0], chat[0], own[1], chat[1]], expected);
    check("the session last", rated(), &[chat[0], own[0], chat[1], own[1]], expected);
    check("all of the one first", rated(), &[own[0], own[1], chat[0], chat[1]], expected);
    check("all of the other first", rated(), &[chat[0], chat[1], own[0], own[1]], expected);
    check("the first ones lost", rated(), &[own[1], chat[1]], expected);
    check("the last before the first", rated(), &[own[1], chat[1], own[0], chat[0]], expected);
    check(
        "each twice",
        rated(),
        &[own[0], own[0], chat[0], chat[0], chat[1], own[1], chat[1], own[1]],
        expected,
    );
    check("only one told so far", rated(), &[chat[0], chat[1]], [0, 0, 1_000]);
    check("not listed", plain(), &[own[0], chat[0], own[1], chat[1]], [0, 700, 300]);
    let all_of_it = [all(interim("10:05:00", 300, 0, 300)), again(interim("10:05:00", 300, 0, 300), CHAT)];
    check("nothing else", rated(), &all_of_it, [300, 300, 1_000]);
    // A router that tells more apart than it counts: no more is free than was used.
    let too_much = [all(interim("10:05:00", 300, 0, 300)), again(interim("10:05:00", 300, 0, 900), CHAT)];
    check("more than all", rated(), &too_much, [300, 300, 1_000]);
}

#[test]
fn counters_that_are_full_begin_anew_or_jump_are_read_as_any_others() {
    let wrap = 1_u64 << 32;
    let wide = || Plan { allowance: 1 << 40, ..zero_rating() };
    let full = [
        all(interim("10:05:00", 300, 0, wrap - 100)),
        again(interim("10:05:00", 300, 0, wrap - 200).low(), CHAT),
        again(interim("10:10:00", 600, 0, wrap + 50).low(), CHAT),
        all(interim("10:10:00", 600, 0, wrap + 400)),
    ];
    let (free, used) = ((1 << 32) + 50, (1 << 32) + 400);
    check("full", wide(), &full, [free, used, (1 << 40) + free - used]);
    let anew = [
        all(interim("10:05:00", 300, 0, 500)),
        again(interim("10:05:00", 300, 0, 200), CHAT),
        again(interim("10:10:00", 600, 0, 60), CHAT),
        all(interim("10:10:00", 600, 0, 600)),
    ];
    check("begun anew", zero_rating(), &anew, [260, 600, 660]);
    let jump = [all(interim("10:05:00", 300, 0, 500)), again(interim("10:05:00", 300, 0, 10 << 40), CHAT)];
    check("a jump", zero_rating(), &jump, [0, 500, 500]);
}

#[test]
fn what_was_charged_comes_back_debt_first_then_where_it_was_taken() {
    let mut desk = line_of(zero_rating());
    tell(&mut desk, all(interim("10:05:00", 300, 0, 1_000)));
    buys(&mut desk, 1, Charging::Boleto);
    tell(&mut desk, all(interim("10:10:00", 600, 0, 1_130)));
    assert_eq!((desk.wallet(JOAO).debt, figures(&desk)), (30, [0, 1_130, -30]));
    let records = yes(&mut desk, LineAct::Read(again(interim("10:10:00", 600, 0, 200), CHAT).0));
    let Some(Record::Line(record)) = records.last() else { panic!("{records:?}") };
    let LineFact::Read(read) = &record.fact else { panic!("{record:?}") };
    let zero_rated = read.zero_rated.as_ref().expect("it is free");
    let parts: Vec<_> = zero_rated.restored.iter().collect();
    assert_eq!((zero_rated.traffic, zero_rated.debt_paid, parts), (CHAT, 30, vec![(1, 100), (0, 70)]));
    assert_eq!((desk.wallet(JOAO).debt, figures(&desk)), (0, [200, 1_130, 170]));
    let more = buying(&desk, 2, Charging::Boleto);
    assert_eq!(no(&mut desk, LineAct::Buy(more)), "balance_positive");
}

#[test]
fn in_free_hours_it_is_outside_once() {
    let night = || Plan { free: vec![NIGHT], ..zero_rating() };
    let mut desk = line_of(night());
    desk.now = time("2026-11-22T08:00:00-03:00");
    // Half of the hour is free: of 600, 300 are outside by that, and of the 400 that are told apart 200 more.
    let hour = |packet: Packet| packet.at("2026-11-21T23:30:00-03:00");
    tell(&mut desk, all(start("22:30:00")));
    tell(&mut desk, again(start("22:30:00"), CHAT));
    tell(&mut desk, hour(all(interim("23:30:00", 3_600, 0, 600))));
    assert_eq!(figures(&desk), [300, 600, 700]);
    tell(&mut desk, hour(again(interim("23:30:00", 3_600, 0, 400), CHAT)));
    assert_eq!(figures(&desk), [500, 600, 900]);
    // All of the night is free: nothing is owed by what is told apart then.
    tell(&mut desk, again(stop("23:30:00", 7_200, 0, 900), CHAT).at("2026-11-22T00:30:00-03:00"));
    tell(&mut desk, all(stop("23:30:00", 7_200, 0, 1_100)).at("2026-11-22T00:30:00-03:00"));
    assert_eq!(figures(&desk), [1_000, 1_100, 900]);
}

#[test]
fn over_the_edge_of_a_cycle_no_byte_of_it_is_charged() {
    let (before, after) = ("2026-11-30T23:58:00-03:00", "2026-12-01T00:03:00-03:00");
    let own = all(interim("10:00:00", 300, 0, 500)).at(after);
    let chat = again(interim("10:00:00", 300, 0, 500), CHAT).at(after);
    let began = |packet: Packet| {
        Packet(book::Reading { kind: ReadingKind::Start, session_seconds: Some(0), ..packet.0 })
    };
    for (what, packets) in [("the session first", [own, chat]), ("the session last", [chat, own])] {
        let mut desk = line_of(zero_rating());
        desk.now = time(before);
        tell(&mut desk, began(all(start("10:00:00")).at(before)));
        tell(&mut desk, began(again(start("10:00:00"), CHAT).at(before)));
        desk.now = time("2026-12-01T00:05:00-03:00");
        desk.settle();
        packets.iter().for_each(|packet| tell(&mut desk, *packet));
        // Two fifths flowed before.
        assert_eq!(figures(&desk), [300, 300, 1_000], "{what}");
        assert_eq!(line(&desk).shared.free, 300);
    }
    // Told apart before, used at the edge: what is owed goes with it.
    let mut desk = line_of(zero_rating());
    desk.now = time(before);
    tell(&mut desk, began(all(start("10:00:00")).at("2026-11-30T23:53:00-03:00")));
    tell(&mut desk, again(interim("10:00:00", 300, 0, 500), CHAT).at(before));
    desk.now = time("2026-12-01T00:05:00-03:00");
    desk.settle();
    tell(&mut desk, all(interim("10:00:00", 600, 0, 500)).at(after));
    assert_eq!(figures(&desk), [150, 150, 1_000]);
}

#[test]
fn what_is_told_apart_late_of_a_cycle_that_is_over_is_taken_off_the_next_use() {
    let mut desk = line_of(zero_rating());
    tell(&mut desk, all(interim("10:05:00", 300, 0, 600)));
    desk.now = time("2026-12-01T08:00:00-03:00");
    desk.settle();
    assert_eq!(figures(&desk), [0, 0, 1_000]);
    let late = again(interim("10:05:00", 300, 0, 200), CHAT).at("2026-11-30T20:00:00-03:00");
    tell(&mut desk, late);
    assert_eq!(figures(&desk), [0, 0, 1_000]);
    tell(&mut desk, all(interim("10:00:00", 900, 0, 900)).session(2).at("2026-12-01T07:00:00-03:00"));
    assert_eq!(figures(&desk), [200, 900, 300]);
}

/// A report of place `no`, five minutes after the one before.
fn report(no: usize, bytes: u64) -> Packet {
    let seconds = 300 * (1 + u32::try_from(no).expect("few"));
    interim("10:00:00", seconds, 0, bytes)
        .at_time(time("2026-11-21T10:00:00-03:00").plus(i64::from(seconds) * Timestamp::SECOND))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Reports come in whatever order, twice, or never; after each, what is charged is what was told of sessions less what was told of
    /// the traffic, and never below zero.
    #[test]
    fn whatever_is_told_when_what_is_charged_is_the_difference(
        grown in prop::collection::vec((0_u64..400, 0_u64..400), 1..8),
        order in prop::collection::vec((any::<usize>(), any::<bool>()), 1..40),
    ) {
        let mut desk = line_of(zero_rating());
        let sums = grown.iter().scan((0, 0), |sums, (own, chat)| {
            *sums = (sums.0 + own, sums.1 + (*chat).min(*own));
            Some(*sums)
        });
        let told: Vec<(u64, u64)> = sums.collect();
        let (mut own_seen, mut chat_seen) = (None, None);
        for (which, is_own) in order {
            let no = which % told.len();
            let (own, chat) = told[no];
            if is_own {
                tell(&mut desk, all(report(no, own)));
                own_seen = own_seen.max(Some((no, own)));
            } else {
                tell(&mut desk, again(report(no, chat), CHAT));
                chat_seen = chat_seen.max(Some((no, chat)));
            }
            let seen = |newest: Option<(usize, u64)>| newest.map_or(0, |(_, bytes)| i64::try_from(bytes).expect("few"));
            let (used, free) = (seen(own_seen), seen(chat_seen));
            prop_assert_eq!(figures(&desk), [used.min(free), used, 1_000 - (used - used.min(free))]);
        }
    }
}
