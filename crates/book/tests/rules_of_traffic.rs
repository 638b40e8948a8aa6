//! Each trap of RADIUS counters, one by one: what routers send twice, late, in another order, wrongly or not at all; and how the bytes
//! between two reports are split by time.

mod desk;

use book::{
    Anomaly, Behind, LineAct, LineFact, Plan, RATE_MAX, Reading, ReadingKind, Record, SESSIONS_MAX,
    SessionState,
};
use desk::joao::{NIGHT, ask, joao, line, no, plan, reads, yes};
use desk::packet::Says::{Adds, Odd, Old};
use desk::packet::{WRAP, after_the_day, check, hear, interim, start, stop, whole};
use desk::{Desk, time};
use money::Timestamp;

const MB: u64 = 1_000_000;
const GIB: u64 = 1 << 30;

#[test]
fn a_session_is_counted_by_what_its_counters_have_grown() {
    check(
        "a quiet life",
        &[
            (start("10:00:00"), Adds(0)),
            (interim("10:05:00", 300, 10, 100), Adds(110)),
            (interim("10:10:00", 600, 10, 100), Adds(0)),
            (interim("10:15:00", 900, 25, 1_100), Adds(1_015)),
            (stop("10:16:00", 960, 30, 1_200), Adds(105)),
        ],
    );
}

#[test]
fn what_comes_twice_or_in_another_order_adds_nothing() {
    let one = interim("10:05:00", 300, 10, 100);
    let two = interim("10:10:00", 600, 20, 200);
    let end = stop("10:12:00", 720, 30, 300);
    check(
        "each twice",
        &[(one, Adds(110)), (one, Old), (two, Adds(110)), (two, Old), (end, Adds(110)), (end, Old)],
    );
    check("all again, an hour later", &[(one, Adds(110)), (two, Adds(110)), (one, Old), (two, Old)]);
    check("the younger first", &[(two, Adds(220)), (one, Old), (end, Adds(110))]);
    check("the stop before the last interim", &[(one, Adds(110)), (end, Adds(220)), (two, Old)]);
    check("the start last", &[(two, Adds(220)), (start("10:00:00"), Old), (end, Adds(110))]);
    check("the start again", &[(start("10:00:00"), Adds(0)), (one, Adds(110)), (start("10:00:00"), Old)]);
    // A router that tells no time of its own: what was sent again seems to be younger, its session's clock says otherwise.
    let again = interim("10:11:00", 300, 10, 100);
    check("again without a time", &[(one, Adds(110)), (two, Adds(110)), (again, Old), (end, Adds(110))]);
    let hours_later = stop("15:00:00", 720, 30, 300);
    check(
        "the stop again, hours later without a time",
        &[(two, Adds(220)), (end, Adds(110)), (hours_later, Old)],
    );
    let delayed = interim("12:00:00", 660, 25, 250);
    check("on its way for hours without a time", &[(one, Adds(110)), (two, Adds(110)), (delayed, Adds(55))]);
    check("again after the stop", &[(end, Adds(330)), (interim("10:13:00", 600, 20, 200), Old)]);
}

#[test]
fn what_is_lost_is_in_the_next_report() {
    let late = interim("10:30:00", 1_800, 50, 500);
    check("the start lost", &[(late, Adds(550)), (stop("10:31:00", 1_860, 60, 600), Adds(110))]);
    check("interims lost", &[(start("10:00:00"), Adds(0)), (late, Adds(550))]);
    check("all but the stop lost", &[(stop("10:31:00", 1_860, 60, 600), Adds(660))]);
    check(
        "the stop lost, the next session goes on",
        &[
            (late, Adds(550)),
            (start("10:40:00").session(2), Adds(0)),
            (interim("10:45:00", 300, 1, 2).session(2), Adds(3)),
        ],
    );
}

#[test]
fn counters_of_32_bits_run_over_and_go_on() {
    let near = WRAP - 100;
    check(
        "never any Gigawords: one counter, then both",
        &[
            (interim("10:05:00", 300, near, 5).low(), Adds(near + 5)),
            (interim("10:10:00", 600, WRAP + 50, 10).low(), Adds(155)),
            (interim("10:15:00", 900, 2 * WRAP - 9, WRAP - 9).low(), Adds(2 * WRAP - 78)),
            (interim("10:20:00", 1_200, 2 * WRAP + 1, WRAP + 1).low(), Adds(20)),
        ],
    );
    check(
        "with Gigawords",
        &[
            (interim("10:05:00", 300, near, near), Adds(2 * near)),
            (interim("10:10:00", 600, WRAP + 50, WRAP + 60), Adds(310)),
            (interim("10:15:00", 900, 9 * WRAP, WRAP + 60), Adds(8 * WRAP - 50)),
        ],
    );
    check(
        "Gigawords missing once after having been there",
        &[
            (interim("10:05:00", 300, 3 * WRAP + 7, 2 * WRAP + 8), Adds(5 * WRAP + 15)),
            (interim("10:10:00", 600, 3 * WRAP + 9, 2 * WRAP + 9).low(), Adds(3)),
            (interim("10:15:00", 900, 4 * WRAP + 1, 2 * WRAP + 9).low(), Adds(WRAP - 8)),
            (interim("10:20:00", 1_200, 4 * WRAP + 2, 2 * WRAP + 9), Adds(1)),
        ],
    );
    check(
        "Gigawords only once they are not zero",
        &[
            (interim("10:05:00", 300, near, 0).low(), Adds(near)),
            (interim("10:10:00", 600, WRAP + 1, 0), Adds(101)),
        ],
    );
    // Without a session's clock one of both is full, and both have begun anew.
    check(
        "no clock",
        &[
            (interim("10:05:00", 300, near, near).low(), Adds(2 * near)),
            (interim("10:10:00", 600, WRAP, near).low().without_seconds(), Adds(100)),
            (interim("10:15:00", 900, 7, near + 1).low().without_seconds(), Adds(8)),
            (interim("10:20:00", 1_200, 5, 6).low().without_seconds(), Odd(Anomaly::Reset, 11)),
        ],
    );
}

#[test]
fn a_counter_that_went_back_is_counted_anew_and_flagged() {
    check(
        "counters of 64 bits went back",
        &[
            (interim("10:05:00", 300, 5 * MB, 50 * MB), Adds(55 * MB)),
            (interim("10:10:00", 600, MB, 2 * MB), Odd(Anomaly::Reset, 3 * MB)),
            (interim("10:10:00", 600, MB, 2 * MB), Old),
            (interim("10:15:00", 900, 2 * MB, 2 * MB), Adds(MB)),
        ],
    );
}

#[test]
fn an_attribute_that_is_missing_is_not_zero() {
    check(
        "one counter, both, the clock",
        &[
            (interim("10:05:00", 300, 10, 100), Adds(110)),
            (interim("10:10:00", 600, 0, 200).without_input(), Adds(100)),
            (interim("10:15:00", 900, 0, 0).without_counters(), Old),
            (interim("10:20:00", 1_200, 15, 300).without_seconds(), Adds(105)),
            (stop("10:25:00", 1_500, 0, 0).without_counters(), Adds(0)),
            (stop("10:25:00", 1_500, 0, 0).without_counters(), Old),
        ],
    );
    // A report without counters does not shorten the time in which the next ones may have grown.
    check(
        "a lot after a report without counters",
        &[
            (start("10:00:00"), Adds(0)),
            (interim("10:59:59", 3_599, 0, 0).without_counters(), Old),
            (interim("11:00:00", 3_600, 0, 50 * GIB), Adds(50 * GIB)),
        ],
    );
}

#[test]
fn a_name_that_is_used_again_is_another_session() {
    let first = stop("10:10:00", 600, 10, 100);
    check(
        "after its stop",
        &[
            (first, Adds(110)),
            (start("11:00:00"), Adds(0)),
            (interim("11:05:00", 300, 1, 2), Adds(3)),
            (first, Old),
            (interim("11:10:00", 600, 4, 5), Adds(6)),
        ],
    );
    check(
        "after its stop, the start lost",
        &[
            (first, Adds(110)),
            (interim("11:05:00", 300, 50, 500), Adds(550)),
            (stop("11:06:00", 360, 51, 500), Adds(1)),
        ],
    );
    check(
        "its stop lost, after a reboot",
        &[
            (interim("10:05:00", 300, 10, 100), Adds(110)),
            (start("11:00:00"), Adds(0)),
            (interim("11:05:00", 300, 10, 100), Adds(110)),
        ],
    );
    check(
        "its stop and the next start lost",
        &[(interim("10:05:00", 300, 10, 100), Adds(110)), (interim("11:05:00", 300, 11, 101), Adds(112))],
    );
    // Counted to the one that has the name now it would be wrong; nobody is asked for it.
    check(
        "the stop of the one before comes late",
        &[
            (interim("10:05:00", 300, 10, 100), Adds(110)),
            (start("11:00:00"), Adds(0)),
            (stop("10:10:00", 600, 90, 900), Old),
            (interim("11:05:00", 300, 10, 100), Adds(110)),
        ],
    );
}

#[test]
fn sessions_go_on_side_by_side_on_one_router_and_on_two() {
    check(
        "three",
        &[
            (interim("10:05:00", 300, 10, 100), Adds(110)),
            (interim("10:05:00", 300, 10, 100).session(2), Adds(110)),
            (interim("10:05:00", 300, 10, 100).session(3).router(2), Adds(110)),
            (stop("10:06:00", 360, 10, 101), Adds(1)),
            (stop("10:06:00", 360, 10, 102).session(2), Adds(2)),
            (stop("10:06:00", 360, 10, 103).session(3).router(2), Adds(3)),
        ],
    );
}

#[test]
fn a_router_that_begins_or_stops_to_count_ends_its_sessions_and_a_late_stop_counts_to_its_end() {
    let mut desk = after_the_day();
    let ended = |desk: &mut Desk, nas, clock: &str| {
        let at = time(&format!("2026-11-21T{clock}-03:00"));
        ask(desk, LineAct::EndSessions { nas, behind: Behind::default(), at })
            .map(drop)
            .map_err(|refusal| refusal.code())
    };
    hear(&mut desk, interim("10:05:00", 300, 10, 100));
    hear(&mut desk, interim("10:05:00", 300, 10, 100).session(2).router(2));
    hear(&mut desk, start("10:20:00").session(3));
    assert_eq!(ended(&mut desk, 1, "10:10:00"), Ok(()));
    assert_eq!(ended(&mut desk, 1, "10:10:00"), Err("reading_old"), "told again");
    assert_eq!(ended(&mut desk, 7, "10:10:00"), Err("reading_old"), "a router without a session");
    let states = [1, 2, 3].map(|session| line(&desk).sessions[&session].state);
    let (open, closed) = (SessionState::Open, SessionState::Closed);
    assert_eq!(states, [closed, open, open], "neither another router's nor one that began since");
    let late = stop("10:09:00", 540, 20, 200);
    assert_eq!(hear(&mut desk, late), Adds(110));
    assert_eq!(hear(&mut desk, late), Old);
    assert_eq!(hear(&mut desk, interim("10:08:00", 480, 15, 150)), Old);
}

#[test]
fn routers_behind_one_proxy_end_their_own_sessions_only() {
    let mut desk = after_the_day();
    let (north, south) = (1, 2);
    hear(&mut desk, interim("10:05:00", 300, 10, 100));
    hear(&mut desk, interim("10:05:00", 300, 10, 100).session(2).behind(north));
    hear(&mut desk, interim("10:05:00", 300, 10, 100).session(3).behind(south));
    hear(&mut desk, start("10:20:00").session(4).behind(north));
    let ended = |desk: &mut Desk, behind| {
        let at = time("2026-11-21T10:10:00-03:00");
        let act = LineAct::EndSessions { nas: 1, behind: Behind(behind), at };
        ask(desk, act).map(drop).map_err(|refusal| refusal.code())
    };
    let states = |desk: &Desk| [1, 2, 3, 4].map(|session| line(desk).sessions[&session].state);
    let (open, closed) = (SessionState::Open, SessionState::Closed);
    assert_eq!(ended(&mut desk, north), Ok(()));
    assert_eq!(states(&desk), [open, closed, open, open], "not what began since");
    assert_eq!(ended(&mut desk, 7), Err("reading_old"), "one that nobody heard of");
    assert_eq!(ended(&mut desk, 0), Ok(()), "the proxy itself");
    assert_eq!(states(&desk), [closed, closed, open, open]);
    assert_eq!(hear(&mut desk, interim("10:15:00", 900, 20, 200).session(3).behind(south)), Adds(110));
}

#[test]
fn more_than_a_line_can_carry_is_not_believed_and_what_puts_it_right_counts_nothing_twice() {
    let huge = 10_u64 << 40;
    let normal = interim("10:05:00", 300, 10 * MB, 100 * MB);
    check(
        "one wrong report",
        &[
            (normal, Adds(110 * MB)),
            (interim("10:10:00", 600, 11 * MB, huge), Odd(Anomaly::Jump, 0)),
            (interim("10:15:00", 900, 12 * MB, 120 * MB), Odd(Anomaly::PutRight, MB)),
            (interim("10:20:00", 1_200, 12 * MB, 121 * MB), Adds(MB)),
        ],
    );
    check(
        "counted on from there",
        &[
            (normal, Adds(110 * MB)),
            (interim("10:10:00", 600, 11 * MB, huge), Odd(Anomaly::Jump, 0)),
            (interim("10:15:00", 900, 11 * MB, huge + 5), Adds(5)),
        ],
    );
    check(
        "said again in the next second",
        &[
            (normal, Adds(110 * MB)),
            (interim("10:10:00", 600, 11 * MB, huge), Odd(Anomaly::Jump, 0)),
            (interim("10:10:01", 600, 11 * MB, huge), Adds(0)),
            (interim("10:15:00", 900, 12 * MB, 120 * MB), Odd(Anomaly::PutRight, MB)),
        ],
    );
    check("at once", &[(interim("10:05:00", 300, u64::MAX, u64::MAX), Odd(Anomaly::Jump, 0))]);
    let most = u64::try_from(RATE_MAX).expect("above zero") * 300 + WRAP;
    check("the most", &[(interim("10:05:00", 300, 0, most), Adds(most))]);
    check("a byte more", &[(interim("10:05:00", 300, 0, most + 1), Odd(Anomaly::Jump, 0))]);
}

#[test]
fn of_too_many_sessions_the_oldest_is_forgotten_and_never_counted_again() {
    let mut desk = after_the_day();
    let clock = |minute: usize| format!("10:{minute:02}:00");
    let brief = |no: usize| stop(&clock(no), 30, 1, 2).session(100 + no as u128);
    let long = |minute| interim(&clock(minute), 60 * u32::try_from(minute).expect("small"), 10, 100);
    assert_eq!(hear(&mut desk, long(1)), Adds(110));
    for no in 2..SESSIONS_MAX + 5 {
        assert_eq!(hear(&mut desk, brief(no)), Adds(3));
    }
    assert_eq!(line(&desk).sessions.len(), SESSIONS_MAX);
    assert_eq!(hear(&mut desk, brief(2)), Old, "a late duplicate of one that was forgotten");
    assert_eq!(hear(&mut desk, brief(SESSIONS_MAX + 4)), Old, "and of one that is known");
    assert_eq!(hear(&mut desk, long(1)), Old, "one that goes on is not forgotten for those that ended");
    // When all go on, the one that was silent longest is forgotten; it is counted on from where it reports again.
    for no in 0..SESSIONS_MAX {
        hear(&mut desk, interim("10:50:00", 60, 1, 2).session(200 + no as u128));
    }
    assert!(!line(&desk).sessions.contains_key(&1));
    let back = |clock, seconds, output| interim(clock, seconds, 10, output);
    assert_eq!(hear(&mut desk, back("10:55:00", 3_300, 150)), Adds(0));
    assert_eq!(hear(&mut desk, back("11:00:00", 3_600, 160)), Adds(10));
}

/// Total, outside, earlier of one report about `bytes` between two instants.
fn split(plan: Plan, from: &str, to: &str, bytes: u64, restrictions: &[(&str, Option<&str>)]) -> [i64; 3] {
    let mut desk = joao([plan], []);
    let instant = |text: &str| time(&format!("{text}-03:00"));
    desk.now = instant("2026-11-29T12:00:00");
    let told = |kind, at: &str, octets| {
        let seconds = Some(0).filter(|_| kind == ReadingKind::Start);
        Reading {
            nas: 1,
            behind: Behind::default(),
            is_dated: true,
            traffic: None,
            counts_all: false,
            session: 1,
            kind,
            input: None,
            output: octets,
            session_seconds: seconds,
            at: instant(at),
        }
    };
    desk.now = instant(from);
    yes(&mut desk, LineAct::Read(told(ReadingKind::Start, from, None)));
    desk.now = instant(to);
    desk.settle();
    for (since, until) in restrictions {
        yes(&mut desk, LineAct::Restrict { at: instant(since) });
        if let Some(until) = until {
            yes(&mut desk, LineAct::Restore { at: instant(until) });
        }
    }
    let balance = desk.wallet(desk::joao::JOAO).balance.posted;
    let records = yes(&mut desk, LineAct::Read(told(ReadingKind::Interim, to, Some(whole(bytes)))));
    let Some(Record::Line(record)) = records.last() else { panic!("{records:?}") };
    let LineFact::Read(read) = &record.fact else { panic!("{record:?}") };
    let taken = &read.taken;
    assert_eq!(record.balance.posted, balance - taken.total + taken.outside, "the rest costs nothing");
    [taken.total, taken.outside, taken.earlier]
}

#[test]
fn what_was_free_or_of_the_cycle_before_is_told_by_time_and_rounded_up() {
    let night = || Plan { free: vec![NIGHT], ..plan() };
    let day = |clock: &str| format!("2026-11-29T{clock}");
    for (plan, from, to, bytes, expected) in [
        // No window, no edge.
        (plan(), day("10:00:00"), day("10:05:00"), 100, [100, 0, 0]),
        // Half of the time is night; a third, rounded up.
        (night(), day("22:00:00"), "2026-11-30T00:00:00".to_owned(), 100, [100, 50, 0]),
        (night(), day("05:40:00"), day("06:40:00"), 100, [100, 34, 0]),
        (night(), day("23:10:00"), day("23:20:00"), 100, [100, 100, 0]),
        (night(), day("06:00:00"), day("06:20:00"), 100, [100, 0, 0]),
        // The windows' ends the other way round are the other hours.
        (
            Plan { free: vec![book::FreeWindow { from_minute: 360, to_minute: 1_380 }], ..plan() },
            day("05:00:00"),
            day("07:00:00"),
            100,
            [100, 50, 0],
        ),
        // The edge of the cycle, a third before it: that costs nothing, and is not of this cycle's total.
        (plan(), "2026-11-30T23:50:00".to_owned(), "2026-12-01T00:20:00".to_owned(), 100, [66, 0, 34]),
        // And of the rest what is night.
        (night(), "2026-11-30T23:50:00".to_owned(), "2026-12-01T00:20:00".to_owned(), 100, [66, 66, 34]),
    ] {
        assert_eq!(split(plan, &from, &to, bytes, &[]), expected, "{from} to {to}");
    }
}

#[test]
fn what_flowed_while_the_line_was_slow_is_outside() {
    let day = |clock: &str| format!("2026-11-29T{clock}");
    let [from, to] = ["10:00:00", "11:00:00"].map(day);
    let [quarter, half, later] = ["10:15:00", "10:30:00", "10:45:00"].map(day);
    let night = Plan { free: vec![book::FreeWindow { from_minute: 620, to_minute: 640 }], ..plan() };
    for (plan, spans, outside) in [
        (plan(), vec![(&half, None)], 50),
        (plan(), vec![(&quarter, Some(&half))], 25),
        (plan(), vec![(&quarter, Some(&half)), (&later, None)], 50),
        // Slow and free at once counts once: 10:15 to 10:40.
        (night, vec![(&quarter, Some(&half))], 42),
    ] {
        let spans: Vec<(&str, Option<&str>)> =
            spans.into_iter().map(|(from, to)| (from.as_str(), to.map(String::as_str))).collect();
        assert_eq!(split(plan, &from, &to, 100, &spans), [100, outside, 0], "{spans:?}");
    }
}

/// A router's clock and a session's count whole seconds, and not the same ones: the report that shows the slow speed may come in the
/// second after the last one's, while the session is no second older.
#[test]
fn nothing_of_what_flowed_after_a_report_of_the_same_second_of_its_session_lowers_the_balance() {
    let told = |desk: &mut Desk, clock: &str, seconds: u32, bytes: u64| {
        desk.now = time(&format!("2026-11-29T{clock}-03:00"));
        let reading = interim("10:00:00", seconds, 0, 0).0;
        yes(desk, LineAct::Read(Reading { at: desk.now, output: Some(whole(bytes)), ..reading }));
        desk.wallet(desk::joao::JOAO).balance.posted
    };
    let mut desk = joao([plan()], []);
    desk.now = time("2026-11-29T10:00:00-03:00");
    desk.settle();
    told(&mut desk, "10:05:00", 300, 50);
    let posted = told(&mut desk, "10:05:01", 300, 50);
    let at = desk.now;
    yes(&mut desk, LineAct::Restrict { at });
    assert_eq!(told(&mut desk, "10:05:01", 301, 500), posted);
}

#[test]
fn bytes_that_come_late_for_a_cycle_that_is_over_lower_no_balance() {
    let mut desk = joao([plan()], []);
    desk.now = time("2026-12-01T08:00:00-03:00");
    let at = time("2026-11-30T23:00:00-03:00");
    let reading = Reading { at, ..interim("10:00:00", 3_600, 10, 990).0 };
    yes(&mut desk, LineAct::Read(reading));
    reads(&desk, [0, 1_000, 0, 0, 0, 0], 1_000);
    let used = desk.book.accounts().find(|(account, ..)| *account == book::Account::Used);
    assert_eq!(used.map(|(.., sum)| sum), Some(1_000), "and yet are counted");
}

#[test]
fn a_line_is_slowed_and_restored_once() {
    let mut desk = joao([plan()], []);
    let at = desk.now;
    assert_eq!(no(&mut desk, LineAct::Restore { at }), "reading_old");
    yes(&mut desk, LineAct::Restrict { at: at.plus(-5) });
    assert_eq!(no(&mut desk, LineAct::Restrict { at }), "reading_old");
    assert!(line(&desk).is_restricted());
    // Told as of before it was slowed, it ends where it began.
    yes(&mut desk, LineAct::Restore { at: at.plus(-9) });
    assert!(!line(&desk).is_restricted());
    assert_eq!(line(&desk).restricted[0].to, Some(at.plus(-5)));
    for minute in 0..200 {
        desk.now = at.plus(minute * Timestamp::MINUTE);
        let at = desk.now;
        yes(&mut desk, LineAct::Restrict { at });
        yes(&mut desk, LineAct::Restore { at: at.plus(9) });
    }
    assert_eq!(line(&desk).restricted.len(), 64, "old ones are dropped");
}
